//! The end of the pipeline: outcomes go to their files in the order of the input, and are counted.

use super::job::{Common, Job, Task, Verbosity};
use super::message::{Level, Message, Reporter};
use super::output::Sink;
use super::pipeline::{Consume, Outcome, State};
use super::report::progress::Bar;
use super::{PARTLY, UNUSABLE, interrupt};
use std::ops::ControlFlow;

/// What a command's main output is, and where it goes.
pub struct Heads {
    /// Line above the first result.
    pub head: Option<String>,
    /// The output file gets structures while the main output goes to standard output.
    pub file_is_apart: bool,
}

impl Heads {
    /// Structures are the main output and go wherever output goes.
    pub fn structures() -> Self {
        Self {
            head: None,
            file_is_apart: false,
        }
    }
}

/// How many records came to what.
#[derive(Debug, Default)]
struct Tally {
    done: usize,
    not_converged: usize,
    failed: usize,
    unreadable: usize,
    skipped: usize,
}

/// Writes and counts outcomes.
pub struct Collector {
    main: Sink,
    structures: Option<Sink>,
    trajectory: Option<Sink>,
    exports: Vec<Sink>,
    failed: Option<Sink>,
    head: Option<String>,
    reporter: Reporter,
    bar: Bar,
    tally: Tally,
    quiet: bool,
    /// Why nothing more can be written.
    trouble: Option<String>,
}

impl Collector {
    pub fn new(job: &Job, heads: Heads) -> Result<Self, String> {
        let Common {
            output,
            failed,
            verbosity,
            ..
        } = &job.common;
        let file = output.as_deref().map(Sink::file).transpose()?;
        let (main, structures) = match file {
            Some(file) if heads.file_is_apart => (Sink::standard(), Some(file)),
            Some(file) => (file, None),
            None => (Sink::standard(), None),
        };
        let trajectory = match &job.task {
            Task::Minimize(task) => task.trajectory.as_ref().map(|(path, _)| Sink::file(path)).transpose()?,
            Task::Ts(task) => task.trajectory.as_ref().map(|(path, _)| Sink::file(path)).transpose()?,
            Task::Scan(task) => task.csv.as_deref().map(Sink::file).transpose()?,
            Task::Path(task) => task.csv.as_deref().map(Sink::file).transpose()?,
            _ => None,
        };
        let exports = match &job.task {
            Task::Vibrations(task) => task.exports.iter().map(|(_, path)| Sink::file(path)).collect(),
            _ => Ok(Vec::new()),
        };
        Ok(Self {
            main,
            structures,
            trajectory,
            exports: exports?,
            failed: failed.as_deref().map(Sink::file).transpose()?,
            head: heads.head,
            reporter: Reporter::new(*verbosity),
            bar: Bar::new(*verbosity),
            tally: Tally::default(),
            quiet: *verbosity == Verbosity::Quiet,
            trouble: None,
        })
    }

    fn write(&mut self, outcome: &Outcome) -> Result<(), String> {
        if let (false, Some(head)) = (outcome.text.is_empty(), self.head.take()) {
            self.main.write(&head)?;
        }
        self.main.write(&outcome.text)?;
        let texts = [&outcome.structure, &outcome.trajectory, &outcome.failed_text];
        let sinks = [&mut self.structures, &mut self.trajectory, &mut self.failed];
        for (sink, text) in sinks.into_iter().zip(texts) {
            if let Some(sink) = sink {
                sink.write(text)?;
            }
        }
        for (sink, text) in self.exports.iter_mut().zip(&outcome.exports) {
            sink.write(text)?;
        }
        Ok(())
    }

    fn has_other_files(&self) -> bool {
        self.structures.is_some() || self.trajectory.is_some() || self.failed.is_some() || !self.exports.is_empty()
    }

    /// Ends all outputs and gives the exit status.
    pub fn finish(mut self) -> Result<u8, String> {
        self.bar.finish();
        if let Some(trouble) = self.trouble.take() {
            return Err(trouble);
        }
        // An output file without anything in it would look like a result.
        if self.tally.results() > 0 {
            self.main.finish()?;
            for sink in [self.structures, self.trajectory]
                .into_iter()
                .flatten()
                .chain(self.exports)
            {
                sink.finish()?;
            }
        } else {
            self.main.flush()?;
        }
        if let Some(sink) = self.failed {
            sink.finish()?;
        }
        self.reporter.close(self.tally.total());
        let (level, text) = self.tally.summary();
        if self.tally.total() > 1 && !self.quiet {
            self.reporter.say(&Message {
                level,
                place: String::new(),
                text,
            });
        }
        Ok(self.tally.status())
    }
}

impl Consume for Collector {
    fn consume(&mut self, outcome: Outcome) -> ControlFlow<()> {
        self.tally.count(outcome.state);
        self.bar.advance(self.tally.total());
        if !outcome.messages.is_empty() {
            let (bar, reporter) = (&self.bar, &mut self.reporter);
            bar.suspend(|| outcome.messages.iter().for_each(|message| reporter.say(message)));
        }
        if let Err(trouble) = self.write(&outcome) {
            self.trouble = Some(trouble);
            return ControlFlow::Break(());
        }
        if interrupt::raised() || (self.main.is_closed() && !self.has_other_files()) {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }
}

impl Tally {
    fn count(&mut self, state: State) {
        let counter = match state {
            State::Done => &mut self.done,
            State::NotConverged => &mut self.not_converged,
            State::Failed => &mut self.failed,
            State::Unreadable => &mut self.unreadable,
            State::Skipped => &mut self.skipped,
        };
        *counter += 1;
    }

    fn results(&self) -> usize {
        self.done + self.not_converged
    }

    fn total(&self) -> usize {
        self.results() + self.failed + self.unreadable + self.skipped
    }

    fn status(&self) -> u8 {
        if self.results() + self.failed + self.skipped == 0 {
            UNUSABLE
        } else if self.done < self.total() || interrupt::raised() {
            PARTLY
        } else {
            0
        }
    }

    fn summary(&self) -> (Level, String) {
        let mut parts = vec![format!("{} molecules", self.total()), format!("{} done", self.done)];
        for (count, what) in [
            (self.not_converged, "not converged"),
            (self.failed, "failed"),
            (self.unreadable, "unreadable"),
            (self.skipped, "not worked on"),
        ] {
            if count > 0 {
                parts.push(format!("{count} {what}"));
            }
        }
        if interrupt::raised() {
            parts.push("interrupted".to_owned());
        }
        let level = if self.done == self.total() {
            Level::Note
        } else {
            Level::EveryWarning
        };
        (level, parts.join(", "))
    }
}
