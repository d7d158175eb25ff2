//! A molecule with its surface, as most commands need it, and what becomes of a record that never gets there.

use super::job::Common;
use super::message::{Level, Message};
use super::pipeline::{Outcome, State, Work};
use super::prepare::{self, Failure, Prepared, place};
use super::report::json::{self, Identity};
use super::surface::{Assigned, Surfaces};
use crate::formats::{RawRecord, ReadError};

/// What a command that works on molecules was asked for, of what all such commands share.
pub struct Setting<'a> {
    pub common: &'a Common,
    pub surfaces: &'a Surfaces,
    /// Whether JSON lines are wanted.
    pub json: bool,
    /// Whether a configuration that the input leaves open is left to chance, and said to be.
    pub leaves_open: bool,
}

impl<'a> Setting<'a> {
    /// As most commands have it: what the input leaves open is left to chance.
    pub fn new(common: &'a Common, surfaces: &'a Surfaces, json: bool) -> Self {
        Self {
            common,
            surfaces,
            json,
            leaves_open: true,
        }
    }
}

/// A command that works on one molecule with its surface at a time.
pub trait Molecular: Sync {
    fn setting(&self) -> Setting<'_>;

    /// Fills in the outcome. After an error nothing of it is written but the error itself.
    fn work(&self, raw: &RawRecord, ready: &Ready, outcome: &mut Outcome) -> Result<(), String>;
}

impl<M: Molecular> Work for M {
    fn record(&self, raw: &RawRecord) -> Outcome {
        let mut outcome = Outcome::default();
        let Setting {
            common,
            surfaces,
            json,
            leaves_open,
        } = self.setting();
        let Some(ready) = ready(raw, common.charge, surfaces, json, &mut outcome) else {
            return outcome;
        };
        if leaves_open {
            outcome.messages.extend(ready.left_open());
        }
        if let Err(reason) = self.work(raw, &ready, &mut outcome) {
            fail(raw, &ready.prepared, reason, json, &mut outcome);
        }
        outcome
    }

    fn unreadable(&self, error: &ReadError) -> String {
        unreadable(error, self.setting().json)
    }
}

/// The line about something that is not even a record.
pub fn unreadable(error: &ReadError, json: bool) -> String {
    if json { json::unreadable(error) } else { String::new() }
}

/// A record that is ready to be evaluated.
#[derive(Clone)]
pub struct Ready {
    pub prepared: Prepared,
    pub assigned: Assigned,
    /// File, record and name for messages.
    pub place: String,
}

impl Ready {
    /// A message about this record.
    pub fn message(&self, level: Level, text: impl Into<String>) -> Message {
        Message {
            level,
            place: self.place.clone(),
            text: text.into(),
        }
    }

    /// What to say where the input leaves a configuration open that was left to chance.
    pub fn left_open(&self) -> Option<Message> {
        let text = prepare::left_open(&self.prepared.record)?;
        Some(self.message(Level::Warning, text))
    }
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
    outcome.clear();
    if json {
        outcome.text = json::line(&Identity::failed(raw, known, &reason));
    }
    outcome.messages.push(Message {
        level: Level::Error,
        place: place(raw, known.map_or("", |k| k.0)),
        text: reason,
    });
}
