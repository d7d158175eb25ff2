//! A surface without second derivatives of its own that makes them by central differences, with several workers at once.

use super::displacements::{Displacements, Open};
use crate::potential::{AddCurvature, EvalError, Potential};
use std::ops::ControlFlow;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};

/// A surface with second derivatives by differences: two gradients a coordinate each time.
pub struct Differenced<'a> {
    inner: Box<dyn Potential + 'a>,
    open: &'a Open<'a>,
    workers: usize,
    step: f64,
    stop: Option<&'a AtomicBool>,
}

impl std::fmt::Debug for Differenced<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Differenced")
            .field("workers", &self.workers)
            .field("step", &self.step)
            .finish_non_exhaustive()
    }
}

impl<'a> Differenced<'a> {
    /// `inner` is the first worker's surface, `open` makes those of the others. Coordinates are displaced by `step` (Å). `stop` breaks
    /// off from outside.
    pub fn new(
        inner: Box<dyn Potential + 'a>,
        open: &'a Open<'a>,
        workers: usize,
        step: f64,
        stop: Option<&'a AtomicBool>,
    ) -> Self {
        Self {
            inner,
            open,
            workers,
            step,
            stop,
        }
    }

    fn differences(&mut self, x: &[f64]) -> Result<Vec<f64>, EvalError> {
        let mut displacements = Displacements::new(x, self.step);
        let first: Mutex<Option<&mut dyn Potential>> = Mutex::new(Some(&mut *self.inner));
        let others = self.open;
        let open = || -> Result<Box<dyn Potential + '_>, EvalError> {
            let taken = first.lock().unwrap_or_else(PoisonError::into_inner).take();
            match taken {
                Some(surface) => Ok(Box::new(surface)),
                None => others(),
            }
        };
        displacements.run(&open, self.workers, self.stop, &mut |_, _| ControlFlow::Continue(()))?;
        let hessian = displacements.hessian().ok_or(EvalError::BrokenOff)?;
        Ok(hessian.into_rows())
    }
}

impl Potential for Differenced<'_> {
    fn len(&self) -> usize {
        self.inner.len()
    }

    fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
        self.inner.energy_gradient(x, gradient)
    }

    fn curvature(&mut self, x: &[f64], add: &mut AddCurvature<'_>) -> bool {
        self.inner.curvature(x, add)
    }

    fn has_gradient(&self) -> bool {
        self.inner.has_gradient()
    }

    fn hessian(&mut self, x: &[f64]) -> Option<Result<Vec<f64>, EvalError>> {
        Some(self.differences(x))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::potential::test_surfaces::MuellerBrown;

    #[test]
    fn they_are_the_analytic_ones_for_any_number_of_workers() {
        let x = [-0.7, 0.6];
        let expected = MuellerBrown.hessian(&x).unwrap().unwrap();
        let open = || Ok(Box::new(MuellerBrown) as Box<dyn Potential>);
        let by = |workers: usize| {
            let mut surface = Differenced::new(Box::new(MuellerBrown), &open, workers, 1e-4, None);
            surface.hessian(&x).unwrap().unwrap()
        };
        let one = by(1);
        for (found, expected) in one.iter().zip(&expected) {
            assert!((found - expected).abs() < 1e-4 * expected.abs(), "{found} {expected}");
        }
        assert_eq!(one, by(3));
    }

    #[test]
    fn what_is_broken_off_is_no_hessian() {
        let stop = AtomicBool::new(true);
        let open = || Ok(Box::new(MuellerBrown) as Box<dyn Potential>);
        let mut surface = Differenced::new(Box::new(MuellerBrown), &open, 1, 1e-4, Some(&stop));
        assert_eq!(surface.hessian(&[-0.7, 0.6]), Some(Err(EvalError::BrokenOff)));
    }
}
