//! The V3000 connection table: free-format lines that begin with `M  V30`.

use super::Record;
use super::mol::{BOND_TYPES, Draft, bond_order, bond_type, unpaired_electrons};
use super::mol_v2000::radical_code;
use super::scan::{Ending, Fault, Line, Lines, push_fixed, quote};
use super::species::symbol;
use crate::chem::{BondMark, BondOrder};
use nom::branch::alt;
use nom::bytes::complete::{take_till, take_till1};
use nom::character::complete::{char, space0};
use nom::combinator::recognize;
use nom::multi::many0;
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write;

const PREFIX: &str = "M  V30 ";
/// Longest entry that is read, continuation lines joined.
const LONGEST_ENTRY: usize = 1 << 16;
/// Longest line that the format allows.
const LONGEST_LINE: usize = 80;

/// What follows `M  V30`, with continuation lines joined.
struct Entry<'a> {
    line: usize,
    text: Cow<'a, str>,
}

impl Entry<'_> {
    fn fault(&self, part: &str, expected: impl Into<String>) -> Fault {
        let line = Line {
            number: self.line,
            text: &self.text,
        };
        let mut fault = line.fault(part, expected);
        // Columns of joined lines would mislead.
        let single = matches!(self.text, Cow::Borrowed(_));
        fault.column = fault.column.filter(|_| single).map(|c| c + PREFIX.len());
        fault
    }

    fn integer<T: std::str::FromStr>(&self, part: Option<&str>, expected: &str) -> Result<T, Fault> {
        let part = part.unwrap_or(&self.text[self.text.len()..]);
        part.parse().map_err(|_| self.fault(part, expected))
    }

    /// Fields parted by spaces; lists in parentheses and texts in quotes are one.
    fn tokens(&self) -> Vec<&str> {
        many0(preceded(space0, token))
            .parse(self.text.as_ref())
            .map_or_else(|_| Vec::new(), |(_, tokens)| tokens)
    }
}

fn token(input: &str) -> IResult<&str, &str> {
    let ends = |c: char| c == ' ' || c == '\t';
    let key = take_till1(move |c| ends(c) || c == '=');
    let list = recognize(delimited(char('('), take_till(|c| c == ')'), char(')')));
    let quoted = recognize(delimited(char('"'), take_till(|c| c == '"'), char('"')));
    let assignment = recognize((key, char('='), alt((list, quoted, take_till(ends)))));
    alt((assignment, take_till1(ends))).parse(input)
}

/// The next entry. What does not begin with `M  V30` is none.
fn next_entry<'a>(lines: &mut Lines<'a>, ending: Ending, expected: &str) -> Result<Entry<'a>, Fault> {
    let content = |line: Line<'a>| match line.text.strip_prefix(PREFIX.trim_end()) {
        Some(rest) => Ok(rest.trim()),
        None => Err(line.fault(line.text.trim_end(), format!("'M  V30' and {expected}"))),
    };
    let end = |lines: &Lines<'_>| Fault::new(lines.number(), ending.words(), expected);
    let first = lines.next().ok_or_else(|| end(lines))?;
    let mut text = Cow::Borrowed(content(first)?);
    while text.ends_with('-') {
        if text.len() > LONGEST_ENTRY {
            return Err(Fault::new(
                first.number,
                "an endless line",
                format!("at most {LONGEST_ENTRY} characters"),
            ));
        }
        let next = lines.next().ok_or_else(|| end(lines))?;
        let joined = text.to_mut();
        joined.pop();
        joined.push_str(content(next)?);
    }
    Ok(Entry {
        line: first.number,
        text,
    })
}

/// Reads everything after the counts line, up to and with `M  END`.
pub(super) fn read(lines: &mut Lines<'_>, ending: Ending) -> Result<Draft, Fault> {
    let mut draft = Draft::default();
    let expect = |lines: &mut Lines<'_>, words: &str| {
        let entry = next_entry(lines, ending, &quote(words))?;
        if entry.text.to_ascii_uppercase().starts_with(words) {
            Ok(entry.line)
        } else {
            Err(entry.fault(&entry.text, quote(words)))
        }
    };
    expect(lines, "BEGIN CTAB")?;
    let counts = next_entry(lines, ending, "'COUNTS'")?;
    let tokens = counts.tokens();
    if tokens.first() != Some(&"COUNTS") {
        return Err(counts.fault(&counts.text, "'COUNTS'"));
    }
    let atom_count: usize = counts.integer(tokens.get(1).copied(), "the number of atoms")?;
    let bond_count: usize = counts.integer(tokens.get(2).copied(), "the number of bonds")?;
    draft.chiral = tokens.get(5) == Some(&"1");
    if atom_count == 0 {
        return Err(counts.fault(tokens[1], "at least one atom"));
    }
    expect(lines, "BEGIN ATOM")?;
    // Atom numbers need not run from 1 without gaps.
    let mut numbers: BTreeMap<usize, usize> = BTreeMap::new();
    for k in 0..atom_count {
        let entry = next_entry(lines, ending, &format!("atom {} of {atom_count}", k + 1))?;
        read_atom(&entry, &mut draft, &mut numbers)?;
    }
    expect(lines, "END ATOM")?;
    let mut bonds_read = false;
    let mut others: Vec<String> = Vec::new();
    loop {
        let entry = next_entry(lines, ending, "'END CTAB'")?;
        let upper = entry.text.to_ascii_uppercase();
        if upper == "END CTAB" {
            break;
        } else if upper == "BEGIN BOND" && !bonds_read {
            bonds_read = true;
            for k in 0..bond_count {
                let entry = next_entry(lines, ending, &format!("bond {} of {bond_count}", k + 1))?;
                read_bond(&entry, &mut draft, &numbers)?;
            }
            expect(lines, "END BOND")?;
        } else if upper.starts_with("BEGIN RGROUP") {
            return Err(entry.fault(&entry.text, "no R-groups"));
        } else if let Some(block) = upper.strip_prefix("BEGIN ")
            && others.len() < 8
        {
            others.push(block.to_owned());
        }
    }
    if !bonds_read && bond_count > 0 {
        return Err(Fault::new(
            lines.number(),
            "'END CTAB'",
            format!("a block of {bond_count} bonds"),
        ));
    }
    if !others.is_empty() {
        draft.notes.push(format!("blocks not kept: {}", others.join(", ")));
    }
    match lines.peek() {
        Some(line) if line.text.trim_end() == "M  END" => {
            lines.next();
        }
        Some(line) if line.text.starts_with(PREFIX.trim_end()) => {
            return Err(line.fault(line.text, "'M  END': one table without R-groups"));
        }
        _ => draft.notes.push("the table has no 'M  END'".to_owned()),
    }
    Ok(draft)
}

fn read_atom(entry: &Entry<'_>, draft: &mut Draft, numbers: &mut BTreeMap<usize, usize>) -> Result<(), Fault> {
    let tokens = entry.tokens();
    let mut tokens = tokens.into_iter();
    let number: usize = entry.integer(tokens.next(), "an atom number")?;
    if numbers.insert(number, draft.atoms.len()).is_some() {
        return Err(entry.fault(&entry.text, "an atom number that was not used before"));
    }
    let end = &entry.text[entry.text.len()..];
    let symbol = tokens.next().unwrap_or(end);
    let mut atom = draft.atom(symbol).map_err(|expected| entry.fault(symbol, expected))?;
    let line = Line {
        number: entry.line,
        text: &entry.text,
    };
    for axis in ['x', 'y', 'z'] {
        let part = tokens.next().unwrap_or(end);
        let x = line
            .coordinate(part, axis)
            .map_err(|fault| entry.fault(part, fault.expected))?;
        draft.coordinates.push(x);
    }
    let mut parity = 0;
    // The atom-atom mapping number says nothing about the molecule.
    for token in tokens.skip(1) {
        let Some((key, value)) = token.split_once('=') else {
            return Err(entry.fault(token, "KEYWORD=value"));
        };
        match key.to_ascii_uppercase().as_str() {
            "CHG" => atom.formal_charge = entry.integer(Some(value), "a charge")?,
            "RAD" => {
                let expected = "a radical code from 0 to 3";
                let code = unpaired_electrons(entry.integer(Some(value), expected)?);
                atom.unpaired_electrons = code.ok_or_else(|| entry.fault(value, expected))?;
            }
            "MASS" => {
                let mass: u16 = entry.integer(Some(value), "a mass number")?;
                atom.isotope = (mass > 0).then_some(mass);
            }
            "CFG" => parity = entry.integer(Some(value), "an atom parity from 0 to 3")?,
            "RGROUPS" | "HCOUNT" | "SUBST" | "UNSAT" | "RBCNT" if value != "0" => {
                let expected = format!("no query and no R-group at atom {number}");
                return Err(entry.fault(token, expected));
            }
            _ => {}
        }
    }
    draft.parities.push(parity);
    draft.atoms.push(atom);
    Ok(())
}

fn read_bond(entry: &Entry<'_>, draft: &mut Draft, numbers: &BTreeMap<usize, usize>) -> Result<(), Fault> {
    let tokens = entry.tokens();
    let mut tokens = tokens.into_iter();
    let _number: usize = entry.integer(tokens.next(), "a bond number")?;
    let kind = tokens.next();
    let order = bond_order(entry.integer(kind, BOND_TYPES)?);
    let order = order.ok_or_else(|| entry.fault(kind.unwrap_or(""), BOND_TYPES))?;
    let mut ends = [0; 2];
    for end in &mut ends {
        let part = tokens.next();
        let number: usize = entry.integer(part, "the number of an atom")?;
        let index = numbers.get(&number);
        *end = 1 + index.ok_or_else(|| entry.fault(part.unwrap_or(""), "the number of an atom of this table"))?;
    }
    let mut mark = BondMark::None;
    for token in tokens {
        match token.split_once('=') {
            Some(("CFG", value)) => {
                mark = match (value, order) {
                    ("1", _) => BondMark::Up,
                    ("2", BondOrder::Double) => BondMark::CisOrTrans,
                    ("2", _) => BondMark::Either,
                    ("3", _) => BondMark::Down,
                    _ => BondMark::None,
                }
            }
            Some(("ENDPTS", _)) => return Err(entry.fault(token, "a bond between two atoms")),
            _ => {}
        }
    }
    draft.push_bond(ends, order, mark, entry.line);
    Ok(())
}

/// Appends counts line, table and `M  END`.
pub(super) fn write(record: &Record, out: &mut String) {
    let molecule = &record.molecule;
    out.push_str("  0  0  0     0  0            999 V3000\n");
    let mut table = Table { out };
    table.line("BEGIN CTAB");
    table.line(&format!(
        "COUNTS {} {} 0 0 {}",
        molecule.len(),
        molecule.bonds().len(),
        i32::from(record.chiral)
    ));
    table.line("BEGIN ATOM");
    let mut text = String::new();
    for (k, (atom, xyz)) in molecule
        .atoms()
        .iter()
        .zip(record.coordinates.chunks_exact(3))
        .enumerate()
    {
        text.clear();
        // Writing to a String cannot fail.
        let _infallible = write!(text, "{} {}", k + 1, symbol(atom, false));
        for &x in xyz {
            text.push(' ');
            push_fixed(&mut text, x, 0, 6);
        }
        text.push_str(" 0");
        let keywords = [
            ("CHG", i32::from(atom.formal_charge)),
            ("RAD", i32::from(radical_code(atom.unpaired_electrons))),
            ("CFG", i32::from(record.parities.get(k).copied().unwrap_or(0).min(3))),
            ("MASS", i32::from(atom.isotope.unwrap_or(0))),
        ];
        for (key, value) in keywords.into_iter().filter(|k| k.1 != 0) {
            let _infallible = write!(text, " {key}={value}");
        }
        table.line(&text);
    }
    table.line("END ATOM");
    if !molecule.bonds().is_empty() {
        table.line("BEGIN BOND");
        for (k, bond) in molecule.bonds().iter().enumerate() {
            text.clear();
            let [a, b] = bond.atoms;
            let _infallible = write!(text, "{} {} {} {}", k + 1, bond_type(bond.order), a + 1, b + 1);
            text.push_str(match bond.mark {
                BondMark::None => "",
                BondMark::Up => " CFG=1",
                BondMark::Either | BondMark::CisOrTrans => " CFG=2",
                BondMark::Down => " CFG=3",
            });
            table.line(&text);
        }
        table.line("END BOND");
    }
    table.line("END CTAB");
    out.push_str("M  END\n");
}

struct Table<'a> {
    out: &'a mut String,
}

impl Table<'_> {
    /// One entry, wrapped at a space where it is too long.
    fn line(&mut self, text: &str) {
        let mut rest = text;
        let room = LONGEST_LINE - PREFIX.len() - 1;
        while rest.len() > room + 1 {
            // The space goes before the dash, so that joining brings it back.
            let Some(at) = rest[..room].rfind(' ') else { break };
            self.out.push_str(PREFIX);
            self.out.push_str(&rest[..=at]);
            self.out.push_str("-\n");
            rest = &rest[at + 1..];
        }
        self.out.push_str(PREFIX);
        self.out.push_str(rest);
        self.out.push('\n');
    }
}
