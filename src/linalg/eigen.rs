//! The dense symmetric eigenproblem.

use super::{LinalgError, SymmetricMatrix};
use nalgebra::linalg::SymmetricEigen;
use nalgebra::{DMatrix, Dyn};

/// Sweeps of the QR iteration, per eigenvalue, before giving up (it takes two or three).
const SWEEPS: usize = 100;

/// Eigenvalues in ascending order, with their eigenvectors.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Eigen {
    /// The eigenvalues, ascending.
    pub values: Vec<f64>,
    /// The eigenvectors one after the other, each of length 1 and with its largest component positive.
    vectors: Vec<f64>,
}

impl Eigen {
    /// Solves `A v = λ v`.
    ///
    /// # Errors
    /// A matrix with elements that are not finite; no convergence.
    pub fn new(matrix: &SymmetricMatrix) -> Result<Self, LinalgError> {
        matrix.check_finite()?;
        let n = matrix.n();
        if n == 0 {
            return Ok(Self::default());
        }
        let dense = DMatrix::from_column_slice(n, n, matrix.as_slice());
        let solved: SymmetricEigen<f64, Dyn> =
            SymmetricEigen::try_new(dense, f64::EPSILON, SWEEPS * n).ok_or(LinalgError::NoConvergence)?;
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|&a, &b| solved.eigenvalues[a].total_cmp(&solved.eigenvalues[b]));
        let mut vectors = Vec::with_capacity(n * n);
        for &k in &order {
            let column = solved.eigenvectors.column(k);
            let sign = orientation(column.iter().copied());
            vectors.extend(column.iter().map(|c| sign * c));
        }
        let values = order.iter().map(|&k| solved.eigenvalues[k]).collect();
        Ok(Self { values, vectors })
    }

    /// The eigenvector of the k-th lowest eigenvalue.
    #[must_use]
    pub fn vector(&self, k: usize) -> &[f64] {
        let n = self.values.len();
        &self.vectors[k * n..(k + 1) * n]
    }

    /// Number of eigenvalues below `threshold`.
    #[must_use]
    pub fn count_below(&self, threshold: f64) -> usize {
        self.values.partition_point(|&v| v < threshold)
    }

    /// The matrix with the same eigenvectors and each eigenvalue replaced by `f` of it: an inverse, a square root, a matrix
    /// with negative eigenvalues made positive.
    #[must_use]
    pub fn map(&self, f: impl Fn(f64) -> f64) -> SymmetricMatrix {
        let mut matrix = SymmetricMatrix::zeros(self.values.len());
        for (k, &value) in self.values.iter().enumerate() {
            matrix.add_outer(f(value), self.vector(k));
        }
        matrix
    }
}

/// The sign that makes the largest component (the first of equal ones) positive, so that results do not depend on an accident.
fn orientation(vector: impl Iterator<Item = f64>) -> f64 {
    // A later component has to be larger by more than round-off to take over.
    let largest = vector.fold(0.0_f64, |m, c| if c.abs() > m.abs() * (1.0 + 1e-9) { c } else { m });
    if largest < 0.0 { -1.0 } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::super::dense::tests::scrambled;
    use super::*;
    use crate::linalg::vector::dot;

    #[test]
    fn eigenpairs_satisfy_the_equation_in_ascending_order() {
        for n in [1, 2, 3, 10, 40] {
            let matrix = scrambled(n);
            let eigen = Eigen::new(&matrix).unwrap();
            assert!(eigen.values.is_sorted(), "{:?}", eigen.values);
            for k in 0..n {
                let v = eigen.vector(k);
                let product = matrix.times(v);
                for (p, q) in product.iter().zip(v) {
                    assert!((p - eigen.values[k] * q).abs() < 1e-12 * n as f64, "n {n} pair {k}");
                }
                assert!((dot(v, v) - 1.0).abs() < 1e-13);
            }
            let trace: f64 = (0..n).map(|i| matrix.get(i, i)).sum();
            assert!((eigen.values.iter().sum::<f64>() - trace).abs() < 1e-12 * n as f64);
            let back = eigen.map(|v| v);
            assert!((0..n).all(|i| (0..n).all(|j| (back.get(i, j) - matrix.get(i, j)).abs() < 1e-12 * n as f64)));
        }
    }

    #[test]
    fn negative_eigenvalues_are_counted_and_bad_matrices_refused() {
        let eigen = Eigen::new(&SymmetricMatrix::diagonal(&[3.0, -1.0, 0.5, -2.0])).unwrap();
        assert_eq!(eigen.count_below(0.0), 2);
        assert_eq!(eigen.vector(0), [0.0, 0.0, 0.0, 1.0]);
        let broken = SymmetricMatrix::diagonal(&[f64::INFINITY]);
        assert_eq!(Eigen::new(&broken), Err(LinalgError::NotFinite { row: 0 }));
        assert!(Eigen::new(&SymmetricMatrix::zeros(0)).unwrap().values.is_empty());
    }
}
