//! Energy and gradient in one pass, without allocation.

use super::Breakdown;
use super::contacts::Contacts;
use super::curvature::BondedCurvature;
use super::field::ForceField;
use super::nonbonded::{self, Slots};
use super::pairs::PairList;
use crate::numeric::Lanes;
use crate::numeric::simd::{Kernel, dispatch};
use crate::potential::{AddCurvature, EvalError, Potential};
use std::sync::Arc;

/// Per-thread scratch over a shared force field. Allocates nothing per call (with a cutoff: nothing once the pair list has
/// reached its size).
#[derive(Debug)]
pub struct Evaluator {
    field: Arc<ForceField>,
    /// The pair list of this evaluator's coordinates, where there is a cutoff.
    near: PairList,
    /// Close pairs for the model Hessian.
    contacts: Contacts,
    slots: Slots,
    /// x, y, z and one unused number an atom.
    points: Vec<[f64; 4]>,
    gradient: Vec<[f64; 4]>,
}

impl Evaluator {
    pub(super) fn new(field: Arc<ForceField>) -> Self {
        let mut slots = Slots::default();
        if let Some(pairs) = &field.pairs {
            slots.arrange(&field.nonbonded, pairs);
        }
        let atoms = field.atoms();
        Self {
            near: PairList::default(),
            contacts: Contacts::default(),
            slots,
            points: vec![[0.0; 4]; atoms],
            gradient: vec![[0.0; 4]; atoms],
            field,
        }
    }

    /// The shared force field.
    #[must_use]
    pub fn field(&self) -> &Arc<ForceField> {
        &self.field
    }

    fn place(&mut self, x: &[f64]) {
        for (point, c) in self.points.iter_mut().zip(x.chunks_exact(3)) {
            *point = [c[0], c[1], c[2], 0.0];
        }
    }

    /// Energy by term (kcal/mol) at `x` (Å, length 3N). OVERWRITES `gradient` (kcal/mol/Å, same layout).
    ///
    /// # Errors
    /// Coordinates of the wrong length or not finite; an energy or gradient that is not finite.
    pub fn breakdown(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<Breakdown, EvalError> {
        for length in [x.len(), gradient.len()] {
            if length != self.len() {
                return Err(EvalError::WrongLength {
                    found: length,
                    expected: self.len(),
                });
            }
        }
        if !x.iter().all(|c| c.is_finite()) {
            gradient.fill(f64::NAN);
            return Err(EvalError::NotFinite { energy: f64::NAN });
        }
        self.place(x);
        let field = &*self.field;
        self.gradient.fill([0.0; 4]);
        field.nonbonded.refresh(x, &mut self.near, &mut self.slots);
        let pairs = field.pairs.as_deref().unwrap_or(&self.near);
        self.slots.load(x, pairs);
        let pass = Pass {
            field,
            pairs,
            slots: &mut self.slots,
            points: &self.points,
            gradient: &mut self.gradient,
        };
        let breakdown = dispatch(field.level, pass);
        for (out, g) in gradient.chunks_exact_mut(3).zip(&self.gradient) {
            out.copy_from_slice(&g[..3]);
        }
        self.slots.add_gradient(pairs, gradient);
        let energy = breakdown.total();
        if energy.is_finite() && gradient.iter().all(|g| g.is_finite()) {
            Ok(breakdown)
        } else {
            Err(EvalError::NotFinite { energy })
        }
    }
}

impl Potential for Evaluator {
    fn len(&self) -> usize {
        3 * self.field.atoms()
    }

    fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
        self.breakdown(x, gradient).map(|b| b.total())
    }

    fn curvature(&mut self, x: &[f64], add: &mut AddCurvature<'_>) -> bool {
        self.place(x);
        let field = &*self.field;
        let bonded = BondedCurvature {
            field,
            points: &self.points,
            add,
        };
        dispatch(field.level, bonded);
        if let Some(pairs) = &field.pairs {
            self.slots.load(x, pairs);
            self.contacts.scan(field, pairs, &self.slots);
        } else {
            self.contacts.find(&field.nonbonded, x);
        }
        self.contacts.visit(field, &self.points, add);
        true
    }

    fn hessian(&mut self, x: &[f64]) -> Option<Result<Vec<f64>, EvalError>> {
        Some(self.field.hessian(x))
    }

    fn hessian_product(&mut self, x: &[f64], v: &[f64], out: &mut [f64]) -> Option<Result<(), EvalError>> {
        Some(self.field.hessian_product(x, v, out))
    }
}

/// One evaluation, as a kernel over lanes.
struct Pass<'a> {
    field: &'a ForceField,
    pairs: &'a PairList,
    slots: &'a mut Slots,
    points: &'a [[f64; 4]],
    gradient: &'a mut [[f64; 4]],
}

impl Kernel for Pass<'_> {
    type Output = Breakdown;

    #[inline(always)]
    fn run<L: Lanes>(self) -> Breakdown {
        let Self {
            field,
            pairs,
            slots,
            points,
            gradient,
        } = self;
        let b = &field.bonded;
        let [quartic, _] = b.quartic_bonds.add_energy_gradient::<L>(points, gradient);
        let [harmonic, _] = b.harmonic_bonds.add_energy_gradient::<L>(points, gradient);
        let [cubic, stretch_bend] = b.coupled_angles.add_energy_gradient::<L>(points, gradient);
        let [linear, _] = b.linear_angles.add_energy_gradient::<L>(points, gradient);
        let [cosine, _] = b.cosine_angles.add_energy_gradient::<L>(points, gradient);
        let [periodic, _] = b.periodic_angles.add_energy_gradient::<L>(points, gradient);
        let [wilson, _] = b.wilson_angles.add_energy_gradient::<L>(points, gradient);
        let [inversion, _] = b.inversions.add_energy_gradient::<L>(points, gradient);
        let [threefold, _] = b.threefold_torsions.add_energy_gradient::<L>(points, gradient);
        let [cosine_torsion, _] = b.cosine_torsions.add_energy_gradient::<L>(points, gradient);
        let pair = nonbonded::add_energy_gradient::<L>(&field.nonbonded, pairs, slots);
        Breakdown {
            bond: quartic + harmonic,
            angle: cubic + linear + cosine + periodic,
            stretch_bend,
            out_of_plane: wilson + inversion,
            torsion: threefold + cosine_torsion,
            van_der_waals: pair.van_der_waals,
            electrostatic: pair.electrostatic,
        }
    }
}
