//! What the models of Lindh and of Swart have in common: each constant is a product of factors, one a bond, that fall off with the
//! bond's length.

use super::schlegel::PLANAR;
use super::{ModelHessian, Species};
use std::fmt;

/// A model of products: the factor of a pair of atoms, and the constants at its reference distance.
pub(super) trait Product: fmt::Debug + Send + Sync {
    /// Stretch, hartree/bohr².
    const STRETCH: f64;
    /// Bend, hartree.
    const BEND: f64;
    /// Dihedral, hartree.
    const DIHEDRAL: f64;

    /// What is known of the molecule.
    fn known(&self) -> &Species;

    /// ρ: 1 at the reference distance of the two atoms, and less beyond.
    fn rho(&self, i: usize, j: usize, x: &[f64]) -> f64;

    /// The middle of a dihedral: ρ of a bond, 1 for the rigid linear chain that stands in a bond's place.
    fn middle(&self, j: usize, k: usize, x: &[f64]) -> f64 {
        if self.known().bonded(j, k) {
            self.rho(j, k, x)
        } else {
            1.0
        }
    }
}

impl<P: Product> ModelHessian for P {
    fn species(&self) -> &Species {
        self.known()
    }

    fn stretch(&self, [i, j]: [usize; 2], x: &[f64]) -> f64 {
        P::STRETCH * self.rho(i, j, x)
    }

    fn bend(&self, [i, j, k]: [usize; 3], x: &[f64]) -> f64 {
        P::BEND * self.rho(i, j, x) * self.rho(j, k, x)
    }

    fn dihedral(&self, [i, j, k, l]: [usize; 4], x: &[f64]) -> f64 {
        P::DIHEDRAL * self.rho(i, j, x) * self.middle(j, k, x) * self.rho(k, l, x)
    }

    /// Not in the papers, whose torsions keep centres planar: Schlegel's constant of a planar centre, falling off like the others.
    fn out_of_plane(&self, [i, j, k, l]: [usize; 4], x: &[f64]) -> f64 {
        PLANAR * self.rho(j, i, x) * self.rho(j, k, x) * self.rho(j, l, x)
    }
}
