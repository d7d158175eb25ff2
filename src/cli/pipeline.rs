//! Many records worked on at the same time, in bounded memory, with the results in the order of the input.
//!
//! Records are read in chunks; while one chunk is worked on, the results of the one before are written and the next one is read. A
//! single record starts no thread.

use super::input::Records;
use super::interrupt;
use super::message::{Level, Message};
use crate::formats::{RawRecord, ReadError};
use rayon::prelude::*;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

/// What became of a record, from good to bad.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    #[default]
    Done,
    NotConverged,
    /// It was understood, but nothing came of it.
    Failed,
    /// It could not be understood.
    Unreadable,
    /// Not worked on: an interrupt came first.
    Skipped,
}

/// Everything that one record adds to the outputs.
#[derive(Debug, Default)]
pub struct Outcome {
    pub state: State,
    /// For standard output (or the output file, where that takes its place).
    pub text: String,
    /// Structure for the output file where standard output gets something else.
    pub structure: String,
    /// Frames for the trajectory file, or a scan's energies for the CSV file.
    pub trajectory: String,
    /// For the files that viewers read, in the order of the job; none at all where nothing came of the record.
    pub exports: Vec<String>,
    /// The record's own text, if it failed.
    pub failed_text: String,
    pub messages: Vec<Message>,
}

impl Outcome {
    /// Drops all results, so that a record that failed half-way leaves none.
    pub fn clear(&mut self) {
        for text in [&mut self.text, &mut self.structure, &mut self.trajectory] {
            text.clear();
        }
        self.exports.clear();
    }

    /// Adds what a part of a record came to. The state is the worse of the two.
    pub fn append(&mut self, part: Self) {
        self.state = self.state.max(part.state);
        self.text.push_str(&part.text);
        self.structure.push_str(&part.structure);
        self.trajectory.push_str(&part.trajectory);
        self.exports.extend(part.exports);
        self.messages.extend(part.messages);
    }
}

/// What one command does with a record.
pub trait Work: Sync {
    fn record(&self, raw: &RawRecord) -> Outcome;

    /// What to put on standard output about something that is not even a record.
    fn unreadable(&self, _error: &ReadError) -> String {
        String::new()
    }
}

/// Takes the outcomes in order; a break ends the run.
pub trait Consume: Send {
    fn consume(&mut self, outcome: Outcome) -> ControlFlow<()>;
}

/// A chunk ends at this many records or bytes of text.
const MOST_RECORDS: usize = 1024;
const MOST_BYTES: usize = 4 << 20;
/// Chunks grow while they take less than this, and shrink when they take much more, so that results come steadily.
const SHORT: Duration = Duration::from_millis(50);
const LONG: Duration = Duration::from_secs(1);

/// Runs all records through `work`.
pub fn run(mut records: Records, threads: usize, work: &dyn Work, consumer: &mut dyn Consume) -> Result<(), String> {
    let first = take(&mut records, 2);
    if threads == 1 || first.len() < 2 {
        for item in first.into_iter().chain(records) {
            if consumer.consume(process(work, item)).is_break() {
                break;
            }
        }
        return Ok(());
    }
    in_threads(threads, || run_chunks(first, records, threads, work, consumer))
}

type Item = Result<RawRecord, ReadError>;

fn run_chunks(first: Vec<Item>, mut records: Records, threads: usize, work: &dyn Work, consumer: &mut dyn Consume) {
    let least = 4 * threads;
    let (mut size, mut next, mut finished) = (least, first, Vec::new());
    while !next.is_empty() {
        let current = std::mem::take(&mut next);
        let started = Instant::now();
        let (results, elapsed, flow) = {
            let finished = std::mem::take(&mut finished);
            let ((results, elapsed), flow) = rayon::join(
                || {
                    let results: Vec<Outcome> = current.into_par_iter().map(|item| process(work, item)).collect();
                    (results, started.elapsed())
                },
                || {
                    let flow = consume_all(finished, consumer);
                    if flow.is_continue() {
                        next = take(&mut records, size);
                    }
                    flow
                },
            );
            (results, elapsed, flow)
        };
        if flow.is_break() {
            return;
        }
        finished = results;
        if elapsed < SHORT {
            size = (2 * size).min(MOST_RECORDS);
        } else if elapsed > LONG {
            size = (size / 2).max(least);
        }
    }
    // Whether the consumer has had enough does not matter any more.
    let _ = consume_all(finished, consumer).is_break();
}

fn consume_all(outcomes: Vec<Outcome>, consumer: &mut dyn Consume) -> ControlFlow<()> {
    outcomes.into_iter().try_for_each(|outcome| consumer.consume(outcome))
}

fn take(records: &mut Records, most: usize) -> Vec<Item> {
    let (mut chunk, mut bytes) = (Vec::new(), 0);
    while chunk.len() < most && bytes < MOST_BYTES && !interrupt::raised() {
        let Some(item) = records.next() else { break };
        bytes += item.as_ref().map_or(0, |raw| raw.text.len());
        chunk.push(item);
    }
    chunk
}

fn process(work: &dyn Work, item: Item) -> Outcome {
    if interrupt::raised() {
        return Outcome {
            state: State::Skipped,
            ..Outcome::default()
        };
    }
    match item {
        Ok(raw) => {
            let mut outcome = work.record(&raw);
            if matches!(outcome.state, State::Failed | State::Unreadable) {
                raw.push_text(&mut outcome.failed_text);
            }
            outcome
        }
        Err(error) => Outcome {
            state: State::Unreadable,
            text: work.unreadable(&error),
            messages: vec![Message {
                level: Level::Error,
                place: String::new(),
                text: error.to_string(),
            }],
            ..Outcome::default()
        },
    }
}

/// Runs in a pool of this many threads, or in the one that this thread belongs to.
pub fn in_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> Result<T, String> {
    if rayon::current_thread_index().is_some() {
        return Ok(work());
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| format!("no threads to be had: {error}"))?;
    Ok(pool.install(work))
}
