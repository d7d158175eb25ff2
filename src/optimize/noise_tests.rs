//! What the steppers for noisy surfaces have to do.

use super::*;
use crate::potential::test_surfaces::{LennardJones, Noisy, Quadratic};

fn walk(surface: &mut dyn Potential, x0: &[f64], stepper: &mut dyn Stepper, rms: f64, noise: f64) -> Minimum {
    let limits = Limits {
        evaluations: Some(20_000),
        noise: Some(noise),
        ..Limits::default()
    };
    minimize(surface, x0, stepper, &Criteria::rms_gradient(rms), &limits, &mut ()).unwrap()
}

fn for_noise(noise: f64) -> [(&'static str, Box<dyn Stepper>); 2] {
    [
        (
            "lbfgs",
            Box::new(NoiseTolerant::new(NoiseTolerantSettings::for_noise(noise))),
        ),
        ("adam", Box::new(Adam::default())),
    ]
}

#[test]
fn a_noisy_bowl_ends_at_the_noise_floor_and_not_as_converged() {
    for seed in 0..20 {
        let noise = 0.1;
        for (name, mut stepper) in for_noise(noise) {
            let mut surface = Noisy::new(Quadratic::new(30, 1e3), noise, 0.1 * noise, seed);
            let found = walk(&mut surface, &[3.0; 30], &mut *stepper, 1e-6, noise);
            assert_eq!(found.stop, Stop::NoiseFloor { noise }, "{name}, seed {seed}: {found:?}");
            let exact = Point::at(&mut Quadratic::new(30, 1e3), &found.point.x).unwrap();
            let rms = vector::rms(&exact.gradient);
            assert!(rms < 1.5 * noise, "{name}, seed {seed}: gradient {rms}");
        }
    }
}

#[test]
fn a_noisy_cluster_is_relaxed_to_the_noise() {
    let start = LennardJones::icosahedron(1.25);
    for seed in 0..10 {
        let noise = 0.05;
        for (name, mut stepper) in for_noise(noise) {
            let mut surface = Noisy::new(LennardJones { atoms: 13 }, noise, 0.1 * noise, seed);
            let found = walk(&mut surface, &start, &mut *stepper, 1e-6, noise);
            assert_eq!(found.stop, Stop::NoiseFloor { noise }, "{name}, seed {seed}: {found:?}");
            let exact = Point::at(&mut LennardJones { atoms: 13 }, &found.point.x).unwrap();
            assert!(
                exact.energy < LennardJones::LOWEST_13 + 0.01,
                "{name}, seed {seed}: {}",
                exact.energy
            );
        }
    }
}

#[test]
fn a_criterion_above_the_noise_is_met_and_called_converged() {
    for (name, mut stepper) in for_noise(0.01) {
        let mut surface = Noisy::new(Quadratic::new(30, 100.0), 0.01, 0.001, 5);
        let found = walk(&mut surface, &[3.0; 30], &mut *stepper, 0.5, 0.01);
        assert_eq!(found.stop, Stop::Converged, "{name}");
        assert!(vector::rms(&found.point.gradient) <= 0.5, "{name}");
    }
}

#[test]
fn plain_lbfgs_needs_more_or_fails_where_the_tolerant_one_does_not() {
    let noise = 0.3;
    let mut spent = [0; 2];
    for seed in 0..20 {
        let settings = NoiseTolerantSettings::for_noise(noise);
        let steppers: [Box<dyn Stepper>; 2] = [Box::new(NoiseTolerant::new(settings)), Box::new(Lbfgs::default())];
        for (spent, mut stepper) in spent.iter_mut().zip(steppers) {
            let mut surface = Noisy::new(Quadratic::new(30, 1e3), noise, 0.1 * noise, seed);
            let found = walk(&mut surface, &[3.0; 30], &mut *stepper, 1e-6, noise);
            *spent += if matches!(found.stop, Stop::NoiseFloor { .. }) {
                found.evaluations
            } else {
                20_000
            };
        }
    }
    assert!(spent[0] < spent[1], "{spent:?}");
}
