//! Analytic second derivatives: the gradient formulas evaluated over dual numbers.

use super::field::{ForceField, Visitor, visit_bonded};
use super::terms::{Interaction, Term};
use crate::geometry::{Distance, Vector};
use crate::numeric::{Dual, Real};
use crate::potential::EvalError;

impl ForceField {
    /// Second derivatives (kcal/mol/Å²) at `x` (Å, length 3N): row-major, (3N)², symmetric.
    ///
    /// # Errors
    /// Coordinates of the wrong length; a result that is not finite.
    pub fn hessian(&self, x: &[f64]) -> Result<Vec<f64>, EvalError> {
        let n = 3 * self.atoms();
        if x.len() != n {
            return Err(EvalError::WrongLength {
                found: x.len(),
                expected: n,
            });
        }
        let mut assembly = Assembly {
            x,
            n,
            hessian: vec![0.0; n * n],
        };
        visit_bonded(self.terms(), &mut assembly);
        for i in 0..self.atoms() {
            let partners = self.nonbonded.exclusions.of(i);
            for j in i + 1..self.atoms() {
                let relation = partners
                    .binary_search_by_key(&(j as u32), |p| p.0)
                    .ok()
                    .map(|p| partners[p].1);
                if relation != Some(false) {
                    self.add_pair(&mut assembly, i, j, relation == Some(true));
                }
            }
        }
        if assembly.hessian.iter().all(|h| h.is_finite()) {
            Ok(assembly.hessian)
        } else {
            Err(EvalError::NotFinite { energy: f64::NAN })
        }
    }

    /// d²E/dx² = E″ u uᵀ + E′/r (1 − u uᵀ), with opposite sign between the two atoms.
    fn add_pair(&self, assembly: &mut Assembly<'_>, i: usize, j: usize, scaled: bool) {
        let pair = Distance::new(assembly.position(i), assembly.position(j));
        if self.nonbonded.cutoff.is_some_and(|c| pair.value >= c) {
            return;
        }
        let r = Dual::<Dual<f64, 1>, 1>::variable(Dual::variable(pair.value, 0), 0);
        let energy = self.nonbonded.pair_energy(i, j, scaled, r);
        let first = energy.derivatives[0].value * pair.inverse;
        let second = energy.derivatives[0].derivatives[0];
        let u = pair.direction.0;
        for a in 0..3 {
            for b in 0..3 {
                let block = (second - first) * u[a] * u[b] + if a == b { first } else { 0.0 };
                assembly.add(3 * i + a, 3 * i + b, block);
                assembly.add(3 * j + a, 3 * j + b, block);
                assembly.add(3 * i + a, 3 * j + b, -block);
                assembly.add(3 * j + a, 3 * i + b, -block);
            }
        }
    }
}

struct Assembly<'a> {
    x: &'a [f64],
    n: usize,
    hessian: Vec<f64>,
}

impl Assembly<'_> {
    fn position(&self, atom: usize) -> Vector<f64> {
        Vector([self.x[3 * atom], self.x[3 * atom + 1], self.x[3 * atom + 2]])
    }

    fn add(&mut self, row: usize, column: usize, value: f64) {
        self.hessian[row * self.n + column] += value;
    }
}

impl Visitor for Assembly<'_> {
    fn visit<T: Interaction<A, P>, const A: usize, const P: usize>(&mut self, term: &Term<A, T>) {
        let parameters = term.parameters.parameters().map(Dual::<f64, 1>::fixed);
        // One direction at a time: the gradient's derivative along each of the 3A coordinates.
        for (a, &atom) in term.atoms.iter().enumerate() {
            for axis in 0..3 {
                let mut positions = term
                    .atoms
                    .map(|p| Vector(self.position(p).0.map(Dual::<f64, 1>::constant)));
                positions[a].0[axis].derivatives = [1.0];
                let (_, gradient) = T::energy_gradient(positions, parameters);
                for (&other, g) in term.atoms.iter().zip(gradient) {
                    for (other_axis, component) in g.0.iter().enumerate() {
                        self.add(3 * other + other_axis, 3 * atom + axis, component.derivatives[0]);
                    }
                }
            }
        }
    }
}
