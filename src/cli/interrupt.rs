//! Ctrl-C: the first one asks for an orderly end with all that was found so far, the second one ends at once.

use std::sync::atomic::{AtomicBool, Ordering};

static RAISED: AtomicBool = AtomicBool::new(false);

/// Exit status of a program ended by an interrupt, as shells know it.
const INTERRUPTED: i32 = 130;

/// Listens from now on. Where the system has no handler to give, an interrupt ends the program as usual.
pub fn listen() {
    let handler = || {
        if RAISED.swap(true, Ordering::Relaxed) {
            std::process::exit(INTERRUPTED);
        }
    };
    drop(ctrlc::set_handler(handler));
}

/// The flag that observers look at.
pub fn flag() -> &'static AtomicBool {
    &RAISED
}

/// Whether an interrupt came.
pub fn raised() -> bool {
    RAISED.load(Ordering::Relaxed)
}
