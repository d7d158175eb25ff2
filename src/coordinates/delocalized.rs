//! Delocalized internal coordinates (Baker, Kessi and Delley, J. Chem. Phys. 105, 192 (1996)): as many as there are degrees of freedom,
//! each a fixed combination of all coordinates of a redundant set.
//!
//! The combinations are the eigenvectors of G = B Bᵀ that don't belong to zero. They are had from those of the smaller F = Bᵀ B:
//! where F v = λ v, G (B v) = λ (B v). Restricted steps in them are those in the redundant set: the metric and the span
//! are the same. What they add is that each set of values is possible, and that a Hessian in them has no null space.

use super::back_transform::{self, BackTransformError, BackTransformed};
use super::{Coordinates, InternalCoordinates, WilsonB};
use crate::linalg::dense::orthonormalize;
use crate::linalg::vector::{add_scaled, dot, norm};
use crate::linalg::{Cholesky, Eigen, LinalgError, SymmetricMatrix};
use thiserror::Error;

/// Eigenvalues of F below this (of a bond stretch: 2) belong to rigid motions.
const RIGID: f64 = 1e-6;

/// A combination of which a smaller part is left beside the others depends on them.
const DEPENDENT: f64 = 1e-4;

/// Most Cartesian coordinates: the dense eigenproblem takes seconds there, and grows with the cube of the size.
pub const MOST_CARTESIANS: usize = 1200;

/// Why there is no such set.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum DelocalizedError {
    /// Too large for dense algebra.
    #[error(
        "delocalized coordinates of {found} Cartesian ones were asked for; up to {MOST_CARTESIANS} are made, redundant ones at any size"
    )]
    TooLarge {
        /// Number of Cartesian coordinates.
        found: usize,
    },
    /// A coordinate is to be held that is none.
    #[error("coordinate {found} is to be held, of a set of {len}")]
    Unknown {
        /// Its number in the redundant set, from 0.
        found: usize,
        /// Number of coordinates of that set.
        len: usize,
    },
    /// The eigenproblem has no solution.
    #[error("no combinations of the internal coordinates: {0}")]
    Algebra(#[from] LinalgError),
}

/// A set without redundancy. Its values are counted from the point where it was made.
#[derive(Clone, Debug)]
pub struct DelocalizedCoordinates {
    redundant: InternalCoordinates,
    /// Values of the redundant set where this one was made.
    origin: Vec<f64>,
    /// Orthonormal combinations of the redundant set.
    combinations: Vec<Vec<f64>>,
    held: usize,
}

impl DelocalizedCoordinates {
    /// The combinations of a redundant set that it has at `x` (Å).
    ///
    /// # Errors
    /// Too many coordinates for dense algebra.
    pub fn new(redundant: InternalCoordinates, x: &[f64]) -> Result<Self, DelocalizedError> {
        Self::holding(redundant, x, &[])
    }

    /// The same with combinations that leave the coordinates of these numbers (in the redundant set) alone, by Schmidt
    /// orthogonalization (Baker, J. Comput. Chem. 18, 1079 (1997)). What is held comes first: [`Self::held`] combinations, one for
    /// each coordinate that does not depend on those before it. A displacement of zeros there keeps what is held to first order; what
    /// coordinates of a redundant set do to each other beyond that comes back as a value to correct.
    ///
    /// # Errors
    /// Too many coordinates for dense algebra; a number that is none.
    pub fn holding(redundant: InternalCoordinates, x: &[f64], held: &[usize]) -> Result<Self, DelocalizedError> {
        if x.len() > MOST_CARTESIANS {
            return Err(DelocalizedError::TooLarge { found: x.len() });
        }
        let len = redundant.len();
        if let Some(&found) = held.iter().find(|&&row| row >= len) {
            return Err(DelocalizedError::Unknown { found, len });
        }
        let free = combinations(&redundant.wilson_b(x))?;
        let mut chosen: Vec<Vec<f64>> = Vec::with_capacity(free.len());
        for &row in held {
            // The projection of the single coordinate on what can be moved at all.
            let mut projection = vec![0.0; len];
            for u in &free {
                add_scaled(&mut projection, u[row], u);
            }
            append(&mut chosen, projection);
        }
        let held = chosen.len();
        for combination in free.iter().cloned() {
            if chosen.len() == free.len() {
                break;
            }
            append(&mut chosen, combination);
        }
        Ok(Self {
            origin: redundant.values(x),
            combinations: chosen,
            redundant,
            held,
        })
    }

    /// The set that these are combinations of.
    #[must_use]
    pub fn redundant(&self) -> &InternalCoordinates {
        &self.redundant
    }

    /// The combinations, orthonormal, each over the redundant set.
    #[must_use]
    pub fn combinations(&self) -> &[Vec<f64>] {
        &self.combinations
    }

    /// How many of the first combinations are of what is held.
    #[must_use]
    pub fn held(&self) -> usize {
        self.held
    }

    fn combine(&self, q: &[f64]) -> Vec<f64> {
        self.combinations.iter().map(|u| dot(u, q)).collect()
    }

    fn metric(&self, x: &[f64]) -> DenseMetric {
        DenseMetric::new(self.wilson_b(x))
    }
}

/// The eigenvectors of B Bᵀ that don't belong to zero, the stiffest last.
fn combinations(b: &WilsonB) -> Result<Vec<Vec<f64>>, LinalgError> {
    let eigen = Eigen::new(&gram(b))?;
    let first = eigen.count_below(RIGID);
    let combination = |k: usize| {
        let mut u = b.apply(eigen.vector(k));
        let length = norm(&u);
        u.iter_mut().for_each(|c| *c /= length);
        u
    };
    Ok((first..eigen.values.len()).map(combination).collect())
}

/// Bᵀ B.
fn gram(b: &WilsonB) -> SymmetricMatrix {
    let mut out = SymmetricMatrix::zeros(b.columns());
    for row in 0..b.rows() {
        let (atoms, components) = b.row(row);
        let entries = || {
            let each = atoms.iter().zip(components);
            each.flat_map(|(atom, g)| (0..3).map(move |axis| (3 * atom + axis, g[axis])))
                // The last atom of an abstract surface may be incomplete.
                .filter(|(i, _)| *i < b.columns())
        };
        for (i, p) in entries() {
            for (j, q) in entries().filter(|(j, _)| *j <= i) {
                out.add(i, j, p * q);
            }
        }
    }
    out
}

/// Appends what a vector adds to an orthonormal basis.
fn append(basis: &mut Vec<Vec<f64>>, mut vector: Vec<f64>) {
    // What can't be moved at all has no projection.
    let length = norm(&vector).max(1.0);
    if orthonormalize(&mut vector, basis) > DEPENDENT * length {
        basis.push(vector);
    }
}

/// B of one point and the factorized B Bᵀ, which has no null space here.
struct DenseMetric {
    b: WilsonB,
    factor: Option<Cholesky>,
}

impl DenseMetric {
    fn new(b: WilsonB) -> Self {
        let rows: Vec<Vec<f64>> = (0..b.rows()).map(|row| b.dense_row(row)).collect();
        let mut matrix = SymmetricMatrix::zeros(rows.len());
        for (i, p) in rows.iter().enumerate() {
            for (j, q) in rows[..=i].iter().enumerate() {
                matrix.set(i, j, dot(p, q));
            }
        }
        Self {
            b,
            factor: Cholesky::new(matrix).ok(),
        }
    }

    fn solve(&self, v: &[f64]) -> Vec<f64> {
        // Where the coordinates have become dependent the residual of what is done with this tells.
        self.factor.as_ref().map_or_else(|| v.to_vec(), |f| f.solve(v))
    }

    /// Bᵀ (B Bᵀ)⁻¹ Δq.
    fn displacement(&self, dq: &[f64]) -> Vec<f64> {
        self.b.apply_transpose(&self.solve(dq))
    }
}

impl Coordinates for DelocalizedCoordinates {
    fn len(&self) -> usize {
        self.combinations.len()
    }

    /// From the point where the set was made on. Unique while no dihedral has turned by more than 180° since.
    fn values(&self, x: &[f64]) -> Vec<f64> {
        self.combine(&self.redundant.difference(&self.redundant.values(x), &self.origin))
    }

    fn difference(&self, q1: &[f64], q0: &[f64]) -> Vec<f64> {
        q1.iter().zip(q0).map(|(a, b)| a - b).collect()
    }

    fn wilson_b(&self, x: &[f64]) -> WilsonB {
        self.redundant.wilson_b(x).combined(&self.combinations)
    }

    fn project_gradient(&self, x: &[f64], gradient: &[f64]) -> Vec<f64> {
        let metric = self.metric(x);
        metric.solve(&metric.b.apply(gradient))
    }

    fn back_transform(&self, x: &[f64], dq: &[f64]) -> Result<BackTransformed, BackTransformError> {
        back_transform::iterate(self, x, dq, &self.metric(x))
    }
}

impl back_transform::Linear<DelocalizedCoordinates> for DenseMetric {
    fn displacement(&self, dq: &[f64]) -> Vec<f64> {
        self.displacement(dq)
    }

    fn renewed(&self, coordinates: &DelocalizedCoordinates, x: &[f64]) -> Self {
        coordinates.metric(x)
    }
}
