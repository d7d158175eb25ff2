//! Text to molecules and back: XYZ (and extended XYZ), MOL and SDF (V2000 and V3000), MOL2, PDB, SMILES. No energy is known here.
//!
//! [`Reader`] cuts a stream into [`RawRecord`]s without understanding them (cheap, in bounded memory); [`RawRecord::parse`]
//! understands one, so that records can be parsed in parallel; [`write()`] is the way back, and says what a format can't
//! carry. A broken record costs only itself.
//!
//! Precision of what is written: XYZ eight decimals, MOL and SDF four (V2000 has ten columns; V3000, taken where V2000 can't
//! hold the record, six), MOL2 six, PDB three. No number in a file makes a reader allocate more than the file's own size.

mod detect;
mod encoder;
mod losses;
mod mol;
mod mol2;
mod mol2_types;
mod mol_v2000;
mod mol_v3000;
mod pdb;
#[cfg(test)]
mod proptests;
mod reader;
mod scan;
mod sdf;
mod smiles;
mod species;
mod stream;
mod xyz;
mod xyz_comment;

pub use encoder::{Encoder, encoder};
pub use reader::Reader;

use crate::chem::Molecule;
use crate::chem::stereo::Configuration;
use scan::{Ending, Fault};
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
    /// Coordinates in Å, `[x0 y0 z0 x1 …]`, length 3N; empty where the input has none (a SMILES line).
    pub coordinates: Vec<f64>,
    /// Configurations that the input states other than by coordinates and drawn marks (SMILES).
    pub configuration: Option<Configuration>,
    /// Whether the input gave bonds.
    pub connectivity: Connectivity,
    /// Net charge stated by the input apart from atoms' formal charges (extended XYZ `charge=`).
    pub net_charge: Option<i32>,
    /// Data fields (SDF) or `key=value` pairs (extended XYZ), in order. Written back by formats that have room for them.
    pub fields: Vec<(String, String)>,
    /// Second header line of a molfile (initials, program, date, dimension), as read; empty where there was none.
    pub header: String,
    /// Comment line of a molfile or MOL2 file.
    pub comment: String,
    /// The molfile's chiral flag.
    pub chiral: bool,
    /// Atom parities of a molfile (0 none, 1 odd, 2 even, 3 either): none at all, or one an atom.
    pub parities: Vec<u8>,
    /// Partial charges (MOL2), elementary charges: none at all, or one an atom.
    pub partial_charges: Vec<f64>,
    /// Atom and residue names (PDB, MOL2): none at all, or one an atom.
    pub sites: Vec<AtomSite>,
    /// Warnings from reading (something unusual, or something that could not be kept).
    pub notes: Vec<String>,
}

/// Where an atom stands in a biopolymer: what PDB and MOL2 say beside element and position.
#[derive(Clone, Debug, PartialEq)]
pub struct AtomSite {
    /// Atom name (`CA`).
    pub name: String,
    /// Residue or substructure name (`ALA`).
    pub residue_name: String,
    /// Residue or substructure number.
    pub residue_number: i32,
    /// Insertion code, a space where there is none.
    pub insertion_code: char,
    /// Chain letter, a space where there is none.
    pub chain: char,
    /// Whether the atom stands in a `HETATM` line.
    pub hetero: bool,
    /// Occupancy, 0 to 1.
    pub occupancy: f64,
    /// Isotropic temperature factor, Å².
    pub temperature_factor: f64,
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
    /// SMILES lines: bonds and configurations, no coordinates.
    Smiles,
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
    /// The piece of the line around the place and a line with a caret below it, where the format has no columns to count in (SMILES).
    pub excerpt: Option<Box<str>>,
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
    /// Whether the text was ended by the file's end or by the next record.
    ending: Ending,
    /// Whether bytes that are not UTF-8 were replaced.
    replaced: bool,
    /// Name for a record that has none itself (a PDB file's title stands before its first model).
    title: Option<Arc<str>>,
}

impl RawRecord {
    /// A record of its own: all of a text.
    #[must_use]
    pub fn new(format: Format, source_name: &str, text: String) -> Self {
        Self {
            format,
            source_name: source_name.into(),
            index: 1,
            first_line: 1,
            text,
            ending: Ending::File,
            replaced: false,
            title: None,
        }
    }

    /// Understands the text.
    ///
    /// # Errors
    /// Whatever is wrong with the record, with its place.
    pub fn parse(&self) -> Result<Record, ParseError> {
        let parsed = match self.format {
            Format::Xyz => xyz::parse(&self.text, self.ending),
            Format::Mol | Format::Sdf => sdf::parse(&self.text, self.ending),
            Format::Mol2 => mol2::parse(&self.text, self.ending),
            Format::Pdb => pdb::parse(&self.text, self.ending),
            Format::Smiles => smiles::parse(&self.text),
        };
        let mut record = parsed.map_err(|fault| self.place(fault))?;
        if let (true, Some(title)) = (record.name.is_empty(), &self.title) {
            record.name = title.to_string();
        }
        if self.replaced {
            record.notes.push("bytes that are not UTF-8 were replaced".to_owned());
        }
        Ok(record)
    }

    /// Appends the text as it stood in the file, with the separator that ends it (for passing on what could not be
    /// understood).
    pub fn push_text(&self, out: &mut String) {
        out.push_str(&self.text);
        if !self.text.ends_with('\n') {
            out.push('\n');
        }
        if self.format == Format::Sdf || (self.format == Format::Mol && self.ending == Ending::Record) {
            out.push_str("$$$$\n");
        }
    }

    /// Gives a fault its place in the file.
    fn place(&self, fault: Fault) -> ParseError {
        ParseError {
            source_name: self.source_name.to_string(),
            record: self.index,
            line: self.first_line + fault.line - 1,
            excerpt: fault
                .column
                .filter(|_| self.format == Format::Smiles)
                .map(|c| excerpt(&self.text, c).into()),
            column: fault.column,
            found: fault.found,
            expected: fault.expected,
        }
    }
}

/// A line's neighbourhood of a column (from 1), and a caret under it.
fn excerpt(text: &str, column: usize) -> String {
    const BEFORE: usize = 50;
    const AFTER: usize = 20;
    let line: Vec<char> = text.trim_end().chars().collect();
    let start = column.saturating_sub(BEFORE + 1);
    let end = (column + AFTER).min(line.len());
    let [left, right] = [start > 0, end < line.len()].map(|cut| if cut { "…" } else { "" });
    let shown: String = line[start.min(end)..end]
        .iter()
        .map(|c| if c.is_control() { ' ' } else { *c })
        .collect();
    let indent = " ".repeat(column - 1 - start + left.chars().count());
    format!("  {left}{shown}{right}\n  {indent}^")
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

/// Appends a record's text to `out`. What the format can't carry is told in the returned notes.
///
/// # Errors
/// Where the format cannot hold the record at all; `out` is then as it was.
pub fn write(record: &Record, format: Format, out: &mut String) -> Result<Vec<String>, WriteError> {
    let start = out.len();
    let written = match format {
        _ if format != Format::Smiles && record.coordinates.len() != 3 * record.molecule.len() => {
            Err("it has no coordinates".to_owned())
        }
        Format::Xyz => xyz::write(record, out),
        Format::Mol => mol::write(record, out),
        Format::Sdf => sdf::write(record, out),
        Format::Mol2 => mol2::write(record, out),
        Format::Pdb => pdb::write(record, out),
        Format::Smiles => smiles::write(record, out),
    };
    match written {
        Ok(notes) => Ok(losses::notes(record, format).into_iter().chain(notes).collect()),
        Err(reason) => {
            out.truncate(start);
            Err(WriteError {
                name: record.name.clone(),
                format,
                reason,
            })
        }
    }
}

/// Why a record cannot be written in a format.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("record '{name}' can't be written as {}: {reason}", format.name())]
pub struct WriteError {
    /// Title of the record.
    pub name: String,
    /// The format.
    pub format: Format,
    /// In words.
    pub reason: String,
}
