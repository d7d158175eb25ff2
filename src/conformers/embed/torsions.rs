//! Preferences for dihedrals: which angles bonds like, by the hybridization of their ends.
//!
//! Distance geometry alone draws dihedrals evenly; knowledge of what they prefer makes its geometries much better (S. Riniker and
//! G. A. Landrum, J. Chem. Inf. Model. 2015, 55, 2562). That work takes its preferences from crystal structures; those here follow
//! from a few rules of bonding: bonds between tetrahedral atoms are staggered, double bonds and shared lone pairs planar, two
//! neighbouring lone pairs perpendicular.

use super::shape::Shape;
use crate::chem::hybridization::Hybridization;
use crate::chem::{BondOrder, Element};

/// A preference V(c) = c₁ c + c₂ c² + c₃ c³ (kcal/mol), c the cosine of the dihedral.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Preference {
    pub atoms: [usize; 4],
    pub coefficients: [f64; 3],
}

/// Staggered (minima at ±60° and 180°) with this barrier: V/2 (1 + cos 3φ).
fn staggered(barrier: f64) -> [f64; 3] {
    [-1.5 * barrier, 0.0, 2.0 * barrier]
}

/// Eclipsed (minima at 0° and ±120°) with this barrier.
fn eclipsed(barrier: f64) -> [f64; 3] {
    staggered(-barrier)
}

/// Planar (minima at 0° and 180°) with this barrier: V/2 (1 − cos 2φ).
fn planar(barrier: f64) -> [f64; 3] {
    [0.0, -barrier, 0.0]
}

/// Perpendicular (minima at ±90°) with this barrier.
fn perpendicular(barrier: f64) -> [f64; 3] {
    planar(-barrier)
}

/// Cis only.
fn cis(barrier: f64) -> [f64; 3] {
    [-barrier / 2.0, 0.0, 0.0]
}

/// The preferences of all bonds.
pub(super) fn preferences(shape: &Shape<'_>) -> Vec<Preference> {
    let mut found = Vec::new();
    for bond in 0..shape.molecule.bonds().len() {
        match shape.ring_of_bond(bond).filter(|&size| size <= 8) {
            Some(size) => in_ring(shape, bond, size, &mut found),
            None => in_chain(shape, bond, &mut found),
        }
    }
    found.extend(cumulenes(shape));
    found
}

/// Small rings of trigonal atoms are flat; six-rings and larger ones of tetrahedral atoms like it staggered.
fn in_ring(shape: &Shape<'_>, bond: usize, size: usize, found: &mut Vec<Preference>) {
    let [j, k] = shape.molecule.bond(bond).atoms;
    let rigid = shape.is_rigid_bond(bond);
    let both_sp3 = [j, k].iter().all(|&a| shape.hybridization[a] == Hybridization::Sp3);
    for i in shape.others(j, k) {
        for l in shape.others(k, j) {
            if i == l || shape.ring_of_dihedral([i, j, k, l]).is_none_or(|s| s > size.max(6)) {
                continue;
            }
            let coefficients = if rigid {
                cis(20.0)
            } else if shape.is_shared_pair(bond) || (shape.is_sp2(j) && shape.is_sp2(k)) {
                cis(if shape.is_shared_pair(bond) { 8.0 } else { 3.0 })
            } else if both_sp3 && size >= 6 {
                staggered(3.0)
            } else {
                continue;
            };
            found.push(Preference {
                atoms: [i, j, k, l],
                coefficients,
            });
        }
    }
}

fn in_chain(shape: &Shape<'_>, bond: usize, found: &mut Vec<Preference>) {
    let [j, k] = shape.molecule.bond(bond).atoms;
    let Some(coefficients) = of_chain_bond(shape, bond) else {
        return;
    };
    if let (Some(i), Some(l)) = (reference(shape, j, k), reference(shape, k, j)) {
        found.push(Preference {
            atoms: [i, j, k, l],
            coefficients,
        });
    }
}

/// The neighbour that a preference refers to: a doubly bonded one first, then the heaviest.
fn reference(shape: &Shape<'_>, atom: usize, except: usize) -> Option<usize> {
    let key = |&a: &usize| {
        let bond = shape.molecule.bond_between(atom, a);
        let double = bond.is_some_and(|b| shape.molecule.bond(b).order == BondOrder::Double);
        (double, shape.molecule.element(a).atomic_number(), std::cmp::Reverse(a))
    };
    shape.others(atom, except).max_by_key(key)
}

fn of_chain_bond(shape: &Shape<'_>, bond: usize) -> Option<[f64; 3]> {
    use Hybridization::{Sp2, Sp3};
    let [j, k] = shape.molecule.bond(bond).atoms;
    if shape.is_rigid_bond(bond) {
        return Some(planar(25.0));
    }
    let sulfonamide = |a: usize, b: usize| {
        shape.molecule.element(a).period() > 2
            && shape.molecule.degree(a) == 4
            && shape.molecule.element(b) == Element::N
    };
    let divalent = |a: usize| shape.molecule.element(a).group() == 16 && shape.molecule.degree(a) == 2;
    match (shape.hybridization[j], shape.hybridization[k]) {
        (Sp2, Sp2) if shape.is_shared_pair(bond) => Some(planar(10.0)),
        (Sp2, Sp2) if shape.aromaticity.is_conjugated_bond(bond) => Some(planar(3.0)),
        (Sp2, Sp2) => Some(planar(1.0)),
        _ if sulfonamide(j, k) || sulfonamide(k, j) => Some(perpendicular(2.0)),
        (Sp3, Sp3) if divalent(j) && divalent(k) => Some(perpendicular(5.0)),
        (Sp3, Sp3) => Some(staggered(3.0)),
        (Sp3, Sp2) => beside_trigonal(shape, j, k),
        (Sp2, Sp3) => beside_trigonal(shape, k, j),
        _ => None,
    }
}

/// A tetrahedral atom beside a carbonyl eclipses it, beside an aromatic ring stands upright, beside an ester's oxygen is staggered.
fn beside_trigonal(shape: &Shape<'_>, tetrahedral: usize, trigonal: usize) -> Option<[f64; 3]> {
    if shape.molecule.degree(tetrahedral) < 2 {
        return None;
    }
    if shape.carbonyl(trigonal).is_some() {
        Some(eclipsed(1.0))
    } else if shape.aromaticity.is_aromatic_atom(trigonal) {
        Some(perpendicular(1.0))
    } else if shape.molecule.element(trigonal) == Element::O {
        Some(staggered(1.0))
    } else {
        None
    }
}

/// The ends of cumulenes: perpendicular over an even number of double bonds, planar over an odd one.
fn cumulenes(shape: &Shape<'_>) -> Vec<Preference> {
    let mut found = Vec::new();
    for start in (0..shape.molecule.len()).filter(|&a| shape.is_sp2(a)) {
        for first in shape.molecule.neighbors(start) {
            let Some((end, last, bonds)) = follow(shape, start, first.atom) else {
                continue;
            };
            if start < end
                && let (Some(i), Some(l)) = (
                    reference_beside(shape, start, first.atom),
                    reference_beside(shape, end, last),
                )
            {
                let coefficients = if bonds % 2 == 0 {
                    perpendicular(20.0)
                } else {
                    planar(20.0)
                };
                found.push(Preference {
                    atoms: [i, start, end, l],
                    coefficients,
                });
            }
        }
    }
    found
}

fn reference_beside(shape: &Shape<'_>, atom: usize, except: usize) -> Option<usize> {
    shape.others(atom, except).min()
}

/// Follows double bonds over linear atoms to the other end: its atom, the one before, and the number of bonds.
fn follow(shape: &Shape<'_>, start: usize, first: usize) -> Option<(usize, usize, usize)> {
    let is_double = |a: usize, b: usize| {
        let bond = shape.molecule.bond_between(a, b);
        bond.is_some_and(|b| shape.molecule.bond(b).order == BondOrder::Double)
    };
    let (mut before, mut atom, mut bonds) = (start, first, 1);
    while shape.hybridization[atom] == Hybridization::Sp && is_double(before, atom) && bonds <= shape.molecule.len() {
        let next = shape.others(atom, before).next()?;
        (before, atom, bonds) = (atom, next, bonds + 1);
    }
    (bonds > 1 && is_double(before, atom) && shape.is_sp2(atom)).then_some((atom, before, bonds))
}
