//! Numbers that formulas are written over: plain, dual (for derivatives) and vector lanes (for speed).
//!
//! A formula is written once, over [`Real`]. With `f64` it gives a value, with [`Dual`] exact derivatives of any order
//! (nested), and with [`Lanes`] eight values at a time, with the widest instructions that the processor has ([`simd`]).

pub mod dual;
pub mod lanes;
pub mod real;
pub mod simd;

pub use dual::Dual;
pub use lanes::{Lanes, WIDTH};
pub use real::{Over, Real};
