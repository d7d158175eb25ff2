//! What all methods of search share: the molecule, its surface, the pool of minima, the budget, and the log that a resumed run replays.

use super::checkpoint::{Batch, Checkpoint, CheckpointError};
use super::coverage::{self, Estimate, List, Sighting};
use super::pool::{Candidate, Pool, PoolSettings};
use super::relax::{Attempt, Halt, Held, Judge, Surface, relax_all, relax_all_held};
use super::rotors::Rotor;
use crate::chem::Molecule;
use crate::chem::stereo::{Configuration, Stereo};
use crate::geometry::Vector;
use crate::potential::EvalError;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use rayon::prelude::*;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

/// Starts that are minimized between two looks at budget, clock and interrupt.
const CHUNK: usize = 256;

/// Why a stage of a search ends before its time.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// As many minimizations as were allowed.
    Budget,
    /// As much time as was allowed.
    Time,
    /// The interrupt.
    Interrupted,
    /// The surface failed.
    Failed(EvalError),
    /// The checkpoint can't be written, in words.
    Unsaved(String),
}

impl End {
    /// The name in output: `budget`, `time`, `interrupted`, `failed`, `unsaved`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Budget => "budget",
            Self::Time => "time",
            Self::Interrupted => "interrupted",
            Self::Failed(_) => "failed",
            Self::Unsaved(_) => "unsaved",
        }
    }
}

impl From<CheckpointError> for End {
    fn from(error: CheckpointError) -> Self {
        Self::Unsaved(error.to_string())
    }
}

impl From<EvalError> for End {
    fn from(error: EvalError) -> Self {
        Self::Failed(error)
    }
}

/// What is asked of a search.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Energies above the lowest that are of interest, kcal/mol.
    pub window: f64,
    /// When two minima are the same conformer.
    pub same: PoolSettings,
    /// Coverage at which to stop.
    pub coverage: f64,
    /// Most minimizations.
    pub max_minimizations: Option<u64>,
    /// Longest time.
    pub max_time: Option<Duration>,
    /// Of the random streams.
    pub seed: u64,
}

/// What was spent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Minimizations begun.
    pub minimizations: u64,
    /// Energy and gradient evaluations.
    pub evaluations: u64,
    /// Minimizations that did not converge or failed.
    pub failed: u64,
    /// Minima that were another stereoisomer or another molecule.
    pub changed: u64,
}

/// A search in progress.
pub struct Search<'a> {
    /// The molecule.
    pub molecule: &'a Molecule,
    /// Configuration that every conformer has to have.
    pub configuration: Configuration,
    /// Opens the surface.
    pub surface: &'a Surface<'a>,
    /// What is asked.
    pub settings: Settings,
    /// The rotatable bonds.
    pub rotors: Vec<Rotor>,
    /// Whether the mirror image of a conformer is one of the same molecule.
    pub mirrors: bool,
    /// The minima so far.
    pub pool: Pool,
    /// How often samples hit each minimum of the pool.
    pub sightings: Vec<Sighting>,
    /// What the minima are that no sample was needed for.
    pub list: List,
    /// How often hops started from each.
    pub visits: Vec<u64>,
    /// What was spent.
    pub tally: Tally,
    /// Most conformers that will be polished.
    pub most_polished: usize,
    /// Raised to end early.
    pub interrupt: &'a AtomicBool,
    /// Opens the surface that the shapes for a diverse set are judged on, where there is one: it should be free of electrostatics.
    pub shape_surface: Option<&'a Surface<'a>>,
    /// Pool numbers of the minima that are kept in a diverse set however high they lie, in the order of their worth.
    pub kept: Vec<usize>,
    /// Minima that a diverse set is going to hold for their shape, so that time is kept back for them.
    pub promised: usize,
    /// Where the search is logged, if it is.
    pub checkpoint: Option<Checkpoint>,
    started: Instant,
    /// Bond lengths may differ from these coordinates' only as conformers' do.
    reference: Vec<f64>,
}

impl std::fmt::Debug for Search<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Search")
            .field("settings", &self.settings)
            .field("tally", &self.tally)
            .finish_non_exhaustive()
    }
}

/// What an attempt came to.
enum Judged {
    /// To nothing.
    Failed,
    /// To another molecule or stereoisomer.
    Changed,
    Minimum(Box<Candidate>),
}

/// A random stream of its own for each use: from the seed and three numbers.
#[must_use]
pub fn stream(seed: u64, stage: u64, a: u64, b: u64) -> ChaCha8Rng {
    let mut key = [0_u8; 32];
    for (part, value) in key.chunks_exact_mut(8).zip([seed, stage, a, b]) {
        part.copy_from_slice(&value.to_le_bytes());
    }
    ChaCha8Rng::from_seed(key)
}

impl<'a> Search<'a> {
    /// A search from a geometry (Å), with nothing found yet. Every conformer has to have the configuration that the geometry has at
    /// `stereo`.
    #[must_use]
    pub fn new(
        molecule: &'a Molecule,
        stereo: Stereo,
        start: &[f64],
        surface: &'a Surface<'a>,
        settings: Settings,
        interrupt: &'a AtomicBool,
    ) -> Self {
        let configuration = Configuration::of_coordinates(stereo, start);
        Self {
            molecule,
            mirrors: configuration.stereo.centers.is_empty() && !settings.same.keep_mirror_images,
            configuration,
            surface,
            settings,
            rotors: Rotor::find(molecule),
            pool: Pool::new(molecule, settings.same),
            sightings: Vec::new(),
            list: List::Some,
            visits: Vec::new(),
            tally: Tally::default(),
            most_polished: usize::MAX,
            interrupt,
            shape_surface: None,
            kept: Vec::new(),
            promised: 0,
            checkpoint: None,
            started: Instant::now(),
            reference: start.to_vec(),
        }
    }

    /// Minimizes starts and takes the minima in, in order. Random ones count as samples.
    ///
    /// # Errors
    /// Where budget, time or an interrupt end the search; the minima found before are in the pool.
    pub fn relax(&mut self, starts: &[Vec<f64>], random: bool) -> Result<Vec<Attempt>, End> {
        let take = |search: &mut Self, some: &[Attempt], judged| search.admit_all(some, judged, random);
        self.in_chunks(starts, relax_all, Self::judge, take)
    }

    /// Minimizes starts with restraints. Where these end is no minimum and not taken in, but costs the same.
    ///
    /// # Errors
    /// Where budget, time or an interrupt end the search.
    pub fn relax_held(&mut self, starts: &[Held]) -> Result<Vec<Attempt>, End> {
        let take = |search: &mut Self, some: &[Attempt], _| some.iter().for_each(|attempt| search.count(attempt));
        self.in_chunks(starts, relax_all_held, |_, _| (), take)
    }

    fn in_chunks<T, J: Send>(
        &mut self,
        starts: &[T],
        minimize: impl Fn(&Surface<'_>, &[T], Halt<'_>, &Judge<'_, J>) -> Result<Option<Vec<(Attempt, J)>>, EvalError>,
        judge: impl Fn(&Self, &Attempt) -> J + Sync,
        take: impl Fn(&mut Self, &[Attempt], Vec<J>),
    ) -> Result<Vec<Attempt>, End> {
        let mut attempts = Vec::with_capacity(starts.len());
        for chunk in starts.chunks(CHUNK) {
            let affordable = self.affordable()?.min(chunk.len());
            let (some, judged) = match self.replayed() {
                Some(batch) => {
                    let judged = batch.attempts.par_iter().map(|a| judge(self, a)).collect();
                    (batch.attempts, judged)
                }
                None => {
                    let some = minimize(self.surface, &chunk[..affordable], self.halt(), &|a| judge(self, a))?;
                    let (attempts, judged) = some.ok_or(End::Interrupted)?.into_iter().unzip();
                    let batch = Batch::of(attempts);
                    self.log(&batch, batch.attempts.len() == chunk.len())?;
                    (batch.attempts, judged)
                }
            };
            take(self, &some, judged);
            let done = some.len();
            attempts.extend(some);
            if done < affordable {
                return Err(End::Time);
            }
            if affordable < chunk.len() {
                return Err(End::Budget);
            }
        }
        Ok(attempts)
    }

    /// The next batch of an earlier run, while there is one.
    pub fn replayed(&mut self) -> Option<Batch> {
        self.checkpoint.as_mut().and_then(Checkpoint::replay)
    }

    /// Logs a batch. Only whole ones are kept, so that a search can go on with a larger budget.
    ///
    /// # Errors
    /// Where the checkpoint can't be written.
    pub fn log(&mut self, batch: &Batch, is_whole: bool) -> Result<(), End> {
        match &mut self.checkpoint {
            Some(checkpoint) if is_whole => Ok(checkpoint.record(batch)?),
            _ => Ok(()),
        }
    }

    /// What ends the search: the interrupt, or the time, of which as much is kept back as polishing the conformers is likely to take.
    #[must_use]
    pub fn halt(&self) -> Halt<'a> {
        let kept_back = |most: Duration| {
            let conformers = self.in_window().len().max(self.promised).min(self.most_polished);
            let each = self.started.elapsed().as_secs_f64() / self.tally.minimizations.max(1) as f64;
            let polishing = Duration::try_from_secs_f64(POLISHING * each * conformers as f64);
            polishing.unwrap_or(most).min(most / 2)
        };
        let most = self.settings.max_time;
        Halt {
            interrupt: self.interrupt,
            until: most.and_then(|most| self.started.checked_add(most - kept_back(most))),
        }
    }

    /// What ends the polishing: the interrupt, or the end of the time.
    #[must_use]
    pub fn last_halt(&self) -> Halt<'a> {
        let most = self.settings.max_time;
        Halt {
            interrupt: self.interrupt,
            until: most.and_then(|most| self.started.checked_add(most)),
        }
    }

    /// What ends a stage that is to take this share of the time at most, where time is limited.
    #[must_use]
    pub fn halt_after_share(&self, share: f64) -> Halt<'a> {
        let most = self.settings.max_time;
        Halt {
            interrupt: self.interrupt,
            until: most.and_then(|most| self.started.checked_add(most.mul_f64(share))),
        }
    }

    /// Keeps the minima that attempts have led to in a diverse set.
    pub fn keep(&mut self, attempts: &[Attempt]) {
        for found in attempts.iter().filter_map(|attempt| attempt.found.as_ref()) {
            let known = self.pool.find(found.energy, &found.x);
            self.kept.extend(known.filter(|id| !self.kept.contains(id)));
        }
    }

    /// How many minimizations may begin now.
    ///
    /// # Errors
    /// Where none may.
    pub fn affordable(&self) -> Result<usize, End> {
        let halt = self.halt();
        if halt.is_interrupted() {
            return Err(End::Interrupted);
        }
        if halt.is_due() {
            return Err(End::Time);
        }
        match self.settings.max_minimizations {
            None => Ok(usize::MAX),
            Some(most) if most > self.tally.minimizations => {
                Ok(usize::try_from(most - self.tally.minimizations).unwrap_or(usize::MAX))
            }
            Some(_) => Err(End::Budget),
        }
    }

    /// Counts attempts and puts their minima into the pool, those that are of this molecule, in order. The comparisons are made on the
    /// threads of the present pool.
    pub fn take_in(&mut self, attempts: &[Attempt], random: bool) {
        let search = &*self;
        let judged = attempts.par_iter().with_max_len(8).map(|a| search.judge(a)).collect();
        self.admit_all(attempts, judged, random);
    }

    fn admit_all(&mut self, attempts: &[Attempt], judged: Vec<Judged>, random: bool) {
        for (attempt, judged) in attempts.iter().zip(judged) {
            self.count(attempt);
            match judged {
                Judged::Failed => self.tally.failed += 1,
                Judged::Changed => self.tally.changed += 1,
                Judged::Minimum(candidate) => self.admit(*candidate, random),
            }
        }
    }

    fn count(&mut self, attempt: &Attempt) {
        self.tally.minimizations += 1;
        self.tally.evaluations += attempt.evaluations;
    }

    fn judge(&self, attempt: &Attempt) -> Judged {
        match &attempt.found {
            None => Judged::Failed,
            Some(found) if !self.is_same_molecule(&found.x) => Judged::Changed,
            Some(found) => Judged::Minimum(Box::new(self.pool.examine(found.energy, &found.x))),
        }
    }

    fn admit(&mut self, candidate: Candidate, random: bool) {
        let index = self.pool.admit(candidate).id();
        if index >= self.sightings.len() {
            let unhit = Sighting {
                hits: 0,
                listed: !random,
            };
            self.sightings.resize(index + 1, unhit);
        }
        self.sightings[index].hits += u64::from(random);
    }

    /// Whether coordinates have the bonds and the configuration that they should have.
    #[must_use]
    pub fn is_same_molecule(&self, x: &[f64]) -> bool {
        self.configuration.holds(x) && bonds_hold(self.molecule, &self.reference, x)
    }

    /// Energy of the lowest minimum so far, kcal/mol; infinite where there is none.
    #[must_use]
    pub fn lowest(&self) -> f64 {
        self.pool
            .entries()
            .iter()
            .map(|e| e.energy)
            .fold(f64::INFINITY, f64::min)
    }

    /// Pool numbers of the minima within the window.
    #[must_use]
    pub fn in_window(&self) -> Vec<usize> {
        self.within(self.settings.window)
    }

    /// Pool numbers of the minima up to so much (kcal/mol) above the lowest.
    #[must_use]
    pub fn within(&self, window: f64) -> Vec<usize> {
        let limit = self.lowest() + window;
        let entries = self.pool.entries().iter().enumerate();
        entries.filter(|(_, e)| e.energy <= limit).map(|(i, _)| i).collect()
    }

    /// What the samples say of the minima within the window.
    #[must_use]
    pub fn estimate(&self) -> Estimate {
        coverage::estimate(self.in_window().into_iter().map(|i| self.sightings[i]), self.list)
    }

    /// Moves every coordinate a little, so that nobody starts on a plane of symmetry and ends on a saddle.
    pub fn jitter(&self, x: &mut [f64], random: &mut ChaCha8Rng) {
        for c in x {
            *c += random.random_range(-JITTER..JITTER);
        }
    }
}

/// What polishing and proving a conformer takes, in minimizations of a search, with some reserve. Measured as processor time: 1.5 and 1.6
/// for decane and dodecane, 0.5 to 1.2 for seven drug molecules of 5 to 13 rotors, 0.8 for cyclodecane.
const POLISHING: f64 = 2.0;

/// Å.
const JITTER: f64 = 0.01;

/// Fraction by which a bond may be longer than in the reference.
const STRETCH: f64 = 0.25;

fn bonds_hold(molecule: &Molecule, reference: &[f64], x: &[f64]) -> bool {
    molecule.bonds().iter().all(|bond| {
        let length = |x: &[f64]| {
            let [a, b] = bond.atoms.map(|a| Vector::of(x, a));
            (a - b).square().sqrt()
        };
        length(x) <= (1.0 + STRETCH) * length(reference)
    })
}
