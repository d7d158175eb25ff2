//! BFGS with Powell's damping (J. Nocedal, S. J. Wright, Numerical Optimization, 2nd ed. 2006, eq. 6.19 and procedure 18.2).

use super::Updatable;
use crate::linalg::vector::{add_scaled, dot};

/// Smallest curvature along the step, relative to the one that the matrix has, that is taken in as it is (Powell's 0.2).
const LEAST_CURVATURE: f64 = 0.2;

/// `B += y yᵀ/(yᵀs) − (Bs)(Bs)ᵀ/(sᵀBs)`. Where the curvature `sᵀy` is small or negative, y is first drawn towards `Bs`, so that a
/// positive definite matrix stays so.
#[must_use]
pub fn update<M: Updatable>(hessian: &mut M, step: &[f64], change: &[f64]) -> bool {
    let product = hessian.times(step);
    let known = dot(step, &product);
    if known <= 0.0 || !known.is_finite() {
        return false;
    }
    let curvature = dot(step, change);
    let mut y = change.to_vec();
    if curvature < LEAST_CURVATURE * known {
        let theta = (1.0 - LEAST_CURVATURE) * known / (known - curvature);
        y.iter_mut().for_each(|c| *c *= theta);
        add_scaled(&mut y, 1.0 - theta, &product);
    }
    let damped = dot(step, &y);
    if !damped.is_finite() {
        return false;
    }
    replace(hessian, (known, &product), (damped, &y));
    true
}

/// The formula itself: the curvature `known` along the step, with its product B s, gives way to the curvature found, with its y.
pub(super) fn replace<M: Updatable>(hessian: &mut M, known: (f64, &[f64]), found: (f64, &[f64])) {
    hessian.add_outer(-1.0 / known.0, known.1);
    hessian.add_outer(1.0 / found.0, found.1);
}
