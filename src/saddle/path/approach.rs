//! Molecules that are to meet, turned towards each other as they will be once they have met.
//!
//! How the parts of a complex lie is left to chance or to weak forces, and no path between it and what is bonded need be a good one. A
//! complex whose parts face each other as in the other end is as good an end of a chain: between the two there is hardly any barrier.

use super::align::align;
use crate::chem::Molecule;
use crate::linalg::LinalgError;

/// Å by which atoms of different parts are farther apart than covalent radii, at the least.
const CLEARANCE: f64 = 1.1;

/// The parts are moved from the middle by so much (Å) at a time, so many times at most.
const PART: f64 = 0.05;
const MOST_PARTS: usize = 100;

/// The parts of `molecule` as they are in `x` (Å), each laid onto where its atoms are in `other` (Å), and moved apart as far as it takes.
/// `None` where there is one part only.
///
/// # Errors
/// Coordinates that are not finite.
pub fn approach(molecule: &Molecule, x: &[f64], other: &[f64]) -> Result<Option<Vec<f64>>, LinalgError> {
    let (part_of, count) = molecule.fragments();
    if count < 2 {
        return Ok(None);
    }
    let mut placed = x.to_vec();
    let mut centres = vec![[0.0; 3]; count];
    for (part, centre) in centres.iter_mut().enumerate() {
        let atoms: Vec<usize> = (0..part_of.len()).filter(|&a| part_of[a] == part).collect();
        let of = |x: &[f64]| -> Vec<f64> {
            atoms
                .iter()
                .flat_map(|&a| [x[3 * a], x[3 * a + 1], x[3 * a + 2]])
                .collect()
        };
        let laid = align(&of(other), &of(x))?;
        for (&atom, p) in atoms.iter().zip(laid.chunks_exact(3)) {
            for k in 0..3 {
                placed[3 * atom + k] = p[k];
                centre[k] += p[k] / atoms.len() as f64;
            }
        }
    }
    let middle: [f64; 3] = std::array::from_fn(|k| centres.iter().map(|c| c[k]).sum::<f64>() / count as f64);
    let directions: Vec<[f64; 3]> = centres.iter().map(|centre| direction(centre, &middle)).collect();
    let mut spread = placed.clone();
    for round in 0..MOST_PARTS {
        let way = PART * round as f64;
        for (atom, &part) in part_of.iter().enumerate() {
            for k in 0..3 {
                spread[3 * atom + k] = placed[3 * atom + k] + way * directions[part][k];
            }
        }
        if is_clear(molecule, &part_of, &spread) {
            break;
        }
    }
    Ok(Some(spread))
}

/// From the middle of all to that of a part, of length 1; zero where one lies in the other.
fn direction(centre: &[f64; 3], middle: &[f64; 3]) -> [f64; 3] {
    let apart: [f64; 3] = std::array::from_fn(|k| centre[k] - middle[k]);
    let length = apart.iter().map(|c| c * c).sum::<f64>().sqrt();
    apart.map(|c| if length > 1e-6 { c / length } else { 0.0 })
}

fn is_clear(molecule: &Molecule, part_of: &[usize], x: &[f64]) -> bool {
    let radius = |a: usize| molecule.element(a).covalent_radius();
    (0..part_of.len()).all(|a| {
        (0..a).filter(|&b| part_of[a] != part_of[b]).all(|b| {
            let square: f64 = (0..3).map(|k| (x[3 * a + k] - x[3 * b + k]).powi(2)).sum();
            square.sqrt() > radius(a) + radius(b) + CLEARANCE
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::align::rmsd;
    use super::*;
    use crate::chem::{Atom, Bond, BondOrder, Element};

    fn molecule(bonds: &[(usize, usize)]) -> Molecule {
        let atoms = ["H", "H", "O"].map(|s| Atom::new(Element::from_symbol(s).unwrap()));
        let bonds = bonds.iter().map(|&(a, b)| Bond::new(a, b, BondOrder::Single)).collect();
        Molecule::new(atoms.to_vec(), bonds).unwrap()
    }

    #[test]
    fn parts_keep_their_shape_and_face_each_other_as_they_will() {
        // Hydrogen beyond the oxygen, and water.
        let apart = [5.0, 5.0, 0.0, 5.0, 5.74, 0.0, 0.0, 0.0, 0.0];
        let water = [0.96, 0.0, 0.0, -0.24, 0.93, 0.0, 0.0, 0.0, 0.0];
        let found = approach(&molecule(&[(0, 1)]), &apart, &water).unwrap().unwrap();
        assert!(rmsd(&found[..6], &apart[..6]).unwrap() < 1e-9);
        let distance = |a: usize, b: usize| {
            (0..3)
                .map(|k| (found[3 * a + k] - found[3 * b + k]).powi(2))
                .sum::<f64>()
                .sqrt()
        };
        // As far from one hydrogen as from the other, and not bonded to any.
        assert!((distance(2, 0) - distance(2, 1)).abs() < 0.2);
        assert!((2.0..3.2).contains(&distance(2, 0)), "{}", distance(2, 0));
    }

    #[test]
    fn a_single_part_is_left_alone() {
        let water = [0.96, 0.0, 0.0, -0.24, 0.93, 0.0, 0.0, 0.0, 0.0];
        assert_eq!(approach(&molecule(&[(0, 2), (1, 2)]), &water, &water).unwrap(), None);
    }
}
