//! What a saddle search asks of a method: one step at a time.

use crate::linalg::SymmetricMatrix;
use crate::optimize::Point;
use crate::potential::{EvalError, Potential};

/// Which mode is followed uphill from the start.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Guide {
    /// The lowest one.
    #[default]
    Lowest,
    /// The one of this number, from 0. A method that knows no modes but the lowest takes that.
    Mode(usize),
    /// The one that lies most in the span of these Cartesian displacements.
    Along(Vec<Vec<f64>>),
}

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Followed {
    /// The point was replaced by another one.
    Moved,
    /// There is no step that could be made.
    Stuck {
        /// Trust radius at the end, Å and radian.
        trust_radius: f64,
    },
}

/// A method that climbs along one mode and descends along all others.
pub trait Climber {
    /// Replaces the point by the next one.
    ///
    /// # Errors
    /// Those of the surface. Where it has no finite value, or refuses to give one, the step is made shorter.
    fn step(&mut self, potential: &mut dyn Potential, point: &mut Point) -> Result<Followed, EvalError>;

    /// The displacement that comes next (Å), where the method can tell. Criteria on displacements are judged by it.
    ///
    /// # Errors
    /// Those of the surface, where the mode has to be looked for.
    fn coming_displacement(
        &mut self,
        _potential: &mut dyn Potential,
        _point: &Point,
    ) -> Result<Option<&[f64]>, EvalError> {
        Ok(None)
    }

    /// Forgets the mode and the step lengths, but not what is known of the curvature, and gets ready for a walk along another mode.
    fn start_again(&mut self, guide: Guide);

    /// The mode that is followed: a Cartesian displacement of length 1. `None` before the first step.
    fn mode(&self) -> Option<Vec<f64>>;

    /// Gradients spent on the mode so far.
    fn probes(&self) -> usize;

    /// What is known of the second derivatives at `x` (Å) in Cartesian space, with all curvatures made positive, for preconditioning;
    /// kcal/mol/Å².
    fn positive_hessian(&self, _x: &[f64]) -> Option<SymmetricMatrix> {
        None
    }
}
