//! One structure of a chain, with the quadratic model that its steps are made by.

use crate::hessian::rigid;
use crate::hessian::update::bofill;
use crate::linalg::dense::{orthonormalize, project_out};
use crate::linalg::vector::{add_scaled, dot, longest_atom, norm};
use crate::linalg::{Cholesky, SymmetricMatrix};
use crate::optimize::Point;

/// Longest first step of an atom, and the longest and shortest ever, Å.
const FIRST_REACH: f64 = 0.1;
const LONGEST_REACH: f64 = 0.15;
const SHORTEST_REACH: f64 = 0.01;

/// Curvature given to what is projected out, kcal/mol/Å².
const PROJECTED: f64 = 1000.0;

/// First shift that limits a step, relative to the mean curvature, and what it grows by.
const FIRST_SHIFT: f64 = 1e-3;
const SHIFT_GROWTH: f64 = 2.5;
const MOST_SHIFTS: usize = 40;

/// A structure, its energy, and what is known of the curvature there.
#[derive(Clone, Debug)]
pub struct Image {
    /// Where it is.
    pub point: Point,
    /// Second derivatives, kcal/mol/Å²: guessed, and corrected by each step.
    pub hessian: SymmetricMatrix,
    /// Whether rigid motions are to be left out.
    free: bool,
    /// Longest displacement of an atom in the next step, Å.
    reach: f64,
}

impl Image {
    /// An image with a first guess of its second derivatives. `free`: on a surface of atoms in space, which knows no place and no
    /// orientation.
    #[must_use]
    pub fn new(point: Point, hessian: SymmetricMatrix, free: bool) -> Self {
        Self {
            point,
            hessian,
            free,
            reach: FIRST_REACH,
        }
    }

    /// Rigid motions here, orthonormal.
    #[must_use]
    pub fn rigid(&self) -> Vec<Vec<f64>> {
        match self.free {
            true => rigid::modes(&self.point.x, &vec![1.0; self.point.x.len() / 3]),
            false => Vec::new(),
        }
    }

    /// A direction of the path without rigid motions, of length 1; zero where nothing else is left.
    #[must_use]
    pub fn direction(&self, tangent: &[f64]) -> Vec<f64> {
        let mut out = tangent.to_vec();
        project_out(&mut out, &self.rigid());
        let length = norm(&out);
        if length > 0.0 {
            out.iter_mut().for_each(|c| *c /= length);
        }
        out
    }

    /// The gradient across a direction of length 1, kcal/mol/Å.
    #[must_use]
    pub fn across(&self, direction: &[f64]) -> Vec<f64> {
        let mut out = self.point.gradient.clone();
        let along = dot(&out, direction);
        add_scaled(&mut out, -along, direction);
        out
    }

    /// The next displacement (Å), across a direction.
    #[must_use]
    pub fn step(&self, direction: &[f64]) -> Vec<f64> {
        let mut held = self.rigid();
        let mut own = direction.to_vec();
        if orthonormalize(&mut own, &held) > 0.0 {
            held.push(own);
        }
        self.step_across(&held)
    }

    /// Down within what is left of the space, by the quadratic model shifted until it is convex and the step short enough.
    fn step_across(&self, held: &[Vec<f64>]) -> Vec<f64> {
        let mut gradient = self.point.gradient.clone();
        project_out(&mut gradient, held);
        let mut matrix = self.hessian.clone();
        rigid::project(&mut matrix, held, PROJECTED);
        let n = matrix.n().max(1);
        let mean = (0..matrix.n()).map(|i| matrix.get(i, i).abs()).sum::<f64>() / n as f64;
        let mut shift = 0.0;
        let mut added = FIRST_SHIFT * mean.max(1.0);
        for _ in 0..MOST_SHIFTS {
            if let Ok(factor) = Cholesky::new(matrix.clone()) {
                let mut step = factor.solve(&gradient);
                step.iter_mut().for_each(|s| *s = -*s);
                project_out(&mut step, held);
                if longest_atom(&step) <= self.reach {
                    return step;
                }
            }
            matrix.shift(added);
            shift += added;
            added = (SHIFT_GROWTH - 1.0) * shift;
        }
        let scale = self.reach / longest_atom(&gradient).max(1e-12);
        gradient.iter().map(|g| -g * scale.min(1.0 / mean.max(1.0))).collect()
    }

    /// Takes the image to where it was evaluated, and learns from it.
    pub fn move_to(&mut self, point: Point) {
        let difference = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(p, q)| p - q).collect::<Vec<f64>>();
        let step = difference(&point.x, &self.point.x);
        let change = difference(&point.gradient, &self.point.gradient);
        let expected = dot(&self.point.gradient, &step) + 0.5 * self.hessian.quadratic_form(&step);
        let found = point.energy - self.point.energy;
        let size = expected.abs().max(0.05);
        self.reach = match (found - expected).abs() / size {
            error if error < 0.5 => (1.5 * self.reach).min(LONGEST_REACH),
            error if error > 1.5 && found > expected => (0.5 * self.reach).max(SHORTEST_REACH),
            _ => self.reach,
        };
        // Where nothing can be learnt of a step it was too short to matter.
        let _learnt: bool = bofill::update(&mut self.hessian, &step, &change);
        self.point = point;
    }

    /// Stays where it is: where it was to go there is no energy.
    pub fn stay(&mut self) {
        self.reach = (0.3 * self.reach).max(0.1 * SHORTEST_REACH);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::potential::test_surfaces::LennardJones;

    fn image() -> Image {
        let mut x = LennardJones::icosahedron(1.1);
        x[4] += 0.1;
        let point = Point::at(&mut LennardJones { atoms: 13 }, &x).unwrap();
        Image::new(point, SymmetricMatrix::scaled_identity(39, 200.0), true)
    }

    #[test]
    fn a_step_across_has_neither_the_direction_nor_rigid_motions_in_it() {
        let image = image();
        let tangent: Vec<f64> = (0..39).map(|c| (1.3 * f64::from(c)).sin()).collect();
        let direction = image.direction(&tangent);
        assert!((norm(&direction) - 1.0).abs() < 1e-12);
        let step = image.step(&direction);
        assert!(norm(&step) > 1e-3);
        assert!(dot(&step, &direction).abs() < 1e-10);
        for mode in image.rigid() {
            assert!(dot(&direction, &mode).abs() < 1e-10 && dot(&step, &mode).abs() < 1e-10);
        }
        assert!(dot(&image.across(&direction), &direction).abs() < 1e-9);
    }

    #[test]
    fn what_a_step_finds_is_learnt() {
        let mut image = image();
        let step = image.step(&[0.0; 39]);
        let x: Vec<f64> = image.point.x.iter().zip(&step).map(|(x, s)| x + s).collect();
        let before = image.point.gradient.clone();
        let point = Point::at(&mut LennardJones { atoms: 13 }, &x).unwrap();
        image.move_to(point.clone());
        let product = image.hessian.times(&step);
        for (c, p) in product.iter().enumerate() {
            assert!((p - (point.gradient[c] - before[c])).abs() < 1e-8);
        }
    }
}
