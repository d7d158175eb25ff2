//! Bond lengths and angles as evidence for bond orders.

use super::connectivity::distance;
use crate::chem::Element;

/// Penalty of one step of bond order for each Å beyond the crossing length.
const PER_ANGSTROM: f64 = 25.0;
/// Most that a bond's length can weigh against one step of its order.
const MOST: f64 = 4.0;

/// Å by which C=O⁺ with two neighbours at the oxygen is longer than a carbonyl bond, on the average of both orders.
const PROTONATED_CARBONYL: f64 = 0.03;

/// Covalent radii for double and triple bonds, Å: P. Pyykkö, M. Atsumi, Chem. Eur. J. 2009, 15, 12770, with the
/// single-bond radius of Chem. Eur. J. 2009, 15, 186 first.
#[rustfmt::skip]
fn radii(element: Element) -> [f64; 3] {
    match element.atomic_number() {
        1 => [0.32, 0.32, 0.32],
        5 => [0.85, 0.78, 0.73],
        6 => [0.75, 0.67, 0.60],
        7 => [0.71, 0.60, 0.54],
        8 => [0.63, 0.57, 0.53],
        9 => [0.64, 0.59, 0.53],
        13 => [1.26, 1.13, 1.11],
        14 => [1.16, 1.07, 1.02],
        15 => [1.11, 1.02, 0.94],
        16 => [1.03, 0.94, 0.95],
        17 => [0.99, 0.95, 0.93],
        32 => [1.21, 1.11, 1.14],
        33 => [1.21, 1.14, 1.06],
        34 => [1.16, 1.07, 1.07],
        35 => [1.14, 1.09, 1.10],
        51 => [1.40, 1.33, 1.27],
        52 => [1.36, 1.28, 1.21],
        53 => [1.33, 1.29, 1.25],
        _ => {
            let r = element.covalent_radius();
            [r, r - 0.08, r - 0.13]
        }
    }
}

/// Lengths, Å, at which single and double, and double and triple bonds are equally likely. For the common pairs the
/// middle between the mean lengths of conjugated bonds (F. H. Allen et al., J. Chem. Soc. Perkin Trans. 2 1987, S1).
#[rustfmt::skip]
fn crossings(a: Element, b: Element) -> [f64; 2] {
    let [x, y] = [a.atomic_number().min(b.atomic_number()), a.atomic_number().max(b.atomic_number())];
    match (x, y) {
        (6, 6) => [1.405, 1.26],
        (6, 7) => [1.325, 1.21],
        (6, 8) => [1.285, 1.145],
        (6, 16) => [1.70, 1.56],
        (7, 7) => [1.315, 1.165],
        (7, 8) => [1.30, 1.12],
        (7, 16) => [1.60, 1.48],
        (8, 16) => [1.52, 1.38],
        (8, 15) => [1.53, 1.40],
        (7, 15) => [1.61, 1.50],
        (15, 16) => [2.01, 1.85],
        (16, 16) => [1.98, 1.85],
        (6, 15) => [1.75, 1.60],
        (5, 7) => [1.43, 1.28],
        _ => {
            let (p, q) = (radii(a), radii(b));
            let length = |order: usize| p[order] + q[order];
            [0.5 * (length(0) + length(1)) - 0.02, 0.5 * (length(1) + length(2))]
        }
    }
}

/// Extra penalty of a double bond that chemists draw only where nothing else is left.
fn unusual_double(a: (Element, usize), b: (Element, usize)) -> f64 {
    let one = |(center, degree): (Element, usize), (other, _): (Element, usize)| {
        let hypervalent = match center.group() {
            15 => center != Element::N && degree == 4,
            16 => center != Element::O && degree >= 3,
            17 => degree >= 2,
            _ => false,
        };
        match (hypervalent, other.atomic_number()) {
            (true, 8) | (false, _) => 0.0,
            (true, 7) => 4.0,
            (true, 6) => 8.0,
            (true, _) => 2.0,
        }
    };
    one(a, b) + one(b, a)
}

/// Penalties of a single, double and triple bond between two atoms (element, number of neighbours) at this length.
pub(super) fn order_penalties(a: (Element, usize), b: (Element, usize), length: f64) -> [f64; 3] {
    let [mut first, second] = crossings(a.0, b.0);
    if [a, b].contains(&(Element::O, 2)) && (a.0 == Element::C || b.0 == Element::C) {
        first += PROTONATED_CARBONYL;
    }
    let cost = |excess: f64| (PER_ANGSTROM * excess.max(0.0)).min(MOST);
    let unusual = unusual_double(a, b);
    [
        cost(first - length),
        cost(length - first) + cost(second - length) + unusual,
        cost(length - first) + cost(length - second) + 2.0 * unusual,
    ]
}

/// Angle at `center` in degrees.
fn angle(coordinates: &[f64], a: usize, center: usize, b: usize) -> f64 {
    let vector = |i: usize| [0, 1, 2].map(|k| coordinates[3 * i + k] - coordinates[3 * center + k]);
    let (u, v) = (vector(a), vector(b));
    let dot: f64 = (0..3).map(|k| u[k] * v[k]).sum();
    let lengths = distance(coordinates, a, center) * distance(coordinates, b, center);
    (dot / lengths).clamp(-1.0, 1.0).acos().to_degrees()
}

/// Penalty of `pi` π bonds at an atom for the angles between its neighbours.
pub(super) fn angle_penalty(coordinates: &[f64], element: Element, atom: usize, neighbors: &[usize], pi: u8) -> f64 {
    if !matches!(element.atomic_number(), 6 | 7) {
        return 0.0;
    }
    match *neighbors {
        [a, b] => {
            let bend = angle(coordinates, a, atom, b);
            match pi {
                0 | 1 => ((bend - 160.0) * 0.15).clamp(0.0, 3.0),
                _ => ((155.0 - bend) * 0.1).clamp(0.0, 4.0),
            }
        }
        [a, b, c] if pi > 0 => {
            let pairs = [(a, b), (b, c), (a, c)];
            let sum: f64 = pairs.iter().map(|&(i, j)| angle(coordinates, i, atom, j)).sum();
            ((345.0 - sum) * 0.15).clamp(0.0, 3.0)
        }
        _ => 0.0,
    }
}
