//! One drawing for each structure: five-valent nitrogen, halogen oxides and methylene or imino phosphine oxides with
//! separated charges, so that both common drawings of a nitro group, an azide or a perchlorate give the same types.

use crate::chem::molecule::Neighbor;
use crate::chem::valence::total_valence;
use crate::chem::{BondOrder, Element, Molecule};
use std::borrow::Cow;

/// The molecule in the drawing that typing expects.
pub(super) fn standard(molecule: &Molecule) -> Cow<'_, Molecule> {
    let atoms: Vec<usize> = (0..molecule.len())
        .filter(|&atom| needs_change(molecule, atom))
        .collect();
    if atoms.is_empty() {
        return Cow::Borrowed(molecule);
    }
    let mut changed = molecule.clone();
    for atom in atoms {
        if matches!(molecule.element(atom), Element::N | Element::P) {
            separate_once(&mut changed, atom);
        } else {
            separate_halogen(&mut changed, atom);
        }
    }
    Cow::Owned(changed)
}

fn needs_change(molecule: &Molecule, atom: usize) -> bool {
    molecule.atom(atom).formal_charge == 0
        && match molecule.element(atom) {
            Element::N => total_valence(molecule, atom) == 5,
            Element::P => is_ylidic_oxide(molecule, atom),
            Element::CL | Element::BR | Element::I => is_halogen_oxide(molecule, atom),
            _ => false,
        }
}

/// R–P(=O)=C or R–P(=O)=N.
fn is_ylidic_oxide(molecule: &Molecule, atom: usize) -> bool {
    let double_to = |element: Element| {
        let doubles = molecule
            .neighbors(atom)
            .iter()
            .filter(|n| molecule.bond(n.bond).order == BondOrder::Double);
        doubles.filter(|n| molecule.element(n.atom) == element).count()
    };
    molecule.degree(atom) == 3
        && total_valence(molecule, atom) == 5
        && double_to(Element::O) == 1
        && double_to(Element::C) + double_to(Element::N) == 1
}

fn is_halogen_oxide(molecule: &Molecule, atom: usize) -> bool {
    matches!(total_valence(molecule, atom), 3 | 5 | 7)
        && molecule
            .neighbors(atom)
            .iter()
            .all(|n| molecule.element(n.atom) == Element::O)
}

/// N(=O)=O becomes [N+](=O)[O−]; N=N≡N becomes N=[N+]=[N−]; P(=O)=C becomes [P+]([O−])=C.
fn separate_once(molecule: &mut Molecule, atom: usize) {
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
