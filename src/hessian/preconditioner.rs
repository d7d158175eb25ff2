//! Preconditioners: cheap positive definite stand-ins for the Hessian that flatten the canyon between stiff and soft motions.

use crate::linalg::sparse_cholesky::{BlockCholesky, BlockMatrix};
use crate::potential::Potential;

/// A symmetric positive definite approximation P of the Hessian (kcal/mol/Å²).
pub trait Preconditioner: Send {
    /// Takes P from the surface at `x` (Å). Returns whether there is a P now.
    fn rebuild(&mut self, potential: &mut dyn Potential, x: &[f64]) -> bool;
    /// `out = P v`.
    fn apply(&self, v: &[f64], out: &mut [f64]);
    /// Replaces `v` by P⁻¹ v.
    fn solve(&mut self, v: &mut [f64]);
}

/// Added to the diagonal, kcal/mol/Å²: what motions have at least that the surface's model says nothing of. About the softest
/// torsions and contacts of a molecule; the smallest number of evaluations on drug-like molecules was found between 0.5 and 1.
const SHIFT: f64 = 0.5;

/// Pairs curved at least so much (kcal/mol/Å²) are in the sparse pattern from the start: bonds. Weaker pairs count where larger terms
/// make room for them, else on the diagonal only.
const BONDED: f64 = 50.0;

/// The surface's own model Hessian ([`Potential::curvature`]) as a sparse matrix, decomposed by sparse Cholesky. The pattern is
/// analysed once, and again for another molecule.
#[derive(Debug, Default)]
pub struct SparsePreconditioner {
    state: Option<State>,
    /// Whether the pattern was made, or found to hold, since the last reset.
    settled: bool,
}

impl SparsePreconditioner {
    /// With nothing known yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Another walk, perhaps of another molecule. The pattern stays where the next rebuild finds that it would make the same, so that
    /// results don't depend on what was done before.
    pub fn reset(&mut self) {
        self.settled = false;
    }

    /// Longest difference (Å) between the displacements of two atoms that share a term.
    #[must_use]
    pub fn longest_difference(&self, way: &[f64]) -> f64 {
        self.state
            .as_ref()
            .map_or(0.0, |state| state.matrix.longest_difference(way))
    }

    /// Brings the matrix up to date, with the pattern that is there if it may stay.
    fn assemble(&mut self, potential: &mut dyn Potential, x: &[f64]) -> bool {
        if let Some(state) = self.state.as_mut().filter(|s| s.matrix.rows() * 3 == x.len()) {
            let same = state.assemble(potential, x);
            if same || self.settled {
                return true;
            }
        }
        self.state = State::new(potential, x);
        self.state.is_some()
    }
}

impl Preconditioner for SparsePreconditioner {
    fn rebuild(&mut self, potential: &mut dyn Potential, x: &[f64]) -> bool {
        self.settled = self.assemble(potential, x);
        let Some(state) = self.state.as_mut().filter(|_| self.settled) else {
            return false;
        };
        let decomposed = state.factor.factorize(&state.matrix).is_ok();
        if !decomposed {
            self.state = None;
        }
        decomposed
    }

    fn apply(&self, v: &[f64], out: &mut [f64]) {
        match &self.state {
            Some(state) => state.matrix.multiply(v, out),
            None => out.copy_from_slice(v),
        }
    }

    fn solve(&mut self, v: &mut [f64]) {
        if let Some(state) = &mut self.state {
            state.factor.solve(v);
        }
    }
}

/// Matrix and factor of a pattern.
#[derive(Debug)]
struct State {
    matrix: BlockMatrix,
    factor: BlockCholesky,
    script: Script,
}

impl State {
    /// Of the terms that the surface has at `x` (Å), with the matrix there.
    fn new(potential: &mut dyn Potential, x: &[f64]) -> Option<Self> {
        let mut terms = Terms::default();
        if !potential.curvature(x, &mut |atoms, b, k| terms.push(atoms, b, k)) {
            return None;
        }
        let mut script = Script::default();
        let mut pairs = Vec::new();
        terms.visit(|atoms, _, k| {
            if shapes_pattern(atoms, k) {
                script.lengths.push(atoms.len());
                script.atoms.extend_from_slice(atoms);
                for (n, &i) in atoms.iter().enumerate() {
                    pairs.extend(atoms[..n].iter().map(|&j| (i, j)));
                }
            }
        });
        let matrix = BlockMatrix::new(x.len() / 3, &pairs);
        let mut first = 0;
        for length in &script.lengths {
            matrix.find_places(&script.atoms[first..first + length], &mut script.places);
            first += length;
        }
        let mut state = Self {
            factor: BlockCholesky::analyze(&matrix),
            matrix,
            script,
        };
        let mut assembly = Assembly::new(&mut state);
        terms.visit(|atoms, b, k| assembly.add(atoms, b, k));
        assembly.finish();
        Some(state)
    }

    /// Takes the matrix at `x` (Å). Returns whether these are the very terms that the pattern was made from.
    fn assemble(&mut self, potential: &mut dyn Potential, x: &[f64]) -> bool {
        let mut assembly = Assembly::new(self);
        let known = potential.curvature(x, &mut |atoms, b, k| assembly.add(atoms, b, k));
        assembly.finish() && known
    }
}

/// The matrix as it comes together.
struct Assembly<'a> {
    matrix: &'a mut BlockMatrix,
    script: &'a Script,
    cursor: Cursor,
    /// Whether the terms have been those of the script so far.
    same: bool,
}

impl<'a> Assembly<'a> {
    fn new(State { matrix, script, .. }: &'a mut State) -> Self {
        matrix.clear();
        Self {
            matrix,
            script,
            cursor: Cursor::default(),
            same: true,
        }
    }

    fn add(&mut self, atoms: &[usize], b: &[[f64; 3]], k: f64) {
        if let Some(places) = self.script.next(&mut self.cursor, atoms) {
            self.same &= shapes_pattern(atoms, k);
            self.matrix.add_outer_at(places, atoms, b, k);
        } else {
            self.same &= !shapes_pattern(atoms, k);
            self.matrix.add_outer(atoms, b, k);
        }
    }

    /// Returns whether the terms were those of the script.
    fn finish(self) -> bool {
        self.matrix.add_diagonal(SHIFT);
        self.same && self.cursor.term == self.script.lengths.len()
    }
}

/// Terms as they came.
#[derive(Debug, Default)]
struct Terms {
    /// Number of atoms and curvature of each.
    heads: Vec<(usize, f64)>,
    atoms: Vec<usize>,
    components: Vec<[f64; 3]>,
}

impl Terms {
    fn push(&mut self, atoms: &[usize], b: &[[f64; 3]], k: f64) {
        self.heads.push((atoms.len(), k));
        self.atoms.extend_from_slice(atoms);
        self.components.extend_from_slice(b);
    }

    fn visit(&self, mut visit: impl FnMut(&[usize], &[[f64; 3]], f64)) {
        let mut first = 0;
        for &(length, k) in &self.heads {
            let range = first..first + length;
            visit(&self.atoms[range.clone()], &self.components[range], k);
            first += length;
        }
    }
}

/// Whether a term's pairs have room in the pattern for its sake.
fn shapes_pattern(atoms: &[usize], k: f64) -> bool {
    atoms.len() > 2 || k >= BONDED
}

/// The terms that make the pattern, in the order in which they come, and where they go: searching for the places took longer than
/// adding.
#[derive(Debug, Default)]
struct Script {
    /// Number of atoms of each term.
    lengths: Vec<usize>,
    atoms: Vec<usize>,
    places: Vec<u32>,
}

/// How much of a script has been seen.
#[derive(Debug, Default)]
struct Cursor {
    term: usize,
    atom: usize,
    place: usize,
}

impl Script {
    /// The places of the term between these atoms, where it is the next one.
    fn next(&self, cursor: &mut Cursor, atoms: &[usize]) -> Option<&[u32]> {
        let length = *self.lengths.get(cursor.term)?;
        let expected = &self.atoms[cursor.atom..cursor.atom + length];
        // Two to four numbers: not worth the call that comparing slices is.
        if length != atoms.len() || expected.iter().zip(atoms).any(|(a, b)| a != b) {
            return None;
        }
        let first = cursor.place;
        cursor.term += 1;
        cursor.atom += length;
        cursor.place += length * length.saturating_sub(1) / 2;
        Some(&self.places[first..cursor.place])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::potential::{AddCurvature, EvalError};

    /// A chain of springs, closed to a ring or not.
    struct Chain {
        atoms: usize,
        closed: bool,
    }

    impl Potential for Chain {
        fn len(&self) -> usize {
            3 * self.atoms
        }

        fn energy_gradient(&mut self, _: &[f64], _: &mut [f64]) -> Result<f64, EvalError> {
            unreachable!("a preconditioner asks for curvature only")
        }

        fn curvature(&mut self, x: &[f64], add: &mut AddCurvature<'_>) -> bool {
            let springs = if self.closed { self.atoms } else { self.atoms - 1 };
            for i in 0..springs {
                let j = (i + 1) % self.atoms;
                let b = [x[3 * i], 1.0, x[3 * j + 2]];
                add(&[i, j], &[b, b.map(|c| -c)], 100.0);
            }
            // A weak pair without room of its own.
            add(&[0, self.atoms / 2], &[[1.0; 3], [-1.0; 3]], 1.0);
            true
        }
    }

    #[test]
    fn what_was_done_before_leaves_no_trace() {
        let x: Vec<f64> = (0..30).map(|i| f64::from(i).sin()).collect();
        let b: Vec<f64> = (0..30).map(|i| f64::from(i).cos()).collect();
        let mut used = SparsePreconditioner::new();
        for (atoms, closed) in [(10, false), (10, true), (10, true), (7, true), (10, false)] {
            let mut chain = Chain { atoms, closed };
            let mut fresh = SparsePreconditioner::new();
            used.reset();
            let (mut from_used, mut from_fresh) = (b[..3 * atoms].to_vec(), b[..3 * atoms].to_vec());
            for (preconditioner, v) in [(&mut used, &mut from_used), (&mut fresh, &mut from_fresh)] {
                assert!(preconditioner.rebuild(&mut chain, &x[..3 * atoms]));
                preconditioner.solve(v);
            }
            assert_eq!(from_used, from_fresh, "{atoms} atoms, closed: {closed}");
            let mut back = vec![f64::NAN; 3 * atoms];
            used.apply(&from_used, &mut back);
            for (found, wanted) in back.iter().zip(&b) {
                assert!((found - wanted).abs() < 1e-9, "{found} {wanted}");
            }
        }
    }
}
