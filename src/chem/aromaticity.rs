//! Aromatic rings and conjugated bonds over a Kekulé structure.
//!
//! The model counts π electrons (Hückel's 4n + 2) in rings and in fused systems of up to six rings, and reproduces the
//! default model of RDKit, the reference for UFF's bond orders: pyrrole, furan, thiophene, pyridone, tropylium and the
//! perimeter of azulene are aromatic; so are rings whose exocyclic double bond points to a more electronegative atom, the
//! carbon then giving no electron.

use super::rings::Rings;
use super::valence::{
    contribution, more_electronegative, outer_electrons, total_valence, usual_valence, valence_degree,
};
use super::{BondOrder, Element, Molecule};

/// The largest ring that fuses with others: a little larger than the perimeter of a porphyrin.
const LARGEST_FUSED_RING: usize = 24;

/// The most rings looked at together.
const MOST_RINGS_TOGETHER: usize = 6;

/// Above this number of fused rings, only pairs are looked at.
const MANY_RINGS: usize = 300;

/// Which atoms and bonds are aromatic, and which bonds are conjugated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Aromaticity {
    atoms: Vec<bool>,
    bonds: Vec<bool>,
    conjugated: Vec<bool>,
}

impl Aromaticity {
    /// Perceives the aromatic and conjugated parts of a Kekulé structure. Bonds drawn as aromatic are taken to be so.
    #[must_use]
    pub fn perceive(molecule: &Molecule, rings: &Rings) -> Self {
        let mut found = Self {
            atoms: vec![false; molecule.len()],
            bonds: vec![false; molecule.bonds().len()],
            conjugated: Vec::new(),
        };
        found.take_drawn(molecule);
        for system in fused_systems(molecule, rings) {
            found.mark_system(&system);
        }
        found.conjugated = found.bonds.clone();
        for atom in 0..molecule.len() {
            found.mark_conjugation_at(molecule, atom);
        }
        found
    }

    /// Whether an atom is aromatic.
    #[must_use]
    pub fn is_aromatic_atom(&self, atom: usize) -> bool {
        self.atoms[atom]
    }

    /// Whether a bond is aromatic.
    #[must_use]
    pub fn is_aromatic_bond(&self, bond: usize) -> bool {
        self.bonds[bond]
    }

    /// Whether a bond is conjugated (aromatic bonds are).
    #[must_use]
    pub fn is_conjugated_bond(&self, bond: usize) -> bool {
        self.conjugated[bond]
    }

    /// Whether an atom has a conjugated bond.
    #[must_use]
    pub fn is_conjugated_atom(&self, molecule: &Molecule, atom: usize) -> bool {
        molecule.neighbors(atom).iter().any(|n| self.conjugated[n.bond])
    }

    fn take_drawn(&mut self, molecule: &Molecule) {
        for (index, bond) in molecule.bonds().iter().enumerate() {
            if bond.order == BondOrder::Aromatic {
                self.bonds[index] = true;
                self.atoms[bond.atoms[0]] = true;
                self.atoms[bond.atoms[1]] = true;
            }
        }
    }

    /// Looks for aromatic rings, then pairs, triples … of fused rings, until every ring bond is aromatic.
    fn mark_system(&mut self, system: &FusedSystem) {
        let most = if system.rings.len() > MANY_RINGS {
            2
        } else {
            MOST_RINGS_TOGETHER
        };
        let mut groups: Vec<Vec<usize>> = (0..system.rings.len()).map(|r| vec![r]).collect();
        for _ in 0..most {
            for group in &groups {
                if system.is_aromatic(group) {
                    self.mark_group(system, group);
                }
            }
            let done = system.rings.iter().flat_map(|r| &r.bonds).all(|&b| self.bonds[b]);
            if done {
                break;
            }
            groups = system.grow(&groups);
        }
    }

    /// All atoms of the rings become aromatic, but only the bonds on the rim: those in one of the rings.
    fn mark_group(&mut self, system: &FusedSystem, group: &[usize]) {
        for &atom in group.iter().flat_map(|&r| &system.rings[r].atoms) {
            self.atoms[atom] = true;
        }
        let mut bonds: Vec<usize> = group.iter().flat_map(|&r| &system.rings[r].bonds).copied().collect();
        bonds.sort_unstable();
        for run in bonds.chunk_by(|a, b| a == b) {
            if run.len() == 1 {
                self.bonds[run[0]] = true;
            }
        }
    }

    /// A multiple bond and a neighbouring bond are conjugated where the atom between has two or three neighbours, both
    /// ends of the multiple bond can conjugate, and the atom beyond has a π electron or a lone pair to share.
    fn mark_conjugation_at(&mut self, molecule: &Molecule, atom: usize) {
        if !(2..=3).contains(&molecule.degree(atom)) || !can_conjugate(molecule, atom) {
            return;
        }
        for multiple in molecule.neighbors(atom) {
            let single = !self.bonds[multiple.bond] && contribution(molecule, multiple.bond, atom) < 1.5;
            if single || !can_conjugate(molecule, multiple.atom) {
                continue;
            }
            for other in molecule.neighbors(atom) {
                if other.bond != multiple.bond
                    && molecule.degree(other.atom) <= 3
                    && can_conjugate(molecule, other.atom)
                {
                    self.conjugated[multiple.bond] = true;
                    self.conjugated[other.bond] = true;
                }
            }
        }
    }
}

/// Whether an atom takes part in conjugation outside aromatic rings. Heavier pnictogens do not, heavier chalcogens only at
/// the end of a double bond: their lone pairs overlap too little to make their surroundings planar.
fn can_conjugate(molecule: &Molecule, atom: usize) -> bool {
    let element = molecule.element(atom);
    let light = element.atomic_number() <= 10;
    let suitable = match outer_electrons(element) {
        Some(5) => light,
        Some(6) => light || molecule.degree(atom) < 2,
        _ => true,
    };
    suitable && pi_electrons(molecule, atom).is_some_and(|n| n > 0)
}

/// Electrons that an atom could give to a π system, from its π bonds and lone pairs; `None` where it has no p orbital left
/// (four neighbours, univalent elements, metals).
fn pi_electrons(molecule: &Molecule, atom: usize) -> Option<i32> {
    let element = molecule.element(atom);
    let valence = usual_valence(element).filter(|&v| v > 1)?;
    let degree = valence_degree(molecule, atom);
    if degree > 3 {
        return None;
    }
    let drawn = molecule.atom(atom);
    let lone = (outer_electrons(element)? - valence - i32::from(drawn.formal_charge)).max(0);
    let electrons = valence - degree + lone - i32::from(drawn.unpaired_electrons);
    // One of a triple bond's two π bonds lies in the plane.
    let unsaturation = total_valence(molecule, atom) - molecule.degree(atom) as i32;
    Some(if electrons > 1 && unsaturation > 1 {
        1
    } else {
        electrons
    })
}

/// Electrons that a ring atom gives to the ring; `None` where the ring cannot be aromatic because of it.
fn ring_electrons(molecule: &Molecule, rings: &Rings, atom: usize) -> Option<i32> {
    if !may_be_aromatic(molecule, atom) {
        return None;
    }
    let available = pi_electrons(molecule, atom).filter(|&n| n >= 0)?;
    let multiple = |cyclic: bool| {
        molecule
            .neighbors(atom)
            .iter()
            .find(|n| contribution(molecule, n.bond, atom) >= 2.0 && cyclic != rings.of_bond(n.bond).is_empty())
    };
    let exocyclic = multiple(false);
    // The electron of an exocyclic double bond is lost to a more electronegative atom at its other end.
    let stolen = exocyclic.is_some_and(|n| more_electronegative(molecule.element(n.atom), molecule.element(atom)));
    match available {
        0 if exocyclic.is_some() => Some(0),
        0 => multiple(true).map(|_| 1),
        1 if exocyclic.is_some() => Some(i32::from(!stolen)),
        1 if total_valence(molecule, atom) != valence_degree(molecule, atom) => Some(1),
        // Tropylium, cyclopropenylium: an empty p orbital.
        1 => (molecule.atom(atom).formal_charge == 1).then_some(0),
        n => Some(if (n - i32::from(stolen)) % 2 == 1 { 1 } else { 2 }),
    }
}

/// Whether element, valence, charge and radical state allow an atom in an aromatic ring.
fn may_be_aromatic(molecule: &Molecule, atom: usize) -> bool {
    let drawn = molecule.atom(atom);
    let number = drawn.element.atomic_number();
    let light_or_chalcogen = number <= 18 || number == 34 || number == 52;
    let radical = drawn.unpaired_electrons > 0 && (number != 6 || drawn.formal_charge != 0);
    if !light_or_chalcogen || radical {
        return false;
    }
    // An ion has the valence of the neutral element with as many electrons.
    let isoelectronic = i16::from(number) - i16::from(drawn.formal_charge);
    let most = u8::try_from(isoelectronic)
        .ok()
        .and_then(Element::from_atomic_number)
        .and_then(usual_valence);
    if most.is_none_or(|most| total_valence(molecule, atom) > most) {
        return false;
    }
    // A cumulated atom has no p orbital for the ring alone.
    let multiple_bonds = molecule
        .neighbors(atom)
        .iter()
        .filter(|n| matches!(molecule.bond(n.bond).order, BondOrder::Double | BondOrder::Triple))
        .count();
    multiple_bonds <= 1
}

/// One ring, as atoms and bonds in cyclic order.
struct Ring {
    atoms: Vec<usize>,
    bonds: Vec<usize>,
}

/// Rings of candidate atoms that share bonds.
struct FusedSystem {
    rings: Vec<Ring>,
    /// Rings that share exactly one bond, by ring.
    fused: Vec<Vec<usize>>,
    /// Electrons by ring and position in the ring.
    electrons: Vec<Vec<i32>>,
}

impl FusedSystem {
    /// Hückel's rule over the atoms that are in one or two of the rings (not those buried between three).
    fn is_aromatic(&self, group: &[usize]) -> bool {
        let mut atoms: Vec<(usize, i32)> = group
            .iter()
            .flat_map(|&r| {
                self.rings[r]
                    .atoms
                    .iter()
                    .copied()
                    .zip(self.electrons[r].iter().copied())
            })
            .collect();
        atoms.sort_unstable();
        let electrons: i32 = atoms
            .chunk_by(|a, b| a.0 == b.0)
            .filter(|run| run.len() <= 2)
            .map(|run| run[0].1)
            .sum();
        electrons >= 2 && (electrons - 2) % 4 == 0
    }

    /// All connected groups with one ring more, each once.
    fn grow(&self, groups: &[Vec<usize>]) -> Vec<Vec<usize>> {
        let mut larger = Vec::new();
        for group in groups {
            for &next in group.iter().flat_map(|&r| &self.fused[r]) {
                if !group.contains(&next) {
                    let mut with_next = group.clone();
                    with_next.push(next);
                    with_next.sort_unstable();
                    larger.push(with_next);
                }
            }
        }
        larger.sort_unstable();
        larger.dedup();
        larger
    }
}

/// The rings whose atoms can all be aromatic, grouped by fusion.
fn fused_systems(molecule: &Molecule, rings: &Rings) -> Vec<FusedSystem> {
    let mut electrons_of_atom: Vec<Option<Option<i32>>> = vec![None; molecule.len()];
    let mut candidates = Vec::new();
    let mut electrons = Vec::new();
    for ring in rings.all() {
        let given: Option<Vec<i32>> = ring
            .iter()
            .map(|&a| *electrons_of_atom[a].get_or_insert_with(|| ring_electrons(molecule, rings, a)))
            .collect();
        if let Some(given) = given {
            candidates.push(Ring {
                atoms: ring.clone(),
                bonds: ring_bonds(molecule, ring),
            });
            electrons.push(given);
        }
    }
    group_by_fusion(molecule, candidates, electrons)
}

fn ring_bonds(molecule: &Molecule, ring: &[usize]) -> Vec<usize> {
    let next = ring.iter().cycle().skip(1);
    ring.iter()
        .zip(next)
        .filter_map(|(&a, &b)| molecule.bond_between(a, b))
        .collect()
}

fn group_by_fusion(molecule: &Molecule, rings: Vec<Ring>, electrons: Vec<Vec<i32>>) -> Vec<FusedSystem> {
    let fused = fused_neighbors(molecule, &rings);
    let mut system_of = vec![usize::MAX; rings.len()];
    let mut place = vec![0; rings.len()];
    let mut members: Vec<Vec<usize>> = Vec::new();
    for start in 0..rings.len() {
        if system_of[start] != usize::MAX {
            continue;
        }
        let system = members.len();
        system_of[start] = system;
        let mut found = vec![start];
        let mut next = 0;
        while next < found.len() {
            for &other in &fused[found[next]] {
                if system_of[other] == usize::MAX {
                    system_of[other] = system;
                    found.push(other);
                }
            }
            next += 1;
        }
        for (position, &ring) in found.iter().enumerate() {
            place[ring] = position;
        }
        members.push(found);
    }
    let mut systems: Vec<FusedSystem> = members
        .iter()
        .map(|_| FusedSystem {
            rings: Vec::new(),
            fused: Vec::new(),
            electrons: Vec::new(),
        })
        .collect();
    let mut rings: Vec<Option<(Ring, Vec<i32>)>> = rings.into_iter().zip(electrons).map(Some).collect();
    for (system, found) in systems.iter_mut().zip(&members) {
        for &ring in found {
            if let Some((atoms_and_bonds, given)) = rings[ring].take() {
                system.rings.push(atoms_and_bonds);
                system.electrons.push(given);
                system
                    .fused
                    .push(fused[ring].iter().map(|&other| place[other]).collect());
            }
        }
    }
    systems
}

/// For each ring the rings that share exactly one bond with it.
fn fused_neighbors(molecule: &Molecule, rings: &[Ring]) -> Vec<Vec<usize>> {
    let mut rings_of_bond: Vec<Vec<usize>> = vec![Vec::new(); molecule.bonds().len()];
    for (index, ring) in rings.iter().enumerate() {
        if ring.bonds.len() <= LARGEST_FUSED_RING {
            for &bond in &ring.bonds {
                rings_of_bond[bond].push(index);
            }
        }
    }
    let neighbors = |(index, ring): (usize, &Ring)| {
        let mut shared: Vec<usize> = ring
            .bonds
            .iter()
            .flat_map(|&b| &rings_of_bond[b])
            .copied()
            .filter(|&other| other != index)
            .collect();
        if ring.bonds.len() > LARGEST_FUSED_RING {
            shared.clear();
        }
        shared.sort_unstable();
        shared
            .chunk_by(|a, b| a == b)
            .filter(|run| run.len() == 1)
            .map(|run| run[0])
            .collect()
    };
    rings.iter().enumerate().map(neighbors).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chem::{Atom, Bond};

    /// A molecule from one symbol an atom (a trailing sign is a charge) and bonds as (atom, atom, order). Hydrogens fill
    /// carbons up to four bonds and boron and nitrogen to three, less the charge.
    fn molecule(atoms: &str, bonds: &[(usize, usize, usize)]) -> Molecule {
        let orders = [
            BondOrder::Unknown,
            BondOrder::Single,
            BondOrder::Double,
            BondOrder::Triple,
        ];
        let mut list: Vec<Atom> = Vec::new();
        for text in atoms.split_whitespace() {
            let symbol = text.trim_end_matches(['+', '-']);
            let mut atom = Atom::new(Element::from_symbol(symbol).unwrap());
            atom.formal_charge = if text.ends_with('+') {
                1
            } else {
                -i8::from(text.ends_with('-'))
            };
            list.push(atom);
        }
        let mut bonds: Vec<(usize, usize, usize)> = bonds.to_vec();
        for atom in 0..list.len() {
            let valence = match (list[atom].element.symbol(), list[atom].formal_charge) {
                ("C", 0) => 4,
                ("C", _) | ("B" | "N", 0) => 3,
                ("N", 1) => 4,
                _ => 2,
            };
            let used: usize = bonds.iter().filter(|b| b.0 == atom || b.1 == atom).map(|b| b.2).sum();
            for _ in used..valence {
                bonds.push((atom, list.len(), 1));
                list.push(Atom::new(Element::H));
            }
        }
        let bonds = bonds
            .iter()
            .map(|&(a, b, order)| Bond::new(a, b, orders[order]))
            .collect();
        Molecule::new(list, bonds).unwrap()
    }

    /// Number of aromatic atoms and bonds.
    fn count(molecule: &Molecule) -> (usize, usize) {
        let found = Aromaticity::perceive(molecule, &Rings::smallest_set(molecule));
        let atoms = (0..molecule.len()).filter(|&a| found.is_aromatic_atom(a)).count();
        (
            atoms,
            (0..molecule.bonds().len())
                .filter(|&b| found.is_aromatic_bond(b))
                .count(),
        )
    }

    /// A ring with alternating bonds, from a double bond between the first two atoms; `single` of them are left over at the
    /// end with single bonds only.
    fn ring(size: usize, single: usize) -> Vec<(usize, usize, usize)> {
        let order = |i: usize| {
            if i.is_multiple_of(2) && i + 1 < size - single {
                2
            } else {
                1
            }
        };
        (0..size).map(|i| (i, (i + 1) % size, order(i))).collect()
    }

    #[test]
    fn single_rings() {
        for (atoms, bonds, aromatic, name) in [
            ("C C C C C C", ring(6, 0), true, "benzene"),
            ("C C C C C N", ring(6, 0), true, "pyridine"),
            ("C C C C N", ring(5, 1), true, "pyrrole"),
            ("C C C C O", ring(5, 1), true, "furan"),
            ("C C C C S", ring(5, 1), true, "thiophene"),
            ("C C C C C", ring(5, 1), false, "cyclopentadiene"),
            ("C C C C C-", ring(5, 1), true, "cyclopentadienide"),
            ("C C C C B", ring(5, 1), false, "borole"),
            ("C C C C C C C+", ring(7, 1), true, "tropylium"),
            ("C C C+", ring(3, 1), true, "cyclopropenylium"),
            ("C C C C", ring(4, 0), false, "cyclobutadiene"),
            ("C C C C C C C C", ring(8, 0), false, "cyclooctatetraene"),
        ] {
            let wanted = if aromatic { (bonds.len(), bonds.len()) } else { (0, 0) };
            assert_eq!(count(&molecule(atoms, &bonds)), wanted, "{name}");
        }
    }

    #[test]
    fn exocyclic_double_bonds() {
        let with = |mut ring: Vec<(usize, usize, usize)>, atom: usize| {
            ring.push((atom, ring.len(), 2));
            ring
        };
        // Pyridone (the nitrogen gives two electrons, the carbonyl carbon none), tropone, fulvene.
        let pyridone = with(
            vec![(0, 1, 2), (1, 2, 1), (2, 3, 2), (3, 4, 1), (4, 5, 1), (5, 0, 1)],
            4,
        );
        assert_eq!(count(&molecule("C C C C C N O", &pyridone)), (6, 6));
        assert_eq!(count(&molecule("C C C C C C C O", &with(ring(7, 1), 6))), (7, 7));
        assert_eq!(count(&molecule("C C C C C C", &with(ring(5, 1), 4))), (0, 0));
    }

    #[test]
    fn azulene_is_aromatic_along_its_rim() {
        let mut bonds: Vec<(usize, usize, usize)> = (0..10)
            .map(|i| (i, (i + 1) % 10, 1 + usize::from(i % 2 == 0)))
            .collect();
        bonds.push((0, 4, 1));
        assert_eq!(count(&molecule("C C C C C C C C C C", &bonds)), (10, 10));
        // Naphthalene's rings are aromatic each, so that the bond between them is too.
        bonds[10] = (0, 5, 1);
        assert_eq!(count(&molecule("C C C C C C C C C C", &bonds)), (10, 11));
    }

    #[test]
    fn conjugation_reaches_lone_pairs_but_not_phosphorus() {
        let amide = molecule("C O N", &[(0, 1, 2), (0, 2, 1)]);
        let found = Aromaticity::perceive(&amide, &Rings::smallest_set(&amide));
        assert!(found.is_conjugated_bond(0) && found.is_conjugated_bond(1) && found.is_conjugated_atom(&amide, 2));
        let mut phosphaalkene = molecule("C O N", &[(0, 1, 2), (0, 2, 1)]).atoms().to_vec();
        phosphaalkene[1].element = Element::P;
        let phosphaalkene = Molecule::new(phosphaalkene, amide.bonds().to_vec()).unwrap();
        let found = Aromaticity::perceive(&phosphaalkene, &Rings::smallest_set(&phosphaalkene));
        assert!(!found.is_conjugated_bond(0) && !found.is_conjugated_bond(1));
    }
}
