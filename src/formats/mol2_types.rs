//! SYBYL atom types: what they say of formal charges, which MOL2 has no place for, and which types a molecule gets.
//!
//! Charges follow the types' documented meaning only: `O.co2` (carboxylate, phosphate), `N.4` (quaternary nitrogen), `C.cat`
//! (guanidinium), and ions of one atom whose charge is never in doubt.

use crate::chem::{BondOrder, Element, Molecule};

/// Sets formal charges (and, in the groups that they belong to, bond orders) by atom types; whether there were any.
pub(super) fn assign_charges(molecule: &mut Molecule, types: &[&str]) -> bool {
    let mut any = false;
    for atom in 0..molecule.len() {
        match types[atom] {
            "N.4" => {
                molecule.set_formal_charge(atom, 1);
                any = true;
            }
            "C.cat" => any |= charge_guanidinium(molecule, atom),
            _ if molecule.degree(atom) == 0 => {
                let charge = match molecule.element(atom).symbol() {
                    "Li" | "Na" | "K" | "Rb" | "Cs" => 1,
                    "Mg" | "Ca" | "Sr" | "Ba" | "Zn" => 2,
                    "F" | "Cl" | "Br" | "I" => -1,
                    _ => continue,
                };
                molecule.set_formal_charge(atom, charge);
                any = true;
            }
            _ => {
                let oxygens: Vec<(usize, usize)> = molecule
                    .neighbors(atom)
                    .iter()
                    .filter(|n| types[n.atom] == "O.co2" && molecule.degree(n.atom) == 1)
                    .map(|n| (n.atom, n.bond))
                    .collect();
                any |= charge_oxygens(molecule, atom, &oxygens);
            }
        }
    }
    any
}

/// Draws the terminal `O.co2` oxygens of an atom: doubly bonded as many as its valence takes, the others with a charge.
fn charge_oxygens(molecule: &mut Molecule, center: usize, oxygens: &[(usize, usize)]) -> bool {
    let doubles = match (molecule.element(center), oxygens.len()) {
        (Element::S, 3 | 4) => 2,
        (Element::C | Element::P | Element::S, 2..) => 1,
        // One alone is drawn as it is meant.
        _ => return false,
    };
    // Bonds drawn as double stay so, as far as there may be any.
    let mut ordered = oxygens.to_vec();
    ordered.sort_by_key(|o| molecule.bond(o.1).order != BondOrder::Double);
    for (k, (oxygen, bond)) in ordered.into_iter().enumerate() {
        let double = k < doubles;
        molecule.set_bond_order(bond, if double { BondOrder::Double } else { BondOrder::Single });
        molecule.set_formal_charge(oxygen, if double { 0 } else { -1 });
    }
    true
}

/// Draws a guanidinium group: one double bond, to a nitrogen with the charge.
fn charge_guanidinium(molecule: &mut Molecule, carbon: usize) -> bool {
    let nitrogens: Vec<(usize, usize)> = molecule
        .neighbors(carbon)
        .iter()
        .filter(|n| molecule.element(n.atom) == Element::N)
        .map(|n| (n.atom, n.bond))
        .collect();
    if nitrogens.len() != 3 || molecule.degree(carbon) != 3 {
        return false;
    }
    let drawn = nitrogens.iter().find(|n| molecule.bond(n.1).order == BondOrder::Double);
    let charged = drawn.map_or(nitrogens[0].0, |n| n.0);
    for (nitrogen, bond) in nitrogens {
        let double = nitrogen == charged;
        molecule.set_bond_order(bond, if double { BondOrder::Double } else { BondOrder::Single });
        molecule.set_formal_charge(nitrogen, i8::from(double));
    }
    true
}

/// The type of each atom, from elements, bond orders and charges as drawn (aromatic only where drawn so).
pub(super) fn types(molecule: &Molecule) -> Vec<&'static str> {
    (0..molecule.len()).map(|atom| type_of(molecule, atom)).collect()
}

fn type_of(molecule: &Molecule, atom: usize) -> &'static str {
    let element = molecule.element(atom);
    let orders = Orders::of(molecule, atom);
    match element {
        Element::C if is_guanidinium(molecule, atom) => "C.cat",
        Element::C => orders.pick("C.3", "C.2", "C.1", "C.ar"),
        Element::N => nitrogen_type(molecule, atom, &orders),
        Element::O if is_carboxylate_oxygen(molecule, atom) => "O.co2",
        Element::O => orders.pick("O.3", "O.2", "O.3", "O.2"),
        Element::S => match (double_oxygens(molecule, atom), molecule.degree(atom)) {
            (2, 3 | 4) => "S.o2",
            (1, 3) => "S.o",
            _ => orders.pick("S.3", "S.2", "S.3", "S.2"),
        },
        Element::P => "P.3",
        _ => match element.symbol() {
            "Cr" => "Cr.oh",
            "Co" => "Co.oh",
            symbol => symbol,
        },
    }
}

/// How many bonds of each kind an atom has.
struct Orders {
    double: usize,
    triple: usize,
    aromatic: usize,
}

impl Orders {
    fn of(molecule: &Molecule, atom: usize) -> Self {
        let count = |order| {
            molecule
                .neighbors(atom)
                .iter()
                .filter(|n| molecule.bond(n.bond).order == order)
                .count()
        };
        Self {
            double: count(BondOrder::Double),
            triple: count(BondOrder::Triple),
            aromatic: count(BondOrder::Aromatic),
        }
    }

    fn pick(&self, sp3: &'static str, sp2: &'static str, sp: &'static str, aromatic: &'static str) -> &'static str {
        match self {
            Self { aromatic: 1.., .. } => aromatic,
            Self { triple: 1.., .. } | Self { double: 2.., .. } => sp,
            Self { double: 1, .. } => sp2,
            _ => sp3,
        }
    }
}

fn nitrogen_type(molecule: &Molecule, atom: usize, orders: &Orders) -> &'static str {
    let plain = orders.pick("N.3", "N.2", "N.1", "N.ar");
    let neighbors = molecule.neighbors(atom);
    if plain == "N.3" && molecule.atom(atom).formal_charge == 1 && neighbors.len() == 4 {
        return "N.4";
    }
    // Nitro groups and iminium nitrogens, in either drawing.
    if matches!(plain, "N.2" | "N.1") && neighbors.len() == 3 {
        return "N.pl3";
    }
    if plain != "N.3" {
        return plain;
    }
    let bonded_to = |test: &dyn Fn(usize) -> bool| neighbors.iter().any(|n| test(n.atom));
    let acyl = |c: usize| {
        molecule.element(c) == Element::C
            && molecule.neighbors(c).iter().any(|n| {
                molecule.bond(n.bond).order == BondOrder::Double
                    && matches!(molecule.element(n.atom), Element::O | Element::S)
            })
    };
    let planar = |c: usize| {
        let orders = Orders::of(molecule, c);
        matches!(molecule.element(c), Element::C | Element::N) && orders.double + orders.aromatic > 0
    };
    if bonded_to(&acyl) {
        "N.am"
    } else if bonded_to(&planar) {
        "N.pl3"
    } else {
        "N.3"
    }
}

fn double_oxygens(molecule: &Molecule, atom: usize) -> usize {
    let oxygen = |n: &&crate::chem::molecule::Neighbor| {
        molecule.element(n.atom) == Element::O && molecule.bond(n.bond).order == BondOrder::Double
    };
    molecule.neighbors(atom).iter().filter(oxygen).count()
}

/// A carbon between three nitrogens, one of them doubly bonded and positive.
fn is_guanidinium(molecule: &Molecule, atom: usize) -> bool {
    let neighbors = molecule.neighbors(atom);
    neighbors.len() == 3
        && neighbors.iter().all(|n| molecule.element(n.atom) == Element::N)
        && neighbors
            .iter()
            .any(|n| molecule.bond(n.bond).order == BondOrder::Double && molecule.atom(n.atom).formal_charge == 1)
}

/// A terminal oxygen on carbon or phosphorus that shares a charge with another one.
fn is_carboxylate_oxygen(molecule: &Molecule, atom: usize) -> bool {
    let &[center] = molecule.neighbors(atom) else {
        return false;
    };
    if !matches!(molecule.element(center.atom), Element::C | Element::P) {
        return false;
    }
    let terminal = || {
        let neighbors = molecule.neighbors(center.atom).iter();
        neighbors.filter(|n| molecule.element(n.atom) == Element::O && molecule.degree(n.atom) == 1)
    };
    let charged = terminal().filter(|n| molecule.atom(n.atom).formal_charge == -1).count();
    charged > 0 && terminal().count() == charged + 1
}
