//! Dense Cholesky factorization, blocked so that nearly all of the work is matrix products.

use nalgebra::DMatrix;

/// Columns that are eliminated together.
const BLOCK: usize = 48;

/// A = L Lᵀ of a symmetric positive definite matrix.
#[derive(Clone, Debug)]
pub struct BlockedCholesky {
    /// L in the lower triangle.
    factor: DMatrix<f64>,
}

impl BlockedCholesky {
    /// Factorizes a symmetric matrix of `n` rows; `None` where it is not positive definite.
    #[must_use]
    pub fn new(matrix: Vec<f64>, n: usize) -> Option<Self> {
        let mut a = DMatrix::from_vec(n, n, matrix);
        let mut start = 0;
        while start < n {
            let width = BLOCK.min(n - start);
            let end = start + width;
            if !eliminate_panel(&mut a, start, end) {
                return None;
            }
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
        Some(Self { factor: a })
    }

    /// A⁻¹ v.
    #[must_use]
    pub fn solve(&self, v: &[f64]) -> Vec<f64> {
        let n = self.factor.nrows();
        let mut out = v.to_vec();
        self.solve_lower(&mut out);
        for i in (0..n).rev() {
            let column = &self.factor.as_slice()[i * n..(i + 1) * n];
            let sum: f64 = column[i + 1..].iter().zip(&out[i + 1..]).map(|(l, o)| l * o).sum();
            out[i] = (out[i] - sum) / column[i];
        }
        out
    }

    /// v becomes L⁻¹ v.
    pub fn solve_lower(&self, v: &mut [f64]) {
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
fn eliminate_panel(a: &mut DMatrix<f64>, start: usize, end: usize) -> bool {
    let n = a.nrows();
    let data = a.as_mut_slice();
    for k in start..end {
        let pivot = data[k * n + k];
        if !(pivot > 0.0 && pivot.is_finite()) {
            return false;
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
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solves_at_sizes_around_the_blocks_and_refuses_indefinite_matrices() {
        for n in [1, 2, BLOCK - 1, BLOCK, BLOCK + 1, 5 * BLOCK + 7] {
            let entry = |i: usize, j: usize| if i == j { 3.0 + n as f64 } else { ((i * j) as f64).sin() };
            let matrix: Vec<f64> = (0..n * n).map(|k| entry(k / n, k % n)).collect();
            let x: Vec<f64> = (0..n).map(|i| (i as f64).cos()).collect();
            let b: Vec<f64> = (0..n).map(|i| (0..n).map(|j| entry(i, j) * x[j]).sum()).collect();
            let found = BlockedCholesky::new(matrix.clone(), n).unwrap().solve(&b);
            for (f, x) in found.iter().zip(&x) {
                assert!((f - x).abs() < 1e-11, "{n}: {f} {x}");
            }
            let mut indefinite = matrix;
            indefinite[n * n - 1] = -1.0;
            assert!(BlockedCholesky::new(indefinite, n).is_none(), "{n}");
        }
    }
}
