//! Classes of interactions: the type indices BT, AT, SBT and TT in front of the atom types (parts I, IV and V).

use super::aromaticity::Aromaticity;
use super::drawing::Drawing;
use super::parameters::{AtomType, Parameters};

/// Bond types and orders.
#[derive(Debug)]
pub(super) struct Bonds {
    classes: Vec<u8>,
    aromatic: Vec<bool>,
}

impl Bonds {
    /// Finds the bond types: 1 for a single bond between two atoms that can both be multiply bonded, or between two aromatic
    /// atoms of different rings (`sbmb` and `arom`), else 0.
    pub(super) fn new(
        drawing: &Drawing<'_>,
        aromaticity: &Aromaticity,
        types: &[AtomType],
        parameters: &Parameters,
    ) -> Self {
        let bonds = drawing.molecule().bonds();
        let aromatic: Vec<bool> = bonds
            .iter()
            .map(|b| aromaticity.share_ring(b.atoms[0], b.atoms[1]))
            .collect();
        let class = |index: usize| {
            let [i, j] = bonds[index].atoms.map(|a| parameters.property(types[a]));
            let (Some(i), Some(j)) = (i, j) else { return 0 };
            let between_multiple = i.single_bond_between_multiple && j.single_bond_between_multiple;
            let between_rings = i.aromatic && j.aromatic;
            let single = drawing.order(index) == 1 && !aromatic[index];
            u8::from(single && (between_multiple || between_rings))
        };
        Self {
            classes: (0..bonds.len()).map(class).collect(),
            aromatic,
        }
    }

    /// Bond type BT.
    pub(super) fn class(&self, bond: usize) -> u8 {
        self.classes[bond]
    }

    /// Whether both atoms are in one aromatic ring.
    pub(super) fn aromatic(&self, bond: usize) -> bool {
        self.aromatic[bond]
    }
}

/// The size of the smallest ring that holds an angle, as far as it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SmallRing {
    /// None of three or four.
    No,
    /// A three-ring.
    Three,
    /// A four-ring.
    Four,
}

/// Whether i, j, k are in one ring of three, or of four.
pub(super) fn angle_ring(drawing: &Drawing<'_>, [i, j, k]: [usize; 3]) -> SmallRing {
    if drawing.adjacent(i, k) {
        return SmallRing::Three;
    }
    let opposite = |atom: usize| atom != j && drawing.adjacent(atom, k);
    if drawing.bonded(i).any(|b| opposite(b.atom)) {
        SmallRing::Four
    } else {
        SmallRing::No
    }
}

/// Angle type AT: the number of bonds of type 1, apart for three- and four-rings.
pub(super) fn angle_class(ring: SmallRing, bond_types: [u8; 2]) -> u8 {
    match (ring, bond_types[0] + bond_types[1]) {
        (SmallRing::No, sum) => sum,
        (SmallRing::Three, 0) => 3,
        (SmallRing::Three, sum) => 4 + sum,
        (SmallRing::Four, 0) => 4,
        (SmallRing::Four, sum) => 6 + sum,
    }
}

/// Stretch-bend type SBT of an angle type, given whether the bond i–j is of type 1 (else it is k–j, where only one is).
pub(super) fn stretch_bend_class(angle_class: u8, first_bond: bool) -> u8 {
    match (angle_class, first_bond) {
        (1, true) => 1,
        (1, false) => 2,
        (2, _) => 3,
        (3, _) => 5,
        (4, _) => 4,
        (5, true) => 6,
        (5, false) => 7,
        (6, _) => 8,
        (7, true) => 9,
        (7, false) => 10,
        (8, _) => 11,
        _ => 0,
    }
}

/// Torsion types TT to look for, in order: 4 in a four-ring, 5 in a five-ring that holds an sp³ carbon and no single bond between multiply
/// bonded atoms; the general types where the table has no row of those.
pub(super) fn torsion_classes(
    drawing: &Drawing<'_>,
    bonds: &Bonds,
    atoms: [usize; 4],
    types: [AtomType; 4],
    [ij, jk, kl]: [usize; 3],
) -> [Option<u8>; 2] {
    let single = drawing.order(jk) == 1 && !bonds.aromatic(jk);
    let general = if bonds.class(jk) == 1 {
        1
    } else if single && (bonds.class(ij) == 1 || bonds.class(kl) == 1) {
        2
    } else {
        0
    };
    let [i, j, k, l] = atoms;
    let chordless = !drawing.adjacent(i, k) && !drawing.adjacent(j, l);
    if chordless && drawing.adjacent(i, l) {
        return [Some(4), Some(general)];
    }
    let closes = |atom: usize| {
        atom != j && atom != k && drawing.adjacent(atom, l) && !drawing.adjacent(atom, j) && !drawing.adjacent(atom, k)
    };
    if general == 0 && types.contains(&1) && chordless && drawing.bonded(i).any(|b| closes(b.atom)) {
        return [Some(5), Some(general)];
    }
    [Some(general), (general == 2).then_some(0)]
}
