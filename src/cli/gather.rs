//! The structures of one path, gathered from all records of the input: its ends, and guesses between them.

use super::input::Records;
use super::job::Common;
use super::prepare::{self, Failure, place};
use super::ready::Ready;
use crate::chem::Molecule;
use crate::formats::RawRecord;
use crate::saddle::path::naming::{Naming, changed, naming};
use crate::saddle::path::order::{Order, mapping, permuted, reordered};
use crate::saddle::route::bonds::bonded_at;

/// A structure with its own bonds, in the order of the first one's atoms.
pub struct Frame {
    pub molecule: Molecule,
    /// Å.
    pub x: Vec<f64>,
}

/// All records of the input, unparsed.
pub fn records(common: &Common) -> Result<Vec<RawRecord>, String> {
    let all: Result<Vec<RawRecord>, _> = Records::new(common).collect();
    let all = all.map_err(|error| error.to_string())?;
    if all.is_empty() {
        return Err("found no structure in the input".to_owned());
    }
    Ok(all)
}

/// How records are read.
#[derive(Clone, Copy)]
pub struct Reading {
    pub charge: Option<i32>,
    /// Whether a molecule has to have bonds.
    pub need_bonds: bool,
    /// Whether the bonds tell which atom is which, whatever the numbers say.
    pub renumber: bool,
}

/// Where so many bonds change, another numbering under which half of them would do is worth a word.
const MANY_CHANGES: usize = 4;

/// The first record, which is ready, and the others in its order of atoms. What had to be put in another order is said.
pub fn frames(ready: &Ready, others: &[RawRecord], reading: Reading) -> Result<(Vec<Frame>, Vec<String>), String> {
    let first = Frame {
        molecule: ready.prepared.molecule.clone(),
        x: ready.prepared.record.coordinates.clone(),
    };
    let mut frames = vec![first];
    let mut notes = Vec::new();
    for raw in others {
        let prepare = if reading.need_bonds {
            prepare::prepare
        } else {
            prepare::prepare_atoms
        };
        let prepared = prepare(raw, reading.charge, &mut Vec::new()).map_err(|failure| match failure {
            Failure::Unreadable(text) => text,
            Failure::Unfit { record, reason } => format!("{}: {reason}", place(raw, &record.name)),
        })?;
        let at = place(raw, &prepared.record.name);
        let molecule = bonded(&prepared.molecule, &prepared.record.coordinates, reading.charge);
        let first = bonded(&frames[0].molecule, &frames[0].x, reading.charge);
        let own = (&first, frames[0].x.as_slice());
        let other = (&molecule, prepared.record.coordinates.as_slice());
        let order = mapping(own, other, reading.renumber)
            .map_err(|error| format!("{at} is no structure of the first one's atoms: {error}"))?;
        let Order::ByBonds(Naming { order, broken, formed }) = order else {
            let given = changed(own.0, other.0);
            let fewest = (given >= MANY_CHANGES).then(|| naming(own, other)).flatten();
            let fewest = fewest.map_or(given, |naming| naming.broken + naming.formed);
            if 2 * fewest <= given && fewest < given {
                notes.push(format!(
                    "{at}: as the atoms are numbered {given} bonds break or form; if the numbers mean nothing, {fewest} would do (--renumber)"
                ));
            }
            frames.push(Frame {
                molecule: prepared.molecule,
                x: prepared.record.coordinates,
            });
            continue;
        };
        let changes = match broken + formed {
            0 => String::new(),
            _ => format!(", of which as few as possible change: {broken} break and {formed} form"),
        };
        notes.push(format!(
            "{at}: its atoms are put in the first structure's order, by the bonds{changes}"
        ));
        frames.push(Frame {
            molecule: reordered(&prepared.molecule, &order),
            x: permuted(&prepared.record.coordinates, &order),
        });
    }
    Ok((frames, notes))
}

/// A molecule with the bonds that are drawn, or, where none are, with those that its structure tells of.
fn bonded(molecule: &Molecule, x: &[f64], charge: Option<i32>) -> Molecule {
    match molecule.bonds() {
        [] => bonded_at(molecule, x, charge),
        _ => molecule.clone(),
    }
}
