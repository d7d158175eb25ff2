//! Starting coordinates: random distances turned into points of four-dimensional space, or random points.

use super::smoothing::Bounds;
use crate::linalg::{SymmetricMatrix, dominant_pairs};
use rand::{Rng, RngExt};

/// Dimensions of the start: the fourth lets atoms pass each other and centres turn over.
pub(super) const DIMENSIONS: usize = 4;
/// Vectors and rounds of the subspace iteration; starting coordinates need no more than one digit.
const VECTORS: usize = 6;
const ROUNDS: usize = 5;
/// Eigenvalues below this (Å²) give no direction; coordinates along it are small and random.
const LEAST: f64 = 0.1;

/// Points whose distances are as near as four dimensions allow to random ones within the bounds: eigenvectors of the metric matrix
/// (Crippen and Havel 1988, chapter 6). `None` where they have fewer than three dimensions.
pub(super) fn from_distances(bounds: &Bounds, rng: &mut impl Rng) -> Option<Vec<f64>> {
    let n = bounds.n;
    let metric = metric_matrix(n, &random_squares(bounds, rng))?;
    let start: Vec<Vec<f64>> = (0..VECTORS.min(n))
        .map(|_| (0..n).map(|_| rng.random::<f64>() - 0.5).collect())
        .collect();
    let pairs = dominant_pairs(&metric, &start, ROUNDS).ok()?;
    let mut x = vec![0.0; DIMENSIONS * n];
    for d in 0..DIMENSIONS {
        let found = pairs.get(d).filter(|p| p.0 > LEAST);
        for atom in 0..n {
            x[DIMENSIONS * atom + d] = match found {
                Some((value, vector)) => value.sqrt() * vector[atom],
                None => rng.random::<f64>() - 0.5,
            };
        }
    }
    Some(x)
}

/// Squares of random distances, row by row.
fn random_squares(bounds: &Bounds, rng: &mut impl Rng) -> Vec<f64> {
    let n = bounds.n;
    let mut squares = vec![0.0; n * n];
    for i in 0..n {
        let (lower, upper) = bounds.row(i);
        for (j, (&least, &most)) in lower.iter().zip(upper).enumerate().take(i) {
            let distance = least + rng.random::<f64>() * (most - least);
            squares[i * n + j] = distance * distance;
            squares[j * n + i] = distance * distance;
        }
    }
    squares
}

/// Scalar products of the points, seen from their centroid (Crippen and Havel 1978, Acta Cryst. A34, 282).
fn metric_matrix(n: usize, squares: &[f64]) -> Option<SymmetricMatrix> {
    let count = n as f64;
    let row_means: Vec<f64> = squares.chunks_exact(n).map(|r| r.iter().sum::<f64>() / count).collect();
    let half_mean = row_means.iter().sum::<f64>() / count / 2.0;
    let from_centroid: Vec<f64> = row_means.iter().map(|m| m - half_mean).collect();
    let mut elements = Vec::with_capacity(n * n);
    for (row, own) in squares.chunks_exact(n).zip(&from_centroid) {
        elements.extend(row.iter().zip(&from_centroid).map(|(s, other)| (own + other - s) / 2.0));
    }
    let finite = from_centroid.iter().all(|d| d.is_finite());
    finite.then(|| SymmetricMatrix::from_rows(n, elements))
}

/// Random points in a box that has some room for each.
pub(super) fn at_random(n: usize, rng: &mut impl Rng) -> Vec<f64> {
    // A quarter of the density of condensed matter (about 10 Å³ for an atom).
    let edge = (40.0 * n as f64).cbrt();
    (0..DIMENSIONS * n)
        .map(|_| edge * (rng.random::<f64>() - 0.5))
        .collect()
}
