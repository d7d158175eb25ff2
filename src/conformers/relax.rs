//! Local minimization as searches need it: one surface a worker, many starts, results in the order of the starts. Each start gets a new
//! stepper: what one remembers of earlier walks would reach the last bits, and which worker makes which walk is chance.

use crate::optimize::{Criteria, Lbfgs, Limits, Observer, Progress, Stop, Verdict, minimize};
use crate::potential::{Bias, EvalError, Potential, Restrained};
use rayon::prelude::*;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// What ends work early.
#[derive(Clone, Copy, Debug)]
pub struct Halt<'a> {
    /// Raised to end at once.
    pub interrupt: &'a AtomicBool,
    /// When the time is up.
    pub until: Option<Instant>,
}

impl Halt<'_> {
    /// Whether the interrupt came.
    #[must_use]
    pub fn is_interrupted(&self) -> bool {
        self.interrupt.load(Ordering::Relaxed)
    }

    /// Whether to end, for whatever reason.
    #[must_use]
    pub fn is_due(&self) -> bool {
        self.is_interrupted() || self.until.is_some_and(|until| Instant::now() >= until)
    }
}

impl Observer for Halt<'_> {
    fn observe(&mut self, _progress: &Progress<'_>) -> Verdict {
        if self.is_due() {
            Verdict::Stop
        } else {
            Verdict::Continue
        }
    }
}

/// Opens a molecule's surface. Each worker opens one of its own.
pub type Surface<'a> = dyn Fn() -> Result<Box<dyn Potential>, EvalError> + Sync + 'a;

/// Root mean square of the gradient (kcal/mol/Å) at which a candidate counts as minimized: its energy is then right to about
/// 10⁻⁵ kcal/mol even along soft torsions, far closer than two conformers are.
pub const TIGHT: f64 = 1e-4;

/// Root mean square of the gradient (kcal/mol/Å) of conformers that are given out.
pub const POLISHED: f64 = 1e-6;

/// Root mean square of the gradient (kcal/mol/Å) of what is held: good enough to go on from.
pub const LOOSE: f64 = 1e-2;

/// A candidate that is no nearer to a minimum after so many evaluations is given up.
const MOST_EVALUATIONS: usize = 5000;

/// Where a minimization ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Relaxed {
    /// Energy, kcal/mol.
    pub energy: f64,
    /// Coordinates, Å.
    pub x: Vec<f64>,
}

/// What became of a start.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// The minimum; `None` where the surface failed or the minimization did not converge.
    pub found: Option<Relaxed>,
    /// Energy and gradient evaluations.
    pub evaluations: u64,
}

/// A worker's surface.
pub struct Relaxer {
    potential: Box<dyn Potential>,
    criteria: Criteria,
}

impl std::fmt::Debug for Relaxer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Relaxer").finish_non_exhaustive()
    }
}

impl Relaxer {
    /// Opens the surface, to minimize to a root mean square gradient of `tightness` kcal/mol/Å.
    ///
    /// # Errors
    /// Where the surface can't be opened.
    pub fn open(surface: &Surface<'_>, tightness: f64) -> Result<Self, EvalError> {
        Ok(Self {
            potential: surface()?,
            criteria: Criteria::rms_gradient(tightness),
        })
    }

    /// The surface itself.
    pub fn potential(&mut self) -> &mut dyn Potential {
        &mut *self.potential
    }

    /// Walks down from a start (Å); `None` where it had to end before it came anywhere.
    pub fn relax_in_time(&mut self, start: &[f64], halt: Halt<'_>, observer: &mut dyn Observer) -> Option<Attempt> {
        if halt.is_due() {
            return None;
        }
        let attempt = self.relax(start, &mut (halt, observer));
        (attempt.found.is_some() || !halt.is_due()).then_some(attempt)
    }

    /// Walks down from a start (Å).
    pub fn relax(&mut self, start: &[f64], observer: &mut dyn Observer) -> Attempt {
        descend(&mut *self.potential, start, &self.criteria, observer)
    }

    /// Walks down from a start (Å) with restraints on the surface. The energy is that of the surface alone.
    pub fn relax_held(&mut self, held: &Held, halt: Halt<'_>) -> Option<Attempt> {
        if halt.is_due() {
            return None;
        }
        let mut surface = Restrained::new(&mut *self.potential, held.bias.clone());
        let mut attempt = descend(&mut surface, &held.x, &self.criteria, &mut { halt });
        if let Some(found) = &mut attempt.found {
            found.energy -= held.bias.add_energy_gradient(&found.x, &mut vec![0.0; found.x.len()]);
        }
        (attempt.found.is_some() || !halt.is_due()).then_some(attempt)
    }
}

/// A start that is minimized with restraints.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// Coordinates, Å.
    pub x: Vec<f64>,
    /// The restraints.
    pub bias: Bias,
}

fn descend(potential: &mut dyn Potential, start: &[f64], criteria: &Criteria, observer: &mut dyn Observer) -> Attempt {
    let limits = Limits {
        evaluations: Some(MOST_EVALUATIONS),
        ..Limits::default()
    };
    match minimize(potential, start, &mut Lbfgs::default(), criteria, &limits, observer) {
        Ok(minimum) => Attempt {
            // What did not converge is no minimum to be told from others.
            found: (minimum.stop == Stop::Converged).then_some(Relaxed {
                energy: minimum.point.energy,
                x: minimum.point.x,
            }),
            evaluations: minimum.evaluations as u64,
        },
        Err(_) => Attempt {
            found: None,
            evaluations: 1,
        },
    }
}

/// What workers need one of each, to be opened where none is idle: never more than there are threads. So work can be dealt out start by
/// start, which keeps threads from waiting for each other at its end, and nothing is opened for each start.
pub struct Stock<'a, T> {
    open: &'a (dyn Fn() -> Result<T, EvalError> + Sync),
    idle: Mutex<Vec<T>>,
}

impl<T> std::fmt::Debug for Stock<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stock").finish_non_exhaustive()
    }
}

impl<'a, T> Stock<'a, T> {
    /// An empty stock.
    pub fn new(open: &'a (dyn Fn() -> Result<T, EvalError> + Sync)) -> Self {
        Self {
            open,
            idle: Mutex::new(Vec::new()),
        }
    }

    /// Lends one for a piece of work.
    ///
    /// # Errors
    /// Where it can't be opened.
    pub fn lend<R>(&self, work: impl FnOnce(&mut T) -> R) -> Result<R, EvalError> {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let known = idle().pop();
        let mut lent = known.map_or_else(self.open, Ok)?;
        let done = work(&mut lent);
        idle().push(lent);
        Ok(done)
    }
}

/// What is thought of an attempt, by whoever asked for it.
pub type Judge<'a, J> = dyn Fn(&Attempt) -> J + Sync + 'a;

/// Minimizes many starts on the threads of the present pool, and judges what became of each. The results are in the order of the starts;
/// `None` where an interrupt came before all were done. When the time is up, those that are not done are left out.
///
/// # Errors
/// Where the surface can't be opened.
pub fn relax_all<J: Send>(
    surface: &Surface<'_>,
    starts: &[Vec<f64>],
    halt: Halt<'_>,
    judge: &Judge<'_, J>,
) -> Result<Option<Vec<(Attempt, J)>>, EvalError> {
    let relax = |relaxer: &mut Relaxer, start: &Vec<f64>| relaxer.relax_in_time(start, halt, &mut ());
    each(surface, TIGHT, starts, halt, relax, judge)
}

/// The same with restraints, less tightly: they are starts for what comes after.
///
/// # Errors
/// Where the surface can't be opened.
pub fn relax_all_held<J: Send>(
    surface: &Surface<'_>,
    starts: &[Held],
    halt: Halt<'_>,
    judge: &Judge<'_, J>,
) -> Result<Option<Vec<(Attempt, J)>>, EvalError> {
    let relax = |relaxer: &mut Relaxer, start: &Held| relaxer.relax_held(start, halt);
    each(surface, LOOSE, starts, halt, relax, judge)
}

fn each<T: Sync, J: Send>(
    surface: &Surface<'_>,
    tightness: f64,
    starts: &[T],
    halt: Halt<'_>,
    relax: impl Fn(&mut Relaxer, &T) -> Option<Attempt> + Sync,
    judge: &Judge<'_, J>,
) -> Result<Option<Vec<(Attempt, J)>>, EvalError> {
    let open = || Relaxer::open(surface, tightness);
    let stock = Stock::new(&open);
    let judged = |attempt: Attempt| {
        let judgement = judge(&attempt);
        (attempt, judgement)
    };
    let attempts: Result<Vec<Option<(Attempt, J)>>, EvalError> = starts
        .par_iter()
        .with_max_len(1)
        .map(|start| {
            let attempt = stock.lend(|relaxer| relax(relaxer, start))?;
            Ok(attempt.map(judged))
        })
        .collect();
    let attempts = attempts?;
    Ok((!halt.is_interrupted()).then(|| attempts.into_iter().flatten().collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::potential::test_surfaces::MuellerBrown;
    use std::sync::atomic::AtomicUsize;

    #[test]
    fn no_more_surfaces_are_opened_than_there_are_threads() {
        let opened = AtomicUsize::new(0);
        let surface = || -> Result<Box<dyn Potential>, EvalError> {
            opened.fetch_add(1, Ordering::Relaxed);
            Ok(Box::new(MuellerBrown))
        };
        let never = AtomicBool::new(false);
        let halt = Halt {
            interrupt: &never,
            until: None,
        };
        let starts: Vec<Vec<f64>> = (0..200).map(|k| vec![-0.5 + 0.001 * f64::from(k), 1.4]).collect();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
        let found = pool.install(|| relax_all(&surface, &starts, halt, &|attempt| attempt.evaluations));
        let judged = found.unwrap().unwrap();
        assert_eq!(judged.len(), starts.len());
        assert!(judged.iter().all(|(attempt, _)| attempt.found.is_some()));
        assert!(
            judged
                .iter()
                .all(|(attempt, judgement)| attempt.evaluations == *judgement)
        );
        assert!((1..=3).contains(&opened.load(Ordering::Relaxed)), "{opened:?}");
    }
}
