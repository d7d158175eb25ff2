//! Reference tests: perception. Drawn molecules are stripped to bare coordinates and must come back.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a reference test lists what falls short, and says where data are absent"
)]

use crate::sdf::{self, Record};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use thalweg::chem::perception::{Perceived, perceive};
use thalweg::chem::{Atom, Bond, BondOrder, Molecule};
use thalweg::forcefield::mmff94::{Parameters, Variant, parametrize};
use thalweg::forcefield::{ForceField, Options};

/// The atoms of a drawing with nothing but their coordinates.
fn perceived(drawn: &Record, charge: Option<i32>) -> Perceived {
    let bare = drawn.molecule.atoms().iter().map(|a| Atom::new(a.element)).collect();
    let bare = Molecule::new(bare, Vec::new()).unwrap();
    perceive(&bare, &drawn.x, charge).unwrap_or_else(|e| panic!("{}: {e}", drawn.name))
}

fn data(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(path);
    if !path.exists() {
        crate::say_skipped(&format!("no {}", path.display()));
    }
    path.exists().then_some(path)
}

fn read(path: &Path) -> Vec<Record> {
    sdf::read(&fs::read_to_string(path).unwrap())
}

fn bond_list(molecule: &Molecule) -> Vec<([usize; 2], BondOrder)> {
    let sorted = |b: &Bond| ([b.atoms[0].min(b.atoms[1]), b.atoms[0].max(b.atoms[1])], b.order);
    let mut bonds: Vec<_> = molecule.bonds().iter().map(sorted).collect();
    bonds.sort();
    bonds
}

/// What differs between two drawings on the same atoms; empty where nothing does.
fn differences(drawn: &Molecule, found: &Molecule) -> String {
    let (a, b) = (bond_list(drawn), bond_list(found));
    let label = |i: usize| format!("{}{}", drawn.element(i), i + 1);
    let mut out = String::new();
    for (sign, from, to) in [("drawn", &a, &b), ("found", &b, &a)] {
        for (atoms, order) in from.iter().filter(|x| !to.contains(x)) {
            out += &format!(" {sign} {}-{} {order:?};", label(atoms[0]), label(atoms[1]));
        }
    }
    for i in 0..drawn.len() {
        let (p, q) = (drawn.atom(i).formal_charge, found.atom(i).formal_charge);
        if p != q {
            out += &format!(" {} drawn {p:+} found {q:+};", label(i));
        }
    }
    out
}

fn same_connectivity(a: &Molecule, b: &Molecule) -> bool {
    let pairs = |m: &Molecule| bond_list(m).into_iter().map(|b| b.0).collect::<Vec<_>>();
    pairs(a) == pairs(b)
}

/// Number of double bonds, triple bonds and charges: what resonance within a molecule leaves alone.
fn summary(molecule: &Molecule) -> (usize, usize, i32, i32) {
    let count = |order| molecule.bonds().iter().filter(|b| b.order == order).count();
    let charges = molecule.atoms().iter().map(|a| i32::from(a.formal_charge));
    (
        count(BondOrder::Double),
        count(BondOrder::Triple),
        charges.clone().filter(|&q| q > 0).sum(),
        charges.filter(|&q| q < 0).sum(),
    )
}

/// MMFF94 energy of a graph at the record's coordinates.
fn energy(drawn: &Record, molecule: &Molecule) -> Result<f64, String> {
    static PARAMETERS: OnceLock<Parameters> = OnceLock::new();
    let parameters = PARAMETERS.get_or_init(|| Parameters::published().unwrap());
    let terms = parametrize(molecule, Variant::Mmff94, parameters).map_err(|e| e.to_string())?;
    let mut evaluator = ForceField::new(molecule, terms, Options::default()).evaluator();
    let mut gradient = vec![0.0; drawn.x.len()];
    let energy = evaluator
        .breakdown(&drawn.x, &mut gradient)
        .map_err(|e| e.to_string())?;
    Ok(energy.total())
}

fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}

/// The published energies from bare coordinates and the net charge. The net charges of the sulfoxides count +2 for the
/// sulfur, as drawn in the suite, so that these charges can't be inferred.
#[test]
fn mmff94_validation_molecules_from_bare_coordinates() {
    let Some(path) = data("mmff94_validation/mmff94_dative.sdf") else {
        return;
    };
    let reference = fs::read_to_string(path.with_file_name("mmff94_reference.json")).unwrap();
    let reference: serde_json::Value = serde_json::from_str(&reference).unwrap();
    let drawings = read(&path);
    let (mut good, mut inferred) = (0, 0);
    for drawn in &drawings {
        let charge = drawn.molecule.net_charge();
        let found = perceived(drawn, Some(charge));
        assert_eq!(found.charge, charge, "{}", drawn.name);
        let published = reference[&drawn.name]["energies_kcal_mol"]["total"].as_f64().unwrap();
        let result = energy(drawn, &found.molecule);
        if result.as_ref().is_ok_and(|e| (e - published).abs() <= 0.01) {
            good += 1;
        } else {
            let differences = differences(&drawn.molecule, &found.molecule);
            println!(
                "{} ({charge:+}): {result:?} for {published:.3}:{differences}",
                drawn.name
            );
        }
        let guess = perceived(drawn, None);
        inferred += usize::from(guess.charge == charge);
        if guess.charge != charge {
            println!("{}: drawn {charge:+}, inferred {:+}", drawn.name, guess.charge);
        }
    }
    println!(
        "{} molecules: {good} same energy, {inferred} charges inferred",
        drawings.len()
    );
    assert!(share(good, drawings.len()) >= 0.995);
    assert!(share(inferred, drawings.len()) >= 0.97);
}

/// Deterministic noise, nearly normal with unit variance.
fn noise(seed: &mut u64) -> f64 {
    let mut uniform = || {
        *seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (*seed >> 11) as f64 / (1_u64 << 53) as f64
    };
    (uniform() + uniform() + uniform() + uniform() - 2.0) * 3.0_f64.sqrt()
}

/// The same with noise: the evidence of bond lengths must not decide alone.
#[test]
fn noise_changes_few_drawings() {
    let Some(path) = data("mmff94_validation/mmff94_dative.sdf") else {
        return;
    };
    let mut seed = 7;
    let (mut total, mut good) = (0, 0);
    for drawn in &read(&path) {
        let as_drawn = energy(drawn, &drawn.molecule).unwrap();
        for _ in 0..3 {
            let moved = Record {
                name: drawn.name.clone(),
                molecule: drawn.molecule.clone(),
                x: drawn.x.iter().map(|x| x + 0.03 * noise(&mut seed)).collect(),
            };
            let found = perceived(&moved, Some(drawn.molecule.net_charge()));
            total += 1;
            good += usize::from(energy(drawn, &found.molecule).is_ok_and(|e| (e - as_drawn).abs() < 0.01));
        }
    }
    println!("{good} of {total} with 0.03 Å of noise");
    assert!(share(good, total) >= 0.975);
}

/// Drawings that contradict their coordinates: a bond of 1.667 Å left out at a sulfur, triple bonds between phosphorus
/// atoms with three neighbours, and a neutral sulfur with three single bonds.
const ODD_DRAWINGS: [&str; 3] = ["YULXIM", "P7H7", "WIFREI"];

/// All other drawn molecules, with 0.1 Å of noise in the folder `perturbed`, without their charge.
#[test]
fn other_drawn_molecules_from_bare_coordinates() {
    let mut files = Vec::new();
    for folder in ["conformer_energies", "uff_energies", "perturbed", "druglike_conformers"] {
        collect(data(folder), &mut files);
    }
    let (mut count, mut alike) = (0, 0);
    let mut drawings: Vec<Record> = files.iter().flat_map(|f| read(f)).collect();
    drawings.retain(|d| !ODD_DRAWINGS.iter().any(|odd| d.name.contains(odd)));
    for drawn in &drawings {
        let found = perceived(drawn, None);
        assert!(same_connectivity(&drawn.molecule, &found.molecule), "{}", drawn.name);
        let energies = [&drawn.molecule, &found.molecule].map(|m| energy(drawn, m).ok());
        let equal = match energies {
            [Some(a), Some(b)] => (a - b).abs() < 0.001,
            _ => summary(&drawn.molecule) == summary(&found.molecule),
        };
        count += 1;
        alike += usize::from(equal);
        if !equal {
            println!("{}:{}", drawn.name, differences(&drawn.molecule, &found.molecule));
        }
    }
    println!("{alike} of {count} alike");
    assert!(count == 0 || share(alike, count) >= 0.995);
}

/// Thirty-four copies of a peptide beside each other: more than 10,000 atoms, and no change of anything.
#[test]
fn large_assemblies_are_solved_part_by_part() {
    let Some(path) = data("perturbed/ala30.sdf") else {
        return;
    };
    let one = &read(&path)[0];
    let alone = perceived(one, Some(0));
    let mut atoms = Vec::new();
    let mut x = Vec::new();
    for copy in 0..34 {
        atoms.extend(one.molecule.atoms().iter().map(|a| Atom::new(a.element)));
        let shift = |i: usize| {
            if i.is_multiple_of(3) {
                500.0 * f64::from(copy)
            } else {
                0.0
            }
        };
        x.extend(one.x.iter().enumerate().map(|(i, v)| v + shift(i)));
    }
    let many = perceive(&Molecule::new(atoms, Vec::new()).unwrap(), &x, Some(0)).unwrap();
    assert_eq!(many.molecule.bonds().len(), 34 * alone.molecule.bonds().len());
    assert!((many.penalty - 34.0 * alone.penalty).abs() < 1e-6);
    assert!(thalweg::chem::guard::changes(&many.molecule, &x, &x).is_empty());
}

fn collect(path: Option<PathBuf>, files: &mut Vec<PathBuf>) {
    let Some(path) = path else { return };
    let mut entries: Vec<PathBuf> = fs::read_dir(path).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for entry in entries {
        if entry.is_dir() {
            collect(Some(entry), files);
        } else if entry.extension().is_some_and(|e| e == "sdf") {
            files.push(entry);
        }
    }
}
