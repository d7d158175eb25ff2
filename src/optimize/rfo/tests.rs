//! The stepper on a molecule with an exactly known force field of its own: constraints, guesses of the curvature, rebuilding.

use super::*;
use crate::chem::{Atom, Bond, BondOrder, Element, Molecule};
use crate::coordinates::Primitive;
use crate::optimize::{Criteria, Limits, Minimum, OptimizeError, Stop, minimize};

/// Springs on primitives: ½ k (q − q0)².
#[derive(Clone)]
struct Springs {
    atoms: usize,
    springs: Vec<(Primitive, f64, f64)>,
}

impl Potential for Springs {
    fn len(&self) -> usize {
        3 * self.atoms
    }

    fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
        gradient.fill(0.0);
        let mut energy = 0.0;
        for (primitive, k, q0) in &self.springs {
            let d = primitive.value(x) - q0;
            energy += 0.5 * k * d * d;
            for (atom, g) in primitive.gradient(x) {
                for axis in 0..3 {
                    gradient[3 * atom + axis] += k * d * g[axis];
                }
            }
        }
        Ok(energy)
    }

    fn hessian(&mut self, x: &[f64]) -> Option<Result<Vec<f64>, EvalError>> {
        let n = self.len();
        let mut out = vec![0.0; n * n];
        for (primitive, k, q0) in &self.springs {
            let row = primitive.gradient(x);
            let second = primitive.second_derivatives(x);
            let d = primitive.value(x) - q0;
            for (i, (a, g)) in row.iter().enumerate() {
                for (j, (b, h)) in row.iter().enumerate() {
                    for u in 0..3 {
                        for v in 0..3 {
                            let curved = second[(3 * i + u) * 3 * row.len() + 3 * j + v];
                            out[(3 * a + u) * n + 3 * b + v] += k * (g[u] * h[v] + d * curved);
                        }
                    }
                }
            }
        }
        Some(Ok(out))
    }
}

/// Hydrogen peroxide.
fn peroxide() -> (Molecule, Vec<f64>, Springs) {
    let atoms = ["H", "O", "O", "H"].map(|s| Atom::new(Element::from_symbol(s).unwrap()));
    let bonds = [[0, 1], [1, 2], [2, 3]].map(|[a, b]| Bond::new(a, b, BondOrder::Single));
    let molecule = Molecule::new(atoms.to_vec(), bonds.to_vec()).unwrap();
    let x = vec![0.9, 0.3, 0.5, 0.1, 0.0, 0.0, -0.1, 0.0, 1.6, -0.5, 0.9, 1.7];
    let springs = vec![
        (Primitive::Stretch([0, 1]), 1000.0, 0.97),
        (Primitive::Stretch([1, 2]), 600.0, 1.45),
        (Primitive::Stretch([2, 3]), 1000.0, 0.97),
        (Primitive::Bend([0, 1, 2]), 120.0, 1.75),
        (Primitive::Bend([1, 2, 3]), 120.0, 1.75),
        (Primitive::Dihedral([0, 1, 2, 3]), 5.0, 2.0),
        (Primitive::Stretch([0, 3]), 8.0, 1.8),
    ];
    (molecule, x, Springs { atoms: 4, springs })
}

fn run(settings: RfoSettings) -> (Minimum, Rfo) {
    let (molecule, x, mut surface) = peroxide();
    let mut stepper = Rfo::new(InternalCoordinates::new(&molecule, &x), settings).unwrap();
    let limits = Limits {
        evaluations: Some(60),
        ..Limits::default()
    };
    let found = minimize(&mut surface, &x, &mut stepper, &Criteria::default(), &limits, &mut ()).unwrap();
    (found, stepper)
}

fn held(constraints: Vec<Constraint>) -> Minimum {
    let names = format!("{constraints:?}");
    let (found, _) = run(RfoSettings {
        constraints,
        ..RfoSettings::default()
    });
    assert_eq!(
        found.stop,
        Stop::Converged,
        "{names}: {} evaluations, {:?}",
        found.evaluations,
        found.point
    );
    found
}

#[test]
fn every_guess_of_the_curvature_leads_to_the_same_minimum() {
    let (_, _, springs) = peroxide();
    let (reference, _) = run(RfoSettings::default());
    assert_eq!(reference.stop, Stop::Converged);
    let unit: Vec<f64> = (0..144).map(|k| if k % 13 == 0 { 300.0 } else { 0.0 }).collect();
    let cartesian = |gradient| InitialHessian::Cartesian {
        hessian: unit.clone(),
        gradient,
    };
    let guesses = [
        InitialHessian::Scaled(50.0),
        cartesian(None),
        cartesian(Some(vec![0.0; 12])),
        InitialHessian::Surface(Box::new(springs.clone())),
        InitialHessian::Own,
    ];
    let models = Model::ALL.map(InitialHessian::Model);
    for initial_hessian in guesses.into_iter().chain(models) {
        let name = format!("{initial_hessian:?}");
        let (found, _) = run(RfoSettings {
            initial_hessian,
            ..RfoSettings::default()
        });
        assert_eq!(found.stop, Stop::Converged, "{name}");
        let difference = found.point.energy - reference.point.energy;
        assert!(difference.abs() < 1e-4, "{name}: {difference} above");
    }
}

#[test]
fn a_guess_that_does_not_fit_is_refused() {
    let (molecule, x, springs) = peroxide();
    let refused = |initial_hessian| {
        let settings = RfoSettings {
            initial_hessian,
            ..RfoSettings::default()
        };
        Rfo::new(InternalCoordinates::new(&molecule, &x), settings).unwrap_err()
    };
    let size = |what, found, expected| RfoError::Size { what, found, expected };
    let short = InitialHessian::Cartesian {
        hessian: vec![1.0; 9],
        gradient: None,
    };
    assert_eq!(refused(short), size("Hessian", 9, 144));
    let short = InitialHessian::Cartesian {
        hessian: vec![1.0; 144],
        gradient: Some(vec![0.0; 3]),
    };
    assert_eq!(refused(short), size("gradient", 3, 12));
    let other = InitialHessian::Surface(Box::new(Springs { atoms: 2, ..springs }));
    assert_eq!(refused(other), size("surface", 6, 12));
}

/// A surface that has lost its second derivatives.
#[derive(Debug)]
struct Blunt<P>(P);

impl<P: Potential> Potential for Blunt<P> {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
        self.0.energy_gradient(x, gradient)
    }
}

#[test]
fn a_surface_without_second_derivatives_is_no_guess_of_them() {
    let (molecule, x, springs) = peroxide();
    for initial_hessian in [
        InitialHessian::Surface(Box::new(Blunt(springs.clone()))),
        InitialHessian::Own,
    ] {
        let settings = RfoSettings {
            initial_hessian,
            ..RfoSettings::default()
        };
        let mut stepper = Rfo::new(InternalCoordinates::new(&molecule, &x), settings).unwrap();
        let (criteria, limits) = (Criteria::default(), Limits::default());
        let mut surface = Blunt(springs.clone());
        let found = minimize(&mut surface, &x, &mut stepper, &criteria, &limits, &mut ());
        let Err(OptimizeError::Surface { error, .. }) = found else {
            panic!("{found:?}")
        };
        assert_eq!(error, EvalError::NoHessian);
    }
}

#[test]
fn a_bond_that_breaks_gives_other_coordinates() {
    let (molecule, x, _) = peroxide();
    let coordinates = InternalCoordinates::new(&molecule, &x);
    assert!(coordinates.rebuilt(&x).is_none());
    let mut apart = x;
    apart[6..].iter_mut().for_each(|c| *c += 2.0);
    let rebuilt = coordinates.rebuilt(&apart).unwrap();
    let bond = Primitive::Stretch([1, 2]);
    assert!(coordinates.primitives().contains(&bond) && !rebuilt.primitives().contains(&bond));
    // Each half is a line, which is placed by its atoms.
    let moves = |p: &Primitive| matches!(p, Primitive::Cartesian { .. });
    assert!(rebuilt.primitives().iter().any(moves));
    assert!(rebuilt.rebuilt(&apart).is_none());
}

#[test]
fn the_shift_of_rational_functions_converges_too() {
    let (found, _) = run(RfoSettings {
        rational: true,
        ..RfoSettings::default()
    });
    assert_eq!(found.stop, Stop::Converged);
}

#[test]
fn what_is_held_stays_and_what_is_driven_arrives() {
    let (_, x, _) = peroxide();
    let primitives = [
        Primitive::Stretch([1, 2]),
        Primitive::Bend([0, 1, 2]),
        Primitive::Dihedral([0, 1, 2, 3]),
        Primitive::Stretch([0, 3]),
    ];
    let free = run(RfoSettings::default()).0.point.energy;
    for primitive in primitives {
        for shift in [None, Some(0.4), Some(-0.3)] {
            let target = primitive.value(&x) + shift.unwrap_or(0.0);
            let constraint = Constraint {
                primitive: primitive.clone(),
                target: shift.map(|_| target),
            };
            let found = held(vec![constraint]);
            let value = primitive.value(&found.point.x);
            assert!((value - target).abs() < 1e-6, "{primitive}: {value}, not {target}");
            assert!(found.point.energy >= free - 1e-6, "{primitive}");
            assert!(
                crate::linalg::vector::norm(&found.point.gradient) > 1e-3,
                "{primitive} bears nothing"
            );
        }
    }
}

#[test]
fn several_constraints_hold_at_once_also_where_they_depend_on_each_other() {
    let (_, x, _) = peroxide();
    let mut constraints: Vec<Constraint> = [0, 1].into_iter().flat_map(Constraint::freeze).collect();
    constraints.push(Constraint::hold(Primitive::Stretch([0, 1])));
    constraints.push(Constraint::at(Primitive::Dihedral([0, 1, 2, 3]), 1.0));
    let found = held(constraints);
    for (c, (now, before)) in found.point.x.iter().zip(&x).take(6).enumerate() {
        assert!((now - before).abs() < 1e-6, "coordinate {c}");
    }
    assert!((Primitive::Dihedral([0, 1, 2, 3]).value(&found.point.x) - 1.0).abs() < 1e-6);
}

#[test]
fn the_same_bend_may_be_driven_across_a_line_by_new_coordinates() {
    let (molecule, x, mut surface) = peroxide();
    // The bend at atom 1 wants to be straight, so that the dihedral loses its meaning on the way.
    surface.springs[3].2 = std::f64::consts::PI;
    surface
        .springs
        .retain(|(p, ..)| !matches!(p, Primitive::Dihedral(_)) && *p != Primitive::Stretch([0, 3]));
    let mut stepper = Rfo::new(InternalCoordinates::new(&molecule, &x), RfoSettings::default()).unwrap();
    let limits = Limits {
        evaluations: Some(100),
        ..Limits::default()
    };
    let criteria = Criteria::named("gau").unwrap();
    let found = minimize(&mut surface, &x, &mut stepper, &criteria, &limits, &mut ()).unwrap();
    assert!(found.point.energy < 0.05, "{:?} {}", found.stop, found.point.energy);
    assert!(stepper.coordinates().primitives().iter().any(Primitive::is_linear_bend));
}
