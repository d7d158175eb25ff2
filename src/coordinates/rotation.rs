//! The orientation of a group of atoms as a rotation vector (the exponential map): the rotation that turns the group's reference
//! best onto the group, by quaternions (Coutsias, Seok and Dill, J. Comput. Chem. 25, 1849 (2004)).
//!
//! The quaternion depends on the positions only through the nine sums R = Σ x yᵀ over positions x and references y, so that all
//! derivatives are taken with respect to these nine numbers, however large the group is.

use super::primitive::{Fragment, Row};
use crate::numeric::{Dual, Real};

/// Σ x_a y_b over the atoms. References are relative to their centroid, so that the group's place drops out.
fn correlation(fragment: &Fragment, x: &[f64]) -> [f64; 9] {
    let mut sums = [0.0; 9];
    for (&atom, y) in fragment.atoms.iter().zip(&fragment.reference) {
        for a in 0..3 {
            for b in 0..3 {
                sums[3 * a + b] += x[3 * atom + a] * y[b];
            }
        }
    }
    sums
}

/// The symmetric matrix whose uppermost eigenvector is the quaternion (w, x, y, z) that turns y onto x.
fn key_matrix<S: Real>(r: &[S; 9]) -> [[S; 4]; 4] {
    let [xx, xy, xz, yx, yy, yz, zx, zy, zz] = *r;
    [
        [xx + yy + zz, zy - yz, xz - zx, yx - xy],
        [zy - yz, xx - yy - zz, xy + yx, xz + zx],
        [xz - zx, xy + yx, yy - xx - zz, yz + zy],
        [yx - xy, xz + zx, yz + zy, zz - xx - yy],
    ]
}

fn times<S: Real>(matrix: &[[S; 4]; 4], v: &[S; 4]) -> [S; 4] {
    matrix.map(|row| row[0] * v[0] + row[1] * v[1] + row[2] * v[2] + row[3] * v[3])
}

/// Uppermost eigenpair by Jacobi rotations; the quaternion's first component is not negative.
fn uppermost(mut a: [[f64; 4]; 4]) -> (f64, [f64; 4]) {
    let mut vectors = [[0.0; 4]; 4];
    for (i, v) in vectors.iter_mut().enumerate() {
        v[i] = 1.0;
    }
    for _sweep in 0..30 {
        for p in 0..3 {
            for q in p + 1..4 {
                if a[p][q].abs() < 1e-300 {
                    continue;
                }
                let theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
                let t = theta.signum() / (theta.abs() + theta.hypot(1.0));
                let c = 1.0 / t.hypot(1.0);
                let s = t * c;
                for row in &mut a {
                    (row[p], row[q]) = (c * row[p] - s * row[q], s * row[p] + c * row[q]);
                }
                let (ap, aq) = (a[p], a[q]);
                for k in 0..4 {
                    (a[p][k], a[q][k]) = (c * ap[k] - s * aq[k], s * ap[k] + c * aq[k]);
                }
                for v in &mut vectors {
                    (v[p], v[q]) = (c * v[p] - s * v[q], s * v[p] + c * v[q]);
                }
            }
        }
    }
    let best = (1..4).fold(0, |best, k| if a[k][k] > a[best][best] { k } else { best });
    let q = vectors.map(|row| row[best]);
    let sign = if q[0] < 0.0 { -1.0 } else { 1.0 };
    (a[best][best], q.map(|c| sign * c))
}

/// Inverse of the derivative of (F q − λ q, (1 − q·q)/2) with respect to (q, λ), by Gauss–Jordan elimination.
fn bordered_inverse(f: &[[f64; 4]; 4], q: &[f64; 4], lambda: f64) -> [[f64; 5]; 5] {
    let mut a = [[0.0; 10]; 5];
    for i in 0..4 {
        a[i][..4].copy_from_slice(&f[i]);
        a[i][i] -= lambda;
        a[i][4] = -q[i];
        a[4][i] = -q[i];
    }
    for (i, row) in a.iter_mut().enumerate() {
        row[5 + i] = 1.0;
    }
    for column in 0..5 {
        let pivot = (column..5).fold(
            column,
            |p, r| if a[r][column].abs() > a[p][column].abs() { r } else { p },
        );
        a.swap(column, pivot);
        let scale = 1.0 / a[column][column];
        a[column] = a[column].map(|c| c * scale);
        let lead = a[column];
        for (r, row) in a.iter_mut().enumerate() {
            if r != column {
                let factor = row[column];
                for (c, l) in row.iter_mut().zip(lead) {
                    *c -= factor * l;
                }
            }
        }
    }
    a.map(|row| [row[5], row[6], row[7], row[8], row[9]])
}

/// The rotation vector from the nine sums. Newton's iteration from the converged quaternion gives one order of derivatives more
/// each time, whatever kind of number carries them.
fn exponential_map<S: Real>(plain: &[f64; 9], r: &[S; 9]) -> [S; 3] {
    let plain_key = key_matrix(plain);
    let (lambda0, q0) = uppermost(plain_key);
    let inverse = bordered_inverse(&plain_key, &q0, lambda0);
    let key = key_matrix(r);
    let mut q = q0.map(S::constant);
    let mut lambda = S::constant(lambda0);
    for _order in 0..2 {
        let product = times(&key, &q);
        let square = q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3];
        let mut residual = [S::constant(0.0); 5];
        for i in 0..4 {
            residual[i] = product[i] - lambda * q[i];
        }
        residual[4] = (-square).offset(1.0).scale(0.5);
        let correction = inverse.map(|row| {
            let mut sum = S::constant(0.0);
            for (a, b) in row.into_iter().zip(residual) {
                sum = sum + b.scale(a);
            }
            sum
        });
        for i in 0..4 {
            q[i] = q[i] - correction[i];
        }
        lambda = lambda - correction[4];
    }
    let square = q[1] * q[1] + q[2] * q[2] + q[3] * q[3];
    // angle / sin(angle/2) is even in the sine: near zero its power series is used, since the sine has no derivative there.
    let small = q0[1] * q0[1] + q0[2] * q0[2] + q0[3] * q0[3] < 1e-3;
    let factor = if small {
        let mut series = S::constant(2.0 * 945.0 / 42_240.0);
        for c in [105.0 / 3456.0, 15.0 / 336.0, 3.0 / 40.0, 1.0 / 6.0, 1.0] {
            series = (series * square).offset(2.0 * c);
        }
        series
    } else {
        let sine = square.sqrt();
        S::angle(sine, q[0]).scale(2.0) * sine.recip()
    };
    [q[1] * factor, q[2] * factor, q[3] * factor]
}

/// The rotation vector of a group at `x`, radian.
pub(super) fn vector(fragment: &Fragment, x: &[f64]) -> [f64; 3] {
    let r = correlation(fragment, x);
    exponential_map(&r, &r)
}

/// Gradient of one component, times the radius.
pub(super) fn gradient(fragment: &Fragment, x: &[f64], axis: usize) -> Row {
    let plain = correlation(fragment, x);
    let mut r = [Dual::<f64, 9>::fixed(0.0); 9];
    for (k, v) in r.iter_mut().enumerate() {
        *v = Dual::variable(plain[k], k);
    }
    let d = exponential_map(&plain, &r)[axis].derivatives;
    let along =
        |a: usize, y: &[f64; 3]| fragment.radius * (d[3 * a] * y[0] + d[3 * a + 1] * y[1] + d[3 * a + 2] * y[2]);
    let rows = fragment.atoms.iter().zip(&fragment.reference);
    rows.map(|(&atom, y)| (atom, [along(0, y), along(1, y), along(2, y)]))
        .collect()
}

/// Second derivatives of one component, times the radius, row-major over the group's coordinates.
pub(super) fn second_derivatives(fragment: &Fragment, x: &[f64], axis: usize) -> Vec<f64> {
    let plain = correlation(fragment, x);
    let mut r = [Dual::<Dual<f64, 9>, 9>::constant(0.0); 9];
    for (k, v) in r.iter_mut().enumerate() {
        *v = Dual::variable(Dual::variable(plain[k], k), k);
    }
    let d = exponential_map(&plain, &r)[axis].derivatives;
    let size = 3 * fragment.atoms.len();
    let mut out = vec![0.0; size * size];
    for (i, y) in fragment.reference.iter().enumerate() {
        for (j, z) in fragment.reference.iter().enumerate() {
            for a in 0..3 {
                for c in 0..3 {
                    let block = |b: usize| {
                        let along = d[3 * a + b].derivatives;
                        along[3 * c] * z[0] + along[3 * c + 1] * z[1] + along[3 * c + 2] * z[2]
                    };
                    let sum = y[0] * block(0) + y[1] * block(1) + y[2] * block(2);
                    out[(3 * i + a) * size + 3 * j + c] = fragment.radius * sum;
                }
            }
        }
    }
    out
}
