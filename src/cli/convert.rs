//! `thalweg convert`: any format to any other; bonds are perceived where the new format needs them and the old one has none.

use super::job::Common;
use super::message::{Level, Message};
use super::pipeline::{Outcome, State, Work};
use super::prepare::{self, Failure, needs_perception, place};
use super::report::structure;
use crate::formats::{Format, RawRecord};

/// The command.
pub struct Conversions<'a> {
    pub common: &'a Common,
}

impl Conversions<'_> {
    fn convert(&self, raw: &RawRecord, outcome: &mut Outcome) -> Result<(), (State, Message)> {
        let failed = |name: &str, text: String| {
            let message = Message {
                level: Level::Error,
                place: place(raw, name),
                text,
            };
            (State::Failed, message)
        };
        let format = structure::output_format(self.common, raw);
        let mut record = raw
            .parse()
            .map_err(|error| (State::Unreadable, unplaced(prepare::with_excerpt(&error))))?;
        let name = record.name.clone();
        structure::fits(self.common, format, raw).map_err(|text| failed(&name, text))?;
        if format != Format::Smiles {
            prepare::place_atoms(&mut record).map_err(|text| failed(&name, text))?;
            record.notes.extend(prepare::left_open(&record));
        }
        let record = if structure::holds_bonds(format) && needs_perception(&record) {
            match prepare::prepare(raw, self.common.charge, &mut outcome.messages) {
                Ok(prepared) => {
                    let mut record = prepared.record.clone();
                    structure::give_bonds(&mut record, &prepared);
                    record
                }
                Err(Failure::Unreadable(text)) => return Err((State::Unreadable, unplaced(text))),
                Err(Failure::Unfit { reason, .. }) => return Err(failed(&name, reason)),
            }
        } else {
            outcome.messages.extend(record.notes.iter().map(|note| Message {
                level: Level::Warning,
                place: place(raw, &name),
                text: note.clone(),
            }));
            record
        };
        structure::write(
            &record,
            format,
            &place(raw, &name),
            &mut outcome.messages,
            &mut outcome.text,
        )
        .map_err(|text| failed(&name, text))
    }
}

fn unplaced(text: String) -> Message {
    Message {
        level: Level::Error,
        place: String::new(),
        text,
    }
}

impl Work for Conversions<'_> {
    fn record(&self, raw: &RawRecord) -> Outcome {
        let mut outcome = Outcome::default();
        if let Err((state, message)) = self.convert(raw, &mut outcome) {
            outcome.text.clear();
            outcome.state = state;
            outcome.messages.push(message);
        }
        outcome
    }
}
