//! `thalweg compare`: how far structures are from a reference, equivalent atoms being named at will, and the structures superposed on it.

use super::collect::Heads;
use super::input::Records;
use super::job::{Common, CompareTask, Job};
use super::message::{Level, Message};
use super::pipeline::{Outcome, Work};
use super::prepare::{self, Failure, Prepared, place};
use super::ready::{fail, fail_to_prepare, unreadable};
use super::report::compare::{self, CompareLine};
use super::report::json::Identity;
use super::report::structure;
use super::run_records;
use crate::conformers::similarity::{Compared, Match, Similarity};
use crate::formats::{Format, RawRecord, ReadError};

/// Field of the structures that are written.
const FIELD: &str = "rmsd_angstrom";

/// The command.
struct Comparisons<'a> {
    common: &'a Common,
    task: &'a CompareTask,
    reference: Reference,
}

/// What all are compared with.
struct Reference {
    raw: RawRecord,
    prepared: Prepared,
}

/// Reads the reference, then compares all records.
pub fn run(job: &Job, task: &CompareTask) -> Result<u8, String> {
    let common = &job.common;
    let mut records = Records::new(common);
    let raw = match &task.reference {
        Some(input) => Records::of(std::slice::from_ref(input), common.from)
            .next()
            .map(|item| item.map_err(|error| error.to_string())),
        None => records.peek().map(|item| match item {
            Ok(raw) => Ok(raw.clone()),
            Err(error) => Err(error.to_string()),
        }),
    };
    let raw = raw.unwrap_or_else(|| Err("no structure to compare with".to_owned()))?;
    // What there is to be said of it is said where it is compared; a reference of its own is described by its failure alone.
    let prepared = prepare::prepare(&raw, common.charge, &mut Vec::new()).map_err(|failure| match failure {
        Failure::Unreadable(text) => text,
        Failure::Unfit { record, reason } => format!("{}: {reason}", place(&raw, &record.name)),
    })?;
    let work = Comparisons {
        common,
        task,
        reference: Reference { raw, prepared },
    };
    run_records(job, records, &work, work.heads())
}

impl Comparisons<'_> {
    /// The table goes to standard output unless the structures do.
    fn heads(&self) -> Heads {
        let structures_only = self.common.to.is_some() && self.common.output.is_none();
        Heads {
            head: (!self.task.json && !structures_only).then(compare::head),
            file_is_apart: true,
        }
    }

    fn compare(&self, raw: &RawRecord, prepared: &Prepared, outcome: &mut Outcome) -> Result<(), String> {
        let own = &self.reference.prepared;
        let similarity = Similarity::between(&own.molecule, &prepared.molecule, self.task.atoms)
            .map_err(|mismatch| format!("it can't be compared with the reference: {mismatch}"))?;
        let found = similarity
            .best(&own.record.coordinates, &prepared.record.coordinates, self.task.hand)
            .map_err(|error| error.to_string())?
            .ok_or("it can't be compared with the reference: the molecules are bonded differently")?;
        let count = similarity.count();
        outcome.text = if self.task.json {
            self.json(raw, prepared, count, &found)
        } else {
            compare::row(&prepared.record.name, raw.index, prepared.molecule.len(), count, &found)
        };
        if self.common.to.is_some() {
            let text = self.structure(raw, prepared, &found, &mut outcome.messages)?;
            match (&self.common.output, self.task.json) {
                (Some(_), _) => outcome.structure = text,
                (None, false) => outcome.text = text,
                (None, true) => {}
            }
        }
        Ok(())
    }

    fn json(&self, raw: &RawRecord, prepared: &Prepared, count: usize, found: &Match) -> String {
        let everything = count == prepared.molecule.len();
        CompareLine {
            identity: Identity::without_surface(raw, prepared),
            reference: &self.reference.raw.source_name,
            reference_index: self.reference.raw.index,
            rmsd: found.rmsd,
            compared: compare::name(if everything { Compared::All } else { self.task.atoms }),
            compared_atoms: count,
            mirrored: found.mirrored,
            exact: found.exact,
            mapping: compare::mapping(found),
            rotation: found.motion.rotation,
            translation: found.motion.translation,
        }
        .json()
    }

    /// The structure moved onto the reference. Its energy, where it has one, stays.
    fn structure(
        &self,
        raw: &RawRecord,
        prepared: &Prepared,
        found: &Match,
        messages: &mut Vec<Message>,
    ) -> Result<String, String> {
        let format = structure::output_format(self.common, raw);
        structure::fits(self.common, format, raw)?;
        let mut record = prepared.record.clone();
        record.coordinates = found.superposed(&prepared.record.coordinates);
        if prepared.perceived && structure::holds_bonds(format) {
            structure::give_bonds(&mut record, prepared);
        }
        if matches!(format, Format::Xyz | Format::Sdf) {
            record.fields.retain(|(key, _)| key != FIELD);
            record.fields.push((FIELD.to_owned(), format!("{:.6}", found.rmsd)));
        }
        let place = place(raw, &prepared.record.name);
        if found.mirrored {
            messages.push(Message {
                level: Level::Warning,
                place: place.clone(),
                text: "its mirror image is closer to the reference, and is written".to_owned(),
            });
        }
        let mut text = String::new();
        structure::write(&record, format, &place, messages, &mut text)?;
        Ok(text)
    }
}

impl Work for Comparisons<'_> {
    fn record(&self, raw: &RawRecord) -> Outcome {
        let mut outcome = Outcome::default();
        let json = self.task.json;
        match prepare::prepare(raw, self.common.charge, &mut outcome.messages) {
            Err(failure) => fail_to_prepare(raw, failure, json, &mut outcome),
            Ok(prepared) => {
                if let Err(reason) = self.compare(raw, &prepared, &mut outcome) {
                    fail(raw, &prepared, reason, json, &mut outcome);
                }
            }
        }
        outcome
    }

    fn unreadable(&self, error: &ReadError) -> String {
        unreadable(error, self.task.json)
    }
}
