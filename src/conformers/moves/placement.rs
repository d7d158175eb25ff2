//! Setting one molecule of several down anew beside the others, as in searches for the structures of complexes (D. J. Wales and M. P. Hodges, Chem.
//! Phys. Lett. 1998, 286, 65).

use crate::chem::Molecule;
use crate::geometry::Vector;
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use rand_distr::{Distribution, UnitSphere};
use std::f64::consts::PI;

/// How much farther than bonded atoms are those of two molecules put, Å: somewhat nearer than they touch, which a minimization sets right.
const GAP: f64 = 1.4;

/// How often a molecule is only turned, and stays on its side of the others.
const ROLLED: f64 = 0.5;

/// One molecule of several.
#[derive(Clone, Debug)]
pub(super) struct Part {
    atoms: Vec<usize>,
    others: Vec<usize>,
}

/// The molecules that a complex is made of; none where there is only one.
pub(super) fn parts(molecule: &Molecule) -> Vec<Part> {
    let (part_of, count) = molecule.fragments();
    let of = |part: usize| (0..molecule.len()).partition(|&a| part_of[a] == part);
    let parts = (0..count).map(|part| {
        let (atoms, others) = of(part);
        Part { atoms, others }
    });
    parts.filter(|part| !part.others.is_empty()).collect()
}

/// Turns a molecule at random and moves it towards the others, from a random side or from its own, until it touches them. `radii`: covalent ones, Å.
pub(super) fn set_down(part: &Part, radii: &[f64], x: &mut [f64], random: &mut ChaCha8Rng) {
    let (own, rest) = (centre(&part.atoms, x), centre(&part.others, x));
    let offset = own - rest;
    let mut side = Vector(UnitSphere.sample(random));
    if random.random::<f64>() < ROLLED && offset.square() > 1e-6 {
        side = offset.times(offset.square().sqrt().recip());
    }
    let (axis, angle) = (Vector(UnitSphere.sample(random)), random.random_range(-PI..PI));
    let turned: Vec<Vector<f64>> = part
        .atoms
        .iter()
        .map(|&a| (Vector::of(x, a) - own).turned(axis, angle))
        .collect();
    let mut farthest = f64::NEG_INFINITY;
    for (&a, at) in part.atoms.iter().zip(&turned) {
        for &b in &part.others {
            let apart = radii[a] + radii[b] + GAP;
            farthest = farthest.max(contact(*at - (Vector::of(x, b) - rest), side, apart));
        }
    }
    // Where nothing is met on the way they pass through each other's middle.
    let origin = rest + side.times(if farthest.is_finite() { farthest } else { 0.0 });
    for (&a, at) in part.atoms.iter().zip(turned) {
        x[3 * a..3 * a + 3].copy_from_slice(&(origin + at).0);
    }
}

/// How far along a direction (of length 1) a point has to be moved, at most, to be at a distance from the origin; minus infinity where it never is.
fn contact(from: Vector<f64>, direction: Vector<f64>, distance: f64) -> f64 {
    let along = from.dot(direction);
    let square = distance * distance - (from.square() - along * along);
    if square >= 0.0 {
        square.sqrt() - along
    } else {
        f64::NEG_INFINITY
    }
}

fn centre(atoms: &[usize], x: &[f64]) -> Vector<f64> {
    let sum = atoms.iter().fold(Vector::zero(), |sum, &a| sum + Vector::of(x, a));
    sum.times(1.0 / atoms.len().max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chem::{Atom, Bond, BondOrder, Element};
    use crate::conformers::search::stream;

    #[test]
    fn a_molecule_is_set_down_whole_and_touching() {
        let atoms = ["O", "H", "H", "O", "H", "H"].map(|s| Atom::new(Element::from_symbol(s).unwrap()));
        let bonds = [(0, 1), (0, 2), (3, 4), (3, 5)].map(|(a, b)| Bond::new(a, b, BondOrder::Single));
        let molecule = Molecule::new(atoms.to_vec(), bonds.to_vec()).unwrap();
        let parts = parts(&molecule);
        assert_eq!(parts.len(), 2);
        let radii: Vec<f64> = molecule.atoms().iter().map(|a| a.element.covalent_radius()).collect();
        let water = [0.0, 0.0, 0.0, 0.96, 0.0, 0.0, -0.24, 0.93, 0.0];
        let x: Vec<f64> = water.iter().copied().chain(water.iter().map(|c| c + 9.0)).collect();
        let distance = |x: &[f64], a: usize, b: usize| (Vector::of(x, a) - Vector::of(x, b)).square().sqrt();
        let mut random = stream(1, 2, 3, 4);
        let mut sides = Vec::new();
        for _ in 0..40 {
            let mut moved = x.clone();
            set_down(&parts[1], &radii, &mut moved, &mut random);
            assert_eq!(moved[..9], x[..9]);
            assert!((distance(&moved, 4, 5) - distance(&x, 4, 5)).abs() < 1e-9);
            let gap = |(a, b): (usize, usize)| distance(&moved, a, b) - radii[a] - radii[b];
            let pairs = (0..3).flat_map(|a| (3..6).map(move |b| (a, b)));
            let nearest = pairs.map(gap).fold(f64::INFINITY, f64::min);
            assert!((nearest - GAP).abs() < 1e-9, "{nearest}");
            sides.push(moved[9] > 0.0);
        }
        assert!(sides.contains(&true) && sides.contains(&false));
    }

    #[test]
    fn a_single_molecule_has_no_parts() {
        let atoms = vec![Atom::new(Element::from_symbol("O").unwrap())];
        assert!(parts(&Molecule::new(atoms, Vec::new()).unwrap()).is_empty());
    }
}
