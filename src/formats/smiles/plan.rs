//! What is to be written of each fragment: its atoms without the hydrogens that go into their partners, in canonical ranks.

use crate::chem::canonical::{self, ABSENT, Graph, Pair, Turn};
use crate::chem::rings::Rings;
use crate::chem::stereo::Configuration;
use crate::chem::{Atom, BondOrder, Element, Molecule};

/// The molecule to be written.
pub(super) struct Parts {
    /// In Kekulé form.
    pub molecule: Molecule,
    pub rings: Rings,
    pub configuration: Configuration,
    /// Atoms and bonds that are written as aromatic.
    pub aromatic: (Vec<bool>, Vec<bool>),
    /// Hydrogens of each atom that the molecule leaves out.
    pub undrawn: Vec<usize>,
}

/// One fragment. Atoms are numbers of the molecule; `ABSENT` stands for hydrogens that are not written as atoms.
pub(super) struct Plan {
    /// Written atoms in the order of their ranks.
    pub atoms: Vec<usize>,
    /// Rank of each atom of the molecule, for those of the fragment.
    pub rank: Vec<usize>,
    pub turns: Vec<Turn>,
    pub pairs: Vec<Pair>,
}

impl Parts {
    /// Whether an atom is a hydrogen that its partner's symbol takes in.
    fn folded(&self) -> Vec<bool> {
        let molecule = &self.molecule;
        let mut folded: Vec<bool> = (0..molecule.len())
            .map(|a| {
                let [neighbor] = molecule.neighbors(a) else {
                    return false;
                };
                *molecule.atom(a) == Atom::new(Element::H)
                    && molecule.element(neighbor.atom) != Element::H
                    && molecule.bond(neighbor.bond).order == BondOrder::Single
            })
            .collect();
        // A lone pair and a hydrogen can't both go without being written.
        let stated = self
            .configuration
            .stereo
            .centers
            .iter()
            .zip(&self.configuration.parities);
        for (center, _) in stated.filter(|(c, p)| p.is_some() && c.neighbors.len() == 3) {
            center.neighbors.iter().for_each(|&n| folded[n] = false);
        }
        // The only neighbour of a double bond's atom has to carry its mark.
        for pair in canonical::pairs(molecule, &self.configuration) {
            for ligands in pair.ligands {
                if ligands.iter().all(|&l| l == ABSENT || folded[l]) {
                    ligands
                        .iter()
                        .filter(|&&l| l != ABSENT)
                        .for_each(|&l| folded[l] = false);
                }
            }
        }
        folded
    }

    /// Kind of a bond for the canonical numbering, seen from an atom.
    fn kind(&self, bond: usize, from: usize) -> u8 {
        match self.molecule.bond(bond).order {
            _ if self.aromatic.1[bond] => 4,
            BondOrder::Single | BondOrder::Aromatic => 0,
            BondOrder::Double => 1,
            BondOrder::Triple => 2,
            BondOrder::Quadruple => 3,
            BondOrder::Dative if self.molecule.bond(bond).atoms[0] == from => 5,
            BondOrder::Dative => 6,
            BondOrder::Unknown => 7,
        }
    }

    /// Hydrogens that are not written as atoms.
    pub(super) fn hydrogens(&self, plan: &Plan, atom: usize) -> usize {
        let around = self.molecule.neighbors(atom).iter();
        self.undrawn[atom] + around.filter(|n| plan.rank[n.atom] == ABSENT).count()
    }
}

impl Plan {
    /// The fragments of a molecule, one at a time: each takes memory for the whole.
    pub(super) fn of_fragments(parts: &Parts) -> impl Iterator<Item = Self> {
        let molecule = &parts.molecule;
        let folded = parts.folded();
        let (fragment, count) = molecule.fragments();
        let mut members = vec![Vec::new(); count];
        for atom in (0..molecule.len()).filter(|&a| !folded[a]) {
            members[fragment[atom]].push(atom);
        }
        let shown = |l: &usize| if *l == ABSENT || folded[*l] { ABSENT } else { *l };
        let mut turns = vec![Vec::new(); count];
        for mut turn in canonical::turns(&parts.configuration) {
            turn.ligands = turn.ligands.iter().map(shown).collect();
            turns[fragment[turn.atom]].push(turn);
        }
        let mut pairs = vec![Vec::new(); count];
        for mut pair in canonical::pairs(molecule, &parts.configuration) {
            pair.ligands = pair.ligands.map(|l| l.map(|l| shown(&l)));
            pairs[fragment[pair.atoms[0]]].push(pair);
        }
        let mut local = vec![ABSENT; molecule.len()];
        for list in &members {
            list.iter().enumerate().for_each(|(k, &a)| local[a] = k);
        }
        let of_fragment =
            move |((atoms, turns), pairs): ((Vec<usize>, _), _)| Self::new(parts, &local, &atoms, turns, pairs);
        members.into_iter().zip(turns).zip(pairs).map(of_fragment)
    }

    fn new(parts: &Parts, local: &[usize], atoms: &[usize], mut turns: Vec<Turn>, pairs: Vec<Pair>) -> Self {
        let molecule = &parts.molecule;
        let keys: Vec<_> = atoms
            .iter()
            .map(|&a| {
                let atom = molecule.atom(a);
                let shown = molecule.neighbors(a).iter().filter(|n| local[n.atom] != ABSENT).count();
                let hydrogens = parts.undrawn[a] + molecule.degree(a) - shown;
                let kind = (atom.element, atom.isotope, atom.formal_charge, atom.unpaired_electrons);
                (shown, parts.aromatic.0[a], kind, hydrogens)
            })
            .collect();
        let graph = |turns: &[Turn]| {
            let neighbors = atoms.iter().map(|&a| {
                let around = molecule.neighbors(a).iter().filter(|n| local[n.atom] != ABSENT);
                around.map(|n| (local[n.atom], parts.kind(n.bond, a))).collect()
            });
            let local_of = |&a: &usize| if a == ABSENT { ABSENT } else { local[a] };
            let turns = turns
                .iter()
                .map(|t| Turn {
                    atom: local[t.atom],
                    ligands: t.ligands.iter().map(local_of).collect(),
                    anticlockwise: t.anticlockwise,
                })
                .collect();
            let pairs = pairs
                .iter()
                .map(|p| Pair {
                    atoms: p.atoms.map(|a| local[a]),
                    ligands: p.ligands.map(|l| l.map(|l| local_of(&l))),
                    cis: p.cis,
                })
                .collect();
            Graph::new(&keys, neighbors, turns, pairs)
        };
        drop_unfounded(parts, local, &mut turns, |turns| graph(turns).classes());
        let ranks = graph(&turns).ranks();
        let mut rank = vec![ABSENT; molecule.len()];
        let mut sorted = vec![0; atoms.len()];
        for (&atom, &r) in atoms.iter().zip(&ranks) {
            rank[atom] = r;
            sorted[r] = atom;
        }
        Self {
            atoms: sorted,
            rank,
            turns,
            pairs,
        }
    }
}

/// Leaves out the turn of a centre two of whose ligands outside rings are the same thing: it says nothing.
fn drop_unfounded(parts: &Parts, local: &[usize], turns: &mut Vec<Turn>, classes: impl Fn(&[Turn]) -> Vec<usize>) {
    while !turns.is_empty() {
        let classes = classes(turns);
        let outside = |center: usize, ligand: usize| {
            let bond = parts.molecule.bond_between(center, ligand);
            bond.is_some_and(|b| parts.rings.of_bond(b).is_empty())
        };
        let unfounded = turns.iter().position(|turn| {
            let ligands: Vec<usize> = turn.ligands.iter().copied().filter(|&l| l != ABSENT).collect();
            let absent = turn.ligands.len() - ligands.len();
            absent > 1
                || ligands.iter().enumerate().any(|(i, &a)| {
                    ligands[..i].iter().any(|&b| {
                        classes[local[a]] == classes[local[b]] && outside(turn.atom, a) && outside(turn.atom, b)
                    })
                })
        });
        let Some(at) = unfounded else { return };
        turns.remove(at);
    }
}
