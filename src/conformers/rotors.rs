//! Rotatable bonds: which there are, what moves with them, and setting their dihedrals.
//!
//! A rotor is a single bond outside rings that has something to turn at both ends. Ends whose turning gives the same conformer
//! again (methyl, trifluoromethyl, tert-butyl) make no rotor, since rotamers of them are not conformers; ends that look alike after half a
//! turn (phenyl, nitro, carboxylate) make one whose dihedral repeats after 180°.

use crate::chem::aromaticity::Aromaticity;
use crate::chem::hybridization::Hybridization;
use crate::chem::rings::Rings;
use crate::chem::stereo::symmetry_classes;
use crate::chem::{BondOrder, Molecule};
use crate::geometry::{Dihedral, Vector};
use std::f64::consts::{PI, TAU};

/// A rotatable bond, or a row of bonds in line (R–C≡C–R).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotor {
    /// The ends of the axis; the second one's side moves.
    pub axis: [usize; 2],
    /// The atoms that its dihedral is measured by: one at each end.
    pub reference: [usize; 2],
    /// The atoms that move, the smaller side.
    pub moving: Vec<usize>,
    /// After 1/`fold` of a turn the molecule is the same again.
    pub fold: usize,
    /// Whether the bond is conjugated (amide, ester, biaryl, diene), so that its dihedral has two states or few.
    pub stiff: bool,
}

impl Rotor {
    /// All rotors of a molecule, in the order of its bonds.
    #[must_use]
    pub fn find(molecule: &Molecule) -> Vec<Self> {
        Finder::new(molecule, false).rotors()
    }

    /// All bonds that turn, also those of methyl groups and the like, where a turn leads to no other conformer but over a barrier all the
    /// same.
    #[must_use]
    pub fn find_all(molecule: &Molecule) -> Vec<Self> {
        Finder::new(molecule, true).rotors()
    }

    /// The atoms that the dihedral is measured by.
    #[must_use]
    pub fn dihedral_atoms(&self) -> [usize; 4] {
        [self.reference[0], self.axis[0], self.axis[1], self.reference[1]]
    }

    /// The dihedral at coordinates (Å), radian, between −π/fold and π/fold.
    #[must_use]
    pub fn dihedral(&self, x: &[f64]) -> f64 {
        self.wrap(dihedral(x, self.dihedral_atoms()))
    }

    /// An angle (radian) brought between −π/fold and π/fold.
    #[must_use]
    pub fn wrap(&self, angle: f64) -> f64 {
        let period = TAU / self.fold as f64;
        angle - period * (angle / period).round()
    }

    /// How far two values of the dihedral are apart, radian.
    #[must_use]
    pub fn distance(&self, a: f64, b: f64) -> f64 {
        let (apart, period) = ((a - b).abs(), TAU / self.fold as f64);
        if apart < period {
            apart.min(period - apart)
        } else {
            self.wrap(a - b).abs()
        }
    }

    /// Turns the moving side by an angle (radian).
    pub fn turn(&self, x: &mut [f64], angle: f64) {
        turn_about(x, self.axis, &self.moving, angle);
    }

    /// Gives the dihedral a value (radian).
    pub fn set(&self, x: &mut [f64], value: f64) {
        let turn = self.wrap(value - self.dihedral(x));
        self.turn(x, turn);
    }
}

/// The dihedral of four atoms, radian from −π to π.
pub(super) fn dihedral(x: &[f64], atoms: [usize; 4]) -> f64 {
    let [i, j, k, l] = atoms.map(|a| Vector::of(x, a));
    let value = Dihedral::new(i, j, k, l).value();
    if value.is_finite() { value } else { PI }
}

/// Turns atoms about the line from one atom to another by an angle (radian), clockwise seen along the line.
pub(super) fn turn_about(x: &mut [f64], axis: [usize; 2], moving: &[usize], angle: f64) {
    let origin = Vector::of(x, axis[0]);
    let line = Vector::of(x, axis[1]) - origin;
    let length = line.square().sqrt();
    if length < 1e-8 {
        return;
    }
    let line = line.times(1.0 / length);
    for &atom in moving {
        let turned = origin + (Vector::of(x, atom) - origin).turned(line, angle);
        x[3 * atom..3 * atom + 3].copy_from_slice(&turned.0);
    }
}

/// What finding rotors takes.
struct Finder<'a> {
    molecule: &'a Molecule,
    rings: Rings,
    hybridizations: Vec<Hybridization>,
    classes: Vec<usize>,
    /// Whether ends that look the same after a turn count as well.
    all: bool,
}

impl<'a> Finder<'a> {
    fn new(molecule: &'a Molecule, all: bool) -> Self {
        let rings = Rings::smallest_set(molecule);
        let aromaticity = Aromaticity::perceive(molecule, &rings);
        Self {
            molecule,
            hybridizations: Hybridization::of_all(molecule, &aromaticity),
            classes: symmetry_classes(molecule),
            all,
            rings,
        }
    }

    fn rotors(&self) -> Vec<Rotor> {
        let mut rotors: Vec<Rotor> = Vec::new();
        for bond in 0..self.molecule.bonds().len() {
            if let Some(rotor) = self.rotor(bond)
                && !rotors.iter().any(|r| same_axis(r.axis, rotor.axis))
            {
                rotors.push(rotor);
            }
        }
        rotors
    }

    fn rotor(&self, bond: usize) -> Option<Rotor> {
        let drawn = self.molecule.bond(bond);
        if drawn.order != BondOrder::Single || !self.rings.of_bond(bond).is_empty() {
            return None;
        }
        let [a, b] = drawn.atoms;
        let axis = [self.end_of_line(b, a)?, self.end_of_line(a, b)?];
        let folds = [self.fold(axis[0], a, b)?, self.fold(axis[1], b, a)?];
        let sides = [
            self.side(axis[0], axis[1], [a, b])?,
            self.side(axis[1], axis[0], [b, a])?,
        ];
        let (axis, moving) = if sides[1].len() <= sides[0].len() {
            (axis, sides[1].clone())
        } else {
            ([axis[1], axis[0]], sides[0].clone())
        };
        let reference = [
            self.reference(axis[0], &moving, axis)?,
            self.reference_in(axis[1], &moving, axis)?,
        ];
        Some(Rotor {
            axis,
            reference,
            moving,
            fold: folds[0].max(folds[1]),
            stiff: self.is_conjugated(drawn.atoms),
        })
    }

    /// Follows atoms in line from `atom`, coming from `from`, to the first one where something can turn.
    fn end_of_line(&self, from: usize, atom: usize) -> Option<usize> {
        let (mut from, mut atom) = (from, atom);
        for _ in 0..self.molecule.len() {
            if self.hybridizations[atom] != Hybridization::Sp {
                return (self.molecule.degree(atom) > 1).then_some(atom);
            }
            let mut onward = self.molecule.neighbors(atom).iter().filter(|n| n.atom != from);
            let next = onward.next()?.atom;
            if onward.next().is_some() {
                return None;
            }
            (from, atom) = (atom, next);
        }
        None
    }

    /// Neighbours of an axis' end but for the one along the axis: the one that leads towards `inner`.
    fn substituents(&self, end: usize, a: usize, b: usize) -> Vec<usize> {
        let toward = if end == a { b } else { self.toward(end, a) };
        let neighbors = self.molecule.neighbors(end).iter().map(|n| n.atom);
        neighbors.filter(|&n| n != toward).collect()
    }

    /// The neighbour of `end` on the way to `a` (along atoms in line).
    fn toward(&self, end: usize, a: usize) -> usize {
        let on_way = |n: &usize| *n == a || self.hybridizations[*n] == Hybridization::Sp;
        let neighbors = self.molecule.neighbors(end).iter().map(|n| n.atom);
        neighbors.clone().find(on_way).unwrap_or(a)
    }

    /// After which part of a turn an end looks the same; `None` where turning it gives no other conformer.
    fn fold(&self, end: usize, a: usize, b: usize) -> Option<usize> {
        let substituents = self.substituents(end, a, b);
        let first = *substituents.first()?;
        let alike = substituents.iter().all(|&s| self.classes[s] == self.classes[first]);
        match (alike, substituents.len(), self.hybridizations[end]) {
            (true, 3, _) if self.carry_no_rotor(&substituents, end) => self.all.then_some(3),
            (true, 2, Hybridization::Sp2) if self.is_rigid(&substituents, end) => Some(2),
            _ => Some(1),
        }
    }

    /// Whether each of some substituents is one atom, or itself an end like methyl.
    fn carry_no_rotor(&self, substituents: &[usize], end: usize) -> bool {
        substituents.iter().all(|&s| {
            let others: Vec<usize> = self
                .molecule
                .neighbors(s)
                .iter()
                .map(|n| n.atom)
                .filter(|&n| n != end)
                .collect();
            others.is_empty()
                || (others.len() == 3
                    && others
                        .iter()
                        .all(|&o| self.molecule.degree(o) == 1 && self.classes[o] == self.classes[others[0]]))
        })
    }

    /// Whether two alike substituents of a flat end are atoms alone or parts of one flat ring.
    fn is_rigid(&self, substituents: &[usize], end: usize) -> bool {
        let alone = substituents.iter().all(|&s| self.molecule.degree(s) == 1);
        let flat_ring = self.rings.of_atom(end).iter().any(|&r| {
            let ring = &self.rings.all()[r];
            substituents.iter().all(|s| ring.contains(s))
                && ring.iter().all(|&atom| self.hybridizations[atom] == Hybridization::Sp2)
        });
        alone || flat_ring
    }

    /// The atoms on `end`'s side of an axis; `None` where the sides hang together.
    fn side(&self, end: usize, other: usize, [near, far]: [usize; 2]) -> Option<Vec<usize>> {
        let mut inside = vec![false; self.molecule.len()];
        let mut stack = vec![end, near];
        inside[end] = true;
        inside[near] = true;
        let mut atoms = Vec::new();
        while let Some(atom) = stack.pop() {
            for n in self.molecule.neighbors(atom) {
                if [atom, n.atom] == [near, far] || inside[n.atom] {
                    continue;
                }
                if n.atom == other {
                    return None;
                }
                inside[n.atom] = true;
                stack.push(n.atom);
            }
        }
        atoms.extend((0..self.molecule.len()).filter(|&a| inside[a] && a != end));
        Some(atoms)
    }

    /// The reference atom at the end that stays: the heaviest neighbour, so that hydrogens name a dihedral only where they must.
    fn reference(&self, end: usize, moving: &[usize], axis: [usize; 2]) -> Option<usize> {
        self.heaviest(end, |n| n != axis[1] && !moving.contains(&n))
    }

    /// The reference atom at the end that moves.
    fn reference_in(&self, end: usize, moving: &[usize], axis: [usize; 2]) -> Option<usize> {
        self.heaviest(end, |n| n != axis[0] && moving.contains(&n))
    }

    fn heaviest(&self, end: usize, wanted: impl Fn(usize) -> bool) -> Option<usize> {
        let atoms = self
            .molecule
            .neighbors(end)
            .iter()
            .map(|n| n.atom)
            .filter(|&n| wanted(n));
        atoms.max_by_key(|&n| (self.molecule.element(n).atomic_number() > 1, std::cmp::Reverse(n)))
    }

    /// Whether a bond joins two unsaturated atoms, or one and a heteroatom with a lone pair.
    fn is_conjugated(&self, atoms: [usize; 2]) -> bool {
        let unsaturated = |a: usize| {
            let double = |n: &crate::chem::molecule::Neighbor| self.molecule.bond(n.bond).order == BondOrder::Double;
            self.molecule.neighbors(a).iter().any(double)
        };
        let lone_pair = |a: usize| matches!(self.molecule.element(a).symbol(), "N" | "O" | "S");
        let [a, b] = atoms;
        (unsaturated(a) && (unsaturated(b) || lone_pair(b))) || (unsaturated(b) && lone_pair(a))
    }
}

fn same_axis(a: [usize; 2], b: [usize; 2]) -> bool {
    a == b || a == [b[1], b[0]]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chem::{Atom, Bond, Element};

    /// A molecule from element symbols and bonds between them.
    fn molecule(symbols: &[&str], bonds: &[(usize, usize, BondOrder)]) -> Molecule {
        let atoms = symbols
            .iter()
            .map(|s| Atom::new(Element::from_symbol(s).unwrap()))
            .collect();
        let bonds = bonds.iter().map(|&(a, b, order)| Bond::new(a, b, order)).collect();
        Molecule::new(atoms, bonds).unwrap()
    }

    /// An n-alkane: carbons first.
    fn alkane(carbons: usize) -> Molecule {
        let mut symbols = vec!["C"; carbons];
        let mut bonds: Vec<_> = (1..carbons).map(|k| (k - 1, k, BondOrder::Single)).collect();
        for carbon in 0..carbons {
            let hydrogens = if carbon == 0 || carbon + 1 == carbons { 3 } else { 2 };
            for _ in 0..hydrogens {
                bonds.push((carbon, symbols.len(), BondOrder::Single));
                symbols.push("H");
            }
        }
        molecule(&symbols, &bonds)
    }

    #[test]
    fn methyl_groups_make_no_rotors() {
        for carbons in 3..9 {
            assert_eq!(Rotor::find(&alkane(carbons)).len(), carbons - 3);
        }
    }

    #[test]
    fn methyl_groups_turn_all_the_same() {
        for carbons in 2..6 {
            let rotors = Rotor::find_all(&alkane(carbons));
            assert_eq!(rotors.len(), carbons - 1);
            let threefold = rotors.iter().filter(|rotor| rotor.fold == 3).count();
            assert_eq!(threefold, if carbons == 2 { 1 } else { 2 });
        }
    }

    #[test]
    fn a_dihedral_takes_the_value_it_is_given_and_bonds_keep_their_lengths() {
        let butane = alkane(4);
        let rotors = Rotor::find(&butane);
        // Any places do: no two bonds in line.
        let x: Vec<f64> = (0..3 * butane.len())
            .map(|k| (k as f64 * 1.7).sin() + 0.3 * k as f64)
            .collect();
        let mut turned = x.clone();
        for value in [-3.0, -1.0, 0.0, 0.5, 3.1] {
            rotors[0].set(&mut turned, value);
            assert!(rotors[0].distance(rotors[0].dihedral(&turned), value) < 1e-9);
        }
        for bond in butane.bonds() {
            let length = |x: &[f64]| (Vector::of(x, bond.atoms[0]) - Vector::of(x, bond.atoms[1])).square();
            assert!((length(&x) - length(&turned)).abs() < 1e-8);
        }
    }

    #[test]
    fn a_triple_bond_turns_as_one() {
        use BondOrder::{Single, Triple};
        let mut bonds = vec![
            (0, 1, Single),
            (1, 2, Single),
            (2, 3, Triple),
            (3, 4, Single),
            (4, 5, Single),
        ];
        let mut symbols = vec!["C"; 6];
        for (carbon, hydrogens) in [(0, 3), (1, 2), (4, 2), (5, 3)] {
            for _ in 0..hydrogens {
                bonds.push((carbon, symbols.len(), Single));
                symbols.push("H");
            }
        }
        let rotors = Rotor::find(&molecule(&symbols, &bonds));
        assert_eq!(rotors.len(), 1);
        let mut axis = rotors[0].axis;
        axis.sort_unstable();
        assert_eq!(axis, [1, 4]);
    }
}
