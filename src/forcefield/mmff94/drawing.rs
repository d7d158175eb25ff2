//! One drawing for all: whatever way a group was drawn (charge-separated or hypervalent), the same bond orders and charges.
//!
//! Nitrogen keeps its octet (nitro, N-oxide, azide, diazo are charge-separated here), phosphorus, sulfur and the halogens
//! take double bonds (sulfones, phosphates, perchlorate). The typing rules then see one form only.

use crate::chem::{BondOrder, Molecule};

/// Atomic numbers that the rules name.
pub(super) mod z {
    pub(in super::super) const H: u8 = 1;
    pub(in super::super) const C: u8 = 6;
    pub(in super::super) const N: u8 = 7;
    pub(in super::super) const O: u8 = 8;
    pub(in super::super) const F: u8 = 9;
    pub(in super::super) const SI: u8 = 14;
    pub(in super::super) const P: u8 = 15;
    pub(in super::super) const S: u8 = 16;
    pub(in super::super) const CL: u8 = 17;
    pub(in super::super) const BR: u8 = 35;
    pub(in super::super) const I: u8 = 53;
}

/// A molecule with uniform bond orders and charges.
#[derive(Debug)]
pub(super) struct Drawing<'m> {
    molecule: &'m Molecule,
    orders: Vec<u8>,
    charges: Vec<i8>,
}

/// A neighbour with the order of the bond to it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bonded {
    /// The neighbouring atom.
    pub atom: usize,
    /// Bond order.
    pub order: u8,
    /// The neighbour's atomic number.
    pub z: u8,
}

impl<'m> Drawing<'m> {
    /// Redraws a molecule.
    pub(super) fn new(molecule: &'m Molecule) -> Self {
        let order = |order| match order {
            BondOrder::Double => 2,
            BondOrder::Triple => 3,
            BondOrder::Quadruple => 4,
            BondOrder::Single | BondOrder::Aromatic | BondOrder::Dative | BondOrder::Unknown => 1,
        };
        let mut drawing = Self {
            molecule,
            orders: molecule.bonds().iter().map(|b| order(b.order)).collect(),
            charges: molecule.atoms().iter().map(|a| a.formal_charge).collect(),
        };
        for atom in 0..molecule.len() {
            match drawing.z(atom) {
                z::N => drawing.give_octet(atom),
                z::C => drawing.fill_cation(atom),
                z::P | z::S | z::CL | z::BR | z::I => drawing.make_hypervalent(atom),
                _ => {}
            }
        }
        for atom in 0..molecule.len() {
            if drawing.z(atom) == z::N {
                drawing.cumulate(atom);
            }
        }
        drawing
    }

    /// Nitrogen with five bonds: one double bond becomes a charge-separated single one, to a terminal oxygen first.
    fn give_octet(&mut self, atom: usize) {
        let mut guard = self.degree(atom);
        while self.order_sum(atom) > 4 && guard > 0 {
            guard -= 1;
            let Some(partner) = self.best_partner(atom, |_, b| b.order > 1) else {
                return;
            };
            self.shift(atom, partner, -1);
        }
        if self.order_sum(atom) == 4 && self.charges[atom] == 0 {
            // An isonitrile drawn R-N#C without charges.
            let carbon = self
                .bonded(atom)
                .find(|b| b.z == z::C && b.order == 3 && self.degree(b.atom) == 1);
            if let Some(carbon) = carbon {
                self.charges[atom] = 1;
                self.charges[carbon.atom] = -1;
            }
        }
    }

    /// Phosphorus, sulfur, halogen beside an anion: a double bond instead of two charges.
    fn make_hypervalent(&mut self, atom: usize) {
        while self.charges[atom] > 0 {
            let Some(partner) = self.best_partner(atom, |d, b| d.charges[b.atom] < 0) else {
                return;
            };
            self.shift(atom, partner, 1);
        }
    }

    /// A carbocation beside an anion or an atom with a lone pair: the double bond of the cation's other form.
    fn fill_cation(&mut self, atom: usize) {
        if self.charges[atom] <= 0 || self.degree(atom) != 3 || self.order_sum(atom) != 3 {
            return;
        }
        let donor = self.best_partner(atom, |d, b| {
            d.charges[b.atom] < 0 || (b.z == z::N && d.charges[b.atom] == 0 && d.order_sum(b.atom) == 3)
        });
        if let Some(donor) = donor {
            self.shift(atom, donor, 1);
        }
    }

    /// X⁻–N⁺≡N becomes X=N⁺=N⁻ (diazo compounds, azides).
    fn cumulate(&mut self, atom: usize) {
        let terminal = self
            .bonded(atom)
            .find(|b| b.z == z::N && b.order == 3 && self.degree(b.atom) == 1);
        let anion = self
            .bonded(atom)
            .find(|b| b.order == 1 && self.charges[b.atom] < 0 && b.z != z::O);
        if let (Some(terminal), Some(anion), 2) = (terminal, anion, self.degree(atom)) {
            self.shift(atom, terminal.atom, -1);
            self.shift(atom, anion.atom, 1);
        }
    }

    /// Raises (`by` = 1) or lowers (−1) a bond's order; the electrons come from, or go to, the partner, and leave, or charge, the atom.
    fn shift(&mut self, atom: usize, partner: usize, by: i8) {
        let Some(bond) = self.molecule.bond_between(atom, partner) else {
            return;
        };
        self.orders[bond] = self.orders[bond].saturating_add_signed(by);
        self.charges[atom] = self.charges[atom].saturating_sub(by);
        self.charges[partner] = self.charges[partner].saturating_add(by);
    }

    /// Of the neighbours that fit, the one that takes a charge most readily: terminal before not, oxygen, sulfur, nitrogen, others.
    fn best_partner(&self, atom: usize, fits: impl Fn(&Self, &Bonded) -> bool) -> Option<usize> {
        let rank = |b: &Bonded| {
            let element = match b.z {
                z::O => 0,
                z::S => 1,
                z::N => 2,
                _ => 3,
            };
            (self.degree(b.atom) > 1, element, b.atom)
        };
        self.bonded(atom)
            .filter(|b| fits(self, b))
            .min_by_key(rank)
            .map(|b| b.atom)
    }

    /// The molecule as given.
    pub(super) fn molecule(&self) -> &'m Molecule {
        self.molecule
    }

    /// Atomic number.
    pub(super) fn z(&self, atom: usize) -> u8 {
        self.molecule.element(atom).atomic_number()
    }

    /// Number of neighbours.
    pub(super) fn degree(&self, atom: usize) -> usize {
        self.molecule.degree(atom)
    }

    /// Formal charge in this drawing.
    pub(super) fn charge(&self, atom: usize) -> i8 {
        self.charges[atom]
    }

    /// Order of a bond in this drawing.
    pub(super) fn order(&self, bond: usize) -> u8 {
        self.orders[bond]
    }

    /// The neighbours with their bond orders.
    pub(super) fn bonded(&self, atom: usize) -> impl Iterator<Item = Bonded> + '_ {
        self.molecule.neighbors(atom).iter().map(|n| Bonded {
            atom: n.atom,
            order: self.orders[n.bond],
            z: self.z(n.atom),
        })
    }

    /// Sum of the bond orders.
    pub(super) fn order_sum(&self, atom: usize) -> u8 {
        self.bonded(atom).fold(0, |sum, b| sum.saturating_add(b.order))
    }

    /// The neighbours at the far end of double bonds.
    pub(super) fn double_bonded(&self, atom: usize) -> impl Iterator<Item = Bonded> + '_ {
        self.bonded(atom).filter(|b| b.order == 2)
    }

    /// Whether an atom has a double bond to an element.
    pub(super) fn has_double(&self, atom: usize, z: u8) -> bool {
        self.double_bonded(atom).any(|b| b.z == z)
    }

    /// Whether an atom has a triple bond.
    pub(super) fn has_triple(&self, atom: usize) -> bool {
        self.bonded(atom).any(|b| b.order == 3)
    }

    /// How many neighbours of an element have no other neighbour.
    pub(super) fn terminal(&self, atom: usize, z: u8) -> usize {
        self.bonded(atom)
            .filter(|b| b.z == z && self.degree(b.atom) == 1)
            .count()
    }

    /// Whether two atoms are bonded.
    pub(super) fn adjacent(&self, a: usize, b: usize) -> bool {
        self.molecule.bond_between(a, b).is_some()
    }
}
