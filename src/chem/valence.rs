//! Electrons of the outer shell, usual valences, and the valence that an atom has in a molecule.

use super::{BondOrder, Element, Molecule};

/// Electrons of the outer shell: the group number for s, p and d elements (2 for group 12). `None` in the f block, where a
/// count says nothing about bonding.
#[must_use]
pub fn outer_electrons(element: Element) -> Option<i32> {
    let number = i32::from(element.atomic_number());
    let electrons = match number {
        1 => 1,
        2 => 2,
        3..=10 => number - 2,
        11..=18 => number - 10,
        19..=36 => long_period(number - 18),
        37..=54 => long_period(number - 36),
        55 | 56 => number - 54,
        57 => 3,
        72..=86 => long_period(number - 68),
        87 | 88 => number - 86,
        89 => 3,
        104..=118 => long_period(number - 100),
        _ => return None,
    };
    Some(electrons)
}

/// Outer electrons of the n-th element of a period with d elements: those of the d shell are inside from group 12 on.
fn long_period(position: i32) -> i32 {
    if position > 11 { position - 10 } else { position }
}

/// The usual valence of a main-group element (0 for noble gases; 2 for tin and lead); `None` for d and f elements.
#[must_use]
pub fn usual_valence(element: Element) -> Option<i32> {
    let valence = match element.atomic_number() {
        1 | 3 | 11 | 19 | 37 | 55 | 87 | 9 | 17 | 35 | 53 | 85 => 1,
        4 | 12 | 20 | 38 | 56 | 88 | 8 | 16 | 34 | 52 | 84 | 50 | 82 => 2,
        5 | 13 | 31 | 49 | 7 | 15 | 33 | 51 | 83 => 3,
        6 | 14 | 32 => 4,
        2 | 10 | 18 | 36 | 54 | 86 => 0,
        _ => return None,
    };
    Some(valence)
}

/// Electron pairs that a bond contributes to the valence of one of its atoms: a dative bond counts only at its second
/// atom, the acceptor.
#[must_use]
pub fn contribution(molecule: &Molecule, bond: usize, atom: usize) -> f64 {
    let bond = molecule.bond(bond);
    match bond.order {
        BondOrder::Dative if bond.atoms[1] == atom => 1.0,
        order => order.value(),
    }
}

/// Sum of an atom's bond orders, rounded down.
#[must_use]
pub fn total_valence(molecule: &Molecule, atom: usize) -> i32 {
    let sum: f64 = molecule
        .neighbors(atom)
        .iter()
        .map(|n| contribution(molecule, n.bond, atom))
        .sum();
    // At most a few dozen: the conversion is exact.
    sum as i32
}

/// Number of neighbours that count for an atom's valence (those whom it only donates a pair to do not).
#[must_use]
pub fn valence_degree(molecule: &Molecule, atom: usize) -> i32 {
    let count = molecule
        .neighbors(atom)
        .iter()
        .filter(|n| contribution(molecule, n.bond, atom) > 0.0)
        .count();
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// Whether the first element attracts electrons more strongly: more outer electrons, or as many in a lower period.
#[must_use]
pub fn more_electronegative(first: Element, second: Element) -> bool {
    let key = |e: Element| (outer_electrons(e), -i32::from(e.atomic_number()));
    key(first) > key(second)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(symbol: &str) -> Element {
        Element::from_symbol(symbol).unwrap()
    }

    #[test]
    fn outer_electrons_follow_the_groups() {
        for (symbol, electrons) in [
            ("H", 1),
            ("He", 2),
            ("C", 4),
            ("F", 7),
            ("Si", 4),
            ("Cl", 7),
            ("Fe", 8),
            ("Cu", 11),
            ("Zn", 2),
            ("Br", 7),
            ("Pd", 10),
            ("I", 7),
            ("Ba", 2),
            ("Hf", 4),
            ("Pt", 10),
            ("Hg", 2),
            ("Pb", 4),
            ("Rn", 8),
            ("Ra", 2),
        ] {
            assert_eq!(outer_electrons(element(symbol)), Some(electrons), "{symbol}");
        }
        assert_eq!(outer_electrons(element("Eu")), None);
    }

    #[test]
    fn electronegativity_grows_to_the_right_and_up() {
        assert!(more_electronegative(element("O"), element("C")));
        assert!(more_electronegative(element("O"), element("S")));
        assert!(!more_electronegative(element("C"), element("C")));
        assert!(!more_electronegative(element("P"), element("N")));
    }
}
