//! SMILES: one molecule a line, its title after it.
//!
//! Grammar and valences follow OpenSMILES (C. A. James et al., OpenSMILES specification, 2016; the language is D. Weininger's, J. Chem.
//! Inf. Comput. Sci. 1988, 28, 31). Hydrogens become atoms: all heavy atoms first, in the order of the line, then the hydrogens in the order
//! of the atoms that they are bound to; isotopes, ions and molecules of hydrogen stay where they stand. Aromatic bonds come out as
//! single and double ones. Square-planar, bipyramidal, octahedral and axial configurations can be told, but not kept. A lone pair
//! counts as an atom's last neighbour, and a charge, a hydrogen or a double bond is never guessed.

mod atom;
mod emit;
mod graph;
mod marks;
mod parse;
mod plan;
mod stereo;
#[cfg(test)]
mod tests;
mod valence;
mod write;

use super::scan::{Fault, Lines};
use super::{Connectivity, Record};
pub(super) use write::write;

/// Words for the first line of a table of SMILES.
const HEADERS: [&str; 4] = ["smiles", "smi", "canonical_smiles", "isomeric_smiles"];

/// Whether a line holds no molecule: blank, a comment (a SMILES can't begin with `#`), or a table's heading.
pub(super) fn is_no_molecule(line: &[u8], first: bool) -> bool {
    let text = line.trim_ascii();
    let word = text.split(u8::is_ascii_whitespace).next().unwrap_or_default();
    text.is_empty() || text[0] == b'#' || (first && HEADERS.iter().any(|h| h.as_bytes().eq_ignore_ascii_case(word)))
}

/// Whether a line begins with a well-formed SMILES.
pub(super) fn is_smiles(line: &str) -> bool {
    parse(line).is_ok()
}

/// Understands one line.
pub(super) fn parse(text: &str) -> Result<Record, Fault> {
    let line = Lines::new(text)
        .find(|l| !l.text.trim().is_empty())
        .ok_or_else(|| Fault::new(1, "nothing", "a SMILES"))?;
    let trimmed = line.text.trim_start();
    let (smiles, rest) = trimmed.split_once(char::is_whitespace).unwrap_or((trimmed, ""));
    let mut record = Record {
        connectivity: Connectivity::Given,
        ..Record::default()
    };
    let draft = parse::parse(line, smiles)?;
    let (title, extended) = title(rest);
    record.name = title.to_owned();
    if extended {
        record.notes.push("the extension between bars is not kept".to_owned());
    }
    graph::finish(&draft, line, &mut record)?;
    Ok(record)
}

/// The title, and whether an extension (`|…|`) stands before it.
fn title(rest: &str) -> (&str, bool) {
    let rest = rest.trim();
    match rest.strip_prefix('|').and_then(|inside| inside.split_once('|')) {
        Some((_, title)) => (title.trim(), true),
        None => (rest, false),
    }
}
