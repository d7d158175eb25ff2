//! Hydrogens and unpaired electrons that a SMILES leaves to its reader.

use crate::chem::Element;
use crate::chem::valence::outer_electrons;

/// Hydrogens that an atom written without brackets has; `None` for elements that need brackets. `bonds` is the sum of the bond orders, an
/// aromatic bond counting one; an aromatic atom has one electron more in the ring (OpenSMILES, "Organic subset").
pub(super) fn implied_hydrogens(element: Element, aromatic: bool, bonds: usize) -> Option<usize> {
    let valences = normal_valences(element)?;
    if aromatic {
        return Some(valences[0].saturating_sub(bonds + 1));
    }
    let valence = valences.iter().find(|&&v| v >= bonds);
    Some(valence.map_or(0, |v| v - bonds))
}

/// Whether an atom written without brackets has more bonds than it should.
pub(super) fn is_overloaded(element: Element, bonds: usize) -> bool {
    normal_valences(element).is_some_and(|v| v.last().is_some_and(|&most| bonds > most))
}

fn normal_valences(element: Element) -> Option<&'static [usize]> {
    Some(match element.atomic_number() {
        5 => &[3],
        6 => &[4],
        7 | 15 => &[3, 5],
        8 => &[2],
        16 => &[2, 4, 6],
        9 | 17 | 35 | 53 => &[1],
        _ => return None,
    })
}

/// Unpaired electrons of an atom in brackets: those of its own that neither bonds nor lone pairs take, as far as the octet (for hydrogen
/// the pair) is short of electrons. Metals show an odd one where nothing is bound to them.
pub(super) fn unpaired_electrons(element: Element, charge: i8, valence: usize) -> u8 {
    let Some(outer) = outer_electrons(element) else {
        return 0;
    };
    let valence = i32::try_from(valence).unwrap_or(i32::MAX / 2);
    let own = outer - i32::from(charge) - valence;
    let count = match element.group() {
        1 if element == Element::H => own.min(2 - outer - valence + i32::from(charge)),
        13..=17 => own.min(8 - outer - valence + i32::from(charge)),
        1 | 2 if valence == 0 => own.max(0) % 2,
        _ => 0,
    };
    u8::try_from(count.clamp(0, 4)).unwrap_or(0)
}
