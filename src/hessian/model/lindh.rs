//! R. Lindh, A. Bernhardsson, G. Karlström, P.-Å. Malmqvist, Chem. Phys. Lett. 1995, 241, 423.

use super::Species;
use super::product::Product;

/// Reference distances by rows of the two atoms, bohr (table 1).
const REFERENCE: [[f64; 3]; 3] = [[1.35, 2.10, 2.53], [2.10, 2.87, 3.40], [2.53, 3.40, 3.40]];
/// Exponents by rows of the two atoms, bohr⁻² (table 1).
const ALPHA: [[f64; 3]; 3] = [
    [1.0000, 0.3949, 0.3949],
    [0.3949, 0.2800, 0.2800],
    [0.3949, 0.2800, 0.2800],
];

/// Products of Gaussian-like factors that fall off with the distance: it needs no bonds, and follows them as they form and break.
#[derive(Clone, Debug)]
pub struct Lindh(pub Species);

/// Constants of eq. 3.
impl Product for Lindh {
    const STRETCH: f64 = 0.45;
    const BEND: f64 = 0.15;
    const DIHEDRAL: f64 = 0.005;

    fn known(&self) -> &Species {
        &self.0
    }

    /// ρ = exp[α (r_ref² − r²)], eq. 4.
    fn rho(&self, i: usize, j: usize, x: &[f64]) -> f64 {
        let (p, q) = (self.0.row(i), self.0.row(j));
        let (reference, r) = (REFERENCE[p][q], self.0.distance(i, j, x));
        (ALPHA[p][q] * (reference * reference - r * r)).exp()
    }
}
