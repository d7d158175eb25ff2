//! The points of a scan: a table to read, CSV, JSON.

use super::json::{Identity, line};
use crate::coordinates::Primitive;
use crate::directives::Axis;
use crate::units::DEGREES_PER_RADIAN;
use serde::Serialize;

/// One point of a scan.
#[derive(Serialize)]
pub struct PointPart {
    /// Å or degrees.
    pub values: Vec<f64>,
    pub energy: Option<f64>,
    /// Above the lowest point of the scan.
    pub relative_energy: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restraint_energy: Option<f64>,
    pub converged: bool,
    pub stop: Option<&'static str>,
    pub evaluations: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// One scanned coordinate.
#[derive(Serialize)]
pub struct AxisPart {
    pub coordinate: String,
    pub unit: &'static str,
    pub values: Vec<f64>,
}

/// Object of the `scan` command.
#[derive(Serialize)]
pub struct ScanLine<'a> {
    #[serde(flatten)]
    pub identity: Identity<'a>,
    pub coordinates: Vec<AxisPart>,
    pub lowest_energy: Option<f64>,
    pub converged: bool,
    pub evaluations: usize,
    pub wall_seconds: f64,
    pub points: Vec<PointPart>,
}

impl AxisPart {
    pub fn new(axis: &Axis) -> Self {
        Self {
            coordinate: axis.primitive.to_string(),
            unit: unit(&axis.primitive).0,
            values: axis.values.iter().map(|&v| shown(&axis.primitive, v)).collect(),
        }
    }
}

/// The name of a coordinate's unit for users, and how many of it the internal one has.
fn unit(primitive: &Primitive) -> (&'static str, f64) {
    match primitive {
        Primitive::Stretch(_) | Primitive::Cartesian { .. } => ("angstrom", 1.0),
        _ => ("degree", DEGREES_PER_RADIAN),
    }
}

/// A value as users read it, without the round-off of the way to radian and back.
pub fn shown(primitive: &Primitive, value: f64) -> f64 {
    let value = value * unit(primitive).1;
    (value * 1e9).round() / 1e9
}

impl ScanLine<'_> {
    pub fn json(&self) -> String {
        line(self)
    }

    /// A title and a line a point, with an empty line between rows.
    pub fn table(&self, name: &str) -> String {
        let mut out = String::from("#");
        for axis in &self.coordinates {
            out.push_str(&format!(
                " {:>20}",
                format!("{}/{}", axis.coordinate, symbol(axis.unit))
            ));
        }
        out.push_str(&format!(
            " {:>16} {:>12}  {}\n",
            "energy/kcal/mol",
            "relative",
            name.trim()
        ));
        let row = self.coordinates.last().map_or(1, |axis| axis.values.len());
        for (index, point) in self.points.iter().enumerate() {
            if index > 0 && index % row == 0 && self.coordinates.len() > 1 {
                out.push('\n');
            }
            out.push(' ');
            for value in &point.values {
                out.push_str(&format!(" {value:>20.4}"));
            }
            out.push_str(&format!(
                " {:>16} {:>12}",
                figure(point.energy),
                figure(point.relative_energy)
            ));
            match (&point.error, point.converged) {
                (Some(error), _) => out.push_str(&format!("  {error}")),
                (None, false) => out.push_str(&format!("  not converged ({})", point.stop.unwrap_or("unknown"))),
                (None, true) => {}
            }
            out.push('\n');
        }
        out
    }

    /// Comma-separated values; the head only above the first record.
    pub fn csv(&self, index: usize) -> String {
        let mut out = String::new();
        if index == 1 {
            out.push_str("record");
            for axis in &self.coordinates {
                out.push_str(&format!(",{} ({})", axis.coordinate, axis.unit));
            }
            out.push_str(",energy_kcal_mol,relative_energy_kcal_mol,converged\n");
        }
        for point in &self.points {
            out.push_str(&index.to_string());
            for value in &point.values {
                out.push_str(&format!(",{value}"));
            }
            let [energy, relative] =
                [point.energy, point.relative_energy].map(|e| e.map_or(String::new(), |e| format!("{e:.8}")));
            out.push_str(&format!(",{energy},{relative},{}\n", point.converged));
        }
        out
    }
}

fn symbol(unit: &str) -> &'static str {
    if unit == "degree" { "°" } else { "Å" }
}

fn figure(energy: Option<f64>) -> String {
    energy.map_or_else(|| "-".to_owned(), |e| format!("{e:.6}"))
}
