//! Tripos MOL2: sections `MOLECULE`, `ATOM` and `BOND`; substructures live on in the atoms' sites, other sections are left.
//!
//! The format has no formal charges; see [`super::mol2_types`] for what the atom types say of them. A record without partial
//! charges is written with its formal charges in their column, and a column of whole numbers is read as formal charges.

use super::mol::connect;
use super::mol2_types;
use super::scan::{Ending, Fault, Line, Lines, fields, one_line, push_fixed};
use super::species::from_symbol;
use super::{AtomSite, Connectivity, Record, xyz_comment};
use crate::chem::{Atom, Bond, BondOrder, Molecule};
use std::collections::BTreeMap;
use std::fmt::Write;

const SECTION: &str = "@<TRIPOS>";
/// Types that stand for no atom of known element.
const PLACEHOLDERS: [&str; 6] = ["du", "lp", "any", "hal", "het", "hev"];

/// The sections' contents in the making.
#[derive(Default)]
struct Draft<'a> {
    atoms: Vec<Atom>,
    types: Vec<&'a str>,
    numbers: BTreeMap<usize, usize>,
    coordinates: Vec<f64>,
    sites: Vec<AtomSite>,
    charges: Vec<f64>,
    bonds: Vec<Bond>,
    bond_lines: Vec<usize>,
    /// Bond lines, those of type "not connected" too.
    bonds_stated: usize,
    bond_section: bool,
}

/// Understands one molecule.
pub(super) fn parse(text: &str, ending: Ending) -> Result<Record, Fault> {
    let mut lines = Lines::new(text);
    let mut record = Record::default();
    let opening = lines.find(|l| !l.text.trim().is_empty());
    let opening = opening.ok_or_else(|| Fault::new(1, ending.words(), "'@<TRIPOS>MOLECULE'"))?;
    if opening.text.trim_end() != "@<TRIPOS>MOLECULE" {
        return Err(opening.fault(opening.text.trim(), "'@<TRIPOS>MOLECULE'"));
    }
    let (counts_line, atom_count, bond_count) = read_molecule(&mut lines, ending, &mut record)?;
    let mut draft = Draft::default();
    let mut section = String::new();
    let mut others: Vec<String> = Vec::new();
    for line in lines {
        let text = line.text.trim();
        if let Some(name) = text.strip_prefix(SECTION) {
            section = name.trim().to_ascii_uppercase();
            draft.bond_section |= section == "BOND";
            if !matches!(section.as_str(), "ATOM" | "BOND" | "SUBSTRUCTURE") && others.len() < 8 {
                others.push(section.clone());
            }
        } else if !text.is_empty() && !text.starts_with('#') {
            match section.as_str() {
                "ATOM" => read_atom(line, &mut draft)?,
                "BOND" => read_bond(line, &mut draft)?,
                _ => {}
            }
        }
    }
    let check = |what: &str, stated: Option<usize>, found: usize| match stated {
        Some(stated) if stated != found => Err(Fault::new(
            counts_line,
            format!("{found} {what} in the record"),
            format!("{stated}, as the MOLECULE section says"),
        )),
        _ => Ok(()),
    };
    check("atoms", Some(atom_count), draft.atoms.len())?;
    check("bonds", bond_count, draft.bond_lines.len())?;
    if atom_count == 0 {
        return Err(Fault::new(counts_line, "0 atoms", "at least one atom"));
    }
    if !others.is_empty() {
        record.notes.push(format!("sections not kept: {}", others.join(", ")));
    }
    record.connectivity = if draft.bond_section || bond_count.is_some() || atom_count == 1 {
        Connectivity::Given
    } else {
        Connectivity::Absent
    };
    finish(draft, record)
}

/// The `MOLECULE` section: name, counts, type, charge type, status, comment. Gives the counts and their line.
fn read_molecule(
    lines: &mut Lines<'_>,
    ending: Ending,
    record: &mut Record,
) -> Result<(usize, usize, Option<usize>), Fault> {
    let end = |lines: &Lines<'_>, expected: &str| Fault::new(lines.number(), ending.words(), expected);
    let name = lines.next().ok_or_else(|| end(lines, "the molecule's name"))?;
    name.text.trim().clone_into(&mut record.name);
    if record.name.chars().all(|c| c == '*') {
        record.name.clear();
    }
    let expected = "the number of atoms";
    let counts = lines.next().ok_or_else(|| end(lines, expected))?;
    let mut parts = fields(counts.text);
    let atoms = parts.next().ok_or_else(|| counts.fault_at_end(expected))?;
    let atoms: usize = counts.integer(atoms, expected)?;
    let bonds = parts
        .next()
        .map(|b| counts.integer(b, "the number of bonds"))
        .transpose()?;
    // Molecule type, charge type, status bits and comment: only the comment says something that is not elsewhere.
    for k in 0..4 {
        match lines.peek() {
            Some(line) if !line.text.starts_with(SECTION) => {
                if k == 3 {
                    let comment = xyz_comment::parse(line.text);
                    record.comment = comment.name;
                    record.fields = comment.pairs;
                }
                lines.next();
            }
            _ => break,
        }
    }
    Ok((counts.number, atoms, bonds))
}

fn read_atom<'a>(line: Line<'a>, draft: &mut Draft<'a>) -> Result<(), Fault> {
    let mut parts = fields(line.text);
    let position = draft.atoms.len() + 1;
    let mut next = |what: &str| {
        parts
            .next()
            .ok_or_else(|| line.fault_at_end(format!("the {what} of atom {position}")))
    };
    let part = next("number")?;
    let number = line.integer(part, "an atom number")?;
    let name = next("name")?;
    for axis in ['x', 'y', 'z'] {
        let part = next(&format!("{axis} coordinate"))?;
        draft.coordinates.push(line.coordinate(part, axis)?);
    }
    let kind = next("type")?;
    let symbol = kind.split('.').next().unwrap_or(kind);
    let placeholder = PLACEHOLDERS.iter().any(|p| symbol.eq_ignore_ascii_case(p));
    let atom = from_symbol(symbol).filter(|_| !placeholder).ok_or_else(|| {
        line.fault(
            kind,
            format!("an atom type of atom {position} that begins with an element symbol, such as C.3"),
        )
    })?;
    let residue_number = parts.next();
    let residue_name = parts.next();
    if let Some(charge) = parts.next() {
        let charge = super::scan::float(charge)
            .filter(|c| c.is_finite())
            .ok_or_else(|| line.fault(charge, format!("the partial charge of atom {position}")))?;
        draft.charges.push(charge);
    }
    if draft.numbers.insert(number, draft.atoms.len()).is_some() {
        return Err(line.fault(part, "an atom number that was not used before"));
    }
    draft.sites.push(AtomSite {
        name: name.to_owned(),
        residue_name: residue_name.unwrap_or("UNL").to_owned(),
        residue_number: residue_number.and_then(|n| n.parse().ok()).unwrap_or(1),
        insertion_code: ' ',
        chain: ' ',
        hetero: true,
        occupancy: 1.0,
        temperature_factor: 0.0,
    });
    draft.types.push(kind);
    draft.atoms.push(atom);
    Ok(())
}

fn read_bond(line: Line<'_>, draft: &mut Draft<'_>) -> Result<(), Fault> {
    let mut parts = fields(line.text);
    let mut next = |what: &str| parts.next().ok_or_else(|| line.fault_at_end(what));
    next("a bond number")?;
    let mut ends = [0; 2];
    for end in &mut ends {
        let expected = "the number of an atom of this molecule";
        let part = next(expected)?;
        let number: usize = line.integer(part, expected)?;
        *end = *draft.numbers.get(&number).ok_or_else(|| line.fault(part, expected))?;
    }
    let expected = "a bond type 1, 2, 3, am, ar, du, un or nc";
    let kind = next(expected)?;
    let order = match kind.to_ascii_lowercase().as_str() {
        "1" | "am" => Some(BondOrder::Single),
        "2" => Some(BondOrder::Double),
        "3" => Some(BondOrder::Triple),
        "4" => Some(BondOrder::Quadruple),
        "ar" => Some(BondOrder::Aromatic),
        "un" | "du" => Some(BondOrder::Unknown),
        // "Not connected": a line without a bond.
        "nc" => None,
        _ => return Err(line.fault(kind, expected)),
    };
    draft.bonds_stated += 1;
    if let Some(order) = order {
        draft.bond_lines.push(line.number);
        draft.bonds.push(Bond::new(ends[0], ends[1], order));
    }
    Ok(())
}

fn finish(draft: Draft<'_>, mut record: Record) -> Result<Record, Fault> {
    let mut molecule = connect(draft.atoms, draft.bonds, &draft.bond_lines)?;
    if let Some(charges) = whole_charges(&molecule, &draft.types, &draft.charges) {
        for (atom, charge) in charges.into_iter().enumerate() {
            molecule.set_formal_charge(atom, charge);
        }
        let note = "mol2 has no formal charges: taken from the charge column, since all are whole numbers";
        record.notes.push(note.to_owned());
    } else {
        if mol2_types::assign_charges(&mut molecule, &draft.types) {
            record
                .notes
                .push("mol2 has no formal charges: set by the atom types".to_owned());
        }
        if draft.charges.len() == molecule.len() {
            record.partial_charges = draft.charges;
        }
    }
    record.molecule = molecule;
    record.coordinates = draft.coordinates;
    record.sites = draft.sites;
    Ok(record)
}

/// The charge column where it holds formal charges: whole numbers, not all zero, in a molecule whose charged groups
/// need no drawing.
fn whole_charges(molecule: &Molecule, types: &[&str], charges: &[f64]) -> Option<Vec<i8>> {
    let to_draw = molecule
        .bonds()
        .iter()
        .any(|b| b.order == BondOrder::Aromatic && b.atoms.iter().any(|&a| matches!(types[a], "O.co2" | "C.cat")));
    if to_draw || charges.len() != molecule.len() || charges.iter().all(|&c| c == 0.0) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "a whole number from -15 to 15")]
    let whole = |&c: &f64| (c.fract() == 0.0 && c.abs() <= 15.0).then_some(c as i8);
    charges.iter().map(whole).collect()
}

/// Appends a molecule.
pub(super) fn write(record: &Record, out: &mut String) -> Result<Vec<String>, String> {
    let molecule = &record.molecule;
    let mut notes = Vec::new();
    let types = mol2_types::types(molecule);
    let name = one_line(&record.name);
    let partial = record.partial_charges.len() == molecule.len();
    let formal = !partial && molecule.atoms().iter().any(|a| a.formal_charge != 0);
    let charge_type = if partial || formal {
        "USER_CHARGES"
    } else {
        "NO_CHARGES"
    };
    if partial {
        check_charges(molecule, &types, &mut notes);
    }
    // A name must not look like a section, nor be missing.
    let name = if name.is_empty() {
        "*****".to_owned()
    } else {
        name.replace(SECTION, "")
    };
    // Writing to a String cannot fail.
    let _infallible = writeln!(
        out,
        "{SECTION}MOLECULE\n{name}\n{} {} 1\nSMALL\n{charge_type}",
        molecule.len(),
        molecule.bonds().len()
    );
    let pairs: Vec<_> = record.fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    if !pairs.is_empty() || !record.comment.is_empty() {
        out.push('\n');
        xyz_comment::write(&one_line(&record.comment), &pairs, out);
        out.push('\n');
    }
    let _infallible = writeln!(out, "{SECTION}ATOM");
    for (k, (atom, xyz)) in molecule
        .atoms()
        .iter()
        .zip(record.coordinates.chunks_exact(3))
        .enumerate()
    {
        let site = record.sites.get(k);
        let name = site.map_or_else(|| format!("{}{}", atom.element, k + 1), |s| word(&s.name, "X"));
        let _infallible = write!(out, "{:>7} {name:<6}", k + 1);
        for &x in xyz {
            out.push(' ');
            push_fixed(out, x, 11, 6);
        }
        let residue = site.map_or_else(|| "UNL1".to_owned(), |s| word(&s.residue_name, "UNL"));
        let number = site.map_or(1, |s| s.residue_number);
        let _infallible = write!(out, " {:<6} {number:>3} {residue:<5}", types[k]);
        if partial {
            out.push(' ');
            push_fixed(out, record.partial_charges[k], 9, 4);
        } else if formal {
            out.push(' ');
            push_fixed(out, f64::from(atom.formal_charge), 9, 4);
        }
        out.truncate(out.trim_end().len());
        out.push('\n');
    }
    let connected = !molecule.bonds().is_empty() || record.connectivity == Connectivity::Given;
    if connected {
        let _infallible = writeln!(out, "{SECTION}BOND");
    }
    for (k, bond) in molecule.bonds().iter().enumerate() {
        let [a, b] = bond.atoms;
        let amide = |n: usize, c: usize| types[n] == "N.am" && types[c] == "C.2";
        let kind = match bond.order {
            BondOrder::Single if amide(a, b) || amide(b, a) => "am",
            BondOrder::Single => "1",
            BondOrder::Double => "2",
            BondOrder::Triple => "3",
            BondOrder::Aromatic => "ar",
            BondOrder::Dative => "un",
            BondOrder::Quadruple | BondOrder::Unknown => "un",
        };
        if matches!(bond.order, BondOrder::Quadruple | BondOrder::Dative) {
            notes.push(format!("mol2 has no type for bond {}: written as unknown", k + 1));
        }
        let _infallible = writeln!(out, "{:>6} {:>5} {:>5} {kind}", k + 1, a + 1, b + 1);
    }
    Ok(notes)
}

/// Notes charges that reading the written file would not bring back.
fn check_charges(molecule: &Molecule, types: &[&str], notes: &mut Vec<String>) {
    let mut again = molecule.clone();
    for atom in 0..again.len() {
        again.set_formal_charge(atom, 0);
    }
    mol2_types::assign_charges(&mut again, types);
    let lost: Vec<String> = (0..molecule.len())
        .filter(|&k| again.atom(k).formal_charge != molecule.atom(k).formal_charge)
        .map(|k| (k + 1).to_string())
        .collect();
    if !lost.is_empty() {
        notes.push(format!(
            "mol2 carries no formal charges: those of atoms {} can't be told from the atom types",
            lost.join(", ")
        ));
    }
}

/// A text that must be one field.
fn word(text: &str, missing: &str) -> String {
    let word: String = text.split_whitespace().collect::<Vec<_>>().join("_");
    if word.is_empty() { missing.to_owned() } else { word }
}
