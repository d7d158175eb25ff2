//! The same conformer once: 100,000 conformers of decane, as a search finds its minima again and again, and all different.

#![allow(missing_docs, reason = "criterion's macros write undocumented functions")]

use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use std::time::Duration;
use thalweg::conformers::pool::{PoolSettings, prune};

#[path = "../tests/reference/alkane.rs"]
mod alkane;

use alkane::{cross, unit};

const CARBONS: usize = 10;
const CONFORMERS: usize = 100_000;

/// An ensemble with its energies (kcal/mol).
struct Ensemble {
    energies: Vec<f64>,
    geometries: Vec<Vec<f64>>,
}

/// A generator without a crate behind it, so that the ensembles never change (Steele, Lea, Flood, OOPSLA 2014).
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Something like an energy (kcal/mol): a soft repulsion and an attraction of all atoms, the same for all names of equivalent ones.
fn energy(x: &[f64]) -> f64 {
    let points: Vec<&[f64]> = x.chunks_exact(3).collect();
    let mut sum = 0.0;
    for (i, p) in points.iter().enumerate() {
        for (j, q) in points[..i].iter().enumerate() {
            let reach = f64::from(u8::from(i < CARBONS) + u8::from(j < CARBONS)) * 0.5 + 2.6;
            let square: f64 = (0..3).map(|k| (p[k] - q[k]).powi(2)).sum();
            let s = (reach * reach / (square + 1.0)).powi(3);
            sum += 0.05 * (s * s - 2.0 * s).min(100.0);
        }
    }
    sum
}

/// The geometry with the chain or hydrogens renamed, mirrored or not, moved, and shaken by up to `size` (Å).
fn disguised(x: &[f64], random: &mut SplitMix, size: f64) -> Vec<f64> {
    let mut names: Vec<usize> = (0..x.len() / 3).collect();
    if random.next() < 0.5 {
        names[..CARBONS].reverse();
        names[CARBONS..].reverse();
    }
    let mut start = CARBONS;
    for carbon in 0..CARBONS {
        let count = if carbon == 0 || carbon == CARBONS - 1 { 3 } else { 2 };
        names[start..start + count].rotate_left((count as f64 * random.next()) as usize);
        start += count;
    }
    let hand = if random.next() < 0.5 { -1.0 } else { 1.0 };
    let first = unit([0; 3].map(|_| random.next() - 0.5));
    let second = unit(cross(first, [0; 3].map(|_| random.next() - 0.5)));
    let axes = [first, second, cross(first, second)];
    let shift = 10.0 * random.next();
    let mut out = Vec::with_capacity(x.len());
    for &name in &names {
        for axis in &axes {
            let along: f64 = (0..3).map(|k| axis[k] * x[3 * name + k]).sum();
            out.push(hand * along + shift + size * (random.next() - 0.5));
        }
    }
    out
}

/// Every state of trans and two gauche torsions over and over again.
fn repeated() -> Ensemble {
    let mut random = SplitMix(1);
    let mut states: Vec<(f64, Vec<f64>)> = Vec::new();
    for code in 0..3_usize.pow(CARBONS as u32 - 3) {
        let digits = (0..CARBONS as u32 - 3).map(|k| code / 3_usize.pow(k) % 3);
        let torsions: Vec<f64> = digits.map(|d| [180.0_f64, 65.0, -65.0][d].to_radians()).collect();
        let x = alkane::coordinates(&torsions);
        states.push((energy(&x), x));
    }
    (0..CONFORMERS)
        .map(|k| {
            let (energy, x) = &states[k % states.len()];
            (energy + 1e-4 * random.next(), disguised(x, &mut random, 1e-3))
        })
        .collect()
}

/// Torsions anywhere.
fn different() -> Ensemble {
    let mut random = SplitMix(2);
    (0..CONFORMERS)
        .map(|_| {
            let torsions: Vec<f64> = (3..CARBONS).map(|_| std::f64::consts::TAU * random.next()).collect();
            let x = alkane::coordinates(&torsions);
            (energy(&x), x)
        })
        .collect()
}

impl FromIterator<(f64, Vec<f64>)> for Ensemble {
    fn from_iter<T: IntoIterator<Item = (f64, Vec<f64>)>>(conformers: T) -> Self {
        let (energies, geometries) = conformers.into_iter().unzip();
        Self { energies, geometries }
    }
}

fn decanes(c: &mut Criterion) {
    let molecule = alkane::molecule(CARBONS);
    let mut group = c.benchmark_group("prune 100,000 conformers of decane");
    group.sample_size(10).measurement_time(Duration::from_secs(20));
    for (name, ensemble) in [
        ("minima found again and again", repeated()),
        ("all different", different()),
    ] {
        group.bench_function(name, |b| {
            b.iter(|| {
                let (energies, geometries) = (black_box(&ensemble.energies), &ensemble.geometries);
                prune(&molecule, energies, geometries, PoolSettings::default()).len()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, decanes);
criterion_main!(benches);
