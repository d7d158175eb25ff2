//! Shapes for a diverse set: what a molecule may look like where it is not alone.
//!
//! In the gas phase charges pull a flexible molecule together, and the minima found by a search for the lowest are balls that no solvent
//! and no receptor leaves as they are. Shapes are therefore judged on a surface without electrostatics (E. E. Bolton, S. Kim and S. H.
//! Bryant, J. Cheminform. 2011, 3, 4, compare conformers of 25,972 ligands on MMFF94s with and without): random geometries are minimized
//! there, those up to a few kcal/mol are taken from below, without those that are alike, and minimized on the surface that was asked for.

use super::checkpoint::Batch;
use super::coverage::{Sighting, estimate};
use super::fingerprints::{Fingerprints, sieve};
use super::pool::{Candidate, Entry, Pool};
use super::relax::{Attempt, Halt, Relaxer, Surface};
use super::search::{End, Search};
use crate::potential::EvalError;
use rayon::prelude::*;
use std::ops::Range;

/// Energies above the lowest, without electrostatics, of shapes that are offered, kcal/mol.
const WINDOW: f64 = 8.0;

/// Geometries for each place of the set, and the fewest.
const OF_EACH: u64 = 4;
const LEAST: u64 = 200;

/// The part of the time that may be spent on shapes.
const SHARE: f64 = 0.3;

/// Geometries between two looks at budget, clock and interrupt.
const CHUNK: u64 = 128;

/// Root mean square of the gradient (kcal/mol/Å) at which a shape is good enough to be told from others; it is minimized further elsewhere.
const NEAR: f64 = 0.01;

/// How many shapes are drawn for a set of `most`, where so many minimizations are allowed in all: some have to be left for the lowest.
#[must_use]
pub fn wanted(most: usize, allowed: Option<u64>) -> u64 {
    (OF_EACH * most as u64)
        .max(LEAST)
        .min(allowed.map_or(u64::MAX, |allowed| allowed / 5 * 3))
}

/// The distinct shapes that were met.
pub(super) struct Shapes {
    pool: Pool,
    sightings: Vec<Sighting>,
}

impl Shapes {
    /// Draws and minimizes shapes, as many as are wanted or until further ones are known.
    pub fn sample(
        search: &mut Search<'_>,
        surface: &Surface<'_>,
        draw: &(dyn Fn(u64) -> Vec<f64> + Sync),
        wanted: u64,
    ) -> Result<Self, End> {
        let mut shapes = Self {
            pool: Pool::new(search.molecule, search.settings.same),
            sightings: Vec::new(),
        };
        let mut first = 0;
        let halt = search.halt_after_share(SHARE);
        while first < wanted && !halt.is_due() {
            let affordable = search.affordable()? as u64;
            let last = wanted.min(first + CHUNK).min(first.saturating_add(affordable));
            let batch = match search.replayed() {
                Some(batch) => batch,
                None => {
                    let attempts = relax(surface, draw, first..last, halt)?;
                    let batch = Batch::of(attempts.ok_or(End::Interrupted)?);
                    search.log(&batch, batch.attempts.len() as u64 == last - first)?;
                    batch
                }
            };
            shapes.take_in(search, &batch.attempts);
            if estimate(shapes.low().map(|n| shapes.sightings[n]), search.list).coverage >= search.settings.coverage {
                break;
            }
            first = last;
        }
        Ok(shapes)
    }

    fn take_in(&mut self, search: &mut Search<'_>, attempts: &[Attempt]) {
        let pool = &self.pool;
        let seen = &*search;
        let judge = |attempt: &Attempt| -> Option<Option<Candidate>> {
            let found = attempt.found.as_ref()?;
            Some(
                seen.is_same_molecule(&found.x)
                    .then(|| pool.examine(found.energy, &found.x)),
            )
        };
        let judged: Vec<_> = attempts.par_iter().with_max_len(8).map(judge).collect();
        for (attempt, judged) in attempts.iter().zip(judged) {
            search.tally.minimizations += 1;
            search.tally.evaluations += attempt.evaluations;
            match judged {
                None => search.tally.failed += 1,
                Some(None) => search.tally.changed += 1,
                Some(Some(candidate)) => {
                    let id = self.pool.admit(candidate).id();
                    self.sightings.resize(self.pool.len(), Sighting::default());
                    self.sightings[id].hits += 1;
                }
            }
        }
    }

    /// Numbers of the shapes within the window.
    fn low(&self) -> impl Iterator<Item = usize> {
        let energies = || self.pool.entries().iter().map(|entry| entry.energy);
        let limit = energies().fold(f64::INFINITY, f64::min) + WINDOW;
        (0..self.pool.len()).filter(move |&n| self.pool.entries()[n].energy <= limit)
    }

    /// Coordinates (Å) of the lowest shapes that are unlike each other, then of others; with the mirror images that they stand for not more
    /// than `most`.
    pub fn covering(&self, search: &Search<'_>, most: usize) -> Vec<Vec<f64>> {
        let mut low: Vec<&Entry> = self.low().map(|n| &self.pool.entries()[n]).collect();
        low.sort_by(|a, b| a.energy.total_cmp(&b.energy));
        let prints = Fingerprints::new(search.molecule);
        let prints: Vec<Vec<f64>> = low.par_iter().map(|entry| prints.of(&entry.x)).collect();
        let places: Vec<usize> = low.iter().map(|entry| entry.degeneracy as usize).collect();
        let chosen = sieve(&prints, &places, most);
        chosen.into_iter().map(|n| low[n].x.clone()).collect()
    }
}

/// Minimizes the shapes of these numbers on the threads of the present pool; `None` where an interrupt came before all were done. When the
/// time is up, those that are not done are left out.
fn relax(
    surface: &Surface<'_>,
    draw: &(dyn Fn(u64) -> Vec<f64> + Sync),
    numbers: Range<u64>,
    halt: Halt<'_>,
) -> Result<Option<Vec<Attempt>>, EvalError> {
    let numbers: Vec<u64> = numbers.collect();
    let attempts: Result<Vec<Option<Attempt>>, EvalError> = numbers
        .par_iter()
        .with_max_len(4)
        .map_init(
            || Relaxer::open(surface, NEAR),
            |relaxer, &number| match relaxer {
                Ok(_) if halt.is_due() => Ok(None),
                Ok(relaxer) => Ok(relaxer.relax_in_time(&draw(number), halt, &mut ())),
                Err(error) => Err(error.clone()),
            },
        )
        .collect();
    let attempts = attempts?;
    Ok((!halt.is_interrupted()).then(|| attempts.into_iter().flatten().collect()))
}
