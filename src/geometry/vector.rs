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

impl Vector<f64> {
    /// The position of an atom in flat coordinates.
    #[inline]
    #[must_use]
    pub fn of(x: &[f64], atom: usize) -> Self {
        Self([x[3 * atom], x[3 * atom + 1], x[3 * atom + 2]])
    }

    /// Turned about an axis of length 1 by an angle (radian; Rodrigues' formula), with the clock seen along the axis.
    #[must_use]
    pub fn turned(self, axis: Self, angle: f64) -> Self {
        let (sine, cosine) = angle.sin_cos();
        let along = axis.times(axis.dot(self) * (1.0 - cosine));
        self.times(cosine) + axis.cross(self).times(sine) + along
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::FRAC_PI_2;

    #[test]
    fn a_quarter_turn_about_z_takes_x_to_y_and_leaves_z() {
        let [x, y, z] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]].map(Vector);
        let both = Vector::of(&[9.0, 9.0, 9.0, 1.0, 0.0, 1.0], 1);
        let turned = both.turned(z, FRAC_PI_2);
        assert!((turned - y - z).square() < 1e-30, "{turned:?}");
        assert!((turned.turned(z, -FRAC_PI_2) - x - z).square() < 1e-30);
    }
}
