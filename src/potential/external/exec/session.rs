//! A running program and the three threads that keep its pipes moving, so that it can neither block us nor be blocked by us.

use crate::potential::external::process::{Guarded, Tail, ending, quoted, seconds};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, TryRecvError};
use std::thread;
use std::time::Duration;

/// After the end of its input (or output) a program gets this long to end by itself.
const GRACE: Duration = Duration::from_secs(1);

/// A program that is talked to by lines.
#[derive(Debug)]
pub struct Session {
    child: Guarded,
    /// Lines for its input; dropped to close it.
    requests: Option<Sender<String>>,
    answers: Receiver<Answer>,
    errors: Option<Tail>,
}

/// What came from the program's output.
#[derive(Debug)]
enum Answer {
    Line(String),
    /// More than an answer can have, without an end of line.
    TooLong(String),
}

impl Session {
    /// Starts a command for a molecule of so many atoms.
    pub fn start(command: &str, atoms: usize) -> io::Result<Self> {
        let mut child = Guarded::spawn(&mut shell(command))?;
        let (requests, to_write) = mpsc::channel::<String>();
        if let Some(mut input) = child.child().stdin.take() {
            thread::spawn(move || {
                while let Ok(line) = to_write.recv() {
                    // That the program has gone is told by its output.
                    if input.write_all(line.as_bytes()).and_then(|()| input.flush()).is_err() {
                        break;
                    }
                }
            });
        }
        // A program that writes more than it is asked for is stopped by its pipe.
        let (found, answers) = mpsc::sync_channel(2);
        if let Some(output) = child.child().stdout.take() {
            let longest = longest_answer(atoms);
            thread::spawn(move || {
                let mut output = BufReader::new(output);
                while let Some(answer) = next_line(&mut output, longest) {
                    if found.send(answer).is_err() {
                        break;
                    }
                }
            });
        }
        let errors = child.child().stderr.take().map(Tail::of);
        Ok(Self {
            child,
            requests: Some(requests),
            answers,
            errors,
        })
    }

    /// Sends a line. Whether it arrives shows in the answer.
    pub fn send(&self, mut line: String) {
        line.push('\n');
        if let Some(requests) = &self.requests {
            drop(requests.send(line));
        }
    }

    /// Nothing may have been said that was not asked for: from then on every answer would be that to another question.
    pub fn check_silence(&self) -> Result<(), String> {
        match self.answers.try_recv() {
            Ok(Answer::Line(text) | Answer::TooLong(text)) => Err(format!(
                "it wrote {} without being asked{}",
                quoted(&text),
                self.last_words()
            )),
            // That it has ended is told with the answer that fails to come.
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => Ok(()),
        }
    }

    /// The next line; an error ends the program, if it has not ended itself.
    pub fn answer(&mut self, limit: Duration) -> Result<String, String> {
        let reason = match self.answers.recv_timeout(limit) {
            Ok(Answer::Line(line)) => return Ok(line),
            Ok(Answer::TooLong(text)) => {
                self.child.kill();
                format!("it wrote a line without end, beginning with {}", quoted(&text))
            }
            Err(RecvTimeoutError::Timeout) => {
                self.child.kill();
                format!(
                    "no answer within {}; it was ended (--engine-timeout SECONDS gives it more time)",
                    seconds(limit)
                )
            }
            Err(RecvTimeoutError::Disconnected) => match self.child.wait(GRACE) {
                Ok(Some(status)) => format!("it {} without an answer", ending(status)),
                _ => {
                    self.child.kill();
                    "it closed its output without an answer".to_owned()
                }
            },
        };
        Err(format!("{reason}{}", self.last_words()))
    }

    /// What it said last on its standard error.
    pub fn last_words(&self) -> String {
        self.errors.as_ref().map_or_else(String::new, Tail::words)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.requests = None;
        // Whoever doesn't end is killed as the guard goes.
        drop(self.child.wait(GRACE));
    }
}

fn shell(command: &str) -> Command {
    let mut shell = if cfg!(windows) {
        Command::new("cmd")
    } else {
        Command::new("sh")
    };
    shell
        .args([if cfg!(windows) { "/C" } else { "-c" }, command])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    shell
}

/// In bytes. Generous, but no number makes us allocate without bound.
fn longest_answer(atoms: usize) -> u64 {
    (1 << 20) + 1024 * atoms as u64
}

/// The next line that is not empty; `None` at the end.
fn next_line(output: &mut impl BufRead, longest: u64) -> Option<Answer> {
    loop {
        let mut line = Vec::new();
        match output.by_ref().take(longest).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return None,
            Ok(_) => {}
        }
        let text = String::from_utf8_lossy(&line).trim().to_owned();
        if line.len() as u64 == longest && line.last() != Some(&b'\n') {
            return Some(Answer::TooLong(text));
        }
        if !text.is_empty() {
            return Some(Answer::Line(text));
        }
    }
}
