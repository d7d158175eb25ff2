//! Internal coordinates: primitives, redundant sets from the bond graph, delocalized ones, Wilson's B, back-transformation,
//! constraints.
//!
//! A redundant set is used without ever inverting its m × m matrix G = B Bᵀ: everything that its generalized inverse is needed
//! for is had from the 3N × 3N matrix F = Bᵀ B, since Bᵀ G⁻ = F⁻ Bᵀ. The span of B, which has no redundancy, is
//! thereby represented by the Cartesian displacements themselves. F couples the atoms of one coordinate only: it is sparse.

pub mod back_transform;
mod build;
pub mod constraint;
pub mod delocalized;
pub mod internal;
mod metric;
pub mod primitive;
mod rotation;
pub mod wilson;

#[cfg(test)]
mod tests;

pub use back_transform::{BackTransformError, BackTransformed};
pub use constraint::Constraint;
pub use delocalized::{DelocalizedCoordinates, DelocalizedError};
pub use internal::InternalCoordinates;
pub use metric::Metric;
pub use primitive::{Fragment, Primitive, Row};
pub use wilson::WilsonB;

/// A set of generalized coordinates q(x) of a fixed definition (to rebuild is to make a new set).
pub trait Coordinates {
    /// Number of coordinates.
    fn len(&self) -> usize;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The coordinates (Å, radian) at `x` (Å).
    fn values(&self, x: &[f64]) -> Vec<f64>;

    /// `q1 − q0`, the short way round where a coordinate is periodic.
    fn difference(&self, q1: &[f64], q0: &[f64]) -> Vec<f64>;

    /// dq/dx at `x`.
    fn wilson_b(&self, x: &[f64]) -> WilsonB;

    /// The gradient along the coordinates, of least norm where they are redundant: B F⁻ g.
    fn project_gradient(&self, x: &[f64], gradient: &[f64]) -> Vec<f64>;

    /// The point whose coordinates differ by `dq` from those of `x`, as nearly as redundancy allows.
    ///
    /// # Errors
    /// Where the iteration does not settle; the best point and its residual come along.
    fn back_transform(&self, x: &[f64], dq: &[f64]) -> Result<BackTransformed, BackTransformError>;
}
