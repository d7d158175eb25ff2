//! Which atoms are bonded: covalent radii, a cell list, and pruning of contacts that no valence allows.

use super::PerceptionError;
use crate::chem::Element;

/// Å by which a bond may exceed the sum of the covalent radii (E. C. Meng, R. A. Lewis, J. Comput. Chem. 1991, 12,
/// 891 found 0.4 Å sound for crystal structures).
const TOLERANCE: f64 = 0.4;
/// The same to a metal, whose radii scatter more while the next-nearest atoms are near.
const METAL_TOLERANCE: f64 = 0.35;
/// Distance below which two atoms are on one point, Å. The shortest bond (H₂) is 0.74 Å.
const OVERLAP: f64 = 0.35;

/// Cells beyond this one are not told apart.
const FAR: f64 = 1e12;

/// A pair of atoms within bonding distance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Contact {
    /// The two atoms, the lower first.
    pub atoms: [usize; 2],
    /// Distance, Å.
    pub length: f64,
    /// Distance over the sum of the covalent radii.
    pub ratio: f64,
}

/// Distance of two atoms, Å.
pub(crate) fn distance(coordinates: &[f64], a: usize, b: usize) -> f64 {
    let square = |k: usize| (coordinates[3 * a + k] - coordinates[3 * b + k]).powi(2);
    (square(0) + square(1) + square(2)).sqrt()
}

/// Whether bonds to this element are treated as coordination (transition metals and the f block).
pub(crate) fn coordinates_donors(element: Element) -> bool {
    element.is_transition_metal() || matches!(element.atomic_number(), 4 | 12)
}

/// Whether the element is only ever drawn as a bare cation: the alkali metals and calcium to radium.
pub(crate) fn always_bare(element: Element) -> bool {
    element.is_s_block_metal() && !coordinates_donors(element)
}

/// Longest bond between two elements, Å; 0 where there is none.
pub(crate) fn longest_bond(a: Element, b: Element) -> f64 {
    if always_bare(a) || always_bare(b) {
        return 0.0;
    }
    let tolerance = if coordinates_donors(a) || coordinates_donors(b) {
        METAL_TOLERANCE
    } else {
        TOLERANCE
    };
    a.covalent_radius() + b.covalent_radius() + tolerance
}

/// All pairs within bonding distance, in order of their atoms. Linear in the number of atoms.
pub(crate) fn near_pairs(elements: &[Element], coordinates: &[f64]) -> Vec<Contact> {
    let mut found = Vec::new();
    for_each_near_pair(elements, coordinates, |a, b, length| {
        if length < longest_bond(elements[a], elements[b]).max(OVERLAP) {
            let ratio = length / (elements[a].covalent_radius() + elements[b].covalent_radius());
            let atoms = [a, b];
            found.push(Contact { atoms, length, ratio });
        }
    });
    found.sort_by_key(|c| c.atoms);
    found
}

/// All pairs within bonding distance.
///
/// # Errors
/// Two atoms on one point.
fn contacts(elements: &[Element], coordinates: &[f64]) -> Result<Vec<Contact>, PerceptionError> {
    let found = near_pairs(elements, coordinates);
    match found.iter().find(|c| c.length < OVERLAP) {
        Some(&Contact {
            atoms: [a, b], length, ..
        }) => Err(PerceptionError::Overlap { a, b, distance: length }),
        None => Ok(found),
    }
}

/// Calls `visit` for every pair (lower atom first) that may lie within bonding distance.
fn for_each_near_pair(elements: &[Element], coordinates: &[f64], mut visit: impl FnMut(usize, usize, f64)) {
    let largest = elements.iter().map(|e| e.covalent_radius()).fold(0.0, f64::max);
    let edge = 2.0 * largest + TOLERANCE;
    // Far-out and undefined coordinates are cut here; such atoms share a cell, which costs time only.
    let cell = |atom: usize| [0, 1, 2].map(|k| (coordinates[3 * atom + k] / edge).clamp(-FAR, FAR).floor() as i64);
    let mut sorted: Vec<([i64; 3], usize)> = (0..elements.len()).map(|a| (cell(a), a)).collect();
    sorted.sort_unstable();
    for (position, &([x, y, z], a)) in sorted.iter().enumerate() {
        for (dx, dy) in [(0, 0), (0, 1), (1, -1), (1, 0), (1, 1)] {
            // A column of cells along z is one run of the sorted list.
            let column = |dz: i64| [x + dx, y + dy, z + dz];
            let first = if (dx, dy) == (0, 0) {
                position + 1
            } else {
                sorted.partition_point(|s| s.0 < column(-1))
            };
            for &(other, b) in &sorted[first.min(sorted.len())..] {
                if other > column(1) {
                    break;
                }
                visit(a.min(b), a.max(b), distance(coordinates, a, b));
            }
        }
    }
}

/// Most neighbours that an atom of this element has in a molecule.
fn most_neighbors(element: Element) -> usize {
    match element.atomic_number() {
        1 | 2 | 9 | 10 => 1,
        5 => 7,
        6 | 7 => 4,
        8 => 3,
        13 | 14 | 15 | 16 | 31 | 32 | 33 | 34 | 50 | 51 | 52 => 6,
        17 | 35 => 4,
        _ => usize::MAX,
    }
}

/// Elements whose atoms a hydrogen may bridge.
fn takes_bridges(element: Element) -> bool {
    matches!(element.atomic_number(), 5 | 13 | 31) || element.is_transition_metal()
}

/// The bonds among the contacts: contacts beyond an atom's valence and false ones to metals are left out.
pub(crate) fn bonds(elements: &[Element], coordinates: &[f64]) -> Result<Vec<Contact>, PerceptionError> {
    let mut contacts = contacts(elements, coordinates)?;
    prune_valences(elements, &mut contacts, |e| !coordinates_donors(e));
    prune_bridged(elements, &mut contacts);
    prune_metals(elements, &mut contacts);
    prune_aqua_ions(elements, &mut contacts);
    Ok(contacts)
}

/// Drops each atom's relatively longest contacts until its count of neighbours is possible.
fn prune_valences(elements: &[Element], contacts: &mut Vec<Contact>, counted: impl Fn(Element) -> bool) {
    let mut order: Vec<usize> = (0..contacts.len()).collect();
    order.sort_by(|&a, &b| contacts[b].ratio.total_cmp(&contacts[a].ratio).then(a.cmp(&b)));
    let mut partners: Vec<Vec<usize>> = vec![Vec::new(); elements.len()];
    for contact in contacts.iter() {
        let [a, b] = contact.atoms;
        partners[a].push(b);
        partners[b].push(a);
    }
    let mut keep = vec![true; contacts.len()];
    for index in order {
        let [a, b] = contacts[index].atoms;
        if [(a, b), (b, a)]
            .iter()
            .any(|&(i, j)| is_excess(elements, &partners, &counted, i, j))
        {
            keep[index] = false;
            partners[a].retain(|&p| p != b);
            partners[b].retain(|&p| p != a);
        }
    }
    let mut kept = keep.iter();
    contacts.retain(|_| kept.next().copied().unwrap_or(true));
}

/// Whether atom `i` has one neighbour too many, `j` being the farthest.
fn is_excess(
    elements: &[Element],
    partners: &[Vec<usize>],
    counted: &impl Fn(Element) -> bool,
    i: usize,
    j: usize,
) -> bool {
    let element = elements[i];
    if element == Element::H {
        let bridge = partners[i].len() == 2 && partners[i].iter().all(|&p| takes_bridges(elements[p]));
        return partners[i].len() > 1 && !bridge;
    }
    // A metal takes what its ligands offer; only the ligands' own bonds are counted.
    let count = partners[i].iter().filter(|&&p| counted(elements[p])).count();
    counted(element) && counted(elements[j]) && count > most_neighbors(element)
}

/// Drops the contact across a bridging hydrogen: diborane's borons have no bond of their own.
fn prune_bridged(elements: &[Element], contacts: &mut Vec<Contact>) {
    let mut hydrogens: Vec<Vec<usize>> = vec![Vec::new(); elements.len()];
    for contact in contacts.iter() {
        let [a, b] = contact.atoms;
        for (atom, other) in [(a, b), (b, a)] {
            if elements[other] == Element::H {
                hydrogens[atom].push(other);
            }
        }
    }
    contacts.retain(|c| {
        let [a, b] = c.atoms.map(|i| &hydrogens[i]);
        !(c.atoms.iter().all(|&i| takes_bridges(elements[i])) && a.iter().any(|h| b.contains(h)))
    });
}

/// Drops contacts of a metal that are no bonds: to atoms without a free pair or a π bond, and to the carbon of a
/// carboxylate (nitrogen of a nitrate, ...) whose own donor atom lies nearer.
fn prune_metals(elements: &[Element], contacts: &mut Vec<Contact>) {
    let mut partners: Vec<Vec<(usize, f64)>> = vec![Vec::new(); elements.len()];
    for c in contacts.iter() {
        let [a, b] = c.atoms;
        partners[a].push((b, c.ratio));
        partners[b].push((a, c.ratio));
    }
    let is_metal = |atom: usize| coordinates_donors(elements[atom]);
    contacts.retain(|c| {
        let [a, b] = c.atoms;
        let (metal, donor) = match (is_metal(a), is_metal(b)) {
            (true, false) => (a, b),
            (false, true) => (b, a),
            _ => return true,
        };
        let own = partners[donor].iter().filter(|p| !is_metal(p.0)).count();
        let full = match elements[donor].atomic_number() {
            6 | 7 | 14 | 15 => own >= 4,
            8 => own >= 3,
            _ => false,
        };
        let nearer = |&(near, _): &(usize, f64)| {
            matches!(elements[near].group(), 15..=17)
                && partners[near].iter().any(|&(m, ratio)| m == metal && ratio < c.ratio)
        };
        let behind = own > 1 && !matches!(elements[donor].group(), 16 | 17) && partners[donor].iter().any(nearer);
        !full && !behind
    });
}

/// A metal whose only neighbours are water molecules is drawn as a bare ion beside them.
fn prune_aqua_ions(elements: &[Element], contacts: &mut Vec<Contact>) {
    let mut partners: Vec<Vec<usize>> = vec![Vec::new(); elements.len()];
    for c in contacts.iter() {
        partners[c.atoms[0]].push(c.atoms[1]);
        partners[c.atoms[1]].push(c.atoms[0]);
    }
    let is_water = |atom: usize| {
        let others = partners[atom].iter().filter(|&&p| !coordinates_donors(elements[p]));
        elements[atom] == Element::O
            && others.clone().count() == 2
            && others.clone().all(|&p| elements[p] == Element::H)
    };
    let bare: Vec<bool> = (0..elements.len())
        .map(|a| coordinates_donors(elements[a]) && partners[a].iter().all(|&p| is_water(p)))
        .collect();
    contacts.retain(|c| !c.atoms.iter().any(|&a| bare[a]));
}
