//! Conformers: geometries from the graph alone, moves from minimum to minimum, searches, the same conformer once, ensembles.
//!
//! As everywhere above the seam, energies come from a [`crate::potential::Potential`]; no force field is known here.
//!
//! [`run::run`] is the whole search: it chooses a method ([`systematic`] build-up, [`hopping`] from basin to basin, starts from
//! elsewhere), puts every minimum into the [`pool`], asks [`coverage`] whether to go on, and makes the [`ensemble`]. [`refine`] takes
//! that to another surface.

pub mod checkpoint;
pub mod cluster;
pub mod coverage;
pub mod embed;
pub mod ensemble;
mod fingerprints;
pub mod handedness;
pub mod hopping;
pub mod moves;
pub mod pool;
pub mod refine;
pub mod relax;
pub mod rotors;
pub mod run;
pub mod search;
pub mod shapes;
pub mod similarity;
pub mod starts;
pub mod systematic;
