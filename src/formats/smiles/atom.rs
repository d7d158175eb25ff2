//! Atoms of a SMILES: bare ones of the organic subset, and those in brackets.

use super::parse::Cursor;
use crate::chem::{Atom, Element};
use crate::formats::scan::Fault;

/// An atom as written.
#[derive(Clone, Debug)]
pub(super) struct Written<'a> {
    pub atom: Atom,
    pub aromatic: bool,
    /// Hydrogens stated in brackets; `None` for an atom without brackets.
    pub hydrogens: Option<usize>,
    /// `@` (true) or `@@` (false).
    pub anticlockwise: Option<bool>,
    /// Whether a class (`:7`) was given.
    pub class: bool,
    /// The text, for messages.
    pub text: &'a str,
}

/// What can stand without brackets, longer symbols first.
const BARE: [(&str, Element, bool); 16] = [
    ("Cl", Element::CL, false),
    ("Br", Element::BR, false),
    ("B", Element::B, false),
    ("C", Element::C, false),
    ("N", Element::N, false),
    ("O", Element::O, false),
    ("P", Element::P, false),
    ("S", Element::S, false),
    ("F", Element::F, false),
    ("I", Element::I, false),
    ("b", Element::B, true),
    ("c", Element::C, true),
    ("n", Element::N, true),
    ("o", Element::O, true),
    ("p", Element::P, true),
    ("s", Element::S, true),
];

/// Aromatic symbols in brackets; silicon is beyond the specification, but written by others.
const AROMATIC: [&str; 10] = ["se", "as", "te", "si", "b", "c", "n", "o", "p", "s"];

/// An atom without brackets, if one begins here.
pub(super) fn bare<'a>(cursor: &mut Cursor<'a>) -> Option<Written<'a>> {
    let &(symbol, element, aromatic) = BARE.iter().find(|b| cursor.rest().starts_with(b.0))?;
    let text = cursor.take(symbol.len());
    Some(Written {
        atom: Atom::new(element),
        aromatic,
        hydrogens: None,
        anticlockwise: None,
        class: false,
        text,
    })
}

/// An atom in brackets; the cursor stands at the opening one.
pub(super) fn bracketed<'a>(cursor: &mut Cursor<'a>) -> Result<Written<'a>, Fault> {
    let whole = cursor.rest();
    cursor.take(1);
    let isotope = isotope(cursor)?;
    let (element, aromatic) = symbol(cursor)?;
    let anticlockwise = turn(cursor)?;
    let hydrogens = hydrogens(cursor)?;
    let formal_charge = charge(cursor)?;
    let class = class(cursor)?;
    if !cursor.accept(']') {
        return Err(cursor.fault("']' at the end of the atom (order: isotope, symbol, @, hydrogens, charge, class)"));
    }
    Ok(Written {
        atom: Atom {
            isotope,
            formal_charge,
            ..Atom::new(element)
        },
        aromatic,
        hydrogens: Some(hydrogens),
        anticlockwise,
        class,
        text: &whole[..whole.len() - cursor.rest().len()],
    })
}

fn isotope(cursor: &mut Cursor<'_>) -> Result<Option<u16>, Fault> {
    let at = cursor.rest();
    let digits = cursor.digits(usize::MAX);
    if digits.is_empty() {
        return Ok(None);
    }
    match digits.parse() {
        Ok(mass) if mass < 1000 => Ok(Some(mass).filter(|&m| m > 0)),
        _ => Err(cursor.fault_in(&at[..digits.len()], "a mass number below 1000")),
    }
}

fn symbol(cursor: &mut Cursor<'_>) -> Result<(Element, bool), Fault> {
    const EXPECTED: &str = "an element symbol";
    let rest = cursor.rest();
    if rest.starts_with('*') {
        return Err(cursor.fault("an element symbol (a wildcard has no energy)"));
    }
    if let Some(symbol) = AROMATIC.iter().find(|s| rest.starts_with(**s)) {
        cursor.take(symbol.len());
        return Element::from_symbol(symbol)
            .map(|e| (e, true))
            .ok_or_else(|| cursor.fault(EXPECTED));
    }
    let begins = rest.starts_with(|c: char| c.is_ascii_uppercase());
    let long = rest.as_bytes().get(1).is_some_and(u8::is_ascii_lowercase);
    for length in if long { [2, 1] } else { [1, 1] } {
        if let Some(element) = rest.get(..length).filter(|_| begins).and_then(Element::from_symbol) {
            cursor.take(length);
            return Ok((element, false));
        }
    }
    Err(cursor.fault(EXPECTED))
}

/// `@`, `@@`, `@TH1`, `@TH2`. What needs more than four neighbours or an axis is refused.
fn turn(cursor: &mut Cursor<'_>) -> Result<Option<bool>, Fault> {
    const CLASSES: [(&str, &str); 4] = [
        ("AL", "allenes"),
        ("SP", "square-planar atoms"),
        ("TB", "trigonal bipyramids"),
        ("OH", "octahedral atoms"),
    ];
    let at = cursor.rest();
    if !cursor.accept('@') {
        return Ok(None);
    }
    if cursor.accept('@') {
        return Ok(Some(false));
    }
    for (class, of) in CLASSES {
        let digit = cursor.rest().as_bytes().get(2).is_some_and(u8::is_ascii_digit);
        if digit && cursor.rest().starts_with(class) {
            let expected = format!("@ or @@ (the configuration of {of} can't be kept)");
            return Err(cursor.fault_in(&at[..4], expected));
        }
    }
    match cursor.rest().get(..3) {
        Some("TH1") => drop(cursor.take(3)),
        Some("TH2") => {
            cursor.take(3);
            return Ok(Some(false));
        }
        _ => {}
    }
    Ok(Some(true))
}

fn hydrogens(cursor: &mut Cursor<'_>) -> Result<usize, Fault> {
    if !cursor.accept('H') {
        return Ok(0);
    }
    let digits = cursor.digits(1);
    Ok(digits.parse().unwrap_or(1))
}

fn charge(cursor: &mut Cursor<'_>) -> Result<i8, Fault> {
    const MOST: usize = 15;
    let at = cursor.rest();
    let Some(sign) = at.chars().next().filter(|c| matches!(c, '+' | '-')) else {
        return Ok(0);
    };
    let signs = at.bytes().take_while(|&b| char::from(b) == sign).count();
    cursor.take(signs);
    let digits = if signs == 1 { cursor.digits(usize::MAX) } else { "" };
    let size = if digits.is_empty() {
        Some(signs)
    } else {
        digits.parse().ok()
    };
    match size.filter(|&s| s <= MOST).and_then(|s| i8::try_from(s).ok()) {
        Some(size) => Ok(if sign == '-' { -size } else { size }),
        None => Err(cursor.fault_in(&at[..signs + digits.len()], "a charge from -15 to +15")),
    }
}

fn class(cursor: &mut Cursor<'_>) -> Result<bool, Fault> {
    if !cursor.accept(':') {
        return Ok(false);
    }
    if cursor.digits(usize::MAX).is_empty() {
        return Err(cursor.fault("the number of an atom class"));
    }
    Ok(true)
}
