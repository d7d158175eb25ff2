//! From the top of a chain to the proven pass: the walk to the saddle, the proof, and the way down both its sides.

use super::bonds::united;
use super::course::Spent;
use super::error::RouteError;
use super::search::Search;
use super::sides::{Sides, both_sides};
use super::stationary::Stationary;
use super::valley::Valley;
use crate::chem::Molecule;
use crate::optimize::{Limits, Point, Stop};
use crate::potential::Potential;
use crate::saddle::path::summit;
use crate::saddle::{
    self, Chart, Curvature, FollowSettings, Follower, Guide, SearchError, VerifySettings, find_transition,
};

/// Most steps of the search for the saddle with the same second derivatives, and how often these are made.
const MOST_STEPS: usize = 60;
const ROUNDS: usize = 3;

/// Where a search for a saddle ended, and why.
type Summit = (Point, Stop);

/// A pass, and what is known of it.
#[derive(Clone, Debug)]
pub struct Crossing {
    /// The saddle.
    pub saddle: Stationary,
    /// Why the search for it ended.
    pub stop: Stop,
    /// The gradient is below the criterion.
    pub stationary: bool,
    /// What lies on both sides.
    pub sides: Option<Sides>,
    /// Why nothing is known of the sides of a saddle of first order.
    pub trouble: Option<RouteError>,
}

impl Crossing {
    /// Whether it is stationary, with exactly one negative mode.
    #[must_use]
    pub fn is_first_order(&self) -> bool {
        self.stationary && self.saddle.negative_modes() == 1
    }

    /// Whether it is a saddle of first order that connects what was asked for.
    #[must_use]
    pub fn converged(&self) -> bool {
        self.is_first_order() && self.sides.as_ref().is_some_and(Sides::connect)
    }

    /// Of two, the better is the greater.
    pub(super) fn rank(&self) -> usize {
        usize::from(self.is_first_order()) + self.sides.as_ref().map_or(0, Sides::rank)
    }

    /// What it is, in words.
    #[must_use]
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

impl Search<'_> {
    /// The pass that is reached from `top` along `tangent` (Å). Nothing where an interrupt came first.
    pub(super) fn crossing(
        &self,
        top: &Point,
        tangent: &[f64],
        ends: [&Valley; 2],
        spent: &mut Spent,
    ) -> Result<Option<Crossing>, RouteError> {
        let molecule = united(ends.map(|end| &end.molecule));
        let mut surface = self.landscape.open()?;
        let summit = match self.follow(&mut *surface, (top, tangent), &molecule, spent)? {
            found if found.1 == Stop::Converged => found,
            _ => self.climb(&mut *surface, (top, tangent), spent)?,
        };
        self.judge(summit, ends, spent)
    }

    /// Eigenvector following in internal coordinates.
    fn follow(
        &self,
        surface: &mut dyn Potential,
        (top, tangent): (&Point, &[f64]),
        molecule: &Molecule,
        spent: &mut Spent,
    ) -> Result<Summit, RouteError> {
        let landscape = self.landscape;
        let is_costly = landscape.is_costly();
        let settings = FollowSettings {
            curvature: if is_costly {
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
        let verify = if is_costly {
            VerifySettings::noisy(masses)
        } else {
            VerifySettings::molecule(masses)
        };
        let task = saddle::Task {
            criteria: &self.saddle_criteria,
            limits: &limits,
            observer: &mut landscape.observer(),
            verify: &verify,
            approximate: is_costly.then(|| landscape.approximate(molecule)),
        };
        let found = match find_transition(surface, &top.x, &mut follower, task) {
            Ok(transition) => {
                let proof = transition.verified.as_ref();
                spent.verification += proof.map_or(0, |verified| verified.evaluations);
                transition.found
            }
            Err(SearchError::Surface { last, .. }) => *last,
            Err(error @ SearchError::Start(_)) => return Err(error.into()),
        };
        spent.saddle += found.evaluations;
        spent.hessians += found.hessian_evaluations;
        Ok((found.point, found.stop))
    }

    /// The last resort: with all second derivatives, taken afresh where a walk comes to no end.
    fn climb(
        &self,
        surface: &mut dyn Potential,
        (top, tangent): (&Point, &[f64]),
        spent: &mut Spent,
    ) -> Result<Summit, RouteError> {
        let landscape = self.landscape;
        let mut observer = landscape.observer();
        let (mut point, mut mode) = (top.clone(), tangent.to_vec());
        let mut round = 1;
        loop {
            if landscape.is_interrupted() {
                return Err(RouteError::Interrupted);
            }
            let start = Stationary::at(landscape, &point)?;
            spent.saddle += start.evaluations;
            spent.hessians += start.hessian_evaluations;
            let start = (point, start.hessian, mode.as_slice());
            let criteria = &self.saddle_criteria;
            let found = summit::climb(surface, start, true, criteria, MOST_STEPS, &mut observer)?;
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
    fn judge(
        &self,
        (point, stop): Summit,
        ends: [&Valley; 2],
        spent: &mut Spent,
    ) -> Result<Option<Crossing>, RouteError> {
        if self.landscape.is_interrupted() {
            return Ok(None);
        }
        let saddle = Stationary::at(self.landscape, &point)?;
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
                Err(error) => crossing.trouble = Some(error),
            }
        }
        Ok(Some(crossing))
    }

    /// The pass by the criteria of minima: along a soft mode the usual ones may be met so far beside the pass that it is not uphill to it.
    fn nearer(
        &self,
        saddle: &Stationary,
        ends: [&Valley; 2],
        spent: &mut Spent,
    ) -> Result<Option<Crossing>, RouteError> {
        let search = Search {
            saddle_criteria: self.criteria,
            ..*self
        };
        search.crossing(&saddle.point, saddle.lowest_mode()?, ends, spent)
    }

    /// Down both sides.
    fn sides(&self, saddle: &Stationary, ends: [&Valley; 2], spent: &mut Spent) -> Result<Sides, RouteError> {
        let (irc, valleys) = both_sides(self.landscape, saddle, &self.irc, &self.criteria, spent)?;
        if self.landscape.is_interrupted() {
            return Err(RouteError::InterruptedDown);
        }
        Ok(Sides::new(ends, valleys, irc)?)
    }
}
