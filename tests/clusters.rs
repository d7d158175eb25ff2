//! Searches for the lowest structures of Lennard-Jones and Morse clusters, against tabulated energies.

#![allow(clippy::unwrap_used, reason = "a test that can't go on should panic")]

use thalweg::conformers::cluster::{
    ClusterError, LennardJones, Morse, PairLaw, Settings, Surface, first_encounter, search,
};
use thalweg::numeric::simd::Level;
use thalweg::potential::{Potential, test_surfaces};

/// Half of the table's last digit, with the round-off of its own rounding.
const PRINTED: f64 = 6e-7;

/// Numbers of atoms and energies, ε.
fn table() -> Vec<(usize, f64)> {
    let text = include_str!("data/clusters/lennard_jones.txt");
    let row = |line: &str| {
        let (atoms, energy) = line.split_once(' ').unwrap();
        (atoms.parse().unwrap(), energy.parse().unwrap())
    };
    text.lines().filter(|line| !line.starts_with('#')).map(row).collect()
}

fn lowest_of(law: impl PairLaw, settings: &Settings, threads: usize) -> thalweg::conformers::cluster::Found {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| search(law, settings, |_| true)).unwrap()
}

fn lowest(settings: &Settings, threads: usize) -> thalweg::conformers::cluster::Found {
    lowest_of(LennardJones, settings, threads)
}

/// Range parameters, numbers of atoms, and energies (ε) with half of their last digit.
fn morse_table() -> Vec<(Morse, usize, f64, f64)> {
    let row = |line: &str| {
        let mut columns = line.split(' ');
        let mut next = || columns.next().unwrap();
        let (range, atoms, energy) = (next().parse().unwrap(), next().parse().unwrap(), next());
        let decimals = energy.split_once('.').unwrap().1.len() as i32;
        let printed = 0.6 * 10.0_f64.powi(-decimals);
        (Morse { range }, atoms, energy.parse().unwrap(), printed)
    };
    let lines = include_str!("data/clusters/morse.txt").lines();
    lines.filter(|line| !line.starts_with('#')).map(row).collect()
}

/// A start on which neither atoms nor pairs are alike.
fn uneven(atoms: usize) -> Vec<f64> {
    let mut x = test_surfaces::LennardJones::icosahedron(1.1);
    x.truncate(3 * atoms);
    for i in x.len()..3 * atoms {
        x.push(1.7 * ((i / 3) as f64).sqrt() * (2.4 * i as f64).sin());
    }
    for (i, c) in x.iter_mut().enumerate() {
        *c += 0.04 * (7.0 * i as f64).sin();
    }
    x
}

#[test]
fn small_clusters_are_solved_from_random_starts() {
    for (atoms, energy) in table().into_iter().filter(|row| row.0 <= 13) {
        let settings = Settings {
            minimizations: 600,
            walkers: 2,
            target: Some(energy + 1e-4),
            ..Settings::new(atoms)
        };
        let found = lowest(&settings, 1);
        let difference = found.structures[0].energy - energy;
        assert!(difference.abs() < PRINTED, "{atoms} atoms: {difference} from the table");
    }
}

#[test]
fn small_morse_clusters_of_any_range_are_solved_from_random_starts() {
    for (law, atoms, energy, printed) in morse_table().into_iter().filter(|row| row.1 <= 13) {
        let settings = Settings {
            minimizations: 2_000,
            walkers: 2,
            target: Some(energy + 1e-4),
            ..Settings::new(atoms)
        };
        let difference = lowest_of(law, &settings, 1).structures[0].energy - energy;
        assert!(
            difference.abs() < printed,
            "{law:?}, {atoms} atoms: {difference} from the table"
        );
    }
}

#[test]
fn what_comes_back_is_minima_in_order_each_once() {
    let settings = Settings {
        minimizations: 300,
        window: 4.0,
        ..Settings::new(9)
    };
    let found = lowest(&settings, 2);
    assert!(found.structures.len() > 2, "{} structures", found.structures.len());
    for pair in found.structures.windows(2) {
        assert!(pair[0].energy <= pair[1].energy);
    }
    for structure in &found.structures {
        assert!(structure.energy <= found.structures[0].energy + 4.0);
        let mut gradient = vec![f64::NAN; structure.x.len()];
        let mut surface = test_surfaces::LennardJones { atoms: 9 };
        let energy = surface.energy_gradient(&structure.x, &mut gradient).unwrap();
        assert!((energy - structure.energy).abs() < 1e-10);
        assert!(gradient.iter().all(|g| g.abs() < 1e-7), "{gradient:?}");
    }
}

#[test]
fn the_result_does_not_depend_on_the_number_of_threads() {
    let settings = Settings {
        minimizations: 240,
        ..Settings::new(19)
    };
    let one = lowest(&settings, 1);
    for threads in [2, 5] {
        assert_eq!(lowest(&settings, threads), one, "{threads} threads");
    }
    let other = Settings { seed: 2, ..settings };
    assert_ne!(lowest(&other, 1), one);
}

#[test]
fn the_surface_has_the_right_energies_and_the_same_bits_at_every_level() {
    for atoms in [2, 7, 8, 9, 17, 38] {
        let x = uneven(atoms);
        let mut plain = test_surfaces::LennardJones { atoms };
        let mut expected = vec![f64::NAN; 3 * atoms];
        let energy = plain.energy_gradient(&x, &mut expected).unwrap();
        let results: Vec<(f64, Vec<f64>)> = Level::available()
            .into_iter()
            .map(|level| {
                let mut surface = Surface::new(LennardJones, atoms).with_level(level);
                let mut gradient = vec![f64::NAN; 3 * atoms];
                (surface.energy_gradient(&x, &mut gradient).unwrap(), gradient)
            })
            .collect();
        let scale = expected.iter().fold(energy.abs(), |largest, g| largest.max(g.abs()));
        assert!((results[0].0 - energy).abs() < 1e-12 * scale, "{atoms} atoms");
        for (g, e) in results[0].1.iter().zip(&expected) {
            assert!((g - e).abs() < 1e-12 * scale, "{atoms} atoms: {g} and {e}");
        }
        assert!(results.iter().all(|r| *r == results[0]), "{atoms} atoms");
    }
}

#[test]
fn a_compressing_field_has_the_gradient_of_its_energy() {
    let atoms = 7;
    let mut x = uneven(atoms);
    let mut surface = Surface::new(LennardJones, atoms);
    surface.compress(3.0);
    let mut gradient = vec![f64::NAN; 3 * atoms];
    surface.energy_gradient(&x, &mut gradient).unwrap();
    let mut scratch = gradient.clone();
    let h = 1e-5;
    for i in 0..x.len() {
        let at = x[i];
        x[i] = at + h;
        let above = surface.energy_gradient(&x, &mut scratch).unwrap();
        x[i] = at - h;
        let below = surface.energy_gradient(&x, &mut scratch).unwrap();
        x[i] = at;
        let slope = (above - below) / (2.0 * h);
        assert!(
            (slope - gradient[i]).abs() < 1e-5 * slope.abs().max(1.0),
            "{i}: {slope} and {}",
            gradient[i]
        );
    }
}

#[test]
fn the_icosahedron_is_met_within_a_few_minimizations() {
    let energy = test_surfaces::LennardJones::LOWEST_13 + 1e-4;
    let encounter = first_encounter(LennardJones, &Settings::new(13), 0, energy).unwrap();
    assert!(encounter.met && encounter.minimizations < 200, "{encounter:?}");
}

#[test]
fn one_atom_is_not_a_cluster() {
    let error = search(LennardJones, &Settings::new(1), |_| true).unwrap_err();
    assert_eq!(error, ClusterError::TooSmall(1));
}

/// The goal of the project: at most 2,000 minimizations on average over a hundred random starts (a minute without optimization).
#[test]
#[ignore = "a minute; cargo test --release --test clusters -- --ignored"]
fn thirty_eight_atoms_are_solved_within_two_thousand_minimizations_on_average() {
    let energy = table()[36].1 + 1e-4;
    let starts = 100;
    let mut total = 0;
    for walker in 0..starts {
        let encounter = first_encounter(LennardJones, &Settings::new(38), walker, energy).unwrap();
        assert!(encounter.met, "walk {walker}: {encounter:?}");
        total += encounter.minimizations;
    }
    assert!(
        total <= 2000 * starts as usize,
        "{total} minimizations in {starts} walks"
    );
}

/// Every tabulated energy of Morse clusters, those with a range parameter of 6 up to 40 atoms.
#[test]
#[ignore = "minutes; cargo test --release --test clusters -- --ignored"]
fn all_tabulated_morse_clusters_are_solved_from_random_starts() {
    for (law, atoms, energy, printed) in morse_table() {
        let settings = Settings {
            minimizations: 40_000,
            target: Some(energy + 1e-4),
            ..Settings::new(atoms)
        };
        let difference = lowest_of(law, &settings, 2).structures[0].energy - energy;
        assert!(
            difference.abs() < printed,
            "{law:?}, {atoms} atoms: {difference} from the table"
        );
    }
}

/// Every tabulated energy from 2 to 60 atoms, from random starts.
#[test]
#[ignore = "minutes; cargo test --release --test clusters -- --ignored"]
fn all_tabulated_clusters_are_solved_from_random_starts() {
    for (atoms, energy) in table() {
        let settings = Settings {
            minimizations: 40_000,
            target: Some(energy + 1e-4),
            ..Settings::new(atoms)
        };
        let difference = lowest(&settings, 2).structures[0].energy - energy;
        assert!(difference.abs() < PRINTED, "{atoms} atoms: {difference} from the table");
    }
}
