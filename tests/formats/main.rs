//! Broken files, each with the message that it must give, and files of other programs' dialects.

#![allow(clippy::unwrap_used, reason = "a test may end by a panic")]

use std::fs;
use std::path::{Path, PathBuf};
use thalweg::formats::{ReadError, Reader};

mod dialects;

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/bad_input")
}

/// Messages that reading a file gives, with the folder taken off the file's name.
fn messages(path: &Path) -> Vec<String> {
    let errors: Vec<ReadError> = match Reader::open(path, None) {
        Ok(reader) => reader
            .filter_map(|raw| raw.and_then(|r| r.parse().map_err(ReadError::from)).err())
            .collect(),
        Err(error) => vec![error],
    };
    let folder = format!("{}/", corpus().display());
    errors.iter().map(|e| e.to_string().replace(&folder, "")).collect()
}

/// `messages.txt` holds the messages of all files, in the order of their names.
#[test]
fn bad_input_gives_the_right_message() {
    let listing = corpus().join("messages.txt");
    let mut files: Vec<PathBuf> = fs::read_dir(corpus()).unwrap().map(|e| e.unwrap().path()).collect();
    files.retain(|f| *f != listing);
    files.sort();
    let found: Vec<String> = files
        .iter()
        .flat_map(|f| {
            let messages = messages(f);
            assert_eq!(messages.len(), 1, "{}: {messages:?}", f.display());
            messages
        })
        .collect();
    if std::env::var_os("THALWEG_BLESS").is_some() {
        fs::write(&listing, found.join("\n") + "\n").unwrap();
    }
    let wanted = fs::read_to_string(&listing).unwrap();
    for (found, wanted) in found.iter().zip(wanted.lines()) {
        assert_eq!(found, wanted);
    }
    assert_eq!(found.len(), wanted.lines().count());
}

#[test]
fn good_records_come_through_beside_bad_ones() {
    for (file, good) in [("bad_in_the_middle.sdf", 2), ("count_of_next_frame.xyz", 1)] {
        let reader = Reader::open(&corpus().join(file), None).unwrap();
        let found = reader
            .filter(|raw| raw.as_ref().is_ok_and(|r| r.parse().is_ok()))
            .count();
        assert_eq!(found, good, "{file}");
    }
}

#[test]
fn a_missing_file_is_named() {
    let error = Reader::open(Path::new("absent.xyz"), None).unwrap_err().to_string();
    assert!(error.starts_with("absent.xyz: "), "{error}");
}
