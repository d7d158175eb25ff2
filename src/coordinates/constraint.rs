//! What is held exactly.

use super::Primitive;

/// An internal coordinate that is held, or driven to a value and held there.
#[derive(Clone, Debug, PartialEq)]
pub struct Constraint {
    /// What is held.
    pub primitive: Primitive,
    /// Where: Å or radian; `None` for the value at the start.
    pub target: Option<f64>,
}

impl Constraint {
    /// Holds the present value.
    #[must_use]
    pub fn hold(primitive: Primitive) -> Self {
        Self {
            primitive,
            target: None,
        }
    }

    /// Drives to a value (Å or radian) and holds it.
    #[must_use]
    pub fn at(primitive: Primitive, target: f64) -> Self {
        Self {
            primitive,
            target: Some(target),
        }
    }

    /// Holds an atom where it is.
    #[must_use]
    pub fn freeze(atom: usize) -> [Self; 3] {
        [0, 1, 2].map(|axis| Self::hold(Primitive::Cartesian { atom, axis }))
    }
}
