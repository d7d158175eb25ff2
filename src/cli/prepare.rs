//! From the text of a record to a molecule that can be typed: parse, draw aromatic bonds out, perceive missing bonds.

use super::checks;
use super::message::{Level, Message};
use crate::chem::perception::perceive;
use crate::chem::stereo::Configuration;
use crate::chem::{BondOrder, Molecule, kekulize};
use crate::conformers::embed::Embedder;
use crate::conformers::search::stream;
use crate::formats::{Connectivity, ParseError, RawRecord, Record};

/// A record with its molecule in Kekulé form.
#[derive(Clone)]
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
    let record = understood(raw, messages)?;
    let place = place(raw, &record.name);
    let mut warn = |text| messages.push(warning(&place, text));
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
        match drawn_out(&record.molecule) {
            Ok(molecule) => molecule,
            Err(reason) => return Err(unfit(record, reason)),
        }
    };
    if !perceived {
        checks::missing_hydrogens(&molecule).into_iter().for_each(&mut warn);
    }
    checks::flat(&molecule, &record.coordinates)
        .into_iter()
        .for_each(&mut warn);
    Ok(Prepared {
        record,
        molecule,
        perceived,
    })
}

/// Understands a record for a surface that knows atoms only. Bonds are of use (they tell whether they are still there afterwards), but
/// the molecule may have none that can be drawn.
pub fn prepare_atoms(raw: &RawRecord, charge: Option<i32>, messages: &mut Vec<Message>) -> Result<Prepared, Failure> {
    let record = understood(raw, messages)?;
    let place = place(raw, &record.name);
    let (molecule, perceived) = if needs_perception(&record) {
        let bare = bare(&record.molecule);
        let charge = charge.or(record.net_charge).or_else(|| drawn_charge(&record.molecule));
        match perceive(&bare, &record.coordinates, Some(charge.unwrap_or(0))) {
            Ok(found) => (found.molecule, true),
            Err(_) => (bare, false),
        }
    } else {
        let molecule = drawn_out(&record.molecule).unwrap_or_else(|_| record.molecule.clone());
        (molecule, false)
    };
    let mut warn = |text| messages.push(warning(&place, text));
    if !needs_perception(&record) {
        checks::missing_hydrogens(&molecule).into_iter().for_each(&mut warn);
    }
    checks::flat(&molecule, &record.coordinates)
        .into_iter()
        .for_each(&mut warn);
    Ok(Prepared {
        record,
        molecule,
        perceived,
    })
}

/// Parses a record and refuses one without usable coordinates.
fn understood(raw: &RawRecord, messages: &mut Vec<Message>) -> Result<Record, Failure> {
    let mut record = raw.parse().map_err(|error| Failure::Unreadable(with_excerpt(&error)))?;
    let place = place(raw, &record.name);
    let placed = place_atoms(&mut record);
    let notes = std::mem::take(&mut record.notes);
    messages.extend(notes.into_iter().map(|note| warning(&place, note)));
    if let Err(reason) = placed {
        return Err(unfit(record, reason));
    }
    match checks::unusable_coordinates(&record.coordinates) {
        Some(reason) => Err(unfit(record, reason)),
        None => Ok(record),
    }
}

/// Gives coordinates to a record that came without (SMILES): the one place where an embedding belongs.
pub fn place_atoms(record: &mut Record) -> Result<(), String> {
    if record.coordinates.is_empty() && !record.molecule.is_empty() {
        record.coordinates = embedded(record)?;
    }
    Ok(())
}

/// In words, the centres and double bonds whose configuration a record without coordinates of its own (SMILES) leaves open.
pub fn left_open(record: &Record) -> Option<String> {
    let configuration: &Configuration = record.configuration.as_ref()?;
    let centers = configuration.stereo.centers.iter().zip(&configuration.parities);
    let centers = centers.filter(|(_, stated)| stated.is_none());
    let bonds = configuration.stereo.bonds.iter().zip(&configuration.sides);
    let bonds = bonds.filter(|(_, stated)| stated.is_none());
    let open: Vec<String> = centers
        .map(|(center, _)| format!("atom {}", center.atom + 1))
        .chain(bonds.map(|(bond, _)| format!("double bond {}-{}", bond.atoms[0] + 1, bond.atoms[1] + 1)))
        .collect();
    (!open.is_empty()).then(|| {
        format!(
            "no configuration is stated of {}: it is as chance has it",
            open.join(", ")
        )
    })
}

/// A geometry from the graph and the configurations that are stated, drawn with a fixed seed.
pub fn embedded(record: &Record) -> Result<Vec<f64>, String> {
    let molecule = drawn_out(&record.molecule)?;
    let configuration = record.configuration.clone().unwrap_or_default();
    let embedder = Embedder::new(&molecule, &configuration).map_err(|error| error.to_string())?;
    embedder
        .embed(&mut stream(0, EMBEDDING, 0, 0))
        .map_err(|error| error.to_string())
}

/// Number of this use in the random streams.
const EMBEDDING: u64 = 4;

/// What is wrong, and below it the place in the line where the format has no columns to count in.
pub fn with_excerpt(error: &ParseError) -> String {
    match &error.excerpt {
        Some(excerpt) => format!("{error}\n{excerpt}"),
        None => error.to_string(),
    }
}

/// The molecule with its aromatic bonds drawn as single and double ones.
fn drawn_out(molecule: &Molecule) -> Result<Molecule, String> {
    let mut molecule = molecule.clone();
    if molecule.bonds().iter().any(|b| b.order == BondOrder::Aromatic) {
        kekulize::kekulize(&mut molecule).map_err(|error| error.to_string())?;
    }
    Ok(molecule)
}

fn warning(place: &str, text: String) -> Message {
    Message {
        level: Level::Warning,
        place: place.to_owned(),
        text,
    }
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
