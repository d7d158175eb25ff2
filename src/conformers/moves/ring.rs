//! Ring moves: a part of a ring turns about the line between the two ring atoms that bound it. Nothing is torn apart, and no
//! template is needed. With one atom between, turned to the other side, this is the corner flap of H. Goto and E. Osawa (J. Am. Chem. Soc.
//! 1989, 111, 8950); with more it is a crankshaft. Turning, unlike reflecting, keeps the configuration of what turns.

use crate::chem::Molecule;
use crate::chem::aromaticity::Aromaticity;
use crate::chem::hybridization::Hybridization;
use crate::chem::rings::Rings;
use crate::conformers::rotors::turn_about;
use crate::geometry::{Dihedral, Vector};
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use std::f64::consts::PI;

/// A part of a ring that can turn by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The ring atoms that bound it.
    pub axis: [usize; 2],
    /// The ring atoms between.
    pub inner: Vec<usize>,
    /// The ring's other atoms.
    pub outer: Vec<usize>,
    /// All that moves: the atoms between with what hangs on them.
    pub moving: Vec<usize>,
}

/// The segments of all rings that can pucker.
#[must_use]
pub fn flexible_segments(molecule: &Molecule) -> Vec<Segment> {
    let rings = Rings::smallest_set(molecule);
    let aromaticity = Aromaticity::perceive(molecule, &rings);
    let hybridizations = Hybridization::of_all(molecule, &aromaticity);
    let is_sp3 = |&&a: &&usize| hybridizations[a] == Hybridization::Sp3;
    let can_pucker = |ring: &&Vec<usize>| ring.len() > 3 && ring.iter().filter(is_sp3).count() > 1;
    rings
        .all()
        .iter()
        .filter(can_pucker)
        .flat_map(|ring| segments(molecule, ring))
        .collect()
}

fn segments(molecule: &Molecule, ring: &[usize]) -> Vec<Segment> {
    let n = ring.len();
    let mut all = Vec::new();
    for length in 1..=(n - 2) / 2 {
        for start in 0..n {
            let at = |k: usize| ring[(start + k) % n];
            let axis = [at(0), at(length + 1)];
            let inner: Vec<usize> = (1..=length).map(at).collect();
            let outer: Vec<usize> = (length + 2..n).map(at).collect();
            if let Some(moving) = carried(molecule, axis, &inner, &outer) {
                all.push(Segment {
                    axis,
                    inner,
                    outer,
                    moving,
                });
            }
        }
    }
    all
}

/// What hangs on some ring atoms; `None` where another ring ties it to the rest.
fn carried(molecule: &Molecule, axis: [usize; 2], inner: &[usize], outer: &[usize]) -> Option<Vec<usize>> {
    let mut moves = vec![false; molecule.len()];
    let mut stack = inner.to_vec();
    for &atom in inner {
        moves[atom] = true;
    }
    while let Some(atom) = stack.pop() {
        for n in molecule.neighbors(atom) {
            if axis.contains(&n.atom) {
                if inner.contains(&atom) {
                    continue;
                }
                return None;
            }
            if outer.contains(&n.atom) {
                return None;
            }
            if !moves[n.atom] {
                moves[n.atom] = true;
                stack.push(n.atom);
            }
        }
    }
    Some((0..molecule.len()).filter(|&a| moves[a]).collect())
}

/// Turns a segment to the other side of the ring's plane, as far as it was on this one.
pub(super) fn flap(segment: &Segment, x: &mut [f64]) {
    turn_about(x, segment.axis, &segment.moving, -2.0 * fold(segment, x));
}

/// Turns a segment by 60° to 300°.
pub(super) fn crankshaft(segment: &Segment, x: &mut [f64], random: &mut ChaCha8Rng) {
    turn_about(
        x,
        segment.axis,
        &segment.moving,
        random.random_range(PI / 3.0..5.0 * PI / 3.0),
    );
}

/// The angle between a segment and the rest of its ring about the axis, radian: π where the ring is flat.
fn fold(segment: &Segment, x: &[f64]) -> f64 {
    let [a, b] = segment.axis.map(|atom| Vector::of(x, atom));
    let value = Dihedral::new(middle(x, &segment.outer), a, b, middle(x, &segment.inner)).value();
    if value.is_finite() { value } else { PI }
}

fn middle(x: &[f64], atoms: &[usize]) -> Vector<f64> {
    let sum = atoms.iter().fold(Vector::zero(), |sum, &a| sum + Vector::of(x, a));
    sum.times(1.0 / atoms.len().max(1) as f64)
}
