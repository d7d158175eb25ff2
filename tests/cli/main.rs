//! The command line as its users see it: outputs, messages, exit status.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod bad_input;
mod barriers;
mod cluster;
mod compare;
mod conformers;
mod convert;
mod energy;
mod minimize;
mod path;
mod rings;
mod scan;
mod smiles;
mod stream;
mod ts;
mod vibrations;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Water, bent but not at its minimum.
pub const WATER: &str = include_str!("../data/cli/water.xyz");
/// Ethanol with a data field of its own and a stale energy.
pub const ETHANOL: &str = include_str!("../data/cli/ethanol.sdf");

/// What a run came to.
#[derive(Debug)]
pub struct Run {
    /// Exit status.
    pub status: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Run {
    /// Every line of standard output as JSON.
    pub fn json(&self) -> Vec<serde_json::Value> {
        self.out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
            .collect()
    }

    /// Panics with everything that is known unless the status is as expected.
    #[track_caller]
    pub fn expect(self, status: i32) -> Self {
        assert_eq!(self.status, status, "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        assert!(!self.err.contains("panicked"), "{}", self.err);
        for line in self
            .err
            .lines()
            .filter(|line| line.contains("error:") || line.contains("warning:"))
        {
            assert!(line.starts_with("thalweg: "), "{line}");
        }
        self
    }
}

/// A folder of a test's own, empty at first.
pub fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cli-{name}"));
    if path.exists() {
        fs::remove_dir_all(&path).unwrap();
    }
    fs::create_dir_all(&path).unwrap();
    path
}

/// Runs thalweg in a folder.
pub fn thalweg(folder: &Path, arguments: &[&str]) -> Run {
    from_output(command(folder, arguments).output().unwrap())
}

/// The command, not yet started.
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_thalweg"));
    command.current_dir(folder).args(arguments);
    command
}

/// What a finished child left.
pub fn from_output(output: Output) -> Run {
    Run {
        status: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A folder with one file in it.
pub fn folder_with(name: &str, file: &str, content: &str) -> PathBuf {
    let folder = folder(name);
    fs::write(folder.join(file), content).unwrap();
    folder
}

/// Names of the files in a folder, sorted.
pub fn listing(folder: &Path) -> Vec<String> {
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    let mut names: Vec<String> = fs::read_dir(folder).unwrap().map(name).collect();
    names.sort();
    names
}
