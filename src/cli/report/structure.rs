//! Structures with their energy.

use crate::chem::guard::Change;
use crate::cli::job::Common;
use crate::cli::message::{Level, Message};
use crate::cli::prepare::{Prepared, needs_perception};
use crate::cli::ready::Ready;
use crate::conformers::ensemble::Conformer;
use crate::formats::{self, Connectivity, Format, RawRecord, Record};
use crate::optimize::Stop;
use crate::units::KCAL_MOL_PER_EV;

/// Fields that are ours: values of an earlier run are replaced.
const KEYS: [&str; 10] = [
    "energy_kcal_mol",
    "energy",
    "converged",
    "thalweg_stop",
    "thalweg_changes",
    "relative_energy_kcal_mol",
    "degeneracy",
    "population",
    "free_energy_kcal_mol",
    "conformer",
];

/// The field with a stereoisomer's SMILES, where the input left its configuration open.
pub const ISOMER: &str = "isomer_smiles";

/// What is said of a structure beside its coordinates.
pub struct Annotation<'a> {
    /// kcal/mol.
    pub energy: f64,
    pub converged: Option<bool>,
    /// Why a minimization ended.
    pub stop: Option<Stop>,
    pub changes: &'a [Change],
}

impl Annotation<'_> {
    /// The energy alone, kcal/mol.
    pub fn of(energy: f64) -> Self {
        Self {
            energy,
            converged: None,
            stop: None,
            changes: &[],
        }
    }
}

/// The format of a record's structure. A molfile has no place for an energy, an SDF begins like one and has; SMILES have none for
/// coordinates.
pub fn output_format(common: &Common, raw: &RawRecord) -> Format {
    let kept = match raw.format {
        Format::Mol | Format::Smiles => Format::Sdf,
        other => other,
    };
    common.to.unwrap_or(kept)
}

/// Whether a format stands or falls with its bonds.
pub fn holds_bonds(format: Format) -> bool {
    matches!(format, Format::Mol | Format::Sdf | Format::Mol2 | Format::Smiles)
}

/// The record at new coordinates (Å), with perceived bonds where the format has room for them, and annotated.
pub fn annotated(prepared: &Prepared, x: &[f64], annotation: &Annotation<'_>, format: Format) -> Record {
    let mut record = prepared.record.clone();
    record.coordinates.clear();
    record.coordinates.extend_from_slice(x);
    if prepared.perceived && holds_bonds(format) {
        give_bonds(&mut record, prepared);
    }
    if matches!(format, Format::Xyz | Format::Sdf) {
        annotate(&mut record.fields, annotation, format);
    }
    record
}

/// Replaces what the input said of bonds by what was perceived.
pub fn give_bonds(record: &mut Record, prepared: &Prepared) {
    debug_assert!(needs_perception(&prepared.record), "given bonds are kept as drawn");
    record.molecule = prepared.molecule.clone();
    record.connectivity = Connectivity::Given;
    record.net_charge = None;
}

/// One conformer of an ensemble: its number (from 1), energy, relative energy, degeneracy and population go with the structure.
pub fn conformer(prepared: &Prepared, conformer: &Conformer, number: usize, format: Format) -> Record {
    let mut record = annotated(prepared, &conformer.x, &Annotation::of(conformer.energy), format);
    if matches!(format, Format::Xyz | Format::Sdf) {
        let mut add = |key: &str, value: String| record.fields.push((key.to_owned(), value));
        add("relative_energy_kcal_mol", format!("{:.6}", conformer.relative_energy));
        add("degeneracy", conformer.degeneracy.to_string());
        add("population", format!("{:.6}", conformer.population));
        if let Some(free_energy) = conformer.free_energy {
            add("free_energy_kcal_mol", format!("{free_energy:.6}"));
        }
        add("conformer", number.to_string());
    }
    record
}

fn annotate(fields: &mut Vec<(String, String)>, annotation: &Annotation<'_>, format: Format) {
    fields.retain(|(key, _)| !KEYS.contains(&key.as_str()));
    let mut add = |key: &str, value: String| fields.push((key.to_owned(), value));
    add("energy_kcal_mol", format!("{:.6}", annotation.energy));
    add("energy", format!("{:.8}", annotation.energy / KCAL_MOL_PER_EV));
    if let Some(converged) = annotation.converged {
        add("converged", truth(converged, format).to_owned());
    }
    if let Some(stop) = annotation.stop.filter(|&stop| stop != Stop::Converged) {
        add("thalweg_stop", stop.name().to_owned());
    }
    if !annotation.changes.is_empty() {
        add("thalweg_changes", words(annotation.changes));
    }
}

/// Extended XYZ knows truth by one letter.
pub fn truth(value: bool, format: Format) -> &'static str {
    match (format, value) {
        (Format::Xyz, true) => "T",
        (Format::Xyz, false) => "F",
        (_, true) => "true",
        (_, false) => "false",
    }
}

/// Changes in words, separated by semicolons.
pub fn words(changes: &[Change]) -> String {
    changes.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// The text of a record's structure at new coordinates (Å), in the format of the output.
pub fn text(
    common: &Common,
    raw: &RawRecord,
    ready: &Ready,
    x: &[f64],
    annotation: &Annotation<'_>,
    messages: &mut Vec<Message>,
) -> Result<String, String> {
    let format = output_format(common, raw);
    fits(common, format, raw)?;
    let record = annotated(&ready.prepared, x, annotation, format);
    let mut text = String::new();
    write(&record, format, &ready.place, messages, &mut text)?;
    Ok(text)
}

/// Appends a record's text. What the format can't carry becomes a warning.
pub fn write(
    record: &Record,
    format: Format,
    place: &str,
    messages: &mut Vec<Message>,
    out: &mut String,
) -> Result<(), String> {
    let notes = formats::write(record, format, out).map_err(|error| error.to_string())?;
    messages.extend(notes.into_iter().map(|text| Message {
        level: Level::Warning,
        place: place.to_owned(),
        text,
    }));
    Ok(())
}

/// A molfile holds one molecule: a second one needs an SDF.
pub fn fits(common: &Common, format: Format, raw: &RawRecord) -> Result<(), String> {
    if format == Format::Mol && (raw.index > 1 || common.inputs.len() > 1) {
        return Err("a MOL file holds one molecule only; write SDF (--to sdf)".to_owned());
    }
    Ok(())
}
