//! Standard surfaces for tests and benchmarks: quadratic bowls of a stated condition number, Rosenbrock's valley, the surface of
//! Müller and Brown, Lennard-Jones clusters, random polynomials, all with analytic Hessians; and a wrapper that adds noise.
//! Coordinates and energies are in reduced units.

mod lennard_jones;
mod mueller_brown;
mod noisy;
mod polynomial;
mod quadratic;
mod rosenbrock;

use super::EvalError;

pub use lennard_jones::LennardJones;
pub use mueller_brown::MuellerBrown;
pub use noisy::Noisy;
pub use polynomial::Polynomial;
pub use quadratic::Quadratic;
pub use rosenbrock::Rosenbrock;

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

/// A reproducible stream of numbers (SplitMix64: Steele, Lea and Flood, OOPSLA 2014).
#[derive(Clone, Debug)]
struct Stream(u64);

impl Stream {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Evenly between 0 (not included) and 1.
    fn uniform(&mut self) -> f64 {
        ((self.bits() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// Normally distributed with standard deviation 1 (Box and Muller, Ann. Math. Stat. 29, 610 (1958)).
    fn normal(&mut self) -> f64 {
        (-2.0 * self.uniform().ln()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::potential::Potential;

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

    /// The same for the second derivatives, as differences of gradients.
    fn assert_hessian(surface: &mut dyn Potential, x: &[f64]) {
        let n = x.len();
        let hessian = surface.hessian(x).unwrap().unwrap();
        let scale = 1.0 + hessian.iter().fold(0.0_f64, |m, h| m.max(h.abs()));
        let mut gradient_at = |x: &[f64]| {
            let mut gradient = vec![f64::NAN; n];
            surface.energy_gradient(x, &mut gradient).unwrap();
            gradient
        };
        let h = 1e-5;
        for j in 0..n {
            let mut moved = x.to_vec();
            moved[j] = x[j] + h;
            let up = gradient_at(&moved);
            moved[j] = x[j] - h;
            let down = gradient_at(&moved);
            for i in 0..n {
                let difference = (up[i] - down[i]) / (2.0 * h);
                let found = hessian[i * n + j];
                assert!(
                    (difference - found).abs() < 1e-7 * scale,
                    "({i}, {j}): {found} and {difference}"
                );
                assert!(
                    (found - hessian[j * n + i]).abs() <= 1e-14 * scale,
                    "({i}, {j}) is not symmetric"
                );
            }
        }
    }

    #[test]
    fn derivatives_agree_with_central_differences() {
        let cases: [(Box<dyn Potential>, Vec<f64>); 5] = [
            (Box::new(Quadratic::new(5, 1e3)), vec![0.3, -0.2, 0.9, 1.4, 0.1]),
            (Box::new(Rosenbrock { coordinates: 3 }), vec![-1.2, 1.0, 0.4]),
            (Box::new(MuellerBrown), vec![-0.7, 0.9]),
            (
                Box::new(LennardJones { atoms: 3 }),
                vec![0.0, 0.0, 0.0, 1.1, 0.1, 0.0, 0.2, 1.3, -0.4],
            ),
            (Box::new(Polynomial::random(4, 7)), vec![0.4, -0.3, 0.8, 0.2]),
        ];
        for (mut surface, x) in cases {
            assert_gradient(&mut *surface, &x);
            assert_hessian(&mut *surface, &x);
        }
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
