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

/// Coordinates with these torsions of the chain (radian), staggered methyl groups, and ideal bonds and angles: the same from either end.
pub fn coordinates(torsions: &[f64]) -> Vec<f64> {
    let (wide, narrow, half) = (113.0_f64.to_radians(), 110.0_f64.to_radians(), 53.5_f64.to_radians());
    let mut x = vec![[0.0; 3], [1.53, 0.0, 0.0]];
    x.push(place([0.0, 1.0, 0.0], x[0], x[1], 1.53, wide, PI));
    for (i, &torsion) in torsions.iter().enumerate() {
        x.push(place(x[i], x[i + 1], x[i + 2], 1.53, wide, torsion));
    }
    let last = x.len() - 1;
    let methyl = |x: &[[f64; 3]], c: usize, b: usize, a: usize| {
        [PI, PI / 3.0, -PI / 3.0].map(|turn| place(x[a], x[b], x[c], 1.1, narrow, turn))
    };
    let mut hydrogens = methyl(&x, 0, 1, 2).to_vec();
    for i in 1..last {
        let (back, forth) = (unit(minus(x[i - 1], x[i])), unit(minus(x[i + 1], x[i])));
        let normal = unit(cross(back, forth));
        let outward = unit([0, 1, 2].map(|k| -back[k] - forth[k]));
        for side in [half.sin(), -half.sin()] {
            hydrogens.push([0, 1, 2].map(|k| x[i][k] + 1.1 * (half.cos() * outward[k] + side * normal[k])));
        }
    }
    hydrogens.extend(methyl(&x, last, last - 1, last - 2));
    x.into_iter().chain(hydrogens).flatten().collect()
}
