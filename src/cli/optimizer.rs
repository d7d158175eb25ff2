//! Which stepper walks.

use super::args::{CoordinatesName, OptimizerName};
use super::energy::Ready;
use super::surface::Assigned;
use crate::chem::Molecule;
use crate::coordinates::InternalCoordinates;
use crate::forcefield::{Evaluator, ForceField, Options, mmff94};
use crate::hessian::Model;
use crate::optimize::{
    Adam, ConjugateGradient, Fire, InitialHessian, Lbfgs, NoiseTolerant, NoiseTolerantSettings, PatternSearch, Rfo,
    RfoSettings, SteepestDescent, Stepper,
};
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

impl Optimizer {
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
    fn is_internal(self, ready: &Ready, held: bool) -> bool {
        if held {
            // What is held is held along Cartesian steps, whatever the method.
            return false;
        }
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
    pub fn words(self, ready: &Ready, held: bool) -> String {
        let name = match (self.is_internal(ready, held), self.name) {
            (true, _) => OptimizerName::Rfo,
            (false, OptimizerName::Rfo) => OptimizerName::Lbfgs,
            (false, name) => name,
        };
        Self { name, ..self }.to_string()
    }

    /// A stepper for one molecule, of which something is `held` or nothing, and what its user should know of it.
    pub fn stepper(self, ready: &Ready, held: bool) -> (Box<dyn Stepper>, Option<String>) {
        if self.is_internal(ready, held) {
            return internal(ready);
        }
        let asked = self.name == OptimizerName::Rfo || self.coordinates == CoordinatesName::Internal;
        let note =
            asked.then(|| "with something held or restrained, steps are made in Cartesian coordinates".to_owned());
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
        (stepper, note)
    }
}

/// Steps in internal coordinates. A force field gives its own second derivatives at each point; an engine's are guessed from
/// MMFF94 where it types the molecule, else from Schlegel's model: by measurement the fewest gradients.
fn internal(ready: &Ready) -> (Box<dyn Stepper>, Option<String>) {
    let (molecule, x) = (&ready.prepared.molecule, &ready.prepared.record.coordinates);
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
    let initial_hessian = match ready.assigned {
        Assigned::ForceField(_) => InitialHessian::Own,
        Assigned::Engine { .. } => match mmff94_evaluator(molecule) {
            Some(evaluator) => InitialHessian::Surface(Box::new(evaluator)),
            None => InitialHessian::Model(Model::Schlegel),
        },
    };
    let settings = RfoSettings {
        initial_hessian,
        ..RfoSettings::default()
    };
    (Box::new(Rfo::new(coordinates, settings)), note)
}

/// MMFF94 with its published parameters, for molecules that it types.
fn mmff94_evaluator(molecule: &Molecule) -> Option<Evaluator> {
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
