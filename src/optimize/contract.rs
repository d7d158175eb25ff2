//! What every stepper has to do on the same list of problems.

use super::*;
use crate::coordinates::InternalCoordinates;
use crate::potential::Counted;
use crate::potential::test_surfaces::{LennardJones, MuellerBrown, Polynomial, Quadratic, Rosenbrock};

struct Problem {
    name: &'static str,
    surface: fn() -> Box<dyn Potential>,
    start: Vec<f64>,
    /// Energy of the minimum, and half a unit of the last digit of where it is from.
    lowest: (f64, f64),
    /// Gradient (rms) to reach.
    gradient: f64,
    /// Most evaluations that a quasi-Newton method needs.
    evaluations: usize,
}

/// What a stepper is allowed beyond the problem's own figures.
struct Allowance {
    /// Factor on the evaluations.
    evaluations: usize,
    /// Factor on the gradient to reach.
    gradient: f64,
    /// The problem that is beyond the method: its walk has to end honestly, lower than it began.
    beyond: Option<&'static str>,
}

const STRICT: Allowance = Allowance {
    evaluations: 1,
    gradient: 1.0,
    beyond: None,
};

/// Reproducible displacements between −1 and 1.
fn noise(n: usize) -> impl Iterator<Item = f64> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    })
    .take(n)
}

fn problems() -> Vec<Problem> {
    let quadratic = |name, surface, n, evaluations| Problem {
        name,
        surface,
        start: noise(n).map(|d| 3.0 * d).collect(),
        lowest: (0.0, 1e-9),
        gradient: 1e-6,
        evaluations,
    };
    let icosahedron = LennardJones::icosahedron(1.1);
    let perturbed = icosahedron.iter().zip(noise(39)).map(|(x, d)| x + 0.1 * d).collect();
    vec![
        quadratic("bowl, condition 10", || Box::new(Quadratic::new(10, 10.0)), 10, 40),
        quadratic("bowl, condition 1e4", || Box::new(Quadratic::new(30, 1e4)), 30, 800),
        quadratic("bowl, condition 1e6", || Box::new(Quadratic::new(10, 1e6)), 10, 600),
        Problem {
            name: "Rosenbrock's valley",
            surface: || Box::new(Rosenbrock { coordinates: 2 }),
            start: vec![-1.2, 1.0],
            lowest: (0.0, 1e-9),
            gradient: 1e-6,
            evaluations: 90,
        },
        Problem {
            name: "Müller and Brown's surface",
            surface: || Box::new(MuellerBrown),
            start: vec![-0.8, 1.0],
            lowest: (MuellerBrown::MINIMA[0].1, 5e-5),
            gradient: 1e-6,
            evaluations: 60,
        },
        Problem {
            name: "icosahedral cluster, perturbed",
            surface: || Box::new(LennardJones { atoms: 13 }),
            start: perturbed,
            lowest: (LennardJones::LOWEST_13, 5e-7),
            gradient: 1e-6,
            evaluations: 120,
        },
        Problem {
            name: "icosahedral cluster, squeezed to gradients above a million",
            surface: || Box::new(LennardJones { atoms: 13 }),
            // Its symmetry leaves it one way out; a random one would end in any of a thousand minima.
            start: LennardJones::icosahedron(0.4),
            lowest: (LennardJones::LOWEST_13, 5e-7),
            gradient: 1e-6,
            evaluations: 300,
        },
        Problem {
            name: "random polynomial",
            surface: || Box::new(Polynomial::random(6, 1)),
            start: noise(6).map(|d| 0.3 * d).collect(),
            lowest: (-9.158_506_878_6, 5e-9),
            gradient: 1e-6,
            evaluations: 60,
        },
    ]
}

fn assert_solves(stepper: &mut dyn Stepper, allowance: &Allowance) {
    for problem in problems() {
        assert_solved(stepper, allowance, &problem);
    }
}

fn assert_solved(stepper: &mut dyn Stepper, allowance: &Allowance, problem: &Problem) {
    let name = problem.name;
    let gradient = allowance.gradient * problem.gradient;
    let criteria = Criteria::rms_gradient(gradient);
    let start = Point::at(&mut *(problem.surface)(), &problem.start).unwrap();
    assert!(
        !criteria.gradient_holds(&start.gradient),
        "{name}: the start is stationary"
    );

    let mut counted = Counted::new(Boxed((problem.surface)()));
    let limits = Limits {
        evaluations: Some(allowance.evaluations * problem.evaluations),
        ..Limits::default()
    };
    let found = minimize(&mut counted, &problem.start, stepper, &criteria, &limits, &mut ()).unwrap();
    if allowance.beyond == Some(name) {
        assert_ne!(found.stop, Stop::Converged, "{name} has become easy");
        assert!(
            found.point.energy < 1e-3 * start.energy,
            "{name}: {}",
            found.point.energy
        );
        return;
    }
    assert_eq!(
        found.stop,
        Stop::Converged,
        "{name}: {} evaluations, at {:?}",
        found.evaluations,
        found.point
    );
    assert_eq!(found.evaluations, counted.evaluations(), "{name}");
    assert!(found.initial_energy.to_bits() == start.energy.to_bits(), "{name}");

    let again = Point::at(&mut *(problem.surface)(), &found.point.x).unwrap();
    assert_eq!(again, found.point, "{name}: a fresh evaluation gives something else");
    assert!(vector::rms(&again.gradient) <= gradient, "{name}");
    let (lowest, tolerance) = problem.lowest;
    let tolerance = tolerance.max(allowance.gradient * problem.gradient);
    assert!(
        (again.energy - lowest).abs() <= tolerance,
        "{name}: {} where {lowest} is known",
        again.energy
    );
}

/// `Counted` wants a sized potential.
struct Boxed(Box<dyn Potential>);

impl Potential for Boxed {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
        self.0.energy_gradient(x, gradient)
    }
}

#[test]
fn lbfgs_solves_every_problem() {
    assert_solves(&mut Lbfgs::default(), &STRICT);
}

#[test]
fn noise_tolerant_lbfgs_solves_every_problem_without_noise() {
    let allowance = Allowance {
        evaluations: 2,
        ..STRICT
    };
    assert_solves(
        &mut NoiseTolerant::new(NoiseTolerantSettings::for_noise(0.0)),
        &allowance,
    );
}

#[test]
fn conjugate_gradients_solve_every_problem() {
    let allowance = Allowance {
        evaluations: 12,
        ..STRICT
    };
    assert_solves(&mut ConjugateGradient::default(), &allowance);
}

#[test]
fn fire_solves_every_problem_but_the_stiffest() {
    let allowance = Allowance {
        evaluations: 80,
        beyond: Some("bowl, condition 1e6"),
        ..STRICT
    };
    assert_solves(&mut Fire::default(), &allowance);
}

#[test]
fn steepest_descent_solves_every_problem() {
    let allowance = Allowance {
        evaluations: 20,
        ..STRICT
    };
    assert_solves(&mut SteepestDescent::default(), &allowance);
}

#[test]
fn adam_solves_every_problem_but_the_stiffest() {
    let allowance = Allowance {
        evaluations: 40,
        beyond: Some("bowl, condition 1e6"),
        ..STRICT
    };
    assert_solves(&mut Adam::default(), &allowance);
}

/// Energies of 16 digits place a minimum to 8 digits: the gradient criterion has to leave room for that.
#[test]
fn pattern_search_solves_every_problem() {
    let allowance = Allowance {
        evaluations: 500,
        gradient: 100.0,
        ..STRICT
    };
    assert_solves(&mut PatternSearch::default(), &allowance);
}

#[test]
fn rfo_solves_every_problem() {
    for problem in problems() {
        let coordinates = InternalCoordinates::cartesian(problem.start.len());
        let settings = RfoSettings {
            initial_hessian: InitialHessian::Scaled(10.0),
            memory: 100,
            ..RfoSettings::default()
        };
        assert_solved(&mut Rfo::new(coordinates, settings).unwrap(), &STRICT, &problem);
    }
}

#[test]
fn lbfgs_with_the_shortest_memory_solves_the_easy_bowl() {
    let mut stepper = Lbfgs::new(LbfgsSettings {
        memory: 1,
        ..LbfgsSettings::default()
    });
    let criteria = Criteria::rms_gradient(1e-6);
    let mut bowl = Quadratic::new(10, 10.0);
    let found = minimize(
        &mut bowl,
        &[0.0; 10],
        &mut stepper,
        &criteria,
        &Limits::default(),
        &mut (),
    )
    .unwrap();
    assert_eq!(found.stop, Stop::Converged);
}

fn from_the_valley(limits: &Limits, observer: &mut dyn Observer) -> Minimum {
    let criteria = Criteria::rms_gradient(1e-6);
    let start = [-1.2, 1.0];
    minimize(
        &mut Rosenbrock { coordinates: 2 },
        &start,
        &mut Lbfgs::default(),
        &criteria,
        limits,
        observer,
    )
    .unwrap()
}

#[test]
fn limits_end_the_walk_at_the_best_point_without_convergence() {
    let free = from_the_valley(&Limits::default(), &mut ());
    assert_eq!(free.stop, Stop::Converged);
    for most in [0, 1, 3] {
        let limits = Limits {
            steps: Some(most),
            ..Limits::default()
        };
        let cut = from_the_valley(&limits, &mut ());
        assert_eq!((cut.stop, cut.steps), (Stop::StepLimit, most));
        assert!(cut.point.energy <= cut.initial_energy);
    }
    for most in [1, 2, 7] {
        let limits = Limits {
            evaluations: Some(most),
            ..Limits::default()
        };
        let cut = from_the_valley(&limits, &mut ());
        assert_eq!((cut.stop, cut.evaluations), (Stop::EvaluationLimit, most));
    }
    let limits = Limits {
        time: Some(Duration::ZERO),
        ..Limits::default()
    };
    assert_eq!(from_the_valley(&limits, &mut ()).stop, Stop::TimeLimit);
}

#[test]
fn an_observer_sees_every_step_and_can_end_the_walk() {
    struct Third(usize);
    impl Observer for Third {
        fn observe(&mut self, progress: &Progress<'_>) -> Verdict {
            assert_eq!(progress.step, self.0);
            self.0 += 1;
            if self.0 > 3 { Verdict::Stop } else { Verdict::Continue }
        }
    }
    let cut = from_the_valley(&Limits::default(), &mut Third(0));
    assert_eq!((cut.stop, cut.steps), (Stop::Interrupted, 3));
}

#[test]
fn a_minimum_given_back_is_recognized_without_a_step() {
    let found = from_the_valley(&Limits::default(), &mut ());
    let criteria = Criteria::rms_gradient(1e-6);
    let mut surface = Rosenbrock { coordinates: 2 };
    let again = minimize(
        &mut surface,
        &found.point.x,
        &mut Lbfgs::default(),
        &criteria,
        &Limits::default(),
        &mut (),
    )
    .unwrap();
    assert_eq!((again.stop, again.steps, again.evaluations), (Stop::Converged, 0, 1));
}

#[test]
fn a_gradient_below_round_off_is_stalled_and_not_converged() {
    let criteria = Criteria::rms_gradient(1e-300);
    let mut cluster = LennardJones { atoms: 13 };
    let limits = Limits {
        evaluations: Some(3000),
        ..Limits::default()
    };
    let x0 = LennardJones::icosahedron(1.2);
    let found = minimize(&mut cluster, &x0, &mut Lbfgs::default(), &criteria, &limits, &mut ()).unwrap();
    assert!(
        matches!(found.stop, Stop::Stalled { .. }),
        "{:?} after {} evaluations",
        found.stop,
        found.evaluations
    );
    assert!(vector::rms(&found.point.gradient) < 1e-10);
}

#[test]
fn a_start_without_an_energy_is_an_error() {
    let criteria = Criteria::default();
    let limits = Limits::default();
    let x0 = [f64::INFINITY; 6];
    let result = minimize(
        &mut LennardJones { atoms: 2 },
        &x0,
        &mut Lbfgs::default(),
        &criteria,
        &limits,
        &mut (),
    );
    assert!(matches!(result, Err(OptimizeError::Start(_))));
}

fn every_stepper() -> [(&'static str, Box<dyn Stepper>); 7] {
    [
        ("lbfgs", Box::new(Lbfgs::default())),
        (
            "noise tolerant",
            Box::new(NoiseTolerant::new(NoiseTolerantSettings::for_noise(0.0))),
        ),
        ("cg", Box::new(ConjugateGradient::default())),
        ("fire", Box::new(Fire::default())),
        ("sd", Box::new(SteepestDescent::default())),
        ("adam", Box::new(Adam::default())),
        ("pattern", Box::new(PatternSearch::default())),
    ]
}

#[test]
fn atoms_on_one_point_are_parted_by_every_stepper() {
    let criteria = Criteria::rms_gradient(1e-4);
    let limits = Limits {
        evaluations: Some(20_000),
        ..Limits::default()
    };
    for (name, mut stepper) in every_stepper() {
        let mut trio = LennardJones { atoms: 3 };
        let found = minimize(&mut trio, &[0.0; 9], &mut *stepper, &criteria, &limits, &mut ()).unwrap();
        assert!(found.point.energy.is_finite(), "{name}");
        assert_eq!(found.stop, Stop::Converged, "{name}: {:?}", found.point);
    }
}

/// A surface with energies only.
struct Blind(Rosenbrock);

impl Potential for Blind {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
        let energy = self.0.energy_gradient(x, gradient);
        gradient.fill(f64::NAN);
        energy
    }

    fn has_gradient(&self) -> bool {
        false
    }
}

#[test]
fn a_search_without_gradients_finds_the_minimum_but_never_calls_it_converged() {
    let criteria = Criteria::default();
    let mut surface = Blind(Rosenbrock { coordinates: 2 });
    let mut stepper = PatternSearch::default();
    let found = minimize(
        &mut surface,
        &[-1.2, 1.0],
        &mut stepper,
        &criteria,
        &Limits::default(),
        &mut (),
    )
    .unwrap();
    let Stop::Stalled { step_norm } = found.stop else {
        panic!("{:?}", found.stop)
    };
    assert!(step_norm <= PatternSearchSettings::default().finest, "{step_norm}");
    assert!(
        found.point.x.iter().all(|c| (c - 1.0).abs() < 1e-5),
        "{:?}",
        found.point.x
    );
}

#[test]
fn no_stepper_leaves_the_limit_of_evaluations_far_behind_or_calls_a_blind_surface_converged() {
    for (name, mut stepper) in every_stepper() {
        let limits = Limits {
            evaluations: Some(50),
            ..Limits::default()
        };
        let mut surface = Blind(Rosenbrock { coordinates: 2 });
        let criteria = Criteria::default();
        let found = minimize(&mut surface, &[-1.2, 1.0], &mut *stepper, &criteria, &limits, &mut ()).unwrap();
        assert_ne!(found.stop, Stop::Converged, "{name}");
        assert!(found.evaluations <= 51, "{name}: {}", found.evaluations);
        assert!(found.point.energy <= found.initial_energy, "{name}");
    }
}

/// A stepper that lies about the gradient it found.
struct Liar;

impl Stepper for Liar {
    fn start(&mut self, _point: &Point) {}

    fn step(
        &mut self,
        potential: &mut dyn Potential,
        point: &mut Point,
        _budget: usize,
    ) -> Result<StepOutcome, EvalError> {
        potential.energy_gradient(&point.x, &mut point.gradient)?;
        point.gradient.fill(0.0);
        Ok(StepOutcome::Moved(StepInfo { displacement: 0.0 }))
    }
}

#[test]
fn convergence_is_judged_by_the_surface_and_not_by_the_stepper() {
    let limits = Limits {
        steps: Some(3),
        ..Limits::default()
    };
    let criteria = Criteria::rms_gradient(1e-6);
    let mut surface = Rosenbrock { coordinates: 2 };
    let found = minimize(&mut surface, &[-1.2, 1.0], &mut Liar, &criteria, &limits, &mut ()).unwrap();
    assert_eq!(found.stop, Stop::StepLimit);
}
