//! The build-up of alkanes against basin hopping, as sets: two ways that share the surface and the proof of minima, but no idea of states.

use crate::alkane;
use crate::trial::{Start, Trial};
use thalweg::conformers::ensemble::Conformer;
use thalweg::conformers::pool::{Pool, PoolSettings};
use thalweg::conformers::run::Method;
use thalweg::geometry::{Dihedral, Vector};

/// kcal/mol.
const WINDOW: f64 = 10.0;

fn minima(carbons: usize, trial: Trial) -> Vec<Conformer> {
    let found = trial.run(&Start::alkane(carbons), WINDOW, None, &mut |_| ());
    assert!(found.iter().all(|conformer| conformer.proven));
    found
}

fn built_up(carbons: usize) -> Vec<Conformer> {
    let trial = Trial {
        method: Method::Systematic,
        coverage: 0.5,
        budget: u64::MAX,
        seed: 1,
    };
    minima(carbons, trial)
}

fn hopped(carbons: usize, budget: u64, seed: u64) -> Vec<Conformer> {
    let trial = Trial {
        method: Method::BasinHopping,
        coverage: 0.999_9,
        budget,
        seed,
    };
    minima(carbons, trial)
}

/// Energies above the lowest (kcal/mol) of those that are not in a list.
fn missing(carbons: usize, from: &[Conformer], some: &[Conformer]) -> Vec<f64> {
    let mut pool = Pool::new(&alkane::molecule(carbons), PoolSettings::default());
    for conformer in from {
        pool.insert(conformer.energy, &conformer.x);
    }
    let unknown = some.iter().filter(|c| pool.find(c.energy, &c.x).is_none());
    // What lies at the edge of the window is in it or not by round-off.
    unknown
        .map(|c| c.relative_energy)
        .filter(|e| *e < WINDOW - 1e-3)
        .collect()
}

/// Whether a chain has these dihedrals (degree) within 5°, read from either end, in either hand.
fn has_dihedrals(carbons: usize, x: &[f64], wanted: &[f64]) -> bool {
    let carbon = |k: usize| Vector::of(x, k);
    let dihedral = |k: usize| Dihedral::new(carbon(k), carbon(k + 1), carbon(k + 2), carbon(k + 3)).value();
    let found: Vec<f64> = (0..carbons - 3).map(|k| dihedral(k).to_degrees()).collect();
    let near = |a: f64, b: f64| {
        let off = (a - b).rem_euclid(360.0);
        off.min(360.0 - off) < 5.0
    };
    [1.0, -1.0].iter().any(|hand| {
        let forward = found.iter().zip(wanted).all(|(&a, &b)| near(hand * a, b));
        forward || found.iter().rev().zip(wanted).all(|(&a, &b)| near(hand * a, b))
    })
}

#[test]
fn what_hops_find_of_nonane_the_build_up_has() {
    let listed = built_up(9);
    let hopped = hopped(9, 5_000, 7);
    assert!(hopped.len() > 250, "{}", hopped.len());
    assert_eq!(missing(9, &listed, &hopped), Vec::<f64>::new());
    assert_eq!(listed.len(), 277);
}

/// Both skewed bonds are held from outside: neither end of the chain stands without the other.
#[test]
fn bonds_that_only_the_far_side_holds_are_found() {
    let wanted = [65.0, -97.0, -70.0, -70.0, -97.0, 65.0];
    assert!(built_up(9).iter().any(|c| has_dihedrals(9, &c.x, &wanted)));
}

/// Longer chains, until hopping finds nothing new.
#[test]
#[ignore = "takes minutes"]
fn what_hops_find_of_decane_and_undecane_the_build_up_has() {
    for (carbons, minima, seeds) in [(10, 825, 1..4), (11, 2329, 1..2)] {
        let listed = built_up(carbons);
        for seed in seeds {
            let hopped = hopped(carbons, 200_000, seed);
            assert!(hopped.len() * 100 > minima * 99, "{carbons}: {}", hopped.len());
            assert_eq!(missing(carbons, &listed, &hopped), Vec::<f64>::new(), "{carbons}");
        }
        assert_eq!(listed.len(), minima, "{carbons}");
    }
}
