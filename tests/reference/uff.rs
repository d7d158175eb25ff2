//! Reference tests: UFF energies at given geometries against RDKit's, by the evaluator and, independently of it, by the
//! formulas over a geometry written here in plain f64.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use serde_json::Value;
use std::path::Path;
use thalweg::chem::{Atom, Bond, BondOrder, Element, Molecule};
use thalweg::forcefield::terms::Terms;
use thalweg::forcefield::{ForceField, Options, uff};

type Vector = [f64; 3];

/// A record of an SDF file: name, graph, positions.
struct Record {
    name: String,
    molecule: Molecule,
    positions: Vec<Vector>,
}

/// Reads the V2000 records of an SDF file, as RDKit writes them.
fn read_sdf(path: &Path) -> Vec<Record> {
    let text = std::fs::read_to_string(path).unwrap();
    text.split("$$$$\n")
        .filter(|record| !record.trim().is_empty())
        .map(read_record)
        .collect()
}

fn read_record(text: &str) -> Record {
    let lines: Vec<&str> = text.lines().collect();
    let count = |from: usize| lines[3][from..from + 3].trim().parse::<usize>().unwrap();
    let (atom_count, bond_count) = (count(0), count(3));
    let mut atoms = Vec::new();
    let mut positions = Vec::new();
    for line in &lines[4..4 + atom_count] {
        let fields: Vec<&str> = line.split_whitespace().collect();
        positions.push([0, 1, 2].map(|c| fields[c].parse().unwrap()));
        atoms.push(Atom::new(Element::from_symbol(fields[3]).unwrap()));
    }
    let bonds = lines[4 + atom_count..4 + atom_count + bond_count]
        .iter()
        .map(|line| read_bond(line))
        .collect();
    for line in &lines[4 + atom_count + bond_count..] {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let values = || {
            fields[3..]
                .chunks(2)
                .map(|p| (p[0].parse::<usize>().unwrap() - 1, p[1].parse::<i8>().unwrap()))
        };
        if line.starts_with("M  CHG") {
            values().for_each(|(atom, charge)| atoms[atom].formal_charge = charge);
        } else if line.starts_with("M  RAD") {
            // 1 is a singlet, 2 a doublet, 3 a triplet.
            values().for_each(|(atom, radical)| atoms[atom].unpaired_electrons = [2, 0, 1, 2][radical as usize]);
        }
    }
    Record {
        name: lines[0].to_owned(),
        molecule: Molecule::new(atoms, bonds).unwrap(),
        positions,
    }
}

fn read_bond(line: &str) -> Bond {
    let field = |from: usize| line[from..from + 3].trim().parse::<usize>().unwrap();
    let order = match field(6) {
        1 => BondOrder::Single,
        2 => BondOrder::Double,
        3 => BondOrder::Triple,
        9 => BondOrder::Dative,
        other => panic!("bond type {other}"),
    };
    Bond::new(field(0) - 1, field(3) - 1, order)
}

fn minus(a: Vector, b: Vector) -> Vector {
    [0, 1, 2].map(|c| a[c] - b[c])
}

fn dot(a: Vector, b: Vector) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn cross(a: Vector, b: Vector) -> Vector {
    [0, 1, 2].map(|c| a[(c + 1) % 3] * b[(c + 2) % 3] - a[(c + 2) % 3] * b[(c + 1) % 3])
}

fn cosine(a: Vector, b: Vector) -> f64 {
    (dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()).clamp(-1.0, 1.0)
}

/// Energies by term: bond, angle, torsion, inversion, van der Waals.
fn energy(terms: &Terms, molecule: &Molecule, x: &[Vector]) -> [f64; 5] {
    let from = |a: usize, b: usize| minus(x[b], x[a]);
    let distance = |a: usize, b: usize| dot(from(a, b), from(a, b)).sqrt();
    let bond = terms
        .harmonic_bonds
        .iter()
        .map(|t| t.parameters.energy(distance(t.atoms[0], t.atoms[1])));
    let angle = |[i, j, k]: [usize; 3]| cosine(from(j, i), from(j, k));
    let general = terms.cosine_angles.iter().map(|t| t.parameters.energy(angle(t.atoms)));
    let periodic = terms
        .periodic_angles
        .iter()
        .map(|t| t.parameters.energy(angle(t.atoms)));
    let torsion = terms.cosine_torsions.iter().map(|t| {
        let [i, j, k, l] = t.atoms;
        t.parameters
            .energy(cosine(cross(from(j, i), from(j, k)), cross(from(k, j), from(k, l))))
    });
    let inversion = terms.inversions.iter().map(|t| {
        let [i, j, k, l] = t.atoms;
        t.parameters.energy(cosine(cross(from(j, i), from(j, k)), from(j, l)))
    });
    let pairs = &terms.van_der_waals;
    let mut van_der_waals = 0.0;
    for a in 0..molecule.len() {
        for b in a + 1..molecule.len() {
            let bonded = molecule
                .neighbors(a)
                .iter()
                .any(|n| n.atom == b || molecule.bond_between(n.atom, b).is_some());
            if !bonded {
                let pair = pairs.class[a] * pairs.classes + pairs.class[b];
                let sixth = (pairs.distance[pair] / distance(a, b)).powi(6);
                van_der_waals += pairs.depth[pair] * (sixth * sixth - 2.0 * sixth);
            }
        }
    }
    [
        bond.sum(),
        general.sum::<f64>() + periodic.sum::<f64>(),
        torsion.sum(),
        inversion.sum(),
        van_der_waals,
    ]
}

/// Compares every record of `sdf` with the energy of its name in `json` (key `rdkit_total`; null: not in the reference).
fn compare(sdf: &Path, json: &Path) -> (usize, Vec<String>) {
    let parameters = uff::Parameters::published().unwrap();
    let reference: Value = serde_json::from_str(&std::fs::read_to_string(json).unwrap()).unwrap();
    let mut agree = 0;
    let mut wrong = Vec::new();
    for (index, record) in read_sdf(sdf).iter().enumerate() {
        let entry = &reference[index];
        assert_eq!(entry["name"], record.name.as_str());
        let flat: Vec<f64> = record.positions.iter().flatten().copied().collect();
        let terms = match uff::parametrize_at(&record.molecule, &flat, &parameters) {
            Ok(terms) => terms,
            Err(error) => {
                wrong.push(format!("{}: {error}", record.name));
                continue;
            }
        };
        let parts = energy(&terms, &record.molecule, &record.positions);
        let total: f64 = parts.iter().sum();
        let field = ForceField::new(&record.molecule, terms.clone(), Options::default());
        let mut gradient = vec![f64::NAN; flat.len()];
        let evaluated = field.evaluator().breakdown(&flat, &mut gradient).unwrap().total();
        if (evaluated - total).abs() > 1e-9 * total.abs().max(1.0) {
            wrong.push(format!(
                "{}: the evaluator gives {evaluated}, the formulas {total}",
                record.name
            ));
        }
        let norm = gradient.iter().map(|g| g * g).sum::<f64>().sqrt();
        if let Some(wanted) = entry["rdkit_grad_norm"]
            .as_f64()
            .filter(|wanted| (norm - wanted).abs() > 1e-5 * wanted)
        {
            wrong.push(format!(
                "{}: gradient norm {norm:.5}, reference {wanted:.5}",
                record.name
            ));
        }
        match entry["rdkit_total"].as_f64() {
            Some(wanted) if (total - wanted).abs() > f64::max(1e-3, 1e-5 * wanted.abs()) => wrong.push(format!(
                "{}: {total:.5}, reference {wanted:.5}; terms {parts:.4?}; types {}",
                record.name,
                terms.atom_types.join(" ")
            )),
            Some(_) => agree += 1,
            None => assert!(total.is_finite(), "{}: {parts:?}", record.name),
        }
    }
    (agree, wrong)
}

#[test]
fn energies_of_the_shared_set() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/uff_energies");
    if !folder.exists() {
        crate::say_skipped(&format!("no {}", folder.display()));
        return;
    }
    let (agree, wrong) = compare(&folder.join("uff_molecules.sdf"), &folder.join("uff_reference.json"));
    assert!(
        wrong.is_empty(),
        "{agree} agree, {} do not:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn energies_of_our_own_set() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/uff");
    let (agree, wrong) = compare(&folder.join("molecules.sdf"), &folder.join("reference.json"));
    assert!(
        wrong.is_empty(),
        "{agree} agree, {} do not:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
