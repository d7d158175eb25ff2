//! Line search along a descent direction.
//!
//! A step t is accepted by the Wolfe conditions
//!
//! ```text
//! φ(t) ≤ φ(0) + δ t φ'(0)   and   φ'(t) ≥ σ φ'(0)
//! ```
//!
//! or, close to a minimum, by the approximate ones of Hager and Zhang (SIAM J. Optim. 16, 170 (2005), eq 4.1–4.3), which compare
//! slopes instead of energies:
//!
//! ```text
//! φ(t) ≤ φ(0) + ε   and   (2δ − 1) φ'(0) ≥ φ'(t) ≥ σ φ'(0)
//! ```
//!
//! Energies carry round-off of ε while the difference that is looked for shrinks with the square of the gradient; slopes carry
//! on, so that the search does not stall far above the gradient that can be reached.
//!
//! Until a step is accepted the search keeps a bracket `a < b`: downhill at `a` with an energy no higher than at the start, and
//! uphill, too high or without any energy at `b`. A point without a finite energy is a wall to step back from.

use super::{Point, vector};
use crate::potential::{EvalError, Potential};

/// Settings of the search.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LineSearchSettings {
    /// δ of the sufficient-decrease condition.
    pub decrease: f64,
    /// σ of the slope condition; 0.9 as usual for quasi-Newton directions.
    pub slope: f64,
    /// Whether an uphill slope at the end of the step has to be as small, too (the strong Wolfe conditions).
    pub both_slopes: bool,
    /// Round-off of an energy relative to its magnitude (and at least to 1 kcal/mol): ε of the approximate conditions.
    pub energy_noise: f64,
    /// Most evaluations in one search.
    pub evaluations: usize,
}

impl Default for LineSearchSettings {
    fn default() -> Self {
        Self {
            decrease: 1e-4,
            slope: 0.9,
            both_slopes: false,
            energy_noise: 1e-11,
            evaluations: 30,
        }
    }
}

/// How a search ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Outcome {
    /// The point moved by this multiple of the direction.
    Moved(f64),
    /// No better point was found; the shortest step that was tried.
    Stuck(f64),
}

/// A place on the line. Energy and slope are infinite where the surface has no finite energy.
#[derive(Clone, Copy, Debug)]
struct Sample {
    t: f64,
    energy: f64,
    slope: f64,
}

impl Sample {
    fn is_finite(&self) -> bool {
        self.energy.is_finite() && self.slope.is_finite()
    }
}

/// A line search with its scratch memory.
#[derive(Debug, Default)]
pub(super) struct LineSearch {
    settings: LineSearchSettings,
    /// Where the surface is evaluated; after a move: the point before it.
    trial: Point,
    /// The best point that was not good enough to be accepted at once.
    best: Point,
}

impl LineSearch {
    pub fn new(settings: LineSearchSettings) -> Self {
        Self {
            settings,
            ..Self::default()
        }
    }

    /// The point before the last successful move.
    pub fn previous(&self) -> &Point {
        &self.trial
    }

    /// Moves `point` along `direction`, whose slope at the point is `slope` (negative), trying `first` first and never going
    /// beyond `largest`. At most `budget` evaluations.
    ///
    /// # Errors
    /// Where the surface fails in another way than by an infinite energy.
    pub fn search(
        &mut self,
        potential: &mut dyn Potential,
        point: &mut Point,
        direction: &[f64],
        (first, largest): (f64, f64),
        budget: usize,
    ) -> Result<Outcome, EvalError> {
        let start = Sample {
            t: 0.0,
            energy: point.energy,
            slope: vector::dot(&point.gradient, direction),
        };
        let noise = self.settings.energy_noise * start.energy.abs().max(1.0);
        let mut bracket = Bracket::new(start, largest, noise);
        let mut best: Option<Sample> = None;
        let (mut t, mut shortest) = (first.min(largest), f64::INFINITY);
        for _ in 0..budget.min(self.settings.evaluations) {
            let sample = self.sample(potential, point, direction, t)?;
            shortest = f64::min(shortest, t);
            if self.accepts(&start, &sample, noise)
                || (sample.t >= largest && sample.energy < start.energy && sample.slope < 0.0)
            {
                std::mem::swap(point, &mut self.trial);
                return Ok(Outcome::Moved(t));
            }
            if sample.energy < best.map_or(start.energy, |b| b.energy) {
                std::mem::swap(&mut self.best, &mut self.trial);
                best = Some(sample);
            }
            let Some(next) = bracket.next(sample) else { break };
            t = next;
        }
        let Some(best) = best else {
            return Ok(Outcome::Stuck(shortest));
        };
        std::mem::swap(point, &mut self.best);
        std::mem::swap(&mut self.trial, &mut self.best);
        Ok(Outcome::Moved(best.t))
    }

    fn sample(
        &mut self,
        potential: &mut dyn Potential,
        from: &Point,
        direction: &[f64],
        t: f64,
    ) -> Result<Sample, EvalError> {
        let n = from.x.len();
        self.trial.resize(n);
        self.best.resize(n);
        vector::set_sum(&mut self.trial.x, &from.x, t, direction);
        let wall = Sample {
            t,
            energy: f64::INFINITY,
            slope: f64::INFINITY,
        };
        match potential.energy_gradient(&self.trial.x, &mut self.trial.gradient) {
            Ok(energy) => {
                self.trial.energy = energy;
                let slope = vector::dot(&self.trial.gradient, direction);
                Ok(if energy.is_finite() && slope.is_finite() {
                    Sample { t, energy, slope }
                } else {
                    wall
                })
            }
            Err(EvalError::NotFinite { .. }) => Ok(wall),
            Err(error) => Err(error),
        }
    }

    fn accepts(&self, start: &Sample, at: &Sample, noise: f64) -> bool {
        let LineSearchSettings {
            decrease,
            slope,
            both_slopes,
            ..
        } = self.settings;
        if !at.is_finite() || at.slope < slope * start.slope || (both_slopes && at.slope > -slope * start.slope) {
            return false;
        }
        // A fall of the energy that is smaller than its round-off proves nothing: then only slopes are believed.
        let wolfe = at.energy <= (start.energy + decrease * at.t * start.slope).min(start.energy - noise);
        let approximate = at.energy <= start.energy + noise && at.slope <= (2.0 * decrease - 1.0) * start.slope;
        wolfe || approximate
    }
}

/// Interval that holds an acceptable step, once both of its ends are known.
#[derive(Debug)]
struct Bracket {
    low: Sample,
    high: Option<Sample>,
    ceiling: f64,
    largest: f64,
    noise: f64,
}

impl Bracket {
    /// Growth of the step while no upper end is known, at least and at most.
    const GROWTH: (f64, f64) = (1.5, 10.0);
    /// A new trial keeps this fraction of the interval's width from both ends.
    const MARGIN: f64 = 0.01;
    /// Fraction of the interval to go when its upper end has no energy at all.
    const RETREAT: f64 = 0.1;
    /// Narrower intervals, relative to their upper end, can't be told from a point.
    const NARROWEST: f64 = 1e-14;

    fn new(start: Sample, largest: f64, noise: f64) -> Self {
        Self {
            low: start,
            high: None,
            ceiling: start.energy + noise,
            largest,
            noise,
        }
    }

    /// Takes in a sample that was not accepted and says where to try next.
    fn next(&mut self, sample: Sample) -> Option<f64> {
        let downhill = sample.is_finite() && sample.slope < 0.0 && sample.energy <= self.ceiling;
        if downhill {
            let before = std::mem::replace(&mut self.low, sample);
            if self.high.is_none() {
                return self.extend(&before);
            }
        } else {
            self.high = Some(sample);
        }
        let high = self.high?;
        let width = high.t - self.low.t;
        (width > Self::NARROWEST * high.t).then(|| self.inside(&high, width))
    }

    /// A longer step, by the secant of the slopes where that makes sense.
    fn extend(&self, before: &Sample) -> Option<f64> {
        if self.low.t >= self.largest {
            return None;
        }
        let step = self.low.t - before.t;
        let secant = self.low.t - self.low.slope * step / (self.low.slope - before.slope);
        let (least, most) = (Self::GROWTH.0 * self.low.t, Self::GROWTH.1 * self.low.t);
        let rising = self.low.slope > before.slope;
        Some(if rising { secant.clamp(least, most) } else { most }.min(self.largest))
    }

    fn inside(&self, high: &Sample, width: f64) -> f64 {
        let low = &self.low;
        if !high.is_finite() {
            return low.t + Self::RETREAT * width;
        }
        let guess = if (high.energy - low.energy).abs() <= self.noise && high.slope > 0.0 {
            low.t - low.slope * width / (high.slope - low.slope)
        } else {
            cubic_minimum(low, high)
        };
        if guess.is_finite() {
            guess.clamp(low.t + Self::MARGIN * width, high.t - Self::MARGIN * width)
        } else {
            low.t + 0.5 * width
        }
    }
}

/// Minimum of the cubic through both energies and slopes (Nocedal and Wright, Numerical Optimization, eq 3.59).
fn cubic_minimum(a: &Sample, b: &Sample) -> f64 {
    let d1 = a.slope + b.slope - 3.0 * (a.energy - b.energy) / (a.t - b.t);
    let d2 = (d1 * d1 - a.slope * b.slope).sqrt();
    b.t - (b.t - a.t) * (b.slope + d2 - d1) / (b.slope - a.slope + 2.0 * d2)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// φ(t) of one coordinate.
    struct Line<F>(F);

    impl<F: Fn(f64) -> (f64, f64) + Send> Potential for Line<F> {
        fn len(&self) -> usize {
            1
        }

        fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
            let (energy, slope) = (self.0)(x[0]);
            gradient[0] = slope;
            if energy.is_finite() {
                Ok(energy)
            } else {
                Err(EvalError::NotFinite { energy })
            }
        }
    }

    fn search_from_zero(phi: impl Fn(f64) -> (f64, f64) + Send, first: f64) -> (Outcome, f64) {
        let mut line = Line(phi);
        let mut point = Point::at(&mut line, &[0.0]).unwrap();
        let outcome = LineSearch::default()
            .search(&mut line, &mut point, &[1.0], (first, 1e6), 100)
            .unwrap();
        (outcome, point.x[0])
    }

    #[test]
    fn a_first_step_that_is_far_too_short_or_too_long_is_mended() {
        for first in [1e-6, 1e-3, 1.0, 1e3, 1e5] {
            let (outcome, x) = search_from_zero(|t| ((t - 1.0).powi(2), 2.0 * (t - 1.0)), first);
            assert!(matches!(outcome, Outcome::Moved(_)), "{first}");
            assert!(x > 0.0 && x < 2.0, "{first}: {x}");
            assert!((x - 1.0).abs() <= 0.9 * 1.0, "{first}: {x}");
        }
    }

    #[test]
    fn a_wall_without_energy_is_stepped_back_from() {
        let (outcome, x) = search_from_zero(
            |t| {
                if t > 0.01 {
                    (f64::NAN, f64::NAN)
                } else {
                    ((t - 0.005).powi(2), 2.0 * (t - 0.005))
                }
            },
            1.0,
        );
        assert!(matches!(outcome, Outcome::Moved(_)));
        assert!(x > 0.0 && x <= 0.01, "{x}");
    }

    #[test]
    fn slopes_decide_where_energies_have_drowned_in_round_off() {
        // The energy at the minimum differs from the start by 1e-14, far below the round-off of 1e6.
        let (outcome, x) = search_from_zero(|t| (1e6 + (t - 1e-7).powi(2), 2.0 * (t - 1e-7)), 1e-4);
        assert!(matches!(outcome, Outcome::Moved(_)));
        assert!((x - 1e-7).abs() < 0.9e-7, "{x}");
    }

    #[test]
    fn a_surface_that_only_rises_leaves_the_point_where_it_was() {
        let (outcome, x) = search_from_zero(|t| (t, -1.0), 1.0);
        assert!(matches!(outcome, Outcome::Stuck(_)), "{outcome:?}");
        assert!(x.abs() < 1e-300);
    }
}
