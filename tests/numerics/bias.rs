//! Restraints, walls, frozen atoms and mixtures keep the contracts of a surface.

use crate::contract::{self, evaluate};
use crate::synthetic;
use thalweg::forcefield::Options;
use thalweg::forcefield::terms::van_der_waals::Form;
use thalweg::potential::restraint::{Shape, Subject};
use thalweg::potential::wall::{Enclosure, Rise};
use thalweg::potential::{Bias, Blend, EvalError, Frozen, Mask, Mixture, Potential, Restrained, Restraint, Wall};

/// No energy anywhere.
struct Flat(usize);

impl Potential for Flat {
    fn len(&self) -> usize {
        self.0
    }

    fn energy_gradient(&mut self, _: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
        gradient.fill(0.0);
        Ok(0.0)
    }
}

const X: [f64; 12] = [0.1, 0.2, -0.1, 1.4, 0.1, 0.2, 1.9, 1.5, -0.1, 3.3, 1.6, 0.7];

fn restrained(subject: Subject, target: f64, shape: Shape) -> Restrained<Flat> {
    let restraints = vec![Restraint { subject, target, shape }];
    Restrained::new(
        Flat(X.len()),
        Bias {
            restraints,
            walls: Vec::new(),
        },
    )
}

fn subjects() -> [(Subject, f64); 3] {
    [
        (Subject::Distance([0, 2]), 2.1),
        (Subject::Angle([0, 1, 2]), 1.7),
        (Subject::Dihedral([0, 1, 2, 3]), -2.9),
    ]
}

fn shapes() -> [Shape; 3] {
    [
        Shape::Harmonic { strength: 35.0 },
        Shape::FlatBottomed {
            strength: 35.0,
            half_width: 0.2,
            corner: 0.15,
        },
        Shape::Cosine { strength: 35.0 },
    ]
}

#[test]
fn restraints_are_the_integrals_of_their_gradients() {
    for (subject, target) in subjects() {
        for shape in shapes() {
            let mut potential = restrained(subject.clone(), target, shape);
            contract::gradient_matches_differences(&mut potential, &X, 1e-8);
            contract::is_invariant_under_motion(&mut potential, &X);
        }
    }
    let subject = Subject::Position(2, [1.5, 1.0, 0.2]);
    for shape in &shapes()[..2] {
        contract::gradient_matches_differences(&mut restrained(subject.clone(), 0.4, *shape), &X, 1e-8);
    }
}

#[test]
fn walls_are_the_integrals_of_their_gradients() {
    let rises = [
        Rise::Harmonic {
            strength: 20.0,
            corner: 0.3,
        },
        Rise::LogFermi {
            energy: 0.6,
            steepness: 3.0,
        },
        Rise::Polynomial {
            energy: 2.0,
            exponent: 6,
        },
    ];
    let centre = [1.5, 0.5, 0.1];
    let enclosures = [
        Enclosure::Sphere { centre, radius: 1.6 },
        Enclosure::Cuboid {
            centre,
            half_edges: [1.5, 1.0, 0.4],
        },
    ];
    for rise in rises {
        for enclosure in enclosures {
            let wall = Wall {
                enclosure,
                rise,
                atoms: vec![0, 2, 3],
            };
            let bias = Bias {
                restraints: Vec::new(),
                walls: vec![wall],
            };
            contract::gradient_matches_differences(&mut Restrained::new(Flat(X.len()), bias), &X, 1e-8);
        }
    }
}

#[test]
fn restraints_have_the_energies_of_their_formulas() {
    let harmonic = |strength| Shape::Harmonic { strength };
    // Atoms 1 and 2 lie (1.3, −0.1, 0.3) apart.
    let distance = (1.3_f64 * 1.3 + 0.01 + 0.09).sqrt();
    let (energy, _) = evaluate(&mut restrained(Subject::Distance([0, 1]), 1.0, harmonic(100.0)), &X);
    assert!((energy - 50.0 * (distance - 1.0).powi(2)).abs() < 1e-12);
    let place = [0.1, 0.2, -0.4];
    let (energy, _) = evaluate(&mut restrained(Subject::Position(0, place), 0.0, harmonic(10.0)), &X);
    assert!((energy - 5.0 * 0.09).abs() < 1e-12);
    // Periodic: a full turn more is no deviation.
    let dihedral = |target| {
        evaluate(
            &mut restrained(Subject::Dihedral([0, 1, 2, 3]), target, harmonic(10.0)),
            &X,
        )
        .0
    };
    assert!((dihedral(1.0) - dihedral(1.0 + std::f64::consts::TAU)).abs() < 1e-9);
}

#[test]
fn a_flat_bottom_is_flat_inside_and_harmonic_outside() {
    let shape = Shape::flat_bottomed(40.0, 0.5);
    assert!(shape.energy_slope(0.1).0 < 1e-4);
    for d in [2.0, -2.0] {
        let (energy, slope) = shape.energy_slope(d);
        assert!((energy - 20.0 * 1.5 * 1.5).abs() < 1e-9, "{energy}");
        assert!((slope - 40.0 * 1.5 * d.signum()).abs() < 1e-9, "{slope}");
    }
}

#[test]
fn frozen_atoms_have_no_gradient_and_do_not_follow() {
    let (molecule, x) = synthetic::molecule(4);
    let evaluator = || synthetic::field(&molecule, Form::Buffered147, Options::default()).evaluator();
    let mut frozen = Frozen::new(evaluator(), Mask::new(&[2, 0, 2], &x));
    let mut moved = x.clone();
    moved[0] += 0.3;
    moved[7] -= 0.3;
    let (energy, gradient) = evaluate(&mut frozen, &moved);
    assert_eq!(energy, evaluate(&mut evaluator(), &x).0);
    assert!(gradient[..3].iter().chain(&gradient[6..9]).all(|&g| g == 0.0));
    contract::gradient_matches_differences(&mut frozen, &x, 2e-8);
    let hessian = frozen.hessian(&x).unwrap().unwrap();
    let n = x.len();
    let own = |i: usize| i < 3 || (6..9).contains(&i);
    for (index, &value) in hessian.iter().enumerate() {
        assert!(value == 0.0 || !(own(index / n) || own(index % n)));
    }
}

#[test]
fn mixtures_are_the_integrals_of_their_gradients() {
    let wells = || -> Vec<Box<dyn Potential>> {
        let well = |target| {
            let shape = Shape::Harmonic { strength: 5.0 };
            Box::new(restrained(Subject::Distance([0, 3]), target, shape)) as Box<dyn Potential>
        };
        vec![well(3.0), well(4.2)]
    };
    for blend in [Blend::Sum(vec![0.3, 1.7]), Blend::SoftMinimum(0.4)] {
        let mut mixture = Mixture::new(wells(), blend.clone()).unwrap();
        contract::gradient_matches_differences(&mut mixture, &X, 1e-8);
        let energy = evaluate(&mut mixture, &X).0;
        let lowest = mixture.energies().iter().copied().fold(f64::INFINITY, f64::min);
        if let Blend::SoftMinimum(width) = blend {
            assert!(energy <= lowest && energy >= lowest - width * 2.0_f64.ln());
        }
    }
    assert!(Mixture::new(wells(), Blend::Sum(vec![1.0])).is_none());
    assert!(Mixture::new(Vec::new(), Blend::SoftMinimum(1.0)).is_none());
}
