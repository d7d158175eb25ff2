//! H. B. Schlegel, Theor. Chim. Acta 1984, 66, 333, with the completions of geomeTRIC and optking where the paper is silent.

use super::{ModelHessian, Species};

/// Badger's constant, hartree·bohr (table 1): stretch A/(r − B)³.
const A: f64 = 1.734;
/// B by rows of the two atoms, bohr (table 1).
const B: [[f64; 3]; 3] = [[-0.244, 0.352, 0.660], [0.352, 1.085, 1.522], [0.660, 1.522, 2.068]];
/// r − B is kept above this (bohr), where atoms overlap: Badger's pole is of no meaning.
const CLOSEST: f64 = 0.7;
/// Bend with and without a hydrogen at an end, hartree (table 2).
const BEND_HYDROGEN: f64 = 0.160;
const BEND: f64 = 0.250;
/// Torsion: constant and slope with the bond length, hartree and hartree/bohr (table 2).
const DIHEDRAL: f64 = 0.0023;
const DIHEDRAL_SLOPE: f64 = 0.07;
/// Out-of-plane bend of a planar centre, hartree (table 2).
pub(super) const PLANAR: f64 = 0.045;
/// Out-of-plane bends are at least this stiff, hartree (optking).
const LEAST_OUT_OF_PLANE: f64 = 0.001;
/// Atoms are far apart beyond this many covalent distances; stretches and bends over such gaps have this constant (geomeTRIC).
const FAR: f64 = 1.2;
const FAR_CONSTANT: f64 = 0.1;

/// Badger's rule for stretches, constants for bends, torsions stiffer in short bonds.
#[derive(Clone, Debug)]
pub struct Schlegel(pub Species);

impl Schlegel {
    fn is_far(&self, i: usize, j: usize, x: &[f64]) -> bool {
        !self.0.bonded(i, j) && self.0.distance(i, j, x) > FAR * self.0.covalent(i, j)
    }
}

impl ModelHessian for Schlegel {
    fn species(&self) -> &Species {
        &self.0
    }

    /// Badger's rule; where there is no bond at most geomeTRIC's constant.
    fn stretch(&self, [i, j]: [usize; 2], x: &[f64]) -> f64 {
        let b = B[self.0.row(i)][self.0.row(j)];
        let badger = A / (self.0.distance(i, j, x) - b).max(CLOSEST).powi(3);
        if self.is_far(i, j, x) {
            badger.min(FAR_CONSTANT)
        } else {
            badger
        }
    }

    fn bend(&self, [i, j, k]: [usize; 3], x: &[f64]) -> f64 {
        if self.is_far(i, j, x) || self.is_far(j, k, x) {
            FAR_CONSTANT
        } else if self.0.row(i) == 0 || self.0.row(k) == 0 {
            BEND_HYDROGEN
        } else {
            BEND
        }
    }

    /// The published line falls to zero 0.02 Å beyond the covalent distance. A single bond has it by accident, so the
    /// constant is a floor here (optking jumps back to it).
    fn dihedral(&self, [_, j, k, _]: [usize; 4], x: &[f64]) -> f64 {
        DIHEDRAL + DIHEDRAL_SLOPE * (self.0.covalent(j, k) - self.0.distance(j, k, x)).max(0.0)
    }

    /// 0.045 d⁴ with d = 1 − |r₁·(r₂ × r₃)|/(r₁ r₂ r₃): soft at pyramidal centres.
    fn out_of_plane(&self, [i, j, k, l]: [usize; 4], x: &[f64]) -> f64 {
        let [p, q, r] = [i, k, l].map(|atom| self.0.vector(j, atom, x));
        let lengths: f64 = [i, k, l].iter().map(|&atom| self.0.distance(j, atom, x)).product();
        let volume = p[0] * (q[1] * r[2] - q[2] * r[1])
            + p[1] * (q[2] * r[0] - q[0] * r[2])
            + p[2] * (q[0] * r[1] - q[1] * r[0]);
        let d = 1.0 - volume.abs() / lengths.max(f64::MIN_POSITIVE);
        (PLANAR * d.powi(4)).max(LEAST_OUT_OF_PLANE)
    }
}
