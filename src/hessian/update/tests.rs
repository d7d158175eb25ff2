//! What every update must do, and what some promise besides.

use super::{Update, multisecant};
use crate::linalg::vector::{dot, norm};
use crate::linalg::{Eigen, SymmetricMatrix};

const ALL: [Update; 6] = [
    Update::Bfgs,
    Update::BfgsOrSr1,
    Update::Sr1,
    Update::Psb,
    Update::Bofill,
    Update::TsBfgs,
];
const N: usize = 6;

/// A symmetric matrix without structure.
fn target(shift: f64) -> SymmetricMatrix {
    let mut matrix = SymmetricMatrix::zeros(N);
    for i in 0..N {
        for j in 0..=i {
            matrix.set(i, j, (2.0 + 5.1 * i as f64 + 2.7 * j as f64 + (i * j) as f64).sin());
        }
    }
    matrix.shift(shift);
    matrix
}

fn vector(seed: f64) -> Vec<f64> {
    (0..N)
        .map(|i| (seed + 1.7 * i as f64 + seed * (i * i) as f64).sin())
        .collect()
}

fn assert_secant(update: Update, hessian: &SymmetricMatrix, step: &[f64], change: &[f64]) {
    for (p, q) in hessian.times(step).iter().zip(change) {
        assert!((p - q).abs() < 1e-12, "{update:?}: {p} {q}");
    }
}

#[test]
fn the_secant_condition_and_symmetry_hold() {
    for update in ALL {
        let mut hessian = SymmetricMatrix::scaled_identity(N, 2.0);
        for k in 0..4 {
            let step = vector(f64::from(k));
            let change = target(5.0).times(&step);
            assert!(norm(&change) > 0.1);
            assert!(update.apply(&mut hessian, &step, &change), "{update:?}");
            assert_secant(update, &hessian, &step, &change);
        }
        for i in 0..N {
            for j in 0..i {
                assert!((hessian.get(i, j) - hessian.get(j, i)).abs() < 1e-13, "{update:?}");
            }
        }
    }
}

#[test]
fn negative_curvature_is_learnt_by_the_updates_for_saddles_and_damped_by_bfgs() {
    let (step, start) = (vector(0.3), SymmetricMatrix::scaled_identity(N, 1.0));
    let change: Vec<f64> = step.iter().map(|c| -0.7 * c).collect();
    for update in ALL {
        let mut hessian = start.clone();
        assert!(update.apply(&mut hessian, &step, &change));
        let lowest = Eigen::new(&hessian).unwrap().values[0];
        if update == Update::Bfgs {
            // Powell's rule leaves a fifth of the curvature that was known.
            assert!((lowest - 0.2).abs() < 1e-12, "{lowest}");
        } else {
            assert!((lowest + 0.7).abs() < 1e-12, "{update:?}: {lowest}");
            assert_secant(update, &hessian, &step, &change);
        }
    }
}

#[test]
fn bfgs_stays_positive_definite_whatever_it_is_told() {
    let mut hessian = SymmetricMatrix::scaled_identity(N, 1.0);
    // Many more such lies would shrink the lowest eigenvalue to the round-off of the largest.
    for k in 0..12 {
        let (step, change) = (vector(0.1 * f64::from(k)), vector(3.0 - 0.37 * f64::from(k)));
        assert!(Update::Bfgs.apply(&mut hessian, &step, &change));
        let lowest = Eigen::new(&hessian).unwrap().values[0];
        assert!(lowest > 0.0, "update {k}: {lowest}");
    }
}

#[test]
fn rank_one_finds_a_quadratic_surface_in_n_independent_steps() {
    let exact = target(0.3);
    let mut hessian = SymmetricMatrix::scaled_identity(N, 1.0);
    for k in 0..N {
        let step = vector(k as f64 * 0.9);
        assert!(Update::Sr1.apply(&mut hessian, &step, &exact.times(&step)));
    }
    for (p, q) in hessian.as_slice().iter().zip(exact.as_slice()) {
        assert!((p - q).abs() < 1e-9, "{p} {q}");
    }
}

#[test]
fn bfgs_finds_a_quadratic_surface_in_n_conjugate_steps() {
    let exact = target(6.0);
    let eigen = Eigen::new(&exact).unwrap();
    // With a start that is softer than the surface no damping sets in.
    let mut hessian = SymmetricMatrix::scaled_identity(N, 0.1);
    for k in 0..N {
        let step = eigen.vector(k);
        assert!(Update::Bfgs.apply(&mut hessian, step, &exact.times(step)));
    }
    for (p, q) in hessian.as_slice().iter().zip(exact.as_slice()) {
        assert!((p - q).abs() < 1e-10, "{p} {q}");
    }
}

#[test]
fn the_changes_of_psb_are_the_smallest() {
    let (step, change) = (vector(0.2), vector(1.9));
    let size = |update: Update| {
        let mut hessian = target(4.0);
        assert!(update.apply(&mut hessian, &step, &change));
        hessian.add_matrix(-1.0, &target(4.0));
        dot(hessian.as_slice(), hessian.as_slice())
    };
    for update in [Update::Sr1, Update::Bofill, Update::TsBfgs] {
        assert!(size(Update::Psb) < size(update), "{update:?}");
    }
}

#[test]
fn a_degenerate_update_leaves_the_matrix_alone() {
    let start = target(5.0);
    let step = vector(0.4);
    for update in ALL {
        let mut hessian = start.clone();
        assert!(!update.apply(&mut hessian, &[0.0; N], &[0.0; N]), "{update:?}");
        assert!(!update.apply(&mut hessian, &step, &[f64::NAN; N]), "{update:?}");
        assert_eq!(hessian, start, "{update:?}");
    }
    let mut hessian = start.clone();
    assert!(!Update::Sr1.apply(&mut hessian, &step, &start.times(&step)));
    assert_eq!(hessian, start);
}

/// A positive definite matrix near nothing in particular, for the weights.
fn weighted(steps: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let weight = target(6.0);
    steps.iter().map(|s| weight.times(s)).collect()
}

#[test]
fn several_steps_at_once_all_satisfy_their_secant_conditions() {
    let surface = target(0.4);
    assert!(Eigen::new(&surface).unwrap().values[0] < -0.1, "not a saddle");
    for count in 1..N {
        let mut hessian = SymmetricMatrix::scaled_identity(N, 2.0);
        let steps: Vec<Vec<f64>> = (0..count).map(|k| vector(0.3 + k as f64)).collect();
        let changes: Vec<Vec<f64>> = steps.iter().map(|s| surface.times(s)).collect();
        assert!(multisecant::update(&mut hessian, &steps, &changes, &weighted(&steps)));
        for (step, change) in steps.iter().zip(&changes) {
            for (p, q) in hessian.times(step).iter().zip(change) {
                assert!((p - q).abs() < 1e-9, "{count} steps: {p} {q}");
            }
        }
        for i in 0..N {
            for j in 0..i {
                assert!((hessian.get(i, j) - hessian.get(j, i)).abs() < 1e-12);
            }
        }
    }
}

#[test]
fn as_many_independent_steps_as_coordinates_tell_the_whole_quadratic_surface() {
    let surface = target(0.4);
    let mut hessian = SymmetricMatrix::scaled_identity(N, 2.0);
    let steps: Vec<Vec<f64>> = (0..N).map(|k| vector(0.3 + k as f64)).collect();
    let changes: Vec<Vec<f64>> = steps.iter().map(|s| surface.times(s)).collect();
    assert!(multisecant::update(&mut hessian, &steps, &changes, &weighted(&steps)));
    for i in 0..N {
        for j in 0..N {
            let (p, q) = (hessian.get(i, j), surface.get(i, j));
            assert!((p - q).abs() < 1e-7, "{i} {j}: {p} {q}");
        }
    }
}

#[test]
fn steps_that_depend_on_each_other_change_nothing() {
    let surface = target(0.4);
    let before = SymmetricMatrix::scaled_identity(N, 2.0);
    let mut hessian = before.clone();
    let steps = vec![vector(0.3), vector(0.3)];
    let changes: Vec<Vec<f64>> = steps.iter().map(|s| surface.times(s)).collect();
    assert!(!multisecant::update(&mut hessian, &steps, &changes, &weighted(&steps)));
    assert_eq!(hessian, before);
}
