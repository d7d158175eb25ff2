//! Moves along the softest directions of the surface at a minimum (I. Kolossváry and W. C. Guida, J. Am. Chem. Soc. 1996, 118, 5011): rings
//! and loops change their shape that way without being told apart, all atoms at once.

use crate::linalg::SymmetricMatrix;
use crate::linalg::eigen::Eigen;
use crate::potential::Potential;
use rand::RngExt;
use rand::rngs::ChaCha8Rng;

/// So many modes above the rigid motions are moved along.
const MODES: usize = 10;
/// Rigid motions, which come first.
const RIGID: usize = 6;
/// Most modes in one move.
const MOST_TOGETHER: usize = 3;
/// Path of the atom that moves farthest, Å, at the usual size.
const PATH: std::ops::Range<f64> = 0.8..2.4;
/// Beyond so many coordinates the modes cost more than minimizations.
const MOST_COORDINATES: usize = 360;

/// The soft modes at the place where they were asked for last.
#[derive(Clone, Debug, Default)]
pub struct SoftModes {
    at: Vec<f64>,
    modes: Vec<Vec<f64>>,
}

impl SoftModes {
    /// Moves on to a minimum (Å). There are none where the surface has no second derivatives.
    pub fn look(&mut self, potential: &mut dyn Potential, x: &[f64]) {
        if self.at == x {
            return;
        }
        self.at = x.to_vec();
        self.modes = modes(potential, x).unwrap_or_default();
    }

    /// Displacements of length 1, the softest first.
    #[must_use]
    pub fn known(&self) -> &[Vec<f64>] {
        &self.modes
    }
}

fn modes(potential: &mut dyn Potential, x: &[f64]) -> Option<Vec<Vec<f64>>> {
    if x.len() > MOST_COORDINATES {
        return None;
    }
    let hessian = potential.hessian(x)?.ok()?;
    let solved = Eigen::new(&SymmetricMatrix::from_rows(x.len(), hessian)).ok()?;
    let last = x.len().min(RIGID + MODES);
    Some((RIGID.min(last)..last).map(|k| solved.vector(k).to_vec()).collect())
}

/// Moves along a few modes at once, in random shares; `None` where there are none.
pub(super) fn displace(modes: &[Vec<f64>], x: &mut [f64], size: f64, random: &mut ChaCha8Rng) -> Option<()> {
    let mut along = vec![0.0; x.len()];
    for _ in 0..random.random_range(1..=MOST_TOGETHER) {
        let mode = super::one_of(modes, random)?;
        let share = random.random_range(-1.0..1.0);
        along.iter_mut().zip(mode).for_each(|(a, m)| *a += share * m);
    }
    let farthest = along
        .chunks_exact(3)
        .map(|atom| atom.iter().map(|c| c * c).sum::<f64>())
        .fold(0.0, f64::max)
        .sqrt();
    if farthest < 1e-8 {
        return None;
    }
    let scale = size * random.random_range(PATH) / farthest;
    x.iter_mut().zip(&along).for_each(|(x, a)| *x += scale * a);
    Some(())
}
