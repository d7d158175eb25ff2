//! Biconnected blocks of the molecular graph (R. Tarjan, SIAM J. Comput. 1972, 1, 146), without single bonds.

use crate::chem::Molecule;

/// One ring system: a biconnected subgraph with at least one cycle.
#[derive(Debug)]
pub(super) struct Block {
    /// Atom number in the molecule of each vertex, ascending.
    pub atoms: Vec<usize>,
    /// Each edge's two vertices.
    pub edges: Vec<[usize; 2]>,
    /// Neighbours of each vertex: (vertex, edge).
    pub neighbors: Vec<Vec<(usize, usize)>>,
}

impl Block {
    /// Number of independent cycles.
    pub fn rank(&self) -> usize {
        self.edges.len() + 1 - self.atoms.len()
    }

    fn new(molecule: &Molecule, bonds: &[usize]) -> Self {
        let mut atoms: Vec<usize> = bonds.iter().flat_map(|&b| molecule.bond(b).atoms).collect();
        atoms.sort_unstable();
        atoms.dedup();
        let vertex = |atom: usize| atoms.partition_point(|&a| a < atom);
        let edges: Vec<[usize; 2]> = bonds.iter().map(|&b| molecule.bond(b).atoms.map(vertex)).collect();
        let mut neighbors = vec![Vec::new(); atoms.len()];
        for (edge, &[a, b]) in edges.iter().enumerate() {
            neighbors[a].push((b, edge));
            neighbors[b].push((a, edge));
        }
        Self {
            atoms,
            edges,
            neighbors,
        }
    }
}

/// A step of the depth-first search: the atom, the bond it was reached by, and how many neighbours were looked at.
struct Step {
    atom: usize,
    by: usize,
    next: usize,
}

/// All ring systems of a molecule.
pub(super) fn blocks(molecule: &Molecule) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut search = Search {
        molecule,
        number: vec![0; molecule.len()],
        low: vec![0; molecule.len()],
        bonds: Vec::new(),
        count: 0,
    };
    for start in 0..molecule.len() {
        if search.number[start] == 0 {
            search.run(start, &mut blocks);
        }
    }
    blocks
}

struct Search<'a> {
    molecule: &'a Molecule,
    /// Order of discovery from 1; 0 for an atom not yet seen.
    number: Vec<usize>,
    /// Lowest discovery number reachable.
    low: Vec<usize>,
    /// Bonds met and not yet given to a block.
    bonds: Vec<usize>,
    count: usize,
}

impl Search<'_> {
    fn discover(&mut self, atom: usize) {
        self.count += 1;
        self.number[atom] = self.count;
        self.low[atom] = self.count;
    }

    /// Searches one fragment, with a stack of its own so that long chains don't exhaust the program's.
    fn run(&mut self, start: usize, blocks: &mut Vec<Block>) {
        self.discover(start);
        let mut stack = vec![Step {
            atom: start,
            by: usize::MAX,
            next: 0,
        }];
        while let Some(step) = stack.last_mut() {
            let atom = step.atom;
            let Some(&neighbor) = self.molecule.neighbors(atom).get(step.next) else {
                let by = step.by;
                stack.pop();
                if let Some(parent) = stack.last() {
                    self.leave(parent.atom, atom, by, blocks);
                }
                continue;
            };
            step.next += 1;
            if neighbor.bond == step.by {
                continue;
            }
            if self.number[neighbor.atom] == 0 {
                self.bonds.push(neighbor.bond);
                self.discover(neighbor.atom);
                stack.push(Step {
                    atom: neighbor.atom,
                    by: neighbor.bond,
                    next: 0,
                });
            } else if self.number[neighbor.atom] < self.number[atom] {
                self.bonds.push(neighbor.bond);
                self.low[atom] = self.low[atom].min(self.number[neighbor.atom]);
            }
        }
    }

    /// Back from `child` to `parent`: where nothing above the parent was reached, a block is complete.
    fn leave(&mut self, parent: usize, child: usize, by: usize, blocks: &mut Vec<Block>) {
        self.low[parent] = self.low[parent].min(self.low[child]);
        if self.low[child] < self.number[parent] {
            return;
        }
        let first = self.bonds.iter().rposition(|&b| b == by).unwrap_or(0);
        let mut bonds = self.bonds.split_off(first);
        if bonds.len() > 1 {
            bonds.sort_unstable();
            blocks.push(Block::new(self.molecule, &bonds));
        }
    }
}
