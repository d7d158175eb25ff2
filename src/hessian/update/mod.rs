//! Quasi-Newton updates of a Hessian from a step s and the change of the gradient y along it.
//!
//! Each overwrites the matrix by one that satisfies the secant condition `B s = y` (the damped one a condition near it),
//! and says whether it did: where a formula is degenerate the matrix is left as it was.

pub mod bfgs;
pub mod bfgs_or_sr1;
pub mod bofill;
pub mod multisecant;
pub mod psb;
pub mod sr1;
pub mod ts_bfgs;

#[cfg(test)]
mod tests;

use crate::linalg::SymmetricMatrix;
use crate::linalg::vector::set_difference;

/// What a quasi-Newton update needs of a symmetric matrix: stored element by element, as a sum of outer products, or both.
pub trait Updatable {
    /// `A v`.
    fn times(&self, v: &[f64]) -> Vec<f64>;
    /// `A += a v vᵀ`.
    fn add_outer(&mut self, a: f64, v: &[f64]);
}

impl Updatable for SymmetricMatrix {
    fn times(&self, v: &[f64]) -> Vec<f64> {
        Self::times(self, v)
    }

    fn add_outer(&mut self, a: f64, v: &[f64]) {
        Self::add_outer(self, a, v);
    }
}

/// The updates by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Update {
    /// Broyden–Fletcher–Goldfarb–Shanno with Powell's damping: keeps the matrix positive definite.
    #[default]
    Bfgs,
    /// BFGS as it is where the curvature found is positive, else symmetric rank one.
    BfgsOrSr1,
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
            Self::BfgsOrSr1 => bfgs_or_sr1::update(hessian, step, change),
            Self::Sr1 => sr1::update(hessian, step, change),
            Self::Psb => psb::update(hessian, step, change),
            Self::Bofill => bofill::update(hessian, step, change),
            Self::TsBfgs => ts_bfgs::update(hessian, step, change),
        }
    }
}

/// `y − B s`: what the matrix does not yet know.
fn mismatch<M: Updatable>(hessian: &M, step: &[f64], change: &[f64]) -> Vec<f64> {
    let mut r = vec![0.0; step.len()];
    set_difference(&mut r, change, &hessian.times(step));
    r
}
