//! Bonds to metals, drawn after the ligands: a ligand atom with a negative charge gets a single bond, any other a dative
//! one. The charges move along the single bonds, so that PtCl₂(NH₃)₂ has a neutral platinum with two dative bonds.

use super::connectivity::{Contact, coordinates_donors};
use crate::chem::{Atom, Bond, BondOrder, Element};

/// Turns the dative bonds of metals into single ones where a negative donor can spend its charge.
pub(super) fn draw(elements: &[Element], contacts: &[Contact], atoms: &mut [Atom], mut bonds: Vec<Bond>) -> Vec<Bond> {
    let metal_of = |contact: &Contact| {
        let [a, b] = contact.atoms;
        match (coordinates_donors(elements[a]), coordinates_donors(elements[b])) {
            (true, false) => Some((a, b)),
            (false, true) => Some((b, a)),
            _ => None,
        }
    };
    let mut order: Vec<usize> = (0..contacts.len()).collect();
    order.sort_by(|&a, &b| contacts[a].ratio.total_cmp(&contacts[b].ratio).then(a.cmp(&b)));
    for index in order {
        match metal_of(&contacts[index]) {
            Some((metal, donor)) if atoms[donor].formal_charge < 0 => {
                atoms[donor].formal_charge += 1;
                atoms[metal].formal_charge = atoms[metal].formal_charge.saturating_sub(1);
                bonds[index].order = BondOrder::Single;
            }
            // A dative bond points from the donor to the metal.
            Some((metal, donor)) => bonds[index].atoms = [donor, metal],
            None if contacts[index].atoms.iter().all(|&a| coordinates_donors(elements[a])) => {
                bonds[index].order = BondOrder::Single;
            }
            None => {}
        }
    }
    bonds
}
