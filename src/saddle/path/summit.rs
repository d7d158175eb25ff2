//! From the highest image of a chain to the saddle, by second derivatives: uphill along the mode that the chain runs along, downhill
//! along all others.
//!
//! It stands beside [`super::super::Follower`], which searches from one structure, because it begins with something else: with a whole
//! matrix in Cartesian space and the chain's own direction. The follower keeps no matrix but the points of its way, over internal
//! coordinates, and pays gradients for the mode that the chain knows already.
//!
//! Steps minimize the image function, whose slope and curvature along the followed mode are turned about (E. Besalú, J. M. Bofill, Theor.
//! Chem. Acc. 1998, 100, 265), within a trust radius. Second derivatives are the surface's own, or given ones corrected by
//! each step (J. M. Bofill, J. Comput. Chem. 1994, 15, 1).

use crate::hessian::rigid;
use crate::hessian::update::bofill;
use crate::linalg::vector::{add_scaled, dot, norm};
use crate::linalg::{Eigen, LinalgError, SymmetricMatrix};
use crate::optimize::{Criteria, Observer, Point, Progress, Stop, Verdict};
use crate::potential::{EvalError, Potential};
use thiserror::Error;

/// First, longest and shortest step, Å over all coordinates.
const TRUST: f64 = 0.15;
const MOST_TRUST: f64 = 0.4;
const LEAST_TRUST: f64 = 1e-5;

/// Curvature below which an axis of the image is stiffened to this, kcal/mol/Å²: a tenth of a methyl group's.
const SOFTEST: f64 = 0.05;

/// Curvature given to rigid motions, kcal/mol/Å².
const PROJECTED: f64 = 1e6;

/// How a search for a saddle ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Summit {
    /// The last point.
    pub point: Point,
    /// Second derivatives there as far as they are known, kcal/mol/Å².
    pub hessian: SymmetricMatrix,
    /// The mode that was followed, of length 1.
    pub mode: Vec<f64>,
    /// Why it ended.
    pub stop: Stop,
    /// Steps made.
    pub steps: usize,
    /// Energy and gradient evaluations.
    pub evaluations: usize,
    /// Analytic Hessians.
    pub hessian_evaluations: usize,
}

/// Why there is no end at all.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum SummitError {
    /// The surface failed.
    #[error("{0}")]
    Surface(#[from] EvalError),
    /// Second derivatives that can't be decomposed.
    #[error("the second derivatives are no use: {0}")]
    Hessian(#[from] LinalgError),
}

/// The quadratic model about a point, in its own axes.
struct Model {
    eigen: Eigen,
    /// The gradient along each axis.
    slopes: Vec<f64>,
    /// The axis that is gone up.
    followed: usize,
}

impl Model {
    /// `mode`: the direction to go up.
    fn new(point: &Point, hessian: &SymmetricMatrix, mode: &[f64], free: bool) -> Result<Self, LinalgError> {
        let mut matrix = hessian.clone();
        if free {
            let motions = rigid::modes(&point.x, &vec![1.0; point.x.len() / 3]);
            rigid::project(&mut matrix, &motions, PROJECTED);
        }
        let eigen = Eigen::new(&matrix)?;
        let slopes: Vec<f64> = (0..eigen.values.len())
            .map(|k| dot(eigen.vector(k), &point.gradient))
            .collect();
        let overlap = |k: usize| dot(eigen.vector(k), mode).abs();
        let vibrations = (0..eigen.values.len()).filter(|&k| eigen.values[k] < 0.9 * PROJECTED);
        let followed = vibrations.fold(0, |best, k| if overlap(k) > overlap(best) { k } else { best });
        Ok(Self {
            eigen,
            slopes,
            followed,
        })
    }

    /// The step of the image function within a radius.
    fn step(&self, radius: f64) -> Vec<f64> {
        let image = |k: usize| if k == self.followed { -1.0 } else { 1.0 };
        let values: Vec<f64> = self
            .eigen
            .values
            .iter()
            .enumerate()
            .map(|(k, v)| image(k) * v)
            .collect();
        let lowest = values.iter().copied().fold(f64::INFINITY, f64::min);
        let part = |k: usize, shift: f64| -image(k) * self.slopes[k] / (values[k] + shift);
        let length = |shift: f64| (0..values.len()).map(|k| part(k, shift).powi(2)).sum::<f64>().sqrt();
        let mut shift = (SOFTEST - lowest).max(0.0);
        if length(shift) > radius {
            let mut high = shift.max(1.0);
            while length(high) > radius {
                high *= 2.0;
            }
            let mut low = shift;
            for _ in 0..50 {
                let middle = f64::midpoint(low, high);
                if length(middle) > radius {
                    low = middle
                } else {
                    high = middle
                }
            }
            shift = high;
        }
        let mut step = vec![0.0; values.len()];
        for k in 0..values.len() {
            add_scaled(&mut step, part(k, shift), self.eigen.vector(k));
        }
        step
    }

    /// The change of the energy that a step makes, along the followed axis and along all others.
    fn expected(&self, step: &[f64]) -> [f64; 2] {
        let mut parts = [0.0; 2];
        for (k, (slope, value)) in self.slopes.iter().zip(&self.eigen.values).enumerate() {
            let along = dot(self.eigen.vector(k), step);
            parts[usize::from(k != self.followed)] += along * (slope + 0.5 * value * along);
        }
        parts
    }
}

/// Searches from `start` with second derivatives `hessian` (kcal/mol/Å²), up along `mode`. `free`: on a surface of atoms in space, which knows
/// no place and no orientation.
///
/// # Errors
/// Where the surface fails other than by having no energy at some point.
pub fn climb(
    potential: &mut dyn Potential,
    start: (Point, SymmetricMatrix, &[f64]),
    free: bool,
    criteria: &Criteria,
    most_steps: usize,
    observer: &mut dyn Observer,
) -> Result<Summit, SummitError> {
    let (point, hessian, mode) = start;
    let mut summit = Summit {
        point,
        hessian,
        mode: mode.to_vec(),
        stop: Stop::StepLimit,
        steps: 0,
        evaluations: 0,
        hessian_evaluations: 0,
    };
    let mut trust = TRUST;
    loop {
        let point = &summit.point;
        let progress = Progress {
            step: summit.steps,
            evaluations: summit.evaluations,
            x: &point.x,
            energy: point.energy,
            gradient: &point.gradient,
        };
        let verdict = observer.observe(&progress);
        let model = Model::new(point, &summit.hessian, &summit.mode, free)?;
        summit.mode = model.eigen.vector(model.followed).to_vec();
        if criteria.gradient_holds(&point.gradient) {
            summit.stop = Stop::Converged;
            return Ok(summit);
        }
        if verdict == Verdict::Stop {
            summit.stop = Stop::Interrupted;
            return Ok(summit);
        }
        if summit.steps >= most_steps {
            return Ok(summit);
        }
        let step = model.step(trust);
        let length = norm(&step);
        let x: Vec<f64> = point.x.iter().zip(&step).map(|(x, s)| x + s).collect();
        summit.evaluations += 1;
        let next = match Point::at(potential, &x) {
            Ok(next) => next,
            Err(error) if error.is_local() && trust > LEAST_TRUST => {
                trust = 0.25 * length;
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        let expected = model.expected(&step);
        let scale = (expected[0].abs() + expected[1].abs()).max(1e-6 * point.energy.abs().max(1.0));
        let error = (next.energy - point.energy - expected[0] - expected[1]).abs() / scale;
        match error {
            e if e < 0.25 && length > 0.8 * trust => trust = (1.6 * trust).min(MOST_TRUST),
            e if e > 1.0 => trust = 0.4 * length,
            e if e > 0.6 => trust = (0.8 * length).min(trust),
            _ => {}
        }
        let change: Vec<f64> = next.gradient.iter().zip(&point.gradient).map(|(a, b)| a - b).collect();
        // A step that is nothing like what was expected is made again, shorter, with what it told.
        let is_refused = error > 3.0 && length > 100.0 * LEAST_TRUST;
        match potential.hessian(&next.x) {
            Some(own) if !is_refused => {
                summit.hessian_evaluations += 1;
                summit.hessian = SymmetricMatrix::from_rows(next.x.len(), own?);
            }
            Some(_) => {}
            None => {
                // A step that is too short to tell of any curvature leaves it as it is.
                let _learnt: bool = bofill::update(&mut summit.hessian, &step, &change);
            }
        }
        if trust < LEAST_TRUST {
            summit.stop = Stop::Stalled { step_norm: length };
            return Ok(summit);
        }
        if !is_refused {
            summit.point = next;
            summit.steps += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::potential::test_surfaces::{LennardJones, MuellerBrown};

    #[test]
    fn both_saddles_of_mueller_and_brown_are_found_from_near_them() {
        // Published in 1979, table 1.
        for (from, known, energy) in [
            ([-0.75, 0.7], [-0.822, 0.624], -40.665),
            ([0.15, 0.35], [0.212, 0.293], -72.249),
        ] {
            let point = Point::at(&mut MuellerBrown, &from).unwrap();
            let hessian = SymmetricMatrix::from_rows(2, MuellerBrown.hessian(&from).unwrap().unwrap());
            let mode = Eigen::new(&hessian).unwrap().vector(0).to_vec();
            let criteria = Criteria::rms_gradient(1e-6);
            let start = (point, hessian, mode.as_slice());
            let found = climb(&mut MuellerBrown, start, false, &criteria, 50, &mut ()).unwrap();
            assert_eq!(found.stop, Stop::Converged);
            let off = found
                .point
                .x
                .iter()
                .zip(&known)
                .map(|(a, b)| (a - b).abs())
                .fold(0.0, f64::max);
            assert!(off < 1e-3 && (found.point.energy - energy).abs() < 2e-3, "{found:?}");
            let eigen = Eigen::new(&found.hessian).unwrap();
            assert!(eigen.values[0] < 0.0 && eigen.values[1] > 0.0);
        }
    }

    /// Without second derivatives of its own a cluster's saddle is found with learnt ones: the flat rhombus of four atoms lies between two
    /// tetrahedra (D. J. Wales, Energy Landscapes, 2003, section 1.1).
    #[test]
    fn the_rhombus_of_four_atoms_is_found_with_learnt_second_derivatives() {
        let mut surface = LennardJones { atoms: 4 };
        let x = [0.6, 0.0, 0.0, -0.6, 0.0, 0.0, 0.0, 1.0, 0.1, 0.0, -1.0, 0.1];
        let point = Point::at(&mut surface, &x).unwrap();
        let hessian = crate::hessian::numerical::hessian(&mut surface, &x, 1e-4).unwrap();
        // The two outer atoms fold.
        let mode = [0.0, 0.0, -1.0, 0.0, 0.0, -1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0].map(|c: f64| c / 2.0);
        let criteria = Criteria::rms_gradient(1e-5);
        struct Plain(LennardJones);
        impl Potential for Plain {
            fn len(&self) -> usize {
                self.0.len()
            }
            fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
                self.0.energy_gradient(x, gradient)
            }
        }
        let start = (point, hessian, mode.as_slice());
        let found = climb(&mut Plain(surface), start, true, &criteria, 60, &mut ()).unwrap();
        assert_eq!((found.stop, found.hessian_evaluations), (Stop::Converged, 0));
        // Five bonds, and a sixth pair at √3 times their length.
        assert!((found.point.energy + 5.073_42).abs() < 1e-4, "{}", found.point.energy);
        let flat = [0, 1, 2, 3].map(|a| found.point.x[3 * a + 2]);
        assert!(flat.iter().all(|z| (z - flat[0]).abs() < 1e-3), "{flat:?}");
    }
}
