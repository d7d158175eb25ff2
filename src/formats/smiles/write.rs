//! Writing: Kekulé form, configuration, aromatic form where it reads back as what it was, fragments in order of their text.

use super::emit::emit;
use super::plan::{Parts, Plan};
use super::valence::unpaired_electrons;
use crate::chem::aromaticity::Aromaticity;
use crate::chem::rings::Rings;
use crate::chem::stereo::{self, Configuration, Stereo};
use crate::chem::valence::total_valence;
use crate::chem::{BondMark, BondOrder, Element, Molecule, kekulize};
use crate::formats::Record;
use crate::formats::scan::one_line;

/// Appends a line: the SMILES, and the title where there is one.
pub(in crate::formats) fn write(record: &Record, out: &mut String) -> Result<Vec<String>, String> {
    if record.molecule.is_empty() {
        return Err("it has no atoms".to_owned());
    }
    let mut molecule = record.molecule.clone();
    kekulize::kekulize(&mut molecule).map_err(|error| error.to_string())?;
    let mut notes = Vec::new();
    let undrawn: Vec<usize> = (0..molecule.len()).map(|a| undrawn_hydrogens(&molecule, a)).collect();
    let missing: usize = undrawn.iter().sum();
    if missing > 0 {
        notes.push(format!(
            "{missing} hydrogen atoms that the input leaves out are part of the SMILES"
        ));
    }
    let rings = Rings::smallest_set(&molecule);
    let parts = Parts {
        configuration: configuration(record, &molecule),
        aromatic: aromatic_form(&molecule, &rings),
        molecule,
        rings,
        undrawn,
    };
    let mut texts: Vec<String> = Plan::of_fragments(&parts)
        .map(|plan| emit(&parts, &plan, &mut notes))
        .collect();
    texts.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    out.push_str(&texts.join("."));
    let title = one_line(&record.name);
    if !title.is_empty() {
        out.push(' ');
        out.push_str(&title);
    }
    out.push('\n');
    notes.sort_unstable();
    notes.dedup();
    Ok(notes)
}

/// Hydrogens that a drawing leaves to its reader: valences of the usual elements that neither bonds nor stated unpaired electrons fill.
/// A carbon at the end of a multiple bond (carbon monoxide, isocyanides) has a lone pair there.
fn undrawn_hydrogens(molecule: &Molecule, index: usize) -> usize {
    let atom = molecule.atom(index);
    let usual = [Element::C, Element::N, Element::O].contains(&atom.element);
    let valence = usize::try_from(total_valence(molecule, index)).unwrap_or(0);
    let lone_pair = atom.element == Element::C && molecule.degree(index) == 1 && valence > 1;
    let metal = |a: usize| molecule.element(a).is_transition_metal() || molecule.element(a).is_s_block_metal();
    if !usual || lone_pair || atom.unpaired_electrons > 0 || molecule.neighbors(index).iter().any(|n| metal(n.atom)) {
        return 0;
    }
    usize::from(unpaired_electrons(atom.element, atom.formal_charge, valence))
}

/// The configuration that the coordinates have, or else the one that was stated.
fn configuration(record: &Record, molecule: &Molecule) -> Configuration {
    let stated = record.configuration.clone();
    let x = &record.coordinates;
    if x.len() != 3 * molecule.len() || x.len() < 6 {
        return stated.unwrap_or_default();
    }
    let stereo = stated.map_or_else(|| Stereo::find(molecule), |c| c.stereo);
    let mut found = Configuration::of_coordinates(stereo, x);
    let flat = x.chunks_exact(3).all(|atom| (atom[2] - x[2]).abs() < 1e-6);
    for (center, parity) in found.stereo.centers.iter().zip(&mut found.parities).filter(|_| flat) {
        *parity = stereo::parity_from_marks(molecule, center, x);
    }
    for (bond, side) in found.stereo.bonds.iter().zip(&mut found.sides) {
        if molecule.bond(bond.bond).mark == BondMark::CisOrTrans {
            *side = None;
        }
    }
    found
}

/// Which atoms and bonds are written as aromatic; nothing where the molecule would not be read back as it is.
fn aromatic_form(molecule: &Molecule, rings: &Rings) -> (Vec<bool>, Vec<bool>) {
    let none = (vec![false; molecule.len()], vec![false; molecule.bonds().len()]);
    let found = Aromaticity::perceive(molecule, rings);
    let bonds: Vec<bool> = (0..molecule.bonds().len()).map(|b| found.is_aromatic_bond(b)).collect();
    let mut atoms = none.0.clone();
    let mut drawn = molecule.clone();
    for (bond, _) in bonds.iter().enumerate().filter(|(_, aromatic)| **aromatic) {
        drawn.set_bond_order(bond, BondOrder::Aromatic);
        for atom in molecule.bond(bond).atoms {
            atoms[atom] = true;
        }
    }
    let known = |a: usize| matches!(molecule.element(a).atomic_number(), 5..=8 | 14..=16 | 33 | 34 | 52);
    if (0..molecule.len()).any(|a| atoms[a] && !known(a)) || kekulize::kekulize_as_drawn(&mut drawn).is_err() {
        return none;
    }
    let same = (0..molecule.len()).all(|a| total_valence(&drawn, a) == total_valence(molecule, a));
    if same { (atoms, bonds) } else { none }
}
