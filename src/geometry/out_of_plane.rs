//! The Wilson angle χ between the bond j–l and the plane i–j–k (Wilson, Decius, Cross 1955).

use super::distance::TINY;
use super::{Distance, Vector};
use crate::numeric::Real;

/// Cosines are kept above this, so that gradients stay finite where the bond stands upright on the plane.
const SMALL_COSINE: f64 = 1e-8;

/// The sine of the Wilson angle with its gradient.
#[derive(Clone, Copy, Debug)]
pub struct OutOfPlane<S> {
    /// sin χ.
    pub sine: S,
    ji: Vector<S>,
    jk: Vector<S>,
    jl: Distance<S>,
    normal: Vector<S>,
    inverse: S,
}

impl<S: Real> OutOfPlane<S> {
    /// Of the positions (Å) of i, the centre j, k, and l out of the plane of the other three.
    #[inline(always)]
    pub fn new(i: Vector<S>, j: Vector<S>, k: Vector<S>, l: Vector<S>) -> Self {
        let ji = i - j;
        let jk = k - j;
        let jl = Distance::new(j, l);
        let normal = ji.cross(jk);
        let inverse = normal.square().max(TINY).sqrt().recip();
        let normal = normal.times(inverse);
        Self {
            sine: normal.dot(jl.direction),
            ji,
            jk,
            jl,
            normal,
            inverse,
        }
    }

    /// cos χ, positive.
    #[inline(always)]
    pub fn cosine(&self) -> S {
        self.normal
            .cross(self.jl.direction)
            .square()
            .max(SMALL_COSINE * SMALL_COSINE)
            .sqrt()
    }

    /// χ in radian, from −π/2 to π/2, given its cosine.
    #[inline(always)]
    pub fn value(&self, cosine: S) -> S {
        // The angle to the plane is the complement of the angle to the normal, whose cosine is sin χ.
        (-S::angle(cosine, self.sine)).offset(std::f64::consts::FRAC_PI_2)
    }

    /// `slope` times the gradient of sin χ with respect to i, j, k and l.
    #[inline(always)]
    pub fn sine_gradient(&self, slope: S) -> [Vector<S>; 4] {
        let u = self.jl.direction;
        let f = (u - self.normal.times(self.sine)).times(slope * self.inverse);
        let i = self.jk.cross(f);
        let k = f.cross(self.ji);
        let l = (self.normal - u.times(self.sine)).times(slope * self.jl.inverse);
        [i, -(i + k + l), k, l]
    }
}
