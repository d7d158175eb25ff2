//! MMFF94 and MMFF94s (Halgren 1996, parts I–V; 1999, parts VI–VII): typing, charges, parameters, assembly.

use super::parameter_file::ParameterFileError;
use super::{Terms, TypingError};
use crate::chem::Molecule;

/// The two variants of the force field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// MMFF94.
    Mmff94,
    /// MMFF94s: flatter out-of-plane and torsion parameters at delocalized nitrogens.
    Mmff94s,
}

/// The parameter tables.
#[derive(Clone, Debug)]
pub struct Parameters {}

impl Parameters {
    /// The published tables, which are part of the program.
    ///
    /// # Errors
    /// Never with the tables as shipped.
    pub fn published() -> Result<Self, ParameterFileError> {
        todo!()
    }

    /// Extends or overrides these tables with those of a user's file (sections `mmff94.*`).
    ///
    /// # Errors
    /// Malformed sections or rows, with file and line.
    pub fn extend(&mut self, file: &str, text: &str) -> Result<(), ParameterFileError> {
        let _ = (file, text);
        todo!()
    }
}

/// Types a molecule and assigns all its parameters. Needs bonds with orders (no `Aromatic` ones: kekulize first) and all hydrogens.
///
/// # Errors
/// An atom without type, or a parameter that neither tables nor rules supply.
pub fn parametrize(molecule: &Molecule, variant: Variant, parameters: &Parameters) -> Result<Terms, TypingError> {
    let _ = (molecule, variant, parameters);
    todo!()
}
