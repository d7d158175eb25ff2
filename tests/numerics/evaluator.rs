//! The force-field evaluator keeps the contracts, with every kind of term.

use crate::contract::{self, Sabotaged, evaluate};
use crate::synthetic;
use thalweg::forcefield::Options;
use thalweg::forcefield::terms::van_der_waals::Form;
use thalweg::numeric::simd::Level;
use thalweg::potential::{EvalError, Potential};

const FORMS: [Form; 2] = [Form::Buffered147, Form::LennardJones];

#[test]
fn gradient_is_the_derivative_of_the_energy() {
    let (molecule, x) = synthetic::molecule(9);
    for form in FORMS {
        for cutoff in [None, Some(7.0)] {
            let options = Options {
                cutoff,
                ..Options::default()
            };
            let mut evaluator = synthetic::field(&molecule, form, options).evaluator();
            contract::gradient_matches_differences(&mut evaluator, &x, 2e-8);
            contract::is_invariant_under_motion(&mut evaluator, &x);
        }
    }
}

#[test]
#[should_panic(expected = "errors do not fall")]
fn a_wrong_gradient_component_is_noticed() {
    let (molecule, x) = synthetic::molecule(4);
    let evaluator = synthetic::field(&molecule, Form::Buffered147, Options::default()).evaluator();
    contract::gradient_matches_differences(&mut Sabotaged(evaluator), &x, 2e-8);
}

#[test]
#[should_panic(expected = "net force")]
fn a_net_force_is_noticed() {
    let (molecule, x) = synthetic::molecule(4);
    let evaluator = synthetic::field(&molecule, Form::Buffered147, Options::default()).evaluator();
    contract::is_invariant_under_motion(&mut Sabotaged(evaluator), &x);
}

#[test]
fn hessian_is_the_derivative_of_the_gradient() {
    let (molecule, x) = synthetic::molecule(7);
    for form in FORMS {
        for cutoff in [None, Some(6.0)] {
            let options = Options {
                cutoff,
                ..Options::default()
            };
            let mut evaluator = synthetic::field(&molecule, form, options).evaluator();
            let hessian = evaluator.hessian(&x).unwrap().unwrap();
            let n = x.len();
            let largest = hessian.iter().fold(0.0, |m: f64, h| m.max(h.abs()));
            let h = 1e-4;
            for j in 0..n {
                let mut moved = x.clone();
                moved[j] = x[j] + h;
                let plus = evaluate(&mut evaluator, &moved).1;
                moved[j] = x[j] - h;
                let minus = evaluate(&mut evaluator, &moved).1;
                for i in 0..n {
                    let difference = (plus[i] - minus[i]) / (2.0 * h);
                    let error = (difference - hessian[i * n + j]).abs() / largest;
                    assert!(
                        error < 1e-6,
                        "{form:?} ({i}, {j}): {} against {difference}",
                        hessian[i * n + j]
                    );
                    let asymmetry = (hessian[i * n + j] - hessian[j * n + i]).abs() / largest;
                    assert!(asymmetry < 1e-12, "({i}, {j}) is not symmetric");
                }
            }
        }
    }
}

#[test]
fn vector_instructions_give_the_same_bits_as_plain_code() {
    let (molecule, x) = synthetic::molecule(23);
    for form in FORMS {
        for cutoff in [None, Some(7.0)] {
            let at = |level| {
                let options = Options {
                    cutoff,
                    level: Some(level),
                };
                evaluate(&mut synthetic::field(&molecule, form, options).evaluator(), &x)
            };
            let plain = at(Level::Portable);
            for level in Level::available() {
                assert!(at(level) == plain, "{level:?} differs from plain code");
            }
        }
    }
}

#[test]
fn a_second_call_and_another_thread_give_the_same_bits() {
    let (molecule, x) = synthetic::molecule(12);
    let field = synthetic::field(&molecule, Form::Buffered147, Options::default());
    let mut evaluator = field.evaluator();
    let first = evaluate(&mut evaluator, &x);
    assert!(first == evaluate(&mut evaluator, &x));
    let elsewhere = std::thread::scope(|s| s.spawn(|| evaluate(&mut field.evaluator(), &x)).join().unwrap());
    assert!(first == elsewhere);
}

#[test]
fn the_terms_add_up_to_the_energy() {
    let (molecule, x) = synthetic::molecule(12);
    let mut evaluator = synthetic::field(&molecule, Form::Buffered147, Options::default()).evaluator();
    let mut gradient = vec![0.0; x.len()];
    let terms = evaluator.breakdown(&x, &mut gradient).unwrap();
    let all = [
        terms.bond,
        terms.angle,
        terms.stretch_bend,
        terms.out_of_plane,
        terms.torsion,
        terms.van_der_waals,
    ];
    assert!(all.iter().all(|e| *e != 0.0) && terms.electrostatic != 0.0, "{terms:?}");
    assert_eq!(terms.total(), evaluate(&mut evaluator, &x).0);
}

#[test]
fn a_cutoff_beyond_the_molecule_changes_nothing() {
    let (molecule, x) = synthetic::molecule(30);
    for form in FORMS {
        let exact = evaluate(
            &mut synthetic::field(&molecule, form, Options::default()).evaluator(),
            &x,
        );
        let options = Options {
            cutoff: Some(100.0),
            ..Options::default()
        };
        let listed = evaluate(&mut synthetic::field(&molecule, form, options).evaluator(), &x);
        assert!(
            (exact.0 - listed.0).abs() < 1e-11 * exact.0.abs(),
            "{} became {}",
            exact.0,
            listed.0
        );
    }
}

/// The list must hold every pair within the cutoff, also after atoms moved without a new list: against a fresh evaluator, whose
/// list is made at the coordinates themselves, and against a plain sum over pairs.
#[test]
fn the_pair_list_follows_moving_atoms() {
    let (molecule, x) = synthetic::molecule(60);
    let options = Options {
        cutoff: Some(6.0),
        ..Options::default()
    };
    let field = synthetic::field(&molecule, Form::Buffered147, options);
    let mut evaluator = field.evaluator();
    let mut moved = x.clone();
    for step in 0..40 {
        for (i, c) in moved.iter_mut().enumerate() {
            *c += 0.09 * ((i * 37 + step * 11) as f64).sin();
        }
        let followed = evaluate(&mut evaluator, &moved).0;
        let fresh = evaluate(&mut field.evaluator(), &moved).0;
        assert!(
            (followed - fresh).abs() < 1e-10 * fresh.abs(),
            "step {step}: {followed} against {fresh}"
        );
    }
}

#[test]
fn broken_coordinates_are_errors() {
    let (molecule, mut x) = synthetic::molecule(5);
    let mut evaluator = synthetic::field(&molecule, Form::Buffered147, Options::default()).evaluator();
    let mut gradient = vec![0.0; x.len()];
    x[4] = f64::NAN;
    let result = evaluator.energy_gradient(&x, &mut gradient);
    assert!(matches!(result, Err(EvalError::NotFinite { .. })), "{result:?}");
    let result = evaluator.energy_gradient(&x[3..], &mut gradient);
    assert!(matches!(result, Err(EvalError::WrongLength { .. })), "{result:?}");
}

#[test]
fn coincident_and_collinear_atoms_give_finite_energies() {
    let (molecule, x) = synthetic::molecule(5);
    for form in FORMS {
        let mut evaluator = synthetic::field(&molecule, form, Options::default()).evaluator();
        let mut on_a_line = x.clone();
        for (atom, p) in on_a_line.chunks_mut(3).enumerate() {
            p.copy_from_slice(&[atom as f64, 0.0, 0.0]);
        }
        evaluate(&mut evaluator, &on_a_line);
        evaluate(&mut evaluator, &vec![0.5; x.len()]);
    }
}
