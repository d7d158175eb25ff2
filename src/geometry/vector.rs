//! Three-vectors of [`Real`] numbers.

use crate::numeric::Real;
use std::ops::{Add, Neg, Sub};

/// A three-vector.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Vector<S>(pub [S; 3]);

impl<S: Real> Vector<S> {
    /// The null vector.
    #[inline(always)]
    pub fn zero() -> Self {
        Self([S::constant(0.0); 3])
    }

    /// Scalar product.
    #[inline(always)]
    pub fn dot(self, other: Self) -> S {
        self.0[0] * other.0[0] + self.0[1] * other.0[1] + self.0[2] * other.0[2]
    }

    /// Vector product.
    #[inline(always)]
    pub fn cross(self, other: Self) -> Self {
        let [a, b] = [self.0, other.0];
        Self([
            a[1] * b[2] - a[2] * b[1],
            a[2] * b[0] - a[0] * b[2],
            a[0] * b[1] - a[1] * b[0],
        ])
    }

    /// Product with a number.
    #[inline(always)]
    pub fn times(self, factor: S) -> Self {
        Self([self.0[0] * factor, self.0[1] * factor, self.0[2] * factor])
    }

    /// Squared length.
    #[inline(always)]
    pub fn square(self) -> S {
        self.dot(self)
    }
}

impl<S: Real> Add for Vector<S> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self([self.0[0] + other.0[0], self.0[1] + other.0[1], self.0[2] + other.0[2]])
    }
}

impl<S: Real> Sub for Vector<S> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self([self.0[0] - other.0[0], self.0[1] - other.0[1], self.0[2] - other.0[2]])
    }
}

impl<S: Real> Neg for Vector<S> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self([-self.0[0], -self.0[1], -self.0[2]])
    }
}
