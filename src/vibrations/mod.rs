//! Normal modes of vibration, and the thermochemistry of an ideal gas of the molecule.

pub mod masses;
pub mod modes;
pub mod rotor;
pub mod symmetry_number;
pub mod thermochemistry;

pub use modes::{NormalMode, NormalModes, normal_modes};
pub use rotor::{Rotor, Shape};
pub use symmetry_number::symmetry_number;
pub use thermochemistry::{Conditions, Contribution, Gas, Thermochemistry, Treatment, thermochemistry};
