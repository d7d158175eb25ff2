//! What a finished geometry must be, whatever the penalty says.

use super::bounds::{Close, Relation};
use super::penalty::{point, volume};
use super::shape::Shape;
use super::volumes::Volume;
use crate::chem::hybridization::Hybridization;
use crate::chem::stereo::{Configuration, parity, side};
use crate::geometry::Vector;
use std::fmt;

/// How far a bond, an angle's ends and a rigid dihedral's ends may be from their ranges, as a fraction of the distance.
const TOLERANCE: [f64; 3] = [0.15, 0.2, 0.25];
/// Rings up to this size let nothing through.
const CLOSED_RING: usize = 9;
/// Scalar triple product of unit vectors below which a corner of a tetrahedral centre counts as flat.
const FLAT_CORNER: f64 = 0.02;

/// Why a geometry was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Refusal {
    /// The penalty could not be brought down.
    Strained,
    /// A bond, an angle or a rigid dihedral is off.
    Distance([usize; 2]),
    /// A centre has the wrong configuration.
    Chirality(usize),
    /// A double bond's references are not on the sides that were stated.
    Side([usize; 2]),
    /// A tetrahedral centre lies outside its neighbours.
    InsideOut(usize),
    /// A bond runs through a ring.
    Pierced([usize; 2]),
    /// Two rings are linked like a chain's.
    Linked([usize; 2]),
}

/// The first close pair that is far from its range.
pub(super) fn distances(close: &[Close], x: &[f64]) -> Result<(), Refusal> {
    for c in close {
        let [i, j] = c.atoms.map(|a| point(x, 3, a));
        let length = (i - j).square().sqrt();
        let tolerance = TOLERANCE[match c.relation {
            Relation::Bond => 0,
            Relation::Angle => 1,
            Relation::Rigid => 2,
        }];
        if !(c.lower * (1.0 - tolerance)..=c.upper * (1.0 + tolerance)).contains(&length) {
            return Err(Refusal::Distance(c.atoms));
        }
    }
    Ok(())
}

/// The first volume with the wrong sign.
pub(super) fn chirality(volumes: &[Volume], centers: &[usize], x: &[f64], dimensions: usize) -> Result<(), Refusal> {
    let wrong = |v: &Volume| {
        let value = volume(x, dimensions, v.atoms);
        if v.lower > 0.0 { value <= 0.0 } else { value >= 0.0 }
    };
    match volumes.iter().position(wrong) {
        Some(k) => Err(Refusal::Chirality(centers[k])),
        None => Ok(()),
    }
}

/// Tetrahedral centres that must have their neighbours all around: not where two three-rings meet (bicyclobutane) or more than two
/// four-rings (propellanes).
pub(super) fn surrounded_centers(shape: &Shape<'_>) -> Vec<(usize, [usize; 4])> {
    let surrounded = |a: usize| {
        let neighbors = <[_; 4]>::try_from(shape.molecule.neighbors(a)).ok()?;
        let unstrained = shape.rings_up_to(a, 3) < 2 && shape.rings_up_to(a, 4) < 3;
        let counts = unstrained && shape.hybridization[a] == Hybridization::Sp3;
        counts.then(|| (a, neighbors.map(|n| n.atom)))
    };
    (0..shape.molecule.len()).filter_map(surrounded).collect()
}

/// Whether each such centre lies inside its neighbours' tetrahedron.
pub(super) fn inside(centers: &[(usize, [usize; 4])], x: &[f64]) -> Result<(), Refusal> {
    for &(center, neighbors) in centers {
        let o = point(x, 3, center);
        let [a, b, c, d] = neighbors.map(|n| {
            let v = point(x, 3, n) - o;
            v.times(v.square().sqrt().recip())
        });
        let corners = [
            a.dot(b.cross(c)),
            -b.dot(c.cross(d)),
            c.dot(d.cross(a)),
            -d.dot(a.cross(b)),
        ];
        let one_sign = corners.iter().all(|&v| v > FLAT_CORNER) || corners.iter().all(|&v| v < -FLAT_CORNER);
        if !one_sign {
            return Err(Refusal::InsideOut(center));
        }
    }
    Ok(())
}

/// Whether no bond runs through a small ring, and no two rings are linked.
pub(super) fn rings(rings: &[Vec<usize>], bonds: &[[usize; 2]], x: &[f64]) -> Result<(), Refusal> {
    let discs: Vec<Disc<'_>> = rings.iter().map(|ring| Disc::new(ring, x)).collect();
    for disc in discs.iter().filter(|d| d.ring.len() <= CLOSED_RING) {
        for bond in bonds {
            let apart = !bond.iter().any(|a| disc.ring.contains(a));
            if apart && disc.crossings(*bond, x) != 0 {
                return Err(Refusal::Pierced(*bond));
            }
        }
    }
    for (k, large) in discs.iter().enumerate().filter(|(_, d)| d.ring.len() > CLOSED_RING) {
        for other in discs[..k]
            .iter()
            .filter(|o| o.ring.iter().all(|a| !large.ring.contains(a)))
        {
            let next = other.ring.iter().cycle().skip(1);
            let sides = other.ring.iter().zip(next);
            if sides.map(|(&a, &b)| large.crossings([a, b], x)).sum::<i32>() != 0 {
                return Err(Refusal::Linked([large.ring[0], other.ring[0]]));
            }
        }
    }
    Ok(())
}

/// A ring spanned by triangles from its centroid.
struct Disc<'a> {
    ring: &'a [usize],
    centroid: Vector<f64>,
    radius: f64,
}

impl<'a> Disc<'a> {
    fn new(ring: &'a [usize], x: &[f64]) -> Self {
        let sum = ring.iter().fold(Vector::zero(), |s, &a| s + point(x, 3, a));
        let centroid = sum.times(1.0 / ring.len() as f64);
        let square = ring
            .iter()
            .map(|&a| (point(x, 3, a) - centroid).square())
            .fold(0.0, f64::max);
        Self {
            ring,
            centroid,
            radius: square.sqrt(),
        }
    }

    /// How often a bond runs through, counted with its sense.
    fn crossings(&self, [from, to]: [usize; 2], x: &[f64]) -> i32 {
        let (p, q) = (point(x, 3, from) - self.centroid, point(x, 3, to) - self.centroid);
        // Most bonds are too far away.
        let reach = self.radius + (q - p).square().sqrt();
        if p.square() > reach * reach {
            return 0;
        }
        let next = self.ring.iter().cycle().skip(1);
        let sides = self.ring.iter().zip(next);
        sides
            .map(|(&a, &b)| through_triangle(p, q, point(x, 3, a) - self.centroid, point(x, 3, b) - self.centroid))
            .sum()
    }
}

/// Whether p→q runs through the triangle of the origin, a and b: +1 or −1 by its sense, else 0.
fn through_triangle(p: Vector<f64>, q: Vector<f64>, a: Vector<f64>, b: Vector<f64>) -> i32 {
    let normal = a.cross(b);
    let (above, below) = (normal.dot(p), normal.dot(q));
    if (above > 0.0) == (below > 0.0) {
        return 0;
    }
    let direction = q - p;
    let sense = |value: f64| value > 0.0;
    // The line passes all three sides on the same hand.
    let hands = [
        sense(direction.dot(a.cross(p))),
        sense(direction.dot((p - a).cross(p - b))),
        sense(direction.dot(p.cross(b))),
    ];
    if hands[0] != hands[1] || hands[1] != hands[2] {
        0
    } else if below > above {
        1
    } else {
        -1
    }
}

/// Whether all stated configurations hold, and clearly.
pub(super) fn configuration(configuration: &Configuration, x: &[f64]) -> Result<(), Refusal> {
    if configuration.holds(x) {
        return Ok(());
    }
    let sides = configuration.stereo.bonds.iter().zip(&configuration.sides);
    for (bond, &stated) in sides {
        if stated.is_some() && side(bond, x) != stated {
            return Err(Refusal::Side(bond.atoms));
        }
    }
    let centers = configuration.stereo.centers.iter().zip(&configuration.parities);
    let wrong = centers.into_iter().find(|(c, p)| p.is_some() && parity(c, x) != **p);
    wrong.map_or(Ok(()), |(c, _)| Err(Refusal::Chirality(c.atom)))
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Strained => write!(f, "distances remained far from their bounds"),
            Self::Distance([a, b]) => write!(f, "the distance between atoms {} and {} was off", a + 1, b + 1),
            Self::Chirality(a) => write!(f, "atom {} had the wrong configuration", a + 1),
            Self::Side([a, b]) => write!(f, "double bond {}-{} had the wrong configuration", a + 1, b + 1),
            Self::InsideOut(a) => write!(f, "atom {} lay outside its neighbours", a + 1),
            Self::Pierced([a, b]) => write!(f, "bond {}-{} ran through a ring", a + 1, b + 1),
            Self::Linked([a, b]) => write!(f, "the rings of atoms {} and {} were linked", a + 1, b + 1),
        }
    }
}
