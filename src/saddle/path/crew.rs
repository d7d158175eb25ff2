//! Several instances of one surface, which evaluate the points of a path at the same time.

use crate::optimize::Point;
use crate::potential::{EvalError, Potential};

/// Something that evaluates many points of one surface.
pub trait Crew {
    /// Number of coordinates.
    fn len(&self) -> usize;

    /// Whether there are no coordinates.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Energy and gradient at each of these points (Å), in their order, or why there is none.
    fn evaluate(&mut self, points: &[Vec<f64>]) -> Vec<Result<Point, EvalError>>;

    /// Second derivatives (kcal/mol/Å², row-major) at a point, where the surface has them.
    fn hessian(&mut self, x: &[f64]) -> Option<Result<Vec<f64>, EvalError>>;

    /// Energy and gradient evaluations so far.
    fn evaluations(&self) -> usize;

    /// Analytic Hessians so far.
    fn hessian_evaluations(&self) -> usize;
}

/// Surfaces that were opened, all alike.
pub struct Opened {
    surfaces: Vec<Box<dyn Potential>>,
    evaluations: usize,
    hessian_evaluations: usize,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opened")
            .field("surfaces", &self.surfaces.len())
            .field("evaluations", &self.evaluations)
            .finish_non_exhaustive()
    }
}

impl Opened {
    /// A crew of at least one surface; the first one and `more` that are like it.
    #[must_use]
    pub fn new(first: Box<dyn Potential>, more: Vec<Box<dyn Potential>>) -> Self {
        let mut surfaces = vec![first];
        surfaces.extend(more);
        Self {
            surfaces,
            evaluations: 0,
            hessian_evaluations: 0,
        }
    }
}

impl Crew for Opened {
    fn len(&self) -> usize {
        self.surfaces[0].len()
    }

    fn evaluate(&mut self, points: &[Vec<f64>]) -> Vec<Result<Point, EvalError>> {
        self.evaluations += points.len();
        let count = self.surfaces.len().min(points.len());
        if count < 2 {
            let surface = &mut *self.surfaces[0];
            return points.iter().map(|x| Point::at(surface, x)).collect();
        }
        // Each surface takes every so-manieth point: who does which does not depend on how long anything takes.
        let shares: Vec<Vec<Result<Point, EvalError>>> = std::thread::scope(|scope| {
            let crew = self.surfaces.iter_mut().take(count).enumerate();
            let threads: Vec<_> = crew
                .map(|(k, surface)| {
                    let own = points.iter().skip(k).step_by(count);
                    scope.spawn(move || own.map(|x| Point::at(&mut **surface, x)).collect())
                })
                .collect();
            let ends = threads.into_iter().map(std::thread::ScopedJoinHandle::join);
            ends.map(|end| end.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                .collect()
        });
        let mut shares: Vec<_> = shares.into_iter().map(Vec::into_iter).collect();
        (0..points.len()).filter_map(|k| shares[k % count].next()).collect()
    }

    fn hessian(&mut self, x: &[f64]) -> Option<Result<Vec<f64>, EvalError>> {
        let found = self.surfaces[0].hessian(x);
        self.hessian_evaluations += usize::from(found.is_some());
        found
    }

    fn evaluations(&self) -> usize {
        self.evaluations
    }

    fn hessian_evaluations(&self) -> usize {
        self.hessian_evaluations
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::potential::test_surfaces::MuellerBrown;

    #[test]
    fn many_hands_give_what_one_gives_in_the_same_order() {
        let points: Vec<Vec<f64>> = (0..7).map(|k| vec![0.1 * f64::from(k), 0.5]).collect();
        let alone = Opened::new(Box::new(MuellerBrown), Vec::new()).evaluate(&points);
        let others: Vec<Box<dyn Potential>> = vec![Box::new(MuellerBrown), Box::new(MuellerBrown)];
        let mut crew = Opened::new(Box::new(MuellerBrown), others);
        assert!(alone.iter().all(Result::is_ok));
        assert_eq!(crew.evaluate(&points), alone);
        assert_eq!(crew.evaluations(), 7);
        let broken = [vec![0.0, 0.5], vec![0.0], vec![f64::NAN; 2], vec![0.1, 0.2]];
        let found = crew.evaluate(&broken);
        assert_eq!(found[1], Err(EvalError::WrongLength { found: 1, expected: 2 }));
        assert!(found[0].is_ok() && found[2].is_err() && found[3].is_ok());
    }
}
