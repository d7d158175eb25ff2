//! Linear algebra: the only room that names the crates for it.

pub mod blocked;

pub use blocked::BlockedCholesky;
