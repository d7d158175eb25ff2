//! Local minimization: the driver loop, convergence criteria, steppers and line search. Sees potentials only.
//!
//! [`minimize`] is the driver: it owns the loop, the counts, the limits, the stop rule and the observer. A [`Stepper`] makes one
//! step at a time and knows nothing of any of these.

pub mod adam;
pub mod conjugate_gradient;
pub mod constrained;
pub mod criteria;
pub mod drive;
pub mod fire;
pub mod grid;
pub mod lbfgs;
mod line_search;
mod model;
pub mod noise_tolerant;
pub mod observer;
pub mod pattern_search;
pub mod proof;
mod reach;
pub mod rfo;
mod start;
pub mod steepest_descent;

#[cfg(test)]
mod contract;
#[cfg(test)]
mod noise_tests;
#[cfg(test)]
mod refusals;

use crate::potential::{AddCurvature, EvalError, Potential};
use std::time::{Duration, Instant};
use thiserror::Error;

pub use crate::linalg::vector;
pub use adam::{Adam, AdamSettings};
pub use conjugate_gradient::{ConjugateGradient, ConjugateGradientSettings};
pub use criteria::Criteria;
pub use fire::{Fire, FireSettings};
pub use lbfgs::{Lbfgs, LbfgsSettings};
pub use line_search::LineSearchSettings;
pub use noise_tolerant::{NoiseTolerant, NoiseTolerantSettings};
pub use observer::{Observer, Progress, Verdict};
pub use pattern_search::{PatternSearch, PatternSearchSettings};
pub use proof::{ProofSettings, Proven, Task, minimize_proven};
pub use rfo::{InitialHessian, Rfo, RfoError, RfoSettings};
pub use steepest_descent::{SteepestDescent, SteepestDescentSettings};

/// A point of a surface with its energy and gradient.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Point {
    /// Coordinates, Å.
    pub x: Vec<f64>,
    /// Energy, kcal/mol.
    pub energy: f64,
    /// Gradient, kcal/mol/Å.
    pub gradient: Vec<f64>,
}

impl Point {
    /// Evaluates a surface.
    ///
    /// # Errors
    /// As [`Potential::energy_gradient`]; also where the surface lets something infinite through.
    pub fn at(potential: &mut dyn Potential, x: &[f64]) -> Result<Self, EvalError> {
        let mut point = Self {
            x: x.to_vec(),
            energy: 0.0,
            gradient: vec![0.0; x.len()],
        };
        if point.evaluate(potential)? {
            Ok(point)
        } else {
            Err(EvalError::NotFinite { energy: point.energy })
        }
    }

    /// Evaluates the surface at the point's coordinates, and says whether it is finite there. A gradient counts only on a
    /// surface that has one.
    fn evaluate(&mut self, potential: &mut dyn Potential) -> Result<bool, EvalError> {
        match potential.energy_gradient(&self.x, &mut self.gradient) {
            Ok(energy) => self.energy = energy,
            Err(EvalError::NotFinite { energy }) => {
                self.energy = energy;
                return Ok(false);
            }
            Err(error) => return Err(error),
        }
        Ok(self.energy.is_finite() && (!potential.has_gradient() || self.gradient.iter().all(|g| g.is_finite())))
    }

    fn resize(&mut self, n: usize) {
        self.x.resize(n, 0.0);
        self.gradient.resize(n, 0.0);
    }

    fn copy_from(&mut self, other: &Self) {
        self.x.clone_from(&other.x);
        self.gradient.clone_from(&other.gradient);
        self.energy = other.energy;
    }
}

/// What is known of a step that was made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepInfo {
    /// Length of the displacement, Å.
    pub displacement: f64,
}

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum StepOutcome {
    /// The point was replaced by another one.
    Moved(StepInfo),
    /// No better point was found; the point is as it was.
    Stalled {
        /// Length of the shortest step that was tried, Å.
        step_norm: f64,
    },
}

/// One local-optimization step; everything else is the driver's.
pub trait Stepper {
    /// Forgets everything and gets ready for a walk that starts at `point`.
    fn start(&mut self, point: &Point);

    /// The displacement (Å, over all coordinates) that comes next, where the stepper knows enough of the surface to tell without an
    /// evaluation. Criteria on displacements are judged by it.
    fn coming_displacement(&mut self, _point: &Point) -> Option<&[f64]> {
        None
    }

    /// The part of the gradient (kcal/mol/Å) that constraints don't bear, where there are any: convergence is judged by it.
    fn free_gradient(&self, _point: &Point) -> Option<Vec<f64>> {
        None
    }

    /// Whether the point meets all constraints. One that doesn't is neither converged nor the best, however low it is.
    fn is_feasible(&self, _point: &Point) -> bool {
        true
    }

    /// Replaces `point` by the next one, in at most about `budget` evaluations. Coordinates, energy and gradient belong together
    /// afterwards, as the surface gave them.
    ///
    /// # Errors
    /// Where the surface fails. An infinite energy somewhere along the way is not a failure.
    fn step(
        &mut self,
        potential: &mut dyn Potential,
        point: &mut Point,
        budget: usize,
    ) -> Result<StepOutcome, EvalError>;
}

impl<S: Stepper + ?Sized> Stepper for &mut S {
    fn start(&mut self, point: &Point) {
        (**self).start(point);
    }

    fn coming_displacement(&mut self, point: &Point) -> Option<&[f64]> {
        (**self).coming_displacement(point)
    }

    fn free_gradient(&self, point: &Point) -> Option<Vec<f64>> {
        (**self).free_gradient(point)
    }

    fn is_feasible(&self, point: &Point) -> bool {
        (**self).is_feasible(point)
    }

    fn step(
        &mut self,
        potential: &mut dyn Potential,
        point: &mut Point,
        budget: usize,
    ) -> Result<StepOutcome, EvalError> {
        (**self).step(potential, point, budget)
    }
}

/// Why a minimization ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stop {
    /// The criteria hold at the returned coordinates.
    Converged,
    /// The number of steps.
    StepLimit,
    /// The number of evaluations.
    EvaluationLimit,
    /// The time.
    TimeLimit,
    /// The observer's wish.
    Interrupted,
    /// No lower point could be found, though the criteria don't hold.
    Stalled {
        /// Length of the shortest step that was tried, Å.
        step_norm: f64,
    },
    /// The gradient can't be told from the noise that was stated for it, though the criteria don't hold.
    NoiseFloor {
        /// Standard deviation of the noise of a gradient component, kcal/mol/Å.
        noise: f64,
    },
}

impl Stop {
    /// The name in output: `converged`, `step_limit`, `evaluation_limit`, `time_limit`, `interrupted`, `stalled`, `noise_floor`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Converged => "converged",
            Self::StepLimit => "step_limit",
            Self::EvaluationLimit => "evaluation_limit",
            Self::TimeLimit => "time_limit",
            Self::Interrupted => "interrupted",
            Self::Stalled { .. } => "stalled",
            Self::NoiseFloor { .. } => "noise_floor",
        }
    }
}

/// Where to end without convergence. `None`: no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Limits {
    /// Most steps.
    pub steps: Option<usize>,
    /// Most energy and gradient evaluations.
    pub evaluations: Option<usize>,
    /// Longest time; looked at between steps.
    pub time: Option<Duration>,
    /// Standard deviation of the noise of a gradient component, kcal/mol/Å: a gradient no larger than noise alone would be is
    /// the end.
    pub noise: Option<f64>,
}

impl Limits {
    /// What is left of them after so many steps and evaluations, and so much time.
    #[must_use]
    pub fn after(&self, steps: usize, evaluations: usize, time: Duration) -> Self {
        Self {
            steps: self.steps.map(|most| most.saturating_sub(steps)),
            evaluations: self.evaluations.map(|most| most.saturating_sub(evaluations)),
            time: self.time.map(|longest| longest.saturating_sub(time)),
            noise: self.noise,
        }
    }
}

/// Where a minimization ended, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Minimum {
    /// The best point: the converged one, else the lowest one.
    pub point: Point,
    /// Energy at the start, kcal/mol.
    pub initial_energy: f64,
    /// Why it ended there.
    pub stop: Stop,
    /// Steps made.
    pub steps: usize,
    /// Energy and gradient evaluations, counted at the seam.
    pub evaluations: usize,
    /// Analytic Hessians, counted at the seam.
    pub hessian_evaluations: usize,
}

/// Why there is no result at all.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum OptimizeError {
    /// The surface failed at the starting point.
    #[error("at the starting point: {0}")]
    Start(EvalError),
    /// The surface failed later on. The best point so far comes along.
    #[error("at step {}: {error}", best.steps + 1)]
    Surface {
        /// What the surface said.
        error: EvalError,
        /// The best point so far (its `stop` is `Interrupted`).
        best: Box<Minimum>,
    },
}

/// Walks down from `x0` (Å) until the criteria hold, a limit is reached, or the observer says stop.
///
/// Reaching a limit is not an error: the lowest point so far comes back with the [`Stop`] that says so. A start without an energy
/// because atoms are on one point is left by the shortest of a few fixed random displacements that has one.
///
/// # Errors
/// Where the surface fails.
pub fn minimize(
    potential: &mut dyn Potential,
    x0: &[f64],
    stepper: &mut dyn Stepper,
    criteria: &Criteria,
    limits: &Limits,
    observer: &mut dyn Observer,
) -> Result<Minimum, OptimizeError> {
    let started = Instant::now();
    let mut seam = Seam::new(potential);
    let mut point = start::point(&mut seam, x0).map_err(OptimizeError::Start)?;
    let mut walk = Walk {
        best: point.clone(),
        best_is_feasible: true,
        initial_energy: point.energy,
        steps: 0,
        least_gradient: f64::INFINITY,
        idle_steps: 0,
    };
    stepper.start(&point);
    walk.best_is_feasible = stepper.is_feasible(&point);
    let mut energy_change = None;
    let stop = loop {
        let verdict = observer.observe(&Progress {
            step: walk.steps,
            evaluations: seam.evaluations,
            x: &point.x,
            energy: point.energy,
            gradient: &point.gradient,
        });
        if has_converged(&mut seam, stepper, &mut point, criteria, energy_change).map_err(|e| walk.failed(e, &seam))? {
            walk.best.copy_from(&point);
            break Stop::Converged;
        }
        if verdict == Verdict::Stop {
            break Stop::Interrupted;
        }
        if let Some(noise) = limits.noise.filter(|&noise| is_noise(&point.gradient, noise)) {
            walk.best.copy_from(&point);
            break Stop::NoiseFloor { noise };
        }
        if let Some(limit) = limits.reached(walk.steps, seam.evaluations, started) {
            break limit;
        }
        let budget = limits.evaluations.map_or(usize::MAX, |most| most - seam.evaluations);
        let before = point.energy;
        match stepper
            .step(&mut seam, &mut point, budget)
            .map_err(|e| walk.failed(e, &seam))?
        {
            StepOutcome::Moved(info) => {
                walk.steps += 1;
                energy_change = Some(point.energy - before);
                if !walk.best_is_feasible {
                    walk.best.copy_from(&point);
                    walk.best_is_feasible = stepper.is_feasible(&point);
                } else if walk.has_stopped_improving(&point) {
                    break Stop::Stalled {
                        step_norm: info.displacement,
                    };
                }
            }
            StepOutcome::Stalled { step_norm } => {
                let cut_short = limits.evaluations.is_some_and(|most| seam.evaluations >= most);
                break if cut_short {
                    Stop::EvaluationLimit
                } else {
                    Stop::Stalled { step_norm }
                };
            }
        }
    };
    Ok(walk.end(stop, &seam))
}

/// Judges the present point by what the surface itself said at these very coordinates, not by what the stepper kept.
fn has_converged(
    seam: &mut Seam<'_>,
    stepper: &mut dyn Stepper,
    point: &mut Point,
    criteria: &Criteria,
    energy_change: Option<f64>,
) -> Result<bool, EvalError> {
    let free = stepper.free_gradient(point);
    let gradient = free.as_deref().unwrap_or(&point.gradient);
    if !criteria.gradient_holds(gradient) || !stepper.is_feasible(point) {
        return Ok(false);
    }
    let displacement = if criteria.asks_displacement() {
        stepper.coming_displacement(point)
    } else {
        None
    };
    if !criteria.hold(gradient, displacement, energy_change) {
        return Ok(false);
    }
    if seam.last != *point {
        let fresh = Point::at(seam, &point.x)?;
        point.copy_from(&fresh);
    }
    let free = stepper.free_gradient(point);
    Ok(criteria.gradient_holds(free.as_deref().unwrap_or(&point.gradient)))
}

/// Whether noise of this standard deviation alone could be the whole gradient: its mean square over n components scatters by
/// √(2/n) of itself, so that pure noise is below the bound 98 times in a hundred.
fn is_noise(gradient: &[f64], noise: f64) -> bool {
    vector::rms(gradient) <= noise * (1.0 + 2.0 * (0.5 / gradient.len() as f64).sqrt())
}

impl Limits {
    fn reached(&self, steps: usize, evaluations: usize, started: Instant) -> Option<Stop> {
        if self.steps.is_some_and(|most| steps >= most) {
            return Some(Stop::StepLimit);
        }
        if self.evaluations.is_some_and(|most| evaluations >= most) {
            return Some(Stop::EvaluationLimit);
        }
        self.time
            .is_some_and(|longest| started.elapsed() >= longest)
            .then_some(Stop::TimeLimit)
    }
}

/// What the driver remembers of the way.
struct Walk {
    best: Point,
    best_is_feasible: bool,
    initial_energy: f64,
    steps: usize,
    /// Smallest norm of the gradient so far, kcal/mol/Å.
    least_gradient: f64,
    /// Steps since either the energy or the gradient last became clearly smaller.
    idle_steps: usize,
}

impl Walk {
    /// So many steps without any gain are a walk in the surface's round-off.
    const PATIENCE: usize = 300;
    /// Round-off of an energy relative to its magnitude: falls below this are no gain.
    const ENERGY_GAIN: f64 = 1e-13;
    /// The gradient has to fall to this fraction of its smallest value to count as a gain.
    const GRADIENT_GAIN: f64 = 0.99;

    /// Takes in a new point: keeps it where it is the lowest, and says whether the walk has come to nothing.
    fn has_stopped_improving(&mut self, point: &Point) -> bool {
        let gradient = vector::norm(&point.gradient);
        let fall = self.best.energy - point.energy;
        let round_off = Self::ENERGY_GAIN * point.energy.abs();
        let gains = fall > round_off || gradient < Self::GRADIENT_GAIN * self.least_gradient;
        self.idle_steps = if gains { 0 } else { self.idle_steps + 1 };
        self.least_gradient = self.least_gradient.min(gradient);
        // Among energies that can't be told apart the smaller gradient is the better point.
        if fall > round_off || (fall >= -round_off && gradient <= vector::norm(&self.best.gradient)) {
            self.best.copy_from(point);
        }
        self.idle_steps >= Self::PATIENCE
    }

    fn end(self, stop: Stop, seam: &Seam<'_>) -> Minimum {
        Minimum {
            point: self.best,
            initial_energy: self.initial_energy,
            stop,
            steps: self.steps,
            evaluations: seam.evaluations,
            hessian_evaluations: seam.hessian_evaluations,
        }
    }

    fn failed(&self, error: EvalError, seam: &Seam<'_>) -> OptimizeError {
        let so_far = Self {
            best: self.best.clone(),
            ..*self
        };
        OptimizeError::Surface {
            error,
            best: Box::new(so_far.end(Stop::Interrupted, seam)),
        }
    }
}

/// The surface as the stepper sees it: counts, and remembers the last evaluation.
///
/// Where an engine finds no energy at a trial point, the stepper sees a wall, as around atoms on one point, and shortens its step; at
/// the start, and when nothing helps, it sees the error.
struct Seam<'a> {
    potential: &'a mut dyn Potential,
    /// Refusals since the last energy; `None` before the first one.
    refusals: Option<usize>,
    evaluations: usize,
    hessian_evaluations: usize,
    last: Point,
}

impl<'a> Seam<'a> {
    /// So many refusals in a row are walls: a step shortened so often, by a factor of four at least each time, ends next to where
    /// there was an energy.
    const PATIENCE: usize = 5;

    fn new(potential: &'a mut dyn Potential) -> Self {
        Self {
            potential,
            refusals: None,
            evaluations: 0,
            hessian_evaluations: 0,
            last: Point::default(),
        }
    }
}

impl Potential for Seam<'_> {
    fn len(&self) -> usize {
        self.potential.len()
    }

    fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
        self.evaluations += 1;
        self.last.x.clear();
        let energy = match (self.potential.energy_gradient(x, gradient), &mut self.refusals) {
            (Err(EvalError::Refused { .. } | EvalError::OutOfReach { .. }), Some(refusals))
                if *refusals < Self::PATIENCE =>
            {
                *refusals += 1;
                return Err(EvalError::NotFinite { energy: f64::NAN });
            }
            (result, _) => result?,
        };
        self.refusals = Some(0);
        self.last.x.extend_from_slice(x);
        self.last.gradient.clear();
        self.last.gradient.extend_from_slice(gradient);
        self.last.energy = energy;
        Ok(energy)
    }

    fn curvature(&mut self, x: &[f64], add: &mut AddCurvature<'_>) -> bool {
        self.potential.curvature(x, add)
    }

    fn has_gradient(&self) -> bool {
        self.potential.has_gradient()
    }

    fn hessian(&mut self, x: &[f64]) -> Option<Result<Vec<f64>, EvalError>> {
        let result = self.potential.hessian(x);
        self.hessian_evaluations += usize::from(result.is_some());
        result
    }
}
