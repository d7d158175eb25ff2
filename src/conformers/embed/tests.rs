//! Small molecules and oddities.

use super::*;
use crate::chem::kekulize::kekulize;
use crate::chem::stereo::{Center, Parity, Side, Stereo, StereoBond, parity, side};
use crate::chem::valence::usual_valence;
use crate::chem::{Atom, Bond, BondOrder, Element};
use crate::geometry::{Dihedral, Vector};
use crate::potential::Potential;
use penalty::{Penalty, point};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

/// Pairs of atoms and the order of their bond.
type Bonds<'a> = &'a [(usize, usize, u8)];

/// A molecule from its heavy atoms and bonds (a digit is the order, after the two atoms); hydrogens fill up the usual valences.
fn molecule(heavy: &str, bonds: Bonds<'_>) -> Molecule {
    let mut atoms: Vec<Atom> = heavy
        .split_whitespace()
        .map(|s| Atom::new(Element::from_symbol(s).unwrap()))
        .collect();
    let order = |o: u8| match o {
        2 => BondOrder::Double,
        3 => BondOrder::Triple,
        4 => BondOrder::Aromatic,
        _ => BondOrder::Single,
    };
    let mut all: Vec<Bond> = bonds.iter().map(|&(a, b, o)| Bond::new(a, b, order(o))).collect();
    let elements: Vec<Element> = atoms.iter().map(|a| a.element).collect();
    for (atom, element) in elements.into_iter().enumerate() {
        let used: f64 = all
            .iter()
            .filter(|b| b.atoms.contains(&atom))
            .map(|b| b.order.value())
            .sum();
        let valence = usual_valence(element).unwrap_or(0);
        for _ in (used as i32)..valence {
            all.push(Bond::new(atom, atoms.len(), BondOrder::Single));
            atoms.push(Atom::new(Element::H));
        }
    }
    Molecule::new(atoms, all).unwrap()
}

fn ring(size: usize) -> Vec<(usize, usize, u8)> {
    (0..size).map(|i| (i, (i + 1) % size, 1)).collect()
}

fn embedder(molecule: &Molecule) -> Embedder {
    Embedder::new(molecule, &Configuration::default()).unwrap()
}

fn geometries(embedder: &Embedder, count: usize) -> Vec<Vec<f64>> {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    (0..count).map(|_| embedder.embed(&mut rng).unwrap()).collect()
}

fn distance(x: &[f64], i: usize, j: usize) -> f64 {
    (point(x, 3, i) - point(x, 3, j)).square().sqrt()
}

fn dihedral(x: &[f64], atoms: [usize; 4]) -> f64 {
    let [i, j, k, l] = atoms.map(|a| point(x, 3, a));
    Dihedral::new(i, j, k, l).value().to_degrees()
}

#[test]
fn nothing_and_single_atoms_are_geometries() {
    assert!(geometries(&embedder(&Molecule::default()), 1)[0].is_empty());
    assert_eq!(geometries(&embedder(&molecule("He", &[])), 1)[0], [0.0; 3]);
}

#[test]
fn small_molecules_have_their_lengths_and_angles() {
    for x in geometries(&embedder(&molecule("O", &[])), 5) {
        assert!((distance(&x, 0, 1) - 0.96).abs() < 0.05);
        assert!((distance(&x, 1, 2) - 1.51).abs() < 0.1);
    }
    for x in geometries(&embedder(&molecule("C C", &[(0, 1, 3)])), 5) {
        assert!((distance(&x, 2, 3) - 3.33).abs() < 0.15, "{}", distance(&x, 2, 3));
    }
    let hydrogen = Molecule::new(vec![Atom::new(Element::H); 2], vec![Bond::new(0, 1, BondOrder::Single)]).unwrap();
    assert!((distance(&geometries(&embedder(&hydrogen), 1)[0], 0, 1) - 0.7).abs() < 0.1);
}

#[test]
fn allenes_are_perpendicular_and_alkenes_flat() {
    for x in geometries(&embedder(&molecule("C C C", &[(0, 1, 2), (1, 2, 2)])), 5) {
        assert!((dihedral(&x, [3, 0, 2, 5]).abs() - 90.0).abs() < 15.0);
    }
    for x in geometries(&embedder(&molecule("C C", &[(0, 1, 2)])), 5) {
        assert!(dihedral(&x, [2, 0, 1, 4]).to_radians().sin().abs() < 0.2);
    }
}

#[test]
fn butane_comes_out_anti_and_gauche_of_both_hands() {
    let butane = molecule("C C C C", &[(0, 1, 1), (1, 2, 1), (2, 3, 1)]);
    let angles: Vec<f64> = geometries(&embedder(&butane), 40)
        .iter()
        .map(|x| dihedral(x, [0, 1, 2, 3]))
        .collect();
    assert!(angles.iter().any(|a| a.abs() > 150.0));
    assert!(angles.iter().any(|a| (40.0..90.0).contains(a)));
    assert!(angles.iter().any(|a| (-90.0..-40.0).contains(a)));
}

#[test]
fn cyclohexane_is_mostly_a_chair() {
    let mut chairs = 0;
    for x in geometries(&embedder(&molecule("C C C C C C", &ring(6))), 40) {
        let turns: Vec<f64> = (0..6)
            .map(|i| dihedral(&x, [i, (i + 1) % 6, (i + 2) % 6, (i + 3) % 6]))
            .collect();
        chairs += usize::from(turns.windows(2).all(|t| t[0] * t[1] < 0.0));
    }
    assert!(
        (20..40).contains(&chairs),
        "{chairs} chairs, of which some should be boats"
    );
}

#[test]
fn cages_and_spiro_rings_embed() {
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
    ]
    .map(|(a, b)| (a, b, 1));
    let norbornane = [
        (0, 1, 1),
        (1, 2, 1),
        (2, 3, 1),
        (3, 4, 1),
        (4, 5, 1),
        (5, 0, 1),
        (0, 6, 1),
        (6, 3, 1),
    ];
    let pentane = [(0, 1, 1), (1, 2, 1), (0, 3, 1), (3, 2, 1), (0, 4, 1), (4, 2, 1)];
    let spiro = [(0, 1, 1), (1, 2, 1), (2, 0, 1), (2, 3, 1), (3, 4, 1), (4, 2, 1)];
    let cases: [(&str, Bonds<'_>); 4] = [
        ("C C C C C C C C", &cubane),
        ("C C C C C C C", &norbornane),
        ("C C C C C", &pentane),
        ("C C C C C", &spiro),
    ];
    for (heavy, bonds) in cases {
        geometries(&embedder(&molecule(heavy, bonds)), 10);
    }
}

#[test]
fn hypervalent_centers_embed() {
    for (center, count, least) in [("S", 6, 75.0_f64), ("P", 5, 75.0)] {
        let mut atoms = vec![Atom::new(Element::from_symbol(center).unwrap())];
        atoms.extend(vec![Atom::new(Element::F); count]);
        let bonds = (1..=count).map(|i| Bond::new(0, i, BondOrder::Single)).collect();
        let x = &geometries(&embedder(&Molecule::new(atoms, bonds).unwrap()), 1)[0];
        for i in 1..=count {
            for j in 1..i {
                let nearest = distance(x, 0, i).min(distance(x, 0, j));
                assert!(
                    distance(x, i, j) > 2.0 * nearest * (least.to_radians() / 2.0).sin(),
                    "{center}"
                );
            }
        }
    }
}

#[test]
fn fragments_lie_beside_each_other() {
    for x in geometries(&embedder(&molecule("O O", &[])), 10) {
        let apart = distance(&x, 0, 1);
        assert!((2.2..12.0).contains(&apart), "{apart}");
    }
}

#[test]
fn buckminsterfullerene_embeds() {
    let golden = f64::midpoint(1.0, 5.0_f64.sqrt());
    let mut corners: Vec<[f64; 3]> = Vec::new();
    for base in [
        [0.0, 1.0, 3.0 * golden],
        [1.0, 2.0 + golden, 2.0 * golden],
        [golden, 2.0, 2.0 * golden + 1.0],
    ] {
        for signs in 0..8 {
            let signed: [f64; 3] = std::array::from_fn(|k| if (signs >> k) & 1 == 1 { -base[k] } else { base[k] });
            for turn in 0..3 {
                let corner: [f64; 3] = std::array::from_fn(|k| signed[(k + turn) % 3]);
                if !corners.iter().any(|c| (0..3).all(|k| (c[k] - corner[k]).abs() < 1e-9)) {
                    corners.push(corner);
                }
            }
        }
    }
    assert_eq!(corners.len(), 60);
    let bonded = |a: &[f64; 3], b: &[f64; 3]| (0..3).map(|k| (a[k] - b[k]).powi(2)).sum::<f64>() < 4.1;
    let mut bonds = Vec::new();
    for (i, corner) in corners.iter().enumerate() {
        bonds.extend(
            (0..i)
                .filter(|&j| bonded(corner, &corners[j]))
                .map(|j| Bond::new(j, i, BondOrder::Aromatic)),
        );
    }
    let mut fullerene = Molecule::new(vec![Atom::new(Element::C); 60], bonds).unwrap();
    kekulize(&mut fullerene).unwrap();
    let x = &geometries(&embedder(&fullerene), 1)[0];
    // Hollow: no carbon is near the centroid.
    let sum = (0..60).fold(Vector::zero(), |s, a| s + point(x, 3, a));
    let centroid = sum.times(1.0 / 60.0);
    assert!((0..60).all(|a| (point(x, 3, a) - centroid).square().sqrt() > 2.5));
}

fn stated_center(atom: usize, neighbors: &[usize], parity: Parity) -> Configuration {
    Configuration {
        stereo: Stereo {
            centers: vec![Center {
                atom,
                neighbors: neighbors.to_vec(),
            }],
            bonds: Vec::new(),
        },
        parities: vec![Some(parity)],
        sides: Vec::new(),
    }
}

#[test]
fn centers_have_the_configuration_that_is_stated() {
    let methane = molecule("C F Cl Br", &[(0, 1, 1), (0, 2, 1), (0, 3, 1)]);
    for hand in [Parity::Clockwise, Parity::Anticlockwise] {
        let stated = stated_center(0, &[1, 2, 3, 4], hand);
        for x in geometries(&Embedder::new(&methane, &stated).unwrap(), 10) {
            assert_eq!(parity(&stated.stereo.centers[0], &x), Some(hand));
        }
    }
}

fn stated_bond(atoms: [usize; 2], references: [usize; 2], side: Side) -> Configuration {
    Configuration {
        stereo: Stereo {
            centers: Vec::new(),
            bonds: vec![StereoBond {
                bond: 0,
                atoms,
                references,
            }],
        },
        parities: Vec::new(),
        sides: vec![Some(side)],
    }
}

#[test]
fn double_bonds_have_the_side_that_is_stated_and_either_one_else() {
    let butene = molecule("C C C C", &[(1, 2, 2), (0, 1, 1), (2, 3, 1)]);
    for stated in [Side::Cis, Side::Trans] {
        let configuration = stated_bond([1, 2], [0, 3], stated);
        for x in geometries(&Embedder::new(&butene, &configuration).unwrap(), 10) {
            assert_eq!(side(&configuration.stereo.bonds[0], &x), Some(stated));
        }
    }
    let any = stated_bond([1, 2], [0, 3], Side::Cis);
    let sides: Vec<_> = geometries(&embedder(&butene), 20)
        .iter()
        .map(|x| side(&any.stereo.bonds[0], x))
        .collect();
    assert!(sides.contains(&Some(Side::Cis)) && sides.contains(&Some(Side::Trans)));
}

#[test]
fn impossible_stereo_is_said() {
    let mut bonds = ring(6);
    bonds[0].2 = 2;
    let cyclohexene = molecule("C C C C C C", &bonds);
    let found = Embedder::new(&cyclohexene, &stated_bond([0, 1], [5, 2], Side::Trans)).err();
    assert_eq!(found, Some(EmbedError::ImpossibleSide { bond: [0, 1], ring: 6 }));

    let bonds = [
        (0, 1, 1),
        (1, 2, 1),
        (2, 3, 1),
        (3, 4, 1),
        (4, 5, 1),
        (5, 0, 1),
        (0, 6, 1),
        (6, 3, 1),
    ];
    let norbornane = molecule("C C C C C C C", &bonds);
    let hydrogen = |atom: usize| norbornane.neighbors(atom).iter().map(|n| n.atom).max().unwrap();
    // Seen from the bridge of one atom, the other two run round one bridgehead as they do against the clock round the other.
    let mut stated = stated_center(0, &[1, 5, 6, hydrogen(0)], Parity::Clockwise);
    let other = stated_center(3, &[2, 4, 6, hydrogen(3)], Parity::Clockwise);
    stated.stereo.centers.extend(other.stereo.centers);
    stated.parities.push(Some(Parity::Clockwise));
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let same = Embedder::new(&norbornane, &stated).unwrap().embed(&mut rng);
    stated.parities[1] = Some(Parity::Anticlockwise);
    let opposite = Embedder::new(&norbornane, &stated).unwrap().embed(&mut rng);
    assert!(opposite.is_ok(), "{opposite:?}");
    assert!(matches!(same, Err(EmbedError::ImpossibleCenter { .. })), "{same:?}");
}

#[test]
fn the_same_stream_gives_the_same_geometry() {
    let octane = molecule("C C C C C C C C", &ring(8)[..7]);
    assert_eq!(geometries(&embedder(&octane), 3), geometries(&embedder(&octane), 3));
}

#[test]
fn a_bond_through_a_ring_is_refused() {
    let mut x: Vec<f64> = (0..6)
        .flat_map(|i| {
            let angle = f64::from(i) * std::f64::consts::FRAC_PI_3;
            [1.4 * angle.cos(), 1.4 * angle.sin(), 0.0]
        })
        .collect();
    x.extend([0.3, 0.1, -0.7, 0.3, 0.2, 0.7, 2.9, 0.0, -0.7, 2.9, 0.0, 0.7]);
    let hexagon = vec![(0..6).collect::<Vec<usize>>()];
    assert_eq!(checks::rings(&hexagon, &[[6, 7]], &x), Err(Refusal::Pierced([6, 7])));
    assert_eq!(checks::rings(&hexagon, &[[8, 9]], &x), Ok(()));
}

#[test]
fn the_penalty_has_the_gradient_that_differences_have() {
    let alcohol = molecule("C C N O", &[(0, 1, 2), (1, 2, 1), (2, 3, 1)]);
    let mut embedder = embedder(&alcohol);
    embedder.terms.chiral = vec![volumes::Volume {
        atoms: [0, 1, 2, 3],
        lower: 2.0,
        upper: f64::INFINITY,
    }];
    for weights in [refine::FREE, refine::FINAL] {
        let mut surface = Penalty::new(&embedder.terms, weights);
        let n = surface.len();
        let x: Vec<f64> = (0..n).map(|i| 1.7 * ((i * i) as f64 * 0.37 + i as f64).sin()).collect();
        let (mut gradient, mut scratch) = (vec![f64::NAN; n], vec![0.0; n]);
        surface.energy_gradient(&x, &mut gradient).unwrap();
        let step = 1e-5;
        for (i, &expected) in gradient.iter().enumerate() {
            let mut at = |t: f64| {
                let mut moved = x.clone();
                moved[i] += t;
                surface.energy_gradient(&moved, &mut scratch).unwrap()
            };
            let difference = (at(step) - at(-step)) / (2.0 * step);
            let scale = expected.abs().max(1.0);
            assert!(
                (difference - expected).abs() < 1e-5 * scale,
                "{i}: {difference} {}",
                expected
            );
        }
    }
}
