//! Random polynomials, whose derivatives of every order are exact.

use super::{Stream, check, finite};
use crate::potential::{EvalError, Potential};

/// A cubic polynomial with random coefficients in a quartic bowl: `Σ c_m Π_{i∈m} x_i + ¼ |x|⁴`, the sum over all monomials of
/// degree one to three. It has several minima and saddles, none of them at a special place.
#[derive(Clone, Debug)]
pub struct Polynomial {
    dimensions: usize,
    /// Coefficient and the coordinates (one to three, repeated for powers) of each monomial.
    monomials: Vec<(f64, Vec<usize>)>,
}

impl Polynomial {
    /// Coefficients between −1 and 1, doubled for the quadratic ones so that there are valleys and ridges. The same seed gives
    /// the same polynomial.
    #[must_use]
    pub fn random(dimensions: usize, seed: u64) -> Self {
        let mut stream = Stream(seed);
        let mut monomials = Vec::new();
        let mut add =
            |scale: f64, factors: Vec<usize>| monomials.push((scale * (2.0 * stream.uniform() - 1.0), factors));
        for i in 0..dimensions {
            add(1.0, vec![i]);
            for j in 0..=i {
                add(2.0, vec![i, j]);
                for k in 0..=j {
                    add(1.0, vec![i, j, k]);
                }
            }
        }
        Self { dimensions, monomials }
    }
}

/// Product of the coordinates `factors`, those at the places `left_out` excepted.
fn product(x: &[f64], factors: &[usize], left_out: &[usize]) -> f64 {
    let kept = factors
        .iter()
        .enumerate()
        .filter(|(place, _)| !left_out.contains(place));
    kept.map(|(_, &i)| x[i]).product()
}

impl Potential for Polynomial {
    fn len(&self) -> usize {
        self.dimensions
    }

    fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
        check(x, self.dimensions)?;
        let square: f64 = x.iter().map(|c| c * c).sum();
        let mut energy = 0.25 * square * square;
        for (g, c) in gradient.iter_mut().zip(x) {
            *g = square * c;
        }
        for (coefficient, factors) in &self.monomials {
            energy += coefficient * product(x, factors, &[]);
            for (p, &i) in factors.iter().enumerate() {
                gradient[i] += coefficient * product(x, factors, &[p]);
            }
        }
        finite(energy, gradient)
    }

    fn hessian(&mut self, x: &[f64]) -> Option<Result<Vec<f64>, EvalError>> {
        let n = self.dimensions;
        Some(check(x, n).map(|()| {
            let square: f64 = x.iter().map(|c| c * c).sum();
            let bowl = |i: usize, j: usize| 2.0 * x[i] * x[j] + if i == j { square } else { 0.0 };
            let mut hessian: Vec<f64> = (0..n * n).map(|k| bowl(k / n, k % n)).collect();
            for (coefficient, factors) in &self.monomials {
                for (p, &i) in factors.iter().enumerate() {
                    for (q, &j) in factors.iter().enumerate().filter(|&(q, _)| q != p) {
                        hessian[i * n + j] += coefficient * product(x, factors, &[p, q]);
                    }
                }
            }
            hessian
        }))
    }
}
