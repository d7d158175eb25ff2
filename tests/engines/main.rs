//! Surfaces of other programs: the real ones where they are installed, and fake ones that fail in all ways.
//!
//! xtb is looked for on the search path, ASE in the Python that `THALWEG_TEST_PYTHON` names (`python3` otherwise). What is missing is
//! said on standard error, and its tests pass unseen: `.ci/run` installs both.

#![allow(clippy::unwrap_used, reason = "a test that can't go on should panic")]

#[cfg(unix)]
mod exec;
#[cfg(unix)]
mod ipi;
#[cfg(unix)]
mod path;
mod refine;
mod ts;
mod usage;
#[cfg(unix)]
mod vibrations;
#[cfg(unix)]
mod xtb;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

/// Water, bent but not at its minimum.
pub const WATER: &str = include_str!("../data/cli/water.xyz");

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
    /// Standard output as the one JSON object that it should be.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {}\nstderr:\n{}", self.out, self.err))
    }

    /// Panics with everything that is known unless the status is as expected.
    #[track_caller]
    pub fn expect(self, status: i32) -> Self {
        assert_eq!(self.status, status, "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        assert!(!self.err.contains("panicked"), "{}", self.err);
        self
    }

    /// Panics unless the messages hold a text.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(self.err.contains(text), "no '{text}' in:\n{}", self.err);
        self
    }
}

/// A folder of a test's own with a file in it, and its temporary directory.
pub fn folder_with(name: &str, file: &str, content: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("engines-{name}"));
    if path.exists() {
        fs::remove_dir_all(&path).unwrap();
    }
    fs::create_dir_all(path.join("tmp")).unwrap();
    fs::write(path.join(file), content).unwrap();
    path
}

/// The command, not yet started. Its temporary files go to the folder's `tmp`.
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_thalweg"));
    command
        .current_dir(folder)
        .args(arguments)
        .env("TMPDIR", folder.join("tmp"));
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
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

/// Runs thalweg in a folder, and looks whether it left temporary files.
#[track_caller]
pub fn thalweg(folder: &Path, arguments: &[&str]) -> Run {
    let run = from_output(command(folder, arguments).output().unwrap());
    let left: Vec<_> = fs::read_dir(folder.join("tmp")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    run
}

/// A file beside these tests.
pub fn beside(name: &str) -> String {
    format!("{}/tests/engines/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// A number of a JSON object.
#[track_caller]
pub fn number(object: &serde_json::Value, key: &str) -> f64 {
    object[key]
        .as_f64()
        .unwrap_or_else(|| panic!("no number {key} in {object}"))
}

fn python() -> String {
    std::env::var("THALWEG_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

fn runs(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// What is printed by macros would be held back, since the test passes.
fn skipped(reason: &str) {
    std::io::stderr()
        .write_all(format!("SKIPPED: {reason}\n").as_bytes())
        .unwrap();
}

/// Python that can run a statement; said aloud where there is none.
pub fn python_with(statement: &str) -> Option<String> {
    let python = python();
    if runs(&python, &["-c", statement]) {
        return Some(python);
    }
    skipped(&format!("{python} can't `{statement}`"));
    None
}

/// Whether xtb is there; said aloud where it is not.
pub fn has_xtb() -> bool {
    static FOUND: OnceLock<bool> = OnceLock::new();
    let found = *FOUND.get_or_init(|| runs("xtb", &["--version"]));
    if !found {
        skipped("no xtb on the search path");
    }
    found
}
