//! Stand-in until the symmetry-aware pool is merged.

use super::rotors::position;
use crate::chem::Molecule;
use std::collections::BTreeMap;

/// When two minima are the same conformer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PoolSettings {
    /// kcal/mol.
    pub energy: f64,
    /// Å.
    pub rmsd: f64,
    /// Whether mirror images stay apart.
    pub keep_mirror_images: bool,
}

/// A conformer.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// kcal/mol.
    pub energy: f64,
    /// Å.
    pub x: Vec<f64>,
    /// Mirror images merged.
    pub degeneracy: u32,
    /// Times found.
    pub count: u64,
}

/// What became of a minimum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// A conformer that was not known.
    New(usize),
    /// One that was.
    Known(usize),
}

/// Conformers, each once.
#[derive(Clone, Debug)]
pub struct Pool {
    heavy: Vec<usize>,
    settings: PoolSettings,
    entries: Vec<Entry>,
    prints: Vec<Vec<f64>>,
    by_energy: BTreeMap<i64, Vec<usize>>,
}

impl Pool {
    /// An empty pool.
    #[must_use]
    pub fn new(molecule: &Molecule, settings: PoolSettings) -> Self {
        let heavy = (0..molecule.len()).filter(|&a| molecule.element(a).atomic_number() > 1).collect();
        Self { heavy, settings, entries: Vec::new(), prints: Vec::new(), by_energy: BTreeMap::new() }
    }

    fn print(&self, x: &[f64]) -> Vec<f64> {
        let mut d = Vec::new();
        for (n, &a) in self.heavy.iter().enumerate() {
            for &b in &self.heavy[..n] {
                d.push((position(x, a) - position(x, b)).square().sqrt());
            }
        }
        d.sort_by(f64::total_cmp);
        d
    }

    fn bucket(&self, energy: f64) -> i64 {
        (energy / self.settings.energy).floor() as i64
    }

    /// Looks for a conformer.
    #[must_use]
    pub fn find(&self, energy: f64, x: &[f64]) -> Option<usize> {
        let b = self.bucket(energy);
        let print = self.print(x);
        for (_, list) in self.by_energy.range(b - 1..=b + 1) {
            for &i in list {
                let square: f64 = self.prints[i].iter().zip(&print).map(|(a, b)| (a - b) * (a - b)).sum();
                if (self.entries[i].energy - energy).abs() < self.settings.energy
                    && (square / print.len().max(1) as f64).sqrt() < self.settings.rmsd
                {
                    return Some(i);
                }
            }
        }
        None
    }

    /// Takes in a minimum.
    pub fn insert(&mut self, energy: f64, x: &[f64]) -> Found {
        if let Some(i) = self.find(energy, x) {
            self.entries[i].count += 1;
            return Found::Known(i);
        }
        let i = self.entries.len();
        self.entries.push(Entry { energy, x: x.to_vec(), degeneracy: 1, count: 1 });
        self.prints.push(self.print(x));
        self.by_energy.entry(self.bucket(energy)).or_default().push(i);
        Found::New(i)
    }

    /// All conformers in the order in which they were found.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}
