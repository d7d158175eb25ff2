//! Internal coordinates: primitives, redundant sets from the bond graph, Wilson's B, back-transformation, constraints.

pub mod constraint;
pub mod primitive;
mod rotation;

pub use constraint::Constraint;
pub use primitive::{Fragment, Primitive, Row};
