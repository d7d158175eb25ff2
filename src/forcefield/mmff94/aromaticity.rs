//! MMFF's own aromaticity: five- and six-membered rings with six pi electrons, found ring by ring (part I).
//!
//! A ring is aromatic when each atom gives one electron through a double bond in the ring, or through a double bond to an
//! atom with which it shares a ring already found aromatic, and, in a five-ring, exactly one nitrogen, oxygen or sulfur without double
//! bond gives its lone pair. The search is repeated until nothing is added.

use super::drawing::{Drawing, z};

/// An aromatic ring.
#[derive(Clone, Debug)]
pub(super) struct Ring {
    /// Atoms in cyclic order; in a five-ring the first is the one with the lone pair.
    pub atoms: Vec<usize>,
}

impl Ring {
    /// Position of a five-ring's atom as the aromatic table counts it: 1 the lone-pair atom, 2 next to it, 3 the others.
    pub(super) fn position(&self, atom: usize) -> Option<u8> {
        let place = self.atoms.iter().position(|&a| a == atom)?;
        Some(match place {
            0 => 1,
            1 | 4 => 2,
            _ => 3,
        })
    }
}

/// The aromatic rings of a molecule.
#[derive(Debug, Default)]
pub(super) struct Aromaticity {
    /// The rings.
    pub rings: Vec<Ring>,
    of_atom: Vec<Vec<usize>>,
}

impl Aromaticity {
    /// Finds the aromatic rings.
    pub(super) fn new(drawing: &Drawing<'_>) -> Self {
        let mut found = Self {
            rings: Vec::new(),
            of_atom: vec![Vec::new(); drawing.molecule().len()],
        };
        let mut candidates = candidate_rings(drawing);
        loop {
            let before = candidates.len();
            candidates.retain(|ring| {
                let Some(atoms) = found.pi_system(drawing, ring) else {
                    return true;
                };
                for &atom in &atoms {
                    found.of_atom[atom].push(found.rings.len());
                }
                found.rings.push(Ring { atoms });
                false
            });
            if candidates.len() == before {
                return found;
            }
        }
    }

    /// The ring, turned so that a lone pair comes first, if it holds six pi electrons.
    fn pi_system(&self, drawing: &Drawing<'_>, ring: &[usize]) -> Option<Vec<usize>> {
        let mut lone_pair = None;
        for (place, &atom) in ring.iter().enumerate() {
            match drawing.double_bonded(atom).next() {
                Some(partner) => {
                    let within = ring.contains(&partner.atom);
                    if !within && !self.share_ring(atom, partner.atom) {
                        return None;
                    }
                }
                None if ring.len() == 5 && lone_pair.is_none() && gives_lone_pair(drawing, atom) => {
                    lone_pair = Some(place)
                }
                None => return None,
            }
        }
        let mut atoms = ring.to_vec();
        match (ring.len(), lone_pair) {
            (6, None) => Some(atoms),
            (5, Some(place)) => {
                atoms.rotate_left(place);
                Some(atoms)
            }
            _ => None,
        }
    }

    /// The aromatic rings of an atom.
    pub(super) fn rings_of(&self, atom: usize) -> impl Iterator<Item = &Ring> {
        self.of_atom[atom].iter().map(|&r| &self.rings[r])
    }

    /// Whether an atom is in an aromatic ring of a size.
    pub(super) fn in_size(&self, atom: usize, size: usize) -> bool {
        self.rings_of(atom).any(|r| r.atoms.len() == size)
    }

    /// Whether two atoms are in one aromatic ring.
    pub(super) fn share_ring(&self, a: usize, b: usize) -> bool {
        self.of_atom[a].iter().any(|r| self.of_atom[b].contains(r))
    }
}

/// Trigonal or divalent nitrogen, divalent oxygen or sulfur, without double bond.
fn gives_lone_pair(drawing: &Drawing<'_>, atom: usize) -> bool {
    let degree = drawing.degree(atom);
    let single = usize::from(drawing.order_sum(atom)) == degree;
    single
        && match drawing.z(atom) {
            z::N => degree == 3 || degree == 2,
            z::O | z::S => degree == 2,
            _ => false,
        }
}

/// An atom that can be part of an aromatic ring: one double bond at most, and no fourth neighbour.
fn can_be_aromatic(drawing: &Drawing<'_>, atom: usize) -> bool {
    match (drawing.double_bonded(atom).count(), drawing.z(atom)) {
        (1, z::C) => drawing.degree(atom) == 3,
        (1, z::N) => matches!(drawing.degree(atom), 2 | 3),
        (0, _) => gives_lone_pair(drawing, atom),
        _ => false,
    }
}

/// All five- and six-membered rings without chord among atoms that can be aromatic, each once.
fn candidate_rings(drawing: &Drawing<'_>) -> Vec<Vec<usize>> {
    let eligible: Vec<bool> = (0..drawing.molecule().len())
        .map(|a| can_be_aromatic(drawing, a))
        .collect();
    let mut rings = Vec::new();
    let mut path = Vec::with_capacity(6);
    for start in 0..eligible.len() {
        if eligible[start] {
            path.push(start);
            extend_path(drawing, &eligible, &mut path, &mut rings);
            path.pop();
        }
    }
    rings
}

/// Walks on from the end of `path`, over atoms above its start, and notes each ring that closes.
fn extend_path(drawing: &Drawing<'_>, eligible: &[bool], path: &mut Vec<usize>, rings: &mut Vec<Vec<usize>>) {
    let (start, end) = (path[0], path[path.len() - 1]);
    for next in drawing.bonded(end).map(|b| b.atom) {
        if next <= start || !eligible[next] || path.contains(&next) {
            continue;
        }
        let closes = path.len() > 1 && drawing.adjacent(next, start);
        let chord = path[..path.len() - 1]
            .iter()
            .skip(1)
            .any(|&a| drawing.adjacent(a, next));
        if chord {
            continue;
        }
        path.push(next);
        if closes {
            // Each ring is met in both directions; the one with the lower second atom counts.
            if matches!(path.len(), 5 | 6) && path[1] < next {
                rings.push(path.clone());
            }
        } else if path.len() < 6 {
            extend_path(drawing, eligible, path, rings);
        }
        path.pop();
    }
}
