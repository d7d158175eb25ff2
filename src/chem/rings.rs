//! Rings: the smallest set of smallest rings, and the relevant cycles.

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
    #[must_use]
    pub fn smallest_set(molecule: &Molecule) -> Self {
        let _ = molecule;
        todo!()
    }

    /// The relevant cycles (Vismara 1997): the union of all minimum cycle bases.
    #[must_use]
    pub fn relevant_cycles(molecule: &Molecule) -> Self {
        let _ = molecule;
        todo!()
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
}
