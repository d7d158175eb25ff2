//! How unlike two conformers are, without superposing them, and sets that cover what there is.

use crate::chem::Molecule;
use crate::chem::stereo::symmetry_classes;
use crate::geometry::Vector;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Halvings of the distance that a set's members are to keep.
const HALVINGS: usize = 16;

/// Distances between heavy atoms, sorted within each pair of classes of equivalent atoms: the same however equivalent atoms are
/// named and the molecule lies, so that no superposition is needed to tell how unlike two conformers are.
pub(super) struct Fingerprints {
    /// Pairs of atoms, those of one pair of classes together.
    groups: Vec<Vec<[usize; 2]>>,
}

impl Fingerprints {
    pub fn new(molecule: &Molecule) -> Self {
        let classes = symmetry_classes(molecule);
        let heavy: Vec<usize> = (0..molecule.len())
            .filter(|&a| molecule.element(a).atomic_number() > 1)
            .collect();
        let mut pairs: Vec<([usize; 2], [usize; 2])> = Vec::new();
        for (n, &a) in heavy.iter().enumerate() {
            for &b in &heavy[..n] {
                let of = [classes[a].min(classes[b]), classes[a].max(classes[b])];
                pairs.push((of, [a, b]));
            }
        }
        pairs.sort_unstable();
        let groups = pairs.chunk_by(|a, b| a.0 == b.0);
        Self {
            groups: groups.map(|group| group.iter().map(|p| p.1).collect()).collect(),
        }
    }

    /// Of coordinates, Å.
    pub fn of(&self, x: &[f64]) -> Vec<f64> {
        let mut print = Vec::new();
        for group in &self.groups {
            let start = print.len();
            print.extend(
                group
                    .iter()
                    .map(|&[a, b]| (Vector::of(x, a) - Vector::of(x, b)).square().sqrt()),
            );
            print[start..].sort_by(f64::total_cmp);
        }
        print
    }
}

/// Sum of the squared differences of two fingerprints, Å².
pub(super) fn unlikeness(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

/// A set that covers a list: going down the list, whatever is as unlike all that were taken as it takes for the set to have its size.
/// The first of the list is always in it, and of those that are alike the first.
///
/// Beside a choice of the most unlike ones, which are the extremes, or of the middles of clusters, this favours the front of the list.
pub(super) struct Sieve<'a> {
    prints: &'a [Vec<f64>],
    /// How many places each takes.
    places: &'a [usize],
    /// Unlikeness of all to those that were taken at some time.
    rows: BTreeMap<usize, Vec<f64>>,
}

impl<'a> Sieve<'a> {
    pub fn new(prints: &'a [Vec<f64>], places: &'a [usize]) -> Self {
        Self {
            prints,
            places,
            rows: BTreeMap::new(),
        }
    }

    /// Places in the list of those that are taken, ascending; of at most so many places in sum.
    pub fn choose(mut self, most: usize) -> Vec<usize> {
        if self.places.iter().sum::<usize>() <= most {
            return (0..self.prints.len()).collect();
        }
        let farthest = self.row(0).iter().copied().fold(0.0, f64::max);
        let (mut narrow, mut wide) = (0.0, farthest.sqrt());
        let mut best = vec![0];
        for _ in 0..HALVINGS {
            let middle = 0.5 * (narrow + wide);
            match self.pass(middle * middle, most) {
                Some(taken) => (wide, best) = (middle, taken),
                None => narrow = middle,
            }
        }
        best
    }

    /// Those that are further than this from all before them; `None` where they are too many.
    fn pass(&mut self, unlike: f64, most: usize) -> Option<Vec<usize>> {
        let mut nearest = vec![f64::INFINITY; self.prints.len()];
        let (mut taken, mut left) = (Vec::new(), most);
        for n in 0..nearest.len() {
            if nearest[n] <= unlike {
                continue;
            }
            left = left.checked_sub(self.places[n])?;
            taken.push(n);
            for (nearest, &distance) in nearest.iter_mut().zip(self.row(n)) {
                *nearest = nearest.min(distance);
            }
        }
        Some(taken)
    }

    fn row(&mut self, n: usize) -> &[f64] {
        let prints = self.prints;
        let row = || prints.par_iter().map(|print| unlikeness(&prints[n], print)).collect();
        self.rows.entry(n).or_insert_with(row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Points on a line: two heaps and one far away. Three places go to the first of each heap and to the one apart.
    #[test]
    fn a_sieve_takes_the_first_of_each_heap() {
        let prints: Vec<Vec<f64>> = [5.0, 5.1, 1.0, 1.2, 4.9, 9.0, 0.9].map(|x| vec![x]).to_vec();
        let single = [1; 7];
        assert_eq!(Sieve::new(&prints, &single).choose(3), [0, 2, 5]);
        assert_eq!(Sieve::new(&prints, &single).choose(1), [0]);
        assert_eq!(Sieve::new(&prints, &single).choose(7).len(), 7);
        // Where each takes two places, two of three are left.
        assert_eq!(Sieve::new(&prints, &[2; 7]).choose(4).len(), 2);
    }
}
