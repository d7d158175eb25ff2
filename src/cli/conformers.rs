//! `thalweg conformers`: the low-energy conformers of each molecule.

use super::collect::Heads;
use super::free_energy;
use super::interrupt;
use super::job::{Common, ConformersTask, Verbosity};
use super::message::{Level, Message};
use super::pipeline::in_threads;
use super::pipeline::{Outcome, State};
use super::ready::{Molecular, Ready};
use super::report::conformers::{self as lines, SearchProgress};
use super::report::json;
use super::report::structure;
use super::surface::Surfaces;
use crate::chem::Molecule;
use crate::chem::stereo::Stereo;
use crate::conformers::checkpoint::{Checkpoint, fingerprint};
use crate::conformers::embed::Embedder;
use crate::conformers::run::{self, Method};
use crate::conformers::search::{End, Search, Tally};
use crate::formats::RawRecord;
use crate::potential::{EvalError, Potential};
use rand::rngs::ChaCha8Rng;
use std::time::Instant;

/// The command.
pub struct Searches<'a> {
    pub common: &'a Common,
    pub task: &'a ConformersTask,
}

/// What a molecule's search came to.
pub struct Finished {
    pub outcome: run::Outcome,
    pub tally: Tally,
    pub rotors: usize,
    pub wall_seconds: f64,
}

impl Searches<'_> {
    /// Structures are the main output; JSON lines take their place on standard output.
    pub fn heads(&self) -> Heads {
        Heads {
            head: None,
            file_is_apart: self.task.json,
        }
    }

    fn search(&self, ready: &Ready) -> Result<Finished, String> {
        let started = Instant::now();
        let molecule: &Molecule = &ready.prepared.molecule;
        if molecule.is_empty() {
            return Err("no atoms: nothing to search".to_owned());
        }
        let start = &ready.prepared.record.coordinates;
        let surface = || -> Result<Box<dyn Potential>, EvalError> { Ok(ready.assigned.open()?.into_potential()) };
        let stated = ready.prepared.record.configuration.as_ref();
        let stereo = stated.map_or_else(|| Stereo::find(molecule), |configuration| configuration.stereo.clone());
        let mut search = Search::new(molecule, stereo, start, &surface, self.task.search, interrupt::flag());
        if let Some(path) = &self.task.checkpoint {
            let checkpoint = Checkpoint::open(path, self.fingerprint(ready)).map_err(|error| error.to_string())?;
            search.checkpoint = Some(checkpoint);
        }
        let rotors = search.rotors.len();
        // Where the molecule can't be embedded, its own geometry with everything turned does instead.
        let embedder = Embedder::new(molecule, &search.configuration).ok();
        let seeds = |random: &mut ChaCha8Rng| embedder.as_ref().and_then(|embedder| embedder.embed(random).ok());
        let progress = SearchProgress::new(self.common.verbosity, self.task.search.coverage);
        let (outcome, tally) = in_threads(self.task.threads, || {
            let mut outcome = run::run(
                &mut search,
                start,
                self.task.method,
                Some(&seeds),
                &self.task.ensemble,
                &mut |search| progress.show(search),
            )
            .map_err(|error| error.to_string());
            if self.task.free_energy
                && let Ok(found) = &mut outcome
                && found.ended != Some(End::Interrupted)
            {
                let weighed = free_energy::weigh(ready, &mut found.ensemble, self.task.ensemble.temperature);
                outcome = weighed.and(outcome);
            }
            (outcome, search.tally)
        })?;
        progress.finish();
        let outcome = outcome?;
        if outcome.ensemble.conformers.is_empty() {
            return Err(format!(
                "no conformer found in {} minimizations ({} failed, {} led to another molecule)",
                tally.minimizations, tally.failed, tally.changed
            ));
        }
        Ok(Finished {
            outcome,
            tally,
            rotors,
            wall_seconds: started.elapsed().as_secs_f64(),
        })
    }

    /// What makes a search the one that a checkpoint belongs to: all but the limits at which it stops.
    fn fingerprint(&self, ready: &Ready) -> u64 {
        let settings = &self.task.search;
        let molecule = &ready.prepared.molecule;
        let graph = format!("{:?}", (molecule.atoms(), molecule.bonds()));
        let words = format!("{:?} {:?} {}", self.task.method, settings.same, settings.seed);
        let mut numbers = ready.prepared.record.coordinates.clone();
        numbers.push(settings.window);
        // The energy at the start tells one set of parameters from another.
        let energy = ready
            .assigned
            .open()
            .and_then(|mut live| live.evaluate(&ready.prepared.record.coordinates));
        numbers.push(energy.map_or(0.0, |evaluated| evaluated.point.energy));
        fingerprint(&[&graph, &words, ready.assigned.name()], &numbers)
    }

    fn report(&self, raw: &RawRecord, ready: &Ready, found: &Finished, outcome: &mut Outcome) -> Result<(), String> {
        let (unit, proven) = (&found.outcome.ensemble, |c: &crate::conformers::ensemble::Conformer| {
            c.proven
        });
        let unproven = unit.conformers.iter().filter(|c| !proven(c)).count();
        outcome.state = match &found.outcome.ended {
            Some(End::Interrupted | End::Unsaved(_)) => State::NotConverged,
            _ => State::Done,
        };
        let mut say = |level, text| {
            outcome.messages.push(Message {
                level,
                place: ready.place.clone(),
                text,
            });
        };
        if unproven > 0 && outcome.state == State::Done {
            say(
                Level::EveryWarning,
                format!("{unproven} conformers could not be proven to be minima"),
            );
        }
        say(Level::Note, self.summary(ready, found));
        if self.common.verbosity != Verbosity::Quiet {
            say(
                Level::Single,
                lines::table(unit, self.common.verbosity == Verbosity::Verbose),
            );
        }
        let structures = if !self.task.json || self.common.output.is_some() {
            self.structures(raw, ready, found, &mut outcome.messages)?
        } else {
            String::new()
        };
        if self.task.json {
            outcome.text = json::line(&lines::ConformersLine::new(raw, ready, found));
            outcome.structure = structures;
        } else {
            outcome.text = structures;
        }
        Ok(())
    }

    fn summary(&self, ready: &Ready, found: &Finished) -> String {
        let run::Outcome {
            ensemble,
            method,
            reason,
            estimate,
            ended,
        } = &found.outcome;
        let many = |count: usize| {
            if count == 1 {
                "1 conformer".to_owned()
            } else {
                format!("{count} conformers")
            }
        };
        let within = format!(
            "{} within {} kcal/mol",
            many(ensemble.within_window),
            self.task.ensemble.window
        );
        let kept = match ensemble.conformers.len() {
            kept if kept < ensemble.within_window => format!(", {kept} of them kept"),
            _ => String::new(),
        };
        let sure = if found.rotors == 0 && estimate.samples == 0 {
            "; nothing in it turns".to_owned()
        } else {
            let unseen = if estimate.unseen.is_finite() {
                format!("{:.1}", estimate.unseen)
            } else {
                "many".to_owned()
            };
            format!(
                ", expected unseen {unseen}, coverage {:.1} %",
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
            "{}: {within}{kept}{sure}; lowest {:.4} kcal/mol; {how}, {} minimizations, {} evaluations, {:.1} s{end}",
            ready.assigned.name(),
            ensemble.conformers.first().map_or(f64::NAN, |c| c.energy),
            found.tally.minimizations,
            found.tally.evaluations,
            found.wall_seconds,
        )
    }

    fn structures(
        &self,
        raw: &RawRecord,
        ready: &Ready,
        found: &Finished,
        messages: &mut Vec<Message>,
    ) -> Result<String, String> {
        let format = structure::output_format(self.common, raw);
        let many = found.outcome.ensemble.conformers.len() > 1;
        if many && format == crate::formats::Format::Mol {
            return Err("a MOL file holds one structure only; write SDF (--to sdf)".to_owned());
        }
        structure::fits(self.common, format, raw)?;
        let mut text = String::new();
        for (number, conformer) in found.outcome.ensemble.conformers.iter().enumerate() {
            let record = structure::conformer(&ready.prepared, conformer, number + 1, format);
            // What a format can't carry is said once.
            let mut unheard = Vec::new();
            let messages = if number == 0 { &mut *messages } else { &mut unheard };
            structure::write(&record, format, &ready.place, messages, &mut text)?;
        }
        Ok(text)
    }
}

impl Molecular for Searches<'_> {
    fn common(&self) -> &Common {
        self.common
    }

    fn surfaces(&self) -> &Surfaces {
        &self.task.surfaces
    }

    fn json(&self) -> bool {
        self.task.json
    }

    fn work(&self, raw: &RawRecord, ready: &Ready, outcome: &mut Outcome) -> Result<(), String> {
        if self.task.checkpoint.is_some() && (raw.index > 1 || self.common.inputs.len() > 1) {
            return Err("a checkpoint holds the search of one molecule only".to_owned());
        }
        let found = self.search(ready)?;
        self.report(raw, ready, &found, outcome)
    }
}
