//! Reports of conformer searches: JSON line, table, progress.

use super::json::Identity;
use crate::cli::conformers::Finished;
use crate::cli::job::Verbosity;
use crate::cli::ready::Ready;
use crate::conformers::ensemble::{Conformer, Ensemble};
use crate::conformers::search::Search;
use crate::formats::RawRecord;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use std::io::{self, IsTerminal};
use std::time::Instant;

/// Object of the `conformers` command.
#[derive(Serialize)]
pub struct ConformersLine<'a> {
    #[serde(flatten)]
    identity: Identity<'a>,
    method: &'static str,
    count: usize,
    within_window: usize,
    lowest_energy: Option<f64>,
    conformers: Vec<ConformerPart>,
    entropy: f64,
    minimizations: u64,
    evaluations: u64,
    coverage: f64,
    expected_unseen: Option<f64>,
    samples: u64,
    stop: &'static str,
    saddles_left: usize,
    wall_seconds: f64,
}

#[derive(Serialize)]
struct ConformerPart {
    energy: f64,
    relative_energy: f64,
    degeneracy: u32,
    population: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    free_energy: Option<f64>,
    proven: bool,
}

impl<'a> ConformersLine<'a> {
    pub fn new(raw: &'a RawRecord, ready: &'a Ready, found: &'a Finished) -> Self {
        let ensemble = &found.outcome.ensemble;
        let part = |c: &Conformer| ConformerPart {
            energy: c.energy,
            relative_energy: c.relative_energy,
            degeneracy: c.degeneracy,
            population: c.population,
            free_energy: c.free_energy,
            proven: c.proven,
        };
        let estimate = found.outcome.estimate;
        Self {
            identity: Identity::ok(raw, &ready.prepared, ready.assigned.name()),
            method: found.outcome.method.name(),
            count: ensemble.conformers.len(),
            within_window: ensemble.within_window,
            lowest_energy: ensemble.conformers.first().map(|c| c.energy),
            conformers: ensemble.conformers.iter().map(part).collect(),
            entropy: ensemble.entropy,
            minimizations: found.tally.minimizations,
            evaluations: found.tally.evaluations,
            coverage: estimate.coverage,
            // Infinite where nothing can be said, which JSON has no number for.
            expected_unseen: estimate.unseen.is_finite().then_some(estimate.unseen),
            samples: estimate.samples,
            stop: found.outcome.ended.as_ref().map_or("covered", |end| end.name()),
            saddles_left: ensemble.saddles_left,
            wall_seconds: found.wall_seconds,
        }
    }
}

/// So many conformers are listed without `--verbose`.
const LISTED: usize = 20;

/// The conformers as a table.
pub fn table(ensemble: &Ensemble, all: bool) -> String {
    let listed = if all { ensemble.conformers.len() } else { LISTED };
    let mut out = format!(
        "\n{:>5} {:>16} {:>12} {:>10} {:>11}",
        "#", "energy/kcal/mol", "relative", "degeneracy", "population"
    );
    for (number, c) in ensemble.conformers.iter().take(listed).enumerate() {
        out.push_str(&format!(
            "\n{:>5} {:>16.4} {:>12.4} {:>10} {:>9.2} %",
            number + 1,
            c.energy,
            c.relative_energy,
            c.degeneracy,
            100.0 * c.population
        ));
    }
    match ensemble.conformers.len().saturating_sub(listed) {
        0 => {}
        more => out.push_str(&format!("\n      and {more} more (-v lists all)")),
    }
    out
}

/// The progress of one search, on a terminal only.
pub struct SearchProgress {
    bar: Option<ProgressBar>,
    started: Instant,
    wanted: f64,
}

impl SearchProgress {
    pub fn new(verbosity: Verbosity, wanted: f64) -> Self {
        let shown = verbosity != Verbosity::Quiet && io::stderr().is_terminal();
        let bar = shown.then(|| {
            let style = ProgressStyle::with_template("{spinner} {msg}, {elapsed}");
            let bar = ProgressBar::new_spinner();
            match style {
                Ok(style) => bar.with_style(style),
                Err(_) => bar,
            }
        });
        Self {
            bar,
            started: Instant::now(),
            wanted,
        }
    }

    pub fn show(&self, search: &Search<'_>) {
        let Some(bar) = &self.bar else { return };
        let rate = search.tally.minimizations as f64 / self.started.elapsed().as_secs_f64().max(1e-3);
        bar.set_message(format!(
            "{} minimizations, {rate:.0}/s, {} conformers, lowest {:.4} kcal/mol, coverage {:.1} of {:.1} %",
            search.tally.minimizations,
            search.in_window().len(),
            search.lowest(),
            100.0 * search.estimate().coverage,
            100.0 * self.wanted
        ));
        bar.tick();
    }

    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
