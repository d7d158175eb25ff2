//! Which stepper walks.

use super::args::{CoordinatesName, OptimizerName};
use super::hold::Hold;
use super::ready::Ready;
use super::surface::Assigned;
use crate::chem::Molecule;
use crate::coordinates::{Constraint, InternalCoordinates};
use crate::forcefield::{Evaluator, ForceField, Options, mmff94};
use crate::hessian::{Model, approximate};
use crate::linalg::SymmetricMatrix;
use crate::optimize::{
    Adam, ConjugateGradient, Fire, InitialHessian, Lbfgs, NoiseTolerant, NoiseTolerantSettings, PatternSearch, Rfo,
    RfoError, RfoSettings, SteepestDescent, Stepper,
};
use crate::potential::Potential;
use std::fmt;
use std::sync::OnceLock;

/// Engines get steps in internal coordinates up to this many atoms: beyond, their dense algebra takes longer than what it spares.
const MOST_INTERNAL: usize = 1000;

/// The method of a job, and the noise it has to expect.
#[derive(Clone, Copy)]
pub struct Optimizer {
    name: OptimizerName,
    coordinates: CoordinatesName,
    /// Standard deviation of the noise of a gradient component, kcal/mol/Å.
    pub noise: Option<f64>,
}

/// A stepper, and what goes with it.
pub struct Walker {
    pub stepper: Box<dyn Stepper>,
    /// Whether it keeps what is held by itself.
    pub holds: bool,
    /// What its user should know of it.
    pub note: Option<String>,
}

impl Optimizer {
    /// What is taken where nothing is asked for.
    pub const AUTO: Self = Self {
        name: OptimizerName::Auto,
        coordinates: CoordinatesName::Auto,
        noise: None,
    };

    /// The error says what is wrong with the noise, or which options exclude each other.
    pub fn new(name: OptimizerName, coordinates: CoordinatesName, noise: Option<f64>) -> Result<Self, String> {
        use CoordinatesName::{Cartesian, Internal};
        let by_name = matches!(name, OptimizerName::Auto | OptimizerName::Rfo);
        match (coordinates, noise) {
            (_, Some(sigma)) if !(sigma > 0.0 && sigma.is_finite()) => Err(format!(
                "--noise {sigma}: a positive standard deviation in kcal/mol/Å is expected"
            )),
            (Internal, _) if !by_name => Err(
                "--coordinates internal: only the optimizer rfo walks in internal coordinates, the others in Cartesian ones"
                    .to_owned(),
            ),
            (Cartesian, _) if name == OptimizerName::Rfo => {
                Err("--optimizer rfo walks in internal coordinates: leave --coordinates cartesian out".to_owned())
            }
            _ => Ok(Self {
                name,
                coordinates,
                noise,
            }),
        }
    }

    /// Whether this surface is walked on in internal coordinates.
    fn is_internal(self, ready: &Ready) -> bool {
        let engine = matches!(ready.assigned, Assigned::Engine { .. });
        match (self.name, self.coordinates) {
            (OptimizerName::Rfo, _) | (_, CoordinatesName::Internal) => true,
            (OptimizerName::Auto, CoordinatesName::Auto) => {
                engine && self.noise.is_none() && ready.prepared.molecule.len() <= MOST_INTERNAL
            }
            _ => false,
        }
    }

    /// In words, for one molecule.
    pub fn words(self, ready: &Ready) -> String {
        let name = if self.is_internal(ready) {
            OptimizerName::Rfo
        } else {
            self.name
        };
        Self { name, ..self }.to_string()
    }

    /// A stepper for one molecule at `x` (Å), of which these constraints and what else the plan says is held.
    pub fn walker(self, ready: &Ready, x: &[f64], hold: &Hold, constraints: &[Constraint]) -> Result<Walker, RfoError> {
        if self.is_internal(ready) {
            return internal(ready, x, hold, constraints);
        }
        let stepper: Box<dyn Stepper> = match (self.name, self.noise) {
            (OptimizerName::Auto | OptimizerName::Lbfgs | OptimizerName::Rfo, None) => Box::new(Lbfgs::default()),
            (OptimizerName::Auto | OptimizerName::Lbfgs | OptimizerName::Rfo, Some(sigma)) => {
                Box::new(NoiseTolerant::new(NoiseTolerantSettings::for_noise(sigma)))
            }
            (OptimizerName::Cg, _) => Box::new(ConjugateGradient::default()),
            (OptimizerName::Fire, _) => Box::new(Fire::default()),
            (OptimizerName::Sd, _) => Box::new(SteepestDescent::default()),
            (OptimizerName::Pattern, _) => Box::new(PatternSearch::default()),
            (OptimizerName::Adam, _) => Box::new(Adam::default()),
        };
        Ok(Walker {
            stepper,
            holds: false,
            note: None,
        })
    }
}

/// Steps in internal coordinates. A force field gives its own second derivatives at each point; an engine's are guessed from
/// MMFF94 where it types the molecule, else from Schlegel's model: by measurement the fewest gradients.
fn internal(ready: &Ready, x: &[f64], hold: &Hold, constraints: &[Constraint]) -> Result<Walker, RfoError> {
    let molecule = &ready.prepared.molecule;
    let coordinates = InternalCoordinates::new(molecule, x);
    let note = match coordinates.fallback() {
        [] => None,
        atoms => {
            let atoms: Vec<String> = atoms.iter().map(|a| (a + 1).to_string()).collect();
            let atoms = atoms.join(", ");
            Some(format!(
                "internal coordinates don't reach atoms {atoms}: they are moved in Cartesian ones"
            ))
        }
    };
    let initial_hessian = match &ready.assigned {
        // Restraints have no second derivatives of their own: those of the force field alone are the guess then.
        Assigned::ForceField(field) if hold.is_restrained() => InitialHessian::Surface(Box::new(field.evaluator())),
        Assigned::ForceField(_) => InitialHessian::Own,
        Assigned::Mix(_) => InitialHessian::Model(Model::Lindh),
        Assigned::Engine { .. } => match mmff94_evaluator(molecule) {
            Some(evaluator) => InitialHessian::Surface(Box::new(evaluator)),
            None => InitialHessian::Model(Model::Schlegel),
        },
    };
    let settings = RfoSettings {
        initial_hessian,
        constraints: hold.frozen().chain(constraints.iter().cloned()).collect(),
        ..RfoSettings::default()
    };
    Ok(Walker {
        stepper: Box::new(Rfo::new(coordinates, settings)?),
        holds: true,
        note,
    })
}

/// An approximate Hessian (kcal/mol/Å²) of an engine's surface: MMFF94's where it types the molecule, else Schlegel's model.
pub fn approximate_hessian(molecule: &Molecule) -> impl FnMut(&[f64]) -> Option<SymmetricMatrix> {
    let field = mmff94_evaluator(molecule);
    approximate(field.map(|field| Box::new(field) as Box<dyn Potential>), molecule)
}

/// MMFF94 with its published parameters, for molecules that it types.
pub fn mmff94_evaluator(molecule: &Molecule) -> Option<Evaluator> {
    static TABLES: OnceLock<Option<mmff94::Parameters>> = OnceLock::new();
    let tables = TABLES.get_or_init(|| mmff94::Parameters::published().ok()).as_ref()?;
    let terms = mmff94::parametrize(molecule, mmff94::Variant::Mmff94, tables).ok()?;
    Some(ForceField::new(molecule, terms, Options::default()).evaluator())
}

impl fmt::Display for Optimizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.name, self.noise) {
            (OptimizerName::Rfo, _) => "restricted steps in internal coordinates",
            (OptimizerName::Auto | OptimizerName::Lbfgs, None) => "L-BFGS",
            (OptimizerName::Auto | OptimizerName::Lbfgs, Some(_)) => "noise-tolerant L-BFGS",
            (OptimizerName::Cg, _) => "conjugate gradients",
            (OptimizerName::Fire, _) => "FIRE",
            (OptimizerName::Sd, _) => "steepest descent",
            (OptimizerName::Pattern, _) => "pattern search",
            (OptimizerName::Adam, _) => "Adam",
        })?;
        match self.noise {
            Some(sigma) => write!(f, ", gradient noise {sigma} kcal/mol/Å"),
            None => Ok(()),
        }
    }
}
