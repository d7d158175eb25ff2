//! Other Kekulé structures of a molecule: six-rings with alternating bonds, turned.

use thalweg::chem::{BondOrder, Molecule};

/// Every drawing that differs from the given one by one turned six-ring.
pub fn turned(molecule: &Molecule) -> Vec<Molecule> {
    let mut rings: Vec<Vec<usize>> = Vec::new();
    for start in 0..molecule.len() {
        walk(molecule, &mut vec![start], &mut Vec::new(), &mut rings);
    }
    let turn = |ring: Vec<usize>| {
        let mut other = molecule.clone();
        for bond in ring {
            let double = molecule.bond(bond).order == BondOrder::Double;
            other.set_bond_order(bond, if double { BondOrder::Single } else { BondOrder::Double });
        }
        other
    };
    rings.into_iter().map(turn).collect()
}

/// Walks from the lowest atom of a ring along double, single, double … bonds.
fn walk(molecule: &Molecule, path: &mut Vec<usize>, bonds: &mut Vec<usize>, rings: &mut Vec<Vec<usize>>) {
    let wanted = if bonds.len().is_multiple_of(2) {
        BondOrder::Double
    } else {
        BondOrder::Single
    };
    for n in molecule.neighbors(path[path.len() - 1]) {
        if molecule.bond(n.bond).order != wanted {
            continue;
        }
        if bonds.len() == 5 && n.atom == path[0] {
            let mut ring = bonds.clone();
            ring.push(n.bond);
            rings.push(ring);
        } else if bonds.len() < 5 && n.atom > path[0] && !path.contains(&n.atom) {
            path.push(n.atom);
            bonds.push(n.bond);
            walk(molecule, path, bonds, rings);
            path.pop();
            bonds.pop();
        }
    }
}
