//! BFGS where the curvature found is positive, else the symmetric rank-one update: for models whose step is restricted anyway, so that
//! they may become indefinite, and to which no curvature is lost by damping.

use super::{Updatable, bfgs, sr1};
use crate::linalg::vector::dot;

/// Least curvature along a step, relative to the matrix's own, that BFGS is safe with.
const SAFE: f64 = 1e-4;

/// Least cosine that a denominator of the rank-one update must keep: gradients of real surfaces are noisy.
const DEGENERATE: f64 = 1e-4;

/// BFGS by eq. 6.19 of Nocedal and Wright where both curvatures along the step are positive, else SR1 (eq. 6.24).
#[must_use]
pub fn update<M: Updatable>(hessian: &mut M, step: &[f64], change: &[f64]) -> bool {
    let product = hessian.times(step);
    let known = dot(step, &product);
    let found = dot(step, change);
    if known > 0.0 && found > SAFE * known && found.is_finite() {
        bfgs::replace(hessian, (known, &product), (found, change));
        return true;
    }
    sr1::update_above(DEGENERATE, hessian, step, change)
}
