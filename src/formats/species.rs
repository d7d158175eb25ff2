//! Elements and isotopes from the symbols that files use.

use crate::chem::{Atom, Element};
use nom::branch::alt;
use nom::character::complete::{alpha1, digit0, u8, u16};
use nom::combinator::{all_consuming, map};
use nom::{IResult, Parser};

/// Mass numbers that a molfile's mass difference counts from: the standard atomic weight, rounded (for elements without
/// one, the longest-lived isotope).
#[rustfmt::skip]
const REFERENCE_MASS_NUMBERS: [u16; 118] = [
    1, 4, 7, 9, 11, 12, 14, 16, 19, 20, 23, 24, 27, 28, 31, 32, 35, 40, 39, 40, 45, 48, 51, 52, 55, 56, 59, 59, 64, 65,
    70, 73, 75, 79, 80, 84, 85, 88, 89, 91, 93, 96, 98, 101, 103, 106, 108, 112, 115, 119, 122, 128, 127, 131, 133, 137,
    139, 140, 141, 144, 145, 150, 152, 157, 159, 163, 165, 167, 169, 173, 175, 178, 181, 184, 186, 190, 192, 195, 197,
    201, 204, 207, 209, 209, 210, 222, 223, 226, 227, 232, 231, 238, 237, 244, 243, 247, 247, 251, 252, 257, 258, 259,
    266, 267, 268, 269, 270, 277, 278, 281, 282, 285, 286, 289, 290, 293, 294, 294,
];

/// The mass number that a molfile's mass difference counts from.
pub(super) fn reference_mass_number(element: Element) -> u16 {
    REFERENCE_MASS_NUMBERS[usize::from(element.atomic_number()) - 1]
}

/// An element symbol in any case, or `D` or `T`.
pub(super) fn from_symbol(symbol: &str) -> Option<Atom> {
    let isotope = match symbol {
        "D" | "d" => Some(2),
        "T" | "t" => Some(3),
        _ => None,
    };
    let element = if isotope.is_some() {
        Element::H
    } else {
        Element::from_symbol(symbol)?
    };
    Some(Atom {
        isotope,
        ..Atom::new(element)
    })
}

/// What can stand for an atom in the first column of an XYZ file: a symbol, a symbol with a number (`C12`), an atomic
/// number, or a mass number with a symbol (`13C`).
pub(super) fn from_label(label: &str) -> Option<Atom> {
    fn grammar(label: &str) -> IResult<&str, Option<Atom>> {
        all_consuming(alt((
            map((alpha1, digit0), |(symbol, _)| from_symbol(symbol)),
            map((u16, alpha1), |(mass, symbol)| {
                let atom = Element::from_symbol(symbol).map(Atom::new)?;
                let plausible = mass >= u16::from(atom.element.atomic_number()) && mass < 400;
                plausible.then_some(Atom {
                    isotope: Some(mass),
                    ..atom
                })
            }),
            map(u8, |number| Element::from_atomic_number(number).map(Atom::new)),
        )))
        .parse(label)
    }
    // Nearly every label is a bare symbol: no grammar needed.
    from_symbol(label).or_else(|| grammar(label).ok()?.1)
}

/// The symbol to write: `D` and `T` where `named_isotopes`, else the element's.
pub(super) fn symbol(atom: &Atom, named_isotopes: bool) -> &'static str {
    match (named_isotopes && atom.element == Element::H, atom.isotope) {
        (true, Some(2)) => "D",
        (true, Some(3)) => "T",
        _ => atom.element.symbol(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels() {
        for (label, number, isotope) in [
            ("C", 6, None),
            ("cl", 17, None),
            ("CL", 17, None),
            ("H12", 1, None),
            ("D", 1, Some(2)),
            ("T3", 1, Some(3)),
            ("13C", 6, Some(13)),
            ("8", 8, None),
            ("118", 118, None),
        ] {
            let atom = from_label(label).unwrap();
            assert_eq!(
                (atom.element.atomic_number(), atom.isotope),
                (number, isotope),
                "{label}"
            );
        }
        for label in [
            "", "Qq", "0", "119", "999", "Qq1", "C-", "C1x", "-6", "5C", "99999C", "é",
        ] {
            assert_eq!(from_label(label), None, "{label}");
        }
    }
}
