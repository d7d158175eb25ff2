//! UFF (Rappé, Casewit, Colwell, Goddard, Skiff 1992): typing, parameters, assembly.

use super::parameter_file::ParameterFileError;
use super::{Terms, TypingError};
use crate::chem::Molecule;

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

    /// Extends or overrides these tables with those of a user's file (sections `uff.*`).
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
/// An atom without type.
pub fn parametrize(molecule: &Molecule, parameters: &Parameters) -> Result<Terms, TypingError> {
    let _ = (molecule, parameters);
    todo!()
}
