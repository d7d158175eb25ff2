//! Force fields: parameters assigned to a molecule ([`Terms`]), the immutable shared [`ForceField`], its per-thread `Evaluator`.

mod bonded;
mod contacts;
mod curvature;
mod evaluator;
mod field;
mod hessian;
pub mod mmff94;
mod nonbonded;
mod pairs;
pub mod parameter_file;
pub mod terms;
pub mod uff;

use std::fmt;
use thiserror::Error;

pub use evaluator::Evaluator;
pub use field::{ForceField, Options};
pub use terms::Terms;

/// Which force field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Surface {
    /// MMFF94 (Halgren 1996).
    Mmff94,
    /// MMFF94s, with planar delocalized nitrogens (Halgren 1999).
    Mmff94s,
    /// UFF (Rappé et al. 1992).
    Uff,
}

impl Surface {
    /// The name on the command line and in output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Mmff94 => "mmff94",
            Self::Mmff94s => "mmff94s",
            Self::Uff => "uff",
        }
    }
}

impl fmt::Display for Surface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A parameter that the tables do not hold and that a published rule supplied.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// The term, in the words of the output (`bond`, `angle`, `stretch_bend`, `out_of_plane`, `torsion`), or `type` for an atom's type.
    pub term: &'static str,
    /// The atoms, from 0, in the term's order.
    pub atoms: Vec<usize>,
    /// The types looked for, e.g. `0 1-37-64`.
    pub types: String,
    /// Which rule, with its source, and what came out.
    pub rule: String,
}

/// Why a molecule cannot be described by a force field. Atoms count from 1 in the messages.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum TypingError {
    /// No atom type fits.
    #[error("{surface} has no atom type for atom {} ({description}): {missing}", atom + 1)]
    NoType {
        /// The force field.
        surface: Surface,
        /// The atom, from 0.
        atom: usize,
        /// Element, charge and neighbours in words, e.g. `Xe bonded to F2, F3`.
        description: String,
        /// What was missing, in words.
        missing: String,
    },
    /// A parameter is missing and no rule supplies it.
    #[error(
        "{surface} has no {term} parameters for atoms {} (types {types}): {missing}",
        one_based(atoms)
    )]
    NoParameter {
        /// The force field.
        surface: Surface,
        /// The term.
        term: &'static str,
        /// The atoms, from 0.
        atoms: Vec<usize>,
        /// Their types.
        types: String,
        /// What was missing, in words.
        missing: String,
    },
    /// The parameter tables themselves are wrong (only with a user's own file).
    #[error(transparent)]
    Parameters(#[from] parameter_file::ParameterFileError),
}

fn one_based(atoms: &[usize]) -> String {
    atoms.iter().map(|a| (a + 1).to_string()).collect::<Vec<_>>().join("-")
}

/// Energy by term, kcal/mol.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Breakdown {
    /// Bond stretching.
    pub bond: f64,
    /// Angle bending.
    pub angle: f64,
    /// Stretch-bend coupling.
    pub stretch_bend: f64,
    /// Out-of-plane bending (MMFF94) or inversion (UFF).
    pub out_of_plane: f64,
    /// Torsion.
    pub torsion: f64,
    /// Van der Waals.
    pub van_der_waals: f64,
    /// Electrostatic.
    pub electrostatic: f64,
}

impl Breakdown {
    /// Sum of the terms.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.bond
            + self.angle
            + self.stretch_bend
            + self.out_of_plane
            + self.torsion
            + self.van_der_waals
            + self.electrostatic
    }
}
