//! The records of all inputs, one after the other, none opened before it is needed.

use super::job::{Common, Input};
use crate::formats::{Format, RawRecord, ReadError, Reader};
use std::collections::VecDeque;
use std::io::{self, Cursor};

/// Name of standard input in messages and in JSON.
const STANDARD_INPUT: &str = "standard input";
/// Name of the option that gives molecules as text.
const SMILES: &str = "--smiles";

/// A stream of records and of what stands in their way.
pub struct Records {
    waiting: VecDeque<Input>,
    from: Option<Format>,
    current: Option<Open>,
    /// What was looked at before its turn.
    ahead: Option<Result<RawRecord, ReadError>>,
}

struct Open {
    name: String,
    reader: Reader,
    is_empty: bool,
}

impl Records {
    pub fn new(common: &Common) -> Self {
        Self::of(&common.inputs, common.from)
    }

    /// The records of some inputs.
    pub fn of(inputs: &[Input], from: Option<Format>) -> Self {
        Self {
            waiting: inputs.iter().cloned().collect(),
            from,
            current: None,
            ahead: None,
        }
    }

    /// One record alone.
    pub fn one(record: RawRecord) -> Self {
        Self {
            ahead: Some(Ok(record)),
            ..Self::of(&[], None)
        }
    }

    /// The next record, which stays the next one.
    pub fn peek(&mut self) -> Option<&Result<RawRecord, ReadError>> {
        if self.ahead.is_none() {
            self.ahead = self.next();
        }
        self.ahead.as_ref()
    }

    fn open(&self, input: Input) -> Result<Open, ReadError> {
        let (name, reader) = match input {
            Input::Standard => (
                STANDARD_INPUT.to_owned(),
                Reader::new(STANDARD_INPUT, Box::new(io::stdin()), self.from)?,
            ),
            Input::File(path) => (path.display().to_string(), Reader::open(&path, self.from)?),
            Input::Smiles(lines) => (
                SMILES.to_owned(),
                Reader::new(SMILES, Box::new(Cursor::new(lines)), Some(Format::Smiles))?,
            ),
        };
        Ok(Open {
            name,
            reader,
            is_empty: true,
        })
    }
}

impl Iterator for Records {
    type Item = Result<RawRecord, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(item) = self.ahead.take() {
            return Some(item);
        }
        loop {
            if let Some(open) = &mut self.current {
                if let Some(item) = open.reader.next() {
                    open.is_empty = false;
                    return Some(item);
                }
                let (is_empty, source_name) = (open.is_empty, std::mem::take(&mut open.name));
                self.current = None;
                if is_empty {
                    return Some(Err(ReadError::UnknownFormat {
                        source_name,
                        message: "found no molecule in it, expected at least one".to_owned(),
                    }));
                }
            }
            let input = self.waiting.pop_front()?;
            match self.open(input) {
                Ok(open) => self.current = Some(open),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}
