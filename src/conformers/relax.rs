//! Local minimization as searches need it: one surface a worker, many starts, results in the order of the starts. Each start gets a new
//! stepper: what one remembers of earlier walks would reach the last bits, and which worker makes which walk is chance.

use crate::optimize::{Criteria, Lbfgs, Limits, Observer, Progress, Stop, Verdict, minimize};
use crate::potential::{Bias, EvalError, Potential, Restrained};
use rayon::prelude::*;
use std::sync::atomic::{AtomicBool, Ordering};
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

/// Minimizes many starts on the threads of the present pool. The results are in the order of the starts; `None` where an interrupt
/// came before all were done. When the time is up, those that are not done are left out.
///
/// # Errors
/// Where the surface can't be opened.
pub fn relax_all(
    surface: &Surface<'_>,
    starts: &[Vec<f64>],
    halt: Halt<'_>,
) -> Result<Option<Vec<Attempt>>, EvalError> {
    each(surface, TIGHT, starts, halt, |relaxer, start| {
        relaxer.relax_in_time(start, halt, &mut ())
    })
}

/// The same with restraints, less tightly: they are starts for what comes after.
///
/// # Errors
/// Where the surface can't be opened.
pub fn relax_all_held(
    surface: &Surface<'_>,
    starts: &[Held],
    halt: Halt<'_>,
) -> Result<Option<Vec<Attempt>>, EvalError> {
    each(surface, LOOSE, starts, halt, |relaxer, start| {
        relaxer.relax_held(start, halt)
    })
}

fn each<T: Sync>(
    surface: &Surface<'_>,
    tightness: f64,
    starts: &[T],
    halt: Halt<'_>,
    relax: impl Fn(&mut Relaxer, &T) -> Option<Attempt> + Sync,
) -> Result<Option<Vec<Attempt>>, EvalError> {
    let attempts: Result<Vec<Option<Attempt>>, EvalError> = starts
        .par_iter()
        .with_max_len(8)
        .map_init(
            || Relaxer::open(surface, tightness),
            |relaxer, start| match relaxer {
                Ok(relaxer) => Ok(relax(relaxer, start)),
                Err(error) => Err(error.clone()),
            },
        )
        .collect();
    let attempts = attempts?;
    Ok((!halt.is_interrupted()).then(|| attempts.into_iter().flatten().collect()))
}
