//! Geometric values and their gradients, shared by force-field terms and internal coordinates: the same physics is written once.
//!
//! Everything is written over [`Real`](crate::numeric::Real) numbers: with `f64` it gives a value and its gradient, with lanes eight of them at
//! a time, and with dual numbers the second derivatives (the derivatives of the gradient).

pub mod angle;
pub mod dihedral;
pub mod distance;
pub mod out_of_plane;
pub mod vector;

pub use angle::Angle;
pub use dihedral::{Dihedral, DihedralCosine};
pub use distance::Distance;
pub use out_of_plane::OutOfPlane;
pub use vector::Vector;
