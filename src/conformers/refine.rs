//! An ensemble on another surface: found on a cheap one, minimized again on a better one, each once, and weighed anew.
//!
//! Conformers that fall into one minimum of the other surface become one, and know all that they were. What fails there, or becomes
//! another molecule, is left out and named.

use super::ensemble::{Ensemble, EnsembleSettings, Member, assemble};
use super::pool::{Found, Pool};
use super::search::Search;
use crate::chem::guard;
use rayon::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Where a descent on the other surface ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Descended {
    /// Energy there, kcal/mol.
    pub energy: f64,
    /// Coordinates, Å.
    pub x: Vec<f64>,
    /// Whether it is proven to be a minimum.
    pub proven: bool,
    /// Saddles that were left behind on the way.
    pub saddles_left: usize,
}

/// What became of a descent.
#[derive(Clone, Debug, PartialEq)]
pub struct Descent {
    /// Its end, or why there is none.
    pub end: Result<Descended, String>,
    /// Energy and gradient evaluations.
    pub evaluations: u64,
}

/// Walks down on the other surface. Each worker has one of its own, so that an engine that takes long to start does so once a worker.
pub trait Descend {
    /// From coordinates (Å) down to a minimum.
    fn descend(&mut self, x: &[f64]) -> Descent;
}

/// Who refines.
pub struct Crew<'a> {
    /// Makes a worker.
    pub hire: &'a (dyn Fn() -> Box<dyn Descend + 'a> + Sync),
    /// Workers at a time.
    pub workers: usize,
    /// Told how many descents are done, and of how many.
    pub watch: &'a (dyn Fn(usize, usize) + Sync),
}

impl std::fmt::Debug for Crew<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Crew")
            .field("workers", &self.workers)
            .finish_non_exhaustive()
    }
}

/// A conformer that is not in the refined ensemble.
#[derive(Clone, Debug, PartialEq)]
pub struct Lost {
    /// Its number in the ensemble before, from 0.
    pub number: usize,
    /// Why it was lost.
    pub reason: String,
}

/// An ensemble on another surface.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Refinement {
    /// The conformers there.
    pub ensemble: Ensemble,
    /// Minimizations on that surface.
    pub minimizations: u64,
    /// Energy and gradient evaluations on that surface.
    pub evaluations: u64,
    /// Those that failed or became another molecule.
    pub lost: Vec<Lost>,
    /// Those of the ensemble before that lie above the window now, by number from 0.
    pub above_window: Vec<usize>,
}

/// Minimizes the conformers of an ensemble on another surface; `None` where an interrupt came before all were done. Populations are those
/// among the conformers that were refined.
#[must_use]
pub fn refine(
    search: &Search<'_>,
    ensemble: &Ensemble,
    settings: &EnsembleSettings,
    crew: &Crew<'_>,
) -> Option<Refinement> {
    let apart = each_once(search, ensemble);
    let starts: Vec<&[f64]> = apart
        .iter()
        .map(|group| ensemble.conformers[group[0]].x.as_slice())
        .collect();
    let descents = crew.descend(&starts, &|| search.interrupt.load(Ordering::Relaxed))?;
    let mut refinement = Refinement {
        minimizations: descents.len() as u64,
        evaluations: descents.iter().map(|descent| descent.evaluations).sum(),
        ..Refinement::default()
    };
    let mut pool = Pool::new(search.molecule, search.settings.same);
    let (mut origins, mut proven): (Vec<Vec<usize>>, Vec<bool>) = Default::default();
    let mut saddles_left = 0;
    for (group, descent) in apart.into_iter().zip(descents) {
        let before = &ensemble.conformers[group[0]].x;
        let end = match descent.end.and_then(|end| unchanged(search, before, end)) {
            Ok(end) => end,
            Err(reason) => {
                refinement.lose(group, &reason);
                continue;
            }
        };
        saddles_left += end.saddles_left;
        match pool.insert(end.energy, &end.x) {
            Found::New(_) => {
                origins.push(group);
                proven.push(end.proven);
            }
            Found::Known(id) => {
                origins[id].extend(group);
                proven[id] |= end.proven;
            }
        }
    }
    let entries = pool.entries().iter().zip(origins).zip(proven);
    let members = entries.map(|((entry, origins), proven)| Member {
        energy: entry.energy,
        x: entry.x.clone(),
        degeneracy: entry.degeneracy,
        proven,
        origins,
    });
    let members: Vec<Member> = members.collect();
    let lowest = members.iter().map(|m| m.energy).fold(f64::INFINITY, f64::min);
    let above = members.iter().filter(|m| m.energy > lowest + settings.window);
    refinement.above_window = above.flat_map(|m| m.origins.iter().copied()).collect();
    refinement.above_window.sort_unstable();
    refinement.lost.sort_by_key(|lost| lost.number);
    refinement.ensemble = assemble(members, Vec::new(), settings, saddles_left);
    Some(refinement)
}

/// The end of a descent, if it is still the same molecule.
fn unchanged(search: &Search<'_>, before: &[f64], end: Descended) -> Result<Descended, String> {
    let changes = guard::changes(search.molecule, before, &end.x);
    if !changes.is_empty() {
        let changes: Vec<String> = changes.iter().map(ToString::to_string).collect();
        return Err(format!("it became another molecule: {}", changes.join(", ")));
    }
    if search.is_same_molecule(&end.x) {
        Ok(end)
    } else {
        Err("it became another molecule".to_owned())
    }
}

/// Numbers of the conformers, those together that differ in their hand only and may count as one: a diverse set holds both.
fn each_once(search: &Search<'_>, ensemble: &Ensemble) -> Vec<Vec<usize>> {
    let mut pool = Pool::new(search.molecule, search.settings.same);
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (number, conformer) in ensemble.conformers.iter().enumerate() {
        match pool.insert(conformer.energy, &conformer.x) {
            Found::New(_) => groups.push(vec![number]),
            Found::Known(id) => groups[id].push(number),
        }
    }
    groups
}

impl Crew<'_> {
    /// Each worker takes the next start that nobody has taken yet. The descents come in the order of the starts.
    fn descend(&self, starts: &[&[f64]], interrupted: &(dyn Fn() -> bool + Sync)) -> Option<Vec<Descent>> {
        let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let descents: Mutex<Vec<Option<Descent>>> = Mutex::new(vec![None; starts.len()]);
        let workers = self.workers.clamp(1, starts.len().max(1));
        (0..workers).into_par_iter().with_max_len(1).for_each(|_| {
            let mut worker = (self.hire)();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let Some(start) = starts.get(number) else { return };
                if interrupted() {
                    return;
                }
                let descent = worker.descend(start);
                descents.lock().unwrap_or_else(PoisonError::into_inner)[number] = Some(descent);
                (self.watch)(done.fetch_add(1, Ordering::Relaxed) + 1, starts.len());
            }
        });
        let descents = descents.into_inner().unwrap_or_else(PoisonError::into_inner);
        if interrupted() {
            return None;
        }
        descents.into_iter().collect()
    }
}

impl Refinement {
    fn lose(&mut self, group: Vec<usize>, reason: &str) {
        self.lost.extend(group.into_iter().map(|number| Lost {
            number,
            reason: reason.to_owned(),
        }));
    }
}
