//! JSON lines: one object a molecule, with the keys of the command-line contract.

use crate::chem::Molecule;
use crate::cli::prepare::Prepared;
use crate::cli::surface::Evaluated;
use crate::forcefield::{Breakdown, Terms};
use crate::formats::{RawRecord, ReadError};
use crate::optimize::vector;
use serde::Serialize;

/// What every object begins with.
#[derive(Serialize)]
pub struct Identity<'a> {
    source: &'a str,
    index: Option<usize>,
    name: Option<&'a str>,
    atoms: Option<usize>,
    surface: Option<&'static str>,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
}

/// Energy (kcal/mol), its terms and the gradient's size (kcal/mol/Å).
#[derive(Serialize)]
pub struct EnergyPart {
    energy: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    terms: Option<TermsPart>,
    gradient_rms: f64,
    gradient_max: f64,
}

#[derive(Serialize)]
struct TermsPart {
    bond: f64,
    angle: f64,
    stretch_bend: f64,
    out_of_plane: f64,
    torsion: f64,
    van_der_waals: f64,
    electrostatic: f64,
}

/// One atom with `--atoms`. Types and charges are a force field's.
#[derive(Serialize)]
pub struct AtomPart<'a> {
    element: &'static str,
    #[serde(rename = "type")]
    atom_type: Option<&'a str>,
    charge: Option<f64>,
    gradient: [f64; 3],
}

/// One estimated parameter with `--explain`. Atoms count from 1.
#[derive(Serialize)]
pub struct EstimatePart<'a> {
    term: &'static str,
    atoms: Vec<usize>,
    types: &'a str,
    rule: &'a str,
}

/// Object of the `energy` command.
#[derive(Serialize)]
pub struct EnergyLine<'a> {
    #[serde(flatten)]
    pub identity: Identity<'a>,
    #[serde(flatten)]
    pub energy: EnergyPart,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds_per_evaluation: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_atom: Option<Vec<AtomPart<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gradient: Option<Vec<[f64; 3]>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimates: Option<Vec<EstimatePart<'a>>>,
}

/// Object of the `minimize` command.
#[derive(Serialize)]
pub struct MinimizeLine<'a> {
    #[serde(flatten)]
    pub identity: Identity<'a>,
    #[serde(flatten)]
    pub energy: EnergyPart,
    pub initial_energy: f64,
    pub converged: bool,
    pub stop: &'static str,
    pub steps: usize,
    pub evaluations: usize,
    pub hessian_evaluations: usize,
    pub verification_evaluations: usize,
    pub verification_hessian_evaluations: usize,
    pub lowest_mode: Option<f64>,
    pub wall_seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restraint_energy: Option<f64>,
    pub changes: Vec<String>,
}

/// Object of the `serve` command, after the last evaluation.
#[derive(Serialize)]
pub struct ServeLine<'a> {
    #[serde(flatten)]
    pub identity: Identity<'a>,
    pub evaluations: usize,
}

impl<'a> Identity<'a> {
    /// A record that no energy was asked for.
    pub fn without_surface(raw: &'a RawRecord, prepared: &'a Prepared) -> Self {
        Self {
            surface: None,
            ..Self::ok(raw, prepared, "")
        }
    }

    /// The surface's name, where there is one.
    pub fn surface(&self) -> &'static str {
        self.surface.unwrap_or_default()
    }

    pub fn ok(raw: &'a RawRecord, prepared: &'a Prepared, surface: &'static str) -> Self {
        Self {
            source: &raw.source_name,
            index: Some(raw.index),
            name: Some(&prepared.record.name),
            atoms: Some(prepared.molecule.len()),
            surface: Some(surface),
            status: "ok",
            error: None,
        }
    }

    /// A record of which something came, before something went wrong.
    pub fn and_error(mut self, error: Option<&'a str>) -> Self {
        if error.is_some() {
            self.status = "error";
            self.error = error;
        }
        self
    }

    /// A record that came to nothing; name and number of atoms where they are known.
    pub fn failed(raw: &'a RawRecord, known: Option<(&'a str, usize)>, error: &'a str) -> Self {
        Self {
            source: &raw.source_name,
            index: Some(raw.index),
            name: known.map(|k| k.0),
            atoms: known.map(|k| k.1),
            surface: None,
            status: "error",
            error: Some(error),
        }
    }
}

/// The line about something that could not be read at all.
pub fn unreadable(error: &ReadError) -> String {
    let text = error.to_string();
    let (source, index) = match error {
        ReadError::Io { source_name, .. } | ReadError::UnknownFormat { source_name, .. } => (source_name, None),
        ReadError::Record(place) => (&place.source_name, Some(place.record)),
    };
    line(&Identity {
        source,
        index,
        name: None,
        atoms: None,
        surface: None,
        status: "error",
        error: Some(&text),
    })
}

impl EnergyPart {
    pub fn new(evaluated: &Evaluated) -> Self {
        let gradient = &evaluated.point.gradient;
        Self {
            energy: evaluated.point.energy,
            terms: evaluated.terms.as_ref().map(TermsPart::new),
            gradient_rms: vector::rms(gradient),
            gradient_max: vector::max_abs(gradient),
        }
    }
}

impl TermsPart {
    fn new(terms: &Breakdown) -> Self {
        Self {
            bond: terms.bond,
            angle: terms.angle,
            stretch_bend: terms.stretch_bend,
            out_of_plane: terms.out_of_plane,
            torsion: terms.torsion,
            van_der_waals: terms.van_der_waals,
            electrostatic: terms.electrostatic,
        }
    }
}

/// Gradient of each atom, and type and charge where there are terms.
pub fn per_atom<'a>(molecule: &Molecule, terms: Option<&'a Terms>, gradient: &[f64]) -> Vec<AtomPart<'a>> {
    let atoms = molecule.atoms().iter().zip(vectors(gradient)).enumerate();
    atoms
        .map(|(i, (atom, gradient))| AtomPart {
            element: atom.element.symbol(),
            atom_type: terms.map(|terms| terms.atom_types[i].as_ref()),
            charge: terms.map(|terms| terms.charges[i]),
            gradient,
        })
        .collect()
}

/// A flat vector as one of triples.
pub fn vectors(flat: &[f64]) -> Vec<[f64; 3]> {
    flat.chunks_exact(3).map(|c| [c[0], c[1], c[2]]).collect()
}

/// The estimated parameters.
pub fn estimates(terms: &Terms) -> Vec<EstimatePart<'_>> {
    let part = |estimate: &'_ crate::forcefield::Estimate| estimate.atoms.iter().map(|a| a + 1).collect();
    terms
        .estimates
        .iter()
        .map(|estimate| EstimatePart {
            term: estimate.term,
            atoms: part(estimate),
            types: &estimate.types,
            rule: &estimate.rule,
        })
        .collect()
}

/// One line of JSON.
pub fn line(object: &impl Serialize) -> String {
    // Only maps with keys that are not strings can fail, and there are none.
    let mut text = serde_json::to_string(object).unwrap_or_default();
    text.push('\n');
    text
}
