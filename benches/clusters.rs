//! Lennard-Jones clusters: time of an evaluation and of a search, and on standard output the mean number of minimizations until a
//! single walk first meets the lowest structure, over a hundred random starts.

#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]
#![allow(clippy::print_stdout, reason = "a statistic is what this is for")]
#![allow(clippy::unwrap_used, reason = "a benchmark that can't go on should panic")]

use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use thalweg::conformers::cluster::{Encounter, LennardJones, Settings, Surface, WalkSettings, first_encounter};
use thalweg::potential::Potential;

/// Energy (ε) of the truncated octahedron of 38 atoms (Wales and Doye, J. Phys. Chem. A 101, 5111 (1997)).
const LOWEST_38: f64 = -173.928_427;

/// Random starts of the statistics.
const STARTS: u64 = 100;

fn settings(compression: f64) -> Settings {
    let walk = WalkSettings {
        compression,
        ..WalkSettings::default()
    };
    Settings {
        walk,
        minimizations: 100_000,
        ..Settings::new(38)
    }
}

fn encounter(compression: f64, walker: u64) -> Encounter {
    first_encounter(LennardJones, &settings(compression), walker, LOWEST_38 + 1e-4).unwrap()
}

fn statistics(label: &str, compression: f64) {
    let counts: Vec<f64> = (0..STARTS)
        .map(|walker| encounter(compression, walker).minimizations as f64)
        .collect();
    let n = counts.len() as f64;
    let mean = counts.iter().sum::<f64>() / n;
    let variance = counts.iter().map(|c| (c - mean).powi(2)).sum::<f64>() / (n - 1.0);
    let confidence = 1.96 * (variance / n).sqrt();
    println!(
        "38 atoms, {label}: first encounter after {mean:.0} ± {confidence:.0} minimizations (95 %, {STARTS} starts)"
    );
}

fn clusters(c: &mut Criterion) {
    let walker = Settings::new(38);
    let x: Vec<f64> = (0..3 * walker.atoms).map(|i| 2.0 * (1.7 * i as f64).sin()).collect();
    let mut surface = Surface::new(LennardJones, walker.atoms);
    let mut gradient = vec![0.0; x.len()];
    c.bench_function("energy and gradient of 38 atoms", |b| {
        b.iter(|| surface.energy_gradient(black_box(&x), &mut gradient));
    });
    c.bench_function("38 atoms, one walk to the lowest structure", |b| {
        b.iter(|| encounter(8.0, 1))
    });
    statistics("with compression", WalkSettings::default().compression);
    statistics("without", 0.0);
}

criterion_group!(benches, clusters);
criterion_main!(benches);
