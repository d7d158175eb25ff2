//! Inputs that can be read and still are not what their author meant.

use crate::chem::{Element, Molecule};

/// Coordinates (Å) closer than this are the same.
const SAME: f64 = 1e-6;

/// No coordinates at all: every atom on one point.
pub fn unusable_coordinates(x: &[f64]) -> Option<String> {
    let first = x.get(..3)?;
    let all_on_it = x
        .chunks_exact(3)
        .all(|atom| atom.iter().zip(first).all(|(a, b)| (a - b).abs() < SAME));
    (x.len() > 3 && all_on_it).then(|| {
        "all atoms lie on one point: the input has no coordinates; make a three-dimensional structure first".to_owned()
    })
}

/// A drawing in a plane of a molecule that can't be flat: it has an atom with four neighbours.
pub fn flat(molecule: &Molecule, x: &[f64]) -> Option<String> {
    let z = x.get(2)?;
    let in_plane = x.chunks_exact(3).all(|atom| (atom[2] - z).abs() < SAME);
    let centre = (0..molecule.len()).find(|&i| molecule.degree(i) >= 4 && !is_metal(molecule.element(i)))?;
    in_plane.then(|| {
        format!(
            "the coordinates are flat (a drawing?), but atom {} has {} neighbours; the result may have the wrong shape or configuration",
            centre + 1,
            molecule.degree(centre)
        )
    })
}

/// Drawn without (all) its hydrogens: carbon, nitrogen or oxygen atoms with valences left open.
pub fn missing_hydrogens(molecule: &Molecule) -> Option<String> {
    let open = |&atom: &usize| open_valences(molecule, atom) > 0;
    let first = (0..molecule.len()).find(open)?;
    let count: u32 = (0..molecule.len())
        .map(|atom| open_valences(molecule, atom).unsigned_abs())
        .sum();
    Some(format!(
        "{count} hydrogen atoms seem to be missing (the first at {} {}); energies and shapes are of the molecule as drawn, add hydrogens first",
        molecule.element(first),
        first + 1
    ))
}

/// Valences of an atom that nothing fills, 0 where that can't be told.
fn open_valences(molecule: &Molecule, index: usize) -> i32 {
    let atom = molecule.atom(index);
    let charge = i32::from(atom.formal_charge);
    let usual = match atom.element {
        Element::C => 4 - charge.abs(),
        Element::N => 3 + charge,
        Element::O => 2 + charge,
        _ => return 0,
    };
    let neighbors = molecule.neighbors(index);
    // Next to a metal valences are a matter of opinion; an isocyanide or carbon monoxide leaves carbon with a lone pair.
    if neighbors.iter().any(|n| is_metal(molecule.element(n.atom)))
        || (neighbors.len() <= 1 && atom.element == Element::C && used(molecule, index) >= 2.0)
    {
        return 0;
    }
    let open = f64::from(usual) - used(molecule, index) - f64::from(atom.unpaired_electrons);
    (open + 0.5).floor().max(0.0) as i32
}

fn used(molecule: &Molecule, index: usize) -> f64 {
    molecule
        .neighbors(index)
        .iter()
        .map(|n| molecule.bond(n.bond).order.value())
        .sum()
}

/// Everything but the non-metals, metalloids and noble gases.
fn is_metal(element: Element) -> bool {
    !matches!(
        element.atomic_number(),
        1 | 2 | 5..=10 | 14..=18 | 32..=36 | 51..=54 | 85 | 86 | 117 | 118
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chem::{Atom, Bond, BondOrder};

    fn chain(elements: &[Element], order: BondOrder) -> Molecule {
        let atoms = elements.iter().map(|&e| Atom::new(e)).collect();
        let bonds = (1..elements.len()).map(|i| Bond::new(i - 1, i, order)).collect();
        Molecule::new(atoms, bonds).unwrap()
    }

    #[test]
    fn ethanol_without_hydrogens_lacks_six() {
        let ethanol = chain(&[Element::C, Element::C, Element::O], BondOrder::Single);
        let text = missing_hydrogens(&ethanol).unwrap();
        assert!(text.starts_with("6 hydrogen atoms") && text.contains("C 1"), "{text}");
    }

    #[test]
    fn complete_small_molecules_lack_none() {
        let water = chain(&[Element::H, Element::O, Element::H], BondOrder::Single);
        let nitrogen = chain(&[Element::N, Element::N], BondOrder::Triple);
        let carbon_monoxide = chain(&[Element::C, Element::O], BondOrder::Double);
        for molecule in [water, nitrogen, carbon_monoxide] {
            assert_eq!(missing_hydrogens(&molecule), None);
        }
    }

    #[test]
    fn only_several_atoms_on_one_point_are_no_coordinates() {
        assert!(unusable_coordinates(&[1.0; 9]).is_some());
        assert!(unusable_coordinates(&[1.0; 3]).is_none());
        assert!(unusable_coordinates(&[]).is_none());
        assert!(unusable_coordinates(&[0.0, 0.0, 0.0, 0.0, 0.0, 1.0]).is_none());
    }
}
