//! The loop of a saddle search: counts, limits, the stop rule and the observer, around one [`Climber`].

use super::climb::{Climber, Followed};
use crate::linalg::vector::farthest_atom;
use crate::optimize::{Criteria, Limits, Observer, Point, Progress, Stop, Verdict};
use crate::potential::{Counted, EvalError, Potential};
use std::time::Instant;
use thiserror::Error;

/// Where a saddle search ended, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The last point.
    pub point: Point,
    /// Energy at the start, kcal/mol.
    pub initial_energy: f64,
    /// Why it ended there. [`Stop::Converged`]: stationary. That it is a saddle is another question: [`super::verify()`].
    pub stop: Stop,
    /// Steps made.
    pub steps: usize,
    /// Energy and gradient evaluations, those for the curvature included.
    pub evaluations: usize,
    /// Analytic Hessians.
    pub hessian_evaluations: usize,
    /// The mode that was followed, a Cartesian displacement of length 1.
    pub mode: Option<Vec<f64>>,
}

/// Why a search came to no regular end.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum SearchError {
    /// The surface failed at the starting point.
    #[error("at the starting point: {0}")]
    Start(EvalError),
    /// The surface failed later on. The last point comes along.
    #[error("at step {}: {error}", last.steps + 1)]
    Surface {
        /// What the surface said.
        error: EvalError,
        /// The last point (its `stop` is `Interrupted`).
        last: Box<Found>,
    },
}

/// Walks from `x0` (Å) to a stationary point until the criteria hold there, a limit is reached, or the
/// observer says stop.
///
/// # Errors
/// Where the surface fails.
pub fn find(
    potential: &mut dyn Potential,
    x0: &[f64],
    climber: &mut dyn Climber,
    criteria: &Criteria,
    limits: &Limits,
    observer: &mut dyn Observer,
) -> Result<Found, SearchError> {
    let mut counted = Counted::new(potential);
    let point = Point::at(&mut counted, x0).map_err(SearchError::Start)?;
    let mut walk = Walk {
        initial_energy: point.energy,
        point,
        energy_change: None,
        steps: 0,
        started: Instant::now(),
    };
    let result = walk.run(&mut counted, climber, criteria, limits, observer);
    let found = |stop| Found {
        point: walk.point,
        initial_energy: walk.initial_energy,
        stop,
        steps: walk.steps,
        evaluations: counted.evaluations(),
        hessian_evaluations: counted.hessian_evaluations(),
        mode: climber.mode(),
    };
    match result {
        Ok(stop) => Ok(found(stop)),
        Err(error) => Err(SearchError::Surface {
            error,
            last: Box::new(found(Stop::Interrupted)),
        }),
    }
}

struct Walk {
    point: Point,
    initial_energy: f64,
    /// Of the last step, kcal/mol.
    energy_change: Option<f64>,
    steps: usize,
    started: Instant,
}

impl Walk {
    fn run(
        &mut self,
        potential: &mut Counted<&mut dyn Potential>,
        climber: &mut dyn Climber,
        criteria: &Criteria,
        limits: &Limits,
        observer: &mut dyn Observer,
    ) -> Result<Stop, EvalError> {
        loop {
            let verdict = observer.observe(&Progress {
                step: self.steps,
                evaluations: potential.evaluations(),
                x: &self.point.x,
                energy: self.point.energy,
                gradient: &self.point.gradient,
            });
            if self.has_converged(potential, climber, criteria)? {
                return Ok(Stop::Converged);
            }
            if verdict == Verdict::Stop {
                return Ok(Stop::Interrupted);
            }
            if let Some(limit) = self.limit(limits, potential.evaluations()) {
                return Ok(limit);
            }
            let before = self.point.clone();
            match climber.step(potential, &mut self.point)? {
                Followed::Moved => self.steps += 1,
                Followed::Stuck { trust_radius } => {
                    return Ok(Stop::Stalled {
                        step_norm: trust_radius,
                    });
                }
            }
            self.energy_change = Some(self.point.energy - before.energy);
            if farthest_atom(&self.point.x, &before.x) == 0.0 {
                return Ok(Stop::Stalled { step_norm: 0.0 });
            }
        }
    }

    /// The gradient is always a fresh one: each point is evaluated where it is.
    fn has_converged(
        &self,
        potential: &mut Counted<&mut dyn Potential>,
        climber: &mut dyn Climber,
        criteria: &Criteria,
    ) -> Result<bool, EvalError> {
        if !criteria.gradient_holds(&self.point.gradient) {
            return Ok(false);
        }
        let coming = match criteria.asks_displacement() {
            true => climber.coming_displacement(potential, &self.point)?,
            false => None,
        };
        Ok(criteria.hold(&self.point.gradient, coming, self.energy_change))
    }

    fn limit(&self, limits: &Limits, evaluations: usize) -> Option<Stop> {
        if limits.steps.is_some_and(|most| self.steps >= most) {
            return Some(Stop::StepLimit);
        }
        if limits.evaluations.is_some_and(|most| evaluations >= most) {
            return Some(Stop::EvaluationLimit);
        }
        let over = limits.time.is_some_and(|longest| self.started.elapsed() >= longest);
        over.then_some(Stop::TimeLimit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coordinates::InternalCoordinates;
    use crate::hessian::{Model, numerical};
    use crate::linalg::{Eigen, SymmetricMatrix};
    use crate::potential::test_surfaces::{LennardJones, MuellerBrown};
    use crate::saddle::chart::Curvature;
    use crate::saddle::climb::Guide;
    use crate::saddle::follow::{FollowSettings, Follower, Method};
    use crate::saddle::min_mode::{MinMode, MinModeSettings};

    /// A surface with an analytic Hessian, by differences.
    struct Analytic<P>(P);

    impl<P: Potential> Potential for Analytic<P> {
        fn len(&self) -> usize {
            self.0.len()
        }
        fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
            self.0.energy_gradient(x, gradient)
        }
        fn hessian(&mut self, x: &[f64]) -> Option<Result<Vec<f64>, EvalError>> {
            Some(numerical::hessian(&mut self.0, x, 1e-5).map(SymmetricMatrix::into_rows))
        }
    }

    /// Saddles of the Müller–Brown surface: coordinates and energy, from the zeros of its gradient in K. Müller, L. D. Brown, Theor.
    /// Chim. Acta 53, 75 (1979), there given to two or three digits.
    const SADDLES: [([f64; 2], f64); 2] = [([-0.822, 0.624], -40.665), ([0.212, 0.293], -72.249)];

    fn settings(method: Method, curvature: Curvature) -> FollowSettings {
        FollowSettings {
            method,
            curvature,
            trust_radius: 0.1,
            max_trust_radius: 0.2,
            probe_length: 1e-2,
            ..FollowSettings::default()
        }
    }

    fn run(potential: &mut dyn Potential, x0: &[f64], settings: FollowSettings, criteria: &Criteria) -> Found {
        let mut follower = Follower::new(InternalCoordinates::cartesian(x0.len()), settings);
        let limits = Limits {
            steps: Some(200),
            ..Limits::default()
        };
        find(potential, x0, &mut follower, criteria, &limits, &mut ()).unwrap()
    }

    #[test]
    fn every_method_finds_the_saddles_of_mueller_and_brown_from_beside_them() {
        for method in [Method::Image, Method::PartitionedRfo] {
            for curvature in [Curvature::Own, Curvature::Learnt(Model::Schlegel)] {
                for (saddle, energy) in SADDLES {
                    let x0 = [saddle[0] + 0.1, saddle[1] + 0.05];
                    let criteria = Criteria::rms_gradient(1e-4);
                    let found = run(&mut Analytic(MuellerBrown), &x0, settings(method, curvature), &criteria);
                    let what = format!("{method:?} {curvature:?} {found:?}");
                    assert_eq!(found.stop, Stop::Converged, "{what}");
                    assert!((found.point.energy - energy).abs() < 2e-3, "{what}");
                    assert!(farthest_atom(&found.point.x, &saddle) < 2e-3, "{what}");
                    let hessian = numerical::hessian(&mut MuellerBrown, &found.point.x, 1e-5).unwrap();
                    assert_eq!(Eigen::new(&hessian).unwrap().count_below(0.0), 1, "{what}");
                    assert_eq!(found.hessian_evaluations > 0, curvature == Curvature::Own, "{what}");
                }
            }
        }
    }

    #[test]
    fn a_walk_up_a_valley_from_a_minimum_ends_on_a_saddle() {
        let (minimum, _) = MuellerBrown::MINIMA[2];
        let x0 = [minimum[0] + 0.02, minimum[1] - 0.02];
        let found = run(
            &mut Analytic(MuellerBrown),
            &x0,
            settings(Method::Image, Curvature::Own),
            &Criteria::rms_gradient(1e-4),
        );
        let is_known = SADDLES
            .iter()
            .any(|(_, energy)| (found.point.energy - energy).abs() < 2e-3);
        assert!(found.stop == Stop::Converged && is_known, "{found:?}");
    }

    #[test]
    fn everything_is_counted_and_limits_end_the_walk_at_its_last_point() {
        let mut counted = Counted::new(MuellerBrown);
        let mut follower = Follower::new(
            InternalCoordinates::cartesian(2),
            settings(Method::Image, Curvature::Learnt(Model::Schlegel)),
        );
        let limits = Limits {
            evaluations: Some(6),
            ..Limits::default()
        };
        let criteria = Criteria::rms_gradient(1e-6);
        let found = find(&mut counted, &[-0.7, 0.6], &mut follower, &criteria, &limits, &mut ()).unwrap();
        assert_eq!(found.stop, Stop::EvaluationLimit);
        assert_eq!(found.evaluations, counted.evaluations());
        assert!(follower.probes() > 0);
        let again = Point::at(&mut MuellerBrown, &found.point.x).unwrap();
        assert_eq!(again, found.point);
    }

    #[test]
    fn a_guide_chooses_the_mode() {
        // The four atoms of a square have several modes that lead down: along the one that folds it, it does not become a rhombus.
        let square = [0.0, 0.0, 0.0, 1.1, 0.0, 0.0, 1.1, 1.1, 0.0, 0.0, 1.1, 0.0];
        let fold = vec![0.0, 0.0, 1.0, 0.0, 0.0, -1.0, 0.0, 0.0, 1.0, 0.0, 0.0, -1.0];
        let mut settings = settings(Method::Image, Curvature::Own);
        settings.guide = Guide::Along(vec![fold.clone()]);
        let mut surface = Analytic(LennardJones { atoms: 4 });
        let mut follower = Follower::new(InternalCoordinates::cartesian(12), settings);
        let mut point = Point::at(&mut surface, &square).unwrap();
        follower.step(&mut surface, &mut point).unwrap();
        let mode = follower.mode().unwrap();
        let cosine: f64 = mode.iter().zip(&fold).map(|(a, b)| a * b / 2.0).sum();
        assert!(cosine.abs() > 0.99, "{mode:?}");
    }

    #[test]
    fn a_start_without_an_energy_is_an_error() {
        let mut follower = Follower::new(InternalCoordinates::cartesian(6), FollowSettings::default());
        let result = find(
            &mut LennardJones { atoms: 2 },
            &[0.0; 6],
            &mut follower,
            &Criteria::default(),
            &Limits::default(),
            &mut (),
        );
        assert!(matches!(result, Err(SearchError::Start(_))));
    }

    #[test]
    fn a_minimum_mode_walk_finds_the_saddles_too_with_products_alone() {
        for (saddle, energy) in SADDLES {
            let x0 = [saddle[0] + 0.1, saddle[1] + 0.05];
            let mut climber = MinMode::new(MinModeSettings {
                longest_step: 0.1,
                ..MinModeSettings::default()
            });
            let limits = Limits {
                steps: Some(200),
                ..Limits::default()
            };
            let criteria = Criteria::rms_gradient(1e-3);
            let found = find(&mut MuellerBrown, &x0, &mut climber, &criteria, &limits, &mut ()).unwrap();
            assert_eq!(found.stop, Stop::Converged, "{found:?}");
            assert!((found.point.energy - energy).abs() < 2e-3, "{found:?}");
            assert_eq!(found.hessian_evaluations, 0);
            assert_eq!(found.evaluations, 1 + found.steps + climber.probes());
        }
    }

    #[test]
    fn a_cluster_of_atoms_leaves_a_valley_by_its_minimum_mode() {
        // From a distorted icosahedron to a saddle of first order, in the space of its 33 vibrations.
        let mut x0 = LennardJones::icosahedron(1.09);
        for (i, c) in x0.iter_mut().enumerate() {
            *c += 0.02 * (1.0 + 3.0 * i as f64).sin();
        }
        let mut climber = MinMode::new(MinModeSettings::default());
        let limits = Limits {
            steps: Some(1000),
            ..Limits::default()
        };
        let mut surface = LennardJones { atoms: 13 };
        let criteria = Criteria::rms_gradient(1e-4);
        let found = find(&mut surface, &x0, &mut climber, &criteria, &limits, &mut ()).unwrap();
        assert_eq!(found.stop, Stop::Converged, "{found:?}");
        assert!(found.point.energy > found.initial_energy, "{found:?}");
        let hessian = numerical::hessian(&mut surface, &found.point.x, 1e-4).unwrap();
        assert_eq!(Eigen::new(&hessian).unwrap().count_below(-0.1), 1);
    }
}
