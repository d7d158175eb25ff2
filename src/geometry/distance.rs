//! The distance between two atoms.

use super::Vector;
use crate::numeric::Real;

/// Squared lengths are kept above this (Å²), so that directions stay finite where atoms coincide.
pub(super) const TINY: f64 = 1e-20;

/// The distance of atoms i and j with its gradient.
#[derive(Clone, Copy, Debug)]
pub struct Distance<S> {
    /// The distance, Å.
    pub value: S,
    /// Its inverse, 1/Å.
    pub inverse: S,
    /// Unit vector from i to j.
    pub direction: Vector<S>,
}

impl<S: Real> Distance<S> {
    /// Of two positions (Å).
    #[inline(always)]
    pub fn new(i: Vector<S>, j: Vector<S>) -> Self {
        let d = j - i;
        let value = d.square().max(TINY).sqrt();
        let inverse = value.recip();
        Self {
            value,
            inverse,
            direction: d.times(inverse),
        }
    }

    /// `slope` times the gradient with respect to i and j.
    #[inline(always)]
    pub fn gradient(&self, slope: S) -> [Vector<S>; 2] {
        let g = self.direction.times(slope);
        [-g, g]
    }
}
