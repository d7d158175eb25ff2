//! The search for the best naming: atom by atom, with a bound from below.
//!
//! A part of the atoms can be superposed at least as well as all of them, and an atom that is not named yet is as far from its
//! counterpart as the two are unequally far from the centre. What exceeds the best found so far is not followed. So the least distance
//! is exact where the search comes to its end.

use super::{Hand, Shape, Similarity};
use crate::linalg::superposition::{Covariance, Overlap, add_product, best_rotation, rotate};

/// Steps of a search for the best naming before it is content with what it has.
const MOST_STEPS: usize = 2_000_000;
/// Steps of a search for a naming that makes two geometries the same.
const MOST_STEPS_WITHIN: usize = 100_000;
/// The first, strict limit on the mean squared distance (Å²): most repeats of a minimum are this close, and are found at once.
const STRICT: f64 = 1e-4;
/// Mean squared distance (Å²) that nobody wants to improve upon.
const SAME: f64 = 1e-14;
/// Round-off of the bound, in parts of the sum of squares: the root of a quartic is half as accurate as its coefficients where it is double.
const ROUND_OFF: f64 = 1e-7;

/// A complete naming.
#[derive(Clone, Debug)]
pub struct Naming {
    /// The second molecule's atom for each of the first; of no meaning for branches that are not compared.
    pub image: Vec<usize>,
    /// Whether the second geometry is mirrored.
    pub mirrored: bool,
}

/// The state of a search.
#[derive(Debug)]
pub struct Search<'a> {
    similarity: &'a Similarity,
    first: &'a Shape,
    second: &'a Shape,
    hand: Hand,
    /// Least possible sum of squares of the atoms from each step on.
    rest: Vec<f64>,
    image: Vec<usize>,
    used: Vec<bool>,
    /// Sum of squares that must not be exceeded.
    limit: f64,
    /// Sum of squares at which the search ends.
    enough: f64,
    found: Option<Naming>,
    steps: usize,
    most_steps: usize,
    /// Candidates of all levels, with the sums of squares that they lead to at least.
    stack: Vec<Candidate>,
    names: Vec<usize>,
}

#[derive(Clone, Copy, Debug)]
struct Candidate {
    atom: usize,
    least: f64,
    partial: Partial,
}

/// What is known of the atoms named so far.
#[derive(Clone, Copy, Debug, Default)]
struct Partial {
    covariance: Covariance,
    /// Sum of the squared distances from the centre, of both sides.
    squares: f64,
}

impl<'a> Search<'a> {
    pub fn new(similarity: &'a Similarity, first: &'a Shape, second: &'a Shape, hand: Hand) -> Self {
        let atoms = first.radii.len();
        Self {
            similarity,
            first,
            second,
            hand,
            rest: rest(similarity, first, second),
            image: vec![0; atoms],
            used: vec![false; atoms],
            limit: f64::INFINITY,
            enough: SAME * similarity.count as f64,
            found: None,
            steps: 0,
            most_steps: MOST_STEPS,
            stack: Vec::new(),
            names: Vec::new(),
        }
    }

    /// The first naming found whose sum of squares is not above the limit.
    pub fn first_below(&mut self, limit: f64) -> Option<Naming> {
        self.most_steps = MOST_STEPS_WITHIN;
        for limit in [limit.min(STRICT * self.similarity.count as f64), limit] {
            (self.limit, self.enough, self.steps) = (limit, limit, 0);
            self.run();
            if self.found.is_some() {
                break;
            }
        }
        self.found.take()
    }

    /// The best naming.
    pub fn best(&mut self) -> Option<Naming> {
        self.run();
        self.found.take()
    }

    /// Whether the search came to its end.
    pub fn is_exhaustive(&self) -> bool {
        self.steps < self.most_steps
    }

    fn run(&mut self) {
        self.used.fill(false);
        self.stack.clear();
        self.descend(0, &Partial::default());
    }

    /// Names the atoms from a step on in all ways that can be of use. True where nothing more is wanted.
    fn descend(&mut self, depth: usize, partial: &Partial) -> bool {
        let similarity = self.similarity;
        let Some(step) = similarity.steps.get(depth) else {
            return self.finish(partial);
        };
        self.steps += 1;
        if self.steps >= self.most_steps {
            return true;
        }
        let own = self.stack.len();
        self.push_candidates(depth, partial);
        for index in own..self.stack.len() {
            let Candidate { atom, least, partial } = self.stack[index];
            // The limit may have come down meanwhile.
            if least > self.limit {
                break;
            }
            self.image[step.atom] = atom;
            self.used[atom] = true;
            let done = self.descend(depth + 1, &partial);
            self.used[atom] = false;
            if done {
                return true;
            }
        }
        self.stack.truncate(own);
        false
    }

    /// Puts the candidates of a step on the stack, the most promising first.
    fn push_candidates(&mut self, depth: usize, partial: &Partial) {
        let similarity = self.similarity;
        let step = &similarity.steps[depth];
        let own = self.stack.len();
        let mut names = std::mem::take(&mut self.names);
        names.clear();
        similarity
            .correspondence
            .candidates(step, &self.image, &self.used, &mut names);
        let counts = similarity.compared[0][step.atom];
        for &atom in &names {
            let mut partial = *partial;
            if counts {
                partial.add(&self.first.point(step.atom), &self.second.point(atom), self.hand);
            }
            let slack = ROUND_OFF * partial.squares;
            // Σ|a|² + Σ|b|² − 2λ + rest > limit, solved for λ.
            let needed = 0.5 * (partial.squares + self.rest[depth + 1] - self.limit - slack);
            let overlap = Overlap::new(&partial.covariance, self.hand == Hand::Either);
            if self.limit.is_finite() && overlap.is_below(needed) {
                continue;
            }
            self.stack.push(Candidate {
                atom,
                least: f64::NEG_INFINITY,
                partial,
            });
        }
        self.names = names;
        if self.stack.len() > own + 1 {
            for candidate in &mut self.stack[own..] {
                let Partial { covariance, squares } = candidate.partial;
                let overlap = Overlap::new(&covariance, self.hand == Hand::Either).value(0.5 * squares);
                candidate.least = squares * (1.0 - ROUND_OFF) - 2.0 * overlap + self.rest[depth + 1];
            }
            self.stack[own..].sort_by(|a, b| a.least.total_cmp(&b.least).then(a.atom.cmp(&b.atom)));
        }
    }

    /// Judges a complete naming. True where it is good enough to end the search.
    fn finish(&mut self, partial: &Partial) -> bool {
        let Some((squares, mirrored)) = self.squares(partial) else {
            return false;
        };
        if squares > self.limit || (self.found.is_some() && squares >= self.limit) {
            return false;
        }
        self.limit = squares;
        self.found = Some(Naming {
            image: self.image.clone(),
            mirrored,
        });
        squares <= self.enough
    }

    /// The sum of squares of the current naming, from the distances themselves, and whether it is that of the mirror image.
    fn squares(&self, partial: &Partial) -> Option<(f64, bool)> {
        let own = &partial.covariance;
        let sides: &[bool] = match self.hand {
            Hand::Either => &[false, true],
            // Already mirrored in the covariance.
            Hand::Same | Hand::Mirrored => &[false],
        };
        let of_side = |&turned: &bool| {
            let covariance = if turned { own.map(|c| -c) } else { *own };
            let mirrored = turned || self.hand == Hand::Mirrored;
            let rotation = best_rotation(&covariance).ok()?;
            Some((self.squares_at(&rotation, mirrored), mirrored))
        };
        let found = sides.iter().filter_map(of_side);
        found.min_by(|a, b| a.0.total_cmp(&b.0))
    }

    fn squares_at(&self, rotation: &[[f64; 3]; 3], mirrored: bool) -> f64 {
        let compared = &self.similarity.compared[0];
        let sign = if mirrored { -1.0 } else { 1.0 };
        let atoms = (0..compared.len()).filter(|&a| compared[a]);
        atoms
            .map(|atom| {
                let p = self.first.point(atom);
                let q = rotate(rotation, self.second.point(self.image[atom]));
                (0..3).map(|k| (p[k] - sign * q[k]).powi(2)).sum::<f64>()
            })
            .sum()
    }
}

impl Partial {
    fn add(&mut self, a: &[f64; 3], b: &[f64; 3], hand: Hand) {
        let b = if hand == Hand::Mirrored { b.map(|v| -v) } else { *b };
        add_product(&mut self.covariance, a, &b);
        self.squares += (0..3).map(|k| a[k] * a[k] + b[k] * b[k]).sum::<f64>();
    }
}

/// For each step the least sum of squares that its atom and all later ones can have by their distances from the centre.
fn rest(similarity: &Similarity, first: &Shape, second: &Shape) -> Vec<f64> {
    let steps = &similarity.steps;
    let mut rest = vec![0.0; steps.len() + 1];
    for (index, step) in steps.iter().enumerate().rev() {
        let atom = step.atom;
        let members = similarity
            .correspondence
            .members(similarity.correspondence.classes()[atom]);
        let nearest = |nearest: f64, &other: &usize| nearest.min((first.radii[atom] - second.radii[other]).powi(2));
        let least = if similarity.compared[0][atom] {
            members.iter().fold(f64::INFINITY, nearest)
        } else {
            0.0
        };
        rest[index] = rest[index + 1] + least;
    }
    rest
}
