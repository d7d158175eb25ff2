//! One constant for each kind of coordinate, as in pysisyphus and optking ("simple").

use super::{ModelHessian, Species};

/// Stretch of a bond, hartree/bohr².
pub(super) const STRETCH: f64 = 0.5;
/// Stretch where there is no bond: hydrogen bonds, contacts of fragments; hartree/bohr².
const AUXILIARY: f64 = 0.1;
/// Bend, hartree.
pub(super) const BEND: f64 = 0.2;
/// Dihedral, hartree.
pub(super) const DIHEDRAL: f64 = 0.1;
/// Out-of-plane angle, hartree.
pub(super) const OUT_OF_PLANE: f64 = 0.1;

/// Constants.
#[derive(Clone, Debug)]
pub struct Simple(pub Species);

impl ModelHessian for Simple {
    fn species(&self) -> &Species {
        &self.0
    }

    fn stretch(&self, [i, j]: [usize; 2], _x: &[f64]) -> f64 {
        if self.0.bonded(i, j) { STRETCH } else { AUXILIARY }
    }

    fn bend(&self, _atoms: [usize; 3], _x: &[f64]) -> f64 {
        BEND
    }

    fn dihedral(&self, _atoms: [usize; 4], _x: &[f64]) -> f64 {
        DIHEDRAL
    }

    fn out_of_plane(&self, _atoms: [usize; 4], _x: &[f64]) -> f64 {
        OUT_OF_PLANE
    }
}
