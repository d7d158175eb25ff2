//! Analytic second derivatives: the gradient formulas evaluated over dual numbers. As a dense matrix, as a sparse one, and as
//! products with vectors, which cost little more than a gradient.

use super::field::{ForceField, Visitor, visit_bonded};
use super::pairs::PairList;
use super::terms::{Interaction, Term};
use crate::geometry::{Distance, Vector};
use crate::linalg::SymmetricMatrix;
use crate::linalg::sparse_cholesky::{Block, BlockMatrix};
use crate::numeric::{Dual, Real};
use crate::potential::EvalError;

impl ForceField {
    /// Second derivatives (kcal/mol/Å²) at `x` (Å, length 3N): row-major, (3N)², symmetric.
    ///
    /// # Errors
    /// Coordinates of the wrong length; a result that is not finite.
    pub fn hessian(&self, x: &[f64]) -> Result<Vec<f64>, EvalError> {
        let n = self.check_length(x)?;
        let mut hessian = vec![0.0; n * n];
        // Each pair adds to two of them: on their own they stay in the cache.
        let mut diagonal = vec![[0.0; 9]; self.atoms()];
        let mut add = |row: usize, column: usize, block: &Block| {
            for (a, part) in block.chunks_exact(3).enumerate() {
                let place = (3 * row + a) * n + 3 * column;
                hessian[place..place + 3]
                    .iter_mut()
                    .zip(part)
                    .for_each(|(h, b)| *h += b);
            }
        };
        self.assemble(x, &mut |row, column, block| {
            if row == column {
                diagonal[row].iter_mut().zip(block).for_each(|(d, b)| *d += b);
            } else if row > column {
                add(row, column, block);
            }
        });
        for (atom, block) in diagonal.iter().enumerate() {
            add(atom, atom, block);
        }
        let hessian = SymmetricMatrix::from_lower(n, hessian).into_rows();
        finite(&hessian)?;
        Ok(hessian)
    }

    /// The same as a sparse matrix: blocks of atoms that share a term or are pairs within the cutoff. Without a cutoff every pair of atoms
    /// has its block.
    ///
    /// # Errors
    /// Coordinates of the wrong length; a result that is not finite.
    pub fn sparse_hessian(&self, x: &[f64]) -> Result<BlockMatrix, EvalError> {
        self.check_length(x)?;
        let mut hessian = BlockMatrix::new(self.atoms(), &self.coupled_pairs(x));
        self.assemble(x, &mut |row, column, block| {
            if row >= column {
                hessian.add_block(row, column, block);
            }
        });
        if hessian.is_finite() {
            Ok(hessian)
        } else {
            Err(EvalError::NotFinite { energy: f64::NAN })
        }
    }

    /// OVERWRITES `out` (kcal/mol/Å²) with the product of the second derivatives at `x` (Å) and `v`, without the matrix: the gradient's
    /// derivative along `v`.
    ///
    /// # Errors
    /// Vectors of the wrong length; a result that is not finite.
    pub fn hessian_product(&self, x: &[f64], v: &[f64], out: &mut [f64]) -> Result<(), EvalError> {
        for vector in [x, v, &*out] {
            self.check_length(vector)?;
        }
        out.fill(0.0);
        let mut product = Product { x, v, out };
        visit_bonded(self.terms(), &mut product);
        self.visit_pairs(x, &mut |i, j, scaled| {
            let Some(block) = self.pair_block(x, i, j, scaled) else {
                return;
            };
            // The pair sees the difference of the two atoms' displacements.
            for a in 0..3 {
                let force: f64 = (0..3).map(|b| block[3 * a + b] * (v[3 * i + b] - v[3 * j + b])).sum();
                product.out[3 * i + a] += force;
                product.out[3 * j + a] -= force;
            }
        });
        finite(out)
    }

    fn check_length(&self, x: &[f64]) -> Result<usize, EvalError> {
        let expected = 3 * self.atoms();
        if x.len() == expected {
            Ok(expected)
        } else {
            Err(EvalError::WrongLength {
                found: x.len(),
                expected,
            })
        }
    }

    /// Hands over the blocks of all terms: row atom, column atom, second derivatives.
    fn assemble(&self, x: &[f64], add: &mut dyn FnMut(usize, usize, &Block)) {
        visit_bonded(self.terms(), &mut Assembly { x, add });
        self.visit_pairs(x, &mut |i, j, scaled| {
            let Some(block) = self.pair_block(x, i, j, scaled) else {
                return;
            };
            add(i, i, &block);
            add(j, j, &block);
            let opposite = block.map(|b| -b);
            add(i, j, &opposite);
            add(j, i, &opposite);
        });
    }

    /// Calls `visit` with the non-bonded pairs: two atoms, and whether they are 1-4.
    fn visit_pairs(&self, x: &[f64], visit: &mut dyn FnMut(usize, usize, bool)) {
        match (self.nonbonded.cutoff, &self.pairs) {
            (None, Some(all)) => all.for_each_pair(visit),
            (cutoff, _) => {
                let mut near = PairList::default();
                near.near(&self.nonbonded.exclusions, x, cutoff.unwrap_or(f64::INFINITY));
                near.for_each_pair(visit);
            }
        }
    }

    /// d²E/dx² = E″ u uᵀ + E′/r (1 − u uᵀ), with opposite sign between the two atoms. `None` beyond the cutoff.
    fn pair_block(&self, x: &[f64], i: usize, j: usize, scaled: bool) -> Option<Block> {
        let pair = Distance::new(Vector::of(x, i), Vector::of(x, j));
        if self.nonbonded.cutoff.is_some_and(|c| pair.value >= c) {
            return None;
        }
        let r = Dual::<Dual<f64, 1>, 1>::variable(Dual::variable(pair.value, 0), 0);
        let energy = self.nonbonded.pair_energy(i, j, scaled, r);
        let first = energy.derivatives[0].value * pair.inverse;
        let second = energy.derivatives[0].derivatives[0];
        let u = pair.direction.0;
        Some(std::array::from_fn(|k| {
            let (a, b) = (k / 3, k % 3);
            (second - first) * u[a] * u[b] + if a == b { first } else { 0.0 }
        }))
    }

    /// Pairs of atoms whose block is not zero, repeated or not.
    fn coupled_pairs(&self, x: &[f64]) -> Vec<(usize, usize)> {
        let mut pattern = Pattern { pairs: Vec::new() };
        visit_bonded(self.terms(), &mut pattern);
        let Pattern { mut pairs } = pattern;
        self.visit_pairs(x, &mut |i, j, _| pairs.push((i, j)));
        pairs
    }
}

fn finite(numbers: &[f64]) -> Result<(), EvalError> {
    if numbers.iter().all(|h| h.is_finite()) {
        Ok(())
    } else {
        Err(EvalError::NotFinite { energy: f64::NAN })
    }
}

/// Adds up blocks.
struct Assembly<'a, 'b> {
    x: &'a [f64],
    add: &'a mut (dyn FnMut(usize, usize, &Block) + 'b),
}

impl Visitor for Assembly<'_, '_> {
    fn visit<T: Interaction<A, P>, const A: usize, const P: usize>(&mut self, term: &Term<A, T>) {
        let parameters = term.parameters.parameters().map(Dual::<f64, 1>::fixed);
        let fixed = term
            .atoms
            .map(|p| Vector(Vector::of(self.x, p).0.map(Dual::<f64, 1>::constant)));
        for (a, &column) in term.atoms.iter().enumerate() {
            let mut blocks = [[0.0; 9]; A];
            // One direction at a time: the gradient's derivative along each of the 3A coordinates.
            for axis in 0..3 {
                let mut positions = fixed;
                positions[a].0[axis].derivatives = [1.0];
                let (_, gradient) = T::energy_gradient(positions, parameters);
                for (block, g) in blocks.iter_mut().zip(gradient) {
                    for (row_axis, component) in g.0.iter().enumerate() {
                        block[3 * row_axis + axis] = component.derivatives[0];
                    }
                }
            }
            for (&row, block) in term.atoms.iter().zip(&blocks) {
                (self.add)(row, column, block);
            }
        }
    }
}

/// Adds up a product with a vector.
struct Product<'a> {
    x: &'a [f64],
    v: &'a [f64],
    out: &'a mut [f64],
}

impl Visitor for Product<'_> {
    fn visit<T: Interaction<A, P>, const A: usize, const P: usize>(&mut self, term: &Term<A, T>) {
        let parameters = term.parameters.parameters().map(Dual::<f64, 1>::fixed);
        let moving = term.atoms.map(|p| {
            Vector(std::array::from_fn(|axis| {
                let mut c = Dual::<f64, 1>::constant(self.x[3 * p + axis]);
                c.derivatives = [self.v[3 * p + axis]];
                c
            }))
        });
        let (_, gradient) = T::energy_gradient(moving, parameters);
        for (&atom, g) in term.atoms.iter().zip(gradient) {
            for (axis, component) in g.0.iter().enumerate() {
                self.out[3 * atom + axis] += component.derivatives[0];
            }
        }
    }
}

/// Collects which atoms share a term.
struct Pattern {
    pairs: Vec<(usize, usize)>,
}

impl Visitor for Pattern {
    fn visit<T: Interaction<A, P>, const A: usize, const P: usize>(&mut self, term: &Term<A, T>) {
        for (k, &i) in term.atoms.iter().enumerate() {
            self.pairs.extend(term.atoms[k + 1..].iter().map(|&j| (i, j)));
        }
    }
}
