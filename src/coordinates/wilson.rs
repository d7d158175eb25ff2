//! Wilson's B: the derivatives of all coordinates with respect to the Cartesian ones, as sparse rows.

use super::Primitive;
use crate::linalg::sparse_cholesky::BlockMatrix;

/// A sparse matrix of `rows() × columns`. Each row is stored by atom.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WilsonB {
    columns: usize,
    starts: Vec<usize>,
    atoms: Vec<usize>,
    components: Vec<[f64; 3]>,
}

impl WilsonB {
    /// Of these coordinates at `x` (Å).
    #[must_use]
    pub fn new(primitives: &[Primitive], x: &[f64]) -> Self {
        let mut b = Self {
            columns: x.len(),
            starts: vec![0],
            atoms: Vec::with_capacity(4 * primitives.len()),
            components: Vec::with_capacity(4 * primitives.len()),
        };
        for primitive in primitives {
            for (atom, g) in primitive.gradient(x) {
                b.atoms.push(atom);
                b.components.push(g);
            }
            b.starts.push(b.atoms.len());
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

    /// The atoms that a row depends on, and its components on each.
    #[must_use]
    pub fn row(&self, row: usize) -> (&[usize], &[[f64; 3]]) {
        let range = self.starts[row]..self.starts[row + 1];
        (&self.atoms[range.clone()], &self.components[range])
    }

    /// A row with all its zeros.
    #[must_use]
    pub fn dense_row(&self, row: usize) -> Vec<f64> {
        let mut out = vec![0.0; self.columns];
        self.add_row(row, 1.0, &mut out);
        out
    }

    /// Combinations of the rows, each depending on all atoms.
    #[must_use]
    pub fn combined(&self, combinations: &[Vec<f64>]) -> Self {
        let atoms = self.columns.div_ceil(3);
        let mut out = Self {
            columns: self.columns,
            starts: (0..=combinations.len()).map(|k| k * atoms).collect(),
            atoms: (0..combinations.len()).flat_map(|_| 0..atoms).collect(),
            components: Vec::with_capacity(atoms * combinations.len()),
        };
        for combination in combinations {
            let mut row = self.apply_transpose(combination);
            row.resize(3 * atoms, 0.0);
            out.components.extend_from_slice(row.as_chunks::<3>().0);
        }
        out
    }

    /// B v.
    #[must_use]
    pub fn apply(&self, v: &[f64]) -> Vec<f64> {
        // The last atom of an abstract surface may be incomplete.
        let product = |(atom, g): (&usize, &[f64; 3])| -> f64 { v[3 * atom..].iter().zip(g).map(|(v, g)| v * g).sum() };
        (0..self.rows())
            .map(|r| {
                let (atoms, components) = self.row(r);
                atoms.iter().zip(components).map(product).sum()
            })
            .collect()
    }

    /// Bᵀ v.
    #[must_use]
    pub fn apply_transpose(&self, v: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; self.columns];
        for (r, &value) in v.iter().enumerate() {
            self.add_row(r, value, &mut out);
        }
        out
    }

    /// Adds a row, times a factor, to a vector.
    pub fn add_row(&self, row: usize, factor: f64, out: &mut [f64]) {
        let (atoms, components) = self.row(row);
        for (&atom, g) in atoms.iter().zip(components) {
            for (o, b) in out[3 * atom..].iter_mut().zip(g) {
                *o += factor * b;
            }
        }
    }

    /// Adds Bᵀ W B with a diagonal W to a matrix whose pattern has room for it.
    pub fn add_gram(&self, weights: impl Iterator<Item = f64>, out: &mut BlockMatrix) {
        for (row, weight) in weights.enumerate().take(self.rows()) {
            self.add_outer(row, weight, out);
        }
    }

    /// Adds the outer product of one row with itself, times a weight, to a matrix whose pattern has room for it.
    pub fn add_outer(&self, row: usize, weight: f64, out: &mut BlockMatrix) {
        let (atoms, components) = self.row(row);
        out.add_outer(atoms, components, weight);
    }
}
