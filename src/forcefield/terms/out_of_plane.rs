//! Out-of-plane bending at three-coordinate centres, over the Wilson angle χ between the bond j–l and the plane i–j–k, or its sine.

use super::{Interaction, slope};
use crate::geometry::{OutOfPlane, Vector};
use crate::numeric::{Over, Real};
use crate::units::DEGREES_PER_RADIAN;

/// Half of 143.9325 (π/180)² kcal/mol/deg² per md Å/rad² (Halgren 1996, part I, eq 6, prints it rounded to 0.043844; the
/// published MMFF94s energies are reproduced to 1e-4 with the unrounded value).
const KCAL_PER_MILLIDYNE: f64 = 143.9325 / 2.0 / (DEGREES_PER_RADIAN * DEGREES_PER_RADIAN);

/// MMFF94 out-of-plane bend: E = 143.9325 (π/180)²/2 koop χ², χ in degrees (Halgren 1996, part I, eq 6).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WilsonAngle<S = f64> {
    /// Force constant koop, md Å/rad².
    pub force_constant: S,
}

impl<C: Real> WilsonAngle<C> {
    /// Energy (kcal/mol) at the Wilson angle `chi` (radian).
    #[inline(always)]
    pub fn energy<S: Over<C>>(&self, chi: S) -> S {
        chi.scale(DEGREES_PER_RADIAN)
            .square()
            .times(self.force_constant.scale(KCAL_PER_MILLIDYNE))
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

impl<C: Real> Inversion<C> {
    /// Energy (kcal/mol) at the sine of the Wilson angle.
    #[inline(always)]
    pub fn energy<S: Over<C>>(&self, sine: S) -> S {
        let [c0, c1, c2] = self.coefficients;
        let square = sine.square();
        // The floor keeps the slope finite where the bond stands upright on the plane.
        let cosine = (-square).offset(1.0).max(1e-16).sqrt();
        (cosine.times(c1) + square.scale(-2.0).offset(1.0).times(c2))
            .plus(c0)
            .times(self.force_constant)
    }
}

impl Interaction<4, 1> for WilsonAngle {
    fn parameters(&self) -> [f64; 1] {
        [self.force_constant]
    }

    #[inline(always)]
    fn energy_gradient<S: Real>([i, j, k, l]: [Vector<S>; 4], parameters: [S; 1]) -> ([S; 2], [Vector<S>; 4]) {
        let [force_constant] = parameters;
        let bend = WilsonAngle { force_constant };
        let plane = OutOfPlane::new(i, j, k, l);
        let cosine = plane.cosine();
        let (energy, slope) = slope(plane.value(cosine), |chi| bend.energy(chi));
        ([energy, S::constant(0.0)], plane.sine_gradient(slope / cosine))
    }
}

impl Interaction<4, 4> for Inversion {
    fn parameters(&self) -> [f64; 4] {
        let [c0, c1, c2] = self.coefficients;
        [self.force_constant, c0, c1, c2]
    }

    #[inline(always)]
    fn energy_gradient<S: Real>([i, j, k, l]: [Vector<S>; 4], parameters: [S; 4]) -> ([S; 2], [Vector<S>; 4]) {
        let [force_constant, c0, c1, c2] = parameters;
        let inversion = Inversion {
            force_constant,
            coefficients: [c0, c1, c2],
        };
        let plane = OutOfPlane::new(i, j, k, l);
        let (energy, slope) = slope(plane.sine, |sine| inversion.energy(sine));
        ([energy, S::constant(0.0)], plane.sine_gradient(slope))
    }
}
