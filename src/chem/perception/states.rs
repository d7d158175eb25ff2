//! What an atom with a given number of neighbours can be: its π bonds, formal charge and unpaired electrons, each with
//! a penalty.
//!
//! The scale: 0 is a neutral atom with its usual valence, 5 an alkoxide oxygen, 6 an ammonium nitrogen, 14 a carbanion,
//! 18 a carbocation, 30 and more an unpaired electron. One step in a bond order against the bond's length costs up to 4.
//! The figures put the drawings of functional groups that chemists use in their order; they are no energies.

use crate::chem::Element;

/// Penalty of an unpaired electron.
pub(super) const RADICAL: f64 = 30.0;
/// States above this penalty are tried only where the ones below give no good answer.
pub(super) const ORDINARY: f64 = 12.5;
/// Penalty of an atom with a count of neighbours that no rule covers.
const ODD_VALENCE: f64 = 100.0;

/// One way to draw an atom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct State {
    /// Bond orders beyond single bonds, summed over the atom's bonds (0 to 3).
    pub pi: u8,
    /// Formal charge.
    pub charge: i8,
    /// Unpaired electrons.
    pub unpaired: u8,
    /// Penalty.
    pub penalty: f64,
}

fn state(pi: u8, charge: i8, penalty: f64) -> State {
    State {
        pi,
        charge,
        unpaired: 0,
        penalty,
    }
}

/// The closed-shell states as (π bonds, charge, penalty).
type Table = &'static [(u8, i8, f64)];

#[rustfmt::skip]
fn carbon(degree: usize) -> Table {
    match degree {
        0 => &[(0, 0, 40.0), (0, -4, 60.0)],
        1 => &[(2, -1, 7.0), (3, 0, 10.0), (1, 0, 30.0), (2, 1, 45.0)],
        2 => &[(2, 0, 0.0), (1, -1, 16.0), (1, 1, 22.0), (0, 0, 24.0)],
        3 => &[(1, 0, 0.0), (0, -1, 14.0), (0, 1, 18.0)],
        4 => &[(0, 0, 0.0)],
        _ => &[(0, 1, 60.0)],
    }
}

#[rustfmt::skip]
fn tetrel(degree: usize) -> Table {
    match degree {
        0 => &[(0, 2, 10.0), (0, 4, 12.0), (0, 0, 40.0)],
        1 => &[(1, 0, 20.0), (2, -1, 14.0), (3, 0, 12.0)],
        2 => &[(2, 0, 6.0), (0, 0, 8.0), (1, 1, 20.0)],
        3 => &[(1, 0, 2.0), (0, -1, 8.0), (0, 1, 10.0)],
        4 => &[(0, 0, 0.0)],
        5 => &[(0, -1, 4.0)],
        6 => &[(0, -2, 6.0)],
        _ => &[],
    }
}

#[rustfmt::skip]
fn nitrogen(degree: usize) -> Table {
    match degree {
        0 => &[(0, -3, 40.0)],
        1 => &[(2, 0, 0.0), (1, -1, 6.0), (0, -2, 24.0)],
        2 => &[(1, 0, 0.0), (0, -1, 8.0), (2, 1, 6.0)],
        3 => &[(0, 0, 0.0), (1, 1, 6.0)],
        4 => &[(0, 1, 6.0)],
        _ => &[],
    }
}

#[rustfmt::skip]
fn pnictogen(degree: usize) -> Table {
    match degree {
        0 => &[(0, 3, 12.0), (0, -3, 30.0)],
        1 => &[(2, 0, 2.0), (1, -1, 10.0)],
        2 => &[(1, 0, 2.0), (0, -1, 8.0), (3, 0, 12.0), (0, 1, 20.0)],
        3 => &[(0, 0, 0.0), (2, 0, 8.0), (1, 1, 10.0)],
        4 => &[(1, 0, 0.0), (0, 1, 6.0), (0, -1, 16.0)],
        5 => &[(0, 0, 0.0)],
        6 => &[(0, -1, 4.0)],
        _ => &[],
    }
}

#[rustfmt::skip]
fn oxygen(degree: usize) -> Table {
    match degree {
        0 => &[(0, -2, 20.0)],
        1 => &[(1, 0, 0.0), (0, -1, 5.0), (2, 1, 9.0)],
        2 => &[(0, 0, 0.0), (1, 1, 7.0)],
        3 => &[(0, 1, 9.0)],
        _ => &[],
    }
}

#[rustfmt::skip]
fn chalcogen(degree: usize) -> Table {
    match degree {
        0 => &[(0, -2, 15.0)],
        1 => &[(1, 0, 0.5), (0, -1, 7.4), (2, 1, 14.0)],
        2 => &[(0, 0, 0.0), (2, 0, 7.0), (1, 1, 9.0)],
        3 => &[(1, 0, 0.0), (0, 1, 7.0), (3, 0, 4.0), (1, 2, 12.0), (0, -1, 16.0)],
        4 => &[(2, 0, 0.0), (0, 0, 7.0), (1, 1, 9.0), (0, 2, 60.0)],
        5 => &[(1, 0, 2.0), (0, 1, 10.0), (0, -1, 10.0)],
        6 => &[(0, 0, 0.0)],
        _ => &[],
    }
}

#[rustfmt::skip]
fn heavy_halogen(degree: usize) -> Table {
    match degree {
        0 => &[(0, -1, 3.0)],
        1 => &[(0, 0, 0.0)],
        2 => &[(1, 0, 4.0), (0, 1, 10.0), (0, -1, 8.0)],
        3 => &[(2, 0, 4.0), (0, 0, 2.0), (1, 1, 14.0)],
        4 => &[(3, 0, 0.0), (1, 0, 4.0), (0, -1, 6.0), (0, 1, 14.0)],
        5 => &[(0, 0, 0.0), (2, 0, 4.0)],
        6 => &[(0, -1, 6.0), (1, 0, 2.0), (0, 1, 14.0)],
        7 => &[(0, 0, 0.0)],
        _ => &[],
    }
}

#[rustfmt::skip]
fn boron_group(degree: usize) -> Table {
    match degree {
        0 => &[(0, 3, 5.0)],
        1 => &[(2, 0, 8.0), (1, 0, 20.0), (0, 0, 20.0)],
        2 => &[(1, 0, 5.0), (0, -1, 20.0), (0, 1, 12.0), (2, -1, 10.0)],
        3 => &[(0, 0, 0.0), (1, -1, 8.0)],
        4 => &[(0, -1, 4.0)],
        5 => &[(0, -2, 12.0)],
        6 => &[(0, -3, 12.0)],
        _ => &[],
    }
}

#[rustfmt::skip]
fn noble_gas(degree: usize) -> Table {
    match degree {
        0 => &[(0, 0, 0.0)],
        1 => &[(0, 1, 10.0)],
        2 => &[(0, 0, 2.0), (2, 0, 4.0)],
        3 => &[(3, 0, 4.0), (0, 1, 8.0)],
        4 => &[(0, 0, 2.0), (2, 0, 2.0)],
        5 => &[(1, 0, 2.0), (0, 1, 6.0)],
        6 => &[(0, 0, 2.0)],
        _ => &[],
    }
}

fn closed_shell(element: Element, degree: usize) -> Table {
    match (element.atomic_number(), element.group()) {
        (1, _) => match degree {
            0 => &[(0, 1, 12.0), (0, -1, 14.0)],
            1 => &[(0, 0, 0.0)],
            _ => &[],
        },
        (9, _) => match degree {
            0 => &[(0, -1, 3.0)],
            1 => &[(0, 0, 0.0)],
            2 => &[(0, 1, 25.0)],
            _ => &[],
        },
        (6, _) => carbon(degree),
        (7, _) => nitrogen(degree),
        (8, _) => oxygen(degree),
        (81, _) if degree == 0 => &[(0, 1, 0.0), (0, 3, 2.0)],
        (82, _) if degree == 0 => &[(0, 2, 0.0), (0, 4, 4.0)],
        (_, 13) => boron_group(degree),
        (_, 14) => tetrel(degree),
        (_, 15) => pnictogen(degree),
        (_, 16) => chalcogen(degree),
        (_, 17) => heavy_halogen(degree),
        (_, 18) => noble_gas(degree),
        _ => &[],
    }
}

/// Oxidation states of a metal that need no excuse, the usual one first (N. N. Greenwood, A. Earnshaw, Chemistry of the
/// Elements, 2nd ed., 1997).
#[rustfmt::skip]
fn oxidation_states(element: Element) -> &'static [i8] {
    match element.atomic_number() {
        22 | 40 | 72 => &[4, 3, 2],
        23 => &[3, 4, 5, 2],
        24 => &[3, 2, 6, 0],
        25 => &[2, 3, 7, 4, 1],
        26 => &[2, 3, 0],
        27 => &[2, 3, 1],
        28 => &[2, 0],
        29 => &[2, 1],
        41 | 73 => &[5, 4, 3],
        42 | 74 => &[6, 4, 0, 2],
        43 | 75 => &[7, 5, 4, 1],
        44 => &[2, 3, 0],
        45 => &[1, 3],
        46 => &[2, 0, 4],
        47 => &[1],
        76 => &[8, 4, 3, 2],
        77 => &[3, 1],
        78 => &[2, 4, 0],
        79 => &[1, 3],
        80 => &[2, 1],
        58 => &[3, 4],
        63 | 70 => &[3, 2],
        90 => &[4],
        92 => &[6, 4],
        _ => match element.group() {
            1 => &[1],
            2 | 12 => &[2],
            _ => &[3],
        },
    }
}

/// States of a metal ion: usual oxidation states first, any other from −2 to 8 at a price. Zero is for complexes.
fn metal_states(element: Element, bare: bool) -> Vec<State> {
    let usual = oxidation_states(element);
    let charges = (-2..=8).map(|charge| {
        let penalty = match usual.iter().position(|&q| q == charge) {
            Some(0) => 0.0,
            Some(_) if charge == 0 => {
                if bare {
                    10.0
                } else {
                    2.0
                }
            }
            Some(rank) => 0.5 * rank as f64,
            None => 10.0 + f64::from((charge - usual[0]).abs()),
        };
        state(0, charge, penalty)
    });
    charges.collect()
}

/// All states of an atom with `degree` neighbours (metals left out), the likeliest first; `bare` where it has no
/// neighbour at all, metals counted.
pub(super) fn states(element: Element, degree: usize, bare: bool) -> Vec<State> {
    if element.is_transition_metal() || element.is_s_block_metal() {
        return metal_states(element, bare);
    }
    let closed = closed_shell(element, degree);
    let mut all: Vec<State> = closed.iter().map(|&(pi, q, penalty)| state(pi, q, penalty)).collect();
    if all.is_empty() {
        all.push(state(0, 0, ODD_VALENCE));
    }
    add_open_shells(&mut all, element, degree);
    all.sort_by(|a, b| a.penalty.total_cmp(&b.penalty));
    all
}

/// Radicals by homolysis of a bond, and radical ions, the last resort that makes odd total charges possible.
fn add_open_shells(all: &mut Vec<State>, element: Element, degree: usize) {
    let best = all.iter().map(|s| s.penalty).fold(f64::INFINITY, f64::min);
    let open = |pi: u8, charge: i8, unpaired: u8, penalty: f64| State {
        pi,
        charge,
        unpaired,
        penalty,
    };
    let neutral = all.iter().filter(|s| s.charge == 0 && s.pi > 0).map(|s| s.pi).max();
    if let Some(pi) = neutral {
        let lighter = f64::from(matches!(element.atomic_number(), 7 | 8)) * 2.0;
        all.push(open(pi - 1, 0, 1, RADICAL - lighter));
        if pi > 1 {
            all.push(open(pi - 2, 0, 2, 2.0 * RADICAL));
        }
    } else {
        match (element.group(), degree) {
            (1, 0) | (17, 0) => all.push(open(0, 0, 1, RADICAL)),
            (16, 0) => all.push(open(0, 0, 2, 2.0 * RADICAL)),
            (15, 0) => all.push(open(0, 0, 3, 2.0 * RADICAL)),
            (15, 2) => all.push(open(0, 0, 1, RADICAL)),
            (13, _) if degree < 3 => all.push(open(0, 0, 3 - degree as u8, RADICAL)),
            _ => {}
        }
    }
    let pairs = matches!(element.group(), 15..=18) && degree < 4;
    all.push(open(0, 1, 1, best + RADICAL + if pairs { 15.0 } else { 50.0 }));
    all.push(open(0, -1, 1, best + RADICAL + 60.0));
}
