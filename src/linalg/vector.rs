//! Loops over flat coordinate vectors that everybody needs.

/// Independent partial sums of [`dot`]: enough for the compiler to keep two vector registers busy.
const LANES: usize = 8;

/// Scalar product, summed in a fixed order so that the result does not depend on the machine's vector width.
#[must_use]
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; LANES];
    let (mut chunks_a, mut chunks_b) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    for (p, q) in chunks_a.by_ref().zip(chunks_b.by_ref()) {
        for lane in 0..LANES {
            sums[lane] += p[lane] * q[lane];
        }
    }
    let tail: f64 = chunks_a
        .remainder()
        .iter()
        .zip(chunks_b.remainder())
        .map(|(p, q)| p * q)
        .sum();
    sums.iter().sum::<f64>() + tail
}

/// Euclidean norm.
#[must_use]
pub fn norm(v: &[f64]) -> f64 {
    dot(v, v).sqrt()
}

/// Root mean square over the components, 0 for an empty vector.
#[must_use]
pub fn rms(v: &[f64]) -> f64 {
    if v.is_empty() {
        0.0
    } else {
        (dot(v, v) / v.len() as f64).sqrt()
    }
}

/// Largest component in absolute value, 0 for an empty vector.
#[must_use]
pub fn max_abs(v: &[f64]) -> f64 {
    v.iter().fold(0.0, |largest, c| c.abs().max(largest))
}

/// Length of the longest displacement of one atom (of a last group of fewer than three coordinates likewise).
#[must_use]
pub fn longest_atom(v: &[f64]) -> f64 {
    v.chunks(3)
        .map(|c| c.iter().map(|q| q * q).sum::<f64>())
        .fold(0.0, f64::max)
        .sqrt()
}

/// `y += a x`.
pub fn add_scaled(y: &mut [f64], a: f64, x: &[f64]) {
    for (p, q) in y.iter_mut().zip(x) {
        *p += a * q;
    }
}

/// `out = a + t b`.
pub fn set_sum(out: &mut [f64], a: &[f64], t: f64, b: &[f64]) {
    for ((o, p), q) in out.iter_mut().zip(a).zip(b) {
        *o = p + t * q;
    }
}

/// `out = a − b`.
pub fn set_difference(out: &mut [f64], a: &[f64], b: &[f64]) {
    set_sum(out, a, -1.0, b);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dot_agrees_with_a_plain_sum_for_every_length_around_the_lanes() {
        for n in 0..3 * LANES {
            let a: Vec<f64> = (0..n).map(|i| i as f64 + 0.5).collect();
            let b: Vec<f64> = (0..n).map(|i| 2.0 - i as f64).collect();
            let plain: f64 = a.iter().zip(&b).map(|(p, q)| p * q).sum();
            assert!((dot(&a, &b) - plain).abs() <= 1e-12 * (1.0 + plain.abs()), "length {n}");
        }
    }

    #[test]
    fn the_longest_atom_is_found_also_in_an_incomplete_last_group() {
        assert!((longest_atom(&[1.0, 0.0, 0.0, 3.0, 4.0]) - 5.0).abs() < 1e-15);
        assert!(longest_atom(&[]).abs() < 1e-15);
    }
}
