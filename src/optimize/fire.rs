//! FIRE 2.0, the fast inertial relaxation engine (Guénolé, Nöhring, Vaid, Houllé, Xie, Prakash and Bitzek, Comput. Mater. Sci.
//! 175, 109584 (2020); first by Bitzek et al., Phys. Rev. Lett. 97, 170201 (2006)): damped dynamics of unit masses that are
//! steered towards −g while they run downhill, and stopped and set half a step back as soon as they run uphill.

use super::{Point, StepInfo, StepOutcome, Stepper, vector};
use crate::potential::{EvalError, Potential};

/// Settings of the method, with the names of table 1 of the paper. Its values, but for a delay as in the first version: stiff
/// bonds end a run downhill sooner than 20 steps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FireSettings {
    /// Δt at the start, in units in which a mass on a spring of 1 kcal/mol/Å² has the angular frequency 1. A bond stretch of
    /// 1000 kcal/mol/Å² is stable up to 2/√1000 = 0.063.
    pub time_step: f64,
    /// Longest and shortest Δt, as multiples of the first.
    pub time_step_range: (f64, f64),
    /// `N_delay`: steps downhill before Δt grows.
    pub delay: usize,
    /// `f_inc`, growth of Δt.
    pub growth: f64,
    /// `f_dec`, cut of Δt.
    pub cut: f64,
    /// `α_start`, the first mixing.
    pub mixing: f64,
    /// `f_α`, decay of the mixing.
    pub mixing_decay: f64,
    /// Longest displacement of one atom in a step, Å.
    pub max_step: f64,
}

impl Default for FireSettings {
    fn default() -> Self {
        Self {
            time_step: 0.03,
            time_step_range: (1e-3, 10.0),
            delay: 5,
            growth: 1.1,
            cut: 0.5,
            mixing: 0.25,
            mixing_decay: 0.99,
            max_step: 0.2,
        }
    }
}

/// Step cuts at a wall without an energy, at most.
const RETREATS: usize = 40;

/// The method with its velocities.
#[derive(Debug, Default)]
pub struct Fire {
    settings: FireSettings,
    velocity: Vec<f64>,
    step: Vec<f64>,
    trial: Point,
    dt: f64,
    mixing: f64,
    /// Steps downhill in a row.
    downhill: usize,
}

impl Fire {
    /// A stepper at rest.
    #[must_use]
    pub fn new(settings: FireSettings) -> Self {
        Self {
            settings,
            ..Self::default()
        }
    }

    /// Algorithm 2 of the paper, lines 9 to 26: the time step and the mixing by the sign of the power −g·v, and the half step
    /// back from an uphill place, which is left in `self.step`.
    fn judge(&mut self, gradient: &[f64]) {
        let settings = self.settings;
        let (least, most) = settings.time_step_range;
        self.step.fill(0.0);
        if -vector::dot(gradient, &self.velocity) > 0.0 {
            self.downhill += 1;
            if self.downhill > settings.delay {
                self.dt = (self.dt * settings.growth).min(most * settings.time_step);
                self.mixing *= settings.mixing_decay;
            }
        } else {
            vector::add_scaled(&mut self.step, -0.5 * self.dt, &self.velocity);
            self.brake();
            self.dt = self.dt.max(least * settings.time_step);
        }
    }

    fn brake(&mut self) {
        self.downhill = 0;
        self.dt *= self.settings.cut;
        self.mixing = self.settings.mixing;
        self.velocity.fill(0.0);
    }

    /// Semi-implicit Euler with mixing: v ← v − Δt g; v ← (1 − α) v − α |v| g/|g|; x ← x + Δt v.
    fn advance(&mut self, gradient: &[f64]) {
        vector::add_scaled(&mut self.velocity, -self.dt, gradient);
        let steepness = vector::norm(gradient);
        if steepness > 0.0 {
            let speed = vector::norm(&self.velocity);
            for (v, g) in self.velocity.iter_mut().zip(gradient) {
                *v = (1.0 - self.mixing) * *v - self.mixing * speed * g / steepness;
            }
        }
        vector::add_scaled(&mut self.step, self.dt, &self.velocity);
    }

    /// Shortens the step, and the velocities with it, to what an atom may move.
    fn limit(&mut self) {
        let longest = vector::longest_atom(&self.step);
        if longest > self.settings.max_step {
            let scale = self.settings.max_step / longest;
            self.step.iter_mut().chain(&mut self.velocity).for_each(|c| *c *= scale);
        }
    }
}

impl Stepper for Fire {
    fn start(&mut self, point: &Point) {
        self.trial.resize(point.x.len());
        for buffer in [&mut self.velocity, &mut self.step] {
            buffer.clear();
            buffer.resize(point.x.len(), 0.0);
        }
        self.dt = self.settings.time_step;
        self.mixing = self.settings.mixing;
        self.downhill = 0;
    }

    fn step(
        &mut self,
        potential: &mut dyn Potential,
        point: &mut Point,
        budget: usize,
    ) -> Result<StepOutcome, EvalError> {
        self.judge(&point.gradient);
        for _ in 0..RETREATS.min(budget) {
            self.advance(&point.gradient);
            self.limit();
            vector::set_sum(&mut self.trial.x, &point.x, 1.0, &self.step);
            if self.trial.evaluate(potential)? {
                std::mem::swap(point, &mut self.trial);
                return Ok(StepOutcome::Moved(StepInfo {
                    displacement: vector::norm(&self.step),
                }));
            }
            self.brake();
            self.step.fill(0.0);
        }
        Ok(StepOutcome::Stalled {
            step_norm: self.dt * self.dt * vector::norm(&point.gradient),
        })
    }
}
