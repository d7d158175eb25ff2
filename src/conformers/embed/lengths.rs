//! Bond lengths and contact distances, from radii.
//!
//! Lengths are sums of covalent radii: those of P. Pyykkö and M. Atsumi for single, double and triple bonds (Chem. Eur. J.
//! 2009, 15, 186 and 12770; with S. Riedel and M. Patzschke, ibid. 2005, 11, 3511) where they matter, else the single-bond radii of
//! [`crate::chem`]. Contacts are sums of van der Waals radii (A. Bondi, J. Phys. Chem. 1964, 68, 441; for hydrogen R. S. Rowland
//! and R. Taylor, J. Phys. Chem. 1996, 100, 7384). A minimization follows: a few hundredths of an Å are good enough.

use super::shape::Shape;
use crate::chem::hybridization::Hybridization;
use crate::chem::{BondOrder, Element};

/// Half the width of the range for a bond, Å.
const COVALENT: f64 = 0.01;
/// The same for bonds to metals and coordination bonds, whose lengths radii tell only roughly.
const METALLIC: f64 = 0.15;
/// How much shorter polar bonds of the heavier p elements with N, O and F are than their radii (V. Schomaker and D. P. Stevenson,
/// J. Am. Chem. Soc. 1941, 63, 37), Å.
const POLAR: f64 = 0.09;
/// How much shorter a single bond between two trigonal atoms is than one between tetrahedral ones, half at each, Å.
const TRIGONAL: f64 = 0.015;
/// The same for digonal atoms, Å.
const DIGONAL: f64 = 0.035;
/// Share of double bond in a single bond between a conjugated lone pair and a double bond (amide, ester).
const SHARED_PAIR: f64 = 0.45;
/// What van der Waals radius an element has beyond its covalent one, where none is tabulated, Å.
const BEYOND_COVALENT: f64 = 0.8;

/// Radii for single, double and triple bonds, Å.
fn covalent(element: Element) -> [f64; 3] {
    match element.symbol() {
        "H" => [0.32, 0.32, 0.32],
        "B" => [0.85, 0.78, 0.73],
        "C" => [0.755, 0.67, 0.60],
        "N" => [0.71, 0.60, 0.54],
        "O" => [0.66, 0.57, 0.53],
        "F" => [0.62, 0.59, 0.53],
        "Si" => [1.16, 1.07, 1.02],
        "P" => [1.11, 1.02, 0.94],
        "S" => [1.04, 0.94, 0.95],
        "Cl" => [0.99, 0.95, 0.93],
        "As" => [1.21, 1.14, 1.06],
        "Se" => [1.16, 1.07, 1.07],
        "Br" => [1.14, 1.09, 1.10],
        "I" => [1.33, 1.29, 1.25],
        _ => [element.covalent_radius(); 3],
    }
}

/// Van der Waals radius, Å.
fn van_der_waals(element: Element) -> f64 {
    match element.symbol() {
        "H" => 1.10,
        "C" => 1.70,
        "N" => 1.55,
        "O" => 1.52,
        "F" => 1.47,
        "Si" => 2.10,
        "P" | "S" => 1.80,
        "Cl" => 1.75,
        "Se" => 1.90,
        "Br" => 1.85,
        "I" => 1.98,
        _ => element.covalent_radius() + BEYOND_COVALENT,
    }
}

fn is_metal(element: Element) -> bool {
    element.is_transition_metal() || element.is_s_block_metal()
}

/// Shortest and longest length of a bond, Å.
pub(super) fn bond_range(shape: &Shape<'_>, bond: usize) -> (f64, f64) {
    let drawn = shape.molecule.bond(bond);
    let elements = drawn.atoms.map(|a| shape.molecule.element(a));
    let soft = drawn.order == BondOrder::Dative || elements.into_iter().any(is_metal);
    let length = bond_length(shape, bond);
    let half = if soft { METALLIC } else { COVALENT };
    (length - half, length + half)
}

fn bond_length(shape: &Shape<'_>, bond: usize) -> f64 {
    let drawn = shape.molecule.bond(bond);
    let [a, b] = drawn.atoms.map(|a| covalent(shape.molecule.element(a)));
    let [single, double, triple] = [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
    let mixed = |share: f64| single + share * (double - single);
    let length = if shape.aromaticity.is_aromatic_bond(bond) {
        // A little beyond the mean: a bond order of one and a half gives more than half the shortening.
        mixed(0.62)
    } else {
        match drawn.order {
            BondOrder::Double => double,
            BondOrder::Triple | BondOrder::Quadruple => triple,
            BondOrder::Aromatic => mixed(0.62),
            _ if shape.is_shared_pair(bond) => mixed(SHARED_PAIR),
            _ => single - drawn.atoms.map(|a| contraction(shape, a)).iter().sum::<f64>(),
        }
    };
    if is_polar(drawn.atoms.map(|a| shape.molecule.element(a))) {
        length - POLAR
    } else {
        length
    }
}

fn contraction(shape: &Shape<'_>, atom: usize) -> f64 {
    if shape.molecule.element(atom) == Element::H {
        return 0.0;
    }
    match shape.hybridization[atom] {
        Hybridization::Sp => DIGONAL,
        Hybridization::Sp2 => TRIGONAL,
        _ => 0.0,
    }
}

fn is_polar([a, b]: [Element; 2]) -> bool {
    let light = |e: Element| e.period() == 2 && e.group() >= 15;
    let heavy = |e: Element| e.period() > 2 && (13..=16).contains(&e.group());
    (light(a) && heavy(b)) || (light(b) && heavy(a))
}

/// How near two atoms come that are no neighbours of each other, Å: near enough for 1,5 contacts and hydrogen bonds.
pub(super) fn contact(a: Element, b: Element, bonds_between: usize) -> f64 {
    let sum = van_der_waals(a) + van_der_waals(b);
    let polar = |e: Element| matches!(e.group(), 15..=17) && e.period() <= 3;
    let hydrogen_bond = (a == Element::H && polar(b)) || (b == Element::H && polar(a));
    if hydrogen_bond {
        return 0.68 * sum;
    }
    match bonds_between {
        0..=4 => 0.75 * sum,
        _ => 0.85 * sum,
    }
}
