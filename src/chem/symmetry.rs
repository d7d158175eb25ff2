//! Which atoms can stand for which: the graph automorphisms of a molecule, and the isomorphisms between two.
//!
//! Atoms are alike by element, isotope and connectivity, as in [`super::stereo`]: bond orders and formal charges don't count, so that
//! the two oxygens of a carboxylate are alike however they are drawn, and so are the bonds of a ring that is drawn with alternating
//! ones. (The price: bond-shift isomers, such as two substituted cyclooctatetraenes, are one graph.) Configurations don't count
//! either: whoever compares geometries sees them there.
//!
//! The group is never written out: hexamethylbenzene has 12 · 6⁶ elements. Branches without rings are peeled from the graph until its
//! rings and the chains between them remain (or the centre of a tree: C. Jordan, J. reine angew. Math. 1869, 70, 185). This *core* is
//! mapped by backtracking within the classes of neighbourhood refinement (after B. D. McKay, Congr. Numer. 1981, 30, 45). In the branches, refinement
//! tells completely which may stand for which, and each atom's branches are exchanged without regard to any other's.

use super::Molecule;
use super::stereo::symmetry_classes;
use thiserror::Error;

/// Why two molecules are not the same graph. Atoms count from 1 in the messages.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Mismatch {
    /// They have different atoms.
    #[error("the molecules have different atoms: {first} and {second}")]
    Formula {
        /// Formula of the first.
        first: String,
        /// Formula of the second.
        second: String,
    },
    /// They have different bonds between the same elements.
    #[error("the molecules have different bonds: {first} {pair} in the first, {second} in the second")]
    Bonds {
        /// The bonded elements, `C-H`.
        pair: String,
        /// Number of such bonds in the first.
        first: usize,
        /// Number of such bonds in the second.
        second: usize,
    },
    /// They have the same bonds in different places.
    #[error("the molecules ({formula}) are bonded differently: atom {} ({element}) of the first has no counterpart in the second", atom + 1)]
    Connectivity {
        /// Formula of both.
        formula: String,
        /// An atom of the first, from 0.
        atom: usize,
        /// Its element.
        element: String,
    },
}

/// One atom in the order in which a mapping is built up: neighbours of mapped atoms, cores before branches, large branches first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The atom of the first molecule.
    pub atom: usize,
    /// A neighbour that is mapped earlier; `None` for a fragment's first atom.
    pub anchor: Option<usize>,
    /// Its other neighbours that are mapped earlier.
    pub closures: Vec<usize>,
}

/// All ways to map the atoms of one molecule to those of another (or of itself) so that elements, isotopes and connections are kept.
#[derive(Clone, Debug)]
pub struct Correspondence {
    classes: [Vec<usize>; 2],
    /// Atoms of the second molecule, by class.
    members: Vec<Vec<usize>>,
    /// Neighbours in the second molecule.
    neighbors: Vec<Vec<usize>>,
    steps: Vec<Step>,
    /// How many of the steps belong to cores.
    core: usize,
    /// For each atom of the first the atom that its branch hangs from.
    parents: Vec<Option<usize>>,
}

impl Correspondence {
    /// The automorphisms of a molecule.
    #[must_use]
    pub fn automorphisms(molecule: &Molecule) -> Self {
        let classes = symmetry_classes(molecule);
        Self::with_classes(molecule, molecule, classes.clone(), classes)
    }

    /// The isomorphisms from one molecule to another.
    ///
    /// # Errors
    /// Where refinement tells the molecules apart, what differs. (Regular graphs that it can't tell apart have no complete mapping.)
    pub fn between(first: &Molecule, second: &Molecule) -> Result<Self, Mismatch> {
        let formulae = [first, second].map(formula);
        if formulae[0] != formulae[1] {
            let [first, second] = formulae;
            return Err(Mismatch::Formula { first, second });
        }
        compare_bonds(first, second)?;
        let n = first.len();
        let mut classes = symmetry_classes(&union(first, second));
        let of_second = classes.split_off(n);
        let count = |list: &[usize], class| list.iter().filter(|&&c| c == class).count();
        if let Some(atom) = (0..n).find(|&a| count(&classes, classes[a]) != count(&of_second, classes[a])) {
            let [formula, _] = formulae;
            let element = first.element(atom).symbol().to_owned();
            return Err(Mismatch::Connectivity { formula, atom, element });
        }
        Ok(Self::with_classes(first, second, classes, of_second))
    }

    fn with_classes(first: &Molecule, second: &Molecule, own: Vec<usize>, other: Vec<usize>) -> Self {
        let mut members = vec![Vec::new(); own.iter().chain(&other).max().map_or(0, |&c| c + 1)];
        for (atom, &class) in other.iter().enumerate() {
            members[class].push(atom);
        }
        let parents = peel(first);
        let mut steps = core_steps(first, &parents, |atom| members[own[atom]].len());
        let core = steps.len();
        branch_steps(&parents, &mut steps);
        Self {
            classes: [own, other],
            members,
            neighbors: (0..second.len())
                .map(|a| second.neighbors(a).iter().map(|n| n.atom).collect())
                .collect(),
            steps,
            core,
            parents,
        }
    }

    /// Classes of the first molecule's atoms, in the same numbers as those of the second.
    #[must_use]
    pub fn classes(&self) -> &[usize] {
        &self.classes[0]
    }

    /// Classes of the second molecule's atoms.
    #[must_use]
    pub fn classes_of_second(&self) -> &[usize] {
        &self.classes[1]
    }

    /// The second molecule's atoms of a class.
    #[must_use]
    pub fn members(&self, class: usize) -> &[usize] {
        &self.members[class]
    }

    /// Neighbours of an atom of the second molecule.
    #[must_use]
    pub fn neighbors_in_second(&self, atom: usize) -> &[usize] {
        &self.neighbors[atom]
    }

    /// The atom that an atom's branch hangs from (both of the first molecule); `None` in a core.
    #[must_use]
    pub fn parent(&self, atom: usize) -> Option<usize> {
        self.parents[atom]
    }

    /// The steps of the cores, and those of the branches.
    #[must_use]
    pub fn steps(&self) -> (&[Step], &[Step]) {
        self.steps.split_at(self.core)
    }

    /// The steps that a mapping of some atoms needs: all of the cores, and the branches as far as there are such atoms in them. What
    /// is left out can always be mapped as well.
    #[must_use]
    pub fn steps_for(&self, wanted: &[bool]) -> Vec<Step> {
        let mut needed = wanted.to_vec();
        for step in self.steps[self.core..].iter().rev() {
            if let (true, Some(parent)) = (needed[step.atom], self.parents[step.atom]) {
                needed[parent] = true;
            }
        }
        let (core, branches) = self.steps();
        let branches = branches.iter().filter(|s| needed[s.atom]);
        core.iter().chain(branches).cloned().collect()
    }

    /// Appends the atoms of the second molecule that a step may map its atom to. `image` holds what the earlier steps' atoms are
    /// mapped to, `used` what of the second molecule is taken.
    pub fn candidates(&self, step: &Step, image: &[usize], used: &[bool], out: &mut Vec<usize>) {
        let class = self.classes[0][step.atom];
        let around = match step.anchor {
            Some(anchor) => &self.neighbors[image[anchor]],
            None => &self.members[class],
        };
        let closes = |atom: usize| step.closures.iter().all(|&c| self.neighbors[image[c]].contains(&atom));
        let fits = |&&atom: &&usize| !used[atom] && self.classes[1][atom] == class && closes(atom);
        out.extend(around.iter().filter(fits));
    }

    /// All mappings, each as the second molecule's atom for every atom of the first; `None` where there are more than `most`.
    #[must_use]
    pub fn mappings(&self, most: usize) -> Option<Vec<Vec<usize>>> {
        let n = self.classes[0].len();
        let (mut image, mut used, mut found) = (vec![0; n], vec![false; n], Vec::new());
        self.enumerate(0, most, &mut image, &mut used, &mut found)
            .then_some(found)
    }

    /// The first mappings, `most` of them where there are more.
    #[must_use]
    pub fn some_mappings(&self, most: usize) -> Vec<Vec<usize>> {
        let n = self.classes[0].len();
        let (mut image, mut used, mut found) = (vec![0; n], vec![false; n], Vec::new());
        // Whether there are more does not matter here.
        let _complete: bool = self.enumerate(0, most, &mut image, &mut used, &mut found);
        found.truncate(most);
        found
    }

    fn enumerate(
        &self,
        depth: usize,
        most: usize,
        image: &mut [usize],
        used: &mut [bool],
        found: &mut Vec<Vec<usize>>,
    ) -> bool {
        let Some(step) = self.steps.get(depth) else {
            found.push(image.to_vec());
            return found.len() <= most;
        };
        let mut candidates = Vec::new();
        self.candidates(step, image, used, &mut candidates);
        candidates.into_iter().all(|atom| {
            image[step.atom] = atom;
            used[atom] = true;
            let goes_on = self.enumerate(depth + 1, most, image, used, found);
            used[atom] = false;
            goes_on
        })
    }
}

/// Hill's formula (carbon, hydrogen, then by symbol; isotopes not told apart).
#[must_use]
pub fn formula(molecule: &Molecule) -> String {
    let mut symbols: Vec<&str> = molecule.atoms().iter().map(|a| a.element.symbol()).collect();
    let organic = symbols.contains(&"C");
    let rank = |symbol: &str| match symbol {
        "C" if organic => 0,
        "H" if organic => 1,
        _ => 2,
    };
    symbols.sort_by_key(|s| (rank(s), *s));
    let mut out = String::new();
    for group in symbols.chunk_by(|a, b| a == b) {
        out.push_str(group[0]);
        if group.len() > 1 {
            out.push_str(&group.len().to_string());
        }
    }
    out
}

/// Compares how many bonds there are between each pair of elements.
fn compare_bonds(first: &Molecule, second: &Molecule) -> Result<(), Mismatch> {
    let pairs = |molecule: &Molecule| {
        let mut pairs: Vec<String> = molecule
            .bonds()
            .iter()
            .map(|bond| {
                let mut symbols = bond.atoms.map(|a| molecule.element(a).symbol());
                symbols.sort_unstable();
                symbols.join("-")
            })
            .collect();
        pairs.sort_unstable();
        pairs
    };
    let [own, other] = [first, second].map(pairs);
    let count = |list: &[String], pair: &String| list.iter().filter(|p| *p == pair).count();
    match own.iter().chain(&other).find(|p| count(&own, p) != count(&other, p)) {
        None => Ok(()),
        Some(pair) => Err(Mismatch::Bonds {
            first: count(&own, pair),
            second: count(&other, pair),
            pair: pair.clone(),
        }),
    }
}

/// Both molecules side by side, so that their classes have the same numbers.
fn union(first: &Molecule, second: &Molecule) -> Molecule {
    let atoms = first.atoms().iter().chain(second.atoms()).cloned().collect();
    let shifted = second.bonds().iter().map(|bond| {
        let mut bond = *bond;
        bond.atoms = bond.atoms.map(|a| a + first.len());
        bond
    });
    let bonds = first.bonds().iter().copied().chain(shifted).collect();
    // Bonds of two valid molecules can't collide.
    Molecule::new(atoms, bonds).unwrap_or_default()
}

/// Takes leaves off, round by round, and gives the atom that each hung from. A tree ends at its middle atom or at its middle bond.
fn peel(molecule: &Molecule) -> Vec<Option<usize>> {
    let mut degree: Vec<usize> = (0..molecule.len()).map(|a| molecule.degree(a)).collect();
    let mut parents = vec![None; molecule.len()];
    let mut leaves: Vec<usize> = (0..molecule.len()).filter(|&a| degree[a] == 1).collect();
    while !leaves.is_empty() {
        let holder = |leaf: usize, parents: &[Option<usize>]| {
            let remaining = molecule.neighbors(leaf).iter().map(|n| n.atom);
            remaining.into_iter().find(|&a| parents[a].is_none())
        };
        let cut: Vec<(usize, usize)> = leaves
            .iter()
            .filter_map(|&leaf| Some((leaf, holder(leaf, &parents)?)))
            .filter(|&(_, parent)| degree[parent] > 1)
            .collect();
        leaves.clear();
        for &(leaf, parent) in &cut {
            parents[leaf] = Some(parent);
            degree[parent] -= 1;
        }
        for &(_, parent) in &cut {
            if degree[parent] == 1 && !leaves.contains(&parent) {
                leaves.push(parent);
            }
        }
    }
    parents
}

/// The cores' atoms, fragment by fragment, each from an atom with few counterparts.
fn core_steps(molecule: &Molecule, parents: &[Option<usize>], choices: impl Fn(usize) -> usize) -> Vec<Step> {
    let mut starts: Vec<usize> = (0..molecule.len()).filter(|&a| parents[a].is_none()).collect();
    starts.sort_by_key(|&a| (choices(a), a));
    let mut place = vec![usize::MAX; molecule.len()];
    let mut steps: Vec<Step> = Vec::with_capacity(molecule.len());
    for start in starts {
        if place[start] != usize::MAX {
            continue;
        }
        let mut next = steps.len();
        place[start] = next;
        steps.push(Step {
            atom: start,
            anchor: None,
            closures: Vec::new(),
        });
        while let Some(atom) = steps.get(next).map(|s| s.atom) {
            for neighbor in molecule.neighbors(atom).iter().map(|n| n.atom) {
                if parents[neighbor].is_some() || place[neighbor] != usize::MAX {
                    continue;
                }
                place[neighbor] = steps.len();
                steps.push(Step {
                    atom: neighbor,
                    anchor: Some(atom),
                    closures: Vec::new(),
                });
            }
            next += 1;
        }
    }
    for (index, step) in steps.iter_mut().enumerate() {
        let earlier = molecule.neighbors(step.atom).iter().map(|n| n.atom);
        step.closures = earlier
            .filter(|&a| place[a] < index && Some(a) != step.anchor)
            .collect();
    }
    steps
}

/// Appends the branches' atoms, those that carry much first: parents before children, long chains before hydrogens.
fn branch_steps(parents: &[Option<usize>], steps: &mut Vec<Step>) {
    let mut size = vec![1; parents.len()];
    for atom in 0..parents.len() {
        let mut above = parents[atom];
        while let Some(parent) = above {
            size[parent] += 1;
            above = parents[parent];
        }
    }
    let mut atoms: Vec<(usize, usize)> = (0..parents.len()).filter_map(|a| Some((a, parents[a]?))).collect();
    atoms.sort_by_key(|&(atom, parent)| (std::cmp::Reverse(size[atom]), parent, atom));
    steps.extend(atoms.into_iter().map(|(atom, parent)| Step {
        atom,
        anchor: Some(parent),
        closures: Vec::new(),
    }));
}
