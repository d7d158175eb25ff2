//! One drawing for each structure: five-valent nitrogen and hypervalent halogen oxides with separated charges, so that both
//! common drawings of a nitro group, an azide or a perchlorate give the same types.

use crate::chem::molecule::Neighbor;
use crate::chem::valence::total_valence;
use crate::chem::{BondOrder, Element, Molecule};
use std::borrow::Cow;

/// The molecule in the drawing that typing expects.
pub(super) fn standard(molecule: &Molecule) -> Cow<'_, Molecule> {
    let needs_change = |&atom: &usize| is_five_valent_nitrogen(molecule, atom) || is_halogen_oxide(molecule, atom);
    let atoms: Vec<usize> = (0..molecule.len()).filter(needs_change).collect();
    if atoms.is_empty() {
        return Cow::Borrowed(molecule);
    }
    let mut changed = molecule.clone();
    for atom in atoms {
        if molecule.element(atom) == Element::N {
            separate_nitrogen(&mut changed, atom);
        } else {
            separate_halogen(&mut changed, atom);
        }
    }
    Cow::Owned(changed)
}

fn is_five_valent_nitrogen(molecule: &Molecule, atom: usize) -> bool {
    molecule.element(atom) == Element::N && molecule.atom(atom).formal_charge == 0 && total_valence(molecule, atom) == 5
}

fn is_halogen_oxide(molecule: &Molecule, atom: usize) -> bool {
    matches!(molecule.element(atom), Element::CL | Element::BR | Element::I)
        && molecule.atom(atom).formal_charge == 0
        && matches!(total_valence(molecule, atom), 3 | 5 | 7)
        && molecule
            .neighbors(atom)
            .iter()
            .all(|n| molecule.element(n.atom) == Element::O)
}

/// N(=O)=O becomes [N+](=O)[O−]; N=N≡N becomes N=[N+]=[N−].
fn separate_nitrogen(molecule: &mut Molecule, atom: usize) {
    let with_order = |molecule: &Molecule, element: Element, order: BondOrder| -> Option<Neighbor> {
        let mut neighbors = molecule.neighbors(atom).iter().copied();
        neighbors.find(|n| {
            molecule.element(n.atom) == element
                && molecule.bond(n.bond).order == order
                && molecule.atom(n.atom).formal_charge == 0
        })
    };
    let change = with_order(molecule, Element::O, BondOrder::Double)
        .map(|n| (n, BondOrder::Single))
        .or_else(|| with_order(molecule, Element::N, BondOrder::Triple).map(|n| (n, BondOrder::Double)));
    if let Some((neighbor, order)) = change {
        molecule.set_bond_order(neighbor.bond, order);
        molecule.set_formal_charge(neighbor.atom, -1);
        molecule.set_formal_charge(atom, 1);
    }
}

/// Cl(=O)(=O)(=O)O becomes [Cl+3]([O−])([O−])([O−])O.
fn separate_halogen(molecule: &mut Molecule, atom: usize) {
    let neighbors = molecule.neighbors(atom).to_vec();
    let mut charge = 0;
    for n in neighbors {
        if molecule.bond(n.bond).order == BondOrder::Double {
            molecule.set_bond_order(n.bond, BondOrder::Single);
            molecule.set_formal_charge(n.atom, -1);
            charge += 1;
        }
    }
    molecule.set_formal_charge(atom, charge);
}
