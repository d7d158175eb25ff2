//! Numbers that formulas are written over: plain, dual (for derivatives) and vector lanes (for speed).
//!
//! A formula is written once, over [`Real`]. With `f64` it gives a value, with [`Dual`] exact derivatives of any order
//! (nested), and with lanes eight values at a time.

pub mod dual;
pub mod real;

pub use dual::Dual;
pub use real::Real;
