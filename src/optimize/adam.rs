//! Adam (Kingma and Ba, ICLR 2015, arXiv:1412.6980, algorithm 1), for noisy gradients: each coordinate moves by its mean gradient
//! over its root mean square gradient, so that noise averages out and no gradient, however large, makes a long step.
//!
//! The step decays once it has nothing more to gain. That shows in successive gradients that undo each other (Pflug, Ann. Oper.
//! Res. 24, 247 (1990)): the work −g·s of the last steps, summed, is no longer positive.

use super::{Point, StepInfo, StepOutcome, Stepper, vector};
use crate::potential::{EvalError, Potential};

/// Settings of the method.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamSettings {
    /// α, the step of each coordinate at the start, Å.
    pub step: f64,
    /// β₁ and β₂, the decay of the means of the gradient and of its square. The latter is shorter than the
    /// paper's 0.999: a walk of a few hundred steps has to forget the gradients it started from.
    pub decay: (f64, f64),
    /// Factor on the step whenever the walk dithers.
    pub cut: f64,
    /// Steps over which the gain is summed.
    pub window: usize,
    /// The walk ends at this step, Å.
    pub shortest: f64,
}

impl Default for AdamSettings {
    fn default() -> Self {
        Self {
            step: 0.02,
            decay: (0.9, 0.99),
            cut: 0.9,
            window: 20,
            shortest: 1e-12,
        }
    }
}

/// ε: gradients below it (kcal/mol/Å) move nothing.
const LEAST_GRADIENT: f64 = 1e-10;

/// A gradient that is this small beside the mean one has nothing to do with it any more.
const WALL: f64 = 1e-5;

/// Step cuts at a wall without an energy, at most.
const RETREATS: usize = 40;

/// The method with its means.
#[derive(Debug, Default)]
pub struct Adam {
    settings: AdamSettings,
    mean: Vec<f64>,
    square: Vec<f64>,
    step: Vec<f64>,
    trial: Point,
    length: f64,
    /// t: gradients taken in.
    time: u64,
    /// Sum of −g·s since the step last changed, and its number of steps.
    gain: f64,
    counted: usize,
}

impl Adam {
    /// A stepper at rest.
    #[must_use]
    pub fn new(settings: AdamSettings) -> Self {
        Self {
            settings,
            ..Self::default()
        }
    }

    fn aim(&mut self, gradient: &[f64]) {
        let (keep_mean, keep_square) = self.settings.decay;
        self.time += 1;
        // β^t is 0 in all digits long before t leaves the range of i32.
        let t = i32::try_from(self.time).unwrap_or(i32::MAX);
        let (mean_weight, square_weight) = (1.0 - keep_mean.powi(t), 1.0 - keep_square.powi(t));
        for (i, &g) in gradient.iter().enumerate() {
            self.mean[i] = keep_mean * self.mean[i] + (1.0 - keep_mean) * g;
            self.square[i] = keep_square * self.square[i] + (1.0 - keep_square) * g * g;
            let spread = (self.square[i] / square_weight).sqrt();
            self.step[i] = -self.length * (self.mean[i] / mean_weight) / (spread + LEAST_GRADIENT);
        }
    }

    /// A gradient far smaller than the mean tells of a wall that was left: its memory would keep every step microscopic.
    fn forget_wall(&mut self, gradient: &[f64]) {
        if vector::dot(gradient, gradient) < WALL * WALL * self.square.iter().sum::<f64>() {
            self.mean.fill(0.0);
            self.square.fill(0.0);
            self.time = 0;
        }
    }

    fn judge(&mut self, gradient: &[f64]) {
        self.gain -= vector::dot(gradient, &self.step);
        self.counted += 1;
        if self.counted < self.settings.window {
            return;
        }
        if self.gain <= 0.0 {
            self.length *= self.settings.cut;
        }
        self.gain = 0.0;
        self.counted = 0;
    }
}

impl Stepper for Adam {
    fn start(&mut self, point: &Point) {
        let n = point.x.len();
        self.trial.resize(n);
        for buffer in [&mut self.mean, &mut self.square, &mut self.step] {
            buffer.clear();
            buffer.resize(n, 0.0);
        }
        self.length = self.settings.step;
        self.time = 0;
        self.gain = 0.0;
        self.counted = 0;
    }

    fn step(
        &mut self,
        potential: &mut dyn Potential,
        point: &mut Point,
        budget: usize,
    ) -> Result<StepOutcome, EvalError> {
        self.forget_wall(&point.gradient);
        self.aim(&point.gradient);
        for _ in 0..RETREATS.min(budget) {
            if self.length < self.settings.shortest {
                break;
            }
            vector::set_sum(&mut self.trial.x, &point.x, 1.0, &self.step);
            if self.trial.evaluate(potential)? {
                std::mem::swap(point, &mut self.trial);
                self.judge(&point.gradient);
                return Ok(StepOutcome::Moved(StepInfo {
                    displacement: vector::norm(&self.step),
                }));
            }
            self.length *= self.settings.cut;
            self.step.iter_mut().for_each(|s| *s *= self.settings.cut);
        }
        Ok(StepOutcome::Stalled {
            step_norm: vector::norm(&self.step),
        })
    }
}
