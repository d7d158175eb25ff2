//! Forward-mode derivatives: a value together with its derivatives with respect to `N` variables.
//!
//! Over [`Real`] numbers of any kind, so that `Dual<Dual<f64, N>, N>` holds second derivatives.

use super::Real;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// A value and its partial derivatives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dual<S, const N: usize> {
    /// The value.
    pub value: S,
    /// The derivatives with respect to the `N` variables.
    pub derivatives: [S; N],
}

impl<S: Real, const N: usize> Dual<S, N> {
    /// The variable number `index` at this value.
    #[inline(always)]
    pub fn variable(value: S, index: usize) -> Self {
        let mut derivatives = [S::constant(0.0); N];
        derivatives[index] = S::constant(1.0);
        Self { value, derivatives }
    }

    /// A number that does not depend on the variables.
    #[inline(always)]
    pub fn fixed(value: S) -> Self {
        Self {
            value,
            derivatives: [S::constant(0.0); N],
        }
    }

    /// All `N` variables at these values.
    #[inline(always)]
    pub fn variables(values: [S; N]) -> [Self; N] {
        std::array::from_fn(|i| Self::variable(values[i], i))
    }

    /// The chain rule for a function with this value and this slope here.
    #[inline(always)]
    fn chain(self, value: S, slope: S) -> Self {
        Self {
            value,
            derivatives: self.derivatives.map(|d| d * slope),
        }
    }
}

impl<S: Real, const N: usize> Add for Dual<S, N> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self {
            value: self.value + other.value,
            derivatives: std::array::from_fn(|i| self.derivatives[i] + other.derivatives[i]),
        }
    }
}

impl<S: Real, const N: usize> Sub for Dual<S, N> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self {
            value: self.value - other.value,
            derivatives: std::array::from_fn(|i| self.derivatives[i] - other.derivatives[i]),
        }
    }
}

impl<S: Real, const N: usize> Mul for Dual<S, N> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self {
            value: self.value * other.value,
            derivatives: std::array::from_fn(|i| self.derivatives[i] * other.value + self.value * other.derivatives[i]),
        }
    }
}

impl<S: Real, const N: usize> Div for Dual<S, N> {
    type Output = Self;
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        let inverse = other.value.recip();
        let value = self.value * inverse;
        Self {
            value,
            derivatives: std::array::from_fn(|i| (self.derivatives[i] - value * other.derivatives[i]) * inverse),
        }
    }
}

impl<S: Real, const N: usize> Neg for Dual<S, N> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self {
            value: -self.value,
            derivatives: self.derivatives.map(|d| -d),
        }
    }
}

impl<S: Real, const N: usize> Real for Dual<S, N> {
    #[inline(always)]
    fn constant(value: f64) -> Self {
        Self::fixed(S::constant(value))
    }
    #[inline(always)]
    fn scale(self, factor: f64) -> Self {
        Self {
            value: self.value.scale(factor),
            derivatives: self.derivatives.map(|d| d.scale(factor)),
        }
    }
    #[inline(always)]
    fn offset(self, term: f64) -> Self {
        Self {
            value: self.value.offset(term),
            ..self
        }
    }
    #[inline(always)]
    fn recip(self) -> Self {
        let value = self.value.recip();
        self.chain(value, -(value * value))
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        let value = self.value.sqrt();
        self.chain(value, value.recip().scale(0.5))
    }
    #[inline(always)]
    fn acos(self) -> Self {
        let slope = -(S::constant(1.0) - self.value * self.value).sqrt().recip();
        self.chain(self.value.acos(), slope)
    }
    #[inline(always)]
    fn exp(self) -> Self {
        let value = self.value.exp();
        self.chain(value, value)
    }
    #[inline(always)]
    fn max(self, floor: f64) -> Self {
        // The derivative is left as it is: clamping is used as a guard at the edge of a domain, where
        // callers bound the value and want the limit of the derivative from inside.
        Self {
            value: self.value.max(floor),
            ..self
        }
    }
    #[inline(always)]
    fn min(self, ceiling: f64) -> Self {
        Self {
            value: self.value.min(ceiling),
            ..self
        }
    }
}
