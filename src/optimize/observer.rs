//! Those who watch a minimization: they see every step, may end it, and can do nothing else to it.

use std::sync::atomic::{AtomicBool, Ordering};

/// What an observer sees after each step (and once at the start, as step 0).
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// Steps so far.
    pub step: usize,
    /// Energy and gradient evaluations so far.
    pub evaluations: usize,
    /// Coordinates, Å.
    pub x: &'a [f64],
    /// Energy, kcal/mol.
    pub energy: f64,
    /// Gradient, kcal/mol/Å.
    pub gradient: &'a [f64],
}

/// An observer's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Go on.
    Continue,
    /// End here with the best point so far.
    Stop,
}

/// Someone who watches.
pub trait Observer {
    /// Called after each step.
    fn observe(&mut self, progress: &Progress<'_>) -> Verdict;
}

/// Nobody watches.
impl Observer for () {
    fn observe(&mut self, _progress: &Progress<'_>) -> Verdict {
        Verdict::Continue
    }
}

/// Somebody else's observer.
impl<O: Observer + ?Sized> Observer for &mut O {
    fn observe(&mut self, progress: &Progress<'_>) -> Verdict {
        (**self).observe(progress)
    }
}

/// Shows an observer one walk after another as one.
pub struct CountingOn<'a> {
    /// Who sees them all.
    pub inner: &'a mut dyn Observer,
    /// Steps of the walks before.
    pub steps: usize,
    /// Energy and gradient evaluations of the walks before.
    pub evaluations: usize,
}

impl std::fmt::Debug for CountingOn<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CountingOn")
            .field("steps", &self.steps)
            .field("evaluations", &self.evaluations)
            .finish_non_exhaustive()
    }
}

impl Observer for CountingOn<'_> {
    fn observe(&mut self, progress: &Progress<'_>) -> Verdict {
        self.inner.observe(&Progress {
            step: progress.step + self.steps,
            evaluations: progress.evaluations + self.evaluations,
            ..*progress
        })
    }
}

/// Two observers; either can end the run, both see every step.
impl<A: Observer, B: Observer> Observer for (A, B) {
    fn observe(&mut self, progress: &Progress<'_>) -> Verdict {
        let verdicts = [self.0.observe(progress), self.1.observe(progress)];
        if verdicts.contains(&Verdict::Stop) {
            Verdict::Stop
        } else {
            Verdict::Continue
        }
    }
}

/// Ends the run once the flag is raised (by a signal handler, or another thread).
#[derive(Clone, Copy, Debug)]
pub struct Interrupt<'a>(pub &'a AtomicBool);

impl Observer for Interrupt<'_> {
    fn observe(&mut self, _progress: &Progress<'_>) -> Verdict {
        if self.0.load(Ordering::Relaxed) {
            Verdict::Stop
        } else {
            Verdict::Continue
        }
    }
}

/// Calls a function with each step, where there is one.
#[derive(Debug)]
pub struct Each<F>(pub Option<F>);

impl<F: FnMut(&Progress<'_>)> Observer for Each<F> {
    fn observe(&mut self, progress: &Progress<'_>) -> Verdict {
        if let Some(see) = &mut self.0 {
            see(progress);
        }
        Verdict::Continue
    }
}
