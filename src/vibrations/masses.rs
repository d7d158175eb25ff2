//! Masses of a molecule's atoms.

use crate::chem::Molecule;

/// Masses, amu, and the atoms (from 0) for whose stated isotope the table has none: those have the mass number itself.
///
/// A stated isotope counts with its own mass; other atoms have their element's standard atomic weight, as everywhere in this library.
#[must_use]
pub fn masses(molecule: &Molecule) -> (Vec<f64>, Vec<usize>) {
    let mut unknown = Vec::new();
    let masses = molecule.atoms().iter().enumerate().map(|(i, atom)| match atom.isotope {
        None => atom.element.mass(),
        Some(number) => atom.element.isotope_mass(number).unwrap_or_else(|| {
            unknown.push(i);
            f64::from(number)
        }),
    });
    let masses = masses.collect();
    (masses, unknown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chem::{Atom, Element};

    #[test]
    fn isotopes_count_with_their_own_mass() {
        let hydrogen = |isotope| Atom {
            isotope,
            ..Atom::new(Element::H)
        };
        let atoms = vec![hydrogen(None), hydrogen(Some(2)), hydrogen(Some(7))];
        let (masses, unknown) = masses(&Molecule::new(atoms, Vec::new()).unwrap());
        assert_eq!(masses[0], 1.008);
        assert!((masses[1] - 2.014_101_778).abs() < 1e-9);
        assert_eq!((masses[2], unknown.as_slice()), (7.0, [2].as_slice()));
    }
}
