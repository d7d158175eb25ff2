//! What of a record a format has no room for, said in one way for all formats.

use super::{Format, Record};
use crate::chem::{BondMark, BondOrder, Element};

/// One sentence for each thing that this record has and the format can't carry.
pub(super) fn notes(record: &Record, format: Format) -> Vec<String> {
    let molecule = &record.molecule;
    let atoms = molecule.atoms();
    let bonds = molecule.bonds();
    let molfile = matches!(format, Format::Mol | Format::Sdf);
    let named_isotopes = matches!(format, Format::Xyz | Format::Pdb);
    let stated = record.net_charge.is_some_and(|c| c != molecule.net_charge());
    let losses = [
        ("bonds", format == Format::Xyz && !bonds.is_empty()),
        (
            "bond orders",
            format == Format::Pdb && bonds.iter().any(|b| b.order != BondOrder::Unknown),
        ),
        (
            "formal charges of atoms (the net charge is written)",
            format == Format::Xyz && atoms.iter().any(|a| a.formal_charge != 0),
        ),
        (
            "net charge apart from the atoms' formal charges",
            stated && format != Format::Xyz,
        ),
        (
            "isotopes",
            !molfile
                && format != Format::Smiles
                && atoms.iter().any(|a| {
                    a.isotope
                        .is_some_and(|m| !(named_isotopes && a.element == Element::H && (m == 2 || m == 3)))
                }),
        ),
        (
            "unpaired electrons",
            !molfile && format != Format::Smiles && atoms.iter().any(|a| a.unpaired_electrons != 0),
        ),
        (
            "stereo marks",
            matches!(format, Format::Mol2 | Format::Pdb)
                && (bonds.iter().any(|b| b.mark != BondMark::None) || record.parities.iter().any(|&p| p != 0)),
        ),
        ("chiral flag", !molfile && record.chiral),
        (
            "comment line",
            matches!(format, Format::Xyz | Format::Pdb | Format::Smiles) && !record.comment.is_empty(),
        ),
        (
            "atom and residue names",
            (molfile || matches!(format, Format::Xyz | Format::Smiles)) && !record.sites.is_empty(),
        ),
        (
            "partial charges",
            format != Format::Mol2 && !record.partial_charges.is_empty(),
        ),
        (
            "data fields",
            matches!(format, Format::Mol | Format::Smiles) && !record.fields.is_empty(),
        ),
    ];
    losses
        .into_iter()
        .filter(|loss| loss.1)
        .map(|loss| format!("{} carries no {}", format.name(), loss.0))
        .collect()
}
