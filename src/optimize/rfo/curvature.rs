//! Where the curvature that the way has not told of comes from, as BᵀH_qB at the present point.

use super::matrix::Base;
use crate::coordinates::{InternalCoordinates, Metric, Primitive};
use crate::hessian::ModelHessian;
use crate::linalg::sparse_cholesky::BlockMatrix;
use crate::linalg::{Cholesky, SymmetricMatrix};
use crate::potential::Potential;

/// No direction is taken to be softer than this in the metric of the internal coordinates (kcal/mol/Å² or kcal/mol/rad²), about a
/// tenth of a methyl group's curvature. A cheaper surface's softest modes, and its saddles, are seldom the real one's.
const SOFTEST: f64 = 0.3;

/// Growth of the shift that lifts negative curvature.
const GROWTH: f64 = 1.5;

/// Shifts that are tried: up to 1e4 kcal/mol/Å².
const LEVELS: usize = 27;

/// Diagonal model: Σ k b bᵀ.
pub fn from_model(
    model: &dyn ModelHessian,
    coordinates: &InternalCoordinates,
    metric: &Metric,
    x: &[f64],
) -> BlockMatrix {
    let mut out = metric.analysis.matrix();
    let constants = coordinates.primitives().iter().map(|p| model.force_constant(p, x));
    metric.b.add_gram(constants, &mut out);
    out
}

/// What a surface knows of its own stiff directions, Σ k b bᵀ, as far as their atoms share a coordinate. `None` for a surface that
/// knows nothing.
pub fn from_surface(surface: &mut dyn Potential, metric: &Metric, x: &[f64]) -> Option<BlockMatrix> {
    let mut out = metric.analysis.matrix();
    let known = surface.curvature(x, &mut |atoms, b, k| {
        let coupled = |(n, &i): (usize, &usize)| atoms[..n].iter().all(|&j| out.has_pair(i, j));
        if atoms.iter().enumerate().all(coupled) {
            out.add_outer(atoms, b, k);
        }
    });
    out.add_matrix(SOFTEST, &metric.gram);
    known.then_some(out)
}

/// A Cartesian Hessian holds the curvature of the coordinates themselves, Σ g_q d²q/dx²: what is left is BᵀH_qB.
pub fn subtract_coordinates(primitives: &[Primitive], x: &[f64], internal_gradient: &[f64], hessian: &mut [f64]) {
    let n = x.len();
    for (primitive, &g) in primitives.iter().zip(internal_gradient) {
        if g == 0.0 || primitive.is_straight() {
            continue;
        }
        let second = primitive.second_derivatives(x);
        let columns: Vec<usize> = primitive
            .atoms()
            .iter()
            .flat_map(|a| [3 * a, 3 * a + 1, 3 * a + 2])
            .collect();
        for (&r, line) in columns.iter().zip(second.chunks_exact(columns.len())) {
            for (&c, d) in columns.iter().zip(line) {
                hessian[r * n + c] -= g * d;
            }
        }
    }
}

/// BᵀH_qB here of a Hessian whose H_q = B₀⁻ᵀ H B₀⁻ comes from another point.
pub fn carry(hessian: &SymmetricMatrix, from: &Metric, to: &Metric) -> SymmetricMatrix {
    let n = to.b.columns();
    // Columns of T = F₀⁻B₀ᵀB: the displacement there that is the same as a unit displacement here.
    let mut unit = vec![0.0; n];
    let mut columns = Vec::with_capacity(n);
    for c in 0..n {
        unit[c] = 1.0;
        columns.push(from.displacement(&to.b.apply(&unit)));
        unit[c] = 0.0;
    }
    hessian.congruent(&columns)
}

/// Lifts the softest curvature, in the metric of the internal coordinates. Gives the multiple of the metric that was added. `level`: the
/// number in the series of shifts that was right at the last point, which it mostly is again.
pub fn lift(base: &mut Base, metric: &Metric, level: &mut usize) -> f64 {
    let Base::Dense(hessian) = base else {
        // Models are positive definite as they are.
        return 0.0;
    };
    let found = definite_level(hessian, metric, *level).or_else(|| {
        // Negative along motions that change no coordinate: what is not in their span goes.
        *hessian = carry(hessian, metric, metric);
        definite_level(hessian, metric, *level)
    });
    *level = found.unwrap_or(LEVELS);
    metric.gram.add_to_dense(shift(*level) + SOFTEST, hessian);
    shift(*level) + SOFTEST
}

/// A series of multiples of the metric.
fn shift(level: usize) -> f64 {
    match level {
        0 => 0.0,
        _ => SOFTEST * GROWTH.powi(level as i32 - 1),
    }
}

/// The first of the series that makes the matrix positive definite, looked for up and down from a guess: the metric is positive
/// semidefinite, so that all after it do too.
fn definite_level(hessian: &SymmetricMatrix, metric: &Metric, guess: usize) -> Option<usize> {
    let n = hessian.n();
    let rigid = 1e-6 * (0..n).map(|i| hessian.get(i, i).abs()).sum::<f64>() / n.max(1) as f64;
    let is_definite = |level: usize| {
        let mut shifted = hessian.clone();
        metric.gram.add_to_dense(shift(level), &mut shifted);
        shifted.shift(rigid);
        Cholesky::new(shifted).is_ok()
    };
    if is_definite(guess) {
        let lower = (0..guess).rev().take_while(|&level| is_definite(level)).last();
        return Some(lower.unwrap_or(guess));
    }
    (guess + 1..=LEVELS).find(|&level| is_definite(level))
}
