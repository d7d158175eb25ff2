//! Quasi-Newton updates of a Hessian from a step s and the change of the gradient y along it.
//!
//! Each overwrites the matrix by one that satisfies the secant condition `B s = y` (the damped one a condition near it),
//! and says whether it did: where a formula is degenerate the matrix is left as it was.

pub mod bfgs;
pub mod bofill;
pub mod psb;
pub mod sr1;
pub mod ts_bfgs;

#[cfg(test)]
mod tests;

use crate::linalg::SymmetricMatrix;
use crate::linalg::vector::set_difference;

/// The updates by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Update {
    /// Broyden–Fletcher–Goldfarb–Shanno with Powell's damping: keeps the matrix positive definite.
    #[default]
    Bfgs,
    /// Symmetric rank one.
    Sr1,
    /// Powell's symmetric Broyden update.
    Psb,
    /// Bofill's mixture of the two before: for saddle points.
    Bofill,
    /// BFGS for saddle points.
    TsBfgs,
}

impl Update {
    /// Updates the matrix, and says whether it changed.
    #[must_use]
    pub fn apply(self, hessian: &mut SymmetricMatrix, step: &[f64], change: &[f64]) -> bool {
        match self {
            Self::Bfgs => bfgs::update(hessian, step, change),
            Self::Sr1 => sr1::update(hessian, step, change),
            Self::Psb => psb::update(hessian, step, change),
            Self::Bofill => bofill::update(hessian, step, change),
            Self::TsBfgs => ts_bfgs::update(hessian, step, change),
        }
    }
}

/// `y − B s`: what the matrix does not yet know.
fn mismatch(hessian: &SymmetricMatrix, step: &[f64], change: &[f64]) -> Vec<f64> {
    let mut r = vec![0.0; step.len()];
    set_difference(&mut r, change, &hessian.times(step));
    r
}
