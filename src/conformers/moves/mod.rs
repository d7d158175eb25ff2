//! Moves from one minimum towards another: proposals that a minimization finishes.

mod crossover;
mod inversion;
mod kick;
mod ring;
mod torsion;

use super::rotors::Rotor;
use crate::chem::Molecule;
use rand::RngExt;
use rand::rngs::ChaCha8Rng;

pub use inversion::inverting_atoms;
pub use ring::{Segment, flexible_segments};

/// Proposals for whatever is searched: molecules here, clusters elsewhere.
pub trait Moves: Sync {
    /// How many kinds of move there are.
    fn kinds(&self) -> usize;

    /// A new geometry (Å) from an old one by a move of a kind. `size` is 1 for moves of the usual size and adapts; `partner` is another
    /// minimum, for moves that take something over from one. `None` where the move can't be made here.
    fn propose(
        &self,
        kind: usize,
        from: &[f64],
        size: f64,
        partner: Option<&[f64]>,
        random: &mut ChaCha8Rng,
    ) -> Option<Vec<f64>>;
}

/// The moves of a molecule.
#[derive(Debug)]
pub struct MolecularMoves {
    rotors: Vec<Rotor>,
    segments: Vec<Segment>,
    inverting: Vec<[usize; 4]>,
    kinds: Vec<Kind>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Torsions,
    Flap,
    Crankshaft,
    Inversion,
    Kick,
    Crossover,
}

impl MolecularMoves {
    /// The moves that a molecule with these rotors has a use for. Kinds that it lacks the parts for are left out.
    #[must_use]
    pub fn new(molecule: &Molecule, rotors: &[Rotor]) -> Self {
        let segments = flexible_segments(molecule);
        let inverting = inverting_atoms(molecule);
        let mut kinds = Vec::new();
        if !rotors.is_empty() {
            // Listed twice: drawn twice as often.
            kinds.extend([Kind::Torsions, Kind::Torsions]);
        }
        if rotors.len() > 1 {
            kinds.push(Kind::Crossover);
        }
        if !segments.is_empty() {
            kinds.extend([Kind::Flap, Kind::Crankshaft, Kind::Kick]);
        }
        if !inverting.is_empty() {
            kinds.push(Kind::Inversion);
        }
        Self {
            rotors: rotors.to_vec(),
            segments,
            inverting,
            kinds,
        }
    }

    /// Whether there is more than one conformer to be looked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }
}

impl Moves for MolecularMoves {
    fn kinds(&self) -> usize {
        self.kinds.len()
    }

    fn propose(
        &self,
        kind: usize,
        from: &[f64],
        size: f64,
        partner: Option<&[f64]>,
        random: &mut ChaCha8Rng,
    ) -> Option<Vec<f64>> {
        let mut x = from.to_vec();
        match self.kinds.get(kind)? {
            Kind::Torsions => torsion::turn_some(&self.rotors, &mut x, size, random),
            Kind::Flap => ring::flap(one_of(&self.segments, random)?, &mut x),
            Kind::Crankshaft => ring::crankshaft(one_of(&self.segments, random)?, &mut x, random),
            Kind::Inversion => inversion::invert(*one_of(&self.inverting, random)?, &mut x),
            Kind::Kick => kick::kick(&mut x, size, random),
            Kind::Crossover => crossover::cross(&self.rotors, &mut x, partner?, random),
        }
        Some(x)
    }
}

/// One of several, each equally likely.
fn one_of<'a, T>(list: &'a [T], random: &mut ChaCha8Rng) -> Option<&'a T> {
    (!list.is_empty()).then(|| &list[random.random_range(0..list.len())])
}
