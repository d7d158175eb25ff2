//! The search for the way between two minima, by one chain after another, over one pass or several.

use super::chain::{LetDown, Plan, gathered};
use super::course::{Attempt, ChainAttempt, Course, Log, Note, Unfinished};
use super::crossing::Crossing;
use super::error::RouteError;
use super::landscape::Landscape;
use super::valley::Valley;
use crate::optimize::Criteria;
use crate::saddle::path::chain::{ChainSettings, ChainStop};
use crate::saddle::path::irc::IrcSettings;
use std::fmt;

pub use super::chain::Method;

/// A chain that rises by less than this (kcal/mol) above its ends has no pass.
const NOTHING: f64 = 0.05;

/// Passes that one reaction may lead over.
const MOST_PASSES: usize = 4;

/// Ways that are tried from a minimum that was not asked for, and in all.
const ATTEMPTS_ON_THE_WAY: usize = 2;
const MOST_ATTEMPTS: usize = 10;

/// What is known of the way before the search.
#[derive(Clone, Debug, Default)]
pub struct Hints {
    /// Structures (Å) between the ends.
    pub between: Vec<Vec<f64>>,
    /// A guess of the saddle, and the direction (Å, length 3N) in which it is crossed.
    pub saddle: Option<(Vec<f64>, Vec<f64>)>,
}

/// How the way between two minima is looked for.
#[derive(Clone, Copy)]
pub struct Search<'a> {
    /// The molecule with its surface.
    pub landscape: &'a dyn Landscape,
    /// Of minima.
    pub criteria: Criteria,
    /// Of saddles.
    pub saddle_criteria: Criteria,
    /// How far down from a saddle.
    pub irc: IrcSettings,
    /// How chains are made.
    pub method: Method,
    /// Structures of a chain, both ends included.
    pub images: usize,
}

impl fmt::Debug for Search<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Search")
            .field("criteria", &self.criteria)
            .field("saddle_criteria", &self.saddle_criteria)
            .field("irc", &self.irc)
            .field("method", &self.method)
            .field("images", &self.images)
            .finish_non_exhaustive()
    }
}

impl Search<'_> {
    /// Looks for the way over one pass or several until reactant and product are connected; else gives the best that was found. What is
    /// tried goes into the log.
    pub fn travel(&self, ends: [&Valley; 2], hints: &Hints, log: &mut Log) -> Course {
        let course = self.go(ends, hints, MOST_PASSES, log);
        Course {
            interrupted: self.landscape.is_interrupted(),
            ..course
        }
    }

    fn attempts(&self) -> [ChainAttempt; 4] {
        let own = |method, images, steps, gathered| ChainAttempt {
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
            if self.is_enough(Attempt::Given, found, ends, most, &mut course, log) {
                return course;
            }
        }
        let tried = if most == MOST_PASSES {
            self.attempts().len()
        } else {
            ATTEMPTS_ON_THE_WAY
        };
        for (k, attempt) in self.attempts().into_iter().take(tried).enumerate() {
            if self.landscape.is_interrupted() || log.attempts == MOST_ATTEMPTS {
                break;
            }
            log.attempts += 1;
            let between: &[Vec<f64>] = if k == 0 { &hints.between } else { &[] };
            let found = self.attempt(attempt, ends, between, &mut course.chain, log);
            if self.is_enough(Attempt::Chain(attempt), found, ends, most, &mut course, log) {
                break;
            }
        }
        course
    }

    /// Takes what came of an attempt, and goes on from it where it leads half the way. Tells whether reactant and product are connected.
    fn is_enough(
        &self,
        attempt: Attempt,
        found: Result<Option<Crossing>, RouteError>,
        ends: [&Valley; 2],
        most: usize,
        course: &mut Course,
        log: &mut Log,
    ) -> bool {
        let found = match found {
            Ok(None) => return false,
            Err(error) => {
                course.trouble = Some(error.clone());
                log.notes.push(Note::Failed { attempt, error });
                return false;
            }
            Ok(Some(found)) => found,
        };
        let what = found.words();
        log.notes.push(Note::Found { attempt, what });
        if let Some(passes) = self.onward(&found, ends, most, log) {
            course.passes = needed(passes, ends);
            course.complete = true;
        } else {
            course.take(found);
        }
        course.complete
    }

    /// All passes from reactant to product, where one that was found leads from one of them to something else, and the rest of the way is
    /// found too.
    fn onward(&self, found: &Crossing, ends: [&Valley; 2], most: usize, log: &mut Log) -> Option<Vec<Crossing>> {
        let sides = found.sides.as_ref().filter(|_| found.is_first_order())?;
        let is_over = most <= 1 || self.landscape.is_interrupted();
        let end = sides.half_way().filter(|_| !is_over)?;
        let gap = match end {
            0 => [&sides.valleys[1], ends[1]],
            _ => [ends[0], &sides.valleys[0]],
        };
        let from = sides.name(1 - end);
        log.notes.push(Note::Onward { from });
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
    ) -> Result<Option<Crossing>, RouteError> {
        let start = Valley::as_given(self.landscape, x)?;
        log.spent.saddle += start.evaluations;
        self.crossing(&start.point, mode, ends, &mut log.spent)
    }

    /// The pass near the top of a chain.
    fn attempt(
        &self,
        attempt: ChainAttempt,
        ends: [&Valley; 2],
        between: &[Vec<f64>],
        unfinished: &mut Option<Unfinished>,
        log: &mut Log,
    ) -> Result<Option<Crossing>, RouteError> {
        let mut places = ends.map(|end| end.point.x.clone());
        if attempt.gathered {
            let Some(gathered) = gathered(ends)? else {
                return Ok(None);
            };
            places = gathered;
        }
        let plan = Plan {
            method: attempt.method,
            images: attempt.images,
            steps: attempt.steps,
            places: [&places[0], &places[1]],
            between,
        };
        let LetDown {
            chain,
            stop,
            evaluations,
            hessians,
        } = plan.make(self.landscape, ends, &ChainSettings::for_saddle())?;
        log.spent.chain += evaluations;
        log.spent.hessians += hessians;
        let top = chain.highest();
        *unfinished = Some(Unfinished {
            points: chain.points(),
            top,
        });
        if self.landscape.is_interrupted() {
            return Ok(None);
        }
        let energy = |k: usize| chain.images()[k].point.energy;
        let is_flat = energy(top) <= energy(0).max(energy(chain.images().len() - 1)) + NOTHING;
        if stop == ChainStop::NoPass || is_flat {
            return Err(RouteError::NoPass);
        }
        let highest = &chain.images()[top].point;
        self.crossing(highest, &chain.tangent(top), ends, &mut log.spent)
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
