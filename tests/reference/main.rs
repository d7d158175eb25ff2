//! Published figures. Large sets are read from `../shared/data` where present; what is needed anywhere lies in `tests/data`.

#![allow(clippy::unwrap_used, reason = "a test that can't go on should panic")]
#![allow(clippy::print_stderr, reason = "a test that is skipped says so")]

mod conformer_energies;
mod kekule;
mod mmff94;
mod perception;
mod sdf;
mod uff;
