//! Cholesky decomposition of block matrices, sparse where their pattern lets it pay, else dense.

use super::sparse_cholesky::{BlockCholesky, BlockMatrix, Scratch};
use super::{Cholesky, LinalgError, SymmetricMatrix};

/// Share of its lower triangle that the factor may fill before the dense decomposition, whose arithmetic runs several times faster,
/// is taken. Measured on chains with groups of atoms that are all coupled.
const LARGEST_FILL: f64 = 0.3;

/// Matrices of fewer block rows are always decomposed densely: they fit into the cache.
const SMALL: usize = 8;

/// The pattern of a family of matrices, analysed once.
#[derive(Clone, Debug)]
pub struct Analysis {
    /// The zero matrix of the pattern.
    empty: BlockMatrix,
    /// `None` where the dense decomposition is to be taken.
    sparse: Option<BlockCholesky>,
}

/// A decomposed matrix.
#[derive(Clone, Debug)]
pub enum Factor {
    /// Of 3×3 blocks.
    Sparse(Box<BlockCholesky>),
    /// Of single elements.
    Dense(Cholesky),
}

impl Analysis {
    /// Of so many block rows that have room for these pairs (in any order, repeated or not).
    #[must_use]
    pub fn new(rows: usize, pairs: &[(usize, usize)]) -> Self {
        let empty = BlockMatrix::new(rows, pairs);
        let triangle = 0.5 * (rows * rows) as f64;
        let is_full = |blocks: usize| rows < SMALL || blocks as f64 > LARGEST_FILL * triangle;
        let sparse = if is_full(empty.pairs()) {
            None
        } else {
            Some(BlockCholesky::analyze(&empty)).filter(|sparse| !is_full(sparse.fill()))
        };
        Self { empty, sparse }
    }

    /// The zero matrix of the pattern.
    #[must_use]
    pub fn matrix(&self) -> BlockMatrix {
        self.empty.clone()
    }

    /// Whether sparse decompositions are made.
    #[must_use]
    pub fn is_sparse(&self) -> bool {
        self.sparse.is_some()
    }

    /// Decomposes a matrix of the pattern.
    ///
    /// # Errors
    /// Where the matrix is not positive definite, or not finite.
    pub fn factorize(&self, matrix: &BlockMatrix) -> Result<Factor, LinalgError> {
        let Some(sparse) = &self.sparse else {
            let mut dense = SymmetricMatrix::zeros(3 * matrix.rows());
            matrix.add_to_dense(1.0, &mut dense);
            return Cholesky::new(dense).map(Factor::Dense);
        };
        let mut factor = sparse.clone();
        factor.factorize(matrix)?;
        Ok(Factor::Sparse(Box::new(factor)))
    }
}

impl Factor {
    /// The solution of `A x = b`. What `b` lacks to whole blocks counts as zero.
    #[must_use]
    pub fn solve(&self, b: &[f64]) -> Vec<f64> {
        let mut x = b.to_vec();
        x.resize(b.len().next_multiple_of(3), 0.0);
        match self {
            Self::Sparse(factor) => {
                factor.solve_through(&mut x, &mut Scratch::default());
            }
            Self::Dense(factor) => factor.solve_in_place(&mut x),
        }
        x.truncate(b.len());
        x
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_solve_and_refuse_alike() {
        let chain: Vec<(usize, usize)> = (1..60).map(|i| (i - 1, i)).collect();
        let mut all = chain.clone();
        all.extend((0..60).flat_map(|i| (0..i).map(move |j| (i, j))));
        let [sparse, dense] = [&chain, &all].map(|pairs| Analysis::new(60, pairs));
        assert!(sparse.is_sparse() && !dense.is_sparse());
        let b: Vec<f64> = (0..180).map(|i| f64::from(i).sin()).collect();
        let solve = |analysis: &Analysis, shift: f64| {
            let mut matrix = analysis.matrix();
            for &(i, j) in &chain {
                let t = i as f64;
                matrix.add_outer(&[i, j], &[[t.sin(), 1.0, 0.3], [-1.0, t.cos(), 0.2]], 5.0);
            }
            matrix.add_diagonal(shift);
            let factor = analysis.factorize(&matrix)?;
            let x = factor.solve(&b);
            let back = matrix.times(&x);
            assert!(back.iter().zip(&b).all(|(p, q)| (p - q).abs() < 1e-9));
            Ok::<_, LinalgError>(x)
        };
        let [x, y] = [&sparse, &dense].map(|analysis| solve(analysis, 1.0).unwrap());
        assert!(x.iter().zip(&y).all(|(p, q)| (p - q).abs() < 1e-10));
        for analysis in [&sparse, &dense] {
            let refused = solve(analysis, -1.0).unwrap_err();
            assert!(matches!(refused, LinalgError::NotPositiveDefinite { .. }));
        }
    }
}
