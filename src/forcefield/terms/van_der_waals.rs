//! Van der Waals interaction, over the distance r (Å).

use crate::numeric::{Over, Real};

/// Which radial form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// MMFF94's buffered 14-7 (Halgren 1996, part I, eq 8).
    #[default]
    Buffered147,
    /// UFF's Lennard-Jones 12-6 (Rappé 1992, eq 20).
    LennardJones,
}

/// Van der Waals parameters by class of atom: pairs of a molecule share few distinct ones.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VanDerWaals {
    /// The radial form.
    pub form: Form,
    /// Class of each atom, below `classes`.
    pub class: Vec<usize>,
    /// Number of classes.
    pub classes: usize,
    /// Distance of the minimum by pair of classes, Å, row-major, symmetric, `classes`².
    pub distance: Vec<f64>,
    /// Well depth by pair of classes, kcal/mol, row-major, symmetric, `classes`².
    pub depth: Vec<f64>,
}

/// A radial form, split so that all reciprocals of a pair share one division ([`Real::recip_each`]).
pub trait RadialForm {
    /// What the formula divides by, at the distance `r` (Å).
    fn denominators<C: Real, S: Over<C>>(r: S, distance: C) -> [S; 2];
    /// Energy (kcal/mol), from the inverses of the denominators.
    fn energy<C: Real, S: Over<C>>(distance: C, depth: C, inverses: [S; 2]) -> S;
}

/// MMFF94 buffered 14-7: E = ε (1.07 R*/(R + 0.07 R*))⁷ (1.12 R*⁷/(R⁷ + 0.12 R*⁷) − 2) (Halgren 1996, part I, eq 8).
#[derive(Clone, Copy, Debug)]
pub struct Buffered147;

impl RadialForm for Buffered147 {
    #[inline(always)]
    fn denominators<C: Real, S: Over<C>>(r: S, distance: C) -> [S; 2] {
        [
            r.plus(distance.scale(0.07)),
            r.seventh().plus(distance.seventh().scale(0.12)),
        ]
    }

    #[inline(always)]
    fn energy<C: Real, S: Over<C>>(distance: C, depth: C, [buffered, power]: [S; 2]) -> S {
        let repulsion = buffered.times(distance.scale(1.07)).seventh();
        let attraction = power.times(distance.seventh().scale(1.12)).offset(-2.0);
        (repulsion * attraction).times(depth)
    }
}

/// UFF Lennard-Jones: E = D [(x/r)¹² − 2 (x/r)⁶] (Rappé 1992, eq 20).
#[derive(Clone, Copy, Debug)]
pub struct LennardJones;

impl RadialForm for LennardJones {
    #[inline(always)]
    fn denominators<C: Real, S: Over<C>>(r: S, _distance: C) -> [S; 2] {
        [r, S::constant(1.0)]
    }

    #[inline(always)]
    fn energy<C: Real, S: Over<C>>(distance: C, depth: C, [inverse, _]: [S; 2]) -> S {
        let ratio = inverse.times(distance).square();
        let sixth = ratio.square() * ratio;
        (sixth.offset(-2.0) * sixth).times(depth)
    }
}
