//! Thermochemistry of an ideal gas of rigid rotors and harmonic oscillators, or of what low frequencies are better taken for.
//!
//! Translation, rotation and electronic states follow D. A. McQuarrie, J. D. Simon, "Molecular Thermodynamics" (1999), chapter 4, as
//! J. W. Ochterski, "Thermochemistry in Gaussian" (2000) applies it: classical rotation, no excited electronic states. All is for one
//! mole; energies kcal/mol, entropies and heat capacities kcal/mol/K.

use super::rotor::{Rotor, Shape};
use crate::units::{
    BOLTZMANN_J_K, BOLTZMANN_KCAL_MOL_K as R, KCAL_MOL_PER_CM1, KG_M2_PER_AMU_ANGSTROM2, KG_PER_AMU, LIGHT_CM_S,
    PLANCK_J_S,
};
use std::f64::consts::PI;
use thiserror::Error;

/// What low-frequency vibrations are taken for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Treatment {
    /// Harmonic oscillators like all others.
    Harmonic,
    /// Harmonic oscillators whose wavenumber is raised to this one (cm⁻¹) where it is lower, in all properties: R. F. Ribeiro,
    /// A. V. Marenich, C. J. Cramer, D. G. Truhlar, J. Phys. Chem. B 2011, 115, 14556.
    QuasiHarmonic {
        /// cm⁻¹; 100 in the paper.
        lowest_cm1: f64,
    },
    /// Entropies that go over into those of free rotors: S. Grimme, Chem. Eur. J. 2012, 18, 9955, equations 3 to 8. Energies and heat
    /// capacities stay harmonic.
    QuasiRrho {
        /// cm⁻¹ at which both have equal weight; 100 in the paper.
        centre_cm1: f64,
        /// Exponent of the weight; 4 in the paper.
        exponent: f64,
        /// The moment of inertia B_av that limits the free rotors', amu Å²; 10⁻⁴⁴ kg m² in the paper.
        average_moment: f64,
    },
}

impl Treatment {
    /// [`Treatment::QuasiHarmonic`] as published.
    pub const QUASI_HARMONIC: Self = Self::QuasiHarmonic { lowest_cm1: 100.0 };
    /// [`Treatment::QuasiRrho`] as published.
    pub const QUASI_RRHO: Self = Self::QuasiRrho {
        centre_cm1: 100.0,
        exponent: 4.0,
        average_moment: 1e-44 / KG_M2_PER_AMU_ANGSTROM2,
    };

    /// The name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Harmonic => "harmonic",
            Self::QuasiHarmonic { .. } => "quasi-harmonic",
            Self::QuasiRrho { .. } => "quasi-rrho",
        }
    }
}

/// Temperature and pressure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Conditions {
    /// K.
    pub temperature: f64,
    /// Pa.
    pub pressure: f64,
}

/// What a gas consists of.
#[derive(Clone, Copy, Debug)]
pub struct Gas<'a> {
    /// Mass and moments of inertia.
    pub rotor: &'a Rotor,
    /// cm⁻¹; imaginary (negative) ones and zeros are left out of everything.
    pub wavenumbers_cm1: &'a [f64],
    /// Rotations that bring the molecule onto itself, from 1.
    pub symmetry_number: usize,
    /// Spin multiplicity, from 1: the degeneracy of the electronic ground state.
    pub multiplicity: u16,
}

/// What one kind of motion contributes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Contribution {
    /// kcal/mol, the zero-point energy included.
    pub energy: f64,
    /// kcal/mol/K.
    pub entropy: f64,
    /// At constant volume, kcal/mol/K.
    pub heat_capacity: f64,
}

/// Properties of a gas, without the electronic energy: that of the surface at the minimum adds to `energy`, `enthalpy` and `free_energy`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thermochemistry {
    /// Temperature and pressure.
    pub conditions: Conditions,
    /// How low frequencies were treated.
    pub treatment: Treatment,
    /// kcal/mol, in the treatment's wavenumbers.
    pub zero_point_energy: f64,
    /// Motion as a whole.
    pub translation: Contribution,
    /// Rotation as a whole.
    pub rotation: Contribution,
    /// Vibration.
    pub vibration: Contribution,
    /// Spin.
    pub electronic: Contribution,
    /// U with the zero-point energy, kcal/mol.
    pub energy: f64,
    /// H = U + RT, kcal/mol.
    pub enthalpy: f64,
    /// S, kcal/mol/K.
    pub entropy: f64,
    /// Cv, kcal/mol/K.
    pub heat_capacity_volume: f64,
    /// Cp, kcal/mol/K.
    pub heat_capacity_pressure: f64,
    /// G = H − TS, kcal/mol.
    pub free_energy: f64,
    /// Imaginary modes, which were left out.
    pub left_out: usize,
}

/// Conditions under which there is no thermochemistry.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[error("{what} of {value}: a positive number is expected")]
pub struct Impossible {
    /// Which one.
    what: &'static str,
    /// What it was.
    value: f64,
}

/// The properties of a gas.
///
/// # Errors
/// A temperature, pressure, symmetry number or multiplicity that is not positive.
pub fn thermochemistry(
    gas: &Gas<'_>,
    conditions: Conditions,
    treatment: Treatment,
) -> Result<Thermochemistry, Impossible> {
    for (what, value) in [
        ("a temperature", conditions.temperature),
        ("a pressure", conditions.pressure),
        ("a symmetry number", gas.symmetry_number as f64),
        ("a multiplicity", f64::from(gas.multiplicity)),
    ] {
        if !(value > 0.0 && value.is_finite()) {
            return Err(Impossible { what, value });
        }
    }
    let temperature = conditions.temperature;
    let real: Vec<f64> = gas.wavenumbers_cm1.iter().copied().filter(|&w| w > 0.0).collect();
    let parts = [
        translation(gas.rotor.mass, conditions),
        rotation(gas.rotor, gas.symmetry_number, temperature),
        vibration(&real, temperature, treatment),
        electronic(gas.multiplicity),
    ];
    let sum = |of: fn(&Contribution) -> f64| parts.iter().map(of).sum::<f64>();
    let (energy, entropy, heat_capacity) = (sum(|p| p.energy), sum(|p| p.entropy), sum(|p| p.heat_capacity));
    let enthalpy = energy + R * temperature;
    let [translation, rotation, vibration, electronic] = parts;
    Ok(Thermochemistry {
        conditions,
        treatment,
        zero_point_energy: zero_point_energy(real.iter().map(|&w| treatment.effective(w))),
        translation,
        rotation,
        vibration,
        electronic,
        energy,
        enthalpy,
        entropy,
        heat_capacity_volume: heat_capacity,
        heat_capacity_pressure: heat_capacity + R,
        free_energy: enthalpy - temperature * entropy,
        left_out: gas.wavenumbers_cm1.len() - real.len(),
    })
}

/// Half a quantum of each oscillator, kcal/mol. Imaginary ones (negative) have none.
#[must_use]
pub fn zero_point_energy(wavenumbers_cm1: impl IntoIterator<Item = f64>) -> f64 {
    let real = wavenumbers_cm1.into_iter().filter(|&w| w > 0.0);
    0.5 * KCAL_MOL_PER_CM1 * real.sum::<f64>()
}

/// S = R (ln q/N + 5/2) with q/N = (2πmkT/h²)^(3/2) kT/p.
fn translation(mass: f64, conditions: Conditions) -> Contribution {
    if mass <= 0.0 {
        return Contribution::default();
    }
    let kt = BOLTZMANN_J_K * conditions.temperature;
    let states = (2.0 * PI * mass * KG_PER_AMU * kt / (PLANCK_J_S * PLANCK_J_S)).powf(1.5) * kt / conditions.pressure;
    Contribution {
        energy: 1.5 * R * conditions.temperature,
        entropy: R * (states.ln() + 2.5),
        heat_capacity: 1.5 * R,
    }
}

/// q = T/(σΘ) of a linear molecule, √π/σ · √(T³/(ΘaΘbΘc)) of another, with Θ = h²/(8π²Ik).
fn rotation(rotor: &Rotor, symmetry_number: usize, temperature: f64) -> Contribution {
    let ratio = |moment: &f64| {
        8.0 * PI * PI * moment * KG_M2_PER_AMU_ANGSTROM2 * BOLTZMANN_J_K * temperature / (PLANCK_J_S * PLANCK_J_S)
    };
    let sigma = symmetry_number as f64;
    let (states, degrees) = match (rotor.shape, rotor.moments.first()) {
        (Shape::Linear, Some(moment)) => (ratio(moment) / sigma, 1.0),
        (Shape::Nonlinear, _) => {
            let product: f64 = rotor.moments.iter().map(ratio).product();
            ((PI * product).sqrt() / sigma, 1.5)
        }
        _ => return Contribution::default(),
    };
    Contribution {
        energy: degrees * R * temperature,
        entropy: R * (states.ln() + degrees),
        heat_capacity: degrees * R,
    }
}

fn vibration(wavenumbers_cm1: &[f64], temperature: f64, treatment: Treatment) -> Contribution {
    let mut sum = Contribution::default();
    for &wavenumber in wavenumbers_cm1 {
        let mut mode = oscillator(treatment.effective(wavenumber), temperature);
        if let Treatment::QuasiRrho {
            centre_cm1,
            exponent,
            average_moment,
        } = treatment
        {
            // Grimme's equations 7 and 8.
            let weight = (1.0 + (centre_cm1 / wavenumber).powf(exponent)).recip();
            let rotor = free_rotor_entropy(wavenumber, temperature, average_moment);
            mode.entropy = weight * mode.entropy + (1.0 - weight) * rotor;
        }
        sum.energy += mode.energy;
        sum.entropy += mode.entropy;
        sum.heat_capacity += mode.heat_capacity;
    }
    sum
}

impl Treatment {
    /// The wavenumber that an oscillator counts with.
    fn effective(self, wavenumber_cm1: f64) -> f64 {
        match self {
            Self::QuasiHarmonic { lowest_cm1 } => wavenumber_cm1.max(lowest_cm1),
            Self::Harmonic | Self::QuasiRrho { .. } => wavenumber_cm1,
        }
    }
}

/// One harmonic oscillator, with x = hcν/kT.
fn oscillator(wavenumber_cm1: f64, temperature: f64) -> Contribution {
    let quantum = KCAL_MOL_PER_CM1 * wavenumber_cm1;
    let x = quantum / (R * temperature);
    let occupation = x.exp_m1().recip();
    let root = 0.5 * x / (0.5 * x).sinh();
    Contribution {
        energy: quantum * (0.5 + occupation),
        entropy: R * (x * occupation - (-(-x).exp()).ln_1p()),
        heat_capacity: R * root * root,
    }
}

/// Grimme's equations 4 to 6: the rotor whose quantum is the oscillator's, its moment of inertia limited to B_av.
fn free_rotor_entropy(wavenumber_cm1: f64, temperature: f64, average_moment: f64) -> f64 {
    let free = PLANCK_J_S / (8.0 * PI * PI * LIGHT_CM_S * wavenumber_cm1);
    let average = average_moment * KG_M2_PER_AMU_ANGSTROM2;
    let moment = free * average / (free + average);
    let kt = BOLTZMANN_J_K * temperature;
    R * (0.5 + 0.5 * (8.0 * PI * PI * PI * moment * kt / (PLANCK_J_S * PLANCK_J_S)).ln())
}

fn electronic(multiplicity: u16) -> Contribution {
    Contribution {
        entropy: R * f64::from(multiplicity).ln(),
        ..Contribution::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Joules per kcal.
    const JOULE: f64 = 4184.0;

    const STANDARD: Conditions = Conditions {
        temperature: 298.15,
        pressure: 1e5,
    };

    fn gas<'a>(rotor: &'a Rotor, wavenumbers_cm1: &'a [f64], symmetry_number: usize, multiplicity: u16) -> Gas<'a> {
        Gas {
            rotor,
            wavenumbers_cm1,
            symmetry_number,
            multiplicity,
        }
    }

    fn entropy(gas: &Gas<'_>) -> f64 {
        let found = thermochemistry(gas, STANDARD, Treatment::Harmonic).unwrap();
        found.entropy * JOULE
    }

    #[test]
    fn noble_gases_have_their_published_entropy() {
        // CODATA Key Values (1989) at 298.15 K and 1 bar, J/mol/K: He 126.153, Ar 154.846.
        for (mass, published) in [(4.002_602, 126.153), (39.95, 154.846)] {
            let rotor = Rotor::new(&[0.0; 3], &[mass]);
            let found = entropy(&gas(&rotor, &[], 1, 1));
            assert!((found - published).abs() < 5e-3, "{found} {published}");
        }
    }

    #[test]
    fn small_molecules_come_near_their_published_entropies_and_heat_capacities() {
        // CODATA Key Values: N2 191.609, H2O 188.835; JANAF Cp: 29.125, 33.590 J/mol/K. Geometries and fundamentals: NIST.
        let nitrogen = Rotor::new(&[0.0, 0.0, 0.0, 0.0, 0.0, 1.0977], &[14.007; 2]);
        let water = Rotor::new(
            &[0.0, 0.0, 0.0, 0.7570, 0.5861, 0.0, -0.7570, 0.5861, 0.0],
            &[15.999, 1.008, 1.008],
        );
        let found = entropy(&gas(&nitrogen, &[2330.0], 2, 1));
        assert!((found - 191.609).abs() < 0.2, "{found}");
        let water = gas(&water, &[1595.0, 3657.0, 3756.0], 2, 1);
        assert!((entropy(&water) - 188.835).abs() < 0.3, "{}", entropy(&water));
        let found = thermochemistry(&water, STANDARD, Treatment::Harmonic).unwrap();
        assert!(
            (found.heat_capacity_pressure * JOULE - 33.590).abs() < 0.15,
            "{found:?}"
        );
    }

    #[test]
    fn the_heat_capacity_is_the_slope_of_the_energy_and_the_entropy_that_of_the_free_energy() {
        let rotor = Rotor::new(&[0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.2, 0.3], &[12.0, 1.0, 16.0]);
        let gas = gas(&rotor, &[40.0, 300.0, 1500.0], 2, 3);
        for treatment in [Treatment::Harmonic, Treatment::QUASI_HARMONIC] {
            let at = |temperature| {
                let conditions = Conditions {
                    temperature,
                    ..STANDARD
                };
                thermochemistry(&gas, conditions, treatment).unwrap()
            };
            let (below, here, above) = (at(299.0), at(300.0), at(301.0));
            let slope = 0.5 * (above.energy - below.energy);
            assert!((slope - here.heat_capacity_volume).abs() < 1e-7, "{treatment:?}");
            let slope = 0.5 * (above.free_energy - below.free_energy);
            assert!((slope + here.entropy).abs() < 1e-6, "{treatment:?}");
        }
    }

    #[test]
    fn quasi_rrho_agrees_with_an_independent_evaluation() {
        // Equations 3 to 8 in SI units, step by step, for one mode at 298.15 K.
        let (k, h, c, n) = (1.380_649e-23, 6.626_070_15e-34, 2.997_924_58e10, 6.022_140_76e23);
        let rotor = Rotor::new(&[0.0; 3], &[12.0]);
        for wavenumber in [5.0, 30.0, 100.0, 250.0, 3000.0] {
            let x: f64 = h * c * wavenumber / (k * 298.15);
            let oscillator = n * k * (x / (x.exp() - 1.0) - (1.0 - (-x).exp()).ln());
            let mu = h / (8.0 * PI.powi(2) * c * wavenumber);
            let mu = mu * 1e-44 / (mu + 1e-44);
            let free = n * k * (0.5 + (8.0 * PI.powi(3) * mu * k * 298.15 / h.powi(2)).sqrt().ln());
            let weight = 1.0 / (1.0 + (100.0 / wavenumber).powi(4));
            let expected = weight * oscillator + (1.0 - weight) * free;
            let wavenumbers = [wavenumber];
            let found = thermochemistry(&gas(&rotor, &wavenumbers, 1, 1), STANDARD, Treatment::QUASI_RRHO).unwrap();
            let found = found.vibration.entropy * JOULE;
            assert!((found - expected).abs() < 1e-8, "{wavenumber}: {found} {expected}");
        }
    }

    #[test]
    fn raised_modes_count_as_if_they_were_at_the_limit() {
        let rotor = Rotor::new(&[0.0; 3], &[12.0]);
        let at = |w: &[f64], t| thermochemistry(&gas(&rotor, w, 1, 1), STANDARD, t).unwrap();
        let raised = at(&[3.0, 99.0, 500.0], Treatment::QUASI_HARMONIC);
        let plain = at(&[100.0, 100.0, 500.0], Treatment::Harmonic);
        assert_eq!(raised.vibration, plain.vibration);
        assert_eq!(raised.zero_point_energy, plain.zero_point_energy);
    }

    #[test]
    fn imaginary_modes_are_left_out_and_counted() {
        let rotor = Rotor::new(&[0.0; 3], &[12.0]);
        let at = |w: &[f64]| thermochemistry(&gas(&rotor, w, 1, 2), STANDARD, Treatment::Harmonic).unwrap();
        let (with, without) = (at(&[-500.0, 0.0, 800.0]), at(&[800.0]));
        assert_eq!((with.left_out, without.left_out), (2, 0));
        assert_eq!(with.free_energy, without.free_energy);
        assert!((with.electronic.entropy - R * 2.0_f64.ln()).abs() < 1e-18);
    }

    #[test]
    fn stiff_modes_at_low_temperature_are_frozen_and_finite() {
        let rotor = Rotor::new(&[0.0; 3], &[12.0]);
        let conditions = Conditions {
            temperature: 0.1,
            pressure: 1e5,
        };
        let found = thermochemistry(&gas(&rotor, &[4000.0], 1, 1), conditions, Treatment::Harmonic).unwrap();
        assert_eq!((found.vibration.entropy, found.vibration.heat_capacity), (0.0, 0.0));
        assert!((found.vibration.energy - found.zero_point_energy).abs() < 1e-12);
    }

    #[test]
    fn impossible_conditions_are_refused() {
        let rotor = Rotor::new(&[0.0; 3], &[12.0]);
        for (temperature, pressure, sigma) in [(0.0, 1.0, 1), (300.0, -1.0, 1), (f64::NAN, 1.0, 1), (300.0, 1.0, 0)] {
            let conditions = Conditions { temperature, pressure };
            assert!(thermochemistry(&gas(&rotor, &[], sigma, 1), conditions, Treatment::Harmonic).is_err());
        }
    }
}
