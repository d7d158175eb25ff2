//! Quadratic bowls.

use super::{check, finite};
use crate::potential::{EvalError, Potential};

/// A quadratic bowl `½ Σ λ_i (x_i − i-th of the centre)²` in axes that are turned by a reflection, so that no coordinate is an
/// eigenvector. Its lowest energy is 0.
#[derive(Clone, Debug)]
pub struct Quadratic {
    curvatures: Vec<f64>,
    centre: Vec<f64>,
    mirror: Vec<f64>,
}

impl Quadratic {
    /// `n` curvatures spaced evenly in their logarithm from 1 to `condition`.
    #[must_use]
    pub fn new(n: usize, condition: f64) -> Self {
        let fraction = |i: usize| if n > 1 { i as f64 / (n - 1) as f64 } else { 0.0 };
        let length = (n as f64).sqrt();
        Self {
            curvatures: (0..n).map(|i| condition.powf(fraction(i))).collect(),
            centre: (0..n).map(|i| 1.0 + (i as f64).sin()).collect(),
            mirror: vec![1.0 / length; n],
        }
    }

    /// The minimum.
    #[must_use]
    pub fn centre(&self) -> &[f64] {
        &self.centre
    }

    fn reflect(&self, v: &mut [f64]) {
        let along: f64 = self.mirror.iter().zip(&*v).map(|(m, c)| m * c).sum();
        for (c, m) in v.iter_mut().zip(&self.mirror) {
            *c -= 2.0 * along * m;
        }
    }
}

impl Potential for Quadratic {
    fn len(&self) -> usize {
        self.curvatures.len()
    }

    fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
        check(x, self.len())?;
        for i in 0..x.len() {
            gradient[i] = x[i] - self.centre[i];
        }
        self.reflect(gradient);
        let mut energy = 0.0;
        for (g, k) in gradient.iter_mut().zip(&self.curvatures) {
            energy += 0.5 * k * *g * *g;
            *g *= k;
        }
        self.reflect(gradient);
        finite(energy, gradient)
    }

    fn hessian(&mut self, x: &[f64]) -> Option<Result<Vec<f64>, EvalError>> {
        Some(check(x, self.len()).map(|()| {
            let mut hessian = Vec::with_capacity(x.len() * x.len());
            for i in 0..x.len() {
                let mut row = vec![0.0; x.len()];
                row[i] = 1.0;
                self.reflect(&mut row);
                for (r, k) in row.iter_mut().zip(&self.curvatures) {
                    *r *= k;
                }
                self.reflect(&mut row);
                hessian.extend(row);
            }
            hessian
        }))
    }
}
