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

/// MMFF94 buffered 14-7: E = ε (1.07 R*/(R + 0.07 R*))⁷ (1.12 R*⁷/(R⁷ + 0.12 R*⁷) − 2) (Halgren 1996, part I, eq 8).
#[inline(always)]
pub fn buffered_14_7<S: Real>(r: S, distance: S, depth: S) -> S {
    let d2 = distance.square();
    let d7 = d2 * d2 * d2 * distance;
    let r2 = r.square();
    let r7 = r2 * r2 * r2 * r;
    let t = distance.scale(1.07) / (r + distance.scale(0.07));
    let t2 = t.square();
    let t7 = t2 * t2 * t2 * t;
    depth * t7 * (d7.scale(1.12) / (r7 + d7.scale(0.12))).offset(-2.0)
}

/// UFF Lennard-Jones: E = D [(x/r)¹² − 2 (x/r)⁶] (Rappé 1992, eq 20).
#[inline(always)]
pub fn lennard_jones<S: Real>(r: S, distance: S, depth: S) -> S {
    let s2 = (distance / r).square();
    let s6 = s2 * s2 * s2;
    depth * (s6.offset(-2.0) * s6)
}
