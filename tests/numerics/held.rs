//! Coordinates that are held exactly are, and the rest is at a minimum.

use crate::contract::evaluate;
use crate::synthetic;
use thalweg::coordinates::{Constraint, InternalCoordinates, Primitive};
use thalweg::forcefield::Options;
use thalweg::forcefield::terms::van_der_waals::Form;
use thalweg::optimize::constrained::{Manifold, minimize_on};
use thalweg::optimize::drive::approach;
use thalweg::optimize::{Criteria, InitialHessian, Lbfgs, Limits, Minimum, Rfo, RfoSettings, Stop, minimize};
use thalweg::potential::Mask;

#[test]
fn constraints_hold_to_the_last_digits_and_frozen_atoms_to_the_last_bit() {
    let (molecule, x) = synthetic::molecule(6);
    let evaluator = || synthetic::field(&molecule, Form::Buffered147, Options::default()).evaluator();
    let mask = Mask::new(&[0], &x);
    let distance = Primitive::Stretch([1, 3]);
    let dihedral = Primitive::Dihedral([0, 3, 5, 7]);
    let constraints = [
        Constraint::at(distance.clone(), distance.value(&x) + 0.1),
        Constraint::at(dihedral.clone(), dihedral.value(&x) - 0.3),
    ];
    let mut start = x.clone();
    approach(&mut evaluator(), &molecule, &constraints, &mask, &mut start).unwrap();
    let manifold = Manifold::new(&constraints, mask, &start);
    let criteria = Criteria::rms_gradient(1e-6);
    let limits = Limits {
        steps: Some(5000),
        ..Limits::default()
    };
    let found = minimize_on(
        &manifold,
        &mut evaluator(),
        &start,
        &mut Lbfgs::default(),
        &criteria,
        &limits,
        &mut (),
    )
    .unwrap();
    assert_eq!(found.stop, Stop::Converged);
    let end = &found.point.x;
    assert!(found.point.energy < found.initial_energy - 1e-3);
    assert!(manifold.deviation(end) < 1e-9, "{}", manifold.deviation(end));
    assert_eq!(end[..3], x[..3]);
    let (_, mut gradient) = evaluate(&mut evaluator(), end);
    let free = gradient.iter().map(|g| g * g).sum::<f64>();
    manifold.project(end, &mut gradient);
    let along = gradient.iter().map(|g| g * g).sum::<f64>();
    assert!(free > 1.0 && along < 1e-10, "{free} {along}");
}

/// Minima with a dihedral of a molecule held 0.2 radian from where it was, by each way of holding, and what holds it.
fn minima(dihedral: &Primitive, limits: &Limits) -> (Manifold, [(&'static str, Minimum); 2]) {
    let (molecule, x) = synthetic::molecule(6);
    let evaluator = || synthetic::field(&molecule, Form::Buffered147, Options::default()).evaluator();
    let constraints = [Constraint::at(dihedral.clone(), dihedral.value(&x) + 0.2)];
    let mut start = x.clone();
    approach(&mut evaluator(), &molecule, &constraints, &Mask::default(), &mut start).unwrap();
    let manifold = Manifold::new(&constraints, Mask::default(), &start);
    let criteria = Criteria::rms_gradient(1e-4);
    let mut stepper = Lbfgs::default();
    let mut surface = evaluator();
    let on = minimize_on(
        &manifold,
        &mut surface,
        &start,
        &mut stepper,
        &criteria,
        limits,
        &mut (),
    )
    .unwrap();
    let settings = RfoSettings {
        initial_hessian: InitialHessian::Own,
        constraints: constraints.to_vec(),
        ..RfoSettings::default()
    };
    let mut stepper = Rfo::new(InternalCoordinates::new(&molecule, &start), settings).unwrap();
    let within = minimize(&mut evaluator(), &start, &mut stepper, &criteria, limits, &mut ()).unwrap();
    (manifold, [("manifold", on), ("rfo", within)])
}

#[test]
fn a_dihedral_across_no_bond_converges_only_where_it_has_a_meaning() {
    // Atoms 1 to 3 are not bonded in a row, and the energy falls towards where 2, 3 and 4 are in line: the dihedral means nothing there.
    let dihedral = Primitive::Dihedral([1, 2, 3, 4]);
    let limits = Limits {
        steps: Some(300),
        ..Limits::default()
    };
    let (manifold, minima) = minima(&dihedral, &limits);
    for (name, found) in minima {
        assert!(found.point.energy < found.initial_energy - 1e-3, "{name}");
        // A walk that ends where the dihedral means nothing has not converged to anything.
        let degenerate = dihedral.is_degenerate(&found.point.x);
        assert_eq!(found.stop == Stop::Converged, !degenerate, "{name}: {:?}", found.stop);
        assert!(degenerate || manifold.deviation(&found.point.x) < 1e-8, "{name}");
    }
}

#[test]
fn a_backbone_dihedral_is_held_alike_by_every_way() {
    let (manifold, minima) = minima(&Primitive::Dihedral([0, 3, 5, 7]), &Limits::default());
    for (name, found) in minima {
        assert_eq!(found.stop, Stop::Converged, "{name}: {} steps", found.steps);
        assert!(manifold.deviation(&found.point.x) < 5e-7, "{name}");
        assert!(found.point.energy < found.initial_energy - 1e-3, "{name}");
    }
}

#[test]
fn constraints_that_depend_on_each_other_are_no_trouble_and_those_that_contradict_are_told() {
    let (molecule, x) = synthetic::molecule(5);
    let mut evaluator = synthetic::field(&molecule, Form::Buffered147, Options::default()).evaluator();
    let sides = [[1, 2], [2, 3], [1, 3]].map(Primitive::Stretch);
    let angle = Primitive::Bend([1, 2, 3]);
    let all: Vec<Constraint> = sides.iter().cloned().chain([angle]).map(Constraint::hold).collect();
    let mut start = x.clone();
    approach(&mut evaluator, &molecule, &all, &Mask::default(), &mut start).unwrap();
    let manifold = Manifold::new(&all, Mask::default(), &start);
    let criteria = Criteria::rms_gradient(1e-4);
    let found = minimize_on(
        &manifold,
        &mut evaluator,
        &start,
        &mut Lbfgs::default(),
        &criteria,
        &Limits::default(),
        &mut (),
    )
    .unwrap();
    assert!(manifold.deviation(&found.point.x) < 1e-8);
    let impossible: Vec<Constraint> = sides
        .into_iter()
        .zip([1.0, 1.0, 5.0])
        .map(|(s, r)| Constraint::at(s, r))
        .collect();
    let error = approach(&mut evaluator, &molecule, &impossible, &Mask::default(), &mut start).unwrap_err();
    assert!(error.to_string().contains("distance"), "{error}");
}
