//! What coordinates must do, on molecules with every primitive.

use super::*;
use crate::chem::{Atom, Bond, BondOrder, Element, Molecule};
use crate::linalg::vector::norm;
use crate::linalg::{Eigen, SymmetricMatrix};
use std::sync::Arc;

/// A molecule of these symbols and bonds (indices from 0).
fn molecule(symbols: &str, bonds: &[(usize, usize)]) -> Molecule {
    let atoms = symbols.split(' ').map(|s| Atom::new(Element::from_symbol(s).unwrap()));
    let bonds = bonds.iter().map(|&(a, b)| Bond::new(a, b, BondOrder::Single));
    Molecule::new(atoms.collect(), bonds.collect()).unwrap()
}

/// Reproducible numbers between −1 and 1.
fn noise(n: usize, scale: f64) -> Vec<f64> {
    (0..n)
        .map(|i| scale * ((i * i + 3 * i + 1) as f64 * 12.9898).sin())
        .collect()
}

fn moved(x: &[f64], by: &[f64], t: f64) -> Vec<f64> {
    x.iter().zip(by).map(|(a, b)| a + t * b).collect()
}

/// Eight atoms without any symmetry.
fn assorted() -> Vec<f64> {
    let mut x = vec![
        0.0, 0.0, 0.0, 1.5, 0.1, 0.0, 2.0, 1.4, 0.3, 3.4, 1.6, -0.4, 0.2, -1.1, 1.2, 2.9, 0.3, 2.0, 4.4, 2.9, 0.1, 5.0,
        0.4, 0.7,
    ];
    for (c, d) in x.iter_mut().zip(noise(24, 0.05)) {
        *c += d;
    }
    x
}

/// One of each kind; the linear bends near a line.
fn every_primitive(x: &[f64]) -> Vec<Primitive> {
    let turned = noise(24, 0.3);
    let fragment = Arc::new(Fragment::new(vec![0, 1, 2, 4, 5], &moved(x, &turned, 1.0)));
    let still = Arc::new(Fragment::new(vec![2, 3, 6, 7], x));
    let mut out = vec![
        Primitive::Stretch([0, 3]),
        Primitive::Bend([0, 1, 2]),
        Primitive::LinearBend {
            atoms: [0, 2, 6],
            axis: [0.0, 0.0, 1.0],
            component: 0,
        },
        Primitive::LinearBend {
            atoms: [0, 2, 6],
            axis: [0.0, 0.0, 1.0],
            component: 1,
        },
        Primitive::LinearBendBeside {
            atoms: [0, 2, 6, 5],
            component: 0,
        },
        Primitive::LinearBendBeside {
            atoms: [0, 2, 6, 5],
            component: 1,
        },
        Primitive::Dihedral([0, 1, 2, 3]),
        Primitive::Dihedral([4, 0, 3, 7]),
        Primitive::OutOfPlane([0, 1, 2, 5]),
        Primitive::Cartesian { atom: 3, axis: 1 },
    ];
    for axis in 0..3 {
        for group in [&fragment, &still] {
            out.push(Primitive::Translation {
                fragment: Arc::clone(group),
                axis,
            });
            out.push(Primitive::Rotation {
                fragment: Arc::clone(group),
                axis,
            });
        }
    }
    out
}

/// Central differences at two step sizes must fall as h² towards the derivative.
fn assert_differences(what: &str, exact: f64, at: impl Fn(f64) -> f64) {
    let error = |h: f64| ((at(h) - at(-h)) / (2.0 * h) - exact).abs();
    let (coarse, fine) = (error(2e-3), error(2e-4));
    assert!(
        fine <= 1e-8 + 0.02 * coarse && fine < 1e-4,
        "{what}: {exact}, errors {coarse:e} and {fine:e}"
    );
}

#[test]
fn rows_of_b_are_derivatives_of_the_values() {
    let x = assorted();
    for primitive in every_primitive(&x) {
        let mut exact = vec![0.0; x.len()];
        for (atom, g) in primitive.gradient(&x) {
            for axis in 0..3 {
                exact[3 * atom + axis] += g[axis];
            }
        }
        assert!(exact.iter().any(|e| e.abs() > 1e-3), "{primitive}");
        for (c, &e) in exact.iter().enumerate() {
            let mut unit = vec![0.0; x.len()];
            unit[c] = 1.0;
            assert_differences(&primitive.to_string(), e, |h| primitive.value(&moved(&x, &unit, h)));
        }
    }
}

#[test]
fn second_derivatives_are_derivatives_of_b() {
    let x = assorted();
    for primitive in every_primitive(&x) {
        let second = primitive.second_derivatives(&x);
        let columns: Vec<usize> = primitive
            .atoms()
            .iter()
            .flat_map(|a| [3 * a, 3 * a + 1, 3 * a + 2])
            .collect();
        for (j, &c) in columns.iter().enumerate() {
            let mut unit = vec![0.0; x.len()];
            unit[c] = 1.0;
            for i in 0..columns.len() {
                let component = |h: f64| primitive.gradient(&moved(&x, &unit, h))[i / 3].1[i % 3];
                assert_differences(&primitive.to_string(), second[i * columns.len() + j], component);
            }
        }
    }
}

#[test]
fn a_group_that_has_not_turned_has_no_rotation_and_its_derivatives_are_finite() {
    let x = assorted();
    let fragment = Arc::new(Fragment::new(vec![0, 1, 2, 3], &x));
    for axis in 0..3 {
        let rotation = Primitive::Rotation {
            fragment: Arc::clone(&fragment),
            axis,
        };
        assert!(rotation.value(&x).abs() < 1e-12);
        assert!(rotation.second_derivatives(&x).iter().all(|d| d.is_finite()));
    }
}

#[test]
fn dihedrals_wrap_the_short_way() {
    let mut coordinates = InternalCoordinates::cartesian(3);
    coordinates.extend([Primitive::Dihedral([0, 1, 2, 3])]);
    let near_pi = std::f64::consts::PI - 0.1;
    let d = coordinates.difference(&[7.0, 0.0, 0.0, -near_pi], &[0.0, 0.0, 0.0, near_pi]);
    assert!((d[3] - 0.2).abs() < 1e-12 && (d[0] - 7.0).abs() < 1e-12);
}

/// Name, molecule, coordinates and number of internal degrees of freedom.
fn zoo() -> Vec<(&'static str, Molecule, Vec<f64>, usize)> {
    let line = |spacings: &[f64]| {
        let mut z = 0.0;
        let mut x = vec![0.0; 3];
        for s in spacings {
            z += s;
            x.extend([0.3 * z, 0.0, z]);
        }
        x
    };
    let mut pyramid = vec![0.0, 0.0, 0.1];
    let mut plane = vec![0.0, 0.0, 0.0];
    for k in 0..3 {
        let (s, c) = (2.0944 * f64::from(k)).sin_cos();
        pyramid.extend([0.95 * c, 0.95 * s, 0.4]);
        plane.extend([1.3 * c, 1.3 * s, 0.0]);
    }
    let mut octahedron = vec![0.0; 3];
    for axis in 0..3 {
        for sign in [-1.0, 1.0] {
            let mut c = [0.0; 3];
            c[axis] = 2.0 * sign;
            octahedron.extend(c);
        }
    }
    let mut cube = Vec::new();
    let mut edges = Vec::new();
    for i in 0..8_usize {
        cube.extend([0, 1, 2].map(|a| if i >> a & 1 == 1 { 0.8 } else { -0.8 }));
        edges.extend((0..3).filter(|a| i >> a & 1 == 0).map(|a| (i, i | 1 << a)));
    }
    let methyl = |z: f64, up: f64, turn: f64| {
        (0..3).flat_map(move |k| {
            let (s, c) = (2.0944 * f64::from(k) + turn).sin_cos();
            [1.03 * c, 1.03 * s, z + up]
        })
    };
    let mut butyne = vec![0.0, 0.0, 0.0, 0.0, 0.0, 1.46, 0.0, 0.0, 2.66, 0.0, 0.0, 4.12];
    butyne.extend(methyl(0.0, -0.37, 0.0).chain(methyl(4.12, 0.37, 0.4)));
    let water = [0.0, 0.0, 0.0, 0.96, 0.0, 0.0, -0.24, 0.93, 0.0];
    let dimer: Vec<f64> = water
        .iter()
        .copied()
        .chain(water.iter().map(|c| 0.9 * c + 2.8))
        .collect();
    vec![
        ("diatomic", molecule("H Cl", &[(0, 1)]), line(&[1.3]), 1),
        (
            "carbon dioxide",
            molecule("O C O", &[(0, 1), (1, 2)]),
            line(&[1.16, 1.16]),
            4,
        ),
        (
            "diacetylene",
            molecule("H C C C C H", &[(0, 1), (1, 2), (2, 3), (3, 4), (4, 5)]),
            line(&[1.0, 1.15, 1.3, 1.15, 1.0]),
            13,
        ),
        ("water", molecule("O H H", &[(0, 1), (0, 2)]), water.to_vec(), 3),
        ("ammonia", molecule("N H H H", &[(0, 1), (0, 2), (0, 3)]), pyramid, 6),
        (
            "boron trifluoride",
            molecule("B F F F", &[(0, 1), (0, 2), (0, 3)]),
            plane,
            6,
        ),
        (
            "sulfur hexafluoride",
            molecule("S F F F F F F", &[(0, 1), (0, 2), (0, 3), (0, 4), (0, 5), (0, 6)]),
            octahedron,
            15,
        ),
        ("a cage", molecule("C C C C C C C C", &edges), cube, 18),
        (
            "butyne",
            molecule(
                "C C C C H H H H H H",
                &[(0, 1), (1, 2), (2, 3), (0, 4), (0, 5), (0, 6), (3, 7), (3, 8), (3, 9)],
            ),
            butyne,
            24,
        ),
        // With several fragments the rigid motions are coordinates too.
        (
            "water dimer",
            molecule("O H H O H H", &[(0, 1), (0, 2), (3, 4), (3, 5)]),
            dimer,
            18,
        ),
        ("an ion pair", molecule("Na Cl", &[]), line(&[2.5]), 6),
        (
            "an atom and a diatomic",
            molecule("Na H Cl", &[(1, 2)]),
            line(&[2.5, 1.3]),
            9,
        ),
    ]
}

fn rank(coordinates: &InternalCoordinates, x: &[f64]) -> usize {
    let mut gram = SymmetricMatrix::zeros(x.len());
    coordinates.metric(x, &[]).gram.add_to_dense(1.0, &mut gram);
    Eigen::new(&gram).unwrap().values.iter().filter(|v| **v > 1e-6).count()
}

#[test]
fn every_molecule_has_all_its_degrees_of_freedom_and_no_more() {
    for (name, molecule, x, freedom) in zoo() {
        let coordinates = InternalCoordinates::new(&molecule, &x);
        assert_eq!(rank(&coordinates, &x), freedom, "{name}");
        assert!(
            coordinates.fallback().is_empty(),
            "{name}: {:?}",
            coordinates.fallback()
        );
    }
}

/// A zigzag chain of bare atoms.
fn chain(atoms: usize) -> (Molecule, Vec<f64>) {
    let symbols = vec!["C"; atoms].join(" ");
    let bonds: Vec<(usize, usize)> = (1..atoms).map(|i| (i - 1, i)).collect();
    let place = |i: usize| [1.2 * i as f64, 0.8 * (i % 2) as f64, 0.3 * (i as f64).sin()];
    (molecule(&symbols, &bonds), (0..atoms).flat_map(place).collect())
}

#[test]
fn chains_are_sparse_and_have_all_their_degrees_of_freedom_at_any_length() {
    for atoms in [50, 400, 1000] {
        let (molecule, x) = chain(atoms);
        let coordinates = InternalCoordinates::new(&molecule, &x);
        assert_eq!(coordinates.fallback(), [0; 0], "{atoms}");
        assert!(coordinates.metric(&x, &[]).analysis.is_sparse(), "{atoms}");
    }
}

/// Those of them that have linear bends.
const STRAIGHT: [&str; 4] = ["carbon dioxide", "diacetylene", "sulfur hexafluoride", "butyne"];

/// Both kinds of set of each molecule.
fn every_set() -> Vec<(String, Box<dyn Coordinates>, Vec<f64>)> {
    let mut out: Vec<(String, Box<dyn Coordinates>, Vec<f64>)> = Vec::new();
    for (name, molecule, x, _) in zoo() {
        let redundant = InternalCoordinates::new(&molecule, &x);
        let delocalized = DelocalizedCoordinates::new(redundant.clone(), &x).unwrap();
        out.push((format!("{name}, redundant"), Box::new(redundant), x.clone()));
        out.push((format!("{name}, delocalized"), Box::new(delocalized), x));
    }
    out
}

#[test]
fn b_of_a_set_is_the_derivative_of_its_values() {
    for (name, coordinates, x) in every_set() {
        // Off the start, where sets that were made there have no special values.
        let x = moved(&x, &noise(x.len(), 0.03), 1.0);
        let b = coordinates.wilson_b(&x);
        assert_eq!((b.rows(), b.columns()), (coordinates.len(), x.len()), "{name}");
        let start = coordinates.values(&x);
        let direction = noise(x.len(), 1.0);
        for (row, slope) in b.apply(&direction).into_iter().enumerate() {
            let at = |h: f64| coordinates.difference(&coordinates.values(&moved(&x, &direction, h)), &start)[row];
            let error = |h: f64| ((at(h) - at(-h)) / (2.0 * h) - slope).abs();
            let (coarse, fine) = (error(1e-3), error(1e-4));
            assert!(
                fine <= 1e-7 * (1.0 + slope.abs()) + 0.02 * coarse,
                "{name}, row {row}: {coarse:e} {fine:e}"
            );
        }
    }
}

#[test]
fn a_gradient_along_the_coordinates_is_the_cartesian_one() {
    for (name, coordinates, x) in every_set() {
        let b = coordinates.wilson_b(&x);
        let any = b.apply_transpose(&noise(b.rows(), 1.0));
        let back = b.apply_transpose(&coordinates.project_gradient(&x, &any));
        for (found, given) in back.iter().zip(&any) {
            assert!((found - given).abs() < 1e-5, "{name}: {found} {given}");
        }
    }
}

#[test]
fn displacements_there_and_back() {
    for (name, coordinates, x) in every_set() {
        let has_linear_bends = STRAIGHT.iter().any(|molecule| name.starts_with(molecule));
        let there = moved(&x, &noise(x.len(), 0.05), 1.0);
        let dq = coordinates.difference(&coordinates.values(&there), &coordinates.values(&x));
        let reached = coordinates.back_transform(&x, &dq).unwrap();
        let found = coordinates.difference(&coordinates.values(&reached.x), &coordinates.values(&x));
        // Linear bends keep their axis in space, so that the way there and back may differ by a turn of the whole.
        let tolerance = if has_linear_bends { 1e-3 } else { 1e-5 };
        for (row, (f, d)) in found.iter().zip(&dq).enumerate() {
            assert!(
                (f - d).abs() < tolerance,
                "{name}: number {row} is {f} where {d} was asked for"
            );
        }
    }
}

#[test]
fn delocalized_sets_have_no_redundancy_and_reach_every_displacement() {
    for (name, molecule, x, freedom) in zoo() {
        let redundant = InternalCoordinates::new(&molecule, &x);
        let coordinates = DelocalizedCoordinates::new(redundant, &x).unwrap();
        assert_eq!(coordinates.len(), freedom, "{name}");
        assert!(coordinates.values(&x).iter().all(|s| s.abs() < 1e-12), "{name}");
        for (i, u) in coordinates.combinations().iter().enumerate() {
            for (j, v) in coordinates.combinations()[..=i].iter().enumerate() {
                let wanted = if i == j { 1.0 } else { 0.0 };
                assert!(
                    (crate::linalg::vector::dot(u, v) - wanted).abs() < 1e-9,
                    "{name}: {i} {j}"
                );
            }
        }
        // Any small values can be had, unlike those of redundant sets.
        let dq = noise(freedom, 0.02);
        let reached = coordinates.back_transform(&x, &dq).unwrap();
        for (found, wanted) in coordinates.values(&reached.x).iter().zip(&dq) {
            assert!((found - wanted).abs() < 1e-6, "{name}: {found} {wanted}");
        }
    }
}

#[test]
fn what_is_held_by_schmidt_orthogonalization_stays() {
    let (_, butyne, x, freedom) = zoo().remove(8);
    let redundant = InternalCoordinates::new(&butyne, &x);
    let row = |wanted: &Primitive| redundant.primitives().iter().position(|p| p == wanted).unwrap();
    let [bond, angle] = [
        row(&Primitive::Stretch([1, 2])),
        redundant
            .primitives()
            .iter()
            .position(|p| matches!(p, Primitive::Bend(_)))
            .unwrap(),
    ];
    // The same coordinate twice is one constraint.
    let coordinates = DelocalizedCoordinates::holding(redundant.clone(), &x, &[bond, angle, bond]).unwrap();
    assert_eq!((coordinates.held(), coordinates.len()), (2, freedom));
    let mut dq = noise(freedom, 0.05);
    dq[..2].fill(0.0);
    let b = redundant.wilson_b(&x);
    let moves = coordinates.wilson_b(&x).apply_transpose(&dq);
    assert!(moves.iter().any(|m| m.abs() > 1e-3));
    // To first order: the free combinations have no part in what is held.
    for u in &coordinates.combinations()[2..] {
        assert!(u[bond].abs() < 1e-9 && u[angle].abs() < 1e-9);
    }
    let reached = coordinates.back_transform(&x, &dq).unwrap();
    let change = redundant.difference(&redundant.values(&reached.x), &redundant.values(&x));
    assert!(change.iter().any(|c| c.abs() > 1e-2));
    // What the free coordinates bend into what is held is of second order, and less where it is as good as independent.
    for row in [bond, angle] {
        assert!(change[row].abs() < 0.02 * norm(&change), "{row}: {}", change[row]);
    }
    assert_eq!(b.rows(), redundant.len());
    let refused = DelocalizedCoordinates::holding(redundant.clone(), &x, &[redundant.len()]).unwrap_err();
    assert!(matches!(refused, DelocalizedError::Unknown { .. }), "{refused}");
}

#[test]
fn too_many_delocalized_coordinates_are_refused() {
    let (molecule, x) = chain(401);
    let error = DelocalizedCoordinates::new(InternalCoordinates::new(&molecule, &x), &x).unwrap_err();
    assert_eq!(error, DelocalizedError::TooLarge { found: 1203 });
}

#[test]
fn an_impossible_displacement_gives_the_best_point_and_what_is_left() {
    let (_, water, x, _) = zoo().remove(3);
    let coordinates = InternalCoordinates::new(&water, &x);
    // A negative bond length.
    let error = coordinates.back_transform(&x, &[-3.0, 0.0, 0.0]).unwrap_err();
    assert!(
        error.best.residual > 1e-4 && error.best.x.iter().all(|c| c.is_finite()),
        "{error}"
    );
}

#[test]
fn a_bend_that_opens_to_a_line_gets_new_coordinates() {
    let (_, water, mut x, _) = zoo().remove(3);
    let coordinates = InternalCoordinates::new(&water, &x);
    assert!(coordinates.rebuilt(&x).is_none());
    x[6..9].copy_from_slice(&[-0.96, 0.01, 0.0]);
    let new = coordinates.rebuilt(&x).unwrap();
    assert_eq!(new.primitives().iter().filter(|p| p.is_linear_bend()).count(), 2);
    assert!(new.rebuilt(&x).is_none());
}
