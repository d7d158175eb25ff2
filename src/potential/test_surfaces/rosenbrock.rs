//! Rosenbrock's valley.

use super::{check, finite};
use crate::potential::{EvalError, Potential};

/// Rosenbrock's valley `Σ 100 (x_{i+1} − x_i²)² + (1 − x_i)²` (Comput. J. 3, 175 (1960)) in two or more coordinates; the
/// minimum is 0 at (1, 1, …).
#[derive(Clone, Copy, Debug)]
pub struct Rosenbrock {
    /// Number of coordinates, at least two.
    pub coordinates: usize,
}

impl Potential for Rosenbrock {
    fn len(&self) -> usize {
        self.coordinates
    }

    fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
        check(x, self.coordinates)?;
        gradient.fill(0.0);
        let mut energy = 0.0;
        for i in 1..x.len() {
            let (bend, rest) = (x[i] - x[i - 1] * x[i - 1], 1.0 - x[i - 1]);
            energy += 100.0 * bend * bend + rest * rest;
            gradient[i] += 200.0 * bend;
            gradient[i - 1] -= 400.0 * bend * x[i - 1] + 2.0 * rest;
        }
        finite(energy, gradient)
    }

    fn hessian(&mut self, x: &[f64]) -> Option<Result<Vec<f64>, EvalError>> {
        let n = self.coordinates;
        Some(check(x, n).map(|()| {
            let mut hessian = vec![0.0; n * n];
            for i in 1..n {
                hessian[i * n + i] += 200.0;
                hessian[(i - 1) * n + i - 1] += 1200.0 * x[i - 1] * x[i - 1] - 400.0 * x[i] + 2.0;
                hessian[i * n + i - 1] -= 400.0 * x[i - 1];
                hessian[(i - 1) * n + i] -= 400.0 * x[i - 1];
            }
            hessian
        }))
    }
}
