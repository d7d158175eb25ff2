//! Where the curvature that the way has not told of comes from, as BᵀH_qB at the present point.

use super::secant::times;
use crate::coordinates::{InternalCoordinates, Metric};
use crate::hessian::ModelHessian;
use crate::linalg::BlockedCholesky;
use crate::linalg::vector::dot;

/// No direction is taken to be softer than this in the metric of the internal coordinates (kcal/mol/Å² or kcal/mol/rad²), about a
/// tenth of a methyl group's curvature. A cheaper surface's softest modes, and its saddles, are seldom the real one's.
const SOFTEST: f64 = 0.3;

/// Growth of the shift that lifts negative curvature.
const GROWTH: f64 = 1.5;

/// Largest shift that is tried.
const LARGEST: f64 = 1e4;

/// Diagonal model: Σ k b bᵀ.
pub(super) fn from_model(
    model: &dyn ModelHessian,
    coordinates: &InternalCoordinates,
    metric: &Metric,
    x: &[f64],
) -> Vec<f64> {
    let n = x.len();
    let mut out = vec![0.0; n * n];
    let constants = coordinates.primitives().iter().map(|p| model.force_constant(p, x));
    metric.b.add_gram(constants, &mut out);
    out
}

/// A Cartesian Hessian holds the curvature of the coordinates themselves, Σ g_q d²q/dx²: what is left is BᵀH_qB.
pub(super) fn subtract_coordinates(
    coordinates: &InternalCoordinates,
    x: &[f64],
    internal_gradient: &[f64],
    hessian: &mut [f64],
) {
    let n = x.len();
    for (primitive, &g) in coordinates.primitives().iter().zip(internal_gradient) {
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
pub(super) fn carry(hessian: &[f64], from: &Metric, to: &Metric) -> Vec<f64> {
    let n = to.b.columns();
    // Columns of T = F₀⁻B₀ᵀB: the displacement there that is the same as a unit displacement here.
    let mut unit = vec![0.0; n];
    let mut columns = Vec::with_capacity(n);
    for c in 0..n {
        unit[c] = 1.0;
        columns.push(from.displacement(&to.b.apply(&unit)));
        unit[c] = 0.0;
    }
    let mut out = vec![0.0; n * n];
    for (i, t) in columns.iter().enumerate() {
        let ht = times(hessian, t);
        for (j, u) in columns.iter().enumerate() {
            out[j * n + i] = dot(u, &ht);
        }
    }
    out
}

/// Lifts the softest curvature, in the metric of the internal coordinates.
pub(super) fn lift(hessian: &mut Vec<f64>, metric: &Metric) {
    let shift = definite_shift(hessian, metric).unwrap_or_else(|| {
        // Negative along motions that change no coordinate: what is not in their span goes.
        *hessian = carry(hessian, metric, metric);
        definite_shift(hessian, metric).unwrap_or(LARGEST)
    });
    for (h, f) in hessian.iter_mut().zip(&metric.gram) {
        *h += (shift + SOFTEST) * f;
    }
}

/// The first of a series of multiples of the metric that makes the matrix positive definite.
fn definite_shift(hessian: &[f64], metric: &Metric) -> Option<f64> {
    let n = metric.b.columns();
    let rigid = 1e-6 * mean_diagonal(hessian, n);
    let mut shift = 0.0;
    while shift < LARGEST {
        let mut shifted: Vec<f64> = hessian.iter().zip(&metric.gram).map(|(h, f)| h + shift * f).collect();
        shifted.iter_mut().step_by(n + 1).for_each(|h| *h += rigid);
        if BlockedCholesky::new(shifted, n).is_some() {
            return Some(shift);
        }
        shift = (GROWTH * shift).max(SOFTEST);
    }
    None
}

/// Mean of the diagonal in absolute value.
pub(super) fn mean_diagonal(matrix: &[f64], n: usize) -> f64 {
    matrix.iter().step_by(n + 1).map(|h| h.abs()).sum::<f64>() / n.max(1) as f64
}
