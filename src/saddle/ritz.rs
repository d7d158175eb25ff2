//! The lowest mode by products of the Hessian with vectors (Rayleigh, Ritz), as differences of gradients give them.

use super::chart::{Quadric, Secant};
use crate::linalg::vector::{add_scaled, dot};
use crate::linalg::{Eigen, SymmetricMatrix};

/// Of a proposed direction at least this fraction has to be new.
const NEW: f64 = 0.05;

/// A subspace and the products in it: the columns of S, of length 1 in the metric, and of H S.
#[derive(Debug, Default)]
pub(super) struct Ritz {
    secants: Vec<Secant>,
}

/// The lowest mode that the subspace knows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lowest {
    /// Its curvature, kcal/mol/Å² or kcal/mol/radian².
    pub value: f64,
    /// Norm of H v − λ F v, the same unit: so near to the value there is a true one.
    pub residual: f64,
}

impl Ritz {
    /// Takes in a product.
    pub fn push(&mut self, secant: &Secant, quadric: &Quadric) {
        let length = quadric.length(&secant.step);
        let scaled = |v: &[f64]| v.iter().map(|c| c / length).collect();
        self.secants.push(Secant {
            step: scaled(&secant.step),
            change: scaled(&secant.change),
        });
    }

    /// What of a direction is new to the subspace. `None` where that is next to nothing.
    pub fn new_part(&self, direction: &[f64], quadric: &Quadric) -> Option<Vec<f64>> {
        let mut rest = direction.to_vec();
        for _ in 0..2 {
            for secant in &self.secants {
                let along = dot(&quadric.metric.gram.times(&secant.step), &rest);
                add_scaled(&mut rest, -along, &secant.step);
            }
        }
        (quadric.length(&rest) > NEW * quadric.length(direction)).then_some(rest)
    }

    /// The lowest mode so far. `None` of an empty subspace.
    pub fn lowest(&self, quadric: &Quadric) -> Option<Lowest> {
        let first = self.secants.first()?;
        let products = self.secants.iter();
        let rows = products
            .flat_map(|a| self.secants.iter().map(|b| dot(&a.step, &b.change)))
            .collect();
        let small = Eigen::new(&SymmetricMatrix::from_rows(self.secants.len(), rows)).ok()?;
        let (mut vector, mut product) = (vec![0.0; first.step.len()], vec![0.0; first.step.len()]);
        for (&c, secant) in small.vector(0).iter().zip(&self.secants) {
            add_scaled(&mut vector, c, &secant.step);
            add_scaled(&mut product, c, &secant.change);
        }
        let value = small.values[0];
        add_scaled(&mut product, -value, &quadric.metric.gram.times(&vector));
        let residual = dot(&product, &quadric.metric.solve(&product)).max(0.0).sqrt();
        Some(Lowest { value, residual })
    }
}
