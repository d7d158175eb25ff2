//! Which atom of the reactant is which of the product, where their bonds differ and their numbers don't tell: the naming under which the fewest
//! bonds break and form (the principle of minimal chemical distance: C. Jochum, J. Gasteiger, I. Ugi, Angew. Chem. Int. Ed. Engl. 1980, 19, 495).
//!
//! Bonds are taken away from both molecules, as few as possible, until the same graph is left. Which of the many ways of taking them away
//! come into question is told by fingerprints of what they leave.

use crate::chem::symmetry::Correspondence;
use crate::chem::{Bond, Molecule};
use crate::linalg::superposition::superpose;
use std::collections::BTreeMap;

/// Most bonds taken away from one molecule.
const MOST_BONDS: usize = 3;

/// Most ways to take them away that are looked at.
const MOST_WAYS: usize = 40_000;

/// Most namings that are compared by the distance of the structures.
const MOST_NAMINGS: usize = 20_000;

/// Rounds in which an atom's fingerprint takes in its neighbours'.
const ROUNDS: usize = 6;

/// A naming, and what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Naming {
    /// For each atom of the first molecule that of the second.
    pub order: Vec<usize>,
    /// Bonds that break.
    pub broken: usize,
    /// Bonds that form.
    pub formed: usize,
}

/// The naming under which the fewest bonds break and form from the first structure to the second one; of equally good ones that under which the
/// structures (Å) are closest. `None` where more than three bonds would have to break or form.
#[must_use]
pub fn naming(first: (&Molecule, &[f64]), second: (&Molecule, &[f64])) -> Option<Naming> {
    let ((own, x), (other, y)) = (first, second);
    let [all, others] = [own, other].map(|molecule| molecule.bonds().len());
    for broken in all.saturating_sub(others)..=MOST_BONDS.min(all) {
        let formed = others + broken - all;
        if formed > MOST_BONDS {
            break;
        }
        let ways = [ways(own, broken)?, ways(other, formed)?];
        if let Some(order) = closest((own, x, &ways[0]), (other, y, &ways[1])) {
            return Some(Naming { order, broken, formed });
        }
    }
    None
}

/// How many bonds break and form under the numbers as they are.
#[must_use]
pub fn changed(first: &Molecule, second: &Molecule) -> usize {
    let missing = |of: &Molecule, in_: &Molecule| {
        let is_missing = |bond: &&Bond| in_.bond_between(bond.atoms[0], bond.atoms[1]).is_none();
        of.bonds().iter().filter(is_missing).count()
    };
    missing(first, second) + missing(second, first)
}

/// Sets of bonds, by the fingerprint of what is left without them.
type Ways = BTreeMap<u64, Vec<Vec<usize>>>;

fn ways(molecule: &Molecule, count: usize) -> Option<Ways> {
    let bonds = molecule.bonds();
    let mut ways = Ways::new();
    let mut chosen: Vec<usize> = (0..count).collect();
    let mut seen = 0;
    loop {
        seen += 1;
        if seen > MOST_WAYS {
            return None;
        }
        ways.entry(fingerprint(molecule, &chosen))
            .or_default()
            .push(chosen.clone());
        // The next set, in lexical order.
        let Some(k) = (0..count).rev().find(|&k| chosen[k] + count - k < bonds.len()) else {
            return Some(ways);
        };
        chosen[k] += 1;
        for later in k + 1..count {
            chosen[later] = chosen[later - 1] + 1;
        }
    }
}

/// A number that is the same for isomorphic graphs, and mostly different for others.
fn fingerprint(molecule: &Molecule, without: &[usize]) -> u64 {
    let mut colours: Vec<u64> = molecule
        .atoms()
        .iter()
        .map(|atom| mixed(u64::from(atom.element.atomic_number()) + 1000 * u64::from(atom.isotope.unwrap_or(0))))
        .collect();
    let kept: Vec<[usize; 2]> = molecule
        .bonds()
        .iter()
        .enumerate()
        .filter(|(k, _)| !without.contains(k))
        .map(|(_, bond)| bond.atoms)
        .collect();
    for _ in 0..ROUNDS {
        // Sums do not depend on the neighbours' order.
        let mut around = vec![0_u64; colours.len()];
        for &[a, b] in &kept {
            around[a] = around[a].wrapping_add(mixed(colours[b]));
            around[b] = around[b].wrapping_add(mixed(colours[a]));
        }
        for (colour, sum) in colours.iter_mut().zip(around) {
            *colour = mixed(colour.rotate_left(17) ^ sum);
        }
    }
    colours.iter().fold(0, |sum, &colour| sum.wrapping_add(mixed(colour)))
}

/// Spreads every bit over all others (the finalizer of G. L. Steele, D. Lea, C. H. Flood, OOPSLA 2014).
fn mixed(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// Of all namings of what is left on both sides that under which the structures are closest.
fn closest(first: (&Molecule, &[f64], &Ways), second: (&Molecule, &[f64], &Ways)) -> Option<Vec<usize>> {
    let ((own, x, ways), (other, y, other_ways)) = (first, second);
    let mut left = MOST_NAMINGS;
    let mut best: Option<(f64, Vec<usize>)> = None;
    for (fingerprint, sets) in ways {
        let others = other_ways.get(fingerprint).map_or(&[][..], Vec::as_slice);
        for (set, other_set) in sets.iter().flat_map(|set| others.iter().map(move |other| (set, other))) {
            if left == 0 {
                break;
            }
            let Ok(correspondence) = Correspondence::between(&without(own, set), &without(other, other_set)) else {
                continue;
            };
            let namings = correspondence.some_mappings(left);
            left -= namings.len();
            for order in namings {
                let moved = super::order::permuted(y, &order);
                let distance = superpose(x, &moved, None).map_or(f64::INFINITY, |found| found.rmsd);
                if best.as_ref().is_none_or(|(least, _)| distance < *least) {
                    best = Some((distance, order));
                }
            }
        }
    }
    best.map(|(_, order)| order)
}

fn without(molecule: &Molecule, bonds: &[usize]) -> Molecule {
    let kept = molecule.bonds().iter().enumerate().filter(|(k, _)| !bonds.contains(k));
    let kept = kept.map(|(_, bond)| *bond).collect();
    // Fewer bonds can't collide.
    Molecule::new(molecule.atoms().to_vec(), kept).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chem::{Atom, BondOrder, Element};

    fn molecule(symbols: &str, bonds: &[[usize; 2]]) -> Molecule {
        let symbols = symbols.chars().map(|c| c.to_string());
        let atoms = symbols.map(|s| Atom::new(Element::from_symbol(&s).unwrap()));
        let bonds = bonds.iter().map(|&[a, b]| Bond::new(a, b, BondOrder::Single));
        Molecule::new(atoms.collect(), bonds.collect()).unwrap()
    }

    fn places(atoms: usize) -> Vec<f64> {
        (0..3 * atoms).map(|c| (1.9 * c as f64).sin() + c as f64).collect()
    }

    /// Methanol falls apart into formaldehyde and hydrogen, whose atoms are listed backwards.
    #[test]
    fn the_fewest_bonds_break_and_form() {
        let methanol = molecule("COHHHH", &[[0, 1], [0, 2], [0, 3], [0, 4], [1, 5]]);
        let apart = molecule("HHHHOC", &[[5, 4], [3, 5], [2, 5], [1, 0]]);
        let x = places(6);
        let found = naming((&methanol, &x), (&apart, &x)).unwrap();
        assert_eq!((found.broken, found.formed), (2, 1));
        assert_eq!(found.order[..2], [5, 4]);
        // The hydroxyl hydrogen and one of the methyl group's go into the molecule of hydrogen.
        let partners = [2, 3, 4, 5].map(|a| found.order[a]);
        assert!(partners[3] < 2, "{partners:?}");
        assert_eq!(partners[..3].iter().filter(|&&a| a < 2).count(), 1, "{partners:?}");
        let renamed = |a: usize, b: usize| apart.bond_between(found.order[a], found.order[b]).is_some();
        let kept = methanol
            .bonds()
            .iter()
            .filter(|bond| renamed(bond.atoms[0], bond.atoms[1]))
            .count();
        assert_eq!(kept, 3);
        assert_eq!(changed(&methanol, &methanol), 0);
    }

    #[test]
    fn the_same_bonds_need_none_and_the_places_decide() {
        let water = molecule("OHH", &[[0, 1], [0, 2]]);
        let other = molecule("HOH", &[[0, 1], [1, 2]]);
        let x = [0.0, 0.0, 0.0, 0.9, 0.0, 0.0, -0.3, 1.3, 0.0];
        let y = [-0.3, 1.3, 0.0, 0.0, 0.0, 0.0, 0.9, 0.0, 0.0];
        let found = naming((&water, &x), (&other, &y)).unwrap();
        assert_eq!(
            (found.order.as_slice(), found.broken + found.formed),
            ([1, 2, 0].as_slice(), 0)
        );
    }

    #[test]
    fn what_has_hardly_a_bond_in_common_has_no_naming() {
        let chain = molecule("ONCSFP", &[[0, 1], [1, 2], [2, 3], [3, 4], [4, 5]]);
        let other = molecule("ONCSFP", &[[0, 2], [0, 3], [1, 3], [1, 4], [2, 5]]);
        let x = places(6);
        assert_eq!(naming((&chain, &x), (&other, &x)), None);
    }
}
