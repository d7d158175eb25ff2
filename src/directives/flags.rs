//! The short grammar of the command line:
//!
//! ```text
//! --freeze   ATOMS                                    1-5,9,Pt     all
//! --fix      KIND ATOMS                               distance 1 2
//! --set      KIND ATOMS = VALUE                       dihedral 1 2 3 4 = 180
//! --restrain KIND ATOMS [= VALUE [+- WIDTH]] [, K]    distance 1 2 = 1.5 +- 0.1, 100
//! --restrain xyz ATOMS [+- WIDTH] [, K]               xyz 1-5, 50
//! --wall     sphere RADIUS|auto [, K]                 sphere 8
//! --wall     box A B C [, K]                          box 10 10 20, 50
//! --scan     KIND ATOMS = FROM..TO step STEP          dihedral 1 2 3 4 = 0..360 step 15
//! --scan     KIND ATOMS = FROM, TO, COUNT             distance 1 2 = 1.2, 3.0, 10
//! ```
//!
//! The atoms of `xyz` are separated by commas without blanks (`1-5,9, 50`: six atoms, K = 50). KIND is `distance`, `angle` or `dihedral`; VALUE, WIDTH, FROM, TO and STEP are in Å or degrees, RADIUS and the edges A B C in Å. The
//! energy of a restraint is ½ K d², with K in kcal/mol/Å² or kcal/mol/radian².

use super::cursor::{Cursor, Read, spread, stepped, unit};
use super::{Coordinate, Directive, Extent, Pick, Stiffness};
use crate::potential::wall::Rise;

/// Force constant where none is given, kcal/mol/Å² or kcal/mol/radian².
pub const STRENGTH: f64 = 100.0;

/// Walls are rounded over this, Å.
const CORNER: f64 = 0.1;

const KINDS: &str = "distance, angle or dihedral";

fn coordinate(cursor: &mut Cursor<'_>, kinds: &str) -> Read<Coordinate> {
    let place = cursor.place();
    let before = cursor.clone();
    let kind = cursor.word(kinds)?;
    let read = cursor.coordinate(&kind, place);
    read.unwrap_or_else(|| Err(before.fault(kinds)))
}

/// `--freeze`.
///
/// # Errors
/// Where the text is not of the grammar; so with all others.
pub fn freeze(text: &str) -> Read<Directive> {
    let mut cursor = Cursor::new("--freeze", None, text);
    let atoms = cursor.atoms()?;
    cursor.end()?;
    Ok(Directive::Freeze(atoms))
}

/// `--fix`.
///
/// # Errors
/// As [`freeze`].
pub fn fix(text: &str) -> Read<Directive> {
    let mut cursor = Cursor::new("--fix", None, text);
    let coordinate = coordinate(&mut cursor, KINDS)?;
    cursor.end()?;
    Ok(Directive::Hold(coordinate, None))
}

/// `--set`.
///
/// # Errors
/// As [`freeze`].
pub fn set(text: &str) -> Read<Directive> {
    let mut cursor = Cursor::new("--set", None, text);
    let coordinate = coordinate(&mut cursor, KINDS)?;
    cursor.require("=")?;
    let value = cursor.value(&coordinate)?;
    cursor.end()?;
    Ok(Directive::Hold(coordinate, Some(value)))
}

/// `--restrain`.
///
/// # Errors
/// As [`freeze`].
pub fn restrain(text: &str) -> Read<Directive> {
    let mut cursor = Cursor::new("--restrain", None, text);
    if cursor.accept_word("xyz") {
        let atoms = cursor.numbered_atoms()?;
        let stiffness = stiffness(&mut cursor, 1.0)?;
        return Ok(Directive::RestrainPlaces(atoms, stiffness));
    }
    let coordinate = coordinate(&mut cursor, "distance, angle, dihedral or xyz")?;
    let target = if cursor.accept("=") {
        cursor.value_or_auto(&coordinate)?
    } else {
        None
    };
    let stiffness = stiffness(&mut cursor, unit(&coordinate.primitive))?;
    Ok(Directive::Restrain(coordinate, target, stiffness))
}

/// The rest of a restraint: width and force constant.
fn stiffness(cursor: &mut Cursor<'_>, unit: f64) -> Read<Stiffness> {
    let half_width = if cursor.accept("+-") || cursor.accept("±") {
        cursor.positive("a width above 0")? / unit
    } else {
        0.0
    };
    let strength = strength(cursor)?;
    Ok(Stiffness { strength, half_width })
}

/// `, K` at the end, or the usual force constant.
fn strength(cursor: &mut Cursor<'_>) -> Read<f64> {
    let strength = if cursor.accept(",") {
        cursor.positive("a force constant above 0")?
    } else {
        STRENGTH
    };
    cursor.end()?;
    Ok(strength)
}

/// `--wall`.
///
/// # Errors
/// As [`freeze`].
pub fn wall(text: &str) -> Read<Directive> {
    let mut cursor = Cursor::new("--wall", None, text);
    let place = cursor.place();
    let extent = if cursor.accept_word("sphere") {
        let auto = cursor.accept_word("auto");
        let radius = if auto {
            None
        } else {
            Some(cursor.positive("a radius in Å, or auto")?)
        };
        Extent::Sphere(radius)
    } else if cursor.accept_word("box") {
        let mut edges = [0.0; 3];
        for edge in &mut edges {
            *edge = cursor.positive("three edges in Å")?;
        }
        Extent::Cuboid(edges)
    } else {
        return Err(cursor.fault("sphere or box"));
    };
    let rise = Rise::Harmonic {
        strength: strength(&mut cursor)?,
        corner: CORNER,
    };
    Ok(Directive::Wall(extent, rise, vec![(Pick::All, place)]))
}

/// `--scan`.
///
/// # Errors
/// As [`freeze`].
pub fn scan(text: &str) -> Read<Directive> {
    let mut cursor = Cursor::new("--scan", None, text);
    let coordinate = coordinate(&mut cursor, KINDS)?;
    cursor.require("=")?;
    let first = cursor.value(&coordinate)?;
    let values = if cursor.accept("..") {
        let last = cursor.value(&coordinate)?;
        if !cursor.accept_word("step") {
            return Err(cursor.fault("'step' and the width of a step"));
        }
        let before = cursor.clone();
        let step = cursor.number("the width of a step")? / unit(&coordinate.primitive);
        stepped(first, last, step).ok_or_else(|| {
            before.fault("a step that leads from the first value to the last one, in 100000 points at most")
        })?
    } else if cursor.accept(",") {
        let last = cursor.value(&coordinate)?;
        cursor.require(",")?;
        spread(first, last, cursor.points()?)
    } else {
        return Err(cursor.fault("'..' and the last value, or ', LAST, COUNT'"));
    };
    cursor.end()?;
    Ok(Directive::Scan(coordinate, values))
}
