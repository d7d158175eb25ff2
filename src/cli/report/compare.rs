//! What `compare` says of a structure: a line of a table, or a JSON object.

use super::json::{Identity, line};
use super::table;
use crate::conformers::similarity::{Compared, Match};
use serde::Serialize;

/// Object of the `compare` command. Lengths in Å, atoms from 1.
#[derive(Serialize)]
pub struct CompareLine<'a> {
    #[serde(flatten)]
    pub identity: Identity<'a>,
    pub reference: &'a str,
    pub reference_index: usize,
    pub rmsd: f64,
    pub compared: &'static str,
    pub compared_atoms: usize,
    pub mirrored: bool,
    /// Whether no other naming of equivalent atoms can be closer.
    pub exact: bool,
    /// For each atom of the reference its counterpart, null where it is not compared.
    pub mapping: Vec<Option<usize>>,
    pub rotation: [[f64; 3]; 3],
    pub translation: [f64; 3],
}

impl CompareLine<'_> {
    pub fn json(&self) -> String {
        line(self)
    }
}

/// Name of a choice of atoms.
pub fn name(atoms: Compared) -> &'static str {
    match atoms {
        Compared::Heavy => "heavy",
        Compared::All => "all",
    }
}

/// The mapping with atoms counted from 1.
pub fn mapping(found: &Match) -> Vec<Option<usize>> {
    found.mapping.iter().map(|m| m.map(|atom| atom + 1)).collect()
}

/// Heads of the columns.
pub fn head() -> String {
    format!(
        "{:<width$} {:>7} {:>6} {:>9} {:>10}  {}\n",
        "# molecule",
        "record",
        "atoms",
        "compared",
        "rmsd/Å",
        "superposed",
        width = table::NAME_WIDTH
    )
}

/// A structure's line.
pub fn row(title: &str, index: usize, atoms: usize, compared: usize, found: &Match) -> String {
    let hand = if found.mirrored { "mirror image" } else { "as it is" };
    let doubt = if found.exact { "" } else { ", a closer naming may exist" };
    format!(
        "{:<width$} {index:>7} {atoms:>6} {compared:>9} {:>10.5}  {hand}{doubt}\n",
        table::shown(title),
        found.rmsd,
        width = table::NAME_WIDTH
    )
}
