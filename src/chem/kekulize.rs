//! Turns bonds drawn as aromatic into single and double ones.

use super::Molecule;
use thiserror::Error;

/// No Kekulé structure exists. Atoms count from 1 in the message.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the aromatic bonds at atom {} can't be drawn as single and double bonds; is a charge or a hydrogen missing?", atom + 1)]
pub struct KekulizeError {
    /// An atom that is left without a double bond, from 0.
    pub atom: usize,
}

/// Replaces all `Aromatic` bonds by single and double ones such that valences are met. No change where there are none.
///
/// # Errors
/// Where no assignment exists.
pub fn kekulize(molecule: &mut Molecule) -> Result<(), KekulizeError> {
    let _ = molecule;
    todo!()
}
