//! Quenching: down from anywhere to a minimum of a cluster in one piece, loosely on the way and tightly at the end.

use super::lattice::{Lattice, Place, square_distance};
use super::law::PairLaw;
use super::surface::Surface;
use crate::optimize::{
    Criteria, Lbfgs, LbfgsSettings, Limits, OptimizeError, ProofSettings, Task, minimize, minimize_proven,
};

/// Root mean square of the gradient (ε per length) at which a compressed structure is let go.
const COMPRESSED: f64 = 0.1;

/// The same at which a minimum can be told from others: curvatures are 10 ε per square of the length and more, so that the energy is
/// right to 1e-5 ε.
const LOOSE: f64 = 1e-3;

/// The same for what is reported.
pub(super) const TIGHT: f64 = 1e-9;

/// Most evaluations of one minimization.
const LONGEST: usize = 5000;

/// Atoms within this many bond lengths hold together.
const BONDED: f64 = 1.4;

/// Times that evaporated atoms are put back before the pieces are taken as they are.
const RETURNS: usize = 3;

/// A structure of a cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct Structure {
    /// Coordinates, in the law's length: `[x0 y0 z0 x1 …]`.
    pub x: Vec<f64>,
    /// Energy, ε.
    pub energy: f64,
}

impl Structure {
    pub(super) fn atoms(&self) -> Vec<Place> {
        self.x.as_chunks().0.to_vec()
    }
}

/// Surface, stepper and counts of one walker.
#[derive(Debug)]
pub(super) struct Quencher<P> {
    surface: Surface<P>,
    stepper: Lbfgs,
    /// Minimizations so far; one under compression counts like any other.
    pub minimizations: usize,
    /// Energy and gradient evaluations so far.
    pub evaluations: usize,
}

impl<P: PairLaw> Quencher<P> {
    pub fn new(law: P, atoms: usize) -> Self {
        let settings = LbfgsSettings {
            memory: 6,
            first_curvature: law.stiffness(),
            max_step: 0.4,
            precondition: false,
            ..LbfgsSettings::default()
        };
        Self {
            surface: Surface::new(law, atoms),
            stepper: Lbfgs::new(settings),
            minimizations: 0,
            evaluations: 0,
        }
    }

    /// Number of atoms.
    pub fn atoms(&self) -> usize {
        self.surface.atoms()
    }

    /// The minimum below, to a loose gradient; first under a compressing field of this strength (ε per square of the length), unless it
    /// is zero.
    pub fn quench(&mut self, x: &[f64], compression: f64) -> Result<Structure, OptimizeError> {
        let mut found = if compression > 0.0 {
            self.surface.compress(compression);
            let squeezed = self.descend(x, COMPRESSED);
            self.surface.compress(0.0);
            self.descend(&squeezed?.x, LOOSE)?
        } else {
            self.descend(x, LOOSE)?
        };
        for _ in 0..RETURNS {
            let Some(whole) = put_back(self.surface.law(), &found.atoms()) else {
                break;
            };
            found = self.descend(whole.as_flattened(), LOOSE)?;
        }
        Ok(found)
    }

    fn descend(&mut self, x: &[f64], gradient: f64) -> Result<Structure, OptimizeError> {
        let limits = Limits {
            evaluations: Some(LONGEST),
            ..Limits::default()
        };
        let criteria = Criteria::rms_gradient(gradient);
        let found = minimize(&mut self.surface, x, &mut self.stepper, &criteria, &limits, &mut ())?;
        self.minimizations += 1;
        self.evaluations += found.evaluations;
        Ok(Structure {
            x: found.point.x,
            energy: found.point.energy,
        })
    }

    /// The minimum below, to a tight gradient, and whether it is proven to be one. The proof's evaluations are counted, too.
    pub fn prove(&mut self, x: &[f64]) -> Result<(Structure, bool), OptimizeError> {
        let task = Task {
            stepper: &mut self.stepper,
            criteria: &Criteria::rms_gradient(TIGHT),
            limits: &Limits {
                evaluations: Some(LONGEST),
                ..Limits::default()
            },
            observer: &mut (),
            approximate: None,
        };
        let settings = ProofSettings::molecule(vec![1.0; self.surface.atoms()]);
        let found = minimize_proven(&mut self.surface, x, task, &settings)?;
        self.minimizations += 1 + found.saddles_left;
        self.evaluations += found.minimum.evaluations + found.verification_evaluations;
        let structure = Structure {
            x: found.minimum.point.x,
            energy: found.minimum.point.energy,
        };
        Ok((structure, found.proven))
    }
}

/// Where atoms have left the largest piece: the same with them at the best vacant sites of that piece.
fn put_back(law: impl PairLaw, atoms: &[Place]) -> Option<Vec<Place>> {
    let piece = largest_piece(law, atoms);
    let missing = atoms.len() - piece.len();
    if missing == 0 {
        return None;
    }
    let mut lattice = Lattice::new(law, piece);
    for _ in 0..missing {
        // A piece of one or two atoms has no sites: nothing is gained by a return.
        let best = lattice.sites.iter().min_by(|a, b| a.energy.total_cmp(&b.energy))?.place;
        lattice.add(best);
    }
    Some(lattice.atoms)
}

fn largest_piece(law: impl PairLaw, atoms: &[Place]) -> Vec<Place> {
    let bonded = (BONDED * law.bond()).powi(2);
    let mut left = atoms.to_vec();
    let mut largest: Vec<Place> = Vec::new();
    while let Some(first) = left.pop() {
        let mut piece = vec![first];
        let mut next = 0;
        while next < piece.len() {
            let from = piece[next];
            let (near, far) = left.into_iter().partition(|a| square_distance(a, &from) < bonded);
            let near: Vec<Place> = near;
            piece.extend(near);
            left = far;
            next += 1;
        }
        if piece.len() > largest.len() {
            largest = piece;
        }
    }
    largest
}

#[cfg(test)]
mod tests {
    use super::super::law::LennardJones;
    use super::*;

    #[test]
    fn an_evaporated_atom_comes_back() {
        let b = LennardJones.bond();
        let x = [0.0, 0.0, 0.0, b, 0.0, 0.0, 0.5 * b, 0.9 * b, 0.0, 30.0, 0.0, 0.0];
        let mut quencher = Quencher::new(LennardJones, 4);
        let found = quencher.quench(&x, 0.0).unwrap();
        assert!((found.energy + 6.0).abs() < 1e-5, "{}", found.energy);
        assert_eq!(quencher.minimizations, 2);
    }
}
