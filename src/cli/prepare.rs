//! From the text of a record to a molecule that can be typed: parse, draw aromatic bonds out, perceive missing bonds.

use super::checks;
use super::message::{Level, Message};
use crate::chem::perception::perceive;
use crate::chem::{BondOrder, Molecule, kekulize};
use crate::formats::{Connectivity, RawRecord, Record};

/// A record with its molecule in Kekulé form.
pub struct Prepared {
    /// What was read.
    pub record: Record,
    /// Bonds as given or perceived, none of them aromatic.
    pub molecule: Molecule,
    /// Whether the bonds were perceived.
    pub perceived: bool,
}

/// Why there is no molecule.
pub enum Failure {
    /// The text could not be understood; the message names its place itself.
    Unreadable(String),
    /// It was understood, but is no molecule that can be worked with.
    Unfit { record: Box<Record>, reason: String },
}

/// File, record and name, as messages give them.
pub fn place(raw: &RawRecord, name: &str) -> String {
    let name = name.trim();
    let named = if name.is_empty() {
        String::new()
    } else {
        format!(" ({name})")
    };
    format!("{}, record {}{named}", raw.source_name, raw.index)
}

/// Understands a record. Warnings go to `messages`.
pub fn prepare(raw: &RawRecord, charge: Option<i32>, messages: &mut Vec<Message>) -> Result<Prepared, Failure> {
    let mut record = raw.parse().map_err(|error| Failure::Unreadable(error.to_string()))?;
    let place = place(raw, &record.name);
    let mut warn = |text: String| {
        messages.push(Message {
            level: Level::Warning,
            place: place.clone(),
            text,
        });
    };
    for note in std::mem::take(&mut record.notes) {
        warn(note);
    }
    if let Some(reason) = checks::unusable_coordinates(&record.coordinates) {
        return Err(unfit(record, reason));
    }
    let perceived = needs_perception(&record);
    let molecule = if perceived {
        let bare = bare(&record.molecule);
        let stated = charge.or(record.net_charge).or_else(|| drawn_charge(&record.molecule));
        match perceive(&bare, &record.coordinates, stated) {
            Ok(found) => {
                found.notes.into_iter().for_each(&mut warn);
                found.molecule
            }
            Err(error) => return Err(unfit(record, error.to_string())),
        }
    } else {
        let drawn = record.molecule.net_charge();
        if let Some(asked) = charge.filter(|&asked| asked != drawn) {
            warn(format!(
                "--charge {asked} is not used: the bonds and formal charges given in the input make {drawn}"
            ));
        }
        let mut molecule = record.molecule.clone();
        if molecule.bonds().iter().any(|b| b.order == BondOrder::Aromatic)
            && let Err(error) = kekulize::kekulize(&mut molecule)
        {
            return Err(unfit(record, error.to_string()));
        }
        checks::missing_hydrogens(&molecule).into_iter().for_each(&mut warn);
        molecule
    };
    checks::flat(&molecule, &record.coordinates)
        .into_iter()
        .for_each(&mut warn);
    Ok(Prepared {
        record,
        molecule,
        perceived,
    })
}

fn unfit(record: Record, reason: String) -> Failure {
    Failure::Unfit {
        record: Box::new(record),
        reason,
    }
}

/// Connections of unknown order (PDB `CONECT`) don't suffice to type a molecule.
pub fn needs_perception(record: &Record) -> bool {
    record.connectivity == Connectivity::Absent || record.molecule.bonds().iter().any(|b| b.order == BondOrder::Unknown)
}

/// The atoms alone; what the input said of their charges goes into the total.
fn bare(molecule: &Molecule) -> Molecule {
    let mut atoms = molecule.atoms().to_vec();
    for atom in &mut atoms {
        atom.formal_charge = 0;
    }
    Molecule::new(atoms, Vec::new()).unwrap_or_default()
}

/// The total of the atoms' charges where the input gave any (PDB).
fn drawn_charge(molecule: &Molecule) -> Option<i32> {
    molecule
        .atoms()
        .iter()
        .any(|a| a.formal_charge != 0)
        .then(|| molecule.net_charge())
}
