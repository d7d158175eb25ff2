//! Restricted-step optimization in internal coordinates for expensive surfaces: each gradient is made the most of.
//!
//! The quadratic model lives in the space of redundant internal coordinates but is represented, without loss, over the Cartesian
//! displacements at the present point: Hessian BᵀH_qB, metric BᵀB. The step found there is a displacement along the
//! coordinates, and the back-transformation makes it a curved one. The model is made anew at each point from a guess of the
//! curvature and all that the way has told, which is kept as points: so it survives a change of the coordinates.

pub(crate) mod curvature;
mod held;
pub(crate) mod matrix;
pub(crate) mod restricted;
mod surrogate;
#[cfg(test)]
mod tests;

use super::{Point, StepInfo, StepOutcome, Stepper};
use crate::coordinates::{Constraint, Coordinates, InternalCoordinates, Metric};
use crate::hessian::update::{Updatable, bfgs_or_sr1};
use crate::hessian::{Model, ModelHessian};
use crate::linalg::SymmetricMatrix;
use crate::linalg::vector::{add_scaled, dot, norm};
use crate::potential::{EvalError, Potential};
use held::Held;
use matrix::{Base, Hessian};
use restricted::{Quadratic, Restricted};
use std::fmt;
use surrogate::Surrogate;
use thiserror::Error;

/// Where the curvature that is not known yet comes from.
pub enum InitialHessian {
    /// Force constants from elements and distances, anew at each point.
    Model(Model),
    /// The same curvature (kcal/mol/Å²) along all coordinates.
    Scaled(f64),
    /// Second derivatives at the start.
    Cartesian {
        /// kcal/mol/Å², row-major, (3N)².
        hessian: Vec<f64>,
        /// The gradient (kcal/mol/Å) there of the surface that they are of, where it is not the one that is walked on.
        gradient: Option<Vec<f64>>,
    },
    /// A cheap surface, a force field say, at each point: its second derivatives, and itself as far as they go. Of a molecule of more
    /// than [`MOST_DENSE`] coordinates only what it knows of its own stiff directions ([`Potential::curvature`]). Where it has no
    /// finite value, an even curvature along all coordinates stands in.
    Surface(Box<dyn Potential>),
    /// The surface's own second derivatives at each point.
    Own,
}

impl fmt::Debug for InitialHessian {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Model(model) => write!(f, "Model({})", model.name()),
            Self::Scaled(curvature) => write!(f, "Scaled({curvature})"),
            Self::Cartesian { .. } => f.write_str("Cartesian"),
            Self::Surface(_) => f.write_str("Surface"),
            Self::Own => f.write_str("Own"),
        }
    }
}

/// Settings of the method.
#[derive(Debug)]
pub struct RfoSettings {
    /// The guess of the curvature.
    pub initial_hessian: InitialHessian,
    /// What is held exactly.
    pub constraints: Vec<Constraint>,
    /// First trust radius: norm over all internal coordinates, Å and radian.
    pub trust_radius: f64,
    /// Largest trust radius.
    pub max_trust_radius: f64,
    /// Most secant pairs that are remembered.
    pub memory: usize,
    /// Whether each step is shifted by at least as much as in rational-function optimization, and not only where the trust radius
    /// or a negative curvature asks for it. It costs a few evaluations more (6 in 150 on Baker's set).
    pub rational: bool,
}

impl Default for RfoSettings {
    /// Measured on Baker's set.
    fn default() -> Self {
        Self {
            initial_hessian: InitialHessian::Model(Model::Schlegel),
            constraints: Vec::new(),
            trust_radius: 0.5,
            max_trust_radius: 1.5,
            memory: 30,
            rational: false,
        }
    }
}

/// Shortest trust radius: below, the walk is in the surface's noise.
const LEAST_TRUST: f64 = 1e-7;

/// Round-off of energies relative to their magnitude: rises below it are none.
const ROUND_OFF: f64 = 1e-11;

/// A displacement this short (Å, radian) may be made straight where it can't be made along the coordinates.
const STRAIGHT: f64 = 0.02;

/// Curvature where no molecule is known to make a model for, kcal/mol/Å².
const UNKNOWN: f64 = 100.0;

/// Most Cartesian coordinates for which a cheap surface's full second derivatives are taken: their dense algebra grows with the cube
/// of the size, that of sparse models in proportion to it.
pub const MOST_DENSE: usize = 1800;

/// Settings that don't fit the coordinates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RfoError {
    /// A Hessian or gradient of another size.
    #[error("an initial {what} of {found} numbers was given, {expected} expected")]
    Size {
        /// Hessian or gradient.
        what: &'static str,
        /// Its numbers.
        found: usize,
        /// The numbers that the coordinates ask for.
        expected: usize,
    },
}

/// A point of the way, with what it is in internal coordinates.
#[derive(Clone, Debug)]
struct Visited {
    point: Point,
    q: Vec<f64>,
    gradient: Vec<f64>,
    /// The cheap surface's gradient there; empty without one.
    cheap: Vec<f64>,
}

/// The quadratic model about the present point.
#[derive(Debug)]
struct Plan {
    x: Vec<f64>,
    metric: Metric,
    hessian: Hessian,
    /// With the pull of the constraints that are not met yet.
    gradient: Vec<f64>,
    /// The changes that are due along what is held.
    due: Vec<(usize, f64)>,
    /// The multiple of the metric that was added to the guess of the curvature.
    lift: f64,
    /// The surface's own Hessian was asked for but is not there yet.
    provisional: bool,
    /// The step within a trust radius.
    step: Option<(f64, Restricted)>,
}

impl Plan {
    /// What was added to the guess of the curvature, times a vector.
    fn learnt_times(&self, v: &[f64]) -> Vec<f64> {
        let mut out = self.hessian.learnt.times(v);
        add_scaled(&mut out, self.lift, &self.metric.gram.times(v));
        out
    }
}

/// A step that is ready to be tried.
struct Proposal {
    x: Vec<f64>,
    /// Length along the coordinates.
    length: f64,
    /// The change of the energy that the model expects.
    predicted: f64,
}

/// The method.
#[derive(Debug)]
pub struct Rfo {
    coordinates: InternalCoordinates,
    settings: RfoSettings,
    model: Option<Box<dyn ModelHessian>>,
    held: Held,
    trust: f64,
    present: Option<Visited>,
    /// Ends of the steps tried, the latest last.
    pairs: Vec<(Visited, Visited)>,
    /// A Hessian from another point (BᵀH_qB there) that is carried on, with its metric.
    carried: Option<(SymmetricMatrix, Metric)>,
    /// The metric of the latest trial, which mostly becomes the present point.
    latest: Option<(Vec<f64>, Metric)>,
    plan: Option<Plan>,
    /// How far the guess of the curvature had to be lifted lately.
    level: usize,
}

fn check_sizes(initial: &InitialHessian, n: usize) -> Result<(), RfoError> {
    let check = |what, found, expected| match found == expected {
        true => Ok(()),
        false => Err(RfoError::Size { what, found, expected }),
    };
    match initial {
        InitialHessian::Cartesian { hessian, gradient } => {
            check("Hessian", hessian.len(), n * n)?;
            gradient.as_ref().map_or(Ok(()), |g| check("gradient", g.len(), n))
        }
        InitialHessian::Surface(surface) => check("surface", surface.len(), n),
        _ => Ok(()),
    }
}

fn difference(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(p, q)| p - q).collect()
}

impl Rfo {
    /// A stepper over these coordinates.
    ///
    /// # Errors
    /// An initial Hessian, its gradient or a cheap surface of another number of coordinates.
    pub fn new(coordinates: InternalCoordinates, settings: RfoSettings) -> Result<Self, RfoError> {
        check_sizes(&settings.initial_hessian, coordinates.cartesians())?;
        let model = match settings.initial_hessian {
            InitialHessian::Model(model) => coordinates.molecule().map(|m| model.prepare(m)),
            _ => None,
        };
        Ok(Self {
            trust: settings.trust_radius,
            coordinates,
            settings,
            model,
            held: Held::default(),
            present: None,
            pairs: Vec::new(),
            carried: None,
            latest: None,
            plan: None,
            level: 0,
        })
    }

    /// Whether a cheap surface itself is followed, and not only its stiff directions.
    fn follows_surface(&self) -> bool {
        matches!(self.settings.initial_hessian, InitialHessian::Surface(_))
            && self.coordinates.cartesians() <= MOST_DENSE
    }

    /// The coordinates as they are now.
    #[must_use]
    pub fn coordinates(&self) -> &InternalCoordinates {
        &self.coordinates
    }

    fn metric(&mut self, x: &[f64]) -> Metric {
        if let Some((at, metric)) = self.latest.take()
            && at == x
        {
            return metric;
        }
        self.coordinates.metric(x, &self.held.rows())
    }

    fn visit(&mut self, point: &Point, metric: &Metric) -> Visited {
        let follows = self.follows_surface();
        let cheap = match &mut self.settings.initial_hessian {
            InitialHessian::Surface(surface) if follows => Point::at(surface.as_mut(), &point.x).ok(),
            _ => None,
        };
        Visited {
            point: point.clone(),
            q: self.coordinates.values(&point.x),
            gradient: metric.project_gradient(&point.gradient),
            cheap: cheap.map_or_else(Vec::new, |p| metric.project_gradient(&p.gradient)),
        }
    }

    /// New coordinates where the old ones have become unsound. What is known of the way is carried over.
    fn rebuild(&mut self, point: &Point) {
        let Some(mut coordinates) = self.coordinates.rebuilt(&point.x) else {
            return;
        };
        let held = Held::new(&self.settings.constraints, &mut coordinates, &point.x, &self.held);
        if coordinates.primitives() == self.coordinates.primitives() {
            return;
        }
        if let InitialHessian::Model(model) = self.settings.initial_hessian {
            // Its bonds may be others.
            self.model = coordinates.molecule().map(|m| model.prepare(m));
        }
        self.coordinates = coordinates;
        self.held = held;
        self.latest = None;
        self.plan = None;
        let pairs = std::mem::take(&mut self.pairs);
        for (from, to) in &pairs {
            let [from, to] = [from, to].map(|v| {
                let metric = self.metric(&v.point.x);
                self.visit(&v.point, &metric)
            });
            self.pairs.push((from, to));
        }
        // A Hessian from elsewhere is taken over as it stands: over Cartesian displacements it does not depend on the coordinates.
        if let Some((_, metric)) = &mut self.carried {
            *metric = self.coordinates.metric(&point.x, &self.held.rows());
        }
    }

    fn plan(&mut self, potential: Option<&mut dyn Potential>, point: &Point) -> Result<(), EvalError> {
        let own = potential.is_some();
        if self
            .plan
            .as_ref()
            .is_some_and(|p| p.x == point.x && !(own && p.provisional))
        {
            return Ok(());
        }
        let metric = self.metric(&point.x);
        let present = self.visit(point, &metric);
        let is_own = matches!(self.settings.initial_hessian, InitialHessian::Own);
        let mut base = self.guess(potential, &metric, &present)?;
        let lift = curvature::lift(&mut base, &metric, &mut self.level);
        let mut hessian = Hessian::from(base);
        if !(is_own && own) {
            self.learn(&mut hessian, lift, &metric);
        }
        let due = self.held.due(&self.coordinates, &point.x, self.trust);
        // Without what the constraints bear: no finite stiffness would keep a step from yielding to it.
        let mut gradient = self.free_gradient(point).unwrap_or_else(|| point.gradient.clone());
        self.held.stiffen(&metric, &mut hessian.base, &due, &mut gradient);
        self.present = Some(present);
        self.plan = Some(Plan {
            x: point.x.clone(),
            metric,
            hessian,
            gradient,
            due,
            lift,
            provisional: is_own && !own,
            step: None,
        });
        Ok(())
    }

    /// The guess of BᵀH_qB at the present point.
    fn guess(
        &mut self,
        potential: Option<&mut dyn Potential>,
        metric: &Metric,
        present: &Visited,
    ) -> Result<Base, EvalError> {
        let follows = self.follows_surface();
        let x = &present.point.x;
        let coordinates = &self.coordinates;
        let even = |curvature: f64| {
            let mut matrix = metric.analysis.matrix();
            matrix.add_matrix(curvature, &metric.gram);
            Base::Sparse(matrix)
        };
        let internal = |mut matrix: Vec<f64>, gradient: &[f64]| {
            curvature::subtract_coordinates(coordinates.primitives(), x, gradient, &mut matrix);
            SymmetricMatrix::from_rows(x.len(), matrix)
        };
        Ok(match &mut self.settings.initial_hessian {
            InitialHessian::Model(_) => match &self.model {
                Some(model) => Base::Sparse(curvature::from_model(model.as_ref(), coordinates, metric, x)),
                None => even(UNKNOWN),
            },
            InitialHessian::Scaled(curvature) => even(*curvature),
            InitialHessian::Cartesian { hessian, gradient } => Base::Dense(match &self.carried {
                Some((hessian, from)) => curvature::carry(hessian, from, metric),
                None => {
                    let own = gradient.as_ref().map(|g| metric.project_gradient(g));
                    let matrix = internal(hessian.clone(), own.as_ref().unwrap_or(&present.gradient));
                    let matrix = curvature::carry(&matrix, metric, metric);
                    self.carried = Some((matrix.clone(), metric.clone()));
                    matrix
                }
            }),
            InitialHessian::Surface(surface) if follows => match surface.hessian(x).ok_or(EvalError::NoHessian)? {
                Ok(matrix) if !present.cheap.is_empty() => Base::Dense(internal(matrix, &present.cheap)),
                _ => even(UNKNOWN),
            },
            InitialHessian::Surface(surface) => {
                Base::Sparse(curvature::from_surface(surface.as_mut(), metric, x).ok_or(EvalError::NoHessian)?)
            }
            InitialHessian::Own => match (potential, &self.carried) {
                (Some(potential), _) => {
                    let matrix = internal(potential.hessian(x).ok_or(EvalError::NoHessian)??, &present.gradient);
                    self.carried = Some((matrix.clone(), metric.clone()));
                    Base::Dense(matrix)
                }
                (None, Some((hessian, from))) => Base::Dense(curvature::carry(hessian, from, metric)),
                (None, None) => even(UNKNOWN),
            },
        })
    }

    /// Applies what the way has told, oldest first (the old pairs on the new model: Birkholz and Schlegel, Theor. Chem. Acc. 135, 84
    /// (2016)). What a cheap surface's curvature has changed since is allowed for. `lift`: the multiple of the metric that was added
    /// to the guess.
    fn learn(&self, hessian: &mut Hessian, lift: f64, metric: &Metric) {
        let recent = match self.settings.initial_hessian {
            InitialHessian::Own => self.pairs.len().saturating_sub(1),
            _ => 0,
        };
        for (from, to) in &self.pairs[recent..] {
            let s = metric.displacement(&self.coordinates.difference(&to.q, &from.q));
            let mut y = metric.b.apply_transpose(&difference(&to.gradient, &from.gradient));
            if !from.cheap.is_empty() && from.cheap.len() == to.cheap.len() {
                let there = metric.b.apply_transpose(&difference(&to.cheap, &from.cheap));
                let mut here = hessian.base.times(&s);
                add_scaled(&mut here, -lift, &metric.gram.times(&s));
                for ((y, t), h) in y.iter_mut().zip(&there).zip(&here) {
                    *y += h - t;
                }
            }
            // A degenerate pair tells nothing.
            let _learnt = bfgs_or_sr1::update(hessian, &s, &y);
        }
    }

    /// The model's minimum within the trust radius.
    fn restrict(&mut self) -> Option<&Restricted> {
        let plan = self.plan.as_mut()?;
        if plan.step.as_ref().is_none_or(|(radius, _)| *radius != self.trust) {
            let model = Quadratic::new(&plan.gradient, &plan.hessian, &plan.metric);
            plan.step = model
                .minimize(self.trust, self.settings.rational)
                .map(|step| (self.trust, step));
        }
        plan.step.as_ref().map(|(_, step)| step)
    }

    /// Where to go next: `None` where the trust radius does not allow anything. A step that can't be made along the coordinates is
    /// tried shorter.
    fn propose(&mut self) -> Option<Proposal> {
        while self.trust >= LEAST_TRUST {
            let Restricted { step, shift } = self.restrict()?.clone();
            let plan = self.plan.take()?;
            let mut dq = plan.metric.b.apply(&step);
            let length = norm(&dq);
            for &(row, change) in &plan.due {
                dq[row] = change;
            }
            let reached = self.coordinates.back_transform_from(&plan.x, &dq, &plan.metric);
            let proposal = match reached {
                Ok(reached) => Some(self.extend(&plan, reached.x, &step, shift, length)),
                Err(_) if length < STRAIGHT => Some(Proposal {
                    x: plan.x.iter().zip(&step).map(|(x, s)| x + s).collect(),
                    length,
                    predicted: f64::NAN,
                }),
                Err(_) => None,
            };
            self.plan = Some(plan);
            if let Some(mut proposal) = proposal {
                self.held.polish(&self.coordinates, &mut proposal.x);
                self.held.settle(&self.coordinates, &mut proposal.x);
                return Some(proposal);
            }
            self.trust = 0.5 * length.min(self.trust);
        }
        None
    }

    /// The quadratic model's minimum, or what the cheap surface makes of it.
    fn extend(&mut self, plan: &Plan, x: Vec<f64>, step: &[f64], shift: f64, length: f64) -> Proposal {
        let predicted = dot(&plan.gradient, step) + 0.5 * dot(step, &plan.hessian.times(step));
        let mut proposal = Proposal { x, length, predicted };
        let follows = self.follows_surface();
        let (InitialHessian::Surface(surface), Some(present), true) =
            (&mut self.settings.initial_hessian, &self.present, follows)
        else {
            return proposal;
        };
        let mut surrogate = Surrogate {
            surface: surface.as_mut(),
            coordinates: &self.coordinates,
            held: &self.held,
            plan,
            present,
            shift,
            trust: self.trust,
        };
        if let Some((x, predicted)) = surrogate.descend(proposal.x.clone()) {
            proposal.x = x;
            proposal.predicted = predicted;
        }
        proposal
    }

    fn remember(&mut self, trial: &Point) {
        let metric = self.metric(&trial.x);
        let visited = self.visit(trial, &metric);
        self.latest = Some((trial.x.clone(), metric));
        if let Some(present) = &self.present {
            self.pairs.push((present.clone(), visited));
            if self.pairs.len() > self.settings.memory {
                self.pairs.remove(0);
            }
        }
    }

    /// The trust radius after a step of this length (R. Fletcher, Practical Methods of Optimization, 1980).
    fn adapt(&mut self, ratio: f64, length: f64) {
        if ratio < 0.25 {
            self.trust = (0.25 * length).min(self.trust);
        } else if ratio > 0.75 && length > 0.8 * self.trust {
            self.trust = (2.0 * self.trust).min(self.settings.max_trust_radius);
        }
    }
}

impl Stepper for Rfo {
    fn start(&mut self, point: &Point) {
        self.trust = self.settings.trust_radius;
        self.pairs.clear();
        self.present = None;
        self.carried = None;
        self.latest = None;
        self.plan = None;
        self.level = 0;
        let constraints = &self.settings.constraints;
        self.held = Held::new(constraints, &mut self.coordinates, &point.x, &Held::default());
    }

    fn coming_displacement(&mut self, point: &Point) -> Option<&[f64]> {
        if self.pairs.is_empty() && matches!(self.settings.initial_hessian, InitialHessian::Own) {
            return None;
        }
        // Where there is no curvature to be had the next step says so.
        self.plan(None, point).ok()?;
        self.restrict().map(|r| r.step.as_slice())
    }

    fn free_gradient(&self, point: &Point) -> Option<Vec<f64>> {
        self.held.free_gradient(&self.coordinates, &point.x, &point.gradient)
    }

    fn is_feasible(&self, point: &Point) -> bool {
        self.held.are_met(&self.coordinates, &point.x)
    }

    fn step(
        &mut self,
        potential: &mut dyn Potential,
        point: &mut Point,
        budget: usize,
    ) -> Result<StepOutcome, EvalError> {
        self.rebuild(point);
        let feasible = self.is_feasible(point);
        let borne = self
            .free_gradient(point)
            .map_or(0.0, |free| norm(&difference(&point.gradient, &free)));
        let mut shortest = f64::INFINITY;
        for _ in 0..budget {
            self.plan(Some(&mut *potential), point)?;
            let Some(proposal) = self.propose() else { break };
            shortest = shortest.min(proposal.length);
            let trial = match Point::at(potential, &proposal.x) {
                Ok(trial) => trial,
                Err(EvalError::NotFinite { .. }) => {
                    self.trust = 0.25 * proposal.length.min(self.trust);
                    continue;
                }
                Err(error) => return Err(error),
            };
            let change = trial.energy - point.energy;
            // What is held is held to a small error, which the forces that it bears turn into energy.
            let error = self.held.error(&self.coordinates, &point.x) + self.held.error(&self.coordinates, &trial.x);
            let round_off = ROUND_OFF * point.energy.abs() + 2.0 * borne * error;
            self.remember(&trial);
            let judged = feasible && change.abs() > round_off && proposal.predicted < -round_off;
            self.adapt(if judged { change / proposal.predicted } else { 0.5 }, proposal.length);
            if !feasible || change <= round_off {
                let displacement = trial
                    .x
                    .iter()
                    .zip(&point.x)
                    .map(|(a, b)| (a - b) * (a - b))
                    .sum::<f64>()
                    .sqrt();
                *point = trial;
                return Ok(StepOutcome::Moved(StepInfo { displacement }));
            }
            // The step was too long, but its end tells of the curvature.
            self.trust = self.trust.min(0.5 * proposal.length);
            self.plan = None;
        }
        let step_norm = if shortest.is_finite() { shortest } else { 0.0 };
        Ok(StepOutcome::Stalled { step_norm })
    }
}
