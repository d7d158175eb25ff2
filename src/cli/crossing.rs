//! From two minima to the proven pass between them: chain, climb, proof, and the way down both sides. Where the way down ends in a minimum that
//! was not asked for, the search goes on from there.

use super::interrupt;
use super::optimizer;
use super::passage::{Passages, Proven, Valley, guess, united};
use super::sides::Sides;
use super::surface::Assigned;
use crate::chem::Molecule;
use crate::hessian::lowest::Approximate;
use crate::optimize::observer::Interrupt;
use crate::optimize::{Criteria, Limits, Point, Stop};
use crate::saddle::path::chain::{Chain, ChainSettings, ChainStop};
use crate::saddle::path::crew::Crew;
use crate::saddle::path::growing::{GrowthSettings, grow};
use crate::saddle::path::irc::{Irc, IrcSettings};
use crate::saddle::path::{approach, interpolate, summit};
use crate::saddle::{
    self, Chart, Curvature, FollowSettings, Follower, Guide, SearchError, VerifySettings, find_transition,
};
use std::fmt;

/// Most steps of the search for the saddle with the same second derivatives, and how often these are made.
const MOST_STEPS: usize = 60;
const ROUNDS: usize = 3;

/// A chain that rises by less than this (kcal/mol) above its ends has no pass.
const NOTHING: f64 = 0.05;

/// Passes that one reaction may lead over.
const MOST_PASSES: usize = 4;

/// Ways that are tried from a minimum that was not asked for, and in all.
const ATTEMPTS_ON_THE_WAY: usize = 2;
const MOST_ATTEMPTS: usize = 10;

const NO_PASS: &str = "the energy has no maximum between the two structures: there is no pass";

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

/// What is known of the way before the search.
#[derive(Clone, Debug, Default)]
pub struct Hints {
    /// Structures (Å) between the ends.
    pub between: Vec<Vec<f64>>,
    /// A guess of the saddle, and the direction (Å, length 3N) in which it is crossed.
    pub saddle: Option<(Vec<f64>, Vec<f64>)>,
}

/// A pass, and what is known of it.
#[derive(Clone, Debug)]
pub struct Crossing {
    pub saddle: Proven,
    pub stop: Stop,
    /// The gradient is below the criterion.
    pub stationary: bool,
    pub sides: Option<Sides>,
    /// Why nothing is known of the sides of a saddle of first order.
    pub trouble: Option<String>,
}

impl Crossing {
    fn is_first_order(&self) -> bool {
        self.stationary && self.saddle.negative_modes() == 1
    }

    /// Whether it is a saddle of first order that connects what was asked for.
    pub fn converged(&self) -> bool {
        self.is_first_order() && self.sides.as_ref().is_some_and(Sides::connect)
    }

    fn rank(&self) -> usize {
        usize::from(self.is_first_order()) + self.sides.as_ref().map_or(0, Sides::rank)
    }

    /// What it is, in words.
    pub fn words(&self) -> String {
        if !self.stationary && self.stop == Stop::Converged {
            return "no stationary point: the gradient made afresh is above the criterion".to_owned();
        }
        if !self.stationary {
            return format!("no stationary point was reached ({})", self.stop.name());
        }
        match (&self.sides, &self.trouble) {
            (Some(sides), _) => format!("{}; {}", self.saddle.words(), sides.words()),
            (None, Some(trouble)) => format!("{}; what it connects is not known: {trouble}", self.saddle.words()),
            (None, None) => self.saddle.words(),
        }
    }
}

/// A chain as far as it came.
#[derive(Clone, Debug)]
pub struct Unfinished {
    pub points: Vec<Point>,
    /// Number of the highest point between the ends.
    pub top: usize,
}

/// What came of a search.
#[derive(Debug, Default)]
pub struct Course {
    /// From reactant to product where it is complete; else the best that was found, if anything was.
    pub passes: Vec<Crossing>,
    /// The passes lead from reactant to product.
    pub complete: bool,
    /// The last chain.
    pub chain: Option<Unfinished>,
    /// What went wrong last.
    pub trouble: Option<String>,
}

impl Course {
    /// What it is, in words.
    pub fn words(&self) -> String {
        if interrupt::raised() && !self.complete {
            return "interrupted".to_owned();
        }
        let all: Vec<String> = self.passes.iter().map(Crossing::words).collect();
        match (all.as_slice(), &self.trouble) {
            ([], Some(trouble)) => trouble.clone(),
            ([], None) => "no pass was found between the two structures".to_owned(),
            ([only], Some(trouble)) if !self.complete => format!("{only}; another chain ended otherwise: {trouble}"),
            ([only], _) => only.clone(),
            (all, _) => {
                let numbered = all.iter().enumerate().map(|(k, words)| format!("({}) {words}", k + 1));
                let numbered: Vec<String> = numbered.collect();
                format!("{} passes: {}", all.len(), numbered.join("; "))
            }
        }
    }

    fn take(&mut self, found: Crossing) {
        let better = self.passes.first().is_none_or(|known| found.rank() > known.rank());
        if better {
            self.complete = found.converged();
            self.passes = vec![found];
        }
    }
}

/// A chain that was let down, and what it took.
pub struct LetDown {
    pub chain: Chain,
    pub stop: ChainStop,
    pub evaluations: usize,
    pub hessians: usize,
}

/// The search for a pass between two valleys.
#[derive(Clone, Copy)]
pub struct Search<'a> {
    pub passages: &'a Passages<'a>,
    /// Of minima.
    pub criteria: Criteria,
    pub saddle_criteria: Criteria,
    /// How far down from a saddle.
    pub irc: IrcSettings,
    pub method: Method,
    pub images: usize,
}

/// What a search writes down as it goes on.
#[derive(Debug, Default)]
pub struct Log {
    pub spent: Spent,
    pub notes: Vec<String>,
    attempts: usize,
}

impl Search<'_> {
    /// A chain between two structures, as far as settings say. An interrupt leaves it as it is.
    pub fn chain(
        &self,
        ends: [&[f64]; 2],
        between: &[Vec<f64>],
        molecule: &Molecule,
        attempt: (Method, usize, usize),
        settings: &ChainSettings,
    ) -> Result<LetDown, String> {
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
        Ok(LetDown {
            stop: if interrupt::raised() {
                ChainStop::Interrupted
            } else {
                stop
            },
            chain,
            evaluations: crew.evaluations(),
            hessians: crew.hessian_evaluations(),
        })
    }

    /// Looks for the way over one pass or several, by one chain after another, until reactant and product are connected; else gives the best that
    /// was found.
    pub fn travel(&self, ends: [&Valley; 2], hints: &Hints, log: &mut Log) -> Course {
        self.go(ends, hints, MOST_PASSES, log)
    }

    fn attempts(&self) -> [Attempt; 4] {
        let own = |method, images, steps, gathered| Attempt {
            method,
            images,
            steps,
            gathered,
        };
        [
            own(self.method, self.images, 3, false),
            own(Method::Grow, self.images, 3, true),
            own(Method::Grow, self.images + 4, 6, false),
            own(Method::Band, self.images, 0, false),
        ]
    }

    fn go(&self, ends: [&Valley; 2], hints: &Hints, most: usize, log: &mut Log) -> Course {
        let mut course = Course::default();
        if let Some((x, mode)) = &hints.saddle {
            let found = self.near_guess(x, mode, ends, log);
            if self.is_enough("given saddle", found, ends, most, &mut course, log) {
                return course;
            }
        }
        let tried = if most == MOST_PASSES {
            self.attempts().len()
        } else {
            ATTEMPTS_ON_THE_WAY
        };
        for (k, attempt) in self.attempts().iter().take(tried).enumerate() {
            if interrupt::raised() || log.attempts == MOST_ATTEMPTS {
                break;
            }
            log.attempts += 1;
            let between: &[Vec<f64>] = if k == 0 { &hints.between } else { &[] };
            let found = self.attempt(*attempt, ends, between, &mut course.chain, log);
            if self.is_enough(&attempt.to_string(), found, ends, most, &mut course, log) {
                break;
            }
        }
        course
    }

    /// Takes what came of an attempt, and goes on from it where it leads half the way. Tells whether reactant and product are connected.
    fn is_enough(
        &self,
        attempt: &str,
        found: Result<Option<Crossing>, String>,
        ends: [&Valley; 2],
        most: usize,
        course: &mut Course,
        log: &mut Log,
    ) -> bool {
        let found = match found {
            Ok(None) => return false,
            Err(reason) => {
                log.notes.push(format!("{attempt}: {reason}"));
                course.trouble = Some(reason);
                return false;
            }
            Ok(Some(found)) => found,
        };
        log.notes.push(format!("{attempt}: {}", found.words()));
        if let Some(passes) = self.onward(&found, ends, most, log) {
            course.passes = needed(passes, ends);
            course.complete = true;
        } else {
            course.take(found);
        }
        course.complete
    }

    /// All passes from reactant to product, where one that was found leads from one of them to something else, and the rest of the way is found
    /// too.
    fn onward(&self, found: &Crossing, ends: [&Valley; 2], most: usize, log: &mut Log) -> Option<Vec<Crossing>> {
        let sides = found.sides.as_ref().filter(|_| found.is_first_order())?;
        let end = sides.half_way().filter(|_| most > 1 && !interrupt::raised())?;
        let gap = match end {
            0 => [&sides.valleys[1], ends[1]],
            _ => [ends[0], &sides.valleys[0]],
        };
        log.notes.push(format!("on from {}", sides.name(1 - end)));
        let rest = self.go(gap, &Hints::default(), most - 1, log);
        rest.complete.then(|| match end {
            0 => std::iter::once(found.clone()).chain(rest.passes).collect(),
            _ => rest.passes.into_iter().chain([found.clone()]).collect(),
        })
    }

    /// The pass near a guess of its saddle.
    fn near_guess(
        &self,
        x: &[f64],
        mode: &[f64],
        ends: [&Valley; 2],
        log: &mut Log,
    ) -> Result<Option<Crossing>, String> {
        let molecule = united(&[&ends[0].molecule, &ends[1].molecule]);
        let start = self.passages.as_given(x)?;
        log.spent.saddle += start.evaluations;
        let found = self.summit(&start.point, mode, &molecule, &mut log.spent)?;
        self.judge(found, ends, &mut log.spent)
    }

    fn attempt(
        &self,
        attempt: Attempt,
        ends: [&Valley; 2],
        between: &[Vec<f64>],
        unfinished: &mut Option<Unfinished>,
        log: &mut Log,
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
        let LetDown {
            chain,
            stop,
            evaluations,
            hessians,
        } = self.chain([&places[0], &places[1]], between, &molecule, how, &settings)?;
        log.spent.chain += evaluations;
        log.spent.hessians += hessians;
        let top = chain.highest();
        *unfinished = Some(Unfinished {
            points: chain.points(),
            top,
        });
        if interrupt::raised() {
            return Ok(None);
        }
        let energy = |k: usize| chain.images()[k].point.energy;
        let is_flat = energy(top) <= energy(0).max(energy(chain.images().len() - 1)) + NOTHING;
        if stop == ChainStop::NoPass || is_flat {
            return Err(NO_PASS.to_owned());
        }
        let found = self.summit(
            &chain.images()[top].point,
            &chain.tangent(top),
            &molecule,
            &mut log.spent,
        )?;
        self.judge(found, ends, &mut log.spent)
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

    /// What a point is, and what it connects. Nothing where an interrupt came first.
    fn judge(&self, found: Summit, ends: [&Valley; 2], spent: &mut Spent) -> Result<Option<Crossing>, String> {
        let (point, stop) = found;
        if interrupt::raised() {
            return Ok(None);
        }
        let saddle = self.passages.prove(&point)?;
        spent.verification += saddle.evaluations;
        spent.hessians += saddle.hessian_evaluations;
        let mut crossing = Crossing {
            stationary: stop == Stop::Converged && self.saddle_criteria.gradient_holds(&saddle.point.gradient),
            saddle,
            stop,
            sides: None,
            trouble: None,
        };
        if crossing.is_first_order() {
            match self.sides(&crossing.saddle, ends, spent) {
                Ok(sides) => crossing.sides = Some(sides),
                Err(_) if self.saddle_criteria != self.criteria => return self.nearer(&crossing.saddle, ends, spent),
                Err(reason) => crossing.trouble = Some(reason),
            }
        }
        Ok(Some(crossing))
    }

    /// The pass by the criteria of minima: along a soft mode the usual ones may be met so far beside the pass that it is not uphill to it.
    fn nearer(&self, saddle: &Proven, ends: [&Valley; 2], spent: &mut Spent) -> Result<Option<Crossing>, String> {
        let mode = saddle.modes.modes.first().ok_or("a single atom has no passes")?;
        let molecule = united(&[&ends[0].molecule, &ends[1].molecule]);
        let search = Search {
            saddle_criteria: self.criteria,
            ..*self
        };
        let found = search.summit(&saddle.point, &mode.displacement, &molecule, spent)?;
        search.judge(found, ends, spent)
    }

    /// Down both sides.
    fn sides(&self, saddle: &Proven, ends: [&Valley; 2], spent: &mut Spent) -> Result<Sides, String> {
        let (irc, valleys) = both_sides(self.passages, saddle, &self.irc, &self.criteria, spent)?;
        if interrupt::raised() {
            return Err("interrupted on the way down".to_owned());
        }
        Sides::new(ends, valleys, irc)
    }
}

/// Those of a row of passes that lead from reactant to product: from the last that begins at the one to the first that ends at the other.
fn needed(mut passes: Vec<Crossing>, ends: [&Valley; 2]) -> Vec<Crossing> {
    for sides in passes.iter_mut().filter_map(|pass| pass.sides.as_mut()) {
        sides.relate(ends);
    }
    let is_end = |pass: &Crossing, k: usize| pass.sides.as_ref().is_some_and(|sides| sides.is_end(k));
    let first = passes.iter().rposition(|pass| is_end(pass, 0)).unwrap_or(0);
    passes.drain(..first);
    if let Some(last) = passes.iter().position(|pass| is_end(pass, 1)) {
        passes.truncate(last + 1);
    }
    passes
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
