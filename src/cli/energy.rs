//! `thalweg energy`: energy and gradient of each molecule as it is.

use super::collect::Heads;
use super::job::{Common, EnergyTask};
use super::pipeline::Outcome;
use super::ready::{Molecular, Ready, Setting};
use super::report::json::{self, EnergyLine, EnergyPart, Identity};
use super::report::structure::{self, Annotation};
use super::report::table;
use super::surface::Evaluated;
use crate::formats::RawRecord;
use crate::potential::{EvalError, Potential};
use std::time::Instant;

/// The command.
pub struct Energies<'a> {
    pub common: &'a Common,
    pub task: &'a EnergyTask,
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
            let annotation = Annotation::of(evaluated.point.energy);
            let point = &evaluated.point;
            let structure = structure::text(self.common, raw, ready, &point.x, &annotation, &mut outcome.messages)?;
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
}

impl Molecular for Energies<'_> {
    fn setting(&self) -> Setting<'_> {
        Setting::new(self.common, &self.task.surfaces, self.task.json)
    }

    fn work(&self, raw: &RawRecord, ready: &Ready, outcome: &mut Outcome) -> Result<(), String> {
        self.evaluate(raw, ready, outcome)
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
