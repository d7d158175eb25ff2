//! Second derivatives by central differences, as a list of gradients that can be made in any order, by several workers at once, in
//! several sittings.

use crate::linalg::SymmetricMatrix;
use crate::potential::{EvalError, Potential};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;

/// Makes a surface of its own for a worker.
pub type Open<'a> = dyn Fn() -> Result<Box<dyn Potential + 'a>, EvalError> + Sync + 'a;

/// The gradients of all displaced points, as far as they are known.
#[derive(Clone, Debug, PartialEq)]
pub struct Displacements {
    x: Vec<f64>,
    step: f64,
    /// Two for each coordinate: displaced up, then down.
    gradients: Vec<Option<Vec<f64>>>,
}

impl Displacements {
    /// None known yet, about `x` (Å), with displacements of `step` (Å).
    #[must_use]
    pub fn new(x: &[f64], step: f64) -> Self {
        Self {
            x: x.to_vec(),
            step,
            gradients: vec![None; 2 * x.len()],
        }
    }

    /// The undisplaced point, Å.
    #[must_use]
    pub fn x(&self) -> &[f64] {
        &self.x
    }

    /// The displacement of one coordinate, Å.
    #[must_use]
    pub fn step(&self) -> f64 {
        self.step
    }

    /// Number of displaced points: two a coordinate.
    #[must_use]
    pub fn len(&self) -> usize {
        self.gradients.len()
    }

    /// Whether there is nothing to displace.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.gradients.is_empty()
    }

    /// Number of gradients that are known.
    #[must_use]
    pub fn known(&self) -> usize {
        self.gradients().count()
    }

    /// The gradients that are known, kcal/mol/Å, with their indices.
    pub fn gradients(&self) -> impl Iterator<Item = (usize, &[f64])> {
        self.gradients
            .iter()
            .enumerate()
            .filter_map(|(index, gradient)| Some((index, gradient.as_deref()?)))
    }

    /// The displaced point of an index, Å.
    #[must_use]
    pub fn point(&self, index: usize) -> Vec<f64> {
        let mut point = self.x.clone();
        point[index / 2] += if index.is_multiple_of(2) { self.step } else { -self.step };
        point
    }

    /// Takes over a gradient (kcal/mol/Å). Whether it fits: the index exists, the length is right, all components are finite.
    pub fn set(&mut self, index: usize, gradient: Vec<f64>) -> bool {
        let fits = index < self.len() && gradient.len() == self.x.len() && gradient.iter().all(|g| g.is_finite());
        if fits {
            self.gradients[index] = Some(gradient);
        }
        fits
    }

    /// The Hessian (kcal/mol/Å²) once all gradients are known.
    #[must_use]
    pub fn hessian(&self) -> Option<SymmetricMatrix> {
        let n = self.x.len();
        let mut rows = Vec::with_capacity(n * n);
        for (coordinate, pair) in self.gradients.chunks_exact(2).enumerate() {
            let (above, below) = (pair[0].as_ref()?, pair[1].as_ref()?);
            // The difference that was made, not the one that was meant: they differ by round-off.
            let x = self.x[coordinate];
            let distance = (x + self.step) - (x - self.step);
            rows.extend(above.iter().zip(below).map(|(p, m)| (p - m) / distance));
        }
        Some(SymmetricMatrix::from_rows(n, rows))
    }

    /// Makes the gradients that are missing, with `workers` surfaces at once. `known` sees each one as it comes and may break off, and
    /// so may `stop` from outside; whether all are known afterwards is the answer. What a gradient is does not depend on the
    /// number of workers, only the order in which they come.
    ///
    /// # Errors
    /// The first failure of a surface. What was known before stays known.
    pub fn run(
        &mut self,
        open: &Open<'_>,
        workers: usize,
        stop: Option<&AtomicBool>,
        known: &mut dyn FnMut(usize, &[f64]) -> ControlFlow<()>,
    ) -> Result<bool, EvalError> {
        let missing: Vec<(usize, Vec<f64>)> = (0..self.len())
            .filter(|&index| self.gradients[index].is_none())
            .map(|index| (index, self.point(index)))
            .collect();
        let crew = Crew {
            next: AtomicUsize::new(0),
            over: AtomicBool::new(false),
            stop,
            missing: &missing,
            middle: &self.x.clone(),
        };
        let mut failure = None;
        std::thread::scope(|scope| {
            // Nobody works ahead of what is taken in, so that breaking off breaks off.
            let (sender, results) = mpsc::sync_channel(0);
            for _ in 0..workers.clamp(1, missing.len().max(1)) {
                let (sender, crew) = (sender.clone(), &crew);
                scope.spawn(move || crew.work(open, &sender));
            }
            drop(sender);
            for result in results {
                match result {
                    Ok((index, gradient)) => {
                        let flow = known(index, &gradient);
                        self.set(index, gradient);
                        if flow.is_break() {
                            crew.over.store(true, Ordering::Relaxed);
                        }
                    }
                    Err(error) => {
                        crew.over.store(true, Ordering::Relaxed);
                        failure.get_or_insert(error);
                    }
                }
            }
        });
        match failure {
            Some(error) => Err(error),
            None => Ok(self.known() == self.len()),
        }
    }
}

/// The workers' common list.
struct Crew<'a> {
    next: AtomicUsize,
    over: AtomicBool,
    stop: Option<&'a AtomicBool>,
    missing: &'a [(usize, Vec<f64>)],
    /// What all points are displaced from, Å.
    middle: &'a [f64],
}

type Answer = Result<(usize, Vec<f64>), EvalError>;

impl Crew<'_> {
    fn work(&self, open: &Open<'_>, results: &mpsc::SyncSender<Answer>) {
        // Nobody listens any more only after a panic of the listener.
        let send = |answer: Answer| results.send(answer).is_ok();
        if self.is_over() || self.missing.is_empty() {
            return;
        }
        // Who makes which points is chance, and is not to be seen in the gradients.
        let opened = open().and_then(|mut potential| potential.pin(self.middle).map(|()| potential));
        let mut potential = match opened {
            Ok(potential) => potential,
            Err(error) => {
                send(Err(error));
                return;
            }
        };
        while !self.is_over() {
            let Some((index, point)) = self.missing.get(self.next.fetch_add(1, Ordering::Relaxed)) else {
                return;
            };
            let mut gradient = vec![0.0; point.len()];
            let answer = potential.energy_gradient(point, &mut gradient);
            let failed = answer.is_err();
            if !send(answer.map(|_| (*index, gradient))) || failed {
                return;
            }
        }
    }

    fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed) || self.stop.is_some_and(|stop| stop.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hessian::numerical;
    use crate::potential::test_surfaces::LennardJones;

    fn open<'a>() -> Result<Box<dyn Potential + 'a>, EvalError> {
        Ok(Box::new(LennardJones { atoms: 13 }))
    }

    fn carry_on(_: usize, _: &[f64]) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    #[test]
    fn any_number_of_workers_gives_the_bits_of_the_plain_loop() {
        let x = LennardJones::icosahedron(1.1);
        let expected = numerical::hessian(&mut LennardJones { atoms: 13 }, &x, 1e-3).unwrap();
        for workers in [0, 1, 3, 200] {
            let mut all = Displacements::new(&x, 1e-3);
            assert_eq!(all.hessian(), None);
            assert_eq!(all.run(&open, workers, None, &mut carry_on), Ok(true));
            assert_eq!(all.hessian().unwrap(), expected, "{workers} workers");
        }
    }

    #[test]
    fn what_is_known_is_not_made_again() {
        let x = LennardJones::icosahedron(1.1);
        let mut all = Displacements::new(&x, 1e-3);
        let mut count = 0;
        let ended = all.run(&open, 2, None, &mut |_, _| {
            count += 1;
            if count < 10 {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        });
        assert_eq!(ended, Ok(false));
        let before = all.known();
        assert!((10..14).contains(&before), "{before}");
        let mut more = 0;
        let ended = all.run(&open, 2, None, &mut |_, _| {
            more += 1;
            ControlFlow::Continue(())
        });
        assert_eq!((ended, more), (Ok(true), 78 - before));
        let expected = numerical::hessian(&mut LennardJones { atoms: 13 }, &x, 1e-3).unwrap();
        assert_eq!(all.hessian().unwrap(), expected);
    }

    #[test]
    fn a_raised_flag_stops_before_anything_is_opened() {
        let mut all = Displacements::new(&LennardJones::icosahedron(1.1), 1e-3);
        let raised = AtomicBool::new(true);
        assert_eq!(all.run(&open, 2, Some(&raised), &mut carry_on), Ok(false));
        assert_eq!(all.known(), 0);
    }

    #[test]
    fn a_failing_surface_is_reported_and_gradients_that_do_not_fit_are_refused() {
        let mut all = Displacements::new(&[0.0; 6], 1e-3);
        // Both atoms on one point: no finite energy but where one is displaced.
        let two = || -> Result<Box<dyn Potential>, EvalError> { Ok(Box::new(LennardJones { atoms: 3 })) };
        assert!(all.run(&two, 2, None, &mut carry_on).is_err());
        assert!(!all.set(0, vec![1.0; 5]) && !all.set(12, vec![1.0; 6]) && !all.set(0, vec![f64::NAN; 6]));
        assert!(all.set(11, vec![1.0; 6]));
    }
}
