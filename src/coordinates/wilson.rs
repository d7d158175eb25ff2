//! Wilson's B: the derivatives of all coordinates with respect to the Cartesian ones, as sparse rows.

use super::Primitive;

/// A sparse matrix of `rows() × columns`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WilsonB {
    columns: usize,
    starts: Vec<usize>,
    entries: Vec<(usize, f64)>,
}

impl WilsonB {
    /// Of these coordinates at `x` (Å).
    #[must_use]
    pub fn new(primitives: &[Primitive], x: &[f64]) -> Self {
        let mut b = Self {
            columns: x.len(),
            starts: vec![0],
            entries: Vec::with_capacity(12 * primitives.len()),
        };
        for primitive in primitives {
            for (atom, g) in primitive.gradient(x) {
                let nonzero = g.into_iter().enumerate().filter(|(_, value)| *value != 0.0);
                b.entries.extend(nonzero.map(|(axis, value)| (3 * atom + axis, value)));
            }
            b.starts.push(b.entries.len());
        }
        b
    }

    /// Number of internal coordinates.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.starts.len() - 1
    }

    /// Number of Cartesian coordinates.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The entries of a row as (column, value).
    #[must_use]
    pub fn row(&self, row: usize) -> &[(usize, f64)] {
        &self.entries[self.starts[row]..self.starts[row + 1]]
    }

    /// B v.
    #[must_use]
    pub fn apply(&self, v: &[f64]) -> Vec<f64> {
        (0..self.rows())
            .map(|r| self.row(r).iter().map(|&(c, b)| b * v[c]).sum())
            .collect()
    }

    /// Bᵀ v.
    #[must_use]
    pub fn apply_transpose(&self, v: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; self.columns];
        for (r, &value) in v.iter().enumerate() {
            for &(c, b) in self.row(r) {
                out[c] += b * value;
            }
        }
        out
    }

    /// Adds Bᵀ W B with a diagonal W to a dense row-major matrix.
    pub fn add_gram(&self, weights: impl Iterator<Item = f64>, out: &mut [f64]) {
        for (row, weight) in weights.enumerate().take(self.rows()) {
            self.add_outer(row, weight, out);
        }
    }

    /// Adds the outer product of one row with itself, times a weight, to a dense row-major matrix.
    pub fn add_outer(&self, row: usize, weight: f64, out: &mut [f64]) {
        for &(i, a) in self.row(row) {
            let line = &mut out[i * self.columns..(i + 1) * self.columns];
            for &(j, b) in self.row(row) {
                line[j] += weight * a * b;
            }
        }
    }

    /// Bᵀ B, dense and row-major.
    #[must_use]
    pub fn gram(&self) -> Vec<f64> {
        let mut out = vec![0.0; self.columns * self.columns];
        self.add_gram(std::iter::repeat(1.0), &mut out);
        out
    }
}
