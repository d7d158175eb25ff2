//! A redundant set of internal coordinates.

use super::back_transform::{self, BackTransformError, BackTransformed};
use super::{Coordinates, Metric, Primitive, WilsonB, build};
use crate::chem::guard::{self, Change};
use crate::chem::{Bond, BondOrder, Molecule};
use crate::linalg::adaptive::Analysis;
use std::f64::consts::{PI, TAU};
use std::sync::{Arc, OnceLock};

/// A bend this wide (radian) can no longer serve as a coordinate.
const WIDEST_BEND: f64 = 177.0 * PI / 180.0;

/// Redundant internal coordinates of a molecule, or the Cartesian ones of any surface.
#[derive(Clone, Debug)]
pub struct InternalCoordinates {
    primitives: Vec<Primitive>,
    cartesians: usize,
    molecule: Option<Molecule>,
    /// Where they were made, Å.
    origin: Vec<f64>,
    fallback: Vec<usize>,
    /// The pattern of BᵀB, once it was asked for.
    analysis: OnceLock<Arc<Analysis>>,
}

impl InternalCoordinates {
    /// The coordinates of a molecule at `x` (Å): bonds, bends, dihedrals, what linear and planar places need, and translations and
    /// rotations where there are several fragments.
    #[must_use]
    pub fn new(molecule: &Molecule, x: &[f64]) -> Self {
        let (primitives, fallback) = build::primitives(molecule, x);
        Self {
            primitives,
            cartesians: x.len(),
            molecule: Some(molecule.clone()),
            origin: x.to_vec(),
            fallback,
            analysis: OnceLock::new(),
        }
    }

    /// The Cartesian coordinates, `n` of them.
    #[must_use]
    pub fn cartesian(n: usize) -> Self {
        let primitive = |c: usize| Primitive::Cartesian {
            atom: c / 3,
            axis: (c % 3) as u8,
        };
        Self {
            primitives: (0..n).map(primitive).collect(),
            cartesians: n,
            molecule: None,
            origin: Vec::new(),
            fallback: Vec::new(),
            analysis: OnceLock::new(),
        }
    }

    /// The coordinates one by one.
    #[must_use]
    pub fn primitives(&self) -> &[Primitive] {
        &self.primitives
    }

    /// Number of Cartesian coordinates.
    #[must_use]
    pub fn cartesians(&self) -> usize {
        self.cartesians
    }

    /// The molecule that they were made for.
    #[must_use]
    pub fn molecule(&self) -> Option<&Molecule> {
        self.molecule.as_ref()
    }

    /// Atoms whose Cartesian coordinates had to be added, since the graph gave too few coordinates.
    #[must_use]
    pub fn fallback(&self) -> &[usize] {
        &self.fallback
    }

    /// Adds coordinates, those of constraints for example, where they are not there yet.
    pub fn extend(&mut self, more: impl IntoIterator<Item = Primitive>) {
        for primitive in more {
            if !self.primitives.contains(&primitive) {
                self.primitives.push(primitive);
                self.analysis = OnceLock::new();
            }
        }
    }

    /// B and the factorized BᵀB at `x` (Å), with a heavy weight on the coordinates of these numbers, which are held.
    #[must_use]
    pub fn metric(&self, x: &[f64], held: &[usize]) -> Metric {
        let analyse = || Arc::new(build::analysis(&self.primitives, self.cartesians));
        Metric::new(self.wilson_b(x), held, self.analysis.get_or_init(analyse))
    }

    /// A new set for `x` where this one has become unsound there: a bend has come near 180°, or a bond has come apart or a new one
    /// has formed since it was made. Its molecule has the bonds of `x` then.
    #[must_use]
    pub fn rebuilt(&self, x: &[f64]) -> Option<Self> {
        let molecule = self.molecule.as_ref()?;
        let changes = guard::bond_changes(molecule, &self.origin, x);
        if !changes.is_empty() {
            let changed = rebonded(molecule, &changes)?;
            return Some(Self::new(&changed, x));
        }
        let flat = |p: &Primitive| matches!(p, Primitive::Bend(_)) && p.value(x) > WIDEST_BEND;
        let bent = |p: &Primitive| p.is_linear_bend() && (p.value(x).abs() > build::BENT || p.is_degenerate(x));
        self.primitives
            .iter()
            .any(|p| flat(p) || bent(p))
            .then(|| Self::new(molecule, x))
    }

    /// [`Coordinates::back_transform`] with the metric of `x` at hand.
    ///
    /// # Errors
    /// As there.
    pub fn back_transform_from(
        &self,
        x: &[f64],
        dq: &[f64],
        metric: &Metric,
    ) -> Result<BackTransformed, BackTransformError> {
        back_transform::iterate(self, x, dq, metric)
    }
}

/// The molecule with these bonds broken and formed.
fn rebonded(molecule: &Molecule, changes: &[Change]) -> Option<Molecule> {
    let is_broken = |bond: &Bond| changes.contains(&Change::BondBroken(bond.atoms));
    let kept = molecule.bonds().iter().filter(|bond| !is_broken(bond)).copied();
    let formed = changes.iter().filter_map(|change| match change {
        Change::BondFormed([a, b]) => Some(Bond::new(*a, *b, BondOrder::Single)),
        _ => None,
    });
    Molecule::new(molecule.atoms().to_vec(), kept.chain(formed).collect()).ok()
}

impl Coordinates for InternalCoordinates {
    fn len(&self) -> usize {
        self.primitives.len()
    }

    fn values(&self, x: &[f64]) -> Vec<f64> {
        self.primitives.iter().map(|p| p.value(x)).collect()
    }

    fn difference(&self, q1: &[f64], q0: &[f64]) -> Vec<f64> {
        let pairs = q1.iter().zip(q0).map(|(a, b)| a - b);
        pairs
            .zip(&self.primitives)
            .map(|(d, p)| {
                if p.is_periodic() {
                    d - TAU * (d / TAU).round()
                } else {
                    d
                }
            })
            .collect()
    }

    fn wilson_b(&self, x: &[f64]) -> WilsonB {
        WilsonB::new(&self.primitives, x)
    }

    fn project_gradient(&self, x: &[f64], gradient: &[f64]) -> Vec<f64> {
        self.metric(x, &[]).project_gradient(gradient)
    }

    fn back_transform(&self, x: &[f64], dq: &[f64]) -> Result<BackTransformed, BackTransformError> {
        self.back_transform_from(x, dq, &self.metric(x, &[]))
    }
}
