//! How good the estimate of the unseen is: over random seeds, searches of molecules whose minima are known are looked at after every
//! round. Prints the mean of the truly unseen, and the estimate's bias and root mean square error, by the number of samples.

#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]
#![allow(clippy::print_stdout, reason = "a statistic is what this is for")]
#![allow(clippy::unwrap_used, reason = "a benchmark that can't go on should panic")]

use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use thalweg::conformers::coverage::{List, Sighting, estimate};
use thalweg::conformers::embed::Embedder;
use thalweg::conformers::run::Method;
use thalweg::conformers::search::stream;
use thalweg::formats::{Format, RawRecord};

#[path = "../tests/reference/alkane.rs"]
#[allow(dead_code, reason = "shared with tests that use all of it")]
mod alkane;
#[path = "../tests/reference/trial.rs"]
mod trial;

use trial::{ALKANES, Known, Look, Start, error, looks};

const SEEDS: u64 = 10;
const BUDGET: u64 = 1500;

/// A peptide, within 10 kcal/mol. Its minima are those that any of ten searches of 14,000 minimizations has found, which may be a few too few.
const TRIALANINE: &str = "CC(=O)N[C@@H](C)C(=O)N[C@@H](C)C(=O)N[C@@H](C)C(=O)NC";
const PEPTIDE_MINIMA: usize = 461;
const PEPTIDE_BUDGET: u64 = 14_000;

fn trialanine() -> Known {
    let record = RawRecord::new(Format::Smiles, "trialanine", TRIALANINE.to_owned())
        .parse()
        .unwrap();
    let embedder = Embedder::new(&record.molecule, &record.configuration.unwrap_or_default()).unwrap();
    Known {
        start: Start {
            x: embedder.embed(&mut stream(0, 0, 0, 0)).unwrap(),
            molecule: record.molecule,
        },
        window: 10.0,
        minima: PEPTIDE_MINIMA,
    }
}

/// Looks between `least` and twice as many samples a minimum are one line of the table.
fn table(name: &str, known: &Known, method: Method, budget: u64) {
    let looks: Vec<Look> = (0..SEEDS).flat_map(|seed| looks(known, method, budget, seed)).collect();
    for least in [1.0, 2.0, 4.0, 8.0, 16.0, 32.0] {
        let samples = least * known.minima as f64;
        let fits = |look: &&Look| (samples..2.0 * samples).contains(&(look.samples as f64));
        let some: Vec<Look> = looks.iter().filter(fits).copied().collect();
        if !some.is_empty() {
            let error = error(&some);
            println!(
                "{} {:>4.0} kcal/mol {:<14} {:>5.0} samples: unseen {:>5.1}, bias {:>+6.1}, rms {:>5.1} ({} looks)",
                name,
                known.window,
                method.name(),
                samples,
                error.unseen,
                error.bias,
                error.rms,
                error.count
            );
        }
    }
}

fn coverage(c: &mut Criterion) {
    let sightings: Vec<Sighting> = (0..1000)
        .map(|k| Sighting {
            hits: k % 7,
            listed: k % 3 == 0,
        })
        .collect();
    c.bench_function("an estimate over 1,000 minima", |b| {
        b.iter(|| estimate(black_box(&sightings).iter().copied(), List::Some));
    });
    // Not where the benchmarks are only tried.
    if std::env::args().any(|argument| argument == "--bench") {
        for alkane in ALKANES {
            for method in [Method::MultiStart, Method::BasinHopping, Method::Systematic] {
                table(&format!("C{}", alkane.carbons), &alkane.into(), method, BUDGET);
            }
        }
        table("trialanine", &trialanine(), Method::BasinHopping, PEPTIDE_BUDGET);
    }
}

criterion_group!(benches, coverage);
criterion_main!(benches);
