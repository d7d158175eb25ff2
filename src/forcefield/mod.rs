//! Force fields: parameters assigned to a molecule ([`Terms`]), the immutable shared [`ForceField`], its per-thread `Evaluator`.

pub mod mmff94;
pub mod parameter_file;
pub mod terms;
pub mod uff;

use crate::chem::Molecule;
use crate::potential::{EvalError, Potential};
use std::fmt;
use std::sync::Arc;
use thiserror::Error;

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
    /// The term, in the words of the output (`bond`, `angle`, `stretch_bend`, `out_of_plane`, `torsion`).
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

/// How non-bonded pairs are treated.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Nonbonded {
    /// Distance (Å) beyond which pairs are left out, reached through a smooth switching function; `None` for all pairs.
    pub cutoff: Option<f64>,
    /// Distance-independent dielectric constant is 1 where this is `None`.
    pub dielectric: Option<f64>,
}

/// A molecule's force field: immutable, shared between threads.
#[derive(Debug)]
pub struct ForceField {
    terms: Terms,
}

impl ForceField {
    /// Prepares a molecule's terms for evaluation.
    #[must_use]
    pub fn new(molecule: &Molecule, terms: Terms, nonbonded: Nonbonded) -> Arc<Self> {
        let _ = (molecule, nonbonded);
        Arc::new(Self { terms })
    }

    /// The terms that it was made from.
    #[must_use]
    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// A per-thread evaluator.
    #[must_use]
    pub fn evaluator(self: &Arc<Self>) -> Evaluator {
        Evaluator {
            field: Arc::clone(self),
        }
    }
}

/// Per-thread scratch over a shared force field. Allocates nothing per call.
#[derive(Debug)]
pub struct Evaluator {
    field: Arc<ForceField>,
}

impl Evaluator {
    /// The shared force field.
    #[must_use]
    pub fn field(&self) -> &Arc<ForceField> {
        &self.field
    }

    /// Energy by term at `x` (Å).
    ///
    /// # Errors
    /// As for [`Potential::energy_gradient`].
    pub fn breakdown(&mut self, x: &[f64]) -> Result<Breakdown, EvalError> {
        let _ = x;
        todo!()
    }
}

impl Potential for Evaluator {
    fn len(&self) -> usize {
        3 * self.field.terms.charges.len()
    }

    fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
        let _ = (x, gradient);
        todo!()
    }
}
