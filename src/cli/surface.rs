//! Which force field a molecule gets. The parameter tables are read when the first molecule needs them.

use super::args::ForceFieldName;
use crate::chem::Molecule;
use crate::forcefield::{Estimate, ForceField, Options, Surface, Terms, mmff94, parameter_file, uff};
use std::sync::{Arc, OnceLock};

/// The force fields of a job.
pub struct Surfaces {
    choice: ForceFieldName,
    options: Options,
    multiplicity: Option<u16>,
    /// Name and text of the user's parameter file.
    user: Option<(String, String)>,
    mmff94: OnceLock<Result<mmff94::Parameters, String>>,
    uff: OnceLock<Result<uff::Parameters, String>>,
}

/// A misspelt section would go unnoticed, since each force field reads its own only.
fn check_sections(file: &str, text: &str) -> Result<(), String> {
    let sections = parameter_file::parse(file, text).map_err(|e| e.to_string())?;
    let known = |name: &str| {
        ["mmff94.", "mmff94s.", "uff."]
            .iter()
            .any(|prefix| name.starts_with(prefix))
    };
    match sections.iter().find(|section| !known(section.name)) {
        Some(section) => Err(format!(
            "{file}: section [{}] belongs to no force field; expected mmff94.…, mmff94s.… or uff.…",
            section.name
        )),
        None => Ok(()),
    }
}

/// A molecule's force field, and what its user should know of the choice.
pub struct Assigned {
    pub field: Arc<ForceField>,
    pub surface: Surface,
    pub warning: Option<String>,
}

impl Surfaces {
    /// Reads the tables at once only where the user's own file has to be judged.
    pub fn new(
        choice: ForceFieldName,
        cutoff: Option<f64>,
        multiplicity: Option<u16>,
        user: Option<(String, String)>,
    ) -> Result<Self, String> {
        let surfaces = Self {
            choice,
            options: Options {
                cutoff,
                ..Options::default()
            },
            multiplicity,
            user,
            mmff94: OnceLock::new(),
            uff: OnceLock::new(),
        };
        if let Some((file, text)) = &surfaces.user {
            check_sections(file, text)?;
            surfaces.mmff94_parameters()?;
            surfaces.uff_parameters()?;
        }
        Ok(surfaces)
    }

    /// A multiplicity that the force fields can't honour.
    pub fn ignored_multiplicity(&self) -> Option<u16> {
        self.multiplicity.filter(|&m| m != 1)
    }

    /// Types the molecule; where neighbours of a metal can be told apart only by their places, by the coordinates (Å).
    /// The error says why it can't be typed.
    pub fn assign(&self, molecule: &Molecule, coordinates: &[f64]) -> Result<Assigned, String> {
        let (terms, warning) = match self.choice {
            ForceFieldName::Mmff94 => self.mmff94_as_drawn(molecule, mmff94::Variant::Mmff94)?,
            ForceFieldName::Mmff94s => self.mmff94_as_drawn(molecule, mmff94::Variant::Mmff94s)?,
            ForceFieldName::Uff => (self.uff(molecule, coordinates)?, None),
            ForceFieldName::Auto => match self.mmff94(molecule, mmff94::Variant::Mmff94) {
                Ok(terms) => (terms, None),
                Err(reason) => {
                    let terms = self
                        .uff(molecule, coordinates)
                        .map_err(|error| format!("{reason}; and {error}"))?;
                    (terms, Some(format!("using uff, since {reason}")))
                }
            },
        };
        let surface = terms.surface;
        Ok(Assigned {
            field: ForceField::new(molecule, terms, self.options),
            surface,
            warning,
        })
    }

    fn mmff94(&self, molecule: &Molecule, variant: mmff94::Variant) -> Result<Terms, String> {
        mmff94::parametrize(molecule, variant, self.mmff94_parameters()?).map_err(|e| e.to_string())
    }

    /// Whoever asks for MMFF94 by name gets it for odd drawings too, with a warning.
    fn mmff94_as_drawn(
        &self,
        molecule: &Molecule,
        variant: mmff94::Variant,
    ) -> Result<(Terms, Option<String>), String> {
        let terms = mmff94::parametrize_as_drawn(molecule, variant, self.mmff94_parameters()?);
        let terms = terms.map_err(|e| e.to_string())?;
        let typed = |e: &Estimate| format!("atom {} typed {} {}", e.atoms[0] + 1, e.types, e.rule);
        let odd: Vec<String> = terms.estimates.iter().filter(|e| e.term == "type").map(typed).collect();
        let warning = (!odd.is_empty()).then(|| odd.join("; "));
        Ok((terms, warning))
    }

    fn uff(&self, molecule: &Molecule, coordinates: &[f64]) -> Result<Terms, String> {
        uff::parametrize_at(molecule, coordinates, self.uff_parameters()?).map_err(|e| e.to_string())
    }

    fn mmff94_parameters(&self) -> Result<&mmff94::Parameters, String> {
        let read = || {
            let mut tables = mmff94::Parameters::published().map_err(|e| e.to_string())?;
            if let Some((file, text)) = &self.user {
                tables.extend(file, text).map_err(|e| e.to_string())?;
            }
            Ok(tables)
        };
        self.mmff94.get_or_init(read).as_ref().map_err(String::clone)
    }

    fn uff_parameters(&self) -> Result<&uff::Parameters, String> {
        let read = || {
            let mut tables = uff::Parameters::published().map_err(|e| e.to_string())?;
            if let Some((file, text)) = &self.user {
                tables.extend(file, text).map_err(|e| e.to_string())?;
            }
            Ok(tables)
        };
        self.uff.get_or_init(read).as_ref().map_err(String::clone)
    }
}
