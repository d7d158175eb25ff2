//! Functional groups whose usual drawing needs to be known: sums over single atoms and bonds don't tell them apart.

use super::connectivity::Contact;
use crate::chem::rings::Rings;
use crate::chem::{Atom, Bond, BondOrder, Element, Molecule};

/// Relief for a negative nitrogen next to a sulfonyl or phosphoryl group: sulfonamide anions are drawn S(=O)₂–N⁻.
const SULFONAMIDE_ANION: f64 = -5.0;
/// Price of N=O where the nitrogen has one terminal oxygen only: N-oxides and azoxy groups are drawn N⁺–O⁻.
const OXOAMMONIUM: f64 = 10.0;
/// Price of a double bond to a nitro group's nitrogen: nitronates only where nothing else takes the charge.
const NITRONATE: f64 = 4.0;

/// Price of N–O⁻ on a neutral nitrogen with three neighbours (a hydroxamate; elsewhere the nitrogen is an N-oxide's).
const AMINOXIDE: f64 = 6.0;
/// Price of an exocyclic C=C or C=N at a six-ring whose bonds all have aromatic lengths: its quinoid drawing, which
/// saves charges (sulfapyridine's zwitterion, protonated 2,2'-bipyridine), contradicts the geometry.
const QUINOID: f64 = 8.0;

/// The neighbours of every atom as the valence rules count them.
pub(super) struct Surroundings<'a> {
    /// Elements of all atoms.
    pub elements: &'a [Element],
    /// Counted neighbours of each atom.
    pub neighbors: &'a [Vec<usize>],
}

impl Surroundings<'_> {
    fn is(&self, atom: usize, element: Element, degree: usize) -> bool {
        self.elements[atom] == element && self.neighbors[atom].len() == degree
    }

    fn terminal_oxygens(&self, atom: usize) -> usize {
        let around = self.neighbors[atom].iter();
        around.filter(|&&n| self.is(n, Element::O, 1)).count()
    }

    /// Change of an atom's penalty for a charge in these surroundings.
    pub fn charge_penalty(&self, atom: usize, charge: i8) -> f64 {
        let oxo_acid = |&n: &usize| {
            let heavy = self.elements[n].period() > 2 && matches!(self.elements[n].group(), 15 | 16);
            heavy && self.neighbors[n].len() >= 4 && self.terminal_oxygens(n) > 0
        };
        if charge == -1 && self.is(atom, Element::N, 2) && self.neighbors[atom].iter().any(oxo_acid) {
            return SULFONAMIDE_ANION;
        }
        0.0
    }

    /// Penalty of a negative charge on one end of a bond beside a neutral other end.
    pub fn lone_negative_penalty(&self, contact: &Contact) -> f64 {
        let [a, b] = contact.atoms;
        let aminoxide = |n: usize, o: usize| self.is(n, Element::N, 3) && self.is(o, Element::O, 1);
        if aminoxide(a, b) || aminoxide(b, a) {
            AMINOXIDE
        } else {
            0.0
        }
    }

    /// Six-rings with aromatic bond lengths, as ring numbers of each atom.
    pub fn aromatic_six_rings(&self, contacts: &[Contact]) -> Vec<Vec<usize>> {
        let bonds = contacts
            .iter()
            .filter(|c| self.neighbors[c.atoms[0]].contains(&c.atoms[1]))
            .map(|c| Bond::new(c.atoms[0], c.atoms[1], BondOrder::Single));
        let atoms = self.elements.iter().map(|&e| Atom::new(e)).collect();
        let graph = Molecule::new(atoms, bonds.collect()).unwrap_or_default();
        let length = |a: usize, b: usize| {
            let pair = [a.min(b), a.max(b)];
            let place = contacts.binary_search_by_key(&pair, |c| c.atoms);
            place.map_or(f64::INFINITY, |p| contacts[p].length)
        };
        let mut of_atom = vec![Vec::new(); self.elements.len()];
        let rings = Rings::smallest_set(&graph);
        for (number, ring) in rings.all().iter().enumerate().filter(|r| r.1.len() == 6) {
            let aromatic = (0..6).all(|i| {
                let (a, b) = (ring[i], ring[(i + 1) % 6]);
                self.neighbors[a].len() <= 3 && length(a, b) <= self.longest_aromatic(a, b)
            });
            for &atom in ring.iter().filter(|_| aromatic) {
                of_atom[atom].push(number);
            }
        }
        of_atom
    }

    /// Longest aromatic bond between two atoms, Å (Allen et al. 1987 with two standard deviations).
    fn longest_aromatic(&self, a: usize, b: usize) -> f64 {
        match (self.elements[a], self.elements[b]) {
            (Element::C, Element::C) => 1.42,
            (Element::C, Element::N) | (Element::N, Element::C) => 1.375,
            (Element::N, Element::N) => 1.37,
            _ => 0.0,
        }
    }

    /// Extra penalty of a double bond that leaves an aromatic six-ring.
    pub fn quinoid_penalty(&self, contact: &Contact, rings: &[Vec<usize>]) -> f64 {
        let [a, b] = contact.atoms;
        let chain = |atom: usize| matches!(self.elements[atom], Element::C | Element::N);
        if !chain(a) || !chain(b) || rings[a].iter().any(|r| rings[b].contains(r)) {
            return 0.0;
        }
        QUINOID * (usize::from(!rings[a].is_empty()) + usize::from(!rings[b].is_empty())) as f64
    }

    /// Extra penalty of a double bond in these surroundings.
    pub fn double_penalty(&self, contact: &Contact) -> f64 {
        let [a, b] = contact.atoms;
        let one = |nitrogen: usize, other: usize| {
            if !self.is(nitrogen, Element::N, 3) {
                return 0.0;
            }
            match (self.terminal_oxygens(nitrogen), self.is(other, Element::O, 1)) {
                (1, true) => OXOAMMONIUM,
                (2.., false) => NITRONATE,
                _ => 0.0,
            }
        };
        one(a, b) + one(b, a)
    }
}
