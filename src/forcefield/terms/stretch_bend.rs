//! Stretch-bend coupling, over two distances (Å) and the angle between them (radian).

use super::Interaction;
use super::angle::CubicAngle;
use crate::geometry::{Angle, Vector};
use crate::numeric::{Dual, Over, Real};
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

impl<C: Real> StretchBend<C> {
    /// Energy (kcal/mol) at the distances `r_ij` and `r_kj` (Å) and the angle `theta` (radian).
    #[inline(always)]
    pub fn energy<S: Over<C>>(&self, r_ij: S, r_kj: S, theta: S) -> S {
        let dt = theta.scale(DEGREES_PER_RADIAN).plus(-self.angle_degrees);
        let stretch_ij = r_ij.plus(-self.length_ij).times(self.force_constant_ij);
        let stretch_kj = r_kj.plus(-self.length_kj).times(self.force_constant_kj);
        let stretch = stretch_ij + stretch_kj;
        (stretch * dt).scale(2.51210)
    }
}

/// An MMFF94 angle with its stretch-bend coupling, which share their geometry. Either may have force constants of zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CoupledAngle {
    /// The angle bend.
    pub bend: CubicAngle,
    /// The coupling.
    pub coupling: StretchBend,
}

impl Interaction<3, 7> for CoupledAngle {
    fn parameters(&self) -> [f64; 7] {
        let StretchBend {
            force_constant_ij,
            force_constant_kj,
            length_ij,
            length_kj,
            angle_degrees,
        } = self.coupling;
        let CubicAngle { force_constant, .. } = self.bend;
        [
            force_constant,
            angle_degrees,
            force_constant_ij,
            force_constant_kj,
            length_ij,
            length_kj,
            self.bend.angle_degrees,
        ]
    }

    #[inline(always)]
    fn energy_gradient<S: Real>([i, j, k]: [Vector<S>; 3], parameters: [S; 7]) -> ([S; 2], [Vector<S>; 3]) {
        let [
            force_constant,
            coupling_degrees,
            force_constant_ij,
            force_constant_kj,
            length_ij,
            length_kj,
            bend_degrees,
        ] = parameters;
        let bend = CubicAngle {
            force_constant,
            angle_degrees: bend_degrees,
        };
        let coupling = StretchBend {
            force_constant_ij,
            force_constant_kj,
            length_ij,
            length_kj,
            angle_degrees: coupling_degrees,
        };
        let angle = Angle::new(i, j, k);
        let sine = angle.sine();
        let theta = Dual::variable(angle.value(sine), 0);
        let bend = bend.energy(theta);
        let coupling = coupling.energy(
            Dual::variable(angle.ji.value, 1),
            Dual::variable(angle.jk.value, 2),
            theta,
        );
        let [d_theta, d_ij, d_kj]: [S; 3] = (bend + coupling).derivatives;
        // dθ = −d(cos θ)/sin θ
        let [mut g_i, mut g_j, mut g_k] = angle.cosine_gradient(-(d_theta / sine));
        let [g_ji, g_i_bond] = angle.ji.gradient(d_ij);
        let [g_jk, g_k_bond] = angle.jk.gradient(d_kj);
        g_i = g_i + g_i_bond;
        g_j = g_j + g_ji + g_jk;
        g_k = g_k + g_k_bond;
        ([bend.value, coupling.value], [g_i, g_j, g_k])
    }
}
