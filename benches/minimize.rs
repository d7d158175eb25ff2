//! Wall time of each stepper on dodecane, its atoms moved by up to 0.1 Å, to a root mean square gradient of 0.1 kcal/mol/Å.
//! Evaluation counts are in tests (`tests/numerics/dreadful_starts.rs`).

#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]
#![allow(clippy::unwrap_used, reason = "a benchmark that can't go on should panic")]

use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use std::path::Path;
use thalweg::forcefield::mmff94::{Parameters, Variant, parametrize};
use thalweg::forcefield::{ForceField, Options};
use thalweg::formats::Reader;
use thalweg::optimize::{
    Adam, ConjugateGradient, Criteria, Fire, Lbfgs, Limits, NoiseTolerant, NoiseTolerantSettings, PatternSearch,
    SteepestDescent, Stepper, minimize,
};

fn steppers() -> [(&'static str, Box<dyn Stepper>); 7] {
    let noise = NoiseTolerantSettings::for_noise(0.01);
    [
        ("lbfgs", Box::new(Lbfgs::default())),
        ("noise_tolerant", Box::new(NoiseTolerant::new(noise))),
        ("cg", Box::new(ConjugateGradient::default())),
        ("fire", Box::new(Fire::default())),
        ("sd", Box::new(SteepestDescent::default())),
        ("adam", Box::new(Adam::default())),
        ("pattern", Box::new(PatternSearch::default())),
    ]
}

fn dodecane(c: &mut Criterion) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("molecules/dodecane.mol");
    let record = Reader::open(&path, None)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .parse()
        .unwrap();
    let parameters = Parameters::published().unwrap();
    let terms = parametrize(&record.molecule, Variant::Mmff94, &parameters).unwrap();
    let field = ForceField::new(&record.molecule, terms, Options::default());
    let start: Vec<f64> = (0_u32..)
        .zip(&record.coordinates)
        .map(|(i, x)| x + 0.1 * (12.9898 * f64::from(i)).sin())
        .collect();
    let criteria = Criteria::rms_gradient(0.1);
    let limits = Limits {
        evaluations: Some(200_000),
        ..Limits::default()
    };
    let mut group = c.benchmark_group("dodecane");
    group.sample_size(10);
    for (name, mut stepper) in steppers() {
        let mut evaluator = field.evaluator();
        group.bench_function(name, |b| {
            b.iter(|| {
                minimize(
                    &mut evaluator,
                    black_box(&start),
                    &mut *stepper,
                    &criteria,
                    &limits,
                    &mut (),
                )
                .unwrap()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, dodecane);
criterion_main!(benches);
