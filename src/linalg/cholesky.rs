//! Dense Cholesky factorization, blocked so that nearly all of the work is products of matrices, in vector lanes.

use super::vector::dot;
use super::{LinalgError, SymmetricMatrix};
use crate::numeric::simd::{Kernel, Level, dispatch};
use crate::numeric::{Lanes, WIDTH};

/// Columns that are eliminated one after the other.
const NARROW: usize = 8;

/// Columns after which all that is left is brought up to date.
const BLOCK: usize = 64;

/// A = L Lᵀ of a symmetric positive definite matrix.
#[derive(Clone, Debug)]
pub struct Cholesky {
    n: usize,
    /// L in the lower triangle, column by column.
    factor: Vec<f64>,
}

impl Cholesky {
    /// Factorizes a symmetric matrix.
    ///
    /// # Errors
    /// A matrix that is not positive definite, or has elements that are not finite.
    pub fn new(matrix: SymmetricMatrix) -> Result<Self, LinalgError> {
        matrix.check_finite()?;
        let n = matrix.n();
        let mut factor = matrix.into_rows();
        dispatch(Level::detect(), Elimination { n, a: &mut factor })?;
        Ok(Self { n, factor })
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
        self.solve_lower(b);
        for i in (0..self.n).rev() {
            let column = self.column(i);
            b[i] = (b[i] - dot(&column[i + 1..], &b[i + 1..])) / column[i];
        }
    }

    /// v becomes L⁻¹ v.
    fn solve_lower(&self, v: &mut [f64]) {
        for i in 0..self.n {
            let column = self.column(i);
            let value = v[i] / column[i];
            v[i] = value;
            for (o, l) in v[i + 1..].iter_mut().zip(&column[i + 1..]) {
                *o -= value * l;
            }
        }
    }

    fn column(&self, i: usize) -> &[f64] {
        &self.factor[i * self.n..(i + 1) * self.n]
    }
}

/// The factorization in place, of the lower triangle of a matrix stored column by column.
struct Elimination<'a> {
    n: usize,
    a: &'a mut [f64],
}

impl Kernel for Elimination<'_> {
    type Output = Result<(), LinalgError>;

    #[inline(always)]
    fn run<L: Lanes>(mut self) -> Self::Output {
        let mut packed = Packed::default();
        for start in (0..self.n).step_by(BLOCK) {
            let end = (start + BLOCK).min(self.n);
            for narrow in (start..end).step_by(NARROW) {
                let next = (narrow + NARROW).min(end);
                self.eliminate(narrow, next)?;
                self.solve_below::<L>(narrow, next);
                self.subtract::<L>([narrow, next], [next, end], &mut packed);
            }
            self.subtract::<L>([start, end], [end, self.n], &mut packed);
        }
        Ok(())
    }
}

impl Elimination<'_> {
    /// Factorizes the square on the diagonal.
    #[inline(always)]
    fn eliminate(&mut self, start: usize, end: usize) -> Result<(), LinalgError> {
        let n = self.n;
        for k in start..end {
            let pivot = self.a[k * n + k];
            if !(pivot > 0.0 && pivot.is_finite()) {
                return Err(LinalgError::NotPositiveDefinite { row: k, pivot });
            }
            let root = pivot.sqrt();
            self.a[k * n + k] = root;
            for i in k + 1..end {
                self.a[k * n + i] /= root;
            }
            for j in k + 1..end {
                let factor = self.a[k * n + j];
                for i in j..end {
                    self.a[j * n + i] -= factor * self.a[k * n + i];
                }
            }
        }
        Ok(())
    }

    /// The columns' rows below the square: X Sᵀ = A, eight rows at a time.
    #[inline(always)]
    fn solve_below<L: Lanes>(&mut self, start: usize, end: usize) {
        let n = self.n;
        let mut triangle = [[0.0; NARROW]; NARROW];
        let mut inverses = [0.0; NARROW];
        for (j, column) in (start..end).enumerate() {
            inverses[j] = 1.0 / self.a[column * n + column];
            for (m, row) in triangle[j][..j].iter_mut().zip(start..) {
                *m = self.a[row * n + column];
            }
        }
        let mut row = end;
        while row < n {
            let rows = WIDTH.min(n - row);
            let mut x = [L::constant(0.0); NARROW];
            for j in 0..end - start {
                let place = (start + j) * n + row;
                let mut value = read::<L>(&self.a[place..place + rows]);
                for m in 0..j {
                    value = value - x[m] * L::constant(triangle[j][m]);
                }
                x[j] = value.scale(inverses[j]);
                write(&mut self.a[place..place + rows], x[j]);
            }
            row += rows;
        }
    }

    /// Subtracts from some columns the products of earlier ones with themselves.
    #[inline(always)]
    fn subtract<L: Lanes>(&mut self, earlier: [usize; 2], columns: [usize; 2], packed: &mut Packed) {
        if columns[0] >= columns[1] {
            return;
        }
        // What fits into the processor's registers.
        if L::WIDE {
            self.subtract_by::<L, 3, 8>(earlier, columns, packed);
        } else {
            self.subtract_by::<L, 1, 4>(earlier, columns, packed);
        }
    }

    /// The same in tiles of R times eight rows and C columns.
    #[inline(always)]
    fn subtract_by<L: Lanes, const R: usize, const C: usize>(
        &mut self,
        [first, last]: [usize; 2],
        [left, right]: [usize; 2],
        packed: &mut Packed,
    ) {
        let (n, depth) = (self.n, last - first);
        packed.fill::<L>(self.a, n, [first, last], left, R);
        for column in (left..right).step_by(C) {
            let width = C.min(right - column);
            packed.fill_columns::<L>(self.a, n, [first, last], column, width);
            // The tile that holds the diagonal comes first.
            let tile = (column - left) / (R * WIDTH);
            let mut row = left + tile * R * WIDTH;
            for rows in packed.rows[tile * depth * R..].chunks_exact(depth * R) {
                let mut sums = [[L::constant(0.0); R]; C];
                for (step, factors) in rows.as_chunks::<R>().0.iter().zip(&packed.columns) {
                    let mut values = [L::constant(0.0); R];
                    for r in 0..R {
                        values[r] = L::load(&step[r]);
                    }
                    for c in 0..C {
                        let factor = L::constant(factors[c]);
                        for r in 0..R {
                            sums[c][r] = sums[c][r] + values[r] * factor;
                        }
                    }
                }
                for (c, sum) in sums.iter().enumerate().take(width) {
                    for (r, &part) in sum.iter().enumerate() {
                        self.subtract_part(row + r * WIDTH, column + c, part);
                    }
                }
                row += R * WIDTH;
            }
        }
    }

    /// Subtracts from eight elements of a column, as far as they belong to the lower triangle.
    #[inline(always)]
    fn subtract_part<L: Lanes>(&mut self, row: usize, column: usize, part: L) {
        let n = self.n;
        if row >= column && row + WIDTH <= n {
            let place = &mut self.a[column * n + row..][..WIDTH];
            let left = read::<L>(place) - part;
            write(place, left);
        } else if row < n {
            let mut lanes = [0.0; WIDTH];
            part.store(&mut lanes);
            for (i, value) in (row..n).zip(lanes).filter(|(i, _)| *i >= column) {
                self.a[column * n + i] -= value;
            }
        }
    }
}

/// Up to eight numbers; zeros for what there is less.
#[inline(always)]
fn read<L: Lanes>(from: &[f64]) -> L {
    match from.first_chunk() {
        Some(lanes) => L::load(lanes),
        None => {
            let mut lanes = [0.0; WIDTH];
            lanes[..from.len()].copy_from_slice(from);
            L::load(&lanes)
        }
    }
}

/// Writes as many as there is room for.
#[inline(always)]
fn write<L: Lanes>(to: &mut [f64], value: L) {
    match to.first_chunk_mut() {
        Some(lanes) => value.store(lanes),
        None => {
            let mut lanes = [0.0; WIDTH];
            value.store(&mut lanes);
            to.copy_from_slice(&lanes[..to.len()]);
        }
    }
}

/// Factors of a product in the order in which they are needed.
#[derive(Debug, Default)]
struct Packed {
    /// Tiles of rows; in each, column after column.
    rows: Vec<[f64; WIDTH]>,
    /// The same few rows of each column in turn.
    columns: Vec<[f64; WIDTH]>,
}

impl Packed {
    /// The rows from `top` on of some columns, in tiles of `height` times eight rows, filled up with zeros.
    #[inline(always)]
    fn fill<L: Lanes>(&mut self, a: &[f64], n: usize, [first, last]: [usize; 2], top: usize, height: usize) {
        let tiles = (n - top).div_ceil(height * WIDTH);
        self.rows.clear();
        self.rows.resize(tiles * (last - first) * height, [0.0; WIDTH]);
        let mut rest = self.rows.as_mut_slice();
        for tile in (top..n).step_by(height * WIDTH) {
            for k in first..last {
                let (lanes, others) = rest.split_at_mut(height);
                rest = others;
                for (lanes, row) in lanes.iter_mut().zip((tile..n).step_by(WIDTH)) {
                    read::<L>(&a[k * n + row..k * n + (row + WIDTH).min(n)]).store(lanes);
                }
            }
        }
    }

    /// At most eight rows of some columns.
    #[inline(always)]
    fn fill_columns<L: Lanes>(&mut self, a: &[f64], n: usize, [first, last]: [usize; 2], row: usize, rows: usize) {
        self.columns.clear();
        self.columns.resize(last - first, [0.0; WIDTH]);
        for (lanes, k) in self.columns.iter_mut().zip(first..last) {
            read::<L>(&a[k * n + row..][..rows]).store(lanes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Positive definite.
    fn sample(n: usize) -> SymmetricMatrix {
        let entry = |i: usize, j: usize| if i == j { 3.0 + n as f64 } else { ((i * j) as f64).sin() };
        SymmetricMatrix::from_rows(n, (0..n * n).map(|k| entry(k / n, k % n)).collect())
    }

    #[test]
    fn solves_at_sizes_around_the_blocks_and_refuses_indefinite_matrices() {
        for n in [1, 2, 7, 8, 9, 24, 31, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 7] {
            let matrix = sample(n);
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

    #[test]
    fn every_processor_gives_the_same_bits() {
        let n = 2 * BLOCK + 13;
        let factors: Vec<Vec<f64>> = Level::available()
            .into_iter()
            .map(|level| {
                let mut a = sample(n).into_rows();
                dispatch(level, Elimination { n, a: &mut a }).unwrap();
                a
            })
            .collect();
        for factor in &factors {
            assert_eq!(factor, &factors[0]);
        }
    }
}
