//! Progress: only on a terminal, never with `--quiet`.

use crate::cli::job::Verbosity;
use crate::optimize::{Progress, vector};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{self, IsTerminal};

/// A bar that appears with the second molecule.
pub struct Bar {
    wanted: bool,
    bar: Option<ProgressBar>,
}

impl Bar {
    pub fn new(verbosity: Verbosity) -> Self {
        Self {
            wanted: verbosity != Verbosity::Quiet && io::stderr().is_terminal(),
            bar: None,
        }
    }

    pub fn advance(&mut self, molecules: usize) {
        if !self.wanted || molecules < 2 {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let style = ProgressStyle::with_template("{spinner} {pos} molecules, {per_sec}, {elapsed}");
            let bar = ProgressBar::new_spinner();
            match style {
                Ok(style) => bar.with_style(style),
                Err(_) => bar,
            }
        });
        bar.set_position(molecules as u64);
    }

    /// Takes the bar away while something else is printed.
    pub fn suspend(&self, print: impl FnOnce()) {
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// A line that tells how far one long search is.
pub struct Spinner {
    bar: Option<ProgressBar>,
}

impl Spinner {
    pub fn new(verbosity: Verbosity) -> Self {
        let wanted = verbosity != Verbosity::Quiet && io::stderr().is_terminal();
        let style = ProgressStyle::with_template("{spinner} {msg}, {elapsed}");
        let bar = wanted.then(|| match style {
            Ok(style) => ProgressBar::new_spinner().with_style(style),
            Err(_) => ProgressBar::new_spinner(),
        });
        Self { bar }
    }

    pub fn show(&self, text: impl FnOnce() -> String) {
        if let Some(bar) = &self.bar {
            bar.set_message(text());
            bar.tick();
        }
    }

    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Where a walk is.
pub fn step_line(progress: &Progress<'_>) -> String {
    format!(
        "step {:>5}, {:>5} evaluations, energy {:>16.8}, gradient rms {:.3e}",
        progress.step,
        progress.evaluations,
        progress.energy,
        vector::rms(progress.gradient)
    )
}
