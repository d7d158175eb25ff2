//! A model Hessian from the force field's own terms: each term's second derivative along its internal coordinate, and the
//! curvature of close non-bonded pairs along their distance. What bends the coordinates themselves (the first derivatives' part)
//! is left out, and negative curvature is turned over, so that the model is positive semidefinite.

use super::contacts::Contacts;
use super::field::ForceField;
use super::terms::Term;
use crate::geometry::{Angle, Dihedral, DihedralCosine, Distance, OutOfPlane, Vector};
use crate::numeric::Dual;
use crate::potential::AddCurvature;

/// Angles with a smaller sine are taken as linear: both bends across the axis then have the same curvature.
const LINEAR: f64 = 0.1;

/// A variable with first and second derivative.
type Second = Dual<Dual<f64, 1>, 1>;

/// First and second derivative of a formula of one coordinate.
fn derivatives(value: f64, formula: impl FnOnce(Second) -> Second) -> [f64; 2] {
    let energy = formula(Dual::variable(Dual::variable(value, 0), 0));
    [energy.derivatives[0].value, energy.derivatives[0].derivatives[0]]
}

/// Lifts parameters that are plain numbers.
fn fixed(value: f64) -> Dual<f64, 1> {
    Dual::fixed(value)
}

struct Collector<'a, 'b> {
    x: &'a [f64],
    add: &'a mut AddCurvature<'b>,
}

impl Collector<'_, '_> {
    fn positions<const A: usize>(&self, atoms: [usize; A]) -> [Vector<f64>; A] {
        atoms.map(|i| Vector([self.x[3 * i], self.x[3 * i + 1], self.x[3 * i + 2]]))
    }

    /// The curvature `k` along a coordinate with this gradient.
    fn add<const A: usize>(&mut self, atoms: [usize; A], gradient: [Vector<f64>; A], k: f64) {
        if k != 0.0 && k.is_finite() {
            (self.add)(&atoms, &gradient.map(|g| g.0), k.abs());
        }
    }

    fn bond(&mut self, atoms: [usize; 2], formula: impl FnOnce(Second) -> Second) {
        let [i, j] = self.positions(atoms);
        let distance = Distance::new(i, j);
        let [_, second] = derivatives(distance.value, formula);
        self.add(atoms, distance.gradient(1.0), second);
    }

    fn angle(&mut self, atoms: [usize; 3], formula: impl FnOnce(Second) -> Second) {
        let [i, j, k] = self.positions(atoms);
        let angle = Angle::new(i, j, k);
        let sine = angle.sine();
        let [_, second] = derivatives(angle.value(sine), formula);
        self.bend(atoms, &angle, second);
    }

    /// A formula of the cosine c: E_θθ = E″(c) sin²θ − E′(c) cos θ.
    fn angle_cosine(&mut self, atoms: [usize; 3], formula: impl FnOnce(Second) -> Second) {
        let [i, j, k] = self.positions(atoms);
        let angle = Angle::new(i, j, k);
        let [first, second] = derivatives(angle.cosine, formula);
        let square = 1.0 - angle.cosine * angle.cosine;
        self.bend(atoms, &angle, second * square - first * angle.cosine);
    }

    fn bend(&mut self, atoms: [usize; 3], angle: &Angle<f64>, k: f64) {
        let sine = angle.sine();
        if sine > LINEAR {
            self.add(atoms, angle.cosine_gradient(-1.0 / sine), k);
            return;
        }
        for direction in across(angle.ji.direction) {
            let i = direction.times(angle.ji.inverse);
            let l = direction.times(angle.jk.inverse);
            self.add(atoms, [i, -(i + l), l], k);
        }
    }

    /// A formula of the cosine of a dihedral.
    fn dihedral_cosine(&mut self, atoms: [usize; 4], formula: impl FnOnce(Second) -> Second) {
        let [i, j, k, l] = self.positions(atoms);
        let cosine = DihedralCosine::new(i, j, k, l).value;
        let [first, second] = derivatives(cosine, formula);
        let curvature = second * (1.0 - cosine * cosine) - first * cosine;
        self.add(atoms, Dihedral::new(i, j, k, l).gradient(), curvature);
    }

    /// A formula of the Wilson angle (`of_sine`: of its sine).
    fn out_of_plane(&mut self, atoms: [usize; 4], of_sine: bool, formula: impl FnOnce(Second) -> Second) {
        let [i, j, k, l] = self.positions(atoms);
        let plane = OutOfPlane::new(i, j, k, l);
        let cosine = plane.cosine();
        let curvature = if of_sine {
            let [first, second] = derivatives(plane.sine, formula);
            second * cosine * cosine - first * plane.sine
        } else {
            derivatives(plane.value(cosine), formula)[1]
        };
        self.add(atoms, plane.sine_gradient(1.0 / cosine.max(LINEAR)), curvature);
    }
}

/// Two unit vectors across a unit vector and each other.
fn across(axis: Vector<f64>) -> [Vector<f64>; 2] {
    let smallest = (0..3)
        .min_by(|&a, &b| axis.0[a].abs().total_cmp(&axis.0[b].abs()))
        .unwrap_or(0);
    let mut other = Vector([0.0; 3]);
    other.0[smallest] = 1.0;
    let first = axis.cross(other);
    let first = first.times(1.0 / first.square().sqrt());
    [first, axis.cross(first)]
}

impl ForceField {
    /// The model Hessian at `x`, as directions with their curvature; linear in the number of atoms.
    pub(super) fn add_curvature(&self, x: &[f64], contacts: &mut Contacts, add: &mut AddCurvature<'_>) {
        let terms = self.terms();
        let mut c = Collector { x, add };
        for Term { atoms, parameters } in &terms.quartic_bonds {
            c.bond(*atoms, |r| parameters.lift(fixed).energy(r));
        }
        for Term { atoms, parameters } in &terms.harmonic_bonds {
            c.bond(*atoms, |r| parameters.lift(fixed).energy(r));
        }
        for Term { atoms, parameters } in &terms.cubic_angles {
            c.angle(*atoms, |theta| parameters.lift(fixed).energy(theta));
        }
        for Term { atoms, parameters } in &terms.linear_angles {
            c.angle_cosine(*atoms, |cosine| parameters.lift(fixed).energy(cosine));
        }
        for Term { atoms, parameters } in &terms.cosine_angles {
            c.angle_cosine(*atoms, |cosine| parameters.lift(fixed).energy(cosine));
        }
        for Term { atoms, parameters } in &terms.periodic_angles {
            c.angle_cosine(*atoms, |cosine| parameters.lift(fixed).energy(cosine));
        }
        for Term { atoms, parameters } in &terms.wilson_angles {
            c.out_of_plane(*atoms, false, |chi| parameters.lift(fixed).energy(chi));
        }
        for Term { atoms, parameters } in &terms.inversions {
            c.out_of_plane(*atoms, true, |sine| parameters.lift(fixed).energy(sine));
        }
        for Term { atoms, parameters } in &terms.threefold_torsions {
            c.dihedral_cosine(*atoms, |cosine| parameters.lift(fixed).energy(cosine));
        }
        for Term { atoms, parameters } in &terms.cosine_torsions {
            c.dihedral_cosine(*atoms, |cosine| parameters.lift(fixed).energy(cosine));
        }
        contacts.visit(&self.nonbonded, self.level, x, |atoms, gradient, second| {
            c.add(atoms, gradient, second.max(0.0));
        });
    }
}
