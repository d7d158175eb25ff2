//! Minimum-mode following for large systems, without any Hessian: the lowest mode by a few differences of gradients, kept up from step
//! to step (G. Henkelman, H. Jónsson, J. Chem. Phys. 111, 7010 (1999)), and preconditioned L-BFGS steps on the gradient that is turned
//! about along it (J. Kästner, P. Sherwood, J. Chem. Phys. 128, 014106 (2008)).

use super::climb::{Climber, Followed, Guide};
use crate::hessian::preconditioner::{Preconditioner, SparsePreconditioner};
use crate::hessian::rigid;
use crate::linalg::dense::{orthonormalize, project_out};
use crate::linalg::vector::{add_scaled, dot, longest_atom, norm};
use crate::linalg::{Eigen, SymmetricMatrix};
use crate::optimize::Point;
use crate::potential::{EvalError, Potential};
use std::collections::VecDeque;

/// Settings of the method.
#[derive(Clone, Debug)]
pub struct MinModeSettings {
    /// Where the mode is looked for first.
    pub guide: Guide,
    /// Most gradients that are spent on the mode at the start.
    pub probes: usize,
    /// Most gradients that are spent on it at each later point.
    pub later_probes: usize,
    /// The mode is known where its residual is below this fraction of its curvature.
    pub residual: f64,
    /// Displacement of the atom that moves farthest, in differences of gradients, Å.
    pub probe_length: f64,
    /// Longest displacement of an atom in a step, Å.
    pub longest_step: f64,
    /// Steps that are remembered.
    pub memory: usize,
}

impl Default for MinModeSettings {
    fn default() -> Self {
        Self {
            guide: Guide::Lowest,
            probes: 20,
            later_probes: 2,
            residual: 0.3,
            probe_length: 0.005,
            longest_step: 0.15,
            memory: 12,
        }
    }
}

/// Steps are not made shorter than this, Å.
const SHORTEST_STEP: f64 = 1e-6;

/// A turned gradient that has grown by more than this says that the step was too long.
const GROWN: f64 = 1.5;

/// A step that was too long is followed by one of this part of its length at most, and a good one by one longer by the other factor.
const SHORTER: f64 = 0.5;
const LONGER: f64 = 1.2;

/// In a valley each step leads up along the mode by this part of the longest step at least.
const CLIMB: f64 = 0.3;

/// Of a new direction at least this fraction has to be new.
const NEW: f64 = 1e-3;

/// A step of L-BFGS and the change of the turned gradient along it.
#[derive(Debug)]
struct Pair {
    step: Vec<f64>,
    change: Vec<f64>,
    /// 1/(step · change).
    inverse: f64,
}

/// The method.
#[derive(Debug)]
pub struct MinMode {
    settings: MinModeSettings,
    preconditioner: SparsePreconditioner,
    is_preconditioned: bool,
    mode: Option<Vec<f64>>,
    curvature: f64,
    pairs: VecDeque<Pair>,
    longest: f64,
    /// The turned gradient at the present point, where it is known.
    turned: Option<(Vec<f64>, Vec<f64>)>,
    probes: usize,
}

impl MinMode {
    /// Gets ready.
    #[must_use]
    pub fn new(settings: MinModeSettings) -> Self {
        Self {
            preconditioner: SparsePreconditioner::new(),
            is_preconditioned: false,
            mode: None,
            curvature: 0.0,
            pairs: VecDeque::new(),
            longest: settings.longest_step,
            turned: None,
            probes: 0,
            settings,
        }
    }

    fn precondition(&mut self, v: &mut [f64]) {
        if self.is_preconditioned {
            self.preconditioner.solve(v);
        }
    }

    /// The lowest mode at a point, from the one before or from the guide.
    fn find_mode(&mut self, potential: &mut dyn Potential, point: &Point) -> Result<(), EvalError> {
        self.is_preconditioned = self.preconditioner.rebuild(potential, &point.x);
        let null = match point.x.len() % 3 {
            0 => rigid::modes(&point.x, &vec![1.0; point.x.len() / 3]),
            _ => Vec::new(),
        };
        let is_first = self.mode.is_none();
        let most = if is_first {
            self.settings.probes
        } else {
            self.settings.later_probes
        };
        let mut waiting = self.first_directions(point);
        let mut space = Space::default();
        while space.products.len() < most {
            let Some(mut direction) = waiting.pop() else { break };
            project_out(&mut direction, &null);
            if !space.extend(direction) {
                continue;
            }
            let product = self.product(potential, point, &space.basis[space.products.len()])?;
            space.products.push(product);
            let Some(lowest) = space.lowest() else { break };
            self.curvature = lowest.value;
            self.mode = Some(lowest.vector);
            let is_sharp = norm(&lowest.residual) < self.settings.residual * lowest.value.abs();
            if is_sharp && (lowest.value < 0.0 || !is_first) && waiting.is_empty() {
                break;
            }
            let mut improved = lowest.residual;
            self.precondition(&mut improved);
            waiting.insert(0, improved);
        }
        Ok(())
    }

    fn first_directions(&mut self, point: &Point) -> Vec<Vec<f64>> {
        if let Some(mode) = &self.mode {
            return vec![mode.clone()];
        }
        let mut directions = match &self.settings.guide {
            Guide::Along(directions) => directions.clone(),
            Guide::Lowest | Guide::Mode(_) => Vec::new(),
        };
        // Something of all soft motions, and what the gradient says.
        for mut v in [
            point.gradient.clone(),
            (0..point.x.len()).map(|i| (1.0 + 7.0 * i as f64).sin()).collect(),
        ] {
            self.precondition(&mut v);
            self.precondition(&mut v);
            directions.insert(0, v);
        }
        directions
    }

    /// The Hessian times a direction of length 1, from one gradient.
    fn product(
        &mut self,
        potential: &mut dyn Potential,
        point: &Point,
        direction: &[f64],
    ) -> Result<Vec<f64>, EvalError> {
        let t = self.settings.probe_length / longest_atom(direction).max(f64::MIN_POSITIVE);
        let x: Vec<f64> = point.x.iter().zip(direction).map(|(x, d)| x + t * d).collect();
        let end = Point::at(potential, &x)?;
        self.probes += 1;
        Ok(end
            .gradient
            .iter()
            .zip(&point.gradient)
            .map(|(a, b)| (a - b) / t)
            .collect())
    }

    /// The gradient turned about along the mode.
    fn turn(&self, gradient: &[f64]) -> Vec<f64> {
        let mut turned = gradient.to_vec();
        if let Some(mode) = &self.mode {
            add_scaled(&mut turned, -2.0 * dot(gradient, mode), mode);
        }
        turned
    }

    /// The L-BFGS step (J. Nocedal, Math. Comput. 35, 773 (1980)) for a turned gradient, no atom moving farther than it may.
    fn displacement(&mut self, turned: &[f64]) -> Vec<f64> {
        let mut v: Vec<f64> = turned.iter().map(|g| -g).collect();
        let mut factors = Vec::with_capacity(self.pairs.len());
        for pair in self.pairs.iter().rev() {
            let factor = pair.inverse * dot(&pair.step, &v);
            add_scaled(&mut v, -factor, &pair.change);
            factors.push(factor);
        }
        let latest = self.pairs.back();
        if self.is_preconditioned {
            self.preconditioner.solve(&mut v);
        } else {
            let scale = latest.map_or(UNKNOWN, |p| 1.0 / (p.inverse * dot(&p.change, &p.change)));
            v.iter_mut().for_each(|c| *c *= scale);
        }
        for (pair, factor) in self.pairs.iter().zip(factors.into_iter().rev()) {
            let other = pair.inverse * dot(&pair.change, &v);
            add_scaled(&mut v, factor - other, &pair.step);
        }
        if self.curvature >= 0.0
            && let Some(mode) = &self.mode
        {
            // Out of a valley: near its floor the gradient alone would not lead away.
            let uphill = if dot(turned, mode) > 0.0 { -1.0 } else { 1.0 };
            let missing = CLIMB * self.longest / longest_atom(mode) - dot(&v, mode) * uphill;
            add_scaled(&mut v, uphill * missing.max(0.0), mode);
        }
        let longest = longest_atom(&v);
        if longest > self.longest {
            v.iter_mut().for_each(|c| *c *= self.longest / longest);
        }
        v
    }

    /// Takes in a step from one turned gradient to the next.
    fn learn(&mut self, step: Vec<f64>, before: &[f64], after: &[f64]) {
        let change: Vec<f64> = after.iter().zip(before).map(|(a, b)| a - b).collect();
        let product = dot(&step, &change);
        if product > 1e-10 * norm(&step) * norm(&change) {
            self.pairs.push_back(Pair {
                inverse: product.recip(),
                step,
                change,
            });
            if self.pairs.len() > self.settings.memory {
                self.pairs.pop_front();
            }
        }
        if norm(after) > GROWN * norm(before) {
            self.longest *= SHORTER;
            self.pairs.clear();
        } else {
            self.longest = (LONGER * self.longest).min(self.settings.longest_step);
        }
    }
}

/// Inverse curvature where nothing is known, Å²/(kcal/mol).
const UNKNOWN: f64 = 1e-3;

impl Climber for MinMode {
    fn start_again(&mut self, guide: Guide) {
        self.settings.guide = guide;
        self.mode = None;
        self.turned = None;
        self.pairs.clear();
        self.longest = self.settings.longest_step;
    }

    fn mode(&self) -> Option<Vec<f64>> {
        self.mode.clone()
    }

    fn probes(&self) -> usize {
        self.probes
    }

    fn step(&mut self, potential: &mut dyn Potential, point: &mut Point) -> Result<Followed, EvalError> {
        let was_negative = self.curvature < 0.0;
        self.find_mode(potential, point)?;
        let turned = self.turn(&point.gradient);
        if let Some((step, before)) = self.turned.take()
            && was_negative
            && self.curvature < 0.0
        {
            self.learn(step, &before, &turned);
        }
        while self.longest > SHORTEST_STEP {
            let step = self.displacement(&turned);
            let x: Vec<f64> = point.x.iter().zip(&step).map(|(x, s)| x + s).collect();
            match Point::at(potential, &x) {
                Ok(trial) => {
                    *point = trial;
                    self.turned = Some((step, turned));
                    return Ok(Followed::Moved);
                }
                Err(error) if error.is_local() => self.longest *= SHORTER,
                Err(error) => return Err(error),
            }
        }
        Ok(Followed::Stuck {
            trust_radius: self.longest,
        })
    }
}

/// An orthonormal basis and the products of the Hessian with it.
#[derive(Debug, Default)]
struct Space {
    basis: Vec<Vec<f64>>,
    products: Vec<Vec<f64>>,
}

/// The lowest mode in the space.
struct Lowest {
    value: f64,
    vector: Vec<f64>,
    residual: Vec<f64>,
}

impl Space {
    /// Adds what of a direction is new. False where next to nothing is.
    fn extend(&mut self, mut direction: Vec<f64>) -> bool {
        let length = norm(&direction);
        let rest = orthonormalize(&mut direction, &self.basis);
        let is_new = rest > NEW * length && rest.is_finite();
        if is_new {
            self.basis.push(direction);
        }
        is_new
    }

    fn lowest(&self) -> Option<Lowest> {
        let products = self.basis.iter();
        let rows = products.flat_map(|a| self.products.iter().map(|b| dot(a, b))).collect();
        let small = Eigen::new(&SymmetricMatrix::from_rows(self.basis.len(), rows)).ok()?;
        let n = self.basis.first()?.len();
        let (mut vector, mut residual) = (vec![0.0; n], vec![0.0; n]);
        for (&c, (v, product)) in small.vector(0).iter().zip(self.basis.iter().zip(&self.products)) {
            add_scaled(&mut vector, c, v);
            add_scaled(&mut residual, c, product);
        }
        let value = small.values[0];
        add_scaled(&mut residual, -value, &vector);
        Some(Lowest {
            value,
            vector,
            residual,
        })
    }
}
