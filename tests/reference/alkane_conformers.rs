//! Distinct minima of linear alkanes, against an exhaustive enumeration (MMFF94, all starts by torsions and 2,000 at random, duplicates
//! told by energy and torsions): unique ones, and with mirror images counted.

use crate::alkane;
use thalweg::conformers::pool::{Pool, PoolSettings, prune};
use thalweg::forcefield::mmff94::{Parameters, Variant, parametrize};
use thalweg::forcefield::{ForceField, Options};
use thalweg::optimize::{Criteria, Lbfgs, Limits, minimize};

/// Trans, gauche, and what gauche becomes beside gauche of the other sense (degrees).
const STATES: [f64; 5] = [180.0, 63.0, -63.0, 95.0, -95.0];

/// All minima that torsions in all states lead to, from starts off any symmetry.
fn minima(carbons: usize, gradient: f64) -> Pool {
    let molecule = alkane::molecule(carbons);
    let terms = parametrize(&molecule, Variant::Mmff94, &Parameters::published().unwrap()).unwrap();
    let mut surface = ForceField::new(&molecule, terms, Options::default()).evaluator();
    let criteria = Criteria::rms_gradient(gradient);
    let mut pool = Pool::new(&molecule, PoolSettings::default());
    let torsions = carbons - 3;
    for code in 0..STATES.len().pow(torsions as u32) {
        let digit = |k: u32| code / STATES.len().pow(k) % STATES.len();
        let chosen: Vec<f64> = (0..torsions as u32).map(|k| STATES[digit(k)].to_radians()).collect();
        let mut x = alkane::coordinates(&chosen);
        for (i, v) in x.iter_mut().enumerate() {
            *v += 0.05 * (12.9898 * (i + 7 * code) as f64).sin();
        }
        let (criteria, limits) = (&criteria, &Limits::default());
        let found = minimize(&mut surface, &x, &mut Lbfgs::default(), criteria, limits, &mut ()).unwrap();
        pool.insert(found.point.energy, &found.point.x);
    }
    pool
}

#[test]
fn every_minimum_is_counted_once_with_its_mirror_image() {
    for (carbons, unique, with_mirror_images) in [(4, 2, 3), (5, 4, 7), (6, 12, 22)] {
        for gradient in [1e-4, 1e-3] {
            let pool = minima(carbons, gradient);
            let energies: Vec<f64> = pool.by_energy().map(|id| pool.entries()[id].energy).collect();
            assert_eq!(pool.len(), unique, "{carbons} carbons, {gradient}: {energies:?}");
            let degeneracy: u32 = pool.entries().iter().map(|e| e.degeneracy).sum();
            assert_eq!(degeneracy, with_mirror_images, "{carbons} carbons, {gradient}");
        }
    }
}

/// 3⁷ states of three kinds, alike in fours by reversal and mirror image but for palindromes (Burnside's lemma): of one energy, so that
/// the geometry alone tells them apart.
#[test]
fn states_of_decane_are_told_apart_without_their_energy() {
    let states = (0..3_usize.pow(7)).map(|code| {
        let digits = (0..7).map(|k| code / 3_usize.pow(k) % 3);
        let torsions: Vec<f64> = digits.map(|d| STATES[d].to_radians()).collect();
        alkane::coordinates(&torsions)
    });
    let states: Vec<Vec<f64>> = states.collect();
    let kept = prune(
        &alkane::molecule(10),
        &vec![0.0; states.len()],
        &states,
        PoolSettings::default(),
    );
    assert_eq!(kept.len(), (2187 + 1 + 81 + 27) / 4);
    assert_eq!(kept.iter().map(|k| k.degeneracy).sum::<u32>(), (2187 + 81) / 2);
    assert_eq!(kept.iter().map(|k| k.count).sum::<u64>(), 2187);
}
