//! Steepest descent with the step lengths of Barzilai and Borwein (IMA J. Numer. Anal. 8, 141 (1988)), made safe far from a
//! minimum by Raydan's rule (SIAM J. Optim. 7, 26 (1997)): a step has to end below the highest of the last few energies.

use super::reach::Reach;
use super::{Point, StepInfo, StepOutcome, Stepper, vector};
use crate::potential::{EvalError, Potential};

/// Settings of the method.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SteepestDescentSettings {
    /// Curvature (kcal/mol/Å²) assumed before anything is known, and where it is not positive.
    pub first_curvature: f64,
    /// M: energies that are looked back on.
    pub memory: usize,
    /// γ of the sufficient decrease.
    pub decrease: f64,
    /// Longest displacement of one atom in a step, Å.
    pub max_step: f64,
}

impl Default for SteepestDescentSettings {
    fn default() -> Self {
        Self {
            first_curvature: 1000.0,
            memory: 10,
            decrease: 1e-4,
            max_step: 0.2,
        }
    }
}

/// τ of the alternation between long and short steps, and the number of short ones looked back on.
const ALTERNATION: f64 = 0.8;
const SHORT_LENGTHS: usize = 10;

/// Cuts of a step, at most.
const CUTS: usize = 60;

/// Energies closer than this, relative to their magnitude (and at least to 1 kcal/mol), can't be told apart.
const ROUND_OFF: f64 = 1e-13;

/// The method with its last energies.
#[derive(Debug, Default)]
pub struct SteepestDescent {
    settings: SteepestDescentSettings,
    trial: Point,
    reach: Reach,
    /// Step length over gradient, Å²·mol/kcal.
    length: f64,
    short_lengths: [f64; SHORT_LENGTHS],
    energies: Vec<f64>,
    steps: usize,
}

impl SteepestDescent {
    /// A stepper that knows nothing yet.
    #[must_use]
    pub fn new(settings: SteepestDescentSettings) -> Self {
        Self {
            settings,
            ..Self::default()
        }
    }

    fn ceiling(&self) -> f64 {
        let highest = self.energies.iter().fold(f64::NEG_INFINITY, |m, e| m.max(*e));
        highest + ROUND_OFF * highest.abs().max(1.0)
    }

    /// The next step's length from the step that led from `self.trial` to `point`: `s·s / s·y`, or where that is much longer than
    /// `s·y / y·y` (eq 5 and 6 of Barzilai and Borwein) the shortest of the last few of these, which suits the stiff directions
    /// (ABB_min1 of Frassoldati, Zanni and Zanghirati, J. Ind. Manag. Optim. 4, 299 (2008)).
    fn learn(&mut self, point: &Point) {
        let (mut ss, mut sy, mut yy) = (0.0, 0.0, 0.0);
        for i in 0..point.x.len() {
            let s = point.x[i] - self.trial.x[i];
            let y = point.gradient[i] - self.trial.gradient[i];
            ss += s * s;
            sy += s * y;
            yy += y * y;
        }
        let (long, short) = (ss / sy, sy / yy);
        if sy > 0.0 && long.is_finite() && short > 0.0 {
            self.short_lengths.rotate_right(1);
            self.short_lengths[0] = short;
            let shortest = self.short_lengths.iter().fold(f64::INFINITY, |m, l| m.min(*l));
            self.length = if short < ALTERNATION * long { shortest } else { long };
        } else {
            self.length = 1.0 / self.settings.first_curvature;
        }
        let memory = self.settings.memory.max(1);
        if self.energies.len() < memory {
            self.energies.push(point.energy);
        } else {
            self.energies[self.steps % memory] = point.energy;
        }
        self.steps += 1;
    }
}

impl Stepper for SteepestDescent {
    fn start(&mut self, point: &Point) {
        self.trial.resize(point.x.len());
        self.reach = Reach::new(self.settings.max_step);
        self.length = 1.0 / self.settings.first_curvature;
        self.short_lengths = [f64::INFINITY; SHORT_LENGTHS];
        self.energies.clear();
        self.energies.push(point.energy);
        self.steps = 1;
    }

    fn step(
        &mut self,
        potential: &mut dyn Potential,
        point: &mut Point,
        budget: usize,
    ) -> Result<StepOutcome, EvalError> {
        let square = vector::dot(&point.gradient, &point.gradient);
        let largest = self.reach.longest() / vector::longest_atom(&point.gradient);
        let mut length = self.length.min(largest);
        let ceiling = self.ceiling();
        for _ in 0..CUTS.min(budget) {
            vector::set_sum(&mut self.trial.x, &point.x, -length, &point.gradient);
            let finite = self.trial.evaluate(potential)?;
            if finite && self.trial.energy <= ceiling - self.settings.decrease * length * square {
                std::mem::swap(point, &mut self.trial);
                self.reach.learn(length >= largest);
                self.learn(point);
                return Ok(StepOutcome::Moved(StepInfo {
                    displacement: length * square.sqrt(),
                }));
            }
            length *= if finite { self.cut(point, length, square) } else { 0.1 };
        }
        Ok(StepOutcome::Stalled {
            step_norm: length * square.sqrt(),
        })
    }
}

impl SteepestDescent {
    /// Fraction of a step that was too long: where the parabola through both energies and the slope at the start has its minimum.
    fn cut(&self, point: &Point, length: f64, square: f64) -> f64 {
        let rise = self.trial.energy - point.energy + length * square;
        let fraction = 0.5 * length * square / rise;
        if fraction.is_finite() {
            fraction.clamp(0.1, 0.5)
        } else {
            0.5
        }
    }
}
