//! A model Hessian from the force field's own terms: each term's second derivative along its internal coordinate, and the
//! curvature of close non-bonded pairs along their distance. What bends the coordinates themselves (the first derivatives' part)
//! is left out, and negative curvature is turned over, so that the model is positive semidefinite.

use super::bonded::Batches;
use super::field::ForceField;
use super::terms::Interaction;
use super::terms::angle::{CosineAngle, CubicAngle, LinearAngle, PeriodicAngle};
use super::terms::bond::{HarmonicBond, QuarticBond};
use super::terms::out_of_plane::{Inversion, WilsonAngle};
use super::terms::stretch_bend::CoupledAngle;
use super::terms::torsion::{CosineTorsion, ThreefoldTorsion};
use crate::geometry::{Angle, Dihedral, Distance, OutOfPlane, Vector};
use crate::numeric::simd::Kernel;
use crate::numeric::{Dual, Lanes, WIDTH};
use crate::potential::AddCurvature;

/// Angles with a smaller sine are taken as linear: both bends across the axis then have the same curvature.
const LINEAR: f64 = 0.1;

/// A number with a first derivative: what parameters are lifted to.
type First<L> = Dual<L, 1>;

/// A variable with first and second derivative.
type Second<L> = Dual<First<L>, 1>;

/// First and second derivative of a formula of one coordinate.
#[inline(always)]
fn derivatives<L: Lanes>(value: L, formula: impl FnOnce(Second<L>) -> Second<L>) -> [L; 2] {
    let energy = formula(Dual::variable(Dual::variable(value, 0), 0));
    [energy.derivatives[0].value, energy.derivatives[0].derivatives[0]]
}

/// Lifts parameters.
#[inline(always)]
fn lift<L: Lanes, const P: usize>(parameters: [L; P]) -> [First<L>; P] {
    let mut out = [First::fixed(parameters[0]); P];
    for (o, p) in out.iter_mut().zip(parameters) {
        *o = First::fixed(p);
    }
    out
}

/// Eight terms: the gradients of their coordinates, and the second derivatives along them.
struct Curve<L, const A: usize> {
    gradient: [Vector<L>; A],
    second: L,
    /// Lanes whose atoms are in line: their gradient is without meaning.
    straight: u8,
}

impl<L, const A: usize> Curve<L, A> {
    #[inline(always)]
    fn new(gradient: [Vector<L>; A], second: L) -> Self {
        Self {
            gradient,
            second,
            straight: 0,
        }
    }
}

/// A bonded term that curves along one coordinate.
trait Curved<const A: usize, const P: usize>: Interaction<A, P> {
    /// Of eight terms with these positions (Å) and parameters.
    fn curve<L: Lanes>(positions: [Vector<L>; A], parameters: [L; P]) -> Curve<L, A>;
}

#[inline(always)]
fn bond<L: Lanes>([i, j]: [Vector<L>; 2], formula: impl FnOnce(Second<L>) -> Second<L>) -> Curve<L, 2> {
    let distance = Distance::new(i, j);
    let [_, second] = derivatives(distance.value, formula);
    Curve::new(distance.gradient(L::constant(1.0)), second)
}

#[inline(always)]
fn bend<L: Lanes>(angle: &Angle<L>, sine: L, second: L) -> Curve<L, 3> {
    let linear = L::constant(LINEAR);
    Curve {
        gradient: angle.cosine_gradient(-sine.max(LINEAR).recip()),
        second,
        straight: !linear.less(sine),
    }
}

/// A formula of the cosine c: E_θθ = E″(c) sin²θ − E′(c) cos θ.
#[inline(always)]
fn angle_cosine<L: Lanes>([i, j, k]: [Vector<L>; 3], formula: impl FnOnce(Second<L>) -> Second<L>) -> Curve<L, 3> {
    let angle = Angle::new(i, j, k);
    bend(&angle, angle.sine(), along_angle(angle.cosine, formula))
}

/// A formula of the cosine of a dihedral.
#[inline(always)]
fn dihedral_cosine<L: Lanes>(
    [i, j, k, l]: [Vector<L>; 4],
    formula: impl FnOnce(Second<L>) -> Second<L>,
) -> Curve<L, 4> {
    let dihedral = Dihedral::new(i, j, k, l);
    Curve::new(dihedral.gradient(), along_angle(dihedral.cosine(), formula))
}

/// Second derivative along the angle of a formula of its cosine.
#[inline(always)]
fn along_angle<L: Lanes>(cosine: L, formula: impl FnOnce(Second<L>) -> Second<L>) -> L {
    let [first, second] = derivatives(cosine, formula);
    second * (-cosine.square()).offset(1.0) - first * cosine
}

impl Curved<2, 2> for QuarticBond {
    #[inline(always)]
    fn curve<L: Lanes>(positions: [Vector<L>; 2], parameters: [L; 2]) -> Curve<L, 2> {
        let [force_constant, length] = lift(parameters);
        let term = QuarticBond { force_constant, length };
        bond(positions, |r| term.energy(r))
    }
}

impl Curved<2, 2> for HarmonicBond {
    #[inline(always)]
    fn curve<L: Lanes>(positions: [Vector<L>; 2], parameters: [L; 2]) -> Curve<L, 2> {
        let [force_constant, length] = lift(parameters);
        let term = HarmonicBond { force_constant, length };
        bond(positions, |r| term.energy(r))
    }
}

/// The bend alone.
impl Curved<3, 7> for CoupledAngle {
    #[inline(always)]
    fn curve<L: Lanes>([i, j, k]: [Vector<L>; 3], parameters: [L; 7]) -> Curve<L, 3> {
        let [force_constant, _, _, _, _, _, angle_degrees] = lift(parameters);
        let term = CubicAngle {
            force_constant,
            angle_degrees,
        };
        let angle = Angle::new(i, j, k);
        let sine = angle.sine();
        let [_, second] = derivatives(angle.value(sine), |theta| term.energy(theta));
        bend(&angle, sine, second)
    }
}

impl Curved<3, 1> for LinearAngle {
    #[inline(always)]
    fn curve<L: Lanes>(positions: [Vector<L>; 3], parameters: [L; 1]) -> Curve<L, 3> {
        let [force_constant] = lift(parameters);
        let term = LinearAngle { force_constant };
        angle_cosine(positions, |cosine| term.energy(cosine))
    }
}

impl Curved<3, 4> for CosineAngle {
    #[inline(always)]
    fn curve<L: Lanes>(positions: [Vector<L>; 3], parameters: [L; 4]) -> Curve<L, 3> {
        let [force_constant, c0, c1, c2] = lift(parameters);
        let coefficients = [c0, c1, c2];
        let term = CosineAngle {
            force_constant,
            coefficients,
        };
        angle_cosine(positions, |cosine| term.energy(cosine))
    }
}

impl Curved<3, 6> for PeriodicAngle {
    #[inline(always)]
    fn curve<L: Lanes>(positions: [Vector<L>; 3], parameters: [L; 6]) -> Curve<L, 3> {
        let [force_constant, a0, a1, a2, a3, a4] = lift(parameters);
        let polynomial = [a0, a1, a2, a3, a4];
        let term = PeriodicAngle {
            force_constant,
            polynomial,
        };
        angle_cosine(positions, |cosine| term.energy(cosine))
    }
}

impl Curved<4, 1> for WilsonAngle {
    #[inline(always)]
    fn curve<L: Lanes>([i, j, k, l]: [Vector<L>; 4], parameters: [L; 1]) -> Curve<L, 4> {
        let [force_constant] = lift(parameters);
        let term = WilsonAngle { force_constant };
        let plane = OutOfPlane::new(i, j, k, l);
        let cosine = plane.cosine();
        let [_, second] = derivatives(plane.value(cosine), |chi| term.energy(chi));
        Curve::new(plane.sine_gradient(cosine.max(LINEAR).recip()), second)
    }
}

impl Curved<4, 4> for Inversion {
    #[inline(always)]
    fn curve<L: Lanes>([i, j, k, l]: [Vector<L>; 4], parameters: [L; 4]) -> Curve<L, 4> {
        let [force_constant, c0, c1, c2] = lift(parameters);
        let coefficients = [c0, c1, c2];
        let term = Inversion {
            force_constant,
            coefficients,
        };
        let plane = OutOfPlane::new(i, j, k, l);
        let cosine = plane.cosine();
        let second = along_angle(plane.sine, |sine| term.energy(sine));
        Curve::new(plane.sine_gradient(cosine.max(LINEAR).recip()), second)
    }
}

impl Curved<4, 3> for ThreefoldTorsion {
    #[inline(always)]
    fn curve<L: Lanes>(positions: [Vector<L>; 4], parameters: [L; 3]) -> Curve<L, 4> {
        let barriers = lift(parameters);
        let term = ThreefoldTorsion { barriers };
        dihedral_cosine(positions, |cosine| term.energy(cosine))
    }
}

impl Curved<4, 8> for CosineTorsion {
    #[inline(always)]
    fn curve<L: Lanes>(positions: [Vector<L>; 4], parameters: [L; 8]) -> Curve<L, 4> {
        let [barrier, a0, a1, a2, a3, a4, a5, a6] = lift(parameters);
        let polynomial = [a0, a1, a2, a3, a4, a5, a6];
        let term = CosineTorsion { barrier, polynomial };
        dihedral_cosine(positions, |cosine| term.energy(cosine))
    }
}

/// The bonded terms' part of the model: directions with their curvature.
pub(super) struct BondedCurvature<'a, 'b> {
    pub field: &'a ForceField,
    /// x, y, z and one unused number an atom, Å.
    pub points: &'a [[f64; 4]],
    pub add: &'a mut AddCurvature<'b>,
}

impl Kernel for BondedCurvature<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(mut self) {
        let field = self.field;
        let b = &field.bonded;
        self.visit::<L, _, 2, 2>(&b.quartic_bonds);
        self.visit::<L, _, 2, 2>(&b.harmonic_bonds);
        self.visit::<L, _, 3, 7>(&b.coupled_angles);
        self.visit::<L, _, 3, 1>(&b.linear_angles);
        self.visit::<L, _, 3, 4>(&b.cosine_angles);
        self.visit::<L, _, 3, 6>(&b.periodic_angles);
        self.visit::<L, _, 4, 1>(&b.wilson_angles);
        self.visit::<L, _, 4, 4>(&b.inversions);
        self.visit::<L, _, 4, 3>(&b.threefold_torsions);
        self.visit::<L, _, 4, 8>(&b.cosine_torsions);
    }
}

impl BondedCurvature<'_, '_> {
    #[inline(always)]
    fn visit<L: Lanes, T: Curved<A, P>, const A: usize, const P: usize>(&mut self, batches: &Batches<T, A, P>) {
        for batch in batches.iter() {
            let mut positions = [Vector([L::constant(0.0); 3]); A];
            for (p, indices) in positions.iter_mut().zip(batch.atoms) {
                *p = Vector(L::gather(self.points, indices));
            }
            let mut parameters = [L::constant(0.0); P];
            for (p, lanes) in parameters.iter_mut().zip(batch.parameters) {
                *p = L::load(lanes);
            }
            let curve = T::curve(positions, parameters);
            let mut gradient = [[[0.0; WIDTH]; 3]; A];
            for (out, g) in gradient.iter_mut().zip(curve.gradient) {
                for (lanes, component) in out.iter_mut().zip(g.0) {
                    component.store(lanes);
                }
            }
            let mut second = [0.0; WIDTH];
            curve.second.store(&mut second);
            for lane in 0..batch.terms {
                let k = second[lane].abs();
                if k == 0.0 || !k.is_finite() {
                    continue;
                }
                let mut atoms = [0; A];
                let mut components = [[0.0; 3]; A];
                for a in 0..A {
                    atoms[a] = batch.atoms[a][lane] as usize;
                    for (c, lanes) in components[a].iter_mut().zip(&gradient[a]) {
                        *c = lanes[lane];
                    }
                }
                if curve.straight >> lane & 1 == 1 {
                    self.add_both_bends(&atoms, k);
                } else {
                    (self.add)(&atoms, &components, k);
                }
            }
        }
    }

    /// Two bends of the same curvature across each other, of three atoms in line.
    #[cold]
    fn add_both_bends(&mut self, atoms: &[usize], k: f64) {
        let &[first, center, last] = atoms else { return };
        let [i, j, l] = [first, center, last].map(|a| {
            let [x, y, z, _] = self.points[a];
            Vector([x, y, z])
        });
        let angle = Angle::new(i, j, l);
        for direction in across(angle.ji.direction) {
            let i = direction.times(angle.ji.inverse);
            let l = direction.times(angle.jk.inverse);
            (self.add)(atoms, &[i.0, (-(i + l)).0, l.0], k);
        }
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
