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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chem::{Atom, Element, Molecule};
    use crate::forcefield::terms::van_der_waals::VanDerWaals;
    use crate::forcefield::terms::{Term, Terms};
    use crate::forcefield::{Options, Surface};
    use crate::geometry::Vector;
    use crate::potential::Potential;

    /// Atoms i, j, k and l.
    const X: [[f64; 3]; 4] = [[0.0, 1.4, 0.1], [0.0, 0.0, 0.0], [1.4, -0.3, 0.2], [1.9, -0.9, 1.3]];

    /// How the last atom of a term moves while its coordinate alone changes by `h`.
    type Motion = fn(&[Vector<f64>], f64) -> Vector<f64>;

    fn stretch(p: &[Vector<f64>], h: f64) -> Vector<f64> {
        p[1] + Distance::new(p[0], p[1]).direction.times(h)
    }

    fn turned(point: Vector<f64>, about: Vector<f64>, axis: Vector<f64>, h: f64) -> Vector<f64> {
        let axis = axis.times(1.0 / axis.square().sqrt());
        let arm = point - about;
        let along = axis.times(axis.dot(arm) * (1.0 - h.cos()));
        about + arm.times(h.cos()) + axis.cross(arm).times(h.sin()) + along
    }

    fn bend(p: &[Vector<f64>], h: f64) -> Vector<f64> {
        turned(p[2], p[1], (p[0] - p[1]).cross(p[2] - p[1]), h)
    }

    fn twist(p: &[Vector<f64>], h: f64) -> Vector<f64> {
        turned(p[3], p[2], p[2] - p[1], h)
    }

    fn lift(p: &[Vector<f64>], h: f64) -> Vector<f64> {
        let normal = (p[0] - p[1]).cross(p[2] - p[1]);
        turned(p[3], p[1], (p[3] - p[1]).cross(normal), h)
    }

    /// One term on its own.
    fn surface(fill: impl FnOnce(&mut Terms)) -> impl Potential {
        let atoms = vec![Atom::new(Element::C); 4];
        let mut terms = Terms::new(Surface::Uff, 4);
        terms.van_der_waals = VanDerWaals {
            class: vec![0; 4],
            classes: 1,
            distance: vec![1.0],
            depth: vec![0.0],
            ..VanDerWaals::default()
        };
        fill(&mut terms);
        ForceField::new(&Molecule::new(atoms, Vec::new()).unwrap(), terms, Options::default()).evaluator()
    }

    /// The model of a term against differences of its energy along the coordinate.
    fn assert_curvature(name: &str, mut surface: impl Potential, last: usize, motion: Motion) {
        let points = X.map(Vector);
        let at = |h: f64| {
            let mut moved = points;
            moved[last] = motion(&points, h);
            moved.map(|p| p.0).as_flattened().to_vec()
        };
        let mut found = Vec::new();
        surface.curvature(&at(0.0), &mut |atoms, b, k| found.push((atoms.to_vec(), b.to_vec(), k)));
        let [(atoms, b, k)] = found.as_slice() else {
            panic!("{name}: {found:?}")
        };
        const H: f64 = 1e-3;
        let mut energy = |h: f64| surface.energy_gradient(&at(h), &mut [0.0; 12]).unwrap();
        let wanted = ((energy(H) - 2.0 * energy(0.0) + energy(-H)) / (H * H)).abs();
        assert!(
            wanted > 0.1 && (k - wanted).abs() < 1e-4 * wanted,
            "{name}: {k} where {wanted} was found"
        );
        let place = atoms.iter().position(|&a| a == last).unwrap();
        let way = (motion(&points, H) - motion(&points, -H)).times(0.5 / H);
        let slope = Vector(b[place]).dot(way);
        assert!((slope.abs() - 1.0).abs() < 1e-5, "{name}: {slope}");
        for axis in 0..3 {
            assert!(
                b.iter().map(|g| g[axis]).sum::<f64>().abs() < 1e-12,
                "{name} pushes the whole"
            );
        }
    }

    fn term<const A: usize, P>(parameters: P) -> Vec<Term<A, P>> {
        let atoms = std::array::from_fn(|a| a);
        vec![Term { atoms, parameters }]
    }

    #[test]
    fn every_bonded_term_curves_as_its_energy_does() {
        let (force_constant, length) = (4.5, 1.3);
        let quartic = surface(|t| t.quartic_bonds = term(QuarticBond { force_constant, length }));
        assert_curvature("quartic bond", quartic, 1, stretch);
        let harmonic = surface(|t| t.harmonic_bonds = term(HarmonicBond { force_constant, length }));
        assert_curvature("harmonic bond", harmonic, 1, stretch);
        let angle_degrees = 112.0;
        let cubic = CubicAngle {
            force_constant,
            angle_degrees,
        };
        assert_curvature("cubic angle", surface(|t| t.cubic_angles = term(cubic)), 2, bend);
        let linear = surface(|t| t.linear_angles = term(LinearAngle { force_constant }));
        assert_curvature("linear angle", linear, 2, bend);
        let coefficients = [0.4, 0.3, 0.2];
        let cosine = CosineAngle {
            force_constant,
            coefficients,
        };
        assert_curvature("cosine angle", surface(|t| t.cosine_angles = term(cosine)), 2, bend);
        for n in 1..=4 {
            let periodic = surface(|t| t.periodic_angles = term(PeriodicAngle::new(force_constant, n)));
            assert_curvature("periodic angle", periodic, 2, bend);
        }
        let wilson = surface(|t| t.wilson_angles = term(WilsonAngle { force_constant }));
        assert_curvature("Wilson angle", wilson, 3, lift);
        let inversion = Inversion {
            force_constant,
            coefficients,
        };
        assert_curvature("inversion", surface(|t| t.inversions = term(inversion)), 3, lift);
        let barriers = [1.0, 0.7, 2.0];
        let threefold = surface(|t| t.threefold_torsions = term(ThreefoldTorsion { barriers }));
        assert_curvature("threefold torsion", threefold, 3, twist);
        for n in 1..=6 {
            let torsion = surface(|t| t.cosine_torsions = term(CosineTorsion::new(2.0, n, -1.0)));
            assert_curvature("cosine torsion", torsion, 3, twist);
        }
    }

    #[test]
    fn atoms_in_line_bend_both_ways() {
        let force_constant = 2.0;
        let mut surface = surface(|t| t.linear_angles = term(LinearAngle { force_constant }));
        let x = [0.0, 0.0, -1.2, 0.0, 0.0, 0.0, 0.02, 0.0, 1.1, 5.0, 5.0, 5.0];
        let mut found = Vec::new();
        surface.curvature(&x, &mut |_, b, k| found.push((b.to_vec(), k)));
        let [(first, k), (second, same)] = found.as_slice() else {
            panic!("{found:?}")
        };
        assert!(k == same && *k > 100.0, "{k} {same}");
        for (a, b) in first.iter().zip(second) {
            assert!(Vector(*a).dot(Vector(*b)).abs() < 1e-12 && a[2].abs() < 0.05);
        }
    }
}
