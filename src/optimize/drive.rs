//! Bringing constrained coordinates to their values from afar: whole groups are moved where the bonds allow it, and where they don't (rings)
//! the way is made in small pieces with a few steps of relaxation after each.

use super::constrained::{Manifold, difference, minimize_on};
use super::{Criteria, Lbfgs, Limits};
use crate::chem::Molecule;
use crate::coordinates::{Constraint, Primitive};
use crate::geometry::Vector;
use crate::potential::{Mask, Potential};
use thiserror::Error;

/// Longest piece of the way: a length in Å, an angle in radian (10°).
const PIECE_LENGTH: f64 = 0.2;
const PIECE_ANGLE: f64 = 0.175;

/// Steps of relaxation after a piece that had to distort the molecule.
const RELAXATION: usize = 8;

/// Why a coordinate does not get its value.
#[derive(Clone, Debug, PartialEq, Error)]
#[error(
    "{what} can't be brought to its value: {left:.1e} (Å or radian) are left; do the constraints contradict each other?"
)]
pub struct OutOfReach {
    /// The coordinate.
    pub what: String,
    /// What is missing, Å or radian.
    pub left: f64,
}

/// Moves `x` (Å) to where the constraints hold and the frozen atoms of the mask are in place.
///
/// # Errors
/// Where a constraint can't be met.
pub fn approach(
    potential: &mut dyn Potential,
    molecule: &Molecule,
    constraints: &[Constraint],
    mask: &Mask,
    x: &mut Vec<f64>,
) -> Result<(), OutOfReach> {
    mask.restore(x);
    let way: Vec<(f64, f64)> = constraints
        .iter()
        .map(|c| (c.primitive.value(x), change(c, x)))
        .collect();
    let pieces = constraints.iter().zip(&way).map(|(c, (_, change))| pieces(c, *change));
    let pieces = pieces.max().unwrap_or(1).max(1);
    for piece in 1..=pieces {
        let part = piece as f64 / pieces as f64;
        let here: Vec<Constraint> = constraints
            .iter()
            .zip(&way)
            .map(|(c, (start, change))| Constraint::at(c.primitive.clone(), start + part * change))
            .collect();
        let mut bent = false;
        for constraint in &here {
            bent |= change(constraint, x).abs() > 1e-9 && !move_group(molecule, constraint, mask, x);
        }
        let manifold = Manifold::new(&here, mask.clone(), x);
        manifold.retract(x).map_err(|left| out_of_reach(&here, x, left))?;
        if bent && pieces > 1 {
            relax(&manifold, potential, x);
        }
    }
    Ok(())
}

fn change(constraint: &Constraint, x: &[f64]) -> f64 {
    let value = constraint.primitive.value(x);
    constraint
        .target
        .map_or(0.0, |target| difference(&constraint.primitive, target, value))
}

fn pieces(constraint: &Constraint, change: f64) -> usize {
    let longest = match constraint.primitive {
        Primitive::Stretch(_) | Primitive::Cartesian { .. } | Primitive::Translation { .. } => PIECE_LENGTH,
        _ => PIECE_ANGLE,
    };
    // Bounded: a distance of kilometres is out of reach however small the pieces.
    (change.abs() / longest).ceil().min(1e4) as usize
}

fn out_of_reach(constraints: &[Constraint], x: &[f64], left: f64) -> OutOfReach {
    let worst = constraints
        .iter()
        .max_by(|a, b| change(a, x).abs().total_cmp(&change(b, x).abs()));
    OutOfReach {
        what: worst.map_or_else(String::new, |c| c.primitive.to_string()),
        left,
    }
}

/// A few steps down. That they fail or don't converge does not matter here.
fn relax(manifold: &Manifold, potential: &mut dyn Potential, x: &mut Vec<f64>) {
    let limits = Limits {
        steps: Some(RELAXATION),
        ..Limits::default()
    };
    let criteria = Criteria::rms_gradient(1.0);
    if let Ok(found) = minimize_on(
        manifold,
        potential,
        x,
        &mut Lbfgs::default(),
        &criteria,
        &limits,
        &mut (),
    ) {
        *x = found.point.x;
    }
}

/// Gives a coordinate its target by moving one side of a bond as a whole. False, and nothing is moved, where there are no two sides or both
/// hold frozen atoms.
fn move_group(molecule: &Molecule, constraint: &Constraint, mask: &Mask, x: &mut [f64]) -> bool {
    let by = change(constraint, x);
    let (group, sign) = match groups(molecule, &constraint.primitive) {
        Some([side, _]) if free(&side, mask) => (side, 1.0),
        Some([_, other]) if free(&other, mask) => (other, -1.0),
        _ => return false,
    };
    let before = x.to_vec();
    match constraint.primitive {
        Primitive::Stretch([i, j]) => shift(x, &group, i, j, sign * by),
        Primitive::Bend([i, j, k]) => {
            let axis = Vector(between(x, j, i)).cross(Vector(between(x, j, k))).0;
            turn(x, &group, j, axis, sign * by);
        }
        Primitive::Dihedral([_, j, k, _]) => turn(x, &group, j, between(x, j, k), sign * by),
        _ => return false,
    }
    let moved = change(constraint, x).abs() < by.abs();
    if !moved {
        x.copy_from_slice(&before);
    }
    moved
}

/// The atoms on the far side of the bond that a coordinate is changed by, and those on the near side.
fn groups(molecule: &Molecule, primitive: &Primitive) -> Option<[Vec<usize>; 2]> {
    let (first, near, far, last) = match *primitive {
        Primitive::Stretch([i, j]) => (i, i, j, j),
        Primitive::Bend([i, j, k]) => (i, j, k, k),
        Primitive::Dihedral([i, j, k, l]) => {
            let hub = |center: usize| {
                [i, l]
                    .iter()
                    .all(|&outer| molecule.bond_between(center, outer).is_some())
            };
            match [j, k].into_iter().find(|&center| hub(center)) {
                Some(center) => return branches(molecule, center, [i, l], j + k - center),
                None => (i, j, k, l),
            }
        }
        _ => return None,
    };
    let (here, there) = (side(molecule, near, far), side(molecule, far, near));
    let apart = here.iter().all(|&inside| !there[..].contains(&inside));
    (apart && there.contains(&last) && here.contains(&first)).then_some([there, here])
}

/// The branches that an improper dihedral turns, whose outer atoms hang on the same centre. `inner` is the other atom of its axis.
fn branches(molecule: &Molecule, center: usize, [i, l]: [usize; 2], inner: usize) -> Option<[Vec<usize>; 2]> {
    let (here, there) = (side(molecule, center, i), side(molecule, center, l));
    let is_apart = |branch: &[usize]| !branch.contains(&center) && !branch.contains(&inner);
    (is_apart(&here) && is_apart(&there) && !here.contains(&l)).then_some([there, here])
}

/// The atoms that hang together with `atom` if its bond to `other` is cut.
fn side(molecule: &Molecule, other: usize, atom: usize) -> Vec<usize> {
    let mut seen = vec![false; molecule.len()];
    seen[atom] = true;
    let mut found = vec![atom];
    let mut next = 0;
    while let Some(&current) = found.get(next) {
        next += 1;
        for neighbor in molecule.neighbors(current) {
            let cut = current == atom && neighbor.atom == other;
            if !cut && !seen[neighbor.atom] {
                seen[neighbor.atom] = true;
                found.push(neighbor.atom);
            }
        }
    }
    found
}

fn free(group: &[usize], mask: &Mask) -> bool {
    group.iter().all(|&atom| !mask.holds(atom))
}

fn between(x: &[f64], from: usize, to: usize) -> [f64; 3] {
    [0, 1, 2].map(|axis| x[3 * to + axis] - x[3 * from + axis])
}

fn unit(v: [f64; 3]) -> Option<[f64; 3]> {
    let length = v.iter().map(|c| c * c).sum::<f64>().sqrt();
    (length > 1e-6).then(|| v.map(|c| c / length))
}

fn shift(x: &mut [f64], group: &[usize], from: usize, to: usize, by: f64) {
    let Some(direction) = unit(between(x, from, to)) else {
        return;
    };
    for &atom in group {
        for axis in 0..3 {
            x[3 * atom + axis] += by * direction[axis];
        }
    }
}

/// Turns a group about an axis through an atom.
fn turn(x: &mut [f64], group: &[usize], origin: usize, axis: [f64; 3], angle: f64) {
    let Some(axis) = unit(axis) else { return };
    let centre = Vector::of(x, origin);
    for &atom in group {
        let turned = centre + (Vector::of(x, atom) - centre).turned(Vector(axis), angle);
        x[3 * atom..3 * atom + 3].copy_from_slice(&turned.0);
    }
}
