//! The ensemble that is given out: which minima are kept, polished and proven, with their populations.

use super::fingerprints::{Fingerprints, unlikeness};
use super::pool::{Candidate, Entry, Found, Pool};
use super::relax::{Halt, POLISHED, Stock, Surface};
use super::search::Search;
use super::similarity::mirrored;
use crate::chem::Molecule;
use crate::optimize::{Criteria, Lbfgs, Limits, ProofSettings, Proven, Stop, Task, minimize_proven};
use crate::potential::EvalError;
use crate::units::BOLTZMANN_KCAL_MOL_K;
use rayon::prelude::*;

/// Which conformers are kept where there are more than wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Select {
    /// The lowest.
    Energy,
    /// The lowest one, those that cover the shapes of the molecule ([`super::shapes`]), and where places are left, each time the one most unlike
    /// those kept so far. Mirror images are kept apart: beside a receptor, which is
    /// chiral, they are different shapes.
    Diverse,
}

/// Energies above the lowest (kcal/mol) of minima that are added to a diverse set, unlike those that its shapes led to: receptors strain what
/// they bind, and the gas phase folds what solvents unfold.
const ADDED_WINDOW: f64 = 25.0;

/// What is kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EnsembleSettings {
    /// Most conformers.
    pub most: Option<usize>,
    /// Which ones, where there are more.
    pub select: Select,
    /// How high above the lowest they may lie, kcal/mol. A diverse set may reach above the window in which the search is to be complete, and is
    /// unlimited at best: its shapes lie low where there are no electrostatics.
    pub window: f64,
    /// For populations, K.
    pub temperature: f64,
}

impl EnsembleSettings {
    /// How many conformers a diverse set of limited size may hold.
    #[must_use]
    pub fn places(&self) -> Option<usize> {
        self.most.filter(|_| self.select == Select::Diverse)
    }
}

/// A conformer of the ensemble.
#[derive(Clone, Debug, PartialEq)]
pub struct Conformer {
    /// Energy, kcal/mol.
    pub energy: f64,
    /// Above the lowest, kcal/mol.
    pub relative_energy: f64,
    /// 2 where its mirror image is counted with it.
    pub degeneracy: u32,
    /// Fraction of the molecules at the temperature: by energies alone, among all minima within the window; or by free energies, among those kept.
    pub population: f64,
    /// Free energy at the temperature, kcal/mol, where it was asked for.
    pub free_energy: Option<f64>,
    /// Whether no vibration of it is imaginary.
    pub proven: bool,
    /// What it was before a refinement, by numbers from 0 in the ensemble of that time; empty without one.
    pub origins: Vec<usize>,
    /// Coordinates, Å.
    pub x: Vec<f64>,
}

/// Conformers by ascending energy.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ensemble {
    /// Those kept.
    pub conformers: Vec<Conformer>,
    /// Minima within the window, kept or not.
    pub within_window: usize,
    /// Conformational entropy at the temperature, kcal/mol/K: −R Σ p ln p over all minima within the window, mirror images apart.
    pub entropy: f64,
    /// Saddles on which minimizations had ended and which were left behind.
    pub saddles_left: usize,
    /// Conformers for whose polishing and proof no time was left, or whose surface failed then.
    pub unpolished: usize,
}

impl Ensemble {
    /// Gives the conformers free energies, `thermal` (kcal/mol) above their energies each, and populations and entropy by them.
    pub fn weigh_by_free_energies(&mut self, thermal: &[f64], temperature: f64) {
        for (conformer, thermal) in self.conformers.iter_mut().zip(thermal) {
            conformer.free_energy = Some(conformer.energy + thermal);
        }
        let free = |c: &Conformer| c.free_energy.unwrap_or(c.energy);
        let lowest = self.conformers.iter().map(free).fold(f64::INFINITY, f64::min);
        let kt = BOLTZMANN_KCAL_MOL_K * temperature;
        let weight = |c: &Conformer| f64::from(c.degeneracy) * (-(free(c) - lowest) / kt).exp();
        let total: f64 = self.conformers.iter().map(weight).sum();
        self.entropy = 0.0;
        for conformer in &mut self.conformers {
            conformer.population = weight(conformer) / total;
            let each = conformer.population / f64::from(conformer.degeneracy);
            if each > 0.0 {
                self.entropy -= BOLTZMANN_KCAL_MOL_K * conformer.population * each.ln();
            }
        }
    }
}

/// One minimum on its way into the ensemble.
pub(super) struct Member {
    pub energy: f64,
    pub x: Vec<f64>,
    pub degeneracy: u32,
    pub proven: bool,
    /// As [`Conformer::origins`].
    pub origins: Vec<usize>,
}

/// Makes the ensemble of what a search has found: chooses, polishes, proves, and counts. With `finish` unset (after an interrupt) the
/// minima are taken as they are.
///
/// # Errors
/// Where the surface can't be opened.
pub fn gather(search: &mut Search<'_>, settings: &EnsembleSettings, finish: bool) -> Result<Ensemble, EvalError> {
    let mut members: Vec<usize> = offered(search, settings);
    let entries = search.pool.entries();
    members.sort_by(|&a, &b| entries[a].energy.total_cmp(&entries[b].energy).then(a.cmp(&b)));
    let offered: Vec<&Entry> = members.iter().map(|&m| &entries[m]).collect();
    let first: Vec<usize> = search
        .kept
        .iter()
        .filter_map(|kept| members.iter().position(|m| m == kept))
        .collect();
    let kept = choose(search.molecule, &offered, &first, settings);
    let member = |m: usize| Member {
        energy: entries[m].energy,
        x: entries[m].x.clone(),
        degeneracy: entries[m].degeneracy,
        proven: false,
        origins: Vec::new(),
    };
    let (mut saddles_left, mut unpolished) = (0, 0);
    let (chosen, others): (Vec<usize>, Vec<usize>) = (0..members.len()).partition(|n| kept.binary_search(n).is_ok());
    let others: Vec<Member> = others.into_iter().map(|n| member(members[n])).collect();
    let mut chosen: Vec<Member> = chosen.into_iter().map(|n| member(members[n])).collect();
    if finish {
        let proofs = polish(search.surface, search.molecule, &chosen, search.last_halt())?;
        unpolished = proofs.iter().filter(|proof| proof.is_none()).count();
        for proof in proofs.iter().flatten() {
            saddles_left += proof.saddles_left;
            search.tally.evaluations += (proof.minimum.evaluations + proof.verification_evaluations) as u64;
        }
        chosen = reunite(search, chosen, proofs);
    }
    Ok(Ensemble {
        unpolished,
        ..assemble(chosen, others, settings, saddles_left)
    })
}

/// Minima that may be kept: those within the window, and of a diverse set what the search keeps for its shape.
fn offered(search: &Search<'_>, settings: &EnsembleSettings) -> Vec<usize> {
    if settings.select == Select::Energy {
        return search.within(settings.window);
    }
    let mut offered = search.within(settings.window.min(ADDED_WINDOW));
    let within = search.within(settings.window);
    let shapes = search.kept.iter().filter(|kept| within.binary_search(kept).is_ok());
    offered.extend(shapes);
    offered.sort_unstable();
    offered.dedup();
    offered
}

/// The ensemble of those that are chosen, with populations among these and the others.
pub(super) fn assemble(
    mut chosen: Vec<Member>,
    mut others: Vec<Member>,
    settings: &EnsembleSettings,
    saddles_left: usize,
) -> Ensemble {
    if settings.select == Select::Diverse {
        (chosen, others) = (with_images(chosen), with_images(others));
    }
    weigh(chosen, &others, settings, saddles_left)
}

/// Puts the mirror image, where one is counted, beside each member as a member of its own.
fn with_images(members: Vec<Member>) -> Vec<Member> {
    let both = |mut member: Member| {
        let image = (member.degeneracy > 1).then(|| Member {
            x: mirrored(&member.x),
            degeneracy: 1,
            origins: member.origins.clone(),
            ..member
        });
        member.degeneracy = 1;
        [Some(member), image]
    };
    members.into_iter().flat_map(both).flatten().collect()
}

/// Minimizes further and proves, on the threads of the present pool; the lowest first, as long as there is time.
fn polish(
    surface: &Surface<'_>,
    molecule: &Molecule,
    members: &[Member],
    halt: Halt<'_>,
) -> Result<Vec<Option<Proven>>, EvalError> {
    let masses = molecule.atoms().iter().map(|atom| atom.element.mass()).collect();
    let settings = ProofSettings::molecule(masses);
    let criteria = Criteria::rms_gradient(POLISHED);
    let stock = Stock::new(surface);
    members
        .par_iter()
        .with_max_len(1)
        .map(|member| {
            let task = Task {
                stepper: &mut Lbfgs::default(),
                criteria: &criteria,
                limits: &Limits::default(),
                observer: &mut { halt },
                approximate: None,
            };
            if halt.is_due() {
                return Ok(None);
            }
            let proven = stock.lend(|potential| minimize_proven(&mut **potential, &member.x, task, &settings).ok())?;
            Ok(proven.filter(|proven| proven.minimum.stop != Stop::Interrupted))
        })
        .collect()
}

/// The members where polishing left them, each once: two may have come from a saddle to one and the same minimum.
fn reunite(search: &Search<'_>, members: Vec<Member>, proofs: Vec<Option<Proven>>) -> Vec<Member> {
    let mut pool = Pool::new(search.molecule, search.settings.same);
    let ends: Vec<(Member, Option<Proven>)> = members.into_iter().zip(proofs).collect();
    // Nothing is in the pool yet: what each looks like is found on all threads, and compared in order afterwards.
    let examine = |(member, proof): (Member, Option<Proven>)| {
        let end = proof.filter(|p| search.is_same_molecule(&p.minimum.point.x));
        match end {
            Some(end) => (pool.examine(end.minimum.point.energy, &end.minimum.point.x), end.proven),
            None => (pool.examine(member.energy, &member.x), false),
        }
    };
    let candidates: Vec<(Candidate, bool)> = ends.into_par_iter().map(examine).collect();
    let mut proven: Vec<bool> = Vec::new();
    for (candidate, is_proven) in candidates {
        match pool.admit(candidate) {
            Found::New(_) => proven.push(is_proven),
            Found::Known(id) => proven[id] |= is_proven,
        }
    }
    let entries = pool.entries().iter().zip(proven);
    entries
        .map(|(entry, proven)| Member {
            energy: entry.energy,
            x: entry.x.clone(),
            degeneracy: entry.degeneracy,
            proven,
            origins: Vec::new(),
        })
        .collect()
}

/// Sorts, cuts at the window, and gives populations.
fn weigh(mut kept: Vec<Member>, others: &[Member], settings: &EnsembleSettings, saddles_left: usize) -> Ensemble {
    kept.sort_by(|a, b| a.energy.total_cmp(&b.energy));
    let Some(lowest) = kept.first().map(|m| m.energy) else {
        return Ensemble::default();
    };
    kept.retain(|m| m.energy <= lowest + settings.window);
    let thermal = BOLTZMANN_KCAL_MOL_K * settings.temperature;
    let weight = |m: &Member| f64::from(m.degeneracy) * (-(m.energy - lowest) / thermal).exp();
    let total: f64 = kept.iter().chain(others).map(weight).sum();
    let share = |m: &Member| weight(m) / total;
    let disorder = |m: &Member| {
        // Each of the mirror images has its part.
        let each = share(m) / f64::from(m.degeneracy);
        if each > 0.0 { -share(m) * each.ln() } else { 0.0 }
    };
    let entropy = BOLTZMANN_KCAL_MOL_K * kept.iter().chain(others).map(disorder).sum::<f64>();
    let within_window = kept.len() + others.len();
    let conformer = |m: &Member| Conformer {
        energy: m.energy,
        relative_energy: m.energy - lowest,
        degeneracy: m.degeneracy,
        population: share(m),
        free_energy: None,
        proven: m.proven,
        origins: m.origins.clone(),
        x: m.x.clone(),
    };
    Ensemble {
        conformers: kept.iter().map(conformer).collect(),
        within_window,
        entropy,
        saddles_left,
        unpolished: 0,
    }
}

/// Places in a list (by ascending energy) of those that are kept, ascending: the lowest, those that are to be kept first, others.
fn choose(molecule: &Molecule, offered: &[&Entry], first: &[usize], settings: &EnsembleSettings) -> Vec<usize> {
    let most = settings.most.unwrap_or(usize::MAX);
    if settings.select == Select::Energy {
        return (0..most.min(offered.len())).collect();
    }
    // Each takes the place of its mirror image as well.
    let places = |n: usize| offered[n].degeneracy as usize;
    if (0..offered.len()).map(places).sum::<usize>() <= most {
        return (0..offered.len()).collect();
    }
    let prints = Fingerprints::new(molecule);
    let prints: Vec<Vec<f64>> = offered.par_iter().map(|entry| prints.of(&entry.x)).collect();
    let mut nearest = vec![f64::INFINITY; prints.len()];
    let mut take = |newest: usize| -> Option<usize> {
        nearest
            .par_iter_mut()
            .zip(&prints)
            .for_each(|(nearest, print)| *nearest = nearest.min(unlikeness(&prints[newest], print)));
        let farthest = (0..prints.len()).max_by(|&a, &b| nearest[a].total_cmp(&nearest[b]).then(b.cmp(&a)));
        farthest.filter(|&next| nearest[next] > 0.0)
    };
    let (mut kept, mut left) = (vec![0], most.saturating_sub(places(0)));
    let mut next = take(0);
    for &shape in first.iter().filter(|&&shape| shape != 0) {
        if places(shape) <= left {
            left -= places(shape);
            kept.push(shape);
            next = take(shape);
        }
    }
    while let Some(unlike) = next.filter(|&next| places(next) <= left) {
        left -= places(unlike);
        kept.push(unlike);
        next = take(unlike);
    }
    kept.sort_unstable();
    kept
}
