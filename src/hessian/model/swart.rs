//! M. Swart, F. M. Bickelhaupt, Int. J. Quantum Chem. 2006, 106, 2536.

use super::schlegel::PLANAR;
use super::{ModelHessian, Species};

/// Force constants of stretch (hartree/bohr²), bend and torsion (hartree) at the covalent distance.
const STRETCH: f64 = 0.35;
const BEND: f64 = 0.15;
const DIHEDRAL: f64 = 0.005;

/// Products of exponentials that fall off slowly with the distance, so that weak bonds are seen too. The paper's damping of
/// bends near 180° is left out: such bends are linear-bend coordinates here, and not soft.
#[derive(Clone, Debug)]
pub struct Swart(pub Species);

impl Swart {
    /// ρ = exp[−(r/C − 1)], C the sum of the covalent radii.
    fn rho(&self, i: usize, j: usize, x: &[f64]) -> f64 {
        (1.0 - self.0.distance(i, j, x) / self.0.covalent(i, j)).exp()
    }

    /// The middle of a dihedral: ρ of a bond, 1 for the rigid linear chain that stands in a bond's place.
    fn middle(&self, j: usize, k: usize, x: &[f64]) -> f64 {
        if self.0.bonded(j, k) { self.rho(j, k, x) } else { 1.0 }
    }
}

impl ModelHessian for Swart {
    fn species(&self) -> &Species {
        &self.0
    }

    fn stretch(&self, [i, j]: [usize; 2], x: &[f64]) -> f64 {
        STRETCH * self.rho(i, j, x)
    }

    fn bend(&self, [i, j, k]: [usize; 3], x: &[f64]) -> f64 {
        BEND * self.rho(i, j, x) * self.rho(j, k, x)
    }

    fn dihedral(&self, [i, j, k, l]: [usize; 4], x: &[f64]) -> f64 {
        DIHEDRAL * self.rho(i, j, x) * self.middle(j, k, x) * self.rho(k, l, x)
    }

    /// Not in the paper: Schlegel's constant of a planar centre, falling off like the others.
    fn out_of_plane(&self, [i, j, k, l]: [usize; 4], x: &[f64]) -> f64 {
        PLANAR * self.rho(j, i, x) * self.rho(j, k, x) * self.rho(j, l, x)
    }
}
