//! Bonds from bare coordinates: connectivity from covalent radii, then bond orders and formal charges for a total charge.

use super::Molecule;
use thiserror::Error;

/// What perception found.
#[derive(Clone, Debug)]
pub struct Perceived {
    /// The graph with bonds, orders and formal charges.
    pub molecule: Molecule,
    /// Net charge of the assignment.
    pub charge: i32,
    /// What is odd about the assignment, 0 for a perfect one (the scale is documented with the search).
    pub penalty: f64,
    /// Warnings in words (charge inferred, search cut short, odd valence at atom …).
    pub notes: Vec<String>,
}

/// Why no bonds could be perceived.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum PerceptionError {
    /// Two atoms on one point (indices from 0).
    #[error("atoms {} and {} lie {distance:.3} Å apart: bonds can't be perceived", a + 1, b + 1)]
    Overlap {
        /// First atom.
        a: usize,
        /// Second atom.
        b: usize,
        /// Distance, Å.
        distance: f64,
    },
    /// No assignment has this total charge.
    #[error("no assignment of bonds gives the total charge {charge}: {reason}")]
    Charge {
        /// The charge asked for.
        charge: i32,
        /// In words.
        reason: String,
    },
}

/// Perceives bonds, orders and formal charges of bare atoms at `coordinates` (Å, length 3N) for a net charge (`None`: inferred, with a note).
///
/// # Errors
/// Overlapping atoms; a charge that cannot be had.
pub fn perceive(molecule: &Molecule, coordinates: &[f64], charge: Option<i32>) -> Result<Perceived, PerceptionError> {
    let _ = (molecule, coordinates, charge);
    todo!()
}
