//! The surface's own model Hessian, taken anew as the walk goes on.

use super::{Point, vector};
use crate::hessian::preconditioner::{Preconditioner, SparsePreconditioner};
use crate::potential::Potential;

/// A larger gradient component (kcal/mol/Å) is not that of a molecule with distorted bonds: a bond that is 0.5 Å off has about 1000.
const WILD_GRADIENT: f64 = 3000.0;

/// How much stiffer than the model the surface is may be found to be, at least and at most.
const STIFFNESS: (f64, f64) = (0.25, 8.0);

/// An atom may go so many times as far on its own as atoms that share a term may against each other before a new model is due.
const DRIFT: f64 = 4.0;

/// The model, where the surface has one, and where it was taken.
#[derive(Debug)]
pub(super) struct Model {
    preconditioner: SparsePreconditioner,
    /// Where the model was taken, empty before.
    place: Vec<f64>,
    /// Whether the surface has one.
    known: bool,
    /// How much stiffer than the model the surface is along the steps.
    stiffness: f64,
    scratch: Vec<f64>,
}

impl Default for Model {
    fn default() -> Self {
        Self {
            preconditioner: SparsePreconditioner::default(),
            place: Vec::new(),
            known: false,
            stiffness: 1.0,
            scratch: Vec::new(),
        }
    }
}

impl Model {
    pub fn reset(&mut self) {
        self.preconditioner.reset();
        self.place.clear();
        self.known = false;
        self.stiffness = 1.0;
    }

    /// Takes the model anew where bonded atoms have moved farther than `reach` (Å) against each other since. Where atoms overlap or are
    /// torn apart the curvature here says nothing of the surface a step away: no model then, until the gradient is that of a
    /// distorted molecule.
    pub fn refresh(&mut self, potential: &mut dyn Potential, point: &Point, reach: f64) -> bool {
        let x = &point.x;
        if vector::max_abs(&point.gradient) > WILD_GRADIENT {
            self.place.clear();
            return std::mem::replace(&mut self.known, false);
        }
        if self.place.len() == x.len() && (!self.known || self.moved(x) < reach) {
            return false;
        }
        self.place.clear();
        self.place.extend_from_slice(x);
        self.known = self.preconditioner.rebuild(potential, x);
        self.known
    }

    /// How far the atoms have moved (Å) since the model was taken, as far as it minds: atoms that share a term against each other, and
    /// the others, whose contacts it knows, by more. A long chain's ends go far while nothing bends that the model is of.
    fn moved(&mut self, x: &[f64]) -> f64 {
        let mut way = std::mem::take(&mut self.scratch);
        way.resize(x.len(), 0.0);
        vector::set_difference(&mut way, x, &self.place);
        let longest = self
            .preconditioner
            .longest_difference(&way)
            .max(vector::longest_atom(&way) / DRIFT);
        self.scratch = way;
        longest
    }

    /// Takes in what a step `s` has told: the change `y` of the gradient. The curvature of a preconditioned step is compared in the
    /// model's own measure (as eq 7.20 of Nocedal and Wright scales the identity): yᵀs against yᵀP⁻¹y. What a chain's many soft
    /// motions have in common, that long-ranged forces stiffen them, is learnt at once.
    pub fn learn(&mut self, s: &[f64], y: &[f64]) {
        if !self.known {
            return;
        }
        let mut out = std::mem::take(&mut self.scratch);
        out.clear();
        out.extend_from_slice(y);
        self.preconditioner.solve(&mut out);
        let ratio = vector::dot(y, &out) / vector::dot(y, s);
        self.scratch = out;
        if ratio > 0.0 {
            self.stiffness = (self.stiffness * ratio.clamp(STIFFNESS.0, STIFFNESS.1)).sqrt();
        }
    }

    /// Whether the surface has a model.
    pub fn is_known(&self) -> bool {
        self.known
    }

    /// Replaces `v` by the model's inverse times `v`.
    pub fn solve(&mut self, v: &mut [f64]) {
        self.preconditioner.solve(v);
        for c in v {
            *c /= self.stiffness;
        }
    }
}
