//! What the models know of a molecule: rows of the periodic table, covalent radii, bonds.

use crate::chem::Molecule;
use crate::units::ANGSTROM_PER_BOHR;

/// Elements and bonds of a molecule, looked up once. Lengths are in bohr, as in the models' formulas.
#[derive(Clone, Debug, PartialEq)]
pub struct Species {
    /// Row of the periodic table, 0 for H and He; rows beyond the third count as the third (index 2).
    rows: Vec<usize>,
    radii: Vec<f64>,
    neighbors: Vec<Vec<usize>>,
}

impl Species {
    /// Of a molecule.
    #[must_use]
    pub fn new(molecule: &Molecule) -> Self {
        let elements = || molecule.atoms().iter().map(|a| a.element);
        Self {
            rows: elements().map(|e| usize::from(e.period()).clamp(1, 3) - 1).collect(),
            radii: elements().map(|e| e.covalent_radius() / ANGSTROM_PER_BOHR).collect(),
            neighbors: (0..molecule.len())
                .map(|i| molecule.neighbors(i).iter().map(|n| n.atom).collect())
                .collect(),
        }
    }

    /// Row of the periodic table of an atom, from 0 to 2.
    #[must_use]
    pub fn row(&self, atom: usize) -> usize {
        self.rows[atom]
    }

    /// Sum of two covalent radii, bohr.
    #[must_use]
    pub fn covalent(&self, i: usize, j: usize) -> f64 {
        self.radii[i] + self.radii[j]
    }

    /// Whether there is a bond.
    #[must_use]
    pub fn bonded(&self, i: usize, j: usize) -> bool {
        self.neighbors[i].contains(&j)
    }

    /// Number of bonds of an atom.
    #[must_use]
    pub fn degree(&self, atom: usize) -> usize {
        self.neighbors[atom].len()
    }

    /// The vector from i to j, bohr.
    #[must_use]
    pub fn vector(&self, i: usize, j: usize, x: &[f64]) -> [f64; 3] {
        [0, 1, 2].map(|axis| (x[3 * j + axis] - x[3 * i + axis]) / ANGSTROM_PER_BOHR)
    }

    /// The distance of two atoms, bohr.
    #[must_use]
    pub fn distance(&self, i: usize, j: usize, x: &[f64]) -> f64 {
        let [a, b, c] = self.vector(i, j, x);
        (a * a + b * b + c * c).sqrt()
    }
}
