//! Time of one energy and gradient, and of setting a force field up, on two of the example molecules.

#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]
#![allow(clippy::unwrap_used, reason = "a benchmark that can't go on should panic")]

use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use std::path::Path;
use thalweg::forcefield::{ForceField, Options, Terms, mmff94, uff};
use thalweg::formats::{Reader, Record};
use thalweg::numeric::simd::Level;
use thalweg::potential::Potential;

fn read(name: &str) -> Record {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("molecules").join(name);
    Reader::open(&path, None)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .parse()
        .unwrap()
}

fn evaluation(c: &mut Criterion, label: &str, record: &Record, terms: &Terms) {
    for level in Level::available() {
        let options = Options {
            level: Some(level),
            ..Options::default()
        };
        let mut evaluator = ForceField::new(&record.molecule, terms.clone(), options).evaluator();
        let mut gradient = vec![0.0; record.coordinates.len()];
        c.bench_function(&format!("{label}, {level:?}"), |b| {
            b.iter(|| {
                evaluator
                    .energy_gradient(black_box(&record.coordinates), &mut gradient)
                    .unwrap()
            });
        });
    }
}

fn evaluate(c: &mut Criterion) {
    let mmff94_tables = mmff94::Parameters::published().unwrap();
    let uff_tables = uff::Parameters::published().unwrap();
    for name in ["dodecane.mol", "enkephalin.mol"] {
        let record = read(name);
        let typed = || mmff94::parametrize(&record.molecule, mmff94::Variant::Mmff94, &mmff94_tables).unwrap();
        evaluation(c, &format!("mmff94 {name}"), &record, &typed());
        let terms = uff::parametrize(&record.molecule, &uff_tables).unwrap();
        evaluation(c, &format!("uff {name}"), &record, &terms);
        c.bench_function(&format!("mmff94 set-up of {name}"), |b| b.iter(|| black_box(typed())));
    }
}

fn tables(c: &mut Criterion) {
    c.bench_function("mmff94 tables", |b| b.iter(|| mmff94::Parameters::published().unwrap()));
    c.bench_function("uff tables", |b| b.iter(|| uff::Parameters::published().unwrap()));
}

criterion_group!(benches, evaluate, tables);
criterion_main!(benches);
