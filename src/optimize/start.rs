//! The first point of a walk, also where atoms lie on one point.

use super::Point;
use crate::potential::{EvalError, Potential};

/// Displacements (Å, each component at most) that are tried in turn. The first is below what a structure file resolves.
const LENGTHS: [f64; 3] = [1e-4, 1e-2, 0.1];

/// A fall of the energy, relative to its magnitude (and at least to 1 kcal/mol), that is no round-off.
const FALL: f64 = 1e-12;

/// Evaluates the surface at `x0`; where it is not finite there, at the nearest displaced place where it is.
pub(super) fn point(potential: &mut dyn Potential, x0: &[f64]) -> Result<Point, EvalError> {
    let first = match Point::at(potential, x0) {
        Ok(start) if start.gradient.iter().all(|&g| g == 0.0) => return Ok(off_the_top(potential, start)),
        Err(error @ EvalError::NotFinite { .. }) if x0.iter().all(|c| c.is_finite()) => error,
        result => return result,
    };
    for length in LENGTHS {
        match Point::at(potential, &displaced(x0, length)) {
            Err(EvalError::NotFinite { .. }) => {}
            result => return result,
        }
    }
    Err(first)
}

/// A gradient of exactly nothing is seldom a minimum's, but that of atoms that can't tell where to go: all on one point. Where
/// the surface is clearly lower beside it the walk begins there.
fn off_the_top(potential: &mut dyn Potential, start: Point) -> Point {
    match Point::at(potential, &displaced(&start.x, LENGTHS[0])) {
        Ok(beside) if start.energy - beside.energy > FALL * start.energy.abs().max(1.0) => beside,
        _ => start,
    }
}

fn displaced(x: &[f64], length: f64) -> Vec<f64> {
    x.iter().enumerate().map(|(i, c)| c + length * scattered(i)).collect()
}

/// A fixed number between −1 and 1 for each coordinate, no two alike: multiples of the golden ratio modulo 1 (Weyl's sequence).
fn scattered(i: usize) -> f64 {
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    2.0 * ((i + 1) as f64 * GOLDEN).fract() - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::potential::test_surfaces::LennardJones;

    #[test]
    fn atoms_on_one_point_are_parted_and_others_left_alone() {
        let mut trio = LennardJones { atoms: 3 };
        let start = point(&mut trio, &[0.0; 9]).unwrap();
        assert!(start.x.iter().all(|c| c.abs() <= 0.1));
        let apart = [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0];
        assert_eq!(point(&mut trio, &apart).unwrap().x, apart);
    }

    #[test]
    fn a_coordinate_that_is_not_a_number_is_beyond_help() {
        let result = point(&mut LennardJones { atoms: 2 }, &[f64::NAN; 6]);
        assert!(matches!(result, Err(EvalError::NotFinite { .. })));
    }
}
