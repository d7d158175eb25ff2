//! A redundant set of internal coordinates.

use super::back_transform::{self, BackTransformError, BackTransformed};
use super::{Coordinates, Metric, Primitive, WilsonB, build};
use crate::chem::Molecule;
use std::f64::consts::{PI, TAU};

/// A bend this wide (radian) can no longer serve as a coordinate.
const WIDEST_BEND: f64 = 177.0 * PI / 180.0;

/// Redundant internal coordinates of a molecule, or the Cartesian ones of any surface.
#[derive(Clone, Debug)]
pub struct InternalCoordinates {
    primitives: Vec<Primitive>,
    cartesians: usize,
    molecule: Option<Molecule>,
    fallback: Vec<usize>,
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
            fallback,
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
            fallback: Vec::new(),
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
            }
        }
    }

    /// A new set for `x` where this one has become unsound there: a bend has come near 180°.
    #[must_use]
    pub fn rebuilt(&self, x: &[f64]) -> Option<Self> {
        let molecule = self.molecule.as_ref()?;
        let flat = |p: &Primitive| matches!(p, Primitive::Bend(_)) && p.value(x) > WIDEST_BEND;
        let bent = |p: &Primitive| matches!(p, Primitive::LinearBend { .. }) && p.value(x).abs() > build::BENT;
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
        Metric::new(self.wilson_b(x), &[]).project_gradient(gradient)
    }

    fn back_transform(&self, x: &[f64], dq: &[f64]) -> Result<BackTransformed, BackTransformError> {
        self.back_transform_from(x, dq, &Metric::new(self.wilson_b(x), &[]))
    }
}
