//! The stereo and topology guard: what changed between two geometries of one molecule.

use super::Molecule;
use std::fmt;

/// One change. Atoms count from 0 inside and from 1 in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A bond of the graph came apart.
    BondBroken([usize; 2]),
    /// Two atoms that were not bonded came within bonding distance.
    BondFormed([usize; 2]),
    /// A tetrahedral centre turned over.
    TetrahedralInverted(usize),
    /// A double bond turned from cis to trans or back.
    DoubleBondTurned([usize; 2]),
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BondBroken([a, b]) => write!(f, "bond {}-{} broken", a + 1, b + 1),
            Self::BondFormed([a, b]) => write!(f, "new contact within bonding distance {}-{}", a + 1, b + 1),
            Self::TetrahedralInverted(a) => write!(f, "stereocentre {} inverted", a + 1),
            Self::DoubleBondTurned([a, b]) => {
                write!(f, "double bond {}-{} changed between cis and trans", a + 1, b + 1)
            }
        }
    }
}

/// Compares two geometries (Å, length 3N) of one molecule: connectivity, tetrahedral and double-bond stereo.
#[must_use]
pub fn changes(molecule: &Molecule, before: &[f64], after: &[f64]) -> Vec<Change> {
    let _ = (molecule, before, after);
    todo!()
}
