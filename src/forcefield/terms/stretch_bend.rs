//! Stretch-bend coupling, over two distances (Å) and the angle between them (radian).

use crate::numeric::Real;
use crate::units::DEGREES_PER_RADIAN;

/// MMFF94 stretch-bend: E = 2.51210 (kIJK Δr_ij + kKJI Δr_kj) Δθ, Δθ in degrees (Halgren 1996, part I, eq 5).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StretchBend<S = f64> {
    /// kIJK, coupling the bond i–j with the angle, md/rad.
    pub force_constant_ij: S,
    /// kKJI, coupling the bond k–j with the angle, md/rad.
    pub force_constant_kj: S,
    /// Reference length of i–j, Å.
    pub length_ij: S,
    /// Reference length of k–j, Å.
    pub length_kj: S,
    /// Reference angle, degrees.
    pub angle_degrees: S,
}

impl<S: Real> StretchBend<S> {
    /// Energy (kcal/mol) at the distances `r_ij` and `r_kj` (Å) and the angle `theta` (radian).
    #[inline(always)]
    pub fn energy(&self, r_ij: S, r_kj: S, theta: S) -> S {
        let dt = theta.scale(DEGREES_PER_RADIAN) - self.angle_degrees;
        let stretch =
            self.force_constant_ij * (r_ij - self.length_ij) + self.force_constant_kj * (r_kj - self.length_kj);
        (stretch * dt).scale(2.51210)
    }
}
