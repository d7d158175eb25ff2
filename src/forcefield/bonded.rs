//! Bonded terms in batches of eight.

use super::terms::{Interaction, Term};
use crate::geometry::Vector;
use crate::numeric::{Lanes, WIDTH};
use std::marker::PhantomData;

/// One kind of term, eight to a batch. Missing lanes are filled up with terms of zero parameters.
#[derive(Debug)]
pub(super) struct Batches<T, const A: usize, const P: usize> {
    atoms: Vec<[[u32; WIDTH]; A]>,
    parameters: Vec<[[f64; WIDTH]; P]>,
    /// Number of terms.
    len: usize,
    kind: PhantomData<T>,
}

/// Eight terms.
pub(super) struct Batch<'a, const A: usize, const P: usize> {
    pub atoms: &'a [[u32; WIDTH]; A],
    pub parameters: &'a [[f64; WIDTH]; P],
    /// Lanes that are filled, from the first one on.
    pub terms: usize,
}

impl<T: Interaction<A, P>, const A: usize, const P: usize> Batches<T, A, P> {
    pub fn new(terms: &[Term<A, T>]) -> Self {
        let batches = terms.len().div_ceil(WIDTH);
        let (mut atoms, mut parameters) = (Vec::with_capacity(batches), Vec::with_capacity(batches));
        for batch in 0..batches {
            let mut batch_atoms = [[0; WIDTH]; A];
            let mut batch_parameters = [[0.0; WIDTH]; P];
            for lane in 0..WIDTH {
                // Neighbouring terms share atoms. Dealt out over batches, the lanes of one add to different
                // atoms, so that no addition waits for the one before it.
                let index = lane * batches + batch;
                let term = terms.get(index).unwrap_or(&terms[batch]);
                for (a, &atom) in batch_atoms.iter_mut().zip(&term.atoms) {
                    a[lane] = atom as u32;
                }
                if index < terms.len() {
                    for (p, value) in batch_parameters.iter_mut().zip(term.parameters.parameters()) {
                        p[lane] = value;
                    }
                }
            }
            atoms.push(batch_atoms);
            parameters.push(batch_parameters);
        }
        Self {
            atoms,
            parameters,
            len: terms.len(),
            kind: PhantomData,
        }
    }

    /// The batches one by one.
    #[inline(always)]
    pub fn iter(&self) -> impl Iterator<Item = Batch<'_, A, P>> {
        let batches = self.atoms.len();
        let pairs = self.atoms.iter().zip(&self.parameters).enumerate();
        pairs.map(move |(batch, (atoms, parameters))| Batch {
            atoms,
            parameters,
            // Term number lane * batches + batch is in this lane.
            terms: (self.len - batch).div_ceil(batches).min(WIDTH),
        })
    }

    /// Adds to the gradient at `points` (both x, y, z, unused by atom) and returns the two energies of the kind.
    #[inline(always)]
    pub fn add_energy_gradient<L: Lanes>(&self, points: &[[f64; 4]], gradient: &mut [[f64; 4]]) -> [f64; 2] {
        let zero = L::constant(0.0);
        let mut total = [zero; 2];
        for (atoms, parameters) in self.atoms.iter().zip(&self.parameters) {
            let mut positions = [Vector([zero; 3]); A];
            for (p, indices) in positions.iter_mut().zip(atoms) {
                *p = Vector(L::gather(points, indices));
            }
            let mut values = [zero; P];
            for (v, lanes) in values.iter_mut().zip(parameters) {
                *v = L::load(lanes);
            }
            let (energy, slopes) = T::energy_gradient(positions, values);
            total = [total[0] + energy[0], total[1] + energy[1]];
            for (slope, indices) in slopes.iter().zip(atoms) {
                L::scatter_add(gradient, indices, slope.0);
            }
        }
        [total[0].sum(), total[1].sum()]
    }
}
