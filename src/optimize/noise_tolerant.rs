//! L-BFGS for surfaces with noise (Shi, Xie, Byrd and Nocedal, SIAM J. Optim. 32, 29 (2022)).
//!
//! Two things break quasi-Newton methods under noise: a line search that waits for a decrease smaller than the noise of the
//! energy, and curvature pairs so short that y is a difference of two noises. Here the sufficient decrease is relaxed by the
//! noise, and where the slope has not changed by clearly more than its noise along a step, the *pair* is taken over a longer
//! interval (an evaluation of its own) while the step stays as it is. That keeps the inverse Hessian bounded.

use super::lbfgs::Pairs;
use super::reach::Reach;
use super::{Point, StepInfo, StepOutcome, Stepper, vector};
use crate::potential::{EvalError, Potential};

/// Settings of the method, with the names of the paper.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NoiseTolerantSettings {
    /// Standard deviation of the noise of a gradient component, kcal/mol/Å.
    pub gradient_noise: f64,
    /// `ε_f`: noise of an energy, kcal/mol.
    pub energy_noise: f64,
    /// Number of pairs that are remembered.
    pub memory: usize,
    /// Curvature (kcal/mol/Å²) assumed before anything is known.
    pub first_curvature: f64,
    /// Longest displacement of one atom, in a step and in a lengthened pair, Å.
    pub max_step: f64,
    /// `c1` of the sufficient decrease and `c2` of the slope condition.
    pub wolfe: (f64, f64),
    /// `c3`: slopes have to differ by 2 (1 + c3) times the noise.
    pub margin: f64,
}

impl NoiseTolerantSettings {
    /// Energies are taken to be uncertain by what the gradient's noise makes over this distance, Å: integrated gradients.
    const REACH: f64 = 0.1;

    /// For gradients with noise of this standard deviation, kcal/mol/Å.
    #[must_use]
    pub fn for_noise(gradient_noise: f64) -> Self {
        Self {
            gradient_noise,
            energy_noise: Self::REACH * gradient_noise,
            memory: 20,
            first_curvature: 1000.0,
            max_step: 0.4,
            wolfe: (1e-4, 0.9),
            margin: 0.5,
        }
    }
}

/// Trials of a line search, and doublings of a pair's interval, at most.
const TRIALS: usize = 40;

/// A fall of the energy (kcal/mol) that is enough whatever the slope promised: beside a singular place, as where two bonded atoms
/// all but coincide, the gradient is immense and means nothing a thousandth of an Å away.
const ENOUGH: f64 = 1.0;

/// Growth of a step whose slope is still almost that of the start.
const GROWTH: f64 = 4.0;

/// The method with its memory.
#[derive(Debug)]
pub struct NoiseTolerant {
    settings: NoiseTolerantSettings,
    pairs: Pairs,
    direction: Vec<f64>,
    reach: Reach,
    trial: Point,
    /// Where the gradient of the newest pair was taken.
    far: Point,
}

impl NoiseTolerant {
    /// A stepper with an empty memory.
    #[must_use]
    pub fn new(settings: NoiseTolerantSettings) -> Self {
        Self {
            settings,
            pairs: Pairs::default(),
            direction: Vec::new(),
            reach: Reach::new(settings.max_step),
            trial: Point::default(),
            far: Point::default(),
        }
    }

    fn aim(&mut self, gradient: &[f64]) {
        let first = 1.0 / self.settings.first_curvature;
        self.pairs.apply_inverse(gradient, first, &mut self.direction);
        let downhill = vector::dot(gradient, &self.direction) > 0.0;
        if self.pairs.is_empty() || !downhill {
            self.pairs.clear();
            self.direction.clear();
            self.direction.extend(gradient.iter().map(|g| first * g));
            vector::limit_each_atom(&mut self.direction, self.reach.longest());
        }
        self.direction.iter_mut().for_each(|d| *d = -*d);
    }

    /// Longest multiple of the direction that is gone.
    fn largest(&self) -> f64 {
        self.reach.longest() / vector::longest_atom(&self.direction)
    }

    /// A step with the relaxed sufficient decrease `f(x + α p) ≤ f(x) + c1 α g·p + 2 ε_f` (eq 3.3) that is not needlessly short;
    /// the point there is left in `self.trial`.
    fn search(
        &mut self,
        potential: &mut dyn Potential,
        point: &Point,
        budget: &mut usize,
    ) -> Result<Option<f64>, EvalError> {
        let (c1, c2) = self.settings.wolfe;
        let slope = vector::dot(&point.gradient, &self.direction);
        let largest = self.largest();
        let (mut low, mut high) = (0.0, f64::INFINITY);
        let mut t = largest.min(1.0);
        for trial in 0..TRIALS.min(*budget) {
            vector::set_sum(&mut self.trial.x, &point.x, t, &self.direction);
            *budget -= 1;
            let fall = (-c1 * t * slope).min(ENOUGH);
            let ceiling = point.energy - fall + 2.0 * self.settings.energy_noise;
            if !self.trial.evaluate(potential)? || self.trial.energy > ceiling {
                high = t;
            } else if trial + 1 == TRIALS || t >= largest || !self.is_still_steep(c2 * slope) {
                return Ok(Some(t));
            } else {
                low = t;
            }
            t = if high.is_finite() {
                0.5 * (low + high)
            } else {
                (GROWTH * t).min(largest)
            };
        }
        Ok(None)
    }

    /// Whether the slope at the trial is below `bound` by more than its noise.
    fn is_still_steep(&self, bound: f64) -> bool {
        let noise = self.settings.gradient_noise * vector::norm(&self.direction);
        vector::dot(&self.trial.gradient, &self.direction) < bound - noise
    }

    /// Eq 3.4, the noise control condition: `(g(x + β p) − g(x))·p ≥ 2 (1 + c3) ε_g |p|`. For independent components the noise
    /// of the slope along p does not grow with their number.
    fn is_long_enough(&self, point: &Point) -> bool {
        let change = vector::dot(&self.far.gradient, &self.direction) - vector::dot(&point.gradient, &self.direction);
        let noise = self.settings.gradient_noise * vector::norm(&self.direction);
        change >= 2.0 * (1.0 + self.settings.margin) * noise
    }

    /// Keeps the pair over the first interval β = t, 2t, 4t … that the noise does not cover; none where there is no such.
    fn learn(
        &mut self,
        potential: &mut dyn Potential,
        point: &Point,
        t: f64,
        budget: &mut usize,
    ) -> Result<(), EvalError> {
        self.far.copy_from(&self.trial);
        let (mut beta, largest) = (t, self.largest());
        while !self.is_long_enough(point) {
            if beta >= largest || *budget == 0 {
                return Ok(());
            }
            beta = (2.0 * beta).min(largest);
            *budget -= 1;
            vector::set_sum(&mut self.far.x, &point.x, beta, &self.direction);
            if !self.far.evaluate(potential)? {
                return Ok(());
            }
        }
        let (s, y) = self.pairs.next_slot();
        vector::set_difference(s, &self.far.x, &point.x);
        vector::set_difference(y, &self.far.gradient, &point.gradient);
        self.pairs.keep_next();
        Ok(())
    }
}

impl Stepper for NoiseTolerant {
    fn start(&mut self, point: &Point) {
        let n = point.x.len();
        self.pairs.reset(self.settings.memory, n);
        self.direction.clear();
        self.direction.resize(n, 0.0);
        self.reach = Reach::new(self.settings.max_step);
        self.trial.resize(n);
        self.far.resize(n);
    }

    fn step(
        &mut self,
        potential: &mut dyn Potential,
        point: &mut Point,
        budget: usize,
    ) -> Result<StepOutcome, EvalError> {
        let mut left = budget;
        loop {
            self.aim(&point.gradient);
            if !self.largest().is_finite() {
                return Ok(StepOutcome::Stalled { step_norm: 0.0 });
            }
            if let Some(t) = self.search(potential, point, &mut left)? {
                self.learn(potential, point, t, &mut left)?;
                self.reach.learn(t >= self.largest());
                std::mem::swap(point, &mut self.trial);
                return Ok(StepOutcome::Moved(StepInfo {
                    displacement: t * vector::norm(&self.direction),
                }));
            }
            if self.pairs.is_empty() {
                vector::set_difference(&mut self.far.x, &self.trial.x, &point.x);
                return Ok(StepOutcome::Stalled {
                    step_norm: vector::norm(&self.far.x),
                });
            }
            self.pairs.clear();
        }
    }
}
