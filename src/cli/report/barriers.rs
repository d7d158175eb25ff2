//! Barriers of internal rotation: a table to read, JSON.

use super::json::{Identity, line};
use serde::Serialize;

/// A minimum beside a barrier.
#[derive(Serialize)]
pub struct SidePart {
    /// Of the dihedral, degrees.
    pub angle: f64,
    pub energy: f64,
    /// Above the minimum that the scans began with.
    pub relative_energy: f64,
}

/// A saddle that turning a bond leads to.
#[derive(Serialize)]
pub struct BarrierPart {
    /// Atoms from 1; several bonds where these are equivalent.
    pub bonds: Vec<[usize; 2]>,
    pub dihedral: [usize; 4],
    /// Of the dihedral at the saddle, degrees.
    pub angle: f64,
    pub energy: f64,
    /// Above the minimum that the scans began with.
    pub relative_energy: f64,
    /// From the side of the lower angle.
    pub barrier_forward: Option<f64>,
    pub barrier_reverse: Option<f64>,
    pub converged: bool,
    pub stop: &'static str,
    pub negative_modes: usize,
    pub imaginary_wavenumber: Option<f64>,
    pub sides: Vec<SidePart>,
}

/// Object of `ts --rotors`.
#[derive(Serialize)]
pub struct BarriersLine<'a> {
    #[serde(flatten)]
    pub identity: Identity<'a>,
    /// Of the minimum that the scans began with.
    pub energy: f64,
    pub converged: bool,
    pub rotors: usize,
    pub barriers: Vec<BarrierPart>,
    /// Without those of the scans, on a force field.
    pub evaluations: usize,
    pub hessian_evaluations: usize,
    pub verification_evaluations: usize,
    pub wall_seconds: f64,
}

impl BarriersLine<'_> {
    pub fn json(&self) -> String {
        line(self)
    }

    /// Title and a line for each barrier, the lowest first.
    pub fn table(&self, name: &str) -> String {
        let name = name.trim().replace(char::is_control, " ");
        let name = if name.is_empty() { "-" } else { &name };
        let mut out = format!(
            "# {name}: {}, minimum {:.6} kcal/mol, {} turn; energies in kcal/mol above it\n",
            self.identity.surface(),
            self.energy,
            match self.rotors {
                1 => "1 bond".to_owned(),
                many => format!("{many} bonds"),
            }
        );
        out += &format!(
            "# {:<14} {:>8} {:>10} {:>10} {:>10} {:>9}  {}\n",
            "bond", "angle/°", "saddle", "forward", "reverse", "mode/cm⁻¹", "from → to (angle/°, energy)"
        );
        for part in &self.barriers {
            let bonds: Vec<String> = part.bonds.iter().map(|[a, b]| format!("{a}-{b}")).collect();
            let number =
                |value: Option<f64>, digits: usize| value.map_or_else(|| "-".to_owned(), |v| format!("{v:.digits$}"));
            let sides: Vec<String> = part
                .sides
                .iter()
                .map(|side| format!("{:.1}, {:.4}", side.angle, side.relative_energy))
                .collect();
            out += &format!(
                "  {:<14} {:>8.1} {:>10.4} {:>10} {:>10} {:>9}  {}{}\n",
                bonds.join(","),
                part.angle,
                part.relative_energy,
                number(part.barrier_forward, 4),
                number(part.barrier_reverse, 4),
                number(part.imaginary_wavenumber, 1),
                sides.join(" → "),
                if part.converged { "" } else { "  (not proven)" }
            );
        }
        out
    }
}
