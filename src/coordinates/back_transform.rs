//! From internal displacements to Cartesian coordinates, by Gauss–Newton iteration.

use super::{Coordinates, InternalCoordinates, Metric};
use thiserror::Error;

/// Where the iteration ended.
#[derive(Clone, Debug, PartialEq)]
pub struct BackTransformed {
    /// Coordinates, Å.
    pub x: Vec<f64>,
    /// Norm of what is left of the displacement where it can be reached at all, Å or radian.
    pub residual: f64,
    /// Iterations.
    pub iterations: usize,
}

/// The iteration did not settle.
#[derive(Clone, Debug, PartialEq, Error)]
#[error("the internal displacement could not be reached: {:.1e} left after {} iterations", best.residual, best.iterations)]
pub struct BackTransformError {
    /// The best point.
    pub best: BackTransformed,
}

/// The last Cartesian correction (rms, Å) of an iteration that has settled.
const SETTLED: f64 = 1e-9;

/// Good enough where the iteration stops gaining, Å.
const SUFFICIENT: f64 = 1e-4;

const MOST_ITERATIONS: usize = 40;

/// A correction that has not shrunk to this fraction asks for a new B.
const SLOW: f64 = 0.3;

fn rms(v: &[f64]) -> f64 {
    (v.iter().map(|c| c * c).sum::<f64>() / v.len().max(1) as f64).sqrt()
}

/// The coordinates' linear dependence on the Cartesian ones at a point, ready to be inverted.
pub(super) trait Linear<C> {
    /// The Cartesian displacement (Å) of an internal one.
    fn displacement(&self, dq: &[f64]) -> Vec<f64>;
    /// The same at another point.
    fn renewed(&self, coordinates: &C, x: &[f64]) -> Self;
}

impl Linear<InternalCoordinates> for Metric {
    fn displacement(&self, dq: &[f64]) -> Vec<f64> {
        self.displacement(dq)
    }

    fn renewed(&self, coordinates: &InternalCoordinates, x: &[f64]) -> Self {
        self.renewed(coordinates.wilson_b(x))
    }
}

/// Starts from the linear dependence at `x`, which is replaced only where the iteration becomes slow.
pub(super) fn iterate<C: Coordinates, M: Linear<C>>(
    coordinates: &C,
    x: &[f64],
    dq: &[f64],
    first: &M,
) -> Result<BackTransformed, BackTransformError> {
    let start = coordinates.values(x);
    let target: Vec<f64> = start.iter().zip(dq).map(|(q, d)| q + d).collect();
    let mut best = BackTransformed {
        x: x.to_vec(),
        residual: f64::INFINITY,
        iterations: 0,
    };
    let mut renewed: Option<M> = None;
    let mut at = x.to_vec();
    let mut left = dq.to_vec();
    for iteration in 1..=MOST_ITERATIONS {
        let metric = renewed.as_ref().unwrap_or(first);
        let correction = metric.displacement(&left);
        let size = rms(&correction);
        if !size.is_finite() {
            break;
        }
        if size < SETTLED {
            best.x = at;
            best.residual = size;
            best.iterations = iteration;
            return Ok(best);
        }
        // The correction still due is what a redundant target leaves over that can be reached: judged before it is made.
        let slow = size > SLOW * best.residual;
        if size < best.residual {
            best.x.clone_from(&at);
            best.residual = size;
            best.iterations = iteration;
        }
        for (c, d) in at.iter_mut().zip(&correction) {
            *c += d;
        }
        left = coordinates.difference(&target, &coordinates.values(&at));
        if slow {
            renewed = Some(first.renewed(coordinates, &at));
        }
    }
    if best.residual < SUFFICIENT {
        Ok(best)
    } else {
        Err(BackTransformError { best })
    }
}
