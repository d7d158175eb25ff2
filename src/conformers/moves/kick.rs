//! Displacing all atoms at random (D. J. Wales and J. P. K. Doye, J. Phys. Chem. A 1997, 101, 5111).

use rand::RngExt;
use rand::rngs::ChaCha8Rng;

/// Longest displacement along an axis at the usual size, Å: enough to turn a ring atom over, not enough to break a bond for good.
const LONGEST: f64 = 0.5;

/// Moves every coordinate by up to `size` times half an ångström.
pub(super) fn kick(x: &mut [f64], size: f64, random: &mut ChaCha8Rng) {
    let longest = LONGEST * size;
    for c in x {
        *c += random.random_range(-longest..longest);
    }
}
