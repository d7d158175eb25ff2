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
pub fn moved(rng: &mut ChaCha8Rng, x: &[f64]) -> Vec<f64> {
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
fn dozens_of_methyl_groups_stay_cheap() {
    // A chain with three methyl groups on every second atom but hydrogens replaced: (CH3)3Si-O-[Si(CH3)2-O]10-Si(CH3)3, 6²²·2¹⁰·… names.
    let mut symbols = Vec::new();
    let (mut bonds, mut hydrogens) = (Vec::new(), Vec::new());
    for i in 0..23 {
        symbols.push(if i % 2 == 0 { "Si" } else { "O" });
        hydrogens.push(0);
        if i > 0 {
            bonds.push((i - 1, i));
        }
    }
    for i in (0..23).step_by(2) {
        for _ in 0..if i == 0 || i == 22 { 3 } else { 2 } {
            bonds.push((i, symbols.len()));
            symbols.push("C");
            hydrogens.push(3);
        }
    }
    let molecule = molecule(&symbols, &bonds, &hydrogens);
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let x = tree_geometry(&mut rng, &molecule);
    let similarity = Similarity::of(&molecule, Compared::All);
    let shape = similarity.shape(&x);
    let again = mirrored(&scrambled(&mut rng, &molecule, &x));
    let again = added(&moved(&mut rng, &again), &random(&mut rng, molecule.len(), 0.05));
    let again = similarity.shape_of_second(&again);
    assert_eq!(
        similarity.within(&shape, &again, Hand::Either, 0.1),
        Some(Hand::Mirrored)
    );
    let other = similarity.shape_of_second(&tree_geometry(&mut rng, &molecule));
    assert_eq!(similarity.within(&shape, &other, Hand::Either, 0.1), None);
}

/// One of the geometries with the same shape, by random choices among the automorphisms.
pub fn scrambled(rng: &mut ChaCha8Rng, molecule: &Molecule, x: &[f64]) -> Vec<f64> {
    let correspondence = Correspondence::automorphisms(molecule);
    let (core, branches) = correspondence.steps();
    let (mut image, mut used) = (vec![0; molecule.len()], vec![false; molecule.len()]);
    for step in core.iter().chain(branches) {
        let mut candidates = Vec::new();
        correspondence.candidates(step, &image, &used, &mut candidates);
        image[step.atom] = candidates[rng.random_range(0..candidates.len())];
        used[image[step.atom]] = true;
    }
    renamed(x, &image)
}

/// Coordinates of an acyclic molecule with tetrahedral angles, bonds of 1.5 Å and random torsions; each centre's neighbours go round in
/// the order of the bonds.
pub fn tree_geometry(rng: &mut ChaCha8Rng, molecule: &Molecule) -> Vec<f64> {
    let mut x = vec![0.0; 3 * molecule.len()];
    let mut waiting = vec![(0, usize::MAX, [0.0, 0.0, 1.0])];
    while let Some((atom, from, back)) = waiting.pop() {
        let place = [x[3 * atom], x[3 * atom + 1], x[3 * atom + 2]];
        let side = perpendicular(back);
        let third = cross(back, side);
        let start = std::f64::consts::TAU * rng.random::<f64>();
        let mut turn = 0.0;
        for next in molecule.neighbors(atom).iter().map(|n| n.atom).filter(|&n| n != from) {
            // A first atom has a neighbour where others have what they came from.
            let direction = if from == usize::MAX && turn == 0.0 && molecule.degree(atom) > 3 {
                turn = 1e-9;
                back
            } else {
                let angle = start + turn;
                turn += std::f64::consts::TAU / 3.0;
                let (sine, cosine) = angle.sin_cos();
                let around = |k: usize| (8.0_f64 / 9.0).sqrt() * (cosine * side[k] + sine * third[k]);
                [0, 1, 2].map(|k| around(k) - back[k] / 3.0)
            };
            (0..3).for_each(|k| x[3 * next + k] = place[k] + 1.5 * direction[k]);
            waiting.push((next, atom, direction.map(|c| -c)));
        }
    }
    x
}

fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]
}

fn perpendicular(v: [f64; 3]) -> [f64; 3] {
    let other = if v[0].abs() < 0.7 {
        [1.0, 0.0, 0.0]
    } else {
        [0.0, 1.0, 0.0]
    };
    let c = cross(v, other);
    let length = c.iter().map(|p| p * p).sum::<f64>().sqrt();
    c.map(|p| p / length)
}

/// A ring in a plane, with the substituents of each atom above and below it in the order of the bonds.
fn flat_ring(molecule: &Molecule, size: usize) -> Vec<f64> {
    let mut x = vec![0.0; 3 * molecule.len()];
    for atom in 0..size {
        let (sine, cosine) = (std::f64::consts::TAU * atom as f64 / size as f64).sin_cos();
        (x[3 * atom], x[3 * atom + 1]) = (1.5 * cosine, 1.5 * sine);
        let outside = molecule.neighbors(atom).iter().map(|n| n.atom).filter(|&n| n >= size);
        for (next, height) in outside.zip([0.9, -0.9]) {
            x[3 * next..3 * next + 3].copy_from_slice(&[2.0 * cosine, 2.0 * sine, height]);
        }
    }
    x
}

#[test]
fn mirror_images_of_chiral_molecules_are_others() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let fluoroalkane = |swapped: &[bool]| {
        let n = swapped.len() + 2;
        let mut bonds: Vec<(usize, usize)> = (1..n).map(|i| (i - 1, i)).collect();
        let mut symbols = vec!["C"; n];
        for (i, &swap) in swapped.iter().enumerate() {
            // Hydrogen as a heavy atom, so that its place among the bonds can be chosen.
            for symbol in if swap { ["H", "F"] } else { ["F", "H"] } {
                bonds.push((i + 1, symbols.len()));
                symbols.push(symbol);
            }
        }
        let hydrogens: Vec<usize> = (0..symbols.len())
            .map(|i| if i == 0 || i == n - 1 { 3 } else { 0 })
            .collect();
        molecule(&symbols, &bonds, &hydrogens)
    };
    // A chain's neighbouring centres that look alike from one end are mirror images of each other.
    let cases = [
        (&[false, false][..], true),
        (&[false, true], false),
        (&[false, false, false], true),
        (&[false, true, false], true),
        (&[false, false, true], false),
        (&[false, false, false, false], true),
        (&[false, true, true, false], true),
        (&[false, true, false, true], false),
    ];
    for (swapped, wanted) in cases {
        let molecule = fluoroalkane(swapped);
        let x = tree_geometry(&mut rng, &molecule);
        let x = scrambled(&mut rng, &molecule, &x);
        // Naming hydrogens and halves otherwise changes nothing.
        assert_eq!(
            Handedness::new(&molecule).mirror_image_is_same_molecule(&x),
            wanted,
            "{swapped:?}"
        );
    }
    let halomethane = |symbols: &[&str]| molecule(symbols, &[(0, 1), (0, 2), (0, 3), (0, 4)], &[]);
    for (symbols, wanted) in [(["C", "F", "Cl", "Br", "H"], false), (["C", "F", "Cl", "H", "H"], true)] {
        let molecule = halomethane(&symbols);
        let x = tree_geometry(&mut rng, &molecule);
        assert_eq!(
            Handedness::new(&molecule).mirror_image_is_same_molecule(&x),
            wanted,
            "{symbols:?}"
        );
    }
    let butane = chain(4);
    let x = tree_geometry(&mut rng, &butane);
    assert!(Handedness::new(&butane).mirror_image_is_same_molecule(&x));
    let long = chain(200);
    let x = tree_geometry(&mut rng, &long);
    assert!(Handedness::new(&long).mirror_image_is_same_molecule(&x));
}

#[test]
fn mirror_images_of_rings_depend_on_all_their_centres() {
    // Difluorocyclohexanes: the place of the second fluorine, whether it is above, and whether the mirror image is the same.
    for (place, above, wanted) in [
        (1, true, true),
        (1, false, false),
        (2, true, true),
        (2, false, false),
        (3, true, true),
        (3, false, true),
    ] {
        let mut symbols = vec!["C"; 6];
        let mut bonds: Vec<(usize, usize)> = (0..6).map(|i| (i, (i + 1) % 6)).collect();
        for atom in 0..6 {
            let pair = match atom {
                0 => ["F", "H"],
                _ if atom == place && above => ["F", "H"],
                _ if atom == place => ["H", "F"],
                _ => ["H", "H"],
            };
            for symbol in pair {
                bonds.push((atom, symbols.len()));
                symbols.push(symbol);
            }
        }
        let molecule = molecule(&symbols, &bonds, &[]);
        let x = flat_ring(&molecule, 6);
        let found = Handedness::new(&molecule).mirror_image_is_same_molecule(&x);
        assert_eq!(found, wanted, "1,{} {above}", place + 1);
    }
}

#[test]
fn atoms_in_another_order_are_found_and_other_molecules_refused() {
    let mut rng = ChaCha8Rng::seed_from_u64(9);
    let hexane = chain(6);
    let x = tree_geometry(&mut rng, &hexane);
    // Backwards.
    let n = hexane.len();
    let atoms = (0..n).rev().map(|a| hexane.atom(a).clone()).collect();
    let bonds = hexane
        .bonds()
        .iter()
        .rev()
        .map(|b| Bond::new(n - 1 - b.atoms[1], n - 1 - b.atoms[0], b.order))
        .collect();
    let turned = Molecule::new(atoms, bonds).unwrap();
    let y = moved(&mut rng, &renamed(&x, &(0..n).rev().collect::<Vec<_>>()));
    for atoms in [Compared::Heavy, Compared::All] {
        let similarity = Similarity::between(&hexane, &turned, atoms).unwrap();
        let found = similarity.best(&x, &y, Hand::Same).unwrap().unwrap();
        assert!(found.rmsd < 1e-9 && found.exact, "{found:?}");
        let mapped = found.mapping.iter().enumerate().filter_map(|(a, m)| Some((a, (*m)?)));
        assert!(mapped.clone().all(|(a, m)| hexane.element(a) == turned.element(m)));
        assert_eq!(mapped.count(), similarity.count());
        let back = found.superposed(&y);
        let heavy = (0..6)
            .map(|a| crate::linalg::vector::farthest_atom(&x[3 * a..3 * a + 3], &back[3 * (n - 1 - a)..3 * (n - a)]));
        // The chain may have been turned round as well.
        assert!(atoms == Compared::Heavy || heavy.into_iter().all(|d| d < 1e-8));
    }
    let refused = |other: &Molecule| {
        Similarity::between(&hexane, other, Compared::All)
            .map(|_| ())
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        refused(&chain(5)),
        "the molecules have different atoms: C6H14 and C5H12"
    );
    let branched = molecule(
        &["C"; 6],
        &[(0, 1), (1, 2), (2, 3), (3, 4), (1, 5)],
        &[3, 1, 2, 2, 3, 3],
    );
    assert!(
        refused(&branched).contains("has no counterpart"),
        "{}",
        refused(&branched)
    );
    let ether = molecule(&["C", "O", "C"], &[(0, 1), (1, 2)], &[3, 0, 3]);
    let alcohol = molecule(&["C", "C", "O"], &[(0, 1), (1, 2)], &[3, 2, 1]);
    let message = Similarity::between(&ether, &alcohol, Compared::All)
        .map(|_| ())
        .unwrap_err()
        .to_string();
    assert!(
        message.contains("different bonds: 6 C-H in the first, 5 in the second"),
        "{message}"
    );
}
