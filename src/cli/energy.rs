//! `thalweg energy`: energy and gradient of each molecule as it is.

use super::collect::Heads;
use super::job::{Common, EnergyTask};
use super::message::{Level, Message};
use super::pipeline::{Outcome, State, Work};
use super::prepare::{self, Failure, Prepared, place};
use super::report::json::{self, EnergyLine, EnergyPart, Identity};
use super::report::structure::{self, Annotation};
use super::report::table;
use super::surface::{Assigned, Evaluated, Surfaces};
use crate::formats::{RawRecord, ReadError};
use crate::potential::{EvalError, Potential};
use std::time::Instant;

/// The command.
pub struct Energies<'a> {
    pub common: &'a Common,
    pub task: &'a EnergyTask,
}

/// A record that is ready to be evaluated.
pub struct Ready {
    pub prepared: Prepared,
    pub assigned: Assigned,
    /// File, record and name for messages.
    pub place: String,
}

/// Understands and types a record, or makes the outcome that says why that can't be.
pub fn ready(
    raw: &RawRecord,
    charge: Option<i32>,
    surfaces: &Surfaces,
    json: bool,
    outcome: &mut Outcome,
) -> Option<Ready> {
    let prepare = if surfaces.need_bonds() {
        prepare::prepare
    } else {
        prepare::prepare_atoms
    };
    let prepared = match prepare(raw, charge, &mut outcome.messages) {
        Ok(prepared) => prepared,
        Err(failure) => {
            fail_to_prepare(raw, failure, json, outcome);
            return None;
        }
    };
    let place = place(raw, &prepared.record.name);
    if let Some(multiplicity) = surfaces.ignored_multiplicity() {
        outcome.messages.push(Message {
            level: Level::Warning,
            place: place.clone(),
            text: format!("the force fields don't depend on the multiplicity; {multiplicity} is not used"),
        });
    }
    match surfaces.assign(&prepared) {
        Ok((assigned, warning)) => {
            outcome.messages.extend(warning.map(|text| Message {
                level: Level::EveryWarning,
                place: place.clone(),
                text,
            }));
            Some(Ready {
                prepared,
                assigned,
                place,
            })
        }
        Err(reason) => {
            fail(raw, &prepared, reason, json, outcome);
            None
        }
    }
}

/// A molecule that was understood but came to nothing.
pub fn fail(raw: &RawRecord, prepared: &Prepared, reason: String, json: bool, outcome: &mut Outcome) {
    let known = (prepared.record.name.as_str(), prepared.molecule.len());
    fail_with(raw, Some(known), reason, json, outcome);
}

/// A record that is no molecule to work with.
pub fn fail_to_prepare(raw: &RawRecord, failure: Failure, json: bool, outcome: &mut Outcome) {
    match failure {
        Failure::Unreadable(text) => {
            outcome.state = State::Unreadable;
            if json {
                // The excerpt below the first line is for eyes.
                let reason = text.lines().next().unwrap_or_default();
                outcome.text = json::line(&Identity::failed(raw, None, reason));
            }
            outcome.messages.push(Message {
                level: Level::Error,
                place: String::new(),
                text,
            });
        }
        Failure::Unfit { record, reason } => {
            fail_with(raw, Some((&record.name, record.molecule.len())), reason, json, outcome);
        }
    }
}

fn fail_with(raw: &RawRecord, known: Option<(&str, usize)>, reason: String, json: bool, outcome: &mut Outcome) {
    outcome.state = State::Failed;
    // Whatever was written before it failed is no result.
    outcome.text.clear();
    outcome.structure.clear();
    if json {
        outcome.text = json::line(&Identity::failed(raw, known, &reason));
    }
    outcome.messages.push(Message {
        level: Level::Error,
        place: place(raw, known.map_or("", |k| k.0)),
        text: reason,
    });
}

impl Energies<'_> {
    /// The table goes to standard output, and to the file only where that is not meant for structures.
    pub fn heads(&self) -> Heads {
        let structures_only = self.common.to.is_some() && self.common.output.is_none();
        Heads {
            head: (!self.task.json && !structures_only).then(table::head),
            file_is_apart: self.common.to.is_some(),
        }
    }

    fn evaluate(&self, raw: &RawRecord, ready: &Ready, outcome: &mut Outcome) -> Result<(), String> {
        let x = &ready.prepared.record.coordinates;
        // One surface for all: an engine is started once.
        let mut live = ready.assigned.open().map_err(|error| error.to_string())?;
        let evaluated = live.evaluate(x).map_err(|error| error.to_string())?;
        let repeat = |n| seconds_per_evaluation(live.potential(), x, n);
        let seconds = self.task.repeat.map(repeat).transpose();
        let seconds = seconds.map_err(|error| error.to_string())?;
        outcome.text = if self.task.json {
            self.json(raw, ready, &evaluated, seconds)
        } else {
            self.table(raw, ready, &evaluated, seconds)
        };
        if self.common.to.is_some() {
            let structure = self.structure(raw, ready, &evaluated, &mut outcome.messages)?;
            match (&self.common.output, self.task.json) {
                (Some(_), _) => outcome.structure = structure,
                (None, false) => outcome.text = structure,
                (None, true) => {}
            }
        }
        Ok(())
    }

    fn json(&self, raw: &RawRecord, ready: &Ready, evaluated: &Evaluated, seconds: Option<f64>) -> String {
        let wanted = self.task.details;
        let terms = ready.assigned.terms();
        let gradient = &evaluated.point.gradient;
        json::line(&EnergyLine {
            identity: Identity::ok(raw, &ready.prepared, ready.assigned.name()),
            energy: EnergyPart::new(evaluated),
            seconds_per_evaluation: seconds,
            per_atom: wanted
                .atoms
                .then(|| json::per_atom(&ready.prepared.molecule, terms, gradient)),
            gradient: wanted.gradient.then(|| json::vectors(gradient)),
            estimates: terms.filter(|_| wanted.explain).map(json::estimates),
        })
    }

    fn table(&self, raw: &RawRecord, ready: &Ready, evaluated: &Evaluated, seconds: Option<f64>) -> String {
        let Ready { prepared, assigned, .. } = ready;
        let mut text = table::row(&prepared.record.name, raw.index, assigned.name(), evaluated);
        text += &table::details(
            self.task.details,
            &prepared.molecule,
            assigned.terms(),
            evaluated,
            seconds,
        );
        text
    }

    fn structure(
        &self,
        raw: &RawRecord,
        ready: &Ready,
        evaluated: &Evaluated,
        messages: &mut Vec<Message>,
    ) -> Result<String, String> {
        let format = structure::output_format(self.common, raw);
        structure::fits(self.common, format, raw)?;
        let annotation = Annotation::of(evaluated.point.energy);
        let record = structure::annotated(&ready.prepared, &evaluated.point.x, &annotation, format);
        let mut text = String::new();
        structure::write(&record, format, &ready.place, messages, &mut text)?;
        Ok(text)
    }
}

impl Work for Energies<'_> {
    fn record(&self, raw: &RawRecord) -> Outcome {
        let mut outcome = Outcome::default();
        let json = self.task.json;
        if let Some(ready) = ready(raw, self.common.charge, &self.task.surfaces, json, &mut outcome)
            && let Err(reason) = self.evaluate(raw, &ready, &mut outcome)
        {
            fail(raw, &ready.prepared, reason, json, &mut outcome);
        }
        outcome
    }

    fn unreadable(&self, error: &ReadError) -> String {
        if self.task.json {
            json::unreadable(error)
        } else {
            String::new()
        }
    }
}

/// Mean time of one evaluation out of `n`, timed as a whole on this thread.
fn seconds_per_evaluation(potential: &mut dyn Potential, x: &[f64], n: u64) -> Result<f64, EvalError> {
    let mut gradient = vec![0.0; x.len()];
    let started = Instant::now();
    for _ in 0..n {
        std::hint::black_box(potential.energy_gradient(std::hint::black_box(x), &mut gradient)?);
    }
    Ok(started.elapsed().as_secs_f64() / n as f64)
}
