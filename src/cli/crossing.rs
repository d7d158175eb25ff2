//! From two minima to the proven pass between them: chain, climb, proof, and the way down both sides.

use super::interrupt;
use super::optimizer;
use super::passage::{Likeness, Passages, Proven, Valley, guess, smiles, united};
use super::surface::Assigned;
use crate::chem::Molecule;
use crate::hessian::lowest::Approximate;
use crate::optimize::observer::Interrupt;
use crate::optimize::{Criteria, Limits, Point, Stop};
use crate::saddle::path::chain::{Chain, ChainSettings, ChainStop};
use crate::saddle::path::crew::Crew;
use crate::saddle::path::growing::{GrowthSettings, grow};
use crate::saddle::path::irc::{Irc, IrcSettings};
use crate::saddle::path::{align, approach, interpolate, summit};
use crate::saddle::{
    self, Chart, Curvature, FollowSettings, Follower, Guide, SearchError, VerifySettings, find_transition,
};
use std::collections::BTreeSet;
use std::fmt;

/// Most steps of the search for the saddle with the same second derivatives, and how often these are made.
const MOST_STEPS: usize = 60;
const ROUNDS: usize = 3;

/// Both sides of a pass are one place within this distance (Å, atom by atom).
const ONE_PLACE: f64 = 0.1;

/// A chain that rises by less than this (kcal/mol) above its ends has no pass.
const NOTHING: f64 = 0.05;

/// How a chain is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// It grows from both ends.
    Grow,
    /// It is interpolated and then let down.
    Band,
}

/// One way to look for a pass.
#[derive(Clone, Copy, Debug)]
struct Attempt {
    method: Method,
    images: usize,
    /// Steps of the foremost images of a growing chain.
    steps: usize,
    /// Whether separate molecules are first turned towards each other.
    gathered: bool,
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.method {
            Method::Grow => "growing chain",
            Method::Band => "interpolated chain",
        };
        let gathered = if self.gathered {
            ", molecules turned towards each other"
        } else {
            ""
        };
        write!(f, "{kind} of {} structures{gathered}", self.images)
    }
}

/// What came of an attempt, in words; none where there was nothing to be tried.
fn words_of(outcome: &Result<Option<Crossing>, String>) -> Option<String> {
    match outcome {
        Ok(Some(found)) => Some(found.words()),
        Ok(None) => None,
        Err(reason) => Some(reason.clone()),
    }
}

/// Gradients that were spent, by what for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    pub chain: usize,
    pub saddle: usize,
    pub verification: usize,
    pub irc: usize,
    pub hessians: usize,
}

/// Where a search for a saddle ended, and why.
type Summit = (Point, Stop);

/// A pass, and what is known of it.
pub struct Crossing {
    pub saddle: Proven,
    pub stop: Stop,
    /// The gradient is below the criterion.
    pub stationary: bool,
    pub sides: Option<Sides>,
}

/// What lies on both sides of a pass.
pub struct Sides {
    /// The one that is more like the reactant first.
    pub valleys: [Valley; 2],
    /// What they are, beside reactant and product.
    pub likeness: [Likeness; 2],
    /// Whether they are two places at all.
    pub distinct: bool,
    /// Whether bonds differ between them as they differ between reactant and product.
    pub rebonded: bool,
    pub irc: Irc,
}

impl Sides {
    /// Whether these are reactant and product, or, where their bonds differ, other arrangements of them.
    pub fn connect(&self) -> bool {
        let fits = |l: &Likeness| match l {
            Likeness::Same => true,
            Likeness::Conformer => self.rebonded,
            Likeness::Different => false,
        };
        self.distinct && self.likeness.iter().all(fits)
    }

    /// Of two, the better is the greater.
    fn rank(&self) -> usize {
        let points = |l: &Likeness| match l {
            Likeness::Same => 2,
            Likeness::Conformer => 1,
            Likeness::Different => 0,
        };
        let sum: usize = self.likeness.iter().map(points).sum();
        sum + if self.connect() { 10 } else { 0 }
    }

    /// In words.
    pub fn words(&self) -> String {
        if !self.distinct {
            let name = smiles(&self.valleys[0].molecule);
            return format!("connects A to A ({name})");
        }
        let name = |k: usize| {
            let what = ["reactant", "product"][k];
            match self.likeness[k] {
                Likeness::Same => what.to_owned(),
                Likeness::Conformer => format!("another arrangement of the {what}"),
                Likeness::Different => format!("something else ({})", smiles(&self.valleys[k].molecule)),
            }
        };
        format!("connects {} and {}", name(0), name(1))
    }
}

impl Crossing {
    /// Whether it is a saddle of first order that connects what was asked for.
    pub fn converged(&self) -> bool {
        self.stationary && self.saddle.negative_modes() == 1 && self.sides.as_ref().is_some_and(|sides| sides.connect())
    }

    fn rank(&self) -> usize {
        let proven = usize::from(self.stationary && self.saddle.negative_modes() == 1);
        proven + self.sides.as_ref().map_or(0, Sides::rank)
    }

    /// What it is, in words.
    pub fn words(&self) -> String {
        if !self.stationary {
            return format!("no stationary point was reached ({})", self.stop.name());
        }
        match &self.sides {
            Some(sides) => format!("{}; {}", self.saddle.words(), sides.words()),
            None => self.saddle.words(),
        }
    }
}

/// The search for a pass between two valleys.
pub struct Search<'a> {
    pub passages: &'a Passages<'a>,
    /// Of minima.
    pub criteria: Criteria,
    pub saddle_criteria: Criteria,
    pub method: Method,
    pub images: usize,
}

impl Search<'_> {
    /// A chain between two structures, as far as settings say.
    pub fn chain(
        &self,
        ends: [&[f64]; 2],
        between: &[Vec<f64>],
        molecule: &Molecule,
        attempt: (Method, usize, usize),
        settings: &ChainSettings,
    ) -> Result<(Chain, ChainStop, usize, usize), String> {
        let (method, images, steps) = attempt;
        let radii: Vec<f64> = molecule.atoms().iter().map(|a| a.element.covalent_radius()).collect();
        let mut crew = self.passages.crew()?;
        let mut guess = guess(molecule.clone());
        let mut observer = Interrupt(interrupt::flag());
        let mut chain = match method {
            Method::Grow if between.is_empty() => {
                let growth = GrowthSettings {
                    images,
                    steps,
                    ..GrowthSettings::default()
                };
                let how = (&growth, settings);
                grow(&mut crew, &mut guess, ends, &radii, how, &mut observer).map_err(|error| error.to_string())?
            }
            _ => {
                let mut frames = vec![ends[0].to_vec()];
                frames.extend(between.iter().cloned());
                frames.push(ends[1].to_vec());
                let path = interpolate(&radii, &frames, images).map_err(|error| error.to_string())?;
                Chain::new(&mut crew, &mut guess, &path, settings).map_err(|error| error.to_string())?
            }
        };
        let stop = chain
            .relax(&mut crew, settings, &mut observer)
            .map_err(|error| error.to_string())?;
        if interrupt::raised() {
            return Err("interrupted".to_owned());
        }
        Ok((chain, stop, crew.evaluations(), crew.hessian_evaluations()))
    }

    /// Looks for the pass in several ways, until one is found that connects both valleys; else gives the best that was found. `spent` counts all
    /// of it.
    pub fn cross(
        &self,
        ends: [&Valley; 2],
        between: &[Vec<f64>],
        spent: &mut Spent,
        notes: &mut Vec<String>,
    ) -> Result<Crossing, String> {
        let own = |method, images, steps, gathered| Attempt {
            method,
            images,
            steps,
            gathered,
        };
        let attempts = [
            own(self.method, self.images, 3, false),
            own(Method::Grow, self.images, 3, true),
            own(Method::Grow, self.images + 4, 6, false),
            own(Method::Band, self.images, 0, false),
        ];
        let (mut best, mut trouble): (Option<Crossing>, _) = (None, None);
        for (k, attempt) in attempts.iter().enumerate() {
            if interrupt::raised() {
                return Err("interrupted".to_owned());
            }
            let between = if k == 0 { between } else { &[] };
            let outcome = self.attempt(*attempt, ends, between, spent);
            if let Some(words) = words_of(&outcome) {
                notes.push(format!("{attempt}: {words}"));
            }
            match outcome {
                Ok(Some(found)) => {
                    let better = best.as_ref().is_none_or(|known| found.rank() > known.rank());
                    if better {
                        best = Some(found);
                    }
                }
                Ok(None) => {}
                Err(reason) => trouble = Some(reason),
            }
            if best.as_ref().is_some_and(Crossing::converged) {
                break;
            }
        }
        best.ok_or_else(|| trouble.unwrap_or_else(|| "no pass was found between the two structures".to_owned()))
    }

    fn attempt(
        &self,
        attempt: Attempt,
        ends: [&Valley; 2],
        between: &[Vec<f64>],
        spent: &mut Spent,
    ) -> Result<Option<Crossing>, String> {
        let molecule = united(&[&ends[0].molecule, &ends[1].molecule]);
        let mut places = ends.map(|end| end.point.x.clone());
        if attempt.gathered {
            let Some(gathered) = gathered(ends)? else {
                return Ok(None);
            };
            places = gathered;
        }
        let settings = ChainSettings::for_saddle();
        let how = (attempt.method, attempt.images, attempt.steps);
        let (chain, stop, evaluations, hessians) =
            self.chain([&places[0], &places[1]], between, &molecule, how, &settings)?;
        spent.chain += evaluations;
        spent.hessians += hessians;
        let top = chain.highest();
        let energy = |k: usize| chain.images()[k].point.energy;
        let is_flat = energy(top) <= energy(0).max(energy(chain.images().len() - 1)) + NOTHING;
        if stop == ChainStop::NoPass || is_flat {
            return Err("the energy has no maximum between the two structures: there is no pass".to_owned());
        }
        let found = self.summit(&chain.images()[top].point, &chain.tangent(top), &molecule, spent)?;
        self.judge(found, ends, spent).map(Some)
    }

    /// From the top of a chain to a stationary point, along the chain: by eigenvector following in internal coordinates, and where that comes to
    /// no end, with second derivatives taken afresh.
    fn summit(&self, top: &Point, tangent: &[f64], molecule: &Molecule, spent: &mut Spent) -> Result<Summit, String> {
        let mut live = self.passages.ready.assigned.open().map_err(|error| error.to_string())?;
        let mut observer = Interrupt(interrupt::flag());
        let is_engine = matches!(self.passages.ready.assigned, Assigned::Engine { .. });
        let settings = FollowSettings {
            curvature: if is_engine {
                FollowSettings::default().curvature
            } else {
                Curvature::Own
            },
            guide: Guide::Along(vec![tangent.to_vec()]),
            ..FollowSettings::default()
        };
        let mut follower = Follower::new(Chart::coordinates_of(molecule, &top.x), settings);
        let limits = Limits {
            steps: Some(2 * MOST_STEPS),
            ..Limits::default()
        };
        let masses = molecule.atoms().iter().map(|atom| atom.element.mass()).collect();
        let criteria = &self.saddle_criteria;
        let verify = if is_engine {
            VerifySettings::noisy(masses)
        } else {
            VerifySettings::molecule(masses)
        };
        let approximate = || Box::new(optimizer::approximate_hessian(molecule)) as Box<Approximate<'_>>;
        let task = saddle::Task {
            criteria,
            limits: &limits,
            observer: &mut observer,
            verify: &verify,
            approximate: is_engine.then(approximate),
        };
        let found = match find_transition(live.potential(), &top.x, &mut follower, task) {
            Ok(transition) => {
                let proof = transition.verified.as_ref();
                spent.verification += proof.map_or(0, |verified| verified.evaluations);
                transition.found
            }
            Err(SearchError::Surface { last, .. }) => *last,
            Err(error @ SearchError::Start(_)) => return Err(error.to_string()),
        };
        spent.saddle += found.evaluations;
        spent.hessians += found.hessian_evaluations;
        if found.stop == Stop::Converged {
            return Ok((found.point, found.stop));
        }
        let (mut point, mut mode) = (top.clone(), tangent.to_vec());
        let mut round = 1;
        loop {
            if interrupt::raised() {
                return Err("interrupted".to_owned());
            }
            let start = self.passages.prove(&point)?;
            spent.saddle += start.evaluations;
            spent.hessians += start.hessian_evaluations;
            let start = (point, start.hessian, mode.as_slice());
            let found = summit::climb(live.potential(), start, true, criteria, MOST_STEPS, &mut observer);
            let found = found.map_err(|error| error.to_string())?;
            spent.saddle += found.evaluations;
            spent.hessians += found.hessian_evaluations;
            if found.stop == Stop::Converged || round == ROUNDS {
                return Ok((found.point, found.stop));
            }
            (point, mode) = (found.point, found.mode);
            round += 1;
        }
    }

    /// What a point is, and what it connects.
    fn judge(&self, found: Summit, ends: [&Valley; 2], spent: &mut Spent) -> Result<Crossing, String> {
        let (point, stop) = found;
        let saddle = self.passages.prove(&point)?;
        spent.verification += saddle.evaluations;
        spent.hessians += saddle.hessian_evaluations;
        let stationary = stop == Stop::Converged;
        let sides = match (stationary, saddle.negative_modes()) {
            (true, 1) => Some(self.sides(&saddle, ends, spent)?),
            _ => None,
        };
        Ok(Crossing {
            saddle,
            stop,
            stationary,
            sides,
        })
    }

    /// Down both sides.
    fn sides(&self, saddle: &Proven, ends: [&Valley; 2], spent: &mut Spent) -> Result<Sides, String> {
        let (irc, valleys) = both_sides(self.passages, saddle, &IrcSettings::short(), &self.criteria, spent)?;
        let likeness = |order: [usize; 2]| [0, 1].map(|k| self.passages.likeness(&valleys[order[k]], ends[k]));
        let labelled = |order: [usize; 2]| (0..2).filter(|&k| bonds(&valleys[order[k]]) == bonds(ends[k])).count();
        let rank = |order: [usize; 2]| {
            let same = likeness(order).iter().filter(|l| **l == Likeness::Same).count();
            let other = likeness(order).iter().filter(|l| **l == Likeness::Conformer).count();
            (2 * same + other, labelled(order))
        };
        let (straight, crossed) = ([0, 1], [1, 0]);
        let order = if rank(crossed) > rank(straight) {
            crossed
        } else {
            straight
        };
        let apart = align::rmsd(&valleys[0].point.x, &valleys[1].point.x).map_err(|error| error.to_string())?;
        let asked = bonds(ends[0]) != bonds(ends[1]);
        let rebonded = bonds(&valleys[0]) != bonds(&valleys[1]);
        Ok(Sides {
            likeness: likeness(order),
            distinct: apart > ONE_PLACE && asked == rebonded,
            rebonded,
            valleys: order.map(|k| valleys[k].clone()),
            irc: match order {
                [0, 1] => reversed(irc),
                _ => irc,
            },
        })
    }
}

/// A path whose profile begins with the first branch.
fn reversed(mut irc: Irc) -> Irc {
    irc.branches.swap(0, 1);
    irc
}

/// Down both ways from a saddle, and to the minima there.
pub fn both_sides(
    passages: &Passages<'_>,
    saddle: &Proven,
    settings: &IrcSettings,
    criteria: &Criteria,
    spent: &mut Spent,
) -> Result<(Irc, [Valley; 2]), String> {
    let irc = passages.irc(saddle, settings)?;
    spent.irc += irc.evaluations;
    spent.hessians += irc.hessian_evaluations;
    if interrupt::raised() {
        return Err("interrupted".to_owned());
    }
    let last = |k: usize| {
        irc.branches[k]
            .points
            .last()
            .map_or(&irc.saddle.x, |(_, point)| &point.x)
    };
    let valleys = [passages.valley(last(0), criteria)?, passages.valley(last(1), criteria)?];
    spent.irc += valleys[0].evaluations + valleys[1].evaluations;
    Ok((irc, valleys))
}

/// The bonded pairs, atom by atom.
fn bonds(valley: &Valley) -> BTreeSet<[usize; 2]> {
    let sorted = |[a, b]: [usize; 2]| [a.min(b), a.max(b)];
    valley.molecule.bonds().iter().map(|bond| sorted(bond.atoms)).collect()
}

/// Ends of several molecules with these turned towards each other as in the other end; `None` where there is nothing to turn.
fn gathered(ends: [&Valley; 2]) -> Result<Option<[Vec<f64>; 2]>, String> {
    let turn = |end: &Valley, other: &[f64]| {
        approach::approach(&end.molecule, &end.point.x, other).map_err(|error| error.to_string())
    };
    let [first, second] = ends;
    let parts = ends.map(|end| end.molecule.fragments().1);
    Ok(if parts[0] >= parts[1] {
        turn(first, &second.point.x)?.map(|x| [x, second.point.x.clone()])
    } else {
        turn(second, &first.point.x)?.map(|x| [first.point.x.clone(), x])
    })
}
