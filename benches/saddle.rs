//! What a step of a saddle search costs, on all-trans alkanes of about 100, 300 and 1,000 atoms with MMFF94. Each figure is of ten steps,
//! of the gradients that they spend on the curvature and of the set-up; what the surface itself takes is measured beside them.

#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]
#![allow(clippy::unwrap_used, reason = "a benchmark that can't go on should panic")]

mod alkane;

use alkane::{alkane, field};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use thalweg::chem::Molecule;
use thalweg::forcefield::Evaluator;
use thalweg::hessian::Model;
use thalweg::optimize::{Criteria, Limits};
use thalweg::potential::{AddCurvature, EvalError, Potential};
use thalweg::saddle::{Chart, Climber, Curvature, FollowSettings, Follower, Method, MinMode, MinModeSettings, find};

const STEPS: usize = 10;

/// A force field that keeps its second derivatives to itself, as an engine does.
struct GradientsAlone(Evaluator);

impl Potential for GradientsAlone {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
        self.0.energy_gradient(x, gradient)
    }

    fn curvature(&mut self, x: &[f64], add: &mut AddCurvature<'_>) -> bool {
        self.0.curvature(x, add)
    }
}

fn walk(surface: &mut dyn Potential, x: &[f64], climber: &mut dyn Climber) -> usize {
    let limits = Limits {
        steps: Some(STEPS),
        ..Limits::default()
    };
    let found = find(surface, x, climber, &Criteria::rms_gradient(1e-12), &limits, &mut ()).unwrap();
    assert_eq!(found.steps, STEPS, "{:?}", found.stop);
    found.evaluations
}

fn follower(molecule: &Molecule, x: &[f64], method: Method, curvature: Curvature) -> Follower {
    let settings = FollowSettings {
        method,
        curvature,
        ..FollowSettings::default()
    };
    Follower::new(Chart::coordinates_of(molecule, x), settings)
}

fn followers(c: &mut Criterion) {
    let mut group = c.benchmark_group("saddle_ten_steps");
    group.sample_size(10);
    for carbons in [33, 100] {
        let (molecule, x) = alkane(carbons);
        let id = |name| BenchmarkId::new(name, molecule.len());
        let mut surface = field(&molecule).evaluator();
        for (method, name) in [(Method::PartitionedRfo, "p_rfo"), (Method::Image, "image")] {
            group.bench_function(id(format!("{name}/own")), |b| {
                b.iter(|| {
                    walk(
                        &mut surface,
                        black_box(&x),
                        &mut follower(&molecule, &x, method, Curvature::Own),
                    )
                });
            });
            let learnt = Curvature::Learnt(Model::Schlegel);
            let mut alone = GradientsAlone(field(&molecule).evaluator());
            group.bench_function(id(format!("{name}/learnt")), |b| {
                b.iter(|| walk(&mut alone, black_box(&x), &mut follower(&molecule, &x, method, learnt)));
            });
        }
        group.bench_function(id("ten_hessians".to_owned()), |b| {
            b.iter(|| {
                (0..STEPS)
                    .map(|_| surface.hessian(black_box(&x)).unwrap().unwrap()[0])
                    .sum::<f64>()
            });
        });
    }
    group.finish();
}

fn minimum_mode(c: &mut Criterion) {
    let mut group = c.benchmark_group("min_mode_ten_steps");
    group.sample_size(10);
    for carbons in [100, 333] {
        let (molecule, x) = alkane(carbons);
        let mut surface = GradientsAlone(field(&molecule).evaluator());
        group.bench_function(BenchmarkId::new("steps", molecule.len()), |b| {
            b.iter(|| {
                walk(
                    &mut surface,
                    black_box(&x),
                    &mut MinMode::new(MinModeSettings::default()),
                )
            });
        });
        let mut gradient = vec![0.0; x.len()];
        group.bench_function(BenchmarkId::new("ten_gradients", molecule.len()), |b| {
            b.iter(|| {
                (0..STEPS)
                    .map(|_| surface.energy_gradient(black_box(&x), &mut gradient).unwrap())
                    .sum::<f64>()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, followers, minimum_mode);
criterion_main!(benches);
