//! Forward-mode derivatives: a value together with its derivatives with respect to `N` variables.
//!
//! Over [`Real`] numbers of any kind, so that `Dual<Dual<f64, N>, N>` holds second derivatives and `Dual` over lanes
//! differentiates eight values at a time. Plain loops instead of closures: everything here must inline into the
//! vector kernels.

use super::real::{Over, Real};
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

    /// The chain rule for a function with this value and this slope here.
    #[inline(always)]
    fn chain(self, value: S, slope: S) -> Self {
        let mut derivatives = self.derivatives;
        for d in &mut derivatives {
            *d = *d * slope;
        }
        Self { value, derivatives }
    }
}

impl<S: Real, const N: usize> Add for Dual<S, N> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        let mut derivatives = self.derivatives;
        for (d, o) in derivatives.iter_mut().zip(other.derivatives) {
            *d = *d + o;
        }
        Self {
            value: self.value + other.value,
            derivatives,
        }
    }
}

impl<S: Real, const N: usize> Sub for Dual<S, N> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        let mut derivatives = self.derivatives;
        for (d, o) in derivatives.iter_mut().zip(other.derivatives) {
            *d = *d - o;
        }
        Self {
            value: self.value - other.value,
            derivatives,
        }
    }
}

#[allow(clippy::suspicious_arithmetic_impl, reason = "the product rule")]
impl<S: Real, const N: usize> Mul for Dual<S, N> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        let mut derivatives = self.derivatives;
        for (d, o) in derivatives.iter_mut().zip(other.derivatives) {
            *d = *d * other.value + self.value * o;
        }
        Self {
            value: self.value * other.value,
            derivatives,
        }
    }
}

#[allow(clippy::suspicious_arithmetic_impl, reason = "the quotient rule")]
impl<S: Real, const N: usize> Div for Dual<S, N> {
    type Output = Self;
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        let inverse = other.value.recip();
        let value = self.value * inverse;
        let mut derivatives = self.derivatives;
        for (d, o) in derivatives.iter_mut().zip(other.derivatives) {
            *d = (*d - value * o) * inverse;
        }
        Self { value, derivatives }
    }
}

impl<S: Real, const N: usize> Neg for Dual<S, N> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        let mut derivatives = self.derivatives;
        for d in &mut derivatives {
            *d = -*d;
        }
        Self {
            value: -self.value,
            derivatives,
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
        let mut derivatives = self.derivatives;
        for d in &mut derivatives {
            *d = d.scale(factor);
        }
        Self {
            value: self.value.scale(factor),
            derivatives,
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
    fn angle(sine: Self, cosine: Self) -> Self {
        let mut derivatives = sine.derivatives;
        for (d, c) in derivatives.iter_mut().zip(cosine.derivatives) {
            *d = *d * cosine.value - sine.value * c;
        }
        Self {
            value: S::angle(sine.value, cosine.value),
            derivatives,
        }
    }
    #[inline(always)]
    fn recip_each<const M: usize>(values: [Self; M]) -> [Self; M] {
        let mut plain = [S::constant(0.0); M];
        for (p, v) in plain.iter_mut().zip(values) {
            *p = v.value;
        }
        let inverses = S::recip_each(plain);
        let mut out = values;
        for (o, inverse) in out.iter_mut().zip(inverses) {
            *o = o.chain(inverse, -(inverse * inverse));
        }
        out
    }
    #[inline(always)]
    fn square(self) -> Self {
        self.chain(self.value * self.value, self.value + self.value)
    }
    #[inline(always)]
    fn seventh(self) -> Self {
        let cube = self.value * self.value * self.value;
        let sixth = cube * cube;
        self.chain(sixth * self.value, sixth.scale(7.0))
    }
    #[inline(always)]
    fn max(self, floor: f64) -> Self {
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

impl<S: Real, const N: usize> Over<S> for Dual<S, N> {
    #[inline(always)]
    fn lift(coefficient: S) -> Self {
        Self::fixed(coefficient)
    }
    #[inline(always)]
    fn times(self, coefficient: S) -> Self {
        self.chain(self.value * coefficient, coefficient)
    }
    #[inline(always)]
    fn plus(self, coefficient: S) -> Self {
        Self {
            value: self.value + coefficient,
            ..self
        }
    }
}
