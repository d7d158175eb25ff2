//! Dense symmetric matrices, and linear equations with them.

use super::LinalgError;
use super::vector::{add_scaled, dot};
use nalgebra::{DMatrix, DVector};

/// A symmetric matrix, all n² elements stored row by row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SymmetricMatrix {
    n: usize,
    elements: Vec<f64>,
}

impl SymmetricMatrix {
    /// All zero.
    #[must_use]
    pub fn zeros(n: usize) -> Self {
        Self {
            n,
            elements: vec![0.0; n * n],
        }
    }

    /// A diagonal matrix.
    #[must_use]
    pub fn diagonal(values: &[f64]) -> Self {
        let mut matrix = Self::zeros(values.len());
        for (i, &value) in values.iter().enumerate() {
            matrix.elements[i * values.len() + i] = value;
        }
        matrix
    }

    /// `value` times the identity.
    #[must_use]
    pub fn scaled_identity(n: usize, value: f64) -> Self {
        Self::diagonal(&vec![value; n])
    }

    /// From n² elements row by row. What is not symmetric in them (round-off, differences) is averaged out.
    ///
    /// # Panics
    /// Where the number of elements is not n².
    #[must_use]
    pub fn from_rows(n: usize, elements: Vec<f64>) -> Self {
        assert_eq!(elements.len(), n * n, "a symmetric matrix of {n} rows");
        let mut matrix = Self { n, elements };
        matrix.for_each_pair(|a, b| {
            let mean = f64::midpoint(*a, *b);
            (*a, *b) = (mean, mean);
        });
        matrix
    }

    /// From n² elements row by row, of which those above the diagonal are without meaning.
    ///
    /// # Panics
    /// Where the number of elements is not n².
    #[must_use]
    pub fn from_lower(n: usize, elements: Vec<f64>) -> Self {
        assert_eq!(elements.len(), n * n, "a symmetric matrix of {n} rows");
        let mut matrix = Self { n, elements };
        matrix.for_each_pair(|below, above| *above = *below);
        matrix
    }

    /// Calls `visit` with each element below the diagonal and its mirror image, tile by tile: columns are far apart in memory.
    fn for_each_pair(&mut self, mut visit: impl FnMut(&mut f64, &mut f64)) {
        const TILE: usize = 32;
        let n = self.n;
        for top in (0..n).step_by(TILE) {
            for left in (0..=top).step_by(TILE) {
                for i in top..(top + TILE).min(n) {
                    let (above, row) = self.elements.split_at_mut(i * n);
                    for j in left..(left + TILE).min(i) {
                        visit(&mut row[j], &mut above[j * n + i]);
                    }
                }
            }
        }
    }

    /// Number of rows.
    #[must_use]
    pub fn n(&self) -> usize {
        self.n
    }

    /// One element.
    #[inline]
    #[must_use]
    pub fn get(&self, row: usize, column: usize) -> f64 {
        self.elements[row * self.n + column]
    }

    /// Overwrites one element and its mirror image.
    #[inline]
    pub fn set(&mut self, row: usize, column: usize, value: f64) {
        self.elements[row * self.n + column] = value;
        self.elements[column * self.n + row] = value;
    }

    /// Adds to one element and to its mirror image (once on the diagonal).
    #[inline]
    pub fn add(&mut self, row: usize, column: usize, value: f64) {
        self.set(row, column, self.get(row, column) + value);
    }

    /// One row, which is also a column.
    #[must_use]
    pub fn row(&self, row: usize) -> &[f64] {
        &self.elements[row * self.n..(row + 1) * self.n]
    }

    /// All elements, row by row.
    #[must_use]
    pub fn as_slice(&self) -> &[f64] {
        &self.elements
    }

    /// All elements, row by row.
    #[must_use]
    pub fn into_rows(self) -> Vec<f64> {
        self.elements
    }

    /// `out = A v`.
    pub fn multiply(&self, v: &[f64], out: &mut [f64]) {
        for (o, row) in out.iter_mut().zip(self.elements.chunks_exact(self.n.max(1))) {
            *o = dot(row, v);
        }
    }

    /// `A v`.
    #[must_use]
    pub fn times(&self, v: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; self.n];
        self.multiply(v, &mut out);
        out
    }

    /// `vᵀ A v`.
    #[must_use]
    pub fn quadratic_form(&self, v: &[f64]) -> f64 {
        (0..self.n).map(|i| v[i] * dot(self.row(i), v)).sum()
    }

    /// `A += a B`.
    pub fn add_matrix(&mut self, a: f64, other: &Self) {
        add_scaled(&mut self.elements, a, &other.elements);
    }

    /// `A += a v vᵀ`.
    pub fn add_outer(&mut self, a: f64, v: &[f64]) {
        for (row, p) in self.elements.chunks_exact_mut(self.n.max(1)).zip(v) {
            // The product a·(p·q) is the same bits for both mirror images.
            for (element, q) in row.iter_mut().zip(v) {
                *element += a * (p * q);
            }
        }
    }

    /// `A += a (v wᵀ + w vᵀ)`.
    pub fn add_symmetric_outer(&mut self, a: f64, v: &[f64], w: &[f64]) {
        for (i, row) in self.elements.chunks_exact_mut(self.n.max(1)).enumerate() {
            for (j, element) in row.iter_mut().enumerate() {
                *element += a * (v[i] * w[j] + w[i] * v[j]);
            }
        }
    }

    /// Multiplies row and column i by `factors[i]`: `D A D`, as in mass weighting.
    pub fn scale_both_sides(&mut self, factors: &[f64]) {
        for (row, p) in self.elements.chunks_exact_mut(self.n.max(1)).zip(factors) {
            for (element, q) in row.iter_mut().zip(factors) {
                *element *= p * q;
            }
        }
    }

    /// Adds `value` to the diagonal.
    pub fn shift(&mut self, value: f64) {
        for i in 0..self.n {
            self.elements[i * self.n + i] += value;
        }
    }

    /// `A += Σ a v vᵀ` over the terms, as one product of matrices.
    pub fn add_outers(&mut self, terms: &[(f64, Vec<f64>)]) {
        if terms.is_empty() {
            return;
        }
        let scaled = DMatrix::from_fn(self.n, terms.len(), |i, k| terms[k].0 * terms[k].1[i]);
        let transposed = DMatrix::from_fn(terms.len(), self.n, |k, i| terms[k].1[i]);
        let mut sum = DMatrix::from_vec(self.n, self.n, std::mem::take(&mut self.elements));
        sum.gemm(1.0, &scaled, &transposed, 1.0);
        *self = Self::from_rows(self.n, sum.data.into());
    }

    /// `Tᵀ A T` for a matrix T given by its n columns.
    #[must_use]
    pub fn congruent(&self, columns: &[Vec<f64>]) -> Self {
        let t = DMatrix::from_fn(self.n, columns.len(), |i, j| columns[j][i]);
        let a = DMatrix::from_column_slice(self.n, self.n, &self.elements);
        let product = t.transpose() * (a * &t);
        Self::from_rows(columns.len(), product.data.into())
    }

    /// Largest element in absolute value.
    #[must_use]
    pub fn max_abs(&self) -> f64 {
        super::vector::max_abs(&self.elements)
    }

    /// # Errors
    /// Where an element is not finite.
    pub(super) fn check_finite(&self) -> Result<(), LinalgError> {
        match self.elements.iter().position(|e| !e.is_finite()) {
            None => Ok(()),
            Some(at) => Err(LinalgError::NotFinite { row: at / self.n }),
        }
    }

    /// The solution of `A x = b` for a matrix of any signature, by LU decomposition with partial pivoting.
    ///
    /// # Errors
    /// A singular matrix, or one with elements that are not finite.
    pub fn solve_indefinite(&self, b: &[f64]) -> Result<Vec<f64>, LinalgError> {
        self.check_finite()?;
        let lu = DMatrix::from_column_slice(self.n, self.n, &self.elements).lu();
        let x = lu.solve(&DVector::from_column_slice(b)).ok_or(LinalgError::Singular)?;
        if x.iter().all(|c| c.is_finite()) {
            Ok(x.as_slice().to_vec())
        } else {
            Err(LinalgError::Singular)
        }
    }
}

/// The solution of `A x = b` for any square matrix, given by its rows, by LU decomposition with partial pivoting.
///
/// # Errors
/// A singular matrix.
///
/// # Panics
/// Where the rows are not as long as `b`, or there are more or fewer of them.
pub fn solve(rows: &[Vec<f64>], b: &[f64]) -> Result<Vec<f64>, LinalgError> {
    let lu = DMatrix::from_fn(b.len(), b.len(), |i, j| rows[i][j]).lu();
    let x = lu.solve(&DVector::from_column_slice(b)).ok_or(LinalgError::Singular)?;
    Ok(x.as_slice().to_vec())
}

/// Orthonormalizes vectors in their order (Gram–Schmidt, twice over), leaving out those that depend on the ones before:
/// of which less than `threshold` of the length remains.
#[must_use]
pub fn orthonormal(vectors: &[Vec<f64>], threshold: f64) -> Vec<Vec<f64>> {
    let mut basis: Vec<Vec<f64>> = Vec::with_capacity(vectors.len());
    for vector in vectors {
        let mut v = vector.clone();
        let length = super::vector::norm(&v);
        if orthonormalize(&mut v, &basis) > threshold * length {
            basis.push(v);
        }
    }
    basis
}

/// Makes `v` orthogonal to an orthonormal basis and normalizes it (where anything remains). Gives the length that remained.
pub fn orthonormalize(v: &mut [f64], basis: &[Vec<f64>]) -> f64 {
    project_out(v, basis);
    let length = super::vector::norm(v);
    if length > 0.0 {
        v.iter_mut().for_each(|c| *c /= length);
        // Once more after normalization: what cancellation left over of the basis is gone then.
        project_out(v, basis);
        let again = super::vector::norm(v);
        if again > 0.0 {
            v.iter_mut().for_each(|c| *c /= again);
        }
    }
    length
}

/// Removes from `v` its components along an orthonormal basis.
pub fn project_out(v: &mut [f64], basis: &[Vec<f64>]) {
    for b in basis {
        add_scaled(v, -dot(b, v), b);
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A symmetric matrix without structure, deterministic, with elements in [−1, 1].
    pub(crate) fn scrambled(n: usize) -> SymmetricMatrix {
        let mut matrix = SymmetricMatrix::zeros(n);
        for i in 0..n {
            for j in 0..=i {
                matrix.set(i, j, (1.0 + 7.3 * i as f64 + 3.1 * j as f64 + (i * j) as f64).sin());
            }
        }
        matrix
    }

    #[test]
    fn mirror_images_are_averaged_or_overwritten_in_every_tile() {
        for n in [1, 31, 32, 33, 70] {
            let elements: Vec<f64> = (0..n * n).map(|k| (k as f64).sqrt()).collect();
            let mean = SymmetricMatrix::from_rows(n, elements.clone());
            let lower = SymmetricMatrix::from_lower(n, elements.clone());
            for (i, j) in (0..n).flat_map(|i| (0..=i).map(move |j| (i, j))) {
                let [below, above] = [elements[i * n + j], elements[j * n + i]];
                for (p, q) in [(i, j), (j, i)] {
                    assert!(
                        (mean.get(p, q) - f64::midpoint(below, above)).abs() < 1e-12,
                        "{n}: {p} {q}"
                    );
                    assert!((lower.get(p, q) - below).abs() < 1e-12, "{n}: {p} {q}");
                }
            }
        }
    }

    #[test]
    fn lu_solves_what_it_should_and_refuses_the_rest() {
        for n in [1, 2, 7, 20] {
            let b: Vec<f64> = (0..n).map(|i| (i as f64).cos()).collect();
            let indefinite = scrambled(n);
            let x = indefinite.solve_indefinite(&b).unwrap();
            let back = indefinite.times(&x);
            assert!(back.iter().zip(&b).all(|(p, q)| (p - q).abs() < 1e-10), "n {n}");
        }
        let broken = SymmetricMatrix::diagonal(&[1.0, f64::NAN]);
        let expected = LinalgError::NotFinite { row: 1 };
        assert_eq!(broken.solve_indefinite(&[1.0, 1.0]), Err(expected));
        let singular = SymmetricMatrix::diagonal(&[1.0, 0.0]);
        assert_eq!(singular.solve_indefinite(&[1.0, 1.0]), Err(LinalgError::Singular));
    }

    #[test]
    fn dependent_vectors_are_left_out_of_a_basis() {
        let basis = orthonormal(&[vec![1.0, 1.0, 0.0], vec![2.0, 2.0, 0.0], vec![0.0, 1.0, 1e-3]], 1e-6);
        assert_eq!(basis.len(), 2);
        assert!(dot(&basis[0], &basis[1]).abs() < 1e-15);
    }

    #[test]
    fn outer_products_and_scaling_keep_the_symmetry() {
        let mut matrix = scrambled(5);
        let (v, w) = ([0.1, 0.7, -0.3, 0.9, 0.2], [1.1, 0.2, 0.4, -0.6, 3.0]);
        matrix.add_outer(0.37, &v);
        matrix.add_symmetric_outer(-1.9, &v, &w);
        matrix.scale_both_sides(&w);
        for i in 0..5 {
            for j in 0..i {
                assert!((matrix.get(i, j) - matrix.get(j, i)).abs() < 1e-15);
            }
        }
        assert!((matrix.quadratic_form(&v) - dot(&v, &matrix.times(&v))).abs() < 1e-14);
    }
}
