//! Out-of-plane bending at three-coordinate centres, over the sine of the Wilson angle χ between the bond j–l and the plane i–j–k.

use crate::numeric::Real;
use crate::units::DEGREES_PER_RADIAN;
use std::f64::consts::FRAC_PI_2;

/// Half of 0.043844 kcal/mol/deg² per md Å/rad² (Halgren 1996, part I, eq 6).
const KCAL_PER_MILLIDYNE: f64 = 0.043844 / 2.0;

/// MMFF94 out-of-plane bend: E = 0.043844/2 koop χ², χ in degrees (Halgren 1996, part I, eq 6).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WilsonAngle<S = f64> {
    /// Force constant koop, md Å/rad².
    pub force_constant: S,
}

impl<S: Real> WilsonAngle<S> {
    /// Energy (kcal/mol) at the sine of the Wilson angle.
    #[inline(always)]
    pub fn energy(&self, sine: S) -> S {
        let chi = (-sine.acos()).offset(FRAC_PI_2);
        self.force_constant
            .scale(KCAL_PER_MILLIDYNE * DEGREES_PER_RADIAN * DEGREES_PER_RADIAN)
            * chi.square()
    }
}

/// UFF inversion: E = K (C0 + C1 cos ω + C2 cos 2ω), ω the Wilson angle χ between the bond j–l and the plane i–j–k
/// (Rappé 1992, eqs 18 and 19).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Inversion<S = f64> {
    /// Force constant K, kcal/mol, already divided by the number of inversions at the centre.
    pub force_constant: S,
    /// C0, C1 and C2.
    pub coefficients: [S; 3],
}

impl<S: Real> Inversion<S> {
    /// Energy (kcal/mol) at the sine of the Wilson angle.
    #[inline(always)]
    pub fn energy(&self, sine: S) -> S {
        let [c0, c1, c2] = self.coefficients;
        let square = sine.square();
        // The floor keeps the slope finite where the bond stands upright on the plane.
        let cosine = (-square).offset(1.0).max(1e-16).sqrt();
        self.force_constant * (c0 + c1 * cosine + c2 * square.scale(-2.0).offset(1.0))
    }
}
