//! What a stationary point is: a minimum, a transition state or a higher saddle.
//!
//! Nothing that a search believes of itself counts here: the gradient is evaluated afresh, and the curvature is that of the surface, all of it
//! where there are analytic second derivatives, else the two lowest modes by products with vectors (two gradients each).

use super::held::excluded;
use crate::hessian::lowest::Approximate;
use crate::hessian::{LowestMode, LowestModeSettings, dense_preconditioner, lowest_modes};
use crate::linalg::SymmetricMatrix;
use crate::linalg::lanczos::Map;
use crate::optimize::constrained::Manifold;
use crate::optimize::{Criteria, Point};
use crate::potential::{EvalError, Potential};
use crate::vibrations::normal_modes;
use std::fmt;

/// Modes that are looked for without analytic second derivatives: a transition state has one negative one, and that the next one is not
/// says that no other is.
const SOUGHT: usize = 2;

/// How a stationary point is judged.
#[derive(Clone, Debug, PartialEq)]
pub struct VerifySettings {
    /// Masses of the atoms, amu; `None` for a surface that is not one of atoms in space.
    pub masses: Option<Vec<f64>>,
    /// How the lowest modes are looked for.
    pub lowest: LowestModeSettings,
    /// A mode is negative below this wavenumber, cm⁻¹: between it and zero the curvature is that of the gradient that the criteria left
    /// over, and of the noise of differences.
    pub threshold_cm1: f64,
    /// What is held: only the space that is left free is looked at. The surface is one on this manifold ([`super::OnManifold`]).
    pub held: Manifold,
}

impl VerifySettings {
    /// For a free molecule with these masses (amu) on a surface without noise.
    #[must_use]
    pub fn molecule(masses: Vec<f64>) -> Self {
        Self {
            masses: Some(masses),
            lowest: LowestModeSettings::default(),
            threshold_cm1: -10.0,
            held: Manifold::default(),
        }
    }

    /// The same for a surface with noise in its gradient.
    #[must_use]
    pub fn noisy(masses: Vec<f64>) -> Self {
        Self {
            lowest: LowestModeSettings::noisy(),
            ..Self::molecule(masses)
        }
    }
}

impl VerifySettings {
    /// With the gradients of what is held, and the rigid motions that are left, as what is no vibration.
    fn within_held(&self, x: &[f64]) -> Self {
        let mut within = self.clone();
        let ones = vec![1.0; x.len() / 3];
        let masses = self.masses.as_deref().unwrap_or(&ones);
        within.lowest.free = false;
        within.lowest.excluded = excluded(&self.held, x, masses);
        within
    }
}

/// What a point is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The gradient does not meet the criteria.
    NotStationary,
    /// No negative mode.
    Minimum,
    /// Exactly one negative mode.
    TransitionState,
    /// So many negative modes, two at least.
    HigherSaddle(usize),
    /// The eigensolver did not converge, so that there may be more negative modes than it has seen.
    Undecided(usize),
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotStationary => f.write_str("not a stationary point"),
            Self::Minimum => f.write_str("minimum"),
            Self::TransitionState => f.write_str("transition state"),
            Self::HigherSaddle(2) => f.write_str("second-order saddle: 2 negative modes"),
            Self::HigherSaddle(n) => write!(f, "saddle of higher order: {n} negative modes"),
            Self::Undecided(n) => write!(
                f,
                "undecided: {n} negative modes seen, but the eigensolver did not converge"
            ),
        }
    }
}

/// A point with what is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Verified {
    /// The point, evaluated afresh.
    pub point: Point,
    /// Whether the gradient meets the criteria.
    pub stationary: bool,
    /// Modes below the threshold: all of them where `complete`, else of the two lowest.
    pub negative_modes: usize,
    /// The modes that were found, ascending.
    pub modes: Vec<LowestMode>,
    /// Whether all modes were found, from analytic second derivatives.
    pub complete: bool,
    /// Whether the modes are to be believed.
    pub converged: bool,
    /// Energy and gradient evaluations that it took.
    pub evaluations: usize,
    /// Analytic Hessians that it took.
    pub hessian_evaluations: usize,
}

impl Verified {
    /// What the point is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self.negative_modes {
            _ if !self.stationary => Kind::NotStationary,
            // Two negative modes are upper bounds to the true ones: there are at least two.
            many @ 2.. => Kind::HigherSaddle(many),
            few if !self.converged => Kind::Undecided(few),
            1 => Kind::TransitionState,
            _ => Kind::Minimum,
        }
    }

    /// Whether it is a transition state beyond doubt.
    #[must_use]
    pub fn is_transition_state(&self) -> bool {
        self.kind() == Kind::TransitionState
    }

    /// The wavenumber (cm⁻¹) of a mode that is negative, but not beyond the threshold: whether it leads down can't be told.
    #[must_use]
    pub fn within_noise_cm1(&self) -> Option<f64> {
        let mode = self.modes.get(self.negative_modes)?;
        (mode.wavenumber_cm1 < 0.0).then_some(mode.wavenumber_cm1)
    }

    /// The lowest mode's wavenumber (cm⁻¹), where it is imaginary: negative.
    #[must_use]
    pub fn imaginary_wavenumber_cm1(&self) -> Option<f64> {
        let lowest = self.modes.first().filter(|_| self.negative_modes > 0)?;
        Some(lowest.wavenumber_cm1)
    }
}

/// Judges the point at `x` (Å). `approximate`, where given, guesses the second derivatives in Cartesian space, which saves most products
/// on a surface without analytic ones.
///
/// # Errors
/// Those of the surface.
pub fn verify(
    potential: &mut dyn Potential,
    x: &[f64],
    criteria: &Criteria,
    settings: &VerifySettings,
    approximate: Option<&mut Approximate<'_>>,
) -> Result<Verified, EvalError> {
    let point = Point::at(potential, x)?;
    let mut verified = Verified {
        stationary: criteria.gradient_holds(&point.gradient),
        point,
        negative_modes: 0,
        modes: Vec::new(),
        complete: false,
        converged: false,
        evaluations: 1,
        hessian_evaluations: 0,
    };
    let within;
    let settings = if settings.held.is_everything() {
        settings
    } else {
        within = settings.within_held(x);
        &within
    };
    if let Some(modes) = all_modes(potential, x, settings)? {
        verified.hessian_evaluations = 1;
        verified.converged = true;
        verified.complete = true;
        verified.modes = modes;
    } else {
        let mut inverse = approximate.and_then(|at| at(x)).and_then(dense_preconditioner);
        let preconditioner = inverse.as_mut().map(|map| map as &mut Map<'_>);
        let masses = settings.masses.as_deref();
        let found = lowest_modes(potential, x, masses, SOUGHT, &settings.lowest, preconditioner)?;
        verified.evaluations += found.evaluations;
        verified.hessian_evaluations += found.hessian_evaluations;
        verified.converged = found.converged;
        verified.modes = found.modes;
    }
    let is_negative = |mode: &&LowestMode| mode.wavenumber_cm1 < settings.threshold_cm1;
    verified.negative_modes = verified.modes.iter().filter(is_negative).count();
    Ok(verified)
}

/// All modes of a free molecule with analytic second derivatives that is not too large for them.
fn all_modes(
    potential: &mut dyn Potential,
    x: &[f64],
    settings: &VerifySettings,
) -> Result<Option<Vec<LowestMode>>, EvalError> {
    let lowest = &settings.lowest;
    let Some(masses) = settings
        .masses
        .as_ref()
        .filter(|_| lowest.free && lowest.excluded.is_empty())
    else {
        return Ok(None);
    };
    if !lowest.analytic || x.len() > lowest.dense {
        return Ok(None);
    }
    let Some(rows) = potential.hessian(x) else {
        return Ok(None);
    };
    let hessian = SymmetricMatrix::from_rows(x.len(), rows?);
    let found = normal_modes(&hessian, x, masses);
    let Ok(found) = found else {
        return Err(EvalError::NotFinite { energy: f64::NAN });
    };
    let mode = |mode: crate::vibrations::NormalMode| LowestMode {
        wavenumber_cm1: mode.wavenumber_cm1,
        curvature: hessian.quadratic_form(&mode.displacement),
        mode: mode.displacement,
    };
    Ok(Some(found.modes.into_iter().map(mode).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::potential::Counted;
    use crate::potential::test_surfaces::{LennardJones, MuellerBrown};

    fn abstract_surface() -> VerifySettings {
        VerifySettings {
            masses: None,
            ..VerifySettings::molecule(Vec::new())
        }
    }

    fn kind(x: [f64; 2], criteria: &Criteria) -> Kind {
        let found = verify(&mut MuellerBrown, &x, criteria, &abstract_surface(), None).unwrap();
        assert_eq!(found.is_transition_state(), found.kind() == Kind::TransitionState);
        found.kind()
    }

    #[test]
    fn mueller_and_browns_stationary_points_are_what_they_were_published_as() {
        // Their table 2 gives three digits, so that the gradient is not small.
        let rough = Criteria::rms_gradient(5.0);
        for (minimum, _) in MuellerBrown::MINIMA {
            assert_eq!(kind(minimum, &rough), Kind::Minimum);
        }
        for saddle in [[-0.822, 0.624], [0.212, 0.293]] {
            assert_eq!(kind(saddle, &rough), Kind::TransitionState);
            assert_eq!(kind(saddle, &Criteria::rms_gradient(1e-6)), Kind::NotStationary);
        }
    }

    /// The square of four atoms turns into a tetrahedron out of its plane; three in a line bend in two directions.
    #[test]
    fn saddles_of_higher_order_are_told_from_passes() {
        let r = 2.0_f64.powf(1.0 / 6.0);
        let criteria = Criteria::rms_gradient(1e-6);
        let line = |d: f64| [0.0, 0.0, -d, 0.0, 0.0, 0.0, 0.0, 0.0, d];
        // Where the outer atoms' attraction and the inner pairs' repulsion cancel.
        let slope = |d: f64| {
            let mut gradient = [0.0; 9];
            let _energy = LennardJones { atoms: 3 }
                .energy_gradient(&line(d), &mut gradient)
                .unwrap();
            gradient[8]
        };
        let (mut low, mut high) = (0.9 * r, r);
        for _ in 0..100 {
            let middle = 0.5 * (low + high);
            if slope(middle) < 0.0 {
                low = middle
            } else {
                high = middle
            }
        }
        let x = line(high);
        let settings = VerifySettings::molecule(vec![1.0; 3]);
        let mut surface = Counted::new(LennardJones { atoms: 3 });
        let found = verify(&mut surface, &x, &criteria, &settings, None).unwrap();
        assert_eq!(found.kind(), Kind::HigherSaddle(2), "{found:?}");
        assert_eq!(found.evaluations, surface.evaluations());
        assert!(found.imaginary_wavenumber_cm1().unwrap() < -10.0);
        assert_eq!(found.kind().to_string(), "second-order saddle: 2 negative modes");
    }

    #[test]
    fn an_eigensolver_that_was_cut_short_decides_nothing() {
        let mut settings = VerifySettings::molecule(vec![1.0; 13]);
        settings.lowest.analytic = false;
        settings.lowest.products = 2;
        let x = LennardJones::icosahedron(1.082_183);
        let rough = Criteria::rms_gradient(1.0);
        let found = verify(&mut LennardJones { atoms: 13 }, &x, &rough, &settings, None).unwrap();
        assert!(matches!(found.kind(), Kind::Undecided(_)), "{found:?}");
        settings.lowest.products = 150;
        let found = verify(&mut LennardJones { atoms: 13 }, &x, &rough, &settings, None).unwrap();
        assert_eq!(found.kind(), Kind::Minimum);
    }
}
