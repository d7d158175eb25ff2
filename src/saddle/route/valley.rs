//! Minima at the ends of a way, and beside its passes.

use super::error::RouteError;
use super::landscape::Landscape;
use crate::chem::Molecule;
use crate::optimize::{Criteria, Limits, Point, Stop, minimize};
use crate::saddle::path::order::{permuted, renamed, reordered};

/// Most steps of the minimization of an end.
const MOST_STEPS: usize = 2000;

/// A minimum on one side of a pass.
#[derive(Clone, Debug)]
pub struct Valley {
    /// Where it is.
    pub point: Point,
    /// The criteria hold there.
    pub converged: bool,
    /// Why the minimization ended there.
    pub stop: Stop,
    /// Gradients that it took.
    pub evaluations: usize,
    /// With the bonds that are there.
    pub molecule: Molecule,
}

impl Valley {
    /// Walks down from `x` (Å) to a minimum.
    ///
    /// # Errors
    /// Where the surface fails.
    pub fn below(landscape: &dyn Landscape, x: &[f64], criteria: &Criteria) -> Result<Self, RouteError> {
        let mut surface = landscape.open()?;
        let mut stepper = landscape.stepper(x)?;
        let limits = Limits {
            steps: Some(MOST_STEPS),
            ..Limits::default()
        };
        let mut observer = landscape.observer();
        let found = minimize(&mut *surface, x, &mut *stepper, criteria, &limits, &mut observer)?;
        Ok(Self {
            molecule: landscape.molecule_at(&found.point.x),
            converged: found.stop == Stop::Converged,
            stop: found.stop,
            evaluations: found.evaluations,
            point: found.point,
        })
    }

    /// A structure (Å) as it is, in a minimum's place.
    ///
    /// # Errors
    /// Where the surface fails.
    pub fn as_given(landscape: &dyn Landscape, x: &[f64]) -> Result<Self, RouteError> {
        Ok(Self {
            point: Point::at(&mut *landscape.open()?, x)?,
            molecule: landscape.molecule_at(x),
            converged: true,
            stop: Stop::Converged,
            evaluations: 1,
        })
    }

    /// Gives equivalent atoms other names where on the way from `start` a centre would have to turn over without need: `order` tells the
    /// old number of each. `None` where the names as they are will do.
    pub fn rename(&mut self, start: &Self) -> Option<Vec<usize>> {
        let order = renamed((&start.molecule, &start.point.x), (&self.molecule, &self.point.x))?;
        self.point.x = permuted(&self.point.x, &order);
        self.point.gradient = permuted(&self.point.gradient, &order);
        self.molecule = reordered(&self.molecule, &order);
        Some(order)
    }
}
