//! The immutable force field of one molecule.

use super::bonded::Batches;
use super::evaluator::Evaluator;
use super::nonbonded::Nonbonded;
use super::pairs::{Exclusions, PairList};
use super::terms::Terms;
use super::terms::angle::{CosineAngle, CubicAngle, LinearAngle, PeriodicAngle};
use super::terms::bond::{HarmonicBond, QuarticBond};
use super::terms::out_of_plane::{Inversion, WilsonAngle};
use super::terms::stretch_bend::{CoupledAngle, StretchBend};
use super::terms::torsion::{CosineTorsion, ThreefoldTorsion};
use super::terms::{Interaction, Term};
use crate::chem::Molecule;
use crate::numeric::simd::Level;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How a force field is evaluated.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Options {
    /// Distance (Å) beyond which non-bonded pairs are left out, reached through a smooth switching function over the last
    /// 2 Å; `None` for all pairs.
    pub cutoff: Option<f64>,
    /// Vector instructions; `None` for the best that the processor has. All give the same bits.
    pub level: Option<Level>,
}

/// A molecule's force field: immutable, shared between threads.
#[derive(Debug)]
pub struct ForceField {
    terms: Terms,
    pub(super) bonded: Bonded,
    pub(super) nonbonded: Nonbonded,
    /// The list of all pairs, where there is no cutoff.
    pub(super) pairs: Option<Arc<PairList>>,
    pub(super) level: Level,
}

/// The bonded terms, batched for evaluation.
#[derive(Debug)]
pub(super) struct Bonded {
    pub quartic_bonds: Batches<QuarticBond, 2, 2>,
    pub harmonic_bonds: Batches<HarmonicBond, 2, 2>,
    pub coupled_angles: Batches<CoupledAngle, 3, 7>,
    pub linear_angles: Batches<LinearAngle, 3, 1>,
    pub cosine_angles: Batches<CosineAngle, 3, 4>,
    pub periodic_angles: Batches<PeriodicAngle, 3, 6>,
    pub wilson_angles: Batches<WilsonAngle, 4, 1>,
    pub inversions: Batches<Inversion, 4, 4>,
    pub threefold_torsions: Batches<ThreefoldTorsion, 4, 3>,
    pub cosine_torsions: Batches<CosineTorsion, 4, 8>,
}

impl ForceField {
    /// Prepares a molecule's terms for evaluation, in time linear in the number of atoms but for the list of all pairs.
    #[must_use]
    pub fn new(molecule: &Molecule, terms: Terms, options: Options) -> Arc<Self> {
        let nonbonded = Nonbonded {
            exclusions: Exclusions::new(molecule),
            van_der_waals: terms.van_der_waals.clone(),
            charged: terms.charges.iter().any(|&q| q != 0.0),
            charges: terms.charges.clone(),
            cutoff: options.cutoff,
        };
        let pairs = options.cutoff.is_none().then(|| Arc::new(nonbonded.all_pairs()));
        let level = options.level.unwrap_or_else(Level::detect);
        Arc::new(Self {
            bonded: Bonded::new(&terms),
            nonbonded,
            pairs,
            level,
            terms,
        })
    }

    /// The same molecule's force field without electrostatics.
    #[must_use]
    pub fn without_charges(&self, molecule: &Molecule) -> Arc<Self> {
        let mut terms = self.terms.clone();
        terms.charges.fill(0.0);
        let options = Options {
            cutoff: self.nonbonded.cutoff,
            level: Some(self.level),
        };
        Self::new(molecule, terms, options)
    }

    /// The terms that it was made from.
    #[must_use]
    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Number of atoms.
    #[must_use]
    pub fn atoms(&self) -> usize {
        self.terms.charges.len()
    }

    /// A per-thread evaluator.
    #[must_use]
    pub fn evaluator(self: &Arc<Self>) -> Evaluator {
        Evaluator::new(Arc::clone(self))
    }
}

impl Bonded {
    fn new(terms: &Terms) -> Self {
        let active = |t: &Term<4, ThreefoldTorsion>| t.parameters.barriers != [0.0; 3];
        let torsions: Vec<_> = terms.threefold_torsions.iter().copied().filter(active).collect();
        let planes: Vec<_> = terms
            .wilson_angles
            .iter()
            .copied()
            .filter(|t| t.parameters.force_constant != 0.0)
            .collect();
        Self {
            quartic_bonds: Batches::new(&terms.quartic_bonds),
            harmonic_bonds: Batches::new(&terms.harmonic_bonds),
            coupled_angles: Batches::new(&coupled_angles(terms)),
            linear_angles: Batches::new(&terms.linear_angles),
            cosine_angles: Batches::new(&terms.cosine_angles),
            periodic_angles: Batches::new(&terms.periodic_angles),
            wilson_angles: Batches::new(&planes),
            inversions: Batches::new(&terms.inversions),
            threefold_torsions: Batches::new(&torsions),
            cosine_torsions: Batches::new(&terms.cosine_torsions),
        }
    }
}

/// Joins each MMFF94 angle with the stretch-bend of the same atoms.
pub(super) fn coupled_angles(terms: &Terms) -> Vec<Term<3, CoupledAngle>> {
    let mut couplings: BTreeMap<[usize; 3], StretchBend> =
        terms.stretch_bends.iter().map(|t| (t.atoms, t.parameters)).collect();
    let none = StretchBend {
        force_constant_ij: 0.0,
        force_constant_kj: 0.0,
        length_ij: 0.0,
        length_kj: 0.0,
        angle_degrees: 0.0,
    };
    let mut joined: Vec<_> = terms
        .cubic_angles
        .iter()
        .map(|t| {
            let coupling = couplings.remove(&t.atoms).unwrap_or(none);
            Term {
                atoms: t.atoms,
                parameters: CoupledAngle {
                    bend: t.parameters,
                    coupling,
                },
            }
        })
        .collect();
    let bend = CubicAngle {
        force_constant: 0.0,
        angle_degrees: 0.0,
    };
    joined.extend(couplings.into_iter().map(|(atoms, coupling)| Term {
        atoms,
        parameters: CoupledAngle { bend, coupling },
    }));
    joined
}

/// Calls `visit` with each bonded interaction, for what is done one term at a time.
pub(super) trait Visitor {
    /// One interaction.
    fn visit<T: Interaction<A, P>, const A: usize, const P: usize>(&mut self, term: &Term<A, T>);
}

/// Visits all bonded terms.
pub(super) fn visit_bonded(terms: &Terms, visitor: &mut impl Visitor) {
    terms.quartic_bonds.iter().for_each(|t| visitor.visit(t));
    terms.harmonic_bonds.iter().for_each(|t| visitor.visit(t));
    coupled_angles(terms).iter().for_each(|t| visitor.visit(t));
    terms.linear_angles.iter().for_each(|t| visitor.visit(t));
    terms.cosine_angles.iter().for_each(|t| visitor.visit(t));
    terms.periodic_angles.iter().for_each(|t| visitor.visit(t));
    terms.wilson_angles.iter().for_each(|t| visitor.visit(t));
    terms.inversions.iter().for_each(|t| visitor.visit(t));
    terms.threefold_torsions.iter().for_each(|t| visitor.visit(t));
    terms.cosine_torsions.iter().for_each(|t| visitor.visit(t));
}
