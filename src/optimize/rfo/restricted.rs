//! The minimum of a quadratic model within a trust radius: gᵀs + ½ sᵀHs with sᵀFs ≤ Δ² (Moré and Sorensen, SIAM J. Sci. Stat.
//! Comput. 4, 553 (1983)), by factorizations of H + μF alone, and the shift μ of rational-function optimization (Banerjee, Adams,
//! Simons and Shepard, J. Phys. Chem. 89, 52 (1985)).

use super::matrix::{Hessian, Inverse, Shiftable};
use crate::coordinates::Metric;
use crate::linalg::vector::dot;

/// A quadratic model of the surface over Cartesian displacements, in the metric of the internal coordinates.
pub struct Quadratic<'a> {
    /// Gradient, with the pull of constraints.
    gradient: &'a [f64],
    /// Hessian with constraints' stiffness.
    hessian: Shiftable<'a>,
    metric: &'a Metric,
    /// Largest curvature along a Cartesian coordinate.
    scale: f64,
    /// Added to the diagonal: both matrices are singular along rigid motions.
    rigid: f64,
}

/// Trust radii are met to this fraction.
const TOLERANCE: f64 = 0.05;

/// Curvature given to rigid motions, relative to the mean of the diagonal.
const RIGID: f64 = 1e-6;

const MOST_FACTORIZATIONS: usize = 60;

/// A step and the shift that limits it.
#[derive(Clone, Debug)]
pub struct Restricted {
    pub step: Vec<f64>,
    pub shift: f64,
}

impl<'a> Quadratic<'a> {
    pub fn new(gradient: &'a [f64], hessian: &'a Hessian, metric: &'a Metric) -> Self {
        let diagonal = hessian.base.diagonal();
        let mean = diagonal.iter().map(|h| h.abs()).sum::<f64>() / diagonal.len().max(1) as f64;
        Self {
            gradient,
            hessian: Shiftable::new(hessian),
            metric,
            scale: diagonal.iter().fold(0.0, |m: f64, h| m.max(h.abs())),
            rigid: (RIGID * mean).max(1e-12),
        }
    }

    fn invert(&self, shift: f64) -> Option<Inverse> {
        self.hessian.invert(shift, self.rigid, self.metric)
    }

    /// The restricted step; `None` where not even a huge shift makes the matrix definite. `rational`: with a shift that is at least
    /// that of rational-function optimization.
    pub fn minimize(&self, radius: f64, rational: bool) -> Option<Restricted> {
        let scale = self.scale;
        let mut lower = 0.0_f64;
        let mut upper = f64::INFINITY;
        let mut shift = 0.0_f64;
        let mut best = None;
        for _ in 0..MOST_FACTORIZATIONS {
            let Some(inverse) = self.invert(shift) else {
                // Not definite: the shift must be larger.
                lower = shift;
                shift = if upper.is_finite() {
                    0.5 * (lower + upper)
                } else {
                    (4.0 * shift).max(1e-4 * scale)
                };
                if !shift.is_finite() || shift > 1e12 * scale.max(1.0) || upper - lower < 1e-10 * scale {
                    break;
                }
                continue;
            };
            let step: Vec<f64> = inverse.solve(self.gradient).iter().map(|s| -s).collect();
            let weighed = self.metric.gram.times(&step);
            let length = dot(&step, &weighed).max(0.0).sqrt();
            let wanted = if rational { -dot(self.gradient, &step) } else { 0.0 };
            let inside = length <= radius * (1.0 + TOLERANCE);
            let on_boundary = (length - radius).abs() <= radius * TOLERANCE;
            let done =
                inside && shift >= wanted * (1.0 - TOLERANCE) && (on_boundary || shift <= wanted * (1.0 + TOLERANCE));
            best = Some(Restricted { step, shift });
            if done || !length.is_finite() {
                break;
            }
            if inside && shift >= wanted {
                upper = shift;
            } else {
                lower = shift;
            }
            let decline = dot(&weighed, &inverse.solve(&weighed));
            let newton = shift + (length - radius) / radius * length * length / decline.max(1e-300);
            let next = newton.max(if rational && inside { wanted } else { lower });
            shift = if next > lower && next < upper {
                next
            } else if upper.is_finite() {
                0.5 * (lower + upper)
            } else {
                (2.0 * lower).max(1e-4 * scale)
            };
            if upper - lower < 1e-9 * scale {
                break;
            }
        }
        best
    }
}
