//! A numbering of a graph's atoms that does not depend on how they were numbered before.
//!
//! Cells of alike atoms are refined by their surroundings and by the turn of stereogenic centres and double bonds; what is still tied is
//! numbered in all ways that automorphisms don't make equal, and the smallest description wins (B. D. McKay and A. Piperno, J. Symb.
//! Comput. 2014, 60, 94, in a small way: pruning by the automorphisms that turn up, no node invariants).

use super::Molecule;
use super::partition::{Edges, Partition};
use super::stereo::{Configuration, Parity, Side};
use std::cmp::Ordering;

/// Leaves of the search that are looked at; beyond that, the numbering may depend on the input (graphs far from chemistry).
const MOST_LEAVES: usize = 4_000;
/// Work (atoms times leaves) that is spent; a huge molecule gets fewer leaves.
const MOST_WORK: usize = 4_000_000;

/// Atoms beyond which ties are broken by the input's order, one after the other, without a search.
const MOST_SEARCHED: usize = 2_000;

/// A ligand that is no atom of the graph (a lone pair, a hydrogen left out): counts as the last.
pub const ABSENT: usize = usize::MAX;

/// A stereogenic centre with its ligands in the order in which the turn was taken.
#[derive(Clone, Debug)]
pub struct Turn {
    /// The centre.
    pub atom: usize,
    /// Its ligands; one of them may be [`ABSENT`].
    pub ligands: Vec<usize>,
    /// Whether the later ligands turn against the clock, seen from the first.
    pub anticlockwise: bool,
}

impl Turn {
    /// The turn with the ligands in ascending order of a value; `None` where two have the same.
    #[must_use]
    pub fn sorted(&self, value: impl Fn(usize) -> usize) -> Option<bool> {
        let values: Vec<usize> = self
            .ligands
            .iter()
            .map(|&l| if l == ABSENT { usize::MAX } else { value(l) })
            .collect();
        let mut odd = self.anticlockwise;
        for (i, a) in values.iter().enumerate() {
            for b in &values[..i] {
                match b.cmp(a) {
                    Ordering::Equal => return None,
                    Ordering::Greater => odd = !odd,
                    Ordering::Less => {}
                }
            }
        }
        Some(odd)
    }
}

/// A double bond: for each end its one or two other ligands, the first of which `cis` refers to.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The ends.
    pub atoms: [usize; 2],
    /// Ligands of each end, [`ABSENT`] where there is none or it was left out.
    pub ligands: [[usize; 2]; 2],
    /// Whether the first ligands are on one side.
    pub cis: bool,
}

impl Pair {
    /// Whether the ligands of lower value are on one side; `None` where the two at an end have the same value.
    #[must_use]
    pub fn sorted(&self, value: impl Fn(usize) -> usize) -> Option<bool> {
        let mut cis = self.cis;
        for [first, second] in self.ligands {
            let of = |l: usize| if l == ABSENT { usize::MAX } else { value(l) };
            match of(first).cmp(&of(second)) {
                // An end with one ligand only.
                Ordering::Equal if first == ABSENT => {}
                Ordering::Equal => return None,
                Ordering::Greater => cis = !cis,
                Ordering::Less => {}
            }
        }
        Some(cis)
    }
}

/// A graph to be numbered: atoms with colours, bonds with kinds, and configurations.
#[derive(Clone, Debug)]
pub struct Graph {
    edges: Edges,
    start: Partition,
    turns: Vec<Turn>,
    pairs: Vec<Pair>,
}

impl Graph {
    /// A graph whose atoms differ by their keys, with the neighbours of each atom and the kinds (0 to 7) of the bonds to them.
    #[must_use]
    pub fn new<K: Ord>(
        keys: &[K],
        neighbors: impl Iterator<Item = Vec<(usize, u8)>>,
        turns: Vec<Turn>,
        pairs: Vec<Pair>,
    ) -> Self {
        Self {
            edges: Edges::new(neighbors),
            start: Partition::new(keys),
            turns,
            pairs,
        }
    }

    /// Classes of atoms that refinement can't tell apart, configurations included.
    #[must_use]
    pub fn classes(&self) -> Vec<usize> {
        self.refined(self.start.clone()).cells().to_vec()
    }

    /// The rank of each atom in the canonical numbering.
    #[must_use]
    pub fn ranks(&self) -> Vec<usize> {
        let atoms = self.start.cells().len();
        let mut search = Search {
            graph: self,
            first: None,
            best: None,
            automorphisms: Vec::new(),
            leaves: MOST_LEAVES.min(MOST_WORK / (atoms + 1)),
            path: Vec::new(),
        };
        let root = self.refined(self.start.clone());
        if atoms > MOST_SEARCHED {
            return greedy(self, root);
        }
        search.descend(root);
        search.best.map_or_else(Vec::new, |leaf| inverse(&leaf.order))
    }

    fn refined(&self, mut partition: Partition) -> Partition {
        loop {
            partition.refine(&self.edges);
            let keys = self.marks(|a| partition.cells()[a]);
            if !partition.split_by(&keys) {
                return partition;
            }
        }
    }

    /// What configurations say of each atom, given classes.
    fn marks(&self, class: impl Fn(usize) -> usize + Copy) -> Vec<u128> {
        let mut keys = vec![0u128; self.start.cells().len()];
        for turn in &self.turns {
            keys[turn.atom] += turn.sorted(class).map_or(0, |odd| 1 + u128::from(odd));
        }
        for pair in &self.pairs {
            let mark = pair.sorted(class).map_or(0, |cis| if cis { 1 << 16 } else { 1 << 32 });
            for atom in pair.atoms {
                keys[atom] += mark;
            }
        }
        keys
    }

    /// The graph in an order of its atoms: equal for two orders exactly where an automorphism leads from one to the other.
    fn description(&self, order: &[usize]) -> Vec<u32> {
        let rank = inverse(order);
        let mut text = Vec::new();
        let mut lower = Vec::new();
        for (k, &atom) in order.iter().enumerate() {
            lower.clear();
            let edges = self.edges.of(atom).iter();
            lower.extend(edges.map(|&(n, kind)| (rank[n], kind)).filter(|e| e.0 < k));
            lower.sort_unstable();
            text.push(u32::try_from(lower.len()).unwrap_or(u32::MAX));
            text.extend(lower.iter().map(|e| (e.0 as u32) << 3 | u32::from(e.1)));
        }
        let marks = self.marks(|a| rank[a]);
        text.extend(order.iter().map(|&a| {
            let mark = marks[a];
            (mark & 0xff | mark >> 8 & 0xff00 | mark >> 16 & 0xff_0000) as u32
        }));
        text
    }
}

/// Breaks every tie by the input's order.
fn greedy(graph: &Graph, mut partition: Partition) -> Vec<usize> {
    while let Some(cell) = partition.smallest_open_cell() {
        if let Some(&atom) = cell.iter().min() {
            partition.individualize(atom);
        }
        partition = graph.refined(partition);
    }
    inverse(partition.order())
}

fn inverse(order: &[usize]) -> Vec<usize> {
    let mut rank = vec![0; order.len()];
    for (k, &atom) in order.iter().enumerate() {
        rank[atom] = k;
    }
    rank
}

/// One numbering with what it makes of the graph.
#[derive(Clone)]
struct Leaf {
    order: Vec<usize>,
    path: Vec<usize>,
    description: Vec<u32>,
}

struct Search<'a> {
    graph: &'a Graph,
    first: Option<Leaf>,
    best: Option<Leaf>,
    /// Images of all atoms.
    automorphisms: Vec<Vec<usize>>,
    /// Leaves that may still be looked at.
    leaves: usize,
    /// Atoms that were singled out on the way.
    path: Vec<usize>,
}

/// A node of the search tree: what is still to be tried in it.
struct Node {
    partition: Partition,
    cell: Vec<usize>,
    tried: Vec<usize>,
    next: usize,
}

impl Search<'_> {
    /// Goes through the tree, depth first, with a stack of its own: a path may be long.
    fn descend(&mut self, root: Partition) {
        let mut stack: Vec<Node> = Vec::new();
        let mut arrived = Some(root);
        loop {
            if let Some(partition) = arrived.take() {
                match partition.smallest_open_cell() {
                    Some(mut cell) => {
                        cell.sort_unstable();
                        stack.push(Node {
                            partition,
                            cell,
                            tried: Vec::new(),
                            next: 0,
                        });
                    }
                    None => {
                        let kept = self.leaf(&partition);
                        stack.truncate(kept);
                    }
                }
            }
            let depth = stack.len();
            let Some(node) = stack.last_mut() else { return };
            self.path.truncate(depth - 1);
            arrived = self.advance(node);
            if arrived.is_none() {
                stack.pop();
            }
        }
    }

    /// The node's next child that no known automorphism makes equal to an earlier one.
    fn advance(&mut self, node: &mut Node) -> Option<Partition> {
        while let Some(&atom) = node.cell.get(node.next) {
            node.next += 1;
            if !node.tried.is_empty() && (self.leaves == 0 || self.is_equal_to(&node.tried, atom)) {
                continue;
            }
            node.tried.push(atom);
            self.path.push(atom);
            let mut partition = node.partition.clone();
            partition.individualize(atom);
            return Some(self.graph.refined(partition));
        }
        None
    }

    /// Whether automorphisms that leave the path alone carry one of the tried atoms to this one.
    fn is_equal_to(&self, tried: &[usize], atom: usize) -> bool {
        let fixing: Vec<&Vec<usize>> = self
            .automorphisms
            .iter()
            .filter(|image| self.path.iter().all(|&p| image[p] == p))
            .collect();
        let mut seen = vec![false; self.graph.start.cells().len()];
        let mut stack = tried.to_vec();
        while let Some(next) = stack.pop() {
            if !std::mem::replace(&mut seen[next], true) {
                stack.extend(fixing.iter().map(|image| image[next]));
            }
        }
        seen[atom]
    }

    /// Takes a leaf in; gives how many nodes of the path stay open. What lies below the fork from an equal leaf is equal too.
    fn leaf(&mut self, partition: &Partition) -> usize {
        self.leaves = self.leaves.saturating_sub(1);
        let leaf = Leaf {
            order: partition.order().to_vec(),
            path: self.path.clone(),
            description: self.graph.description(partition.order()),
        };
        for known in [&self.first, &self.best].into_iter().flatten() {
            if known.description == leaf.description {
                let fork = known.path.iter().zip(&leaf.path).take_while(|(a, b)| a == b).count();
                let mut image = vec![0; leaf.order.len()];
                for (&a, &b) in known.order.iter().zip(&leaf.order) {
                    image[a] = b;
                }
                self.automorphisms.push(image);
                return fork + 1;
            }
        }
        if self.first.is_none() {
            self.first = Some(leaf.clone());
        }
        if self
            .best
            .as_ref()
            .is_none_or(|best| leaf.description < best.description)
        {
            self.best = Some(leaf);
        }
        usize::MAX
    }
}

/// The turns that a configuration states.
#[must_use]
pub fn turns(configuration: &Configuration) -> Vec<Turn> {
    let stated = configuration.stereo.centers.iter().zip(&configuration.parities);
    stated
        .filter_map(|(center, parity)| {
            let mut ligands = center.neighbors.clone();
            if ligands.len() == 3 {
                ligands.push(ABSENT);
            }
            Some(Turn {
                atom: center.atom,
                ligands,
                anticlockwise: (*parity)? == Parity::Anticlockwise,
            })
        })
        .collect()
}

/// The double bonds whose configuration is stated.
#[must_use]
pub fn pairs(molecule: &Molecule, configuration: &Configuration) -> Vec<Pair> {
    let stated = configuration.stereo.bonds.iter().zip(&configuration.sides);
    stated
        .filter_map(|(bond, side)| {
            let other = |end: usize| {
                let mut around = molecule.neighbors(bond.atoms[end]).iter().map(|n| n.atom);
                let other = around.find(|&n| n != bond.atoms[1 - end] && n != bond.references[end]);
                [bond.references[end], other.unwrap_or(ABSENT)]
            };
            Some(Pair {
                atoms: bond.atoms,
                ligands: [other(0), other(1)],
                cis: (*side)? == Side::Cis,
            })
        })
        .collect()
}

/// The graph of all atoms of a molecule, hydrogens too, without bond orders.
#[must_use]
pub fn graph(molecule: &Molecule, configuration: &Configuration) -> Graph {
    let keys: Vec<_> = (0..molecule.len())
        .map(|a| (molecule.element(a), molecule.atom(a).isotope))
        .collect();
    let neighbors = (0..molecule.len()).map(|a| molecule.neighbors(a).iter().map(|n| (n.atom, 0)).collect());
    Graph::new(&keys, neighbors, turns(configuration), pairs(molecule, configuration))
}
