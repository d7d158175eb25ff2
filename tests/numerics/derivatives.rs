//! Each term against dual-number differentiation of its published formula, written out naively once more.

use nalgebra::SVector;
use num_dual::{DualNum, DualSVec64, gradient};
use thalweg::forcefield::terms::Interaction;
use thalweg::forcefield::terms::angle::{CosineAngle, LinearAngle, PeriodicAngle};
use thalweg::forcefield::terms::bond::{HarmonicBond, QuarticBond};
use thalweg::forcefield::terms::out_of_plane::{Inversion, WilsonAngle};
use thalweg::forcefield::terms::stretch_bend::{CoupledAngle, StretchBend};
use thalweg::forcefield::terms::torsion::{CosineTorsion, ThreefoldTorsion};
use thalweg::geometry::Vector;

/// Dual number over the twelve coordinates of four points.
type D = DualSVec64<12>;

const DEGREES: f64 = 180.0 / std::f64::consts::PI;

/// Four points in general position, Å.
const POINTS: [[f64; 3]; 4] = [[0.1, 1.4, -0.2], [0.0, 0.1, 0.05], [1.3, -0.5, 0.3], [1.9, -0.2, 1.6]];

fn difference(a: &[D], b: &[D]) -> [D; 3] {
    std::array::from_fn(|k| a[k] - b[k])
}
fn dot(a: &[D; 3], b: &[D; 3]) -> D {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}
fn cross(a: &[D; 3], b: &[D; 3]) -> [D; 3] {
    std::array::from_fn(|k| {
        let (p, q) = ((k + 1) % 3, (k + 2) % 3);
        a[p] * b[q] - a[q] * b[p]
    })
}
fn length(a: &[D; 3]) -> D {
    dot(a, a).sqrt()
}
fn distance(x: &[D], i: usize, j: usize) -> D {
    length(&difference(&x[3 * i..], &x[3 * j..]))
}
fn angle(x: &[D]) -> D {
    let (a, b) = (difference(x, &x[3..]), difference(&x[6..], &x[3..]));
    (dot(&a, &b) / (length(&a) * length(&b))).acos()
}
fn dihedral(x: &[D]) -> D {
    let (a, b, c) = (
        difference(&x[3..], x),
        difference(&x[6..], &x[3..]),
        difference(&x[9..], &x[6..]),
    );
    let (m, n) = (cross(&a, &b), cross(&b, &c));
    (dot(&m, &n) / (length(&m) * length(&n))).acos()
}
fn wilson(x: &[D]) -> D {
    let (a, b, c) = (
        difference(x, &x[3..]),
        difference(&x[6..], &x[3..]),
        difference(&x[9..], &x[3..]),
    );
    let n = cross(&a, &b);
    (dot(&n, &c) / (length(&n) * length(&c))).asin()
}

/// Compares a term with a naive formula.
macro_rules! agrees {
    ($term:expr, $atoms:literal, $formula:expr) => {{
        let positions: [Vector<f64>; $atoms] = std::array::from_fn(|i| Vector(POINTS[i]));
        let term = $term;
        let (energy, slopes) = energy_gradient(&term, positions);
        let flat = SVector::<f64, 12>::from_fn(|i, _| POINTS[i / 3][i % 3]);
        let formula: fn(&[D]) -> D = $formula;
        let (expected, expected_slopes): (f64, SVector<f64, 12>) =
            gradient(|x: SVector<D, 12>| formula(x.as_slice()), &flat);
        assert!(
            (energy - expected).abs() < 1e-12 * expected.abs().max(1.0),
            "{term:?}: {energy}, expected {expected}"
        );
        for i in 0..3 * $atoms {
            let (found, wanted) = (slopes[i / 3].0[i % 3], expected_slopes[i]);
            assert!(
                (found - wanted).abs() < 1e-11 * wanted.abs().max(1.0),
                "{term:?}, {i}: {found}, expected {wanted}"
            );
        }
    }};
}

fn energy_gradient<T: Interaction<A, P>, const A: usize, const P: usize>(
    term: &T,
    positions: [Vector<f64>; A],
) -> (f64, [Vector<f64>; A]) {
    let (energy, slopes) = T::energy_gradient(positions, term.parameters());
    (energy[0] + energy[1], slopes)
}

#[test]
fn bonds() {
    agrees!(
        QuarticBond {
            force_constant: 4.258,
            length: 1.508
        },
        2,
        |x| {
            let d = distance(x, 0, 1) - 1.508;
            (d * d * (d * -2.0 + d * d * (7.0 / 12.0 * 4.0) + 1.0)) * (143.9325 / 2.0 * 4.258)
        }
    );
    agrees!(
        HarmonicBond {
            force_constant: 700.0,
            length: 1.4
        },
        2,
        |x| { (distance(x, 0, 1) - 1.4).powi(2) * 350.0 }
    );
}

#[test]
fn angles() {
    agrees!(LinearAngle { force_constant: 0.4 }, 3, |x| (angle(x).cos() + 1.0)
        * (143.9325 * 0.4));
    agrees!(
        CosineAngle {
            force_constant: 90.0,
            coefficients: [0.6, 0.4, 0.3]
        },
        3,
        |x| {
            let t = angle(x);
            (t.cos() * 0.4 + (t * 2.0).cos() * 0.3 + 0.6) * 90.0
        }
    );
    agrees!(PeriodicAngle::new(80.0, 1), 3, |x| (angle(x).cos() + 1.0) * 80.0);
    agrees!(PeriodicAngle::new(80.0, 2), 3, |x| (-(angle(x) * 2.0).cos() + 1.0)
        * 20.0);
    agrees!(PeriodicAngle::new(80.0, 3), 3, |x| (-(angle(x) * 3.0).cos() + 1.0)
        * (80.0 / 9.0));
    agrees!(PeriodicAngle::new(80.0, 4), 3, |x| (-(angle(x) * 4.0).cos() + 1.0)
        * 5.0);
}

#[test]
fn coupled_angle() {
    let coupling = StretchBend {
        force_constant_ij: 0.2,
        force_constant_kj: -0.1,
        length_ij: 1.45,
        length_kj: 1.35,
        angle_degrees: 108.0,
    };
    let bend = thalweg::forcefield::terms::angle::CubicAngle {
        force_constant: 0.85,
        angle_degrees: 109.6,
    };
    agrees!(CoupledAngle { bend, coupling }, 3, |x| {
        let t = angle(x) * DEGREES;
        let bend =
            (t - 109.6).powi(2) * ((t - 109.6) * -0.006981317 + 1.0) * (143.9325 / DEGREES / DEGREES / 2.0 * 0.85);
        let stretch = (distance(x, 0, 1) - 1.45) * 0.2 + (distance(x, 2, 1) - 1.35) * -0.1;
        bend + stretch * (t - 108.0) * 2.51210
    });
}

#[test]
fn out_of_plane_bends() {
    agrees!(WilsonAngle { force_constant: 0.03 }, 4, |x| (wilson(x) * DEGREES)
        .powi(2)
        * (143.9325 / DEGREES / DEGREES / 2.0 * 0.03));
    agrees!(
        Inversion {
            force_constant: 6.0,
            coefficients: [1.1, -0.7, 0.2]
        },
        4,
        |x| {
            let chi = wilson(x);
            (chi.cos() * -0.7 + (chi * 2.0).cos() * 0.2 + 1.1) * 6.0
        }
    );
}

#[test]
fn torsions() {
    agrees!(
        ThreefoldTorsion {
            barriers: [0.3, -1.2, 0.7]
        },
        4,
        |x| {
            let phi = dihedral(x);
            ((phi.cos() + 1.0) * 0.3 + (-(phi * 2.0).cos() + 1.0) * -1.2 + ((phi * 3.0).cos() + 1.0) * 0.7) * 0.5
        }
    );
    agrees!(CosineTorsion::new(2.4, 1, 1.0), 4, |x| (-(dihedral(x) * 1.0).cos()
        + 1.0)
        * 1.2);
    agrees!(CosineTorsion::new(2.4, 1, -1.0), 4, |x| ((dihedral(x) * 1.0).cos()
        + 1.0)
        * 1.2);
    agrees!(CosineTorsion::new(2.4, 2, 1.0), 4, |x| (-(dihedral(x) * 2.0).cos()
        + 1.0)
        * 1.2);
    agrees!(CosineTorsion::new(2.4, 2, -1.0), 4, |x| ((dihedral(x) * 2.0).cos()
        + 1.0)
        * 1.2);
    agrees!(CosineTorsion::new(2.4, 3, 1.0), 4, |x| (-(dihedral(x) * 3.0).cos()
        + 1.0)
        * 1.2);
    agrees!(CosineTorsion::new(2.4, 3, -1.0), 4, |x| ((dihedral(x) * 3.0).cos()
        + 1.0)
        * 1.2);
    agrees!(CosineTorsion::new(2.4, 4, 1.0), 4, |x| (-(dihedral(x) * 4.0).cos()
        + 1.0)
        * 1.2);
    agrees!(CosineTorsion::new(2.4, 4, -1.0), 4, |x| ((dihedral(x) * 4.0).cos()
        + 1.0)
        * 1.2);
    agrees!(CosineTorsion::new(2.4, 5, 1.0), 4, |x| (-(dihedral(x) * 5.0).cos()
        + 1.0)
        * 1.2);
    agrees!(CosineTorsion::new(2.4, 5, -1.0), 4, |x| ((dihedral(x) * 5.0).cos()
        + 1.0)
        * 1.2);
    agrees!(CosineTorsion::new(2.4, 6, 1.0), 4, |x| (-(dihedral(x) * 6.0).cos()
        + 1.0)
        * 1.2);
    agrees!(CosineTorsion::new(2.4, 6, -1.0), 4, |x| ((dihedral(x) * 6.0).cos()
        + 1.0)
        * 1.2);
}
