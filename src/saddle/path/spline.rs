//! A smooth curve through structures, by arc length.

use crate::linalg::vector::add_scaled;

/// A natural cubic spline through points, whose parameter is the length of the polygon.
#[derive(Clone, Debug)]
pub struct Spline {
    knots: Vec<f64>,
    points: Vec<Vec<f64>>,
    /// Second derivatives at the knots.
    bends: Vec<Vec<f64>>,
}

impl Spline {
    /// Through these points, two at least, no two neighbours of which coincide.
    #[must_use]
    pub fn new(points: Vec<Vec<f64>>) -> Self {
        let mut knots = vec![0.0];
        for pair in points.windows(2) {
            let leg: f64 = pair[0].iter().zip(&pair[1]).map(|(a, b)| (a - b).powi(2)).sum();
            knots.push(knots[knots.len() - 1] + leg.sqrt().max(1e-9));
        }
        let bends = bends(&knots, &points);
        Self { knots, points, bends }
    }

    /// The parameters of the points.
    #[must_use]
    pub fn knots(&self) -> &[f64] {
        &self.knots
    }

    /// The point at a parameter.
    #[must_use]
    pub fn at(&self, s: f64) -> Vec<f64> {
        let last = self.knots.len() - 2;
        let k = self.knots[1..]
            .iter()
            .position(|&knot| s <= knot)
            .unwrap_or(last)
            .min(last);
        let h = self.knots[k + 1] - self.knots[k];
        let (a, b) = ((self.knots[k + 1] - s) / h, (s - self.knots[k]) / h);
        let (p, q) = ((a.powi(3) - a) * h * h / 6.0, (b.powi(3) - b) * h * h / 6.0);
        (0..self.points[k].len())
            .map(|c| {
                a * self.points[k][c] + b * self.points[k + 1][c] + p * self.bends[k][c] + q * self.bends[k + 1][c]
            })
            .collect()
    }
}

/// Second derivatives of the natural spline: a tridiagonal system, eliminated once for all coordinates.
fn bends(knots: &[f64], points: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let (count, n) = (knots.len(), points[0].len());
    let mut bends = vec![vec![0.0; n]; count];
    let mut above = vec![0.0; count];
    for k in 1..count.max(1) - 1 {
        let (h, next) = (knots[k] - knots[k - 1], knots[k + 1] - knots[k]);
        let pivot = 2.0 * (h + next) - h * above[k - 1];
        above[k] = next / pivot;
        for c in 0..n {
            let kink = (points[k + 1][c] - points[k][c]) / next - (points[k][c] - points[k - 1][c]) / h;
            bends[k][c] = (6.0 * kink - h * bends[k - 1][c]) / pivot;
        }
    }
    for k in (1..count.max(1) - 1).rev() {
        let next = bends[k + 1].clone();
        add_scaled(&mut bends[k], -above[k], &next);
    }
    bends
}

/// The cubic between two ends with these values and slopes, over a length: where it is highest (from the first end) and how high.
#[must_use]
pub fn highest_between(values: [f64; 2], slopes: [f64; 2], length: f64) -> (f64, f64) {
    let rise = values[1] - values[0];
    let [m0, m1] = slopes.map(|m| m * length);
    // E = E₀ + m₀ t + c t² + d t³.
    let (c, d) = (3.0 * rise - 2.0 * m0 - m1, m0 + m1 - 2.0 * rise);
    let at = |t: f64| values[0] + t * (m0 + t * (c + t * d));
    let root = (c * c - 3.0 * d * m0).max(0.0).sqrt();
    let ends = [0.0, 1.0];
    // The roots of the derivative m₀ + 2 c t + 3 d t², in the form that bears d = 0.
    let inner = [m0 / (-c - root), m0 / (-c + root)];
    let inside = inner.into_iter().filter(|t| (0.0..=1.0).contains(t));
    let best = ends.into_iter().chain(inside).max_by(|a, b| at(*a).total_cmp(&at(*b)));
    let t = best.unwrap_or(0.0);
    (t * length, at(t))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_through_its_points_and_follows_a_circle_between_them() {
        let on = |angle: f64| vec![angle.cos(), angle.sin()];
        let points: Vec<_> = (0..13).map(|k| on(0.15 * f64::from(k))).collect();
        let spline = Spline::new(points.clone());
        for (knot, point) in spline.knots().to_vec().iter().zip(&points) {
            let found = spline.at(*knot);
            assert!(found.iter().zip(point).all(|(a, b)| (a - b).abs() < 1e-12));
        }
        let [a, b] = [spline.knots()[6], spline.knots()[7]];
        let middle = spline.at(f64::midpoint(a, b));
        assert!((middle[0].hypot(middle[1]) - 1.0).abs() < 1e-5, "{middle:?}");
        let straight = Spline::new(vec![vec![0.0, 0.0], vec![3.0, 4.0]]);
        assert_eq!(straight.at(2.5), vec![1.5, 2.0]);
    }

    #[test]
    fn the_highest_point_of_a_cubic_is_found() {
        // E = 1 + 3 t − 4 t² + t³ over a length of 1: derivative zero at (8 − √28)/6.
        let (place, height) = highest_between([1.0, 1.0], [3.0, -2.0], 1.0);
        let exact = (8.0 - 28.0_f64.sqrt()) / 6.0;
        assert!((place - exact).abs() < 1e-12 && height > 1.5);
        // A parabola, stretched.
        let (place, height) = highest_between([0.0, 0.0], [2.0, -2.0], 2.0);
        assert!((place - 1.0).abs() < 1e-12 && (height - 1.0).abs() < 1e-12);
        assert_eq!(highest_between([0.0, 5.0], [1.0, 1.0], 1.0).0, 1.0);
        assert_eq!(highest_between([5.0, 0.0], [-5.0, -5.0], 1.0), (0.0, 5.0));
    }
}
