//! Reference tests: perception. Drawn molecules are stripped to bare coordinates and must come back.

use crate::mmff94::{energies, parameters};
use crate::sdf::{self, Record};
use std::fs;
use std::path::{Path, PathBuf};
use thalweg::chem::perception::{Perceived, perceive};
use thalweg::chem::{Atom, Bond, BondOrder, Molecule};
use thalweg::forcefield::mmff94::{Variant, parametrize};

/// The atoms of a drawing with nothing but their coordinates.
fn perceived(drawn: &Record, charge: Option<i32>) -> Perceived {
    let bare = drawn.molecule.atoms().iter().map(|a| Atom::new(a.element)).collect();
    let bare = Molecule::new(bare, Vec::new()).unwrap();
    perceive(&bare, &drawn.x, charge).unwrap_or_else(|e| panic!("{}: {e}", drawn.name))
}

fn data(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(path);
    if !path.exists() {
        eprintln!("SKIPPED: no {}", path.display());
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
fn energy(drawn: &Record, molecule: Molecule) -> Result<f64, String> {
    let record = Record {
        name: drawn.name.clone(),
        molecule,
        x: drawn.x.clone(),
    };
    let terms = parametrize(&record.molecule, Variant::Mmff94, parameters()).map_err(|e| e.to_string())?;
    Ok(energies(&record, &terms).total())
}

/// The published energies from bare coordinates and the net charge. The net charges of the sulfoxides count +2 for the
/// sulfur, as drawn in the suite.
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
        let result = energy(drawn, found.molecule.clone());
        if result.as_ref().is_ok_and(|e| (e - published).abs() <= 0.01) {
            good += 1;
        } else {
            let differences = differences(&drawn.molecule, &found.molecule);
            let as_drawn = energy(drawn, drawn.molecule.clone());
            println!(
                "{} ({charge:+}, penalty {:.1}): {result:?} for {published:.3}, as drawn {as_drawn:?}:{differences}",
                drawn.name, found.penalty
            );
        }
        let guess = perceived(drawn, None);
        if guess.charge == charge {
            inferred += 1;
        } else {
            println!(
                "CHARGE {} drawn {charge:+} inferred {:+} {:?}",
                drawn.name, guess.charge, guess.notes
            );
        }
    }
    println!(
        "{} molecules: {good} same energy, {inferred} charges inferred",
        drawings.len()
    );
}

/// All other drawn molecules, with 0.1 Å of noise in the folder `perturbed`.
#[test]
fn other_drawn_molecules_from_bare_coordinates() {
    let mut files = Vec::new();
    for folder in [
        "conformer_energies",
        "uff_energies",
        "perturbed",
        "druglike_conformers",
        "mmff94_validation",
    ] {
        collect(data(folder), &mut files);
    }
    let (mut count, mut alike) = (0, 0);
    for file in &files {
        for drawn in read(file) {
            let found = perceived(&drawn, None);
            let differences = differences(&drawn.molecule, &found.molecule);
            let same = same_connectivity(&drawn.molecule, &found.molecule);
            let energies = [&drawn.molecule, &found.molecule].map(|m| energy(&drawn, m.clone()).ok());
            let equal = match energies {
                [Some(a), Some(b)] => (a - b).abs() < 1e-6,
                _ => same && summary(&drawn.molecule) == summary(&found.molecule),
            };
            count += 1;
            alike += usize::from(equal);
            if !equal {
                println!(
                    "{} {} ({}) {energies:?}:{differences}",
                    file.display(),
                    drawn.name,
                    same
                );
            }
        }
    }
    println!("{alike} of {count} alike");
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

#[test]
fn timing_adhoc() {
    let Some(path) = data("perturbed/ala30.sdf") else {
        return;
    };
    let one = &read(&path)[0];
    for copies in [1, 3, 17, 34] {
        let mut atoms = Vec::new();
        let mut x = Vec::new();
        for c in 0..copies {
            atoms.extend(one.molecule.atoms().iter().map(|a| Atom::new(a.element)));
            x.extend(
                one.x
                    .iter()
                    .enumerate()
                    .map(|(i, v)| v + if i % 3 == 0 { 1000.0 * f64::from(c) } else { 0.0 }),
            );
        }
        let bare = Molecule::new(atoms, Vec::new()).unwrap();
        let start = std::time::Instant::now();
        let p = perceive(&bare, &x, Some(0)).unwrap();
        println!("{} atoms {:?} penalty {}", bare.len(), start.elapsed(), p.penalty);
        let start = std::time::Instant::now();
        let c = thalweg::chem::guard::changes(&p.molecule, &x, &x);
        println!("guard {:?} {}", start.elapsed(), c.len());
    }
}

#[test]
fn margins_adhoc() {
    let Some(path) = data("mmff94_validation/mmff94_dative.sdf") else {
        return;
    };
    let mut seed = 7_u64;
    let mut random = || {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (seed >> 11) as f64 / (1_u64 << 53) as f64
    };
    let noise: f64 = std::env::var("NOISE").map_or(0.03, |s| s.parse().unwrap());
    let (mut total, mut bad) = (0, 0);
    for drawn in read(&path) {
        let want = energy(&drawn, drawn.molecule.clone()).unwrap();
        let mut failures = 0;
        let mut text = String::new();
        for _ in 0..10 {
            let x: Vec<f64> = drawn
                .x
                .iter()
                .map(|v| v + noise * (random() + random() + random() + random() - 2.0) * 1.732)
                .collect();
            let moved = Record {
                name: drawn.name.clone(),
                molecule: drawn.molecule.clone(),
                x,
            };
            let found = perceived(&moved, Some(drawn.molecule.net_charge()));
            let got = energy(&drawn, found.molecule.clone());
            total += 1;
            if got.is_err() || (got.unwrap() - want).abs() > 0.01 {
                failures += 1;
                bad += 1;
                text = differences(&drawn.molecule, &found.molecule);
            }
        }
        if failures > 0 {
            println!(
                "{failures}/10 {}:{}",
                drawn.name,
                text.split(';')
                    .filter(|s| !s.contains("C-") || s.contains('N'))
                    .collect::<Vec<_>>()
                    .join(";")
            );
        }
    }
    println!("{bad} of {total} wrong");
}
