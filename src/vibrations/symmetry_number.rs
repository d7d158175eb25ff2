//! The symmetry number of rotation: in how many ways a turn brings the molecule onto itself.

use super::rotor::Shape;
use crate::geometry::Vector;
use std::cmp::Ordering;

/// Atoms closer than this (Å) after a turn are on the same place.
pub const TOLERANCE: f64 = 0.05;

/// The order of the group of rotations that bring every atom at `x` (Å) onto one of the same mass (amu), to within `tolerance` (Å).
///
/// A turn about the centre of mass is known from where two atoms go that are not in line with the centre. So two atoms with few
/// counterparts are taken, and every pair of counterparts in the same position to each other is tried. Two turns differ in where
/// these two atoms go, so that the ones that fit are counted.
#[must_use]
pub fn symmetry_number(x: &[f64], masses: &[f64], shape: Shape, tolerance: f64) -> usize {
    let body = Body::new(x, masses, tolerance);
    match shape {
        Shape::Atom => 1,
        Shape::Linear => 1 + usize::from(body.fits(|p| -p)),
        Shape::Nonlinear => body.count_rotations(),
    }
}

struct Body {
    positions: Vec<Vector<f64>>,
    /// Atoms of the same mass at the same distance from the centre, for each atom.
    counterparts: Vec<Vec<usize>>,
    tolerance: f64,
}

impl Body {
    fn new(x: &[f64], masses: &[f64], tolerance: f64) -> Self {
        let total: f64 = masses.iter().sum();
        let mut positions: Vec<Vector<f64>> = x.chunks_exact(3).map(|c| Vector([c[0], c[1], c[2]])).collect();
        let mut centre = Vector([0.0; 3]);
        for (p, m) in positions.iter().zip(masses) {
            centre = centre + p.times(m / total);
        }
        positions.iter_mut().for_each(|p| *p = *p - centre);
        let distances: Vec<f64> = positions.iter().map(|p| p.square().sqrt()).collect();
        let alike = |a: usize, b: usize| {
            masses[a].total_cmp(&masses[b]) == Ordering::Equal && (distances[a] - distances[b]).abs() < tolerance
        };
        let all = 0..positions.len();
        let counterparts = all
            .clone()
            .map(|a| all.clone().filter(|&b| alike(a, b)).collect())
            .collect();
        Self {
            positions,
            counterparts,
            tolerance,
        }
    }

    fn count_rotations(&self) -> usize {
        let Some([a, b]) = self.reference() else { return 1 };
        let from = frame(self.positions[a], self.positions[b]);
        let angle = self.positions[a].dot(self.positions[b]);
        // Both vectors may be off by the tolerance.
        let slack = self.tolerance * (self.positions[a].square().sqrt() + self.positions[b].square().sqrt());
        let mut count = 0;
        for &i in &self.counterparts[a] {
            for &j in &self.counterparts[b] {
                let (p, q) = (self.positions[i], self.positions[j]);
                if i == j || (p.dot(q) - angle).abs() > slack {
                    continue;
                }
                let to = frame(p, q);
                let turn = |v: Vector<f64>| {
                    let [x, y, z] = [0, 1, 2].map(|k| v.dot(from[k]));
                    to[0].times(x) + to[1].times(y) + to[2].times(z)
                };
                count += usize::from(self.fits(turn));
            }
        }
        count.max(1)
    }

    /// Two atoms that span a plane with the centre: of those with the fewest pairs of counterparts the ones that span it best.
    fn reference(&self) -> Option<[usize; 2]> {
        let n = self.positions.len();
        let mut best: Option<([usize; 2], usize, f64)> = None;
        for a in 0..n {
            for b in a + 1..n {
                let pairs = self.counterparts[a].len() * self.counterparts[b].len();
                let area = self.positions[a].cross(self.positions[b]).square().sqrt();
                let is_better = best.is_none_or(|(_, p, s)| pairs < p || (pairs == p && area > s * (1.0 + 1e-6)));
                if area > SPAN && is_better {
                    best = Some(([a, b], pairs, area));
                }
            }
        }
        best.map(|(pair, ..)| pair)
    }

    /// Whether a motion brings every atom onto a counterpart of its own.
    fn fits(&self, motion: impl Fn(Vector<f64>) -> Vector<f64>) -> bool {
        let mut taken = vec![false; self.positions.len()];
        self.positions.iter().zip(&self.counterparts).all(|(p, counterparts)| {
            let moved = motion(*p);
            let near = |b: usize| (self.positions[b] - moved).square() < self.tolerance * self.tolerance;
            let found = counterparts.iter().copied().find(|&b| !taken[b] && near(b));
            found.is_some_and(|b| !std::mem::replace(&mut taken[b], true))
        })
    }
}

/// Two atoms span a plane with the centre where the area between them is larger than this, Å².
const SPAN: f64 = 0.1;

/// The right-handed frame of two directions: along the first, across it towards the second, across both.
fn frame(p: Vector<f64>, q: Vector<f64>) -> [Vector<f64>; 3] {
    let unit = |v: Vector<f64>| v.times(1.0 / v.square().sqrt());
    let first = unit(p);
    let third = unit(p.cross(q));
    [first, third.cross(first), third]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vibrations::Rotor;

    fn number(atoms: &[(f64, [f64; 3])]) -> usize {
        let x: Vec<f64> = atoms.iter().flat_map(|a| a.1).collect();
        let masses: Vec<f64> = atoms.iter().map(|a| a.0).collect();
        let shape = Rotor::new(&x, &masses).shape;
        symmetry_number(&x, &masses, shape, TOLERANCE)
    }

    /// Points on a ring about the z axis.
    fn ring(mass: f64, n: usize, radius: f64, z: f64, turn: f64) -> Vec<(f64, [f64; 3])> {
        let angle = |k: usize| (k as f64 + turn) * std::f64::consts::TAU / n as f64;
        (0..n)
            .map(|k| (mass, [radius * angle(k).cos(), radius * angle(k).sin(), z]))
            .collect()
    }

    #[test]
    fn textbook_molecules_have_their_textbook_numbers() {
        let water = [
            (16.0, [0.0, 0.0, 0.0]),
            (1.0, [0.76, 0.59, 0.0]),
            (1.0, [-0.76, 0.59, 0.0]),
        ];
        assert_eq!(number(&water), 2);
        let [oxygen, one, _] = water;
        assert_eq!(number(&[oxygen, one, (2.0, [-0.76, 0.59, 0.0])]), 1, "HDO");
        let ammonia = [ring(1.0, 3, 0.94, 0.0, 0.0), vec![(14.0, [0.0, 0.0, 0.38])]].concat();
        assert_eq!(number(&ammonia), 3);
        let a = 0.63;
        let methane = |last| {
            [
                (12.0, [0.0; 3]),
                (1.0, [a, a, a]),
                (1.0, [a, -a, -a]),
                (1.0, [-a, a, -a]),
                (last, [-a, -a, a]),
            ]
        };
        assert_eq!((number(&methane(1.0)), number(&methane(2.0))), (12, 3));
        let benzene = [ring(12.0, 6, 1.39, 0.0, 0.0), ring(1.0, 6, 2.48, 0.0, 0.0)].concat();
        assert_eq!(number(&benzene), 12);
        let ethane = |turn| {
            let carbons = vec![(12.0, [0.0, 0.0, 0.77]), (12.0, [0.0, 0.0, -0.77])];
            [carbons, ring(1.0, 3, 1.02, 1.16, 0.0), ring(1.0, 3, 1.02, -1.16, turn)].concat()
        };
        assert_eq!(
            [0.5, 0.0, 0.2].map(|turn| number(&ethane(turn))),
            [6, 6, 6],
            "staggered, eclipsed, between"
        );
        let axis = |k: usize, s: f64| {
            let mut p = [0.0; 3];
            p[k] = s;
            (19.0, p)
        };
        let hexafluoride: Vec<_> = (0..3).flat_map(|k| [axis(k, 1.56), axis(k, -1.56)]).collect();
        assert_eq!(number(&[hexafluoride, vec![(32.0, [0.0; 3])]].concat()), 24);
    }

    #[test]
    fn lines_have_two_or_one() {
        let line = |masses: [f64; 3]| {
            [-1.16, 0.0, 1.16]
                .iter()
                .zip(masses)
                .map(|(&z, m)| (m, [z, 0.5 * z, 0.0]))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            (number(&line([16.0, 12.0, 16.0])), number(&line([16.0, 12.0, 18.0]))),
            (2, 1)
        );
        assert_eq!(number(&[(4.0, [1.0, 2.0, 3.0])]), 1);
    }

    #[test]
    fn an_icosahedron_has_sixty_and_chirality_does_not_disturb() {
        let x = crate::potential::test_surfaces::LennardJones::icosahedron(1.1);
        assert_eq!(symmetry_number(&x, &[40.0; 13], Shape::Nonlinear, TOLERANCE), 60);
        // Hydrogen peroxide, twisted: C2.
        let peroxide = [
            (16.0, [0.0, 0.73, 0.0]),
            (16.0, [0.0, -0.73, 0.0]),
            (1.0, [0.8, 0.9, 0.5]),
            (1.0, [-0.8, -0.9, 0.5]),
        ];
        assert_eq!(number(&peroxide), 2);
    }

    #[test]
    fn small_distortions_are_forgiven_and_large_ones_not() {
        let water = |z: f64| {
            [
                (16.0, [0.0; 3]),
                (1.0, [0.76, 0.59, 0.0]),
                (1.0, [-0.76, 0.59 + z, 0.0]),
            ]
        };
        assert_eq!((number(&water(0.01)), number(&water(0.2))), (2, 1));
    }
}
