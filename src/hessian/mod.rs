//! Second derivatives: models of them, updates, numerical ones, preconditioners, and what rigid motions are to them.

mod approximate;
pub mod checkpoint;
pub mod differenced;
pub mod displacements;
pub mod lowest;
pub mod model;
pub mod numerical;
pub mod preconditioner;
pub mod rigid;
pub mod update;

pub use approximate::approximate;
pub use differenced::Differenced;
pub use displacements::Displacements;
pub use lowest::{LowestMode, LowestModeSettings, LowestModes, dense_preconditioner, lowest_modes};
pub use model::{Model, ModelHessian};
