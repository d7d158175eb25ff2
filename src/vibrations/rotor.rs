//! A molecule as a rigid rotor.

use crate::hessian::rigid;
use crate::linalg::Eigen;
use crate::units::{KG_M2_PER_AMU_ANGSTROM2, LIGHT_CM_S, PLANCK_J_S};
use std::f64::consts::PI;

/// How many rotations a molecule has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// None.
    Atom,
    /// Two.
    Linear,
    /// Three.
    Nonlinear,
}

impl Shape {
    /// In words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Atom => "atom",
            Self::Linear => "linear",
            Self::Nonlinear => "nonlinear",
        }
    }
}

/// A rigid molecule, as far as its rotation is concerned.
#[derive(Clone, Debug, PartialEq)]
pub struct Rotor {
    /// How many rotations it has.
    pub shape: Shape,
    /// Total mass, amu.
    pub mass: f64,
    /// Moments of inertia of the rotations, amu Å², ascending: three, two equal ones of a linear molecule, none of an atom.
    pub moments: Vec<f64>,
}

impl Rotor {
    /// The rotor of atoms at `x` (Å) with `masses` (amu). Linear is what [`rigid::modes`] takes as linear.
    #[must_use]
    pub fn new(x: &[f64], masses: &[f64]) -> Self {
        let shape = match rigid::modes(x, masses).len() {
            ..=3 => Shape::Atom,
            5 => Shape::Linear,
            _ => Shape::Nonlinear,
        };
        let values = Eigen::new(&rigid::inertia(x, masses)).map_or_else(|_| vec![0.0; 3], |eigen| eigen.values);
        let moments = match shape {
            Shape::Atom => Vec::new(),
            Shape::Linear => vec![f64::midpoint(values[1], values[2]); 2],
            Shape::Nonlinear => values,
        };
        Self {
            shape,
            mass: masses.iter().sum(),
            moments,
        }
    }

    /// Rotational constants h/(8π²cI), cm⁻¹, descending.
    #[must_use]
    pub fn constants_cm1(&self) -> Vec<f64> {
        let constant = |moment: &f64| PLANCK_J_S / (8.0 * PI * PI * LIGHT_CM_S * moment * KG_M2_PER_AMU_ANGSTROM2);
        self.moments.iter().map(constant).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carbon_monoxide_has_its_published_rotational_constant() {
        // NIST: Be = 1.93128 cm⁻¹ at 1.128323 Å.
        let rotor = Rotor::new(&[0.0, 0.0, 0.0, 0.0, 1.128_323, 0.0], &[12.0, 15.994_914_619]);
        assert_eq!(rotor.shape, Shape::Linear);
        for constant in rotor.constants_cm1() {
            assert!((constant - 1.931_28).abs() < 1e-5, "{constant}");
        }
    }

    #[test]
    fn an_atom_does_not_turn() {
        let rotor = Rotor::new(&[1.0, 2.0, 3.0], &[4.0]);
        assert_eq!((rotor.shape, rotor.moments.len()), (Shape::Atom, 0));
    }
}
