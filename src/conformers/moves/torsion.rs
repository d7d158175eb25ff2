//! Turning rotors (Z. Li and H. A. Scheraga, Proc. Natl. Acad. Sci. USA 1987, 84, 6611).

use crate::conformers::rotors::Rotor;
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use std::f64::consts::PI;

/// How much less often a conjugated bond is turned than another one.
const STIFF: f64 = 0.3;
/// A conjugated bond is turned over, give or take this (radian).
const STIFF_SPREAD: f64 = 0.5;

/// Turns one rotor, and with falling probability further ones. A soft one gets any dihedral: the draw does not depend on where it was, so
/// that no state is out of reach.
pub(super) fn turn_some(rotors: &[Rotor], x: &mut [f64], size: f64, random: &mut ChaCha8Rng) {
    let further = (0.5 * size).min(0.8);
    for _ in 0..rotors.len() {
        let rotor = draw(rotors, random);
        if rotor.stiff {
            rotor.turn(x, PI + random.random_range(-STIFF_SPREAD..STIFF_SPREAD));
        } else {
            rotor.set(x, random.random_range(-PI..PI));
        }
        if random.random::<f64>() >= further {
            return;
        }
    }
}

fn draw<'a>(rotors: &'a [Rotor], random: &mut ChaCha8Rng) -> &'a Rotor {
    loop {
        let rotor = &rotors[random.random_range(0..rotors.len())];
        if !rotor.stiff || random.random::<f64>() < STIFF {
            return rotor;
        }
    }
}
