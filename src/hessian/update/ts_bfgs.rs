//! BFGS for saddle points (J. M. Anglada, J. M. Bofill, J. Comput. Chem. 1998, 19, 349; J. M. Bofill, Int. J. Quantum Chem.
//! 2003, 94, 324).

use super::mismatch;
use crate::linalg::vector::{add_scaled, dot};
use crate::linalg::{Eigen, SymmetricMatrix};

/// `B += r uᵀ + u rᵀ − (rᵀs) u uᵀ` with `u = M s/(sᵀ M s)` and `M = y yᵀ + |B| s sᵀ |B|`, where `|B|` has the absolute values of the
/// eigenvalues. The denominator is a sum of squares, so it never vanishes while the matrix knows any curvature along the step.
#[must_use]
pub fn update(hessian: &mut SymmetricMatrix, step: &[f64], change: &[f64]) -> bool {
    let Ok(eigen) = Eigen::new(hessian) else { return false };
    let magnitude = eigen.map(f64::abs).times(step);
    let (curvature, known) = (dot(change, step), dot(&magnitude, step));
    let denominator = curvature * curvature + known * known;
    if denominator <= 0.0 || !denominator.is_finite() {
        return false;
    }
    let r = mismatch(hessian, step, change);
    let mut u = vec![0.0; step.len()];
    add_scaled(&mut u, curvature / denominator, change);
    add_scaled(&mut u, known / denominator, &magnitude);
    hessian.add_symmetric_outer(1.0, &r, &u);
    hessian.add_outer(-dot(&r, step), &u);
    true
}
