//! Cholesky decomposition of sparse symmetric matrices of 3×3 blocks (a block an atom): symbolic once, numeric often.
//!
//! Rows are eliminated in the order of least degree; the decomposition is left-looking by block columns (George and Liu 1981;
//! Davis 2006, chapter 4).

use super::LinalgError;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A 3×3 block, row-major.
pub type Block = [f64; 9];

/// A symmetric matrix of 3×3 blocks with a fixed pattern: the diagonal, and pairs of atoms.
#[derive(Clone, Debug)]
pub struct BlockMatrix {
    /// Diagonal blocks.
    diagonal: Vec<Block>,
    /// Blocks of the pairs (i, j) with i > j, row i, column j.
    lower: Vec<Block>,
    /// `partners[starts[j]..starts[j + 1]]`: the rows i > j of column j, ascending.
    starts: Vec<usize>,
    partners: Vec<usize>,
}

impl BlockMatrix {
    /// The zero matrix of so many block rows that has room for these pairs (in any order, repeated or not).
    #[must_use]
    pub fn new(rows: usize, pairs: &[(usize, usize)]) -> Self {
        let mut sorted: Vec<(usize, usize)> = pairs
            .iter()
            .filter(|(i, j)| i != j)
            .map(|&(i, j)| (i.min(j), i.max(j)))
            .collect();
        sorted.sort_unstable();
        sorted.dedup();
        let mut starts = vec![0; rows + 1];
        for &(column, _) in &sorted {
            starts[column + 1] += 1;
        }
        for j in 0..rows {
            starts[j + 1] += starts[j];
        }
        Self {
            diagonal: vec![[0.0; 9]; rows],
            lower: vec![[0.0; 9]; sorted.len()],
            starts,
            partners: sorted.into_iter().map(|(_, row)| row).collect(),
        }
    }

    /// Number of block rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.diagonal.len()
    }

    /// Sets all elements to zero.
    pub fn clear(&mut self) {
        self.diagonal.fill([0.0; 9]);
        self.lower.fill([0.0; 9]);
    }

    /// Adds a number to the diagonal.
    pub fn add_diagonal(&mut self, value: f64) {
        for block in &mut self.diagonal {
            for k in [0, 4, 8] {
                block[k] += value;
            }
        }
    }

    /// Whether the pattern has room for this pair.
    #[must_use]
    pub fn has_pair(&self, i: usize, j: usize) -> bool {
        self.place(i.max(j), i.min(j)).is_some()
    }

    fn place(&self, row: usize, column: usize) -> Option<usize> {
        let range = self.starts[column]..self.starts[column + 1];
        self.partners[range.clone()]
            .binary_search(&row)
            .ok()
            .map(|k| range.start + k)
    }

    /// Adds k b bᵀ, b having these components on a few atoms. Pairs without room in the pattern are left out.
    pub fn add_outer(&mut self, atoms: &[usize], components: &[[f64; 3]], k: f64) {
        for (n, (&i, u)) in atoms.iter().zip(components).enumerate() {
            add_scaled_outer(&mut self.diagonal[i], u, u, k);
            for (&j, v) in atoms[..n].iter().zip(components) {
                if let Some(place) = self.place(i.max(j), i.min(j)) {
                    let (row, column) = if i > j { (u, v) } else { (v, u) };
                    add_scaled_outer(&mut self.lower[place], row, column, k);
                }
            }
        }
    }

    /// Where [`BlockMatrix::add_outer`] adds for these atoms, into `places`: a number for each pair of them, for
    /// [`BlockMatrix::add_outer_at`].
    pub fn find_places(&self, atoms: &[usize], places: &mut Vec<u32>) {
        for (n, &i) in atoms.iter().enumerate() {
            let place = |&j: &usize| self.place(i.max(j), i.min(j)).map_or(NOWHERE, |p| p as u32);
            places.extend(atoms[..n].iter().map(place));
        }
    }

    /// The same as [`BlockMatrix::add_outer`], the places known.
    pub fn add_outer_at(&mut self, places: &[u32], atoms: &[usize], components: &[[f64; 3]], k: f64) {
        let mut places = places.iter();
        for (n, (&i, u)) in atoms.iter().zip(components).enumerate() {
            add_scaled_outer(&mut self.diagonal[i], u, u, k);
            for ((&j, v), &place) in atoms[..n].iter().zip(components).zip(places.by_ref()) {
                if place != NOWHERE {
                    let (row, column) = if i > j { (u, v) } else { (v, u) };
                    add_scaled_outer(&mut self.lower[place as usize], row, column, k);
                }
            }
        }
    }

    /// `out = A v`.
    pub fn multiply(&self, v: &[f64], out: &mut [f64]) {
        out.fill(0.0);
        for column in 0..self.rows() {
            add_product(&self.diagonal[column], v, column, out, column);
            for k in self.starts[column]..self.starts[column + 1] {
                let row = self.partners[k];
                add_product(&self.lower[k], v, column, out, row);
                add_transposed_product(&self.lower[k], v, row, out, column);
            }
        }
    }
}

/// Stands for a pair that the pattern has no room for.
const NOWHERE: u32 = u32::MAX;

fn add_scaled_outer(block: &mut Block, u: &[f64; 3], v: &[f64; 3], k: f64) {
    for a in 0..3 {
        let ku = k * u[a];
        for b in 0..3 {
            block[3 * a + b] += ku * v[b];
        }
    }
}

/// `out[row] += B v[column]`.
fn add_product(block: &Block, v: &[f64], column: usize, out: &mut [f64], row: usize) {
    for a in 0..3 {
        out[3 * row + a] += (0..3).map(|b| block[3 * a + b] * v[3 * column + b]).sum::<f64>();
    }
}

/// `out[row] += Bᵀ v[column]`.
fn add_transposed_product(block: &Block, v: &[f64], column: usize, out: &mut [f64], row: usize) {
    for a in 0..3 {
        out[3 * row + a] += (0..3).map(|b| block[3 * b + a] * v[3 * column + b]).sum::<f64>();
    }
}

/// A block of the matrix that goes into a column of the factor.
#[derive(Clone, Copy, Debug)]
struct Source {
    /// Position of its row in the order of elimination.
    row: u32,
    /// Its place in the lower triangle of the matrix.
    place: u32,
    /// Whether the order of elimination puts it into the other triangle.
    transposed: bool,
}

/// Where the factor of a pattern has its blocks.
#[derive(Clone, Debug)]
struct Symbolic {
    /// Row of the matrix that is eliminated k-th.
    order: Vec<usize>,
    /// `rows[starts[k]..starts[k + 1]]`: positions below the diagonal in column k of the factor, ascending.
    starts: Vec<usize>,
    rows: Vec<usize>,
    /// `sources[source_starts[k]..source_starts[k + 1]]`: blocks of the matrix that lie in column k.
    source_starts: Vec<usize>,
    sources: Vec<Source>,
}

impl Symbolic {
    fn new(matrix: &BlockMatrix) -> Self {
        let (order, columns) = eliminate(matrix);
        let mut position = vec![0; order.len()];
        for (k, &row) in order.iter().enumerate() {
            position[row] = k;
        }
        let mut starts = vec![0];
        let mut rows = Vec::new();
        for column in columns {
            let first = rows.len();
            rows.extend(column.into_iter().map(|row| position[row as usize]));
            rows[first..].sort_unstable();
            starts.push(rows.len());
        }
        let (source_starts, sources) = sources(matrix, &position);
        Self {
            order,
            starts,
            rows,
            source_starts,
            sources,
        }
    }
}

/// Eliminates rows in the order of least degree; ties by number, so that the order depends on the pattern only. Returns the order, and
/// each row's neighbours at its elimination. Sorted arrays, whose unions are cheap as long as the factor is sparse; the heap
/// keeps outdated degrees, which are skipped when they come up.
fn eliminate(matrix: &BlockMatrix) -> (Vec<usize>, Vec<Vec<u32>>) {
    let n = matrix.rows();
    let mut neighbors = adjacency(matrix);
    let mut heap: BinaryHeap<Reverse<(u32, u32)>> = neighbors
        .iter()
        .zip(0..)
        .map(|(around, row)| Reverse((around.len() as u32, row)))
        .collect();
    let mut gone = vec![false; n];
    let mut order = Vec::with_capacity(n);
    let mut columns: Vec<Vec<u32>> = Vec::with_capacity(n);
    let mut union = Vec::new();
    while let Some(Reverse((degree, row))) = heap.pop() {
        if gone[row as usize] || neighbors[row as usize].len() != degree as usize {
            continue;
        }
        gone[row as usize] = true;
        order.push(row as usize);
        let around = std::mem::take(&mut neighbors[row as usize]);
        // The neighbours of an eliminated row become neighbours of each other.
        for &a in &around {
            let own = &mut neighbors[a as usize];
            let before = own.len();
            unite(own, &around, [row, a], &mut union);
            own.clone_from(&union);
            if own.len() != before {
                heap.push(Reverse((own.len() as u32, a)));
            }
        }
        columns.push(around);
    }
    (order, columns)
}

/// The neighbours of each row, ascending.
fn adjacency(matrix: &BlockMatrix) -> Vec<Vec<u32>> {
    let mut neighbors: Vec<Vec<u32>> = vec![Vec::new(); matrix.rows()];
    for column in 0..matrix.rows() {
        for &row in &matrix.partners[matrix.starts[column]..matrix.starts[column + 1]] {
            neighbors[row].push(column as u32);
        }
    }
    // Columns came ascending, all of them below the row; the rows above follow.
    for (column, around) in neighbors.iter_mut().enumerate() {
        let range = matrix.starts[column]..matrix.starts[column + 1];
        around.extend(matrix.partners[range].iter().map(|&row| row as u32));
    }
    neighbors
}

/// The union of two ascending lists without two members, ascending.
fn unite(a: &[u32], b: &[u32], without: [u32; 2], out: &mut Vec<u32>) {
    out.clear();
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        let (p, q) = (
            a.get(i).copied().unwrap_or(u32::MAX),
            b.get(j).copied().unwrap_or(u32::MAX),
        );
        let least = p.min(q);
        i += usize::from(p == least);
        j += usize::from(q == least);
        if !without.contains(&least) {
            out.push(least);
        }
    }
}

/// The blocks of the matrix, column by column of the order of elimination.
fn sources(matrix: &BlockMatrix, position: &[usize]) -> (Vec<usize>, Vec<Source>) {
    let mut found: Vec<(usize, Source)> = Vec::with_capacity(matrix.lower.len());
    for column in 0..matrix.rows() {
        for place in matrix.starts[column]..matrix.starts[column + 1] {
            let (p, q) = (position[column], position[matrix.partners[place]]);
            let source = Source {
                row: p.max(q) as u32,
                place: place as u32,
                transposed: q < p,
            };
            found.push((p.min(q), source));
        }
    }
    let mut starts = vec![0; matrix.rows() + 1];
    for (column, _) in &found {
        starts[column + 1] += 1;
    }
    for k in 0..matrix.rows() {
        starts[k + 1] += starts[k];
    }
    found.sort_by_key(|(column, _)| *column);
    (starts, found.into_iter().map(|(_, source)| source).collect())
}

/// The factor L of A = L Lᵀ. Keeps its symbolic part while the pattern stays.
#[derive(Clone, Debug)]
pub struct BlockCholesky {
    symbolic: Symbolic,
    /// Inverses of the diagonal blocks of L (lower triangles).
    inverses: Vec<Block>,
    /// Blocks of L below the diagonal, in the order of the symbolic rows.
    blocks: Vec<Block>,
    work: Vec<Block>,
    permuted: Vec<f64>,
    /// Columns whose next block lies in a row: heads of linked lists, and the next column in the same list.
    head: Vec<usize>,
    next: Vec<usize>,
    cursor: Vec<usize>,
}

const NONE: usize = usize::MAX;

impl BlockCholesky {
    /// Analyses the pattern.
    #[must_use]
    pub fn analyze(matrix: &BlockMatrix) -> Self {
        let symbolic = Symbolic::new(matrix);
        let n = matrix.rows();
        Self {
            inverses: vec![[0.0; 9]; n],
            blocks: vec![[0.0; 9]; symbolic.rows.len()],
            work: vec![[0.0; 9]; n],
            permuted: vec![0.0; 3 * n],
            head: vec![NONE; n],
            next: vec![NONE; n],
            cursor: vec![0; n],
            symbolic,
        }
    }

    /// Number of blocks of the factor below its diagonal.
    #[must_use]
    pub fn fill(&self) -> usize {
        self.blocks.len()
    }

    /// Decomposes a matrix of the analysed pattern.
    ///
    /// # Errors
    /// Where the matrix is not positive definite (the row is that of the matrix).
    pub fn factorize(&mut self, matrix: &BlockMatrix) -> Result<(), LinalgError> {
        self.head.fill(NONE);
        for column in 0..matrix.rows() {
            self.load(matrix, column);
            self.subtract_earlier(column);
            let diagonal = cholesky(&self.work[column]).map_err(|(axis, pivot)| LinalgError::NotPositiveDefinite {
                row: 3 * self.symbolic.order[column] + axis,
                pivot,
            })?;
            self.inverses[column] = inverse_lower(&diagonal);
            for k in self.symbolic.starts[column]..self.symbolic.starts[column + 1] {
                self.blocks[k] = times_transposed(&self.work[self.symbolic.rows[k]], &self.inverses[column]);
            }
            self.enlist(column, self.symbolic.starts[column]);
        }
        Ok(())
    }

    /// Column of the matrix, in the order of elimination, into the work blocks.
    fn load(&mut self, matrix: &BlockMatrix, column: usize) {
        let symbolic = &self.symbolic;
        self.work[column] = matrix.diagonal[symbolic.order[column]];
        for &row in &symbolic.rows[symbolic.starts[column]..symbolic.starts[column + 1]] {
            self.work[row] = [0.0; 9];
        }
        let range = symbolic.source_starts[column]..symbolic.source_starts[column + 1];
        for source in &symbolic.sources[range] {
            let block = &matrix.lower[source.place as usize];
            self.work[source.row as usize] = if source.transposed { transposed(block) } else { *block };
        }
    }

    /// Subtracts the products with all earlier columns that have a block in this row.
    fn subtract_earlier(&mut self, column: usize) {
        let mut earlier = self.head[column];
        while earlier != NONE {
            let following = self.next[earlier];
            let first = self.cursor[earlier];
            let end = self.symbolic.starts[earlier + 1];
            let pivot = self.blocks[first];
            for k in first..end {
                let row = self.symbolic.rows[k];
                subtract_times_transposed(&mut self.work[row], &self.blocks[k], &pivot);
            }
            self.enlist(earlier, first + 1);
            earlier = following;
        }
    }

    /// Puts a column into the list of the row of its next block.
    fn enlist(&mut self, column: usize, place: usize) {
        if place < self.symbolic.starts[column + 1] {
            let row = self.symbolic.rows[place];
            self.cursor[column] = place;
            self.next[column] = self.head[row];
            self.head[row] = column;
        }
    }

    /// Solves A x = b, in place.
    pub fn solve(&mut self, b: &mut [f64]) {
        let Symbolic {
            order, starts, rows, ..
        } = &self.symbolic;
        let y = &mut self.permuted;
        for (k, &row) in order.iter().enumerate() {
            y[3 * k..3 * k + 3].copy_from_slice(&b[3 * row..3 * row + 3]);
        }
        for column in 0..order.len() {
            let v = lower_times(&self.inverses[column], &y[3 * column..3 * column + 3]);
            y[3 * column..3 * column + 3].copy_from_slice(&v);
            let below = starts[column]..starts[column + 1];
            for (block, &row) in self.blocks[below.clone()].iter().zip(&rows[below]) {
                let target = 3 * row;
                for a in 0..3 {
                    y[target + a] -= block[3 * a] * v[0] + block[3 * a + 1] * v[1] + block[3 * a + 2] * v[2];
                }
            }
        }
        for column in (0..order.len()).rev() {
            let mut v = [y[3 * column], y[3 * column + 1], y[3 * column + 2]];
            let below = starts[column]..starts[column + 1];
            for (block, &row) in self.blocks[below.clone()].iter().zip(&rows[below]) {
                let source = 3 * row;
                for a in 0..3 {
                    let w = y[source + a];
                    v[0] -= block[3 * a] * w;
                    v[1] -= block[3 * a + 1] * w;
                    v[2] -= block[3 * a + 2] * w;
                }
            }
            let v = upper_times(&self.inverses[column], &v);
            y[3 * column..3 * column + 3].copy_from_slice(&v);
        }
        for (k, &row) in order.iter().enumerate() {
            b[3 * row..3 * row + 3].copy_from_slice(&y[3 * k..3 * k + 3]);
        }
    }
}

fn transposed(m: &Block) -> Block {
    [m[0], m[3], m[6], m[1], m[4], m[7], m[2], m[5], m[8]]
}

/// Lower triangle of a block's Cholesky factor, or the axis and value of the pivot that is not positive.
fn cholesky(m: &Block) -> Result<Block, (usize, f64)> {
    let root = |axis: usize, pivot: f64| {
        if pivot > 0.0 {
            Ok(pivot.sqrt())
        } else {
            Err((axis, pivot))
        }
    };
    let l00 = root(0, m[0])?;
    let (l10, l20) = (m[3] / l00, m[6] / l00);
    let l11 = root(1, m[4] - l10 * l10)?;
    let l21 = (m[7] - l20 * l10) / l11;
    let l22 = root(2, m[8] - l20 * l20 - l21 * l21)?;
    Ok([l00, 0.0, 0.0, l10, l11, 0.0, l20, l21, l22])
}

fn inverse_lower(l: &Block) -> Block {
    let (i00, i11, i22) = (1.0 / l[0], 1.0 / l[4], 1.0 / l[8]);
    let i10 = -l[3] * i00 * i11;
    let i21 = -l[7] * i11 * i22;
    let i20 = -(l[6] * i00 + l[7] * i10) * i22;
    [i00, 0.0, 0.0, i10, i11, 0.0, i20, i21, i22]
}

/// A Bᵀ.
fn times_transposed(a: &Block, b: &Block) -> Block {
    let mut out = [0.0; 9];
    for i in 0..3 {
        for j in 0..3 {
            out[3 * i + j] = a[3 * i] * b[3 * j] + a[3 * i + 1] * b[3 * j + 1] + a[3 * i + 2] * b[3 * j + 2];
        }
    }
    out
}

/// C −= A Bᵀ.
fn subtract_times_transposed(c: &mut Block, a: &Block, b: &Block) {
    for (x, y) in c.iter_mut().zip(times_transposed(a, b)) {
        *x -= y;
    }
}

fn lower_times(m: &Block, v: &[f64]) -> [f64; 3] {
    [
        m[0] * v[0],
        m[3] * v[0] + m[4] * v[1],
        m[6] * v[0] + m[7] * v[1] + m[8] * v[2],
    ]
}

fn upper_times(m: &Block, v: &[f64; 3]) -> [f64; 3] {
    [
        m[0] * v[0] + m[3] * v[1] + m[6] * v[2],
        m[4] * v[1] + m[7] * v[2],
        m[8] * v[2],
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A chain with some longer contacts, positive definite.
    fn sample(rows: usize) -> BlockMatrix {
        let mut pairs: Vec<(usize, usize)> = (1..rows).map(|i| (i - 1, i)).collect();
        pairs.extend((3..rows).map(|i| (i, i - 3)));
        pairs.extend((0..rows / 4).map(|i| (rows - 1 - i, 2 * i)));
        let mut matrix = BlockMatrix::new(rows, &pairs);
        for (n, &(i, j)) in pairs.iter().enumerate() {
            let t = n as f64;
            let u = [t.sin(), (1.3 * t).cos(), (0.7 * t).sin()];
            let v = [(2.0 * t).sin(), -u[1], (0.3 * t).cos()];
            matrix.add_outer(&[i, j], &[u, v], 10.0 + t);
        }
        matrix.add_diagonal(0.5);
        matrix
    }

    #[test]
    fn solving_undoes_multiplying() {
        for rows in [1, 2, 5, 40] {
            let matrix = sample(rows);
            let mut factor = BlockCholesky::analyze(&matrix);
            factor.factorize(&matrix).unwrap();
            let x: Vec<f64> = (0..3 * rows).map(|i| (i as f64).sin()).collect();
            let mut b = vec![f64::NAN; 3 * rows];
            matrix.multiply(&x, &mut b);
            factor.solve(&mut b);
            for (found, wanted) in b.iter().zip(&x) {
                assert!((found - wanted).abs() < 1e-9, "{rows} rows: {found}, {wanted}");
            }
        }
    }

    #[test]
    fn a_chain_fills_in_little() {
        let pairs: Vec<(usize, usize)> = (1..200).map(|i| (i - 1, i)).collect();
        let factor = BlockCholesky::analyze(&BlockMatrix::new(200, &pairs));
        assert!(factor.fill() < 400, "{} blocks", factor.fill());
    }

    #[test]
    fn an_indefinite_matrix_is_refused() {
        let mut matrix = sample(6);
        matrix.add_diagonal(-50.0);
        let result = BlockCholesky::analyze(&matrix).factorize(&matrix);
        assert!(
            matches!(result, Err(LinalgError::NotPositiveDefinite { .. })),
            "{result:?}"
        );
    }
}
