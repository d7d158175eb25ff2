//! Molecules are shown to the program turned out of the way of the axes: version 6.5.1 gives wrong gradients (by tens of kcal/mol/Å,
//! with the right energy) where two bonded atoms lie exactly on a line along z, as in many structures that were built by hand.

/// Whole numbers a, b, c, d without a common plane or axis, as the unit quaternion (a + bi + cj + dk)/√(a² + b² + c² + d²).
const QUATERNION: [f64; 4] = [2.0, 3.0, 5.0, 7.0];

/// The rotation matrix, row by row.
fn rotation() -> [[f64; 3]; 3] {
    let [a, b, c, d] = QUATERNION;
    let square = a * a + b * b + c * c + d * d;
    [
        [
            a * a + b * b - c * c - d * d,
            2.0 * (b * c - a * d),
            2.0 * (b * d + a * c),
        ],
        [
            2.0 * (b * c + a * d),
            a * a - b * b + c * c - d * d,
            2.0 * (c * d - a * b),
        ],
        [
            2.0 * (b * d - a * c),
            2.0 * (c * d + a * b),
            a * a - b * b - c * c + d * d,
        ],
    ]
    .map(|row| row.map(|element| element / square))
}

/// Turns each triple of `x` (whose length is a multiple of three).
pub(super) fn turned(x: &[f64]) -> Vec<f64> {
    let r = rotation();
    let triples = x.chunks_exact(3);
    triples
        .flat_map(|p| r.map(|row| row[0] * p[0] + row[1] * p[1] + row[2] * p[2]))
        .collect()
}

/// Turns each triple back, in place.
pub(super) fn turn_back(x: &mut [f64]) {
    let r = rotation();
    for p in x.chunks_exact_mut(3) {
        let turned = [p[0], p[1], p[2]];
        for (axis, component) in p.iter_mut().enumerate() {
            *component = (0..3).map(|k| r[k][axis] * turned[k]).sum();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_turned_and_turned_back_is_where_it_was_and_no_axis_stays_one() {
        let x = [0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0];
        let mut there = turned(&x);
        for p in there.chunks(3) {
            assert!(p.iter().all(|c| c.abs() > 0.01), "{p:?}");
            assert!((p.iter().map(|c| c * c).sum::<f64>() - 1.0).abs() < 1e-14);
        }
        turn_back(&mut there);
        assert!(there.iter().zip(x).all(|(a, b)| (a - b).abs() < 1e-14));
    }
}
