//! `--refine`: the conformers that were found on one surface, minimized again on another one.

use super::descent::descend;
use super::free_energy;
use super::ready::Ready;
use super::report::progress::Spinner;
use super::surface::{Assigned, Live, Surfaces};
use crate::conformers::ensemble::{Ensemble, EnsembleSettings};
use crate::conformers::refine::{Crew, Descend, Descended, Descent, Refinement, refine};
use crate::conformers::search::Search;
use crate::optimize::{Proven, Stop};
use std::time::Instant;

/// The other surface of a molecule.
pub struct Finer {
    /// The molecule with that surface.
    pub ready: Ready,
    /// What its user should know of the choice.
    pub warning: Option<String>,
    /// Minimizations there at a time.
    pub workers: usize,
}

/// What came of a refinement.
pub struct Refined {
    /// The other surface's name.
    pub surface: &'static str,
    /// Whether minima are proven there: an engine's are not.
    pub proves: bool,
    /// Conformers that were to be refined.
    pub before: usize,
    /// The ensemble there; none where an interrupt came first.
    pub refinement: Option<Refinement>,
    pub wall_seconds: f64,
}

impl Finer {
    /// The error says why the molecule has no such surface.
    pub fn new(surfaces: &Surfaces, ready: &Ready, threads: usize) -> Result<Self, String> {
        let (assigned, warning) = surfaces
            .assign(&ready.prepared)
            .map_err(|reason| format!("--refine: {reason}"))?;
        Ok(Self {
            ready: Ready {
                prepared: ready.prepared.clone(),
                assigned,
                place: ready.place.clone(),
            },
            warning,
            workers: if surfaces.are_parallel() { threads } else { 1 },
        })
    }

    /// Refines an ensemble on the threads of the present pool.
    pub fn refine(
        &self,
        search: &Search<'_>,
        ensemble: &Ensemble,
        settings: &EnsembleSettings,
        by_free_energy: bool,
        spinner: &Spinner,
    ) -> Result<Refined, String> {
        let started = Instant::now();
        let surface = self.ready.assigned.name();
        let crew = Crew {
            hire: &|| Box::new(Worker::new(&self.ready)),
            workers: self.workers,
            watch: &|done, all| spinner.show(|| format!("{done} of {all} conformers refined on {surface}")),
        };
        let mut refinement = refine(search, ensemble, settings, &crew);
        if let Some(refinement) = refinement.as_mut().filter(|_| by_free_energy) {
            free_energy::weigh(&self.ready, &mut refinement.ensemble, settings.temperature)?;
        }
        Ok(Refined {
            surface,
            proves: matches!(self.ready.assigned, Assigned::ForceField(_)),
            before: ensemble.conformers.len(),
            refinement,
            wall_seconds: started.elapsed().as_secs_f64(),
        })
    }
}

/// Keeps a surface open as long as it answers.
struct Worker<'a> {
    ready: &'a Ready,
    live: Option<Live>,
}

impl<'a> Worker<'a> {
    fn new(ready: &'a Ready) -> Self {
        Self { ready, live: None }
    }

    fn walk(&mut self, x: &[f64]) -> (Result<Proven, String>, usize) {
        let mut live = match self.live.take().map_or_else(|| self.ready.assigned.open(), Ok) {
            Ok(live) => live,
            Err(error) => return (Err(error.to_string()), 0),
        };
        match descend(self.ready, &mut live, x, None) {
            Ok(proven) => {
                self.live = Some(live);
                let evaluations = proven.minimum.evaluations + proven.verification_evaluations;
                (Ok(proven), evaluations)
            }
            // A program that failed may be of no use any more; the next conformer gets a new one.
            Err(failed) => (Err(failed.reason), failed.evaluations),
        }
    }
}

impl Descend for Worker<'_> {
    fn descend(&mut self, x: &[f64]) -> Descent {
        let (walked, evaluations) = self.walk(x);
        let end = walked.and_then(|proven| match proven.minimum.stop {
            Stop::Converged => Ok(Descended {
                energy: proven.minimum.point.energy,
                x: proven.minimum.point.x,
                proven: proven.proven,
                saddles_left: proven.saddles_left,
            }),
            other => Err(format!("not converged ({})", other.name())),
        });
        Descent {
            end,
            evaluations: evaluations as u64,
        }
    }
}
