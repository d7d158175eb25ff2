//! Molecules of the same atoms with other bonds: what is bonded in a structure, and what two sets of bonds have in common.

use crate::chem::perception::{connectivity, perceive};
use crate::chem::symmetry::formula;
use crate::chem::{Atom, Bond, BondOrder, Element, Molecule};
use crate::coordinates::InternalCoordinates;
use crate::formats::{Connectivity, Format, Record, write};
use crate::hessian::Model;
use crate::linalg::SymmetricMatrix;
use std::collections::BTreeSet;

/// The bonded pairs, atom by atom.
#[must_use]
pub fn bonds(molecule: &Molecule) -> BTreeSet<[usize; 2]> {
    let sorted = |[a, b]: [usize; 2]| [a.min(b), a.max(b)];
    molecule.bonds().iter().map(|bond| sorted(bond.atoms)).collect()
}

/// The bonds of a structure (Å): drawn with orders where that is possible, else bare contacts.
#[must_use]
pub fn bonded_at(molecule: &Molecule, x: &[f64], charge: Option<i32>) -> Molecule {
    let mut atoms = molecule.atoms().to_vec();
    atoms.iter_mut().for_each(|atom| atom.formal_charge = 0);
    let bare = Molecule::new(atoms.clone(), Vec::new()).unwrap_or_default();
    if let Ok(found) = perceive(&bare, x, charge) {
        return found.molecule;
    }
    let elements: Vec<Element> = atoms.iter().map(|atom| atom.element).collect();
    let contacts = connectivity::bonds(&elements, x).unwrap_or_default();
    let bonds = contacts
        .iter()
        .map(|c| Bond::new(c.atoms[0], c.atoms[1], BondOrder::Single));
    Molecule::new(atoms, bonds.collect()).unwrap_or_default()
}

/// All bonds of two molecules of the same atoms, as one molecule.
#[must_use]
pub fn united(molecules: [&Molecule; 2]) -> Molecule {
    let mut bonds: Vec<Bond> = Vec::new();
    for molecule in molecules {
        for bond in molecule.bonds() {
            let [a, b] = bond.atoms;
            if !bonds.iter().any(|known| known.atoms == [a, b] || known.atoms == [b, a]) {
                bonds.push(*bond);
            }
        }
    }
    // Each pair is there once.
    Molecule::new(molecules[0].atoms().to_vec(), bonds).unwrap_or_default()
}

/// The heaviest elements stand for bonds that break and that form.
const MARKS: [&str; 2] = ["Og", "Ts"];

/// Both bonding patterns in one graph: atoms stand in the middle of bonds that are there on one side only. Graphs of equivalent reactions
/// are isomorphic.
#[must_use]
pub fn reaction(sides: [&Molecule; 2]) -> Option<Molecule> {
    let own = sides.map(bonds);
    let mut atoms = sides[0].atoms().to_vec();
    // Charges are drawn in one way or another.
    atoms.iter_mut().for_each(|atom| atom.formal_charge = 0);
    let single = |i, j| Bond::new(i, j, BondOrder::Single);
    let mut all: Vec<Bond> = own[0].intersection(&own[1]).map(|&[i, j]| single(i, j)).collect();
    for side in 0..2 {
        let mark = Atom::new(Element::from_symbol(MARKS[side])?);
        for &[i, j] in own[side].difference(&own[1 - side]) {
            let middle = atoms.len();
            atoms.push(mark.clone());
            all.extend([single(i, middle), single(j, middle)]);
        }
    }
    Molecule::new(atoms, all).ok()
}

/// Guesses of second derivatives (kcal/mol/Å²) while bonds break and form: Lindh's model over the bonds of all these molecules, which
/// falls off with their lengths.
pub fn guess(molecule: Molecule) -> impl FnMut(&[f64]) -> SymmetricMatrix {
    let model = Model::Lindh.prepare(&molecule);
    move |x| model.cartesian(InternalCoordinates::new(&molecule, x).primitives(), x)
}

/// A molecule's canonical SMILES without stereo, as its name in reports; its formula where it has none.
#[must_use]
pub fn smiles(molecule: &Molecule) -> String {
    let record = Record {
        molecule: molecule.clone(),
        connectivity: Connectivity::Given,
        ..Record::default()
    };
    let mut text = String::new();
    match write(&record, Format::Smiles, &mut text) {
        Ok(_) => text.split_whitespace().next().unwrap_or_default().to_owned(),
        Err(_) => formula(molecule),
    }
}
