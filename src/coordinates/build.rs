//! The redundant set of a molecule: every bond, every bend, every dihedral (Peng, Ayala, Schlegel and Frisch, J. Comput. Chem.
//! 17, 49 (1996)), linear bends and dihedrals across linear chains, out-of-plane angles where no dihedral keeps a centre planar,
//! hydrogen bonds, and translations and rotations of several fragments (Wang and Song 2016).

use super::{Fragment, Primitive, WilsonB};
use crate::chem::Molecule;
use crate::linalg::LinalgError;
use crate::linalg::adaptive::Analysis;
use crate::linalg::sparse_cholesky::BlockMatrix;
use std::collections::BTreeSet;
use std::f64::consts::PI;
use std::sync::Arc;

/// A bend wider than this (radian) is made a pair of linear bends.
const LINEAR: f64 = 172.0 * PI / 180.0;

/// A linear bend whose component exceeds this is made a bend again; it is about the deviation from 180° in radian.
pub(super) const BENT: f64 = 0.35;

/// Sine of the angle from which on an atom is off a line.
const OFF: f64 = 0.35;

/// A centre of three bonds whose Wilson angle is below this (radian) counts as planar.
const PLANAR: f64 = 0.35;

/// Longest hydrogen bond H···Y (Å), and the smallest angle X–H···Y.
const HYDROGEN_BOND: (f64, f64) = (2.5, 120.0 * PI / 180.0);

/// Elements at both ends of a hydrogen bond.
const POLAR: [&str; 5] = ["N", "O", "F", "S", "Cl"];

/// Pivots of BᵀB below this belong to motions that change no coordinate: round-off leaves 1e-14 of them, the stiffness of the
/// softest collective motion of a chain of 10,000 atoms is 1e-9.
const NULL: f64 = 1e-11;

struct Builder<'a> {
    molecule: &'a Molecule,
    x: &'a [f64],
    /// The fragment of each atom.
    fragments: Vec<usize>,
    primitives: Vec<Primitive>,
}

/// The set, and the atoms that the graph did not give enough coordinates for.
pub(super) fn primitives(molecule: &Molecule, x: &[f64]) -> (Vec<Primitive>, Vec<usize>) {
    let mut builder = Builder {
        molecule,
        x,
        fragments: molecule.fragments().0,
        primitives: Vec::new(),
    };
    builder.add_stretches();
    builder.add_bends();
    builder.add_dihedrals();
    builder.add_planes();
    builder.add_fragments();
    let loose = builder.loose_atoms();
    for &atom in &loose {
        let cartesian = |axis| Primitive::Cartesian { atom, axis };
        builder.primitives.extend([0, 1, 2].map(cartesian));
    }
    (builder.primitives, loose)
}

impl Builder<'_> {
    fn angle(&self, i: usize, j: usize, k: usize) -> f64 {
        Primitive::Bend([i, j, k]).value(self.x)
    }

    fn is_linear(&self, i: usize, j: usize, k: usize) -> bool {
        self.angle(i, j, k) > LINEAR
    }

    fn add_stretches(&mut self) {
        let bonds = self.molecule.bonds().iter();
        self.primitives.extend(bonds.map(|bond| Primitive::Stretch(bond.atoms)));
        self.add_hydrogen_bonds();
    }

    fn is_polar(&self, atom: usize) -> bool {
        POLAR.contains(&self.molecule.element(atom).symbol())
    }

    fn add_hydrogen_bonds(&mut self) {
        let polar: Vec<usize> = (0..self.molecule.len()).filter(|&a| self.is_polar(a)).collect();
        for &donor in &polar {
            for bound in self.molecule.neighbors(donor) {
                let h = bound.atom;
                if self.molecule.element(h).atomic_number() != 1 {
                    continue;
                }
                for &acceptor in polar.iter().filter(|&&a| a != donor) {
                    let bridge = Primitive::Stretch([h, acceptor]);
                    let near =
                        bridge.value(self.x) < HYDROGEN_BOND.0 && self.molecule.bond_between(h, acceptor).is_none();
                    if near && self.angle(donor, h, acceptor) > HYDROGEN_BOND.1 {
                        self.primitives.push(bridge);
                    }
                }
            }
        }
    }

    fn add_bends(&mut self) {
        for j in 0..self.molecule.len() {
            let neighbors = self.molecule.neighbors(j);
            for (n, a) in neighbors.iter().enumerate() {
                for b in &neighbors[n + 1..] {
                    let atoms = [a.atom, j, b.atom];
                    if self.is_linear(a.atom, j, b.atom) {
                        let pair = [0, 1].map(|component| self.linear_bend(atoms, component));
                        self.primitives.extend(pair);
                    } else {
                        self.primitives.push(Primitive::Bend(atoms));
                    }
                }
            }
        }
    }

    fn linear_bend(&self, atoms: [usize; 3], component: u8) -> Primitive {
        let [i, j, k] = atoms;
        match self.beside(atoms) {
            Some(beside) => Primitive::LinearBendBeside {
                atoms: [i, j, k, beside],
                component,
            },
            None => Primitive::LinearBend {
                atoms,
                axis: self.axis_across(i, k),
                component,
            },
        }
    }

    /// The nearest atom of the same fragment that is well off the line of three.
    fn beside(&self, [i, j, k]: [usize; 3]) -> Option<usize> {
        let distance = |l: usize| Primitive::Stretch([j, l]).value(self.x);
        let is_off = |&l: &usize| {
            ![i, j, k].contains(&l) && self.fragments[l] == self.fragments[j] && self.angle(i, j, l).sin() > OFF
        };
        (0..self.molecule.len())
            .filter(is_off)
            .min_by(|&a, &b| distance(a).total_cmp(&distance(b)))
    }

    /// The Cartesian axis that makes the widest angle with the line.
    fn axis_across(&self, i: usize, k: usize) -> [f64; 3] {
        let line = [0, 1, 2].map(|axis| (self.x[3 * k + axis] - self.x[3 * i + axis]).abs());
        let across = (1..3).fold(0, |least, axis| if line[axis] < line[least] { axis } else { least });
        let mut axis = [0.0; 3];
        axis[across] = 1.0;
        axis
    }

    /// The next atom of a linear chain that comes from `before` to `atom`.
    fn onward(&self, before: usize, atom: usize) -> Option<usize> {
        let [a, b] = self.molecule.neighbors(atom) else {
            return None;
        };
        let next = if a.atom == before { b.atom } else { a.atom };
        self.is_linear(before, atom, next).then_some(next)
    }

    /// The end of a linear chain, with the atom before it.
    fn chain_end(&self, mut before: usize, mut atom: usize) -> [usize; 2] {
        for _ in 0..self.molecule.len() {
            let Some(next) = self.onward(before, atom) else { break };
            (before, atom) = (atom, next);
        }
        [before, atom]
    }

    fn add_dihedrals(&mut self) {
        let mut axes = BTreeSet::new();
        for bond in self.molecule.bonds() {
            let [j, k] = bond.atoms;
            let [k_inner, k] = self.chain_end(j, k);
            let [j_inner, j] = self.chain_end(bond.atoms[1], j);
            if j == k || !axes.insert([j.min(k), j.max(k)]) {
                continue;
            }
            for a in self.molecule.neighbors(j) {
                for d in self.molecule.neighbors(k) {
                    let (i, l) = (a.atom, d.atom);
                    let distinct = i != j_inner && l != k_inner && i != l && i != k && l != j;
                    if distinct && !self.is_linear(i, j, k) && !self.is_linear(j, k, l) {
                        self.primitives.push(Primitive::Dihedral([i, j, k, l]));
                    }
                }
            }
        }
    }

    fn add_planes(&mut self) {
        let mut kept = vec![false; self.molecule.len()];
        for primitive in &self.primitives {
            if let Primitive::Dihedral([_, j, k, _]) = primitive {
                kept[*j] = true;
                kept[*k] = true;
            }
        }
        for j in (0..self.molecule.len()).filter(|&j| !kept[j]) {
            if let [a, b, c] = self.molecule.neighbors(j) {
                let (a, b, c) = (a.atom, b.atom, c.atom);
                // Two bonds in line span no plane.
                if self.is_linear(a, j, b) || self.is_linear(b, j, c) || self.is_linear(c, j, a) {
                    continue;
                }
                let planes = [[a, j, b, c], [b, j, c, a], [c, j, a, b]].map(Primitive::OutOfPlane);
                if planes.iter().all(|p| p.value(self.x).abs() < PLANAR) {
                    self.primitives.extend(planes);
                }
            }
        }
    }

    fn add_fragments(&mut self) {
        let (fragment_of, count) = self.molecule.fragments();
        if count < 2 {
            return;
        }
        let mut groups = vec![Vec::new(); count];
        for (atom, &fragment) in fragment_of.iter().enumerate() {
            groups[fragment].push(atom);
        }
        for atoms in groups {
            let linear = self.is_line(&atoms);
            if linear && atoms.len() > 1 {
                // A line has no rotation about itself: its end atoms' places say where it is and where it points.
                for atom in [atoms[0], atoms[1]] {
                    self.primitives
                        .extend([0, 1, 2].map(|axis| Primitive::Cartesian { atom, axis }));
                }
                continue;
            }
            let fragment = Arc::new(Fragment::new(atoms, self.x));
            for axis in 0..3 {
                let fragment = Arc::clone(&fragment);
                self.primitives.push(Primitive::Translation { fragment, axis });
            }
            for axis in (0..3).filter(|_| !linear) {
                let fragment = Arc::clone(&fragment);
                self.primitives.push(Primitive::Rotation { fragment, axis });
            }
        }
    }

    /// Whether a group of atoms has no extent across a line.
    fn is_line(&self, atoms: &[usize]) -> bool {
        let [first, second, rest @ ..] = atoms else { return true };
        rest.iter().all(|&k| {
            let bend = self.angle(*first, *second, k);
            !(PI - LINEAR..=LINEAR).contains(&bend)
        })
    }

    /// Atoms that can move without a change of any coordinate, other than with the whole molecule: where BᵀB, with a few atoms tied
    /// to their places, still has a null direction.
    fn loose_atoms(&self) -> Vec<usize> {
        let atoms = self.molecule.len();
        if atoms < 2 {
            return Vec::new();
        }
        let analysis = analysis(&self.primitives, self.x.len());
        let mut gram = analysis.matrix();
        WilsonB::new(&self.primitives, self.x).add_gram(std::iter::repeat(1.0), &mut gram);
        let tie = |atom: usize, gram: &mut BlockMatrix| {
            for axis in 0..3 {
                let mut unit = [0.0; 3];
                unit[axis] = 1.0;
                gram.add_outer(&[atom], &[unit], 1.0);
            }
        };
        for atom in self.anchors() {
            tie(atom, &mut gram);
        }
        gram.add_diagonal(-NULL);
        let mut loose = Vec::new();
        while let Err(LinalgError::NotPositiveDefinite { row, .. }) = analysis.factorize(&gram) {
            let atom = row / 3;
            if loose.contains(&atom) {
                break;
            }
            loose.push(atom);
            tie(atom, &mut gram);
        }
        loose.sort_unstable();
        loose
    }

    /// Atoms whose places fix that of the whole: three of a bend, two of a linear molecule. Several fragments have coordinates for
    /// that.
    fn anchors(&self) -> Vec<usize> {
        if self.molecule.fragments().1 > 1 {
            return Vec::new();
        }
        let bends: Vec<&Primitive> = self
            .primitives
            .iter()
            .filter(|p| matches!(p, Primitive::Bend(_)))
            .collect();
        // One in the middle, where the arms are shortest.
        let anchor = bends.get(bends.len() / 2).copied().or(self.primitives.first());
        anchor.map_or_else(Vec::new, |p| p.atoms().to_vec())
    }
}

/// The pattern of BᵀB over `n` Cartesian coordinates: atoms of one coordinate are coupled.
pub(super) fn analysis(primitives: &[Primitive], n: usize) -> Analysis {
    let mut pairs = Vec::with_capacity(6 * primitives.len());
    for primitive in primitives {
        // All six coordinates of a fragment couple the same atoms.
        if matches!(
            primitive,
            Primitive::Translation { axis: 1 | 2, .. } | Primitive::Rotation { .. }
        ) {
            continue;
        }
        let atoms = primitive.atoms();
        for (k, &i) in atoms.iter().enumerate() {
            pairs.extend(atoms[..k].iter().map(|&j| (i, j)));
        }
    }
    Analysis::new(n.div_ceil(3), &pairs)
}
