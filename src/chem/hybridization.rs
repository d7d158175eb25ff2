//! Hybridization from the number of bonds and lone pairs.

use super::Molecule;
use super::aromaticity::Aromaticity;
use super::valence::{contribution, outer_electrons, total_valence};

/// How an atom's bonds and lone pairs are arranged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hybridization {
    /// At most one direction: hydrogen, bare ions.
    S,
    /// Linear.
    Sp,
    /// Trigonal planar.
    Sp2,
    /// Tetrahedral.
    Sp3,
    /// Trigonal bipyramidal.
    Sp3d,
    /// Octahedral.
    Sp3d2,
    /// None of these.
    Other,
}

impl Hybridization {
    /// Hybridization of every atom. An atom with a lone pair beside a conjugated bond (amide nitrogen, ester oxygen) is
    /// sp2, unless it has four neighbours. Sulfur(IV) and its kin with four neighbours are taken as sp3.
    #[must_use]
    pub fn of_all(molecule: &Molecule, aromaticity: &Aromaticity) -> Vec<Self> {
        (0..molecule.len())
            .map(|atom| Self::of(molecule, aromaticity, atom))
            .collect()
    }

    fn of(molecule: &Molecule, aromaticity: &Aromaticity, atom: usize) -> Self {
        match directions(molecule, atom) {
            0 | 1 => Self::S,
            2 => Self::Sp,
            3 => Self::Sp2,
            4 if molecule.degree(atom) <= 3 && aromaticity.is_conjugated_atom(molecule, atom) => Self::Sp2,
            4 => Self::Sp3,
            5 if molecule.degree(atom) == 4 && outer_electrons(molecule.element(atom)) == Some(6) => Self::Sp3,
            5 => Self::Sp3d,
            6 => Self::Sp3d2,
            _ => Self::Other,
        }
    }
}

fn is_d_block(number: u8) -> bool {
    matches!(number, 21..=30 | 39..=48 | 72..=80)
}

/// Number of bonds, lone pairs and unpaired electrons. In the f block, the number of neighbours.
fn directions(molecule: &Molecule, atom: usize) -> i32 {
    let element = molecule.element(atom);
    let degree = molecule.degree(atom) as i32;
    let Some(outer) = outer_electrons(element) else {
        return degree;
    };
    if is_d_block(element.atomic_number()) && degree >= 4 {
        // Their lone pairs are d electrons, without a direction: four neighbours are tetrahedral, five or six octahedral.
        return if degree == 5 { 6 } else { degree };
    }
    let donated = molecule
        .neighbors(atom)
        .iter()
        .filter(|n| contribution(molecule, n.bond, atom) == 0.0)
        .count() as i32;
    let degree = degree - donated;
    if element.atomic_number() == 1 || element.atomic_number() >= 89 {
        return degree;
    }
    let valence = total_valence(molecule, atom);
    let drawn = molecule.atom(atom);
    let charge = i32::from(drawn.formal_charge);
    let free = outer - valence - charge;
    if valence + outer - charge < 8 {
        let unpaired = i32::from(drawn.unpaired_electrons);
        degree + (free - unpaired) / 2 + unpaired
    } else {
        degree + free / 2
    }
}
