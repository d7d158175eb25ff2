//! Whether a geometry's mirror image is a conformer of the same molecule, or of its enantiomer.
//!
//! Every atom with four neighbours has a handedness: that of its neighbours as numbered. The mirror image inverts all of them. It is the
//! same molecule if equivalent atoms can be renamed so that every one is restored: freely where two hydrogens are exchanged, by a reversal of
//! the chain in meso compounds, not at all in a chiral molecule. No list of stereocentres is needed, so that what depends on other
//! centres (ribitol, 1,4-dimethylcyclohexane) comes out right as well. Axes and planes of chirality are not seen.

use crate::chem::symmetry::Correspondence;
use crate::chem::{Element, Molecule};

/// Volume of three unit vectors below which a centre is flat (an ideal tetrahedron has 0.77).
const FLAT: f64 = 0.1;
/// Namings of the rings' atoms that are tried. Beyond this a molecule is taken for chiral.
const MOST_STEPS: usize = 1_000_000;

/// Finds out about mirror images of one molecule.
#[derive(Clone, Debug)]
pub struct Handedness {
    correspondence: Correspondence,
    /// Neighbours of the atoms that keep their configuration; empty for others.
    ligands: Vec<Vec<usize>>,
    /// The centres that each atom is or is a neighbour of.
    affected: Vec<Vec<usize>>,
    /// Branches that hang from each atom.
    branches: Vec<Vec<usize>>,
}

/// The search for a renaming.
struct Renaming<'a> {
    of: &'a Handedness,
    /// +1 or −1 for each atom with a configuration, 0 for others.
    signs: Vec<i8>,
    image: Vec<usize>,
    /// Atoms of cores that have an image, and that are one.
    named: Vec<bool>,
    used: Vec<bool>,
    steps: usize,
}

impl Handedness {
    /// Prepares a molecule.
    #[must_use]
    pub fn new(molecule: &Molecule) -> Self {
        let correspondence = Correspondence::automorphisms(molecule);
        let ligands: Vec<Vec<usize>> = (0..molecule.len()).map(|a| ligands(molecule, a)).collect();
        let mut branches = vec![Vec::new(); molecule.len()];
        let mut affected = vec![Vec::new(); molecule.len()];
        for (center, around) in ligands.iter().enumerate().filter(|(_, l)| !l.is_empty()) {
            affected[center].push(center);
            around.iter().for_each(|&l| affected[l].push(center));
        }
        for atom in 0..molecule.len() {
            if let Some(parent) = correspondence.parent(atom) {
                branches[parent].push(atom);
            }
        }
        Self {
            correspondence,
            ligands,
            affected,
            branches,
        }
    }

    /// Whether the mirror image of this geometry (Å, length 3N) can be reached without breaking bonds, as far as atoms with a
    /// configuration of their own tell.
    #[must_use]
    pub fn mirror_image_is_same_molecule(&self, x: &[f64]) -> bool {
        let atoms = self.ligands.len();
        let mut renaming = Renaming {
            of: self,
            signs: self.ligands.iter().enumerate().map(|(a, l)| sign(x, a, l)).collect(),
            image: vec![0; atoms],
            named: vec![false; atoms],
            used: vec![false; atoms],
            steps: 0,
        };
        renaming.core(0)
    }
}

/// The neighbours that make an atom a centre: four, or three beside a lone pair that does not invert easily.
fn ligands(molecule: &Molecule, atom: usize) -> Vec<usize> {
    let element = molecule.element(atom);
    let rigid = match molecule.degree(atom) {
        4 => (13..=16).contains(&element.group()) && element != Element::O,
        3 => matches!(element.group(), 15 | 16) && element.period() > 2,
        _ => false,
    };
    let neighbors = molecule.neighbors(atom).iter().map(|n| n.atom);
    if rigid { neighbors.collect() } else { Vec::new() }
}

/// On which side of the first three ligands, taken in turn, the centre's fourth one (or the centre itself) is.
fn sign(x: &[f64], center: usize, ligands: &[usize]) -> i8 {
    let unit = |atom: usize| {
        let v = [0, 1, 2].map(|k| x[3 * atom + k] - x[3 * center + k]);
        let length = v.iter().map(|c| c * c).sum::<f64>().sqrt();
        v.map(|c| c / length)
    };
    let v: Vec<[f64; 3]> = ligands.iter().map(|&l| unit(l)).collect();
    let volume = match v[..] {
        [a, b, c] => triple(a, b, c),
        [a, b, c, d] => {
            let from_last = |p: [f64; 3]| [p[0] - d[0], p[1] - d[1], p[2] - d[2]];
            triple(from_last(a), from_last(b), from_last(c)) / 4.0
        }
        _ => 0.0,
    };
    if volume > FLAT {
        1
    } else if volume < -FLAT {
        -1
    } else {
        0
    }
}

fn triple(a: [f64; 3], b: [f64; 3], c: [f64; 3]) -> f64 {
    a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0]) + a[2] * (b[0] * c[1] - b[1] * c[0])
}

impl Renaming<'_> {
    /// Renames the cores' atoms from a step on, then the branches.
    fn core(&mut self, depth: usize) -> bool {
        let of = self.of;
        let (core, _) = of.correspondence.steps();
        let Some(step) = core.get(depth) else {
            return core.iter().all(|s| self.restores(s.atom, self.image[s.atom]));
        };
        self.steps += 1;
        if self.steps > MOST_STEPS {
            return false;
        }
        let mut candidates = Vec::new();
        of.correspondence
            .candidates(step, &self.image, &self.used, &mut candidates);
        candidates.into_iter().any(|atom| {
            self.image[step.atom] = atom;
            (self.named[step.atom], self.used[atom]) = (true, true);
            let works = self.is_possible(step.atom) && self.core(depth + 1);
            (self.named[step.atom], self.used[atom]) = (false, false);
            works
        })
    }

    /// Whether the centres all of whose neighbours are named since this atom is, itself among them, are restored.
    fn is_possible(&self, atom: usize) -> bool {
        let complete = |&&center: &&usize| self.named[center] && self.of.ligands[center].iter().all(|&l| self.named[l]);
        let affected = &self.of.affected[atom];
        affected.iter().filter(complete).all(|&center| self.is_restored(center))
    }

    /// Whether an atom whose image is `other`, with the neighbours outside of its branches already named, can be restored together with all
    /// its branches.
    fn restores(&mut self, atom: usize, other: usize) -> bool {
        let of = self.of;
        let (own, others) = (&of.branches[atom], &of.branches[other]);
        let classes = of.correspondence.classes();
        self.image[atom] = other;
        // What happens inside of a branch does not depend on how the others are named: each pair is tried once.
        let mut works = vec![false; own.len() * others.len()];
        for (i, &branch) in own.iter().enumerate() {
            for (j, &image) in others.iter().enumerate() {
                works[i * others.len() + j] = classes[branch] == classes[image] && self.restores(branch, image);
            }
        }
        self.name_branches(atom, &works, 0, &mut vec![false; others.len()])
    }

    fn name_branches(&mut self, center: usize, works: &[bool], index: usize, taken: &mut [bool]) -> bool {
        let of = self.of;
        let Some(&branch) = of.branches[center].get(index) else {
            return self.is_restored(center);
        };
        let others = &of.branches[self.image[center]];
        for (j, &other) in others.iter().enumerate() {
            if taken[j] || !works[index * others.len() + j] {
                continue;
            }
            self.image[branch] = other;
            taken[j] = true;
            let found = self.name_branches(center, works, index + 1, taken);
            taken[j] = false;
            if found {
                return true;
            }
        }
        false
    }

    /// Whether the image of a centre has the configuration that the mirror image gives the centre.
    fn is_restored(&self, center: usize) -> bool {
        let ligands = &self.of.ligands[center];
        let other = self.image[center];
        if ligands.is_empty() || self.signs[center] == 0 {
            return self.signs[other] == 0;
        }
        let places: Vec<usize> = ligands
            .iter()
            .filter_map(|&l| self.of.ligands[other].iter().position(|&m| m == self.image[l]))
            .collect();
        let inversions = (0..places.len()).flat_map(|i| (0..i).map(move |j| (j, i)));
        let odd = inversions.filter(|&(j, i)| places[j] > places[i]).count() % 2 == 1;
        let turned = if odd { -self.signs[other] } else { self.signs[other] };
        turned == -self.signs[center]
    }
}
