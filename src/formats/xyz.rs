//! XYZ and extended XYZ: a count line, a comment line, an atom a line.

use super::detect::is_count_line;
use super::scan::{Ending, Fault, Line, Lines, fields, push_fixed};
use super::species::{from_label, symbol};
use super::xyz_comment;
use super::{Connectivity, Record};
use crate::chem::{Atom, Molecule};
use std::fmt::Write;

/// Where an atom line has its species and its position, in fields from 0.
struct Columns {
    species: usize,
    position: usize,
    /// Fields that the line must have.
    width: usize,
}

/// Understands one frame.
pub(super) fn parse(text: &str, ending: Ending) -> Result<Record, Fault> {
    let mut lines = Lines::new(text);
    let count_line = lines.find(|l| !l.text.trim().is_empty());
    let Some(count_line) = count_line else {
        return Err(Fault::new(1, ending.words(), "a line with the number of atoms"));
    };
    let trimmed = count_line.text.trim();
    if !is_count_line(trimmed) {
        return Err(count_line.fault(trimmed, "a line with the number of atoms and nothing else"));
    }
    // A count with too many digits is one that no file can satisfy.
    let count = trimmed.parse().unwrap_or(usize::MAX);
    if count == 0 {
        return Err(count_line.fault(trimmed, "at least one atom"));
    }
    let mut record = Record::default();
    let mut columns = None;
    if let Some(line) = lines.next() {
        columns = read_comment(line, &mut record)?;
    }
    let extended = columns.is_some();
    let columns = columns.unwrap_or(Columns {
        species: 0,
        position: 1,
        width: 4,
    });
    // No more than the text can hold, whatever the count line says.
    let capacity = count.min(text.len() / 8 + 1);
    let mut atoms = Vec::with_capacity(capacity);
    record.coordinates.reserve(3 * capacity);
    let mut more_columns = false;
    while atoms.len() < count {
        let Some(line) = lines.next() else {
            let found = format!("{} after {}", ending.words(), atom_lines(atoms.len()));
            return Err(Fault::new(lines.number(), found, count_of(trimmed)));
        };
        more_columns |= read_atom(line, &columns, &mut atoms, &mut record.coordinates)?;
    }
    if let Some(line) = lines.find(|l| !l.text.trim().is_empty()) {
        let expected = format!(
            "the end of the frame, since line {} says {}",
            count_line.number,
            count_of(trimmed)
        );
        return Err(line.fault(line.text.trim(), expected));
    }
    if more_columns && !extended {
        record
            .notes
            .push("columns after the coordinates are not kept".to_owned());
    }
    record.molecule = Molecule::new(atoms, Vec::new()).map_err(|e| Fault::new(1, e.to_string(), "a molecule"))?;
    record.connectivity = Connectivity::Absent;
    Ok(record)
}

fn atom_lines(count: usize) -> String {
    format!("{count} atom line{}", if count == 1 { "" } else { "s" })
}

fn count_of(digits: &str) -> String {
    format!("{digits} atom line{}", if digits == "1" { "" } else { "s" })
}

/// Takes the comment line apart into the record; gives the columns where `Properties=` states them.
fn read_comment(line: Line<'_>, record: &mut Record) -> Result<Option<Columns>, Fault> {
    let comment = xyz_comment::parse(line.text);
    record.name = comment.name;
    let mut columns = None;
    for (key, value) in comment.pairs {
        if key.eq_ignore_ascii_case("properties") {
            columns = Some(read_properties(line, &value, &mut record.notes)?);
        } else if key.eq_ignore_ascii_case("charge") {
            match whole_number(&value) {
                Some(charge) => record.net_charge = Some(charge),
                None => record
                    .notes
                    .push(format!("charge={value} is no whole number and is ignored")),
            }
        } else {
            if key.eq_ignore_ascii_case("lattice") {
                record
                    .notes
                    .push("the lattice is kept, but not used: the molecule is taken as not periodic".to_owned());
            }
            record.fields.push((key, value));
        }
    }
    Ok(columns)
}

/// A whole number that may be written as `-1`, `+1` or `1.0`.
fn whole_number(text: &str) -> Option<i32> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let number: f64 = text.parse().ok()?;
    #[expect(clippy::cast_possible_truncation, reason = "a whole number below a thousand")]
    (number.fract() == 0.0 && number.abs() < 1000.0).then_some(number as i32)
}

/// Understands `species:S:1:pos:R:3:…`.
fn read_properties(line: Line<'_>, value: &str, notes: &mut Vec<String>) -> Result<Columns, Fault> {
    let wrong = |found: String| Fault::new(line.number, found, "Properties=species:S:1:pos:R:3 and the like");
    let parts: Vec<&str> = value.split(':').collect();
    let (mut species, mut position, mut width) = (None, None, 0usize);
    let mut others = Vec::new();
    for triple in parts.chunks(3) {
        let &[name, _kind, count] = triple else {
            return Err(wrong(format!("'{value}', which is not made of triples")));
        };
        let count: usize = count
            .parse()
            .ok()
            .filter(|c| (1..1000).contains(c))
            .ok_or_else(|| wrong(format!("'{count}' as the number of columns of '{name}'")))?;
        match (name.to_ascii_lowercase().as_str(), count) {
            ("species" | "z" | "numbers", 1) if species.is_none() => species = Some(width),
            ("pos" | "positions", 3) => position = Some(width),
            _ => others.push(name),
        }
        width += count;
    }
    if !others.is_empty() {
        notes.push(format!("atom properties not kept: {}", others.join(", ")));
    }
    match (species, position) {
        (Some(species), Some(position)) => Ok(Columns {
            species,
            position,
            width,
        }),
        _ => Err(wrong(format!("'{value}' without species and pos"))),
    }
}

/// Reads one atom line; whether there are more fields than needed.
fn read_atom(
    line: Line<'_>,
    columns: &Columns,
    atoms: &mut Vec<Atom>,
    coordinates: &mut Vec<f64>,
) -> Result<bool, Fault> {
    let number = atoms.len() + 1;
    let mut parts = fields(line.text);
    let plain = columns.species == 0 && columns.position == 1;
    let (label, xyz) = if plain {
        (parts.next(), [parts.next(), parts.next(), parts.next()])
    } else {
        let nth = |k: usize| fields(line.text).nth(k);
        (nth(columns.species), [0, 1, 2].map(|axis| nth(columns.position + axis)))
    };
    let Some(label) = label else {
        return Err(line.fault_at_end(format!("atom {number}: element, x, y, z")));
    };
    let atom = from_label(label)
        .ok_or_else(|| line.fault(label, format!("an element symbol or atomic number for atom {number}")))?;
    for (part, axis) in xyz.into_iter().zip(['x', 'y', 'z']) {
        let Some(part) = part else {
            return Err(line.fault_at_end(format!("the {axis} coordinate of atom {number}")));
        };
        coordinates.push(line.coordinate(part, axis)?);
    }
    atoms.push(atom);
    Ok(plain && columns.width == 4 && parts.next().is_some())
}

/// Appends a frame.
pub(super) fn write(record: &Record, out: &mut String) -> Result<Vec<String>, String> {
    let mut notes = Vec::new();
    let charge = match record.net_charge.unwrap_or_else(|| record.molecule.net_charge()) {
        0 => record.net_charge.map(|c| c.to_string()),
        charge => Some(charge.to_string()),
    };
    let mut pairs: Vec<(&str, &str)> = Vec::with_capacity(record.fields.len() + 1);
    if let Some(charge) = &charge {
        pairs.push(("charge", charge));
    }
    for (key, value) in &record.fields {
        if key.eq_ignore_ascii_case("charge") && charge.as_deref() == Some(value) {
            continue;
        }
        // These would be understood as something else on reading.
        if ["charge", "properties"].iter().any(|k| key.eq_ignore_ascii_case(k)) {
            notes.push(format!("xyz can't carry a data field named '{key}'"));
            continue;
        }
        pairs.push((key, value));
    }
    // Writing to a String cannot fail.
    let _infallible = writeln!(out, "{}", record.molecule.len());
    xyz_comment::write(&record.name, &pairs, out);
    out.push('\n');
    for (atom, xyz) in record.molecule.atoms().iter().zip(record.coordinates.chunks_exact(3)) {
        let _infallible = write!(out, "{:<2}", symbol(atom, true));
        for &x in xyz {
            out.push(' ');
            push_fixed(out, x, 15, 8);
        }
        out.push('\n');
    }
    Ok(notes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Record {
        parse(text, Ending::File).unwrap()
    }

    #[test]
    fn dialects_of_an_atom_line() {
        let record = read("4\nname charge=-1\no 0 0 1.0D-01\n8 1 2 3 0.1 0.2\nC12\t1 2 3\nD 0 0 0\n");
        assert_eq!(
            record
                .molecule
                .atoms()
                .iter()
                .map(|a| a.element.atomic_number())
                .collect::<Vec<_>>(),
            [8, 8, 6, 1]
        );
        assert_eq!(
            (record.net_charge, record.name.as_str(), record.coordinates[2]),
            (Some(-1), "name", 0.1)
        );
        assert_eq!(record.notes, ["columns after the coordinates are not kept"]);
    }

    #[test]
    fn properties_say_where_things_stand() {
        let record = read("1\nProperties=id:I:1:species:S:1:forces:R:3:pos:R:3 energy=1\n7 He 9 9 9 1 2 3\n");
        assert_eq!(record.coordinates, [1.0, 2.0, 3.0]);
        assert_eq!(record.fields, [("energy".to_owned(), "1".to_owned())]);
        assert_eq!(record.notes, ["atom properties not kept: id, forces"]);
    }

    #[test]
    fn a_huge_count_allocates_nothing() {
        let fault = parse("99999999999999999999999\nhuge\nH 0 0 0\n", Ending::File).unwrap_err();
        assert_eq!(fault.found, "end of file after 1 atom line");
        assert_eq!(fault.expected, "99999999999999999999999 atom lines");
    }

    #[test]
    fn written_with_name_charge_and_fields() {
        let mut record = read("1\nan ion\nNa 1 2 3\n");
        record.net_charge = Some(1);
        record.fields.push(("energy_kcal_mol".to_owned(), "-1.5".to_owned()));
        let mut out = String::new();
        write(&record, &mut out).unwrap();
        assert_eq!(
            out,
            "1\nan ion charge=1 energy_kcal_mol=-1.5\nNa      1.00000000      2.00000000      3.00000000\n"
        );
    }
}
