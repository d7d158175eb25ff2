//! Linear alkanes by their torsions.

use std::f64::consts::PI;
use thalweg::chem::{Atom, Bond, BondOrder, Element, Molecule};

/// The molecule: carbons along the chain, then the hydrogens of each.
pub fn molecule(carbons: usize) -> Molecule {
    let mut atoms = vec![Atom::new(Element::C); carbons];
    let mut bonds: Vec<Bond> = (1..carbons).map(|i| Bond::new(i - 1, i, BondOrder::Single)).collect();
    for carbon in 0..carbons {
        let ends = usize::from(carbon == 0) + usize::from(carbon == carbons - 1);
        for _ in 0..2 + ends {
            bonds.push(Bond::new(carbon, atoms.len(), BondOrder::Single));
            atoms.push(Atom::new(Element::H));
        }
    }
    Molecule::new(atoms, bonds).unwrap_or_default()
}

/// The point that makes a distance (Å) with `c`, an angle with `b` and a dihedral with `a` (radian).
fn place(a: [f64; 3], b: [f64; 3], c: [f64; 3], length: f64, angle: f64, dihedral: f64) -> [f64; 3] {
    let along = unit(minus(c, b));
    let normal = unit(cross(minus(b, a), along));
    let side = cross(normal, along);
    let (sine, cosine) = dihedral.sin_cos();
    let direction = |k: usize| -angle.cos() * along[k] + angle.sin() * (cosine * side[k] + sine * normal[k]);
    [0, 1, 2].map(|k| c[k] + length * direction(k))
}

fn minus(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

/// a × b.
pub fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]
}

/// A vector of length 1.
pub fn unit(v: [f64; 3]) -> [f64; 3] {
    let length = (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]).sqrt();
    v.map(|c| c / length)
}

/// Coordinates with these torsions of the chain (radian), staggered hydrogens, and ideal bonds and angles.
pub fn coordinates(torsions: &[f64]) -> Vec<f64> {
    let count = torsions.len() + 3;
    let (wide, narrow, third) = (113.0_f64.to_radians(), 109.0_f64.to_radians(), 2.0 * PI / 3.0);
    let (mut carbons, mut hydrogens) = (vec![[0.0; 3], [1.53, 0.0, 0.0]], Vec::new());
    let first = [1.1 * narrow.cos(), 1.1 * narrow.sin(), 0.0];
    hydrogens.push(first);
    for i in 1..count {
        let before = if i == 1 { first } else { carbons[i - 2] };
        let torsion = if i == 1 || i == count - 1 { PI } else { torsions[i - 2] };
        let on = |length, angle, turn| place(before, carbons[i - 1], carbons[i], length, angle, torsion + turn);
        let [next, left, right] = [on(1.53, wide, 0.0), on(1.1, narrow, third), on(1.1, narrow, -third)];
        if i == 1 {
            let on = |turn| place(next, carbons[1], carbons[0], 1.1, narrow, PI + turn);
            hydrogens.extend([on(third), on(-third)]);
        }
        hydrogens.extend([left, right]);
        if i == count - 1 {
            hydrogens.push(on(1.1, narrow, 0.0));
        } else {
            carbons.push(next);
        }
    }
    carbons.into_iter().chain(hydrogens).flatten().collect()
}
