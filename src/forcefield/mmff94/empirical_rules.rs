//! Rules for parameters that the tables do not hold (part V): bonds, angles, stretch-bends, torsions.

use super::classes::SmallRing;
use super::drawing::z;
use super::parameters::{Parameters, Property, key, pair_key, triple_key};

#[cfg(test)]
mod tests;

/// An atom as the rules see it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Typed {
    /// Properties of the type.
    pub property: Property,
}

/// Row of the periodic table as the rules count it: 0 hydrogen and helium, 1 lithium to neon …
fn row(atomic_number: u8) -> u8 {
    match atomic_number {
        0..=2 => 0,
        3..=10 => 1,
        11..=18 => 2,
        19..=36 => 3,
        37..=54 => 4,
        _ => 5,
    }
}

/// Row in Herschbach and Laurie's table, where the transition metals have their own.
fn badger_row(atomic_number: u8) -> u8 {
    match atomic_number {
        21..=30 => 30,
        39..=48 => 40,
        57..=80 => 50,
        other => row(other),
    }
}

/// Force constant and length of a bond: the covalent radii shortened by bond order or hybridization, less the polarity correction
/// of Schomaker and Stevenson; the constant from a reference bond by the sixth power of the lengths' ratio, else
/// from Badger's rule with Herschbach and Laurie's parameters (part V).
pub(super) fn bond(parameters: &Parameters, i: Typed, j: Typed, order: u8, aromatic: bool) -> Option<[f64; 2]> {
    let elements = [i, j].map(|t| t.property.atomic_number);
    let radii = elements.map(|e| parameters.covalent_radii.get(key(&[e])));
    let [[radius_i, chi_i], [radius_j, chi_j]] = [radii[0]?, radii[1]?];
    let shortening = match effective_order(i.property, j.property, order, aromatic) {
        EffectiveOrder::Single => hybrid_shortening(i.property) + hybrid_shortening(j.property),
        EffectiveOrder::Multiple(per_atom) => 2.0 * per_atom,
    };
    // Blom and Haaland's constant and exponent (J. Mol. Struct. 1985, 128, 21), with a smaller constant for hydrogen.
    let c = if elements.contains(&z::H) { 0.05 } else { 0.085 };
    let length = radius_i + radius_j - shortening - c * (chi_i - chi_j).abs().powf(1.4);
    let force_constant = bond_constant(parameters, elements, length)?;
    (length > 0.0 && force_constant.is_finite() && force_constant > 0.0).then_some([force_constant, length])
}

/// Force constant of a bond of known length.
fn bond_constant(parameters: &Parameters, elements: [u8; 2], length: f64) -> Option<f64> {
    if let Some([reference, constant]) = parameters.bond_rules.get(pair_key(0, elements[0], elements[1]).0) {
        return Some(constant * (reference / length).powi(6));
    }
    let rows = elements.map(badger_row);
    let [a, d] = parameters.badger.get(pair_key(0, rows[0], rows[1]).0)?;
    // Badger: r0 = d + (a − d) kb^(−1/3).
    Some(((a - d) / (length - d)).powi(3))
}

enum EffectiveOrder {
    Single,
    /// What each radius loses, Å.
    Multiple(f64),
}

/// Resonance gives bonds of order 1½ (0.075 Å off each radius) and 1⅓ (0.04 Å), besides double (0.10 Å) and triple (0.17 Å).
fn effective_order(i: Property, j: Property, order: u8, aromatic: bool) -> EffectiveOrder {
    let multiple = (
        i.multiple_bond.min(j.multiple_bond),
        i.multiple_bond.max(j.multiple_bond),
    );
    match (order, multiple) {
        (1, (1, 1)) => EffectiveOrder::Multiple(0.075),
        (1, (1, 2)) => EffectiveOrder::Multiple(0.04),
        _ if aromatic && (i.lone_pair || j.lone_pair) => EffectiveOrder::Multiple(0.04),
        _ if aromatic => EffectiveOrder::Multiple(0.075),
        (2, _) => EffectiveOrder::Multiple(0.10),
        (3.., _) => EffectiveOrder::Multiple(0.17),
        _ => EffectiveOrder::Single,
    }
}

/// What an atom's radius loses in a single bond where the atom is sp² or sp, Å.
fn hybrid_shortening(property: Property) -> f64 {
    match property.multiple_bond {
        3 => 0.08,
        1 | 2 => 0.03,
        _ => 0.0,
    }
}

/// Reference angle by the centre's coordination and by the ring, degrees (part V).
pub(super) fn reference_angle(centre: Property, ring: SmallRing) -> f64 {
    match (ring, centre.coordination) {
        (SmallRing::Three, _) => 60.0,
        (SmallRing::Four, _) => 90.0,
        (_, 4) => 109.45,
        (_, 2) if centre.linear => 180.0,
        (_, 2) if centre.atomic_number == z::O => 105.0,
        (_, 2) if centre.atomic_number > 10 => 95.0,
        (_, 3) if centre.valence == 3 && centre.multiple_bond == 0 && centre.atomic_number == z::N => 107.0,
        (_, 3) if centre.valence == 3 && centre.multiple_bond == 0 => 92.0,
        _ => 120.0,
    }
}

/// Force constant of an angle: ka = β Z_i C_j Z_k / ((r_ij + r_jk) θ0²) exp(−2 D), D = (r_ij − r_jk)²/(r_ij + r_jk)², θ0 in radian,
/// with β 1.75, less in three- and four-rings (part V). For linear angles 178° stand for 180°: so were the rule's own entries
/// in the published table made.
pub(super) fn angle_constant(
    parameters: &Parameters,
    elements: [u8; 3],
    lengths: [f64; 2],
    angle_degrees: f64,
    ring: SmallRing,
) -> Option<f64> {
    let factor = |element: u8, column: usize| {
        let row = parameters.angle_rules.get(key(&[element]))?;
        (row[column] > 0.0).then_some(row[column])
    };
    let (z_i, c_j, z_k) = (
        factor(elements[0], 0)?,
        factor(elements[1], 1)?,
        factor(elements[2], 0)?,
    );
    let beta = match ring {
        SmallRing::No => 1.75,
        SmallRing::Three => 1.75 * 0.05,
        SmallRing::Four => 1.75 * 0.85,
    };
    let sum = lengths[0] + lengths[1];
    let d = ((lengths[0] - lengths[1]) / sum).powi(2);
    Some(beta * z_i * c_j * z_k / (sum * angle_degrees.min(178.0).to_radians().powi(2)) * (-2.0 * d).exp())
}

/// Stretch-bend constants by the rows of the periodic table (part V).
pub(super) fn stretch_bend(parameters: &Parameters, elements: [u8; 3]) -> Option<[f64; 2]> {
    let (key, turned) = triple_key(0, elements.map(row));
    let mut constants = parameters.stretch_bend_defaults.get(key)?;
    if turned {
        constants.reverse();
    }
    Some(constants)
}

/// Torsion barriers and the letter of the rule that gave them (part V, rules a to h).
pub(super) fn torsion(
    parameters: &Parameters,
    j: Typed,
    k: Typed,
    order: u8,
    aromatic: bool,
) -> Option<(char, [f64; 3])> {
    let (pj, pk) = (j.property, k.property);
    let [[u_j, v_j, w_j], [u_k, v_k, w_k]] = [
        parameters.torsion_rules.get(key(&[pj.atomic_number]))?,
        parameters.torsion_rules.get(key(&[pk.atomic_number]))?,
    ];
    let twofold = |beta: f64, pi: f64| [0.0, beta * pi * (u_j * u_k).sqrt(), 0.0];
    let count = f64::from(pj.coordination.saturating_sub(1)) * f64::from(pk.coordination.saturating_sub(1));
    let threefold = if count > 0.0 {
        [0.0, 0.0, (v_j * v_k).sqrt() / count]
    } else {
        [0.0; 3]
    };
    if pj.linear || pk.linear {
        return Some(('a', [0.0; 3]));
    }
    if aromatic {
        let pi = if pj.lone_pair || pk.lone_pair { 0.3 } else { 0.5 };
        return Some(('b', twofold(6.0, pi)));
    }
    if order == 2 {
        let pi = if pj.multiple_bond == 2 && pk.multiple_bond == 2 {
            1.0
        } else {
            0.4
        };
        return Some(('c', twofold(6.0, pi)));
    }
    Some(match (pj.coordination, pk.coordination) {
        (4, 4) => ('d', threefold),
        (4, _) => ('e', beside_tetrahedral(pk, threefold)),
        (_, 4) => ('f', beside_tetrahedral(pj, threefold)),
        _ => match delocalized(pj, pk) {
            Some(pi) => ('g', twofold(6.0, pi)),
            None if [pj, pk].iter().all(|p| matches!(p.atomic_number, z::O | z::S)) => {
                ('h', [0.0, -(w_j * w_k).sqrt(), 0.0])
            }
            None => ('h', threefold),
        },
    })
}

/// Rules e and f: a bond from a tetrahedral centre turns freely where the other centre is trigonal or divalent and unsaturated.
fn beside_tetrahedral(other: Property, threefold: [f64; 3]) -> [f64; 3] {
    let unsaturated = match other.coordination {
        3 => matches!(other.valence, 4 | 34) || other.multiple_bond > 0,
        2 => other.valence == 3 || other.multiple_bond > 0,
        _ => false,
    };
    if unsaturated { [0.0; 3] } else { threefold }
}

/// Rule g: single bonds between two atoms with multiple bonds or lone pairs. The fraction π of a full double bond, where it applies.
fn delocalized(j: Property, k: Property) -> Option<f64> {
    let takes_part = |p: Property| p.multiple_bond > 0 || p.lone_pair;
    let applies = takes_part(j) && takes_part(k) && (j.multiple_bond > 0 || k.multiple_bond > 0);
    if !applies {
        return None;
    }
    // The lone pair's own atom says how far it is delocalized: an amide nitrogen (1) more than an amine's (0).
    let donated = |multiple_bond: u8| match multiple_bond {
        1 => 0.5,
        _ if row(j.atomic_number) == 1 && row(k.atomic_number) == 1 => 0.3,
        _ => 0.15,
    };
    Some(match (j.lone_pair, k.lone_pair) {
        (true, true) => 0.0,
        (true, false) if k.multiple_bond > 0 => donated(j.multiple_bond),
        (false, true) if j.multiple_bond > 0 => donated(k.multiple_bond),
        _ if (j.multiple_bond == 1 || k.multiple_bond == 1) && (j.atomic_number, k.atomic_number) != (z::C, z::C) => {
            0.4
        }
        _ => 0.15,
    })
}
