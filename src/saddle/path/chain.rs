//! A chain of structures between two fixed ends that sinks across itself to the lowest pass: nudged elastic bands with a climbing
//! image (G. Henkelman, B. P. Uberuaga, H. Jónsson, J. Chem. Phys. 2000, 113, 9901).
//!
//! In place of springs, whose force has to be balanced against the surface's, the images are set evenly along a spline
//! after each step (W. E, W. Ren, E. Vanden-Eijnden, J. Chem. Phys. 2007, 126, 164103), the highest one where the energy along
//! the chain, known by values and slopes, has its maximum. Each has a quadratic model of its own, as in P. M. Zimmerman, J. Chem.
//! Theory Comput. 2013, 9, 3043: a few gradients an image are enough.

use super::crew::Crew;
use super::image::Image;
use super::spline::{Spline, highest_between};
use crate::linalg::SymmetricMatrix;
use crate::linalg::vector::{dot, norm, rms};
use crate::optimize::{Observer, Point, Progress, Verdict};
use crate::potential::EvalError;

/// How long a chain is pursued.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChainSettings {
    /// Root mean square (kcal/mol/Å) of the highest image's gradient at which the chain has converged.
    pub highest: f64,
    /// The same of the gradient across the chain, for all other images; infinite where only the pass is wanted.
    pub others: f64,
    /// The highest image begins to climb when its gradient across the chain is below this.
    pub climb: f64,
    /// Most iterations.
    pub iterations: usize,
    /// On a surface of atoms in space, which knows no place and no orientation.
    pub free: bool,
}

impl Default for ChainSettings {
    /// A whole path, to a twentieth of what a loose minimization asks for.
    fn default() -> Self {
        Self {
            highest: 1.0,
            others: 2.0,
            climb: 10.0,
            iterations: 200,
            free: true,
        }
    }
}

impl ChainSettings {
    /// What is enough to start a search for the saddle from.
    #[must_use]
    pub fn for_saddle() -> Self {
        Self {
            highest: 5.0,
            others: f64::INFINITY,
            climb: 15.0,
            iterations: 12,
            free: true,
        }
    }
}

/// Why a chain was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChainStop {
    /// The settings' conditions hold.
    Converged,
    /// The number of iterations.
    IterationLimit,
    /// The observer's wish.
    Interrupted,
    /// No image is higher than the ends: there is no pass.
    NoPass,
}

impl ChainStop {
    /// The name in output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Converged => "converged",
            Self::IterationLimit => "step_limit",
            Self::Interrupted => "interrupted",
            Self::NoPass => "no_pass",
        }
    }
}

/// A guess of the second derivatives (kcal/mol/Å²) at a point.
pub type Guess<'a> = dyn FnMut(&[f64]) -> SymmetricMatrix + 'a;

/// Structures from one end to the other.
#[derive(Clone, Debug)]
pub struct Chain {
    images: Vec<Image>,
    /// Iterations so far.
    iterations: usize,
    climbing: bool,
}

/// So many iterations in which no image is above the ends are the end.
const PATIENCE: usize = 6;

/// Farthest (Å, over all coordinates) that the highest image climbs in a step.
const LONGEST_CLIMB: f64 = 0.15;

/// An image whose even place is nearer than this fraction of the distance to the next one stays where it is.
const NEAR_PLACE: f64 = 0.05;

impl Chain {
    /// A chain through these structures (Å), two ends and at least one between them, which are evaluated here.
    ///
    /// # Errors
    /// Where the surface has no energy at one of them.
    pub fn new(
        crew: &mut dyn Crew,
        guess: &mut Guess<'_>,
        frames: &[Vec<f64>],
        settings: &ChainSettings,
    ) -> Result<Self, EvalError> {
        let mut chain = Self {
            images: Vec::with_capacity(frames.len()),
            iterations: 0,
            climbing: false,
        };
        for point in crew.evaluate(frames) {
            let image = chain.image(crew, guess, point?, settings.free)?;
            chain.images.push(image);
        }
        Ok(chain)
    }

    /// An image with second derivatives: the surface's own where it has them, else guessed.
    fn image(&self, crew: &mut dyn Crew, guess: &mut Guess<'_>, point: Point, free: bool) -> Result<Image, EvalError> {
        let hessian = match crew.hessian(&point.x) {
            Some(own) => SymmetricMatrix::from_rows(point.x.len(), own?),
            None => guess(&point.x),
        };
        Ok(Image::new(point, hessian, free))
    }

    /// Puts images in behind the `k`-th.
    pub(super) fn insert(
        &mut self,
        crew: &mut dyn Crew,
        guess: &mut Guess<'_>,
        k: usize,
        frames: &[Vec<f64>],
        free: bool,
    ) -> Result<(), EvalError> {
        let points: Vec<Point> = crew.evaluate(frames).into_iter().collect::<Result<_, _>>()?;
        for (offset, point) in points.into_iter().enumerate() {
            let image = self.image(crew, guess, point, free)?;
            self.images.insert(k + 1 + offset, image);
        }
        Ok(())
    }

    /// The images, ends included.
    #[must_use]
    pub fn images(&self) -> &[Image] {
        &self.images
    }

    /// Structures and energies, ends included.
    #[must_use]
    pub fn points(&self) -> Vec<Point> {
        self.images.iter().map(|image| image.point.clone()).collect()
    }

    /// Iterations so far.
    #[must_use]
    pub fn iterations(&self) -> usize {
        self.iterations
    }

    /// The number of the highest image between the ends.
    #[must_use]
    pub fn highest(&self) -> usize {
        let energy = |k: usize| self.images[k].point.energy;
        (1..self.images.len() - 1).fold(1, |best, k| if energy(k) > energy(best) { k } else { best })
    }

    /// The direction of the chain at an image between the ends, of length 1, without rigid motions: halfway between those of the legs on
    /// either side. Images that are held apart by their places on a curve need no tangents towards the higher neighbour, which make
    /// steep chains of few images zigzag.
    #[must_use]
    pub fn tangent(&self, k: usize) -> Vec<f64> {
        let [before, here, after] = [k - 1, k, k + 1].map(|k| &self.images[k].point);
        let leg = |a: &Point, b: &Point| {
            let mut out: Vec<f64> = b.x.iter().zip(&a.x).map(|(p, q)| p - q).collect();
            let length = norm(&out).max(1e-12);
            out.iter_mut().for_each(|c| *c /= length);
            out
        };
        let (backward, forward) = (leg(before, here), leg(here, after));
        let both: Vec<f64> = forward.iter().zip(&backward).map(|(f, b)| f + b).collect();
        self.images[k].direction(&both)
    }

    /// Moves the images until the settings' conditions hold. The observer sees the highest image after each iteration.
    ///
    /// # Errors
    /// Where the surface fails other than by having no energy at some point.
    pub fn relax(
        &mut self,
        crew: &mut dyn Crew,
        settings: &ChainSettings,
        observer: &mut dyn Observer,
    ) -> Result<ChainStop, EvalError> {
        let mut flat = 0;
        for _ in 0..settings.iterations {
            let highest = self.highest();
            if self.converged(highest, settings) {
                return Ok(ChainStop::Converged);
            }
            let point = &self.images[highest].point;
            let verdict = observer.observe(&Progress {
                step: self.iterations,
                evaluations: crew.evaluations(),
                x: &point.x,
                energy: point.energy,
                gradient: &point.gradient,
            });
            if verdict == Verdict::Stop {
                return Ok(ChainStop::Interrupted);
            }
            let ends = [&self.images[0], &self.images[self.images.len() - 1]];
            let is_flat = ends.iter().any(|end| end.point.energy >= point.energy);
            flat = if is_flat { flat + 1 } else { 0 };
            if flat > PATIENCE {
                return Ok(ChainStop::NoPass);
            }
            let across = rms(&self.images[highest].across(&self.tangent(highest)));
            self.climbing |= across < settings.climb && !is_flat;
            self.step(crew, self.climbing.then_some(highest))?;
            self.iterations += 1;
        }
        let converged = self.converged(self.highest(), settings);
        Ok(if converged {
            ChainStop::Converged
        } else {
            ChainStop::IterationLimit
        })
    }

    fn converged(&self, highest: usize, settings: &ChainSettings) -> bool {
        let other = |k: usize| k == highest || rms(&self.images[k].across(&self.tangent(k))) < settings.others;
        self.climbing
            && rms(&self.images[highest].point.gradient) < settings.highest
            && (!settings.others.is_finite() || (1..self.images.len() - 1).all(other))
    }

    /// One step of all images between the ends, the highest one climbing where its number is given.
    fn step(&mut self, crew: &mut dyn Crew, climbing: Option<usize>) -> Result<(), EvalError> {
        let last = self.images.len() - 1;
        let mut frames: Vec<Vec<f64>> = vec![self.images[0].point.x.clone()];
        frames.extend((1..last).map(|k| self.target(k)));
        frames.push(self.images[last].point.x.clone());
        let spline = Spline::new(frames);
        let knots = spline.knots().to_vec();
        let peak = climbing.map(|k| (k, self.peak(k).clamp(-LONGEST_CLIMB, LONGEST_CLIMB)));
        let targets: Vec<Vec<f64>> = (1..last)
            .map(|k| {
                let place = match peak {
                    Some((top, climb)) if k == top => knots[top] + climb,
                    Some((top, climb)) if k < top => (knots[top] + climb) * k as f64 / top as f64,
                    Some((top, climb)) => {
                        let top_place = knots[top] + climb;
                        top_place + (knots[last] - top_place) * (k - top) as f64 / (last - top) as f64
                    }
                    None => knots[last] * k as f64 / last as f64,
                };
                let spacing = knots[last] / last as f64;
                let is_near = (place - knots[k]).abs() < NEAR_PLACE * spacing && peak.is_none_or(|(top, _)| top != k);
                spline.at(if is_near { knots[k] } else { place })
            })
            .collect();
        self.visit(crew, &(1..last).collect::<Vec<_>>(), &targets)
    }

    /// One step of some images across the chain, each for itself.
    pub(super) fn settle(&mut self, crew: &mut dyn Crew, moving: &[usize]) -> Result<(), EvalError> {
        let targets: Vec<Vec<f64>> = moving.iter().map(|&k| self.target(k)).collect();
        self.visit(crew, moving, &targets)
    }

    /// Where an image's step across the chain leads.
    fn target(&self, k: usize) -> Vec<f64> {
        let image = &self.images[k];
        let step = image.step(&self.tangent(k));
        image.point.x.iter().zip(&step).map(|(x, s)| x + s).collect()
    }

    fn visit(&mut self, crew: &mut dyn Crew, moving: &[usize], targets: &[Vec<f64>]) -> Result<(), EvalError> {
        for (&k, found) in moving.iter().zip(crew.evaluate(targets)) {
            match found {
                Ok(point) => self.images[k].move_to(point),
                Err(error) if error.is_local() => self.images[k].stay(),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// How far (Å) ahead of the highest image the energy along the chain has its maximum.
    fn peak(&self, highest: usize) -> f64 {
        let knots = Spline::new(self.images.iter().map(|image| image.point.x.clone()).collect());
        let knots = knots.knots();
        let along = |k: usize| match k {
            0 => 0.0,
            _ if k + 1 == self.images.len() => 0.0,
            _ => dot(&self.images[k].point.gradient, &self.tangent(k)),
        };
        let leg = |k: usize| {
            let values = [k, k + 1].map(|k| self.images[k].point.energy);
            let (place, height) = highest_between(values, [along(k), along(k + 1)], knots[k + 1] - knots[k]);
            (knots[k] + place, height)
        };
        let (before, after) = (leg(highest - 1), leg(highest));
        let (place, _) = if after.1 > before.1 { after } else { before };
        place - knots[highest]
    }
}

#[cfg(test)]
mod tests {
    use super::super::crew::Opened;
    use super::super::interpolate::evenly;
    use super::*;
    use crate::potential::test_surfaces::MuellerBrown;

    fn crew() -> Opened {
        Opened::new(Box::new(MuellerBrown), Vec::new())
    }

    fn settings() -> ChainSettings {
        ChainSettings {
            highest: 1e-3,
            others: 1e-2,
            climb: 20.0,
            iterations: 300,
            free: false,
        }
    }

    /// Saddles of Müller and Brown's surface, as published in 1979, table 1: (−0.822, 0.624) and (0.212, 0.293).
    const SADDLE: ([f64; 2], f64) = ([-0.822, 0.624], -40.665);

    #[test]
    fn the_highest_image_climbs_to_mueller_and_browns_saddle_and_the_rest_lies_in_the_valley() {
        let minima = MuellerBrown::MINIMA;
        let ends = [minima[0].0.to_vec(), minima[2].0.to_vec()];
        let mut crew = crew();
        let mut guess = |_: &[f64]| SymmetricMatrix::scaled_identity(2, 1000.0);
        let mut chain = Chain::new(&mut crew, &mut guess, &evenly(&ends, 11), &settings()).unwrap();
        let before = chain.images()[chain.highest()].point.clone();
        assert!(before.energy > SADDLE.1 + 5.0, "{}", before.energy);
        let stop = chain.relax(&mut crew, &settings(), &mut ()).unwrap();
        assert_eq!(stop, ChainStop::Converged);
        let found = &chain.images()[chain.highest()].point;
        assert!(
            (found.x[0] - SADDLE.0[0]).abs() < 1e-3 && (found.x[1] - SADDLE.0[1]).abs() < 1e-3,
            "{found:?}"
        );
        assert!((found.energy - SADDLE.1).abs() < 2e-3);
        for k in 1..10 {
            let image = &chain.images()[k];
            assert!(rms(&image.across(&chain.tangent(k))) < 1e-2);
        }
    }

    #[test]
    fn on_a_slope_there_is_no_pass() {
        // Down from the saddle to the minimum.
        let ends = [vec![-0.80, 0.66], MuellerBrown::MINIMA[0].0.to_vec()];
        let mut crew = crew();
        let mut guess = |_: &[f64]| SymmetricMatrix::scaled_identity(2, 1000.0);
        let mut chain = Chain::new(&mut crew, &mut guess, &evenly(&ends, 7), &settings()).unwrap();
        assert_eq!(chain.relax(&mut crew, &settings(), &mut ()).unwrap(), ChainStop::NoPass);
    }

    #[test]
    fn the_observer_is_obeyed() {
        struct Never;
        impl Observer for Never {
            fn observe(&mut self, _: &Progress<'_>) -> Verdict {
                Verdict::Stop
            }
        }
        let ends = [MuellerBrown::MINIMA[0].0.to_vec(), MuellerBrown::MINIMA[2].0.to_vec()];
        let mut crew = crew();
        let mut guess = |_: &[f64]| SymmetricMatrix::scaled_identity(2, 1000.0);
        let mut chain = Chain::new(&mut crew, &mut guess, &evenly(&ends, 5), &settings()).unwrap();
        assert_eq!(
            chain.relax(&mut crew, &settings(), &mut Never).unwrap(),
            ChainStop::Interrupted
        );
        assert_eq!(crew.evaluations(), 5);
    }
}
