//! Close non-bonded pairs and their curvature along the distance, for the model Hessian.

use super::nonbonded::{Nonbonded, PairParameters, farthest_square};
use super::pairs::{EMPTY, PairList};
use crate::geometry::{Distance, Vector};
use crate::numeric::simd::{Kernel, Level, dispatch};
use crate::numeric::{Dual, Lanes, WIDTH};

/// Non-bonded pairs count up to this distance, Å: beyond, they hardly curve.
const REACH: f64 = 3.5;

/// How far (Å) beyond that the list reaches; it is made anew when an atom has moved half of this.
const SKIN: f64 = 1.0;

/// A pair, the lower atom first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Pair {
    atoms: [u32; 2],
    /// A 1-4 pair.
    scaled: bool,
}

/// A pair within reach.
#[derive(Clone, Copy, Debug)]
struct Close {
    atoms: [usize; 2],
    /// Derivative of the distance with respect to the first atom's position; the second one's is opposite.
    gradient: [Vector<f64>; 2],
}

/// The close pairs of one molecule as it moves: per-evaluator scratch.
#[derive(Debug, Default)]
pub(super) struct Contacts {
    list: PairList,
    /// All pairs that may come within reach, ascending: sums over them don't depend on where the list was made.
    pairs: Vec<Pair>,
    /// Coordinates at which the list was made.
    reference: Vec<f64>,
    close: Vec<Close>,
    batches: Vec<Batch>,
}

impl Contacts {
    /// Calls `add(atoms, gradient of the distance, second derivative)` for the pairs within reach at `x` (Å).
    pub fn visit(
        &mut self,
        field: &Nonbonded,
        level: Level,
        x: &[f64],
        mut add: impl FnMut([usize; 2], [Vector<f64>; 2], f64),
    ) {
        self.refresh(field, x);
        self.collect(field, x);
        let kernel = Curvatures {
            field,
            batches: &mut self.batches,
        };
        dispatch(level, kernel);
        for (close, batch) in self.close.chunks(WIDTH).zip(&self.batches) {
            for (pair, &second) in close.iter().zip(&batch.second) {
                add(pair.atoms, pair.gradient, second);
            }
        }
    }

    /// Brings the list up to date.
    fn refresh(&mut self, field: &Nonbonded, x: &[f64]) {
        if self.reference.len() == x.len() && farthest_square(&self.reference, x) < (SKIN / 2.0).powi(2) {
            return;
        }
        self.reference.clear();
        self.reference.extend_from_slice(x);
        let reach = REACH + SKIN;
        self.list.near(&field.exclusions, x, reach);
        self.pairs.clear();
        let Self { list, pairs, .. } = self;
        for (slot, &i) in list.atom_of.iter().enumerate().filter(|(_, a)| **a != EMPTY) {
            let row = list.starts[slot] as usize..list.starts[slot + 1] as usize;
            for entry in &list.entries[row] {
                for lane in (0..WIDTH).filter(|lane| entry.mask >> lane & 1 == 1) {
                    let j = list.atom_of[entry.block as usize * WIDTH + lane];
                    if distance_square(x, i, j) < reach * reach {
                        pairs.push(Pair {
                            atoms: [i.min(j), i.max(j)],
                            scaled: entry.scaled >> lane & 1 == 1,
                        });
                    }
                }
            }
        }
        pairs.sort_unstable();
    }

    /// Picks the pairs within reach.
    fn collect(&mut self, field: &Nonbonded, x: &[f64]) {
        self.close.clear();
        self.batches.clear();
        for &Pair { atoms, scaled } in &self.pairs {
            let [i, j] = atoms;
            if distance_square(x, i, j) > REACH * REACH {
                continue;
            }
            let atoms = atoms.map(|a| a as usize);
            let distance = Distance::new(Vector::of(x, atoms[0]), Vector::of(x, atoms[1]));
            let lane = self.close.len() % WIDTH;
            if lane == 0 {
                self.batches.push(Batch::default());
            }
            if let Some(batch) = self.batches.last_mut() {
                batch.fill(lane, distance.value, field.pair_parameters(atoms[0], atoms[1], scaled));
            }
            self.close.push(Close {
                atoms,
                gradient: distance.gradient(1.0),
            });
        }
    }
}

fn distance_square(x: &[f64], i: u32, j: u32) -> f64 {
    let (i, j) = (3 * i as usize, 3 * j as usize);
    (0..3).map(|k| (x[i + k] - x[j + k]).powi(2)).sum()
}

/// Eight pairs. Lanes that are not filled are computed at 1 Å.
#[derive(Clone, Copy, Debug)]
struct Batch {
    r: [f64; WIDTH],
    distance: [f64; WIDTH],
    depth: [f64; WIDTH],
    charges: [f64; WIDTH],
    /// The second derivatives of the energies, kcal/mol/Å².
    second: [f64; WIDTH],
}

impl Default for Batch {
    fn default() -> Self {
        Self {
            r: [1.0; WIDTH],
            distance: [1.0; WIDTH],
            depth: [0.0; WIDTH],
            charges: [0.0; WIDTH],
            second: [0.0; WIDTH],
        }
    }
}

impl Batch {
    fn fill(&mut self, lane: usize, r: f64, parameters: PairParameters) {
        self.r[lane] = r;
        self.distance[lane] = parameters.distance;
        self.depth[lane] = parameters.depth;
        self.charges[lane] = parameters.charges;
    }
}

/// The second derivatives of all batches.
struct Curvatures<'a> {
    field: &'a Nonbonded,
    batches: &'a mut [Batch],
}

impl Kernel for Curvatures<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        for batch in self.batches {
            let r = Dual::<Dual<L, 1>, 1>::variable(Dual::variable(L::load(&batch.r), 0), 0);
            let parameters = PairParameters {
                distance: Dual::fixed(Dual::fixed(L::load(&batch.distance))),
                depth: Dual::fixed(Dual::fixed(L::load(&batch.depth))),
                charges: Dual::fixed(Dual::fixed(L::load(&batch.charges))),
            };
            let energy = self.field.energy_at(r, parameters);
            energy.derivatives[0].derivatives[0].store(&mut batch.second);
        }
    }
}
