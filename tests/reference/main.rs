//! Published figures. Large sets are read from `../shared/data` where present; what is needed anywhere lies in `tests/data`.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod kekule;
mod mmff94;
mod perception;
mod sdf;
mod uff;
