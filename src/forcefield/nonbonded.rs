//! Van der Waals and electrostatic energy and gradient over a pair list, eight pairs at a time.

use super::pairs::{EMPTY, Exclusions, PairList};
use super::terms::electrostatic::{self, COULOMB, SCALE_14};
use super::terms::van_der_waals::{Buffered147, Form, LennardJones, RadialForm, VanDerWaals};
use crate::numeric::{Dual, Lanes, Real, WIDTH};

/// Squared distances are kept above this (Å²), so that coincident atoms give a huge but finite energy.
const TINY: f64 = 1e-8;

/// Width (Å) of the region below the cutoff in which pairs are switched off.
const SWITCH_WIDTH: f64 = 2.0;

/// How far (Å) beyond the cutoff the pair list reaches; it is rebuilt when an atom has moved half of this.
const SKIN: f64 = 1.5;

/// The immutable part: parameters by atom.
#[derive(Debug)]
pub(super) struct Nonbonded {
    pub exclusions: Exclusions,
    pub van_der_waals: VanDerWaals,
    pub charges: Vec<f64>,
    /// Whether any charge differs from zero.
    pub charged: bool,
    pub cutoff: Option<f64>,
}

/// The pair list with parameters and coordinates in slot order: per-evaluator scratch.
#[derive(Debug, Default)]
pub(super) struct Slots {
    /// Coordinates by axis and block.
    pub x: [Vec<[f64; WIDTH]>; 3],
    gradient: [Vec<[f64; WIDTH]>; 3],
    charges: Vec<[f64; WIDTH]>,
    /// Distance and depth of each class with the atom in each slot: `rows[class * blocks + block]`.
    rows: Vec<[[f64; WIDTH]; 2]>,
    /// Coordinates at which the list was made.
    reference: Vec<f64>,
}

/// Energies of a pass.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PairEnergy {
    pub van_der_waals: f64,
    pub electrostatic: f64,
}

impl Nonbonded {
    /// The pair list that holds at any coordinates, where there is no cutoff.
    pub fn all_pairs(&self) -> PairList {
        PairList::all(&self.exclusions, self.charges.len())
    }

    /// Brings list and slots up to date with the coordinates `x`.
    pub fn refresh(&self, x: &[f64], list: &mut PairList, slots: &mut Slots) {
        let Some(cutoff) = self.cutoff else { return };
        if slots.reference.len() == x.len() && farthest_square(&slots.reference, x) < (SKIN / 2.0).powi(2) {
            return;
        }
        list.near(&self.exclusions, x, cutoff + SKIN);
        slots.reference.clear();
        slots.reference.extend_from_slice(x);
        slots.arrange(self, list);
    }

    /// Energy of one pair at the distance `r` (Å), for any kind of number: the physics of the vector kernel, once more
    /// for second derivatives. `scaled`: a 1-4 pair.
    pub fn pair_energy<S: Real>(&self, i: usize, j: usize, scaled: bool, r: S) -> S {
        let PairParameters {
            distance,
            depth,
            charges,
        } = self.pair_parameters(i, j, scaled);
        let parameters = PairParameters {
            distance: S::constant(distance),
            depth: S::constant(depth),
            charges: S::constant(charges),
        };
        self.energy_at(r, parameters)
    }

    /// What the energy of one pair depends on. `scaled`: a 1-4 pair.
    pub fn pair_parameters(&self, i: usize, j: usize, scaled: bool) -> PairParameters<f64> {
        let vdw = &self.van_der_waals;
        let pair = vdw.class[i] * vdw.classes + vdw.class[j];
        PairParameters {
            distance: vdw.distance[pair],
            depth: vdw.depth[pair],
            charges: COULOMB * self.charges[i] * self.charges[j] * if scaled { SCALE_14 } else { 1.0 },
        }
    }

    /// Energy at the distance `r` (Å).
    #[inline(always)]
    pub fn energy_at<S: Real>(&self, r: S, parameters: PairParameters<S>) -> S {
        let (van_der_waals, electrostatic) = match self.van_der_waals.form {
            Form::Buffered147 => parameters.energies::<Buffered147>(r),
            Form::LennardJones => parameters.energies::<LennardJones>(r),
        };
        let energy = van_der_waals + electrostatic;
        match self.cutoff {
            Some(cutoff) => energy * switch(r, cutoff),
            None => energy,
        }
    }
}

/// What a pair's energy depends on.
#[derive(Clone, Copy, Debug)]
pub(super) struct PairParameters<S = f64> {
    /// Distance and depth of the van der Waals minimum.
    pub distance: S,
    pub depth: S,
    /// Product of the charges with the Coulomb constant and the scale.
    pub charges: S,
}

impl<S: Real> PairParameters<S> {
    /// Van der Waals and electrostatic energy.
    #[inline(always)]
    fn energies<F: RadialForm>(self, r: S) -> (S, S) {
        let [a, b] = F::denominators(r, self.distance);
        let [a, b, c] = S::recip_each([a, b, electrostatic::denominator(r)]);
        (
            F::energy(self.distance, self.depth, [a, b]),
            electrostatic::buffered_coulomb(self.charges, c),
        )
    }
}

/// Switching function: 1 up to `cutoff` − 2 Å, 0 from `cutoff` on, with continuous first and second derivatives
/// (the quintic 1 − 10 t³ + 15 t⁴ − 6 t⁵).
#[inline(always)]
fn switch<S: Real>(r: S, cutoff: f64) -> S {
    let width = SWITCH_WIDTH.min(cutoff / 2.0);
    let t = r.offset(width - cutoff).scale(1.0 / width).max(0.0).min(1.0);
    let polynomial = (t.scale(-6.0).offset(15.0) * t).offset(-10.0);
    (t * t * t * polynomial).offset(1.0)
}

/// Square of the longest distance between the places of one atom in two sets of coordinates.
pub(super) fn farthest_square(a: &[f64], b: &[f64]) -> f64 {
    let square = |(p, q): (&[f64], &[f64])| (0..3).map(|k| (p[k] - q[k]).powi(2)).sum::<f64>();
    a.chunks_exact(3).zip(b.chunks_exact(3)).map(square).fold(0.0, f64::max)
}

impl Slots {
    /// Lays out parameters in the order of the list's slots.
    pub fn arrange(&mut self, field: &Nonbonded, list: &PairList) {
        let blocks = list.blocks();
        for axis in 0..3 {
            self.x[axis].clear();
            self.x[axis].resize(blocks, [0.0; WIDTH]);
            self.gradient[axis].clear();
            self.gradient[axis].resize(blocks, [0.0; WIDTH]);
        }
        self.charges.clear();
        self.charges.resize(blocks, [0.0; WIDTH]);
        let vdw = &field.van_der_waals;
        self.rows.clear();
        // An empty lane needs a harmless distance: it is computed and masked out.
        self.rows.resize(vdw.classes * blocks, [[1.0; WIDTH], [0.0; WIDTH]]);
        for (slot, &atom) in list.atom_of.iter().enumerate().filter(|(_, a)| **a != EMPTY) {
            let (block, lane, atom) = (slot / WIDTH, slot % WIDTH, atom as usize);
            self.charges[block][lane] = field.charges[atom];
            for class in 0..vdw.classes {
                let pair = class * vdw.classes + vdw.class[atom];
                let row = &mut self.rows[class * blocks + block];
                row[0][lane] = vdw.distance[pair];
                row[1][lane] = vdw.depth[pair];
            }
        }
    }

    /// Takes over coordinates and sets the gradient to zero.
    pub fn load(&mut self, x: &[f64], list: &PairList) {
        for (slot, &atom) in list.atom_of.iter().enumerate().filter(|(_, a)| **a != EMPTY) {
            for axis in 0..3 {
                self.x[axis][slot / WIDTH][slot % WIDTH] = x[3 * atom as usize + axis];
            }
        }
        for axis in &mut self.gradient {
            axis.fill([0.0; WIDTH]);
        }
    }

    /// Adds the gradient to `out` (kcal/mol/Å, length 3N).
    pub fn add_gradient(&self, list: &PairList, out: &mut [f64]) {
        for (atom, &slot) in list.slot_of.iter().enumerate() {
            let (block, lane) = (slot as usize / WIDTH, slot as usize % WIDTH);
            for axis in 0..3 {
                out[3 * atom + axis] += self.gradient[axis][block][lane];
            }
        }
    }
}

/// Energies over the whole list; gradients are added in the slots.
#[inline(always)]
pub(super) fn add_energy_gradient<L: Lanes>(field: &Nonbonded, list: &PairList, slots: &mut Slots) -> PairEnergy {
    match field.van_der_waals.form {
        Form::Buffered147 => with_form::<L, Buffered147>(field, list, slots),
        Form::LennardJones => with_form::<L, LennardJones>(field, list, slots),
    }
}

#[inline(always)]
fn with_form<L: Lanes, F: RadialForm>(field: &Nonbonded, list: &PairList, slots: &mut Slots) -> PairEnergy {
    match (field.charged, field.cutoff.is_some()) {
        (true, false) => rows::<L, F, true, false>(field, list, slots),
        (false, false) => rows::<L, F, false, false>(field, list, slots),
        (true, true) => rows::<L, F, true, true>(field, list, slots),
        (false, true) => rows::<L, F, false, true>(field, list, slots),
    }
}

#[inline(always)]
fn rows<L: Lanes, F: RadialForm, const CHARGED: bool, const CUTOFF: bool>(
    field: &Nonbonded,
    list: &PairList,
    slots: &mut Slots,
) -> PairEnergy {
    let blocks = list.blocks();
    let zero = L::constant(0.0);
    let one = L::constant(1.0);
    let cutoff = field.cutoff.unwrap_or(f64::INFINITY);
    let cutoff_square = L::constant(cutoff * cutoff);
    let (mut van_der_waals, mut electrostatic) = (zero, zero);
    let Slots {
        x,
        gradient,
        charges,
        rows,
        ..
    } = slots;
    let [gx, gy, gz] = gradient;
    for (slot, &atom) in list.atom_of.iter().enumerate() {
        let entries = &list.entries[list.starts[slot] as usize..list.starts[slot + 1] as usize];
        if entries.is_empty() {
            continue;
        }
        let (own, lane) = (slot / WIDTH, slot % WIDTH);
        let position = [0, 1, 2].map(|axis: usize| L::constant(x[axis][own][lane]));
        let charge = L::constant(COULOMB * field.charges[atom as usize]);
        let scaled_charge = charge.scale(SCALE_14);
        let row = &rows[field.van_der_waals.class[atom as usize] * blocks..][..blocks];
        let mut force = [zero; 3];
        for entry in entries {
            let block = entry.block as usize;
            let dx = L::load(&x[0][block]) - position[0];
            let dy = L::load(&x[1][block]) - position[1];
            let dz = L::load(&x[2][block]) - position[2];
            let square = dx * dx + dy * dy + dz * dz;
            let mut mask = entry.mask;
            if CUTOFF {
                mask &= square.less(cutoff_square);
                if mask == 0 {
                    continue;
                }
            }
            // Lanes that do not count are computed at 1 Å and multiplied by zero.
            let r = square.select(mask, one).max(TINY).sqrt();
            let depth = L::load(&row[block][1]).select(mask, zero);
            let distance = L::load(&row[block][0]);
            let r = Dual::<L, 1>::variable(r, 0);
            let [a, b]: [Dual<L, 1>; 2] = F::denominators(r, distance);
            let (inverse, vdw, mut slope);
            if CHARGED {
                let product = L::load(&charges[block]) * scaled_charge.select(entry.scaled, charge);
                let product = product.select(mask, zero);
                let [i, c, a, b] = Dual::recip_each([r, electrostatic::denominator(r), a, b]);
                let mut coulomb = electrostatic::buffered_coulomb(product, c);
                let mut energy = F::energy(distance, depth, [a, b]);
                if CUTOFF {
                    let factor = switch(r, cutoff);
                    coulomb = coulomb * factor;
                    energy = energy * factor;
                }
                electrostatic = electrostatic + coulomb.value;
                (inverse, vdw, slope) = (i.value, energy.value, energy.derivatives[0] + coulomb.derivatives[0]);
            } else {
                let [i, a, b] = Dual::recip_each([r, a, b]);
                let mut energy = F::energy(distance, depth, [a, b]);
                if CUTOFF {
                    energy = energy * switch(r, cutoff);
                }
                (inverse, vdw, slope) = (i.value, energy.value, energy.derivatives[0]);
            }
            van_der_waals = van_der_waals + vdw;
            slope = slope * inverse;
            let (fx, fy, fz) = (dx * slope, dy * slope, dz * slope);
            force = [force[0] + fx, force[1] + fy, force[2] + fz];
            (L::load(&gx[block]) + fx).store(&mut gx[block]);
            (L::load(&gy[block]) + fy).store(&mut gy[block]);
            (L::load(&gz[block]) + fz).store(&mut gz[block]);
        }
        gx[own][lane] -= force[0].sum();
        gy[own][lane] -= force[1].sum();
        gz[own][lane] -= force[2].sum();
    }
    PairEnergy {
        van_der_waals: van_der_waals.sum(),
        electrostatic: electrostatic.sum(),
    }
}
