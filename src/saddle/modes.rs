//! The lowest modes of a quadratic model, `H v = λ F v` in the metric F of the internal coordinates: shift and invert, with the
//! Cholesky decompositions that steps are made of (Ericsson and Ruhe, Math. Comput. 35, 1251 (1980)).

use crate::coordinates::Metric;
use crate::linalg::vector::{add_scaled, dot};
use crate::linalg::{Eigen, SymmetricMatrix};
use crate::optimize::rfo::matrix::{Hessian, Inverse, Shiftable};

/// First shift that is tried where nothing is known of the lowest curvature, kcal/mol/Å² or kcal/mol/radian².
const FIRST_SHIFT: f64 = 10.0;
/// It grows by this until the matrix is positive definite.
const GROWTH: f64 = 4.0;
const SHIFTS: usize = 24;
/// Curvature given to rigid motions, relative to the mean of the diagonal.
const RIGID: f64 = 1e-6;
/// A pair has converged where the change of its vector in one more iteration would be below this. The error of its curvature goes with
/// the square.
const RESIDUAL: f64 = 1e-3;
/// The same for a pair that only has to be told from the others.
const ROUGH: f64 = 0.05;
/// Largest basis.
const LARGEST: usize = 48;
/// Of a new direction less than this fraction remained outside the basis: nothing new is in it.
const DEPENDENT: f64 = 1e-9;

/// Eigenpairs in ascending order.
#[derive(Clone, Debug, Default)]
pub struct Modes {
    /// Curvatures, kcal/mol/Å² or kcal/mol/radian².
    pub values: Vec<f64>,
    /// Cartesian displacements v with vᵀFv = 1.
    pub vectors: Vec<Vec<f64>>,
    /// F v of each.
    pub covectors: Vec<Vec<f64>>,
}

impl Modes {
    /// The one that lies most in the span of some directions, in the metric, and how much: the cosine.
    #[must_use]
    pub fn like(&self, directions: &[Vec<f64>], metric: &Metric) -> Option<(usize, f64)> {
        let mut space = Space::new(metric);
        for direction in directions {
            space.extend(direction.clone());
        }
        let cosine = |vector: &Vec<f64>| {
            let squares = space.covectors.iter().map(|c| dot(c, vector).powi(2));
            squares.sum::<f64>().sqrt()
        };
        let cosines = self.vectors.iter().map(cosine).enumerate();
        cosines.max_by(|a, b| a.1.total_cmp(&b.1))
    }
}

/// The lowest `wanted` modes. `guesses` are directions near them, where any are known. The lowest one and those of negative curvature are
/// sharp, the others as far as is needed to tell them apart.
#[must_use]
pub fn lowest(hessian: &Hessian, metric: &Metric, wanted: usize, guesses: &[Vec<f64>]) -> Modes {
    let n = metric.b.columns();
    let diagonal = hessian.base.diagonal();
    let rigid = RIGID * diagonal.iter().map(|h| h.abs()).sum::<f64>() / n.max(1) as f64;
    let Some((shift, inverse)) = definite(hessian, metric, rigid.max(1e-12)) else {
        return Modes::default();
    };
    let mut space = Space::new(metric);
    let mut arbitrary = (0..ARBITRARY).map(|which| {
        let scattered: Vec<f64> = (1..=n).map(|i| (1.0 + (i * (7 + 4 * which)) as f64).sin()).collect();
        inverse.solve(&metric.gram.times(&scattered))
    });
    let mut waiting: Vec<Vec<f64>> = guesses.to_vec();
    waiting.extend(arbitrary.next());
    let mut best = Modes::default();
    let most = LARGEST.min(n);
    while space.basis.len() < most {
        if waiting.is_empty() {
            let Some(another) = arbitrary.next() else { break };
            waiting.push(another);
        }
        let before = space.basis.len();
        for next in std::mem::take(&mut waiting).into_iter().take(most - before) {
            let _is_new: bool = space.push(next, &inverse);
        }
        if space.basis.len() == before {
            continue;
        }
        let Some((modes, improvements)) = space.judge(wanted, shift) else {
            break;
        };
        best = modes;
        if improvements.is_empty() && best.values.len() == wanted {
            break;
        }
        waiting = improvements;
    }
    best
}

/// Arbitrary directions that are tried before the space is taken to be exhausted.
const ARBITRARY: usize = 4;

/// The inverse of H + σF for the first σ of a series that makes it positive definite.
fn definite(hessian: &Hessian, metric: &Metric, rigid: f64) -> Option<(f64, Inverse)> {
    let matrix = Shiftable::new(hessian);
    let mut shift = FIRST_SHIFT;
    for _ in 0..SHIFTS {
        if let Some(inverse) = matrix.invert(shift, rigid, metric) {
            return Some((shift, inverse));
        }
        shift *= GROWTH;
    }
    None
}

/// The search space: a basis Q with QᵀFQ = 1, the vectors FQ, the iterates (H + σF)⁻¹FQ, and the lower triangle of their products
/// QᵀF(H + σF)⁻¹FQ, row by row.
struct Space<'a> {
    metric: &'a Metric,
    basis: Vec<Vec<f64>>,
    covectors: Vec<Vec<f64>>,
    iterates: Vec<Vec<f64>>,
    products: Vec<Vec<f64>>,
}

impl<'a> Space<'a> {
    fn new(metric: &'a Metric) -> Self {
        Self {
            metric,
            basis: Vec::new(),
            covectors: Vec::new(),
            iterates: Vec::new(),
            products: Vec::new(),
        }
    }

    /// Adds what of a direction is new. False where nothing is.
    fn push(&mut self, direction: Vec<f64>, inverse: &Inverse) -> bool {
        let is_new = self.extend(direction);
        if let (true, Some(covector)) = (is_new, self.covectors.last()) {
            let iterate = inverse.solve(covector);
            let earlier = self.covectors.iter().zip(self.iterates.iter().chain([&iterate]));
            let row = earlier.map(|(c, w)| f64::midpoint(dot(c, &iterate), dot(covector, w)));
            self.products.push(row.collect());
            self.iterates.push(iterate);
        }
        is_new
    }

    /// The same for the basis alone.
    fn extend(&mut self, mut direction: Vec<f64>) -> bool {
        let length = self.length(&direction);
        for _ in 0..2 {
            for (q, c) in self.basis.iter().zip(&self.covectors) {
                let along = dot(c, &direction);
                add_scaled(&mut direction, -along, q);
            }
        }
        let rest = self.length(&direction);
        if !(rest > DEPENDENT * length && rest.is_finite()) {
            return false;
        }
        direction.iter_mut().for_each(|d| *d /= rest);
        let covector = self.metric.gram.times(&direction);
        self.covectors.push(covector);
        self.basis.push(direction);
        true
    }

    fn length(&self, v: &[f64]) -> f64 {
        dot(v, &self.metric.gram.times(v)).max(0.0).sqrt()
    }

    /// The wanted pairs as far as the space has them, and a direction that improves each one that has not converged.
    fn judge(&self, wanted: usize, shift: f64) -> Option<(Modes, Vec<Vec<f64>>)> {
        let m = self.basis.len();
        let mut matrix = SymmetricMatrix::zeros(m);
        for (i, row) in self.products.iter().enumerate() {
            for (j, product) in row.iter().enumerate() {
                // The lowest eigenvalues of the negative inverse belong to the lowest of the matrix.
                matrix.set(i, j, -product);
            }
        }
        let ritz = Eigen::new(&matrix).ok()?;
        let mut modes = Modes::default();
        let mut improvements = Vec::new();
        for k in 0..wanted.min(m) {
            let inverse = -ritz.values[k];
            let value = inverse.recip() - shift;
            let vector = combination(&self.basis, ritz.vector(k));
            let mut residual = combination(&self.iterates, ritz.vector(k));
            add_scaled(&mut residual, -inverse, &vector);
            let tolerance = if k == 0 || value < 0.0 { RESIDUAL } else { ROUGH };
            if self.length(&residual) > tolerance * inverse.abs() {
                improvements.push(residual);
            }
            modes.values.push(value);
            modes.vectors.push(vector);
            modes.covectors.push(combination(&self.covectors, ritz.vector(k)));
        }
        Some((modes, improvements))
    }
}

fn combination(vectors: &[Vec<f64>], coefficients: &[f64]) -> Vec<f64> {
    let mut sum = vec![0.0; vectors.first().map_or(0, Vec::len)];
    for (v, &c) in vectors.iter().zip(coefficients) {
        add_scaled(&mut sum, c, v);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coordinates::InternalCoordinates;
    use crate::hessian::update::Updatable;
    use crate::optimize::rfo::matrix::Base;

    #[test]
    fn the_lowest_modes_are_those_of_the_dense_problem_from_sparse_and_dense_guesses() {
        let n = 30;
        let coordinates = InternalCoordinates::cartesian(n);
        let x: Vec<f64> = (0..n).map(|i| (i as f64).sin()).collect();
        let metric = coordinates.metric(&x, &[]);
        let mut guess = metric.analysis.matrix();
        guess.add_matrix(3.0, &metric.gram);
        let mut whole = SymmetricMatrix::zeros(n);
        guess.add_to_dense(1.0, &mut whole);
        for base in [Base::Sparse(guess.clone()), Base::Dense(whole.clone())] {
            let mut hessian = Hessian::from(base);
            let mut all = whole.clone();
            for k in 0..6 {
                let v: Vec<f64> = (0..n).map(|i| (1.0 + (i * (k + 2)) as f64).cos()).collect();
                let a = [-8.0, 5.0, -0.3, 2.0, -1.5, 7.0][k];
                hessian.add_outer(a, &v);
                all.add_outer(a, &v);
            }
            let expected = Eigen::new(&all).unwrap();
            let found = lowest(&hessian, &metric, 3, &[]);
            assert_eq!(found.values.len(), 3);
            for k in 0..3 {
                assert!(
                    (found.values[k] - expected.values[k]).abs() < 1e-4,
                    "{:?}",
                    found.values
                );
                let product = all.times(&found.vectors[k]);
                let off: f64 = product
                    .iter()
                    .zip(&found.covectors[k])
                    .map(|(p, c)| (p - found.values[k] * c).powi(2))
                    .sum();
                assert!(off.sqrt() < 0.05, "{k}: {off}");
            }
            let (number, cosine) = found.like(&found.vectors[1..2], &metric).unwrap();
            assert!(number == 1 && (cosine - 1.0).abs() < 1e-6);
        }
    }
}
