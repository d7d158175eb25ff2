//! Which surface a molecule gets: a force field, or another program's. The parameter tables are read when the first molecule needs
//! them.

use super::args::ForceFieldName;
use super::message;
use super::mix::{Mix, Mixed};
use super::prepare::Prepared;
use crate::chem::Molecule;
use crate::forcefield::{Breakdown, Estimate, Evaluator, ForceField, Options, Terms, mmff94, parameter_file, uff};
use crate::optimize::Point;
use crate::potential::external::{Engine, System, Waits};
use crate::potential::{EvalError, Potential};
use std::sync::{Arc, OnceLock};

/// The surfaces of a job.
pub enum Surfaces {
    ForceFields(Box<ForceFields>),
    Engine(Arc<External>),
    /// Two bonding patterns.
    Mix(Box<Mix>),
}

/// The force fields of a job.
pub struct ForceFields {
    choice: ForceFieldName,
    options: Options,
    multiplicity: Option<u16>,
    /// Name and text of the user's parameter file.
    user: Option<(String, String)>,
    mmff94: OnceLock<Result<mmff94::Parameters, String>>,
    uff: OnceLock<Result<uff::Parameters, String>>,
}

/// Another program.
pub struct External {
    pub engine: Engine,
    pub charge: Option<i32>,
    pub multiplicity: Option<u16>,
    pub waits: Waits,
    /// Don't say whom it waits for.
    pub quiet: bool,
}

/// A molecule's surface.
#[derive(Clone)]
pub enum Assigned {
    ForceField(Arc<ForceField>),
    Engine {
        external: Arc<External>,
        system: System,
    },
    /// Two force fields that are joined.
    Mix(Box<Mixed>),
}

/// A surface at work.
pub enum Live {
    ForceField(Box<Evaluator>),
    Engine(Box<dyn Potential>),
}

/// A point with its energy by term, where the surface has terms.
pub struct Evaluated {
    pub point: Point,
    pub terms: Option<Breakdown>,
}

impl Surfaces {
    /// Whether a molecule has to have bonds, and atoms that can be typed.
    pub fn need_bonds(&self) -> bool {
        matches!(self, Self::ForceFields(_))
    }

    /// Says whether the bonds tell which atom is which where there are two patterns of them, whatever the numbers say.
    pub fn renumber(&mut self, renumber: bool) {
        if let Self::Mix(mix) = self {
            mix.renumber = renumber;
        }
    }

    /// Molecules that can be worked on at the same time.
    pub fn are_parallel(&self) -> bool {
        match self {
            Self::ForceFields(_) | Self::Mix(_) => true,
            Self::Engine(external) => external.engine.is_parallel(),
        }
    }

    /// A multiplicity that the surface can't honour.
    pub fn ignored_multiplicity(&self) -> Option<u16> {
        match self {
            Self::ForceFields(fields) => fields.multiplicity.filter(|&m| m != 1),
            Self::Engine(_) | Self::Mix(_) => None,
        }
    }

    /// A molecule's surface, and what its user should know of the choice. The error says why there is none.
    pub fn assign(&self, prepared: &Prepared) -> Result<(Assigned, Option<String>), String> {
        match self {
            Self::ForceFields(fields) => fields.assign(&prepared.molecule, &prepared.record.coordinates),
            Self::Mix(mix) => mix.assign(prepared),
            Self::Engine(external) => Ok((
                Assigned::Engine {
                    external: Arc::clone(external),
                    system: external.system(prepared),
                },
                None,
            )),
        }
    }
}

impl Assigned {
    /// The name in output.
    pub fn name(&self) -> &'static str {
        match self {
            Self::ForceField(field) => field.terms().surface.name(),
            Self::Engine { external, .. } => external.engine.name(),
            Self::Mix(_) => "mix",
        }
    }

    /// All that a result on it depends on beside the molecule, in words.
    pub fn identity(&self) -> String {
        match self {
            Self::ForceField(_) | Self::Mix(_) => self.name().to_owned(),
            Self::Engine { external, system } => format!(
                "{:?} charge {} multiplicity {}",
                external.engine, system.charge, system.multiplicity
            ),
        }
    }

    /// The terms of a force field.
    pub fn terms(&self) -> Option<&Terms> {
        match self {
            Self::ForceField(field) => Some(field.terms()),
            Self::Engine { .. } | Self::Mix(_) => None,
        }
    }

    /// The force field without electrostatics, where it is one.
    pub fn without_charges(&self, molecule: &Molecule) -> Option<Arc<ForceField>> {
        match self {
            Self::ForceField(field) => Some(field.without_charges(molecule)),
            Self::Engine { .. } | Self::Mix(_) => None,
        }
    }

    /// Starts it.
    pub fn open(&self) -> Result<Live, EvalError> {
        Ok(match self {
            Self::ForceField(field) => Live::ForceField(Box::new(field.evaluator())),
            Self::Engine { external, system } => Live::Engine(external.open(system.clone())?),
            Self::Mix(mixed) => Live::Engine(mixed.open()?),
        })
    }

    /// The end of a minimization. A force field is asked afresh, so that nothing is taken over from what an optimizer remembers; an
    /// engine, which is expensive or may be dead, is not: the driver vouches that it said this at these very coordinates.
    pub fn judge(&self, end: &Point) -> Result<Evaluated, EvalError> {
        match self {
            Self::ForceField(_) | Self::Mix(_) => self.open()?.evaluate(&end.x),
            Self::Engine { .. } => Ok(Evaluated {
                point: end.clone(),
                terms: None,
            }),
        }
    }
}

impl Live {
    /// The surface alone.
    pub fn into_potential(self) -> Box<dyn Potential> {
        match self {
            Self::ForceField(evaluator) => evaluator,
            Self::Engine(potential) => potential,
        }
    }

    pub fn potential(&mut self) -> &mut dyn Potential {
        match self {
            Self::ForceField(evaluator) => &mut **evaluator,
            Self::Engine(potential) => &mut **potential,
        }
    }

    pub fn evaluate(&mut self, x: &[f64]) -> Result<Evaluated, EvalError> {
        match self {
            Self::ForceField(evaluator) => {
                let mut gradient = vec![0.0; x.len()];
                let terms = evaluator.breakdown(x, &mut gradient)?;
                let point = Point {
                    x: x.to_vec(),
                    energy: terms.total(),
                    gradient,
                };
                Ok(Evaluated {
                    point,
                    terms: Some(terms),
                })
            }
            Self::Engine(potential) => Ok(Evaluated {
                point: Point::at(&mut **potential, x)?,
                terms: None,
            }),
        }
    }
}

impl External {
    /// The charge: what was asked for, else what the input states, else what it draws, else none. The multiplicity: what was asked
    /// for, else by the drawn radicals.
    fn system(&self, prepared: &Prepared) -> System {
        let drawn = &prepared.record.molecule;
        let charge = self.charge.or(prepared.record.net_charge);
        let unpaired: u16 = drawn.atoms().iter().map(|a| u16::from(a.unpaired_electrons)).sum();
        System {
            elements: drawn.atoms().iter().map(|a| a.element).collect(),
            charge: charge.unwrap_or_else(|| drawn.net_charge()),
            multiplicity: self.multiplicity.unwrap_or(unpaired + 1),
        }
    }

    fn open(&self, system: System) -> Result<Box<dyn Potential>, EvalError> {
        let potential = self.engine.open(system, self.waits)?;
        if let (Engine::Ipi { address }, false) = (&self.engine, self.quiet) {
            message::announce(&format!("waiting for an i-PI client at {address}"));
        }
        Ok(potential)
    }
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

impl ForceFields {
    /// Reads the tables at once only where the user's own file has to be judged.
    pub fn new(
        choice: ForceFieldName,
        cutoff: Option<f64>,
        multiplicity: Option<u16>,
        user: Option<(String, String)>,
    ) -> Result<Self, String> {
        let fields = Self {
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
        if let Some((file, text)) = &fields.user {
            check_sections(file, text)?;
            fields.mmff94_parameters()?;
            fields.uff_parameters()?;
        }
        Ok(fields)
    }

    /// Types the molecule; where neighbours of a metal can be told apart only by their places, by the coordinates (Å).
    /// The error says why it can't be typed.
    fn assign(&self, molecule: &Molecule, coordinates: &[f64]) -> Result<(Assigned, Option<String>), String> {
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
        let field = ForceField::new(molecule, terms, self.options);
        Ok((Assigned::ForceField(field), warning))
    }

    /// A force field for bonds that are given.
    pub fn field(&self, molecule: &Molecule, coordinates: &[f64]) -> Result<Arc<ForceField>, String> {
        match self.assign(molecule, coordinates)?.0 {
            Assigned::ForceField(field) => Ok(field),
            _ => Err("no force field types it".to_owned()),
        }
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
