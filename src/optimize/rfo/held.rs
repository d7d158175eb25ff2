//! Coordinates that are held exactly: their rows in the redundant set, their targets, and what of a gradient they bear.

use super::matrix::Base;
use crate::coordinates::{Constraint, InternalCoordinates, Metric, Primitive};
use crate::linalg::dense::{orthonormal, project_out};
use std::f64::consts::TAU;

/// Constraints are met when off by less than this, Å or radian.
const MET: f64 = 5e-7;

/// Stiffness of a held coordinate in a quadratic model, kcal/mol/Å²: far above any bond's.
const STIFF: f64 = 1e6;

/// Deviations that are polished away, and down to where, Å or radian.
const NEAR: f64 = 5e-3;
const POLISHED: f64 = 1e-10;

const MOST_SWEEPS: usize = 200;

/// Share of the trust radius that one constraint's approach to its target may take, and the least it takes.
const APPROACH: (f64, f64) = (0.5, 0.05);

/// Row of a constraint among the coordinates, and its target (Å or radian).
#[derive(Clone, Copy, Debug, PartialEq)]
struct Row {
    row: usize,
    target: f64,
}

/// All constraints.
#[derive(Clone, Debug, Default)]
pub(super) struct Held {
    rows: Vec<Row>,
}

impl Held {
    /// Adds what is held to the coordinates where it is not among them. Targets that were chosen before are kept.
    pub fn new(constraints: &[Constraint], coordinates: &mut InternalCoordinates, x: &[f64], before: &Self) -> Self {
        coordinates.extend(constraints.iter().map(|c| c.primitive.clone()));
        let mut rows = Vec::with_capacity(constraints.len());
        for (k, constraint) in constraints.iter().enumerate() {
            let target = match before.rows.get(k) {
                Some(row) => row.target,
                None => constraint.target.unwrap_or_else(|| constraint.primitive.value(x)),
            };
            let row = coordinates.primitives().iter().position(|p| *p == constraint.primitive);
            rows.extend(row.map(|row| Row { row, target }));
        }
        Self { rows }
    }

    pub fn rows(&self) -> Vec<usize> {
        self.rows.iter().map(|h| h.row).collect()
    }

    /// How far each is from its target.
    fn deviations<'a>(
        &'a self,
        coordinates: &'a InternalCoordinates,
        x: &'a [f64],
    ) -> impl Iterator<Item = (usize, f64)> + 'a {
        self.rows.iter().map(move |h| {
            let primitive = &coordinates.primitives()[h.row];
            let d = h.target - primitive.value(x);
            (
                h.row,
                if primitive.is_periodic() {
                    d - TAU * (d / TAU).round()
                } else {
                    d
                },
            )
        })
    }

    pub fn are_met(&self, coordinates: &InternalCoordinates, x: &[f64]) -> bool {
        self.deviations(coordinates, x).all(|(_, d)| d.abs() < MET)
    }

    /// Moves `x` by the little that redundancy has left: each coordinate along its own gradient, in turn, until all are met. It
    /// also converges where they depend on each other.
    pub fn polish(&self, coordinates: &InternalCoordinates, x: &mut [f64]) {
        for _ in 0..MOST_SWEEPS {
            let mut worst = 0.0_f64;
            for h in &self.rows {
                let primitive = &coordinates.primitives()[h.row];
                let mut d = h.target - primitive.value(x);
                if primitive.is_periodic() {
                    d -= TAU * (d / TAU).round();
                }
                if d.abs() > NEAR {
                    continue;
                }
                worst = worst.max(d.abs());
                let row = primitive.gradient(x);
                let square: f64 = row.iter().flat_map(|(_, g)| g).map(|g| g * g).sum();
                for (atom, g) in row {
                    for (c, component) in x[3 * atom..].iter_mut().zip(g) {
                        *c += component * d / square.max(1e-12);
                    }
                }
            }
            if worst < POLISHED {
                break;
            }
        }
    }

    /// Puts coordinates that are held in Cartesian space exactly to their targets: frozen atoms stay to the last bit.
    pub fn settle(&self, coordinates: &InternalCoordinates, x: &mut [f64]) {
        for held in &self.rows {
            if let Primitive::Cartesian { atom, axis } = coordinates.primitives()[held.row]
                && (x[3 * atom + usize::from(axis)] - held.target).abs() < MET
            {
                x[3 * atom + usize::from(axis)] = held.target;
            }
        }
    }

    /// Sum of all deviations, Å and radian.
    pub fn error(&self, coordinates: &InternalCoordinates, x: &[f64]) -> f64 {
        self.deviations(coordinates, x).map(|(_, d)| d.abs()).sum()
    }

    /// The changes that are due in a step within this trust radius.
    pub fn due(&self, coordinates: &InternalCoordinates, x: &[f64], trust: f64) -> Vec<(usize, f64)> {
        let cap = (APPROACH.0 * trust).max(APPROACH.1);
        self.deviations(coordinates, x)
            .map(|(row, d)| (row, d.clamp(-cap, cap)))
            .collect()
    }

    /// Makes a quadratic model so stiff along what is held that its minimum has these changes.
    pub fn stiffen(&self, metric: &Metric, hessian: &mut Base, due: &[(usize, f64)], gradient: &mut [f64]) {
        for &(row, change) in due {
            hessian.add_row(STIFF, row, metric);
            metric.b.add_row(row, -STIFF * change, gradient);
        }
    }

    /// The gradient without what the constraints bear; `None` without constraints.
    pub fn free_gradient(&self, coordinates: &InternalCoordinates, x: &[f64], gradient: &[f64]) -> Option<Vec<f64>> {
        if self.rows.is_empty() {
            return None;
        }
        let normals: Vec<Vec<f64>> = self.rows.iter().map(|h| dense_row(coordinates, h.row, x)).collect();
        let mut free = gradient.to_vec();
        project_out(&mut free, &orthonormal(&normals, 1e-8));
        Some(free)
    }
}

fn dense_row(coordinates: &InternalCoordinates, row: usize, x: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; x.len()];
    for (atom, g) in coordinates.primitives()[row].gradient(x) {
        for (o, component) in out[3 * atom..].iter_mut().zip(g) {
            *o += component;
        }
    }
    out
}
