//! Signed volumes: the chirality of centres and the flatness of trigonal ones (Crippen and Havel 1988, chapter 5).

use super::shape::Shape;
use super::smoothing::Bounds;
use crate::chem::stereo::{Center, Configuration, Parity};
use std::f64::consts::SQRT_2;

/// A centre has at least this part of the volume that its distances would give a regular tetrahedron.
const LEAST: f64 = 0.55;
/// The same where small rings are joined at it.
const LEAST_STRAINED: f64 = 0.3;

/// Bounds for (a − o)·((b − o)×(c − o)), Å³.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Volume {
    /// a, b, c and o.
    pub atoms: [usize; 4],
    pub lower: f64,
    pub upper: f64,
}

/// The volumes of all centres whose configuration is stated.
pub(super) fn chiral(shape: &Shape<'_>, configuration: &Configuration, bounds: &Bounds) -> Vec<Volume> {
    let all = configuration.stereo.centers.iter().zip(&configuration.parities);
    all.filter_map(|(center, parity)| Some(of_center(shape, center, (*parity)?, bounds)))
        .collect()
}

fn of_center(shape: &Shape<'_>, center: &Center, parity: Parity, bounds: &Bounds) -> Volume {
    let first = |k: usize| center.neighbors.get(k).copied().unwrap_or(center.atom);
    let atoms = [first(0), first(1), first(2), first(3)];
    let mut product = 1.0;
    for (k, &a) in atoms.iter().enumerate() {
        for &b in &atoms[..k] {
            product *= bounds.middle(a, b);
        }
    }
    // Six edges; a regular tetrahedron of edge e has the triple product e³/√2.
    let regular = product.sqrt() / SQRT_2;
    let strained = shape.rings_up_to(center.atom, 5) > 1;
    let least = regular * if strained { LEAST_STRAINED } else { LEAST };
    let (lower, upper) = match parity {
        Parity::Anticlockwise => (least, f64::INFINITY),
        Parity::Clockwise => (f64::NEG_INFINITY, -least),
    };
    Volume { atoms, lower, upper }
}

/// Trigonal centres with three neighbours have none.
pub(super) fn flat(shape: &Shape<'_>) -> Vec<Volume> {
    let centers = (0..shape.molecule.len()).filter(|&a| shape.is_planar_center(a));
    let volume = |center: usize| {
        let n = shape.molecule.neighbors(center);
        Volume {
            atoms: [n[0].atom, n[1].atom, n[2].atom, center],
            lower: 0.0,
            upper: 0.0,
        }
    };
    centers.map(volume).collect()
}
