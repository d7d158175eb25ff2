//! `thalweg serve`: lends a molecule's surface to another program.

use super::job::{Common, ServeTask, Verbosity};
use super::message::{self, Level, Message};
use super::pipeline::{Outcome, State, Work};
use super::ready::{Ready, fail, ready, unreadable};
use super::report::json::{self, Identity, ServeLine};
use crate::formats::{RawRecord, ReadError};
use crate::potential::external::ipi::client;
use std::sync::atomic::{AtomicBool, Ordering};

/// The command.
pub struct Service<'a> {
    pub common: &'a Common,
    pub task: &'a ServeTask,
    /// Whether there was a molecule before: a server has one only.
    pub taken: AtomicBool,
}

impl Service<'_> {
    fn serve(&self, ready: &Ready) -> Result<usize, String> {
        let Self { common, task, .. } = self;
        let mut live = ready.assigned.open().map_err(|error| error.to_string())?;
        if common.verbosity != Verbosity::Quiet {
            message::announce(&format!(
                "{}: serving {} at {}",
                ready.place,
                ready.assigned.name(),
                task.address
            ));
        }
        let mut seen = |evaluation: usize, energy: f64| {
            if common.verbosity == Verbosity::Verbose {
                message::announce(&format!("evaluation {evaluation}: {energy:.8} kcal/mol"));
            }
        };
        client::serve(live.potential(), &task.address, task.waits, &mut seen).map_err(|error| error.to_string())
    }

    fn report(&self, raw: &RawRecord, ready: &Ready, evaluations: usize, outcome: &mut Outcome) {
        outcome.messages.push(Message {
            level: Level::Single,
            place: ready.place.clone(),
            text: format!("{evaluations} evaluations"),
        });
        if self.task.json {
            outcome.text = json::line(&ServeLine {
                identity: Identity::ok(raw, &ready.prepared, ready.assigned.name()),
                evaluations,
            });
        }
    }
}

impl Work for Service<'_> {
    fn record(&self, raw: &RawRecord) -> Outcome {
        let mut outcome = Outcome::default();
        let json = self.task.json;
        if self.taken.swap(true, Ordering::Relaxed) {
            outcome.state = State::Skipped;
            return outcome;
        }
        let Some(ready) = ready(raw, self.common.charge, &self.task.surfaces, json, &mut outcome) else {
            return outcome;
        };
        outcome.messages.extend(ready.left_open());
        match self.serve(&ready) {
            Ok(evaluations) => self.report(raw, &ready, evaluations, &mut outcome),
            Err(reason) => fail(raw, &ready.prepared, reason, json, &mut outcome),
        }
        outcome
    }

    fn unreadable(&self, error: &ReadError) -> String {
        unreadable(error, self.task.json)
    }
}
