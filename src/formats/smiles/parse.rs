//! From the text to atoms and bonds as written, with the order of each atom's neighbours. Branches are kept on a stack of our own.

use super::atom::{self, Written};
use crate::chem::BondOrder;
use crate::formats::scan::{Fault, Line};
use std::collections::BTreeMap;

/// A place in the text.
pub(super) struct Cursor<'a> {
    line: Line<'a>,
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    pub(super) fn rest(&self) -> &'a str {
        self.rest
    }

    /// Takes so many bytes; fewer where there are no more.
    pub(super) fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    pub(super) fn accept(&mut self, wanted: char) -> bool {
        let found = self.rest.strip_prefix(wanted);
        self.rest = found.unwrap_or(self.rest);
        found.is_some()
    }

    /// Takes decimal digits, `most` at most.
    pub(super) fn digits(&mut self, most: usize) -> &'a str {
        let count = self.rest.bytes().take_while(u8::is_ascii_digit).count().min(most);
        self.take(count)
    }

    /// A fault at the next character.
    pub(super) fn fault(&self, expected: impl Into<String>) -> Fault {
        let length = self.rest.chars().next().map_or(0, char::len_utf8);
        let mut fault = self.line.fault(&self.rest[..length], expected);
        if length == 0 {
            fault.found = "the end of the SMILES".to_owned();
        }
        fault
    }

    pub(super) fn fault_in(&self, part: &str, expected: impl Into<String>) -> Fault {
        self.line.fault(part, expected)
    }
}

/// A bond as written.
#[derive(Clone, Debug)]
pub(super) struct DraftBond<'a> {
    /// In the order of the line; of a ring bond the opening atom first.
    pub atoms: [usize; 2],
    /// `None` where nothing is written: single, or aromatic between aromatic atoms.
    pub order: Option<BondOrder>,
    /// Whether the second atom is above (1) or below (-1) the first; 0 where nothing is said.
    pub up: i8,
    /// The text, for messages; empty where nothing is written.
    pub text: &'a str,
}

/// Atoms and bonds as written.
#[derive(Debug, Default)]
pub(super) struct Draft<'a> {
    pub atoms: Vec<Written<'a>>,
    pub bonds: Vec<DraftBond<'a>>,
    /// Bonds of each atom in the order of the line.
    pub around: Vec<Vec<usize>>,
    /// Whether an atom has one before it in its chain.
    pub has_parent: Vec<bool>,
}

/// A bond symbol.
#[derive(Clone, Copy, Debug, Default)]
struct Symbol<'a> {
    order: Option<BondOrder>,
    up: i8,
    /// Whether a dative bond points back.
    back: bool,
    text: &'a str,
}

/// An open ring closure.
struct OpenRing<'a> {
    bond: usize,
    symbol: Symbol<'a>,
    text: &'a str,
}

struct Parser<'a> {
    cursor: Cursor<'a>,
    draft: Draft<'a>,
    /// The atom that the next one is bound to.
    previous: Option<usize>,
    /// Atoms that branches begin at, with the opening bracket.
    branches: Vec<(usize, &'a str)>,
    rings: BTreeMap<u32, OpenRing<'a>>,
}

const ATOM: &str = "an atom (B, C, N, O, P, S, F, Cl, Br, I, b, c, n, o, p, s, or others in brackets)";

/// Reads `smiles`, a part of `line`.
pub(super) fn parse<'a>(line: Line<'a>, smiles: &'a str) -> Result<Draft<'a>, Fault> {
    let mut parser = Parser {
        cursor: Cursor { line, rest: smiles },
        draft: Draft::default(),
        previous: None,
        branches: Vec::new(),
        rings: BTreeMap::new(),
    };
    parser.run()?;
    Ok(parser.draft)
}

impl<'a> Parser<'a> {
    fn run(&mut self) -> Result<(), Fault> {
        self.atom(Symbol::default())?;
        while let Some(next) = self.cursor.rest.chars().next() {
            match next {
                '(' => self.open_branch()?,
                ')' => self.close_branch()?,
                '.' => {
                    self.cursor.take(1);
                    self.previous = None;
                    self.atom(Symbol::default())?;
                }
                _ => self.bonded()?,
            }
        }
        if let Some(&(_, at)) = self.branches.last() {
            return Err(self.unclosed(at, "the branch that opens here to be closed by ')'"));
        }
        match self.rings.first_key_value() {
            Some((_, ring)) => Err(self.unclosed(
                ring.text,
                "the ring bond that opens here to be closed by the same number",
            )),
            None => Ok(()),
        }
    }

    fn unclosed(&self, at: &str, expected: &str) -> Fault {
        Fault {
            found: "the end of the SMILES".to_owned(),
            ..self.cursor.fault_in(at, expected)
        }
    }

    fn open_branch(&mut self) -> Result<(), Fault> {
        let bracket = self.cursor.take(1);
        if let Some(atom) = self.previous {
            self.branches.push((atom, bracket));
        }
        if self.cursor.accept('.') {
            self.previous = None;
            return self.atom(Symbol::default());
        }
        let symbol = self.symbol();
        self.atom(symbol)
    }

    fn close_branch(&mut self) -> Result<(), Fault> {
        match self.branches.pop() {
            Some((atom, _)) => {
                self.cursor.take(1);
                self.previous = Some(atom);
                Ok(())
            }
            None => Err(self.cursor.fault("no ')': there is no open branch")),
        }
    }

    /// A bond with what it leads to: an atom, or the end of a ring bond.
    fn bonded(&mut self) -> Result<(), Fault> {
        let symbol = self.symbol();
        match self.cursor.rest.bytes().next() {
            Some(b'0'..=b'9' | b'%') => self.ring(symbol),
            _ => self.atom(symbol),
        }
    }

    fn symbol(&mut self) -> Symbol<'a> {
        const SYMBOLS: [(&str, BondOrder, i8, bool); 10] = [
            ("->", BondOrder::Dative, 0, false),
            ("<-", BondOrder::Dative, 0, true),
            ("-", BondOrder::Single, 0, false),
            ("=", BondOrder::Double, 0, false),
            ("#", BondOrder::Triple, 0, false),
            ("$", BondOrder::Quadruple, 0, false),
            (":", BondOrder::Aromatic, 0, false),
            ("~", BondOrder::Unknown, 0, false),
            ("/", BondOrder::Single, 1, false),
            ("\\", BondOrder::Single, -1, false),
        ];
        let found = SYMBOLS.iter().find(|s| self.cursor.rest.starts_with(s.0));
        found.map_or_else(Symbol::default, |&(symbol, order, up, back)| Symbol {
            order: Some(order),
            up,
            back,
            text: self.cursor.take(symbol.len()),
        })
    }

    fn atom(&mut self, symbol: Symbol<'a>) -> Result<(), Fault> {
        let written = if self.cursor.rest.starts_with('[') {
            atom::bracketed(&mut self.cursor)?
        } else {
            match atom::bare(&mut self.cursor) {
                Some(written) => written,
                None if self.cursor.rest.starts_with('*') => {
                    return Err(self.cursor.fault(format!("{ATOM}; a wildcard has no energy")));
                }
                None => return Err(self.cursor.fault(ATOM)),
            }
        };
        let index = self.draft.atoms.len();
        self.draft.atoms.push(written);
        self.draft.around.push(Vec::new());
        self.draft.has_parent.push(self.previous.is_some());
        if let Some(previous) = self.previous {
            let bond = self.push_bond([previous, index], symbol);
            self.draft.around[index].push(bond);
        }
        self.previous = Some(index);
        Ok(())
    }

    /// Adds a bond to the list and to its first atom.
    fn push_bond(&mut self, atoms: [usize; 2], symbol: Symbol<'a>) -> usize {
        let bond = self.draft.bonds.len();
        self.draft.around[atoms[0]].push(bond);
        self.draft.bonds.push(DraftBond {
            atoms: if symbol.back { [atoms[1], atoms[0]] } else { atoms },
            order: symbol.order,
            up: symbol.up,
            text: symbol.text,
        });
        bond
    }

    /// The number of a ring bond: a digit, `%` and two, or `%(…)`.
    fn ring_number(&mut self) -> Result<u32, Fault> {
        if !self.cursor.accept('%') {
            return Ok(self.cursor.digits(1).parse().unwrap_or(0));
        }
        if self.cursor.accept('(') {
            let number = self.cursor.digits(5).parse();
            return match number {
                Ok(number) if self.cursor.accept(')') => Ok(number),
                _ => Err(self.cursor.fault("a ring number of up to five digits and ')'")),
            };
        }
        let digits = self.cursor.digits(2);
        if digits.len() < 2 {
            return Err(self.cursor.fault("two digits after '%'"));
        }
        Ok(digits.parse().unwrap_or(0))
    }

    fn ring(&mut self, symbol: Symbol<'a>) -> Result<(), Fault> {
        let at = self.cursor.rest;
        let number = self.ring_number()?;
        let text = &at[..at.len() - self.cursor.rest.len()];
        let Some(here) = self.previous else {
            return Err(self.cursor.fault_in(text, ATOM));
        };
        let Some(open) = self.rings.remove(&number) else {
            // The second atom is known when the ring is closed.
            let bond = self.push_bond([here, here], symbol);
            self.rings.insert(number, OpenRing { bond, symbol, text });
            return Ok(());
        };
        let other = self.draft.bonds[open.bond].atoms[0];
        if other == here
            || self.draft.around[here]
                .iter()
                .any(|&b| self.draft.bonds[b].atoms.contains(&other))
        {
            return Err(self
                .cursor
                .fault_in(text, "a ring bond between two atoms that are not bound yet"));
        }
        self.draft.around[here].push(open.bond);
        let merged = merge(open.symbol, symbol).ok_or_else(|| {
            self.cursor
                .fault_in(at_symbol(symbol, text), "the same bond at both ends of the ring bond")
        })?;
        let bond = &mut self.draft.bonds[open.bond];
        bond.atoms = if merged.back { [here, other] } else { [other, here] };
        (bond.order, bond.up, bond.text) = (merged.order, merged.up, merged.text);
        Ok(())
    }
}

/// The bond symbol where there is one, else the number.
fn at_symbol<'a>(symbol: Symbol<'a>, number: &'a str) -> &'a str {
    if symbol.text.is_empty() { number } else { symbol.text }
}

/// What is said at the two ends of a ring bond, seen from the opening one; `None` where it does not fit. A plain `-` or nothing fits a
/// direction.
fn merge<'a>(open: Symbol<'a>, close: Symbol<'a>) -> Option<Symbol<'a>> {
    let close = Symbol {
        up: -close.up,
        back: close.order == Some(BondOrder::Dative) && !close.back,
        ..close
    };
    match (open.order, close.order) {
        (_, None) => Some(open),
        (None, _) => Some(close),
        (a, b) if a != b || open.back != close.back || open.up * close.up < 0 => None,
        _ if open.up == 0 => Some(close),
        _ => Some(open),
    }
}
