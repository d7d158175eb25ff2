//! `thalweg minimize`: moves each molecule down to a minimum.

use super::collect::Heads;
use super::hold::Hold;
use super::interrupt;
use super::job::{Common, MinimizeTask, Verbosity};
use super::message::{Level, Message};
use super::optimizer::{self, Walker};
use super::pipeline::{Outcome, State};
use super::prepare::Prepared;
use super::ready::{Molecular, Ready, Setting};
use super::report::json::{self, EnergyPart, Identity, MinimizeLine};
use super::report::progress::step_line;
use super::report::structure::{self, Annotation};
use super::surface::{Assigned, Evaluated};
use crate::chem::guard::{self, Change};
use crate::coordinates::Constraint;
use crate::formats::RawRecord;
use crate::hessian::LowestModeSettings;
use crate::hessian::lowest::Approximate;
use crate::optimize::observer::{Each, Interrupt};
use crate::optimize::{self, Minimum, Observer, OptimizeError, Progress, ProofSettings, Proven, Stop, Task, vector};
use std::time::Instant;

/// The command.
pub struct Minimizations<'a> {
    pub common: &'a Common,
    pub task: &'a MinimizeTask,
}

/// Beyond so many atoms a minimum is proven only on request: it takes longer than the minimization.
const MOST_PROVEN_ATOMS: usize = 1500;

/// How a minimization went.
struct Walked {
    minimum: Minimum,
    /// Whether it is a minimum, where that was looked into.
    proof: Option<Proof>,
    /// What the surface said when it failed on the way.
    trouble: Option<String>,
    /// Of the minimization alone.
    wall_seconds: f64,
}

/// A minimization's result, evaluated afresh (see [`super::surface::Assigned::judge`]).
struct Found {
    walked: Walked,
    evaluated: Evaluated,
    changes: Vec<Change>,
    /// Energy of the restraints, which is not in that of the surface.
    restraint_energy: Option<f64>,
}

/// What the lowest vibration says.
struct Proof {
    proven: bool,
    /// cm⁻¹, negative where imaginary.
    lowest_mode: Option<f64>,
    saddles_left: usize,
    evaluations: usize,
    hessian_evaluations: usize,
    seconds: f64,
}

impl Proof {
    fn new(proven: &Proven) -> Self {
        Self {
            proven: proven.proven,
            lowest_mode: proven.lowest.as_ref().map(|mode| mode.wavenumber_cm1),
            saddles_left: proven.saddles_left,
            evaluations: proven.verification_evaluations,
            hessian_evaluations: proven.verification_hessian_evaluations,
            seconds: proven.verification_seconds,
        }
    }

    fn words(&self) -> String {
        let what = match (self.proven, self.lowest_mode) {
            (true, _) => "minimum",
            (false, Some(mode)) if mode < 0.0 => "saddle",
            (false, _) => "not proven",
        };
        let mode = self.lowest_mode.map(|mode| format!(", lowest mode {mode:+.0} cm⁻¹"));
        let left = match self.saddles_left {
            0 => String::new(),
            1 => ", 1 saddle left behind".to_owned(),
            more => format!(", {more} saddles left behind"),
        };
        format!("{what}{}{left}", mode.unwrap_or_default())
    }
}

impl Found {
    /// What counts is the gradient of the fresh evaluation.
    fn converged(&self, task: &MinimizeTask) -> bool {
        self.walked.minimum.stop == Stop::Converged && task.criteria.gradient_holds(&self.evaluated.point.gradient)
    }
}

impl Minimizations<'_> {
    /// Structures are the main output; JSON lines take their place on standard output.
    pub fn heads(&self) -> Heads {
        Heads {
            head: None,
            file_is_apart: self.task.json,
        }
    }

    fn minimize(&self, ready: &Ready, outcome: &mut Outcome) -> Result<Found, String> {
        let molecule = &ready.prepared.molecule;
        let x0 = &ready.prepared.record.coordinates;
        let hold = Hold::new(&self.task.directives, molecule, x0)?;
        let constraints = hold.constraints(&[]);
        let Outcome {
            trajectory, messages, ..
        } = outcome;
        self.announce(ready, messages);
        let walker = self.task.optimizer.walker(ready, x0, &hold, &constraints);
        let mut walker = walker.map_err(|error| error.to_string())?;
        messages.extend(walker.note.take().map(|text| ready.message(Level::Warning, text)));
        let mut frames = Ok(());
        let watch = |progress: &Progress<'_>| {
            if self.is_verbose() {
                messages.push(ready.message(Level::Detail, step_line(progress)));
            }
            if let (Some((_, format)), Ok(())) = (&self.task.trajectory, &frames) {
                let record =
                    structure::annotated(&ready.prepared, progress.x, &Annotation::of(progress.energy), *format);
                frames = structure::write(&record, *format, &ready.place, messages, trajectory);
            }
        };
        let is_watched = self.task.trajectory.is_some() || self.is_verbose();
        let mut observer = (Interrupt(interrupt::flag()), Each(is_watched.then_some(watch)));
        let walked = self.walk(ready, &hold, &constraints, &mut walker, &mut observer)?;
        frames?;
        if let Some(trouble) = &walked.trouble {
            let text = format!("{trouble}; the best structure before that is given");
            messages.push(ready.message(Level::Error, text));
        }
        let end = &walked.minimum.point;
        let evaluated = hold.judge(&ready.assigned, &constraints, end);
        let evaluated = evaluated.map_err(|error| error.to_string())?;
        let lost = Hold::trouble(&constraints, &end.x);
        messages.extend(lost.map(|text| ready.message(Level::Warning, text)));
        Ok(Found {
            evaluated,
            changes: guard::changes(molecule, x0, &end.x),
            restraint_energy: hold.restraint_energy(&end.x),
            walked,
        })
    }

    fn is_verbose(&self) -> bool {
        self.common.verbosity == Verbosity::Verbose
    }

    /// How it will be done, for those who want to know.
    fn announce(&self, ready: &Ready, messages: &mut Vec<Message>) {
        if !self.is_verbose() {
            return;
        }
        let text = format!("optimizer: {}", self.task.optimizer.words(ready));
        messages.push(ready.message(Level::Detail, text));
        if self.task.prove.is_none() && ready.prepared.molecule.len() > MOST_PROVEN_ATOMS {
            let text = format!("more than {MOST_PROVEN_ATOMS} atoms: a minimum is proven only with --prove");
            messages.push(ready.message(Level::Detail, text));
        }
    }

    /// The minimization itself, with its proof where there is to be one.
    fn walk(
        &self,
        ready: &Ready,
        hold: &Hold,
        constraints: &[Constraint],
        walker: &mut Walker,
        observer: &mut dyn Observer,
    ) -> Result<Walked, String> {
        let Prepared { molecule, record, .. } = &ready.prepared;
        let mut live = ready.assigned.open().map_err(|error| error.to_string())?;
        let started = Instant::now();
        let (criteria, limits) = (&self.task.criteria, &self.task.limits);
        let mut proof = None;
        let result = if self.proves(ready, hold) {
            let is_engine = matches!(ready.assigned, Assigned::Engine { .. });
            let approximate = || Box::new(optimizer::approximate_hessian(molecule)) as Box<Approximate<'_>>;
            let task = Task {
                stepper: &mut *walker.stepper,
                criteria,
                limits,
                observer,
                approximate: is_engine.then(approximate),
            };
            let masses = molecule.atoms().iter().map(|atom| atom.element.mass()).collect();
            let mut settings = ProofSettings::molecule(masses);
            if is_engine {
                settings.lowest = LowestModeSettings::noisy();
            }
            let proven = optimize::minimize_proven(live.potential(), &record.coordinates, task, &settings);
            proven.map(|proven| {
                proof = Some(Proof::new(&proven));
                proven.minimum
            })
        } else {
            let start = hold.start(live.potential(), molecule, constraints, &record.coordinates)?;
            hold.minimize(
                live.potential(),
                constraints,
                &start,
                (walker, criteria, limits),
                observer,
            )
        };
        let proof_seconds = proof.as_ref().map_or(0.0, |proof| proof.seconds);
        let wall_seconds = started.elapsed().as_secs_f64() - proof_seconds;
        let (minimum, trouble) = match result {
            Ok(minimum) => (minimum, None),
            Err(OptimizeError::Surface { error, best }) => (*best, Some(error.to_string())),
            Err(error @ OptimizeError::Start(_)) => return Err(error.to_string()),
        };
        Ok(Walked {
            minimum,
            proof,
            trouble,
            wall_seconds,
        })
    }

    /// Whether to look into whether the end is a minimum. Noise would drown the lowest vibration.
    fn proves(&self, ready: &Ready, hold: &Hold) -> bool {
        let is_cheap = matches!(ready.assigned, Assigned::ForceField(_))
            && ready.prepared.molecule.len() <= MOST_PROVEN_ATOMS
            && self.task.limits.noise.is_none();
        hold.is_empty() && self.task.prove.unwrap_or(is_cheap)
    }

    fn report(&self, raw: &RawRecord, ready: &Ready, found: &Found, outcome: &mut Outcome) -> Result<(), String> {
        let converged = found.converged(self.task);
        outcome.state = if converged { State::Done } else { State::NotConverged };
        if !found.changes.is_empty() {
            let text = format!(
                "the minimization changed the molecule: {}",
                structure::words(&found.changes)
            );
            outcome.messages.push(ready.message(Level::EveryWarning, text));
        }
        let level = if converged { Level::Single } else { Level::EveryWarning };
        outcome.messages.push(ready.message(level, self.summary(ready, found)));
        let structure_wanted = !self.task.json || self.common.output.is_some();
        let structure = if structure_wanted {
            let annotation = Annotation {
                converged: Some(converged),
                stop: Some(found.walked.minimum.stop),
                changes: &found.changes,
                ..Annotation::of(found.evaluated.point.energy)
            };
            let x = &found.walked.minimum.point.x;
            structure::text(self.common, raw, ready, x, &annotation, &mut outcome.messages)?
        } else {
            String::new()
        };
        if self.task.json {
            outcome.text = self.json(raw, ready, found);
            outcome.structure = structure;
        } else {
            outcome.text = structure;
        }
        Ok(())
    }

    fn summary(&self, ready: &Ready, found: &Found) -> String {
        let Minimum {
            initial_energy,
            stop,
            steps,
            evaluations,
            ..
        } = &found.walked.minimum;
        let how = match stop {
            Stop::Converged if found.converged(self.task) => format!("converged ({})", self.task.criteria.name),
            Stop::NoiseFloor { noise } => format!("not converged (at the noise floor of {noise} kcal/mol/Å)"),
            Stop::Stalled { step_norm } => format!("not converged (stalled at steps of {step_norm:.1e} Å)"),
            _ if found.walked.trouble.is_some() => "not converged (the surface failed)".to_owned(),
            other => format!("not converged ({})", other.name()),
        };
        let proof = match &found.walked.proof {
            _ if *stop != Stop::Converged => String::new(),
            Some(proof) => format!("; {}", proof.words()),
            None => "; not proven".to_owned(),
        };
        format!(
            "{}: {initial_energy:.4} to {:.4} kcal/mol, {how} in {steps} steps and {evaluations} evaluations, gradient rms {:.1e} kcal/mol/Å{proof}",
            ready.assigned.name(),
            found.evaluated.point.energy,
            vector::rms(&found.evaluated.point.gradient)
        )
    }

    fn json(&self, raw: &RawRecord, ready: &Ready, found: &Found) -> String {
        let minimum = &found.walked.minimum;
        json::line(&MinimizeLine {
            identity: Identity::ok(raw, &ready.prepared, ready.assigned.name())
                .and_error(found.walked.trouble.as_deref()),
            energy: EnergyPart::new(&found.evaluated),
            initial_energy: minimum.initial_energy,
            converged: found.converged(self.task),
            stop: minimum.stop.name(),
            steps: minimum.steps,
            evaluations: minimum.evaluations,
            hessian_evaluations: minimum.hessian_evaluations,
            verification_evaluations: found.walked.proof.as_ref().map_or(0, |proof| proof.evaluations),
            verification_hessian_evaluations: found.walked.proof.as_ref().map_or(0, |proof| proof.hessian_evaluations),
            lowest_mode: found.walked.proof.as_ref().and_then(|proof| proof.lowest_mode),
            wall_seconds: found.walked.wall_seconds,
            restraint_energy: found.restraint_energy,
            changes: found.changes.iter().map(ToString::to_string).collect(),
        })
    }
}

impl Molecular for Minimizations<'_> {
    fn setting(&self) -> Setting<'_> {
        Setting::new(self.common, &self.task.surfaces, self.task.json)
    }

    fn work(&self, raw: &RawRecord, ready: &Ready, outcome: &mut Outcome) -> Result<(), String> {
        let found = self.minimize(ready, outcome)?;
        self.report(raw, ready, &found, outcome)
    }
}
