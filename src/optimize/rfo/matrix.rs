//! The Hessian of the quadratic model: a guess, sparse or dense, and the few outer products that the way has added to it.

use crate::coordinates::Metric;
use crate::hessian::update::Updatable;
use crate::linalg::adaptive::Factor;
use crate::linalg::sparse_cholesky::BlockMatrix;
use crate::linalg::vector::{add_scaled, dot};
use crate::linalg::{Cholesky, SymmetricMatrix};

/// What it is made from.
#[derive(Clone, Debug)]
pub enum Base {
    /// Couples the atoms of one coordinate only: models.
    Sparse(BlockMatrix),
    /// Couples everything: second derivatives.
    Dense(SymmetricMatrix),
}

/// Guess + Σ a u uᵀ, over Cartesian displacements, kcal/mol/Å².
#[derive(Clone, Debug)]
pub struct Hessian {
    pub base: Base,
    pub learnt: Learnt,
}

/// The outer products.
#[derive(Clone, Debug, Default)]
pub struct Learnt(Vec<(f64, Vec<f64>)>);

impl Learnt {
    /// Σ a u (u·v).
    pub fn times(&self, v: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; v.len()];
        self.add_times(v, &mut out);
        out
    }

    /// Adds the sum to a matrix.
    pub fn add_to_dense(&self, matrix: &mut SymmetricMatrix) {
        matrix.add_outers(&self.0);
    }

    fn add_times(&self, v: &[f64], out: &mut [f64]) {
        for (a, u) in &self.0 {
            add_scaled(out, a * dot(u, v), u);
        }
    }
}

impl Base {
    pub fn times(&self, v: &[f64]) -> Vec<f64> {
        match self {
            Self::Sparse(matrix) => matrix.times(v),
            Self::Dense(matrix) => matrix.times(v),
        }
    }

    /// Adds `a` times the metric.
    pub fn add_metric(&mut self, a: f64, metric: &Metric) {
        match self {
            Self::Sparse(matrix) => matrix.add_matrix(a, &metric.gram),
            Self::Dense(matrix) => metric.gram.add_to_dense(a, matrix),
        }
    }

    /// Adds `a` times the outer product of a row of B with itself.
    pub fn add_row(&mut self, a: f64, row: usize, metric: &Metric) {
        match self {
            Self::Sparse(matrix) => metric.b.add_outer(row, a, matrix),
            Self::Dense(matrix) => {
                let (atoms, components) = metric.b.row(row);
                let entries: Vec<(usize, f64)> = atoms
                    .iter()
                    .zip(components)
                    .flat_map(|(atom, g)| (0..3).map(move |axis| (3 * atom + axis, g[axis])))
                    .filter(|(_, g)| *g != 0.0)
                    .collect();
                for (k, &(i, p)) in entries.iter().enumerate() {
                    for &(j, q) in &entries[..=k] {
                        matrix.add(i, j, a * p * q);
                    }
                }
            }
        }
    }

    pub fn diagonal(&self) -> Vec<f64> {
        match self {
            Self::Sparse(matrix) => matrix.diagonal(),
            Self::Dense(matrix) => (0..matrix.n()).map(|i| matrix.get(i, i)).collect(),
        }
    }
}

impl From<Base> for Hessian {
    fn from(base: Base) -> Self {
        Self {
            base,
            learnt: Learnt::default(),
        }
    }
}

impl Updatable for Hessian {
    fn times(&self, v: &[f64]) -> Vec<f64> {
        let mut out = self.base.times(v);
        self.learnt.add_times(v, &mut out);
        out
    }

    fn add_outer(&mut self, a: f64, v: &[f64]) {
        self.learnt.0.push((a, v.to_vec()));
    }
}

/// A Hessian that can be shifted by multiples of the metric and solved with.
pub enum Shiftable<'a> {
    /// The guess is shifted and factorized; what was learnt comes in afterwards.
    Sparse(&'a BlockMatrix, &'a Learnt),
    /// The sum of all.
    Dense(SymmetricMatrix),
}

/// (H + μF)⁻¹.
pub enum Inverse {
    Plain(Factor),
    Dense(Cholesky),
    Woodbury(Woodbury),
}

impl<'a> Shiftable<'a> {
    pub fn new(hessian: &'a Hessian) -> Self {
        match &hessian.base {
            Base::Sparse(matrix) => Self::Sparse(matrix, &hessian.learnt),
            Base::Dense(matrix) => {
                let mut sum = matrix.clone();
                hessian.learnt.add_to_dense(&mut sum);
                Self::Dense(sum)
            }
        }
    }

    /// Inverts H + shift·F + rigid·1; `None` where that is not positive definite.
    pub fn invert(&self, shift: f64, rigid: f64, metric: &Metric) -> Option<Inverse> {
        match self {
            Self::Sparse(matrix, learnt) => {
                let mut shifted = (*matrix).clone();
                shifted.add_matrix(shift, &metric.gram);
                shifted.add_diagonal(rigid);
                let factor = metric.analysis.factorize(&shifted).ok()?;
                if learnt.0.is_empty() {
                    return Some(Inverse::Plain(factor));
                }
                Woodbury::new(factor, learnt).map(Inverse::Woodbury)
            }
            Self::Dense(sum) => {
                let mut shifted = sum.clone();
                if shift != 0.0 {
                    metric.gram.add_to_dense(shift, &mut shifted);
                }
                shifted.shift(rigid);
                Cholesky::new(shifted).ok().map(Inverse::Dense)
            }
        }
    }
}

impl Inverse {
    pub fn solve(&self, v: &[f64]) -> Vec<f64> {
        match self {
            Self::Plain(factor) => factor.solve(v),
            Self::Dense(factor) => factor.solve(v),
            Self::Woodbury(inverse) => inverse.solve(v),
        }
    }
}

/// (A + U D Uᵀ)⁻¹ = A⁻¹ − A⁻¹U (D + UᵀA⁻¹U)⁻¹ UᵀA⁻¹ with D = ±1 (M. A. Woodbury, Princeton Statistical Research Group, Memo 42,
/// 1950).
pub struct Woodbury {
    factor: Factor,
    /// U, those columns first that are added.
    columns: Vec<Vec<f64>>,
    /// A⁻¹ U.
    solved: Vec<Vec<f64>>,
    inner: Capacitance,
}

impl Woodbury {
    /// `None` where the sum is not positive definite. By the additivity of inertia under Schur complements (E. V. Haynsworth, Linear
    /// Algebra Appl. 1, 73 (1968)) it is, for a positive definite A, where D + UᵀA⁻¹U has as many negative eigenvalues as D.
    fn new(factor: Factor, learnt: &Learnt) -> Option<Self> {
        let (added, taken): (Vec<_>, Vec<_>) = learnt.0.iter().partition(|(a, _)| *a > 0.0);
        let scale = |(a, u): &&(f64, Vec<f64>)| u.iter().map(|c| a.abs().sqrt() * c).collect::<Vec<f64>>();
        let columns: Vec<Vec<f64>> = added.iter().chain(&taken).map(scale).collect();
        let solved: Vec<Vec<f64>> = columns.iter().map(|u| factor.solve(u)).collect();
        let inner = Capacitance::new(&columns, &solved, added.len())?;
        Some(Self {
            factor,
            columns,
            solved,
            inner,
        })
    }

    fn solve(&self, v: &[f64]) -> Vec<f64> {
        let mut out = self.factor.solve(v);
        let along: Vec<f64> = self.columns.iter().map(|u| dot(u, &out)).collect();
        for (z, c) in self.solved.iter().zip(self.inner.solve(&along)) {
            add_scaled(&mut out, -c, z);
        }
        out
    }
}

/// D + UᵀA⁻¹U with as many negative eigenvalues as D: ((S, C), (Cᵀ, −T)) with S and T + CᵀS⁻¹C positive definite, which two Cholesky
/// decompositions tell.
struct Capacitance {
    /// S, of the columns that are added.
    added: Cholesky,
    /// T + CᵀS⁻¹C, of those that are taken away.
    taken: Cholesky,
    /// The columns of C.
    coupling: Vec<Vec<f64>>,
}

impl Capacitance {
    fn new(columns: &[Vec<f64>], solved: &[Vec<f64>], added: usize) -> Option<Self> {
        let mut upper = inner_products(&columns[..added], &solved[..added]);
        upper.shift(1.0);
        let upper = Cholesky::new(upper).ok()?;
        let along = |z: &Vec<f64>| columns[..added].iter().map(|u| dot(u, z)).collect::<Vec<f64>>();
        let coupling: Vec<Vec<f64>> = solved[added..].iter().map(along).collect();
        let mediated: Vec<Vec<f64>> = coupling.iter().map(|c| upper.solve(c)).collect();
        let mut lower = inner_products(&coupling, &mediated);
        lower.add_matrix(-1.0, &inner_products(&columns[added..], &solved[added..]));
        lower.shift(1.0);
        Some(Self {
            added: upper,
            taken: Cholesky::new(lower).ok()?,
            coupling,
        })
    }

    fn solve(&self, v: &[f64]) -> Vec<f64> {
        let (upper, lower) = v.split_at(v.len() - self.coupling.len());
        let mut out = self.added.solve(upper);
        let rest: Vec<f64> = self.coupling.iter().zip(lower).map(|(c, l)| dot(c, &out) - l).collect();
        let last = self.taken.solve(&rest);
        let mut upper = upper.to_vec();
        for (c, x) in self.coupling.iter().zip(&last) {
            add_scaled(&mut upper, -x, c);
        }
        out = self.added.solve(&upper);
        out.extend(last);
        out
    }
}

/// The symmetric matrix UᵀZ.
fn inner_products(u: &[Vec<f64>], z: &[Vec<f64>]) -> SymmetricMatrix {
    let mut out = SymmetricMatrix::zeros(u.len());
    for (i, u) in u.iter().enumerate() {
        for (j, z) in z[..=i].iter().enumerate() {
            out.set(i, j, dot(u, z));
        }
    }
    out
}
