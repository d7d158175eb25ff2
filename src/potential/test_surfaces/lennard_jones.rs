//! Lennard-Jones clusters.

use super::{check, finite};
use crate::potential::{EvalError, Potential};

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

    fn hessian(&mut self, x: &[f64]) -> Option<Result<Vec<f64>, EvalError>> {
        Some(check(x, self.len()).map(|()| {
            let mut hessian = vec![0.0; x.len() * x.len()];
            for i in 0..self.atoms {
                for j in 0..i {
                    add_pair(&mut hessian, x, i, j);
                }
            }
            hessian
        }))
    }
}

/// One pair's second derivatives, `f I + f' d dᵀ` with f = φ'(r)/r and f' = (φ'' − φ'/r)/r², into the four blocks of its atoms.
fn add_pair(hessian: &mut [f64], x: &[f64], i: usize, j: usize) {
    let n = x.len();
    let d: [f64; 3] = std::array::from_fn(|k| x[3 * i + k] - x[3 * j + k]);
    let inverse_square = 1.0 / d.iter().map(|c| c * c).sum::<f64>();
    let sixth = inverse_square.powi(3);
    let along = -24.0 * sixth * (2.0 * sixth - 1.0) * inverse_square;
    let bend = 96.0 * sixth * (7.0 * sixth - 2.0) * inverse_square * inverse_square;
    for a in 0..3 {
        for b in 0..3 {
            let value = bend * d[a] * d[b] + if a == b { along } else { 0.0 };
            hessian[(3 * i + a) * n + 3 * i + b] += value;
            hessian[(3 * j + a) * n + 3 * j + b] += value;
            hessian[(3 * i + a) * n + 3 * j + b] -= value;
            hessian[(3 * j + a) * n + 3 * i + b] -= value;
        }
    }
}
