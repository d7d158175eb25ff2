//! Wall time of each stepper on dodecane, its atoms moved by up to 0.1 Å, to a root mean square gradient of 0.1 kcal/mol/Å; of the
//! default one to 1e-4, again and again through one evaluator and one stepper; and what the default one takes for a step besides
//! the energy, on chains of up to 10,000 atoms. Evaluation counts are in tests (`tests/numerics/dreadful_starts.rs`).

#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]
#![allow(clippy::unwrap_used, reason = "a benchmark that can't go on should panic")]

use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use thalweg::chem::{Atom, Bond, BondOrder, Element, Molecule};
use thalweg::forcefield::mmff94::{Parameters, Variant, parametrize};
use thalweg::forcefield::{Evaluator, ForceField, Options};
use thalweg::formats::Reader;
use thalweg::optimize::{
    Adam, ConjugateGradient, Criteria, Fire, Lbfgs, Limits, NoiseTolerant, NoiseTolerantSettings, PatternSearch,
    SteepestDescent, Stepper, minimize,
};
use thalweg::potential::{AddCurvature, EvalError, Potential};

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

fn field(molecule: &Molecule, cutoff: Option<f64>) -> Arc<ForceField> {
    let terms = parametrize(molecule, Variant::Mmff94, &Parameters::published().unwrap()).unwrap();
    let options = Options {
        cutoff,
        ..Options::default()
    };
    ForceField::new(molecule, terms, options)
}

/// Every coordinate moved by up to 0.1 Å.
fn perturbed(x: &[f64]) -> Vec<f64> {
    (0_u32..)
        .zip(x)
        .map(|(i, x)| x + 0.1 * (12.9898 * f64::from(i)).sin())
        .collect()
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
    let field = field(&record.molecule, None);
    let start = perturbed(&record.coordinates);
    let limits = Limits {
        evaluations: Some(200_000),
        ..Limits::default()
    };
    let mut group = c.benchmark_group("dodecane");
    group.sample_size(10);
    let steppers = steppers().into_iter().map(|(name, stepper)| (name, stepper, 0.1));
    let again: (_, Box<dyn Stepper>, _) = ("lbfgs to 1e-4", Box::new(Lbfgs::default()), 1e-4);
    for (name, mut stepper, gradient) in steppers.chain([again]) {
        let criteria = Criteria::rms_gradient(gradient);
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

/// A straight alkane of so many carbon atoms, and its coordinates, Å.
fn alkane(carbons: usize) -> (Molecule, Vec<f64>) {
    // C–C 1.53 Å, C–C–C 112.5°: half of the distance to the next carbon but one, and the height of the zigzag.
    const HALF: f64 = 1.272;
    const RISE: f64 = 0.85;
    let (mut atoms, mut bonds, mut x) = (Vec::new(), Vec::new(), Vec::new());
    for i in 0..carbons {
        let up = if i % 2 == 0 { 1.0 } else { -1.0 };
        let carbon = atoms.len();
        let center = [HALF * i as f64, up * RISE / 2.0, 0.0];
        atoms.push(Atom::new(Element::C));
        x.extend(center);
        let mut hydrogens = vec![[0.0, 0.63 * up, 0.89], [0.0, 0.63 * up, -0.89]];
        if i == 0 || i == carbons - 1 {
            let outward = if i == 0 { -1.0 } else { 1.0 };
            hydrogens.push([0.89 * outward, -0.63 * up, 0.0]);
        }
        for offset in hydrogens {
            bonds.push(Bond::new(carbon, atoms.len(), BondOrder::Single));
            atoms.push(Atom::new(Element::H));
            x.extend((0..3).map(|a| center[a] + offset[a]));
        }
    }
    let carbons: Vec<usize> = (0..atoms.len()).filter(|&i| atoms[i].element == Element::C).collect();
    let skeleton = carbons
        .windows(2)
        .map(|pair| Bond::new(pair[0], pair[1], BondOrder::Single));
    bonds.extend(skeleton);
    (Molecule::new(atoms, bonds).unwrap(), x)
}

/// A surface that measures what it takes itself.
struct Timed {
    inner: Evaluator,
    spent: Duration,
}

impl Potential for Timed {
    fn len(&self) -> usize {
        self.inner.len()
    }

    fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
        let started = Instant::now();
        let energy = self.inner.energy_gradient(x, gradient);
        self.spent += started.elapsed();
        energy
    }

    fn curvature(&mut self, x: &[f64], add: &mut AddCurvature<'_>) -> bool {
        self.inner.curvature(x, add)
    }
}

/// Time for a step besides the energy, the model Hessian and its analysis included: 40 steps from a distorted start.
fn overhead(c: &mut Criterion) {
    const STEPS: u32 = 40;
    let limits = Limits {
        steps: Some(STEPS as usize),
        ..Limits::default()
    };
    let mut group = c.benchmark_group("a step without its energy");
    group.sample_size(10);
    for carbons in [100, 333, 1000, 3333] {
        let (molecule, x) = alkane(carbons);
        let start = perturbed(&x);
        let mut surface = Timed {
            inner: field(&molecule, Some(10.0)).evaluator(),
            spent: Duration::ZERO,
        };
        group.bench_function(format!("{} atoms", molecule.len()), |b| {
            b.iter_custom(|iterations| {
                surface.spent = Duration::ZERO;
                let started = Instant::now();
                for _ in 0..iterations {
                    let (criteria, mut stepper) = (Criteria::rms_gradient(0.0), Lbfgs::default());
                    minimize(&mut surface, &start, &mut stepper, &criteria, &limits, &mut ()).unwrap();
                }
                started.elapsed().saturating_sub(surface.spent) / STEPS
            });
        });
    }
    group.finish();
}

criterion_group!(benches, dodecane, overhead);
criterion_main!(benches);
