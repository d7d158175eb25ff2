//! MMFF94s conformer energies beside high-level quantum chemistry: a force field that is right errs by known amounts.

use crate::mmff94::parameters;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use thalweg::chem::kekulize::kekulize;
use thalweg::forcefield::mmff94::{Variant, parametrize_as_drawn};
use thalweg::forcefield::{ForceField, Options};
use thalweg::formats::Reader;
use thalweg::potential::Potential;

/// Subset, mean absolute error quoted in the data's README (kcal/mol, mean-aligned), and the widest deviation from it.
///
/// In the drug-like set two molecules get other published parameters than in the program that made the quoted figure: the C–N bond
/// of FIXNUV and its torsions come from the rules of part V (whose own table entries for like bonds agree with ours), and CENNIS
/// has single bonds between sp² atoms. YULXIM is drawn without one of its bonds and can't be typed.
const QUOTED: [(&str, f64, f64); 6] = [
    ("ACONF", 0.49, 0.02),
    ("Amino20x4", 1.10, 0.02),
    ("BUT14DIOL", 0.41, 0.02),
    ("PCONF21", 1.51, 0.02),
    ("ICONF", 1.64, 0.02),
    ("druglike_dlpno", 0.72, 0.04),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/conformer_energies")
}

/// Energies of a file's records by name, without those that can't be typed.
fn energies(file: &Path) -> BTreeMap<String, Vec<f64>> {
    let mut out: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for raw in Reader::open(file, None).unwrap() {
        let mut record = raw.unwrap().parse().unwrap();
        kekulize(&mut record.molecule).unwrap();
        let Ok(terms) = parametrize_as_drawn(&record.molecule, Variant::Mmff94s, parameters()) else {
            continue;
        };
        let mut evaluator = ForceField::new(&record.molecule, terms, Options::default()).evaluator();
        let mut gradient = vec![0.0; record.coordinates.len()];
        let energy = evaluator.energy_gradient(&record.coordinates, &mut gradient).unwrap();
        let molecule = record.name.split(':').next().unwrap().trim().to_owned();
        out.entry(molecule).or_default().push(energy);
    }
    out
}

/// Absolute errors about their mean.
fn errors(energies: &[f64], molecule: &Value) -> Vec<f64> {
    let reference = molecule["conformers"].as_array().unwrap();
    assert_eq!(energies.len(), reference.len(), "{}", molecule["id"]);
    let differences = energies
        .iter()
        .zip(reference)
        .map(|(e, r)| e - r["rel_energy"].as_f64().unwrap());
    let differences: Vec<f64> = differences.collect();
    let mean = differences.iter().sum::<f64>() / differences.len() as f64;
    differences.iter().map(|d| (d - mean).abs()).collect()
}

fn mean_error(set: &str) -> f64 {
    let folder = folder().join(set);
    let text = std::fs::read_to_string(folder.join("reference.json")).unwrap();
    let reference: Value = serde_json::from_str(&text).unwrap();
    let molecules = reference
        .as_array()
        .or_else(|| reference["molecules"].as_array())
        .unwrap();
    let together = folder.join("conformers.sdf");
    let all = together.exists().then(|| energies(&together));
    let mut pooled = Vec::new();
    for molecule in molecules {
        let own = match &all {
            Some(all) => all.get(molecule["id"].as_str().unwrap()).cloned(),
            None => energies(&folder.join(molecule["sdf"].as_str().unwrap()))
                .into_values()
                .next(),
        };
        match own {
            Some(own) => pooled.extend(errors(&own, molecule)),
            None => crate::say_skipped(&format!("{set}: {} can't be typed as drawn", molecule["id"])),
        }
    }
    assert!(pooled.len() >= 18, "{set}: only {} conformers", pooled.len());
    pooled.iter().sum::<f64>() / pooled.len() as f64
}

#[test]
fn mean_errors_are_those_quoted() {
    if !folder().exists() {
        crate::say_skipped(&format!("no {}", folder().display()));
        return;
    }
    for (set, quoted, tolerance) in QUOTED {
        let found = mean_error(set);
        assert!(
            (found - quoted).abs() <= tolerance,
            "{set}: {found:.3}, quoted {quoted}"
        );
    }
}
