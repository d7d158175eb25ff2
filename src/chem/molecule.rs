//! The molecular graph: atoms and bonds with their neighbour lists. No coordinates.

use super::Element;
use thiserror::Error;

/// One atom of a molecule, without its position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Atom {
    /// The chemical element.
    pub element: Element,
    /// Formal charge as drawn, in elementary charges.
    pub formal_charge: i8,
    /// Mass number where the input states one.
    pub isotope: Option<u16>,
    /// Number of unpaired electrons as drawn (0 closed shell or singlet, 1 doublet, 2 triplet).
    pub unpaired_electrons: u8,
}

impl Atom {
    /// A neutral closed-shell atom of natural isotopic composition.
    #[must_use]
    pub fn new(element: Element) -> Self {
        Self {
            element,
            formal_charge: 0,
            isotope: None,
            unpaired_electrons: 0,
        }
    }
}

/// How a bond is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BondOrder {
    /// One shared electron pair.
    Single,
    /// Two shared electron pairs.
    Double,
    /// Three shared electron pairs.
    Triple,
    /// Four shared electron pairs.
    Quadruple,
    /// Drawn as aromatic (MOL bond type 4, MOL2 `ar`); `chem::kekulize` turns it into single and double.
    Aromatic,
    /// Coordination bond, usually to a metal (MOL V3000 type 9).
    Dative,
    /// Connected, with nothing known of the order (PDB `CONECT`, MOL2 `un`).
    Unknown,
}

impl BondOrder {
    /// Electron pairs that the bond counts for in a valence sum: 1 to 4, 1.5 for an aromatic bond,
    /// 1 for an unknown one and 0 for a dative one.
    #[must_use]
    pub fn value(self) -> f64 {
        match self {
            Self::Single | Self::Unknown => 1.0,
            Self::Double => 2.0,
            Self::Triple => 3.0,
            Self::Quadruple => 4.0,
            Self::Aromatic => 1.5,
            Self::Dative => 0.0,
        }
    }
}

/// Stereo mark on a drawn bond. A wedge starts at the bond's first atom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum BondMark {
    /// No mark.
    #[default]
    None,
    /// Solid wedge: the second atom is in front.
    Up,
    /// Hashed wedge: the second atom is behind.
    Down,
    /// Wavy bond: configuration unknown.
    Either,
    /// Crossed double bond: cis or trans unknown.
    CisOrTrans,
}

/// A bond between two atoms (indices from 0).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bond {
    /// The two atoms, in the order of the input (a wedge starts at the first).
    pub atoms: [usize; 2],
    /// The order as drawn.
    pub order: BondOrder,
    /// The stereo mark as drawn.
    pub mark: BondMark,
}

impl Bond {
    /// A bond without stereo mark.
    #[must_use]
    pub fn new(a: usize, b: usize, order: BondOrder) -> Self {
        Self {
            atoms: [a, b],
            order,
            mark: BondMark::None,
        }
    }

    /// The bond's other end.
    #[must_use]
    pub fn partner(&self, atom: usize) -> usize {
        if self.atoms[0] == atom {
            self.atoms[1]
        } else {
            self.atoms[0]
        }
    }
}

/// A neighbour of an atom: the atom at the other end, and the bond that leads there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Neighbor {
    /// Index of the neighbouring atom.
    pub atom: usize,
    /// Index of the bond.
    pub bond: usize,
}

/// Why a graph is not a molecule. Atoms and bonds count from 1 in the messages.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MoleculeError {
    /// A bond names an atom that does not exist.
    #[error("bond {} names atom {}, but the molecule has {atoms} atoms", bond + 1, atom + 1)]
    AbsentAtom {
        /// Bond index from 0.
        bond: usize,
        /// Atom index from 0.
        atom: usize,
        /// Number of atoms.
        atoms: usize,
    },
    /// A bond from an atom to itself.
    #[error("bond {} joins atom {} to itself", bond + 1, atom + 1)]
    Loop {
        /// Bond index from 0.
        bond: usize,
        /// Atom index from 0.
        atom: usize,
    },
    /// Two bonds between the same atoms.
    #[error("bond {} joins atoms {} and {} a second time", bond + 1, atoms[0] + 1, atoms[1] + 1)]
    Duplicate {
        /// Bond index from 0.
        bond: usize,
        /// The two atoms.
        atoms: [usize; 2],
    },
}

/// A molecular graph: atoms, bonds and neighbour lists. Immutable in its connectivity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Molecule {
    atoms: Vec<Atom>,
    bonds: Vec<Bond>,
    /// `neighbors[starts[i]..starts[i + 1]]` are atom i's, in the order of the bonds.
    starts: Vec<usize>,
    neighbors: Vec<Neighbor>,
}

impl Molecule {
    /// Builds the graph.
    ///
    /// # Errors
    /// A bond to an absent atom, a loop or a duplicate bond.
    pub fn new(atoms: Vec<Atom>, bonds: Vec<Bond>) -> Result<Self, MoleculeError> {
        let mut starts = vec![0; atoms.len() + 1];
        for (index, bond) in bonds.iter().enumerate() {
            if let Some(&atom) = bond.atoms.iter().find(|&&a| a >= atoms.len()) {
                return Err(MoleculeError::AbsentAtom {
                    bond: index,
                    atom,
                    atoms: atoms.len(),
                });
            }
            if bond.atoms[0] == bond.atoms[1] {
                return Err(MoleculeError::Loop {
                    bond: index,
                    atom: bond.atoms[0],
                });
            }
            for atom in bond.atoms {
                starts[atom + 1] += 1;
            }
        }
        for i in 0..atoms.len() {
            starts[i + 1] += starts[i];
        }
        let mut next = starts.clone();
        let mut neighbors = vec![Neighbor { atom: 0, bond: 0 }; 2 * bonds.len()];
        for (index, bond) in bonds.iter().enumerate() {
            let [a, b] = bond.atoms;
            if neighbors[starts[a]..next[a]].iter().any(|n| n.atom == b) {
                return Err(MoleculeError::Duplicate {
                    bond: index,
                    atoms: bond.atoms,
                });
            }
            for (from, to) in [(a, b), (b, a)] {
                neighbors[next[from]] = Neighbor { atom: to, bond: index };
                next[from] += 1;
            }
        }
        Ok(Self {
            atoms,
            bonds,
            starts,
            neighbors,
        })
    }

    /// Number of atoms.
    #[must_use]
    pub fn len(&self) -> usize {
        self.atoms.len()
    }

    /// Whether there are no atoms.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.atoms.is_empty()
    }

    /// All atoms.
    #[must_use]
    pub fn atoms(&self) -> &[Atom] {
        &self.atoms
    }

    /// One atom.
    #[must_use]
    pub fn atom(&self, index: usize) -> &Atom {
        &self.atoms[index]
    }

    /// Element of one atom.
    #[must_use]
    pub fn element(&self, index: usize) -> Element {
        self.atoms[index].element
    }

    /// All bonds.
    #[must_use]
    pub fn bonds(&self) -> &[Bond] {
        &self.bonds
    }

    /// One bond.
    #[must_use]
    pub fn bond(&self, index: usize) -> &Bond {
        &self.bonds[index]
    }

    /// Neighbours of an atom, in the order of the bonds.
    #[must_use]
    pub fn neighbors(&self, atom: usize) -> &[Neighbor] {
        &self.neighbors[self.starts[atom]..self.starts[atom + 1]]
    }

    /// Number of neighbours.
    #[must_use]
    pub fn degree(&self, atom: usize) -> usize {
        self.starts[atom + 1] - self.starts[atom]
    }

    /// Index of the bond between two atoms, where there is one.
    #[must_use]
    pub fn bond_between(&self, a: usize, b: usize) -> Option<usize> {
        self.neighbors(a).iter().find(|n| n.atom == b).map(|n| n.bond)
    }

    /// Sum of the formal charges, in elementary charges.
    #[must_use]
    pub fn net_charge(&self) -> i32 {
        self.atoms.iter().map(|a| i32::from(a.formal_charge)).sum()
    }

    /// Sets an atom's formal charge.
    pub fn set_formal_charge(&mut self, atom: usize, charge: i8) {
        self.atoms[atom].formal_charge = charge;
    }

    /// Sets an atom's number of unpaired electrons.
    pub fn set_unpaired_electrons(&mut self, atom: usize, count: u8) {
        self.atoms[atom].unpaired_electrons = count;
    }

    /// Gives a bond a mark as in a drawing.
    ///
    /// # Panics
    /// Where there is no such bond.
    pub fn set_bond_mark(&mut self, bond: usize, mark: BondMark) {
        self.bonds[bond].mark = mark;
    }

    /// Sets a bond's order.
    pub fn set_bond_order(&mut self, bond: usize, order: BondOrder) {
        self.bonds[bond].order = order;
    }

    /// Fragment number of each atom (connected components, numbered by their lowest atom), and how many there are.
    #[must_use]
    pub fn fragments(&self) -> (Vec<usize>, usize) {
        let mut fragment = vec![usize::MAX; self.len()];
        let mut count = 0;
        let mut stack = Vec::new();
        for start in 0..self.len() {
            if fragment[start] != usize::MAX {
                continue;
            }
            fragment[start] = count;
            stack.push(start);
            while let Some(atom) = stack.pop() {
                for n in self.neighbors(atom) {
                    if fragment[n.atom] == usize::MAX {
                        fragment[n.atom] = count;
                        stack.push(n.atom);
                    }
                }
            }
            count += 1;
        }
        (fragment, count)
    }
}
