//! Powell's symmetric Broyden update (M. J. D. Powell in Nonlinear Programming, ed. J. B. Rosen et al., 1970, p. 31).

use super::mismatch;
use crate::linalg::SymmetricMatrix;
use crate::linalg::vector::dot;

/// `B += (r sᵀ + s rᵀ)/(sᵀs) − (rᵀs) s sᵀ/(sᵀs)²`, `r = y − B s`: of all symmetric changes that satisfy the secant condition the
/// smallest one.
#[must_use]
pub fn update(hessian: &mut SymmetricMatrix, step: &[f64], change: &[f64]) -> bool {
    let r = mismatch(hessian, step, change);
    add(hessian, 1.0, step, &r)
}

/// Adds `weight` times the change.
pub(super) fn add(hessian: &mut SymmetricMatrix, weight: f64, step: &[f64], r: &[f64]) -> bool {
    let (square, along) = (dot(step, step), dot(r, step));
    if square <= 0.0 || !along.is_finite() {
        return false;
    }
    hessian.add_symmetric_outer(weight / square, r, step);
    hessian.add_outer(-weight * along / (square * square), step);
    true
}
