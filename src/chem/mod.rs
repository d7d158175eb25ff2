//! What a molecule is: elements, atoms, bonds, rings, aromaticity, stereo, and bonds perceived from bare coordinates.
//!
//! No force field and no energy is known here.

pub mod aromaticity;
pub mod canonical;
pub mod element;
mod element_data;
pub mod guard;
pub mod hybridization;
pub mod kekulize;
pub mod molecule;
mod partition;
pub mod perception;
pub mod rings;
pub mod stereo;
pub mod symmetry;
pub mod valence;

pub use element::Element;
pub use molecule::{Atom, Bond, BondMark, BondOrder, Molecule};
