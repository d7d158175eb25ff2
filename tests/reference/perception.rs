//! Reference tests: perception. Drawn molecules are stripped to bare coordinates and must come back.

use std::fs;
use std::path::{Path, PathBuf};
use thalweg::chem::perception::{Perceived, perceive};
use thalweg::chem::{Atom, Bond, BondOrder, Element, Molecule};

struct Drawn {
    name: String,
    molecule: Molecule,
    coordinates: Vec<f64>,
}

impl Drawn {
    fn perceive(&self, charge: Option<i32>) -> Perceived {
        let bare = self.molecule.atoms().iter().map(|a| Atom::new(a.element)).collect();
        let bare = Molecule::new(bare, Vec::new()).unwrap();
        perceive(&bare, &self.coordinates, charge).unwrap_or_else(|e| panic!("{}: {e}", self.name))
    }
}

fn data(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(path);
    if !path.exists() {
        eprintln!("SKIPPED: no {}", path.display());
    }
    path.exists().then_some(path)
}

/// A reader of well-formed V2000 records, for the reference data only.
fn read(path: &Path) -> Vec<Drawn> {
    let text = fs::read_to_string(path).unwrap();
    text.split("$$$$\n").filter_map(record).collect()
}

fn record(text: &str) -> Option<Drawn> {
    let lines: Vec<&str> = text.lines().collect();
    let counts = lines.get(3).filter(|l| l.contains("V2000"))?;
    let number = |s: &str| s.trim().parse::<i64>().unwrap();
    let (n, m) = (number(&counts[..3]) as usize, number(&counts[3..6]) as usize);
    let mut atoms = Vec::new();
    let mut coordinates = Vec::new();
    for line in &lines[4..4 + n] {
        coordinates.extend((0..3).map(|k| line[10 * k..10 * k + 10].trim().parse::<f64>().unwrap()));
        atoms.push(Atom::new(Element::from_symbol(line[31..34].trim()).unwrap()));
    }
    let order = |s: &str| match number(s) {
        1 => BondOrder::Single,
        2 => BondOrder::Double,
        3 => BondOrder::Triple,
        _ => BondOrder::Aromatic,
    };
    let bond = |l: &&str| {
        Bond::new(
            number(&l[..3]) as usize - 1,
            number(&l[3..6]) as usize - 1,
            order(&l[6..9]),
        )
    };
    let bonds = lines[4 + n..4 + n + m].iter().map(bond).collect();
    let mut molecule = Molecule::new(atoms, bonds).unwrap();
    for line in lines.iter().filter(|l| l.starts_with("M  CHG")) {
        let fields: Vec<i64> = line[9..].split_whitespace().map(number).collect();
        for pair in fields.chunks(2) {
            molecule.set_formal_charge(pair[0] as usize - 1, pair[1] as i8);
        }
    }
    Some(Drawn {
        name: lines[0].trim().to_owned(),
        molecule,
        coordinates,
    })
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

/// Differences that are no matter of resonance: without alternating rings, and charges that only changed places between
/// atoms of one element and one number of neighbours.
fn beyond_resonance(drawn: &Molecule, found: &Molecule) -> bool {
    let (a, b) = (bond_list(drawn), bond_list(found));
    let mut changed = vec![0; drawn.len()];
    let mut net = vec![0; drawn.len()];
    for (x, y) in a.iter().zip(&b) {
        if x.0 != y.0 {
            return true;
        }
        for atom in x.0 {
            changed[atom] += usize::from(x.1 != y.1);
            net[atom] += (x.1.value() - y.1.value()) as i32;
        }
    }
    let mut moved: Vec<(Element, usize, i32)> = Vec::new();
    for i in 0..drawn.len() {
        let kind = |m: &Molecule| (m.element(i), m.degree(i), i32::from(m.atom(i).formal_charge));
        if kind(drawn) != kind(found) {
            moved.push(kind(drawn));
            let (element, degree, charge) = kind(found);
            match moved.iter().position(|&k| k == (element, degree, charge)) {
                Some(place) => {
                    moved.swap_remove(place);
                }
                None => moved.push((element, degree, 100 + charge)),
            }
        }
    }
    let mut sums: Vec<(Element, usize, i32)> = Vec::new();
    for (element, degree, charge) in moved {
        let (charge, sign) = if charge > 50 { (charge - 100, -1) } else { (charge, 1) };
        match sums.iter_mut().find(|s| s.0 == element && s.1 == degree) {
            Some(sum) => sum.2 += sign * (charge + 1),
            None => sums.push((element, degree, sign * (charge + 1))),
        }
    }
    sums.iter().any(|s| s.2 != 0)
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

#[test]
fn mmff94_validation_molecules_from_bare_coordinates() {
    let Some(path) = data("mmff94_validation/mmff94_hypervalent.sdf") else {
        return;
    };
    let drawings = read(&path);
    let (mut connected, mut alike, mut inferred) = (0, 0, 0);
    for drawn in &drawings {
        let charge = drawn.molecule.net_charge();
        let found = drawn.perceive(Some(charge));
        assert_eq!(found.charge, charge, "{}", drawn.name);
        connected += usize::from(same_connectivity(&drawn.molecule, &found.molecule));
        alike += usize::from(summary(&drawn.molecule) == summary(&found.molecule));
        let differences = differences(&drawn.molecule, &found.molecule);
        if beyond_resonance(&drawn.molecule, &found.molecule) {
            println!(
                "{} ({charge:+}, penalty {:.1}):{differences}",
                drawn.name, found.penalty
            );
        }
        let guess = drawn.perceive(None);
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
        "{} molecules: {connected} same bonds, {alike} same counts, {inferred} charges inferred",
        drawings.len()
    );
}

/// All other drawn molecules, with 0.1 Å of noise in the folder `perturbed`.
#[test]
fn other_drawn_molecules_from_bare_coordinates() {
    let mut files = Vec::new();
    for folder in ["conformer_energies", "uff_energies", "perturbed", "druglike_conformers"] {
        collect(data(folder), &mut files);
    }
    let (mut count, mut alike) = (0, 0);
    for file in &files {
        for drawn in read(file) {
            let found = drawn.perceive(None);
            let differences = differences(&drawn.molecule, &found.molecule);
            let same = same_connectivity(&drawn.molecule, &found.molecule);
            let equal = same && summary(&drawn.molecule) == summary(&found.molecule);
            count += 1;
            alike += usize::from(equal);
            if !equal {
                println!("{} {} ({}):{differences}", file.display(), drawn.name, same);
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
