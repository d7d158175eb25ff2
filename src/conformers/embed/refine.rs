//! The stages of refinement: four dimensions, the fourth squeezed, three dimensions with preferences.

use super::checks::Refusal;
use super::coordinates::DIMENSIONS;
use super::penalty::{Penalty, Terms, Weights, volume};
use crate::optimize::{Criteria, Lbfgs, LbfgsSettings, Limits, minimize};

/// In four dimensions, where centres may turn over and atoms pass each other.
pub(super) const FREE: Weights = Weights {
    dimensions: DIMENSIONS,
    pairs: 10.0,
    chiral: 2.0,
    flat: 0.3,
    fourth: 0.5,
    close: [0.0; 3],
    torsions: false,
};
/// The fourth dimension squeezed out.
const SQUEEZED: Weights = Weights {
    chiral: 1.0,
    fourth: 10.0,
    ..FREE
};
/// In three dimensions, with springs as stiff as those of soft bonds.
pub(super) const FINAL: Weights = Weights {
    dimensions: 3,
    pairs: 20.0,
    chiral: 1.0,
    flat: 4.0,
    fourth: 0.0,
    close: [200.0, 60.0, 20.0],
    torsions: true,
};
/// Penalty for each atom (kcal/mol, with the weights of the squeezed stage) beyond which a start is given up.
const MOST_PENALTY: f64 = 1.0;
/// Root mean square of the gradient at the end of each stage, kcal/mol/Å.
const ENOUGH: [f64; 3] = [0.3, 0.3, 0.5];
/// Most steps of each stage.
const STEPS: [usize; 3] = [300, 200, 200];

/// The refinement of one geometry.
pub(super) struct Stages<'a> {
    terms: &'a Terms,
}

impl<'a> Stages<'a> {
    pub fn new(terms: &'a Terms) -> Self {
        Self { terms }
    }

    /// Refines points of four dimensions until the fourth is gone.
    pub fn in_four_dimensions(&self, mut x: Vec<f64>) -> Result<Vec<f64>, Refusal> {
        self.choose_hand(&mut x);
        let (x, _) = self.minimize(&x, FREE, 0)?;
        let (x, penalty) = self.minimize(&x, SQUEEZED, 1)?;
        if penalty > MOST_PENALTY * self.terms.n as f64 {
            return Err(Refusal::Strained);
        }
        Ok(x)
    }

    /// Leaves the fourth dimension out and refines what remains.
    pub fn in_three_dimensions(&self, x: &[f64]) -> Result<Vec<f64>, Refusal> {
        let flat: Vec<f64> = x.chunks_exact(DIMENSIONS).flat_map(|p| [p[0], p[1], p[2]]).collect();
        self.once_more(&flat)
    }

    /// Refines a geometry of three dimensions.
    pub fn once_more(&self, x: &[f64]) -> Result<Vec<f64>, Refusal> {
        Ok(self.minimize(x, FINAL, 2)?.0)
    }

    /// Distances don't tell a molecule from its mirror image: of the two, the one with more centres right.
    fn choose_hand(&self, x: &mut [f64]) {
        let right = |v: &&super::volumes::Volume| (volume(x, DIMENSIONS, v.atoms) > 0.0) == (v.lower > 0.0);
        if 2 * self.terms.chiral.iter().filter(right).count() < self.terms.chiral.len() {
            for point in x.chunks_exact_mut(DIMENSIONS) {
                point[2] = -point[2];
            }
        }
    }

    fn minimize(&self, x: &[f64], weights: Weights, stage: usize) -> Result<(Vec<f64>, f64), Refusal> {
        let mut stepper = Lbfgs::new(LbfgsSettings {
            memory: 8,
            first_curvature: 50.0,
            max_step: 1.0,
            ..LbfgsSettings::default()
        });
        let limits = Limits {
            steps: Some(STEPS[stage]),
            ..Limits::default()
        };
        let mut surface = Penalty::new(self.terms, weights);
        let criteria = Criteria::rms_gradient(ENOUGH[stage]);
        let found = minimize(&mut surface, x, &mut stepper, &criteria, &limits, &mut ());
        let point = found.map_err(|_| Refusal::Strained)?.point;
        Ok((point.x, point.energy))
    }
}
