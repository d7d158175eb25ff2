//! The families of ring conformations, told apart by the dihedrals round the ring.

use crate::conformers::search;
use crate::folder;
use std::fs;
use thalweg::geometry::{Dihedral, Vector};

/// How a family is recognized.
enum Mark {
    /// The dihedrals round the ring (degrees) that J. B. Hendrickson gives (J. Am. Chem. Soc. 1967, 89, 7036 and 7047), on another
    /// force field.
    Round(&'static [f64]),
    /// The numbers of bonds between corners (J. Dale, Acta Chem. Scand. 1973, 27, 1115): a corner is an atom between two gauche bonds of one
    /// sign.
    Corners(&'static [usize]),
    /// By its energy alone.
    None,
}

use Mark::{Corners, None, Round};

/// A family: its energy above the lowest on MMFF94 (kcal/mol), its mirror images, and its mark.
type Family = (f64, u64, Mark);

/// Largest difference from published dihedrals, degrees.
const TOLERANCE: f64 = 13.0;

/// The families of each ring within a window (kcal/mol). Of up to ten atoms, searches of ten times the length found no others.
fn rings() -> Vec<(usize, f64, Vec<Family>)> {
    vec![
        // Chair, twist-boat.
        (
            6,
            10.0,
            vec![
                (0.0, 1, Round(&[54.4, -54.4, 54.4, -54.4, 54.4, -54.4])),
                (5.93, 2, Round(&[33.2, 33.2, -70.6, 33.2, 33.2, -70.6])),
            ],
        ),
        // Twist-chair, twist-boat.
        (
            7,
            10.0,
            vec![
                (0.0, 2, Round(&[39.1, -88.1, 72.3, -54.3, 72.3, -88.1, 39.1])),
                (3.1398, 2, Round(&[45.4, 45.4, -64.0, -17.9, 74.6, -17.9, -64.0])),
            ],
        ),
        // Boat-chair; twist-chair-chair, of the crown's family; twist-boat-chair; twist-boat, of the boat-boat's family.
        (
            8,
            10.0,
            vec![
                (0.0, 1, Round(&[65.0, 44.7, -102.2, 65.0, -65.0, 102.2, -44.7, -65.0])),
                (1.44, 2, Round(&[56.2, -82.4, 114.6, -82.4, 56.2, -82.4, 114.6, -82.4])),
                (1.99, 2, Round(&[88.0, -93.2, 51.9, 44.8, -115.6, 44.8, 51.9, -93.2])),
                (3.27, 1, Round(&[37.6, 64.9, -37.6, -64.9, 37.6, 64.9, -37.6, -64.9])),
            ],
        ),
        // The lowest is the twist-boat-chair.
        (
            9,
            10.0,
            vec![
                (0.0, 2, Corners(&[3, 3, 3])),
                (1.21, 2, Corners(&[2, 2, 5])),
                (1.41, 2, None),
                (3.39, 2, None),
                (3.81, 2, Corners(&[2, 3, 4])),
            ],
        ),
        // The lowest is the boat-chair-boat, which is its own mirror image; the third the twist-boat-chair.
        (
            10,
            4.3,
            vec![
                (0.0, 1, Corners(&[2, 3, 2, 3])),
                (0.69, 2, None),
                (1.52, 2, Corners(&[2, 2, 3, 3])),
                (2.70, 2, None),
                (2.88, 2, None),
                (3.86, 1, None),
                (3.98, 2, None),
            ],
        ),
        // The lowest is the square.
        (
            12,
            3.0,
            vec![(0.0, 2, Corners(&[3, 3, 3, 3])), (2.01, 2, Corners(&[2, 3, 3, 4]))],
        ),
    ]
}

/// Dihedrals (degrees) about the bonds of the ring that the first atoms of each frame make, in order.
fn dihedrals(frames: &str, size: usize) -> Vec<Vec<f64>> {
    let lines: Vec<&str> = frames.lines().collect();
    let atoms: usize = lines[0].trim().parse().unwrap();
    let frame = |lines: &[&str]| -> Vec<f64> {
        let place = |k: usize| {
            let numbers = lines[2 + k % size].split_whitespace().skip(1).take(3);
            let numbers: Vec<f64> = numbers.map(|n| n.parse().unwrap()).collect();
            Vector([numbers[0], numbers[1], numbers[2]])
        };
        let about = |k: usize| Dihedral::new(place(k), place(k + 1), place(k + 2), place(k + 3)).value();
        (0..size).map(|k| about(k).to_degrees()).collect()
    };
    lines.chunks(atoms + 2).map(frame).collect()
}

/// Largest difference of two rings' dihedrals, wherever one begins, whichever way round, in either hand.
fn difference(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len();
    let mut least = f64::INFINITY;
    for start in 0..n {
        for (sign, backwards) in [(1.0, false), (-1.0, false), (1.0, true), (-1.0, true)] {
            let other = |k: usize| {
                if backwards {
                    b[(start + n - k) % n]
                } else {
                    b[(start + k) % n]
                }
            };
            let most = (0..n).map(|k| (a[k] - sign * other(k)).abs()).fold(0.0, f64::max);
            least = least.min(most);
        }
    }
    least
}

/// Numbers of bonds between corners, from the smallest round the ring.
fn corners(dihedrals: &[f64]) -> Vec<usize> {
    let n = dihedrals.len();
    let is_gauche = |d: f64| d.abs() < 100.0;
    let at: Vec<usize> = (0..n)
        .filter(|&k| {
            let (a, b) = (dihedrals[k], dihedrals[(k + 1) % n]);
            a * b > 0.0 && is_gauche(a) && is_gauche(b)
        })
        .collect();
    let apart: Vec<usize> = (0..at.len())
        .map(|k| (at[(k + 1) % at.len()] + n - at[k]) % n)
        .collect();
    let turned = |from: &[usize], k: usize| [&from[k..], &from[..k]].concat();
    let back: Vec<usize> = apart.iter().rev().copied().collect();
    let all = (0..apart.len()).flat_map(|k| [turned(&apart, k), turned(&back, k)]);
    all.min().unwrap_or_default()
}

#[test]
fn rings_have_their_families() {
    let folder = folder("rings");
    for (size, window, families) in rings() {
        let smiles = format!("C1{}C1", "C".repeat(size - 2));
        let window = window.to_string();
        let arguments = ["--forcefield", "mmff94", "--window", &window, "-o", "ring.xyz"];
        let found = search(&folder, &smiles, &arguments);
        let list = found["conformers"].as_array().unwrap();
        assert_eq!(list.len(), families.len(), "{smiles}: {found}");
        let round = dihedrals(&fs::read_to_string(folder.join("ring.xyz")).unwrap(), size);
        for ((conformer, (energy, degeneracy, mark)), round) in list.iter().zip(&families).zip(&round) {
            let above = conformer["relative_energy"].as_f64().unwrap();
            assert!((above - energy).abs() < 0.0051, "{smiles}: {found}");
            assert_eq!(conformer["degeneracy"], *degeneracy, "{smiles}: {found}");
            match mark {
                Round(published) => {
                    assert!(
                        difference(published, round) < TOLERANCE,
                        "{smiles}, {energy}: {round:.0?}"
                    );
                }
                Corners(published) => assert_eq!(corners(round), *published, "{smiles}, {energy}: {round:.0?}"),
                None => {}
            }
        }
    }
}

/// The marks tell families apart.
#[test]
fn each_published_family_is_like_no_other() {
    for (size, _, families) in rings() {
        let published: Vec<&[f64]> = families
            .iter()
            .filter_map(|(_, _, mark)| {
                if let Round(round) = mark {
                    Some(*round)
                } else {
                    Option::None
                }
            })
            .collect();
        for (k, a) in published.iter().enumerate() {
            for b in &published[..k] {
                assert!(difference(a, b) > 2.0 * TOLERANCE, "{size}: {a:?} {b:?}");
            }
        }
    }
}
