//! An evaluator and a stepper that have been used before give the same bits as fresh ones: results of a search must not depend on
//! which worker did what.

use std::path::Path;
use std::sync::Arc;
use thalweg::forcefield::mmff94::{Parameters, Variant, parametrize};
use thalweg::forcefield::{Evaluator, ForceField, Options};
use thalweg::formats::Reader;
use thalweg::numeric::simd::Level;
use thalweg::optimize::{Criteria, Lbfgs, Limits, Minimum, Stop, minimize};
use thalweg::potential::Potential;

fn molecule(name: &str, level: Option<Level>) -> (Arc<ForceField>, Vec<f64>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("molecules").join(name);
    let record = Reader::open(&path, None)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .parse()
        .unwrap();
    let terms = parametrize(&record.molecule, Variant::Mmff94, &Parameters::published().unwrap()).unwrap();
    let options = Options {
        level,
        ..Options::default()
    };
    (ForceField::new(&record.molecule, terms, options), record.coordinates)
}

/// Each atom moved by up to `by` Å in each direction.
fn moved(x: &[f64], by: f64) -> Vec<f64> {
    (0_u32..)
        .zip(x)
        .map(|(i, c)| c + by * (12.9898 * f64::from(i)).sin())
        .collect()
}

fn walk(evaluator: &mut Evaluator, stepper: &mut Lbfgs, x: &[f64]) -> Minimum {
    let criteria = Criteria::rms_gradient(1e-4);
    let found = minimize(evaluator, x, stepper, &criteria, &Limits::default(), &mut ()).unwrap();
    assert_eq!(found.stop, Stop::Converged);
    found
}

#[test]
fn a_stepper_that_was_used_walks_like_a_fresh_one() {
    let mut used = Lbfgs::default();
    for name in [
        "dodecane.mol",
        "enkephalin.mol",
        "dodecane.mol",
        "cyclohexane.mol",
        "glycine.mol",
    ] {
        let (field, x) = molecule(name, None);
        let mut evaluator = field.evaluator();
        // The second start overlaps atoms: its walk begins without a model.
        for by in [0.1, 0.5, 0.2] {
            let start = moved(&x, by);
            let again = walk(&mut evaluator, &mut used, &start);
            let fresh = walk(&mut field.evaluator(), &mut Lbfgs::default(), &start);
            assert_eq!(again, fresh, "{name}, moved by {by} Å");
        }
    }
}

/// The model Hessian's terms, as they come.
fn terms(evaluator: &mut Evaluator, x: &[f64]) -> Vec<(Vec<usize>, Vec<[f64; 3]>, f64)> {
    let mut found = Vec::new();
    assert!(evaluator.curvature(x, &mut |atoms, b, k| found.push((atoms.to_vec(), b.to_vec(), k))));
    found
}

#[test]
fn the_model_depends_on_the_place_alone_and_not_on_the_processor() {
    let (field, x) = molecule("enkephalin.mol", None);
    let fresh = terms(&mut field.evaluator(), &x);
    let pairs = fresh.iter().filter(|t| t.0.len() == 2).count();
    assert!(pairs > 2 * field.atoms(), "{pairs} bonds and contacts");
    let mut used = field.evaluator();
    for by in [0.05, 0.2, 2.0] {
        // Lists of contacts made elsewhere serve here as long as nothing has moved far.
        terms(&mut used, &moved(&x, by));
        assert_eq!(terms(&mut used, &x), fresh, "after {by} Å");
    }
    for level in Level::available() {
        let (field, _) = molecule("enkephalin.mol", Some(level));
        assert_eq!(terms(&mut field.evaluator(), &x), fresh, "{level:?}");
    }
}

#[test]
fn contacts_have_the_curvature_of_the_analytic_hessian() {
    let (field, x) = molecule("enkephalin.mol", None);
    let n = x.len();
    let hessian = field.hessian(&x).unwrap();
    let all = terms(&mut field.evaluator(), &x);
    let mut compared = 0;
    for (atoms, b, k) in all.iter().filter(|t| t.0.len() == 2 && t.2 > 0.0) {
        let bonded = |t: &&(Vec<usize>, Vec<[f64; 3]>, f64)| t.0.len() > 2 && atoms.iter().all(|a| t.0.contains(a));
        if all.iter().any(|t| bonded(&t)) {
            continue;
        }
        // Nothing else couples these two atoms: uᵀ H_ij u is −E″.
        let [i, j] = [atoms[0], atoms[1]];
        let block = |p: usize, q: usize| hessian[(3 * i + p) * n + 3 * j + q];
        let exact: f64 = (0..9).map(|m| block(m / 3, m % 3) * b[0][m / 3] * b[1][m % 3]).sum();
        assert!((exact - k).abs() < 1e-9 * (1.0 + k), "atoms {i} and {j}: {exact} {k}");
        compared += 1;
    }
    assert!(compared > 50, "{compared}");
}
