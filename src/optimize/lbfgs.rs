//! Limited-memory BFGS in Cartesian coordinates (Nocedal, Math. Comp. 35, 773 (1980); Liu and Nocedal, Math. Program. 45,
//! 503 (1989)): the direction −H g from the last few pairs s (step) and y (gradient change) by the two-loop recursion.

use super::line_search::{LineSearch, LineSearchSettings, Outcome};
use super::model::Model;
use super::reach::Reach;
use super::{Point, StepInfo, StepOutcome, Stepper, vector};
use crate::potential::{EvalError, Potential};

/// Settings of the method.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LbfgsSettings {
    /// Number of pairs that are remembered.
    pub memory: usize,
    /// Curvature (kcal/mol/Å²) assumed before anything is known. 1000 is about a bond stretch's: the first step is then right
    /// for the stiffest motions, which alone make the gradient of a distorted molecule, and short for the others.
    pub first_curvature: f64,
    /// Longest displacement of one atom in a step, Å. It doubles while step after step is cut by it and the surface still falls
    /// at the end: fragments that were torn apart are not brought back in steps of a bond's width.
    pub max_step: f64,
    /// Whether to precondition with the surface's own model Hessian, where it has one ([`Potential::curvature`]).
    pub precondition: bool,
    /// The model is taken anew when bonded atoms have moved so far against each other, Å.
    pub model_reach: f64,
    /// Number of pairs that outlive the model they corrected. A fresh model knows the curvature of here, pairs from far off that of
    /// there: keeping all took half again as many evaluations on molecules of 9 to 303 atoms. The newest tell of the softest
    /// motions, which the model makes too stiff: without them chains of 1,000 atoms took twice as many steps.
    pub model_memory: usize,
    /// The line search.
    pub line_search: LineSearchSettings,
}

impl Default for LbfgsSettings {
    fn default() -> Self {
        Self {
            memory: 20,
            first_curvature: 1000.0,
            max_step: 0.4,
            precondition: true,
            model_reach: 0.25,
            model_memory: 2,
            line_search: LineSearchSettings::default(),
        }
    }
}

/// A pair whose curvature s·y is below this fraction of |s||y| says nothing but round-off and is not kept.
const LEAST_CURVATURE: f64 = 1e-10;

/// A pair stiffer than this (kcal/mol/Å²; a triple bond has 3000) tells of a wall between overlapping atoms that was just left,
/// and would make every step that follows microscopic.
const MOST_CURVATURE: f64 = 1e8;

/// A direction at a steeper angle to −g than this cosine is given up for −g itself.
const LEAST_COSINE: f64 = 1e-8;

/// The method with its memory. Allocates at the start only.
#[derive(Debug)]
pub struct Lbfgs {
    settings: LbfgsSettings,
    pairs: Pairs,
    model: Model,
    direction: Vec<f64>,
    /// Whether `direction` belongs to the present point.
    ready: bool,
    reach: Reach,
    line_search: LineSearch,
}

impl Default for Lbfgs {
    fn default() -> Self {
        Self::new(LbfgsSettings::default())
    }
}

impl Lbfgs {
    /// A stepper with an empty memory.
    #[must_use]
    pub fn new(settings: LbfgsSettings) -> Self {
        Self {
            settings,
            pairs: Pairs::default(),
            model: Model::default(),
            direction: Vec::new(),
            ready: false,
            reach: Reach::new(settings.max_step),
            line_search: LineSearch::new(settings.line_search),
        }
    }

    fn aim(&mut self, gradient: &[f64]) {
        if self.ready {
            return;
        }
        self.aim_by_memory(gradient);
        let cosine_bound = LEAST_COSINE * vector::norm(gradient) * vector::norm(&self.direction);
        // A direction that is not a number is not downhill either.
        let downhill = vector::dot(gradient, &self.direction) < -cosine_bound;
        if !downhill {
            self.pairs.clear();
            self.aim_blindly(gradient);
        }
        self.ready = true;
    }

    fn aim_by_memory(&mut self, gradient: &[f64]) {
        let Self {
            pairs,
            model,
            direction,
            settings,
            ..
        } = self;
        if model.is_known() {
            pairs.apply_inverse_by(gradient, direction, |v, _| model.solve(v));
        } else if pairs.is_empty() {
            self.aim_blindly(gradient);
            return;
        } else {
            pairs.apply_inverse(gradient, 1.0 / settings.first_curvature, direction);
        }
        for d in direction {
            *d = -*d;
        }
    }

    /// Down each atom's own gradient, as far as an atom may go: where two atoms overlap the others are moved all the same.
    fn aim_blindly(&mut self, gradient: &[f64]) {
        for (d, g) in self.direction.iter_mut().zip(gradient) {
            *d = -g / self.settings.first_curvature;
        }
        vector::limit_each_atom(&mut self.direction, self.reach.longest());
    }

    fn learn(&mut self, point: &Point) {
        let previous = self.line_search.previous();
        let (s, y) = self.pairs.next_slot();
        vector::set_difference(s, &point.x, &previous.x);
        vector::set_difference(y, &point.gradient, &previous.gradient);
        self.model.learn(s, y);
        self.pairs.keep_next();
    }
}

impl Stepper for Lbfgs {
    fn start(&mut self, point: &Point) {
        let n = point.x.len();
        self.pairs.reset(self.settings.memory, n);
        self.direction.clear();
        self.direction.resize(n, 0.0);
        self.model.reset();
        self.ready = false;
        self.reach = Reach::new(self.settings.max_step);
    }

    fn coming_displacement(&mut self, point: &Point) -> Option<&[f64]> {
        if self.pairs.is_empty() && !self.model.is_known() {
            return None;
        }
        self.aim(&point.gradient);
        Some(&self.direction)
    }

    fn step(
        &mut self,
        potential: &mut dyn Potential,
        point: &mut Point,
        budget: usize,
    ) -> Result<StepOutcome, EvalError> {
        if self.settings.precondition && self.model.refresh(potential, point, self.settings.model_reach) {
            self.pairs.keep_newest(self.settings.model_memory);
            self.ready = false;
        }
        loop {
            self.aim(&point.gradient);
            let largest = self.reach.longest() / vector::longest_atom(&self.direction);
            if !largest.is_finite() {
                return Ok(StepOutcome::Stalled { step_norm: 0.0 });
            }
            let outcome = self
                .line_search
                .search(potential, point, &self.direction, (1.0, largest), budget)?;
            self.ready = false;
            match outcome {
                Outcome::Moved(t) => {
                    self.learn(point);
                    self.reach.learn(t >= largest);
                    return Ok(StepOutcome::Moved(StepInfo {
                        displacement: t * vector::norm(&self.direction),
                    }));
                }
                // A memory that leads nowhere is forgotten and the gradient itself tried, once.
                Outcome::Stuck(_) if !self.pairs.is_empty() => self.pairs.clear(),
                Outcome::Stuck(t) => {
                    return Ok(StepOutcome::Stalled {
                        step_norm: t * vector::norm(&self.direction),
                    });
                }
            }
        }
    }
}

/// The remembered pairs: a ring of `capacity` slots in two flat arrays.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    capacity: usize,
    n: usize,
    s: Vec<f64>,
    y: Vec<f64>,
    /// s·y of each slot.
    curvature: Vec<f64>,
    /// y·y of each slot.
    square: Vec<f64>,
    alpha: Vec<f64>,
    /// Slot that the next pair goes into.
    next: usize,
    len: usize,
}

impl Pairs {
    pub fn reset(&mut self, capacity: usize, n: usize) {
        let capacity = capacity.max(1);
        self.capacity = capacity;
        self.n = n;
        self.s.resize(capacity * n, 0.0);
        self.y.resize(capacity * n, 0.0);
        for scalars in [&mut self.curvature, &mut self.square, &mut self.alpha] {
            scalars.resize(capacity, 0.0);
        }
        self.clear();
    }

    pub fn clear(&mut self) {
        self.next = 0;
        self.len = 0;
    }

    /// Forgets all but so many.
    pub fn keep_newest(&mut self, most: usize) {
        self.len = self.len.min(most);
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub fn next_slot(&mut self) -> (&mut [f64], &mut [f64]) {
        let slot = self.next * self.n..(self.next + 1) * self.n;
        (&mut self.s[slot.clone()], &mut self.y[slot])
    }

    fn slot(&self, index: usize) -> (&[f64], &[f64]) {
        let slot = index * self.n..(index + 1) * self.n;
        (&self.s[slot.clone()], &self.y[slot])
    }

    /// Keeps what was written into the next slot, unless its curvature is not positive, or a wall's.
    pub fn keep_next(&mut self) {
        let (s, y) = self.slot(self.next);
        let (curvature, square) = (vector::dot(s, y), vector::dot(y, y));
        let length = vector::norm(s);
        let bound = LEAST_CURVATURE * length * square.sqrt();
        if curvature > bound && curvature < MOST_CURVATURE * length * length && square.is_finite() {
            self.curvature[self.next] = curvature;
            self.square[self.next] = square;
            self.next = (self.next + 1) % self.capacity;
            self.len = (self.len + 1).min(self.capacity);
        }
    }

    /// `out = H v`, H the inverse-Hessian approximation; `first_scale` v where nothing is known, else the newest pair's curvature
    /// scales the identity (Nocedal and Wright, eq 7.20).
    pub fn apply_inverse(&mut self, v: &[f64], first_scale: f64, out: &mut [f64]) {
        self.apply_inverse_by(v, out, |out, newest| {
            let scale = newest.map_or(first_scale, |curvature| 1.0 / curvature);
            for o in out.iter_mut() {
                *o *= scale;
            }
        });
    }

    /// The same with another inverse Hessian to start from: `first(v, y·y/s·y of the newest pair)` replaces v by its product.
    fn apply_inverse_by(&mut self, v: &[f64], out: &mut [f64], first: impl FnOnce(&mut [f64], Option<f64>)) {
        out.copy_from_slice(v);
        let slot_of = |age: usize| (self.next + self.capacity - 1 - age) % self.capacity;
        let mut alpha = std::mem::take(&mut self.alpha);
        for age in 0..self.len {
            let slot = slot_of(age);
            let (s, y) = self.slot(slot);
            alpha[slot] = vector::dot(s, out) / self.curvature[slot];
            vector::add_scaled(out, -alpha[slot], y);
        }
        let newest = (self.len > 0).then(|| self.square[slot_of(0)] / self.curvature[slot_of(0)]);
        first(out, newest);
        for age in (0..self.len).rev() {
            let slot = slot_of(age);
            let (s, y) = self.slot(slot);
            let beta = vector::dot(y, out) / self.curvature[slot];
            vector::add_scaled(out, alpha[slot] - beta, s);
        }
        self.alpha = alpha;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_pair_satisfies_the_secant_condition() {
        let mut pairs = Pairs::default();
        pairs.reset(3, 4);
        for k in 0..5 {
            let (s, y) = pairs.next_slot();
            for i in 0..4 {
                s[i] = ((k * 4 + i) as f64).sin();
                y[i] = s[i] * (1.0 + i as f64);
            }
            pairs.keep_next();
        }
        assert_eq!(pairs.len, 3);
        let newest = (pairs.next + 2) % 3;
        let (s, y) = (pairs.slot(newest).0.to_vec(), pairs.slot(newest).1.to_vec());
        let mut out = vec![0.0; 4];
        pairs.apply_inverse(&y, 1.0, &mut out);
        for i in 0..4 {
            assert!((out[i] - s[i]).abs() < 1e-12, "component {i}: {} and {}", out[i], s[i]);
        }
    }

    #[test]
    fn a_pair_without_positive_curvature_is_not_kept() {
        let mut pairs = Pairs::default();
        pairs.reset(3, 1);
        let (s, y) = pairs.next_slot();
        (s[0], y[0]) = (1.0, -1.0);
        pairs.keep_next();
        assert!(pairs.is_empty());
    }
}
