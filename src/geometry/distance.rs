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
        let [distance] = Self::to_each(i, [j]);
        distance
    }

    /// From the position i to each of several others, with one division for all.
    #[inline(always)]
    pub fn to_each<const N: usize>(i: Vector<S>, others: [Vector<S>; N]) -> [Self; N] {
        let mut values = [S::constant(0.0); N];
        for (value, j) in values.iter_mut().zip(others) {
            *value = (j - i).square().max(TINY).sqrt();
        }
        let inverses = S::recip_each(values);
        let mut out = [Self {
            value: values[0],
            inverse: values[0],
            direction: i,
        }; N];
        for (k, o) in out.iter_mut().enumerate() {
            *o = Self {
                value: values[k],
                inverse: inverses[k],
                direction: (others[k] - i).times(inverses[k]),
            };
        }
        out
    }

    /// `slope` times the gradient with respect to i and j.
    #[inline(always)]
    pub fn gradient(&self, slope: S) -> [Vector<S>; 2] {
        let g = self.direction.times(slope);
        [-g, g]
    }
}
