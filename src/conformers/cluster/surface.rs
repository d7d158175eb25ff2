//! The energy surface of a cluster of like atoms with pair forces: fast, with each atom's own share of the energy.

use super::law::PairLaw;
use crate::numeric::simd::{Kernel, Level, dispatch};
use crate::numeric::{Lanes, WIDTH};
use crate::potential::{EvalError, Potential};

/// The surface of a cluster. Coordinates are in the law's length, energies in ε.
///
/// Everything is computed over blocks of eight atoms against one atom at a time: nothing is summed across lanes, and the bits are
/// the same with any vector instructions.
#[derive(Clone, Debug)]
pub struct Surface<P> {
    law: P,
    atoms: usize,
    level: Level,
    /// Strength of the compressing field, ε per square of the length.
    compression: f64,
    /// x, y and z in blocks of eight atoms; the last one is filled up with copies of the last atom.
    blocks: [Vec<[f64; WIDTH]>; 3],
    gradient: [Vec<[f64; WIDTH]>; 3],
    /// Energy of all pairs that an atom is in: half of their sum is the total.
    bonds: Vec<[f64; WIDTH]>,
}

impl<P: PairLaw> Surface<P> {
    /// The surface of so many atoms.
    #[must_use]
    pub fn new(law: P, atoms: usize) -> Self {
        let blocks = vec![[0.0; WIDTH]; atoms.div_ceil(WIDTH)];
        let three = [blocks.clone(), blocks.clone(), blocks.clone()];
        Self {
            law,
            atoms,
            level: Level::detect(),
            compression: 0.0,
            blocks: three.clone(),
            gradient: three,
            bonds: blocks,
        }
    }

    /// The same with stated vector instructions, for comparisons.
    #[must_use]
    pub fn with_level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// The law of force.
    #[must_use]
    pub fn law(&self) -> P {
        self.law
    }

    /// Number of atoms.
    #[must_use]
    pub fn atoms(&self) -> usize {
        self.atoms
    }

    /// Adds the field `μ Σ |x − centre|²` (μ in ε per square of the length) that draws atoms together: it favours the compact among the
    /// funnels of the landscape (Doye, Phys. Rev. E 62, 8753 (2000)). Zero removes it.
    pub fn compress(&mut self, strength: f64) {
        self.compression = strength;
    }

    /// The energy of all pairs that an atom is in (ε), for each atom, at the last point that was evaluated.
    fn atom_energies(&self) -> impl Iterator<Item = f64> {
        self.bonds.as_flattened()[..self.atoms].iter().copied()
    }

    fn load(&mut self, x: &[f64]) {
        for (axis, blocks) in self.blocks.iter_mut().enumerate() {
            let flat = blocks.as_flattened_mut();
            for (i, place) in flat.iter_mut().enumerate() {
                *place = x[3 * i.min(self.atoms - 1) + axis];
            }
        }
    }

    fn add_compression(&self, x: &[f64], gradient: &mut [f64]) -> f64 {
        let n = self.atoms as f64;
        let centre: [f64; 3] = std::array::from_fn(|axis| x.iter().skip(axis).step_by(3).sum::<f64>() / n);
        let mut energy = 0.0;
        for (p, g) in x.chunks_exact(3).zip(gradient.chunks_exact_mut(3)) {
            for axis in 0..3 {
                let d = p[axis] - centre[axis];
                energy += self.compression * d * d;
                g[axis] += 2.0 * self.compression * d;
            }
        }
        energy
    }
}

impl<P: PairLaw> Potential for Surface<P> {
    fn len(&self) -> usize {
        3 * self.atoms
    }

    fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
        if x.len() != self.len() {
            return Err(EvalError::WrongLength {
                found: x.len(),
                expected: self.len(),
            });
        }
        if self.atoms == 0 {
            return Ok(0.0);
        }
        self.load(x);
        dispatch(self.level, Pairs { surface: &mut *self });
        for axis in 0..3 {
            let flat = self.gradient[axis].as_flattened();
            for (g, &component) in gradient.iter_mut().skip(axis).step_by(3).zip(flat) {
                *g = component;
            }
        }
        let mut energy = 0.5 * self.atom_energies().sum::<f64>();
        if self.compression > 0.0 {
            energy += self.add_compression(x, gradient);
        }
        if energy.is_finite() && gradient.iter().all(|g| g.is_finite()) {
            Ok(energy)
        } else {
            Err(EvalError::NotFinite { energy })
        }
    }
}

/// One evaluation over all pairs.
struct Pairs<'a, P> {
    surface: &'a mut Surface<P>,
}

impl<P: PairLaw> Kernel for Pairs<'_, P> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Surface {
            law,
            atoms,
            blocks: [x, y, z],
            gradient: [gx, gy, gz],
            bonds,
            ..
        } = self.surface;
        let (zero, one) = (L::constant(0.0), L::constant(1.0));
        for block in 0..bonds.len() {
            let own = [&x[block], &y[block], &z[block]].map(L::load);
            let (mut energy, mut g) = (zero, [zero; 3]);
            for other in 0..*atoms {
                let (b, lane) = (other / WIDTH, other % WIDTH);
                let d = [
                    own[0] - L::constant(x[b][lane]),
                    own[1] - L::constant(y[b][lane]),
                    own[2] - L::constant(z[b][lane]),
                ];
                let mut square = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
                // An atom with itself: at unit distance, and not counted.
                let itself = if b == block { 1_u8 << lane } else { 0 };
                if itself != 0 {
                    square = one.select(itself, square);
                }
                let (mut e, mut slope) = law.pair(square);
                if itself != 0 {
                    e = zero.select(itself, e);
                    slope = zero.select(itself, slope);
                }
                energy = energy + e;
                g = [g[0] + d[0] * slope, g[1] + d[1] * slope, g[2] + d[2] * slope];
            }
            energy.store(&mut bonds[block]);
            g[0].store(&mut gx[block]);
            g[1].store(&mut gy[block]);
            g[2].store(&mut gz[block]);
        }
    }
}
