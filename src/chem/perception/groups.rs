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
const QUINOID: f64 = 12.0;

/// Price of an exocyclic C=N at a conjugated ring: of two drawings of a cation, the one that has the charge and the
/// double bonds inside the ring (imidazolium, thiazolium and pyrimidinium with amino groups).
const EXOCYCLIC_IMINE: f64 = 2.5;
/// The same for C=O at a conjugated five-ring: the olates of mesoionic rings (sydnones).
const EXOCYCLIC_OXO: f64 = 1.5;
/// Price of a positive nitrogen next to a carbonyl group.
const ACYL_CATION: f64 = 1.5;
/// Price of a positive two-coordinate oxygen without hydrogen: of two drawings, the iminium ester.
const ALKYLATED_CARBONYL: f64 = 2.0;

/// Relief for a positive nitrogen in a six-ring with aromatic lengths: of two drawings, pyridinium.
const PYRIDINIUM: f64 = -1.5;

/// A ring that an atom is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ring {
    /// Its number.
    pub number: usize,
    /// Its size.
    pub size: usize,
    /// Whether it is a five- or six-ring whose bonds may all be conjugated.
    pub conjugated: bool,
    /// Whether it is a six-ring with aromatic bond lengths.
    pub aromatic: bool,
}

/// Longest bond of a kind between two elements, Å.
type Limits = fn(Element, Element) -> f64;

/// Longest bond in an aromatic six-ring, Å (Allen et al. 1987 with two standard deviations).
fn longest_aromatic(a: Element, b: Element) -> f64 {
    match (a.min(b).atomic_number(), a.max(b).atomic_number()) {
        (6, 6) => 1.42,
        (6, 7) => 1.375,
        (7, 7) => 1.37,
        _ => 0.0,
    }
}

/// Longest bond in a conjugated ring, Å (same source; five-rings' bonds differ most).
fn longest_conjugated(a: Element, b: Element) -> f64 {
    match (a.min(b).atomic_number(), a.max(b).atomic_number()) {
        (6, 6) => 1.46,
        (6, 7) => 1.42,
        (7, 7) => 1.41,
        (6, 8) => 1.42,
        (7, 8) => 1.44,
        (6, 16) => 1.77,
        (7, 16) => 1.70,
        _ => 0.0,
    }
}

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

    /// Whether an atom bears a terminal oxygen or sulfur, as a carbonyl carbon does.
    fn is_acyl(&self, atom: usize) -> bool {
        let terminal = |&n: &usize| matches!(self.elements[n], Element::O | Element::S) && self.neighbors[n].len() == 1;
        self.elements[atom] == Element::C && self.neighbors[atom].iter().any(terminal)
    }

    /// Change of an atom's penalty for a charge in these surroundings; `rings` as from [`Self::rings`].
    pub fn charge_penalty(&self, atom: usize, charge: i8, rings: &[Ring]) -> f64 {
        let around = &self.neighbors[atom];
        if charge == 1 && self.is(atom, Element::N, 3) {
            let acyl = around.iter().any(|&n| self.is_acyl(n));
            let pyridinium = rings.iter().any(|r| r.aromatic);
            return match (acyl, pyridinium) {
                (true, _) => ACYL_CATION,
                (false, true) => PYRIDINIUM,
                (false, false) => 0.0,
            };
        }
        if charge == 1 && self.is(atom, Element::O, 2) && around.iter().all(|&n| self.elements[n] != Element::H) {
            return ALKYLATED_CARBONYL;
        }
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

    /// The rings of each atom, with what their bond lengths say.
    pub fn rings(&self, contacts: &[Contact]) -> Vec<Vec<Ring>> {
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
        for (number, ring) in rings.all().iter().enumerate() {
            let size = ring.len();
            let within = |limits: Limits| {
                (0..size).all(|i| {
                    let (a, b) = (ring[i], ring[(i + 1) % size]);
                    self.neighbors[a].len() <= 3 && length(a, b) <= limits(self.elements[a], self.elements[b])
                })
            };
            let conjugated = matches!(size, 5 | 6) && within(longest_conjugated);
            let aromatic = size == 6 && within(longest_aromatic);
            for &atom in ring {
                of_atom[atom].push(Ring {
                    number,
                    size,
                    conjugated,
                    aromatic,
                });
            }
        }
        of_atom
    }

    /// Extra penalty of a double bond that leaves a conjugated ring.
    pub fn exocyclic_penalty(&self, contact: &Contact, rings: &[Vec<Ring>]) -> f64 {
        let [a, b] = contact.atoms;
        if rings[a].iter().any(|r| rings[b].iter().any(|s| s.number == r.number)) {
            return 0.0;
        }
        let from = |ring_atom: usize, other: usize| {
            let rings = &rings[ring_atom];
            match (self.elements[ring_atom], self.elements[other]) {
                (Element::C | Element::N, Element::C | Element::N) if rings.iter().any(|r| r.aromatic) => QUINOID,
                (Element::C, Element::N) if rings.iter().any(|r| r.conjugated) => EXOCYCLIC_IMINE,
                (Element::C, Element::O) if rings.iter().any(|r| r.size == 5 && r.conjugated) => EXOCYCLIC_OXO,
                _ => 0.0,
            }
        };
        from(a, b) + from(b, a)
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
