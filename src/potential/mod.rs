//! The seam between surfaces and the algorithms that walk on them.

#[cfg(feature = "engines")]
pub mod external;
pub mod frozen;
pub mod mixture;
pub mod restraint;
pub mod test_surfaces;
pub mod wall;

use thiserror::Error;

pub use frozen::{Frozen, Mask};
pub use mixture::{Blend, Lifted, Mixture};
pub use restraint::{Bias, Restrained, Restraint};
pub use wall::Wall;

/// Why an energy could not be had.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum EvalError {
    /// The energy or a gradient component is not finite.
    #[error(
        "the energy or gradient is not finite (energy {energy} kcal/mol); atoms on one point or exploded coordinates?"
    )]
    NotFinite {
        /// The energy that came out, kcal/mol.
        energy: f64,
    },
    /// The coordinate vector has the wrong length.
    #[error("{found} coordinates were given, {expected} expected")]
    WrongLength {
        /// Length that was given.
        found: usize,
        /// Length of this surface.
        expected: usize,
    },
    /// A program outside gives no energy at these coordinates, though it may at others: its electronic structure did not converge.
    #[error("{engine}: {message}")]
    Refused {
        /// Which engine, as the command line names it.
        engine: String,
        /// What happened, in words.
        message: String,
    },
    /// Held coordinates can't be brought to their values near these coordinates, though they may be elsewhere.
    #[error("held coordinates: they can't be met there: {deviation:.1e} Å or radian are left")]
    OutOfReach {
        /// The largest deviation that is left, Å or radian.
        deviation: f64,
    },
    /// Second derivatives by differences that were broken off from outside.
    #[error("second derivatives: broken off before all gradients were made")]
    BrokenOff,
    /// Second derivatives are asked for that the surface does not have.
    #[error("the surface has no analytic second derivatives")]
    NoHessian,
    /// A program outside failed, or its answer is no use.
    #[error("{engine}: {message}")]
    Engine {
        /// Which engine, as the command line names it (`xtb`, `exec`, `ipi`).
        engine: String,
        /// What happened, in words.
        message: String,
    },
}

impl EvalError {
    /// Whether it is about these coordinates alone: a shorter step may lead to a point that has an energy.
    #[must_use]
    pub fn is_local(&self) -> bool {
        match self {
            Self::NotFinite { .. } | Self::Refused { .. } | Self::OutOfReach { .. } => true,
            Self::WrongLength { .. } | Self::BrokenOff | Self::NoHessian | Self::Engine { .. } => false,
        }
    }
}

/// Takes one direction of a model Hessian: atoms, components of b on each, k (kcal/mol/Å²).
pub type AddCurvature<'a> = dyn FnMut(&[usize], &[[f64; 3]], f64) + 'a;

/// Something with an energy at a point: all that optimisers know.
pub trait Potential: Send {
    /// Number of coordinates, 3N for a molecule.
    fn len(&self) -> usize;

    /// Whether there are no coordinates.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Energy (kcal/mol) at `x` (Å). OVERWRITES `gradient` (kcal/mol/Å, same layout as `x`).
    ///
    /// # Errors
    /// Where the energy is not finite or the surface fails.
    fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError>;

    /// A positive semidefinite model of the Hessian at `x` (Å), where the surface knows its own stiff directions: the sum of
    /// k b bᵀ (kcal/mol/Å²) over the calls `add(atoms, b, k)`, with b given on a few atoms. Returns whether there is one.
    /// Cheap and sparse; what preconditioners are made of.
    fn curvature(&mut self, _x: &[f64], _add: &mut AddCurvature<'_>) -> bool {
        false
    }

    /// Whether gradients mean anything. A surface that has energies only says `false` and fills them with NaN: no gradient
    /// criterion ever holds on it, and only a pattern search can walk there.
    fn has_gradient(&self) -> bool {
        true
    }

    /// Evaluations from now on begin with what is remembered of `x` (Å), converged charges say, and no longer with what the one before
    /// them left: then they do not depend on the order in which points come. A surface that remembers nothing has nothing to do.
    ///
    /// # Errors
    /// As [`Potential::energy_gradient`] at `x`.
    fn pin(&mut self, _x: &[f64]) -> Result<(), EvalError> {
        Ok(())
    }

    /// Analytic second derivatives (kcal/mol/Å²), row-major, (3N)², where the surface has them.
    fn hessian(&mut self, _x: &[f64]) -> Option<Result<Vec<f64>, EvalError>> {
        None
    }

    /// OVERWRITES `out` with the analytic second derivatives at `x` (Å) times `v` (kcal/mol/Å² times its unit), where the surface has
    /// them; costs a few gradients at most.
    fn hessian_product(&mut self, _x: &[f64], _v: &[f64], _out: &mut [f64]) -> Option<Result<(), EvalError>> {
        None
    }
}

impl<P: Potential + ?Sized> Potential for &mut P {
    fn len(&self) -> usize {
        (**self).len()
    }

    fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
        (**self).energy_gradient(x, gradient)
    }

    fn curvature(&mut self, x: &[f64], add: &mut AddCurvature<'_>) -> bool {
        (**self).curvature(x, add)
    }

    fn has_gradient(&self) -> bool {
        (**self).has_gradient()
    }

    fn pin(&mut self, x: &[f64]) -> Result<(), EvalError> {
        (**self).pin(x)
    }

    fn hessian(&mut self, x: &[f64]) -> Option<Result<Vec<f64>, EvalError>> {
        (**self).hessian(x)
    }

    fn hessian_product(&mut self, x: &[f64], v: &[f64], out: &mut [f64]) -> Option<Result<(), EvalError>> {
        (**self).hessian_product(x, v, out)
    }
}

/// Counts the evaluations of a potential, at the seam, so that what is reported cannot drift from what was done.
#[derive(Debug)]
pub struct Counted<P> {
    inner: P,
    evaluations: usize,
    hessian_evaluations: usize,
}

impl<P: Potential> Counted<P> {
    /// Wraps a potential with both counts at zero.
    pub fn new(inner: P) -> Self {
        Self {
            inner,
            evaluations: 0,
            hessian_evaluations: 0,
        }
    }

    /// Energy and gradient evaluations so far.
    #[must_use]
    pub fn evaluations(&self) -> usize {
        self.evaluations
    }

    /// Analytic Hessians so far.
    #[must_use]
    pub fn hessian_evaluations(&self) -> usize {
        self.hessian_evaluations
    }

    /// Gives the potential back.
    pub fn into_inner(self) -> P {
        self.inner
    }
}

impl<P: Potential> Potential for Counted<P> {
    fn len(&self) -> usize {
        self.inner.len()
    }

    fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
        self.evaluations += 1;
        self.inner.energy_gradient(x, gradient)
    }

    fn curvature(&mut self, x: &[f64], add: &mut AddCurvature<'_>) -> bool {
        self.inner.curvature(x, add)
    }

    fn has_gradient(&self) -> bool {
        self.inner.has_gradient()
    }

    fn pin(&mut self, x: &[f64]) -> Result<(), EvalError> {
        self.inner.pin(x)
    }

    fn hessian(&mut self, x: &[f64]) -> Option<Result<Vec<f64>, EvalError>> {
        let result = self.inner.hessian(x);
        self.hessian_evaluations += usize::from(result.is_some());
        result
    }

    /// Counts as an evaluation, whose cost it has.
    fn hessian_product(&mut self, x: &[f64], v: &[f64], out: &mut [f64]) -> Option<Result<(), EvalError>> {
        let result = self.inner.hessian_product(x, v, out);
        self.evaluations += usize::from(result.is_some());
        result
    }
}
