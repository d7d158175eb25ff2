//! What a formula needs of a number.

use std::fmt::Debug;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// A real number, or something that behaves like one component by component.
pub trait Real:
    Copy + Debug + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> + Neg<Output = Self>
{
    /// A constant.
    fn constant(value: f64) -> Self;
    /// The product with a plain number.
    fn scale(self, factor: f64) -> Self;
    /// The sum with a plain number.
    fn offset(self, term: f64) -> Self;
    /// 1/x.
    fn recip(self) -> Self;
    /// Square root.
    fn sqrt(self) -> Self;
    /// The angle in [0, π] with this cosine and this sine, where sine ≥ 0 and sine² + cosine² = 1 to rounding.
    ///
    /// Unlike an arc cosine it is accurate, and has an accurate derivative, at all angles.
    fn angle(sine: Self, cosine: Self) -> Self;
    /// 1/x of several numbers. Implementations may share one division between them, so the products of the
    /// numbers must neither overflow nor underflow.
    fn recip_each<const N: usize>(values: [Self; N]) -> [Self; N];
    /// The larger of this and a plain number (a guard at the edge of a domain: derivatives pass unchanged).
    fn max(self, floor: f64) -> Self;
    /// The smaller of this and a plain number (a guard at the edge of a domain: derivatives pass unchanged).
    fn min(self, ceiling: f64) -> Self;

    /// x².
    #[inline(always)]
    fn square(self) -> Self {
        self * self
    }

    /// x⁷.
    #[inline(always)]
    fn seventh(self) -> Self {
        let cube = self * self * self;
        cube * cube * self
    }
}

/// A number that combines with coefficients of a simpler kind: a dual number with plain ones, say. It spares the
/// arithmetic with derivatives that are known to be zero, which a compiler must not leave out.
pub trait Over<C>: Real {
    /// The coefficient as a number of this kind.
    fn lift(coefficient: C) -> Self;
    /// Product with a coefficient.
    fn times(self, coefficient: C) -> Self;
    /// Sum with a coefficient.
    fn plus(self, coefficient: C) -> Self;
}

impl<S: Real> Over<S> for S {
    #[inline(always)]
    fn lift(coefficient: S) -> Self {
        coefficient
    }
    #[inline(always)]
    fn times(self, coefficient: S) -> Self {
        self * coefficient
    }
    #[inline(always)]
    fn plus(self, coefficient: S) -> Self {
        self + coefficient
    }
}

impl Real for f64 {
    #[inline(always)]
    fn constant(value: f64) -> Self {
        value
    }
    #[inline(always)]
    fn scale(self, factor: f64) -> Self {
        self * factor
    }
    #[inline(always)]
    fn offset(self, term: f64) -> Self {
        self + term
    }
    #[inline(always)]
    fn recip(self) -> Self {
        1.0 / self
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        f64::sqrt(self)
    }
    #[inline(always)]
    fn angle(sine: Self, cosine: Self) -> Self {
        f64::atan2(sine, cosine)
    }
    #[inline(always)]
    fn recip_each<const N: usize>(values: [Self; N]) -> [Self; N] {
        values.map(f64::recip)
    }
    #[inline(always)]
    fn max(self, floor: f64) -> Self {
        f64::max(self, floor)
    }
    #[inline(always)]
    fn min(self, ceiling: f64) -> Self {
        f64::min(self, ceiling)
    }
}
