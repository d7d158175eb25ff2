//! Reports of conformer searches: JSON line, table, progress.

use super::json::Identity;
use crate::cli::conformers::Finished;
use crate::cli::isomers::Isomer;
use crate::cli::message::Level;
use crate::cli::ready::Ready;
use crate::cli::refine::Refined;
use crate::conformers::coverage::List;
use crate::conformers::ensemble::{Conformer, Ensemble};
use crate::conformers::refine::{Lost, Refinement};
use crate::conformers::run::{self, Method};
use crate::conformers::search::{End, Search};
use crate::formats::RawRecord;
use serde::Serialize;
use std::time::Instant;

/// Object of the `conformers` command.
#[derive(Serialize)]
pub struct ConformersLine<'a> {
    #[serde(flatten)]
    identity: Identity<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    isomer: Option<IsomerPart<'a>>,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    refinement: Option<RefinementPart<'a>>,
    wall_seconds: f64,
}

#[derive(Serialize)]
struct IsomerPart<'a> {
    number: usize,
    count: usize,
    smiles: &'a str,
}

/// Numbers of conformers count from 1, in the ensemble before.
#[derive(Serialize)]
struct RefinementPart<'a> {
    surface_before: &'static str,
    conformers_before: usize,
    minimizations: u64,
    evaluations: u64,
    above_window: Vec<usize>,
    lost: Vec<LostPart<'a>>,
    wall_seconds: f64,
}

#[derive(Serialize)]
struct LostPart<'a> {
    conformer: usize,
    error: &'a str,
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
    #[serde(skip_serializing_if = "Vec::is_empty")]
    origins: Vec<usize>,
}

impl<'a> ConformersLine<'a> {
    pub fn new(raw: &'a RawRecord, isomer: &'a Isomer, found: &'a Finished, trouble: Option<&'a str>) -> Self {
        let ready = &isomer.ready;
        let (ensemble, surface) = found.ensemble(ready);
        let part = |c: &Conformer| ConformerPart {
            energy: c.energy,
            relative_energy: c.relative_energy,
            degeneracy: c.degeneracy,
            population: c.population,
            free_energy: c.free_energy,
            proven: c.proven,
            origins: c.origins.iter().map(|origin| origin + 1).collect(),
        };
        let estimate = found.outcome.estimate;
        Self {
            identity: Identity::ok(raw, &ready.prepared, surface).and_error(trouble),
            isomer: isomer.label.as_ref().map(|label| IsomerPart {
                number: label.number,
                count: label.count,
                smiles: &label.smiles,
            }),
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
            refinement: found
                .refined
                .as_ref()
                .and_then(|refined| RefinementPart::new(refined, ready)),
            wall_seconds: found.wall_seconds,
        }
    }
}

impl<'a> RefinementPart<'a> {
    /// None of what was interrupted.
    fn new(refined: &'a Refined, ready: &Ready) -> Option<Self> {
        let refinement = refined.refinement.as_ref()?;
        let lost = |lost: &'a Lost| LostPart {
            conformer: lost.number + 1,
            error: &lost.reason,
        };
        Some(Self {
            surface_before: ready.assigned.name(),
            conformers_before: refined.before,
            minimizations: refinement.minimizations,
            evaluations: refinement.evaluations,
            above_window: refinement.above_window.iter().map(|number| number + 1).collect(),
            lost: refinement.lost.iter().map(lost).collect(),
            wall_seconds: refined.wall_seconds,
        })
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

/// How far a search is, in words.
pub fn progress(search: &Search<'_>, started: Instant) -> String {
    let rate = search.tally.minimizations as f64 / started.elapsed().as_secs_f64().max(1e-3);
    format!(
        "{} minimizations, {rate:.0}/s, {} conformers, lowest {:.4} kcal/mol, coverage {:.1} of {:.1} %",
        search.tally.minimizations,
        search.in_window().len(),
        search.lowest(),
        100.0 * search.estimate().coverage,
        100.0 * search.settings.coverage
    )
}

/// What a search came to, in words.
pub fn summary(ready: &Ready, found: &Finished, window: f64) -> String {
    let run::Outcome {
        ensemble,
        method,
        reason,
        estimate,
        ended,
    } = &found.outcome;
    let sure = if found.rotors == 0 && estimate.samples == 0 {
        "; nothing in it turns".to_owned()
    } else {
        let unseen = if estimate.unseen.is_finite() {
            format!("{:.1}", estimate.unseen)
        } else {
            "many".to_owned()
        };
        let tested = match estimate.list {
            List::Some => String::new(),
            List::Complete => format!(" (a build-up, tested by {} random samples)", estimate.samples),
        };
        format!(
            ", expected unseen {unseen}, coverage {:.1} %{tested}",
            100.0 * estimate.coverage
        )
    };
    let end = match ended {
        None => String::new(),
        Some(End::Budget) => "; ended by the budget of minimizations".to_owned(),
        Some(End::Time) => "; ended by the time".to_owned(),
        Some(End::Interrupted) => "; interrupted, conformers not yet polished and proven".to_owned(),
        Some(End::Failed(error)) => format!("; ended by the surface: {error}"),
        Some(End::Unsaved(error)) => format!("; ended because the checkpoint can't be written: {error}"),
    };
    let how = match method {
        Method::Auto => reason.clone(),
        method => format!("{} ({reason})", method.name()),
    };
    format!(
        "{}: {}{sure}; lowest {:.4} kcal/mol; {how}, {} minimizations, {} evaluations, {:.1} s{end}",
        ready.assigned.name(),
        within(ensemble, window),
        ensemble.conformers.first().map_or(f64::NAN, |c| c.energy),
        found.tally.minimizations,
        found.tally.evaluations,
        found.wall_seconds,
    )
}

/// How many conformers there are, in words.
fn within(ensemble: &Ensemble, window: f64) -> String {
    let kept = match ensemble.conformers.len() {
        kept if kept < ensemble.within_window => format!(", {kept} of them kept"),
        _ => String::new(),
    };
    let window = match window.is_finite() {
        true => format!(" within {window} kcal/mol"),
        false => String::new(),
    };
    format!("{}{window}{kept}", counted(ensemble.within_window))
}

fn counted(conformers: usize) -> String {
    match conformers {
        1 => "1 conformer".to_owned(),
        count => format!("{count} conformers"),
    }
}

/// What a refinement came to, in words, and what was lost in it.
pub fn refinement(refined: &Refined, window: f64) -> impl Iterator<Item = (Level, String)> {
    let summary = |refinement: &Refinement| {
        let ensemble = &refinement.ensemble;
        let above = match refinement.above_window.len() {
            0 => String::new(),
            above => format!(", {above} are above it now"),
        };
        let text = format!(
            "refined on {}: {} from {}{above}; lowest {:.4} kcal/mol; {} minimizations, {} evaluations, {:.1} s",
            refined.surface,
            within(ensemble, window),
            refined.before,
            ensemble.conformers.first().map_or(f64::NAN, |c| c.energy),
            refinement.minimizations,
            refinement.evaluations,
            refined.wall_seconds
        );
        (Level::Note, text)
    };
    let loss = |lost: &Lost| {
        let text = format!(
            "conformer {} is left out, not refined: {}",
            lost.number + 1,
            lost.reason
        );
        (Level::Warning, text)
    };
    let some = refined
        .refinement
        .as_ref()
        .filter(|r| !r.ensemble.conformers.is_empty());
    let losses = some.map_or(&[][..], |r| &r.lost).iter().map(loss);
    some.map(summary).into_iter().chain(losses)
}
