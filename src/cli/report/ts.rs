//! How transition states look: JSON lines, and a line for people.

use super::json::{EnergyPart, Identity};
use serde::Serialize;

/// Object of the `ts` command.
#[derive(Serialize)]
pub struct TsLine<'a> {
    #[serde(flatten)]
    pub identity: Identity<'a>,
    #[serde(flatten)]
    pub energy: EnergyPart,
    pub initial_energy: f64,
    pub converged: bool,
    /// What the end is, in words.
    pub kind: String,
    /// Negative modes: all where there are analytic second derivatives, else of the two lowest.
    pub negative_modes: Option<usize>,
    pub imaginary_wavenumber: Option<f64>,
    /// The modes that the verification found, lowest first, four at most.
    pub lowest_modes: Vec<f64>,
    pub stop: &'static str,
    pub steps: usize,
    /// Gradients, those for the curvature included.
    pub evaluations: usize,
    /// Of them those for the curvature.
    pub curvature_evaluations: usize,
    pub hessian_evaluations: usize,
    pub verification_evaluations: usize,
    pub verification_hessian_evaluations: usize,
    pub searches: usize,
    pub wall_seconds: f64,
    /// Frozen atoms and held coordinates: what the point is, it is in the space that these leave free.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<String>,
    pub changes: Vec<String>,
}
