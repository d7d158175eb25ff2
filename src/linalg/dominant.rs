//! The dominant eigenspace of a symmetric matrix, roughly: what starting coordinates and principal axes need.

use super::dense::orthonormal;
use super::{Eigen, LinalgError, SymmetricMatrix};

/// Vectors of which less than this fraction is new are dropped from the basis.
const DEPENDENT: f64 = 1e-8;

/// Ritz pairs of the dominant eigenspace, highest value first: subspace iteration from the given vectors (Y. Saad, Numerical Methods
/// for Large Eigenvalue Problems, 2nd ed. 2011, chapter 5). A few iterations give leading digits, as many as the gaps in the
/// spectrum allow. Fewer pairs than vectors come back where these are dependent.
///
/// # Errors
/// A matrix with elements that are not finite.
pub fn dominant_pairs(
    matrix: &SymmetricMatrix,
    start: &[Vec<f64>],
    iterations: usize,
) -> Result<Vec<(f64, Vec<f64>)>, LinalgError> {
    let mut basis = orthonormal(start, DEPENDENT);
    for _ in 0..iterations {
        let products: Vec<Vec<f64>> = basis.iter().map(|v| matrix.times(v)).collect();
        basis = orthonormal(&products, DEPENDENT);
    }
    let products: Vec<Vec<f64>> = basis.iter().map(|v| matrix.times(v)).collect();
    let mut projected = SymmetricMatrix::zeros(basis.len());
    for (i, v) in basis.iter().enumerate() {
        for (j, w) in products.iter().enumerate().take(i + 1) {
            projected.set(i, j, super::vector::dot(v, w));
        }
    }
    let ritz = Eigen::new(&projected)?;
    let combined = |k: usize| {
        let mut vector = vec![0.0; matrix.n()];
        for (c, v) in ritz.vector(k).iter().zip(&basis) {
            super::vector::add_scaled(&mut vector, *c, v);
        }
        (ritz.values[k], vector)
    };
    Ok((0..basis.len()).rev().map(combined).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn well_separated_pairs_are_found() {
        let matrix = SymmetricMatrix::diagonal(&[1.0, 100.0, 2.0, -3.0, 30.0]);
        let start: Vec<Vec<f64>> = (0..3)
            .map(|k| (0..5).map(|i| ((3 * k + i) as f64).sin()).collect())
            .collect();
        let pairs = dominant_pairs(&matrix, &start, 10).unwrap();
        assert!((pairs[0].0 - 100.0).abs() < 1e-9 && (pairs[1].0 - 30.0).abs() < 1e-6);
        assert!(pairs[0].1[1].abs() > 1.0 - 1e-9);
    }

    #[test]
    fn dependent_starts_are_dropped() {
        let matrix = SymmetricMatrix::scaled_identity(3, 2.0);
        let pairs = dominant_pairs(&matrix, &[vec![1.0; 3], vec![2.0; 3], vec![0.0; 3]], 2).unwrap();
        assert_eq!(pairs.len(), 1);
    }
}
