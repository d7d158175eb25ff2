//! The penalty of all pairs of atoms, eight at a time.
//!
//! For squared distances s and bounds l and u: (s/u² − 1)² above the upper bound and ((l² − s)/(l² + s))² below the lower one
//! (T. F. Havel, Encyclopedia of Computational Chemistry 1998, "Distance geometry", whose lower-bound term is the same up to the
//! form): finite at contact, mild far away, no square roots.

use super::smoothing::Bounds;
use crate::numeric::simd::Kernel;
use crate::numeric::{Lanes, WIDTH};

/// Keeps an atom's distance to itself from dividing by zero, Å².
const TINY: f64 = 1e-12;

/// Eight numbers.
pub(super) type Block = [f64; WIDTH];

/// The bounds, as the kernel wants them: row i holds blocks from the one with column i + 1 on.
#[derive(Clone, Debug)]
pub(super) struct PairTable {
    n: usize,
    /// l², and 1/u²; 0 where there is no pair.
    blocks: Vec<[Block; 2]>,
}

impl PairTable {
    pub fn new(bounds: &Bounds) -> Self {
        let n = bounds.n;
        let mut blocks = Vec::new();
        for i in 0..n {
            let (lower, upper) = bounds.row(i);
            for block in (i + 1) / WIDTH..n.div_ceil(WIDTH) {
                let mut entry = [[0.0; WIDTH]; 2];
                let first = block * WIDTH;
                let pairs = lower.iter().zip(upper).enumerate();
                for (j, (l, u)) in pairs.take(first + WIDTH).skip(first.max(i + 1)) {
                    entry[0][j - first] = l * l;
                    entry[1][j - first] = (u * u).recip();
                }
                blocks.push(entry);
            }
        }
        Self { n, blocks }
    }
}

/// Coordinates or gradients by dimension (four), in blocks.
#[derive(Clone, Debug)]
pub(super) struct Planes(pub [Vec<Block>; 4]);

impl Planes {
    pub fn new(n: usize) -> Self {
        Self(std::array::from_fn(|_| vec![[0.0; WIDTH]; n.div_ceil(WIDTH)]))
    }

    pub fn clear(&mut self) {
        for plane in &mut self.0 {
            plane.fill([0.0; WIDTH]);
        }
    }

    pub fn set(&mut self, dimension: usize, atom: usize, value: f64) {
        self.0[dimension][atom / WIDTH][atom % WIDTH] = value;
    }

    pub fn get(&self, dimension: usize, atom: usize) -> f64 {
        self.0[dimension][atom / WIDTH][atom % WIDTH]
    }
}

/// Sums the penalty of all pairs and adds its gradient.
pub(super) struct PairKernel<'a> {
    pub table: &'a PairTable,
    pub x: &'a Planes,
    pub gradient: &'a mut Planes,
}

impl Kernel for PairKernel<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<L: Lanes>(self) -> f64 {
        let n = self.table.n;
        let mut energy = L::constant(0.0);
        let mut entries = self.table.blocks.iter();
        let x = &self.x.0;
        for i in 0..n {
            let own: [L; 4] = std::array::from_fn(|d| L::constant(x[d][i / WIDTH][i % WIDTH]));
            let mut pull = [L::constant(0.0); 4];
            for (block, [lower, inverse_upper]) in ((i + 1) / WIDTH..n.div_ceil(WIDTH)).zip(&mut entries) {
                let difference: [L; 4] = std::array::from_fn(|d| L::load(&x[d][block]) - own[d]);
                let s = (difference[0] * difference[0] + difference[1] * difference[1])
                    + (difference[2] * difference[2] + difference[3] * difference[3]);
                let (l, u) = (L::load(lower), L::load(inverse_upper));
                let above = (s * u).offset(-1.0).max(0.0);
                let inverse = (l + s).offset(TINY).recip();
                let below = ((l - s) * inverse).max(0.0);
                energy = energy + (above * above + below * below);
                // Twice the derivative with respect to s.
                let slope = (above * u - below * (l * inverse * inverse).scale(2.0)).scale(4.0);
                for ((sum, &along), plane) in pull.iter_mut().zip(&difference).zip(&mut self.gradient.0) {
                    let g = slope * along;
                    *sum = *sum + g;
                    let target = &mut plane[block];
                    (L::load(target) + g).store(target);
                }
            }
            for (plane, sum) in self.gradient.0.iter_mut().zip(pull) {
                plane[i / WIDTH][i % WIDTH] -= sum.sum();
            }
        }
        energy.sum()
    }
}
