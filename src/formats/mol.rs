//! What the molfile versions have in common: header lines, bond types, and which version a record needs.

use super::scan::{Fault, Line, one_line};
use super::species::from_symbol;
use super::{Connectivity, Record, mol_v2000, mol_v3000};
use crate::chem::molecule::MoleculeError::{AbsentAtom, Duplicate, Loop};
use crate::chem::{Atom, Bond, BondMark, BondOrder, Element, Molecule};

/// Program and dimension in the second header line of a record that brings none along. No date: the same input
/// gives the same output.
const HEADER: &str = "  thalweg           3D";

/// More bonds to one atom are a mistake, and make the search for bonds drawn twice slow.
const MOST_BONDS: usize = 200;

/// A connection table in the making.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub atoms: Vec<Atom>,
    pub coordinates: Vec<f64>,
    pub bonds: Vec<Bond>,
    /// Line of each bond, for messages.
    pub bond_lines: Vec<usize>,
    pub parities: Vec<u8>,
    pub chiral: bool,
    pub notes: Vec<String>,
}

impl Draft {
    /// The atom that a symbol stands for; R-groups, atom lists and query atoms are none.
    pub(super) fn atom(&self, symbol: &str) -> Result<Atom, String> {
        from_symbol(symbol).ok_or_else(|| {
            let number = self.atoms.len() + 1;
            let kind = match symbol {
                "R" | "R#" | "RGP" => "R-groups",
                "L" => "atom lists",
                "A" | "Q" | "X" | "M" | "*" | "AH" | "QH" | "XH" | "MH" | "LP" => "query atoms and placeholders",
                s if s.starts_with('[') || s.starts_with("NOT") => "atom lists",
                s if s.starts_with('R') && s[1..].bytes().all(|b| b.is_ascii_digit()) => "R-groups",
                _ => return format!("an element symbol for atom {number}"),
            };
            format!("an element symbol for atom {number} ({kind} have no energy)")
        })
    }

    /// Adds a bond; `ends` count from 1 and were checked to be whole numbers.
    pub(super) fn push_bond(&mut self, ends: [usize; 2], order: BondOrder, mark: BondMark, line: usize) {
        self.bonds.push(Bond {
            mark,
            ..Bond::new(ends[0] - 1, ends[1] - 1, order)
        });
        self.bond_lines.push(line);
    }

    /// Moves everything into the record.
    pub(super) fn finish(self, record: &mut Record) -> Result<(), Fault> {
        record.molecule = connect(self.atoms, self.bonds, &self.bond_lines)?;
        record.coordinates = self.coordinates;
        if self.parities.iter().any(|&p| p != 0) {
            record.parities = self.parities;
        }
        record.chiral = self.chiral;
        record.connectivity = Connectivity::Given;
        record.notes.extend(self.notes);
        Ok(())
    }
}

/// The graph; what is wrong with a bond is placed in its line.
pub(super) fn connect(atoms: Vec<Atom>, bonds: Vec<Bond>, bond_lines: &[usize]) -> Result<Molecule, Fault> {
    let line_of = |bond: usize| bond_lines.get(bond).copied().unwrap_or(1);
    let mut degrees = vec![0usize; atoms.len()];
    for (k, bond) in bonds.iter().enumerate() {
        for &end in &bond.atoms {
            let Some(degree) = degrees.get_mut(end) else { continue };
            *degree += 1;
            if *degree > MOST_BONDS {
                let found = format!("bond number {degree} of atom {}", end + 1);
                return Err(Fault::new(
                    line_of(k),
                    found,
                    format!("at most {MOST_BONDS} bonds to an atom"),
                ));
            }
        }
    }
    Molecule::new(atoms, bonds).map_err(|error| {
        let (AbsentAtom { bond, .. } | Loop { bond, .. } | Duplicate { bond, .. }) = error;
        let line = line_of(bond);
        Fault::new(line, error.to_string(), "one bond between two different atoms")
    })
}

/// The order of a bond type. Query types are none.
pub(super) fn bond_order(kind: u32) -> Option<BondOrder> {
    Some(match kind {
        1 => BondOrder::Single,
        2 => BondOrder::Double,
        3 => BondOrder::Triple,
        4 => BondOrder::Aromatic,
        8 => BondOrder::Unknown,
        9 => BondOrder::Dative,
        _ => return None,
    })
}

/// What [`bond_order`] takes, for messages.
pub(super) const BOND_TYPES: &str = "a bond type 1, 2, 3, 4 (aromatic), 8 (unknown) or 9 (dative)";

/// The type to write for an order; molfiles have none for a quadruple bond.
pub(super) fn bond_type(order: BondOrder) -> u32 {
    match order {
        BondOrder::Single => 1,
        BondOrder::Double => 2,
        BondOrder::Triple => 3,
        BondOrder::Aromatic => 4,
        BondOrder::Quadruple | BondOrder::Unknown => 8,
        BondOrder::Dative => 9,
    }
}

/// Unpaired electrons of a radical code (1 singlet, 2 doublet, 3 triplet).
pub(super) fn unpaired_electrons(code: u8) -> Option<u8> {
    match code {
        0 | 1 => Some(0),
        2 => Some(1),
        3 => Some(2),
        _ => None,
    }
}

/// Reads the three header lines.
pub(super) fn read_header(header: [Line<'_>; 3], record: &mut Record) {
    header[0].text.trim().clone_into(&mut record.name);
    header[1].text.trim_end().clone_into(&mut record.header);
    header[2].text.trim().clone_into(&mut record.comment);
    if record.header.get(20..22) == Some("2D") {
        record
            .notes
            .push("the header says that the coordinates are a drawing (2D)".to_owned());
    }
}

/// Numbers of the bonds C=NH whose configuration the input left open: in guanidines and amidines the proton moves, and a reader is not to take the
/// side that it has in the coordinates for a configuration. Other open ones are what their coordinates have.
fn open_imines(record: &Record) -> Vec<usize> {
    let Some(configuration) = &record.configuration else {
        return Vec::new();
    };
    let molecule = &record.molecule;
    let is_hydrogen = |a: usize| molecule.element(a).atomic_number() == 1;
    let bears_hydrogen =
        |&a: &usize| molecule.element(a) == Element::N && molecule.neighbors(a).iter().any(|n| is_hydrogen(n.atom));
    let sides = configuration.stereo.bonds.iter().zip(&configuration.sides);
    let open = sides.filter(|(bond, side)| side.is_none() && bond.atoms.iter().any(bears_hydrogen));
    open.filter_map(|(bond, _)| molecule.bond_between(bond.atoms[0], bond.atoms[1]))
        .collect()
}

/// Appends the connection table, in the older version where that can hold it, up to and with `M  END`.
pub(super) fn write(record: &Record, out: &mut String) -> Result<Vec<String>, String> {
    let open = open_imines(record);
    if open.is_empty() {
        return write_as_marked(record, out);
    }
    let mut marked = record.clone();
    for bond in open {
        marked.molecule.set_bond_mark(bond, BondMark::CisOrTrans);
    }
    write_as_marked(&marked, out)
}

fn write_as_marked(record: &Record, out: &mut String) -> Result<Vec<String>, String> {
    let molecule = &record.molecule;
    let mut notes = Vec::new();
    let name = one_line(&record.name);
    // Four dollars would end the record.
    if name.starts_with("$$$$") {
        out.push(' ');
    }
    out.push_str(&name);
    out.push('\n');
    write_dimension(record, out);
    out.push_str(&one_line(&record.comment));
    out.push('\n');
    if molecule.len() > 999
        || molecule.bonds().len() > 999
        || molecule.bonds().iter().any(|b| b.order == BondOrder::Dative)
        || !record.coordinates.iter().all(|&x| mol_v2000::fits(x))
    {
        mol_v3000::write(record, out);
    } else {
        mol_v2000::write(record, out);
    }
    for (k, bond) in molecule.bonds().iter().enumerate() {
        if bond.order == BondOrder::Quadruple {
            notes.push(format!(
                "bond {} is quadruple, which molfiles have no type for: written as unknown",
                k + 1
            ));
        }
    }
    Ok(notes)
}

/// The second header line. What was a drawing may have got depth since.
fn write_dimension(record: &Record, out: &mut String) {
    let header = record.header.replace(['\n', '\r'], " ");
    let flat = record.coordinates.iter().skip(2).step_by(3).all(|&z| z == 0.0);
    match (header.get(..20), header.get(20..22)) {
        _ if header.trim().is_empty() => out.push_str(HEADER),
        (Some(start), Some("2D")) if !flat => {
            out.push_str(start);
            out.push_str("3D");
            out.push_str(&header[22..]);
        }
        _ => out.push_str(&header),
    }
    out.push('\n');
}
