//! Child processes that leave nothing behind.

use std::io::{self, BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Looks after a child: when this goes, so do the child and all that it has started.
#[derive(Debug)]
pub struct Guarded {
    child: Child,
}

impl Guarded {
    /// Starts a command in a process group of its own: it can be ended with all that it starts, and an interrupt from the
    /// keyboard is for us alone, so that the running evaluation still comes to its end.
    pub fn spawn(command: &mut Command) -> io::Result<Self> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        command.spawn().map(|child| Self { child })
    }

    /// The child itself, for its pipes.
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Waits for the end, but not longer than `limit`.
    pub fn wait(&mut self, limit: Duration) -> io::Result<Option<ExitStatus>> {
        const LONGEST_NAP: Duration = Duration::from_millis(5);
        let started = Instant::now();
        let mut nap = Duration::from_micros(100);
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(Some(status));
            }
            let left = limit.saturating_sub(started.elapsed());
            if left.is_zero() {
                return Ok(None);
            }
            thread::sleep(nap.min(left));
            nap = (nap * 2).min(LONGEST_NAP);
        }
    }

    /// Ends the child and its group at once.
    pub fn kill(&mut self) {
        // The group exists as long as its leader has not been waited for.
        if matches!(self.child.try_wait(), Ok(None)) {
            #[cfg(unix)]
            rustix::process::kill_process_group(
                rustix::process::Pid::from_child(&self.child),
                rustix::process::Signal::KILL,
            )
            .ok();
            drop(self.child.kill());
            drop(self.child.wait());
        }
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        self.kill();
    }
}

/// How a child ended, in words.
pub fn ending(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("was ended by signal {signal}");
    }
    match status.code() {
        Some(code) => format!("ended with exit status {code}"),
        None => "ended".to_owned(),
    }
}

/// The last lines of a stream, kept while a thread drains it.
#[derive(Debug)]
pub struct Tail {
    lines: Arc<Mutex<Vec<String>>>,
    thread: JoinHandle<()>,
}

impl Tail {
    /// So many lines are kept.
    const LINES: usize = 5;
    /// Longer lines are cut here, in bytes.
    const WIDTH: u64 = 400;

    /// Drains a stream from now on.
    pub fn of(stream: impl Read + Send + 'static) -> Self {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&lines);
        let thread = thread::spawn(move || {
            let mut stream = BufReader::new(stream);
            let mut line = Vec::new();
            while let Ok(1..) = stream.by_ref().take(Self::WIDTH).read_until(b'\n', &mut line) {
                let text = String::from_utf8_lossy(&line).trim().to_owned();
                line.clear();
                if !text.is_empty() {
                    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                    if kept.len() == Self::LINES {
                        kept.remove(0);
                    }
                    kept.push(text);
                }
            }
        });
        Self { lines, thread }
    }

    /// The last lines in one, as the end of a message; empty where there are none. A stream that has just been closed is
    /// drained first.
    pub fn words(&self) -> String {
        const PATIENCE: Duration = Duration::from_millis(200);
        let started = Instant::now();
        while !self.thread.is_finished() && started.elapsed() < PATIENCE {
            thread::sleep(Duration::from_millis(2));
        }
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.is_empty() {
            String::new()
        } else {
            format!("; its last words: {}", lines.join(" | "))
        }
    }
}

/// A piece of a program's output that fits into a message.
pub fn quoted(text: &str) -> String {
    const LONGEST: usize = 120;
    let text = text.trim();
    let mut short: String = text
        .chars()
        .take(LONGEST)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if short.len() < text.len() {
        short.push('…');
    }
    format!("'{short}'")
}

/// A time limit in words.
pub fn seconds(limit: Duration) -> String {
    format!("{} s", limit.as_secs_f64())
}
