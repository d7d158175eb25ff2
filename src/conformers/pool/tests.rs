use super::*;
use crate::conformers::similarity::mirrored;
use crate::conformers::similarity::tests::{molecule, moved, scrambled, tree_geometry};
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};

fn hexane() -> Molecule {
    let bonds: Vec<_> = (1..6).map(|i| (i - 1, i)).collect();
    molecule(&["C"; 6], &bonds, &[3, 2, 2, 2, 2, 3])
}

fn shaken(rng: &mut ChaCha8Rng, x: &[f64], size: f64) -> Vec<f64> {
    x.iter().map(|v| v + size * (rng.random::<f64>() - 0.5)).collect()
}

#[test]
fn a_conformer_is_found_again_under_any_name_place_and_hand() {
    let (mut rng, hexane) = (ChaCha8Rng::seed_from_u64(1), hexane());
    let shapes: Vec<Vec<f64>> = (0..20).map(|_| tree_geometry(&mut rng, &hexane)).collect();
    let mut pool = Pool::new(&hexane, PoolSettings::default());
    // All of one energy: only the geometry tells them apart.
    for (id, x) in shapes.iter().enumerate() {
        assert_eq!(pool.insert(1.0, x), Found::New(id));
    }
    for (id, x) in shapes.iter().enumerate() {
        let other = scrambled(&mut rng, &hexane, x);
        let other = moved(&mut rng, &other);
        let other = shaken(&mut rng, &other, 0.02);
        assert_eq!(pool.find(1.005, &other), Some(id));
        assert_eq!(pool.insert(1.005, &mirrored(&other)), Found::Known(id));
        assert_eq!(pool.find(1.02, &other), None, "another energy");
    }
    assert_eq!(pool.len(), 20);
    assert!(
        pool.entries()
            .iter()
            .all(|e| e.count == 2 && e.degeneracy == 2 && e.energy == 1.0)
    );
}

/// Examined together against an old pool, or one by one: the same.
#[test]
fn minima_examined_before_others_came_in_are_still_told_apart() {
    let (mut rng, hexane) = (ChaCha8Rng::seed_from_u64(7), hexane());
    let shapes: Vec<Vec<f64>> = (0..10).map(|_| tree_geometry(&mut rng, &hexane)).collect();
    let mut pool = Pool::new(&hexane, PoolSettings::default());
    for x in &shapes[..4] {
        pool.insert(1.0, x);
    }
    // Old ones, new ones, and the new ones again.
    let order = [2, 5, 7, 5, 0, 9, 7, 5];
    let mut one_by_one = pool.clone();
    let renamed: Vec<Vec<f64>> = order
        .iter()
        .map(|&k| scrambled(&mut rng, &hexane, &shapes[k]))
        .collect();
    let together: Vec<Candidate> = renamed.iter().map(|x| pool.examine(1.0, x)).collect();
    let found: Vec<Found> = together.into_iter().map(|candidate| pool.admit(candidate)).collect();
    let expected: Vec<Found> = renamed.iter().map(|x| one_by_one.insert(1.0, x)).collect();
    assert_eq!(found, expected);
    assert_eq!(found[3], Found::Known(found[1].id()));
    assert_eq!(pool.len(), 7);
    for (a, b) in pool.entries().iter().zip(one_by_one.entries()) {
        assert_eq!(
            (a.energy, a.count, a.degeneracy, &a.x),
            (b.energy, b.count, b.degeneracy, &b.x)
        );
    }
}

#[test]
fn mirror_images_are_kept_apart_where_asked_and_in_chiral_molecules() {
    let (mut rng, hexane) = (ChaCha8Rng::seed_from_u64(2), hexane());
    let x = tree_geometry(&mut rng, &hexane);
    let settings = PoolSettings {
        keep_mirror_images: true,
        ..PoolSettings::default()
    };
    let mut pool = Pool::new(&hexane, settings);
    pool.insert(0.0, &x);
    assert_eq!(pool.insert(0.0, &mirrored(&x)), Found::New(1));
    assert!(pool.entries().iter().all(|e| e.degeneracy == 1));

    let chiral = molecule(&["C", "F", "Cl", "Br"], &[(0, 1), (0, 2), (0, 3)], &[1, 0, 0, 0]);
    let x = tree_geometry(&mut rng, &chiral);
    let mut pool = Pool::new(&chiral, PoolSettings::default());
    pool.insert(0.0, &x);
    assert_eq!(pool.insert(0.0, &mirrored(&x)), Found::New(1));
    assert_eq!(pool.entries()[0].degeneracy, 1);
}

#[test]
fn a_superposable_mirror_image_counts_once() {
    let water = molecule(&["O"], &[], &[2]);
    let mut pool = Pool::new(&water, PoolSettings::default());
    pool.insert(0.0, &[0.0, 0.0, 0.0, 0.8, 0.6, 0.0, -0.8, 0.6, 0.0]);
    assert_eq!(pool.entries()[0].degeneracy, 1);
    let peroxide = molecule(&["O", "O"], &[(0, 1)], &[1, 1]);
    let mut pool = Pool::new(&peroxide, PoolSettings::default());
    pool.insert(0.0, &[0.0, 0.0, 0.0, 0.0, 0.0, 1.4, 0.9, 0.0, 0.1, 0.0, 0.9, 1.3]);
    assert_eq!(pool.entries()[0].degeneracy, 2);
}

#[test]
fn the_lowest_of_the_same_is_kept_and_an_ensemble_pruned() {
    let (mut rng, hexane) = (ChaCha8Rng::seed_from_u64(4), hexane());
    let (mut energies, mut geometries) = (Vec::new(), Vec::new());
    for k in 0..10 {
        let x = tree_geometry(&mut rng, &hexane);
        for copy in 0..3 {
            energies.push(5.0 - 0.1 * f64::from(k) + 0.001 * f64::from((copy + k) % 3));
            geometries.push(shaken(&mut rng, &x, 0.01));
        }
    }
    let kept = prune(&hexane, &energies, &geometries, PoolSettings::default());
    assert_eq!(kept.len(), 10);
    assert!(kept.iter().all(|k| k.count == 3 && k.degeneracy == 2));
    assert!(kept.windows(2).all(|w| energies[w[0].index] < energies[w[1].index]));
    let mut pool = Pool::new(&hexane, PoolSettings::default());
    energies.iter().zip(&geometries).for_each(|(&e, x)| {
        pool.insert(e, x);
    });
    let found: Vec<f64> = pool.by_energy().map(|id| pool.entries()[id].energy).collect();
    let wanted: Vec<f64> = kept.iter().map(|k| energies[k.index]).collect();
    assert_eq!(found, wanted);
}
