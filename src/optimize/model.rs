//! The surface's own model Hessian, taken anew as the walk goes on.

use super::{Point, vector};
use crate::hessian::preconditioner::{Preconditioner, SparsePreconditioner};
use crate::potential::Potential;

/// A larger gradient component (kcal/mol/Å) is not that of a molecule with distorted bonds: a bond that is 0.5 Å off has about 1000.
const WILD_GRADIENT: f64 = 3000.0;

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

    /// Takes the model anew where an atom has moved farther than `reach` (Å) since. Where atoms overlap or are torn apart the
    /// curvature here says nothing of the surface a step away: no model then, until the gradient is that of a distorted molecule.
    pub fn refresh(&mut self, potential: &mut dyn Potential, point: &Point, reach: f64) -> bool {
        let x = &point.x;
        if vector::max_abs(&point.gradient) > WILD_GRADIENT {
            self.place.clear();
            return std::mem::replace(&mut self.known, false);
        }
        if self.place.len() == x.len() && (!self.known || vector::farthest_atom(&self.place, x) < reach) {
            return false;
        }
        self.place.clear();
        self.place.extend_from_slice(x);
        self.known = self.preconditioner.rebuild(potential, x);
        self.known
    }

    /// Whether the surface has a model.
    pub fn is_known(&self) -> bool {
        self.known
    }

    /// Replaces `v` by the model's inverse times `v`.
    pub fn solve(&mut self, v: &mut [f64]) {
        self.preconditioner.solve(v);
    }
}
