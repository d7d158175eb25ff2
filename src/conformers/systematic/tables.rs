//! What the states of single rotors and of neighbouring pairs are, and what they cost.

use super::{Builder, SAME_MINIMUM, SAME_STATE, Stem};
use crate::conformers::search::End;
use std::collections::BTreeSet;
use std::f64::consts::PI;

/// Starts round the circle.
const DIRECTIONS: usize = 12;
/// A turn has to gain more than this (kcal/mol) to change the reference.
const GAIN: f64 = 1e-3;

/// A minimum of two neighbouring rotors, all others at the reference.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    pub values: [f64; 2],
    /// Where the first falls when the second is put back.
    pub parent: f64,
    /// What the second costs beside the first at its parent, kcal/mol.
    pub cost: f64,
    /// What both cost, kcal/mol.
    pub both: f64,
}

/// What the second of two neighbouring rotors can do beside the first.
#[derive(Debug)]
pub(super) struct PairTable {
    pub first: usize,
    pub second: usize,
    pub pairs: Vec<Pair>,
}

impl Builder<'_, '_> {
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
    pub(super) fn settle(&mut self) -> Result<(), End> {
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

    pub(super) fn scan_singles(&mut self) -> Result<(), End> {
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
    pub(super) fn put_in_order(&mut self) {
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

    pub(super) fn scan_pairs(&mut self) -> Result<(), End> {
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
}
