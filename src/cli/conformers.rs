//! `thalweg conformers`: the low-energy conformers of each molecule.

use super::collect::Heads;
use super::free_energy;
use super::interrupt;
use super::isomers::{Isomer, Isomers};
use super::job::{Common, ConformersTask, Verbosity};
use super::message::{Level, Message};
use super::pipeline::in_threads;
use super::pipeline::{Outcome, State};
use super::ready::{self, Molecular, Ready, Setting};
use super::refine::{Finer, Refined};
use super::report::conformers as lines;
use super::report::json;
use super::report::progress::Spinner;
use super::report::structure;
use crate::chem::Molecule;
use crate::chem::stereo::Stereo;
use crate::conformers::checkpoint::{Checkpoint, fingerprint};
use crate::conformers::embed::{Chains, Embedder};
use crate::conformers::ensemble::Ensemble;
use crate::conformers::relax::Surface;
use crate::conformers::run;
use crate::conformers::search::{End, Search, Tally};
use crate::conformers::shapes;
use crate::formats::RawRecord;
use crate::potential::{EvalError, Potential};
use rand::rngs::ChaCha8Rng;
use rayon::prelude::*;
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
    /// Of the search alone.
    pub wall_seconds: f64,
    /// Where another surface was asked for.
    pub refined: Option<Refined>,
}

impl Finished {
    /// The ensemble that is given out, and the name of its surface: the refined one, unless nothing came of that.
    pub fn ensemble(&self, ready: &Ready) -> (&Ensemble, &'static str) {
        let refined = self.refined.as_ref();
        let good = refined.and_then(|r| Some((&r.refinement.as_ref()?.ensemble, r.surface)));
        good.filter(|(ensemble, _)| !ensemble.conformers.is_empty())
            .unwrap_or((&self.outcome.ensemble, ready.assigned.name()))
    }

    /// Why the ensemble is not on the surface that it should be on.
    pub fn trouble(&self) -> Option<String> {
        let refined = self.refined.as_ref()?;
        match &refined.refinement {
            None => Some("interrupted while conformers were refined: these are not".to_owned()),
            Some(all) if all.ensemble.conformers.is_empty() => {
                let reason = all.lost.first().map_or("none was left", |lost| &lost.reason);
                Some(format!(
                    "no conformer could be refined on {}, these are not: {reason}",
                    refined.surface
                ))
            }
            Some(_) => None,
        }
    }
}

impl Searches<'_> {
    /// Structures are the main output; JSON lines take their place on standard output.
    pub fn heads(&self) -> Heads {
        Heads {
            head: None,
            file_is_apart: self.task.json,
        }
    }

    fn search(&self, ready: &Ready, finer: Option<&Finer>) -> Result<Finished, String> {
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
        let uncharged = ready.assigned.without_charges(molecule);
        let shape_surface =
            uncharged.map(|field| move || -> Result<Box<dyn Potential>, EvalError> { Ok(Box::new(field.evaluator())) });
        search.shape_surface = shape_surface.as_ref().map(|open| open as &Surface<'_>);
        if let Some(path) = &self.task.checkpoint {
            let checkpoint = Checkpoint::open(path, self.fingerprint(ready)).map_err(|error| error.to_string())?;
            search.checkpoint = Some(checkpoint);
        }
        let rotors = search.rotors.len();
        // Where the molecule can't be embedded, its own geometry with everything turned does instead.
        let embedder = Embedder::new(molecule, &search.configuration).ok();
        let seeds = |chains: Chains, random: &mut ChaCha8Rng| embedder.as_ref()?.embed_with(chains, random).ok();
        let spinner = Spinner::new(self.common.verbosity);
        let settings = &self.task.ensemble;
        let (outcome, refined, seconds) = in_threads(self.task.threads, || {
            let mut watch = |search: &Search<'_>| spinner.show(|| lines::progress(search, started));
            let found = run::run(&mut search, start, self.task.method, Some(&seeds), settings, &mut watch);
            let mut outcome = found.map_err(|error| error.to_string())?;
            let seconds = started.elapsed().as_secs_f64();
            let by_free_energy = self.task.free_energy;
            let refined = match finer {
                _ if outcome.ended == Some(End::Interrupted) => None,
                None if by_free_energy => {
                    free_energy::weigh(ready, &mut outcome.ensemble, settings.temperature)?;
                    None
                }
                None => None,
                Some(finer) => Some(finer.refine(&search, &outcome.ensemble, settings, by_free_energy, &spinner)?),
            };
            Ok::<_, String>((outcome, refined, seconds))
        })??;
        spinner.finish();
        let tally = search.tally;
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
            wall_seconds: seconds,
            refined,
        })
    }

    /// What makes a search the one that a checkpoint belongs to: all but the limits at which it stops.
    fn fingerprint(&self, ready: &Ready) -> u64 {
        let settings = &self.task.search;
        let molecule = &ready.prepared.molecule;
        let graph = format!("{:?}", (molecule.atoms(), molecule.bonds()));
        let shapes = self.task.ensemble.places();
        let shapes = shapes.map(|places| shapes::wanted(places, settings.max_minimizations));
        let words = format!(
            "{:?} {:?} {} {shapes:?}",
            self.task.method, settings.same, settings.seed
        );
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

    /// One stereoisomer from search to report.
    fn isomer(&self, raw: &RawRecord, isomer: &Isomer, outcome: &mut Outcome) -> Result<(), String> {
        let ready = &isomer.ready;
        let finer = self.task.refine.as_ref();
        let finer = finer
            .map(|surfaces| Finer::new(surfaces, ready, self.task.threads))
            .transpose()?;
        let warning = finer.as_ref().and_then(|finer| finer.warning.clone());
        outcome
            .messages
            .extend(warning.map(|text| ready.message(Level::EveryWarning, text)));
        let found = self.search(ready, finer.as_ref())?;
        self.report(raw, isomer, &found, outcome)
    }

    fn report(&self, raw: &RawRecord, isomer: &Isomer, found: &Finished, outcome: &mut Outcome) -> Result<(), String> {
        let ready = &isomer.ready;
        let (ensemble, _) = found.ensemble(ready);
        let trouble = found.trouble();
        let lost = found
            .refined
            .as_ref()
            .and_then(|r| r.refinement.as_ref())
            .map_or(0, |r| r.lost.len());
        let is_cut_short = matches!(found.outcome.ended, Some(End::Interrupted | End::Unsaved(_)));
        outcome.state = match is_cut_short || trouble.is_some() || lost > 0 {
            true => State::NotConverged,
            false => State::Done,
        };
        let mut say = |level, text: String| outcome.messages.push(ready.message(level, text));
        say(Level::Note, lines::summary(ready, found, self.task.ensemble.window));
        if let Some(refined) = &found.refined {
            lines::refinement(refined, self.task.ensemble.window).for_each(|(level, text)| say(level, text));
        }
        if let Some(trouble) = &trouble {
            say(Level::Error, trouble.clone());
        }
        let is_proof_due = !is_cut_short && found.refined.as_ref().is_none_or(|r| r.proves || trouble.is_some());
        let unproven = ensemble.conformers.iter().filter(|c| !c.proven).count();
        if unproven > 0 && is_proof_due {
            let why = match ensemble.unpolished {
                0 => String::new(),
                late => format!(" ({late} of them for want of time)"),
            };
            say(
                Level::EveryWarning,
                format!("{unproven} conformers could not be proven to be minima{why}"),
            );
        }
        if self.common.verbosity != Verbosity::Quiet {
            // Where there are several isomers, one table says too little.
            let level = if isomer.label.is_some() {
                Level::Detail
            } else {
                Level::Single
            };
            say(
                level,
                lines::table(ensemble, self.common.verbosity == Verbosity::Verbose),
            );
        }
        let structures = if !self.task.json || self.common.output.is_some() {
            self.structures(raw, ready, ensemble, &mut outcome.messages)?
        } else {
            String::new()
        };
        if self.task.json {
            outcome.text = json::line(&lines::ConformersLine::new(raw, isomer, found, trouble.as_deref()));
            outcome.structure = structures;
        } else {
            outcome.text = structures;
        }
        Ok(())
    }

    fn structures(
        &self,
        raw: &RawRecord,
        ready: &Ready,
        ensemble: &Ensemble,
        messages: &mut Vec<Message>,
    ) -> Result<String, String> {
        let format = structure::output_format(self.common, raw);
        let many = ensemble.conformers.len() > 1;
        if many && format == crate::formats::Format::Mol {
            return Err("a MOL file holds one structure only; write SDF (--to sdf)".to_owned());
        }
        structure::fits(self.common, format, raw)?;
        let written = |(number, conformer)| -> Result<(String, Vec<Message>), String> {
            let (mut text, mut messages) = (String::new(), Vec::new());
            let record = structure::conformer(&ready.prepared, conformer, number + 1, format);
            structure::write(&record, format, &ready.place, &mut messages, &mut text)?;
            Ok((text, messages))
        };
        let written = in_threads(self.task.threads, || {
            let all = ensemble.conformers.par_iter().enumerate().map(written);
            all.collect::<Result<Vec<_>, _>>()
        })??;
        let mut text = String::new();
        for (number, (record, said)) in written.into_iter().enumerate() {
            text.push_str(&record);
            // What a format can't carry is said once.
            if number == 0 {
                messages.extend(said);
            }
        }
        Ok(text)
    }
}

impl Molecular for Searches<'_> {
    fn setting(&self) -> Setting<'_> {
        Setting {
            leaves_open: self.task.isomers.is_none(),
            ..Setting::new(self.common, &self.task.surfaces, self.task.json)
        }
    }

    fn work(&self, raw: &RawRecord, ready: &Ready, outcome: &mut Outcome) -> Result<(), String> {
        let isomers = match self.task.isomers {
            Some(most) => Isomers::all(ready.clone(), &self.task.surfaces, most),
            None => Isomers::one(ready.clone()),
        };
        let several = raw.index > 1 || self.common.inputs.len() > 1 || isomers.list.len() > 1;
        if self.task.checkpoint.is_some() && several {
            return Err("a checkpoint holds the search of one molecule only".to_owned());
        }
        let notes = isomers.notes.into_iter();
        outcome
            .messages
            .extend(notes.map(|text| ready.message(Level::EveryWarning, text)));
        if let [isomer] = &isomers.list[..] {
            return self.isomer(raw, isomer, outcome);
        }
        if isomers.list.is_empty() {
            return Err("none of its stereoisomers can be built".to_owned());
        }
        for isomer in &isomers.list {
            let mut part = Outcome::default();
            if let Err(reason) = self.isomer(raw, isomer, &mut part) {
                ready::fail(raw, &isomer.ready.prepared, reason, self.task.json, &mut part);
                // The others' results stand.
                part.state = State::NotConverged;
            }
            outcome.append(part);
        }
        Ok(())
    }
}
