//! The search as a whole: choosing a method, going on until enough is known, and making the ensemble.

use super::checkpoint::{Batch, Checkpoint};
use super::coverage::{Estimate, List};
use super::ensemble::{Ensemble, EnsembleSettings, Select, gather};
use super::hopping::{self, CHAINS, Chain, MOST_HOPS, Round};
use super::moves::MolecularMoves;
use super::relax::Relaxed;
use super::search::{End, Search, Settings};
use super::shapes::{self, Shapes};
use super::starts::{Seeds, Starts};
use super::systematic::{BuildSettings, Built, build};
use crate::chem::Molecule;
use crate::potential::EvalError;
use rayon::prelude::*;

/// How to search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// By the molecule: see [`choose`].
    Auto,
    /// Build-up of torsion states, tested by random samples.
    Systematic,
    /// Basin hopping.
    BasinHopping,
    /// Independent random starts.
    MultiStart,
}

impl Method {
    /// The name in output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Systematic => "systematic",
            Self::BasinHopping => "basin-hopping",
            Self::MultiStart => "multi-start",
        }
    }
}

/// What a search came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The conformers.
    pub ensemble: Ensemble,
    /// The method that was taken.
    pub method: Method,
    /// Why that method.
    pub reason: String,
    /// What is thought of the unseen.
    pub estimate: Estimate,
    /// Why it ended before the coverage was reached, where it did.
    pub ended: Option<End>,
}

/// Budget of a search that was given neither a count nor a time.
pub const USUAL_BUDGET: u64 = 20_000;

/// Minimizations for each conformer of a diverse set, and the fewest: four for its shape, the others for the lowest, and with fewer than a
/// thousand the lowest may be missed.
const BUDGET_OF_EACH: u64 = 16;
const LEAST_BUDGET: u64 = 1000;

/// More rotors than this are too many to enumerate, for saturated hydrocarbons, and for others.
const MOST_HYDROCARBON_ROTORS: usize = 13;
const MOST_ROTORS: usize = 5;

/// Samples minimized together in multi-start.
const SAMPLES: u64 = 64;

/// Samples that test a list, for each that the coverage asks for.
const TESTS: f64 = 10.0;

/// Geometries that a hopping search starts from.
const FIRST_SAMPLES: u64 = 48;

/// The method for a molecule, with the reason: enumeration where there are few rotors and nothing else that changes; random
/// starts and hops for rings, nitrogen that inverts, many rotors, and several molecules beside each other. A set of limited size, for
/// which `is_limited`, needs no list of all.
#[must_use]
pub fn choose(search: &Search<'_>, is_limited: bool) -> (Method, String) {
    let rotors = search.rotors.len();
    let segments = super::moves::flexible_segments(search.molecule).len();
    let inverting = super::moves::inverting_atoms(search.molecule).len();
    let most = if is_hydrocarbon(search.molecule) && !is_limited {
        MOST_HYDROCARBON_ROTORS
    } else {
        MOST_ROTORS
    };
    let parts = search.molecule.fragments().1;
    if parts > 1 {
        let reason = format!("{rotors} rotors in {parts} molecules beside each other");
        (Method::BasinHopping, reason)
    } else if segments > 0 {
        (Method::BasinHopping, format!("{rotors} rotors and flexible rings"))
    } else if inverting > 0 {
        (
            Method::BasinHopping,
            format!("{rotors} rotors and nitrogen that inverts"),
        )
    } else if rotors > most {
        (Method::BasinHopping, format!("{rotors} rotors, too many to enumerate"))
    } else {
        (Method::Systematic, format!("{rotors} rotors, no flexible ring"))
    }
}

fn is_hydrocarbon(molecule: &Molecule) -> bool {
    molecule.atoms().iter().all(|a| matches!(a.element.symbol(), "C" | "H"))
}

/// How much parts that come late may bring back by attraction (kcal/mol): contacts of CH groups little, dipoles more, hydrogen bonds most.
fn margin(molecule: &Molecule) -> f64 {
    let is_donor = |a: usize| {
        let has_hydrogen = molecule
            .neighbors(a)
            .iter()
            .any(|n| molecule.element(n.atom).atomic_number() == 1);
        has_hydrogen && matches!(molecule.element(a).symbol(), "N" | "O" | "F" | "S")
    };
    if (0..molecule.len()).any(|a| is_donor(a) || molecule.atom(a).formal_charge != 0) {
        10.0
    } else if is_hydrocarbon(molecule) {
        1.0
    } else {
        4.0
    }
}

/// Searches from a geometry (Å) that has the right configuration, with other geometries from `seeds` where there are any.
///
/// # Errors
/// Where the surface fails altogether.
pub fn run(
    search: &mut Search<'_>,
    start: &[f64],
    method: Method,
    seeds: Option<&Seeds<'_>>,
    settings: &EnsembleSettings,
    watch: &mut dyn FnMut(&Search<'_>),
) -> Result<Outcome, EvalError> {
    let moves = MolecularMoves::new(search.molecule, &search.rotors);
    let (chosen, reason) = match method {
        Method::Auto => choose(search, settings.places().is_some()),
        other => (other, "as asked".to_owned()),
    };
    if search.settings.max_minimizations.is_none() && chosen != Method::Systematic {
        search.settings.max_minimizations = usual_budget(&search.settings, settings);
    }
    search.most_polished = settings.most.unwrap_or(usize::MAX);
    let starts = Starts {
        rotors: search.rotors.clone(),
        moves: &moves,
        seeds,
        first: start,
        seed: search.settings.seed,
    };
    let places = settings.places();
    let mut stages = Stages {
        search,
        moves: &moves,
        starts: &starts,
        places,
        watch,
    };
    let ended = match stages.run(chosen) {
        Ok(()) => None,
        Err(End::Failed(error)) => return Err(error),
        Err(end) => Some(end),
    };
    let saved = search.checkpoint.as_mut().map_or(Ok(()), Checkpoint::save);
    let ended = saved.err().map(End::from).or(ended);
    let finish = ended != Some(End::Interrupted);
    let ensemble = gather(search, settings, finish)?;
    let estimate = if moves.is_empty() { CERTAIN } else { search.estimate() };
    Ok(Outcome {
        ensemble,
        method: chosen,
        reason,
        estimate,
        ended,
    })
}

/// Of a molecule in which nothing turns.
const CERTAIN: Estimate = Estimate {
    coverage: 1.0,
    unseen: 0.0,
    samples: 0,
    list: List::Complete,
};

/// The budget where no number was given. A diverse set of limited size needs no complete search.
fn usual_budget(search: &Settings, ensemble: &EnsembleSettings) -> Option<u64> {
    match (ensemble.select, ensemble.most) {
        (Select::Diverse, Some(most)) => Some((BUDGET_OF_EACH * most as u64).clamp(LEAST_BUDGET, USUAL_BUDGET)),
        _ => search.max_time.is_none().then_some(USUAL_BUDGET),
    }
}

struct Stages<'r, 's, 'a> {
    search: &'s mut Search<'a>,
    moves: &'r MolecularMoves,
    starts: &'r Starts<'r>,
    /// Places in a diverse set of limited size.
    places: Option<usize>,
    watch: &'r mut dyn FnMut(&Search<'_>),
}

impl Stages<'_, '_, '_> {
    fn run(&mut self, method: Method) -> Result<(), End> {
        self.search.relax(&[self.starts.first.to_vec()], false)?;
        if self.moves.is_empty() {
            return Ok(());
        }
        self.take_shapes()?;
        match method {
            Method::Systematic => {
                // How molecules lie beside each other is not enumerated.
                let is_one = self.search.molecule.fragments().1 == 1;
                if self.enumerate()?.is_some() && is_one {
                    self.search.list = List::Complete;
                }
                self.hop()
            }
            Method::MultiStart => self.sample(None),
            Method::Auto | Method::BasinHopping => {
                self.sample(Some(FIRST_SAMPLES))?;
                self.hop()
            }
        }
    }

    /// Puts minima into the pool that cover the shapes of the molecule, where a diverse set of limited size is wanted.
    fn take_shapes(&mut self) -> Result<(), End> {
        let (Some(surface), Some(places)) = (self.search.shape_surface, self.places) else {
            return Ok(());
        };
        let wanted = shapes::wanted(places, self.search.settings.max_minimizations);
        let starts = self.starts;
        let shapes = Shapes::sample(self.search, surface, &|number| starts.shape(number), wanted)?;
        // Some fall into one and the same minimum.
        let covering = shapes.covering(self.search, places + places / 2);
        self.search.promised = covering.len();
        let attempts = self.search.relax(&covering, false)?;
        self.search.keep(&attempts);
        (self.watch)(self.search);
        Ok(())
    }

    fn enumerate(&mut self) -> Result<Option<Built>, End> {
        let settings = BuildSettings {
            margin: margin(self.search.molecule),
            most_stems: 200_000,
        };
        build(self.search, self.starts.first, settings)
    }

    /// Random starts, until the coverage is reached or so many were made.
    fn sample(&mut self, most: Option<u64>) -> Result<(), End> {
        for round in 0.. {
            let first = round * SAMPLES;
            let last = most.map_or(first + SAMPLES, |most| most.min(first + SAMPLES));
            let starts = self.starts;
            let starts: Vec<Vec<f64>> = (first..last)
                .into_par_iter()
                .map(|number| starts.sample(number))
                .collect();
            self.search.relax(&starts, true)?;
            (self.watch)(self.search);
            if most.is_some_and(|most| last >= most) || self.is_covered() {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Whether the coverage is reached. A list that is to be complete is tested by as many samples as it has minima, and by ten times as
    /// many as the coverage alone asks for.
    fn is_covered(&self) -> bool {
        let estimate = self.search.estimate();
        let coverage = self.search.settings.coverage;
        let is_tested = || {
            let samples = estimate.samples as f64;
            samples >= self.search.in_window().len() as f64 && samples >= TESTS / (1.0 - coverage)
        };
        estimate.coverage >= coverage && (estimate.list == List::Some || is_tested())
    }

    /// Hops until the coverage is reached.
    fn hop(&mut self) -> Result<(), End> {
        let mut chains = hopping::chains();
        for number in 0.. {
            self.round(&mut chains, number)?;
            (self.watch)(self.search);
            if self.is_covered() {
                break;
            }
        }
        Ok(())
    }

    fn round(&mut self, chains: &mut Vec<Chain>, number: u64) -> Result<(), End> {
        let affordable = self.search.affordable()?;
        let known = self.least_visited();
        let batch = match self.search.replayed() {
            Some(batch) => batch,
            None => {
                let batch = self.work(&known, chains, number)?;
                let is_cut_off = self.search.halt().is_due();
                self.search.log(&batch, affordable >= MOST_HOPS && !is_cut_off)?;
                batch
            }
        };
        chains.clone_from(&batch.chains);
        let taken = batch.attempts.len().min(affordable);
        self.search.take_in(&batch.attempts[..taken], true);
        Ok(())
    }

    fn work(&self, known: &[Relaxed], chains: &[Chain], number: u64) -> Result<Batch, End> {
        let search = &*self.search;
        let round = Round {
            surface: search.surface,
            moves: self.moves,
            known,
            is_fit: &|x| search.is_same_molecule(x),
            taboo: &|energy, x| {
                let entry = &search.pool.entries()[search.pool.find(energy, x)?];
                Some(Relaxed {
                    energy: entry.energy,
                    x: entry.x.clone(),
                })
            },
            seed: search.settings.seed,
            number,
            halt: search.halt(),
        };
        round.run(chains)?.ok_or(End::Interrupted)
    }

    /// Minima within the window that were started from the least, then the lowest.
    fn least_visited(&mut self) -> Vec<Relaxed> {
        const OFFERED: usize = 4 * CHAINS;
        let mut ids = self.search.in_window();
        self.search.visits.resize(self.search.pool.len(), 0);
        let (entries, visits) = (self.search.pool.entries(), &self.search.visits);
        ids.sort_by(|&a, &b| {
            visits[a]
                .cmp(&visits[b])
                .then(entries[a].energy.total_cmp(&entries[b].energy))
                .then(a.cmp(&b))
        });
        ids.truncate(OFFERED);
        let relaxed = |&id: &usize| Relaxed {
            energy: entries[id].energy,
            x: entries[id].x.clone(),
        };
        let known = ids.iter().map(relaxed).collect();
        for &id in ids.iter().take(CHAINS.div_ceil(2)) {
            self.search.visits[id] += 1;
        }
        known
    }
}
