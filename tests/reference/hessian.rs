//! Analytic second derivatives of the force fields against differences of their gradients.

use crate::mmff94::{own_records, parameters};
use crate::sdf::{self, Record};
use std::path::Path;
use std::sync::Arc;
use thalweg::forcefield::mmff94::{Variant, parametrize};
use thalweg::forcefield::{ForceField, Options, uff};
use thalweg::potential::Potential;

/// Displacement, Å.
const STEP: f64 = 1e-3;
/// The same where there is a cutoff: the switching function's third derivatives jump at its ends, which differences across them feel.
const STEP_WITH_CUTOFF: f64 = 1e-4;
/// Largest error of an element as a fraction of it (of 1 kcal/mol/Å², where it is smaller).
const GOAL: f64 = 1e-6;

/// Second derivatives by differences of fourth order: (8 (g₊₁ − g₋₁) − (g₊₂ − g₋₂)) / 12h.
fn differences(field: &Arc<ForceField>, x: &[f64], step: f64) -> Vec<f64> {
    let mut evaluator = field.evaluator();
    let mut point = x.to_vec();
    let mut rows = Vec::with_capacity(x.len() * x.len());
    for i in 0..x.len() {
        let mut row = vec![0.0; x.len()];
        for (steps, weight) in [(1.0, 8.0), (-1.0, -8.0), (2.0, -1.0), (-2.0, 1.0)] {
            let mut gradient = vec![f64::NAN; x.len()];
            point[i] = x[i] + steps * step;
            evaluator.energy_gradient(&point, &mut gradient).unwrap();
            for (r, g) in row.iter_mut().zip(&gradient) {
                *r += weight * g / (12.0 * step);
            }
        }
        point[i] = x[i];
        rows.extend(row);
    }
    rows
}

/// The largest relative error of an element, of products with a vector, and of the sparse matrix.
fn worst(field: &Arc<ForceField>, x: &[f64], step: f64) -> f64 {
    let analytic = field.hessian(x).unwrap();
    let n = x.len();
    let mut worst: f64 = 0.0;
    for (a, b) in analytic.iter().zip(differences(field, x, step)) {
        worst = worst.max((a - b).abs() / b.abs().max(1.0));
    }
    let v: Vec<f64> = (0..n).map(|i| (1.7 * i as f64 + 0.3).sin()).collect();
    let (mut product, mut sparse) = (vec![f64::NAN; n], vec![f64::NAN; n]);
    field.hessian_product(x, &v, &mut product).unwrap();
    field.sparse_hessian(x).unwrap().multiply(&v, &mut sparse);
    for (i, row) in analytic.chunks_exact(n).enumerate() {
        let expected: f64 = row.iter().zip(&v).map(|(h, c)| h * c).sum();
        let size: f64 = row.iter().map(|h| h.abs()).sum::<f64>().max(1.0);
        for found in [product[i], sparse[i]] {
            assert!((found - expected).abs() < 1e-11 * size, "{i}: {found} {expected}");
        }
    }
    worst
}

/// MMFF94 and UFF with all pairs; with a cutoff in the middle of the molecule where one is given. Counts the Hessians.
fn check<'a>(records: impl Iterator<Item = (Variant, &'a Record)>, cutoff: Option<f64>) -> usize {
    let tables = uff::Parameters::published().unwrap();
    let (mut count, mut faults) = (0, Vec::new());
    let step = if cutoff.is_some() { STEP_WITH_CUTOFF } else { STEP };
    let options = Options {
        cutoff,
        ..Options::default()
    };
    for (variant, record) in records {
        let mmff94 = parametrize(&record.molecule, variant, parameters()).ok();
        let uff = uff::parametrize_at(&record.molecule, &record.x, &tables).ok();
        for terms in [mmff94, uff].into_iter().flatten() {
            count += 1;
            let name = terms.surface.name();
            let error = worst(&ForceField::new(&record.molecule, terms, options), &record.x, step);
            if error > GOAL {
                faults.push(format!("{} {name}: {error:.1e}", record.name));
            }
        }
    }
    assert!(faults.is_empty(), "{} of {count}:\n{}", faults.len(), faults.join("\n"));
    count
}

#[test]
fn own_selection() {
    let records = own_records();
    let all = || {
        records
            .iter()
            .flat_map(|own| own.drawings.iter().map(|r| (own.variant(), r)))
    };
    assert!(check(all(), None) > 50);
    assert!(check(all().take(20), Some(5.0)) > 20);
}

#[test]
fn validation_suites() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/mmff94_validation");
    if !folder.exists() {
        crate::say_skipped(&format!("no {}", folder.display()));
        return;
    }
    let read = |file: &str| sdf::read(&std::fs::read_to_string(folder.join(file)).unwrap());
    let (plain, flattened) = (read("mmff94_hypervalent.sdf"), read("mmff94s_hypervalent.sdf"));
    let all = plain.iter().map(|r| (Variant::Mmff94, r));
    // MMFF94s differs in parameters, not in formulas.
    let some = flattened.iter().step_by(20).map(|r| (Variant::Mmff94s, r));
    assert!(check(all.chain(some), None) > 1000);
}
