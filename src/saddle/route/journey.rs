//! What came of the way between two structures, or down from a saddle: its structures from end to end, and what is known of them.

use super::bonds::smiles;
use super::chain::{LetDown, Plan};
use super::course::{Course, Log, Spent, Unfinished};
use super::crossing::Crossing;
use super::error::{RouteError, STATIONARY};
use super::landscape::Landscape;
use super::rates::{Rate, RateSettings, rates};
use super::search::{Hints, Search};
use super::sides::both_sides;
use super::stationary::Stationary;
use super::valley::Valley;
use crate::optimize::{Criteria, Point, Stop, vector};
use crate::saddle::path::chain::{ChainSettings, ChainStop};
use crate::saddle::path::irc::{BranchEnd, Irc, IrcSettings};
use crate::saddle::path::spline::Spline;

/// What the structures are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A chain between two structures.
    Chain,
    /// Ways down from proven saddles, one after another.
    Pass,
    /// The way down both sides of a saddle that was given.
    Down,
}

impl Kind {
    /// The name in output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Chain => "chain",
            Self::Pass => "ts",
            Self::Down => "irc",
        }
    }
}

/// Why the search ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RouteStop {
    /// No pass was found.
    NoPass,
    /// An interrupt came.
    Interrupted,
    /// A chain was left.
    Chain(ChainStop),
    /// The search for the highest saddle ended.
    Saddle(Stop),
    /// The bottom of a side was reached.
    Branch(BranchEnd),
}

impl RouteStop {
    /// The name in output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NoPass => "no_pass",
            Self::Interrupted => "interrupted",
            Self::Chain(stop) => stop.name(),
            Self::Saddle(stop) => stop.name(),
            Self::Branch(end) => end.name(),
        }
    }
}

/// All that came out.
#[derive(Clone, Debug)]
pub struct Journey {
    /// What the structures are.
    pub kind: Kind,
    /// What was asked for was found.
    pub converged: bool,
    /// Why it ended.
    pub stop: RouteStop,
    /// Coordinate along the path (Å along a chain, Å √amu down from saddles, from 0 at the highest) and point.
    pub points: Vec<(f64, Point)>,
    /// Number of the highest point between the ends.
    pub top: usize,
    /// Numbers of the saddles, or of the highest point where there is none.
    pub saddles: Vec<usize>,
    /// The minima at both ends.
    pub ends: [Valley; 2],
    /// The highest saddle.
    pub proven: Option<Stationary>,
    /// Each pass, from the first end to the last one.
    pub passes: Vec<Crossing>,
    /// What it connects, in words.
    pub connects: Option<String>,
    /// Rates over the highest saddle, where they were asked for.
    pub rates: Vec<Rate>,
    /// Gradients, but for those of the ends.
    pub spent: Spent,
    /// Gradients of the ends' minimizations.
    pub end_evaluations: usize,
}

impl Journey {
    /// The ends as far as an interrupt let them come.
    #[must_use]
    pub fn ends_alone(ends: [Valley; 2]) -> Self {
        let points = ends.clone().map(|end| end.point);
        let top = usize::from(points[1].energy > points[0].energy);
        let chain = Unfinished {
            points: points.to_vec(),
            top,
        };
        Self::chain(chain, ends).interrupted()
    }

    /// A chain, which is taken not to have converged.
    fn chain(chain: Unfinished, ends: [Valley; 2]) -> Self {
        let Unfinished { points, top } = chain;
        let spline = Spline::new(points.iter().map(|point| point.x.clone()).collect());
        Self {
            kind: Kind::Chain,
            converged: false,
            stop: RouteStop::NoPass,
            points: spline.knots().iter().copied().zip(points).collect(),
            top,
            saddles: vec![top],
            end_evaluations: ends[0].evaluations + ends[1].evaluations,
            ends,
            proven: None,
            passes: Vec::new(),
            connects: None,
            rates: Vec::new(),
            spent: Spent::default(),
        }
    }

    /// Down both sides of a saddle.
    fn down(saddle: Stationary, irc: &Irc, ends: [Valley; 2], is_interrupted: bool) -> Self {
        let points: Vec<(f64, Point)> = irc.profile().into_iter().map(|(s, p)| (s, p.clone())).collect();
        let name = |k: usize| smiles(&ends[k].molecule);
        let connects = format!("{}; connects {} and {}", saddle.words(), name(0), name(1));
        let top = points.iter().position(|(s, _)| *s == 0.0).unwrap_or(0);
        Self {
            kind: Kind::Down,
            converged: ends.iter().all(|end| end.converged),
            stop: match is_interrupted {
                true => RouteStop::Interrupted,
                false => RouteStop::Branch(irc.branches[0].end),
            },
            points,
            top,
            saddles: vec![top],
            ends,
            proven: Some(saddle),
            passes: Vec::new(),
            connects: Some(connects),
            rates: Vec::new(),
            spent: Spent::default(),
            end_evaluations: 0,
        }
    }

    /// The way between two minima. Where it leads over no pass that is known, the chain tells as much as there is to be told.
    fn over(course: Course, ends: [Valley; 2]) -> Result<Self, RouteError> {
        let words = course.words();
        let Some(highest) = highest(&course.passes) else {
            let stop = match course.interrupted {
                true => RouteStop::Interrupted,
                false => RouteStop::NoPass,
            };
            let Some(chain) = course.chain else {
                return Err(course.reason());
            };
            return Ok(Self {
                stop,
                connects: Some(words),
                ..Self::chain(chain, ends)
            });
        };
        let (points, saddles) = profile(&course.passes, highest);
        let asked = ends[0].evaluations + ends[1].evaluations;
        let reached = match course.passes.as_slice() {
            [first, .., last] => Some((&first.sides, &last.sides)),
            [only] => Some((&only.sides, &only.sides)),
            [] => None,
        };
        let ends = match reached {
            Some((Some(first), Some(last))) => [first.valleys[0].clone(), last.valleys[1].clone()],
            _ => ends,
        };
        let saddle = &course.passes[highest];
        Ok(Self {
            kind: Kind::Pass,
            converged: course.complete,
            stop: RouteStop::Saddle(saddle.stop),
            points,
            top: saddles[highest],
            saddles,
            ends,
            proven: Some(saddle.saddle.clone()),
            passes: course.passes,
            connects: Some(words),
            rates: Vec::new(),
            spent: Spent::default(),
            end_evaluations: asked,
        })
    }

    /// The same as what an interrupt left.
    #[must_use]
    pub fn interrupted(self) -> Self {
        Self {
            converged: false,
            stop: RouteStop::Interrupted,
            ..self
        }
    }

    /// Heights (kcal/mol) of the highest point above both ends.
    #[must_use]
    pub fn barriers(&self) -> [f64; 2] {
        let top = self.points[self.top].1.energy;
        [0, 1].map(|k: usize| top - self.ends[k].point.energy)
    }

    /// All gradients but those of proofs.
    #[must_use]
    pub fn evaluations(&self) -> usize {
        self.end_evaluations + self.spent.chain + self.spent.saddle
    }

    /// Where the way is highest (Å), and in which direction it leads there.
    #[must_use]
    pub fn crossed(&self) -> (Vec<f64>, Vec<f64>) {
        let x = |k: usize| &self.points[k].1.x;
        let mode = self.proven.as_ref().and_then(|saddle| saddle.modes.modes.first());
        let direction = match mode {
            Some(mode) => mode.displacement.clone(),
            None => {
                let before = x(self.top.saturating_sub(1));
                let after = x((self.top + 1).min(self.points.len() - 1));
                after.iter().zip(before).map(|(a, b)| a - b).collect()
            }
        };
        (x(self.top).clone(), direction)
    }

    /// Adds rates over the highest saddle, where there is one.
    fn with_rates(
        mut self,
        landscape: &dyn Landscape,
        gas: Option<&RateSettings>,
        mut spent: Spent,
    ) -> Result<Self, RouteError> {
        if let (Some(gas), Some(saddle)) = (gas, &self.proven) {
            self.rates = rates(landscape, gas, saddle, &self.ends, &mut spent)?;
        }
        self.spent = spent;
        Ok(self)
    }
}

impl Search<'_> {
    /// A chain alone between two minima, first drawn through structures (Å) between them.
    ///
    /// # Errors
    /// Where the surface fails, or no chain can be drawn.
    pub fn chain(&self, ends: [Valley; 2], between: &[Vec<f64>]) -> Result<Journey, RouteError> {
        let plan = Plan {
            method: self.method,
            images: self.images,
            steps: 3,
            places: [&ends[0].point.x, &ends[1].point.x],
            between,
        };
        let LetDown {
            chain,
            stop,
            evaluations,
            hessians,
        } = plan.make(self.landscape, [&ends[0], &ends[1]], &ChainSettings::default())?;
        let unfinished = Unfinished {
            points: chain.points(),
            top: chain.highest(),
        };
        Ok(Journey {
            converged: stop == ChainStop::Converged && ends.iter().all(|end| end.converged),
            stop: RouteStop::Chain(stop),
            spent: Spent {
                chain: evaluations,
                hessians,
                ..Spent::default()
            },
            ..Journey::chain(unfinished, ends)
        })
    }

    /// The pass or the passes between two minima, and rates over the highest for this gas. What is tried goes into the log.
    ///
    /// # Errors
    /// Where not even a chain came of it, or what the rates need.
    pub fn over(
        &self,
        ends: [Valley; 2],
        hints: &Hints,
        gas: Option<&RateSettings>,
        log: &mut Log,
    ) -> Result<Journey, RouteError> {
        let course = self.travel([&ends[0], &ends[1]], hints, log);
        Journey::over(course, ends)?.with_rates(self.landscape, gas, log.spent)
    }
}

/// Both ways down from a saddle that is given (Å), with the minima there by these criteria, and rates for this gas.
///
/// # Errors
/// A structure that is no saddle of first order; where the surface fails.
pub fn down_from(
    landscape: &dyn Landscape,
    x: &[f64],
    criteria: &Criteria,
    gas: Option<&RateSettings>,
) -> Result<Journey, RouteError> {
    let given = Valley::as_given(landscape, x)?;
    let slope = vector::rms(&given.point.gradient);
    if slope > STATIONARY {
        return Err(RouteError::NotStationary { slope });
    }
    let saddle = Stationary::at(landscape, &given.point)?;
    if saddle.negative_modes() != 1 {
        return Err(RouteError::NotFirstOrder { what: saddle.words() });
    }
    let mut spent = Spent {
        verification: saddle.evaluations,
        hessians: saddle.hessian_evaluations,
        ..Spent::default()
    };
    let (irc, valleys) = both_sides(landscape, &saddle, &IrcSettings::default(), criteria, &mut spent)?;
    // From the second branch's end over the saddle to the first one's.
    let [forward, backward] = valleys;
    let journey = Journey::down(saddle, &irc, [backward, forward], landscape.is_interrupted());
    journey.with_rates(landscape, gas, spent)
}

/// Number of the highest pass.
fn highest(passes: &[Crossing]) -> Option<usize> {
    let energy = |k: &usize| passes[*k].saddle.point.energy;
    (0..passes.len()).max_by(|a, b| energy(a).total_cmp(&energy(b)))
}

/// The ways down all passes, one after another, counted from the highest pass; and the places of the saddles in it.
fn profile(passes: &[Crossing], highest: usize) -> (Vec<(f64, Point)>, Vec<usize>) {
    let (mut points, mut saddles): (Vec<(f64, Point)>, Vec<usize>) = (Vec::new(), Vec::new());
    for pass in passes {
        let own: Vec<(f64, Point)> = match &pass.sides {
            Some(sides) => sides.irc.profile().into_iter().map(|(s, p)| (s, p.clone())).collect(),
            None => vec![(0.0, pass.saddle.point.clone())],
        };
        let begin = points.last().map_or(0.0, |(s, _)| *s) - own.first().map_or(0.0, |(s, _)| *s);
        saddles.push(points.len() + own.iter().position(|(s, _)| *s == 0.0).unwrap_or(0));
        points.extend(own.into_iter().map(|(s, point)| (begin + s, point)));
    }
    let origin = points[saddles[highest]].0;
    points.iter_mut().for_each(|(s, _)| *s -= origin);
    (points, saddles)
}
