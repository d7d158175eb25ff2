//! Close non-bonded pairs and their curvature along the distance, for the model Hessian.

use super::field::ForceField;
use super::nonbonded::{Nonbonded, PairParameters, Slots, farthest_square};
use super::pairs::{EMPTY, PairList};
use crate::numeric::simd::{Kernel, dispatch};
use crate::numeric::{Dual, Lanes, WIDTH};
use crate::potential::AddCurvature;

/// Non-bonded pairs count up to this distance, Å: beyond, they hardly curve.
const REACH: f64 = 3.5;

/// How far (Å) beyond that the list reaches; it is made anew when an atom has moved half of this.
const SKIN: f64 = 1.0;

/// Squared distances are kept above this, Å².
const TINY: f64 = 1e-20;

/// A pair, the lower atom first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Pair {
    atoms: [u32; 2],
    /// A 1-4 pair.
    scaled: bool,
}

/// The close pairs of one molecule as it moves: per-evaluator scratch.
#[derive(Debug, Default)]
pub(super) struct Contacts {
    list: PairList,
    /// All pairs that may come within reach, ascending: sums over them don't depend on where the list was made.
    pairs: Vec<Pair>,
    /// Coordinates at which the list was made.
    reference: Vec<f64>,
    /// The pairs within reach, ascending.
    close: Vec<Pair>,
    batches: Vec<Batch>,
}

impl Contacts {
    /// Finds the pairs within reach among those of a list that holds everywhere and is in the order of the atoms; `slots` holds the
    /// coordinates.
    pub fn scan(&mut self, field: &ForceField, list: &PairList, slots: &Slots) {
        self.close.clear();
        let close = &mut self.close;
        dispatch(field.level, Scan { list, slots, close });
    }

    /// Finds the pairs within reach at `x` (Å).
    pub fn find(&mut self, field: &Nonbonded, x: &[f64]) {
        self.refresh(field, x);
        let is_close = |pair: &&Pair| distance_square(x, pair.atoms) <= REACH * REACH;
        self.close.clear();
        self.close.extend(self.pairs.iter().filter(is_close));
    }

    /// Hands over the pairs that were found: their distances' gradients at `points` (Å), and the curvature along them where it is
    /// positive.
    pub fn visit(&mut self, field: &ForceField, points: &[[f64; 4]], add: &mut AddCurvature<'_>) {
        self.batches.clear();
        let batches = self.close.chunks(WIDTH);
        self.batches
            .extend(batches.map(|pairs| Batch::new(&field.nonbonded, pairs, points)));
        let kernel = Curvatures {
            field: &field.nonbonded,
            batches: &mut self.batches,
        };
        dispatch(field.level, kernel);
        for (pairs, batch) in self.close.chunks(WIDTH).zip(&self.batches) {
            for (lane, pair) in pairs.iter().enumerate() {
                let second = batch.second[lane];
                if second > 0.0 && second.is_finite() {
                    let u = [0, 1, 2].map(|axis: usize| batch.separation[axis][lane]);
                    add(&pair.atoms.map(|a| a as usize), &[u.map(|c| -c), u], second);
                }
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
        list.for_each_pair(&mut |i, j, scaled| {
            let atoms = [i.min(j) as u32, i.max(j) as u32];
            if distance_square(x, atoms) < reach * reach {
                pairs.push(Pair { atoms, scaled });
            }
        });
        pairs.sort_unstable();
    }
}

fn distance_square(x: &[f64], [i, j]: [u32; 2]) -> f64 {
    let (i, j) = (3 * i as usize, 3 * j as usize);
    (0..3).map(|k| (x[i + k] - x[j + k]).powi(2)).sum()
}

/// Picks the pairs within reach.
struct Scan<'a> {
    list: &'a PairList,
    slots: &'a Slots,
    close: &'a mut Vec<Pair>,
}

impl Kernel for Scan<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Self { list, slots, close } = self;
        let bound = L::constant(REACH * REACH);
        let x = &slots.x;
        for (slot, &atom) in list.atom_of.iter().enumerate().filter(|(_, a)| **a != EMPTY) {
            let own = [0, 1, 2].map(|axis: usize| L::constant(x[axis][slot / WIDTH][slot % WIDTH]));
            for entry in &list.entries[list.starts[slot] as usize..list.starts[slot + 1] as usize] {
                let block = entry.block as usize;
                let dx = L::load(&x[0][block]) - own[0];
                let dy = L::load(&x[1][block]) - own[1];
                let dz = L::load(&x[2][block]) - own[2];
                let mut mask = entry.mask & (dx * dx + dy * dy + dz * dz).less(bound);
                while mask != 0 {
                    let lane = mask.trailing_zeros() as usize;
                    mask &= mask - 1;
                    close.push(Pair {
                        atoms: [atom, list.atom_of[block * WIDTH + lane]],
                        scaled: entry.scaled >> lane & 1 == 1,
                    });
                }
            }
        }
    }
}

/// Eight pairs. Lanes that are not filled are computed at 1 Å.
#[derive(Clone, Copy, Debug)]
struct Batch {
    /// From the first atom to the second, Å; afterwards of length 1.
    separation: [[f64; WIDTH]; 3],
    distance: [f64; WIDTH],
    depth: [f64; WIDTH],
    charges: [f64; WIDTH],
    /// The second derivatives of the energies, kcal/mol/Å².
    second: [f64; WIDTH],
}

impl Batch {
    fn new(field: &Nonbonded, pairs: &[Pair], points: &[[f64; 4]]) -> Self {
        let mut batch = Self {
            separation: [[1.0; WIDTH], [0.0; WIDTH], [0.0; WIDTH]],
            distance: [1.0; WIDTH],
            depth: [0.0; WIDTH],
            charges: [0.0; WIDTH],
            second: [0.0; WIDTH],
        };
        for (lane, &Pair { atoms, scaled }) in pairs.iter().enumerate() {
            let [i, j] = atoms.map(|a| a as usize);
            for (lanes, (from, to)) in batch.separation.iter_mut().zip(points[i].iter().zip(&points[j])) {
                lanes[lane] = to - from;
            }
            let PairParameters {
                distance,
                depth,
                charges,
            } = field.pair_parameters(i, j, scaled);
            batch.distance[lane] = distance;
            batch.depth[lane] = depth;
            batch.charges[lane] = charges;
        }
        batch
    }
}

/// The directions and second derivatives of all batches.
struct Curvatures<'a> {
    field: &'a Nonbonded,
    batches: &'a mut [Batch],
}

impl Kernel for Curvatures<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        for batch in self.batches {
            let mut separation = [L::constant(0.0); 3];
            for (s, lanes) in separation.iter_mut().zip(&batch.separation) {
                *s = L::load(lanes);
            }
            let [dx, dy, dz] = separation;
            let r = (dx * dx + dy * dy + dz * dz).max(TINY).sqrt();
            let inverse = r.recip();
            for (s, lanes) in separation.into_iter().zip(&mut batch.separation) {
                (s * inverse).store(lanes);
            }
            let r = Dual::<Dual<L, 1>, 1>::variable(Dual::variable(r, 0), 0);
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
