//! Pattern search (Hooke and Jeeves, J. ACM 8, 212 (1961)), for surfaces whose gradients are missing or not to be trusted.
//!
//! Only energies lead the walk. Each coordinate in turn is tried a mesh width up and down, and what is lower is kept
//! (exploration); then the whole way from the last base point is gone once more and explored from there (pattern move). Where
//! nothing is lower the mesh gets finer. The driver still judges convergence by the gradient: where there is none that can
//! confirm the minimum, the walk ends as stalled with the width of the finest mesh.

use super::{Point, StepInfo, StepOutcome, Stepper, vector};
use crate::potential::{EvalError, Potential};

/// Settings of the method.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PatternSearchSettings {
    /// Mesh width at the start, Å.
    pub mesh: f64,
    /// Finest mesh, Å; a minimum can't be placed better by energies of 16 digits.
    pub finest: f64,
    /// Factor from one mesh to the next.
    pub refinement: f64,
    /// Longest displacement of one atom in a pattern move, Å.
    pub max_step: f64,
}

impl Default for PatternSearchSettings {
    fn default() -> Self {
        Self {
            mesh: 0.1,
            finest: 1e-9,
            refinement: 0.25,
            max_step: 0.4,
        }
    }
}

/// The method with its base point.
#[derive(Debug, Default)]
pub struct PatternSearch {
    settings: PatternSearchSettings,
    mesh: f64,
    /// Coordinates before the last successful step; where they are the present ones there is no pattern.
    base: Vec<f64>,
    /// Sign with which each coordinate is tried first: the one that was right the last time.
    signs: Vec<f64>,
    here: Point,
    trial: Point,
}

impl PatternSearch {
    /// A search with the widest mesh.
    #[must_use]
    pub fn new(settings: PatternSearchSettings) -> Self {
        Self {
            settings,
            ..Self::default()
        }
    }

    /// Explores around `self.here` and moves it to what is lower. `false` where the budget ran out.
    fn explore(&mut self, potential: &mut dyn Potential, budget: &mut usize) -> Result<bool, EvalError> {
        for i in 0..self.here.x.len() {
            for sign in [self.signs[i], -self.signs[i]] {
                if *budget == 0 {
                    return Ok(false);
                }
                *budget -= 1;
                self.trial.x.copy_from_slice(&self.here.x);
                self.trial.x[i] += sign * self.mesh;
                if self.trial.evaluate(potential)? && self.trial.energy < self.here.energy {
                    std::mem::swap(&mut self.here, &mut self.trial);
                    self.signs[i] = sign;
                    break;
                }
            }
        }
        Ok(true)
    }

    /// Puts `self.here` as far beyond `point` as that is beyond the base. `false` where that has no energy, or no direction.
    fn leap(&mut self, potential: &mut dyn Potential, point: &Point, budget: &mut usize) -> Result<bool, EvalError> {
        vector::set_difference(&mut self.here.x, &point.x, &self.base);
        let longest = vector::longest_atom(&self.here.x);
        if longest == 0.0 || *budget == 0 {
            return Ok(false);
        }
        let scale = (self.settings.max_step / longest).min(1.0);
        for (h, x) in self.here.x.iter_mut().zip(&point.x) {
            *h = x + scale * *h;
        }
        *budget -= 1;
        self.here.evaluate(potential)
    }

    /// The lowest point from which the next base is made: by a pattern move, else by exploration, on ever finer meshes.
    fn improve(&mut self, potential: &mut dyn Potential, point: &Point, budget: usize) -> Result<bool, EvalError> {
        let mut left = budget;
        if self.leap(potential, point, &mut left)? {
            self.explore(potential, &mut left)?;
            if self.here.energy < point.energy {
                return Ok(true);
            }
        }
        while self.mesh >= self.settings.finest {
            self.here.copy_from(point);
            let complete = self.explore(potential, &mut left)?;
            if self.here.energy < point.energy {
                return Ok(true);
            }
            if !complete {
                return Ok(false);
            }
            self.mesh *= self.settings.refinement;
        }
        Ok(false)
    }
}

impl Stepper for PatternSearch {
    fn start(&mut self, point: &Point) {
        let n = point.x.len();
        self.mesh = self.settings.mesh;
        self.base.clone_from(&point.x);
        self.signs.clear();
        self.signs.resize(n, 1.0);
        self.here.resize(n);
        self.trial.resize(n);
    }

    fn step(
        &mut self,
        potential: &mut dyn Potential,
        point: &mut Point,
        budget: usize,
    ) -> Result<StepOutcome, EvalError> {
        if !self.improve(potential, point, budget)? {
            return Ok(StepOutcome::Stalled { step_norm: self.mesh });
        }
        self.base.copy_from_slice(&point.x);
        std::mem::swap(point, &mut self.here);
        vector::set_difference(&mut self.here.x, &point.x, &self.base);
        Ok(StepOutcome::Moved(StepInfo {
            displacement: vector::norm(&self.here.x),
        }))
    }
}
