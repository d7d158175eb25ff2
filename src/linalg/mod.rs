//! Linear algebra: the only room that names linear-algebra crates. Matrices are dense and symmetric here; vectors are slices.

pub mod blocked;
pub mod dense;
pub mod dominant;
pub mod eigen;
pub mod lanczos;
pub mod sparse_cholesky;
pub mod superposition;
pub mod vector;

use thiserror::Error;

pub use blocked::BlockedCholesky;
pub use dense::{Cholesky, SymmetricMatrix};
pub use dominant::dominant_pairs;
pub use eigen::Eigen;
pub use lanczos::{LowestPairs, LowestSettings, lowest_pairs};

/// Why a matrix could not be decomposed. Rows count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum LinalgError {
    /// An element is infinite or not a number.
    #[error("the matrix has an element that is not finite in row {row}")]
    NotFinite {
        /// The first such row.
        row: usize,
    },
    /// A Cholesky pivot is not positive.
    #[error("the matrix is not positive definite: pivot {pivot:e} in row {row}")]
    NotPositiveDefinite {
        /// The row.
        row: usize,
        /// The pivot.
        pivot: f64,
    },
    /// The matrix has no inverse.
    #[error("the matrix is singular")]
    Singular,
    /// The iteration for the eigenvalues came to no end.
    #[error("the eigenvalues did not converge")]
    NoConvergence,
}
