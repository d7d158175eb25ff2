//! Children of two minima: some dihedrals of one, the others of the other (R. S. Judson et al., J. Comput. Chem. 1993, 14, 1407).

use crate::conformers::rotors::Rotor;
use rand::RngExt;
use rand::rngs::ChaCha8Rng;

/// Takes the dihedrals of one side of a random rotor over from the partner, the rotor itself included. What is folded well on one
/// side of a bond stays together.
pub(super) fn cross(rotors: &[Rotor], x: &mut [f64], partner: &[f64], random: &mut ChaCha8Rng) {
    let cut = &rotors[random.random_range(0..rotors.len())];
    let from_outside = random.random::<bool>();
    for rotor in rotors {
        let inside = rotor.axis.iter().any(|a| cut.moving.contains(a));
        if inside != from_outside || rotor == cut {
            rotor.set(x, rotor.dihedral(partner));
        }
    }
}
