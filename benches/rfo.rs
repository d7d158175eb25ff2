//! What a step of restricted-step optimization in internal coordinates costs beside the energy, on all-trans alkanes of about 100, 300 and
//! 1,000 atoms: set-up of the coordinates, and the mean of ten steps on a surface that costs next to nothing.

#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]
#![allow(clippy::unwrap_used, reason = "a benchmark that can't go on should panic")]

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use std::sync::Arc;
use thalweg::chem::{Atom, Bond, BondOrder, Element, Molecule};
use thalweg::coordinates::InternalCoordinates;
use thalweg::forcefield::mmff94::{Parameters, Variant, parametrize};
use thalweg::forcefield::{ForceField, Options};
use thalweg::hessian::Model;
use thalweg::optimize::{Criteria, InitialHessian, Limits, Rfo, RfoSettings, minimize};
use thalweg::potential::{EvalError, Potential};

const STEPS: usize = 10;

/// An all-trans alkane of so many carbon atoms, its atoms moved by up to 0.05 Å.
fn alkane(carbons: usize) -> (Molecule, Vec<f64>) {
    let (mut symbols, mut bonds, mut x) = (Vec::new(), Vec::new(), Vec::new());
    for i in 0..carbons {
        let side = if i % 2 == 0 { 1.0 } else { -1.0 };
        symbols.push("C");
        x.extend([1.27 * i as f64, 0.44 * side, 0.0]);
        if i > 0 {
            bonds.push((i - 1, i));
        }
    }
    let mut hydrogen = |carbon: usize, by: [f64; 3], x: &mut Vec<f64>| {
        bonds.push((carbon, symbols.len()));
        symbols.push("H");
        x.extend((0..3).map(|axis| x[3 * carbon + axis] + by[axis]).collect::<Vec<f64>>());
    };
    for i in 0..carbons {
        let side = if i % 2 == 0 { 1.0 } else { -1.0 };
        for z in [0.89, -0.89] {
            hydrogen(i, [0.0, 0.63 * side, z], &mut x);
        }
    }
    let last = if carbons % 2 == 1 { 1.0 } else { -1.0 };
    hydrogen(0, [-0.89, -0.63, 0.0], &mut x);
    hydrogen(carbons - 1, [0.89, -0.63 * last, 0.0], &mut x);
    for (i, c) in x.iter_mut().enumerate() {
        *c += 0.05 * (12.9898 * i as f64).sin();
    }
    let atoms = symbols.iter().map(|s| Atom::new(Element::from_symbol(s).unwrap()));
    let bonds = bonds.iter().map(|&(a, b)| Bond::new(a, b, BondOrder::Single));
    (Molecule::new(atoms.collect(), bonds.collect()).unwrap(), x)
}

fn field(molecule: &Molecule) -> Arc<ForceField> {
    let terms = parametrize(molecule, Variant::Mmff94, &Parameters::published().unwrap()).unwrap();
    ForceField::new(molecule, terms, Options::default())
}

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
