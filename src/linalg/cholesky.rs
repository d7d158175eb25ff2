//! Dense Cholesky factorization, blocked so that nearly all of the work is matrix products.

use super::vector::dot;
use super::{LinalgError, SymmetricMatrix};
use nalgebra::DMatrix;

/// Columns that are eliminated together.
const BLOCK: usize = 48;

/// A = L Lᵀ of a symmetric positive definite matrix.
#[derive(Clone, Debug)]
pub struct Cholesky {
    /// L in the lower triangle.
    factor: DMatrix<f64>,
}

impl Cholesky {
    /// Factorizes a symmetric matrix.
    ///
    /// # Errors
    /// A matrix that is not positive definite, or has elements that are not finite.
    pub fn new(matrix: SymmetricMatrix) -> Result<Self, LinalgError> {
        matrix.check_finite()?;
        let n = matrix.n();
        let mut a = DMatrix::from_vec(n, n, matrix.into_rows());
        let mut start = 0;
        while start < n {
            let width = BLOCK.min(n - start);
            let end = start + width;
            eliminate_panel(&mut a, start, end)?;
            // What is left loses the panel's part, in strips of columns so that the upper triangle is not computed too.
            let panel = a.view((end, start), (n - end, width)).into_owned();
            let mut column = end;
            while column < n {
                let strip = (4 * BLOCK).min(n - column);
                let below = panel.rows(column - end, n - column);
                let across = panel.rows(column - end, strip).transpose();
                a.view_mut((column, column), (n - column, strip))
                    .gemm(-1.0, &below, &across, 1.0);
                column += strip;
            }
            start = end;
        }
        Ok(Self { factor: a })
    }

    /// The solution of `A x = b`.
    #[must_use]
    pub fn solve(&self, b: &[f64]) -> Vec<f64> {
        let mut x = b.to_vec();
        self.solve_in_place(&mut x);
        x
    }

    /// Replaces b by the solution of `A x = b`.
    pub fn solve_in_place(&self, b: &mut [f64]) {
        let n = self.factor.nrows();
        self.solve_lower(b);
        for i in (0..n).rev() {
            let column = &self.factor.as_slice()[i * n..(i + 1) * n];
            b[i] = (b[i] - dot(&column[i + 1..], &b[i + 1..])) / column[i];
        }
    }

    /// v becomes L⁻¹ v.
    fn solve_lower(&self, v: &mut [f64]) {
        let n = self.factor.nrows();
        for i in 0..n {
            let column = &self.factor.as_slice()[i * n..(i + 1) * n];
            let value = v[i] / column[i];
            v[i] = value;
            for (o, l) in v[i + 1..].iter_mut().zip(&column[i + 1..]) {
                *o -= value * l;
            }
        }
    }
}

/// Factorizes the columns from `start` to `end`, all rows below included.
fn eliminate_panel(a: &mut DMatrix<f64>, start: usize, end: usize) -> Result<(), LinalgError> {
    let n = a.nrows();
    let data = a.as_mut_slice();
    for k in start..end {
        let pivot = data[k * n + k];
        if !(pivot > 0.0 && pivot.is_finite()) {
            return Err(LinalgError::NotPositiveDefinite { row: k, pivot });
        }
        let scale = 1.0 / pivot.sqrt();
        data[k * n + k..(k + 1) * n].iter_mut().for_each(|c| *c *= scale);
        let (done, rest) = data.split_at_mut((k + 1) * n);
        let column = &done[k * n..];
        for j in k + 1..end {
            let factor = column[j];
            let target = &mut rest[(j - k - 1) * n..(j - k) * n];
            for (t, c) in target[j..].iter_mut().zip(&column[j..]) {
                *t -= factor * c;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solves_at_sizes_around_the_blocks_and_refuses_indefinite_matrices() {
        for n in [1, 2, BLOCK - 1, BLOCK, BLOCK + 1, 5 * BLOCK + 7] {
            let entry = |i: usize, j: usize| if i == j { 3.0 + n as f64 } else { ((i * j) as f64).sin() };
            let matrix = SymmetricMatrix::from_rows(n, (0..n * n).map(|k| entry(k / n, k % n)).collect());
            let x: Vec<f64> = (0..n).map(|i| (i as f64).cos()).collect();
            let found = Cholesky::new(matrix.clone()).unwrap().solve(&matrix.times(&x));
            for (f, x) in found.iter().zip(&x) {
                assert!((f - x).abs() < 1e-11, "{n}: {f} {x}");
            }
            let mut indefinite = matrix;
            indefinite.set(n - 1, n - 1, -1.0);
            let refused = Cholesky::new(indefinite).unwrap_err();
            assert!(matches!(refused, LinalgError::NotPositiveDefinite { row, pivot } if row == n - 1 && pivot < 0.0));
        }
        let broken = SymmetricMatrix::diagonal(&[1.0, f64::NAN]);
        assert_eq!(Cholesky::new(broken).unwrap_err(), LinalgError::NotFinite { row: 1 });
    }
}
