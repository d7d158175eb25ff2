//! Second derivatives: models of them, updates, numerical ones, and what rigid motions are to them.

pub mod model;
pub mod numerical;
pub mod rigid;
pub mod update;

pub use model::{Model, ModelHessian};
