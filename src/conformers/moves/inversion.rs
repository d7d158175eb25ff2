//! Inversion of three-coordinate atoms with a lone pair.

use crate::chem::Molecule;
use crate::chem::aromaticity::Aromaticity;
use crate::chem::hybridization::Hybridization;
use crate::chem::rings::Rings;
use crate::geometry::Vector;

/// Nitrogen atoms that can turn over, each with its three neighbours. Phosphorus and sulfur keep their configuration at room temperature.
#[must_use]
pub fn inverting_atoms(molecule: &Molecule) -> Vec<[usize; 4]> {
    let aromaticity = Aromaticity::perceive(molecule, &Rings::smallest_set(molecule));
    let hybridizations = Hybridization::of_all(molecule, &aromaticity);
    let inverts = |a: usize| {
        let &[i, j, k] = molecule.neighbors(a) else { return None };
        let heavy = [i, j, k]
            .iter()
            .filter(|n| molecule.element(n.atom).atomic_number() > 1)
            .count();
        // With two hydrogens a turn does the same.
        let fits = molecule.element(a).symbol() == "N" && hybridizations[a] == Hybridization::Sp3 && heavy > 1;
        fits.then_some([a, i.atom, j.atom, k.atom])
    };
    (0..molecule.len()).filter_map(inverts).collect()
}

/// Reflects the first atom through the plane of the other three, which leaves its bonds as long as they were.
pub(super) fn invert([atom, i, j, k]: [usize; 4], x: &mut [f64]) {
    let origin = Vector::of(x, i);
    let normal = (Vector::of(x, j) - origin).cross(Vector::of(x, k) - origin);
    let square = normal.square();
    if square < 1e-8 {
        return;
    }
    let here = Vector::of(x, atom);
    let height = (here - origin).dot(normal) / square;
    let there = here - normal.times(2.0 * height);
    x[3 * atom..3 * atom + 3].copy_from_slice(&there.0);
}
