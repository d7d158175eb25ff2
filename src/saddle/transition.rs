//! From a start to a transition state that is proven to be one: search, look at what was found, and where it is something else, search on
//! from there.

use super::climb::{Climber, Guide};
use super::search::{Found, SearchError, find};
use super::verify::{Kind, Verified, VerifySettings, verify};
use crate::hessian::lowest::Approximate;
use crate::linalg::SymmetricMatrix;
use crate::linalg::vector::longest_atom;
use crate::optimize::observer::CountingOn;
use crate::optimize::{Criteria, Limits, Observer, Stop};
use crate::potential::{EvalError, Potential};
use std::time::Instant;

/// Displacement (Å) of the atom that moves farthest when a point that is no transition state is left.
const FIRST: f64 = 0.1;

/// Searches before it is given up.
const MOST_SEARCHES: usize = 4;

/// What a search is told beside its start.
pub struct Task<'a> {
    /// When a point is stationary.
    pub criteria: &'a Criteria,
    /// Limits of all searches together; what is verified is not counted in.
    pub limits: &'a Limits,
    /// Sees all searches as one.
    pub observer: &'a mut dyn Observer,
    /// How the end is judged.
    pub verify: &'a VerifySettings,
    /// Guesses the second derivatives (kcal/mol/Å²) for the verification, where the search has not learnt them.
    pub approximate: Option<Box<Approximate<'a>>>,
}

impl std::fmt::Debug for Task<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Task")
            .field("criteria", &self.criteria)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// A search with its verification.
#[derive(Clone, Debug, PartialEq)]
pub struct Transition {
    /// The last search's end, with the steps and evaluations of all searches, and of those verifications whose outcome sent the search on.
    pub found: Found,
    /// What the end is. `None` where the search came to no stationary point.
    pub verified: Option<Verified>,
    /// Searches made.
    pub searches: usize,
    /// Seconds that verifications took.
    pub verification_seconds: f64,
}

impl Transition {
    /// Whether it is a transition state beyond doubt.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        self.verified.as_ref().is_some_and(Verified::is_transition_state)
    }
}

/// Searches from `x0` (Å). From a minimum it goes on uphill along the softest mode, one side after the other; from a saddle of higher
/// order downhill along the modes beyond the first.
///
/// # Errors
/// Where the surface fails, also in a verification. The last point comes along.
pub fn find_transition(
    potential: &mut dyn Potential,
    x0: &[f64],
    climber: &mut dyn Climber,
    mut task: Task<'_>,
) -> Result<Transition, SearchError> {
    let started = Instant::now();
    let found = task.search(potential, x0, climber, None, started)?;
    let mut transition = Transition {
        found,
        verified: None,
        searches: 1,
        verification_seconds: 0.0,
    };
    while transition.found.stop == Stop::Converged {
        let began = Instant::now();
        let result = task.verify(potential, &transition.found.point.x, climber);
        let verified = result.map_err(|error| failed(error, &transition.found))?;
        transition.verification_seconds += began.elapsed().as_secs_f64();
        let onward = onward(&verified, transition.searches);
        let Some(Onward { start, guide }) = onward.filter(|_| transition.searches < MOST_SEARCHES) else {
            transition.verified = Some(verified);
            break;
        };
        transition.found.evaluations += verified.evaluations;
        transition.found.hessian_evaluations += verified.hessian_evaluations;
        climber.start_again(guide);
        transition.found = task.search(potential, &start, climber, Some(&transition.found), started)?;
        transition.searches += 1;
    }
    Ok(transition)
}

/// Where a search goes on, and along what.
struct Onward {
    start: Vec<f64>,
    guide: Guide,
}

/// From what is no transition state. `searches`: how many were made, which decides on the side of a minimum that is left next.
fn onward(verified: &Verified, searches: usize) -> Option<Onward> {
    let [first, rest @ ..] = &verified.modes[..] else {
        return None;
    };
    let mut start = verified.point.x.clone();
    let mut displace = |mode: &[f64], by: f64| {
        let scale = by / longest_atom(mode).max(f64::MIN_POSITIVE);
        start.iter_mut().zip(mode).for_each(|(x, m)| *x += scale * m);
    };
    match verified.kind() {
        Kind::Minimum => displace(&first.mode, if searches % 2 == 1 { FIRST } else { -FIRST }),
        Kind::HigherSaddle(count) => {
            let others = rest.iter().take(count - 1);
            others.for_each(|mode| displace(&mode.mode, FIRST));
        }
        _ => return None,
    }
    Some(Onward {
        start,
        guide: Guide::Along(vec![first.mode.clone()]),
    })
}

fn failed(error: EvalError, found: &Found) -> SearchError {
    SearchError::Surface {
        error,
        last: Box::new(found.clone()),
    }
}

impl Task<'_> {
    /// One search, counting on from an earlier one.
    fn search(
        &mut self,
        potential: &mut dyn Potential,
        x0: &[f64],
        climber: &mut dyn Climber,
        earlier: Option<&Found>,
        started: Instant,
    ) -> Result<Found, SearchError> {
        let (steps, evaluations) = earlier.map_or((0, 0), |found| (found.steps, found.evaluations));
        let limits = self.limits.after(steps, evaluations, started.elapsed());
        let mut observer = CountingOn {
            inner: &mut *self.observer,
            steps,
            evaluations,
        };
        let add = |found: &mut Found| {
            if let Some(earlier) = earlier {
                found.steps += steps;
                found.evaluations += evaluations;
                found.hessian_evaluations += earlier.hessian_evaluations;
                found.initial_energy = earlier.initial_energy;
            }
        };
        let mut result = find(potential, x0, climber, self.criteria, &limits, &mut observer);
        match &mut result {
            Ok(found) => add(found),
            Err(SearchError::Surface { last, .. }) => add(last),
            Err(SearchError::Start(_)) => {}
        }
        result
    }

    fn verify(
        &mut self,
        potential: &mut dyn Potential,
        x: &[f64],
        climber: &dyn Climber,
    ) -> Result<Verified, EvalError> {
        let other = self.approximate.as_mut();
        let learnt = climber.positive_hessian(x);
        let mut guess: Box<Approximate<'_>> = match (learnt, other) {
            (Some(learnt), _) => Box::new(move |_: &[f64]| -> Option<SymmetricMatrix> { Some(learnt.clone()) }),
            (None, Some(other)) => Box::new(move |x: &[f64]| other(x)),
            (None, None) => return verify(potential, x, self.criteria, self.verify, None),
        };
        verify(potential, x, self.criteria, self.verify, Some(&mut *guess))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coordinates::InternalCoordinates;
    use crate::hessian::Model;
    use crate::potential::Counted;
    use crate::potential::test_surfaces::{LennardJones, MuellerBrown};
    use crate::saddle::chart::Curvature;
    use crate::saddle::follow::{FollowSettings, Follower};

    fn run(potential: &mut dyn Potential, x0: &[f64], masses: Option<Vec<f64>>) -> Transition {
        let settings = FollowSettings {
            curvature: Curvature::Learnt(Model::Schlegel),
            trust_radius: 0.1,
            max_trust_radius: 0.2,
            ..FollowSettings::default()
        };
        let mut follower = Follower::new(InternalCoordinates::cartesian(x0.len()), settings);
        let verify = VerifySettings {
            masses,
            ..VerifySettings::molecule(Vec::new())
        };
        let task = Task {
            criteria: &Criteria::rms_gradient(1e-3),
            limits: &Limits {
                steps: Some(300),
                ..Limits::default()
            },
            observer: &mut (),
            verify: &verify,
            approximate: None,
        };
        find_transition(potential, x0, &mut follower, task).unwrap()
    }

    #[test]
    fn a_saddle_is_proven_and_all_evaluations_are_told() {
        let mut counted = Counted::new(MuellerBrown);
        let found = run(&mut counted, &[0.3, 0.35], None);
        assert!(found.is_proven(), "{found:?}");
        assert!((found.found.point.energy + 72.249).abs() < 2e-3, "{found:?}");
        let told = found.found.evaluations + found.verified.as_ref().unwrap().evaluations;
        assert_eq!(told, counted.evaluations());
    }

    #[test]
    fn a_start_near_a_saddle_of_higher_order_ends_on_one_of_first_order() {
        // The flat square of four atoms is stationary by symmetry but for its size, and leads down along several modes.
        let square = [0.0, 0.0, 0.0, 1.1, 0.0, 0.0, 1.1, 1.1, 0.0, 0.0, 1.1, 0.0];
        let mut surface = LennardJones { atoms: 4 };
        let found = run(&mut surface, &square, Some(vec![1.0; 4]));
        let verified = found.verified.as_ref().unwrap();
        assert_eq!(verified.kind(), Kind::TransitionState, "{found:?}");
        // The planar rhombus over which tetrahedra exchange atoms: five contacts and a longer one.
        assert!((-5.1..-5.0).contains(&found.found.point.energy), "{found:?}");
    }
}
