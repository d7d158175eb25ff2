//! Van der Waals interaction, over the distance r (Å).

use crate::numeric::Real;

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
    fn denominators<S: Real>(r: S, distance: S) -> [S; 2];
    /// Energy (kcal/mol) at the distance `r`, from the inverses of the denominators.
    fn energy<S: Real>(r: S, distance: S, depth: S, inverses: [S; 2]) -> S;
}

/// MMFF94 buffered 14-7: E = ε (1.07 R*/(R + 0.07 R*))⁷ (1.12 R*⁷/(R⁷ + 0.12 R*⁷) − 2) (Halgren 1996, part I, eq 8).
#[derive(Clone, Copy, Debug)]
pub struct Buffered147;

/// x⁷.
#[inline(always)]
fn seventh<S: Real>(x: S) -> S {
    let cube = x * x * x;
    cube * cube * x
}

impl RadialForm for Buffered147 {
    #[inline(always)]
    fn denominators<S: Real>(r: S, distance: S) -> [S; 2] {
        [r + distance.scale(0.07), seventh(r) + seventh(distance).scale(0.12)]
    }

    #[inline(always)]
    fn energy<S: Real>(_r: S, distance: S, depth: S, [buffered, power]: [S; 2]) -> S {
        let repulsion = seventh(distance.scale(1.07) * buffered);
        let attraction = (seventh(distance).scale(1.12) * power).offset(-2.0);
        depth * repulsion * attraction
    }
}

/// UFF Lennard-Jones: E = D [(x/r)¹² − 2 (x/r)⁶] (Rappé 1992, eq 20).
#[derive(Clone, Copy, Debug)]
pub struct LennardJones;

impl RadialForm for LennardJones {
    #[inline(always)]
    fn denominators<S: Real>(r: S, _distance: S) -> [S; 2] {
        [r, S::constant(1.0)]
    }

    #[inline(always)]
    fn energy<S: Real>(_r: S, distance: S, depth: S, [inverse, _]: [S; 2]) -> S {
        let ratio = distance * inverse;
        let cube = ratio * ratio * ratio;
        let sixth = cube * cube;
        depth * sixth * sixth.offset(-2.0)
    }
}
