//! From what is written to a molecule: orders of unwritten bonds, hydrogens as atoms, Kekulé form, numbering.

use super::atom::Written;
use super::parse::Draft;
use super::stereo::{self, Drawn};
use super::valence::{implied_hydrogens, is_overloaded, unpaired_electrons};
use crate::chem::rings::Rings;
use crate::chem::valence::total_valence;
use crate::chem::{Atom, Bond, BondOrder, Element, Molecule, kekulize};
use crate::formats::Record;
use crate::formats::scan::{Fault, Line};

/// Hydrogens are atoms, and each costs memory that the text did not: no more of them to an atom than there can be.
const MOST_HYDROGENS: usize = 9;

/// Fills the record with molecule and configuration.
pub(super) fn finish(draft: &Draft<'_>, line: Line<'_>, record: &mut Record) -> Result<(), Fault> {
    let orders = orders(draft, line)?;
    let numbers = Numbers::new(draft, &orders);
    let mut molecule = molecule(draft, &orders, &numbers, line)?;
    if let Err(error) = kekulize::kekulize_as_drawn(&mut molecule) {
        // Aromatic atoms are written, so that there is one with this number.
        let index = numbers.of.iter().position(|&n| n == error.atom).unwrap_or(0);
        let expected = "aromatic atoms that can be drawn with alternating single and double bonds; is a hydrogen ([nH]) or a charge missing?";
        return Err(line.fault(draft.atoms[index].text, expected));
    }
    set_unpaired_electrons(draft, &numbers, &mut molecule);
    for (index, written) in draft.atoms.iter().enumerate() {
        let bonds = used(draft, &orders, index);
        if written.hydrogens.is_none() && !written.aromatic && is_overloaded(written.atom.element, bonds) {
            let number = numbers.of[index] + 1;
            record.notes.push(format!(
                "atom {number} ({}) has bonds that sum up to {bonds}, more than its valences",
                written.text
            ));
        }
    }
    if draft.atoms.iter().any(|a| a.class) {
        record.notes.push("atom classes are not kept".to_owned());
    }
    let drawn = Drawn {
        draft,
        numbers: &numbers,
        line,
    };
    record.configuration = stereo::configuration(&drawn, &molecule, &mut record.notes)?;
    record.molecule = molecule;
    Ok(())
}

/// The order of each bond: an unwritten one between aromatic atoms is aromatic in a ring, and single outside.
fn orders(draft: &Draft<'_>, line: Line<'_>) -> Result<Vec<BondOrder>, Fault> {
    let aromatic = |a: usize| draft.atoms[a].aromatic;
    let written: Vec<BondOrder> = draft
        .bonds
        .iter()
        .map(|b| match b.order {
            Some(order) => order,
            None if b.atoms.iter().all(|&a| aromatic(a)) => BondOrder::Aromatic,
            None => BondOrder::Single,
        })
        .collect();
    if !draft.atoms.iter().any(|a| a.aromatic) && !written.contains(&BondOrder::Aromatic) {
        return Ok(written);
    }
    let bare = Molecule::new(
        draft.atoms.iter().map(|a| a.atom.clone()).collect(),
        draft
            .bonds
            .iter()
            .map(|b| Bond::new(b.atoms[0], b.atoms[1], BondOrder::Single))
            .collect(),
    );
    let rings = Rings::smallest_set(&bare.unwrap_or_default());
    if let Some(chain) = (0..draft.atoms.len()).find(|&a| aromatic(a) && rings.of_atom(a).is_empty()) {
        return Err(line.fault(draft.atoms[chain].text, "an aromatic atom in a ring"));
    }
    let order = |(bond, order): (usize, BondOrder)| match order {
        BondOrder::Aromatic if !rings.of_bond(bond).is_empty() => Ok(order),
        BondOrder::Aromatic if draft.bonds[bond].order.is_none() => Ok(BondOrder::Single),
        BondOrder::Aromatic => Err(line.fault(draft.bonds[bond].text, "an aromatic bond in a ring")),
        _ => Ok(order),
    };
    written.into_iter().enumerate().map(order).collect()
}

/// Sum of an atom's bond orders as written, an aromatic bond counting one.
fn used(draft: &Draft<'_>, orders: &[BondOrder], atom: usize) -> usize {
    let value = |&bond: &usize| match orders[bond] {
        BondOrder::Aromatic => 1,
        BondOrder::Dative => usize::from(draft.bonds[bond].atoms[1] == atom),
        order => order.value() as usize,
    };
    draft.around[atom].iter().map(value).sum()
}

/// Final numbers of the written atoms and of the hydrogens that become atoms.
pub(super) struct Numbers {
    /// Number of each written atom.
    pub of: Vec<usize>,
    /// Number of the first unwritten hydrogen of each written atom, and how many there are.
    pub hydrogens: Vec<(usize, usize)>,
    /// Number of atoms that are not hydrogens of others.
    pub heavy: usize,
    /// Number of all atoms.
    pub count: usize,
}

impl Numbers {
    fn new(draft: &Draft<'_>, orders: &[BondOrder]) -> Self {
        let count = draft.atoms.len();
        let plain: Vec<bool> = (0..count).map(|a| is_plain_hydrogen(draft, orders, a)).collect();
        let mut next = 0;
        let mut of = vec![0; count];
        for atom in (0..count).filter(|&a| !plain[a]) {
            of[atom] = next;
            next += 1;
        }
        let heavy = next;
        let mut hydrogens = vec![(0, 0); count];
        for atom in (0..count).filter(|&a| !plain[a]) {
            for &bond in &draft.around[atom] {
                let [a, b] = draft.bonds[bond].atoms;
                let partner = if a == atom { b } else { a };
                if plain[partner] {
                    of[partner] = next;
                    next += 1;
                }
            }
            let written = &draft.atoms[atom];
            let unwritten = match written.hydrogens {
                Some(stated) => stated,
                None => {
                    let aromatic =
                        written.aromatic || draft.around[atom].iter().any(|&b| orders[b] == BondOrder::Aromatic);
                    implied_hydrogens(written.atom.element, aromatic, used(draft, orders, atom)).unwrap_or(0)
                }
            };
            hydrogens[atom] = (next, unwritten.min(MOST_HYDROGENS));
            next += unwritten.min(MOST_HYDROGENS);
        }
        Self {
            of,
            hydrogens,
            heavy,
            count: next,
        }
    }
}

/// A hydrogen written as an atom that might as well have been left to its partner.
fn is_plain_hydrogen(draft: &Draft<'_>, orders: &[BondOrder], index: usize) -> bool {
    let written = &draft.atoms[index];
    let [bond] = draft.around[index][..] else { return false };
    let [a, b] = draft.bonds[bond].atoms;
    let partner = &draft.atoms[if a == index { b } else { a }].atom;
    written.atom == Atom::new(Element::H)
        && written.hydrogens == Some(0)
        && partner.element != Element::H
        && orders[bond] == BondOrder::Single
}

fn molecule(draft: &Draft<'_>, orders: &[BondOrder], numbers: &Numbers, line: Line<'_>) -> Result<Molecule, Fault> {
    let mut atoms = vec![Atom::new(Element::H); numbers.count];
    for (written, &number) in draft.atoms.iter().zip(&numbers.of) {
        atoms[number] = written.atom.clone();
    }
    let mut bonds: Vec<Bond> = draft
        .bonds
        .iter()
        .zip(orders)
        .map(|(b, &order)| Bond::new(numbers.of[b.atoms[0]], numbers.of[b.atoms[1]], order))
        .collect();
    for (index, &(first, count)) in numbers.hydrogens.iter().enumerate() {
        let center = numbers.of[index];
        bonds.extend((first..first + count).map(|h| Bond::new(center, h, BondOrder::Single)));
    }
    // Those to hydrogens come last, whether written or not.
    bonds.sort_by_key(|b| {
        let last = b.atoms[0].max(b.atoms[1]);
        if last < numbers.heavy { 0 } else { last }
    });
    Molecule::new(atoms, bonds)
        .map_err(|error| Fault::new(line.number, error.to_string(), "one bond between two different atoms"))
}

/// An atom without brackets is a closed shell; in brackets all hydrogens are written, so that what is missing is missing.
fn set_unpaired_electrons(draft: &Draft<'_>, numbers: &Numbers, molecule: &mut Molecule) {
    let bracketed = |written: &Written<'_>| written.hydrogens.is_some();
    for (index, written) in draft.atoms.iter().enumerate().filter(|(_, w)| bracketed(w)) {
        let atom = numbers.of[index];
        let valence = usize::try_from(total_valence(molecule, atom)).unwrap_or(0);
        let count = unpaired_electrons(written.atom.element, written.atom.formal_charge, valence);
        molecule.set_unpaired_electrons(atom, count);
    }
}
