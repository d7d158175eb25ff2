//! R. Lindh, A. Bernhardsson, G. Karlström, P.-Å. Malmqvist, Chem. Phys. Lett. 1995, 241, 423.

use super::schlegel::PLANAR;
use super::{ModelHessian, Species};

/// Reference distances by rows of the two atoms, bohr (table 1).
const REFERENCE: [[f64; 3]; 3] = [[1.35, 2.10, 2.53], [2.10, 2.87, 3.40], [2.53, 3.40, 3.40]];
/// Exponents by rows of the two atoms, bohr⁻² (table 1).
const ALPHA: [[f64; 3]; 3] = [
    [1.0000, 0.3949, 0.3949],
    [0.3949, 0.2800, 0.2800],
    [0.3949, 0.2800, 0.2800],
];
/// Force constants of stretch (hartree/bohr²), bend and torsion (hartree) at the reference distances (eq. 3).
const STRETCH: f64 = 0.45;
const BEND: f64 = 0.15;
const DIHEDRAL: f64 = 0.005;

/// Products of Gaussian-like factors that fall off with the distance: it needs no bonds, and follows them as they form and break.
#[derive(Clone, Debug)]
pub struct Lindh(pub Species);

impl Lindh {
    /// ρ = exp[α (r_ref² − r²)], eq. 4.
    fn rho(&self, i: usize, j: usize, x: &[f64]) -> f64 {
        let (p, q) = (self.0.row(i), self.0.row(j));
        let (reference, r) = (REFERENCE[p][q], self.0.distance(i, j, x));
        (ALPHA[p][q] * (reference * reference - r * r)).exp()
    }

    /// The middle of a dihedral: ρ of a bond, 1 for the rigid linear chain that stands in a bond's place.
    fn middle(&self, j: usize, k: usize, x: &[f64]) -> f64 {
        if self.0.bonded(j, k) { self.rho(j, k, x) } else { 1.0 }
    }
}

impl ModelHessian for Lindh {
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

    /// Not in the paper, whose torsions keep centres planar: Schlegel's constant of a planar centre, falling off like the others.
    fn out_of_plane(&self, [i, j, k, l]: [usize; 4], x: &[f64]) -> f64 {
        PLANAR * self.rho(j, i, x) * self.rho(j, k, x) * self.rho(j, l, x)
    }
}
