//! Partial charges: formal charges shared between equivalent atoms, plus bond charge increments (part II, eq 15).

use super::aromaticity::Aromaticity;
use super::classes::Bonds;
use super::drawing::{Bonded, Drawing, z};
use super::parameters::{Parameters, pair_key};
use super::typing::Types;

/// Partial charges of all atoms.
///
/// q_i = (1 − M_i u_i) q⁰_i + Σ_k u_k q⁰_k + Σ_k w_ki over the neighbours k, with the formal charges q⁰, the number of neighbours M of
/// the type, its share u (`fcadj`) and the increments w (part II, eq 15).
pub(super) fn partial_charges(
    drawing: &Drawing<'_>,
    aromaticity: &Aromaticity,
    types: &Types,
    bonds: &Bonds,
    parameters: &Parameters,
) -> Vec<f64> {
    let formal = formal_charges(drawing, aromaticity, types, parameters);
    let [increments, shares] = [0, 1].map(|column| {
        let of_type = |&t: &u8| parameters.partial_increments[usize::from(t)].map_or(0.0, |row| row[column]);
        types.numbers.iter().map(of_type).collect::<Vec<f64>>()
    });
    let mut charges = formal.clone();
    for (index, bond) in drawing.molecule().bonds().iter().enumerate() {
        let [i, j] = bond.atoms;
        for (from, to) in [(i, j), (j, i)] {
            let shared = shares[from] * formal[from];
            charges[from] -= shared;
            charges[to] += shared;
        }
        let (key, turned) = pair_key(bonds.class(index), types.numbers[i], types.numbers[j]);
        let increment = match parameters.charge_increments.get(key) {
            Some(increment) if turned => -increment,
            Some(increment) => increment,
            // Part V: the difference of the types' partial increments.
            None => increments[j] - increments[i],
        };
        charges[i] -= increment;
        charges[j] += increment;
    }
    charges
}

/// Formal charges by symbol; symbols of groups with equivalent atoms share the group's charge.
fn formal_charges(
    drawing: &Drawing<'_>,
    aromaticity: &Aromaticity,
    types: &Types,
    parameters: &Parameters,
) -> Vec<f64> {
    let mut charges: Vec<f64> = types
        .symbols
        .iter()
        .enumerate()
        .map(|(atom, symbol)| match symbol.as_str() {
            // A thiolate keeps its charge, also where the carbon has a double bond to oxygen.
            "SM" if drawing.bonded(atom).any(|b| b.z == z::C) => f64::from(drawing.charge(atom)),
            "O2S" | "O3S" | "O4S" | "O-S" | "OSMS" | "SSMO" | "OP" | "O2P" | "O3P" | "O4P" | "S-P" | "SM" | "S2CM"
            | "O4CL" => terminal_share(drawing, atom),
            "NAZT" | "NR%" => diazo_share(drawing, types, atom),
            "=N=" => 0.0,
            _ => parameters.formal_charges.get(symbol).copied().unwrap_or(0.0),
        })
        .collect();
    share_anion_rings(drawing, aromaticity, types, &mut charges);
    share_imidazolium(drawing, types, &mut charges);
    charges
}

/// Charge of a terminal oxygen or sulfur: that of all such atoms on the same centre, with a negative charge drawn on the centre
/// itself, divided by their number.
fn terminal_share(drawing: &Drawing<'_>, atom: usize) -> f64 {
    let Some(centre) = drawing.bonded(atom).next() else {
        return 0.0;
    };
    let members = |b: &Bonded| matches!(b.z, z::O | z::S) && drawing.degree(b.atom) == 1;
    let (mut count, mut charge) = (0.0, f64::from(drawing.charge(centre.atom).min(0)));
    for member in drawing.bonded(centre.atom).filter(members) {
        count += 1.0;
        charge += f64::from(drawing.charge(member.atom));
    }
    charge / count
}

/// Diazonium: +1 on the middle nitrogen. Azide anion: shared by the two ends. Neutral diazo groups and azides: none.
fn diazo_share(drawing: &Drawing<'_>, types: &Types, atom: usize) -> f64 {
    if types.symbols[atom] == "NR%" {
        let diazonium = drawing.bonded(atom).any(|b| b.z == z::N && b.order == 3);
        return if diazonium { 1.0 } else { 0.0 };
    }
    let Some(middle) = drawing.bonded(atom).next() else {
        return 0.0;
    };
    let ends = drawing.bonded(middle.atom).filter(|b| types.symbols[b.atom] == "NAZT");
    let (count, charge) = ends.fold((0.0, 0.0), |(n, q), b| (n + 1.0, q + f64::from(drawing.charge(b.atom))));
    if count > 1.0 {
        (charge + f64::from(drawing.charge(middle.atom))) / count
    } else {
        0.0
    }
}

/// An anionic five-ring's charge is shared by its nitrogens.
fn share_anion_rings(drawing: &Drawing<'_>, aromaticity: &Aromaticity, types: &Types, charges: &mut [f64]) {
    for ring in aromaticity.rings.iter().filter(|r| r.atoms.len() == 5) {
        let shared = |atom: &&usize| types.symbols[**atom] == "N5M";
        let members = ring.atoms.iter().filter(shared);
        let (count, charge) = members.fold((0.0, 0.0), |(n, q), &a| (n + 1.0, q + f64::from(drawing.charge(a))));
        for &atom in ring.atoms.iter().filter(shared) {
            charges[atom] = charge / count;
        }
    }
}

/// Where the middle carbon of an imidazolium ring carries a third nitrogen of the guanidinium type, three share the charge.
fn share_imidazolium(drawing: &Drawing<'_>, types: &Types, charges: &mut [f64]) {
    for (atom, charge) in charges.iter_mut().enumerate() {
        let third = |b: Bonded| {
            types.symbols[b.atom] == "CIM+" && drawing.bonded(b.atom).any(|n| types.symbols[n.atom] == "NGD+")
        };
        if types.symbols[atom] == "NIM+" && drawing.bonded(atom).any(third) {
            *charge = 1.0 / 3.0;
        }
    }
}
