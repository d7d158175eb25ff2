//! What a search for a way writes down, and what comes of it.

use super::chain::Method;
use super::crossing::Crossing;
use super::error::RouteError;
use crate::optimize::Point;
use std::fmt;

/// Gradients that were spent, by what for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// On chains.
    pub chain: usize,
    /// On walks from their tops to saddles.
    pub saddle: usize,
    /// On proofs of saddles and minima.
    pub verification: usize,
    /// On ways down from saddles, and the minima there.
    pub irc: usize,
    /// Analytic Hessians, for whatever.
    pub hessians: usize,
}

/// One way to look for a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// From a guess of the saddle.
    Given,
    /// By a chain.
    Chain(ChainAttempt),
}

/// A chain that is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainAttempt {
    /// How it is made.
    pub method: Method,
    /// Structures, both ends included.
    pub images: usize,
    /// Steps of the foremost images of a growing chain.
    pub steps: usize,
    /// Whether separate molecules are first turned towards each other.
    pub gathered: bool,
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Chain(chain) = self else {
            return f.write_str("given saddle");
        };
        let kind = match chain.method {
            Method::Grow => "growing chain",
            Method::Band => "interpolated chain",
        };
        let gathered = if chain.gathered {
            ", molecules turned towards each other"
        } else {
            ""
        };
        write!(f, "{kind} of {} structures{gathered}", chain.images)
    }
}

/// A remark on the way.
#[derive(Clone, Debug, PartialEq)]
pub enum Note {
    /// An attempt led to a point.
    Found {
        /// Which attempt.
        attempt: Attempt,
        /// What the point is and connects, in words.
        what: String,
    },
    /// An attempt led nowhere.
    Failed {
        /// Which attempt.
        attempt: Attempt,
        /// Why.
        error: RouteError,
    },
    /// The search goes on from a minimum that is neither reactant nor product.
    Onward {
        /// What it is, in words.
        from: String,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Found { attempt, what } => write!(f, "{attempt}: {what}"),
            Self::Failed { attempt, error } => write!(f, "{attempt}: {error}"),
            Self::Onward { from } => write!(f, "on from {from}"),
        }
    }
}

/// What a search writes down as it goes on.
#[derive(Clone, Debug, Default)]
pub struct Log {
    /// Gradients and Hessians.
    pub spent: Spent,
    /// What was tried, and what came of it.
    pub notes: Vec<Note>,
    /// Chains so far.
    pub(super) attempts: usize,
}

/// A chain as far as it came.
#[derive(Clone, Debug)]
pub struct Unfinished {
    /// Its structures, from end to end.
    pub points: Vec<Point>,
    /// Number of the highest point between the ends.
    pub top: usize,
}

/// What came of a search.
#[derive(Clone, Debug, Default)]
pub struct Course {
    /// From reactant to product where it is complete; else the best that was found, if anything was.
    pub passes: Vec<Crossing>,
    /// The passes lead from reactant to product.
    pub complete: bool,
    /// It was interrupted.
    pub interrupted: bool,
    /// The last chain.
    pub chain: Option<Unfinished>,
    /// What went wrong last.
    pub trouble: Option<RouteError>,
}

impl Course {
    /// What it is, in words.
    #[must_use]
    pub fn words(&self) -> String {
        if self.interrupted && !self.complete {
            return RouteError::Interrupted.to_string();
        }
        let all: Vec<String> = self.passes.iter().map(Crossing::words).collect();
        match (all.as_slice(), &self.trouble) {
            ([], Some(trouble)) => trouble.to_string(),
            ([], None) => RouteError::NothingFound.to_string(),
            ([only], Some(trouble)) if !self.complete => format!("{only}; another chain ended otherwise: {trouble}"),
            ([only], _) => only.clone(),
            (all, _) => {
                let numbered = all.iter().enumerate().map(|(k, words)| format!("({}) {words}", k + 1));
                let numbered: Vec<String> = numbered.collect();
                format!("{} passes: {}", all.len(), numbered.join("; "))
            }
        }
    }

    /// Why there is nothing to show.
    pub(super) fn reason(self) -> RouteError {
        match self.interrupted {
            true => RouteError::Interrupted,
            false => self.trouble.unwrap_or(RouteError::NothingFound),
        }
    }

    /// Keeps the better of what is known and what was found.
    pub(super) fn take(&mut self, found: Crossing) {
        let better = self.passes.first().is_none_or(|known| found.rank() > known.rank());
        if better {
            self.complete = found.converged();
            self.passes = vec![found];
        }
    }
}
