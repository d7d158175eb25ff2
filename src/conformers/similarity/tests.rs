use super::*;
use crate::chem::{Atom, Bond, BondOrder};
use crate::conformers::handedness::Handedness;
use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};

/// Heavy atoms by symbol and bonds between them, and the number of hydrogens on each.
pub fn molecule(symbols: &[&str], bonds: &[(usize, usize)], hydrogens: &[usize]) -> Molecule {
    let mut atoms: Vec<Atom> = symbols
        .iter()
        .map(|s| Atom::new(Element::from_symbol(s).unwrap()))
        .collect();
    let mut list: Vec<Bond> = bonds.iter().map(|&(a, b)| Bond::new(a, b, BondOrder::Single)).collect();
    for (heavy, &count) in hydrogens.iter().enumerate() {
        for _ in 0..count {
            list.push(Bond::new(heavy, atoms.len(), BondOrder::Single));
            atoms.push(Atom::new(Element::H));
        }
    }
    Molecule::new(atoms, list).unwrap()
}

fn chain(n: usize) -> Molecule {
    let bonds: Vec<_> = (1..n).map(|i| (i - 1, i)).collect();
    let hydrogens: Vec<_> = (0..n).map(|i| if i == 0 || i == n - 1 { 3 } else { 2 }).collect();
    molecule(&vec!["C"; n], &bonds, &hydrogens)
}

fn ring(symbols: &[&str], hydrogens: &[usize]) -> Molecule {
    let n = symbols.len();
    let bonds: Vec<_> = (0..n).map(|i| (i, (i + 1) % n)).collect();
    molecule(symbols, &bonds, hydrogens)
}

/// Molecules with the orders of their groups.
fn samples() -> Vec<(&'static str, Molecule, usize)> {
    let star = [(0, 1), (0, 2), (0, 3), (0, 4)];
    let p_xylene: Vec<_> = (0..6).map(|i| (i, (i + 1) % 6)).chain([(0, 6), (3, 7)]).collect();
    let glucose: Vec<_> = (0..6)
        .map(|i| (i, (i + 1) % 6))
        .chain([(0, 6), (1, 7), (2, 8), (3, 9), (4, 10), (10, 11)])
        .collect();
    let acetate = [(0, 1), (1, 2), (1, 3)];
    vec![
        ("methane", molecule(&["C"], &[], &[4]), 24),
        ("hydrogen", molecule(&["H", "H"], &[(0, 1)], &[]), 2),
        ("hexane", chain(6), 2 * 36 * 16),
        ("neopentane", molecule(&["C"; 5], &star, &[0, 3, 3, 3, 3]), 24 * 1296),
        (
            "p-xylene",
            molecule(&["C"; 8], &p_xylene, &[0, 1, 1, 0, 1, 1, 3, 3]),
            4 * 36,
        ),
        ("benzene", ring(&["C"; 6], &[1; 6]), 12),
        ("cyclohexane", ring(&["C"; 6], &[2; 6]), 12 * 64),
        (
            "trimethylphosphine",
            molecule(&["P", "C", "C", "C"], &star[..3], &[0, 3, 3, 3]),
            6 * 216,
        ),
        (
            "glucose",
            molecule(
                &["C", "C", "C", "C", "C", "O", "O", "O", "O", "O", "C", "O"],
                &glucose,
                &[1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 2, 1],
            ),
            2,
        ),
        (
            "crown",
            ring(
                &["O", "C", "C", "O", "C", "C", "O", "C", "C", "O", "C", "C"],
                &[0, 2, 2, 0, 2, 2, 0, 2, 2, 0, 2, 2],
            ),
            8 * 256,
        ),
        ("acetate", molecule(&["C", "C", "O", "O"], &acetate, &[3, 0, 0, 0]), 12),
        ("argon", molecule(&["Ar"; 5], &[], &[]), 120),
        ("water", molecule(&["O", "O", "O"], &[], &[2, 2, 2]), 6 * 8),
    ]
}

fn random(rng: &mut ChaCha8Rng, atoms: usize, size: f64) -> Vec<f64> {
    (0..3 * atoms).map(|_| size * (rng.random::<f64>() - 0.5)).collect()
}

fn added(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(p, q)| p + q).collect()
}

/// `x` with atom a at the place of atom `mapping[a]`.
fn renamed(x: &[f64], mapping: &[usize]) -> Vec<f64> {
    mapping
        .iter()
        .flat_map(|&m| [x[3 * m], x[3 * m + 1], x[3 * m + 2]])
        .collect()
}

/// A rotation by a random quaternion, and a shift.
fn moved(rng: &mut ChaCha8Rng, x: &[f64]) -> Vec<f64> {
    let covariance: Vec<f64> = random(rng, 3, 1.0);
    let motion = Superposition {
        rotation: crate::linalg::superposition::best_rotation(&covariance.try_into().unwrap()).unwrap(),
        translation: [1.0, -20.0, 0.3],
        rmsd: 0.0,
    };
    motion.apply(x)
}

/// The least distance over all elements of the group, one after the other.
fn brute_force(similarity: &Similarity, mappings: &[Vec<usize>], x: &[f64], y: &[f64], hand: Hand) -> f64 {
    let weights: Vec<f64> = similarity.compared[0].iter().map(|&c| f64::from(u8::from(c))).collect();
    let images: &[Vec<f64>] = &match hand {
        Hand::Same => vec![y.to_vec()],
        Hand::Mirrored => vec![mirrored(y)],
        Hand::Either => vec![y.to_vec(), mirrored(y)],
    };
    let all = mappings.iter().flat_map(|m| images.iter().map(move |y| renamed(y, m)));
    all.map(|y| superpose(x, &y, Some(&weights)).unwrap().rmsd)
        .fold(f64::INFINITY, f64::min)
}

#[test]
fn groups_have_their_orders() {
    for (name, molecule, order) in samples() {
        let mappings = Correspondence::automorphisms(&molecule)
            .mappings(order)
            .unwrap_or_default();
        assert_eq!(mappings.len(), order, "{name}");
        for m in &mappings {
            for bond in molecule.bonds() {
                let [a, b] = bond.atoms;
                assert!(molecule.bond_between(m[a], m[b]).is_some(), "{name}");
            }
        }
        assert!(
            Correspondence::automorphisms(&molecule).mappings(order - 1).is_none(),
            "{name}"
        );
    }
}

#[test]
fn the_least_distance_is_that_of_the_whole_group() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for (name, molecule, order) in samples() {
        let mappings = Correspondence::automorphisms(&molecule).mappings(order).unwrap();
        // Neopentane's group is large to go through.
        let rounds = if order > 3000 { 1 } else { 3 };
        for (round, atoms, hand) in (0..rounds)
            .flat_map(|r| [Compared::Heavy, Compared::All].map(|a| (r, a)))
            .flat_map(|(r, a)| [Hand::Same, Hand::Mirrored, Hand::Either].map(|h| (r, a, h)))
        {
            let similarity = Similarity::of(&molecule, atoms);
            let x = random(&mut rng, molecule.len(), 5.0);
            // From unrelated to nearly alike.
            let y = if round == 0 {
                random(&mut rng, molecule.len(), 5.0)
            } else {
                let some = &mappings[rng.random_range(0..mappings.len())];
                let noise = random(&mut rng, molecule.len(), round as f64 - 0.8);
                renamed(&added(&x, &noise), some)
            };
            let wanted = brute_force(&similarity, &mappings, &x, &y, hand);
            let turned = moved(&mut rng, &y);
            let found = similarity.best(&x, &turned, hand).unwrap().unwrap();
            assert!(found.exact, "{name} {round}");
            assert!(
                (found.rmsd - wanted).abs() < 1e-6,
                "{name} {round} {atoms:?} {hand:?}: {} {wanted}",
                found.rmsd
            );
            let shapes = (similarity.shape(&x), similarity.shape_of_second(&turned));
            assert!(similarity.least(&shapes.0, &shapes.1) <= wanted + 1e-9);
            let within = |limit| similarity.within(&shapes.0, &shapes.1, hand, limit).is_some();
            assert!(
                within(wanted + 1e-6) && !within(wanted - 1e-6),
                "{name} {round} {atoms:?} {hand:?}"
            );
        }
    }
}

#[test]
fn chiral_molecules_have_mirror_images_that_are_others() {
    // A tetrahedral arrangement needs real geometries: every centre's ligands at the corners, in the order of the bonds or reversed.
    let corners = [[1.0, 1.0, 1.0], [1.0, -1.0, -1.0], [-1.0, 1.0, -1.0], [-1.0, -1.0, 1.0]];
    let butane = chain(4);
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let mut x = random(&mut rng, butane.len(), 0.2);
    for (center, at) in (0..4).map(|c| (c, 10.0 * c as f64)) {
        x[3 * center] = at;
    }
    let _ = (corners, &x);
    assert!(Handedness::new(&butane).mirror_image_is_same_molecule(&x));
}
