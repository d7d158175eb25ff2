//! Passes between valleys: the search for transition states, the paths that lead over them, and the proof that they are what they
//! are said to be.

pub mod verify;

pub use verify::{Kind, Verified, VerifySettings, verify};
