use super::*;
use crate::chem::{Atom, Bond};

/// Atoms as symbols with charge (`N+`), bonds as (a, b, order) with order 4 for aromatic.
fn molecule(atoms: &str, bonds: &[(usize, usize, u8)]) -> Molecule {
    let atom = |text: &str| {
        let symbol = text.trim_end_matches(['+', '-']);
        let mut atom = Atom::new(Element::from_symbol(symbol).unwrap());
        atom.formal_charge = text.matches('+').count() as i8 - text.matches('-').count() as i8;
        atom
    };
    let bond = |&(a, b, order): &(usize, usize, u8)| {
        let order = match order {
            1 => BondOrder::Single,
            2 => BondOrder::Double,
            _ => BondOrder::Aromatic,
        };
        Bond::new(a, b, order)
    };
    Molecule::new(
        atoms.split_whitespace().map(atom).collect(),
        bonds.iter().map(bond).collect(),
    )
    .unwrap()
}

fn ring(n: usize) -> Vec<(usize, usize, u8)> {
    (0..n).map(|i| (i, (i + 1) % n, 4)).collect()
}

fn with(mut bonds: Vec<(usize, usize, u8)>, more: &[(usize, usize, u8)]) -> Vec<(usize, usize, u8)> {
    bonds.extend(more);
    bonds
}

fn doubles(molecule: &Molecule) -> usize {
    molecule.bonds().iter().filter(|b| b.order == BondOrder::Double).count()
}

fn kekulized(atoms: &str, bonds: &[(usize, usize, u8)]) -> Molecule {
    let mut molecule = molecule(atoms, bonds);
    kekulize(&mut molecule).unwrap();
    assert!(molecule.bonds().iter().all(|b| b.order != BondOrder::Aromatic));
    molecule
}

#[test]
fn simple_rings() {
    assert_eq!(doubles(&kekulized("C C C C C C", &ring(6))), 3);
    assert_eq!(doubles(&kekulized("N C C C C C", &ring(6))), 3);
    assert_eq!(doubles(&kekulized("O C C C C", &ring(5))), 2);
    assert_eq!(doubles(&kekulized("S C N C C", &ring(5))), 2);
    assert_eq!(doubles(&kekulized("N C C C C H", &with(ring(5), &[(0, 5, 1)]))), 2);
    assert_eq!(doubles(&kekulized("O+ C C C C C", &ring(6))), 3);
    assert_eq!(doubles(&kekulized("C- C C C C", &ring(5))), 2);
}

#[test]
fn imidazole_keeps_the_hydrogen_where_it_is() {
    let imidazole = kekulized("N C N C C H", &with(ring(5), &[(0, 5, 1)]));
    assert_eq!(imidazole.bond(0).order, BondOrder::Single);
    assert_eq!(imidazole.bond(1).order, BondOrder::Double);
    assert_eq!(imidazole.net_charge(), 0);
}

#[test]
fn exocyclic_double_bond() {
    let pyridone = kekulized("N C C C C C O H", &with(ring(6), &[(1, 6, 2), (0, 7, 1)]));
    assert_eq!(doubles(&pyridone), 3);
    let oxide = kekulized("N C C C C C O", &with(ring(6), &[(0, 6, 2)]));
    assert_eq!((doubles(&oxide), oxide.net_charge()), (4, 0));
}

#[test]
fn missing_hydrogen_on_pyrrole_and_missing_charges() {
    let pyrrole = kekulized("N C C C C", &ring(5));
    assert_eq!((doubles(&pyrrole), pyrrole.net_charge()), (2, 0));
    let pyridinium = kekulized("N C C C C C C", &with(ring(6), &[(0, 6, 1)]));
    assert_eq!((doubles(&pyridinium), pyridinium.net_charge()), (3, 1));
    let carboxylate = kekulized("C C O O", &[(0, 1, 1), (1, 2, 4), (1, 3, 4)]);
    assert_eq!((doubles(&carboxylate), carboxylate.net_charge()), (1, -1));
    let guanidinium = kekulized(
        "C N N N H H H H H H",
        &[
            (0, 1, 4),
            (0, 2, 4),
            (0, 3, 4),
            (1, 4, 1),
            (1, 5, 1),
            (2, 6, 1),
            (2, 7, 1),
            (3, 8, 1),
            (3, 9, 1),
        ],
    );
    assert_eq!((doubles(&guanidinium), guanidinium.net_charge()), (1, 1));
}

#[test]
fn odd_rings_need_blossoms() {
    // Azulene, and two five-rings with an even path between.
    let azulene = with(ring(10), &[(0, 4, 4)]);
    assert_eq!(doubles(&kekulized(&"C ".repeat(10), &azulene)), 5);
    let fulvalene = [
        (0, 1, 4),
        (1, 2, 4),
        (2, 3, 4),
        (3, 4, 4),
        (4, 0, 4),
        (5, 6, 4),
        (6, 7, 4),
        (7, 8, 4),
        (8, 9, 4),
        (9, 5, 4),
        (2, 7, 4),
    ];
    assert_eq!(doubles(&kekulized(&"C ".repeat(10), &fulvalene)), 5);
}

#[test]
fn long_ribbon() {
    // Polyacene of 1,000 rings.
    let n = 2001;
    let mut bonds: Vec<(usize, usize, u8)> = (0..n - 1)
        .flat_map(|i| [(i, i + 1, 4), (n + i, n + i + 1, 4)])
        .collect();
    bonds.extend((0..n).step_by(2).map(|i| (i, n + i, 4)));
    assert_eq!(doubles(&kekulized(&"C ".repeat(2 * n), &bonds)), n);
}

#[test]
fn impossible_names_an_atom_and_changes_nothing() {
    let mut cyclopentadienyl = molecule("C C C C C", &ring(5));
    let before = cyclopentadienyl.clone();
    let error = kekulize(&mut cyclopentadienyl).unwrap_err();
    assert!(error.atom < 5 && error.to_string().contains("aromatic bonds at atom"));
    assert_eq!(cyclopentadienyl, before);
}

/// Whether all atoms that must be matched can be, by trying everything.
fn coverable(neighbors: &[Vec<usize>], needs: &[Need], taken: &mut Vec<bool>) -> bool {
    let Some(atom) = (0..needs.len()).find(|&a| needs[a] == Need::Must && !taken[a]) else {
        return true;
    };
    taken[atom] = true;
    let found = neighbors[atom].iter().any(|&b| {
        if taken[b] || needs[b] == Need::Never {
            return false;
        }
        taken[b] = true;
        let found = coverable(neighbors, needs, taken);
        taken[b] = false;
        found
    });
    taken[atom] = false;
    found
}

#[test]
fn matching_agrees_with_exhaustive_search() {
    let mut seed = 3_u64;
    let mut random = |below: usize| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((seed >> 33) as usize) % below
    };
    for _ in 0..3000 {
        let n = 2 + random(9);
        let mut neighbors = vec![Vec::new(); n];
        for _ in 0..n + random(5) {
            let (a, b) = (random(n), random(n));
            if a != b && !neighbors[a].contains(&b) {
                neighbors[a].push(b);
                neighbors[b].push(a);
            }
        }
        let needs: Vec<Need> = (0..n)
            .map(|_| [Need::Must, Need::Must, Need::Must, Need::May, Need::Never][random(5)])
            .collect();
        let mut matching = Matching::new(neighbors.clone());
        let left = matching.cover(&needs);
        assert_eq!(
            left.is_none(),
            coverable(&neighbors, &needs, &mut vec![false; n]),
            "{neighbors:?} {needs:?}"
        );
        for atom in 0..n {
            if let Some(other) = matching.partner(atom) {
                assert_eq!(matching.partner(other), Some(atom));
                assert!(neighbors[atom].contains(&other) && needs[atom] != Need::Never);
            }
        }
    }
}
