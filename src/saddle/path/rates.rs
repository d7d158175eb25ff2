//! Rate constants of a verified path: Eyring's transition-state theory with tunnelling through Wigner's parabola or Eckart's barrier.
//!
//! H. Eyring, J. Chem. Phys. 1935, 3, 107; E. Wigner, Z. Phys. Chem. B 1932, 19, 203; C. Eckart, Phys. Rev. 1930, 35, 1303, in the
//! form of H. S. Johnston, J. Heicklen, J. Phys. Chem. 1962, 66, 532.

use crate::units::{BOLTZMANN_J_K, BOLTZMANN_KCAL_MOL_K as R, KCAL_MOL_PER_CM1, PLANCK_J_S};
use std::f64::consts::{PI, TAU};

/// A barrier as far as tunnelling sees it. Energies with zero-point energies, kcal/mol.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Barrier {
    /// Height above the reactant.
    pub forward: f64,
    /// Height above the product.
    pub reverse: f64,
    /// The imaginary wavenumber at the top, cm⁻¹, as a positive number.
    pub wavenumber_cm1: f64,
}

/// How much faster than over the top alone, by each model of the barrier.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tunnelling {
    /// Wigner's first correction.
    pub wigner: f64,
    /// Eckart's barrier; `None` where the saddle is no barrier, once zero-point energies count.
    pub eckart: Option<f64>,
}

/// Intervals of Simpson's rule below the top and above it.
const INTERVALS: usize = 4000;

/// Energies above the top up to so many kT count: e⁻⁴⁰ is round-off.
const HIGHEST: f64 = 40.0;

impl Barrier {
    /// Both corrections at a temperature (K).
    #[must_use]
    pub fn tunnelling(&self, temperature: f64) -> Tunnelling {
        Tunnelling {
            wigner: wigner(self.wavenumber_cm1, temperature),
            eckart: self.eckart(temperature),
        }
    }

    /// Eckart's correction κ = ∫ T(E) exp(−(E − V₁)/kT) dE/kT; `None` unless both heights and the wavenumber are positive.
    #[must_use]
    pub fn eckart(&self, temperature: f64) -> Option<f64> {
        let kt = R * temperature;
        if !(self.forward > 0.0 && self.reverse > 0.0 && self.wavenumber_cm1 > 0.0 && kt > 0.0) {
            return None;
        }
        // No less than the higher of the two valleys.
        let lowest = (self.forward - self.reverse).max(0.0);
        let weighed = |energy: f64| self.transmission(energy) * (-(energy - self.forward) / kt).exp() / kt;
        let below = simpson(lowest, self.forward, weighed);
        let above = simpson(self.forward, self.forward + HIGHEST * kt, weighed);
        Some(below + above)
    }

    /// The probability to get through at an energy (kcal/mol above the reactant).
    #[must_use]
    pub fn transmission(&self, energy: f64) -> f64 {
        let quantum = KCAL_MOL_PER_CM1 * self.wavenumber_cm1;
        let (a1, a2) = (TAU * self.forward / quantum, TAU * self.reverse / quantum);
        let scale = 2.0 / (a1.sqrt().recip() + a2.sqrt().recip());
        let along = |square: f64| scale * square.max(0.0).sqrt();
        let a = along(a1 * energy / self.forward);
        let b = along(a1 * (energy / self.forward - 1.0) + a2);
        let square = 4.0 * a1 * a2 - PI * PI;
        // All relative to e^(a + b), which may overflow: a is smaller than that by far or equal to it at the bottom.
        let sum = a + b;
        let scaled = |x: f64| 0.5 * ((x - sum).exp() + (-x - sum).exp());
        let d = if square >= 0.0 {
            scaled(square.sqrt())
        } else {
            (-square).sqrt().cos() * (-sum).exp()
        };
        ((scaled(sum) - scaled(a - b)) / (scaled(sum) + d)).clamp(0.0, 1.0)
    }
}

/// Wigner's correction 1 + (hν/kT)²/24 for an imaginary wavenumber (cm⁻¹) and a temperature (K).
#[must_use]
pub fn wigner(wavenumber_cm1: f64, temperature: f64) -> f64 {
    let ratio = KCAL_MOL_PER_CM1 * wavenumber_cm1 / (R * temperature);
    1.0 + ratio * ratio / 24.0
}

/// Eyring's rate constant (1/s) of a step in which nothing comes together: kT/h exp(−ΔG/RT), for a free energy of activation
/// (kcal/mol) and a temperature (K), without tunnelling.
#[must_use]
pub fn eyring(free_energy: f64, temperature: f64) -> f64 {
    BOLTZMANN_J_K * temperature / PLANCK_J_S * (-free_energy / (R * temperature)).exp()
}

/// Simpson's rule.
fn simpson(from: f64, to: f64, f: impl Fn(f64) -> f64) -> f64 {
    let step = (to - from) / INTERVALS as f64;
    let weight = |k: usize| match k {
        0 | INTERVALS => 1.0,
        _ if k % 2 == 1 => 4.0,
        _ => 2.0,
    };
    (0..=INTERVALS)
        .map(|k| weight(k) * f(from + step * k as f64))
        .sum::<f64>()
        * step
        / 3.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::WAVENUMBER_CM1_PER_ROOT;

    /// ħ²/2 in kcal/mol Å² amu, from (ħω)² = ħ² k/m with the constants of the wavenumber.
    fn half_square() -> f64 {
        0.5 * (KCAL_MOL_PER_CM1 * WAVENUMBER_CM1_PER_ROOT).powi(2)
    }

    /// Eckart's potential along a mass-weighted coordinate, y = e^(x/l): A y/(1 + y) + B y/(1 + y)².
    fn potential(barrier: &Barrier, x: f64) -> f64 {
        let (v1, v2) = (barrier.forward, barrier.reverse);
        let a = v1 - v2;
        let b = (v1.sqrt() + v2.sqrt()).powi(2);
        // The curvature at the top −(B² − A²)²/(8 B³)/l² is that of the wavenumber.
        let eigenvalue = (barrier.wavenumber_cm1 / WAVENUMBER_CM1_PER_ROOT).powi(2);
        let l = ((b * b - a * a).powi(2) / (8.0 * b.powi(3)) / eigenvalue).sqrt();
        let y = (x / l).exp();
        a * y / (1.0 + y) + b * y / (1.0 + y).powi(2)
    }

    /// The transmission by integration of Schrödinger's equation (Numerov) from the product's side, where there is an outgoing wave
    /// only, to the reactant's, where the incoming part is taken off.
    fn integrated(barrier: &Barrier, energy: f64) -> f64 {
        let wave = |v: f64| (energy - v) / half_square();
        let (k1, k2) = (wave(0.0).sqrt(), wave(barrier.forward - barrier.reverse).sqrt());
        let (end, steps) = (9.0, 60_000);
        let h = 2.0 * end / f64::from(steps);
        let f = |n: i32| {
            let x = end - h * f64::from(n);
            1.0 + h * h / 12.0 * wave(potential(barrier, x))
        };
        // ψ = e^(i k₂ x) at the far side, real and imaginary part.
        let at = |n: i32| {
            let phase = k2 * (end - h * f64::from(n));
            [phase.cos(), phase.sin()]
        };
        let (mut before, mut now) = (at(0), at(1));
        for n in 1..steps {
            let next = [0, 1].map(|c| ((12.0 - 10.0 * f(n)) * now[c] - f(n - 1) * before[c]) / f(n + 1));
            (before, now) = (now, next);
        }
        // A e^(ik₁x) + B e^(−ik₁x) through the last two points, x and x + h.
        // A = (ψ(x + h) − ψ(x) e^(−ik₁h)) / (e^(ik₁x) 2i sin k₁h): its modulus needs no e^(ik₁x).
        let [s, c] = [(k1 * h).sin(), (k1 * h).cos()];
        let real = before[0] - (now[0] * c + now[1] * s);
        let imaginary = before[1] - (now[1] * c - now[0] * s);
        let incoming = (real * real + imaginary * imaginary) / (4.0 * s * s);
        k2 / k1 / incoming
    }

    #[test]
    fn the_transmission_is_that_of_schroedingers_equation() {
        let uneven = Barrier {
            forward: 6.0,
            reverse: 11.0,
            wavenumber_cm1: 1500.0,
        };
        let even = Barrier {
            forward: 5.0,
            reverse: 5.0,
            wavenumber_cm1: 2000.0,
        };
        let uphill = Barrier {
            forward: 9.0,
            reverse: 4.0,
            wavenumber_cm1: 1200.0,
        };
        for barrier in [uneven, even, uphill] {
            for share in [0.6, 0.8, 0.95, 1.0, 1.1, 1.5] {
                let energy = share * barrier.forward;
                let (found, expected) = (barrier.transmission(energy), integrated(&barrier, energy));
                assert!(
                    (found - expected).abs() < 1e-4 * expected.max(1e-3),
                    "{barrier:?} at {energy}: {found} {expected}"
                );
            }
        }
    }

    #[test]
    fn at_high_temperature_it_goes_over_into_wigners() {
        let barrier = Barrier {
            forward: 400.0,
            reverse: 500.0,
            wavenumber_cm1: 800.0,
        };
        for temperature in [3000.0, 6000.0] {
            let both = barrier.tunnelling(temperature);
            let (wigner, eckart) = (both.wigner - 1.0, both.eckart.unwrap() - 1.0);
            assert!(
                (eckart / wigner - 1.0).abs() < 0.03,
                "{temperature} K: {eckart} {wigner}"
            );
        }
    }

    #[test]
    fn eckart_does_not_care_which_way_the_reaction_goes() {
        // Detailed balance: both directions have the same flux at each total energy.
        let barrier = Barrier {
            forward: 10.0,
            reverse: 14.0,
            wavenumber_cm1: 1700.0,
        };
        let back = Barrier {
            forward: barrier.reverse,
            reverse: barrier.forward,
            ..barrier
        };
        let (forth, back) = (barrier.eckart(300.0).unwrap(), back.eckart(300.0).unwrap());
        assert!((forth / back - 1.0).abs() < 1e-9, "{forth} {back}");
        assert!(forth > barrier.tunnelling(300.0).wigner);
    }

    #[test]
    fn no_barrier_no_eckart() {
        let flat = Barrier {
            forward: -1.0,
            reverse: 5.0,
            wavenumber_cm1: 500.0,
        };
        assert_eq!(flat.eckart(300.0), None);
    }

    #[test]
    fn eyring_gives_its_textbook_prefactor() {
        // kT/h at 298.15 K is 6.212e12 1/s (P. Atkins, J. de Paula, Physical Chemistry); one decade for each RT ln 10.
        assert!((eyring(0.0, 298.15) / 6.2124e12 - 1.0).abs() < 1e-4);
        let decade = R * 298.15 * 10.0_f64.ln();
        assert!((eyring(decade, 298.15) / eyring(0.0, 298.15) - 0.1).abs() < 1e-12);
    }
}
