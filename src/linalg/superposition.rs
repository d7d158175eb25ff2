//! The best superposition of two sets of points (W. Kabsch, Acta Cryst. A 1976, 32, 922), by unit quaternions (B. K. P. Horn, J. Opt. Soc.
//! Am. A 1987, 4, 629; E. A. Coutsias, C. Seok, K. A. Dill, J. Comput. Chem. 2004, 25, 1849).
//!
//! Over all proper rotations U, Σ|aᵢ − U bᵢ|² of centred points is Σ|aᵢ|² + Σ|bᵢ|² − 2λ, where λ is the largest eigenvalue of a symmetric
//! 4×4 matrix of the covariance Σ aᵢ bᵢᵀ. Its characteristic polynomial gives λ without rotation (D. L. Theobald, Acta Cryst. A 2005,
//! 61, 478); the eigenvector gives U, also for points on a line or in a plane, where nothing else than the choice among
//! equally good rotations is left open.

use super::LinalgError;
use nalgebra::Matrix4;

/// Σ aᵢ bᵢᵀ, row by row: the first set's axes are the rows.
pub type Covariance = [f64; 9];

/// A motion of the second set of points onto the first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Superposition {
    /// Proper rotation, row by row.
    pub rotation: [[f64; 3]; 3],
    /// Where the rotation is followed by this (Å).
    pub translation: [f64; 3],
    /// Root of the (weighted) mean squared distance afterwards (Å).
    pub rmsd: f64,
}

impl Superposition {
    /// Moves points (length 3N).
    #[must_use]
    pub fn apply(&self, points: &[f64]) -> Vec<f64> {
        points
            .chunks_exact(3)
            .flat_map(|p| {
                let rotated = rotate(&self.rotation, [p[0], p[1], p[2]]);
                [0, 1, 2].map(|k| rotated[k] + self.translation[k])
            })
            .collect()
    }
}

/// Superposes `moving` on `fixed` (both of length 3N), with a weight for each point or all alike. Without points, or where all weights
/// are zero, nothing moves.
///
/// # Errors
/// Coordinates or weights that are not finite.
///
/// # Panics
/// Where the lengths differ.
pub fn superpose(fixed: &[f64], moving: &[f64], weights: Option<&[f64]>) -> Result<Superposition, LinalgError> {
    assert_eq!(fixed.len(), moving.len(), "as many points in both sets");
    let weight = |i: usize| weights.map_or(1.0, |w| w[i]);
    let [own, other] = [fixed, moving].map(|points| center(points, weight));
    let mut covariance = [0.0; 9];
    let mut total = 0.0;
    for i in 0..fixed.len() / 3 {
        let [a, b] = [(fixed, own), (moving, other)].map(|(p, c)| [0, 1, 2].map(|k| p[3 * i + k] - c[k]));
        add_product(&mut covariance, &a.map(|v| weight(i) * v), &b);
        total += weight(i);
    }
    let rotation = best_rotation(&covariance)?;
    let turned = rotate(&rotation, other);
    let mut found = Superposition {
        rotation,
        translation: [0, 1, 2].map(|k| own[k] - turned[k]),
        rmsd: 0.0,
    };
    let squares = found.apply(moving);
    let sum: f64 = squares
        .chunks_exact(3)
        .zip(fixed.chunks_exact(3))
        .enumerate()
        .map(|(i, (p, q))| weight(i) * (0..3).map(|k| (p[k] - q[k]).powi(2)).sum::<f64>())
        .sum();
    if total > 0.0 {
        found.rmsd = (sum / total).sqrt();
    }
    Ok(found)
}

/// Weighted centre of points; the origin where there is no weight.
fn center(points: &[f64], weight: impl Fn(usize) -> f64) -> [f64; 3] {
    let mut sum = [0.0; 3];
    let mut total = 0.0;
    for (i, p) in points.chunks_exact(3).enumerate() {
        (0..3).for_each(|k| sum[k] += weight(i) * p[k]);
        total += weight(i);
    }
    if total > 0.0 { sum.map(|s| s / total) } else { [0.0; 3] }
}

/// `covariance += a bᵀ`.
pub fn add_product(covariance: &mut Covariance, a: &[f64; 3], b: &[f64; 3]) {
    for i in 0..3 {
        for j in 0..3 {
            covariance[3 * i + j] += a[i] * b[j];
        }
    }
}

/// A rotation's product with a vector.
#[must_use]
pub fn rotate(rotation: &[[f64; 3]; 3], v: [f64; 3]) -> [f64; 3] {
    rotation.map(|row| row[0] * v[0] + row[1] * v[1] + row[2] * v[2])
}

/// The proper rotation U that makes Σ aᵢ·U bᵢ largest.
///
/// # Errors
/// A covariance that is not finite.
pub fn best_rotation(covariance: &Covariance) -> Result<[[f64; 3]; 3], LinalgError> {
    if let Some(element) = covariance.iter().position(|c| !c.is_finite()) {
        return Err(LinalgError::NotFinite { row: element / 3 });
    }
    let [xx, xy, xz, yx, yy, yz, zx, zy, zz] = *covariance;
    #[rustfmt::skip]
    let key = Matrix4::new(
        xx + yy + zz, zy - yz,       xz - zx,       yx - xy,
        zy - yz,      xx - yy - zz,  xy + yx,       xz + zx,
        xz - zx,      xy + yx,      -xx + yy - zz,  yz + zy,
        yx - xy,      xz + zx,       yz + zy,      -xx - yy + zz,
    );
    let eigen = key.symmetric_eigen();
    let largest = (1..4).fold(0, |best, k| {
        if eigen.eigenvalues[k] > eigen.eigenvalues[best] {
            k
        } else {
            best
        }
    });
    let q = eigen.eigenvectors.column(largest).normalize();
    let (w, x, y, z) = (q[0], q[1], q[2], q[3]);
    Ok([
        [
            1.0 - 2.0 * (y * y + z * z),
            2.0 * (x * y - w * z),
            2.0 * (x * z + w * y),
        ],
        [
            2.0 * (x * y + w * z),
            1.0 - 2.0 * (x * x + z * z),
            2.0 * (y * z - w * x),
        ],
        [
            2.0 * (x * z - w * y),
            2.0 * (y * z + w * x),
            1.0 - 2.0 * (x * x + y * y),
        ],
    ])
}

/// The largest overlap Σ aᵢ·U bᵢ that a rotation reaches, as the largest root of a quartic with four real roots.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Overlap {
    /// λ⁴ + quadratic λ² + linear λ + constant.
    quadratic: f64,
    linear: f64,
    constant: f64,
}

/// Newton steps; a double root takes one for each binary digit.
const NEWTON_STEPS: usize = 40;

impl Overlap {
    /// Over proper rotations only, or over rotations of either hand.
    #[must_use]
    pub fn new(covariance: &Covariance, either_hand: bool) -> Self {
        let m = covariance;
        // Minors along each row, whose squares add up to the second invariant of M Mᵀ.
        let minor = |a: usize, b: usize, c: usize, d: usize| m[a] * m[d] - m[b] * m[c];
        let minors = [
            minor(4, 5, 7, 8),
            minor(3, 5, 6, 8),
            minor(3, 4, 6, 7),
            minor(1, 2, 7, 8),
            minor(0, 2, 6, 8),
            minor(0, 1, 6, 7),
            minor(1, 2, 4, 5),
            minor(0, 2, 3, 5),
            minor(0, 1, 3, 4),
        ];
        let first: f64 = m.iter().map(|v| v * v).sum();
        let second: f64 = minors.iter().map(|v| v * v).sum();
        let determinant = m[0] * minors[0] - m[1] * minors[1] + m[2] * minors[2];
        let determinant = if either_hand { determinant.abs() } else { determinant };
        Self {
            quadratic: -2.0 * first,
            linear: -8.0 * determinant,
            constant: first * first - 4.0 * second,
        }
    }

    /// Whether the overlap is certainly below `value`: beyond its largest root, a polynomial with real roots only and all its derivatives
    /// are positive.
    #[must_use]
    pub fn is_below(&self, value: f64) -> bool {
        let square = value * value;
        let polynomial = (square + self.quadratic) * square + self.linear * value + self.constant;
        let slope = (4.0 * square + 2.0 * self.quadratic) * value + self.linear;
        let curvature = 12.0 * square + 2.0 * self.quadratic;
        value > 0.0 && polynomial > 0.0 && slope > 0.0 && curvature > 0.0
    }

    /// The overlap, by Newton's method from an upper bound, which it approaches from above.
    #[must_use]
    pub fn value(&self, upper: f64) -> f64 {
        let mut value = upper;
        for _ in 0..NEWTON_STEPS {
            let square = value * value;
            let polynomial = (square + self.quadratic) * square + self.linear * value + self.constant;
            let slope = (4.0 * square + 2.0 * self.quadratic) * value + self.linear;
            if polynomial <= 0.0 || slope <= 0.0 {
                break;
            }
            let step = polynomial / slope;
            value -= step;
            if step < 1e-11 * upper {
                break;
            }
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers without a pattern between −1 and 1. (A plain sine of the index would put all points into a plane.)
    fn scattered(n: usize, seed: f64) -> Vec<f64> {
        let number = |i: usize| ((12.9898 * i as f64 + 78.233 * seed).sin() * 43_758.545).fract();
        (0..n).map(number).collect()
    }

    fn turned(x: &[f64], seed: f64) -> Vec<f64> {
        let covariance: Vec<f64> = scattered(9, seed);
        let motion = Superposition {
            rotation: best_rotation(&covariance.try_into().unwrap()).unwrap(),
            translation: [3.0, -20.0, 100.0],
            rmsd: 0.0,
        };
        motion.apply(x)
    }

    fn determinant(r: &[[f64; 3]; 3]) -> f64 {
        let minor = |a: usize, b: usize| r[1][a] * r[2][b] - r[1][b] * r[2][a];
        r[0][0] * minor(1, 2) - r[0][1] * minor(0, 2) + r[0][2] * minor(0, 1)
    }

    #[test]
    fn what_was_moved_is_brought_back() {
        let line: Vec<f64> = (0..5).flat_map(|i| [f64::from(i), 2.0 * f64::from(i), 0.0]).collect();
        let mut plane = scattered(15, 1.0);
        plane.iter_mut().skip(2).step_by(3).for_each(|z| *z = 0.0);
        let all = [
            vec![],
            vec![1.0, 2.0, 3.0],
            scattered(6, 4.0),
            line,
            plane,
            scattered(90, 5.0),
        ];
        for (seed, x) in all.iter().enumerate() {
            let moved = turned(x, seed as f64);
            let found = superpose(x, &moved, None).unwrap();
            assert!((determinant(&found.rotation) - 1.0).abs() < 1e-12);
            assert!(found.rmsd < 1e-12, "{} points: {}", x.len() / 3, found.rmsd);
            let back = found.apply(&moved);
            assert!(back.iter().zip(x).all(|(a, b)| (a - b).abs() < 1e-12));
        }
    }

    #[test]
    fn a_mirror_image_is_not_superposed() {
        let x = scattered(30, 6.0);
        let mirrored: Vec<f64> = x.iter().map(|v| -v).collect();
        let found = superpose(&x, &mirrored, None).unwrap();
        assert!((determinant(&found.rotation) - 1.0).abs() < 1e-12 && found.rmsd > 0.05);
    }

    #[test]
    fn no_small_rotation_improves_the_superposition() {
        let (x, y) = (scattered(30, 1.0), scattered(30, 2.0));
        let weights: Vec<f64> = (0..10).map(|i| 0.5 + f64::from(i)).collect();
        let found = superpose(&x, &y, Some(&weights)).unwrap();
        let rmsd = |points: &[f64]| {
            let distance = |i: usize| (0..3).map(|k| (x[3 * i + k] - points[3 * i + k]).powi(2)).sum::<f64>();
            let sum: f64 = (0..10).map(|i| weights[i] * distance(i)).sum();
            (sum / weights.iter().sum::<f64>()).sqrt()
        };
        let best = found.apply(&y);
        assert!((rmsd(&best) - found.rmsd).abs() < 1e-12);
        for axis in 0..6 {
            let mut other = best.clone();
            for p in other.chunks_exact_mut(3) {
                let (a, b) = ((axis + 1) % 3, (axis + 2) % 3);
                let (sine, cosine) = if axis < 3 { 0.01_f64 } else { -0.01 }.sin_cos();
                (p[a], p[b]) = (cosine * p[a] - sine * p[b], sine * p[a] + cosine * p[b]);
            }
            assert!(rmsd(&other) > found.rmsd, "axis {axis}");
        }
    }

    #[test]
    fn the_overlap_is_that_of_the_best_rotation() {
        for seed in 0..50 {
            let (mut covariance, mut squares) = ([0.0; 9], 0.0);
            let (a, b) = (scattered(12, f64::from(seed)), scattered(12, 0.3 + f64::from(seed)));
            // The first have one, two and three points: rank one, two and three.
            for k in (0..(seed as usize + 1).min(4)).map(|i| 3 * i) {
                let (p, q) = ([a[k], a[k + 1], a[k + 2]], [b[k], b[k + 1], b[k + 2]]);
                add_product(&mut covariance, &p, &q);
                squares += (0..3).map(|i| p[i] * p[i] + q[i] * q[i]).sum::<f64>();
            }
            let rotation = best_rotation(&covariance).unwrap();
            let wanted: f64 = (0..9).map(|i| rotation[i / 3][i % 3] * covariance[i]).sum();
            let overlap = Overlap::new(&covariance, false);
            let found = overlap.value(0.5 * squares);
            assert!((found - wanted).abs() < 1e-6, "{seed}: {found} {wanted}");
            // A double root, as one point has, is half as accurate.
            assert!(found >= wanted - 5e-8 * squares, "{seed}: {found} {wanted}");
            assert!(overlap.is_below(wanted + 1e-4) && !overlap.is_below(wanted - 1e-4));
            let mirrored = Overlap::new(&covariance.map(|c| -c), false).value(0.5 * squares);
            let either = Overlap::new(&covariance, true).value(0.5 * squares);
            assert!((either - found.max(mirrored)).abs() < 1e-6);
        }
    }

    #[test]
    fn numbers_that_are_none_are_refused() {
        let x = [0.0, f64::NAN, 0.0];
        assert!(matches!(
            superpose(&x, &[1.0; 3], None),
            Err(LinalgError::NotFinite { .. })
        ));
    }
}
