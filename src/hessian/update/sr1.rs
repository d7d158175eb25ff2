//! The symmetric rank-one update (J. Nocedal, S. J. Wright, Numerical Optimization, 2nd ed. 2006, eq. 6.24).

use super::{Updatable, mismatch};
use crate::linalg::vector::{dot, norm};

/// The update is left out where the denominator is below this fraction of what it could be (eq. 6.26).
const DEGENERATE: f64 = 1e-8;

/// `B += r rᵀ/(rᵀs)`, `r = y − B s`. Finds the exact Hessian of a quadratic surface in n independent steps, of whatever signature.
#[must_use]
pub fn update<M: Updatable>(hessian: &mut M, step: &[f64], change: &[f64]) -> bool {
    update_above(DEGENERATE, hessian, step, change)
}

/// The same with another bound below which the denominator counts as degenerate.
pub(super) fn update_above<M: Updatable>(degenerate: f64, hessian: &mut M, step: &[f64], change: &[f64]) -> bool {
    let r = mismatch(hessian, step, change);
    let along = dot(&r, step);
    if along.abs() <= degenerate * norm(&r) * norm(step) || !along.is_finite() {
        return false;
    }
    hessian.add_outer(1.0 / along, &r);
    true
}
