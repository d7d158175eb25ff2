//! What searches think of the unseen while they go on, beside what is truly unseen.

use crate::alkane;
use rand::rngs::ChaCha8Rng;
use std::f64::consts::PI;
use std::sync::atomic::AtomicBool;
use thalweg::chem::Molecule;
use thalweg::chem::stereo::{Configuration, Stereo};
use thalweg::conformers::embed::{Chains, Embedder};
use thalweg::conformers::ensemble::{Conformer, EnsembleSettings, Select};
use thalweg::conformers::pool::PoolSettings;
use thalweg::conformers::run::{Method, run};
use thalweg::conformers::search::{Search, Settings};
use thalweg::forcefield::mmff94::{Parameters, Variant, parametrize};
use thalweg::forcefield::{ForceField, Options};
use thalweg::potential::{EvalError, Potential};

/// An alkane with the number of its minima within a window (kcal/mol) by exhaustive enumeration with MMFF94, every minimum proven
/// by its Hessian, and 2,000 random starts without a new one.
#[derive(Clone, Copy, Debug)]
pub struct Alkane {
    /// Carbon atoms.
    pub carbons: usize,
    /// kcal/mol above the lowest.
    pub window: f64,
    /// Minima, mirror images counted once.
    pub minima: usize,
}

/// Those with enough minima to be missed.
pub const ALKANES: [Alkane; 6] = [
    Alkane {
        carbons: 6,
        window: 10.0,
        minima: 12,
    },
    Alkane {
        carbons: 7,
        window: 5.0,
        minima: 24,
    },
    Alkane {
        carbons: 7,
        window: 10.0,
        minima: 31,
    },
    Alkane {
        carbons: 8,
        window: 3.0,
        minima: 30,
    },
    Alkane {
        carbons: 8,
        window: 5.0,
        minima: 55,
    },
    Alkane {
        carbons: 8,
        window: 10.0,
        minima: 97,
    },
];

/// A molecule with a geometry (Å) of the right configuration.
#[derive(Clone, Debug)]
pub struct Start {
    /// The molecule.
    pub molecule: Molecule,
    /// The geometry.
    pub x: Vec<f64>,
}

impl Start {
    /// An alkane, all trans.
    pub fn alkane(carbons: usize) -> Self {
        Self {
            molecule: alkane::molecule(carbons),
            x: alkane::coordinates(&vec![PI; carbons - 3]),
        }
    }
}

/// A molecule with the number of its minima within a window (kcal/mol).
#[derive(Clone, Debug)]
pub struct Known {
    /// Where searches start.
    pub start: Start,
    /// kcal/mol above the lowest.
    pub window: f64,
    /// Minima, mirror images counted once.
    pub minima: usize,
}

impl From<Alkane> for Known {
    fn from(alkane: Alkane) -> Self {
        Self {
            start: Start::alkane(alkane.carbons),
            window: alkane.window,
            minima: alkane.minima,
        }
    }
}

/// A look at a search.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Random samples in the window so far.
    pub samples: u64,
    /// How many minima it thinks it has not seen.
    pub estimated: f64,
    /// How many it has not seen.
    pub unseen: f64,
}

/// How a molecule is searched.
#[derive(Clone, Copy, Debug)]
pub struct Trial {
    /// The method.
    pub method: Method,
    /// Coverage at which to stop.
    pub coverage: f64,
    /// Most minimizations.
    pub budget: u64,
    /// Of the random streams.
    pub seed: u64,
}

impl Trial {
    /// Searches the minima of a molecule within a window (kcal/mol), looking on after every round. `most` conformers are polished and given.
    pub fn run(
        self,
        Start { molecule, x }: &Start,
        window: f64,
        most: Option<usize>,
        watch: &mut dyn FnMut(&Search<'_>),
    ) -> Vec<Conformer> {
        let terms = parametrize(molecule, Variant::Mmff94, &Parameters::published().unwrap()).unwrap();
        let field = ForceField::new(molecule, terms, Options::default());
        let surface = || -> Result<Box<dyn Potential>, EvalError> { Ok(Box::new(field.evaluator())) };
        let never = AtomicBool::new(false);
        let stereo = Stereo::find(molecule);
        let configuration = Configuration::of_coordinates(stereo.clone(), x);
        let embedder = Embedder::new(molecule, &configuration).unwrap();
        let seeds = |chains: Chains, random: &mut ChaCha8Rng| embedder.embed_with(chains, random).ok();
        let settings = Settings {
            window,
            same: PoolSettings::default(),
            coverage: self.coverage,
            max_minimizations: Some(self.budget),
            max_time: None,
            seed: self.seed,
        };
        let ensemble = EnsembleSettings {
            most,
            select: Select::Energy,
            window,
            temperature: 298.15,
        };
        let mut search = Search::new(molecule, stereo, x, &surface, settings, &never);
        let outcome = run(&mut search, x, self.method, Some(&seeds), &ensemble, watch);
        outcome.unwrap().ensemble.conformers
    }
}

/// Looks at a search by so many minimizations after every round. A search that has not found the lowest minimum yet looks at another
/// window: that is part of the error.
pub fn looks(known: &Known, method: Method, budget: u64, seed: u64) -> Vec<Look> {
    let mut looks = Vec::new();
    let mut watch = |search: &Search<'_>| {
        let estimate = search.estimate();
        looks.push(Look {
            samples: estimate.samples,
            estimated: estimate.unseen,
            unseen: known.minima as f64 - search.in_window().len() as f64,
        });
    };
    let trial = Trial {
        method,
        coverage: 1.0,
        budget,
        seed,
    };
    trial.run(&known.start, known.window, Some(1), &mut watch);
    looks
}

/// Means over looks.
#[derive(Clone, Copy, Debug)]
pub struct Error {
    /// Looks.
    pub count: usize,
    /// Mean of the truly unseen.
    pub unseen: f64,
    /// Mean of estimate less truth.
    pub bias: f64,
    /// Root mean square of the same.
    pub rms: f64,
}

/// The estimates' error over looks; those at which nothing could be said yet are left out.
pub fn error(looks: &[Look]) -> Error {
    let said: Vec<&Look> = looks.iter().filter(|look| look.estimated.is_finite()).collect();
    let count = said.len();
    let mean = |value: &dyn Fn(&Look) -> f64| said.iter().map(|look| value(look)).sum::<f64>() / count as f64;
    Error {
        count,
        unseen: mean(&|look| look.unseen),
        bias: mean(&|look| look.estimated - look.unseen),
        rms: mean(&|look| (look.estimated - look.unseen).powi(2)).sqrt(),
    }
}
