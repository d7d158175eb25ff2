//! The primitive internal coordinates: one number of the geometry each, with its gradient.

use super::rotation;
use crate::geometry::{Angle, Dihedral, Distance, OutOfPlane, Vector};
use crate::numeric::{Dual, Real};
use std::fmt;
use std::sync::Arc;

/// Sine of the angle below which three atoms are in line.
const IN_LINE: f64 = 0.017;

/// A group of atoms that moves as a whole, with the shape that its orientation is measured against.
#[derive(Clone, Debug, PartialEq)]
pub struct Fragment {
    /// The atoms.
    pub atoms: Vec<usize>,
    /// Their positions in the reference orientation, relative to the centroid, Å.
    pub reference: Vec<[f64; 3]>,
    /// Radius of gyration of the reference, Å.
    pub radius: f64,
}

impl Fragment {
    /// The group as it stands in `x` (Å, all atoms).
    #[must_use]
    pub fn new(atoms: Vec<usize>, x: &[f64]) -> Self {
        let count = atoms.len().max(1) as f64;
        let mut centroid = [0.0; 3];
        for &atom in &atoms {
            for axis in 0..3 {
                centroid[axis] += x[3 * atom + axis] / count;
            }
        }
        let reference: Vec<[f64; 3]> = atoms
            .iter()
            .map(|&atom| [0, 1, 2].map(|axis| x[3 * atom + axis] - centroid[axis]))
            .collect();
        let square: f64 = reference.iter().flatten().map(|c| c * c).sum();
        Self {
            atoms,
            reference,
            radius: (square / count).sqrt(),
        }
    }
}

/// One internal coordinate. Lengths in Å, angles in radian. Atoms count from 0.
#[derive(Clone, Debug, PartialEq)]
pub enum Primitive {
    /// Distance of two atoms.
    Stretch([usize; 2]),
    /// Angle at the middle atom.
    Bend([usize; 3]),
    /// One of the two bends of three atoms in line, with the centre in the middle: the sum of the two bond directions along an axis
    /// across the line. Component 0 lies in the plane of the line and the reference axis, component 1 across it.
    LinearBend {
        /// The atoms, the centre in the middle.
        atoms: [usize; 3],
        /// A direction fixed in space that is not along the line.
        axis: [f64; 3],
        /// 0 or 1.
        component: u8,
    },
    /// The same bends with the plane of the line and a fourth atom instead of an axis: they turn with the molecule, where an axis in space
    /// would let a turn of the whole stand for a bend.
    LinearBendBeside {
        /// The three atoms in line, the centre in the middle, and the one beside the line.
        atoms: [usize; 4],
        /// 0 or 1.
        component: u8,
    },
    /// Dihedral about the line of the two middle atoms, from −π to π. These need not be bonded to each other.
    Dihedral([usize; 4]),
    /// Wilson angle of the bond from the second atom (the centre) to the fourth with the plane of the other three.
    OutOfPlane([usize; 4]),
    /// One Cartesian coordinate of an atom.
    Cartesian {
        /// The atom.
        atom: usize,
        /// 0, 1, 2 for x, y, z.
        axis: u8,
    },
    /// One coordinate of the centroid of a group of atoms.
    Translation {
        /// The group.
        fragment: Arc<Fragment>,
        /// 0, 1, 2 for x, y, z.
        axis: u8,
    },
    /// One component of the rotation vector (axis times angle) that turns a group's reference onto the group, times the
    /// group's radius of gyration: a length, so that it compares with the others (Wang and Song, J. Chem. Phys. 144, 214108 (2016)).
    Rotation {
        /// The group.
        fragment: Arc<Fragment>,
        /// 0, 1, 2 for x, y, z.
        axis: u8,
    },
}

/// The derivatives of one coordinate: the atoms that it depends on, each with its gradient.
pub type Row = Vec<(usize, [f64; 3])>;

fn position<S: Real>(x: &[f64], atom: usize) -> Vector<S> {
    Vector([0, 1, 2].map(|axis| S::constant(x[3 * atom + axis])))
}

/// The positions of a few atoms as variables of first or second derivatives.
fn variables<const A: usize, const N: usize>(x: &[f64], atoms: [usize; A]) -> [Vector<Dual<f64, N>>; A] {
    let mut index = 0;
    atoms.map(|atom| {
        Vector([0, 1, 2].map(|axis| {
            index += 1;
            Dual::variable(x[3 * atom + axis], index - 1)
        }))
    })
}

fn row<const A: usize>(atoms: [usize; A], gradient: [Vector<f64>; A]) -> Row {
    atoms.into_iter().zip(gradient).map(|(atom, g)| (atom, g.0)).collect()
}

/// The value and gradient of a formula of a few atoms, over any kind of number.
fn formula<S: Real>(primitive: &Primitive, p: &[Vector<S>]) -> (S, Vec<Vector<S>>) {
    let one = S::constant(1.0);
    match primitive {
        Primitive::Stretch(_) => {
            let r = Distance::new(p[0], p[1]);
            (r.value, r.gradient(one).to_vec())
        }
        Primitive::Bend(_) => {
            let angle = Angle::new(p[0], p[1], p[2]);
            let sine = angle.sine();
            (angle.value(sine), angle.cosine_gradient(-sine.recip()).to_vec())
        }
        Primitive::Dihedral(_) => {
            let dihedral = Dihedral::new(p[0], p[1], p[2], p[3]);
            (dihedral.value(), dihedral.gradient().to_vec())
        }
        Primitive::OutOfPlane(_) => {
            let plane = OutOfPlane::new(p[0], p[1], p[2], p[3]);
            let cosine = plane.cosine();
            (plane.value(cosine), plane.sine_gradient(cosine.recip()).to_vec())
        }
        _ => (S::constant(0.0), Vec::new()),
    }
}

/// The linear bend along a direction across the line of its outer atoms.
fn linear_bend<S: Real>(p: [Vector<S>; 3], axis: Vector<S>, component: u8) -> S {
    let along = Distance::new(p[0], p[2]).direction;
    let across = along.cross(axis);
    let normal = across.times(across.square().sqrt().recip());
    let direction = if component == 0 { along.cross(normal) } else { normal };
    let [first, second] = Distance::to_each(p[1], [p[0], p[2]]);
    (first.direction + second.direction).dot(direction)
}

/// The same with the axis from the centre to the atom beside the line.
fn linear_bend_beside<S: Real>([i, j, k, beside]: [Vector<S>; 4], component: u8) -> S {
    linear_bend([i, j, k], beside - j, component)
}

fn fixed<S: Real>(axis: [f64; 3]) -> Vector<S> {
    Vector(axis.map(S::constant))
}

/// Variables of second derivatives.
fn twofold<const A: usize, const N: usize>(x: &[f64], atoms: [usize; A]) -> [Vector<Dual<Dual<f64, N>, N>>; A] {
    let mut index = 0;
    atoms.map(|atom| {
        Vector([0, 1, 2].map(|axis| {
            index += 1;
            Dual::variable(Dual::variable(x[3 * atom + axis], index - 1), index - 1)
        }))
    })
}

fn gradient_row<const A: usize, const N: usize>(atoms: [usize; A], value: &Dual<f64, N>) -> Row {
    let d = &value.derivatives;
    row(
        atoms,
        std::array::from_fn(|a| Vector([d[3 * a], d[3 * a + 1], d[3 * a + 2]])),
    )
}

fn flattened<const N: usize>(value: &Dual<Dual<f64, N>, N>) -> Vec<f64> {
    value.derivatives.iter().flat_map(|d| d.derivatives).collect()
}

/// Sine of the angle between the line and the direction of the atom beside it below which the plane of the four has lost its meaning.
const BESIDE: f64 = 0.17;

impl Primitive {
    /// Whether it is a bend of atoms in line.
    #[must_use]
    pub fn is_linear_bend(&self) -> bool {
        matches!(self, Self::LinearBend { .. } | Self::LinearBendBeside { .. })
    }

    /// The few atoms of a coordinate that is not one of a whole group.
    #[must_use]
    pub fn atoms(&self) -> &[usize] {
        match self {
            Self::Stretch(atoms) => atoms,
            Self::Bend(atoms) | Self::LinearBend { atoms, .. } => atoms,
            Self::Dihedral(atoms) | Self::OutOfPlane(atoms) | Self::LinearBendBeside { atoms, .. } => atoms,
            Self::Cartesian { atom, .. } => std::slice::from_ref(atom),
            Self::Translation { fragment, .. } | Self::Rotation { fragment, .. } => &fragment.atoms,
        }
    }

    /// Whether values that differ by 2π are the same.
    #[must_use]
    pub fn is_periodic(&self) -> bool {
        matches!(self, Self::Dihedral(_))
    }

    /// Whether it has lost its meaning at `x` (Å): three atoms of a dihedral are in line to within a degree, or the atom beside a line is
    /// nearly on it.
    #[must_use]
    pub fn is_degenerate(&self, x: &[f64]) -> bool {
        if let Self::LinearBendBeside {
            atoms: [i, j, _, beside],
            ..
        } = *self
        {
            return Self::Bend([i, j, beside]).value(x).sin() < BESIDE;
        }
        let Self::Dihedral([i, j, k, l]) = *self else {
            return false;
        };
        [[i, j, k], [j, k, l]]
            .map(Self::Bend)
            .iter()
            .any(|bend| bend.value(x).sin() < IN_LINE)
    }

    /// Whether it is a linear function of the Cartesian coordinates, without second derivatives.
    #[must_use]
    pub fn is_straight(&self) -> bool {
        matches!(self, Self::Cartesian { .. } | Self::Translation { .. })
    }

    /// The value at `x` (Å).
    #[must_use]
    pub fn value(&self, x: &[f64]) -> f64 {
        match self {
            Self::Stretch(_) | Self::Bend(_) | Self::Dihedral(_) | Self::OutOfPlane(_) => {
                let mut points = [Vector::zero(); 4];
                for (point, &atom) in points.iter_mut().zip(self.atoms()) {
                    *point = position(x, atom);
                }
                formula(self, &points).0
            }
            Self::LinearBend { atoms, axis, component } => {
                linear_bend(atoms.map(|a| position::<f64>(x, a)), fixed(*axis), *component)
            }
            Self::LinearBendBeside { atoms, component } => {
                linear_bend_beside(atoms.map(|a| position::<f64>(x, a)), *component)
            }
            Self::Cartesian { atom, axis } => x[3 * atom + usize::from(*axis)],
            Self::Translation { fragment, axis } => {
                let sum: f64 = fragment.atoms.iter().map(|a| x[3 * a + usize::from(*axis)]).sum();
                sum / fragment.atoms.len() as f64
            }
            Self::Rotation { fragment, axis } => rotation::vector(fragment, x)[usize::from(*axis)] * fragment.radius,
        }
    }

    /// The row of Wilson's B at `x` (Å).
    #[must_use]
    pub fn gradient(&self, x: &[f64]) -> Row {
        match self {
            Self::Stretch(_) | Self::Bend(_) | Self::Dihedral(_) | Self::OutOfPlane(_) => {
                let mut points = [Vector::zero(); 4];
                for (point, &atom) in points.iter_mut().zip(self.atoms()) {
                    *point = position::<f64>(x, atom);
                }
                let (_, gradient) = formula(self, &points);
                self.atoms()
                    .iter()
                    .copied()
                    .zip(gradient.into_iter().map(|g| g.0))
                    .collect()
            }
            Self::LinearBend { atoms, axis, component } => {
                let value = linear_bend(variables::<3, 9>(x, *atoms), fixed(*axis), *component);
                gradient_row(*atoms, &value)
            }
            Self::LinearBendBeside { atoms, component } => {
                let value = linear_bend_beside(variables::<4, 12>(x, *atoms), *component);
                gradient_row(*atoms, &value)
            }
            Self::Cartesian { atom, axis } => {
                let mut g = [0.0; 3];
                g[usize::from(*axis)] = 1.0;
                vec![(*atom, g)]
            }
            Self::Translation { fragment, axis } => {
                let mut g = [0.0; 3];
                g[usize::from(*axis)] = 1.0 / fragment.atoms.len() as f64;
                fragment.atoms.iter().map(|&a| (a, g)).collect()
            }
            Self::Rotation { fragment, axis } => rotation::gradient(fragment, x, usize::from(*axis)),
        }
    }

    /// Derivatives of the gradient along each coordinate of the coordinate's own atoms, row-major over `3 × atoms().len()`.
    #[must_use]
    pub fn second_derivatives(&self, x: &[f64]) -> Vec<f64> {
        let atoms = self.atoms();
        let size = 3 * atoms.len();
        match self {
            Self::Stretch(_) | Self::Bend(_) | Self::Dihedral(_) | Self::OutOfPlane(_) => {
                let mut out = vec![0.0; size * size];
                let mut points = [Vector::zero(); 4];
                for (k, &atom) in atoms.iter().enumerate() {
                    for axis in 0..3 {
                        points[k].0[axis] = Dual::<f64, 12>::variable(x[3 * atom + axis], 3 * k + axis);
                    }
                }
                let (_, gradient) = formula(self, &points);
                for (component, g) in gradient.iter().flat_map(|g| g.0).enumerate() {
                    out[component * size..(component + 1) * size].copy_from_slice(&g.derivatives[..size]);
                }
                out
            }
            Self::LinearBend { atoms, axis, component } => {
                flattened(&linear_bend(twofold::<3, 9>(x, *atoms), fixed(*axis), *component))
            }
            Self::LinearBendBeside { atoms, component } => {
                flattened(&linear_bend_beside(twofold::<4, 12>(x, *atoms), *component))
            }
            Self::Cartesian { .. } | Self::Translation { .. } => vec![0.0; size * size],
            Self::Rotation { fragment, axis } => rotation::second_derivatives(fragment, x, usize::from(*axis)),
        }
    }
}

impl fmt::Display for Primitive {
    /// Kind and atoms, which count from 1.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let axis_name = |axis: u8| ["x", "y", "z"].get(usize::from(axis)).copied().unwrap_or("?");
        let name = match self {
            Self::Stretch(_) => "distance",
            Self::Bend(_) => "angle",
            Self::LinearBend { .. } | Self::LinearBendBeside { .. } => "linear bend",
            Self::Dihedral(_) => "dihedral",
            Self::OutOfPlane(_) => "out-of-plane angle",
            Self::Cartesian { atom, axis } => return write!(f, "{} of atom {}", axis_name(*axis), atom + 1),
            Self::Translation { fragment, axis } => {
                return write!(f, "{} of the group of atom {}", axis_name(*axis), fragment.atoms[0] + 1);
            }
            Self::Rotation { fragment, axis } => {
                return write!(
                    f,
                    "rotation about {} of the group of atom {}",
                    axis_name(*axis),
                    fragment.atoms[0] + 1
                );
            }
        };
        let atoms: Vec<String> = self.atoms().iter().map(|a| (a + 1).to_string()).collect();
        write!(f, "{name} {}", atoms.join("-"))
    }
}
