//! What the benchmarks of steps walk on: all-trans alkanes.

use std::sync::Arc;
use thalweg::chem::{Atom, Bond, BondOrder, Element, Molecule};
use thalweg::forcefield::mmff94::{Parameters, Variant, parametrize};
use thalweg::forcefield::{ForceField, Options};

/// An all-trans alkane of so many carbon atoms, its atoms moved by up to 0.05 Å.
pub fn alkane(carbons: usize) -> (Molecule, Vec<f64>) {
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

/// Its force field.
pub fn field(molecule: &Molecule) -> Arc<ForceField> {
    let terms = parametrize(molecule, Variant::Mmff94, &Parameters::published().unwrap()).unwrap();
    ForceField::new(molecule, terms, Options::default())
}
