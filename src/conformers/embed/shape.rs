//! What is known of a molecule's shape before any coordinates: rings, aromaticity, hybridization.

use crate::chem::aromaticity::Aromaticity;
use crate::chem::hybridization::Hybridization;
use crate::chem::rings::Rings;
use crate::chem::{BondOrder, Element, Molecule};

/// Rings up to this size hold their double bonds cis and their shape in narrow limits (trans-cyclooctene exists).
pub(super) const SMALL_RING: usize = 7;

/// A molecule with all that perception tells of it.
pub(super) struct Shape<'a> {
    pub molecule: &'a Molecule,
    /// The relevant cycles: unlike a smallest set they don't depend on the numbering.
    pub rings: Rings,
    pub aromaticity: Aromaticity,
    pub hybridization: Vec<Hybridization>,
}

impl<'a> Shape<'a> {
    pub fn new(molecule: &'a Molecule) -> Self {
        let aromaticity = Aromaticity::perceive(molecule, &Rings::smallest_set(molecule));
        let hybridization = Hybridization::of_all(molecule, &aromaticity);
        Self {
            molecule,
            rings: Rings::relevant_cycles(molecule),
            aromaticity,
            hybridization,
        }
    }

    /// Neighbours of an atom other than one.
    pub fn others(&self, atom: usize, except: usize) -> impl Iterator<Item = usize> + '_ {
        let all = self.molecule.neighbors(atom).iter().map(|n| n.atom);
        all.filter(move |&a| a != except)
    }

    /// Size of the smallest ring through two neighbours of an atom and the atom.
    pub fn ring_of_angle(&self, a: usize, center: usize, b: usize) -> Option<usize> {
        let rings = self.rings.of_atom(center).iter().map(|&r| &self.rings.all()[r]);
        rings.filter(|ring| runs(ring, &[a, center, b])).map(Vec::len).min()
    }

    /// Size of the smallest ring through four atoms in a row.
    pub fn ring_of_dihedral(&self, path: [usize; 4]) -> Option<usize> {
        let rings = self.rings.of_atom(path[1]).iter().map(|&r| &self.rings.all()[r]);
        rings.filter(|ring| runs(ring, &path)).map(Vec::len).min()
    }

    /// Size of the smallest ring of a bond.
    pub fn ring_of_bond(&self, bond: usize) -> Option<usize> {
        self.rings
            .of_bond(bond)
            .iter()
            .map(|&r| self.rings.all()[r].len())
            .min()
    }

    /// How many rings of at most this size an atom is in.
    pub fn rings_up_to(&self, atom: usize, size: usize) -> usize {
        let sizes = self.rings.of_atom(atom).iter().map(|&r| self.rings.all()[r].len());
        sizes.filter(|&s| s <= size).count()
    }

    pub fn is_sp2(&self, atom: usize) -> bool {
        self.hybridization[atom] == Hybridization::Sp2
    }

    /// Whether an atom's three bonds lie in a plane. Where three rings meet they may form a cage (fullerenes).
    pub fn is_planar_center(&self, atom: usize) -> bool {
        self.is_sp2(atom) && self.molecule.degree(atom) == 3 && self.rings.of_atom(atom).len() < 3
    }

    /// Whether a bond resists turning so much that its surroundings are planar: double, aromatic.
    pub fn is_rigid_bond(&self, bond: usize) -> bool {
        let drawn = self.molecule.bond(bond);
        let trigonal = drawn.atoms.iter().all(|&a| self.is_sp2(a));
        trigonal
            && (matches!(drawn.order, BondOrder::Double | BondOrder::Aromatic)
                || self.aromaticity.is_aromatic_bond(bond))
    }

    /// Whether a single bond joins a trigonal nitrogen or oxygen with a lone pair to a doubly bonded atom: amide, ester, enamine.
    pub fn is_shared_pair(&self, bond: usize) -> bool {
        let drawn = self.molecule.bond(bond);
        let conjugated = drawn.order == BondOrder::Single && self.aromaticity.is_conjugated_bond(bond);
        let [a, b] = drawn.atoms;
        conjugated && ((self.is_donor(a) && self.has_double_bond(b)) || (self.is_donor(b) && self.has_double_bond(a)))
    }

    /// A trigonal nitrogen or oxygen without a double bond of its own.
    pub fn is_donor(&self, atom: usize) -> bool {
        let element = self.molecule.element(atom);
        (element == Element::N || element == Element::O) && self.is_sp2(atom) && !self.has_double_bond(atom)
    }

    pub fn has_double_bond(&self, atom: usize) -> bool {
        let mut bonds = self.molecule.neighbors(atom).iter();
        bonds
            .any(|n| self.molecule.bond(n.bond).order == BondOrder::Double || self.aromaticity.is_aromatic_bond(n.bond))
    }

    /// The doubly bonded oxygen, sulfur or nitrogen of a carbon that has one.
    pub fn carbonyl(&self, atom: usize) -> Option<usize> {
        if self.molecule.element(atom) != Element::C || self.aromaticity.is_aromatic_atom(atom) {
            return None;
        }
        let mut bonds = self.molecule.neighbors(atom).iter();
        let found = bonds.find(|n| {
            self.molecule.bond(n.bond).order == BondOrder::Double
                && matches!(self.molecule.element(n.atom), Element::O | Element::S)
        });
        found.map(|n| n.atom)
    }
}

/// Whether a ring has these atoms in a row, in either sense.
fn runs(ring: &[usize], path: &[usize]) -> bool {
    let n = ring.len();
    if n < path.len() {
        return false;
    }
    let Some(start) = ring.iter().position(|&a| a == path[0]) else {
        return false;
    };
    let forward = (1..path.len()).all(|k| ring[(start + k) % n] == path[k]);
    let backward = (1..path.len()).all(|k| ring[(start + n - k) % n] == path[k]);
    forward || backward
}
