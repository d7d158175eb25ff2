//! How good the estimate of the unseen is: over random seeds, searches of the alkanes whose minima are known are looked at after every
//! round. Prints the mean of the truly unseen, and the estimate's bias and root mean square error, by the number of samples.

#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]
#![allow(clippy::print_stdout, reason = "a statistic is what this is for")]
#![allow(clippy::unwrap_used, reason = "a benchmark that can't go on should panic")]

use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use thalweg::conformers::coverage::{List, Sighting, estimate};
use thalweg::conformers::run::Method;

#[path = "../tests/reference/alkane.rs"]
#[allow(dead_code, reason = "shared with tests that use all of it")]
mod alkane;
#[path = "../tests/reference/trial.rs"]
mod trial;

use trial::{ALKANES, Alkane, Look, error, looks};

const SEEDS: u64 = 10;
const BUDGET: u64 = 1500;

/// Looks between `least` and twice as many samples a minimum are one line of the table.
fn table(alkane: Alkane, method: Method) {
    let looks: Vec<Look> = (0..SEEDS)
        .flat_map(|seed| looks(alkane, method, BUDGET, seed))
        .collect();
    for least in [1.0, 2.0, 4.0, 8.0, 16.0, 32.0] {
        let samples = least * alkane.minima as f64;
        let fits = |look: &&Look| (samples..2.0 * samples).contains(&(look.samples as f64));
        let some: Vec<Look> = looks.iter().filter(fits).copied().collect();
        if !some.is_empty() {
            let error = error(&some);
            println!(
                "C{} {:>4.0} kcal/mol {:<14} {:>5.0} samples: unseen {:>5.1}, bias {:>+6.1}, rms {:>5.1} ({} looks)",
                alkane.carbons,
                alkane.window,
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
                table(alkane, method);
            }
        }
    }
}

criterion_group!(benches, coverage);
criterion_main!(benches);
