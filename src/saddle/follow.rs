//! Eigenvector following: uphill along one mode, downhill along all others, in restricted steps.
//!
//! The quadratic model lives in the metric of the internal coordinates ([`super::chart`]). Where the surface has no second derivatives
//! of its own, the mode is looked for by a few differences of gradients at the start, and again where it gets lost.

use super::chart::{Chart, Curvature, Quadric};
use super::climb::{Climber, Followed, Guide};
use super::modes::{Modes, lowest};
use super::ritz::Ritz;
use crate::coordinates::InternalCoordinates;
use crate::hessian::update::Updatable;
use crate::hessian::{Model, rigid};
use crate::linalg::SymmetricMatrix;
use crate::linalg::dense::orthonormal;
use crate::linalg::vector::{add_scaled, dot, longest_atom, norm};
use crate::optimize::Point;
use crate::optimize::constrained::Manifold;
use crate::optimize::rfo::restricted::Quadratic;
use crate::potential::{EvalError, Potential};

/// How a step is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// The minimum of the image function, whose gradient and curvature along the mode are turned about, within the trust radius
    /// (T. Helgaker, Chem. Phys. Lett. 182, 503 (1991); E. Besalú, J. M. Bofill, Theor. Chem. Acc. 100, 265 (1998)).
    #[default]
    Image,
    /// Rational functions for the mode and for the rest by themselves (A. Banerjee, N. Adams, J. Simons, R. Shepard, J. Phys. Chem.
    /// 89, 52 (1985); J. Baker, J. Comput. Chem. 7, 385 (1986)).
    PartitionedRfo,
}

/// Settings of the method.
#[derive(Clone, Debug)]
pub struct FollowSettings {
    /// How a step is chosen.
    pub method: Method,
    /// Where second derivatives come from.
    pub curvature: Curvature,
    /// Which mode is followed.
    pub guide: Guide,
    /// First trust radius: norm over all internal coordinates, Å and radian.
    pub trust_radius: f64,
    /// Largest trust radius.
    pub max_trust_radius: f64,
    /// Most steps that are remembered.
    pub memory: usize,
    /// Most gradients that are spent on the mode at the start.
    pub probes: usize,
    /// Most gradients that are spent on a mode that was lost.
    pub later_probes: usize,
    /// The mode is known where its residual is below this fraction of its curvature.
    pub residual: f64,
    /// Displacement of the atom that moves farthest, in differences of gradients, Å.
    pub probe_length: f64,
    /// What is held exactly. The surface is one on this manifold ([`super::OnManifold`]).
    pub held: Manifold,
    /// Whether all second derivatives are learnt at the start, by a displacement of each coordinate.
    pub whole: bool,
}

impl Default for FollowSettings {
    /// Measured on Baker and Chan's starting structures with GFN2-xTB.
    fn default() -> Self {
        Self {
            method: Method::default(),
            curvature: Curvature::Learnt(Model::Schlegel),
            guide: Guide::default(),
            trust_radius: 0.3,
            max_trust_radius: 0.6,
            memory: 30,
            probes: 5,
            later_probes: 2,
            residual: 0.4,
            probe_length: 0.01,
            held: Manifold::default(),
            whole: false,
        }
    }
}

/// Modes that are kept in sight.
const IN_SIGHT: usize = 3;

/// Cosine of the angle up to which a mode is the one that was followed before.
const SAME: f64 = 0.5;

/// Shortest trust radius: below, the walk is in the surface's noise.
const LEAST_TRUST: f64 = 1e-6;

/// The trust radius is not made smaller than this by a bad prediction alone: noise makes all predictions of short steps bad.
const LEAST_SHRUNK: f64 = 0.02;

/// Changes of energy (kcal/mol) too small to judge a model by.
const SMALL_CHANGE: f64 = 1e-3;

/// A displacement this short (Å, radian) may be made straight where it can't be made along the coordinates.
const STRAIGHT: f64 = 0.02;

/// A badly predicted step is taken back where the gradient's norm has grown by more than this.
const STEEPER: f64 = 1.5;

/// Of a displacement less than this remains after the ones before: it depends on them.
const DEPENDENT: f64 = 1e-6;

/// Stiffness that keeps the rest of a partitioned step from touching the mode, kcal/mol/Å².
const STIFF: f64 = 1e4;

/// The step that comes next.
#[derive(Debug)]
struct Proposal {
    quadric: Quadric,
    /// Cartesian, Å.
    displacement: Vec<f64>,
    /// Change of the energy that the model expects.
    predicted: f64,
}

/// The method.
#[derive(Debug)]
pub struct Follower {
    chart: Chart,
    settings: FollowSettings,
    trust: f64,
    /// The lowest modes at the present point, and the number of the one that is followed.
    modes: Modes,
    followed: usize,
    /// The mode that was followed last, a Cartesian displacement.
    mode: Option<Vec<f64>>,
    /// Whether the mode has to be looked for where the model has none that leads down on both sides.
    lost: bool,
    /// Whether the last step ended so far from where the model expects that its mode may be one of another place.
    doubtful: bool,
    probes: usize,
    proposal: Option<Proposal>,
}

impl Follower {
    /// Over these coordinates.
    #[must_use]
    pub fn new(coordinates: InternalCoordinates, settings: FollowSettings) -> Self {
        let mut chart = Chart::new(coordinates, settings.curvature, settings.memory);
        chart.hold(settings.held.primitives());
        Self {
            chart,
            trust: settings.trust_radius,
            settings,
            modes: Modes::default(),
            followed: 0,
            mode: None,
            lost: true,
            doubtful: false,
            probes: 0,
            proposal: None,
        }
    }

    /// What is known of the surface.
    #[must_use]
    pub fn chart(&self) -> &Chart {
        &self.chart
    }

    /// The model about the point, with the mode found as far as needed, and the step in it.
    fn prepare(&mut self, potential: &mut dyn Potential, point: &Point) -> Result<(), EvalError> {
        if self.proposal.as_ref().is_some_and(|p| p.quadric.x == point.x) {
            return Ok(());
        }
        self.chart.renew(&point.x);
        let mut quadric = self.chart.quadric(potential, point)?;
        self.modes = self.find_modes(&quadric);
        if self.settings.whole && self.mode.is_none() {
            self.learn_all(potential, point)?;
            quadric = self.chart.quadric(potential, point)?;
            self.modes = self.find_modes(&quadric);
            self.settings.whole = false;
        } else if self.settings.curvature != Curvature::Own {
            self.look_for_mode(potential, point, &mut quadric)?;
        }
        self.followed = self.choose_mode(&quadric);
        self.mode = self.modes.vectors.get(self.followed).cloned();
        self.proposal = self.propose(quadric);
        Ok(())
    }

    fn find_modes(&self, quadric: &Quadric) -> Modes {
        let mut guesses: Vec<Vec<f64>> = self.mode.iter().chain(&self.modes.vectors).cloned().collect();
        let wanted = match &self.settings.guide {
            Guide::Mode(number) => IN_SIGHT.max(number + 1),
            Guide::Along(directions) => {
                guesses.extend(directions.iter().cloned());
                IN_SIGHT
            }
            Guide::Lowest => IN_SIGHT,
        };
        lowest(&quadric.hessian, &quadric.metric, wanted, &guesses)
    }

    /// The mode that resembles the one before, as long as it is one that leads down on both sides or there is no such mode.
    fn choose_mode(&self, quadric: &Quadric) -> usize {
        let like = |directions: &[Vec<f64>]| self.modes.like(directions, &quadric.metric);
        let Some(before) = &self.mode else {
            return match &self.settings.guide {
                Guide::Lowest => 0,
                Guide::Mode(number) => (*number).min(self.modes.values.len().saturating_sub(1)),
                Guide::Along(directions) => like(directions).map_or(0, |(k, _)| k),
            };
        };
        let is_negative = |k: usize| self.modes.values[k] < 0.0;
        match like(std::slice::from_ref(before)) {
            Some((k, cosine)) if cosine > SAME && (is_negative(k) || !is_negative(0)) => k,
            _ => 0,
        }
    }

    /// One gradient for each direction that is no rigid motion.
    fn learn_all(&mut self, potential: &mut dyn Potential, point: &Point) -> Result<(), EvalError> {
        let n = point.x.len();
        let mut directions = match self.chart.coordinates().molecule() {
            Some(molecule) => rigid::modes(&point.x, &vec![1.0; molecule.len()]),
            None => Vec::new(),
        };
        let idle = directions.len();
        directions.extend((0..n).map(|coordinate| {
            let mut unit = vec![0.0; n];
            unit[coordinate] = 1.0;
            unit
        }));
        for direction in orthonormal(&directions, DEPENDENT).iter().skip(idle) {
            self.probe(potential, point, direction)?;
        }
        self.chart.complete();
        Ok(())
    }

    /// Spends gradients on the mode: at the start until it is known, later where the one that led down on both sides is gone.
    fn look_for_mode(
        &mut self,
        potential: &mut dyn Potential,
        point: &Point,
        quadric: &mut Quadric,
    ) -> Result<(), EvalError> {
        let is_first = self.mode.is_none();
        let leads_down = |modes: &Modes| modes.values.first().is_some_and(|v| *v < 0.0);
        let most = if is_first {
            self.settings.probes
        } else if leads_down(&self.modes) {
            usize::from(self.doubtful)
        } else {
            self.settings.later_probes
        };
        if !is_first && !self.lost {
            return Ok(());
        }
        let mut ritz = Ritz::default();
        for count in 0..most {
            let known = ritz.lowest(quadric);
            let is_sharp = known.is_some_and(|l| l.residual < self.settings.residual * l.value.abs());
            let is_saddle = known.is_some_and(|l| l.value < 0.0);
            if (is_sharp && (is_saddle || !is_first)) || (!is_first && count > 0 && leads_down(&self.modes)) {
                break;
            }
            let Some(direction) = self.next_direction(&ritz, quadric, is_first.then_some(count)) else {
                break;
            };
            self.probe(potential, point, &direction)?;
            match self.chart.latest(&quadric.metric) {
                Some(secant) => ritz.push(&secant, quadric),
                None => break,
            }
            *quadric = self.chart.quadric(potential, point)?;
            self.modes = self.find_modes(quadric);
        }
        Ok(())
    }

    /// The direction to look at next: what the guide says at the start (`first`: how many have been looked at there), then the model's
    /// lowest mode, or the second one where that holds nothing new.
    fn next_direction(&self, ritz: &Ritz, quadric: &Quadric, first: Option<usize>) -> Option<Vec<f64>> {
        let guided = match (&self.settings.guide, first) {
            (Guide::Along(directions), Some(count)) => directions.get(count),
            (Guide::Mode(number), Some(0)) => self.modes.vectors.get(*number),
            _ => None,
        };
        let mut candidates = guided.into_iter().chain(self.modes.vectors.iter().take(2));
        candidates.find_map(|direction| ritz.new_part(direction, quadric))
    }

    /// The gradient beside the point, on the lower side.
    fn probe(&mut self, potential: &mut dyn Potential, point: &Point, direction: &[f64]) -> Result<(), EvalError> {
        let downhill = if dot(direction, &point.gradient) > 0.0 {
            -1.0
        } else {
            1.0
        };
        let scale = downhill * self.settings.probe_length / longest_atom(direction).max(f64::MIN_POSITIVE);
        let x: Vec<f64> = point.x.iter().zip(direction).map(|(x, d)| x + scale * d).collect();
        let end = Point::at(potential, &x)?;
        self.probes += 1;
        self.chart.learn(point, &end);
        Ok(())
    }

    fn propose(&self, quadric: Quadric) -> Option<Proposal> {
        let &curvature = self.modes.values.get(self.followed)?;
        let mode = Mode {
            curvature,
            vector: &self.modes.vectors[self.followed],
            covector: &self.modes.covectors[self.followed],
        };
        let step = match self.settings.method {
            Method::Image => mode.image_step(&quadric, self.trust)?,
            Method::PartitionedRfo => mode.partitioned_step(&quadric, self.trust)?,
        };
        // Without the rigid motions that round-off adds.
        let displacement = quadric.metric.displacement(&quadric.metric.b.apply(&step));
        let slope = dot(&quadric.gradient, &displacement);
        let predicted = slope + 0.5 * dot(&displacement, &quadric.hessian.times(&displacement));
        Some(Proposal {
            quadric,
            displacement,
            predicted,
        })
    }

    /// The trust radius after a step of this length, and whether the mode has to be looked for. A model is as bad where it expects too
    /// little as where it expects too much.
    fn adapt(&mut self, ratio: f64, predicted: f64, length: f64) {
        self.lost = self.modes.values[self.followed] < 0.0 || !(0.5..2.0).contains(&ratio);
        self.doubtful = predicted.abs() > SMALL_CHANGE && !(0.0..=2.0).contains(&ratio);
        if predicted.abs() < SMALL_CHANGE {
            return;
        }
        if !(0.0..=2.0).contains(&ratio) {
            self.trust = (0.5 * length).min(self.trust).max(LEAST_SHRUNK);
        } else if (0.75..=1.25).contains(&ratio) && length > 0.8 * self.trust {
            self.trust = (1.5 * self.trust).min(self.settings.max_trust_radius);
        }
    }
}

impl Climber for Follower {
    fn start_again(&mut self, guide: Guide) {
        self.settings.guide = guide;
        self.trust = self.settings.trust_radius;
        self.mode = None;
        self.lost = true;
        self.doubtful = false;
        self.proposal = None;
    }

    fn probes(&self) -> usize {
        self.probes
    }

    fn mode(&self) -> Option<Vec<f64>> {
        let mode = self.mode.as_ref()?;
        let length = norm(mode);
        Some(mode.iter().map(|c| c / length).collect())
    }

    fn coming_displacement(
        &mut self,
        potential: &mut dyn Potential,
        point: &Point,
    ) -> Result<Option<&[f64]>, EvalError> {
        self.prepare(potential, point)?;
        Ok(self.proposal.as_ref().map(|p| p.displacement.as_slice()))
    }

    fn positive_hessian(&self, x: &[f64]) -> Option<SymmetricMatrix> {
        self.chart.positive_hessian(x)
    }

    fn step(&mut self, potential: &mut dyn Potential, point: &mut Point) -> Result<Followed, EvalError> {
        while self.trust > LEAST_TRUST {
            self.prepare(potential, point)?;
            let Some(proposal) = self.proposal.take() else { break };
            let Proposal {
                quadric,
                displacement,
                predicted,
            } = &proposal;
            let dq = quadric.metric.b.apply(displacement);
            let length = norm(&dq);
            let reached = self
                .chart
                .coordinates()
                .back_transform_from(&point.x, &dq, &quadric.metric);
            let mut x = match reached {
                Ok(reached) => reached.x,
                Err(_) if length < STRAIGHT => point.x.iter().zip(displacement).map(|(x, d)| x + d).collect(),
                Err(_) => {
                    self.trust = 0.5 * length.min(self.trust);
                    continue;
                }
            };
            if self.settings.held.retract(&mut x).is_err() {
                self.trust = 0.5 * length.min(self.trust);
                continue;
            }
            let trial = match Point::at(potential, &x) {
                Ok(trial) => trial,
                Err(error) if error.is_local() && length > STRAIGHT => {
                    self.trust = 0.25 * length.min(self.trust);
                    continue;
                }
                Err(error) => return Err(error),
            };
            self.chart.learn(point, &trial);
            let ratio = (trial.energy - point.energy) / predicted;
            let steeper = norm(&trial.gradient) > STEEPER * norm(&point.gradient);
            if steeper && !(0.0..=2.0).contains(&ratio) && predicted.abs() > SMALL_CHANGE && length > LEAST_SHRUNK {
                // Nowhere near where it was to lead. Its end tells of the curvature all the same.
                self.trust = 0.3 * length.min(self.trust);
                continue;
            }
            self.adapt(ratio, *predicted, length);
            *point = trial;
            return Ok(Followed::Moved);
        }
        Ok(Followed::Stuck {
            trust_radius: self.trust,
        })
    }
}

/// The mode that is followed, in a quadratic model.
struct Mode<'a> {
    curvature: f64,
    vector: &'a [f64],
    covector: &'a [f64],
}

impl Mode<'_> {
    /// The minimum of the image function within a trust radius.
    fn image_step(&self, quadric: &Quadric, radius: f64) -> Option<Vec<f64>> {
        let mut hessian = quadric.hessian.clone();
        hessian.add_outer(-2.0 * self.curvature, self.covector);
        let mut gradient = quadric.gradient.clone();
        add_scaled(&mut gradient, -2.0 * dot(&quadric.gradient, self.vector), self.covector);
        let image = Quadratic::new(&gradient, &hessian, &quadric.metric);
        image.minimize(radius, false).map(|restricted| restricted.step)
    }

    /// The maximum of a rational function along the mode and the minimum of another one in the rest, cut to the trust radius.
    fn partitioned_step(&self, quadric: &Quadric, radius: f64) -> Option<Vec<f64>> {
        let slope = dot(&quadric.gradient, self.vector);
        let mut hessian = quadric.hessian.clone();
        hessian.add_outer(STIFF - self.curvature, self.covector);
        let mut gradient = quadric.gradient.clone();
        add_scaled(&mut gradient, -slope, self.covector);
        let rest = Quadratic::new(&gradient, &hessian, &quadric.metric);
        let mut step = rest.minimize(radius, true)?.step;
        // The higher eigenvalue of ((λ, g), (g, 0)).
        let shift = 0.5 * self.curvature + (0.25 * self.curvature * self.curvature + slope * slope).sqrt();
        let uphill = if slope == 0.0 {
            0.0
        } else {
            slope / (shift - self.curvature)
        };
        add_scaled(&mut step, uphill, self.vector);
        let length = quadric.length(&step);
        if length > radius {
            step.iter_mut().for_each(|s| *s *= radius / length);
        }
        Some(step)
    }
}
