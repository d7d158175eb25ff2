//! The angle i–j–k at the centre j.

use super::{Distance, Vector};
use crate::numeric::Real;

/// Sines are kept above this, so that gradients stay finite (if large) where the atoms are in line.
const SMALL_SINE: f64 = 1e-8;

/// The angle at j between the bonds to i and k, with its gradient.
#[derive(Clone, Copy, Debug)]
pub struct Angle<S> {
    /// From j to i.
    pub ji: Distance<S>,
    /// From j to k.
    pub jk: Distance<S>,
    /// Cosine of the angle.
    pub cosine: S,
}

impl<S: Real> Angle<S> {
    /// Of three positions (Å), the centre in the middle.
    #[inline(always)]
    pub fn new(i: Vector<S>, j: Vector<S>, k: Vector<S>) -> Self {
        let [ji, jk] = Distance::to_each(j, [i, k]);
        Self {
            ji,
            jk,
            cosine: ji.direction.dot(jk.direction),
        }
    }

    /// Sine of the angle, positive.
    #[inline(always)]
    pub fn sine(&self) -> S {
        // The cross product keeps its relative precision near 0° and 180°, where 1 − cos² loses it.
        self.ji
            .direction
            .cross(self.jk.direction)
            .square()
            .max(SMALL_SINE * SMALL_SINE)
            .sqrt()
    }

    /// The angle in radian, from its sine.
    #[inline(always)]
    pub fn value(&self, sine: S) -> S {
        S::angle(sine, self.cosine)
    }

    /// `slope` times the gradient of the cosine with respect to i, j and k.
    #[inline(always)]
    pub fn cosine_gradient(&self, slope: S) -> [Vector<S>; 3] {
        let u = self.ji.direction;
        let v = self.jk.direction;
        let i = (v - u.times(self.cosine)).times(slope * self.ji.inverse);
        let k = (u - v.times(self.cosine)).times(slope * self.jk.inverse);
        [i, -(i + k), k]
    }
}
