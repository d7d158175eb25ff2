//! Clusters of like atoms by basin hopping: no molecule, no bonds, only a law of force between pairs.
//!
//! Walkers set out from random structures. A walk goes from minimum to minimum by moves that suit clusters (a kick of all atoms,
//! loosely bound atoms to vacant sites, into the middle or around the surface, a twist) and is accepted by Metropolis' rule on the
//! energies of minima (Li and Scheraga, Proc. Natl. Acad. Sci. 84, 6611 (1987); Wales and Doye, J. Phys. Chem. A 101, 5111 (1997)).
//! Three things make it quick:
//!
//! - after each quench loosely bound atoms are put to better sites as long as that gains anything, so that a walk is one of cores,
//!   not of surfaces;
//! - a quench starts under a compressing field of random strength, which opens the way to compact structures of every kind (two-phase
//!   minimization: Locatelli and Schoen, Comput. Optim. Appl. 26, 173 (2003); the field: Doye, Phys. Rev. E 62, 8753 (2000)). Both
//!   phases count as minimizations;
//! - a walk that has not found a lower minimum for a while starts anew.
//!
//! Energies are in ε and lengths in the law's own, here and in what is returned.

mod lattice;
pub mod law;
mod moves;
mod pool;
mod quench;
pub mod surface;
mod walk;

use crate::optimize::OptimizeError;
use pool::Pool;
use quench::Quencher;
use rayon::prelude::*;
use std::time::{Duration, Instant};
use thiserror::Error;
use walk::Walker;

pub use law::{LennardJones, Morse, PairLaw};
pub use quench::Structure;
pub use surface::Surface;

/// Loosely quenched minima of this difference in energy (ε), at most, are not told apart by a walk.
const SAME_ENERGY: f64 = 1e-4;

/// Minimizations that each walker makes before all look around: whether a target was met, the time is over or somebody wants an end.
const ROUND: usize = 50;

/// How a walk is made. The defaults are for all sizes alike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WalkSettings {
    /// Temperature of Metropolis' rule, ε; 0.8 as in Wales and Doye's study.
    pub temperature: f64,
    /// Strongest compressing field, ε per square of the law's length; each quench takes a random part of it. Zero: no compression.
    pub compression: f64,
    /// Moves without a lower minimum after which a walk starts anew.
    pub patience: usize,
    /// Most atoms that are put to better sites before the next quench. Zero: none, and no such quench.
    pub settling: usize,
}

impl Default for WalkSettings {
    fn default() -> Self {
        Self {
            temperature: 0.8,
            compression: 8.0,
            patience: 30,
            settling: 10,
        }
    }
}

/// What is searched for, and for how long.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Number of atoms, at least 2.
    pub atoms: usize,
    /// How walks are made.
    pub walk: WalkSettings,
    /// Independent walkers. The result depends on their number, not on that of the threads.
    pub walkers: usize,
    /// Where all random numbers come from.
    pub seed: u64,
    /// Most minimizations of all walkers together, but for those that a walker is in the middle of and those of the final proof.
    pub minimizations: usize,
    /// Longest time; looked at between rounds. What is found then depends on the machine.
    pub time: Option<Duration>,
    /// The search ends when an energy at or below this is met, ε.
    pub target: Option<f64>,
    /// Most structures that are returned.
    pub keep: usize,
    /// Highest energy above the lowest of what is returned, ε.
    pub window: f64,
}

impl Settings {
    /// The defaults for so many atoms: four walkers, ten thousand minimizations, the ten lowest structures.
    #[must_use]
    pub fn new(atoms: usize) -> Self {
        Self {
            atoms,
            walk: WalkSettings::default(),
            walkers: 4,
            seed: 1,
            minimizations: 10_000,
            time: None,
            target: None,
            keep: 10,
            window: f64::INFINITY,
        }
    }
}

/// How far a search is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Minimizations of all walkers.
    pub minimizations: usize,
    /// Energy and gradient evaluations of all walkers.
    pub evaluations: usize,
    /// Lowest energy so far, ε.
    pub lowest: f64,
}

/// What a search found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Minima that are proven to be so, each once (mirror images are one), lowest first.
    pub structures: Vec<Structure>,
    /// Minimizations, those of the final proof included.
    pub minimizations: usize,
    /// Energy and gradient evaluations, those of the final proof included.
    pub evaluations: usize,
    /// Random structures that walks started from.
    pub starts: usize,
}

/// Why a search gave nothing.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ClusterError {
    /// One atom or none is not a cluster.
    #[error("a cluster has two atoms or more, not {0}")]
    TooSmall(usize),
    /// The surface failed.
    #[error(transparent)]
    Surface(#[from] OptimizeError),
}

/// Searches for the lowest structures of a cluster on the threads of the present pool. The same settings give the same result for any
/// number of threads, unless the time ends it.
///
/// `watch` is called from time to time; it answers whether to go on.
///
/// # Errors
/// Too few atoms, or a surface that fails.
pub fn search<P: PairLaw>(
    law: P,
    settings: &Settings,
    mut watch: impl FnMut(&Progress) -> bool,
) -> Result<Found, ClusterError> {
    if settings.atoms < 2 {
        return Err(ClusterError::TooSmall(settings.atoms));
    }
    let began = Instant::now();
    let count = settings.walkers.max(1);
    let mut walkers: Vec<Walker<P>> = (0..count as u64)
        .map(|number| Walker::new(law, settings, number))
        .collect();
    let share = settings.minimizations.div_ceil(count);
    let target = settings.target.unwrap_or(f64::NEG_INFINITY);
    let mut until = 0;
    while until < share {
        until = share.min(until + ROUND);
        walkers
            .par_iter_mut()
            .map(|walker| walker.advance(until, target))
            .collect::<Result<Vec<()>, _>>()?;
        let progress = progress(&walkers);
        let over = settings.time.is_some_and(|longest| began.elapsed() >= longest);
        if progress.lowest <= target || over || !watch(&progress) {
            break;
        }
    }
    finish(law, &walkers, settings)
}

fn progress<P: PairLaw>(walkers: &[Walker<P>]) -> Progress {
    Progress {
        minimizations: walkers.iter().map(Walker::minimizations).sum(),
        evaluations: walkers.iter().map(Walker::evaluations).sum(),
        lowest: walkers.iter().map(|w| w.pool.lowest()).fold(f64::INFINITY, f64::min),
    }
}

/// All that the walkers found, once each, minimized tightly and proven.
fn finish<P: PairLaw>(law: P, walkers: &[Walker<P>], settings: &Settings) -> Result<Found, ClusterError> {
    let mut candidates = Pool::loose(settings.keep);
    for walker in walkers {
        for structure in walker.pool.structures() {
            candidates.offer(structure);
        }
    }
    let mut quencher = Quencher::new(law, settings.atoms);
    let mut kept = Pool::tight(settings.keep);
    for candidate in candidates.structures() {
        let (structure, proven) = quencher.prove(&candidate.x)?;
        if proven {
            kept.offer(&structure);
        }
    }
    let ceiling = kept.lowest() + settings.window;
    let mut structures = kept.into_structures();
    structures.retain(|s| s.energy <= ceiling);
    let so_far = progress(walkers);
    Ok(Found {
        structures,
        minimizations: so_far.minimizations + quencher.minimizations,
        evaluations: so_far.evaluations + quencher.evaluations,
        starts: walkers.iter().map(|w| w.starts).sum(),
    })
}

/// When a single walk first met an energy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Encounter {
    /// Whether it did.
    pub met: bool,
    /// Minimizations until then, or until the limit.
    pub minimizations: usize,
    /// Energy and gradient evaluations until then.
    pub evaluations: usize,
    /// Random structures that the walk started from.
    pub starts: usize,
}

/// Lets one walker (of number `walker`, from `settings.seed`) walk until it meets `energy` (ε) or lower, or has made
/// `settings.minimizations`: the measure by which searches are compared.
///
/// # Errors
/// As [`search`].
pub fn first_encounter(
    law: impl PairLaw,
    settings: &Settings,
    walker: u64,
    energy: f64,
) -> Result<Encounter, ClusterError> {
    if settings.atoms < 2 {
        return Err(ClusterError::TooSmall(settings.atoms));
    }
    let settings = Settings {
        keep: 1,
        ..settings.clone()
    };
    let mut walker = Walker::new(law, &settings, walker);
    walker.advance(settings.minimizations, energy)?;
    Ok(Encounter {
        met: walker.pool.lowest() <= energy,
        minimizations: walker.minimizations(),
        evaluations: walker.evaluations(),
        starts: walker.starts,
    })
}
