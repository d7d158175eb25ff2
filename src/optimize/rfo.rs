//! Restricted-step optimization in internal coordinates for expensive surfaces: each gradient is made the most of.
//!
//! The quadratic model lives in the space of redundant internal coordinates but is represented, without loss, over the Cartesian
//! displacements at the present point: Hessian BᵀH_qB, metric BᵀB. The step found there is a displacement along the
//! coordinates, and the back-transformation makes it a curved one.

use super::restricted::{Quadratic, Restricted};
use super::secant;
use super::vector::{self, dot};
use super::{Point, StepInfo, StepOutcome, Stepper};
use crate::coordinates::{Constraint, Coordinates, InternalCoordinates, Metric, Primitive};
use crate::potential::{EvalError, Potential};
use crate::units::{ANGSTROM_PER_BOHR, KCAL_MOL_PER_HARTREE};
use std::fmt;

/// Where the curvature that is not known yet comes from.
pub enum InitialHessian {
    /// Constants by kind of coordinate.
    Simple,
    /// Second derivatives (kcal/mol/Å²) at the start, row-major.
    Cartesian(Vec<f64>),
    /// The second derivatives of a cheap surface at each point, corrected by what the way has told of the real one.
    Surface(Box<dyn Potential>),
    /// The surface's own second derivatives at each point.
    Own,
}

impl fmt::Debug for InitialHessian {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Simple => "Simple",
            Self::Cartesian(_) => "Cartesian",
            Self::Surface(_) => "Surface",
            Self::Own => "Own",
        })
    }
}

/// Settings of the method.
#[derive(Debug)]
pub struct RfoSettings {
    /// The model of the curvature.
    pub initial_hessian: InitialHessian,
    /// What is held exactly.
    pub constraints: Vec<Constraint>,
    /// First trust radius: norm over all internal coordinates, Å and radian.
    pub trust_radius: f64,
    /// Largest trust radius.
    pub max_trust_radius: f64,
    /// Most pairs that are remembered.
    pub memory: usize,
    /// Tuning.
    pub tuning: [f64; 8],
    /// Whether the shift is at least that of rational-function optimization.
    pub rational: bool,
}

impl Default for RfoSettings {
    fn default() -> Self {
        Self {
            initial_hessian: InitialHessian::Simple,
            constraints: Vec::new(),
            trust_radius: 0.5,
            max_trust_radius: 1.5,
            memory: 30,
            rational: false,
            tuning: [0.0; 8],
        }
    }
}

/// Shortest trust radius: below, the walk is in the surface's noise.
const LEAST_TRUST: f64 = 1e-6;

/// Constraints are met when off by less than this, Å or radian.
const MET: f64 = 1e-7;

/// Stiffness of a held coordinate in the quadratic model, kcal/mol/Å².
const STIFF: f64 = 1e6;

/// A point of the way in internal coordinates.
#[derive(Clone, Debug)]
struct Visited {
    point: Point,
    q: Vec<f64>,
    gradient: Vec<f64>,
    cheap: Vec<f64>,
}

/// A model of the surface about the present point.
#[derive(Debug)]
struct Plan {
    x: Vec<f64>,
    metric: Metric,
    hessian: Vec<f64>,
    /// With the pull towards the constraints' targets.
    gradient: Vec<f64>,
    plain_gradient: Vec<f64>,
    /// What the way has added to the model's own Hessian.
    learnt: Vec<f64>,
    step: Option<Restricted>,
    radius: f64,
}

/// The method.
#[derive(Debug)]
pub struct Rfo {
    coordinates: InternalCoordinates,
    settings: RfoSettings,
    /// Row of each constraint in the coordinates, and its target.
    held: Vec<(usize, f64)>,
    trust: f64,
    present: Option<Visited>,
    /// Displacements and gradient changes, the latest last.
    pairs: Vec<(Visited, Visited)>,
    start_model: Option<StartModel>,
    plan: Option<Plan>,
}

/// A Cartesian Hessian of the start, in the metric there.
#[derive(Debug)]
struct StartModel {
    metric: Metric,
}

fn square_norm(v: &[f64]) -> f64 {
    dot(v, v)
}

impl Rfo {
    /// A stepper over these coordinates.
    #[must_use]
    pub fn new(coordinates: InternalCoordinates, settings: RfoSettings) -> Self {
        Self {
            trust: settings.trust_radius,
            coordinates,
            settings,
            held: Vec::new(),
            present: None,
            pairs: Vec::new(),
            start_model: None,
            plan: None,
        }
    }

    /// The coordinates as they are now.
    #[must_use]
    pub fn coordinates(&self) -> &InternalCoordinates {
        &self.coordinates
    }

    fn held_rows(&self) -> Vec<usize> {
        self.held.iter().map(|h| h.0).collect()
    }

    fn metric(&self, x: &[f64]) -> Metric {
        Metric::new(self.coordinates.wilson_b(x), &self.held_rows())
    }

    fn visit(&mut self, point: &Point, metric: &Metric) -> Visited {
        let cheap = match &mut self.settings.initial_hessian {
            InitialHessian::Surface(surface) => {
                Point::at(surface.as_mut(), &point.x).map_or(Vec::new(), |p| metric.project_gradient(&p.gradient))
            }
            _ => Vec::new(),
        };
        Visited {
            cheap,
            point: point.clone(),
            q: self.coordinates.values(&point.x),
            gradient: metric.project_gradient(&point.gradient),
        }
    }

    /// How far each constraint is from its target.
    fn deviations(&self, x: &[f64]) -> Vec<f64> {
        self.held
            .iter()
            .map(|&(row, target)| {
                let primitive = &self.coordinates.primitives()[row];
                let d = target - primitive.value(x);
                if primitive.is_periodic() {
                    d - std::f64::consts::TAU * (d / std::f64::consts::TAU).round()
                } else {
                    d
                }
            })
            .collect()
    }

    /// Adds the constraints to the coordinates and finds their rows.
    fn hold(&mut self, x: &[f64]) {
        let constraints = &self.settings.constraints;
        self.coordinates.extend(constraints.iter().map(|c| c.primitive.clone()));
        let targets: Vec<f64> = if self.held.len() == constraints.len() {
            self.held.iter().map(|h| h.1).collect()
        } else {
            constraints
                .iter()
                .map(|c| c.target.unwrap_or_else(|| c.primitive.value(x)))
                .collect()
        };
        let primitives = self.coordinates.primitives();
        let row = |c: &Constraint| primitives.iter().position(|p| *p == c.primitive).unwrap_or(0);
        self.held = constraints.iter().map(row).zip(targets).collect();
    }

    /// New coordinates where the old ones have become unsound; what is known of the way is carried over, since it is kept as points.
    fn rebuild(&mut self, point: &Point) {
        let Some(coordinates) = self.coordinates.rebuilt(&point.x) else {
            return;
        };
        self.coordinates = coordinates;
        self.hold(&point.x);
        let renew = |v: &Visited, this: &mut Self| {
            let m = this.metric(&v.point.x);
            this.visit(&v.point, &m)
        };
        let pairs = std::mem::take(&mut self.pairs);
        self.pairs = pairs.iter().map(|(a, b)| (renew(a, self), renew(b, self))).collect();
        self.present = None;
        if let Some(model) = self.start_model.take() {
            // The start may be unsound in the new coordinates, but its Hessian is still the best guess.
            let _ = model;
        }
    }

    fn plan(&mut self, potential: Option<&mut dyn Potential>, point: &Point) {
        if self.plan.as_ref().is_some_and(|p| p.x == point.x) {
            return;
        }
        let metric = self.metric(&point.x);
        let present = self.visit(point, &metric);
        let n = point.x.len();
        let mut hessian = self.base_hessian(potential, point, &metric, &present);
        if hessian.len() != n * n {
            hessian = self.simple_hessian(&metric);
        }
        let t = self.settings.tuning;
        let original = hessian.clone();
        if t[0] > 0.0 {
            let mut tau = t[0];
            let base = hessian.clone();
            loop {
                for ((h, b), f) in hessian.iter_mut().zip(&base).zip(&metric.gram) {
                    *h = b + tau * f;
                }
                let mut test = hessian.clone();
                for i in 0..n {
                    for j in 0..n {
                        test[i * n + j] -= t[0] * metric.gram[i * n + j];
                    }
                    test[i * n + i] += 1e-3;
                }
                if tau > 1e4 || crate::linalg::BlockedCholesky::new(test, n).is_some() {
                    break;
                }
                tau *= 1.5;
            }
        }
        if t[1] > 0.0 {
            let simple = self.simple_hessian(&metric);
            for (h, s) in hessian.iter_mut().zip(&simple) {
                *h = *h * (1.0 - t[1]) + t[1] * s;
            }
        }
        if !matches!(self.settings.initial_hessian, InitialHessian::Own) {
            self.learn(&mut hessian, &metric, &original);
        }
        let learnt: Vec<f64> = hessian.iter().zip(&original).map(|(h, o)| h - o).collect();
        let mut gradient = point.gradient.clone();
        for ((row, _), d) in self.held.iter().zip(self.deviations(&point.x)) {
            metric.b.add_outer(*row, STIFF, &mut hessian);
            let cap = 0.3 * self.trust.max(0.1);
            for &(c, b) in metric.b.row(*row) {
                gradient[c] -= STIFF * b * d.clamp(-cap, cap);
            }
        }
        self.present = Some(present);
        self.plan = Some(Plan {
            x: point.x.clone(),
            metric,
            hessian,
            gradient,
            plain_gradient: point.gradient.clone(),
            learnt,
            step: None,
            radius: 0.0,
        });
    }

    fn simple_hessian(&self, metric: &Metric) -> Vec<f64> {
        let n = metric.b.columns();
        let mut out = vec![0.0; n * n];
        let weights = self.coordinates.primitives().iter().map(simple_constant);
        metric.b.add_gram(weights, &mut out);
        out
    }

    fn base_hessian(
        &mut self,
        potential: Option<&mut dyn Potential>,
        point: &Point,
        metric: &Metric,
        present: &Visited,
    ) -> Vec<f64> {
        match &mut self.settings.initial_hessian {
            InitialHessian::Simple => self.simple_hessian(metric),
            InitialHessian::Cartesian(matrix) => {
                let matrix = matrix.clone();
                let start = self
                    .start_model
                    .get_or_insert_with(|| StartModel { metric: metric.clone() });
                carried(&matrix, &start.metric, metric)
            }
            InitialHessian::Surface(surface) => {
                let Some(Ok(mut matrix)) = surface.hessian(&point.x) else {
                    return Vec::new();
                };
                self.subtract_curvature(&point.x, &present.cheap, &mut matrix);
                matrix
            }
            InitialHessian::Own => {
                let Some(Some(Ok(mut matrix))) = potential.map(|p| p.hessian(&point.x)) else {
                    return Vec::new();
                };
                self.subtract_curvature(&point.x, &present.gradient, &mut matrix);
                matrix
            }
        }
    }

    /// A Cartesian Hessian holds the curvature of the coordinates themselves, Σ g_q d²q/dx²: what is left is BᵀH_qB.
    fn subtract_curvature(&self, x: &[f64], gradient: &[f64], matrix: &mut [f64]) {
        let n = x.len();
        for (primitive, &g) in self.coordinates.primitives().iter().zip(gradient) {
            if g == 0.0 {
                continue;
            }
            let second = primitive.second_derivatives(x);
            let atoms = primitive.atoms();
            let size = 3 * atoms.len();
            for (i, &a) in atoms.iter().enumerate() {
                for (j, &b) in atoms.iter().enumerate() {
                    for u in 0..3 {
                        for v in 0..3 {
                            let (r, c) = (3 * a + u, 3 * b + v);
                            if r < n && c < n {
                                matrix[r * n + c] -= g * second[(3 * i + u) * size + 3 * j + v];
                            }
                        }
                    }
                }
            }
        }
    }

    fn learn(&self, hessian: &mut [f64], metric: &Metric, original: &[f64]) {
        if self.settings.tuning[3] > 0.0 {
            // Pairs relative to the present point, the farthest in time first.
            let Some(last) = self.pairs.last() else { return };
            let to = if self.settings.tuning[3] > 1.0 {
                &last.1
            } else {
                &last.1
            };
            for from in self.pairs.iter().map(|p| &p.0) {
                let dq = self.coordinates.difference(&to.q, &from.q);
                let change: Vec<f64> = to.gradient.iter().zip(&from.gradient).map(|(a, b)| a - b).collect();
                let s = metric.displacement(&dq);
                let y = metric.b.apply_transpose(&change);
                secant::update(hessian, &s, &y);
            }
            return;
        }
        for (from, to) in &self.pairs {
            let dq = self.coordinates.difference(&to.q, &from.q);
            let change: Vec<f64> = to.gradient.iter().zip(&from.gradient).map(|(a, b)| a - b).collect();
            let s = metric.displacement(&dq);
            let mut y = metric.b.apply_transpose(&change);
            if self.settings.tuning[4] > 0.0 && !from.cheap.is_empty() {
                let w = self.settings.tuning[4];
                let change: Vec<f64> = to.cheap.iter().zip(&from.cheap).map(|(a, b)| a - b).collect();
                let known = metric.b.apply_transpose(&change);
                let here = secant::times(original, &s);
                for ((y, k), h) in y.iter_mut().zip(&known).zip(&here) {
                    *y += w * (h - k);
                }
            }
            secant::update_by(hessian, &s, &y, self.settings.tuning[2]);
        }
    }

    fn restrict(&mut self) -> Option<&Restricted> {
        let trust = self.trust;
        let rational = self.settings.rational;
        let plan = self.plan.as_mut()?;
        if plan.step.is_none() || plan.radius != trust {
            let n = plan.x.len();
            let mean = (0..n).map(|i| plan.hessian[i * n + i].abs()).sum::<f64>() / n.max(1) as f64;
            let model = Quadratic {
                gradient: &plan.gradient,
                hessian: &plan.hessian,
                metric: &plan.metric.gram,
                rigid: 1e-6 * mean.max(1e-9),
            };
            plan.step = model.minimize(trust, rational);
            plan.radius = trust;
        }
        plan.step.as_ref()
    }

    /// Where a displacement leads, curved along the coordinates; the displacement itself where that can't be had.
    fn destination(&self, plan: &Plan, step: &[f64]) -> (Vec<f64>, bool) {
        let mut dq = plan.metric.b.apply(step);
        for ((row, _), d) in self.held.iter().zip(self.deviations(&plan.x)) {
            let cap = 0.3 * self.trust.max(0.1);
            dq[*row] = d.clamp(-cap, cap);
        }
        match self.coordinates.back_transform_from(&plan.x, &dq, &plan.metric) {
            Ok(reached) => (reached.x, true),
            Err(_) => (plan.x.iter().zip(step).map(|(x, s)| x + s).collect(), false),
        }
    }

    /// Goes on from the quadratic model's minimum `x` to that of the cheap surface with the learnt corrections; gives the energy
    /// change to expect too.
    fn refine(&mut self, x: Vec<f64>, shift: f64) -> Option<(Vec<f64>, f64)> {
        let rounds = self.settings.tuning[5] as usize;
        let plan = self.plan.take()?;
        let out = self.refine_inner(&plan, x, shift, rounds);
        self.plan = Some(plan);
        out
    }

    fn refine_inner(&mut self, plan: &Plan, mut x: Vec<f64>, shift: f64, rounds: usize) -> Option<(Vec<f64>, f64)> {
        let present = self.present.clone()?;
        let InitialHessian::Surface(_) = self.settings.initial_hessian else {
            return None;
        };
        let n = x.len();
        let tilt: Vec<f64> = present
            .gradient
            .iter()
            .zip(&present.cheap)
            .map(|(a, b)| a - b)
            .collect();
        let mut best: Option<(Vec<f64>, f64, f64)> = None;
        let InitialHessian::Surface(surface) = &mut self.settings.initial_hessian else {
            return None;
        };
        let start_energy = Point::at(surface.as_mut(), &plan.x).ok()?.energy;
        for _ in 0..rounds {
            let InitialHessian::Surface(surface) = &mut self.settings.initial_hessian else {
                return None;
            };
            let cheap = Point::at(surface.as_mut(), &x).ok()?;
            let mut hessian = surface.hessian(&x)?.ok()?;
            let metric = self.metric(&x);
            let q = self.coordinates.values(&x);
            let dq = self.coordinates.difference(&q, &present.q);
            let cheap_q = metric.project_gradient(&cheap.gradient);
            let displacement = plan.metric.displacement(&dq);
            let pull = secant::times(&plan.learnt, &displacement);
            let pull_q = plan.metric.project_gradient(&pull);
            let total: Vec<f64> = (0..q.len()).map(|k| tilt[k] + pull_q[k] + shift * dq[k]).collect();
            let bent = metric.b.apply_transpose(&total);
            let mut gradient: Vec<f64> = cheap.gradient.iter().zip(&bent).map(|(a, b)| a + b).collect();
            let energy = cheap.energy - start_energy + dot(&tilt, &dq) + 0.5 * dot(&displacement, &pull);
            let merit = energy + 0.5 * shift * dot(&dq, &dq);
            if best.as_ref().is_some_and(|b| merit > b.2) {
                break;
            }
            best = Some((x.clone(), energy, merit));
            self.subtract_curvature(&x, &cheap_q, &mut hessian);
            for ((h, l), f) in hessian.iter_mut().zip(&plan.learnt).zip(&metric.gram) {
                *h += l + shift * f;
            }
            for ((row, _), d) in self.held.iter().zip(self.deviations(&x)) {
                metric.b.add_outer(*row, STIFF, &mut hessian);
                let _ = d;
                let _ = &mut gradient;
            }
            let mean = (0..n).map(|i| hessian[i * n + i].abs()).sum::<f64>() / n.max(1) as f64;
            let model = Quadratic {
                gradient: &gradient,
                hessian: &hessian,
                metric: &metric.gram,
                rigid: 1e-6 * mean.max(1e-9),
            };
            let step = model.minimize(0.5 * self.trust, false)?.step;
            let mut dq = metric.b.apply(&step);
            for (row, _) in &self.held {
                dq[*row] = 0.0;
            }
            if vector::norm(&dq) < 1e-4 {
                break;
            }
            x = self.coordinates.back_transform_from(&x, &dq, &metric).ok()?.x;
        }
        best.map(|b| (b.0, b.1))
    }

    fn remember(&mut self, trial: Visited) {
        if let Some(present) = &self.present {
            self.pairs.push((present.clone(), trial));
            if self.pairs.len() > self.settings.memory {
                self.pairs.remove(0);
            }
        }
    }

    /// The trust radius after a step of this length: Fletcher's rule.
    fn adapt(&mut self, ratio: f64, length: f64) {
        if ratio < 0.25 || ratio.is_nan() {
            self.trust = (0.25 * length).min(self.trust);
        } else if ratio > 0.75 && length > 0.8 * self.trust {
            self.trust = (2.0 * self.trust).min(self.settings.max_trust_radius);
        }
    }
}

/// BᵀH_qB of a Hessian whose H_q = B₀⁻ᵀ H B₀⁻ is kept from another point.
fn carried(matrix: &[f64], start: &Metric, now: &Metric) -> Vec<f64> {
    let n = now.b.columns();
    // Columns of T = F₀⁻B₀ᵀB: where each unit displacement here leads there.
    let columns: Vec<Vec<f64>> = (0..n)
        .map(|c| {
            let mut unit = vec![0.0; n];
            unit[c] = 1.0;
            start.displacement(&now.b.apply(&unit))
        })
        .collect();
    let mut out = vec![0.0; n * n];
    for (i, t) in columns.iter().enumerate() {
        let ht = secant::times(matrix, t);
        for (j, u) in columns.iter().enumerate() {
            out[j * n + i] = dot(u, &ht);
        }
    }
    out
}

/// Plain force constants: 0.5 hartree/bohr² or hartree for stretches, 0.2 for bends, 0.1 for dihedrals, 0.05 for the rest.
fn simple_constant(primitive: &Primitive) -> f64 {
    const LENGTH: f64 = KCAL_MOL_PER_HARTREE / (ANGSTROM_PER_BOHR * ANGSTROM_PER_BOHR);
    match primitive {
        Primitive::Stretch(_) => 0.5 * LENGTH,
        Primitive::Bend(_) | Primitive::LinearBend { .. } => 0.2 * KCAL_MOL_PER_HARTREE,
        Primitive::Dihedral(_) | Primitive::OutOfPlane(_) => 0.1 * KCAL_MOL_PER_HARTREE,
        Primitive::Cartesian { .. } | Primitive::Translation { .. } | Primitive::Rotation { .. } => 0.05 * LENGTH,
    }
}

impl Stepper for Rfo {
    fn start(&mut self, point: &Point) {
        self.trust = self.settings.trust_radius;
        self.held.clear();
        self.pairs.clear();
        self.present = None;
        self.start_model = None;
        self.plan = None;
        self.hold(&point.x);
    }

    fn coming_displacement(&mut self, point: &Point) -> Option<&[f64]> {
        if matches!(self.settings.initial_hessian, InitialHessian::Own)
            && self.plan.as_ref().is_none_or(|p| p.x != point.x)
        {
            return None;
        }
        self.plan(None, point);
        self.restrict().map(|r| r.step.as_slice())
    }

    fn step(
        &mut self,
        potential: &mut dyn Potential,
        point: &mut Point,
        budget: usize,
    ) -> Result<StepOutcome, EvalError> {
        self.rebuild(point);
        self.plan(Some(potential), point);
        let mut spent = 0;
        let mut shortest = f64::INFINITY;
        while spent < budget && self.trust >= LEAST_TRUST {
            let Some((step, shift)) = self.restrict().map(|r| (r.step.clone(), r.shift)) else {
                break;
            };
            let Some(plan) = &self.plan else { break };
            let length = square_norm(&plan.metric.b.apply(&step)).sqrt();
            let mut predicted =
                dot(&plan.plain_gradient, &step) + 0.5 * dot(&step, &secant::times(&plan.hessian, &step));
            let feasible = self.deviations(&point.x).iter().all(|d| d.abs() < MET);
            let (mut x, curved) = self.destination(plan, &step);
            if !curved && length > 0.05 {
                self.trust = 0.5 * length.min(self.trust);
                continue;
            }
            if self.settings.tuning[5] > 0.0
                && let Some((better, change)) = self.refine(x.clone(), shift)
            {
                x = better;
                predicted = change;
            }
            spent += 1;
            shortest = shortest.min(vector::norm(&step));
            let trial = match Point::at(potential, &x) {
                Ok(trial) => trial,
                Err(EvalError::NotFinite { .. }) => {
                    self.trust = 0.25 * length.min(self.trust);
                    continue;
                }
                Err(error) => return Err(error),
            };
            let change = trial.energy - point.energy;
            let noise = 1e-9 * point.energy.abs().max(1.0);
            let ratio = if feasible && predicted < -noise {
                change / predicted
            } else {
                0.5
            };
            let metric = self.metric(&trial.x);
            let visited = self.visit(&trial, &metric);
            self.remember(visited);
            self.adapt(ratio, length);
            if !feasible || change <= noise {
                *point = trial;
                return Ok(StepOutcome::Moved(StepInfo {
                    displacement: vector::norm(&step),
                }));
            }
            // The step was too long, but its end tells of the curvature.
            self.plan = None;
            self.plan(Some(potential), point);
        }
        Ok(StepOutcome::Stalled {
            step_norm: if shortest.is_finite() { shortest } else { 0.0 },
        })
    }
}
