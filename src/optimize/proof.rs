//! A minimum that is proven: where the curvature along some direction is negative, the walk goes on from there.
//!
//! A gradient alone cannot tell a minimum from a saddle, and a start with symmetry leads every gradient-only optimizer to a
//! point that has it too. After convergence the lowest vibration is looked at; where it is imaginary the point is left along it,
//! to the lower side, and minimized again.

use super::observer::CountingOn;
use super::vector::{longest_atom, set_sum};
use super::{Criteria, Limits, Minimum, Observer, OptimizeError, Point, Stepper, Stop, minimize};
use crate::hessian::lowest::Approximate;
use crate::hessian::{LowestMode, LowestModeSettings, dense_preconditioner, lowest_modes};
use crate::linalg::lanczos::Map;
use crate::potential::{EvalError, Potential};
use std::time::Instant;

/// Displacement (Å) of the atom that moves farthest in the first step off a saddle: large beside the criteria's
/// displacements, so that the next minimization does not stop where it starts; small beside a bond.
const FIRST: f64 = 0.05;
/// Longest such displacement, Å.
const LONGEST: f64 = 0.4;
/// The displacement grows by this while the energy falls, and shrinks by it where it does not fall at all.
const FACTOR: f64 = 2.0;
/// Shortest displacement that is tried, Å.
const SHORTEST: f64 = 0.003;
/// Relative round-off of energies: smaller differences decide nothing.
const ROUND_OFF: f64 = 1e-12;

/// How a minimum is proven.
#[derive(Clone, Debug, PartialEq)]
pub struct ProofSettings {
    /// Masses of the atoms, amu; `None` for a surface that is not one of atoms in space.
    pub masses: Option<Vec<f64>>,
    /// How the lowest vibration is looked for.
    pub lowest: LowestModeSettings,
    /// A wavenumber below this (cm⁻¹) is a saddle. Between it and zero the curvature is that of the gradient that the
    /// criteria left over, and of the noise of differences.
    pub threshold_cm1: f64,
    /// Most saddles that are left.
    pub saddles: usize,
}

impl ProofSettings {
    /// For a free molecule with these masses (amu) on a surface without noise.
    #[must_use]
    pub fn molecule(masses: Vec<f64>) -> Self {
        Self {
            masses: Some(masses),
            ..Self::abstract_surface()
        }
    }

    /// For a surface that is not one of atoms in space.
    #[must_use]
    pub fn abstract_surface() -> Self {
        Self {
            masses: None,
            lowest: LowestModeSettings::default(),
            threshold_cm1: -10.0,
            saddles: 5,
        }
    }
}

/// A minimization with its proof.
#[derive(Clone, Debug, PartialEq)]
pub struct Proven {
    /// The last minimization's end, with the steps and evaluations of all minimizations, but not of the proofs.
    pub minimum: Minimum,
    /// The lowest vibration at the end, where the minimization converged and anything can vibrate.
    pub lowest: Option<LowestMode>,
    /// Whether it is a minimum: converged, and no imaginary vibration beyond the threshold.
    pub proven: bool,
    /// Saddles that were left.
    pub saddles_left: usize,
    /// Energy and gradient evaluations of the proofs and of the steps off saddles.
    pub verification_evaluations: usize,
    /// Analytic Hessians of the proofs.
    pub verification_hessian_evaluations: usize,
    /// Seconds that the proofs and the steps off saddles took.
    pub verification_seconds: f64,
}

impl Proven {
    /// A minimization of which nothing is proven.
    #[must_use]
    pub fn unproven(minimum: Minimum) -> Self {
        Self {
            minimum,
            lowest: None,
            proven: false,
            saddles_left: 0,
            verification_evaluations: 0,
            verification_hessian_evaluations: 0,
            verification_seconds: 0.0,
        }
    }
}

/// The minimization that is to be proven: everything [`minimize`] is told but for the starting point.
pub struct Task<'a> {
    /// Makes the steps, of every walk anew.
    pub stepper: &'a mut dyn Stepper,
    /// When a walk has converged.
    pub criteria: &'a Criteria,
    /// Limits of all walks together. Proofs are not counted in, but for the time.
    pub limits: &'a Limits,
    /// Sees all walks as one.
    pub observer: &'a mut dyn Observer,
    /// Gives an approximate Hessian at a point, where one is known, which saves most of a proof's products: see [`lowest_modes`].
    pub approximate: Option<Box<Approximate<'a>>>,
}

impl std::fmt::Debug for Task<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Task")
            .field("criteria", &self.criteria)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// Walks down from `x0` (Å), and on from every saddle on which it stops, until the end is proven to be a minimum or nothing helps.
///
/// # Errors
/// Where the surface fails, also in a proof. The best point so far comes along.
pub fn minimize_proven(
    potential: &mut dyn Potential,
    x0: &[f64],
    mut task: Task<'_>,
    settings: &ProofSettings,
) -> Result<Proven, OptimizeError> {
    let started = Instant::now();
    let mut proven = Proven::unproven(task.walk(potential, x0, None, started)?);
    while proven.minimum.stop == Stop::Converged {
        let began = Instant::now();
        let way_off = proven
            .verify(potential, &mut task, settings)
            .map_err(|error| proven.failed(error))?;
        proven.verification_seconds += began.elapsed().as_secs_f64();
        let Some(start) = way_off else { break };
        let next = task.walk(potential, &start, Some(&proven.minimum), started)?;
        proven.saddles_left += 1;
        proven.minimum = next;
        proven.lowest = None;
    }
    Ok(proven)
}

impl Task<'_> {
    /// One minimization, counting on from an earlier one.
    fn walk(
        &mut self,
        potential: &mut dyn Potential,
        x0: &[f64],
        earlier: Option<&Minimum>,
        started: Instant,
    ) -> Result<Minimum, OptimizeError> {
        let (steps, evaluations) = earlier.map_or((0, 0), |m| (m.steps, m.evaluations));
        let limits = self.limits.after(steps, evaluations, started.elapsed());
        let mut observer = CountingOn {
            inner: &mut *self.observer,
            steps,
            evaluations,
        };
        let add = |minimum: &mut Minimum| {
            if let Some(earlier) = earlier {
                minimum.steps += steps;
                minimum.evaluations += evaluations;
                minimum.hessian_evaluations += earlier.hessian_evaluations;
                minimum.initial_energy = earlier.initial_energy;
            }
        };
        let mut result = minimize(potential, x0, self.stepper, self.criteria, &limits, &mut observer);
        match &mut result {
            Ok(minimum) => add(minimum),
            Err(OptimizeError::Surface { best, .. }) => add(best),
            Err(OptimizeError::Start(_)) => {}
        }
        result
    }
}

impl Proven {
    /// Looks at the lowest vibration. Where it is imaginary gives a lower point beside the saddle, if there is one.
    fn verify(
        &mut self,
        potential: &mut dyn Potential,
        task: &mut Task<'_>,
        settings: &ProofSettings,
    ) -> Result<Option<Vec<f64>>, EvalError> {
        let saddle = &self.minimum.point;
        let approximate = task.approximate.as_mut().and_then(|at| at(&saddle.x));
        let mut inverse = approximate.and_then(dense_preconditioner);
        let preconditioner = inverse.as_mut().map(|map| map as &mut Map<'_>);
        let masses = settings.masses.as_deref();
        let mut found = lowest_modes(potential, &saddle.x, masses, 1, &settings.lowest, preconditioner)?;
        self.verification_evaluations += found.evaluations;
        self.verification_hessian_evaluations += found.hessian_evaluations;
        let Some(lowest) = found.modes.pop() else {
            self.proven = found.converged;
            return Ok(None);
        };
        let is_saddle = lowest.wavenumber_cm1 < settings.threshold_cm1;
        self.proven = !is_saddle && found.converged;
        let way_off = if is_saddle && self.saddles_left < settings.saddles {
            let mut descent = Descent {
                potential,
                saddle,
                mode: &lowest.mode,
                evaluations: 0,
            };
            let found = descent.lower_side()?;
            self.verification_evaluations += descent.evaluations;
            found
        } else {
            None
        };
        self.lowest = Some(lowest);
        Ok(way_off)
    }

    fn failed(&self, error: EvalError) -> OptimizeError {
        OptimizeError::Surface {
            error,
            best: Box::new(self.minimum.clone()),
        }
    }
}

/// The way off a saddle.
struct Descent<'a> {
    potential: &'a mut dyn Potential,
    saddle: &'a Point,
    mode: &'a [f64],
    evaluations: usize,
}

impl Descent<'_> {
    /// The lowest point found along the mode, on the side where the first step leads lower; on the positive side where both are
    /// equal by symmetry. `None` where the energy falls on neither side.
    fn lower_side(&mut self) -> Result<Option<Vec<f64>>, EvalError> {
        let noise = ROUND_OFF * self.saddle.energy.abs();
        let mut distance = FIRST;
        while distance >= SHORTEST {
            let [plus, minus] = [self.energy(distance)?, self.energy(-distance)?];
            if plus.min(minus) < self.saddle.energy - noise {
                let side = if minus < plus - noise { -1.0 } else { 1.0 };
                return self.follow(side, distance, plus.min(minus)).map(Some);
            }
            distance /= FACTOR;
        }
        Ok(None)
    }

    /// Goes on along one side while the energy falls.
    fn follow(&mut self, side: f64, mut distance: f64, mut energy: f64) -> Result<Vec<f64>, EvalError> {
        while FACTOR * distance <= LONGEST {
            let further = self.energy(side * FACTOR * distance)?;
            if further >= energy {
                break;
            }
            energy = further;
            distance *= FACTOR;
        }
        Ok(self.point(side * distance))
    }

    fn point(&self, distance: f64) -> Vec<f64> {
        let mut x = vec![0.0; self.mode.len()];
        set_sum(&mut x, &self.saddle.x, distance / longest_atom(self.mode), self.mode);
        x
    }

    /// The energy at a signed distance; infinite where the surface has none.
    fn energy(&mut self, distance: f64) -> Result<f64, EvalError> {
        let x = self.point(distance);
        let mut gradient = vec![0.0; x.len()];
        self.evaluations += 1;
        match self.potential.energy_gradient(&x, &mut gradient) {
            Err(EvalError::NotFinite { .. }) => Ok(f64::INFINITY),
            result => result,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optimize::{Lbfgs, LbfgsSettings};
    use crate::potential::Counted;
    use crate::potential::test_surfaces::{LennardJones, MuellerBrown};

    fn run(potential: &mut dyn Potential, x0: &[f64], settings: &ProofSettings) -> Proven {
        run_within(potential, x0, settings, &Limits::default())
    }

    fn run_within(potential: &mut dyn Potential, x0: &[f64], settings: &ProofSettings, limits: &Limits) -> Proven {
        let mut stepper = Lbfgs::new(LbfgsSettings::default());
        let task = Task {
            stepper: &mut stepper,
            criteria: &Criteria::default(),
            limits,
            observer: &mut (),
            approximate: None,
        };
        minimize_proven(potential, x0, task, settings).unwrap()
    }

    /// The saddle between the two deeper valleys, refined by Newton steps with differences.
    fn saddle() -> [f64; 2] {
        let mut x = [-0.822_001_6, 0.624_312_8];
        for _ in 0..10 {
            let mut gradient = [0.0; 2];
            MuellerBrown.energy_gradient(&x, &mut gradient).unwrap();
            let hessian = crate::hessian::numerical::hessian(&mut MuellerBrown, &x, 1e-5).unwrap();
            let step = hessian.solve_indefinite(&gradient).unwrap();
            x = [x[0] - step[0], x[1] - step[1]];
        }
        x
    }

    #[test]
    fn a_start_on_a_saddle_ends_in_a_valley_and_everything_is_counted() {
        let mut surface = Counted::new(MuellerBrown);
        let settings = ProofSettings::abstract_surface();
        let found = run(&mut surface, &saddle(), &settings);
        assert!(found.proven && found.saddles_left == 1, "{found:?}");
        let nearest = |(place, energy): &([f64; 2], f64)| {
            (found.minimum.point.energy - energy).abs() < 1e-3 && (found.minimum.point.x[0] - place[0]).abs() < 1e-2
        };
        assert!(MuellerBrown::MINIMA.iter().any(nearest), "{found:?}");
        assert!(found.lowest.as_ref().unwrap().curvature > 0.0);
        let counted = found.minimum.evaluations + found.verification_evaluations;
        assert_eq!(counted, surface.evaluations());
        // Without leave to leave a saddle the report says that it is one.
        let strict = ProofSettings { saddles: 0, ..settings };
        let found = run(&mut surface, &saddle(), &strict);
        assert!(!found.proven && found.minimum.stop == Stop::Converged, "{found:?}");
        assert!(found.lowest.unwrap().wavenumber_cm1 < -100.0);
    }

    #[test]
    fn an_approximate_hessian_shortens_a_proof() {
        let x: Vec<f64> = LennardJones::icosahedron(1.09);
        let mut settings = ProofSettings::molecule(vec![1.0; 13]);
        settings.lowest.analytic = false;
        let prove = |approximate: Option<Box<Approximate<'_>>>| {
            let task = Task {
                stepper: &mut Lbfgs::default(),
                criteria: &Criteria::default(),
                limits: &Limits::default(),
                observer: &mut (),
                approximate,
            };
            minimize_proven(&mut LennardJones { atoms: 13 }, &x, task, &settings).unwrap()
        };
        let plain = prove(None);
        let mut asked = 0;
        let helped = prove(Some(Box::new(|x: &[f64]| {
            asked += 1;
            crate::hessian::numerical::hessian(&mut LennardJones { atoms: 13 }, x, 1e-3).ok()
        })));
        assert!(plain.proven && helped.proven && asked == 1);
        let [few, many] = [&helped, &plain].map(|proven| proven.verification_evaluations);
        assert!(3 * few < 2 * many, "{few} {many}");
        let modes = [&helped, &plain].map(|proven| proven.lowest.as_ref().unwrap().wavenumber_cm1);
        assert!((modes[0] - modes[1]).abs() < 0.05 * modes[1], "{modes:?}");
    }

    #[test]
    fn three_atoms_in_line_are_no_minimum_of_a_cluster() {
        let line = [0.0, 0.0, 0.0, 1.12, 0.0, 0.0, 2.24, 0.0, 0.0];
        let settings = ProofSettings::molecule(vec![1.0; 3]);
        let found = run(&mut LennardJones { atoms: 3 }, &line, &settings);
        assert!(found.proven && found.saddles_left == 1, "{found:?}");
        assert!((found.minimum.point.energy + 3.0).abs() < 1e-6, "{found:?}");
    }

    #[test]
    fn the_icosahedron_is_proven_at_once() {
        let x = LennardJones::icosahedron(1.15);
        let found = run(
            &mut LennardJones { atoms: 13 },
            &x,
            &ProofSettings::molecule(vec![1.0; 13]),
        );
        assert!(found.proven && found.saddles_left == 0, "{found:?}");
        assert!((found.minimum.point.energy - LennardJones::LOWEST_13).abs() < 1e-5);
        assert!(found.verification_hessian_evaluations > 0);
    }

    #[test]
    fn limits_hold_over_all_walks_together() {
        let line = [0.0, 0.0, 0.0, 1.12, 0.0, 0.0, 2.24, 0.0, 0.0];
        let settings = ProofSettings::molecule(vec![1.0; 3]);
        let free = run(&mut LennardJones { atoms: 3 }, &line, &settings);
        let limits = Limits {
            evaluations: Some(free.minimum.evaluations - 2),
            ..Limits::default()
        };
        let found = run_within(&mut LennardJones { atoms: 3 }, &line, &settings, &limits);
        assert_eq!(found.minimum.stop, Stop::EvaluationLimit);
        assert!(!found.proven && found.minimum.evaluations <= free.minimum.evaluations - 2);
    }

    #[test]
    fn a_single_atom_is_proven_without_any_evaluation() {
        let found = run(
            &mut LennardJones { atoms: 1 },
            &[0.0; 3],
            &ProofSettings::molecule(vec![1.0]),
        );
        assert!(found.proven && found.lowest.is_none());
        assert_eq!(found.verification_evaluations, 0);
    }
}
