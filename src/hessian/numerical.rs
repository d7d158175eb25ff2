//! Second derivatives by central differences of gradients.

use crate::linalg::SymmetricMatrix;
use crate::linalg::vector::longest_atom;
use crate::potential::{EvalError, Potential};

/// Displacement (Å) for surfaces without noise. The error of central differences is h²/6 times a fourth derivative (some 10⁴
/// kcal/mol/Å⁴ for a bond stretch: 10⁻⁵ kcal/mol/Å²), and the round-off of a gradient over h is smaller still.
pub const STEP: f64 = 1e-4;

/// Displacement (Å) for surfaces whose gradients are good to about 10⁻³ kcal/mol/Å (self-consistent fields, printed digits):
/// truncation and noise are then about equal.
pub const NOISY_STEP: f64 = 1e-2;

/// The Hessian at `x`, kcal/mol/Å², from two gradients for each coordinate displaced by `step` (Å).
///
/// # Errors
/// Those of the surface.
pub fn hessian(potential: &mut dyn Potential, x: &[f64], step: f64) -> Result<SymmetricMatrix, EvalError> {
    let n = x.len();
    let mut rows = vec![0.0; n * n];
    let mut point = x.to_vec();
    let (mut plus, mut minus) = (vec![0.0; n], vec![0.0; n]);
    for (i, row) in rows.chunks_exact_mut(n.max(1)).enumerate() {
        let (above, below) = (x[i] + step, x[i] - step);
        point[i] = above;
        potential.energy_gradient(&point, &mut plus)?;
        point[i] = below;
        potential.energy_gradient(&point, &mut minus)?;
        point[i] = x[i];
        for (r, (p, m)) in row.iter_mut().zip(plus.iter().zip(&minus)) {
            // The difference that was made, not the one that was meant: they differ by round-off.
            *r = (p - m) / (above - below);
        }
    }
    Ok(SymmetricMatrix::from_rows(n, rows))
}

/// The product of the Hessian at `x` with `v`, from two gradients; the atom that moves farthest moves by `step` (Å).
///
/// # Errors
/// Those of the surface.
pub fn product(
    potential: &mut dyn Potential,
    x: &[f64],
    v: &[f64],
    step: f64,
    out: &mut [f64],
) -> Result<(), EvalError> {
    let longest = longest_atom(v);
    out.fill(0.0);
    if longest == 0.0 {
        return Ok(());
    }
    let t = step / longest;
    let mut gradient = vec![0.0; x.len()];
    for sign in [1.0, -1.0] {
        let point: Vec<f64> = x.iter().zip(v).map(|(p, q)| p + sign * t * q).collect();
        potential.energy_gradient(&point, &mut gradient)?;
        crate::linalg::vector::add_scaled(out, sign / (2.0 * t), &gradient);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::potential::test_surfaces::LennardJones;

    /// Two atoms along x: d²E/dr² and (dE/dr)/r of 4 (r⁻¹² − r⁻⁶).
    fn pair(r: f64) -> (f64, f64) {
        let second = 4.0 * (156.0 * r.powi(-14) - 42.0 * r.powi(-8));
        let slope = 4.0 * (-12.0 * r.powi(-13) + 6.0 * r.powi(-7));
        (second, slope / r)
    }

    #[test]
    fn a_pair_has_its_closed_form_and_the_error_falls_as_the_square_of_the_step() {
        let x = [0.0, 0.0, 0.0, 1.2, 0.0, 0.0];
        let (second, across) = pair(1.2);
        let error = |h: f64| {
            let found = hessian(&mut LennardJones { atoms: 2 }, &x, h).unwrap();
            assert!((found.get(1, 4) + across).abs() < 1e4 * h * h, "{}", found.get(1, 4));
            (found.get(0, 3) + second).abs()
        };
        let (coarse, fine) = (error(1e-2), error(1e-3));
        assert!(fine < 0.02 * coarse && fine > 0.0, "{coarse} {fine}");
    }

    #[test]
    fn products_agree_with_the_matrix() {
        let x = LennardJones::icosahedron(1.1);
        let mut cluster = LennardJones { atoms: 13 };
        let full = hessian(&mut cluster, &x, 1e-4).unwrap();
        let v: Vec<f64> = (0..39).map(|i| (1.3 * f64::from(i)).sin()).collect();
        let mut out = vec![f64::NAN; 39];
        product(&mut cluster, &x, &v, 1e-4, &mut out).unwrap();
        for (p, q) in full.times(&v).iter().zip(&out) {
            assert!((p - q).abs() < 1e-3, "{p} {q}");
        }
        product(&mut cluster, &x, &[0.0; 39], 1e-4, &mut out).unwrap();
        assert!(out.iter().all(|c| *c == 0.0));
    }
}
