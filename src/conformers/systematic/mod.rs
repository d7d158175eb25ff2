//! Systematic build-up of torsion states, from the molecule's own potential.
//!
//! No table says which values a dihedral takes. Each rotor's minima are found by minimizing from all round the circle, the rest of the
//! molecule at its reference (the lowest that single turns lead to); those of each two neighbouring rotors from a grid. Pairs have states
//! that single rotors lack: beside an opposite gauche bond of a chain a bond is skewed (±95° beside ∓63°; R. A. Scott and H. A. Scheraga,
//! J. Chem. Phys. 1966, 44, 3054). Then the molecule is built up rotor by rotor, in the order of a walk through it. A stem is a minimum
//! whose first rotors have been given states and whose others are at the reference. It is extended by every pair of states that its last
//! rotors allow; what lies higher than window and margin is not extended further (the build-up principle of K. D. Gibson and H. A.
//! Scheraga, J. Comput. Chem. 1987, 8, 826).
//!
//! A state of a rotor may exist only beside a certain state of the next one. So a pair's parent is noted: the state that its first rotor
//! falls into when the second one is put back. A stem at the parent is extended by the pair. A stem whose last rotor is in a state that
//! only the rotor before it holds is extended by every state of the next rotor.
//!
//! What stands as a whole need not stand as a stem: g+ x− g− x− g+ of octane and g− x+ g+ g+ x+ g− of nonane fall when the last two bonds
//! are trans, since it is these that keep the skewed bonds in their place. So stems are also joined: the states of the first rotors from
//! one stem, those of the others from a stem that has the first ones at the reference (`joins`).
//!
//! That is no proof of completeness. For butane to undecane the minima within 10 kcal/mol on MMFF94 are those that basin hopping finds, as
//! far as it finds them. Two minima of one pattern of states that differ by ten or twenty degrees along a soft motion have one start, and
//! one of them is missed: three of 154 for hexanol, one of 274 for nonane and five of 770 for decane on UFF, whose gauche bonds may all be
//! wide at once. Of these the samples that test the list find some.

mod growth;
mod joins;
mod tables;

use super::relax::Attempt;
use super::rotors::Rotor;
use super::search::{End, Search, stream};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::f64::consts::PI;
use tables::PairTable;

/// Dihedrals closer than this (radian) are one state: 12°.
const SAME_STATE: f64 = 12.0 * PI / 180.0;
/// A rotor this near to its reference (radian) counts as at it: neighbours push it about by up to 25° or so.
const NEAR_STATE: f64 = 30.0 * PI / 180.0;
/// A rotor further than this (radian) from a state has left it: gauche and skewed are 30° apart.
const PUSHED: f64 = 22.0 * PI / 180.0;
/// Dihedrals of one and the same minimum agree within this (radian).
const SAME_MINIMUM: f64 = 3.0 * PI / 180.0;
/// Energies of one and the same minimum agree within this, kcal/mol.
const SAME_ENERGY: f64 = 2e-4;

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

/// A minimum with its first rotors in given states.
#[derive(Clone, Debug)]
struct Stem {
    x: Vec<f64>,
    energy: f64,
    angles: Vec<f64>,
}

/// A start with the energy (kcal/mol) that it is expected to reach.
struct Candidate {
    x: Vec<f64>,
    expected: f64,
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
    })
}

impl Builder<'_, '_> {
    /// Minimizes starts; each gets a stream of its own for its jitter.
    fn relax(&mut self, mut starts: Vec<Vec<f64>>) -> Result<Vec<Option<Stem>>, End> {
        self.batch += 1;
        let (search, batch) = (&*self.search, self.batch);
        starts.par_iter_mut().enumerate().for_each(|(number, x)| {
            let mut random = stream(search.settings.seed, 1, batch, number as u64);
            search.jitter(x, &mut random);
        });
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

    /// Whether all rotors but some are at the reference.
    fn rests(&self, stem: &Stem, but: &[usize]) -> bool {
        let rotors = self.search.rotors.iter().enumerate();
        rotors
            .filter(|(r, _)| !but.contains(r))
            .all(|(r, rotor)| rotor.distance(stem.angles[r], self.reference.angles[r]) < NEAR_STATE)
    }

    fn limit(&self) -> f64 {
        self.search.lowest() + self.search.settings.window + self.settings.margin
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
