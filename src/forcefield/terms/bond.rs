//! Bond stretching, over the distance r (Å).

use super::{Interaction, slope};
use crate::geometry::{Distance, Vector};
use crate::numeric::{Over, Real};

/// Half of 143.9325 kcal/mol/Å² per md/Å (Halgren 1996, part I, eq 2).
const KCAL_PER_MILLIDYNE: f64 = 143.9325 / 2.0;

/// Cubic stretch constant of MMFF94, Å⁻¹ (part I, eq 2).
const CUBIC: f64 = -2.0;

/// MMFF94 quartic bond: E = 143.9325/2 kb Δr² (1 + cs Δr + 7/12 cs² Δr²), Δr = r − r0 (Halgren 1996, part I, eq 2).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QuarticBond<S = f64> {
    /// Force constant kb, md/Å.
    pub force_constant: S,
    /// Reference length r0, Å.
    pub length: S,
}

impl<C: Real> QuarticBond<C> {
    /// The same parameters as numbers of another kind.
    pub fn lift<S>(self, lift: impl Fn(C) -> S + Copy) -> QuarticBond<S> {
        QuarticBond {
            force_constant: lift(self.force_constant),
            length: lift(self.length),
        }
    }

    /// Energy (kcal/mol) at the distance `r` (Å).
    #[inline(always)]
    pub fn energy<S: Over<C>>(&self, r: S) -> S {
        let dr = r.plus(-self.length);
        let anharmonic = dr.scale(7.0 / 12.0 * CUBIC * CUBIC).offset(CUBIC) * dr;
        (dr.square() * anharmonic.offset(1.0)).times(self.force_constant.scale(KCAL_PER_MILLIDYNE))
    }
}

/// UFF harmonic bond: E = k/2 (r − r0)² (Rappé 1992, eq 1a).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HarmonicBond<S = f64> {
    /// Force constant k, kcal/mol/Å².
    pub force_constant: S,
    /// Reference length r0, Å.
    pub length: S,
}

impl<C: Real> HarmonicBond<C> {
    /// The same parameters as numbers of another kind.
    pub fn lift<S>(self, lift: impl Fn(C) -> S + Copy) -> HarmonicBond<S> {
        HarmonicBond {
            force_constant: lift(self.force_constant),
            length: lift(self.length),
        }
    }

    /// Energy (kcal/mol) at the distance `r` (Å).
    #[inline(always)]
    pub fn energy<S: Over<C>>(&self, r: S) -> S {
        r.plus(-self.length).square().times(self.force_constant.scale(0.5))
    }
}

impl Interaction<2, 2> for QuarticBond {
    fn parameters(&self) -> [f64; 2] {
        [self.force_constant, self.length]
    }

    #[inline(always)]
    fn energy_gradient<S: Real>([i, j]: [Vector<S>; 2], parameters: [S; 2]) -> ([S; 2], [Vector<S>; 2]) {
        let [force_constant, length] = parameters;
        let bond = QuarticBond { force_constant, length };
        let distance = Distance::new(i, j);
        let (energy, slope) = slope(distance.value, |r| bond.energy(r));
        ([energy, S::constant(0.0)], distance.gradient(slope))
    }
}

impl Interaction<2, 2> for HarmonicBond {
    fn parameters(&self) -> [f64; 2] {
        [self.force_constant, self.length]
    }

    #[inline(always)]
    fn energy_gradient<S: Real>([i, j]: [Vector<S>; 2], parameters: [S; 2]) -> ([S; 2], [Vector<S>; 2]) {
        let [force_constant, length] = parameters;
        let bond = HarmonicBond { force_constant, length };
        let distance = Distance::new(i, j);
        let (energy, slope) = slope(distance.value, |r| bond.energy(r));
        ([energy, S::constant(0.0)], distance.gradient(slope))
    }
}
