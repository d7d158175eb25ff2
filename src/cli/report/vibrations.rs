//! Vibrations and thermochemistry: a table to read, JSON.

use super::json::{EnergyPart, Identity, line, vectors};
use crate::units::PASCAL_PER_ATMOSPHERE;
use crate::vibrations::{Contribution, NormalMode, Thermochemistry, Treatment};
use serde::Serialize;

/// Object of the `vibrations` command. Wavenumbers and rotational constants in cm⁻¹, masses in amu, force constants in mdyn/Å.
#[derive(Serialize)]
pub struct VibrationsLine<'a> {
    #[serde(flatten)]
    pub identity: Identity<'a>,
    #[serde(flatten)]
    pub energy: EnergyPart,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimization: Option<MinimizationPart>,
    /// Whether the gradient is small enough for harmonic vibrations to mean something.
    pub stationary: bool,
    pub hessian: HessianPart,
    pub masses: &'a [f64],
    pub shape: &'static str,
    pub symmetry_number: usize,
    pub multiplicity: u16,
    pub rotational_constants: Vec<f64>,
    pub negative_modes: usize,
    pub wavenumbers: Vec<f64>,
    pub reduced_masses: Vec<f64>,
    pub force_constants: Vec<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub displacements: Option<Vec<Vec<[f64; 3]>>>,
    /// kcal/mol, of the wavenumbers as they are.
    pub zero_point_energy: f64,
    /// At the first temperature.
    pub thermochemistry: ThermochemistryPart,
    /// At all temperatures, where there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub temperatures: Vec<ThermochemistryPart>,
    pub wall_seconds: f64,
}

/// How the minimization before ended.
#[derive(Clone, Copy, Serialize)]
pub struct MinimizationPart {
    pub converged: bool,
    pub stop: &'static str,
    pub steps: usize,
    pub evaluations: usize,
}

/// Where the second derivatives come from.
#[derive(Clone, Copy, Serialize)]
pub struct HessianPart {
    pub method: &'static str,
    /// Å.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<f64>,
    /// Gradients that were made now.
    pub evaluations: usize,
    /// Gradients taken over from a checkpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resumed: Option<usize>,
}

/// kcal/mol, kcal/mol/K, K, Pa.
#[derive(Serialize)]
pub struct ThermochemistryPart {
    temperature: f64,
    pressure: f64,
    treatment: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    low_frequency: Option<f64>,
    zero_point_energy: f64,
    /// Of the motions, without the surface's energy, as are `enthalpy` and `free_energy`.
    energy: f64,
    enthalpy: f64,
    entropy: f64,
    heat_capacity_volume: f64,
    heat_capacity_pressure: f64,
    free_energy: f64,
    /// With the surface's energy.
    total_enthalpy: f64,
    total_free_energy: f64,
    modes_left_out: usize,
    contributions: ContributionsPart,
}

#[derive(Serialize)]
struct ContributionsPart {
    translation: ContributionPart,
    rotation: ContributionPart,
    vibration: ContributionPart,
    electronic: ContributionPart,
}

#[derive(Serialize)]
struct ContributionPart {
    energy: f64,
    entropy: f64,
    heat_capacity: f64,
}

impl From<&Contribution> for ContributionPart {
    fn from(part: &Contribution) -> Self {
        Self {
            energy: part.energy,
            entropy: part.entropy,
            heat_capacity: part.heat_capacity,
        }
    }
}

impl ThermochemistryPart {
    /// `energy` is the surface's, kcal/mol.
    pub fn new(found: &Thermochemistry, energy: f64) -> Self {
        Self {
            temperature: found.conditions.temperature,
            pressure: found.conditions.pressure,
            treatment: found.treatment.name(),
            low_frequency: low_frequency(found.treatment),
            zero_point_energy: found.zero_point_energy,
            energy: found.energy,
            enthalpy: found.enthalpy,
            entropy: found.entropy,
            heat_capacity_volume: found.heat_capacity_volume,
            heat_capacity_pressure: found.heat_capacity_pressure,
            free_energy: found.free_energy,
            total_enthalpy: energy + found.enthalpy,
            total_free_energy: energy + found.free_energy,
            modes_left_out: found.left_out,
            contributions: ContributionsPart {
                translation: (&found.translation).into(),
                rotation: (&found.rotation).into(),
                vibration: (&found.vibration).into(),
                electronic: (&found.electronic).into(),
            },
        }
    }
}

fn low_frequency(treatment: Treatment) -> Option<f64> {
    match treatment {
        Treatment::Harmonic => None,
        Treatment::QuasiHarmonic { lowest_cm1 } => Some(lowest_cm1),
        Treatment::QuasiRrho { centre_cm1, .. } => Some(centre_cm1),
    }
}

/// Displacements of each mode, atom by atom.
pub fn displacements(modes: &[NormalMode]) -> Vec<Vec<[f64; 3]>> {
    modes.iter().map(|mode| vectors(&mode.displacement)).collect()
}

impl VibrationsLine<'_> {
    pub fn json(&self) -> String {
        line(self)
    }

    /// Blocks to read: what it is, the modes, a table of contributions for each temperature.
    pub fn table(&self, title: &str, symbols: &[&str]) -> String {
        let mut out = format!("# {title}\n");
        let hessian = match self.hessian.step {
            Some(step) => format!("{} of {step} Å", self.hessian.method),
            None => self.hessian.method.to_owned(),
        };
        let constants: Vec<String> = self.rotational_constants.iter().map(|c| format!("{c:.5}")).collect();
        push(&mut out, "second derivatives", &hessian);
        push(&mut out, "shape", self.shape);
        push(&mut out, "symmetry number", &self.symmetry_number.to_string());
        push(&mut out, "multiplicity", &self.multiplicity.to_string());
        if !constants.is_empty() {
            push(&mut out, "rotational constants/cm⁻¹", &constants.join(" "));
        }
        self.add_modes(&mut out, symbols);
        let first = std::slice::from_ref(&self.thermochemistry);
        let all = if self.temperatures.is_empty() {
            first
        } else {
            &self.temperatures
        };
        for part in all {
            part.add_table(&mut out);
        }
        out
    }

    fn add_modes(&self, out: &mut String, symbols: &[&str]) {
        out.push_str(&format!(
            "  {:>6} {:>16} {:>18} {:>22}\n",
            "mode", "wavenumber/cm⁻¹", "reduced mass/amu", "force constant/mdyn/Å"
        ));
        for (k, wavenumber) in self.wavenumbers.iter().enumerate() {
            let (mass, constant) = (self.reduced_masses[k], self.force_constants[k]);
            out.push_str(&format!(
                "  {:>6} {wavenumber:>16.2} {mass:>18.4} {constant:>22.4}\n",
                k + 1
            ));
            let displacements = self.displacements.as_ref().map_or(&[][..], |all| &all[k]);
            for (i, (symbol, d)) in symbols.iter().zip(displacements).enumerate() {
                out.push_str(&format!(
                    "  {:>12} {symbol:<3} {:>10.5} {:>10.5} {:>10.5}\n",
                    i + 1,
                    d[0],
                    d[1],
                    d[2]
                ));
            }
        }
    }
}

/// kcal to cal: entropies are read in cal/mol/K.
const CAL: f64 = 1000.0;

impl ThermochemistryPart {
    fn add_table(&self, out: &mut String) {
        let low = self.low_frequency.map_or(String::new(), |w| format!(" ({w} cm⁻¹)"));
        out.push_str(&format!(
            "  thermochemistry at {} K and {:.6} atm, {}{low}\n",
            self.temperature,
            self.pressure / PASCAL_PER_ATMOSPHERE,
            self.treatment
        ));
        out.push_str(&format!(
            "  {:<16} {:>16} {:>18} {:>18}\n",
            "", "U/kcal/mol", "S/cal/mol/K", "Cv/cal/mol/K"
        ));
        let parts = &self.contributions;
        for (name, part) in [
            ("translation", &parts.translation),
            ("rotation", &parts.rotation),
            ("vibration", &parts.vibration),
            ("electronic", &parts.electronic),
        ] {
            row(out, name, [part.energy, part.entropy, part.heat_capacity]);
        }
        row(out, "total", [self.energy, self.entropy, self.heat_capacity_volume]);
        for (name, value) in [
            ("zero-point energy/kcal/mol", self.zero_point_energy),
            ("enthalpy H − E/kcal/mol", self.enthalpy),
            ("free energy G − E/kcal/mol", self.free_energy),
            (
                "E + zero-point energy/kcal/mol",
                self.total_enthalpy - self.enthalpy + self.zero_point_energy,
            ),
            ("H/kcal/mol", self.total_enthalpy),
            ("G/kcal/mol", self.total_free_energy),
        ] {
            out.push_str(&format!("  {name:<32} {value:>18.6}\n"));
        }
        out.push_str(&format!(
            "  {:<32} {:>18.6}\n",
            "Cp/cal/mol/K",
            CAL * self.heat_capacity_pressure
        ));
    }
}

fn row(out: &mut String, name: &str, [energy, entropy, heat_capacity]: [f64; 3]) {
    let (entropy, heat_capacity) = (CAL * entropy, CAL * heat_capacity);
    out.push_str(&format!(
        "  {name:<16} {energy:>16.6} {entropy:>18.6} {heat_capacity:>18.6}\n"
    ));
}

fn push(out: &mut String, name: &str, value: &str) {
    out.push_str(&format!("  {name:<28} {value}\n"));
}
