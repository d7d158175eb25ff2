//! A small MOL V2000 reader for the reference sets, independent of the library's formats.

use thalweg::chem::{Atom, Bond, BondOrder, Element, Molecule};

/// One record.
pub struct Record {
    /// Title line.
    pub name: String,
    /// The graph.
    pub molecule: Molecule,
    /// Coordinates, Å.
    pub x: Vec<f64>,
}

/// All records of an SDF text.
pub fn read(text: &str) -> Vec<Record> {
    text.split("$$$$\n")
        .filter(|r| r.lines().count() > 3)
        .map(record)
        .collect()
}

fn record(text: &str) -> Record {
    let lines: Vec<&str> = text.lines().collect();
    let count = |range: std::ops::Range<usize>| lines[3][range].trim().parse::<usize>().unwrap();
    let (atom_count, bond_count) = (count(0..3), count(3..6));
    let mut atoms = Vec::new();
    let mut x = Vec::new();
    for line in &lines[4..4 + atom_count] {
        let fields: Vec<&str> = line.split_whitespace().collect();
        x.extend(fields[..3].iter().map(|f| f.parse::<f64>().unwrap()));
        atoms.push(Atom::new(Element::from_symbol(fields[3]).unwrap()));
    }
    let bonds = lines[4 + atom_count..4 + atom_count + bond_count].iter().map(|line| {
        let field = |n: usize| line[3 * n..3 * n + 3].trim().parse::<usize>().unwrap();
        let order = [
            BondOrder::Single,
            BondOrder::Double,
            BondOrder::Triple,
            BondOrder::Aromatic,
        ][field(2) - 1];
        Bond::new(field(0) - 1, field(1) - 1, order)
    });
    let bonds = bonds.collect();
    for line in lines.iter().filter(|l| l.starts_with("M  CHG")) {
        let fields: Vec<i32> = line.split_whitespace().skip(3).map(|f| f.parse().unwrap()).collect();
        for pair in fields.chunks(2) {
            atoms[usize::try_from(pair[0]).unwrap() - 1].formal_charge = i8::try_from(pair[1]).unwrap();
        }
    }
    Record {
        name: lines[0].trim().to_owned(),
        molecule: Molecule::new(atoms, bonds).unwrap(),
        x,
    }
}
