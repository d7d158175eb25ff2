//! Ordered partitions of a graph's atoms, refined until atoms of one cell have alike surroundings.
//!
//! Cells are split by the number of bonds of each kind that lead into another cell, and only the smaller parts of a split cell are used
//! to split again (J. Hopcroft, in Theory of Machines and Computations, 1971), which keeps the work at m log n where rounds over
//! all atoms would take as many as a chain is long. The order of the cells never depends on the numbering of the atoms.

use std::collections::VecDeque;

/// Bits of a weight for each kind of bond.
const KIND_BITS: usize = 16;

/// Neighbours of every atom with the kind of the bond (0 to 7).
#[derive(Clone, Debug, Default)]
pub(super) struct Edges {
    starts: Vec<usize>,
    ends: Vec<(usize, u8)>,
}

impl Edges {
    /// From one list an atom.
    pub(super) fn new(lists: impl Iterator<Item = Vec<(usize, u8)>>) -> Self {
        let mut edges = Self {
            starts: vec![0],
            ends: Vec::new(),
        };
        for list in lists {
            edges.ends.extend(list);
            edges.starts.push(edges.ends.len());
        }
        edges
    }

    /// Neighbours and bond kinds of an atom.
    pub(super) fn of(&self, atom: usize) -> &[(usize, u8)] {
        &self.ends[self.starts[atom]..self.starts[atom + 1]]
    }
}

/// Cells of atoms in order; a cell is named by the place where it begins.
#[derive(Clone, Debug)]
pub(super) struct Partition {
    /// Atoms, cell after cell.
    order: Vec<usize>,
    /// Where each atom stands in `order`.
    place: Vec<usize>,
    /// The cell of each atom.
    cell: Vec<usize>,
    /// Number of atoms of each cell, at the place where it begins.
    length: Vec<usize>,
    /// Cells that others have still to be split by.
    queue: VecDeque<usize>,
    queued: Vec<bool>,
}

impl Partition {
    /// Atoms of equal keys are in one cell; cells are ordered by key.
    pub(super) fn new<K: Ord>(keys: &[K]) -> Self {
        let count = keys.len();
        let mut order: Vec<usize> = (0..count).collect();
        order.sort_by(|&a, &b| keys[a].cmp(&keys[b]));
        let mut partition = Self {
            place: vec![0; count],
            cell: vec![0; count],
            length: vec![0; count],
            queue: VecDeque::new(),
            queued: vec![false; count],
            order,
        };
        let mut start = 0;
        for at in 0..count {
            let atom = partition.order[at];
            if keys[atom] != keys[partition.order[start]] {
                start = at;
            }
            partition.place[atom] = at;
            partition.cell[atom] = start;
            partition.length[start] += 1;
        }
        for start in 0..count {
            if partition.length[start] > 0 {
                partition.enqueue(start);
            }
        }
        partition
    }

    /// The cell of each atom.
    pub(super) fn cells(&self) -> &[usize] {
        &self.cell
    }

    /// The atoms in their order: canonical only where every cell has one atom.
    pub(super) fn order(&self) -> &[usize] {
        &self.order
    }

    /// The atoms of the first cell among the smallest that have more than one.
    pub(super) fn smallest_open_cell(&self) -> Option<Vec<usize>> {
        let open = (0..self.length.len()).filter(|&c| self.length[c] > 1);
        let start = open.min_by_key(|&c| self.length[c])?;
        Some(self.order[start..start + self.length[start]].to_vec())
    }

    fn enqueue(&mut self, cell: usize) {
        if !self.queued[cell] {
            self.queued[cell] = true;
            self.queue.push_back(cell);
        }
    }

    /// Splits cells until all atoms of a cell have as many bonds of each kind into every other cell.
    pub(super) fn refine(&mut self, edges: &Edges) {
        let mut weight = vec![0u128; self.order.len()];
        let mut touched = Vec::new();
        while let Some(start) = self.queue.pop_front() {
            self.queued[start] = false;
            for at in start..start + self.length[start] {
                for &(neighbor, kind) in edges.of(self.order[at]) {
                    if weight[neighbor] == 0 {
                        touched.push(neighbor);
                    }
                    weight[neighbor] = weight[neighbor].wrapping_add(1 << (KIND_BITS * usize::from(kind)));
                }
            }
            self.split(&mut touched, &weight);
            for &atom in &touched {
                weight[atom] = 0;
            }
            touched.clear();
        }
    }

    /// Splits cells by a key of each atom; whether any was split.
    pub(super) fn split_by(&mut self, keys: &[u128]) -> bool {
        let mut touched: Vec<usize> = (0..keys.len()).filter(|&a| keys[a] != 0).collect();
        self.split(&mut touched, keys)
    }

    /// Puts an atom into a cell of its own, before the rest of its cell.
    pub(super) fn individualize(&mut self, atom: usize) {
        let start = self.cell[atom];
        let rest = self.length[start] - 1;
        if rest == 0 {
            return;
        }
        self.swap_to(atom, start);
        self.length[start] = 1;
        self.length[start + 1] = rest;
        for at in start + 1..start + 1 + rest {
            self.cell[self.order[at]] = start + 1;
        }
        if self.queued[start] {
            self.enqueue(start + 1);
        }
        self.enqueue(start);
    }

    fn swap_to(&mut self, atom: usize, at: usize) {
        let (from, other) = (self.place[atom], self.order[at]);
        self.order.swap(from, at);
        self.place[atom] = at;
        self.place[other] = from;
    }

    /// Splits the cells of the touched atoms by key; untouched atoms have the key 0 and come first.
    fn split(&mut self, touched: &mut [usize], keys: &[u128]) -> bool {
        touched.sort_unstable_by_key(|&a| (self.cell[a], keys[a]));
        let mut split = false;
        let mut rest = &*touched;
        while let Some(&first) = rest.first() {
            let start = self.cell[first];
            let run = rest.iter().take_while(|&&a| self.cell[a] == start).count();
            let (of_cell, others) = rest.split_at(run);
            rest = others;
            let whole = run == self.length[start];
            if self.length[start] > 1 && !(whole && keys[first] == keys[of_cell[run - 1]]) {
                self.split_cell(start, of_cell, keys);
                split = true;
            }
        }
        split
    }

    fn split_cell(&mut self, start: usize, touched: &[usize], keys: &[u128]) {
        let end = start + self.length[start];
        let untouched = self.length[start] - touched.len();
        for (k, &atom) in touched.iter().enumerate().rev() {
            self.swap_to(atom, end - touched.len() + k);
        }
        let mut begins = Vec::new();
        if untouched > 0 {
            begins.push(start);
        }
        for (k, &atom) in touched.iter().enumerate() {
            if k == 0 || keys[touched[k - 1]] != keys[atom] {
                begins.push(start + untouched + k);
            }
        }
        let was_queued = self.queued[start];
        let ends = begins.iter().copied().skip(1).chain([end]);
        let parts: Vec<(usize, usize)> = begins.iter().copied().zip(ends).collect();
        for &(begin, end) in &parts {
            self.length[begin] = end - begin;
            // The first part keeps its name.
            if begin != start {
                for at in begin..end {
                    self.cell[self.order[at]] = begin;
                }
            }
        }
        // What the largest part would tell follows from the whole and the others, unless the whole was still to be looked at.
        let largest = parts.iter().rev().max_by_key(|(begin, end)| end - begin).map(|p| p.0);
        for &(begin, _) in &parts {
            if was_queued || Some(begin) != largest {
                self.enqueue(begin);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A path of n atoms.
    fn path(n: usize) -> Edges {
        Edges::new((0..n).map(|a| {
            let mut list = Vec::new();
            if a > 0 {
                list.push((a - 1, 0));
            }
            if a + 1 < n {
                list.push((a + 1, 0));
            }
            list
        }))
    }

    #[test]
    fn atoms_of_a_path_are_alike_in_pairs() {
        let mut partition = Partition::new(&[0; 7]);
        partition.refine(&path(7));
        let cells = partition.cells();
        for a in 0..7 {
            for b in 0..7 {
                assert_eq!(cells[a] == cells[b], a == b || a + b == 6, "{a} {b}");
            }
        }
        partition.individualize(6);
        partition.refine(&path(7));
        assert_eq!(partition.smallest_open_cell(), None);
        assert_eq!(partition.order().len(), 7);
    }

    #[test]
    fn long_chains_are_no_trouble() {
        let mut partition = Partition::new(&vec![0; 200_000]);
        partition.refine(&path(200_000));
        assert_eq!(partition.smallest_open_cell().map(|c| c.len()), Some(2));
    }

    #[test]
    fn kinds_of_bonds_count() {
        let star = Edges::new([vec![(1, 0), (2, 0), (3, 1)], vec![(0, 0)], vec![(0, 0)], vec![(0, 1)]].into_iter());
        let mut partition = Partition::new(&[0; 4]);
        partition.refine(&star);
        let cells = partition.cells();
        assert!(cells[1] == cells[2] && cells[1] != cells[3]);
    }
}
