//! The families of ring conformations, told apart by the dihedrals round the ring.

use crate::conformers::search;
use crate::folder;
use std::f64::consts::PI;
use std::fs;
use thalweg::geometry::{Dihedral, Vector};
use thalweg::optimize::{Criteria, Lbfgs, Limits, minimize};
use thalweg::potential::{EvalError, Potential};

/// How a family is recognized.
enum Mark {
    /// The dihedrals round the ring (degrees) that J. B. Hendrickson gives (J. Am. Chem. Soc. 1967, 89, 7036 and 7047), on another
    /// force field. They are from memory, the papers not being at hand; a test shows that each closes a ring, which a slip in any of them
    /// would prevent.
    Round(&'static [f64]),
    /// The numbers of bonds between corners: a corner is an atom between two gauche bonds of one sign. Where there are three of them or more,
    /// this is the notation of J. Dale (Acta Chem. Scand. 1973, 27, 1115). The dihedrals of crowns alternate in sign: all round a ring of
    /// even size, which has no corner then, and all but one pair round one of odd size. Dale's way of finding corners in those is another.
    Corners(&'static [usize]),
}

use Mark::{Corners, Round};

/// A family: its energy above the lowest on MMFF94 (kcal/mol), its mirror images, its mark, and the point group of the ring's dihedrals.
type Family = (f64, u64, Mark, &'static str);

/// Largest difference from published dihedrals, degrees.
const TOLERANCE: f64 = 13.0;

/// The families of each ring within a window (kcal/mol), and no others: three searches each, of five to eight thousand minimizations with
/// other seeds, found the same (those of seven to nine atoms within 12 kcal/mol). The names are the usual ones; those of ten and twelve atoms
/// without a name here have been given some by others, which could not be looked up. What is told without any paper is corners and symmetry.
fn rings() -> Vec<(usize, f64, Vec<Family>)> {
    vec![
        // Chair, twist-boat.
        (
            6,
            10.0,
            vec![
                (0.0, 1, Round(&[54.4, -54.4, 54.4, -54.4, 54.4, -54.4]), "D3d"),
                (5.93, 2, Round(&[33.2, 33.2, -70.6, 33.2, 33.2, -70.6]), "D2"),
            ],
        ),
        // Twist-chair, twist-boat.
        (
            7,
            10.0,
            vec![
                (0.0, 2, Round(&[39.1, -88.1, 72.3, -54.3, 72.3, -88.1, 39.1]), "C2"),
                (3.1398, 2, Round(&[45.4, 45.4, -64.0, -17.9, 74.6, -17.9, -64.0]), "C2"),
            ],
        ),
        // Boat-chair; twist-chair-chair, of the crown's family; twist-boat-chair; twist-boat, of the boat-boat's family.
        (
            8,
            10.0,
            vec![
                (
                    0.0,
                    1,
                    Round(&[65.0, 44.7, -102.2, 65.0, -65.0, 102.2, -44.7, -65.0]),
                    "Cs",
                ),
                (
                    1.44,
                    2,
                    Round(&[56.2, -82.4, 114.6, -82.4, 56.2, -82.4, 114.6, -82.4]),
                    "D2",
                ),
                (
                    1.99,
                    2,
                    Round(&[88.0, -93.2, 51.9, 44.8, -115.6, 44.8, 51.9, -93.2]),
                    "C2",
                ),
                (
                    3.27,
                    1,
                    Round(&[37.6, 64.9, -37.6, -64.9, 37.6, 64.9, -37.6, -64.9]),
                    "S4",
                ),
            ],
        ),
        // Twist-boat-chair, the triangle; [225]; two of the crown's family, the first with its axis; [234]. On MMFF94, [144] is none of them.
        (
            9,
            10.0,
            vec![
                (0.0, 2, Corners(&[3, 3, 3]), "D3"),
                (1.21, 2, Corners(&[2, 2, 5]), "C2"),
                (1.41, 2, Corners(&[9]), "C2"),
                (3.39, 2, Corners(&[9]), "C1"),
                (3.81, 2, Corners(&[2, 3, 4]), "C1"),
            ],
        ),
        // The lowest is the boat-chair-boat, the third [2233], the sixth the crown, the tenth [2224].
        (
            10,
            5.4,
            vec![
                (0.0, 1, Corners(&[2, 3, 2, 3]), "C2h"),
                (0.69, 2, Corners(&[3, 7]), "C2"),
                (1.52, 2, Corners(&[2, 2, 3, 3]), "C2"),
                (2.70, 2, Corners(&[2, 8]), "C1"),
                (2.88, 2, Corners(&[4, 6]), "C1"),
                (3.86, 1, Corners(&[]), "C2h"),
                (3.98, 2, Corners(&[3, 7]), "C2"),
                (4.73, 2, Corners(&[5, 5]), "C2"),
                (4.95, 2, Corners(&[5, 5]), "D2"),
                (5.14, 1, Corners(&[2, 2, 2, 4]), "Cs"),
                (5.30, 2, Corners(&[2, 8]), "C1"),
            ],
        ),
        // The lowest is the square, the second [2334], and [2343] comes twice: without symmetry and with a plane.
        (
            12,
            4.2,
            vec![
                (0.0, 2, Corners(&[3, 3, 3, 3]), "D2"),
                (2.01, 2, Corners(&[2, 3, 3, 4]), "C1"),
                (3.41, 2, Corners(&[3, 9]), "C2"),
                (3.64, 2, Corners(&[2, 3, 4, 3]), "C1"),
                (3.84, 1, Corners(&[2, 3, 4, 3]), "Cs"),
            ],
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
        .map(|k| (at[(k + 1) % at.len()] + n - at[k] - 1) % n + 1)
        .collect();
    let turned = |from: &[usize], k: usize| [&from[k..], &from[..k]].concat();
    let back: Vec<usize> = apart.iter().rev().copied().collect();
    let all = (0..apart.len()).flat_map(|k| [turned(&apart, k), turned(&back, k)]);
    all.min().unwrap_or_default()
}

/// The point group that the dihedrals round a ring have. Turning the ring or going round it backwards leaves dihedrals as they are where that
/// is a rotation, and changes their signs where it is a reflection or turns the ring over on itself.
fn symmetry(dihedrals: &[f64]) -> String {
    let n = dihedrals.len();
    let is_kept = |sign: f64, place: &dyn Fn(usize) -> usize| {
        (0..n).all(|k| {
            let apart = (dihedrals[k] - sign * dihedrals[place(k)]).to_radians();
            apart.sin().atan2(apart.cos()).abs() < SAME_DIHEDRAL.to_radians()
        })
    };
    let turns = |sign| (0..n).filter(|&m| is_kept(sign, &|k| (k + m) % n)).count();
    let returns = |sign| (0..n).filter(|&m| is_kept(sign, &|k| (n + m - k) % n)).count();
    let (about, across) = (turns(1.0), returns(1.0));
    match (across > 0, turns(-1.0) > 0, returns(-1.0) > 0) {
        (false, false, false) => format!("C{about}"),
        (true, false, false) if about == 1 => "C2".to_owned(),
        (true, false, false) => format!("D{about}"),
        (false, true, false) => format!("S{}", 2 * about),
        (false, false, true) if about == 1 => "Cs".to_owned(),
        (true, true, true) if about == 1 => "C2h".to_owned(),
        (false, _, true) => format!("C{about}v"),
        (true, ..) => format!("D{about}d"),
    }
}

/// Dihedrals that symmetry makes equal differ by less than this, degrees: coordinates are written with six decimals.
const SAME_DIHEDRAL: f64 = 0.05;

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
        for ((conformer, (energy, degeneracy, mark, group)), round) in list.iter().zip(&families).zip(&round) {
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
            }
            assert_eq!(symmetry(round), *group, "{smiles}, {energy}: {round:.0?}");
        }
    }
}

fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]
}

/// Published dihedrals round a ring of one size each.
fn published() -> Vec<(usize, Vec<&'static [f64]>)> {
    let round = |family: &Family| match family.2 {
        Round(round) => Some(round),
        Corners(_) => None,
    };
    let of_ring = |(size, _, families): (usize, f64, Vec<Family>)| (size, families.iter().filter_map(round).collect());
    rings().into_iter().map(of_ring).collect()
}

/// The marks tell families apart.
#[test]
fn each_published_family_is_like_no_other() {
    for (size, published) in published() {
        for (k, a) in published.iter().enumerate() {
            for b in &published[..k] {
                assert!(difference(a, b) > 2.0 * TOLERANCE, "{size}: {a:?} {b:?}");
            }
        }
    }
}

/// How far from closed (Å) a ring of these dihedrals (degrees) remains, and how far apart its angles (degrees) are, at best.
fn closure(dihedrals: &[f64]) -> (f64, f64) {
    let mut ring = Ring(dihedrals.iter().map(|d| d.to_radians()).collect());
    let start = vec![2.0; dihedrals.len()];
    let criteria = Criteria::rms_gradient(1e-7);
    let limits = Limits {
        evaluations: Some(20_000),
        ..Limits::default()
    };
    let found = minimize(&mut ring, &start, &mut Lbfgs::default(), &criteria, &limits, &mut ()).unwrap();
    let angles = &found.point.x;
    let [least, most] = [f64::min, f64::max].map(|fold| angles.iter().copied().reduce(fold).unwrap());
    (
        ring.gap(angles)[..3].iter().map(|g| g * g).sum::<f64>().sqrt(),
        (most - least).to_degrees(),
    )
}

/// Rings of given dihedrals (radian) and bonds of 1.53 Å, as a function of their angles (radian): open ones are high, and so are those of uneven
/// angles, a little.
struct Ring(Vec<f64>);

impl Ring {
    /// Beside how much a ring is open, uneven angles hardly count.
    const EVENNESS: f64 = 1e-5;
    /// For differences, radian.
    const STEP: f64 = 1e-5;

    /// What the walk once round the ring misses: its start (Å), and its first directions.
    fn gap(&self, angles: &[f64]) -> [f64; 9] {
        let (mut at, mut along, mut beside) = ([0.0; 3], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]);
        for (angle, dihedral) in angles.iter().zip(&self.0) {
            let up = cross(along, beside);
            let mix = |a: [f64; 3], b: [f64; 3], turn: f64| [0, 1, 2].map(|k| turn.cos() * a[k] + turn.sin() * b[k]);
            at = [0, 1, 2].map(|k| at[k] + 1.53 * along[k]);
            let turn = PI - angle;
            let aside = mix(beside, along.map(|c| -c), turn);
            along = mix(along, beside, turn);
            beside = mix(aside, up, *dihedral);
        }
        let missed = [
            at,
            [along[0] - 1.0, along[1], along[2]],
            [beside[0], beside[1] - 1.0, beside[2]],
        ];
        std::array::from_fn(|k| missed[k / 3][k % 3])
    }

    fn energy(&self, angles: &[f64]) -> f64 {
        let mean = angles.iter().sum::<f64>() / angles.len() as f64;
        let uneven: f64 = angles.iter().map(|a| (a - mean).powi(2)).sum();
        self.gap(angles).iter().map(|g| g * g).sum::<f64>() + Self::EVENNESS * uneven
    }
}

impl Potential for Ring {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
        for (k, slope) in gradient.iter_mut().enumerate() {
            let mut moved = x.to_vec();
            let [up, down] = [1.0, -1.0].map(|sign| {
                moved[k] = x[k] + sign * Self::STEP;
                self.energy(&moved)
            });
            *slope = (up - down) / (2.0 * Self::STEP);
        }
        Ok(self.energy(x))
    }
}

/// Dihedrals are not free to be chosen: of those that are published, each set closes a ring whose angles are within 3° of each other, and none does
/// if one of its dihedrals is wrong by 10°.
#[test]
fn published_dihedrals_close_rings() {
    for (size, published) in published() {
        for round in published {
            let (gap, range) = closure(round);
            assert!(gap < 0.01 && range < 3.2, "{size}: {round:?}: {gap} and {range}");
            for k in 0..size {
                for slip in [-10.0, 10.0] {
                    let mut wrong = round.to_vec();
                    wrong[k] += slip;
                    let (gap, range) = closure(&wrong);
                    assert!(gap > 0.01 || range > 4.0, "{size}: {wrong:?}: {gap} and {range}");
                }
            }
        }
    }
}
