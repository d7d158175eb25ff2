//! Conformers: geometries from the graph alone, moves from minimum to minimum, searches, the same conformer once, ensembles.
//!
//! As everywhere above the seam, energies come from a [`crate::potential::Potential`]; no force field is known here.

pub mod coverage;
pub mod ensemble;
pub mod hopping;
pub mod moves;
pub mod pool;
pub mod relax;
pub mod rotors;
pub mod run;
pub mod search;
pub mod systematic;
