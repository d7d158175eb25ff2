//! Embedding: three-dimensional geometries from the graph alone, by distance geometry.
//!
//! Bounds of all distances follow from the graph (`bounds`), and are smoothed by the triangle inequality (`smoothing`). Each geometry
//! starts from random distances within them, as points in four dimensions (`coordinates`), is refined against a penalty
//! (`penalty`) first there and then in three dimensions with preferences for dihedrals (`torsions`), and is checked
//! (`checks`): distances, configurations, rings without bonds through them. What fails starts over with new random numbers.
//!
//! Distances that are drawn one by one stretch a chain: over fifteen drug molecules of 10 to 15 rotors the radius of gyration is 5.12 Å on
//! average, beside 4.94 Å after a minimization without charges and 4.81 Å in crystals. In coils, what turns freely is
//! therefore turned at random, and the geometry refined once more before the checks.
//!
//! G. M. Crippen and T. F. Havel, Distance Geometry and Molecular Conformation, 1988; T. F. Havel, "Distance geometry: theory,
//! algorithms, and chemical applications", Encyclopedia of Computational Chemistry 1998; S. Riniker and G. A. Landrum, J. Chem. Inf.
//! Model. 2015, 55, 2562 (preferences in the refinement).

mod angles;
mod bounds;
mod checks;
mod coordinates;
mod lengths;
mod pairs;
mod penalty;
mod refine;
mod shape;
mod smoothing;
mod torsions;
mod volumes;

#[cfg(test)]
mod tests;

use super::rotors::Rotor;
use crate::chem::Molecule;
use crate::chem::stereo::Configuration;
use checks::Refusal;
use penalty::Terms;
use rand::{Rng, RngExt};
use refine::Stages;
use shape::Shape;
use smoothing::Bounds;
use std::f64::consts::TAU;
use thiserror::Error;

/// Starts before giving up on a geometry.
const ATTEMPTS: usize = 60;
/// After so many starts from random distances, every second one is from random points: the only way where the bounds say little.
const FROM_DISTANCES: usize = 6;

/// Why there is no geometry. Atoms count from 1 in the messages.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum EmbedError {
    /// No distance between two atoms meets what bonds and angles demand.
    #[error(
        "atoms {} and {} should be at least {lower:.2} Å apart, but the bonds and angles between allow {upper:.2} Å",
        atoms[0] + 1, atoms[1] + 1
    )]
    ImpossibleBounds {
        /// The two atoms, from 0.
        atoms: [usize; 2],
        /// Least distance, Å.
        lower: f64,
        /// Longest distance, Å.
        upper: f64,
    },
    /// A double bond is stated to be trans in a ring that is too small for it.
    #[error("double bond {}-{} can't be trans in a ring of {ring} atoms", bond[0] + 1, bond[1] + 1)]
    ImpossibleSide {
        /// The double bond's atoms, from 0.
        bond: [usize; 2],
        /// Size of the ring.
        ring: usize,
    },
    /// No start led to the configuration that is stated for this centre: most likely it is impossible together with the others.
    #[error("the configuration stated for atom {} could not be reached in {attempts} attempts; is it possible in this ring system?", atom + 1)]
    ImpossibleCenter {
        /// The centre, from 0.
        atom: usize,
        /// Starts made.
        attempts: usize,
    },
    /// No start led to a geometry that passes the checks.
    #[error("no geometry in {attempts} attempts; most often, {reason}")]
    NotFound {
        /// Starts made.
        attempts: usize,
        /// What failed most.
        reason: String,
    },
}

/// What chains of a geometry are like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chains {
    /// As random distances make them: stretched.
    Drawn,
    /// Turned at random.
    Coiled,
}

/// A molecule prepared for embedding: immutable, shared between threads.
#[derive(Clone, Debug)]
pub struct Embedder {
    configuration: Configuration,
    bounds: Bounds,
    terms: Terms,
    /// Atoms of the centres whose volumes are in the terms.
    centers: Vec<usize>,
    surrounded: Vec<(usize, [usize; 4])>,
    rings: Vec<Vec<usize>>,
    bonds: Vec<[usize; 2]>,
    /// Bonds that nothing holds planar.
    loose: Vec<Rotor>,
}

impl Embedder {
    /// Prepares a molecule in Kekulé form with explicit hydrogens. Configurations that are not stated come out as chance has it.
    ///
    /// # Errors
    /// Bounds that contradict each other; a trans double bond in a small ring.
    pub fn new(molecule: &Molecule, configuration: &Configuration) -> Result<Self, EmbedError> {
        let shape = Shape::new(molecule);
        let distances = bounds::distances(&shape, configuration)?;
        let stated = configuration.stereo.centers.iter().zip(&configuration.parities);
        let terms = Terms {
            n: molecule.len(),
            pairs: pairs::PairTable::new(&distances.bounds),
            chiral: volumes::chiral(&shape, configuration, &distances.bounds),
            flat: volumes::flat(&shape),
            close: distances.close,
            torsions: torsions::preferences(&shape),
        };
        Ok(Self {
            configuration: configuration.clone(),
            bounds: distances.bounds,
            terms,
            centers: stated.filter(|(_, p)| p.is_some()).map(|(c, _)| c.atom).collect(),
            surrounded: checks::surrounded_centers(&shape),
            rings: shape.rings.all().to_vec(),
            bonds: molecule.bonds().iter().map(|b| b.atoms).collect(),
            loose: Rotor::find(molecule).into_iter().filter(|rotor| !rotor.stiff).collect(),
        })
    }

    /// One geometry (Å, length 3N) drawn with this random stream.
    ///
    /// # Errors
    /// Where no start leads to a geometry that passes the checks.
    pub fn embed(&self, rng: &mut impl Rng) -> Result<Vec<f64>, EmbedError> {
        self.embed_with(Chains::Drawn, rng)
    }

    /// One geometry (Å, length 3N) with such chains, drawn with this random stream.
    ///
    /// # Errors
    /// Where no start leads to a geometry that passes the checks.
    pub fn embed_with(&self, chains: Chains, rng: &mut impl Rng) -> Result<Vec<f64>, EmbedError> {
        if self.terms.n < 2 {
            return Ok(vec![0.0; 3 * self.terms.n]);
        }
        let mut refusals = Vec::new();
        for attempt in 0..ATTEMPTS {
            let at_random = attempt >= FROM_DISTANCES && attempt % 2 == 0;
            let from_distances = if at_random {
                None
            } else {
                coordinates::from_distances(&self.bounds, rng)
            };
            let start = from_distances.unwrap_or_else(|| coordinates::at_random(self.terms.n, rng));
            match self.attempt(start, chains, rng) {
                Ok(x) => return Ok(x),
                Err(refusal) => refusals.push(refusal),
            }
        }
        Err(failure(refusals))
    }

    fn attempt(&self, start: Vec<f64>, chains: Chains, rng: &mut impl Rng) -> Result<Vec<f64>, Refusal> {
        let stages = Stages::new(&self.terms);
        let flat = stages.in_four_dimensions(start)?;
        checks::chirality(&self.terms.chiral, &self.centers, &flat, coordinates::DIMENSIONS)?;
        let x = stages.in_three_dimensions(&flat)?;
        if chains == Chains::Coiled && !self.loose.is_empty() {
            let turned = stages.once_more(&self.turned(&x, rng))?;
            // In a crowd the first geometry may be the only one that has room.
            if self.check(&turned).is_ok() {
                return Ok(turned);
            }
        }
        self.check(&x)?;
        Ok(x)
    }

    /// A geometry with everything that is loose turned at random.
    fn turned(&self, x: &[f64], rng: &mut impl Rng) -> Vec<f64> {
        let mut x = x.to_vec();
        for rotor in &self.loose {
            rotor.turn(&mut x, TAU * rng.random::<f64>());
        }
        x
    }

    fn check(&self, x: &[f64]) -> Result<(), Refusal> {
        checks::distances(&self.terms.close, x)?;
        checks::chirality(&self.terms.chiral, &self.centers, x, 3)?;
        checks::inside(&self.surrounded, x)?;
        checks::configuration(&self.configuration, x)?;
        checks::rings(&self.rings, &self.bonds, x)
    }
}

/// What failed most decides the error.
fn failure(mut refusals: Vec<Refusal>) -> EmbedError {
    let attempts = refusals.len();
    refusals.sort_unstable();
    let most = refusals.chunk_by(|a, b| a == b).max_by_key(|run| run.len());
    match most.map(|run| run[0]) {
        Some(Refusal::Chirality(atom) | Refusal::InsideOut(atom)) => EmbedError::ImpossibleCenter { atom, attempts },
        other => EmbedError::NotFound {
            attempts,
            reason: other.map_or_else(String::new, |r| r.to_string()),
        },
    }
}
