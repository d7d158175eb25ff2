//! Electrostatic interaction, over the distance r (Å).

use crate::numeric::{Over, Real};

/// kcal/mol Å/e² (Halgren 1996, part I, eq 13).
pub const COULOMB: f64 = 332.0716;

/// Buffering distance, Å (Halgren 1996, part I, eq 13).
const BUFFER: f64 = 0.05;

/// Factor on 1-4 interactions (Halgren 1996, part I, text after eq 13).
pub const SCALE_14: f64 = 0.75;

/// What [`buffered_coulomb`] divides by, at the distance `r` (Å).
#[inline(always)]
pub fn denominator<S: Real>(r: S) -> S {
    r.offset(BUFFER)
}

/// MMFF94 buffered Coulomb: E = 332.0716 qi qj/(R + 0.05) (Halgren 1996, part I, eq 13), in kcal/mol, from the product
/// 332.0716 qi qj and the inverse of the [`denominator`].
#[inline(always)]
pub fn buffered_coulomb<C: Real, S: Over<C>>(charges: C, inverse: S) -> S {
    inverse.times(charges)
}
