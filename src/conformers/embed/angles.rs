//! Ranges of bond angles, from hybridization and ring sizes.
//!
//! Tetrahedral, trigonal and linear angles are those of electron-pair repulsion (R. J. Gillespie and R. S. Nyholm, Q. Rev. Chem. Soc.
//! 1957, 11, 339), with the few degrees by which lone pairs, double bonds and hydrogens differ; small rings impose theirs.

use super::shape::Shape;
use crate::chem::hybridization::Hybridization;
use crate::chem::{BondOrder, Element};

/// Half the width of the range for an angle that nothing strains, degrees.
const FREE: f64 = 4.0;
/// The same in and at small rings.
const STRAINED: f64 = 7.0;
/// The same at atoms where small rings are joined into cages.
const CAGED: f64 = 22.0;
/// Smallest angle at metals and hypervalent atoms, degrees: that of an octahedron, with some give.
const CROWDED: f64 = 80.0;

/// Smallest and largest angle a–center–b, radians.
pub(super) fn angle_range(shape: &Shape<'_>, a: usize, center: usize, b: usize) -> (f64, f64) {
    let (least, most) = in_degrees(shape, a, center, b);
    (least.max(30.0).to_radians(), most.min(180.0).to_radians())
}

fn in_degrees(shape: &Shape<'_>, a: usize, center: usize, b: usize) -> (f64, f64) {
    let ring = shape.ring_of_angle(a, center, b);
    let about = |angle: f64, half: f64| (angle - half, angle + half);
    match (shape.hybridization[center], ring) {
        // The three sides of a triangle say it all.
        (_, Some(3)) => (40.0, 80.0),
        (Hybridization::Sp, Some(size)) if size <= 9 => (100.0 + 5.0 * size as f64, 180.0),
        (Hybridization::Sp, _) => (172.0, 180.0),
        (Hybridization::Sp2, _) if shape.molecule.degree(center) <= 3 => {
            about(trigonal(shape, a, center, b), give(shape, center))
        }
        (Hybridization::Sp3, _) if shape.molecule.degree(center) <= 4 && !is_metal(shape, center) => {
            let angle = tetrahedral(shape, a, center, b, ring);
            about(angle, give(shape, center).max(outside(shape, center, ring)))
        }
        _ => (if ring.is_some() { 60.0 } else { CROWDED }, 180.0),
    }
}

fn is_metal(shape: &Shape<'_>, atom: usize) -> bool {
    let element = shape.molecule.element(atom);
    element.is_transition_metal() || element.is_s_block_metal()
}

/// How far angles at an atom give way.
fn give(shape: &Shape<'_>, center: usize) -> f64 {
    let tiny = shape.rings_up_to(center, 4);
    let small = shape.rings_up_to(center, 6);
    match (tiny, small) {
        (1.., 2..) => CAGED,
        (_, 3..) => CAGED / 1.5,
        (1, _) | (_, 2) => STRAINED,
        _ => FREE,
    }
}

/// How much more the angles between a ring and its substituents vary than those inside.
fn outside(shape: &Shape<'_>, center: usize, ring: Option<usize>) -> f64 {
    let small = shape.rings_up_to(center, 5);
    if ring.is_none() && small > 0 { STRAINED } else { 0.0 }
}

/// The angle inside a ring of trigonal atoms.
fn planar_ring(size: usize) -> f64 {
    match size {
        4 => 90.0,
        5 => 108.0,
        6 => 120.0,
        7 => 126.0,
        _ => 124.0,
    }
}

fn trigonal(shape: &Shape<'_>, a: usize, center: usize, b: usize) -> f64 {
    if let Some(size) = shape.ring_of_angle(a, center, b).filter(|&s| s <= 8) {
        return planar_ring(size);
    }
    let neighbors: Vec<usize> = shape.molecule.neighbors(center).iter().map(|n| n.atom).collect();
    if let [i, j, k] = neighbors[..] {
        // What rings leave of the full circle.
        let inside = |p, q| shape.ring_of_angle(p, center, q).filter(|&s| s <= 8);
        let pairs = [(i, j), (j, k), (k, i)];
        let known: Vec<f64> = pairs
            .iter()
            .filter_map(|&(p, q)| inside(p, q))
            .map(|s| if s == 3 { 60.0 } else { planar_ring(s) })
            .collect();
        match known[..] {
            [one] => return (360.0 - one) / 2.0,
            [one, two] => return 360.0 - one - two,
            _ => {}
        }
        let double = |n: usize| {
            let bond = shape.molecule.bond_between(center, n);
            bond.is_some_and(|b| shape.molecule.bond(b).order == BondOrder::Double)
        };
        return match (neighbors.iter().any(|&n| double(n)), double(a) || double(b)) {
            (true, true) => 122.0,
            (true, false) => 116.0,
            _ => 120.0,
        };
    }
    117.0
}

fn tetrahedral(shape: &Shape<'_>, a: usize, center: usize, b: usize, ring: Option<usize>) -> f64 {
    match ring {
        Some(4) => return 89.0,
        Some(5) => return 104.0,
        Some(7..=9) => return 114.0,
        _ => {}
    }
    if shape.rings_up_to(center, 3) > 0 {
        return 118.0;
    }
    if shape.rings_up_to(center, 4) > 0 {
        return 115.0;
    }
    let hydrogens = [a, b]
        .iter()
        .filter(|&&n| shape.molecule.element(n) == Element::H)
        .count();
    let element = shape.molecule.element(center);
    match (element.group(), element.period(), shape.molecule.degree(center)) {
        (_, _, 4) | (14, ..) => [111.5, 109.5, 108.0][hydrogens],
        (15, 2, _) => 108.5,
        (16, 2, _) => [111.0, 107.5, 104.5][hydrogens],
        (15, ..) => 100.0,
        (16, _, 3) => 103.0,
        (16, ..) => [100.0, 97.0, 93.0][hydrogens],
        _ => 109.5,
    }
}
