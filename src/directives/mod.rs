//! What a user wants frozen, held, driven, restrained or scanned, as flags and files say it.
//!
//! [`flags`] reads the command line's short grammar, [`files`] geomeTRIC's `$freeze/$set/$scan` and xtb's `$fix/$constrain/$scan/$wall`.
//! Both give [`Directives`], which know no molecule yet; [`Directives::plan`] applies them to one. Users write Å and degrees, and count atoms
//! from 1; from here on everything is in internal units, and atoms count from 0.

mod cursor;
pub mod files;
pub mod flags;
mod plan;

#[cfg(test)]
mod tests;

use crate::chem::Element;
use crate::coordinates::Primitive;
use thiserror::Error;

pub use plan::{Axis, Plan};

/// Where something was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Name of the file or flag.
    pub source_name: String,
    /// Line, from 1; a flag has none.
    pub line: Option<usize>,
    /// Column, from 1.
    pub column: usize,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.source_name)?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        write!(f, ", column {}", self.column)
    }
}

/// What is wrong with a directive.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{place}: found {found}, expected {expected}")]
pub struct DirectiveError {
    /// Where.
    pub place: Place,
    /// What was found, in words.
    pub found: String,
    /// What was expected, in words.
    pub expected: String,
}

/// Some atoms, chosen by number or kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Pick {
    /// From the first to the last, both included; from 0.
    Range(usize, usize),
    /// All atoms of an element.
    Element(Element),
    /// All.
    All,
}

/// A list of picks, each with its place.
pub type Atoms = Vec<(Pick, Place)>;

/// An internal coordinate with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Coordinate {
    /// The coordinate.
    pub primitive: Primitive,
    /// Where it was written.
    pub place: Place,
}

/// How hard something is restrained.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stiffness {
    /// kcal/mol per Å² or radian², for ½ k d².
    pub strength: f64,
    /// Within this (Å or radian) there is no energy to speak of.
    pub half_width: f64,
}

/// A wall's place before the molecule is known. Lengths in Å; `None`: around the molecule as it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Extent {
    /// Radius of a sphere.
    Sphere(Option<f64>),
    /// Edges of a box.
    Cuboid([f64; 3]),
}

/// One wish.
#[derive(Clone, Debug, PartialEq)]
pub enum Directive {
    /// Atoms that stay where they are.
    Freeze(Atoms),
    /// Cartesian components (x, y, z) of atoms, held where they are.
    HoldComponents(Atoms, [bool; 3]),
    /// A coordinate held exactly, at a value or where it is (Å, radian).
    Hold(Coordinate, Option<f64>),
    /// A coordinate drawn to a value, or to where it is.
    Restrain(Coordinate, Option<f64>, Stiffness),
    /// Atoms drawn to where they are.
    RestrainPlaces(Atoms, Stiffness),
    /// All distances among some atoms, drawn to what they are.
    RestrainShape(Atoms, Stiffness),
    /// A wall around some atoms.
    Wall(Extent, crate::potential::wall::Rise, Atoms),
    /// A coordinate that takes one value after the other (Å, radian).
    Scan(Coordinate, Vec<f64>),
}

/// All wishes, in the order in which they were given.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Directives {
    /// The wishes.
    pub list: Vec<Directive>,
}

impl Directives {
    /// Whether nothing is wanted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many coordinates are scanned.
    #[must_use]
    pub fn scans(&self) -> usize {
        self.list.iter().filter(|d| matches!(d, Directive::Scan(..))).count()
    }
}
