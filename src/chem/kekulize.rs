//! Turns bonds drawn as aromatic into single and double ones.
//!
//! Every atom that needs a double bond must be matched with a neighbour (J. Edmonds, Can. J. Math. 1965, 17, 449).
//! Charges and hydrogens that the drawing leaves out are allowed for in rounds: first as drawn, then with hydrogens
//! missing at nitrogen, then with positive charges missing (MOL2's guanidinium), so that no more is guessed than needed.

mod matching;

use super::{BondOrder, Element, Molecule};
use matching::{Matching, Need};
use thiserror::Error;

/// No Kekulé structure exists. Atoms count from 1 in the message.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the aromatic bonds at atom {} can't be drawn as single and double bonds; is a charge or a hydrogen missing?", atom + 1)]
pub struct KekulizeError {
    /// An atom that is left without a double bond, from 0.
    pub atom: usize,
}

/// Replaces all `Aromatic` bonds by single and double ones such that valences are met. No change where there are none.
///
/// Where the drawing left out formal charges (MOL2 carboxylates, phosphates and guanidinium groups), those that the
/// single and double bonds ask for are set.
///
/// # Errors
/// Where no assignment exists; the molecule is unchanged then.
pub fn kekulize(molecule: &mut Molecule) -> Result<(), KekulizeError> {
    within(molecule, &Round::ALL)
}

/// As [`kekulize`], for drawings in which no hydrogen and no charge is left out (SMILES): none is guessed.
///
/// # Errors
/// Where no assignment exists; the molecule is unchanged then.
pub fn kekulize_as_drawn(molecule: &mut Molecule) -> Result<(), KekulizeError> {
    within(molecule, &[Round::AsDrawn])
}

fn within(molecule: &mut Molecule, rounds: &[Round]) -> Result<(), KekulizeError> {
    let aromatic: Vec<usize> = (0..molecule.bonds().len())
        .filter(|&b| molecule.bond(b).order == BondOrder::Aromatic)
        .collect();
    if aromatic.is_empty() {
        return Ok(());
    }
    let sites: Vec<Option<Site>> = (0..molecule.len()).map(|a| Site::new(molecule, a)).collect();
    let mut neighbors = vec![Vec::new(); molecule.len()];
    for &bond in &aromatic {
        let [a, b] = molecule.bond(bond).atoms;
        neighbors[a].push(b);
        neighbors[b].push(a);
    }
    let mut matching = Matching::new(neighbors);
    let mut left = None;
    for &round in rounds {
        let needs: Vec<Need> = sites
            .iter()
            .map(|s| s.as_ref().map_or(Need::Never, |s| s.need(round)))
            .collect();
        left = matching.cover(&needs);
        if left.is_none() {
            break;
        }
    }
    if let Some(atom) = left {
        return Err(KekulizeError { atom });
    }
    for &bond in &aromatic {
        let [a, b] = molecule.bond(bond).atoms;
        let double = matching.partner(a) == Some(b);
        molecule.set_bond_order(bond, if double { BondOrder::Double } else { BondOrder::Single });
    }
    if rounds == [Round::AsDrawn] {
        return Ok(());
    }
    for (atom, site) in sites.iter().enumerate() {
        let charge = site
            .as_ref()
            .map_or(0, |s| s.missing_charge(matching.partner(atom).is_some()));
        if charge != 0 {
            molecule.set_formal_charge(atom, charge);
        }
    }
    Ok(())
}

/// What the drawing may have left out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Round {
    AsDrawn,
    HydrogensMissing,
    ChargesMissing,
}

impl Round {
    const ALL: [Self; 3] = [Self::AsDrawn, Self::HydrogensMissing, Self::ChargesMissing];
}

/// An atom with aromatic bonds.
struct Site {
    element: Element,
    charge: i8,
    unpaired: u8,
    /// Neighbours.
    degree: usize,
    /// Valence with all aromatic bonds single.
    used: usize,
}

impl Site {
    fn new(molecule: &Molecule, atom: usize) -> Option<Self> {
        let neighbors = molecule.neighbors(atom);
        let order = |bond: usize| molecule.bond(bond).order;
        neighbors.iter().find(|n| order(n.bond) == BondOrder::Aromatic)?;
        let value = |bond: usize| match order(bond) {
            BondOrder::Aromatic => 1,
            other => other.value() as usize,
        };
        let drawn = molecule.atom(atom);
        Some(Self {
            element: drawn.element,
            charge: drawn.formal_charge,
            unpaired: drawn.unpaired_electrons,
            degree: neighbors.len(),
            used: neighbors.iter().map(|n| value(n.bond)).sum(),
        })
    }

    /// Whether the atom needs a double bond.
    fn need(&self, round: Round) -> Need {
        match (self.element.group(), self.element) {
            (14, _) => self.carbon(),
            (15, _) => self.nitrogen(round),
            (16, _) => self.oxygen(round),
            (13, _) if self.used < 3 || (self.charge < 0 && self.used < 4) => Need::May,
            (17, _) if self.used > 1 && self.used.is_multiple_of(2) => Need::Must,
            _ => Need::Never,
        }
    }

    fn carbon(&self) -> Need {
        let valence = 4usize.saturating_sub(usize::from(self.charge.unsigned_abs()) + usize::from(self.unpaired));
        match valence.checked_sub(self.used) {
            None | Some(0) => Need::Never,
            // A hydrogen or a charge may have been left out beside the charge that is drawn.
            Some(_) if self.charge != 0 => Need::May,
            Some(_) => Need::Must,
        }
    }

    fn nitrogen(&self, round: Round) -> Need {
        match (self.charge, self.used) {
            (..0, _) => Need::Never,
            (1.., 0..=3) => Need::Must,
            (1.., _) => Need::Never,
            (0, 0..=2) if self.unpaired > 0 => Need::Never,
            (0, 0..=2) if round == Round::AsDrawn => Need::Must,
            (0, 0..=2) => Need::May,
            (0, 3) if round == Round::ChargesMissing && self.element == Element::N => Need::May,
            // Hypervalent drawings: N-oxide n(=O), and phosphorus with four neighbours.
            (0, 4) => Need::Must,
            (0, _) => Need::Never,
        }
    }

    fn oxygen(&self, round: Round) -> Need {
        match (self.charge, self.used) {
            (..0, _) => Need::Never,
            (1.., 0..=2) => Need::Must,
            (1.., _) => Need::Never,
            (0, 0..=1) => Need::May,
            (0, 2) if self.degree == 2 && round == Round::ChargesMissing => Need::May,
            // Sulfinyl and sulfonyl sulfur with bonds drawn as aromatic.
            (0, 3 | 5) => Need::Must,
            (0, 4) if self.degree == 4 => Need::May,
            (0, _) => Need::Never,
        }
    }

    /// The charge that the Kekulé structure asks for, where none was drawn and hydrogens are not in doubt.
    fn missing_charge(&self, double: bool) -> i8 {
        if self.charge != 0 || self.unpaired > 0 {
            return 0;
        }
        let valence = self.used + usize::from(double);
        match (self.element.group(), valence) {
            (15, 4) if self.element == Element::N => 1,
            (16, 3) if self.degree <= 2 => 1,
            (16, 1) => -1,
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests;
