//! thalweg: molecular geometry optimization and conformer search.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod chem;
#[cfg(feature = "cli")]
pub mod cli;
pub mod coordinates;
pub mod forcefield;
pub mod formats;
pub mod geometry;
pub mod hessian;
pub mod linalg;
pub mod numeric;
pub mod optimize;
pub mod potential;
pub mod units;
