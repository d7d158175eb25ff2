//! Protein Data Bank files: atoms in fixed columns, models as records.
//!
//! `CONECT` lines say which atoms are bonded, but not how: they are left, and bonds are perceived from the coordinates. Names,
//! residues, chains, occupancies and temperature factors are kept in the atoms' sites.

use super::scan::{Ending, Fault, Line, Lines, one_line, push_fixed};
use super::species::{from_symbol, symbol};
use super::{AtomSite, Connectivity, Record, xyz_comment};
use crate::chem::{Atom, Molecule};
use std::collections::BTreeMap;
use std::fmt::Write;

/// What a data field is written as: a remark of the group that was free for any text.
const FIELD: &str = "REMARK   6 ";
/// Columns of a line.
const LINE_WIDTH: usize = 80;
/// Columns of a title line for text.
const TITLE_WIDTH: usize = 70;
/// Serial numbers have five columns.
const MOST_ATOMS: usize = 99_999;

/// Understands one model.
pub(super) fn parse(text: &str, ending: Ending) -> Result<Record, Fault> {
    let mut record = Record::default();
    let mut atoms = Vec::new();
    let mut alternates = Alternates::default();
    let mut conect = false;
    let mut first = None;
    let mut last = 1;
    for line in Lines::new(text) {
        last = line.number;
        if first.is_none() && !line.text.trim().is_empty() {
            first = Some(line);
        }
        match line.columns(0, 6) {
            "ATOM" | "HETATM" => {
                if let Some(atom) = read_atom(line, atoms.len() + 1, &mut alternates, &mut record)? {
                    atoms.push(atom);
                }
            }
            "TITLE" => {
                if !record.name.is_empty() {
                    record.name.push(' ');
                }
                record.name.push_str(line.columns(10, 80));
            }
            "REMARK" if line.text.starts_with(FIELD) => {
                let remark = xyz_comment::parse(&line.text[FIELD.len()..]);
                if remark.name.is_empty() {
                    record.fields.extend(remark.pairs);
                }
            }
            "CONECT" => conect = true,
            _ => {}
        }
    }
    if atoms.is_empty() {
        let expected = "an ATOM or HETATM line";
        return Err(match first {
            Some(line) if line.number == last => line.fault(line.text.trim(), expected),
            Some(line) => line.fault(line.text.trim(), format!("{expected} in the record")),
            None => Fault::new(last, ending.words(), expected),
        });
    }
    if alternates.dropped > 0 {
        let count = alternates.dropped;
        record.notes.push(format!(
            "{count} atoms at alternate locations left out; the first location is kept"
        ));
    }
    if conect {
        record
            .notes
            .push("CONECT lines say nothing of bond orders: bonds are perceived from the coordinates".to_owned());
    }
    if atoms.iter().any(|a| a.formal_charge != 0) {
        record.net_charge = Some(atoms.iter().map(|a| i32::from(a.formal_charge)).sum());
    }
    record.molecule = Molecule::new(atoms, Vec::new()).map_err(|e| Fault::new(1, e.to_string(), "a molecule"))?;
    record.connectivity = Connectivity::Absent;
    Ok(record)
}

/// Which alternate location of each residue is kept: the one named first.
#[derive(Default)]
struct Alternates {
    kept: BTreeMap<(char, i32, char), char>,
    dropped: usize,
}

/// One character of a line, a space beyond its end.
fn letter(line: Line<'_>, column: usize) -> char {
    line.text
        .as_bytes()
        .get(column)
        .filter(|b| b.is_ascii_graphic())
        .map_or(' ', |&b| char::from(b))
}

fn read_atom(
    line: Line<'_>,
    number: usize,
    alternates: &mut Alternates,
    record: &mut Record,
) -> Result<Option<Atom>, Fault> {
    let hetero = line.text.starts_with("HETATM");
    let sequence = line.columns(22, 26);
    let residue_number = match sequence.parse() {
        Ok(number) => number,
        Err(_) if sequence.is_empty() => 1,
        Err(_) => return Err(line.fault(sequence, "a residue number in columns 23 to 26")),
    };
    let site = AtomSite {
        name: line.columns(12, 16).to_owned(),
        residue_name: line.columns(17, 20).to_owned(),
        residue_number,
        insertion_code: letter(line, 26),
        chain: letter(line, 21),
        hetero,
        occupancy: optional(line, 54, 60, "occupancy")?.unwrap_or(1.0),
        temperature_factor: optional(line, 60, 66, "temperature factor")?.unwrap_or(0.0),
    };
    let alternate = letter(line, 16);
    if alternate != ' ' {
        let residue = (site.chain, site.residue_number, site.insertion_code);
        if *alternates.kept.entry(residue).or_insert(alternate) != alternate {
            alternates.dropped += 1;
            return Ok(None);
        }
    }
    for (axis, start) in [('x', 30), ('y', 38), ('z', 46)] {
        let part = line.columns(start, start + 8);
        record.coordinates.push(line.coordinate(part, axis)?);
    }
    let mut atom = element(line, &site).ok_or_else(|| {
        line.fault(
            line.columns(12, 16),
            format!("an atom name or element symbol for atom {number}"),
        )
    })?;
    let charge = line.columns(78, 80);
    if !charge.is_empty() {
        atom.formal_charge = formal_charge(charge)
            .ok_or_else(|| line.fault(charge, "a charge such as 2+ or 1- in columns 79 and 80"))?;
    }
    record.sites.push(site);
    Ok(Some(atom))
}

fn optional(line: Line<'_>, start: usize, end: usize, what: &str) -> Result<Option<f64>, Fault> {
    let part = line.columns(start, end);
    if part.is_empty() {
        return Ok(None);
    }
    let value = part.parse().ok().filter(|v: &f64| v.is_finite());
    value
        .map(Some)
        .ok_or_else(|| line.fault(part, format!("the {what} in columns {} to {end}", start + 1)))
}

/// A charge as the format has it, `2+`, or with the sign first.
fn formal_charge(text: &str) -> Option<i8> {
    let digits = text.trim_matches(['+', '-']);
    let size: i8 = if digits.is_empty() { 1 } else { digits.parse().ok()? };
    match (text.contains('-'), text.contains('+')) {
        (true, false) => Some(-size),
        (false, _) => Some(size),
        _ => None,
    }
}

/// The element of columns 77 and 78, or else of the atom name, whose first two columns hold the symbol right-aligned.
fn element(line: Line<'_>, site: &AtomSite) -> Option<Atom> {
    if let Some(atom) = from_symbol(line.columns(76, 78)) {
        return Some(atom);
    }
    let start: String = line
        .text
        .get(12..14)?
        .chars()
        .filter(char::is_ascii_alphabetic)
        .collect();
    let pair = line.text.as_bytes().get(12).is_some_and(u8::is_ascii_alphabetic) && start.len() == 2;
    // In residues of biopolymers a name that begins in the first column is that of a hydrogen with four letters (HG11),
    // or is not aligned (CA, for an alpha carbon).
    let biopolymer = !site.hetero && "HCNOSP".contains(&start[..start.len().min(1)]);
    let monatomic = site.residue_name.eq_ignore_ascii_case(&site.name);
    if pair
        && (!biopolymer || monatomic)
        && !(site.name.len() == 4 && start.starts_with('H'))
        && let Some(atom) = from_symbol(&start)
    {
        return Some(atom);
    }
    let first = site.name.find(|c: char| c.is_ascii_alphabetic())?;
    from_symbol(&site.name[first..=first])
}

/// Appends a model: title, atoms, connections, `END`.
pub(super) fn write(record: &Record, out: &mut String) -> Result<Vec<String>, String> {
    let molecule = &record.molecule;
    if molecule.len() > MOST_ATOMS {
        return Err(format!(
            "{} atoms, and serial numbers have five columns",
            molecule.len()
        ));
    }
    if let Some(at) = record
        .coordinates
        .iter()
        .position(|x| !(-999.9994..9999.9994).contains(x))
    {
        let (atom, x) = (at / 3 + 1, record.coordinates[at]);
        return Err(format!(
            "the coordinate {x:.3} of atom {atom} is too large for eight columns"
        ));
    }
    write_title(&one_line(&record.name), out);
    let notes = write_fields(record, out);
    let mut counts = BTreeMap::new();
    for (k, (atom, xyz)) in molecule
        .atoms()
        .iter()
        .zip(record.coordinates.chunks_exact(3))
        .enumerate()
    {
        let symbol = symbol(atom, true).to_ascii_uppercase();
        let made;
        let site = if let Some(site) = record.sites.get(k) {
            site
        } else {
            let count = counts.entry(atom.element).or_insert(0usize);
            *count += 1;
            made = ligand_site(&symbol, *count);
            &made
        };
        write_atom(k + 1, atom, &symbol, site, xyz, out);
    }
    for atom in 0..molecule.len() {
        for four in molecule.neighbors(atom).chunks(4) {
            // Writing to a String cannot fail.
            let _infallible = write!(out, "CONECT{:>5}", atom + 1);
            for neighbor in four {
                let _infallible = write!(out, "{:>5}", neighbor.atom + 1);
            }
            out.push('\n');
        }
    }
    out.push_str("END\n");
    Ok(notes)
}

/// A remark for each data field that fits its line; a note for each other.
fn write_fields(record: &Record, out: &mut String) -> Vec<String> {
    let mut notes = Vec::new();
    for (key, value) in &record.fields {
        let start = out.len();
        out.push_str(FIELD);
        // A name that is itself a field would be taken for the remark's words.
        xyz_comment::write("", &[(key, value)], out);
        if out[start..].chars().count() > LINE_WIDTH || key == "name" {
            out.truncate(start);
            notes.push(format!(
                "pdb can't carry the data field '{key}', which does not fit a line"
            ));
        } else {
            out.push('\n');
        }
    }
    notes
}

fn write_title(name: &str, out: &mut String) {
    let mut piece = String::new();
    let mut number = 1;
    let mut flush = |piece: &mut String| {
        let _infallible = if number == 1 {
            writeln!(out, "TITLE     {piece}")
        } else {
            writeln!(out, "TITLE   {number:>2}{piece}")
        };
        number += 1;
        piece.clear();
    };
    // Parted at spaces, which reading brings back.
    for word in name.split_whitespace() {
        if !piece.is_empty() && piece.len() + 1 + word.len() > TITLE_WIDTH {
            flush(&mut piece);
        }
        if !piece.is_empty() {
            piece.push(' ');
        }
        piece.push_str(word);
    }
    if !piece.is_empty() {
        flush(&mut piece);
    }
}

/// The site of an atom that brought none along: part of one unknown ligand.
fn ligand_site(symbol: &str, count: usize) -> AtomSite {
    AtomSite {
        name: format!("{symbol}{count}"),
        residue_name: "UNL".to_owned(),
        residue_number: 1,
        insertion_code: ' ',
        chain: ' ',
        hetero: true,
        occupancy: 1.0,
        temperature_factor: 0.0,
    }
}

fn write_atom(serial: usize, atom: &Atom, symbol: &str, site: &AtomSite, xyz: &[f64], out: &mut String) {
    let kind = if site.hetero { "HETATM" } else { "ATOM" };
    let ascii =
        |text: &str, width: usize| -> String { text.chars().filter(char::is_ascii_graphic).take(width).collect() };
    // Symbols of one letter stand in the second column of the name, unless it needs all four.
    let name = ascii(&site.name, 4);
    let indent = if symbol.len() == 1 && name.len() < 4 { " " } else { "" };
    let name = format!("{indent}{name}");
    let residue = ascii(&site.residue_name, 3);
    let (chain, insertion) = (site.chain, site.insertion_code);
    let sequence = match site.residue_number {
        number @ -999..=9999 => number,
        number => number.rem_euclid(10_000),
    };
    let _infallible = write!(
        out,
        "{kind:<6}{serial:>5} {name:<4} {residue:>3} {chain}{sequence:>4}{insertion}   "
    );
    for &x in xyz {
        push_fixed(out, x, 8, 3);
    }
    push_fixed(out, site.occupancy.clamp(-99.0, 999.0), 6, 2);
    push_fixed(out, site.temperature_factor.clamp(-99.0, 999.0), 6, 2);
    let _infallible = write!(out, "          {symbol:>2}");
    match atom.formal_charge {
        0 => {}
        charge => {
            let sign = if charge < 0 { '-' } else { '+' };
            let _infallible = write!(out, "{}{sign}", charge.unsigned_abs().min(9));
        }
    }
    out.push('\n');
}
