//! The stereo and topology guard: what changed between two geometries of one molecule.

use super::perception::connectivity::{Contact, distance, near_pairs};
use super::stereo::{self, Stereo};
use super::{Bond, BondOrder, Molecule};
use std::fmt;

/// One change. Atoms count from 0 inside and from 1 in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A bond of the graph came apart.
    BondBroken([usize; 2]),
    /// Two atoms that were not bonded came within bonding distance.
    BondFormed([usize; 2]),
    /// A tetrahedral centre turned over.
    TetrahedralInverted(usize),
    /// A double bond turned from cis to trans or back.
    DoubleBondTurned([usize; 2]),
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BondBroken([a, b]) => write!(f, "bond {}-{} broken", a + 1, b + 1),
            Self::BondFormed([a, b]) => write!(f, "new contact within bonding distance {}-{}", a + 1, b + 1),
            Self::TetrahedralInverted(a) => write!(f, "stereocentre {} inverted", a + 1),
            Self::DoubleBondTurned([a, b]) => {
                write!(f, "double bond {}-{} changed between cis and trans", a + 1, b + 1)
            }
        }
    }
}

/// Å beyond the covalent radii where a bond counts as broken; conformers and strained rings stay well below.
const BROKEN: f64 = 0.6;
/// The same for coordination bonds and bonds to metals, which are longer and softer.
const BROKEN_METAL: f64 = 1.0;
/// Å beyond the covalent radii where two atoms that are no neighbours count as bonded.
const FORMED: f64 = 0.25;
/// The same for two neighbours of one atom, which are close in every four-ring.
const FORMED_GEMINAL: f64 = 0.05;

/// Compares two geometries (Å, length 3N) of one molecule: connectivity, tetrahedral and double-bond stereo.
///
/// Connectivity changes only where a length crossed a limit: a bond of the graph that was within it before and is
/// beyond it after, or two other atoms the other way round. Of the centres and double bonds, those count whose turning
/// gives another stereoisomer ([`Stereo::find`] says which), and only where both geometries show a clear configuration.
/// Linear in the number of atoms.
#[must_use]
pub fn changes(molecule: &Molecule, before: &[f64], after: &[f64]) -> Vec<Change> {
    let mut changes = bond_changes(molecule, before, after);
    let stereo = Stereo::find(molecule);
    let differ = |a: Option<_>, b: Option<_>| a.is_some() && b.is_some() && a != b;
    for center in &stereo.centers {
        if differ(stereo::parity(center, before), stereo::parity(center, after)) {
            changes.push(Change::TetrahedralInverted(center.atom));
        }
    }
    let differ = |a: Option<_>, b: Option<_>| a.is_some() && b.is_some() && a != b;
    for bond in &stereo.bonds {
        if differ(stereo::side(bond, before), stereo::side(bond, after)) {
            changes.push(Change::DoubleBondTurned(bond.atoms));
        }
    }
    changes
}

/// The part of [`changes`] that concerns bonds only.
#[must_use]
pub fn bond_changes(molecule: &Molecule, before: &[f64], after: &[f64]) -> Vec<Change> {
    let mut changes = broken_bonds(molecule, before, after);
    changes.extend(formed_bonds(molecule, before, after));
    changes
}

fn radii(molecule: &Molecule, [a, b]: [usize; 2]) -> f64 {
    molecule.element(a).covalent_radius() + molecule.element(b).covalent_radius()
}

fn broken_bonds(molecule: &Molecule, before: &[f64], after: &[f64]) -> Vec<Change> {
    let is_metal = |a: usize| molecule.element(a).is_transition_metal() || molecule.element(a).is_s_block_metal();
    let broken = |bond: &&Bond| {
        let [a, b] = bond.atoms;
        let soft = bond.order == BondOrder::Dative || is_metal(a) || is_metal(b);
        let limit = radii(molecule, bond.atoms) + if soft { BROKEN_METAL } else { BROKEN };
        let within = |x: &[f64]| distance(x, a, b) <= limit;
        within(before) && !within(after)
    };
    let bonds = molecule.bonds().iter().filter(broken);
    bonds.map(|bond| Change::BondBroken(bond.atoms)).collect()
}

fn formed_bonds(molecule: &Molecule, before: &[f64], after: &[f64]) -> Vec<Change> {
    let elements: Vec<_> = molecule.atoms().iter().map(|a| a.element).collect();
    let formed = |contact: &Contact| {
        let [a, b] = contact.atoms;
        if molecule.bond_between(a, b).is_some() {
            return false;
        }
        let geminal = molecule
            .neighbors(a)
            .iter()
            .any(|n| molecule.bond_between(n.atom, b).is_some());
        let limit = radii(molecule, contact.atoms) + if geminal { FORMED_GEMINAL } else { FORMED };
        contact.length < limit && distance(before, a, b) >= limit
    };
    let contacts = near_pairs(&elements, after);
    contacts
        .into_iter()
        .filter(formed)
        .map(|c| Change::BondFormed(c.atoms))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chem::{Atom, Element};

    fn chlorofluoroethene(order: BondOrder) -> Molecule {
        let atoms = ["C", "C", "H", "Cl", "H", "F"].map(|s| Atom::new(Element::from_symbol(s).unwrap()));
        let bonds = [(0, 1), (0, 2), (0, 3), (1, 4), (1, 5)].map(|(a, b)| Bond::new(a, b, BondOrder::Single));
        let mut molecule = Molecule::new(atoms.to_vec(), bonds.to_vec()).unwrap();
        molecule.set_bond_order(0, order);
        molecule
    }

    const TRANS: [f64; 18] = [
        0.0, 0.0, 0.0, 1.33, 0.0, 0.0, -0.5, 0.9, 0.0, -0.9, -1.5, 0.0, 1.83, -0.9, 0.0, 2.0, 1.2, 0.0,
    ];
    const CIS: [f64; 18] = [
        0.0, 0.0, 0.0, 1.33, 0.0, 0.0, -0.5, 0.9, 0.0, -0.9, -1.5, 0.0, 1.83, 0.9, 0.0, 2.0, -1.2, 0.0,
    ];

    #[test]
    fn nothing_changes_without_a_change() {
        assert!(changes(&chlorofluoroethene(BondOrder::Double), &TRANS, &TRANS).is_empty());
    }

    #[test]
    fn double_bond_turns() {
        let found = changes(&chlorofluoroethene(BondOrder::Double), &TRANS, &CIS);
        assert_eq!(found, [Change::DoubleBondTurned([0, 1])]);
        assert_eq!(found[0].to_string(), "double bond 1-2 changed between cis and trans");
        assert!(changes(&chlorofluoroethene(BondOrder::Single), &TRANS, &CIS).is_empty());
    }

    #[test]
    fn bond_breaks_and_contact_forms() {
        let mut after = TRANS;
        // The chlorine leaves the first carbon for the fluorine.
        after[9..12].copy_from_slice(&[3.0, 2.4, 0.0]);
        let found = changes(&chlorofluoroethene(BondOrder::Double), &TRANS, &after);
        assert_eq!(found[..2], [Change::BondBroken([0, 3]), Change::BondFormed([3, 5])]);
    }

    #[test]
    fn center_inverts() {
        let atoms = ["C", "H", "F", "Cl", "Br"].map(|s| Atom::new(Element::from_symbol(s).unwrap()));
        let bonds = (1..5).map(|i| Bond::new(0, i, BondOrder::Single)).collect();
        let molecule = Molecule::new(atoms.to_vec(), bonds).unwrap();
        let before = [
            0.0, 0.0, 0.0, 0.6, 0.6, 0.6, 0.8, -0.8, -0.8, -1.0, 1.0, -1.0, -1.1, -1.1, 1.1,
        ];
        let after: Vec<f64> = before.iter().map(|x| -x).collect();
        assert_eq!(changes(&molecule, &before, &after), [Change::TetrahedralInverted(0)]);
    }

    #[test]
    fn undefined_coordinates_break_everything_and_panic_nowhere() {
        let found = changes(&chlorofluoroethene(BondOrder::Double), &TRANS, &[f64::NAN; 18]);
        assert_eq!(found.len(), 5);
    }
}
