//! Why there is no way, or no more of it.

use crate::linalg::LinalgError;
use crate::optimize::{OptimizeError, RfoError};
use crate::potential::EvalError;
use crate::saddle::SearchError;
use crate::saddle::path::growing::GrowthError;
use crate::saddle::path::irc::IrcError;
use crate::saddle::path::summit::SummitError;
use crate::vibrations::thermochemistry::Impossible;
use thiserror::Error;

/// Root mean square of the gradient (kcal/mol/Å) above which a structure is no saddle.
pub const STATIONARY: f64 = 0.3;

/// What went wrong on the way.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum RouteError {
    /// The surface failed.
    #[error(transparent)]
    Surface(#[from] EvalError),
    /// The minimization of an end, or of what lies beside a saddle, failed.
    #[error("the minimization of an end failed {0}")]
    Valley(#[from] OptimizeError),
    /// No steps can be made in this molecule's internal coordinates.
    #[error(transparent)]
    Steps(#[from] RfoError),
    /// A chain did not grow.
    #[error(transparent)]
    Growth(#[from] GrowthError),
    /// The search for a saddle did not even begin.
    #[error(transparent)]
    Search(#[from] SearchError),
    /// The walk to a saddle with second derivatives failed.
    #[error(transparent)]
    Summit(#[from] SummitError),
    /// There is no way down.
    #[error(transparent)]
    Irc(#[from] IrcError),
    /// Structures can't be compared, or second derivatives not be decomposed.
    #[error(transparent)]
    Algebra(#[from] LinalgError),
    /// No thermochemistry.
    #[error(transparent)]
    Thermochemistry(#[from] Impossible),
    /// The surface has no gradients.
    #[error("the surface has no gradients to take differences of")]
    NoGradient,
    /// Second derivatives by differences that were not made to the end.
    #[error("{}ended after {known} of {all} gradients", error.as_ref().map_or_else(String::new, |error| format!("{error}; ")))]
    Unfinished {
        /// What the surface said, if it was the surface.
        error: Option<EvalError>,
        /// Gradients that were made.
        known: usize,
        /// Gradients that it takes.
        all: usize,
    },
    /// Atoms that have no vibrations.
    #[error("a single atom has no passes")]
    OneAtom,
    /// A chain without a top.
    #[error("the energy has no maximum between the two structures: there is no pass")]
    NoPass,
    /// Nothing was found, and nothing went wrong.
    #[error("no pass was found between the two structures")]
    NothingFound,
    /// An interrupt came first.
    #[error("interrupted")]
    Interrupted,
    /// An interrupt came between a saddle and its sides.
    #[error("interrupted on the way down")]
    InterruptedDown,
    /// A structure to go down from is not stationary.
    #[error(
        "this is no saddle: the gradient is {slope:.2} kcal/mol/Å (root mean square), expected less than {STATIONARY}; give a saddle (thalweg \
         ts finds one), or two structures"
    )]
    NotStationary {
        /// Root mean square of its gradient, kcal/mol/Å.
        slope: f64,
    },
    /// A stationary point to go down from has not exactly one negative mode.
    #[error("this is no saddle of first order but a {what}")]
    NotFirstOrder {
        /// What it is, in words.
        what: String,
    },
}
