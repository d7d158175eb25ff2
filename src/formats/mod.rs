//! Text to molecules and back: XYZ (and extended XYZ), MOL and SDF (V2000 and V3000), MOL2, PDB. No energy is known here.

use crate::chem::Molecule;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use thiserror::Error;

/// What the input says of bonds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Connectivity {
    /// Bonds and orders were given.
    Given,
    /// Bare coordinates: bonds have to be perceived.
    #[default]
    Absent,
}

/// One molecule of a file with its coordinates and all that came along.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// Title of the record, may be empty.
    pub name: String,
    /// The graph as given (no bonds where `connectivity` is `Absent`).
    pub molecule: Molecule,
    /// Coordinates in Å, `[x0 y0 z0 x1 …]`, length 3N.
    pub coordinates: Vec<f64>,
    /// Whether the input gave bonds.
    pub connectivity: Connectivity,
    /// Net charge stated by the input apart from atoms' formal charges (extended XYZ `charge=`).
    pub net_charge: Option<i32>,
    /// Data fields (SDF) or `key=value` pairs (extended XYZ), in order. Written back by formats that have room for them.
    pub fields: Vec<(String, String)>,
    /// Warnings from reading (something unusual, or something that could not be kept).
    pub notes: Vec<String>,
}

/// A file format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// XYZ and extended XYZ.
    Xyz,
    /// MDL molfile, one record.
    Mol,
    /// MDL structure-data file.
    Sdf,
    /// Tripos MOL2.
    Mol2,
    /// Protein Data Bank.
    Pdb,
}

/// What is wrong with a piece of input. Line and column count from 1.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{source_name}, record {record}, line {line}{}: found {found}, expected {expected}", column.map_or_else(String::new, |c| format!(", column {c}")))]
pub struct ParseError {
    /// Name of the file, or `standard input`.
    pub source_name: String,
    /// Record number in the file, from 1.
    pub record: usize,
    /// Line number in the file, from 1.
    pub line: usize,
    /// Column number, from 1, where one can be told.
    pub column: Option<usize>,
    /// What was found, in words.
    pub found: String,
    /// What was expected, in words.
    pub expected: String,
}

/// The text of one record, cut out of a stream without being understood: cheap, so that records can be parsed in parallel.
#[derive(Clone, Debug)]
pub struct RawRecord {
    /// The format.
    pub format: Format,
    /// Name of the file, or `standard input`.
    pub source_name: Arc<str>,
    /// Record number in the file, from 1.
    pub index: usize,
    /// Line number of the record's first line in the file, from 1.
    pub first_line: usize,
    /// The text; bytes that are not UTF-8 were replaced.
    pub text: String,
}

impl RawRecord {
    /// Understands the text.
    ///
    /// # Errors
    /// Whatever is wrong with the record, with its place.
    pub fn parse(&self) -> Result<Record, ParseError> {
        todo!()
    }
}

/// Why a stream could not be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The operating system's word.
    #[error("{source_name}: {error}")]
    Io {
        /// Name of the file, or `standard input`.
        source_name: String,
        /// The error.
        error: std::io::Error,
    },
    /// The format cannot be told from name or content.
    #[error("{source_name}: {message}")]
    UnknownFormat {
        /// Name of the file, or `standard input`.
        source_name: String,
        /// What was found, and what is known.
        message: String,
    },
    /// A record that cannot be cut out; reading goes on at the next one.
    #[error(transparent)]
    Record(#[from] ParseError),
}

/// Cuts a stream into records, one at a time, in bounded memory. `.gz` is told by content.
#[derive(Debug)]
pub struct Reader {}

impl Reader {
    /// Opens a file (`-`: standard input is the command line's business, see [`Reader::new`]).
    ///
    /// # Errors
    /// A file that cannot be read, or whose format can't be told.
    pub fn open(path: &Path, format: Option<Format>) -> Result<Self, ReadError> {
        let _ = (path, format);
        todo!()
    }

    /// Reads from any stream; the format is told by content where `None`.
    ///
    /// # Errors
    /// An unreadable stream, or one whose format can't be told.
    pub fn new(source_name: &str, stream: Box<dyn Read + Send>, format: Option<Format>) -> Result<Self, ReadError> {
        let _ = (source_name, stream, format);
        todo!()
    }

    /// The format that was stated or told.
    #[must_use]
    pub fn format(&self) -> Format {
        todo!()
    }
}

impl Iterator for Reader {
    type Item = Result<RawRecord, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        todo!()
    }
}

/// Appends a record's text to `out`. What the format can't carry is told in the returned notes.
///
/// # Errors
/// Where the format cannot hold the record at all.
pub fn write(record: &Record, format: Format, out: &mut String) -> Result<Vec<String>, WriteError> {
    let _ = (record, format, out);
    todo!()
}

/// Why a record cannot be written in a format.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("record '{name}' can't be written as {format:?}: {reason}")]
pub struct WriteError {
    /// Title of the record.
    pub name: String,
    /// The format.
    pub format: Format,
    /// In words.
    pub reason: String,
}
