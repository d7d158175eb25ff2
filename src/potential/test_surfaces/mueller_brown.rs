//! The surface of Müller and Brown.

use super::{check, finite};
use crate::potential::{EvalError, Potential};

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

    fn hessian(&mut self, x: &[f64]) -> Option<Result<Vec<f64>, EvalError>> {
        Some(check(x, 2).map(|()| {
            let mut hessian = vec![0.0; 4];
            for (height, [a, b, c], centre) in Self::GAUSSIANS {
                let (u, v) = (x[0] - centre[0], x[1] - centre[1]);
                let value = height * (a * u * u + b * u * v + c * v * v).exp();
                let (p, q) = (2.0 * a * u + b * v, b * u + 2.0 * c * v);
                hessian[0] += value * (p * p + 2.0 * a);
                hessian[1] += value * (p * q + b);
                hessian[3] += value * (q * q + 2.0 * c);
            }
            hessian[2] = hessian[1];
            hessian
        }))
    }
}
