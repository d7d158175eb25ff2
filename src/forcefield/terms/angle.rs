//! Angle bending, over the angle θ (radian) or its cosine.

use super::{Interaction, slope};
use crate::geometry::{Angle, Vector};
use crate::numeric::{Over, Real};
use crate::units::DEGREES_PER_RADIAN;

/// Half of 143.9325 (π/180)² kcal/mol/deg² per md Å/rad² (Halgren 1996, part I, eq 3, prints it rounded to 0.043844; the
/// published MMFF94s energies are reproduced to 1e-4 with the unrounded value).
const KCAL_PER_MILLIDYNE: f64 = 143.9325 / 2.0 / (DEGREES_PER_RADIAN * DEGREES_PER_RADIAN);

/// Cubic bend constant of MMFF94, 1/deg: −0.4 rad⁻¹ (Halgren 1996, part I, eq 3, prints it rounded to −0.007; the
/// published validation energies are reproduced with the unrounded value).
const CUBIC: f64 = -0.006_981_317;

/// MMFF94 cubic angle: E = 143.9325 (π/180)²/2 ka Δθ² (1 + cb Δθ), Δθ = θ − θ0 in degrees (Halgren 1996, part I, eq 3).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CubicAngle<S = f64> {
    /// Force constant ka, md Å/rad².
    pub force_constant: S,
    /// Reference angle θ0, degrees.
    pub angle_degrees: S,
}

impl<C: Real> CubicAngle<C> {
    /// Energy (kcal/mol) at the angle `theta` (radian).
    #[inline(always)]
    pub fn energy<S: Over<C>>(&self, theta: S) -> S {
        let dt = theta.scale(DEGREES_PER_RADIAN).plus(-self.angle_degrees);
        (dt.square() * dt.scale(CUBIC).offset(1.0)).times(self.force_constant.scale(KCAL_PER_MILLIDYNE))
    }
}

/// MMFF94 angle at a linear centre: E = 143.9325 ka (1 + cos θ) (Halgren 1996, part I, eq 4).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinearAngle<S = f64> {
    /// Force constant ka, md Å/rad².
    pub force_constant: S,
}

impl<C: Real> LinearAngle<C> {
    /// Energy (kcal/mol) at the cosine of the angle.
    #[inline(always)]
    pub fn energy<S: Over<C>>(&self, cosine: S) -> S {
        cosine.offset(1.0).times(self.force_constant.scale(143.9325))
    }
}

/// UFF general angle: E = K (C0 + C1 cos θ + C2 cos 2θ) (Rappé 1992, eqs 11 and 12).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CosineAngle<S = f64> {
    /// Force constant K, kcal/mol/rad².
    pub force_constant: S,
    /// C0, C1 and C2.
    pub coefficients: [S; 3],
}

impl<C: Real> CosineAngle<C> {
    /// Energy (kcal/mol) at the cosine of the angle.
    #[inline(always)]
    pub fn energy<S: Over<C>>(&self, cosine: S) -> S {
        let [c0, c1, c2] = self.coefficients;
        let twofold = cosine.square().scale(2.0).offset(-1.0);
        (cosine.times(c1) + twofold.times(c2))
            .plus(c0)
            .times(self.force_constant)
    }
}

/// UFF angle at a linear, trigonal-planar, square-planar or octahedral centre:
/// E = K/n² (1 − s cos nθ), with n = 1, 2, 3 or 4 and s = −1 for n = 1, else 1 (Rappé 1992, eq 10).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PeriodicAngle<S = f64> {
    /// Force constant K, kcal/mol/rad².
    pub force_constant: S,
    /// cos nθ − with the sign s and without the constant − as coefficients of cos θ to the powers 0 … 4.
    pub polynomial: [S; 5],
}

impl PeriodicAngle {
    /// The form for periodicity `n` from 1 to 4.
    #[must_use]
    pub fn new(force_constant: f64, n: u8) -> Self {
        let polynomial = match n {
            1 => [0.0, -1.0, 0.0, 0.0, 0.0],
            2 => [-1.0, 0.0, 2.0, 0.0, 0.0],
            3 => [0.0, -3.0, 0.0, 4.0, 0.0],
            _ => [1.0, 0.0, -8.0, 0.0, 8.0],
        };
        let n = f64::from(n);
        Self {
            force_constant: force_constant / (n * n),
            polynomial,
        }
    }
}

impl<C: Real> PeriodicAngle<C> {
    /// Energy (kcal/mol) at the cosine of the angle.
    #[inline(always)]
    pub fn energy<S: Over<C>>(&self, cosine: S) -> S {
        let [a0, a1, a2, a3, a4] = self.polynomial;
        let sum = (((cosine.times(a4).plus(a3)) * cosine).plus(a2) * cosine).plus(a1) * cosine;
        (-sum).plus(-a0).offset(1.0).times(self.force_constant)
    }
}

impl Interaction<3, 1> for LinearAngle {
    fn parameters(&self) -> [f64; 1] {
        [self.force_constant]
    }

    #[inline(always)]
    fn energy_gradient<S: Real>([i, j, k]: [Vector<S>; 3], parameters: [S; 1]) -> ([S; 2], [Vector<S>; 3]) {
        let [force_constant] = parameters;
        let bend = LinearAngle { force_constant };
        let angle = Angle::new(i, j, k);
        let (energy, slope) = slope(angle.cosine, |cosine| bend.energy(cosine));
        ([energy, S::constant(0.0)], angle.cosine_gradient(slope))
    }
}

impl Interaction<3, 4> for CosineAngle {
    fn parameters(&self) -> [f64; 4] {
        let [c0, c1, c2] = self.coefficients;
        [self.force_constant, c0, c1, c2]
    }

    #[inline(always)]
    fn energy_gradient<S: Real>([i, j, k]: [Vector<S>; 3], parameters: [S; 4]) -> ([S; 2], [Vector<S>; 3]) {
        let [force_constant, c0, c1, c2] = parameters;
        let bend = CosineAngle {
            force_constant,
            coefficients: [c0, c1, c2],
        };
        let angle = Angle::new(i, j, k);
        let (energy, slope) = slope(angle.cosine, |cosine| bend.energy(cosine));
        ([energy, S::constant(0.0)], angle.cosine_gradient(slope))
    }
}

impl Interaction<3, 6> for PeriodicAngle {
    fn parameters(&self) -> [f64; 6] {
        let [a0, a1, a2, a3, a4] = self.polynomial;
        [self.force_constant, a0, a1, a2, a3, a4]
    }

    #[inline(always)]
    fn energy_gradient<S: Real>([i, j, k]: [Vector<S>; 3], parameters: [S; 6]) -> ([S; 2], [Vector<S>; 3]) {
        let [force_constant, a0, a1, a2, a3, a4] = parameters;
        let bend = PeriodicAngle {
            force_constant,
            polynomial: [a0, a1, a2, a3, a4],
        };
        let angle = Angle::new(i, j, k);
        let (energy, slope) = slope(angle.cosine, |cosine| bend.energy(cosine));
        ([energy, S::constant(0.0)], angle.cosine_gradient(slope))
    }
}
