//! Systematic build-up of torsion states, from the molecule's own potential.
//!
//! No table says which values a dihedral takes. Each rotor's minima are found by minimizing from all round the circle, the rest of the
//! molecule at its reference (the lowest that single turns lead to); those of each two neighbouring rotors from a grid. Pairs have states
//! that single rotors lack: beside an opposite gauche bond of a chain a bond is skewed (±95° beside ∓63°; R. A. Scott and H. A. Scheraga, J. Chem.
//! Phys. 1966, 44, 3054). Then the molecule is built up rotor by rotor, in the order of a walk through it. A stem is a minimum whose
//! first rotors have been given states and whose others are at the reference. It is extended by every pair of states that its last rotors
//! allow; what lies higher than window and margin is not extended further (the build-up principle of K. D. Gibson and H. A. Scheraga, J. Comput. Chem.
//! 1987, 8, 826).
//!
//! A state of a rotor may exist only beside a certain state of the next one. So a pair's parent is noted: the state that its first rotor
//! falls into when the second one is put back. A stem at the parent is extended by the pair. A stem whose last rotor is in a state that only
//! the rotor before it holds is extended by every state of the next rotor. And where the parent can't stand beside a stem (in g+ x− g− x− g+ of
//! octane it drives the second bond out of its skewed state) the stem is extended by both rotors of the pair at once.
//!
//! That is no proof of completeness: decane's g− x+ g+ g+ x+ g− t, 9.90 kcal/mol above the lowest on MMFF94, is a minimum that basin hopping finds
//! and this does not.

use super::relax::Attempt;
use super::rotors::Rotor;
use super::search::{End, Search, stream};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::f64::consts::PI;

/// Starts round the circle.
const DIRECTIONS: usize = 12;
/// Dihedrals closer than this (radian) are one state: 12°.
const SAME_STATE: f64 = 12.0 * PI / 180.0;
/// A rotor this near to its reference (radian) counts as at it: neighbours push it about by up to 25° or so.
const NEAR_STATE: f64 = 30.0 * PI / 180.0;
/// A rotor that moves further than this (radian) when the next one gets its state has left its own: gauche and skewed are 30° apart.
const PUSHED: f64 = 15.0 * PI / 180.0;
/// Dihedrals of one and the same minimum agree within this (radian).
const SAME_MINIMUM: f64 = 3.0 * PI / 180.0;
/// Energies of one and the same minimum agree within this, kcal/mol.
const SAME_ENERGY: f64 = 2e-4;
/// A turn has to gain more than this (kcal/mol) to change the reference.
const GAIN: f64 = 1e-3;

/// How far the build-up went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Built {
    /// Rotors that have more than one state.
    pub rotors: usize,
    /// Stems in the last layer.
    pub stems: usize,
}

/// Settings of a build-up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BuildSettings {
    /// Stems are kept up to this much above the window, kcal/mol: what later rotors may bring back by attraction.
    pub margin: f64,
    /// Most stems in a layer; more end the build-up.
    pub most_stems: usize,
}

/// A minimum of two neighbouring rotors, all others at the reference.
#[derive(Clone, Copy, Debug)]
struct Pair {
    values: [f64; 2],
    /// Where the first falls when the second is put back.
    parent: f64,
    /// What the second costs beside the first at its parent, kcal/mol.
    cost: f64,
    /// What both cost, kcal/mol.
    both: f64,
}

/// What the second of two neighbouring rotors can do beside the first.
#[derive(Debug)]
struct PairTable {
    first: usize,
    second: usize,
    pairs: Vec<Pair>,
}

/// A minimum with its first rotors in given states.
#[derive(Clone, Debug)]
struct Stem {
    x: Vec<f64>,
    energy: f64,
    angles: Vec<f64>,
    /// States (radian) that rotors were given here and that did not stand.
    fled: Vec<(usize, f64)>,
}

/// A start with the energy (kcal/mol) that it is expected to reach.
struct Candidate {
    x: Vec<f64>,
    expected: f64,
    /// What rotors were set to (radian), the new one last.
    values: Vec<(usize, f64)>,
}

struct Builder<'s, 'a> {
    search: &'s mut Search<'a>,
    settings: BuildSettings,
    /// Rotors in the order in which they are given states.
    order: Vec<usize>,
    reference: Stem,
    /// States of each rotor alone.
    singles: Vec<Vec<(f64, f64)>>,
    tables: Vec<PairTable>,
    batch: u64,
}

/// Enumerates the torsion states from a minimum near `start` (Å). Every minimum met goes into the search's pool.
///
/// # Errors
/// Where budget, time or an interrupt end it; what was found is in the pool.
pub fn build(search: &mut Search<'_>, start: &[f64], settings: BuildSettings) -> Result<Option<Built>, End> {
    let attempts = search.relax(&[start.to_vec()], false)?;
    let Some(reference) = attempts.first().and_then(|a| stem(&search.rotors, a)) else {
        return Ok(None);
    };
    let mut builder = Builder {
        singles: vec![Vec::new(); search.rotors.len()],
        search,
        settings,
        order: Vec::new(),
        reference,
        tables: Vec::new(),
        batch: 0,
    };
    builder.settle()?;
    builder.scan_singles()?;
    builder.put_in_order();
    builder.scan_pairs()?;
    builder.grow().map(Some)
}

fn stem(rotors: &[Rotor], attempt: &Attempt) -> Option<Stem> {
    let found = attempt.found.as_ref()?;
    Some(Stem {
        angles: rotors.iter().map(|r| r.dihedral(&found.x)).collect(),
        energy: found.energy,
        x: found.x.clone(),
        fled: Vec::new(),
    })
}

impl Builder<'_, '_> {
    /// Minimizes starts; each gets a stream of its own for its jitter.
    fn relax(&mut self, mut starts: Vec<Vec<f64>>) -> Result<Vec<Option<Stem>>, End> {
        self.batch += 1;
        for (number, x) in starts.iter_mut().enumerate() {
            let mut random = stream(self.search.settings.seed, 1, self.batch, number as u64);
            self.search.jitter(x, &mut random);
        }
        let attempts = self.search.relax(&starts, false)?;
        let search = &*self.search;
        let same = |stem: &Stem| search.is_same_molecule(&stem.x);
        let stems = attempts.par_iter().map(|a| stem(&search.rotors, a).filter(same));
        Ok(stems.collect())
    }

    /// Minimizes groups of starts together, which keeps all threads busy.
    fn relax_groups(&mut self, groups: Vec<Vec<Vec<f64>>>) -> Result<Vec<Vec<Option<Stem>>>, End> {
        let sizes: Vec<usize> = groups.iter().map(Vec::len).collect();
        let mut found = self.relax(groups.into_iter().flatten().collect())?.into_iter();
        Ok(sizes
            .into_iter()
            .map(|size| found.by_ref().take(size).collect())
            .collect())
    }

    fn directions(&self, rotor: usize) -> impl Iterator<Item = f64> + use<> {
        let count = DIRECTIONS / self.search.rotors[rotor].fold;
        // Half the circle is at the plane, where chains have their trans states.
        (0..count).map(move |k| PI - 2.0 * PI * k as f64 / DIRECTIONS as f64)
    }

    /// Starts with one rotor turned all round.
    fn round(&self, rotor: usize) -> Vec<Vec<f64>> {
        let turned = |angle: f64| {
            let mut x = self.reference.x.clone();
            self.search.rotors[rotor].set(&mut x, angle);
            x
        };
        self.directions(rotor).map(turned).collect()
    }

    /// Goes to the lowest minimum that turns of single rotors lead to.
    fn settle(&mut self) -> Result<(), End> {
        for _ in 0..2 * self.search.rotors.len() {
            let starts = (0..self.search.rotors.len()).flat_map(|r| self.round(r)).collect();
            let found = self.relax(starts)?;
            let lowest = found.into_iter().flatten().min_by(|a, b| a.energy.total_cmp(&b.energy));
            match lowest {
                Some(lowest) if lowest.energy < self.reference.energy - GAIN => self.reference = lowest,
                _ => return Ok(()),
            }
        }
        Ok(())
    }

    /// Whether all rotors but some are at the reference.
    fn rests(&self, stem: &Stem, but: &[usize]) -> bool {
        let rotors = self.search.rotors.iter().enumerate();
        rotors
            .filter(|(r, _)| !but.contains(r))
            .all(|(r, rotor)| rotor.distance(stem.angles[r], self.reference.angles[r]) < NEAR_STATE)
    }

    fn scan_singles(&mut self) -> Result<(), End> {
        let rounds = (0..self.search.rotors.len()).map(|r| self.round(r)).collect();
        for (rotor, found) in self.relax_groups(rounds)?.into_iter().enumerate() {
            let mut states = vec![(self.reference.angles[rotor], self.reference.energy)];
            for stem in found.into_iter().flatten().filter(|s| self.rests(s, &[rotor])) {
                let angle = stem.angles[rotor];
                if !states
                    .iter()
                    .any(|&(s, _)| self.search.rotors[rotor].distance(s, angle) < SAME_STATE)
                {
                    states.push((angle, stem.energy));
                }
            }
            self.singles[rotor] = states;
        }
        Ok(())
    }

    fn are_neighbors(&self, a: usize, b: usize) -> bool {
        let [a, b] = [a, b].map(|r| self.search.rotors[r].axis);
        a.iter().any(|atom| b.contains(atom))
    }

    /// A walk through the molecule, so that each rotor comes after a neighbour of its where it has one. It starts at an end.
    fn put_in_order(&mut self) {
        let count = self.search.rotors.len();
        let mut waiting: BTreeSet<usize> = (0..count).collect();
        while !waiting.is_empty() {
            let degree = |r: usize| (0..count).filter(|&o| o != r && self.are_neighbors(r, o)).count();
            let beside = |r: &&usize| self.order.iter().rev().take(1).any(|&o| self.are_neighbors(**r, o));
            let touching = |r: &&usize| self.order.iter().any(|&o| self.are_neighbors(**r, o));
            let next = waiting
                .iter()
                .find(beside)
                .or_else(|| waiting.iter().find(touching))
                .or_else(|| waiting.iter().min_by_key(|&&r| degree(r)));
            let Some(&next) = next else { return };
            waiting.remove(&next);
            self.order.push(next);
        }
    }

    /// Whether the reference is its own mirror image, so that half of a grid tells of the other half.
    fn is_mirrored(&self) -> bool {
        let rotors = self.search.rotors.iter().zip(&self.reference.angles);
        self.search.mirrors && rotors.into_iter().all(|(r, &a)| r.distance(a, -a) < SAME_MINIMUM)
    }

    /// Rotors that are neighbours, the earlier in the order first.
    fn neighboring_pairs(&self) -> Vec<[usize; 2]> {
        let earlier = |place: usize| self.order[..place].iter().map(move |&first| (first, place));
        let pairs = (1..self.order.len()).flat_map(earlier);
        let pairs = pairs.map(|(first, place)| [first, self.order[place]]);
        pairs
            .filter(|&[first, second]| self.are_neighbors(first, second))
            .collect()
    }

    fn scan_pairs(&mut self) -> Result<(), End> {
        let pairs = self.neighboring_pairs();
        let mirrored = self.is_mirrored();
        let grids = pairs.iter().map(|&pair| self.grid(pair, mirrored)).collect();
        let found = self.relax_groups(grids)?;
        let minima = pairs.iter().zip(found);
        let minima: Vec<Vec<Stem>> = minima
            .map(|(pair, found)| self.pair_minima(pair, found, mirrored))
            .collect();
        let put_back = pairs.iter().zip(&minima);
        let put_back = put_back.map(|(pair, minima)| self.put_back(pair[1], minima)).collect();
        let parents = self.relax_groups(put_back)?;
        let tables = pairs.iter().zip(&minima).zip(parents);
        self.tables = tables
            .map(|((&pair, minima), parents)| self.table(pair, minima, parents))
            .collect();
        Ok(())
    }

    /// Starts with two rotors turned all round.
    fn grid(&self, [first, second]: [usize; 2], mirrored: bool) -> Vec<Vec<f64>> {
        // Of each pair of mirror images the one with the positive angle, and on the plane both.
        let firsts = self.directions(first).filter(|&a| !mirrored || a >= -1e-9);
        let angles = firsts.flat_map(|a| self.directions(second).map(move |b| [a, b]));
        let turned = |[a, b]: [f64; 2]| {
            let mut x = self.reference.x.clone();
            self.search.rotors[first].set(&mut x, a);
            self.search.rotors[second].set(&mut x, b);
            x
        };
        angles.map(turned).collect()
    }

    /// The distinct minima that a grid led to, all other rotors at the reference.
    fn pair_minima(&self, pair: &[usize; 2], found: Vec<Option<Stem>>, mirrored: bool) -> Vec<Stem> {
        let mut minima: Vec<Stem> = Vec::new();
        for stem in found.into_iter().flatten() {
            let image = mirrored.then(|| Stem {
                angles: stem.angles.iter().map(|a| -a).collect(),
                x: stem.x.iter().map(|c| -c).collect(),
                energy: stem.energy,
                fled: Vec::new(),
            });
            for stem in [Some(stem), image].into_iter().flatten() {
                if self.rests(&stem, pair) && !minima.iter().any(|m| self.same_states(m, &stem, pair)) {
                    minima.push(stem);
                }
            }
        }
        minima
    }

    fn same_states(&self, a: &Stem, b: &Stem, rotors: &[usize]) -> bool {
        let near = |&r: &usize| self.search.rotors[r].distance(a.angles[r], b.angles[r]) < SAME_STATE;
        rotors.iter().all(near)
    }

    /// Starts for the parents of minima: a rotor is put back.
    fn put_back(&self, rotor: usize, minima: &[Stem]) -> Vec<Vec<f64>> {
        let back = |stem: &Stem| {
            let mut x = stem.x.clone();
            self.search.rotors[rotor].set(&mut x, self.reference.angles[rotor]);
            x
        };
        minima.iter().map(back).collect()
    }

    fn table(&self, [first, second]: [usize; 2], minima: &[Stem], parents: Vec<Option<Stem>>) -> PairTable {
        let pair = |(stem, parent): (&Stem, Option<Stem>)| {
            let parent = parent
                .filter(|p| self.rests(p, &[first]))
                .unwrap_or_else(|| self.reference.clone());
            Pair {
                values: [stem.angles[first], stem.angles[second]],
                parent: parent.angles[first],
                cost: stem.energy - parent.energy,
                both: stem.energy - self.reference.energy,
            }
        };
        PairTable {
            first,
            second,
            pairs: minima.iter().zip(parents).map(pair).collect(),
        }
    }

    /// The build-up itself.
    fn grow(&mut self) -> Result<Built, End> {
        let mut stems = vec![self.reference.clone()];
        for place in 0..self.order.len() {
            let limit = self.limit();
            let (mut starts, mut aims) = (Vec::new(), Vec::new());
            for (number, stem) in stems.iter().enumerate().filter(|(_, s)| s.energy <= limit) {
                let mut candidates = Vec::new();
                self.extend(stem, place, &mut candidates);
                for candidate in candidates.into_iter().filter(|c| c.expected <= limit) {
                    starts.push(candidate.x);
                    aims.push((number, candidate.values));
                }
            }
            if starts.len() > self.settings.most_stems {
                return Err(End::Budget);
            }
            let found = self.relax(starts)?;
            let rest: Vec<usize> = self.order[..=place].to_vec();
            for ((number, values), found) in aims.iter().zip(&found) {
                if let Some(fled) = self.fled(&stems[*number], found.as_ref(), values, place) {
                    stems[*number].fled.push(fled);
                }
            }
            let extended = found.into_iter().flatten().filter(|s| self.rests(s, &rest));
            let all: Vec<Stem> = stems.into_iter().chain(extended).collect();
            stems = self.each_once(all);
        }
        let rotors = self.singles.iter().filter(|s| s.len() > 1).count();
        Ok(Built {
            rotors,
            stems: stems.len(),
        })
    }

    /// The state that a stem was extended by, where it did not stand: it was left, or a rotor before left its own.
    fn fled(&self, stem: &Stem, found: Option<&Stem>, values: &[(usize, f64)], place: usize) -> Option<(usize, f64)> {
        let (&(last, state), others) = values.split_last()?;
        let moved = |r: usize, from: f64, to: f64| self.search.rotors[r].distance(from, to);
        // Where the rotor before was turned on purpose, the state alone was not tried.
        if others
            .iter()
            .any(|&(r, value)| moved(r, value, stem.angles[r]) > PUSHED)
        {
            return None;
        }
        let stands = |found: &Stem| {
            let mut earlier = self.order[..place].iter();
            moved(last, found.angles[last], state) < NEAR_STATE
                && earlier.all(|&r| moved(r, found.angles[r], stem.angles[r]) < PUSHED)
        };
        (!found.is_some_and(stands)).then_some((last, state))
    }

    fn limit(&self) -> f64 {
        self.search.lowest() + self.search.settings.window + self.settings.margin
    }

    /// Every extension of a stem by the rotor at a place in the order.
    fn extend(&self, stem: &Stem, place: usize, out: &mut Vec<Candidate>) {
        let rotor = self.order[place];
        let earlier = &self.order[..place];
        let tables: Vec<&PairTable> = self
            .tables
            .iter()
            .filter(|t| t.second == rotor && earlier.contains(&t.first))
            .collect();
        let Some((main, others)) = tables.split_first() else {
            let lowest = self.reference.energy;
            for &(angle, energy) in self.singles[rotor].iter().skip(1) {
                out.push(self.candidate(stem, &[(rotor, angle)], energy - lowest));
            }
            return;
        };
        for pair in self.applicable(main, stem) {
            let shifted = stem.angles[main.first] + self.search.rotors[main.first].wrap(pair.values[0] - pair.parent);
            let is_stem = self.search.rotors[rotor].distance(pair.values[1], stem.angles[rotor]) < SAME_STATE
                && self.search.rotors[main.first].distance(pair.values[0], pair.parent) < SAME_STATE;
            if is_stem {
                continue;
            }
            let cost = pair.cost
                + others
                    .iter()
                    .map(|t| self.cost_beside(t, stem, pair.values[1]))
                    .sum::<f64>();
            out.push(self.candidate(stem, &[(main.first, shifted), (rotor, pair.values[1])], cost));
            // Where the first rotor changes its state too, the way to the new one may lead elsewhere from where the stem has been pushed.
            let first = &self.search.rotors[main.first];
            if first.distance(pair.values[0], pair.parent) > SAME_STATE
                && first.distance(pair.values[0], shifted) > SAME_MINIMUM
            {
                let values = [(main.first, pair.values[0]), (rotor, pair.values[1])];
                out.push(self.candidate(stem, &values, cost));
            }
        }
        for pair in self.beyond_fled(main, stem) {
            let values = [(main.first, pair.values[0]), (rotor, pair.values[1])];
            out.push(self.candidate(stem, &values, pair.both));
        }
        for value in self.beside_skewed(main, stem) {
            let cost = others.iter().map(|t| self.cost_beside(t, stem, value)).sum::<f64>();
            out.push(self.candidate(stem, &[(rotor, value)], cost));
        }
    }

    /// Pairs whose parent did not stand beside a stem: the second rotor may hold the first where it can't stay by itself.
    fn beyond_fled<'t>(&self, table: &'t PairTable, stem: &'t Stem) -> impl Iterator<Item = &'t Pair> {
        let [first, second] = [table.first, table.second].map(|r| self.search.rotors[r].clone());
        let (at, last) = (stem.angles[table.first], stem.angles[table.second]);
        let fled = stem.fled.iter().filter(|f| f.0 == table.first).map(|f| f.1);
        let fled: Vec<f64> = fled.filter(|&f| first.distance(f, at) > NEAR_STATE).collect();
        table.pairs.iter().filter(move |p| {
            second.distance(p.values[1], last) > SAME_STATE
                && fled.iter().any(|&f| first.distance(p.parent, f) < NEAR_STATE)
        })
    }

    /// What the second rotor may do where the first is in a state that it doesn't have alone: all that it does anywhere. Such a state is held
    /// by the rotor before, so that pairs of which it is the first are no minima by themselves and are in no table.
    fn beside_skewed(&self, table: &PairTable, stem: &Stem) -> Vec<f64> {
        let [first, second] = [table.first, table.second].map(|r| &self.search.rotors[r]);
        let at_home = |&(state, _): &(f64, f64)| first.distance(state, stem.angles[table.first]) < SAME_STATE;
        let mut values: Vec<f64> = Vec::new();
        if self.singles[table.first].iter().any(at_home) {
            return values;
        }
        for value in table.pairs.iter().map(|p| p.values[1]) {
            let is_stem = second.distance(value, stem.angles[table.second]) < SAME_STATE;
            if !is_stem && !values.iter().any(|&v| second.distance(v, value) < SAME_STATE) {
                values.push(value);
            }
        }
        values
    }

    fn applicable<'t>(&self, table: &'t PairTable, stem: &Stem) -> impl Iterator<Item = &'t Pair> {
        let (first, value) = (self.search.rotors[table.first].clone(), stem.angles[table.first]);
        table
            .pairs
            .iter()
            .filter(move |p| first.distance(p.parent, value) < NEAR_STATE)
    }

    /// What a state costs beside another neighbour; nothing is charged for what that table doesn't know.
    fn cost_beside(&self, table: &PairTable, stem: &Stem, value: f64) -> f64 {
        let rotor = &self.search.rotors[table.second];
        let near = self
            .applicable(table, stem)
            .filter(|p| rotor.distance(p.values[1], value) < NEAR_STATE);
        let alone = self.singles[table.second]
            .iter()
            .filter(|s| rotor.distance(s.0, value) < NEAR_STATE);
        let alone = alone.map(|s| s.1 - self.reference.energy).fold(0.0, f64::max);
        near.map(|p| p.cost - alone).reduce(f64::min).unwrap_or(0.0)
    }

    fn candidate(&self, stem: &Stem, values: &[(usize, f64)], cost: f64) -> Candidate {
        let mut x = stem.x.clone();
        for &(rotor, value) in values {
            self.search.rotors[rotor].set(&mut x, value);
        }
        Candidate {
            x,
            expected: stem.energy + cost,
            values: values.to_vec(),
        }
    }

    /// Stems without duplicates, also without mirror images where those are conformers of the same molecule. Other symmetries are not
    /// used: the stems that they join are extended at different ends.
    fn each_once(&self, stems: Vec<Stem>) -> Vec<Stem> {
        let mut kept: Vec<Stem> = Vec::new();
        let mut by_energy: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
        for stem in stems {
            let bucket = (stem.energy / SAME_ENERGY).floor() as i64;
            let near = by_energy.range(bucket - 1..=bucket + 1).flat_map(|(_, list)| list);
            let known = near.into_iter().any(|&k| self.is_same(&kept[k], &stem));
            if !known {
                by_energy.entry(bucket).or_default().push(kept.len());
                kept.push(stem);
            }
        }
        kept
    }

    fn is_same(&self, a: &Stem, b: &Stem) -> bool {
        let agree = |sign: f64| {
            let angles = a.angles.iter().zip(&b.angles).zip(&self.search.rotors);
            angles
                .into_iter()
                .all(|((&a, &b), rotor)| rotor.distance(a, sign * b) < SAME_MINIMUM)
        };
        (a.energy - b.energy).abs() < SAME_ENERGY && (agree(1.0) || (self.search.mirrors && agree(-1.0)))
    }
}
