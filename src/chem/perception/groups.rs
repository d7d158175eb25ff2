//! Functional groups whose usual drawing needs to be known: sums over single atoms and bonds don't tell them apart.

use super::connectivity::Contact;
use crate::chem::Element;

/// Relief for a negative nitrogen next to a sulfonyl or phosphoryl group: sulfonamide anions are drawn S(=O)₂–N⁻.
const SULFONAMIDE_ANION: f64 = -5.0;
/// Price of N=O where the nitrogen has one terminal oxygen only: N-oxides and azoxy groups are drawn N⁺–O⁻.
const OXOAMMONIUM: f64 = 10.0;
/// Price of a double bond to a nitro group's nitrogen: nitronates only where nothing else takes the charge.
const NITRONATE: f64 = 4.0;

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
