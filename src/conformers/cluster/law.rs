//! Laws of force between two atoms.

use crate::numeric::Real;
use std::fmt::Debug;

/// A law of force between two atoms, in reduced units: well depth ε and the distance σ of zero energy are both one.
pub trait PairLaw: Copy + Debug + Default + Send + Sync {
    /// Distance of lowest energy, σ.
    const BOND: f64;

    /// Energy (ε) and its slope divided by the distance (ε/σ²), of the square of the distance (σ²).
    fn pair<S: Real>(square: S) -> (S, S);
}

/// The law of Lennard-Jones, `4 (r⁻¹² − r⁻⁶)`.
#[derive(Clone, Copy, Debug, Default)]
pub struct LennardJones;

impl PairLaw for LennardJones {
    const BOND: f64 = 1.122_462_048_309_373; // 2^(1/6)

    #[inline(always)]
    fn pair<S: Real>(square: S) -> (S, S) {
        let inverse = square.recip();
        let sixth = inverse * inverse * inverse;
        let energy = (sixth * sixth.offset(-1.0)).scale(4.0);
        let slope = (sixth * inverse * sixth.scale(-2.0).offset(1.0)).scale(24.0);
        (energy, slope)
    }
}
