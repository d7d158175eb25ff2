//! Vismara's prototypes and families of cycles in one ring system, and elimination over GF(2).

use super::blocks::Block;

/// Relevant cycles kept in one ring system whatever its rank.
const CYCLES_KEPT: usize = 1024;
/// Relevant cycles kept for each independent ring of the system.
const CYCLES_KEPT_PER_RANK: usize = 16;
/// Depth of the first round of searches: rings up to twice as large, and one more, are found in it.
const FIRST_DEPTH: usize = 5;

/// A family of cycles of one length: two shortest paths from `root` to `ends`, joined by an edge or through `apex`.
struct Family {
    root: usize,
    ends: [usize; 2],
    apex: Option<usize>,
    /// One member, in cyclic order.
    prototype: Vec<usize>,
}

/// Shortest paths from one vertex that run over lower-numbered vertices only (the digraph D_r of the paper).
struct Paths {
    root: usize,
    /// Distance in the whole block, `usize::MAX` beyond the search depth.
    distance: Vec<usize>,
    /// Whether a shortest path over lower-numbered vertices exists.
    reached: Vec<bool>,
    /// Vertices reached, in order of distance.
    order: Vec<usize>,
}

impl Paths {
    fn new(vertices: usize) -> Self {
        Self {
            root: 0,
            distance: vec![usize::MAX; vertices],
            reached: vec![false; vertices],
            order: Vec::new(),
        }
    }

    /// Breadth-first search from `root` down to `depth`; forgets the search before.
    fn search(&mut self, block: &Block, root: usize, depth: usize) {
        for &v in &self.order {
            self.distance[v] = usize::MAX;
            self.reached[v] = false;
        }
        self.order.clear();
        self.root = root;
        self.distance[root] = 0;
        self.reached[root] = true;
        self.order.push(root);
        let mut next = 0;
        while next < self.order.len() {
            let v = self.order[next];
            next += 1;
            if self.distance[v] == depth {
                break;
            }
            for &(w, _) in &block.neighbors[v] {
                if self.distance[w] == usize::MAX {
                    self.distance[w] = self.distance[v] + 1;
                    self.order.push(w);
                }
                if self.distance[w] == self.distance[v] + 1 && self.reached[v] && w < root {
                    self.reached[w] = true;
                }
            }
        }
    }

    /// The vertices before `v` on shortest paths.
    fn before<'a>(&'a self, block: &'a Block, v: usize) -> impl Iterator<Item = usize> + 'a {
        block.neighbors[v]
            .iter()
            .map(|n| n.0)
            .filter(move |&w| self.reached[w] && self.distance[w] + 1 == self.distance[v])
    }

    /// One shortest path, from the root to `v`.
    fn path(&self, block: &Block, v: usize) -> Vec<usize> {
        let mut path = vec![v];
        let mut at = v;
        while let Some(w) = self.before(block, at).min() {
            path.push(w);
            at = w;
        }
        path.reverse();
        path
    }

    /// All shortest paths from the root to `v`, but not more than `limit`.
    fn all_paths(&self, block: &Block, v: usize, limit: usize) -> Vec<Vec<usize>> {
        let mut done = Vec::new();
        let mut open = vec![vec![v]];
        while let Some(path) = open.pop() {
            let at = path[path.len() - 1];
            if at == self.root {
                done.push(path.into_iter().rev().collect());
                if done.len() >= limit {
                    break;
                }
                continue;
            }
            for w in self.before(block, at) {
                let mut longer = path.clone();
                longer.push(w);
                open.push(longer);
            }
        }
        done
    }
}

/// Joins two paths from one root to a cycle, where they meet in the root only.
fn join(first: &[usize], second: &[usize], apex: Option<usize>) -> Option<Vec<usize>> {
    if first[1..].iter().any(|v| second[1..].contains(v)) {
        return None;
    }
    let mut cycle = first.to_vec();
    cycle.extend(apex);
    cycle.extend(second[1..].iter().rev());
    Some(cycle)
}

/// All prototypes of length up to `2 * depth + 1`, shortest first.
fn families(block: &Block, depth: usize) -> Vec<Family> {
    let mut found = Vec::new();
    let mut paths = Paths::new(block.atoms.len());
    for root in 0..block.atoms.len() {
        paths.search(block, root, depth);
        for &y in paths.order.iter().filter(|&&y| y < root && paths.reached[y]) {
            let mut add = |ends: [usize; 2], apex: Option<usize>| {
                let prototype = join(&paths.path(block, ends[0]), &paths.path(block, ends[1]), apex);
                found.extend(prototype.map(|prototype| Family {
                    root,
                    ends,
                    apex,
                    prototype,
                }));
            };
            for &(z, _) in &block.neighbors[y] {
                if z < y && paths.reached[z] && paths.distance[z] == paths.distance[y] {
                    add([y, z], None);
                }
            }
            let before: Vec<usize> = paths.before(block, y).filter(|&p| p != root).collect();
            for (i, &p) in before.iter().enumerate() {
                for &q in &before[..i] {
                    add([p, q], Some(y));
                }
            }
        }
    }
    // The order of the bonds must not show: families are named by root, ends and apex.
    found.sort_by_key(|f| {
        let [a, b] = f.ends;
        (f.prototype.len(), f.root, a.min(b), a.max(b), f.apex)
    });
    found
}

/// Rows of a matrix over GF(2) in echelon form.
#[derive(Default)]
struct Echelon {
    rows: Vec<(usize, Vec<u64>)>,
    /// Row with its leading one at each column.
    leading: Vec<Option<usize>>,
}

impl Echelon {
    fn new(columns: usize) -> Self {
        Self {
            rows: Vec::new(),
            leading: vec![None; columns],
        }
    }

    /// What is left of a vector after subtracting rows: its leading column, and `None` where nothing is left.
    fn reduce(&self, vector: &mut [u64]) -> Option<usize> {
        let mut word = 0;
        while word < vector.len() {
            if vector[word] == 0 {
                word += 1;
                continue;
            }
            let column = word * 64 + vector[word].trailing_zeros() as usize;
            let Some(row) = self.leading[column] else {
                return Some(column);
            };
            for (a, b) in vector[word..].iter_mut().zip(&self.rows[row].1[word..]) {
                *a ^= b;
            }
        }
        None
    }

    fn insert(&mut self, column: usize, vector: Vec<u64>) {
        self.leading[column] = Some(self.rows.len());
        self.rows.push((column, vector));
    }
}

/// Number of each edge among those outside a spanning tree; a cycle is given by these alone.
fn chords(block: &Block) -> Vec<Option<usize>> {
    let mut seen = vec![false; block.atoms.len()];
    let mut tree = vec![false; block.edges.len()];
    let mut stack = vec![0];
    seen[0] = true;
    while let Some(v) = stack.pop() {
        for &(w, edge) in &block.neighbors[v] {
            if !seen[w] {
                seen[w] = true;
                tree[edge] = true;
                stack.push(w);
            }
        }
    }
    let mut count = 0;
    tree.iter()
        .map(|&in_tree| {
            (!in_tree).then(|| {
                count += 1;
                count - 1
            })
        })
        .collect()
}

/// A cycle as bits over the chords.
fn bits(block: &Block, chords: &[Option<usize>], cycle: &[usize]) -> Vec<u64> {
    let mut bits = vec![0; block.rank().div_ceil(64)];
    for (i, &v) in cycle.iter().enumerate() {
        let w = cycle[(i + 1) % cycle.len()];
        let edge = block.neighbors[v].iter().find(|n| n.0 == w).map(|n| n.1);
        if let Some(chord) = edge.and_then(|e| chords[e]) {
            bits[chord / 64] ^= 1 << (chord % 64);
        }
    }
    bits
}

/// The relevant families, each with whether its prototype is in the basis that is built on the way.
fn relevant_families(block: &Block) -> Vec<(Family, bool)> {
    let chords = chords(block);
    let mut depth = FIRST_DEPTH;
    loop {
        let mut families = families(block, depth);
        let mut kept = Vec::new();
        let mut basis = Echelon::new(block.rank());
        while !families.is_empty() && basis.rows.len() < block.rank() {
            let length = families[0].prototype.len();
            let end = families.partition_point(|f| f.prototype.len() <= length);
            let class: Vec<Family> = families.drain(..end).collect();
            // Relevant is what is independent of all shorter cycles; those of the same length don't count.
            let mut left = Vec::new();
            for family in class {
                let mut vector = bits(block, &chords, &family.prototype);
                if basis.reduce(&mut vector).is_some() {
                    left.push((family, vector));
                }
            }
            for (family, mut vector) in left {
                let lead = basis.reduce(&mut vector);
                if let Some(column) = lead {
                    basis.insert(column, vector);
                }
                kept.push((family, lead.is_some()));
            }
        }
        if basis.rows.len() == block.rank() || depth >= block.atoms.len() {
            return kept;
        }
        depth *= 2;
    }
}

/// The one cycle of a block of rank 1.
fn single_ring(block: &Block) -> Vec<usize> {
    let mut ring = vec![0, block.neighbors[0][0].0];
    while ring.len() < block.atoms.len() {
        let [.., before, at] = ring[..] else { break };
        let next = block.neighbors[at].iter().map(|n| n.0).find(|&w| w != before);
        ring.extend(next);
    }
    ring
}

fn to_atoms(block: &Block, cycle: &[usize]) -> Vec<usize> {
    cycle.iter().map(|&v| block.atoms[v]).collect()
}

/// A minimum cycle basis of one ring system.
pub(super) fn smallest_set(block: &Block) -> Vec<Vec<usize>> {
    if block.rank() == 1 {
        return vec![to_atoms(block, &single_ring(block))];
    }
    let families = relevant_families(block);
    let basis = families.iter().filter(|f| f.1);
    basis.map(|(f, _)| to_atoms(block, &f.prototype)).collect()
}

/// The relevant cycles of one ring system, capped.
pub(super) fn relevant_cycles(block: &Block) -> Vec<Vec<usize>> {
    if block.rank() == 1 {
        return vec![to_atoms(block, &single_ring(block))];
    }
    let limit = CYCLES_KEPT + CYCLES_KEPT_PER_RANK * block.rank();
    let mut cycles = Vec::new();
    let mut paths = Paths::new(block.atoms.len());
    for (family, _) in relevant_families(block) {
        let room = limit.saturating_sub(cycles.len());
        if room <= 1 {
            cycles.push(to_atoms(block, &family.prototype));
            continue;
        }
        paths.search(block, family.root, family.prototype.len() / 2);
        let [first, second] = family.ends.map(|end| paths.all_paths(block, end, room));
        let pairs = first.iter().flat_map(|a| second.iter().map(move |b| (a, b)));
        let members = pairs.filter_map(|(a, b)| join(a, b, family.apex)).take(room);
        cycles.extend(members.map(|cycle| to_atoms(block, &cycle)));
    }
    cycles
}
