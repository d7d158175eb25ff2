//! What a step of restricted-step optimization in internal coordinates costs beside the energy, on all-trans alkanes of about 100, 300 and
//! 1,000 atoms: set-up of the coordinates, and the mean of ten steps on a surface that costs next to nothing.

#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]
#![allow(clippy::unwrap_used, reason = "a benchmark that can't go on should panic")]

mod alkane;

use alkane::{alkane, field};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use thalweg::chem::Molecule;
use thalweg::coordinates::InternalCoordinates;
use thalweg::hessian::Model;
use thalweg::optimize::{Criteria, InitialHessian, Limits, Rfo, RfoSettings, minimize};
use thalweg::potential::{EvalError, Potential};

const STEPS: usize = 10;

/// Springs from each atom to a place near its start: an energy at no cost that keeps the walk going.
struct Tethers(Vec<f64>);

impl Potential for Tethers {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
        let mut energy = 0.0;
        for (g, (x, place)) in gradient.iter_mut().zip(x.iter().zip(&self.0)) {
            let d = x - place;
            energy += 50.0 * d * d * (1.0 + d * d);
            *g = 100.0 * d + 200.0 * d * d * d;
        }
        Ok(energy)
    }
}

fn walk(molecule: &Molecule, x: &[f64], initial_hessian: InitialHessian) -> usize {
    let settings = RfoSettings {
        initial_hessian,
        ..RfoSettings::default()
    };
    let mut stepper = Rfo::new(InternalCoordinates::new(molecule, x), settings).unwrap();
    let limits = Limits {
        steps: Some(STEPS),
        ..Limits::default()
    };
    let places = x.iter().enumerate().map(|(i, c)| c + 0.1 * (7.1 * i as f64).cos());
    let mut surface = Tethers(places.collect());
    let criteria = Criteria::rms_gradient(1e-12);
    minimize(&mut surface, x, &mut stepper, &criteria, &limits, &mut ())
        .unwrap()
        .steps
}

fn overhead(c: &mut Criterion) {
    let mut group = c.benchmark_group("rfo_ten_steps");
    group.sample_size(10);
    for carbons in [33, 100, 333] {
        let (molecule, x) = alkane(carbons);
        let id = |name| BenchmarkId::new(name, molecule.len());
        group.bench_function(id("set_up"), |b| {
            b.iter(|| InternalCoordinates::new(black_box(&molecule), black_box(&x)).metric(&x, &[]));
        });
        group.bench_function(id("schlegel"), |b| {
            b.iter(|| walk(black_box(&molecule), &x, InitialHessian::Model(Model::Schlegel)));
        });
        let field = field(&molecule);
        group.bench_function(id("force_field"), |b| {
            b.iter(|| {
                walk(
                    black_box(&molecule),
                    &x,
                    InitialHessian::Surface(Box::new(field.evaluator())),
                )
            });
        });
    }
    group.finish();
}

criterion_group!(benches, overhead);
criterion_main!(benches);
