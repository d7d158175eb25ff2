//! Energy terms: one file a term, each formula once, over [`Real`] numbers for both its coordinates and its parameters.
//!
//! A term is a function of internal coordinates (a distance, an angle, the cosine of a dihedral …) and of parameters. The
//! chain rule to Cartesian coordinates is `geometry`'s; derivatives of any order, in coordinates or in parameters, come
//! from evaluating the same formula over dual numbers.

pub mod angle;
pub mod bond;
pub mod electrostatic;
pub mod out_of_plane;
pub mod stretch_bend;
pub mod torsion;
pub mod van_der_waals;

use super::{Estimate, Surface};
use crate::geometry::Vector;
use crate::numeric::{Dual, Real};
use angle::{CosineAngle, CubicAngle, LinearAngle, PeriodicAngle};
use bond::{HarmonicBond, QuarticBond};
use out_of_plane::{Inversion, WilsonAngle};
use stretch_bend::StretchBend;
use torsion::{CosineTorsion, ThreefoldTorsion};
use van_der_waals::VanDerWaals;

/// A term between `A` atoms (indices from 0) with its parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Term<const A: usize, P> {
    /// The atoms, in the order of the published formula.
    pub atoms: [usize; A],
    /// The parameters.
    pub parameters: P,
}

/// A bonded term in Cartesian coordinates: `A` atoms, `P` parameters.
///
/// Over [`Real`] numbers in both, so that dual coordinates give ∂²E/∂x², dual parameters ∂E/∂θ and ∂²E/∂x∂θ, and lanes
/// eight terms at a time.
pub trait Interaction<const A: usize, const P: usize> {
    /// The parameters as an array, in the order that `energy_gradient` takes them.
    fn parameters(&self) -> [f64; P];

    /// The energy (kcal/mol), the energy of a coupling that is evaluated along with it (zero for most), and the gradient of
    /// their sum (kcal/mol/Å) at these positions (Å).
    fn energy_gradient<S: Real>(positions: [Vector<S>; A], parameters: [S; P]) -> ([S; 2], [Vector<S>; A]);
}

/// Value and slope of a formula of one coordinate.
#[inline(always)]
fn slope<S: Real>(coordinate: S, formula: impl FnOnce(Dual<S, 1>) -> Dual<S, 1>) -> (S, S) {
    let energy = formula(Dual::variable(coordinate, 0));
    (energy.value, energy.derivatives[0])
}

/// A molecule's whole force field as typing and assembly produce it: the evaluator's input.
#[derive(Clone, Debug)]
pub struct Terms {
    /// The force field.
    pub surface: Surface,
    /// Type of each atom as its force field writes it (`37`, `C_R`).
    pub atom_types: Vec<String>,
    /// Partial charges, e. All zero where the force field has no electrostatics.
    pub charges: Vec<f64>,
    /// MMFF94 bonds.
    pub quartic_bonds: Vec<Term<2, QuarticBond>>,
    /// UFF bonds.
    pub harmonic_bonds: Vec<Term<2, HarmonicBond>>,
    /// MMFF94 angles i–j–k about centre j.
    pub cubic_angles: Vec<Term<3, CubicAngle>>,
    /// MMFF94 angles at linear centres.
    pub linear_angles: Vec<Term<3, LinearAngle>>,
    /// UFF angles of the general form.
    pub cosine_angles: Vec<Term<3, CosineAngle>>,
    /// UFF angles at linear, trigonal, square-planar and octahedral centres.
    pub periodic_angles: Vec<Term<3, PeriodicAngle>>,
    /// MMFF94 stretch-bends i–j–k.
    pub stretch_bends: Vec<Term<3, StretchBend>>,
    /// MMFF94 out-of-plane bends: atoms i, j (centre), k, l, with l out of the plane i–j–k.
    pub wilson_angles: Vec<Term<4, WilsonAngle>>,
    /// UFF inversions: atoms i, j (centre), k, l, with l out of the plane i–j–k.
    pub inversions: Vec<Term<4, Inversion>>,
    /// MMFF94 torsions.
    pub threefold_torsions: Vec<Term<4, ThreefoldTorsion>>,
    /// UFF torsions.
    pub cosine_torsions: Vec<Term<4, CosineTorsion>>,
    /// Van der Waals parameters.
    pub van_der_waals: VanDerWaals,
    /// Parameters that a rule supplied.
    pub estimates: Vec<Estimate>,
}

impl Terms {
    /// No terms yet, for a molecule of `atoms` atoms.
    #[must_use]
    pub fn new(surface: Surface, atoms: usize) -> Self {
        Self {
            surface,
            atom_types: vec![String::new(); atoms],
            charges: vec![0.0; atoms],
            quartic_bonds: Vec::new(),
            harmonic_bonds: Vec::new(),
            cubic_angles: Vec::new(),
            linear_angles: Vec::new(),
            cosine_angles: Vec::new(),
            periodic_angles: Vec::new(),
            stretch_bends: Vec::new(),
            wilson_angles: Vec::new(),
            inversions: Vec::new(),
            threefold_torsions: Vec::new(),
            cosine_torsions: Vec::new(),
            van_der_waals: VanDerWaals::default(),
            estimates: Vec::new(),
        }
    }
}
