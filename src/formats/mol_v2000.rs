//! The V2000 connection table: counts, atoms and bonds in fixed columns, then property lines.

use super::Record;
use super::mol::{BOND_TYPES, Draft, bond_order, bond_type, unpaired_electrons};
use super::scan::{Ending, Fault, Line, Lines, fields, push_fixed};
use super::species::{reference_mass_number, symbol};
use crate::chem::BondMark;
use std::fmt::Write;

/// Whether a coordinate fits its ten columns with four decimals.
pub(super) fn fits(x: f64) -> bool {
    x > -9999.9999 && x < 99999.9999
}

/// Reads everything after the counts line, up to and with `M  END`.
pub(super) fn read(counts: Line<'_>, lines: &mut Lines<'_>, ending: Ending) -> Result<Draft, Fault> {
    let (atom_count, bond_count) = read_counts(counts)?;
    let mut draft = Draft {
        chiral: counts.columns(12, 15) == "1",
        ..Draft::default()
    };
    draft.atoms.reserve(atom_count);
    draft.coordinates.reserve(3 * atom_count);
    draft.bonds.reserve(bond_count);
    for k in 0..atom_count {
        let line = next_line(lines, ending, &format_args!("atom line {} of {atom_count}", k + 1))?;
        read_atom(line, &mut draft)?;
    }
    for k in 0..bond_count {
        let line = next_line(lines, ending, &format_args!("bond line {} of {bond_count}", k + 1))?;
        read_bond(line, &mut draft)?;
    }
    read_properties(lines, &mut draft)?;
    Ok(draft)
}

/// The next line of a counted block; its end must not come before.
fn next_line<'a>(lines: &mut Lines<'a>, ending: Ending, wanted: &std::fmt::Arguments<'_>) -> Result<Line<'a>, Fault> {
    match lines.next() {
        Some(line) if line.text.starts_with("M  END") => Err(line.fault(line.text.trim(), wanted.to_string())),
        Some(line) => Ok(line),
        None => Err(Fault::new(lines.number(), ending.words(), wanted.to_string())),
    }
}

/// Numbers of atoms and bonds.
fn read_counts(line: Line<'_>) -> Result<(usize, usize), Fault> {
    let fixed = (line.columns(0, 3).parse::<usize>(), line.columns(3, 6).parse::<usize>());
    let (atoms, bonds) = if let (Ok(atoms), Ok(bonds)) = fixed {
        (atoms, bonds)
    } else {
        // Some programs part the counts by spaces and let the columns be.
        let mut parts = fields(line.text);
        let mut count = |what: &str| match parts.next() {
            Some(part) => line.integer::<usize>(part, what),
            None => Err(line.fault_at_end(what)),
        };
        let counts = (count("the number of atoms")?, count("the number of bonds")?);
        if counts.0 > 999 || counts.1 > 999 {
            return Err(line.fault(line.text.trim(), "at most 999 atoms and 999 bonds in a V2000 table"));
        }
        counts
    };
    if atoms == 0 {
        return Err(line.fault(line.columns(0, 3), "at least one atom"));
    }
    Ok((atoms, bonds))
}

fn read_atom(line: Line<'_>, draft: &mut Draft) -> Result<(), Fault> {
    let fixed = [line.columns(0, 10), line.columns(10, 20), line.columns(20, 30)];
    let symbol = line.columns(31, 34);
    let parsed = fixed.map(|f| f.parse::<f64>().unwrap_or(f64::NAN));
    let number = draft.atoms.len() + 1;
    if symbol.starts_with(|c: char| c.is_ascii_alphabetic()) && parsed.iter().all(|x| x.abs() < 1e6) {
        draft.coordinates.extend(parsed);
        let details = [line.columns(34, 36), line.columns(36, 39), line.columns(39, 42)];
        return read_details(line, symbol, details, draft);
    }
    // Where the columns make no sense, the fields may: short lines of hand-made files. Numbers that can't be used are told
    // by their columns, though.
    let aligned = fixed.iter().all(|f| f.parse::<f64>().is_ok()) && symbol.bytes().any(|b| b.is_ascii_alphabetic());
    let mut spaced = fields(line.text);
    let (xyz, symbol) = if aligned {
        (fixed.map(Some), Some(symbol))
    } else {
        ([spaced.next(), spaced.next(), spaced.next()], spaced.next())
    };
    for (part, axis) in xyz.into_iter().zip(['x', 'y', 'z']) {
        let part = part.ok_or_else(|| line.fault_at_end(format!("the {axis} coordinate of atom {number}")))?;
        draft.coordinates.push(line.coordinate(part, axis)?);
    }
    let symbol = symbol.ok_or_else(|| line.fault_at_end(format!("the element symbol of atom {number}")))?;
    let details = if aligned {
        [line.columns(34, 36), line.columns(36, 39), line.columns(39, 42)]
    } else {
        [(); 3].map(|()| spaced.next().unwrap_or(""))
    };
    read_details(line, symbol, details, draft)
}

/// Element, mass difference, charge code and parity of an atom whose coordinates were read.
fn read_details(line: Line<'_>, symbol: &str, details: [&str; 3], draft: &mut Draft) -> Result<(), Fault> {
    let [mass, charge, parity] = details;
    let mut atom = draft.atom(symbol).map_err(|expected| line.fault(symbol, expected))?;
    if !mass.is_empty() {
        let difference: i16 = line.integer(mass, "a mass difference")?;
        if difference != 0 {
            let isotope = reference_mass_number(atom.element).checked_add_signed(difference);
            atom.isotope = Some(
                isotope
                    .filter(|&m| m > 0)
                    .ok_or_else(|| line.fault(mass, "a mass difference"))?,
            );
        }
    }
    if !charge.is_empty() {
        let expected = "a charge code from 0 to 7";
        match line.integer::<i8>(charge, expected)? {
            0 => {}
            4 => atom.unpaired_electrons = 1,
            code @ 1..=7 => atom.formal_charge = 4 - code,
            _ => return Err(line.fault(charge, expected)),
        }
    }
    draft.parities.push(if parity.is_empty() {
        0
    } else {
        line.integer(parity, "an atom parity from 0 to 3")?
    });
    draft.atoms.push(atom);
    Ok(())
}

fn read_bond(line: Line<'_>, draft: &mut Draft) -> Result<(), Fault> {
    let fixed = [
        line.columns(0, 3),
        line.columns(3, 6),
        line.columns(6, 9),
        line.columns(9, 12),
    ];
    let aligned = fixed[..3].iter().all(|f| f.parse::<u32>().is_ok());
    let mut spaced = fields(line.text);
    let parts = if aligned {
        fixed
    } else {
        [(); 4].map(|()| spaced.next().unwrap_or(&line.text[line.text.len()..]))
    };
    let count = draft.atoms.len();
    let end = |part| {
        let expected = format!("an atom number from 1 to {count}");
        match line.integer::<usize>(part, &expected) {
            Ok(end) if (1..=count).contains(&end) => Ok(end),
            _ => Err(line.fault(part, expected)),
        }
    };
    let ends = [end(parts[0])?, end(parts[1])?];
    let order = bond_order(line.integer(parts[2], BOND_TYPES)?).ok_or_else(|| line.fault(parts[2], BOND_TYPES))?;
    // Marks are a drawing's; one that is none of these says nothing.
    let mark = match parts[3] {
        "1" => BondMark::Up,
        "6" => BondMark::Down,
        "4" => BondMark::Either,
        "3" => BondMark::CisOrTrans,
        _ => BondMark::None,
    };
    draft.push_bond(ends, order, mark, line.number);
    Ok(())
}

fn read_properties(lines: &mut Lines<'_>, draft: &mut Draft) -> Result<(), Fault> {
    let mut charges_stand = true;
    let mut isotopes_stand = true;
    let mut others: Vec<String> = Vec::new();
    while let Some(line) = lines.peek() {
        if line.text.starts_with('>') || (line.text.trim().is_empty() && lines.rest().trim().is_empty()) {
            break;
        }
        lines.next();
        let key = line.text.get(..6).unwrap_or(line.text).trim_end();
        match key {
            "M  END" => {
                note_others(&others, draft);
                return Ok(());
            }
            "M  CHG" | "M  RAD" => {
                // The first such line takes back all charges and radicals of the atom block.
                if std::mem::take(&mut charges_stand) {
                    for atom in &mut draft.atoms {
                        atom.formal_charge = 0;
                        atom.unpaired_electrons = 0;
                    }
                }
                let charge = key == "M  CHG";
                read_pairs(line, draft, |atom, part| {
                    if charge {
                        atom.formal_charge = line.integer(part, "a charge")?;
                    } else {
                        let expected = "a radical code from 0 to 3";
                        let code = unpaired_electrons(line.integer(part, expected)?);
                        atom.unpaired_electrons = code.ok_or_else(|| line.fault(part, expected))?;
                    }
                    Ok(())
                })?;
            }
            "M  ISO" => {
                if std::mem::take(&mut isotopes_stand) {
                    draft.atoms.iter_mut().for_each(|a| a.isotope = None);
                }
                read_pairs(line, draft, |atom, part| {
                    let mass: u16 = line.integer(part, "a mass number")?;
                    atom.isotope = (mass > 0).then_some(mass);
                    Ok(())
                })?;
            }
            "M  RGP" | "M  ALS" => return Err(line.fault(key, "no R-groups and no atom lists")),
            _ => {
                // Two-line entries: the second line is free text.
                if line.text.starts_with("A  ") || line.text.starts_with("G  ") {
                    lines.next();
                }
                let key = key.split_ascii_whitespace().take(2).collect::<Vec<_>>();
                let key = if key.first() == Some(&"M") {
                    key.join(" ")
                } else {
                    (*key.first().unwrap_or(&"")).to_owned()
                };
                if !key.is_empty() && !others.contains(&key) && others.len() < 8 {
                    others.push(key);
                }
            }
        }
    }
    draft.notes.push("the table has no 'M  END'".to_owned());
    note_others(&others, draft);
    Ok(())
}

fn note_others(others: &[String], draft: &mut Draft) {
    if !others.is_empty() {
        draft
            .notes
            .push(format!("property lines not kept: {}", others.join(", ")));
    }
}

/// Reads `M  CHGnn8 aaa vvv …`: a count, then pairs of atom number and value.
fn read_pairs<'a>(
    line: Line<'a>,
    draft: &mut Draft,
    mut set: impl FnMut(&mut crate::chem::Atom, &'a str) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut parts = fields(line.text.get(6..).unwrap_or(""));
    let expected = "the number of entries";
    let count = parts.next().ok_or_else(|| line.fault_at_end(expected))?;
    let count: usize = line.integer(count, expected)?;
    for _ in 0..count {
        let expected = format!("an atom number from 1 to {}", draft.atoms.len());
        let part = parts.next().ok_or_else(|| line.fault_at_end(expected.as_str()))?;
        let number: usize = line.integer(part, &expected)?;
        let atom = number.checked_sub(1).and_then(|k| draft.atoms.get_mut(k));
        let value = parts
            .next()
            .ok_or_else(|| line.fault_at_end(format!("a value for atom {number}")))?;
        set(atom.ok_or_else(|| line.fault(part, expected))?, value)?;
    }
    Ok(())
}

/// Appends counts line, table and `M  END`. Charges, isotopes and radicals stand in property lines alone, which every
/// reader takes over the atom block's.
pub(super) fn write(record: &Record, out: &mut String) {
    let molecule = &record.molecule;
    // Writing to a String cannot fail.
    let _infallible = writeln!(
        out,
        "{:>3}{:>3}  0  0{:>3}  0  0  0  0  0999 V2000",
        molecule.len(),
        molecule.bonds().len(),
        i32::from(record.chiral)
    );
    for (k, (atom, xyz)) in molecule
        .atoms()
        .iter()
        .zip(record.coordinates.chunks_exact(3))
        .enumerate()
    {
        for &x in xyz {
            push_fixed(out, x, 10, 4);
        }
        let parity = record.parities.get(k).copied().unwrap_or(0).min(3);
        let _infallible = writeln!(
            out,
            " {:<3} 0  0{parity:>3}  0  0  0  0  0  0  0  0  0",
            symbol(atom, false)
        );
    }
    for bond in molecule.bonds() {
        let mark = match bond.mark {
            BondMark::None => 0,
            BondMark::Up => 1,
            BondMark::Down => 6,
            BondMark::Either => 4,
            BondMark::CisOrTrans => 3,
        };
        let [a, b] = bond.atoms;
        let _infallible = writeln!(out, "{:>3}{:>3}{:>3}{mark:>3}", a + 1, b + 1, bond_type(bond.order));
    }
    let atoms = molecule.atoms().iter().enumerate();
    write_pairs(
        out,
        "CHG",
        atoms.clone().filter_map(|(k, a)| pair(k, i32::from(a.formal_charge))),
    );
    write_pairs(
        out,
        "ISO",
        atoms
            .clone()
            .filter_map(|(k, a)| pair(k, i32::from(a.isotope.unwrap_or(0)))),
    );
    write_pairs(
        out,
        "RAD",
        atoms.filter_map(|(k, a)| pair(k, i32::from(radical_code(a.unpaired_electrons)))),
    );
    out.push_str("M  END\n");
}

/// Radical code of a number of unpaired electrons.
pub(super) fn radical_code(unpaired: u8) -> u8 {
    if unpaired == 0 { 0 } else { (unpaired + 1).min(3) }
}

fn pair(atom: usize, value: i32) -> Option<(usize, i32)> {
    (value != 0).then_some((atom + 1, value))
}

/// Property lines of up to eight pairs each.
fn write_pairs(out: &mut String, key: &str, pairs: impl Iterator<Item = (usize, i32)>) {
    let pairs: Vec<_> = pairs.collect();
    for chunk in pairs.chunks(8) {
        let _infallible = write!(out, "M  {key}{:>3}", chunk.len());
        for (atom, value) in chunk {
            let _infallible = write!(out, " {atom:>3} {value:>3}");
        }
        out.push('\n');
    }
}
