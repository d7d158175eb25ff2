//! What searches of alkanes think of the unseen while they go on, beside what is truly unseen.

use crate::alkane;
use rand::rngs::ChaCha8Rng;
use std::f64::consts::PI;
use std::sync::atomic::AtomicBool;
use thalweg::chem::stereo::{Configuration, Stereo};
use thalweg::conformers::embed::{Chains, Embedder};
use thalweg::conformers::ensemble::{EnsembleSettings, Select};
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

/// Looks at a search by so many minimizations after every round. A search that has not found the lowest minimum yet looks at another
/// window: that is part of the error.
pub fn looks(alkane: Alkane, method: Method, budget: u64, seed: u64) -> Vec<Look> {
    let molecule = alkane::molecule(alkane.carbons);
    let terms = parametrize(&molecule, Variant::Mmff94, &Parameters::published().unwrap()).unwrap();
    let field = ForceField::new(&molecule, terms, Options::default());
    let surface = || -> Result<Box<dyn Potential>, EvalError> { Ok(Box::new(field.evaluator())) };
    let never = AtomicBool::new(false);
    let embedder = Embedder::new(&molecule, &Configuration::default()).unwrap();
    let seeds = |chains: Chains, random: &mut ChaCha8Rng| embedder.embed_with(chains, random).ok();
    let settings = Settings {
        window: alkane.window,
        same: PoolSettings::default(),
        coverage: 1.0,
        max_minimizations: Some(budget),
        max_time: None,
        seed,
    };
    let ensemble = EnsembleSettings {
        most: Some(1),
        select: Select::Energy,
        window: alkane.window,
        temperature: 298.15,
    };
    let start = alkane::coordinates(&vec![PI; alkane.carbons - 3]);
    let mut search = Search::new(&molecule, Stereo::find(&molecule), &start, &surface, settings, &never);
    let mut looks = Vec::new();
    let mut watch = |search: &Search<'_>| {
        let estimate = search.estimate();
        looks.push(Look {
            samples: estimate.samples,
            estimated: estimate.unseen,
            unseen: alkane.minima as f64 - search.in_window().len() as f64,
        });
    };
    run(&mut search, &start, method, Some(&seeds), &ensemble, &mut watch).unwrap();
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
