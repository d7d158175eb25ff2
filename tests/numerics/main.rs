//! Contracts that every surface and every term must keep, and tests of these tests.

#![allow(clippy::unwrap_used, reason = "a test that can't go on should panic")]

mod bias;
mod contract;
mod derivatives;
mod dreadful_starts;
mod evaluator;
mod held;
mod lennard_jones;
mod proof;
mod reuse;
mod synthetic;
