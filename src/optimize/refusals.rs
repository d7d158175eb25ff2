//! Surfaces that give no energy at some points: walls on the way, an error where there is no way round.

use super::*;
use crate::coordinates::InternalCoordinates;

/// A bowl about 1 on each axis that refuses points beyond a wall, and everything once it is worn out.
struct Fragile {
    wall: f64,
    evaluations: usize,
    most: usize,
}

impl Potential for Fragile {
    fn len(&self) -> usize {
        6
    }

    fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
        self.evaluations += 1;
        if self.evaluations > self.most || x.iter().any(|c| *c > self.wall) {
            return Err(EvalError::Refused {
                engine: "fragile".to_owned(),
                message: "no convergence".to_owned(),
            });
        }
        for (g, c) in gradient.iter_mut().zip(x) {
            *g = 4.0 * (c - 1.0).powi(3) + 0.2 * (c - 1.0);
        }
        Ok(x.iter().map(|c| (c - 1.0).powi(4) + 0.1 * (c - 1.0).powi(2)).sum())
    }
}

fn steppers() -> [(&'static str, Box<dyn Stepper>); 3] {
    // Soft guesses make first steps that are too long.
    let settings = RfoSettings {
        initial_hessian: InitialHessian::Scaled(1e-3),
        trust_radius: 50.0,
        max_trust_radius: 50.0,
        ..RfoSettings::default()
    };
    let rfo = Rfo::new(InternalCoordinates::cartesian(6), settings).unwrap();
    [
        ("lbfgs", Box::new(Lbfgs::default())),
        ("cg", Box::new(ConjugateGradient::default())),
        ("rfo", Box::new(rfo)),
    ]
}

fn walk(surface: &mut Fragile, stepper: &mut dyn Stepper) -> Result<Minimum, OptimizeError> {
    let criteria = Criteria::rms_gradient(1e-5);
    let start = [0.0, 0.2, -0.3, 0.5, 0.1, -0.2];
    minimize(surface, &start, stepper, &criteria, &Limits::default(), &mut ())
}

#[test]
fn a_refusal_on_the_way_shortens_the_step() {
    for (name, mut stepper) in steppers() {
        let mut surface = Fragile {
            wall: 1.02,
            evaluations: 0,
            most: usize::MAX,
        };
        let found = walk(&mut surface, &mut *stepper).unwrap();
        assert_eq!(found.stop, Stop::Converged, "{name}");
        assert!(
            found.point.x.iter().all(|c| (c - 1.0).abs() < 1e-3),
            "{name} {:?}",
            found.point.x
        );
        assert_eq!(found.evaluations, surface.evaluations, "{name}");
    }
}

#[test]
fn refusals_without_end_are_an_error_with_the_best_point() {
    for (name, mut stepper) in steppers() {
        let mut surface = Fragile {
            wall: f64::INFINITY,
            evaluations: 0,
            most: 3,
        };
        let Err(OptimizeError::Surface { error, best }) = walk(&mut surface, &mut *stepper) else {
            panic!("{name} found a minimum");
        };
        assert!(matches!(error, EvalError::Refused { .. }), "{name}: {error}");
        assert!(best.point.energy <= best.initial_energy, "{name}");
        assert_eq!(surface.evaluations, 3 + Seam::PATIENCE + 1, "{name}");
        let mut dead = Fragile { most: 0, ..surface };
        dead.evaluations = 0;
        let found = walk(&mut dead, &mut *stepper);
        assert!(
            matches!(found, Err(OptimizeError::Start(EvalError::Refused { .. }))),
            "{name}"
        );
    }
}
