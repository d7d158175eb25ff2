use super::*;
use crate::chem::{Atom, Bond, BondOrder, Element};

fn graph(atoms: usize, bonds: &[(usize, usize)]) -> Molecule {
    let bonds = bonds.iter().map(|&(a, b)| Bond::new(a, b, BondOrder::Single)).collect();
    Molecule::new(vec![Atom::new(Element::C); atoms], bonds).unwrap()
}

fn cycle(n: usize) -> Vec<(usize, usize)> {
    (0..n).map(|i| (i, (i + 1) % n)).collect()
}

fn sizes(rings: &Rings) -> Vec<usize> {
    rings.all().iter().map(Vec::len).collect()
}

fn both(atoms: usize, bonds: &[(usize, usize)]) -> (Vec<usize>, Vec<usize>) {
    let molecule = graph(atoms, bonds);
    (
        sizes(&Rings::smallest_set(&molecule)),
        sizes(&Rings::relevant_cycles(&molecule)),
    )
}

/// The fullerene C60 by the layers of its Schlegel diagram.
fn fullerene60() -> Vec<(usize, usize)> {
    let mut bonds = Vec::new();
    let rings = [(0usize, 5usize), (5, 15), (20, 20), (40, 15), (55, 5)];
    for (start, n) in rings {
        bonds.extend((0..n).map(|i| (start + i, start + (i + 1) % n)));
    }
    for i in 0..5 {
        bonds.push((i, 5 + 3 * i));
        bonds.push((5 + 3 * i + 1, 20 + 4 * i));
        bonds.push((5 + 3 * i + 2, 20 + 4 * i + 3));
        bonds.push((20 + 4 * i + 1, 40 + 3 * i));
        bonds.push((20 + 4 * i + 2, 40 + 3 * i + 2));
        bonds.push((40 + 3 * i + 1, 55 + i));
    }
    bonds
}

#[test]
fn benzene_naphthalene_and_trees() {
    assert_eq!(both(6, &cycle(6)), (vec![6], vec![6]));
    let mut naphthalene = cycle(10);
    naphthalene.push((0, 5));
    assert_eq!(both(10, &naphthalene), (vec![6, 6], vec![6, 6]));
    assert_eq!(both(4, &[(0, 1), (1, 2), (2, 3)]), (vec![], vec![]));
    assert_eq!(both(0, &[]), (vec![], vec![]));
}

#[test]
fn tables_agree_with_rings() {
    let molecule = graph(7, &[(3, 4), (4, 5), (5, 6), (6, 3), (0, 3), (0, 1), (1, 2)]);
    let rings = Rings::smallest_set(&molecule);
    assert_eq!(rings.all(), &[vec![3, 4, 5, 6]]);
    assert_eq!(rings.of_atom(0), &[] as &[usize]);
    assert_eq!(rings.of_atom(3), &[0]);
    assert_eq!(rings.of_bond(3), &[0]);
    assert_eq!(rings.of_bond(4), &[] as &[usize]);
    assert!(rings.atom_in_size(4, 4) && !rings.atom_in_size(1, 4) && rings.bond_in_size(0, 4));
}

#[test]
fn cages() {
    let cubane = [
        (0, 1),
        (1, 2),
        (2, 3),
        (3, 0),
        (4, 5),
        (5, 6),
        (6, 7),
        (7, 4),
        (0, 4),
        (1, 5),
        (2, 6),
        (3, 7),
    ];
    assert_eq!(both(8, &cubane), (vec![4; 5], vec![4; 6]));
    // Adamantane: four CH (0-3), six CH2 (4-9) between each pair.
    let adamantane = [
        (0, 4),
        (4, 1),
        (0, 5),
        (5, 2),
        (0, 6),
        (6, 3),
        (1, 7),
        (7, 2),
        (1, 8),
        (8, 3),
        (2, 9),
        (9, 3),
    ];
    assert_eq!(both(10, &adamantane), (vec![6; 3], vec![6; 4]));
    let bicyclooctane = [(0, 1), (1, 2), (2, 3), (0, 4), (4, 5), (5, 3), (0, 6), (6, 7), (7, 3)];
    assert_eq!(both(8, &bicyclooctane), (vec![6; 2], vec![6; 3]));
    let norbornane = [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 0), (0, 6), (6, 3)];
    assert_eq!(both(7, &norbornane), (vec![5; 2], vec![5; 2]));
}

#[test]
fn spiro_macrocycle_and_fragments() {
    let spiro = [(0, 1), (1, 2), (2, 0), (0, 3), (3, 4), (4, 5), (5, 0)];
    assert_eq!(both(6, &spiro), (vec![3, 4], vec![3, 4]));
    assert_eq!(both(40, &cycle(40)), (vec![40], vec![40]));
    let two = [(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 6), (6, 3), (7, 8)];
    assert_eq!(both(9, &two), (vec![3, 4], vec![3, 4]));
}

#[test]
fn porphyrin() {
    // Macrocycle of 20 atoms in units of five: N-side carbon, N, carbon, meso carbon; the beta carbons close pyrroles.
    let mut bonds = Vec::new();
    for unit in 0..4 {
        let base = 6 * unit;
        let [alpha, n, omega, meso, beta1, beta2] = [0, 1, 2, 3, 4, 5].map(|i| base + i);
        bonds.extend([(alpha, n), (n, omega), (omega, meso), (meso, (base + 6) % 24)]);
        bonds.extend([(alpha, beta1), (beta1, beta2), (beta2, omega)]);
    }
    assert_eq!(both(24, &bonds), (vec![5, 5, 5, 5, 16], vec![5, 5, 5, 5, 16]));
}

#[test]
fn fullerene() {
    let (smallest, relevant) = both(60, &fullerene60());
    assert_eq!(smallest.len(), 31);
    assert_eq!(smallest.iter().filter(|&&n| n == 5).count(), 12);
    assert_eq!(relevant.len(), 32);
}

#[test]
fn exponential_families_are_capped() {
    // 30 para-linked six-rings closed to one macrocycle: 2^30 relevant macrocycles.
    let mut bonds = Vec::new();
    for ring in 0..30 {
        let base = 6 * ring;
        bonds.extend((0..6).map(|i| (base + i, base + (i + 1) % 6)));
        bonds.push((base + 3, (base + 6) % 180));
    }
    let molecule = graph(180, &bonds);
    assert_eq!(sizes(&Rings::smallest_set(&molecule)).len(), 31);
    assert!(Rings::relevant_cycles(&molecule).all().len() <= 1024 + 16 * 31 + 31);
}

#[test]
fn independent_of_order_of_bonds() {
    let mut bonds = fullerene60();
    let first = Rings::smallest_set(&graph(60, &bonds));
    bonds.reverse();
    let second = Rings::smallest_set(&graph(60, &bonds));
    assert_eq!(first.all(), second.all());
}

#[test]
fn large_sheet_is_fast() {
    // A ladder of 1,500 fused four-rings, and a sheet of 40 x 40 squares.
    let mut ladder: Vec<_> = (0..1500).map(|i| (2 * i, 2 * i + 1)).collect();
    ladder.extend((0..1499).flat_map(|i| [(2 * i, 2 * i + 2), (2 * i + 1, 2 * i + 3)]));
    assert_eq!(both(3000, &ladder).1, vec![4; 1499]);
    let mut sheet = Vec::new();
    for i in 0..41 {
        for j in 0..41 {
            if j < 40 {
                sheet.push((41 * i + j, 41 * i + j + 1));
            }
            if i < 40 {
                sheet.push((41 * i + j, 41 * (i + 1) + j));
            }
        }
    }
    assert_eq!(both(41 * 41, &sheet).0, vec![4; 1600]);
}

/// A small linear congruential generator (Knuth's constants), for tests that must not vary.
fn random(seed: &mut u64, below: usize) -> usize {
    *seed = seed
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    ((*seed >> 33) as usize) % below
}

#[test]
fn numbering_does_not_matter() {
    let mut seed = 5;
    for _ in 0..200 {
        let n = 4 + random(&mut seed, 12);
        let mut bonds = Vec::new();
        for i in 1..n {
            bonds.push((random(&mut seed, i), i));
        }
        for _ in 0..1 + random(&mut seed, 9) {
            let (a, b) = (random(&mut seed, n), random(&mut seed, n));
            if a != b && !bonds.contains(&(a.min(b), a.max(b))) {
                bonds.push((a.min(b), a.max(b)));
            }
        }
        let mut renumbered: Vec<usize> = (0..n).collect();
        for i in (1..n).rev() {
            renumbered.swap(i, random(&mut seed, i + 1));
        }
        let other: Vec<_> = bonds.iter().map(|&(a, b)| (renumbered[a], renumbered[b])).collect();
        let (smallest, relevant) = both(n, &bonds);
        assert_eq!(smallest.len(), bonds.len() + 1 - n, "a fragment's cycle rank");
        assert_eq!((smallest, relevant), both(n, &other), "{bonds:?}");
    }
}
