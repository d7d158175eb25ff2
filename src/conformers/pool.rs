//! The same conformer once: an index of the distinct minima of one molecule.
//!
//! A geometry is compared only with the minima whose energy agrees, of these only with those whose atoms are as far from the centre,
//! and of these with those that it can be superposed on, equivalent atoms being named at will ([`super::similarity`]). So rotamers of
//! methyl groups are one conformer, and different minima of nearly equal energy are two.

#[cfg(test)]
mod tests;

use super::handedness::Handedness;
use super::similarity::{Compared, Hand, Shape, Similarity};
use crate::chem::Molecule;
use std::collections::BTreeSet;

/// When two minima are the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PoolSettings {
    /// Largest difference of their energies (kcal/mol).
    pub energy: f64,
    /// Largest root mean square distance of all atoms after superposition (Å).
    pub rmsd: f64,
    /// Whether mirror images that can't be superposed are two conformers.
    pub keep_mirror_images: bool,
}

impl Default for PoolSettings {
    /// For minima converged to 10⁻³ kcal/mol/Å or better: 0.01 kcal/mol and 0.1 Å, mirror images counted as one.
    fn default() -> Self {
        Self {
            energy: 0.01,
            rmsd: 0.1,
            keep_mirror_images: false,
        }
    }
}

/// A distinct minimum.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Energy (kcal/mol): the lowest of those found.
    pub energy: f64,
    /// The geometry of that energy (Å, length 3N).
    pub x: Vec<f64>,
    /// 2 where the mirror image is another conformer of the same molecule and is counted here, otherwise 1.
    pub degeneracy: u32,
    /// How many times it was found.
    pub count: u64,
    shape: Shape,
    /// Which mirror images of it are the same conformer.
    hand: Hand,
}

/// What an inserted minimum turned out to be. The number stays that of the minimum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Not seen before.
    New(usize),
    /// Seen before.
    Known(usize),
}

impl Found {
    /// The minimum's number.
    #[must_use]
    pub fn id(self) -> usize {
        match self {
            Self::New(id) | Self::Known(id) => id,
        }
    }
}

/// A minimum on its way into a pool.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The minimum of the pool that it is.
    known: Option<usize>,
    /// What it would be as an entry.
    entry: Entry,
    /// Minima that it was compared with: those before this number.
    compared: usize,
}

/// Distinct minima of one molecule, by energy.
#[derive(Clone, Debug)]
pub struct Pool {
    settings: PoolSettings,
    similarity: Similarity,
    handedness: Handedness,
    entries: Vec<Entry>,
    by_energy: BTreeSet<(EnergyKey, usize)>,
}

impl Pool {
    /// An empty pool.
    #[must_use]
    pub fn new(molecule: &Molecule, settings: PoolSettings) -> Self {
        Self {
            settings,
            similarity: Similarity::of(molecule, Compared::All),
            handedness: Handedness::new(molecule),
            entries: Vec::new(),
            by_energy: BTreeSet::new(),
        }
    }

    /// Counts a minimum with its energy (kcal/mol) and coordinates (Å, length 3N). What the pool holds in the end depends on the order
    /// only where minima are neither clearly the same nor clearly different. Of a minimum that was seen before, the lower in energy is
    /// kept.
    ///
    /// # Panics
    /// Where the length is not that of the molecule.
    pub fn insert(&mut self, energy: f64, x: &[f64]) -> Found {
        self.admit(self.examine(energy, x))
    }

    /// Compares a minimum with what is in the pool, which is most of the work of taking it in, and can be done for many at a time.
    ///
    /// # Panics
    /// Where the length is not that of the molecule.
    #[must_use]
    pub fn examine(&self, energy: f64, x: &[f64]) -> Candidate {
        let shape = self.similarity.shape(x);
        let known = self.search(energy, &shape, 0);
        let (hand, degeneracy) = match known {
            Some(id) => (self.entries[id].hand, self.entries[id].degeneracy),
            None => {
                let hand = self.hand(&shape);
                (hand, self.degeneracy(&shape, hand))
            }
        };
        Candidate {
            known,
            entry: Entry {
                energy,
                x: x.to_vec(),
                degeneracy,
                count: 1,
                shape,
                hand,
            },
            compared: self.entries.len(),
        }
    }

    /// Takes in a minimum that was examined, perhaps before others came in: it is compared with these only.
    pub fn admit(&mut self, candidate: Candidate) -> Found {
        let Candidate { known, entry, compared } = candidate;
        let known = known.or_else(|| self.search(entry.energy, &entry.shape, compared));
        let Some(id) = known else {
            let id = self.entries.len();
            self.by_energy.insert((EnergyKey::new(entry.energy), id));
            self.entries.push(entry);
            return Found::New(id);
        };
        let old = &mut self.entries[id];
        old.count += 1;
        if entry.energy < old.energy {
            self.by_energy.remove(&(EnergyKey::new(old.energy), id));
            self.by_energy.insert((EnergyKey::new(entry.energy), id));
            (old.energy, old.x, old.shape) = (entry.energy, entry.x, entry.shape);
        }
        Found::Known(id)
    }

    /// The number of the minimum that this one is, where it is known.
    ///
    /// # Panics
    /// Where the length is not that of the molecule.
    #[must_use]
    pub fn find(&self, energy: f64, x: &[f64]) -> Option<usize> {
        self.search(energy, &self.similarity.shape(x), 0)
    }

    /// The distinct minima, by number.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Numbers of the minima by ascending energy.
    pub fn by_energy(&self) -> impl Iterator<Item = usize> + '_ {
        self.by_energy.iter().map(|&(_, id)| id)
    }

    /// Number of distinct minima.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing was inserted yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The minimum from this number on that a geometry is: of several the nearest in energy, then the first.
    fn search(&self, energy: f64, shape: &Shape, from: usize) -> Option<usize> {
        if from >= self.entries.len() {
            return None;
        }
        let tolerance = self.settings.energy.max(0.0);
        let keys = (EnergyKey::new(energy - tolerance), 0)..=(EnergyKey::new(energy + tolerance), usize::MAX);
        let mut candidates: Vec<(f64, usize)> = self
            .by_energy
            .range(keys)
            .filter(|&&(_, id)| id >= from)
            .map(|&(_, id)| ((self.entries[id].energy - energy).abs(), id))
            .filter(|&(_, id)| self.similarity.least(&self.entries[id].shape, shape) <= self.settings.rmsd)
            .collect();
        candidates.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let same = |&id: &usize| {
            let known = &self.entries[id];
            let found = self
                .similarity
                .within(&known.shape, shape, known.hand, self.settings.rmsd);
            found.is_some()
        };
        candidates.into_iter().map(|(_, id)| id).find(same)
    }

    /// Which mirror images of a new minimum are to be the same: none of a chiral molecule's, which are another molecule.
    fn hand(&self, shape: &Shape) -> Hand {
        if !self.settings.keep_mirror_images && self.handedness.mirror_image_is_same_molecule(shape.centered()) {
            Hand::Either
        } else {
            Hand::Same
        }
    }

    /// The mirror image counts as well where it is the same molecule, but not the same geometry.
    fn degeneracy(&self, shape: &Shape, hand: Hand) -> u32 {
        let alike = || self.similarity.within(shape, shape, Hand::Mirrored, self.settings.rmsd);
        if hand == Hand::Either && alike().is_none() {
            2
        } else {
            1
        }
    }
}

/// An energy as a key that sorts like it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct EnergyKey(f64);

impl EnergyKey {
    /// Zero of either sign is one key.
    fn new(energy: f64) -> Self {
        Self(energy + 0.0)
    }
}

impl Eq for EnergyKey {}

impl PartialOrd for EnergyKey {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for EnergyKey {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

/// A conformer of an ensemble that stands for all that are the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// Its number in the ensemble: the lowest in energy of those that are the same.
    pub index: usize,
    /// 2 where the mirror image is counted as well, otherwise 1.
    pub degeneracy: u32,
    /// How many of the ensemble it stands for, itself included.
    pub count: u64,
}

/// The distinct conformers among geometries (Å, length 3N each) with their energies (kcal/mol), by ascending energy.
///
/// # Panics
/// Where a length is not that of the molecule.
#[must_use]
pub fn prune<X: AsRef<[f64]>>(
    molecule: &Molecule,
    energies: &[f64],
    geometries: &[X],
    settings: PoolSettings,
) -> Vec<Kept> {
    let mut order: Vec<usize> = (0..energies.len().min(geometries.len())).collect();
    order.sort_by(|&a, &b| energies[a].total_cmp(&energies[b]).then(a.cmp(&b)));
    let mut pool = Pool::new(molecule, settings);
    let mut kept: Vec<usize> = Vec::new();
    for index in order {
        if let Found::New(_) = pool.insert(energies[index], geometries[index].as_ref()) {
            kept.push(index);
        }
    }
    kept.into_iter()
        .zip(pool.entries())
        .map(|(index, entry)| Kept {
            index,
            degeneracy: entry.degeneracy,
            count: entry.count,
        })
        .collect()
}
