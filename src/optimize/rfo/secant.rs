//! Curvature learnt from the way: secant pairs of internal displacements and gradient changes, applied to a model Hessian that
//! is made anew at each point (the old pairs on the new model: Birkholz and Schlegel, Theor. Chem. Acc. 135, 84 (2016)).

use crate::linalg::vector::{dot, norm};

/// Least curvature along a step, relative to the model's, that BFGS is safe with.
const DAMPING: f64 = 1e-4;

/// Least cosine that an SR1 denominator must keep.
const SMALL: f64 = 1e-4;

/// H v of a dense row-major matrix.
pub(super) fn times(matrix: &[f64], v: &[f64]) -> Vec<f64> {
    matrix.chunks_exact(v.len()).map(|row| dot(row, v)).collect()
}

/// `matrix += a v vᵀ`.
pub(super) fn add_outer(matrix: &mut [f64], a: f64, v: &[f64]) {
    for (row, p) in matrix.chunks_exact_mut(v.len()).zip(v) {
        let factor = a * p;
        if factor != 0.0 {
            for (m, q) in row.iter_mut().zip(v) {
                *m += factor * q;
            }
        }
    }
}

/// Makes the Hessian reproduce y along s: by BFGS where both curvatures are positive, else by SR1 where it is well defined.
pub(super) fn update(hessian: &mut [f64], s: &[f64], y: &[f64]) {
    let hs = times(hessian, s);
    let model = dot(s, &hs);
    let found = dot(s, y);
    if model > 0.0 && found > DAMPING * model {
        add_outer(hessian, -1.0 / model, &hs);
        add_outer(hessian, 1.0 / found, y);
        return;
    }
    let rest: Vec<f64> = y.iter().zip(&hs).map(|(a, b)| a - b).collect();
    let denominator = dot(s, &rest);
    if denominator.abs() > SMALL * norm(s) * norm(&rest) {
        add_outer(hessian, 1.0 / denominator, &rest);
    }
}
