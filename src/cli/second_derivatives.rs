//! Where a molecule's second derivatives come from: analytic ones of a force field, else central differences of gradients, made by
//! several workers and kept in a file where that is asked for.

use super::checkpoint::{self, Keeper};
use super::interrupt;
use super::ready::Ready;
use super::report::vibrations::HessianPart;
use super::surface::{Assigned, Live};
use crate::hessian::checkpoint::Origin;
use crate::hessian::{Displacements, numerical};
use crate::linalg::SymmetricMatrix;
use crate::potential::{EvalError, Potential};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// How second derivatives are to be made.
pub struct SecondDerivatives<'a> {
    pub ready: &'a Ready,
    /// Whether they are those at the input's minimum.
    pub is_minimized: bool,
    /// By differences even where there are analytic ones.
    pub numerical: bool,
    /// Å; `None` for what suits the surface.
    pub step: Option<f64>,
    pub checkpoint: Option<&'a Path>,
    /// Gradients made at the same time.
    pub workers: usize,
}

impl SecondDerivatives<'_> {
    /// What an earlier run kept.
    pub fn kept(&self) -> Result<Option<Displacements>, String> {
        match self.checkpoint {
            Some(path) => checkpoint::resume(path, &self.origin(), self.step),
            None => Ok(None),
        }
    }

    /// Second derivatives (kcal/mol/Å²), and how they were made.
    pub fn hessian(
        &self,
        mut live: Live,
        x: &[f64],
        kept: Option<Displacements>,
    ) -> Result<(SymmetricMatrix, HessianPart), String> {
        if !self.numerical
            && let Some(analytic) = live.potential().hessian(x)
        {
            let how = HessianPart {
                method: "analytic",
                step: None,
                evaluations: 0,
                resumed: None,
            };
            let rows = analytic.map_err(|error| error.to_string())?;
            return Ok((SymmetricMatrix::from_rows(x.len(), rows), how));
        }
        if !live.potential().has_gradient() {
            return Err("the surface has no gradients to take differences of".to_owned());
        }
        let usual = match self.ready.assigned {
            Assigned::ForceField(_) | Assigned::Mix(_) => numerical::STEP,
            Assigned::Engine { .. } => numerical::NOISY_STEP,
        };
        let step = self.step.unwrap_or(usual);
        let resumed = kept.as_ref().map(Displacements::known);
        let mut displacements = kept.unwrap_or_else(|| Displacements::new(x, step));
        let complete = self.displace(live, &mut displacements)?;
        let how = HessianPart {
            method: "central differences",
            step: Some(displacements.step()),
            evaluations: displacements.known() - resumed.unwrap_or(0),
            resumed,
        };
        match displacements.hessian() {
            Some(hessian) if complete => Ok((hessian, how)),
            _ => Err(self.unfinished(&displacements)),
        }
    }

    /// Makes the gradients that are missing, and keeps them where that is asked for.
    fn displace(&self, live: Live, displacements: &mut Displacements) -> Result<bool, String> {
        let mut keeper = match self.checkpoint {
            Some(path) => Some(Keeper::begin(path, &self.origin(), displacements)?),
            None => None,
        };
        // The surface that is at work already is the first worker's: some can't be had twice.
        let first = Mutex::new(Some(live.into_potential()));
        let open = || -> Result<Box<dyn Potential>, EvalError> {
            let taken = first.lock().unwrap_or_else(PoisonError::into_inner).take();
            match taken {
                Some(potential) => Ok(potential),
                None => Ok(self.ready.assigned.open()?.into_potential()),
            }
        };
        let workers = match self.ready.assigned {
            Assigned::ForceField(_) | Assigned::Mix(_) => 1,
            Assigned::Engine { .. } => self.workers,
        };
        let mut known = |index: usize, gradient: &[f64]| {
            let Some(keeper) = &mut keeper else {
                return ControlFlow::Continue(());
            };
            keeper.keep(index, gradient);
            if keeper.trouble.is_some() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let result = displacements.run(&open, workers, Some(interrupt::flag()), &mut known);
        if let Some(trouble) = keeper.and_then(|keeper| keeper.trouble) {
            return Err(trouble);
        }
        result.map_err(|error| format!("{error}; {}", self.unfinished(displacements)))
    }

    fn unfinished(&self, displacements: &Displacements) -> String {
        let (known, all) = (displacements.known(), displacements.len());
        match self.checkpoint {
            Some(path) => format!(
                "{known} of {all} gradients are kept in {}: the same command goes on from there",
                path.display()
            ),
            None => format!("ended after {known} of {all} gradients; --checkpoint FILE would keep them"),
        }
    }

    fn origin(&self) -> Origin {
        let record = &self.ready.prepared.record;
        let mut surface = self.ready.assigned.identity();
        if self.is_minimized {
            surface += " minimized";
        }
        Origin {
            surface,
            elements: record
                .molecule
                .atoms()
                .iter()
                .map(|a| a.element.symbol().to_owned())
                .collect(),
            input: record.coordinates.clone(),
        }
    }
}
