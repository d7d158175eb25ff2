//! Standard surfaces for tests and benchmarks: quadratic bowls of a stated condition number, Rosenbrock's valley, the surface of
//! Müller and Brown, Lennard-Jones clusters. Coordinates and energies are in reduced units.

use super::{EvalError, Potential};

fn check(x: &[f64], expected: usize) -> Result<(), EvalError> {
    if x.len() == expected {
        Ok(())
    } else {
        Err(EvalError::WrongLength {
            found: x.len(),
            expected,
        })
    }
}

fn finite(energy: f64, gradient: &[f64]) -> Result<f64, EvalError> {
    if energy.is_finite() && gradient.iter().all(|g| g.is_finite()) {
        Ok(energy)
    } else {
        Err(EvalError::NotFinite { energy })
    }
}

/// A quadratic bowl `½ Σ λ_i (x_i − i-th of the centre)²` in axes that are turned by a reflection, so that no coordinate is an
/// eigenvector. Its lowest energy is 0.
#[derive(Clone, Debug)]
pub struct Quadratic {
    curvatures: Vec<f64>,
    centre: Vec<f64>,
    mirror: Vec<f64>,
}

impl Quadratic {
    /// `n` curvatures spaced evenly in their logarithm from 1 to `condition`.
    #[must_use]
    pub fn new(n: usize, condition: f64) -> Self {
        let fraction = |i: usize| if n > 1 { i as f64 / (n - 1) as f64 } else { 0.0 };
        let length = (n as f64).sqrt();
        Self {
            curvatures: (0..n).map(|i| condition.powf(fraction(i))).collect(),
            centre: (0..n).map(|i| 1.0 + (i as f64).sin()).collect(),
            mirror: vec![1.0 / length; n],
        }
    }

    /// The minimum.
    #[must_use]
    pub fn centre(&self) -> &[f64] {
        &self.centre
    }

    fn reflect(&self, v: &mut [f64]) {
        let along: f64 = self.mirror.iter().zip(&*v).map(|(m, c)| m * c).sum();
        for (c, m) in v.iter_mut().zip(&self.mirror) {
            *c -= 2.0 * along * m;
        }
    }
}

impl Potential for Quadratic {
    fn len(&self) -> usize {
        self.curvatures.len()
    }

    fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
        check(x, self.len())?;
        for i in 0..x.len() {
            gradient[i] = x[i] - self.centre[i];
        }
        self.reflect(gradient);
        let mut energy = 0.0;
        for (g, k) in gradient.iter_mut().zip(&self.curvatures) {
            energy += 0.5 * k * *g * *g;
            *g *= k;
        }
        self.reflect(gradient);
        finite(energy, gradient)
    }
}

/// Rosenbrock's valley `Σ 100 (x_{i+1} − x_i²)² + (1 − x_i)²` (Comput. J. 3, 175 (1960)) in two or more coordinates; the
/// minimum is 0 at (1, 1, …).
#[derive(Clone, Copy, Debug)]
pub struct Rosenbrock {
    /// Number of coordinates, at least two.
    pub coordinates: usize,
}

impl Potential for Rosenbrock {
    fn len(&self) -> usize {
        self.coordinates
    }

    fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
        check(x, self.coordinates)?;
        gradient.fill(0.0);
        let mut energy = 0.0;
        for i in 1..x.len() {
            let (bend, rest) = (x[i] - x[i - 1] * x[i - 1], 1.0 - x[i - 1]);
            energy += 100.0 * bend * bend + rest * rest;
            gradient[i] += 200.0 * bend;
            gradient[i - 1] -= 400.0 * bend * x[i - 1] + 2.0 * rest;
        }
        finite(energy, gradient)
    }
}

/// The surface of Müller and Brown (Theor. Chim. Acta 53, 75 (1979)): two coordinates, three minima, two saddles.
#[derive(Clone, Copy, Debug, Default)]
pub struct MuellerBrown;

impl MuellerBrown {
    /// Height, exponents (a, b, c) and centre of each of the four Gaussians, from table 1 of the paper.
    const GAUSSIANS: [(f64, [f64; 3], [f64; 2]); 4] = [
        (-200.0, [-1.0, 0.0, -10.0], [1.0, 0.0]),
        (-100.0, [-1.0, 0.0, -10.0], [0.0, 0.5]),
        (-170.0, [-6.5, 11.0, -6.5], [-0.5, 1.5]),
        (15.0, [0.7, 0.6, 0.7], [-1.0, 1.0]),
    ];

    /// The three minima, deepest first: place and energy.
    pub const MINIMA: [([f64; 2], f64); 3] = [
        ([-0.558_224, 1.441_726], -146.699_5),
        ([0.623_499, 0.028_038], -108.166_7),
        ([-0.050_011, 0.466_694], -80.767_8),
    ];
}

impl Potential for MuellerBrown {
    fn len(&self) -> usize {
        2
    }

    fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
        check(x, 2)?;
        gradient.fill(0.0);
        let mut energy = 0.0;
        for (height, [a, b, c], centre) in Self::GAUSSIANS {
            let (u, v) = (x[0] - centre[0], x[1] - centre[1]);
            let value = height * (a * u * u + b * u * v + c * v * v).exp();
            energy += value;
            gradient[0] += value * (2.0 * a * u + b * v);
            gradient[1] += value * (b * u + 2.0 * c * v);
        }
        finite(energy, gradient)
    }
}

/// A Lennard-Jones cluster, `Σ 4 (r⁻¹² − r⁻⁶)` over pairs, in units of ε and σ. Minima are tabulated in the Cambridge Cluster
/// Database (Wales and Doye, J. Phys. Chem. A 101, 5111 (1997)).
#[derive(Clone, Copy, Debug)]
pub struct LennardJones {
    /// Number of atoms.
    pub atoms: usize,
}

impl LennardJones {
    /// Energy of the global minimum of 13 atoms, the centred icosahedron.
    pub const LOWEST_13: f64 = -44.326_801;

    /// A centred icosahedron of 13 atoms whose outer atoms are at distance `radius` from the centre.
    #[must_use]
    pub fn icosahedron(radius: f64) -> Vec<f64> {
        let golden = f64::midpoint(1.0, 5.0_f64.sqrt());
        let scale = radius / (1.0 + golden * golden).sqrt();
        let mut x = vec![0.0; 3];
        for axis in 0..3 {
            for (one, other) in [(1.0, golden), (1.0, -golden), (-1.0, golden), (-1.0, -golden)] {
                let mut atom = [0.0; 3];
                atom[(axis + 1) % 3] = one * scale;
                atom[(axis + 2) % 3] = other * scale;
                x.extend(atom);
            }
        }
        x
    }
}

impl Potential for LennardJones {
    fn len(&self) -> usize {
        3 * self.atoms
    }

    fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
        check(x, self.len())?;
        gradient.fill(0.0);
        let mut energy = 0.0;
        for i in 0..self.atoms {
            for j in 0..i {
                let d: [f64; 3] = std::array::from_fn(|k| x[3 * i + k] - x[3 * j + k]);
                let inverse_square = 1.0 / d.iter().map(|c| c * c).sum::<f64>();
                let sixth = inverse_square * inverse_square * inverse_square;
                energy += 4.0 * sixth * (sixth - 1.0);
                let factor = -24.0 * sixth * (2.0 * sixth - 1.0) * inverse_square;
                for k in 0..3 {
                    gradient[3 * i + k] += factor * d[k];
                    gradient[3 * j + k] -= factor * d[k];
                }
            }
        }
        finite(energy, gradient)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The error of central differences must fall as the square of the step.
    fn assert_gradient(surface: &mut dyn Potential, x: &[f64]) {
        let mut gradient = vec![f64::NAN; x.len()];
        surface.energy_gradient(x, &mut gradient).unwrap();
        let mut scratch = vec![0.0; x.len()];
        let mut error_at = |h: f64| {
            let mut worst: f64 = 0.0;
            for i in 0..x.len() {
                let mut moved = x.to_vec();
                moved[i] = x[i] + h;
                let up = surface.energy_gradient(&moved, &mut scratch).unwrap();
                moved[i] = x[i] - h;
                let down = surface.energy_gradient(&moved, &mut scratch).unwrap();
                worst = worst.max(((up - down) / (2.0 * h) - gradient[i]).abs());
            }
            worst
        };
        let (coarse, fine) = (error_at(1e-3), error_at(1e-4));
        let scale = 1.0 + gradient.iter().fold(0.0_f64, |m, g| m.max(g.abs()));
        assert!(fine < 1e-5 * scale, "difference {fine} at a gradient of {scale}");
        assert!(
            fine < 0.02 * coarse + 1e-9 * scale,
            "{fine} at a tenth of the step of {coarse}"
        );
    }

    #[test]
    fn gradients_agree_with_central_differences() {
        assert_gradient(&mut Quadratic::new(5, 1e3), &[0.3, -0.2, 0.9, 1.4, 0.1]);
        assert_gradient(&mut Rosenbrock { coordinates: 3 }, &[-1.2, 1.0, 0.4]);
        assert_gradient(&mut MuellerBrown, &[-0.7, 0.9]);
        assert_gradient(
            &mut LennardJones { atoms: 3 },
            &[0.0, 0.0, 0.0, 1.1, 0.1, 0.0, 0.2, 1.3, -0.4],
        );
    }

    #[test]
    fn published_minima_are_stationary_at_their_energies() {
        let mut gradient = [0.0; 2];
        for (place, energy) in MuellerBrown::MINIMA {
            let found = MuellerBrown.energy_gradient(&place, &mut gradient).unwrap();
            assert!((found - energy).abs() < 6e-5, "{found} and {energy}");
            assert!(
                gradient.iter().all(|g| g.abs() < 1e-2),
                "{found} {gradient:?} at {place:?}"
            );
        }
    }

    #[test]
    fn atoms_on_one_point_have_no_energy() {
        let mut gradient = [0.0; 6];
        let result = LennardJones { atoms: 2 }.energy_gradient(&[0.0; 6], &mut gradient);
        assert!(matches!(result, Err(EvalError::NotFinite { .. })), "{result:?}");
    }
}
