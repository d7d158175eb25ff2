//! Moves: from a minimum of a cluster to a place in another basin.

use super::lattice::{Lattice, Place, cross, difference, dot, square_distance};
use super::law::PairLaw;
use rand::RngExt;
use rand::rngs::ChaCha12Rng;
use std::f64::consts::PI;

/// The kinds of move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Move {
    /// All atoms a little in all directions (Li and Scheraga, Proc. Natl. Acad. Sci. 84, 6611 (1987); Wales and Doye, J. Phys. Chem. A
    /// 101, 5111 (1997)).
    Kick,
    /// Loosely bound atoms to good vacant sites (Shao, Cheng and Cai, J. Comput. Chem. 25, 1693 (2004)).
    Surface,
    /// Loosely bound atoms into the middle (Takeuchi, J. Chem. Inf. Model. 46, 2066 (2006)).
    Interior,
    /// One part of the cluster turned against the other.
    Twist,
    /// Loosely bound atoms to anywhere on the surrounding sphere (Wales and Doye 1997).
    Angular,
}

impl Move {
    pub const ALL: [Self; 5] = [Self::Kick, Self::Surface, Self::Interior, Self::Twist, Self::Angular];
}

/// Most atoms that a surface move takes, as a fraction of all; interior and angular moves take fewer.
const SURFACE_PART: f64 = 0.2;
const MOVED_PART: f64 = 0.15;

/// Disorder (ε) in the order of bonds and sites: about one bond and a half.
const DISORDER: f64 = 1.5;

/// Least angle of a twist; how far from the centre its plane may be, in radii.
const LEAST_TWIST: f64 = 0.2;
const TWIST_PLANE: f64 = 0.3;

/// Atoms are put into the middle within this part of the radius.
const CORE: f64 = 0.5;

/// In a random start no two atoms are closer than this, in bond lengths.
const APART: f64 = 0.6;

/// Radius of a sphere of so many closely packed atoms.
fn radius(law: impl PairLaw, atoms: usize) -> f64 {
    let volume_of_one = law.bond().powi(3) / 2.0_f64.sqrt();
    (0.75 / PI * volume_of_one * atoms as f64).cbrt()
}

/// Evenly in a sphere of radius one.
fn in_sphere(rng: &mut ChaCha12Rng) -> Place {
    loop {
        let place: Place = std::array::from_fn(|_| rng.random_range(-1.0..1.0));
        if dot(&place, &place) <= 1.0 {
            return place;
        }
    }
}

fn direction(rng: &mut ChaCha12Rng) -> Place {
    loop {
        let place = in_sphere(rng);
        let length = dot(&place, &place).sqrt();
        if length > 0.1 {
            return place.map(|c| c / length);
        }
    }
}

/// Atoms evenly in a sphere that has just room for them, none on top of another.
pub(super) fn random_start(law: impl PairLaw, atoms: usize, rng: &mut ChaCha12Rng) -> Vec<Place> {
    let mut placed: Vec<Place> = Vec::with_capacity(atoms);
    let mut radius = radius(law, atoms) + 0.5 * law.bond();
    let apart = (APART * law.bond()).powi(2);
    while placed.len() < atoms {
        let place = in_sphere(rng).map(|c| c * radius);
        if placed.iter().all(|p| square_distance(p, &place) > apart) {
            placed.push(place);
        } else {
            // A sphere that is too full for what is still to come grows in the end.
            radius *= 1.0005;
        }
    }
    placed
}

fn centre(atoms: &[Place]) -> Place {
    std::array::from_fn(|k| atoms.iter().map(|a| a[k]).sum::<f64>() / atoms.len() as f64)
}

/// Makes a move; `step` is the longest displacement along an axis in a kick, in the law's length.
pub(super) fn propose(
    law: impl PairLaw,
    atoms: Vec<Place>,
    kind: Move,
    step: f64,
    rng: &mut ChaCha12Rng,
) -> Vec<Place> {
    match kind {
        Move::Kick => kick(atoms, step, rng),
        Move::Surface => surface(law, atoms, rng),
        Move::Interior => interior(law, atoms, rng),
        Move::Twist => twist(law, atoms, rng),
        Move::Angular => angular(law, atoms, rng),
    }
}

fn kick(mut atoms: Vec<Place>, step: f64, rng: &mut ChaCha12Rng) -> Vec<Place> {
    for component in atoms.as_flattened_mut() {
        *component += step * rng.random_range(-1.0..1.0);
    }
    atoms
}

/// A few of the most loosely bound atoms, with some disorder in their order.
fn loose<P: PairLaw>(lattice: &Lattice<P>, part: f64, rng: &mut ChaCha12Rng) -> Vec<usize> {
    let most = (part * lattice.atoms.len() as f64) as usize;
    let few = rng.random_range(1..=most.max(1));
    let mut order = lattice.by_bonds();
    for (energy, _) in &mut order {
        *energy += DISORDER * rng.random_range(-1.0..1.0);
    }
    order.sort_by(|a, b| b.0.total_cmp(&a.0));
    order.truncate(few);
    order.into_iter().map(|(_, atom)| atom).collect()
}

fn surface(law: impl PairLaw, atoms: Vec<Place>, rng: &mut ChaCha12Rng) -> Vec<Place> {
    let mut lattice = Lattice::new(law, atoms);
    let mut moved = loose(&lattice, SURFACE_PART, rng);
    // From the back, because a removal renumbers what comes after.
    moved.sort_unstable_by(|a, b| b.cmp(a));
    for &atom in &moved {
        lattice.remove(atom);
    }
    for _ in moved {
        let mut disordered = |energy: f64| energy + DISORDER * rng.random_range(-1.0..1.0);
        let rated: Vec<(f64, Place)> = lattice.sites.iter().map(|s| (disordered(s.energy), s.place)).collect();
        let best = rated.into_iter().min_by(|a, b| a.0.total_cmp(&b.0));
        let place = best.map_or_else(|| direction(rng).map(|c| c * law.bond()), |b| b.1);
        lattice.add(place);
    }
    lattice.atoms
}

fn interior(law: impl PairLaw, atoms: Vec<Place>, rng: &mut ChaCha12Rng) -> Vec<Place> {
    let mut lattice = Lattice::new(law, atoms);
    let middle = centre(&lattice.atoms);
    let core = CORE * radius(law, lattice.atoms.len());
    for atom in loose(&lattice, MOVED_PART, rng) {
        let place = in_sphere(rng);
        lattice.atoms[atom] = std::array::from_fn(|k| middle[k] + core * place[k]);
    }
    lattice.atoms
}

fn angular(law: impl PairLaw, atoms: Vec<Place>, rng: &mut ChaCha12Rng) -> Vec<Place> {
    let mut lattice = Lattice::new(law, atoms);
    let middle = centre(&lattice.atoms);
    let squares = lattice.atoms.iter().map(|a| square_distance(a, &middle));
    let outermost = squares.fold(0.0, f64::max).sqrt();
    for atom in loose(&lattice, MOVED_PART, rng) {
        let way = direction(rng);
        lattice.atoms[atom] = std::array::from_fn(|k| middle[k] + outermost * way[k]);
    }
    lattice.atoms
}

/// Turns what is beyond a plane around the plane's normal (Rodrigues' formula).
fn twist(law: impl PairLaw, mut atoms: Vec<Place>, rng: &mut ChaCha12Rng) -> Vec<Place> {
    let middle = centre(&atoms);
    let axis = direction(rng);
    let (sine, cosine) = rng.random_range(LEAST_TWIST..PI).sin_cos();
    let plane = rng.random_range(-TWIST_PLANE..TWIST_PLANE) * radius(law, atoms.len());
    for atom in &mut atoms {
        let d = difference(atom, &middle);
        let along = dot(&d, &axis);
        if along > plane {
            let sideways = cross(&axis, &d);
            *atom = std::array::from_fn(|k| {
                middle[k] + cosine * d[k] + sine * sideways[k] + (1.0 - cosine) * along * axis[k]
            });
        }
    }
    atoms
}

/// What is known of one kind of move.
#[derive(Clone, Copy, Debug, Default)]
struct Record {
    tries: usize,
    /// Lower minima found.
    gains: usize,
}

/// Chooses among the moves by their success, and the length of kicks by where they lead.
#[derive(Clone, Debug)]
pub(super) struct Repertoire {
    records: [Record; Move::ALL.len()],
    /// Longest displacement along an axis in a kick, bond lengths.
    step: f64,
}

impl Repertoire {
    /// Bounds and start of the length of kicks, bond lengths.
    const STEP: (f64, f64, f64) = (0.2, 0.36, 0.6);
    /// The length changes by this factor after each kick that was too short or too long.
    const CHANGE: f64 = 1.02;
    /// No move is chosen less often than this fraction of the best one's frequency.
    const FLOOR: f64 = 0.2;

    pub fn new() -> Self {
        Self {
            records: [Record::default(); Move::ALL.len()],
            step: Self::STEP.1,
        }
    }

    /// Longest displacement along an axis in a kick, bond lengths.
    pub fn step(&self) -> f64 {
        self.step
    }

    pub fn choose(&self, rng: &mut ChaCha12Rng) -> Move {
        // Laplace's rule of succession, with some trust in advance so that nothing is given up early.
        let rates = self.records.map(|r| (r.gains as f64 + 2.0) / (r.tries as f64 + 10.0));
        let best = rates.into_iter().fold(0.0, f64::max);
        let weights = rates.map(|r| r.max(Self::FLOOR * best));
        let mut left = rng.random::<f64>() * weights.iter().sum::<f64>();
        for (kind, weight) in Move::ALL.into_iter().zip(weights) {
            left -= weight;
            if left < 0.0 {
                return kind;
            }
        }
        Move::Kick
    }

    /// Takes in where a move led: `rise` is the energy of the new minimum beyond the old one's (ε).
    pub fn learn(&mut self, kind: Move, rise: f64, accepted: bool) {
        let record = &mut self.records[kind as usize];
        record.tries += 1;
        record.gains += usize::from(rise < -super::SAME_ENERGY);
        if kind == Move::Kick {
            if rise.abs() <= super::SAME_ENERGY {
                self.step *= Self::CHANGE;
            } else if !accepted {
                self.step /= Self::CHANGE;
            }
            self.step = self.step.clamp(Self::STEP.0, Self::STEP.2);
        }
    }
}
