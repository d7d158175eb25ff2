//! M. Swart, F. M. Bickelhaupt, Int. J. Quantum Chem. 2006, 106, 2536.

use super::Species;
use super::product::Product;

/// Products of exponentials that fall off slowly with the distance, so that weak bonds are seen too. The paper's damping of
/// bends near 180° is left out: such bends are linear-bend coordinates here, and not soft.
#[derive(Clone, Debug)]
pub struct Swart(pub Species);

impl Product for Swart {
    const STRETCH: f64 = 0.35;
    const BEND: f64 = 0.15;
    const DIHEDRAL: f64 = 0.005;

    fn known(&self) -> &Species {
        &self.0
    }

    /// ρ = exp[−(r/C − 1)], C the sum of the covalent radii.
    fn rho(&self, i: usize, j: usize, x: &[f64]) -> f64 {
        (1.0 - self.0.distance(i, j, x) / self.0.covalent(i, j)).exp()
    }
}
