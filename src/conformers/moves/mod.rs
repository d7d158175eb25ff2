//! Moves from one minimum towards another: proposals that a minimization finishes.

mod crossover;
mod inversion;
mod kick;
mod low_mode;
mod placement;
mod ring;
mod torsion;

use super::rotors::Rotor;
use crate::chem::Molecule;
use rand::RngExt;
use rand::rngs::ChaCha8Rng;

pub use inversion::inverting_atoms;
pub use low_mode::SoftModes;
pub use ring::{Segment, flexible_segments};

/// Proposals for whatever is searched: molecules here, clusters elsewhere.
pub trait Moves: Sync {
    /// How many kinds of move there are.
    fn kinds(&self) -> usize;

    /// Whether a kind of move has a use for the soft modes.
    fn needs_modes(&self, kind: usize) -> bool;

    /// A new geometry (Å) by a move of a kind. `None` where the move can't be made here.
    fn propose(&self, kind: usize, from: &Origin<'_>, random: &mut ChaCha8Rng) -> Option<Vec<f64>>;
}

/// What a move starts from.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// A minimum, Å.
    pub x: &'a [f64],
    /// 1 for moves of the usual size; adapts.
    pub size: f64,
    /// Another minimum, for moves that take something over from one.
    pub partner: Option<&'a [f64]>,
    /// The soft modes at the minimum, displacements of length 1, as far as they are known.
    pub modes: &'a [Vec<f64>],
}

impl<'a> Origin<'a> {
    /// A geometry (Å) alone, for moves of the usual size.
    #[must_use]
    pub fn alone(x: &'a [f64]) -> Self {
        Self {
            x,
            size: 1.0,
            partner: None,
            modes: &[],
        }
    }
}

/// The moves of a molecule.
#[derive(Debug)]
pub struct MolecularMoves {
    rotors: Vec<Rotor>,
    segments: Vec<Segment>,
    inverting: Vec<[usize; 4]>,
    parts: Vec<placement::Part>,
    /// Covalent radii of the atoms, Å.
    radii: Vec<f64>,
    kinds: Vec<Kind>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Torsions,
    Flap,
    Crankshaft,
    Inversion,
    Placement,
    Kick,
    LowMode,
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
            // Modes cost a diagonalization: they are drawn less often.
            kinds.extend([Kind::Flap, Kind::Flap, Kind::Crankshaft, Kind::Crankshaft]);
            kinds.extend([Kind::Kick, Kind::LowMode]);
        }
        if !inverting.is_empty() {
            kinds.push(Kind::Inversion);
        }
        let parts = placement::parts(molecule);
        if !parts.is_empty() {
            kinds.extend([Kind::Placement; 3]);
            if segments.is_empty() {
                kinds.push(Kind::Kick);
            }
        }
        Self {
            rotors: rotors.to_vec(),
            segments,
            inverting,
            parts,
            radii: molecule.atoms().iter().map(|a| a.element.covalent_radius()).collect(),
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

    fn needs_modes(&self, kind: usize) -> bool {
        self.kinds.get(kind) == Some(&Kind::LowMode)
    }

    fn propose(&self, kind: usize, from: &Origin<'_>, random: &mut ChaCha8Rng) -> Option<Vec<f64>> {
        let mut x = from.x.to_vec();
        match self.kinds.get(kind)? {
            Kind::Torsions => torsion::turn_some(&self.rotors, &mut x, from.size, random),
            Kind::Flap => ring::flap(one_of(&self.segments, random)?, &mut x),
            Kind::Crankshaft => ring::crankshaft(one_of(&self.segments, random)?, &mut x, random),
            Kind::Inversion => inversion::invert(*one_of(&self.inverting, random)?, &mut x),
            Kind::Placement => placement::set_down(one_of(&self.parts, random)?, &self.radii, &mut x, random),
            Kind::Kick => kick::kick(&mut x, from.size, random),
            Kind::LowMode => low_mode::displace(from.modes, &mut x, from.size, random)?,
            Kind::Crossover => crossover::cross(&self.rotors, &mut x, from.partner?, random),
        }
        Some(x)
    }
}

/// One of several, each equally likely.
fn one_of<'a, T>(list: &'a [T], random: &mut ChaCha8Rng) -> Option<&'a T> {
    (!list.is_empty()).then(|| &list[random.random_range(0..list.len())])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chem::{Atom, Bond, BondOrder, Element};
    use crate::conformers::search::stream;
    use crate::geometry::Vector;

    /// Cyclohexane with its carbons in a chair (hydrogens left away: the moves don't ask).
    fn ring() -> (Molecule, Vec<f64>) {
        let carbon = Element::from_symbol("C").unwrap();
        let hydrogen = Element::from_symbol("H").unwrap();
        let mut atoms = vec![Atom::new(carbon); 6];
        let mut bonds: Vec<Bond> = (0..6).map(|k| Bond::new(k, (k + 1) % 6, BondOrder::Single)).collect();
        let mut x = Vec::new();
        for k in 0..6 {
            let angle = std::f64::consts::FRAC_PI_3 * f64::from(k);
            x.extend([
                1.45 * angle.cos(),
                1.45 * angle.sin(),
                if k % 2 == 0 { 0.25 } else { -0.25 },
            ]);
        }
        for k in 0..12 {
            bonds.push(Bond::new(k / 2, 6 + k, BondOrder::Single));
            atoms.push(Atom::new(hydrogen));
            let carbon = 3 * (k / 2);
            let up = if k % 2 == 0 { 0.9 } else { -0.9 };
            x.extend([1.3 * x[carbon], 1.3 * x[carbon + 1], x[carbon + 2] + up]);
        }
        (Molecule::new(atoms, bonds).unwrap(), x)
    }

    fn bond_lengths(molecule: &Molecule, x: &[f64]) -> Vec<f64> {
        let at = |a| Vector::of(x, a);
        molecule
            .bonds()
            .iter()
            .map(|b| (at(b.atoms[0]) - at(b.atoms[1])).square().sqrt())
            .collect()
    }

    #[test]
    fn ring_moves_keep_every_bond_and_flaps_turn_one_corner_over() {
        let (molecule, x) = ring();
        let segments = flexible_segments(&molecule);
        // Six corners, and six pairs of neighbouring atoms.
        assert_eq!(segments.len(), 12);
        let before = bond_lengths(&molecule, &x);
        let mut random = stream(1, 2, 3, 4);
        for segment in &segments {
            let mut flapped = x.clone();
            ring::flap(segment, &mut flapped);
            let mut turned = x.clone();
            ring::crankshaft(segment, &mut turned, &mut random);
            for x in [&flapped, &turned] {
                let same = bond_lengths(&molecule, x)
                    .iter()
                    .zip(&before)
                    .all(|(a, b)| (a - b).abs() < 1e-9);
                assert!(same, "{segment:?}");
            }
            // Twice is as before.
            ring::flap(segment, &mut flapped);
            assert!(flapped.iter().zip(&x).all(|(a, b)| (a - b).abs() < 1e-9));
        }
    }

    #[test]
    fn a_chain_has_torsions_only_and_a_ring_none() {
        let (molecule, _) = ring();
        assert!(Rotor::find(&molecule).is_empty());
        let moves = MolecularMoves::new(&molecule, &[]);
        for kind in [Kind::Flap, Kind::Crankshaft, Kind::Kick, Kind::LowMode] {
            assert!(moves.kinds.contains(&kind), "{kind:?}");
        }
        assert!(!moves.kinds.contains(&Kind::Torsions));
    }

    /// Along a mode atoms move as it says, the farthest by the path; without modes the move can't be made.
    #[test]
    fn a_low_mode_is_followed() {
        let (_, x) = ring();
        let mut mode = vec![0.0; x.len()];
        (mode[2], mode[5]) = (0.8, -0.6);
        let mut random = stream(1, 2, 3, 4);
        for _ in 0..20 {
            let mut moved = x.clone();
            low_mode::displace(std::slice::from_ref(&mode), &mut moved, 1.0, &mut random).unwrap();
            let path = moved[2] - x[2];
            assert!((0.8..2.4).contains(&path.abs()), "{path}");
            assert!((moved[5] - x[5] + 0.75 * path).abs() < 1e-12);
            assert!(moved[8..].iter().zip(&x[8..]).all(|(a, b)| (a - b).abs() < 1e-12));
        }
        assert!(low_mode::displace(&[], &mut x.clone(), 1.0, &mut random).is_none());
    }

    #[test]
    fn an_inversion_reflects_and_keeps_lengths() {
        let mut x = vec![0.0, 0.0, 0.4, 1.4, 0.0, 0.0, -0.7, 1.2, 0.0, -0.7, -1.2, 0.0];
        inversion::invert([0, 1, 2, 3], &mut x);
        assert!((x[2] + 0.4).abs() < 1e-12 && x[0].abs() < 1e-12 && x[1].abs() < 1e-12);
    }
}
