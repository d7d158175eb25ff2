//! Stems put together from two.

use super::tables::Pair;
use super::{Builder, Candidate, NEAR_STATE, PUSHED, SAME_STATE, Stem};
use rayon::prelude::*;
use std::collections::HashSet;

/// States (radian) of all rotors.
type Word = Vec<f64>;

/// Two stems that may be joined: the number of one and the number of the other.
type Join = (usize, usize);

impl Builder<'_, '_> {
    /// Candidates with the states of the first rotors from one stem and those of the others up to a place in the order from another, for
    /// every bond between two rotors that are both away from the reference. What is known already is left out.
    pub(super) fn joined(&self, stems: &[Stem], place: usize) -> Vec<Candidate> {
        let limit = self.limit();
        let mut candidates = Vec::new();
        let mut known: Vec<Word> = stems.iter().flat_map(|stem| self.images(&stem.angles)).collect();
        for cut in 1..=place {
            let sides @ [firsts, others] = [&self.order[..cut], &self.order[cut..=place]];
            let lefts: Vec<&Stem> = stems.iter().filter(|s| self.is_left(s, sides)).collect();
            let rights = stems.iter().filter(|s| self.is_right(s, sides));
            let rights: Vec<(f64, Word)> = rights
                .flat_map(|s| self.images(&s.angles).into_iter().map(|word| (s.energy, word)))
                .collect();
            let done = self.known_joins(&known, (&lefts, firsts), (&rights, others));
            // What joins are known was settled above, so that each stem can be joined by itself.
            let with_left = |(l, left): (usize, &&Stem)| {
                let mut joined = Vec::new();
                for (r, (energy, right)) in rights.iter().enumerate() {
                    let Some(junction) = self.junction(&left.angles, right, [firsts, others]) else {
                        continue;
                    };
                    let expected = left.energy + energy - self.reference.energy + junction;
                    if expected <= limit && !done.contains(&(l, r)) {
                        joined.push((self.join(left, right, others, expected), self.word(left, right, others)));
                    }
                }
                joined
            };
            let joined: Vec<Vec<(Candidate, Word)>> = lefts.par_iter().enumerate().map(with_left).collect();
            for (candidate, word) in joined.into_iter().flatten() {
                known.extend(self.images(&word));
                candidates.push(candidate);
            }
        }
        candidates
    }

    /// A word, and its mirror image where that is the same conformer.
    fn images(&self, word: &[f64]) -> Vec<Word> {
        let mirrored = self.search.mirrors.then(|| word.iter().map(|angle| -angle).collect());
        [Some(word.to_vec()), mirrored].into_iter().flatten().collect()
    }

    fn is_away(&self, stem: &Stem, rotor: usize) -> bool {
        self.search.rotors[rotor].distance(stem.angles[rotor], self.reference.angles[rotor]) > NEAR_STATE
    }

    /// Whether a stem ends at a bond.
    fn is_left(&self, stem: &Stem, [firsts, others]: [&[usize]; 2]) -> bool {
        firsts.last().is_some_and(|&rotor| self.is_away(stem, rotor))
            && !others.iter().any(|&rotor| self.is_away(stem, rotor))
    }

    /// Whether a stem begins at a bond and goes on to the last rotor.
    fn is_right(&self, stem: &Stem, [firsts, others]: [&[usize]; 2]) -> bool {
        let ends = [others.first(), others.last()];
        ends.iter()
            .all(|end| end.is_some_and(|&rotor| self.is_away(stem, rotor)))
            && !firsts.iter().any(|&rotor| self.is_away(stem, rotor))
    }

    /// The joins that known words are.
    fn known_joins(
        &self,
        known: &[Word],
        (lefts, firsts): (&[&Stem], &[usize]),
        (rights, others): (&[(f64, Word)], &[usize]),
    ) -> HashSet<Join> {
        let joins = |word: &Word| {
            let left = |l: &usize| self.agree(&lefts[*l].angles, word, firsts);
            let right = |r: &usize| self.agree(&rights[*r].1, word, others);
            let lefts: Vec<usize> = (0..lefts.len()).filter(left).collect();
            let rights: Vec<usize> = match lefts.is_empty() {
                true => Vec::new(),
                false => (0..rights.len()).filter(right).collect(),
            };
            let pairs = lefts.into_iter().flat_map(|l| rights.iter().map(move |&r| (l, r)));
            pairs.collect::<Vec<Join>>()
        };
        known.par_iter().flat_map_iter(joins).collect()
    }

    fn agree(&self, a: &[f64], b: &[f64], rotors: &[usize]) -> bool {
        let near = |&rotor: &usize| self.search.rotors[rotor].distance(a[rotor], b[rotor]) < SAME_STATE;
        rotors.iter().all(near)
    }

    /// What the rotors at the junction do to each other (kcal/mol); `None` where each is in a state of its own and both together are not
    /// near a minimum: these give way and end in another word.
    fn junction(&self, left: &[f64], right: &[f64], [firsts, others]: [&[usize]; 2]) -> Option<f64> {
        let (first, second) = (*firsts.last()?, *others.first()?);
        let Some(table) = self.tables.iter().find(|t| (t.first, t.second) == (first, second)) else {
            return Some(0.0);
        };
        let [a, b] = [left[first], right[second]];
        let off = |rotor: usize, state: f64, value: f64| self.search.rotors[rotor].distance(state, value);
        let off_both = |pair: &Pair| off(first, pair.values[0], a).max(off(second, pair.values[1], b));
        let pair = table.pairs.iter().min_by(|p, q| off_both(p).total_cmp(&off_both(q)));
        let pair = pair.filter(|pair| off_both(pair) < NEAR_STATE);
        let single = |rotor: usize, value: f64| {
            let near = self.singles[rotor].iter().find(|s| off(rotor, s.0, value) < PUSHED);
            near.map(|s| s.1 - self.reference.energy)
        };
        match (pair, single(first, a), single(second, b)) {
            (Some(pair), Some(a), Some(b)) => Some(pair.both - a - b),
            (None, Some(_), Some(_)) => None,
            _ => Some(0.0),
        }
    }

    fn word(&self, left: &Stem, right: &[f64], others: &[usize]) -> Word {
        let mut word = left.angles.clone();
        for &rotor in others {
            word[rotor] = right[rotor];
        }
        word
    }

    fn join(&self, left: &Stem, right: &[f64], others: &[usize], expected: f64) -> Candidate {
        let mut x = left.x.clone();
        for &rotor in others {
            self.search.rotors[rotor].set(&mut x, right[rotor]);
        }
        Candidate { x, expected }
    }
}
