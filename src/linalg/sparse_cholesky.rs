//! Cholesky decomposition of sparse symmetric matrices of 3×3 blocks (a block an atom): symbolic once, numeric often.
//!
//! Rows are eliminated in the order of least degree; the decomposition is left-looking by block columns (George and Liu 1981;
//! Davis 2006, chapter 4).

use super::{LinalgError, SymmetricMatrix};
use crate::numeric::Lanes;
use crate::numeric::simd::{Kernel, Level, dispatch};
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
        let lower = || pairs.iter().filter(|(i, j)| i != j).map(|&(i, j)| (i.min(j), i.max(j)));
        let mut ends = vec![0; rows + 1];
        for (column, _) in lower() {
            ends[column + 1] += 1;
        }
        for j in 0..rows {
            ends[j + 1] += ends[j];
        }
        // Columns by counting, their few rows by comparison.
        let mut found = vec![0; ends[rows]];
        let mut cursor = ends.clone();
        for (column, row) in lower() {
            found[cursor[column]] = row;
            cursor[column] += 1;
        }
        let (mut starts, mut partners) = (vec![0], Vec::with_capacity(found.len()));
        for j in 0..rows {
            let column = &mut found[ends[j]..ends[j + 1]];
            column.sort_unstable();
            let first = partners.len();
            for &row in &*column {
                if partners.len() == first || partners.last() != Some(&row) {
                    partners.push(row);
                }
            }
            starts.push(partners.len());
        }
        Self {
            diagonal: vec![[0.0; 9]; rows],
            lower: vec![[0.0; 9]; partners.len()],
            starts,
            partners,
        }
    }

    /// Number of block rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.diagonal.len()
    }

    /// Number of blocks below the diagonal that the pattern has room for.
    #[must_use]
    pub fn pairs(&self) -> usize {
        self.lower.len()
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

    /// Adds a block of the diagonal, or of a pair with row > column; its mirror image goes without saying. Pairs without room in the
    /// pattern are left out.
    pub fn add_block(&mut self, row: usize, column: usize, block: &Block) {
        let place = if row == column {
            self.diagonal.get_mut(row)
        } else {
            self.place(row, column).map(|place| &mut self.lower[place])
        };
        for (sum, b) in place.into_iter().flatten().zip(block) {
            *sum += b;
        }
    }

    /// Whether all elements are finite.
    #[must_use]
    pub fn is_finite(&self) -> bool {
        self.diagonal
            .iter()
            .chain(&self.lower)
            .flatten()
            .all(|element| element.is_finite())
    }

    /// Longest difference between the parts of a vector that belong to the two rows of a pair.
    #[must_use]
    pub fn longest_difference(&self, v: &[f64]) -> f64 {
        let mut longest = 0.0_f64;
        for (column, own) in v.chunks_exact(3).enumerate() {
            for &row in &self.partners[self.starts[column]..self.starts[column + 1]] {
                let square = (0..3).map(|a| (v[3 * row + a] - own[a]).powi(2)).sum::<f64>();
                longest = longest.max(square);
            }
        }
        longest.sqrt()
    }

    /// Number of blocks that are stored, each pair's once.
    #[must_use]
    pub fn blocks(&self) -> usize {
        self.diagonal.len() + self.lower.len()
    }

    /// `A += a B`, for a matrix of the same pattern.
    pub fn add_matrix(&mut self, a: f64, other: &Self) {
        debug_assert_eq!(self.partners, other.partners, "matrices of one pattern");
        let own = self.diagonal.iter_mut().chain(&mut self.lower);
        for (block, more) in own.zip(other.diagonal.iter().chain(&other.lower)) {
            for (element, m) in block.iter_mut().zip(more) {
                *element += a * m;
            }
        }
    }

    /// Adds `a` times this matrix to a dense one, which may be without the last rows of the last block.
    pub fn add_to_dense(&self, a: f64, out: &mut SymmetricMatrix) {
        let n = out.n();
        let mut add = |row: usize, column: usize, element: f64| {
            if row < n && column < n {
                out.add(row, column, a * element);
            }
        };
        for (i, block) in self.diagonal.iter().enumerate() {
            for k in [0, 1, 2, 4, 5, 8] {
                add(3 * i + k / 3, 3 * i + k % 3, block[k]);
            }
        }
        for column in 0..self.rows() {
            for place in self.starts[column]..self.starts[column + 1] {
                for (k, element) in self.lower[place].iter().enumerate() {
                    add(3 * self.partners[place] + k / 3, 3 * column + k % 3, *element);
                }
            }
        }
    }

    /// The elements of the diagonal.
    #[must_use]
    pub fn diagonal(&self) -> Vec<f64> {
        let elements = self.diagonal.iter().flat_map(|block| [block[0], block[4], block[8]]);
        elements.collect()
    }

    /// `A v`. What `v` lacks to whole blocks counts as zero.
    #[must_use]
    pub fn times(&self, v: &[f64]) -> Vec<f64> {
        let mut whole = v.to_vec();
        whole.resize(3 * self.rows(), 0.0);
        let mut out = vec![0.0; whole.len()];
        self.multiply(&whole, &mut out);
        out.truncate(v.len());
        out
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
#[derive(Clone, Copy, Debug, Default)]
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
    let mut starts = vec![0; matrix.rows() + 1];
    for column in 0..matrix.rows() {
        for place in matrix.starts[column]..matrix.starts[column + 1] {
            let (p, q) = (position[column], position[matrix.partners[place]]);
            let source = Source {
                row: p.max(q) as u32,
                place: place as u32,
                transposed: q < p,
            };
            found.push((p.min(q), source));
            starts[p.min(q) + 1] += 1;
        }
    }
    for k in 0..matrix.rows() {
        starts[k + 1] += starts[k];
    }
    let mut cursor = starts.clone();
    let mut sources = vec![Source::default(); found.len()];
    for (column, source) in found {
        sources[cursor[column]] = source;
        cursor[column] += 1;
    }
    (starts, sources)
}

/// A block column by column, each filled up to four numbers: what the vector instructions of today's processors hold.
type Columns = [[f64; 4]; 3];

/// The factor L of A = L Lᵀ. Keeps its symbolic part while the pattern stays.
#[derive(Clone, Debug)]
pub struct BlockCholesky {
    symbolic: Symbolic,
    /// Inverses of the diagonal blocks of L (lower triangles).
    inverses: Vec<Block>,
    /// Blocks of L below the diagonal, in the order of the symbolic rows.
    blocks: Vec<Columns>,
    work: Vec<Columns>,
    permuted: Scratch,
    /// Columns whose next block lies in a row: heads of linked lists, and the next column in the same list.
    head: Vec<usize>,
    next: Vec<usize>,
    cursor: Vec<usize>,
}

/// Scratch memory of [`BlockCholesky::solve_through`].
#[derive(Clone, Debug, Default)]
pub struct Scratch(Vec<[f64; 4]>);

const NONE: usize = usize::MAX;

impl BlockCholesky {
    /// Analyses the pattern.
    #[must_use]
    pub fn analyze(matrix: &BlockMatrix) -> Self {
        let symbolic = Symbolic::new(matrix);
        let n = matrix.rows();
        Self {
            inverses: vec![[0.0; 9]; n],
            blocks: vec![[[0.0; 4]; 3]; symbolic.rows.len()],
            work: vec![[[0.0; 4]; 3]; n],
            permuted: Scratch::default(),
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
        dispatch(Level::detect(), Factorization { factor: self, matrix })
    }

    #[inline(always)]
    fn factorize_here(&mut self, matrix: &BlockMatrix) -> Result<(), LinalgError> {
        self.head.fill(NONE);
        for column in 0..matrix.rows() {
            self.load(matrix, column);
            self.subtract_earlier(column);
            let diagonal = cholesky(&self.work[column]).map_err(|(axis, pivot)| LinalgError::NotPositiveDefinite {
                row: 3 * self.symbolic.order[column] + axis,
                pivot,
            })?;
            let inverse = inverse_lower(&diagonal);
            self.inverses[column] = inverse;
            let below = self.symbolic.starts[column]..self.symbolic.starts[column + 1];
            for (block, &row) in self.blocks[below.clone()].iter_mut().zip(&self.symbolic.rows[below]) {
                *block = times_inverse_transposed(&self.work[row], &inverse);
            }
            self.enlist(column, self.symbolic.starts[column]);
        }
        Ok(())
    }

    /// Column of the matrix, in the order of elimination, into the work blocks.
    #[inline(always)]
    fn load(&mut self, matrix: &BlockMatrix, column: usize) {
        let symbolic = &self.symbolic;
        self.work[column] = columns(&matrix.diagonal[symbolic.order[column]], true);
        for &row in &symbolic.rows[symbolic.starts[column]..symbolic.starts[column + 1]] {
            self.work[row] = [[0.0; 4]; 3];
        }
        let range = symbolic.source_starts[column]..symbolic.source_starts[column + 1];
        for source in &symbolic.sources[range] {
            let block = &matrix.lower[source.place as usize];
            self.work[source.row as usize] = columns(block, source.transposed);
        }
    }

    /// Subtracts the products with all earlier columns that have a block in this row.
    #[inline(always)]
    fn subtract_earlier(&mut self, column: usize) {
        let mut earlier = self.head[column];
        while earlier != NONE {
            let following = self.next[earlier];
            let first = self.cursor[earlier];
            let range = first..self.symbolic.starts[earlier + 1];
            let pivot = self.blocks[first];
            for (block, &row) in self.blocks[range.clone()].iter().zip(&self.symbolic.rows[range]) {
                subtract_times_transposed(&mut self.work[row], block, &pivot);
            }
            self.enlist(earlier, first + 1);
            earlier = following;
        }
    }

    /// Puts a column into the list of the row of its next block.
    #[inline(always)]
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
        let mut y = std::mem::take(&mut self.permuted);
        self.solve_through(b, &mut y);
        self.permuted = y;
    }

    /// Solves A x = b, in place, through scratch memory.
    pub fn solve_through(&self, b: &mut [f64], scratch: &mut Scratch) {
        scratch.0.resize(self.inverses.len(), [0.0; 4]);
        let y = &mut scratch.0;
        dispatch(Level::detect(), Solution { factor: self, b, y });
    }

    #[inline(always)]
    fn solve_here(&self, b: &mut [f64], y: &mut [[f64; 4]]) {
        let Symbolic {
            order, starts, rows, ..
        } = &self.symbolic;
        for (y, &row) in y.iter_mut().zip(order) {
            *y = [b[3 * row], b[3 * row + 1], b[3 * row + 2], 0.0];
        }
        for column in 0..order.len() {
            let v = lower_times(&self.inverses[column], &y[column]);
            y[column] = v;
            let below = starts[column]..starts[column + 1];
            for (block, &row) in self.blocks[below.clone()].iter().zip(&rows[below]) {
                let target = &mut y[row];
                for i in 0..4 {
                    target[i] -= block[0][i] * v[0] + block[1][i] * v[1] + block[2][i] * v[2];
                }
            }
        }
        for column in (0..order.len()).rev() {
            let mut sums = [[0.0; 4]; 3];
            let below = starts[column]..starts[column + 1];
            for (block, &row) in self.blocks[below.clone()].iter().zip(&rows[below]) {
                for (sum, b) in sums.iter_mut().zip(block) {
                    for i in 0..4 {
                        sum[i] += b[i] * y[row][i];
                    }
                }
            }
            let left = [0, 1, 2].map(|k: usize| y[column][k] - (sums[k][0] + sums[k][1] + sums[k][2]));
            y[column] = upper_times(&self.inverses[column], &left);
        }
        for (y, &row) in y.iter().zip(order) {
            b[3 * row..3 * row + 3].copy_from_slice(&y[..3]);
        }
    }
}

/// Decomposition with the widest instructions there are: the same arithmetic in the same order, four numbers at a time.
struct Factorization<'a> {
    factor: &'a mut BlockCholesky,
    matrix: &'a BlockMatrix,
}

impl Kernel for Factorization<'_> {
    type Output = Result<(), LinalgError>;

    #[inline(always)]
    fn run<L: Lanes>(self) -> Self::Output {
        self.factor.factorize_here(self.matrix)
    }
}

/// Solution with the widest instructions there are.
struct Solution<'a> {
    factor: &'a BlockCholesky,
    b: &'a mut [f64],
    y: &'a mut [[f64; 4]],
}

impl Kernel for Solution<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        self.factor.solve_here(self.b, self.y);
    }
}

/// The columns of a block, or of its transpose.
#[inline(always)]
fn columns(m: &Block, transposed: bool) -> Columns {
    if transposed {
        [
            [m[0], m[1], m[2], 0.0],
            [m[3], m[4], m[5], 0.0],
            [m[6], m[7], m[8], 0.0],
        ]
    } else {
        [
            [m[0], m[3], m[6], 0.0],
            [m[1], m[4], m[7], 0.0],
            [m[2], m[5], m[8], 0.0],
        ]
    }
}

/// Lower triangle of a block's Cholesky factor, or the axis and value of the pivot that is not positive.
#[inline(always)]
fn cholesky(m: &Columns) -> Result<Block, (usize, f64)> {
    let root = |axis: usize, pivot: f64| {
        if pivot > 0.0 {
            Ok(pivot.sqrt())
        } else {
            Err((axis, pivot))
        }
    };
    let l00 = root(0, m[0][0])?;
    let (l10, l20) = (m[0][1] / l00, m[0][2] / l00);
    let l11 = root(1, m[1][1] - l10 * l10)?;
    let l21 = (m[1][2] - l20 * l10) / l11;
    let l22 = root(2, m[2][2] - l20 * l20 - l21 * l21)?;
    Ok([l00, 0.0, 0.0, l10, l11, 0.0, l20, l21, l22])
}

#[inline(always)]
fn inverse_lower(l: &Block) -> Block {
    let (i00, i11, i22) = (1.0 / l[0], 1.0 / l[4], 1.0 / l[8]);
    let i10 = -l[3] * i00 * i11;
    let i21 = -l[7] * i11 * i22;
    let i20 = -(l[6] * i00 + l[7] * i10) * i22;
    [i00, 0.0, 0.0, i10, i11, 0.0, i20, i21, i22]
}

/// A Bᵀ for a lower triangle B.
#[inline(always)]
fn times_inverse_transposed(a: &Columns, b: &Block) -> Columns {
    let mut out = [[0.0; 4]; 3];
    for i in 0..4 {
        out[0][i] = a[0][i] * b[0];
        out[1][i] = a[0][i] * b[3] + a[1][i] * b[4];
        out[2][i] = a[0][i] * b[6] + a[1][i] * b[7] + a[2][i] * b[8];
    }
    out
}

/// C −= A Bᵀ.
#[inline(always)]
fn subtract_times_transposed(c: &mut Columns, a: &Columns, b: &Columns) {
    for (j, column) in c.iter_mut().enumerate() {
        for i in 0..4 {
            column[i] -= a[0][i] * b[0][j] + a[1][i] * b[1][j] + a[2][i] * b[2][j];
        }
    }
}

#[inline(always)]
fn lower_times(m: &Block, v: &[f64; 4]) -> [f64; 4] {
    [
        m[0] * v[0],
        m[3] * v[0] + m[4] * v[1],
        m[6] * v[0] + m[7] * v[1] + m[8] * v[2],
        0.0,
    ]
}

#[inline(always)]
fn upper_times(m: &Block, v: &[f64; 3]) -> [f64; 4] {
    [
        m[0] * v[0] + m[3] * v[1] + m[6] * v[2],
        m[4] * v[1] + m[7] * v[2],
        m[8] * v[2],
        0.0,
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
