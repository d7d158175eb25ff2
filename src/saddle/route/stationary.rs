//! The proof of what a point is: energy, gradient and second derivatives made afresh.

use super::error::RouteError;
use super::landscape::Landscape;
use crate::hessian::{Displacements, numerical};
use crate::linalg::SymmetricMatrix;
use crate::optimize::Point;
use crate::potential::{EvalError, Potential};
use crate::saddle::path::irc::{Irc, IrcSettings, Saddle, irc};
use crate::vibrations::masses::masses;
use crate::vibrations::{NormalModes, normal_modes};
use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};

/// Modes below this (cm⁻¹) are negative; above it they may be round-off of a numerical Hessian.
const NEGATIVE: f64 = -15.0;

/// A stationary point with its vibrations.
#[derive(Clone, Debug)]
pub struct Stationary {
    /// Where it is.
    pub point: Point,
    /// Second derivatives, kcal/mol/Å².
    pub hessian: SymmetricMatrix,
    /// Its vibrations.
    pub modes: NormalModes,
    /// Of its atoms, amu.
    pub masses: Vec<f64>,
    /// Gradients that the proof took.
    pub evaluations: usize,
    /// Analytic Hessians that it took.
    pub hessian_evaluations: usize,
}

impl Stationary {
    /// All about a point, made afresh.
    ///
    /// # Errors
    /// Where the surface fails, or an interrupt comes.
    pub fn at(landscape: &dyn Landscape, point: &Point) -> Result<Self, RouteError> {
        let mut surface = landscape.open()?;
        let fresh = Point::at(&mut *surface, &point.x)?;
        let (hessian, gradients) = second_derivatives(landscape, surface, &point.x)?;
        let (masses, _) = masses(landscape.molecule());
        let modes = normal_modes(&hessian, &point.x, &masses)?;
        Ok(Self {
            point: fresh,
            hessian,
            modes,
            masses,
            evaluations: gradients + 1,
            hessian_evaluations: usize::from(gradients == 0),
        })
    }

    /// The number of imaginary vibrations.
    #[must_use]
    pub fn negative_modes(&self) -> usize {
        self.modes.modes.iter().filter(|m| m.wavenumber_cm1 < NEGATIVE).count()
    }

    /// The lowest wavenumber, cm⁻¹, where it is imaginary: as a negative number.
    #[must_use]
    pub fn imaginary_wavenumber(&self) -> Option<f64> {
        let lowest = self.modes.modes.first()?.wavenumber_cm1;
        (lowest < NEGATIVE).then_some(lowest)
    }

    /// The displacement (Å, length 3N) along the lowest mode.
    ///
    /// # Errors
    /// A single atom has none.
    pub fn lowest_mode(&self) -> Result<&[f64], RouteError> {
        let mode = self.modes.modes.first().ok_or(RouteError::OneAtom)?;
        Ok(&mode.displacement)
    }

    /// What it is, in words.
    #[must_use]
    pub fn words(&self) -> String {
        match (self.negative_modes(), self.imaginary_wavenumber()) {
            (1, Some(wavenumber)) => format!("first-order saddle, imaginary mode {wavenumber:.0} cm⁻¹"),
            (0, _) => "minimum".to_owned(),
            (n, _) => format!("saddle of order {n}: {n} negative modes"),
        }
    }

    /// Both ways down from a saddle.
    ///
    /// # Errors
    /// Where the surface fails, or the energy does not fall.
    pub fn irc(&self, landscape: &dyn Landscape, settings: &IrcSettings) -> Result<Irc, RouteError> {
        let saddle = Saddle {
            point: &self.point,
            hessian: &self.hessian,
            mode: self.lowest_mode()?,
            masses: Some(&self.masses),
        };
        let mut surface = landscape.open()?;
        let mut observer = landscape.observer();
        Ok(irc(
            &mut *surface,
            saddle,
            settings,
            !landscape.is_costly(),
            &mut observer,
        )?)
    }
}

/// Second derivatives (kcal/mol/Å²) at `x` (Å), analytic where the surface has them, and the number of gradients that they took.
fn second_derivatives(
    landscape: &dyn Landscape,
    mut surface: Box<dyn Potential>,
    x: &[f64],
) -> Result<(SymmetricMatrix, usize), RouteError> {
    if let Some(analytic) = surface.hessian(x) {
        return Ok((SymmetricMatrix::from_rows(x.len(), analytic?), 0));
    }
    if !surface.has_gradient() {
        return Err(RouteError::NoGradient);
    }
    let (step, workers) = match landscape.is_costly() {
        true => (numerical::NOISY_STEP, landscape.workers()),
        false => (numerical::STEP, 1),
    };
    // The surface that is at work already is the first worker's: some can't be had twice.
    let first = Mutex::new(Some(surface));
    let open = || -> Result<Box<dyn Potential>, EvalError> {
        let taken = first.lock().unwrap_or_else(PoisonError::into_inner).take();
        taken.map_or_else(|| landscape.open(), Ok)
    };
    let mut displacements = Displacements::new(x, step);
    let stop = Some(landscape.interrupt());
    let ended = displacements.run(&open, workers, stop, &mut |_, _| ControlFlow::Continue(()));
    match (&ended, displacements.hessian()) {
        (Ok(true), Some(hessian)) => Ok((hessian, displacements.known())),
        _ => Err(RouteError::Unfinished {
            error: ended.err(),
            known: displacements.known(),
            all: displacements.len(),
        }),
    }
}
