//! BFGS for saddle points with several steps from one point at once (E. D. Hermes, K. Sargsyan, H. N. Najm, J. Zádor, J. Chem. Theory
//! Comput. 2019, 15, 6536): products of the Hessian with several vectors are taken in without spoiling each other.

use super::{Updatable, mismatch};
use crate::linalg::vector::{add_scaled, dot};
use crate::linalg::{Cholesky, SymmetricMatrix};

/// `B += J Uᵀ + U Jᵀ − U (JᵀS) Uᵀ` with `J = Y − B S`, `U = M S (SᵀMS)⁻¹`, `M = Y Yᵀ + W S Sᵀ W`, where W is a positive definite
/// matrix near B.
///
/// `steps`, `changes` and `weighted` are the columns of S, Y and W S. Says whether the matrix changed: not where the steps depend on
/// each other.
#[must_use]
pub fn update<M: Updatable>(hessian: &mut M, steps: &[Vec<f64>], changes: &[Vec<f64>], weighted: &[Vec<f64>]) -> bool {
    let count = steps.len();
    let curvature = inner(steps, changes);
    let known = inner(steps, weighted);
    // (SᵀY)(YᵀS) + (SᵀWS)², of the norm of the steps' own scale.
    let mut gram = SymmetricMatrix::zeros(count);
    for i in 0..count {
        for j in 0..=i {
            gram.set(
                i,
                j,
                dot(curvature.row(i), curvature.row(j)) + dot(known.row(i), known.row(j)),
            );
        }
    }
    let Ok(factor) = Cholesky::new(gram) else { return false };
    let mut columns = Vec::with_capacity(count);
    for i in 0..count {
        let mut unit = vec![0.0; count];
        unit[i] = 1.0;
        let coefficients = factor.solve(&unit);
        let mut u = vec![0.0; steps[i].len()];
        let along = (curvature.times(&coefficients), known.times(&coefficients));
        for k in 0..count {
            add_scaled(&mut u, along.0[k], &changes[k]);
            add_scaled(&mut u, along.1[k], &weighted[k]);
        }
        columns.push(u);
    }
    let residuals: Vec<Vec<f64>> = steps
        .iter()
        .zip(changes)
        .map(|(s, y)| mismatch(hessian, s, y))
        .collect();
    if columns.iter().flatten().any(|c| !c.is_finite()) {
        return false;
    }
    let overlap = inner(steps, &residuals);
    for (i, u) in columns.iter().enumerate() {
        // J − ½ U (SᵀJ), so that W Uᵀ + U Wᵀ is all of it.
        let mut w = residuals[i].clone();
        for (k, other) in columns.iter().enumerate() {
            add_scaled(&mut w, -0.5 * overlap.get(i, k), other);
        }
        add_symmetric_outer(hessian, &w, u);
    }
    true
}

/// `½ (AᵀB + BᵀA)`.
fn inner(a: &[Vec<f64>], b: &[Vec<f64>]) -> SymmetricMatrix {
    let rows = a.iter().flat_map(|p| b.iter().map(move |q| dot(p, q))).collect();
    SymmetricMatrix::from_rows(a.len(), rows)
}

/// `B += v wᵀ + w vᵀ` as two outer products, of vectors of like length.
fn add_symmetric_outer<M: Updatable>(hessian: &mut M, v: &[f64], w: &[f64]) {
    let (p, q) = (dot(v, v).sqrt(), dot(w, w).sqrt());
    if p == 0.0 || q == 0.0 {
        return;
    }
    let sum: Vec<f64> = v.iter().zip(w).map(|(a, b)| a / p + b / q).collect();
    let difference: Vec<f64> = v.iter().zip(w).map(|(a, b)| a / p - b / q).collect();
    hessian.add_outer(0.5 * p * q, &sum);
    hessian.add_outer(-0.5 * p * q, &difference);
}
