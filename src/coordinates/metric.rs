//! F = Bᵀ W B at one point, factorized: the metric of internal displacements among Cartesian ones.

use super::WilsonB;
use crate::linalg::adaptive::{Analysis, Factor};
use crate::linalg::sparse_cholesky::BlockMatrix;
use std::sync::Arc;

/// Added to the diagonal, relative to its mean: rigid motions change no internal coordinate, so that F is singular along them.
/// No gradient and no internal displacement has a component there, so that the number does not matter as long as it is small.
pub const RIGID: f64 = 1e-9;

/// Weight of a coordinate that is held exactly, beside 1 for the others: what a redundant set can't follow, the others bear.
pub const HELD: f64 = 1e4;

/// B and the factorized F of one point. F couples the atoms of one coordinate only, so that all of this takes a time linear in the
/// number of atoms for chains, and nearly so for proteins.
#[derive(Clone, Debug)]
pub struct Metric {
    /// Wilson's B.
    pub b: WilsonB,
    /// Bᵀ B without weights.
    pub gram: BlockMatrix,
    /// The pattern of F.
    pub analysis: Arc<Analysis>,
    /// Coordinates that are held.
    held: Vec<usize>,
    factor: Option<Factor>,
}

impl Metric {
    /// Factorizes, with a heavy weight on the coordinates that are held. The pattern must have room for each pair of atoms that a
    /// coordinate depends on.
    #[must_use]
    pub fn new(b: WilsonB, held: &[usize], analysis: &Arc<Analysis>) -> Self {
        let mut gram = analysis.matrix();
        b.add_gram(std::iter::repeat(1.0), &mut gram);
        let mut weighted = gram.clone();
        for &row in held {
            b.add_outer(row, HELD, &mut weighted);
        }
        let mean = gram.diagonal().iter().sum::<f64>() / b.columns().max(1) as f64;
        weighted.add_diagonal(RIGID * mean.max(RIGID));
        Self {
            factor: analysis.factorize(&weighted).ok(),
            analysis: Arc::clone(analysis),
            held: held.to_vec(),
            b,
            gram,
        }
    }

    /// The same at another point.
    #[must_use]
    pub fn renewed(&self, b: WilsonB) -> Self {
        Self::new(b, &self.held, &self.analysis)
    }

    /// F⁻ v for a vector in the span of Bᵀ.
    #[must_use]
    pub fn solve(&self, v: &[f64]) -> Vec<f64> {
        self.factor.as_ref().map_or_else(|| v.to_vec(), |f| f.solve(v))
    }

    fn weigh(&self, v: &mut [f64]) {
        for &row in &self.held {
            v[row] *= 1.0 + HELD;
        }
    }

    /// The Cartesian displacement of an internal one: F⁻ Bᵀ W Δq.
    #[must_use]
    pub fn displacement(&self, dq: &[f64]) -> Vec<f64> {
        let mut dq = dq.to_vec();
        self.weigh(&mut dq);
        self.solve(&self.b.apply_transpose(&dq))
    }

    /// The internal gradient of a Cartesian one: W B F⁻ g.
    #[must_use]
    pub fn project_gradient(&self, gradient: &[f64]) -> Vec<f64> {
        let mut out = self.b.apply(&self.solve(gradient));
        self.weigh(&mut out);
        out
    }
}
