//! Published figures. Large sets are read from `../shared/data` where present; what is needed anywhere lies in `tests/data`.

mod mmff94;
mod perception;
mod sdf;
mod uff;
