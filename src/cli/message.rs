//! Messages on standard error: what is said, and how often.

use super::job::Verbosity;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// How serious a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Error,
    /// Printed a few times for each kind, then only counted.
    Warning,
    /// A warning that is printed for every molecule.
    EveryWarning,
    Note,
    /// Printed where there is one molecule in all, or with `--verbose`.
    Single,
    /// Only with `--verbose`.
    Detail,
}

/// A message, told apart from where it applies so that equal ones can be counted.
#[derive(Clone, Debug)]
pub struct Message {
    pub level: Level,
    /// File, record and name; empty where the text says it.
    pub place: String,
    pub text: String,
}

/// So many warnings of one kind are printed.
const SHOWN: usize = 3;

/// Prints messages and keeps count of repeated ones.
pub struct Reporter {
    verbosity: Verbosity,
    /// A warning's kind is its text without numbers and names in quotes.
    kinds: BTreeMap<String, usize>,
    /// The first `Single` message, which waits for a second molecule.
    single: Option<Message>,
}

impl Reporter {
    pub fn new(verbosity: Verbosity) -> Self {
        Self {
            verbosity,
            kinds: BTreeMap::new(),
            single: None,
        }
    }

    pub fn say(&mut self, message: &Message) {
        let shown = match message.level {
            Level::Error => true,
            Level::Single if self.verbosity != Verbosity::Verbose => {
                self.single.get_or_insert_with(|| message.clone());
                false
            }
            Level::Single | Level::Detail => self.verbosity == Verbosity::Verbose,
            Level::Note | Level::EveryWarning => self.verbosity != Verbosity::Quiet,
            Level::Warning => {
                let seen = self.kinds.entry(kind(&message.text)).or_insert(0);
                *seen += 1;
                self.verbosity == Verbosity::Verbose || (self.verbosity == Verbosity::Normal && *seen <= SHOWN)
            }
        };
        if shown {
            print(message);
        }
    }

    /// Tells what was held back, and how many warnings were not printed.
    pub fn close(&mut self, molecules: usize) {
        if let Some(single) = self.single.take()
            && molecules == 1
            && self.verbosity == Verbosity::Normal
        {
            print(&single);
        }
        let kinds = std::mem::take(&mut self.kinds);
        if self.verbosity != Verbosity::Normal {
            return;
        }
        for (kind, count) in kinds.into_iter().filter(|&(_, count)| count > SHOWN) {
            print(&Message {
                level: Level::Warning,
                place: String::new(),
                text: format!("{} more like this: {kind}", count - SHOWN),
            });
        }
    }
}

/// A closed standard error must not end the run, so what becomes of the line is of no interest.
fn print(message: &Message) {
    let level = match message.level {
        Level::Error => "error: ",
        Level::Warning | Level::EveryWarning => "warning: ",
        Level::Note | Level::Single | Level::Detail => "",
    };
    let colon = if message.place.is_empty() { "" } else { ": " };
    let line = format!("thalweg: {level}{}{colon}{}\n", message.place, message.text);
    drop(io::stderr().lock().write_all(line.as_bytes()));
}

/// Says at once what the user has to know while we wait.
pub fn announce(text: &str) {
    print(&Message {
        level: Level::Note,
        place: String::new(),
        text: text.to_owned(),
    });
}

/// Prints an error that belongs to no record.
pub fn print_error(text: &str) {
    print(&Message {
        level: Level::Error,
        place: String::new(),
        text: text.to_owned(),
    });
}

fn kind(text: &str) -> String {
    let mut kind = String::with_capacity(text.len());
    let mut in_number = false;
    for c in text.chars() {
        let digit = c.is_ascii_digit();
        if digit && !in_number {
            kind.push('…');
        } else if !digit {
            kind.push(c);
        }
        in_number = digit;
    }
    kind
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_that_differ_in_numbers_only_are_of_one_kind() {
        assert_eq!(kind("atom 12 is odd"), kind("atom 7 is odd"));
        assert_ne!(kind("atom 12 is odd"), kind("bond 12 is odd"));
    }
}
