//! Paths over passes: a table to read, CSV, JSON.

use super::json::{Identity, line};
use crate::cli::journey::Found;
use crate::cli::ready::Ready;
use crate::formats::RawRecord;
use crate::optimize::Point;
use crate::saddle::path::align;
use crate::saddle::route::bonds::smiles;
use crate::saddle::route::{Crossing, Rate, Stationary, Valley};
use serde::Serialize;

/// One structure of a path.
#[derive(Serialize)]
pub struct PathPoint {
    /// Å along a chain, Å √amu along an intrinsic reaction coordinate, from 0 at the first end or at the saddle.
    pub coordinate: f64,
    pub energy: f64,
    /// Above the path's first end.
    pub relative_energy: f64,
}

/// A minimum at an end.
#[derive(Serialize)]
pub struct EndPart {
    pub energy: f64,
    pub smiles: String,
    pub converged: bool,
    pub stop: &'static str,
}

/// One pass of several.
#[derive(Clone, Serialize)]
pub struct PassPart {
    /// Of the saddle.
    pub energy: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imaginary_wavenumber: Option<f64>,
    /// Above the minima on its own two sides.
    pub barrier_forward: f64,
    pub barrier_reverse: f64,
    /// What these minima are.
    pub smiles: Vec<String>,
    pub connects: String,
}

/// What was found on a first surface.
#[derive(Clone, Serialize)]
pub struct GuessPart {
    pub surface: &'static str,
    pub guess: bool,
    pub energy: f64,
    pub converged: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub negative_modes: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imaginary_wavenumber: Option<f64>,
    pub barrier_forward: f64,
    pub barrier_reverse: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connects: Option<String>,
    pub evaluations: usize,
    pub verification_evaluations: usize,
    /// From its highest point to the refined one (Å, root mean square over all atoms).
    pub rmsd: f64,
}

/// Rate constants of one direction, 1/s.
#[derive(Clone, Serialize)]
pub struct RatePart {
    pub direction: &'static str,
    pub temperature: f64,
    /// kcal/mol, with zero-point energies.
    pub barrier_with_zero_point: f64,
    /// kcal/mol.
    pub activation_free_energy: f64,
    pub eyring: f64,
    pub wigner_factor: f64,
    pub eckart_factor: Option<f64>,
    /// With Eckart's factor where there is one, else with Wigner's.
    pub rate_constant: f64,
}

/// Gradients by what they were spent on.
#[derive(Serialize)]
pub struct GradientsPart {
    pub ends: usize,
    pub chain: usize,
    pub saddle: usize,
    pub verification: usize,
    pub irc: usize,
}

/// Object of the `path` command, and of `ts` from two structures.
#[derive(Serialize)]
pub struct PathLine<'a> {
    #[serde(flatten)]
    pub identity: Identity<'a>,
    /// `chain`, `irc` or `ts`.
    pub kind: &'static str,
    /// Of the highest point.
    pub energy: f64,
    pub converged: bool,
    pub stop: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub negative_modes: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imaginary_wavenumber: Option<f64>,
    pub evaluations: usize,
    pub hessian_evaluations: usize,
    pub verification_evaluations: usize,
    pub gradients: GradientsPart,
    pub barrier_forward: f64,
    pub barrier_reverse: f64,
    pub reaction_energy: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connects: Option<String>,
    pub ends: Vec<EndPart>,
    /// From the first end to the last one, where there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub passes: Vec<PassPart>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rates: Vec<RatePart>,
    pub points: Vec<PathPoint>,
    pub guess: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refined_from: Option<GuessPart>,
    pub wall_seconds: f64,
}

impl EndPart {
    pub fn new(valley: &Valley) -> Self {
        Self {
            energy: valley.point.energy,
            smiles: smiles(&valley.molecule),
            converged: valley.converged,
            stop: valley.stop.name(),
        }
    }
}

impl PassPart {
    pub fn new(pass: &Crossing) -> Self {
        let energy = pass.saddle.point.energy;
        let valleys = pass.sides.as_ref().map(|sides| &sides.valleys);
        let above = |k: usize| valleys.map_or(0.0, |valleys| energy - valleys[k].point.energy);
        Self {
            energy,
            imaginary_wavenumber: pass.saddle.imaginary_wavenumber(),
            barrier_forward: above(0),
            barrier_reverse: above(1),
            smiles: valleys.map_or_else(Vec::new, |v| v.iter().map(|valley| smiles(&valley.molecule)).collect()),
            connects: pass.words(),
        }
    }
}

impl GuessPart {
    /// Of what was found on the first surface, beside what was found on the other one.
    pub fn new(guess: &Found, refined: &Found) -> Result<Self, String> {
        let journey = &guess.journey;
        let [barrier_forward, barrier_reverse] = journey.barriers();
        let top = |found: &Found| found.journey.points[found.journey.top].1.clone();
        let rmsd = align::rmsd(&top(refined).x, &top(guess).x).map_err(|error| error.to_string())?;
        Ok(Self {
            surface: guess.surface,
            guess: guess.guess,
            energy: top(guess).energy,
            converged: journey.converged,
            negative_modes: journey.proven.as_ref().map(Stationary::negative_modes),
            imaginary_wavenumber: journey.proven.as_ref().and_then(Stationary::imaginary_wavenumber),
            barrier_forward,
            barrier_reverse,
            connects: journey.connects.clone(),
            evaluations: journey.evaluations(),
            verification_evaluations: journey.spent.verification + journey.spent.irc,
            rmsd,
        })
    }
}

impl RatePart {
    pub fn new(rate: &Rate) -> Self {
        let tunnelling = rate.tunnelling;
        Self {
            direction: rate.direction.name(),
            temperature: rate.temperature,
            barrier_with_zero_point: rate.barrier_with_zero_point,
            activation_free_energy: rate.activation_free_energy,
            eyring: rate.eyring,
            wigner_factor: tunnelling.wigner,
            eckart_factor: tunnelling.eckart,
            rate_constant: rate.eyring * tunnelling.eckart.unwrap_or(tunnelling.wigner),
        }
    }
}

impl<'a> PathLine<'a> {
    pub fn new(raw: &'a RawRecord, ready: &'a Ready, found: &Found, wall_seconds: f64) -> Self {
        let journey = &found.journey;
        let [first, last] = [0, 1].map(|k: usize| journey.ends[k].point.energy);
        let [barrier_forward, barrier_reverse] = journey.barriers();
        let spent = journey.spent;
        let point = |(coordinate, point): &(f64, Point)| PathPoint {
            coordinate: *coordinate,
            energy: point.energy,
            relative_energy: point.energy - first,
        };
        let passes = match journey.passes.as_slice() {
            [_] => Vec::new(),
            several => several.iter().map(PassPart::new).collect(),
        };
        Self {
            identity: Identity::ok(raw, &ready.prepared, found.surface),
            kind: journey.kind.name(),
            energy: journey.points[journey.top].1.energy,
            converged: journey.converged,
            stop: journey.stop.name(),
            negative_modes: journey.proven.as_ref().map(Stationary::negative_modes),
            imaginary_wavenumber: journey.proven.as_ref().and_then(Stationary::imaginary_wavenumber),
            evaluations: journey.evaluations(),
            hessian_evaluations: spent.hessians,
            verification_evaluations: spent.verification + spent.irc,
            gradients: GradientsPart {
                ends: journey.end_evaluations,
                chain: spent.chain,
                saddle: spent.saddle,
                verification: spent.verification,
                irc: spent.irc,
            },
            barrier_forward,
            barrier_reverse,
            reaction_energy: last - first,
            connects: journey.connects.clone(),
            ends: journey.ends.iter().map(EndPart::new).collect(),
            passes,
            rates: journey.rates.iter().map(RatePart::new).collect(),
            points: journey.points.iter().map(point).collect(),
            guess: found.guess,
            refined_from: found.refined_from.clone(),
            wall_seconds,
        }
    }

    pub fn json(&self) -> String {
        line(self)
    }

    /// Title, profile, barriers and rates.
    pub fn table(&self, title: &str) -> String {
        let unit = if self.kind == "chain" { "Å" } else { "Å √amu" };
        let mut out = format!(
            "# {title}\n# {:>14} {:>16} {:>12}\n",
            format!("path/{unit}"),
            "energy/kcal/mol",
            "relative"
        );
        for point in &self.points {
            out.push_str(&format!(
                "  {:>14.4} {:>16.6} {:>12.4}\n",
                point.coordinate, point.energy, point.relative_energy
            ));
        }
        out.push_str(&format!(
            "# barrier {:.4} forward, {:.4} reverse; reaction energy {:.4} kcal/mol\n",
            self.barrier_forward, self.barrier_reverse, self.reaction_energy
        ));
        for (k, pass) in self.passes.iter().enumerate() {
            out.push_str(&format!(
                "# pass {}: {:.4} kcal/mol above the first end; {}\n",
                k + 1,
                pass.energy - self.energy + self.barrier_forward,
                pass.connects
            ));
        }
        if let Some(guess) = &self.refined_from {
            out.push_str(&format!(
                "# from {}{} with barriers of {:.4} and {:.4} kcal/mol, {:.3} Å away\n",
                if guess.guess { "a guess on " } else { "" },
                guess.surface,
                guess.barrier_forward,
                guess.barrier_reverse,
                guess.rmsd
            ));
        }
        for rate in &self.rates {
            let eckart = rate
                .eckart_factor
                .map_or_else(|| "-".to_owned(), |factor| format!("{factor:.4}"));
            out.push_str(&format!(
                "# {} at {} K: free energy of activation {:.4} kcal/mol, Eyring {:.4e} 1/s, tunnelling Wigner {:.4}, Eckart {eckart}, rate {:.4e} 1/s\n",
                rate.direction, rate.temperature, rate.activation_free_energy, rate.eyring, rate.wigner_factor, rate.rate_constant
            ));
        }
        out
    }

    /// Comma-separated values.
    pub fn csv(&self) -> String {
        let unit = if self.kind == "chain" {
            "angstrom"
        } else {
            "angstrom_sqrt_amu"
        };
        let mut out = format!("path_{unit},energy_kcal_mol,relative_energy_kcal_mol\n");
        for point in &self.points {
            out.push_str(&format!(
                "{:.6},{:.8},{:.8}\n",
                point.coordinate, point.energy, point.relative_energy
            ));
        }
        out
    }
}
