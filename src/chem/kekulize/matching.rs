//! Matching of atoms in pairs by augmenting paths, with contraction of odd cycles (blossoms).

use std::collections::VecDeque;

/// Whether an atom takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// It must be matched.
    Must,
    /// It may be matched.
    May,
    /// It must not be matched.
    Never,
}

/// A matching in a graph. Searches touch the searched component only.
pub(super) struct Matching {
    neighbors: Vec<Vec<usize>>,
    partner: Vec<Option<usize>>,
    /// Atom before an inner atom on its alternating path.
    before: Vec<Option<usize>>,
    /// The base of the blossom that an atom is in.
    base: Vec<usize>,
    outer: Vec<bool>,
    /// Atoms of the alternating tree, to clear the tables afterwards.
    touched: Vec<usize>,
}

impl Matching {
    pub fn new(neighbors: Vec<Vec<usize>>) -> Self {
        let count = neighbors.len();
        Self {
            neighbors,
            partner: vec![None; count],
            before: vec![None; count],
            base: (0..count).collect(),
            outer: vec![false; count],
            touched: Vec::new(),
        }
    }

    pub fn partner(&self, atom: usize) -> Option<usize> {
        self.partner[atom]
    }

    /// Matches all atoms that must be; returns the first that can't.
    pub fn cover(&mut self, needs: &[Need]) -> Option<usize> {
        self.greedy(needs);
        let mut left = None;
        for atom in 0..needs.len() {
            if needs[atom] == Need::Must && self.partner[atom].is_none() && !self.augment(atom, needs) {
                left = left.or(Some(atom));
            }
        }
        left
    }

    /// Pairs neighbours from the ends of chains inwards, which leaves little to augment.
    fn greedy(&mut self, needs: &[Need]) {
        let free = |m: &Self, a: usize| needs[a] == Need::Must && m.partner[a].is_none();
        let choices = |m: &Self, a: usize| m.neighbors[a].iter().filter(|&&b| free(m, b)).count();
        let mut queue: VecDeque<usize> = (0..needs.len()).filter(|&a| choices(self, a) == 1).collect();
        let mut next = 0;
        while next < needs.len() || !queue.is_empty() {
            let atom = queue.pop_front().unwrap_or_else(|| {
                next += 1;
                next - 1
            });
            if atom >= needs.len() || !free(self, atom) {
                continue;
            }
            let candidates = self.neighbors[atom].iter().copied().filter(|&b| free(self, b));
            let Some(other) = candidates.min_by_key(|&b| (choices(self, b), b)) else {
                continue;
            };
            self.partner[atom] = Some(other);
            self.partner[other] = Some(atom);
            for end in [atom, other] {
                let forced = |&&b: &&usize| free(self, b) && choices(self, b) == 1;
                queue.extend(self.neighbors[end].iter().filter(forced));
            }
        }
    }

    /// Searches an augmenting path from a free atom and uses it.
    fn augment(&mut self, root: usize, needs: &[Need]) -> bool {
        let found = self.search(root, needs);
        if let Some(mut at) = found {
            while let Some(before) = self.before[at] {
                let next = self.partner[before];
                self.partner[at] = Some(before);
                self.partner[before] = Some(at);
                match next {
                    Some(next) => at = next,
                    None => break,
                }
            }
        }
        for atom in std::mem::take(&mut self.touched) {
            self.before[atom] = None;
            self.base[atom] = atom;
            self.outer[atom] = false;
        }
        found.is_some()
    }

    /// The free end of an augmenting path. An atom that only may be matched can give up its partner to become one.
    fn search(&mut self, root: usize, needs: &[Need]) -> Option<usize> {
        let mut queue = VecDeque::from([root]);
        self.outer[root] = true;
        self.touched.push(root);
        while let Some(atom) = queue.pop_front() {
            if atom != root && needs[atom] == Need::May {
                let released = self.partner[atom].take()?;
                self.partner[released] = None;
                return Some(released);
            }
            for i in 0..self.neighbors[atom].len() {
                let other = self.neighbors[atom][i];
                if needs[other] == Need::Never
                    || self.base[atom] == self.base[other]
                    || self.partner[atom] == Some(other)
                {
                    continue;
                }
                let other_is_outer = other == root || self.partner[other].is_some_and(|p| self.before[p].is_some());
                if other_is_outer {
                    self.contract(root, atom, other, &mut queue);
                } else if self.before[other].is_none() {
                    self.before[other] = Some(atom);
                    self.touched.push(other);
                    let Some(next) = self.partner[other] else {
                        return Some(other);
                    };
                    self.outer[next] = true;
                    self.touched.push(next);
                    queue.push_back(next);
                }
            }
        }
        None
    }

    /// Contracts the odd cycle that the bond between two outer atoms closes: all its atoms become outer.
    fn contract(&mut self, root: usize, a: usize, b: usize, queue: &mut VecDeque<usize>) {
        let base = self.common_base(root, a, b);
        let mut in_blossom: Vec<usize> = Vec::new();
        self.mark_path(a, base, b, &mut in_blossom);
        self.mark_path(b, base, a, &mut in_blossom);
        in_blossom.sort_unstable();
        in_blossom.dedup();
        let members: Vec<usize> = self
            .touched
            .iter()
            .copied()
            .filter(|&v| in_blossom.binary_search(&self.base[v]).is_ok())
            .collect();
        for atom in members {
            self.base[atom] = base;
            if !self.outer[atom] {
                self.outer[atom] = true;
                queue.push_back(atom);
            }
        }
    }

    /// The base where the alternating paths of two outer atoms meet.
    fn common_base(&self, root: usize, a: usize, b: usize) -> usize {
        let up = |atom: usize| self.partner[atom].and_then(|p| self.before[p]).map(|v| self.base[v]);
        let mut seen = Vec::new();
        let mut at = self.base[a];
        seen.push(at);
        while at != root {
            let Some(next) = up(at) else { break };
            at = next;
            seen.push(at);
        }
        let mut at = self.base[b];
        while !seen.contains(&at) {
            let Some(next) = up(at) else { return root };
            at = next;
        }
        at
    }

    fn mark_path(&mut self, from: usize, base: usize, child: usize, blossom: &mut Vec<usize>) {
        let (mut at, mut child) = (from, child);
        while self.base[at] != base {
            let Some(inner) = self.partner[at] else { return };
            blossom.extend([self.base[at], self.base[inner]]);
            self.before[at] = Some(child);
            child = inner;
            match self.before[inner] {
                Some(next) => at = next,
                None => return,
            }
        }
    }
}
