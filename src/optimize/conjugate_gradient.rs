//! Conjugate gradients after Hager and Zhang (SIAM J. Optim. 16, 170 (2005)): `d ← −g + β d` with their β, which keeps every
//! direction downhill, and with the line search that is theirs too.

use super::line_search::{LineSearch, LineSearchSettings, Outcome};
use super::reach::Reach;
use super::{Point, StepInfo, StepOutcome, Stepper, vector};
use crate::potential::{EvalError, Potential};

/// Settings of the method.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConjugateGradientSettings {
    /// Curvature (kcal/mol/Å²) assumed before anything is known.
    pub first_curvature: f64,
    /// η of eq 1.6: β is at least −1/(|d| min(η, |g|)).
    pub truncation: f64,
    /// Longest displacement of one atom in a step, Å.
    pub max_step: f64,
    /// The line search. Directions are as conjugate as the searches are exact: σ is far below the quasi-Newton value.
    pub line_search: LineSearchSettings,
}

impl Default for ConjugateGradientSettings {
    fn default() -> Self {
        Self {
            first_curvature: 1000.0,
            truncation: 0.01,
            max_step: 0.4,
            line_search: LineSearchSettings {
                slope: 0.05,
                both_slopes: true,
                ..LineSearchSettings::default()
            },
        }
    }
}

/// The method with its last direction.
#[derive(Debug)]
pub struct ConjugateGradient {
    settings: ConjugateGradientSettings,
    direction: Vec<f64>,
    /// First trial along `direction`, as a multiple of it.
    first: f64,
    /// Whether `direction` is −g itself (scaled, and cut short for each atom).
    steepest: bool,
    reach: Reach,
    line_search: LineSearch,
}

impl Default for ConjugateGradient {
    fn default() -> Self {
        Self::new(ConjugateGradientSettings::default())
    }
}

impl ConjugateGradient {
    /// A stepper that knows nothing yet.
    #[must_use]
    pub fn new(settings: ConjugateGradientSettings) -> Self {
        Self {
            settings,
            direction: Vec::new(),
            first: 0.0,
            steepest: true,
            reach: Reach::new(settings.max_step),
            line_search: LineSearch::new(settings.line_search),
        }
    }

    fn restart(&mut self, gradient: &[f64]) {
        self.direction.clear();
        let scale = -1.0 / self.settings.first_curvature;
        self.direction.extend(gradient.iter().map(|g| scale * g));
        vector::limit_each_atom(&mut self.direction, self.reach.longest());
        self.first = 1.0;
        self.steepest = true;
    }

    /// Eq 1.3 to 1.6, after a step of `t` along the present direction.
    fn turn(&mut self, point: &Point, t: f64) {
        let before = self.line_search.previous();
        let (g, old) = (&point.gradient, &before.gradient);
        let d = &self.direction;
        let slope_before = vector::dot(old, d);
        let (dy, gy) = (
            vector::dot(g, d) - slope_before,
            vector::dot(g, g) - vector::dot(g, old),
        );
        let yy = vector::dot(g, g) - 2.0 * vector::dot(g, old) + vector::dot(old, old);
        let beta = (gy - 2.0 * yy * vector::dot(g, d) / dy) / dy;
        let least = -1.0 / (vector::norm(d) * self.settings.truncation.min(vector::norm(old)));
        let beta = beta.max(least);
        if !beta.is_finite() {
            self.restart(g);
            return;
        }
        for (d, g) in self.direction.iter_mut().zip(g) {
            *d = beta * *d - g;
        }
        let slope = vector::dot(g, &self.direction);
        if slope.is_nan() || slope >= 0.0 {
            self.restart(g);
            return;
        }
        // The first-order fall of the last step is expected again (Nocedal and Wright, Numerical Optimization, p. 59).
        self.first = t * slope_before / slope;
        self.steepest = false;
    }
}

impl Stepper for ConjugateGradient {
    fn start(&mut self, point: &Point) {
        self.reach = Reach::new(self.settings.max_step);
        self.restart(&point.gradient);
    }

    fn step(
        &mut self,
        potential: &mut dyn Potential,
        point: &mut Point,
        budget: usize,
    ) -> Result<StepOutcome, EvalError> {
        loop {
            let largest = self.reach.longest() / vector::longest_atom(&self.direction);
            if !largest.is_finite() {
                return Ok(StepOutcome::Stalled { step_norm: 0.0 });
            }
            let trial = (self.first.min(largest), largest);
            let outcome = self
                .line_search
                .search(potential, point, &self.direction, trial, budget)?;
            match outcome {
                Outcome::Moved(t) => {
                    let displacement = t * vector::norm(&self.direction);
                    self.reach.learn(t >= largest);
                    self.turn(point, t);
                    return Ok(StepOutcome::Moved(StepInfo { displacement }));
                }
                Outcome::Stuck(_) if !self.steepest => self.restart(&point.gradient),
                Outcome::Stuck(t) => {
                    return Ok(StepOutcome::Stalled {
                        step_norm: t * vector::norm(&self.direction),
                    });
                }
            }
        }
    }
}
