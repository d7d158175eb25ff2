//! The surface's own model Hessian, taken anew as the walk goes on.

use super::vector;
use crate::hessian::preconditioner::{Preconditioner, SparsePreconditioner};
use crate::potential::Potential;

/// The model, where the surface has one, and where it was taken.
#[derive(Debug, Default)]
pub(super) struct Model {
    preconditioner: SparsePreconditioner,
    /// Where the model was taken, empty before.
    place: Vec<f64>,
    /// Whether the surface has one.
    known: bool,
}

impl Model {
    pub fn reset(&mut self) {
        self.preconditioner.reset();
        self.place.clear();
        self.known = false;
    }

    /// Takes the model anew where an atom has moved farther than `reach` since.
    pub fn refresh(&mut self, potential: &mut dyn Potential, x: &[f64], reach: f64) -> bool {
        if self.place.len() == x.len() && (!self.known || vector::farthest_atom(&self.place, x) < reach) {
            return false;
        }
        self.place.clear();
        self.place.extend_from_slice(x);
        self.known = self.preconditioner.rebuild(potential, x);
        self.known
    }

    /// Replaces `v` by the model's inverse times `v`.
    /// Whether the surface has a model.
    pub fn is_known(&self) -> bool {
        self.known
    }

    /// Replaces `v` by the model's inverse times `v`.
    pub fn solve(&mut self, v: &mut [f64]) {
        self.preconditioner.solve(v);
    }
}
