//! Bofill's mixture for saddle points (J. M. Bofill, J. Comput. Chem. 1994, 15, 1).

use super::{mismatch, psb};
use crate::linalg::SymmetricMatrix;
use crate::linalg::vector::dot;

/// `φ` of SR1 and `1 − φ` of PSB with `φ = (rᵀs)²/(rᵀr sᵀs)`: SR1 where it is well conditioned. May turn curvatures negative.
#[must_use]
pub fn update(hessian: &mut SymmetricMatrix, step: &[f64], change: &[f64]) -> bool {
    let r = mismatch(hessian, step, change);
    let (along, r_square, s_square) = (dot(&r, step), dot(&r, &r), dot(step, step));
    let product = r_square * s_square;
    if product <= 0.0 || !product.is_finite() {
        return false;
    }
    let phi = along * along / product;
    // φ times SR1's r rᵀ/(rᵀs), with the denominator cancelled.
    hessian.add_outer(along / product, &r);
    psb::add(hessian, 1.0 - phi, step, &r)
}
