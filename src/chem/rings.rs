//! Rings: the smallest set of smallest rings, and the relevant cycles.
//!
//! The graph is cut into its biconnected blocks first; chains and trees fall away, and each ring system is worked on
//! for itself. Inside a block the prototypes of P. Vismara, Electron. J. Combin. 1997, 4, R9 (union of all the minimum
//! cycle bases of a graph) are collected and sorted out by elimination over GF(2). The time grows with the square of
//! the size of the largest ring system and linearly with their number.

mod blocks;
mod vismara;

use super::Molecule;

/// The rings of a molecule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rings {
    /// Each ring's atoms in cyclic order.
    rings: Vec<Vec<usize>>,
    /// Ring numbers of each atom.
    of_atom: Vec<Vec<usize>>,
    /// Ring numbers of each bond.
    of_bond: Vec<Vec<usize>>,
}

impl Rings {
    /// A smallest set of smallest rings (a minimum cycle basis), in an order that depends on the graph only.
    ///
    /// The set is not unique where rings of one size depend on each other (cubane: any five of six faces); the choice
    /// then follows the numbering of the atoms. What must not depend on the numbering takes [`Self::relevant_cycles`].
    #[must_use]
    pub fn smallest_set(molecule: &Molecule) -> Self {
        let rings = blocks::blocks(molecule)
            .iter()
            .flat_map(vismara::smallest_set)
            .collect();
        Self::index(molecule, rings)
    }

    /// The relevant cycles (Vismara 1997): the union of all minimum cycle bases.
    ///
    /// Their number can grow exponentially (a long chain of para-linked rings closed to a ring). A ring system keeps
    /// at most 1,024 of them and 16 for each independent ring; beyond that, further families of cycles give their
    /// prototype only, so that the result always holds a minimum cycle basis.
    #[must_use]
    pub fn relevant_cycles(molecule: &Molecule) -> Self {
        let rings = blocks::blocks(molecule)
            .iter()
            .flat_map(vismara::relevant_cycles)
            .collect();
        Self::index(molecule, rings)
    }

    /// Brings the rings into their canonical order and fills the tables.
    fn index(molecule: &Molecule, mut rings: Vec<Vec<usize>>) -> Self {
        for ring in &mut rings {
            canonical_turn(ring);
        }
        rings.sort_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
        rings.dedup();
        let mut of_atom = vec![Vec::new(); molecule.len()];
        let mut of_bond = vec![Vec::new(); molecule.bonds().len()];
        for (number, ring) in rings.iter().enumerate() {
            for (position, &atom) in ring.iter().enumerate() {
                of_atom[atom].push(number);
                let next = ring[(position + 1) % ring.len()];
                if let Some(bond) = molecule.bond_between(atom, next) {
                    of_bond[bond].push(number);
                }
            }
        }
        Self {
            rings,
            of_atom,
            of_bond,
        }
    }

    /// All rings, each as its atoms in cyclic order.
    #[must_use]
    pub fn all(&self) -> &[Vec<usize>] {
        &self.rings
    }

    /// Numbers of the rings that an atom is in.
    #[must_use]
    pub fn of_atom(&self, atom: usize) -> &[usize] {
        &self.of_atom[atom]
    }

    /// Numbers of the rings that a bond is in.
    #[must_use]
    pub fn of_bond(&self, bond: usize) -> &[usize] {
        &self.of_bond[bond]
    }

    /// Whether an atom is in a ring of this size.
    #[must_use]
    pub fn atom_in_size(&self, atom: usize, size: usize) -> bool {
        self.of_atom[atom].iter().any(|&r| self.rings[r].len() == size)
    }

    /// Whether a bond is in a ring of this size.
    #[must_use]
    pub fn bond_in_size(&self, bond: usize, size: usize) -> bool {
        self.of_bond[bond].iter().any(|&r| self.rings[r].len() == size)
    }
}

/// Turns a ring such that it starts at its lowest atom and goes on to the lower of that atom's two ring neighbours.
fn canonical_turn(ring: &mut [usize]) {
    let lowest = (0..ring.len()).min_by_key(|&i| ring[i]).unwrap_or(0);
    ring.rotate_left(lowest);
    if ring.len() > 2 && ring[ring.len() - 1] < ring[1] {
        ring[1..].reverse();
    }
}

#[cfg(test)]
mod tests;
