//! Laws of force between two atoms.

use crate::numeric::Real;
use std::fmt::Debug;

/// A law of force between two atoms, in reduced units: its well depth ε and a length of its own are one.
pub trait PairLaw: Copy + Debug + Send + Sync {
    /// Distance of lowest energy.
    fn bond(&self) -> f64;

    /// About the second derivative of the energy at that distance, ε per square of the length.
    fn stiffness(&self) -> f64;

    /// Energy (ε) and its slope divided by the distance, of the square of the distance.
    fn pair<S: Real>(&self, square: S) -> (S, S);
}

/// The law of Lennard-Jones, `4 (r⁻¹² − r⁻⁶)`. Lengths are in σ, the distance of zero energy.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LennardJones;

impl PairLaw for LennardJones {
    fn bond(&self) -> f64 {
        1.122_462_048_309_373 // 2^(1/6)
    }

    fn stiffness(&self) -> f64 {
        60.0
    }

    #[inline(always)]
    fn pair<S: Real>(&self, square: S) -> (S, S) {
        let inverse = square.recip();
        let sixth = inverse * inverse * inverse;
        let energy = (sixth * sixth.offset(-1.0)).scale(4.0);
        let slope = (sixth * inverse * sixth.scale(-2.0).offset(1.0)).scale(24.0);
        (energy, slope)
    }
}

/// The law of Morse (Phys. Rev. 1929, 34, 57), `q (q − 2)` with `q = exp ρ (1 − r)`. Lengths are in the distance of lowest energy; the
/// range parameter ρ is 3 for the softest metals, 6 is nearest to Lennard-Jones, and 14 is that of C₆₀ (J. P. K. Doye and D. J. Wales, J.
/// Chem. Soc., Faraday Trans. 1997, 93, 4233).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Morse {
    /// The range parameter ρ; the larger, the shorter the range.
    pub range: f64,
}

impl PairLaw for Morse {
    fn bond(&self) -> f64 {
        1.0
    }

    fn stiffness(&self) -> f64 {
        2.0 * self.range * self.range
    }

    #[inline(always)]
    fn pair<S: Real>(&self, square: S) -> (S, S) {
        // Atoms on one point: there the law is finite, but the direction of its force is not known.
        let distance = square.max(1e-12).sqrt();
        let q = exponential((-distance).offset(1.0).scale(self.range));
        let slope = (q * (-q).offset(1.0) * distance.recip()).scale(2.0 * self.range);
        (q * q.offset(-2.0), slope)
    }
}

/// Halvings of an exponent before its series is summed.
const HALVINGS: usize = 10;

/// The exponential function: the series for a thousandth of the exponent, squared ten times. Right to 1e-12 up to an exponent of 30, and
/// as good as zero below −200, where it is cut off.
#[inline(always)]
fn exponential<S: Real>(exponent: S) -> S {
    let small = exponent.max(-200.0).scale(1.0 / (1 << HALVINGS) as f64);
    let series = [720.0, 120.0, 24.0, 6.0, 2.0, 1.0, 1.0].map(f64::recip);
    let mut power = S::constant(series[0]);
    for &coefficient in &series[1..] {
        power = (power * small).offset(coefficient);
    }
    for _ in 0..HALVINGS {
        power = power * power;
    }
    power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exponential_function_is_that_of_the_library() {
        for k in -400..=280 {
            let exponent = 0.05 * f64::from(k);
            let error = exponential(exponent) / exponent.exp() - 1.0;
            assert!(error.abs() < 1e-12, "{exponent}: {error}");
        }
        assert!(exponential(-1e6) < 1e-60);
    }

    #[test]
    fn a_pair_is_lowest_at_its_bond_and_the_slope_is_that_of_the_energy() {
        fn check(law: impl PairLaw) {
            let energy = |r: f64| law.pair(r * r).0;
            let (lowest, slope) = law.pair(law.bond() * law.bond());
            assert!(
                (lowest + 1.0).abs() < 1e-12 && slope.abs() < 1e-9,
                "{law:?}: {lowest} {slope}"
            );
            for r in [0.95, 1.1, 1.3, 2.0] {
                let h = 1e-5;
                let by_differences = (energy(r + h) - energy(r - h)) / (2.0 * h * r);
                let slope = law.pair(r * r).1;
                assert!(
                    (slope - by_differences).abs() < 1e-5 * slope.abs().max(1.0),
                    "{law:?} at {r}"
                );
            }
            let h = 1e-4;
            let stiffness = (energy(law.bond() + h) + energy(law.bond() - h) + 2.0) / (h * h);
            assert!((law.stiffness() / stiffness - 1.0).abs() < 0.1, "{law:?}: {stiffness}");
        }
        check(LennardJones);
        for range in [3.0, 6.0, 14.0] {
            check(Morse { range });
        }
    }
}
