//! `thalweg ts`: the transition state near each structure, proven to be one.

use super::collect::Heads;
use super::hold::Hold;
use super::interrupt;
use super::job::{Common, Verbosity};
use super::message::Level;
use super::optimizer;
use super::pipeline::{Outcome, State};
use super::ready::{Molecular, Ready, Setting};
use super::report::json::{self, EnergyPart, Identity};
use super::report::progress::step_line;
use super::report::structure::{self, Annotation};
use super::report::ts::TsLine;
use super::surface::{Assigned, Evaluated, Surfaces};
use crate::chem::guard::{self, Change};
use crate::coordinates::{Constraint, InternalCoordinates, Primitive};
use crate::directives::Directives;
use crate::formats::{Format, RawRecord};
use crate::hessian::lowest::Approximate;
use crate::hessian::{Differenced, Model, numerical, rigid};
use crate::optimize::constrained::Manifold;
use crate::optimize::observer::{Each, Interrupt};
use crate::optimize::{Criteria, Limits, Observer, Progress, Stop, vector};
use crate::potential::Potential;
use crate::saddle::{
    self, Chart, Climber, Curvature, FollowSettings, Follower, Guide, Kind, MinMode, MinModeSettings, OnManifold,
    SearchError, Transition, VerifySettings, find_transition,
};
use std::path::PathBuf;
use std::time::Instant;

pub struct TsTask {
    pub surfaces: Surfaces,
    pub json: bool,
    pub criteria: Criteria,
    pub limits: Limits,
    pub method: Route,
    pub uphill: Uphill,
    pub known: Known,
    /// Gradients made at the same time for second derivatives.
    pub workers: usize,
    pub directives: Directives,
    pub trajectory: Option<(PathBuf, Format)>,
}

/// How steps are chosen.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// As suits the size.
    Auto,
    /// Eigenvector following.
    Follow(saddle::Method),
    /// Without any Hessian.
    MinMode,
}

/// What is known of the second derivatives.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// All where the surface has them, else what is learnt.
    Auto,
    /// All, at each point.
    Full,
    /// All at the start.
    Start,
    /// What gradients tell.
    Learnt,
}

/// What is followed uphill.
pub enum Uphill {
    /// The mode of this number, from 0.
    Mode(usize),
    /// Distances, angles and dihedrals, by the numbers of their atoms, from 0.
    Along(Vec<Primitive>),
}

/// The command.
pub struct Searches<'a> {
    pub common: &'a Common,
    pub task: &'a TsTask,
}

/// Beyond so many atoms the algebra of second derivatives takes longer than what it spares.
const MOST_FOLLOWED: usize = 300;

/// Modes that are told of.
const TOLD: usize = 4;

/// A search's result.
struct Found {
    transition: Transition,
    /// What was held, in words.
    held: Vec<String>,
    evaluated: Evaluated,
    changes: Vec<Change>,
    /// Gradients that the search spent on the curvature.
    probes: usize,
    wall_seconds: f64,
    /// What the surface said when it failed on the way.
    trouble: Option<String>,
}

impl Found {
    fn kind(&self) -> Kind {
        let verified = self.transition.verified.as_ref();
        verified.map_or(Kind::NotStationary, saddle::Verified::kind)
    }

    fn converged(&self) -> bool {
        self.transition.is_proven() && self.trouble.is_none()
    }
}

impl Searches<'_> {
    /// Structures are the main output; JSON lines take their place on standard output.
    pub fn heads(&self) -> Heads {
        Heads {
            head: None,
            file_is_apart: self.task.json,
        }
    }

    fn is_verbose(&self) -> bool {
        self.common.verbosity == Verbosity::Verbose
    }

    fn search(&self, ready: &Ready, outcome: &mut Outcome) -> Result<Found, String> {
        let x0 = &ready.prepared.record.coordinates;
        let molecule = &ready.prepared.molecule;
        let hold = Hold::new(&self.task.directives, molecule, x0)?;
        if hold.is_restrained() {
            return Err("--restrain and --wall change the surface, so that what is found is no transition state: hold exactly, with --freeze, --fix or --set".to_owned());
        }
        let constraints = hold.constraints(&[]);
        let manifold = Manifold::new(&constraints, hold.plan.mask.clone(), x0);
        let mut climber = self.climber(ready, &manifold)?;
        let Outcome {
            trajectory, messages, ..
        } = outcome;
        let mut frames = Ok(());
        let watch = |progress: &Progress<'_>| {
            if self.is_verbose() {
                messages.push(ready.message(Level::Detail, step_line(progress)));
            }
            if let (Some((_, format)), Ok(())) = (&self.task.trajectory, &frames) {
                let annotation = Annotation::of(progress.energy);
                let record = structure::annotated(&ready.prepared, progress.x, &annotation, *format);
                frames = structure::write(&record, *format, &ready.place, messages, trajectory);
            }
        };
        let is_watched = self.task.trajectory.is_some() || self.is_verbose();
        let mut observer = (Interrupt(interrupt::flag()), Each(is_watched.then_some(watch)));
        let started = Instant::now();
        let (mut transition, trouble) =
            self.walk(ready, (&hold, &constraints), &manifold, &mut *climber, &mut observer)?;
        self.count_differences(ready, &mut transition);
        let wall_seconds = started.elapsed().as_secs_f64() - transition.verification_seconds;
        frames?;
        if let Some(trouble) = &trouble {
            let text = format!("{trouble}; the last structure before that is given");
            messages.push(ready.message(Level::Error, text));
        }
        let evaluated = hold.judge(&ready.assigned, &constraints, &transition.found.point);
        Ok(Found {
            evaluated: evaluated.map_err(|error| error.to_string())?,
            changes: guard::changes(molecule, x0, &transition.found.point.x),
            held: held_words(&hold, &constraints),
            probes: climber.probes(),
            transition,
            wall_seconds,
            trouble,
        })
    }

    /// Whether second derivatives are made by differences of gradients.
    fn is_differenced(&self, ready: &Ready) -> bool {
        self.task.known == Known::Full && matches!(ready.assigned, Assigned::Engine { .. })
    }

    /// Second derivatives by differences are told as the gradients that they are.
    fn count_differences(&self, ready: &Ready, transition: &mut Transition) {
        if !self.is_differenced(ready) {
            return;
        }
        let each = 2 * transition.found.point.x.len();
        transition.found.evaluations += each * transition.found.hessian_evaluations;
        if let Some(verified) = &mut transition.verified {
            verified.evaluations += each * verified.hessian_evaluations;
        }
    }

    fn climber(&self, ready: &Ready, manifold: &Manifold) -> Result<Box<dyn Climber>, String> {
        let x0 = &ready.prepared.record.coordinates;
        let molecule = &ready.prepared.molecule;
        let mut coordinates = match &ready.assigned {
            Assigned::ForceField(_) => InternalCoordinates::new(molecule, x0),
            Assigned::Mix(_) | Assigned::Engine { .. } => Chart::coordinates_of(molecule, x0),
        };
        let is_own = match self.task.known {
            Known::Auto => !matches!(ready.assigned, Assigned::Engine { .. }),
            known => known == Known::Full,
        };
        let guide = match &self.task.uphill {
            Uphill::Mode(0) => Guide::Lowest,
            Uphill::Mode(number) => {
                let vibrations = x0.len() - rigid::modes(x0, &vec![1.0; molecule.len()]).len();
                if *number >= vibrations {
                    return Err(format!(
                        "--mode {}: the molecule has {vibrations} vibrations",
                        number + 1
                    ));
                }
                Guide::Mode(*number)
            }
            Uphill::Along(primitives) => {
                check_atoms(primitives, molecule.len())?;
                Guide::Along(saddle::driven(&mut coordinates, primitives, x0))
            }
        };
        let method = match self.task.method {
            Route::MinMode => None,
            Route::Auto if molecule.len() > MOST_FOLLOWED => None,
            Route::Auto => Some(saddle::Method::default()),
            Route::Follow(method) => Some(method),
        };
        let Some(method) = method else {
            return Ok(Box::new(MinMode::new(MinModeSettings {
                guide,
                ..MinModeSettings::default()
            })));
        };
        let settings = FollowSettings {
            method,
            curvature: if is_own {
                Curvature::Own
            } else {
                Curvature::Learnt(Model::Schlegel)
            },
            whole: self.task.known == Known::Start,
            held: manifold.clone(),
            guide,
            ..FollowSettings::default()
        };
        Ok(Box::new(Follower::new(coordinates, settings)))
    }

    /// The search and its verification, and what went wrong on the way.
    fn walk(
        &self,
        ready: &Ready,
        (hold, constraints): (&Hold, &[Constraint]),
        manifold: &Manifold,
        climber: &mut dyn Climber,
        observer: &mut dyn Observer,
    ) -> Result<(Transition, Option<String>), String> {
        let molecule = &ready.prepared.molecule;
        let masses = molecule.atoms().iter().map(|atom| atom.element.mass()).collect();
        let is_engine = matches!(ready.assigned, Assigned::Engine { .. });
        let verify = VerifySettings {
            held: manifold.clone(),
            ..if is_engine {
                VerifySettings::noisy(masses)
            } else {
                VerifySettings::molecule(masses)
            }
        };
        let approximate = || Box::new(optimizer::approximate_hessian(molecule)) as Box<Approximate<'_>>;
        let task = saddle::Task {
            criteria: &self.task.criteria,
            limits: &self.task.limits,
            observer,
            verify: &verify,
            approximate: is_engine.then(approximate),
        };
        let mut live = ready.assigned.open().map_err(|error| error.to_string())?;
        let x0 = hold.start(
            live.potential(),
            molecule,
            constraints,
            &ready.prepared.record.coordinates,
        )?;
        let open = || Ok(ready.assigned.open()?.into_potential());
        let mut surface = live.into_potential();
        if self.is_differenced(ready) {
            let stop = Some(interrupt::flag());
            surface = Box::new(Differenced::new(
                surface,
                &open,
                self.task.workers,
                numerical::NOISY_STEP,
                stop,
            ));
        }
        let mut within;
        let potential: &mut dyn Potential = if manifold.is_everything() {
            &mut *surface
        } else {
            within = OnManifold::new(&mut *surface, manifold.clone());
            &mut within
        };
        match find_transition(potential, &x0, climber, task) {
            Ok(transition) => Ok((transition, None)),
            Err(SearchError::Surface { error, last }) => {
                let unfinished = Transition {
                    found: *last,
                    verified: None,
                    searches: 1,
                    verification_seconds: 0.0,
                };
                Ok((unfinished, Some(error.to_string())))
            }
            Err(error @ SearchError::Start(_)) => Err(error.to_string()),
        }
    }

    fn report(&self, raw: &RawRecord, ready: &Ready, found: &Found, outcome: &mut Outcome) -> Result<(), String> {
        let converged = found.converged();
        outcome.state = if converged { State::Done } else { State::NotConverged };
        let level = if converged { Level::Single } else { Level::EveryWarning };
        outcome.messages.push(ready.message(level, summary(ready, found)));
        let structure = if !self.task.json || self.common.output.is_some() {
            let annotation = Annotation {
                converged: Some(converged),
                stop: Some(found.transition.found.stop),
                changes: &found.changes,
                ..Annotation::of(found.evaluated.point.energy)
            };
            let x = &found.evaluated.point.x;
            structure::text(self.common, raw, ready, x, &annotation, &mut outcome.messages)?
        } else {
            String::new()
        };
        if self.task.json {
            outcome.text = line(raw, ready, found);
            outcome.structure = structure;
        } else {
            outcome.text = structure;
        }
        Ok(())
    }
}

fn check_atoms(primitives: &[Primitive], atoms: usize) -> Result<(), String> {
    let beyond = primitives
        .iter()
        .flat_map(Primitive::atoms)
        .find(|&&atom| atom >= atoms);
    match beyond {
        Some(atom) => Err(format!(
            "--along: atom {} is asked for, the molecule has {atoms}",
            atom + 1
        )),
        None => Ok(()),
    }
}

/// Frozen atoms, and coordinates with their values.
fn held_words(hold: &Hold, constraints: &[Constraint]) -> Vec<String> {
    let atoms = hold.plan.mask.atoms().map(|atom| format!("atom {}", atom + 1));
    atoms
        .chain(constraints.iter().map(|c| c.primitive.to_string()))
        .collect()
}

fn summary(ready: &Ready, found: &Found) -> String {
    let search = &found.transition.found;
    let kind = match found.kind() {
        _ if found.trouble.is_some() => "not converged (the surface failed)".to_owned(),
        Kind::NotStationary if search.stop == Stop::Converged => "not converged".to_owned(),
        Kind::NotStationary => format!("not converged ({})", search.stop.name()),
        kind => kind.to_string(),
    };
    let modes = found.transition.verified.as_ref().map_or_else(String::new, |verified| {
        let told: Vec<String> = verified
            .modes
            .iter()
            .take(2)
            .map(|mode| format!("{:+.0}", mode.wavenumber_cm1))
            .collect();
        let noise = match verified.within_noise_cm1() {
            Some(wavenumber) => format!(", of which that of {wavenumber:+.0} is within noise of zero"),
            None => String::new(),
        };
        match told.len() {
            0 => String::new(),
            _ => format!(", lowest modes {} cm⁻¹{noise}", told.join(" and ")),
        }
    });
    let again = match found.transition.searches {
        1 => String::new(),
        many => format!(", in the search number {many}"),
    };
    let within = match found.held.len() {
        0 => "",
        _ => " in the space that what is held leaves free",
    };
    format!(
        "{}: {:.4} to {:.4} kcal/mol, {kind}{within}{modes}{again}; {} steps, {} evaluations, gradient rms {:.1e} kcal/mol/Å",
        ready.assigned.name(),
        search.initial_energy,
        found.evaluated.point.energy,
        search.steps,
        search.evaluations,
        vector::rms(&found.evaluated.point.gradient)
    )
}

fn line(raw: &RawRecord, ready: &Ready, found: &Found) -> String {
    let search = &found.transition.found;
    let verified = found.transition.verified.as_ref();
    json::line(&TsLine {
        identity: Identity::ok(raw, &ready.prepared, ready.assigned.name()).and_error(found.trouble.as_deref()),
        energy: EnergyPart::new(&found.evaluated),
        initial_energy: search.initial_energy,
        converged: found.converged(),
        kind: found.kind().to_string(),
        negative_modes: verified.map(|v| v.negative_modes),
        imaginary_wavenumber: verified.and_then(saddle::Verified::imaginary_wavenumber_cm1),
        lowest_modes: verified.map_or_else(Vec::new, |v| {
            v.modes.iter().take(TOLD).map(|mode| mode.wavenumber_cm1).collect()
        }),
        stop: search.stop.name(),
        steps: search.steps,
        evaluations: search.evaluations,
        curvature_evaluations: found.probes,
        hessian_evaluations: search.hessian_evaluations,
        verification_evaluations: verified.map_or(0, |v| v.evaluations),
        verification_hessian_evaluations: verified.map_or(0, |v| v.hessian_evaluations),
        searches: found.transition.searches,
        wall_seconds: found.wall_seconds,
        held: found.held.clone(),
        changes: found.changes.iter().map(ToString::to_string).collect(),
    })
}

impl Molecular for Searches<'_> {
    fn setting(&self) -> Setting<'_> {
        Setting::new(self.common, &self.task.surfaces, self.task.json)
    }

    fn work(&self, raw: &RawRecord, ready: &Ready, outcome: &mut Outcome) -> Result<(), String> {
        let found = self.search(ready, outcome)?;
        self.report(raw, ready, &found, outcome)
    }
}
