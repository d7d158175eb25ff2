//! The seam: what the search for a way has to know of a molecule and its surface.

use super::bonds::bonded_at;
use super::error::RouteError;
use crate::chem::Molecule;
use crate::coordinates::InternalCoordinates;
use crate::hessian::lowest::Approximate;
use crate::hessian::{Model, approximate};
use crate::optimize::observer::Interrupt;
use crate::optimize::{InitialHessian, Lbfgs, Rfo, RfoSettings, Stepper};
use crate::potential::{EvalError, Potential};
use crate::saddle::path::crew::Opened;
use std::sync::atomic::{AtomicBool, Ordering};

/// What a surface does to bonds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bonding {
    /// They are as they are drawn, everywhere.
    Drawn,
    /// They break and form: what is bonded is told by where the atoms are, for a molecule of this charge.
    ByPlace {
        /// Elementary charges.
        charge: i32,
    },
}

/// A molecule with its surface.
pub trait Landscape: Sync {
    /// The molecule, as it is drawn.
    fn molecule(&self) -> &Molecule;

    /// What the surface does to its bonds.
    fn bonding(&self) -> Bonding;

    /// Whether gradients are expensive and have noise, and second derivatives are not to be had but by their differences: another
    /// program's. A cheap surface has second derivatives of its own.
    fn is_costly(&self) -> bool;

    /// The surface, ready to be asked.
    ///
    /// # Errors
    /// A program that does not start.
    fn open(&self) -> Result<Box<dyn Potential>, EvalError>;

    /// A cheap surface that can stand in for a costly one where second derivatives are guessed, if there is one for these bonds.
    fn stand_in(&self, molecule: &Molecule) -> Option<Box<dyn Potential>>;

    /// Raised where the search is to come to an end.
    fn interrupt(&self) -> &AtomicBool;

    /// Gradients of a costly surface that can be made at the same time.
    fn workers(&self) -> usize;
}

impl dyn Landscape + '_ {
    /// Whether an interrupt came.
    #[must_use]
    pub fn is_interrupted(&self) -> bool {
        self.interrupt().load(Ordering::Relaxed)
    }

    /// Ends walks where an interrupt comes.
    #[must_use]
    pub fn observer(&self) -> Interrupt<'_> {
        Interrupt(self.interrupt())
    }

    /// The molecule with the bonds that a structure (Å) has.
    #[must_use]
    pub fn molecule_at(&self, x: &[f64]) -> Molecule {
        match self.bonding() {
            Bonding::Drawn => self.molecule().clone(),
            Bonding::ByPlace { charge } => bonded_at(self.molecule(), x, Some(charge)),
        }
    }

    /// Surfaces that evaluate points at the same time.
    ///
    /// # Errors
    /// As [`Landscape::open`].
    pub fn crew(&self) -> Result<Opened, EvalError> {
        let more = if self.is_costly() {
            self.workers().saturating_sub(1)
        } else {
            0
        };
        let all: Result<Vec<_>, _> = (0..more).map(|_| self.open()).collect();
        Ok(Opened::new(self.open()?, all?))
    }

    /// Steps towards the minimum near `x` (Å): few on a costly surface, quick ones on a cheap one.
    ///
    /// # Errors
    /// Internal coordinates that can't be stepped in.
    pub fn stepper(&self, x: &[f64]) -> Result<Box<dyn Stepper>, RouteError> {
        if !self.is_costly() {
            return Ok(Box::new(Lbfgs::default()));
        }
        let molecule = self.molecule_at(x);
        let initial_hessian = match self.stand_in(&molecule) {
            Some(surface) => InitialHessian::Surface(surface),
            None => InitialHessian::Model(Model::Schlegel),
        };
        let settings = RfoSettings {
            initial_hessian,
            ..RfoSettings::default()
        };
        Ok(Box::new(Rfo::new(InternalCoordinates::new(&molecule, x), settings)?))
    }

    /// Approximate second derivatives (kcal/mol/Å²) for a molecule with these bonds.
    #[must_use]
    pub fn approximate<'a>(&self, molecule: &'a Molecule) -> Box<Approximate<'a>> {
        Box::new(approximate(self.stand_in(molecule), molecule))
    }
}
