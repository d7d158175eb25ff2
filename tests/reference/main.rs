//! Published figures. Large sets are read from `../shared/data` where present; what is needed anywhere lies in `tests/data`.

#![allow(clippy::unwrap_used, reason = "a test that can't go on should panic")]

mod alkane;
mod alkane_conformers;
mod build_up;
mod conformer_energies;
mod coverage;
mod embedding;
mod hessian;
mod kekule;
mod mmff94;
mod perception;
mod route;
mod sdf;
mod trial;
mod uff;
mod vibrations;

/// Says, past the test harness, which keeps what passing tests print to itself, that something is not tested here.
fn say_skipped(what: &str) {
    use std::io::Write as _;
    std::io::stderr()
        .write_all(format!("SKIPPED: {what}\n").as_bytes())
        .ok();
}
