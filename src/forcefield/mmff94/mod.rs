//! MMFF94 and MMFF94s (Halgren 1996, parts I–V; 1999, parts VI–VII): typing, charges, parameters, assembly.

mod aromaticity;
mod assembly;
mod charges;
mod classes;
mod drawing;
mod empirical_rules;
mod parameters;
#[cfg(test)]
mod tests;
mod typing;

use super::{Estimate, Surface, Terms, TypingError};
use crate::chem::Molecule;
use typing::Unfit;

pub use parameters::Parameters;

/// The two variants of the force field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// MMFF94.
    Mmff94,
    /// MMFF94s: flatter out-of-plane and torsion parameters at delocalized nitrogens.
    Mmff94s,
}

impl Variant {
    /// The surface's name.
    #[must_use]
    pub fn surface(self) -> Surface {
        match self {
            Self::Mmff94 => Surface::Mmff94,
            Self::Mmff94s => Surface::Mmff94s,
        }
    }
}

/// Types a molecule and assigns all its parameters. Needs bonds with orders (no `Aromatic` ones: kekulize first) and all hydrogens.
///
/// # Errors
/// An atom without type, or a parameter that neither tables nor rules supply.
pub fn parametrize(molecule: &Molecule, variant: Variant, parameters: &Parameters) -> Result<Terms, TypingError> {
    assign(molecule, variant, parameters, Unfit::Refused)
}

/// As [`parametrize`], but carbon, sulfur and phosphorus atoms whose drawn bonds fit no rule (radicals, missing double bonds, odd
/// drawings) are typed by their number of neighbours. Each is listed in [`Terms::estimates`] as `type`.
///
/// # Errors
/// As for [`parametrize`].
pub fn parametrize_as_drawn(
    molecule: &Molecule,
    variant: Variant,
    parameters: &Parameters,
) -> Result<Terms, TypingError> {
    assign(molecule, variant, parameters, Unfit::Generic)
}

fn assign(molecule: &Molecule, variant: Variant, parameters: &Parameters, unfit: Unfit) -> Result<Terms, TypingError> {
    let drawing = drawing::Drawing::new(molecule);
    let aromaticity = aromaticity::Aromaticity::new(&drawing);
    let types = typing::assign(&drawing, &aromaticity, parameters, variant, unfit)?;
    let bonds = classes::Bonds::new(&drawing, &aromaticity, &types.numbers, parameters);
    let charges = charges::partial_charges(&drawing, &aromaticity, &types, &bonds, parameters);
    let mut terms = assembly::Assembly::new(&drawing, &bonds, &types.numbers, parameters, variant).terms()?;
    terms.charges = charges;
    let generic = types.generic.into_iter().map(|(atom, missing)| Estimate {
        term: "type",
        atoms: vec![atom],
        types: types.symbols[atom].clone(),
        rule: format!("by element and number of neighbours: {missing}"),
    });
    terms.estimates.splice(0..0, generic);
    Ok(terms)
}
