//! Restraints: energies that draw a distance, an angle, a dihedral or an atom to where it should be, and walls that keep atoms together.

use super::wall::Wall;
use super::{AddCurvature, EvalError, Potential};
use crate::geometry::{Angle, Dihedral, Distance, Vector};
use crate::numeric::Real;

/// What a restraint acts on. Atoms count from 0.
#[derive(Clone, Debug, PartialEq)]
pub enum Subject {
    /// Distance of two atoms, Å.
    Distance([usize; 2]),
    /// Angle at the middle atom, radian.
    Angle([usize; 3]),
    /// Dihedral about the middle two, radian; periodic.
    Dihedral([usize; 4]),
    /// Distance of an atom from a place (Å).
    Position(usize, [f64; 3]),
}

/// The energy as a function of the deviation d from the target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// ½ k d² (k in kcal/mol per Å² or radian²).
    Harmonic {
        /// The force constant k.
        strength: f64,
    },
    /// ½ k s², where s is how far |d| exceeds the half width, rounded at the corners: s = c ln(1 + exp((|d| − w)/c)) on either side. Far outside
    /// it is harmonic, inside it dies off exponentially, and all derivatives are continuous.
    FlatBottomed {
        /// The force constant k.
        strength: f64,
        /// The half width w, Å or radian.
        half_width: f64,
        /// The width c of the rounding, Å or radian; positive.
        corner: f64,
    },
    /// k (1 − cos d): harmonic with a force constant k about the target, and smooth at the other side of the circle.
    Cosine {
        /// The force constant k, kcal/mol/radian².
        strength: f64,
    },
}

impl Shape {
    /// The rounding of a flat bottom that goes with its width: a tenth of it.
    #[must_use]
    pub fn flat_bottomed(strength: f64, half_width: f64) -> Self {
        Self::FlatBottomed {
            strength,
            half_width,
            corner: (0.1 * half_width).max(1e-3),
        }
    }

    /// Energy (kcal/mol) and its derivative at a deviation.
    #[must_use]
    pub fn energy_slope(&self, deviation: f64) -> (f64, f64) {
        match *self {
            Self::Harmonic { strength } => (0.5 * strength * deviation * deviation, strength * deviation),
            Self::FlatBottomed {
                strength,
                half_width,
                corner,
            } => {
                let (above, rises) = softplus((deviation - half_width) / corner);
                let (below, falls) = softplus((-deviation - half_width) / corner);
                let (above, below) = (corner * above, corner * below);
                (
                    0.5 * strength * (above * above + below * below),
                    strength * (above * rises - below * falls),
                )
            }
            Self::Cosine { strength } => (strength * (1.0 - deviation.cos()), strength * deviation.sin()),
        }
    }

    /// About how fast the slope rises at a deviation, where it does.
    fn curvature(&self, deviation: f64) -> f64 {
        match *self {
            Self::Harmonic { strength } => strength,
            Self::FlatBottomed { half_width, .. } if deviation.abs() < half_width => 0.0,
            Self::FlatBottomed { strength, .. } => strength,
            Self::Cosine { strength } => strength * deviation.cos().max(0.0),
        }
    }
}

/// ln(1 + exp t) and its derivative, without overflow.
pub(super) fn softplus(t: f64) -> (f64, f64) {
    let small = (-t.abs()).exp();
    let slope = if t > 0.0 {
        1.0 / (1.0 + small)
    } else {
        small / (1.0 + small)
    };
    (t.max(0.0) + small.ln_1p(), slope)
}

/// One restraint.
#[derive(Clone, Debug, PartialEq)]
pub struct Restraint {
    /// What it acts on.
    pub subject: Subject,
    /// Where it has no energy, Å or radian.
    pub target: f64,
    /// How the energy rises.
    pub shape: Shape,
}

fn point<S: Real>(x: &[f64], atom: usize) -> Vector<S> {
    Vector([0, 1, 2].map(|axis| S::constant(x[3 * atom + axis])))
}

/// The difference of two dihedrals that is nearest to zero.
fn turned_back(difference: f64) -> f64 {
    let turn = std::f64::consts::TAU;
    difference - turn * (difference / turn).round()
}

impl Restraint {
    /// Shows the atoms, the gradient of what the restraint acts on, and its deviation from the target.
    fn visit<T>(&self, x: &[f64], visit: impl FnOnce(&[usize], &[Vector<f64>], f64) -> T) -> T {
        match self.subject {
            Subject::Distance(atoms) => {
                let [i, j] = atoms.map(|a| point(x, a));
                let r = Distance::new(i, j);
                visit(&atoms, &r.gradient(1.0), r.value - self.target)
            }
            Subject::Angle(atoms) => {
                let [i, j, k] = atoms.map(|a| point(x, a));
                let angle: Angle<f64> = Angle::new(i, j, k);
                let sine = angle.sine();
                let gradient = angle.cosine_gradient(-1.0 / sine);
                visit(&atoms, &gradient, angle.value(sine) - self.target)
            }
            Subject::Dihedral(atoms) => {
                let [i, j, k, l] = atoms.map(|a| point(x, a));
                let dihedral: Dihedral<f64> = Dihedral::new(i, j, k, l);
                let deviation = turned_back(dihedral.value() - self.target);
                visit(&atoms, &dihedral.gradient(), deviation)
            }
            Subject::Position(atom, place) => {
                let r = Distance::new(Vector(place), point(x, atom));
                // At the place itself the direction has no meaning and the distance, kept off zero, no weight.
                visit(&[atom], &[r.direction], r.value - self.target)
            }
        }
    }

    /// Adds the gradient to `gradient` and gives the energy.
    pub fn add_energy_gradient(&self, x: &[f64], gradient: &mut [f64]) -> f64 {
        self.visit(x, |atoms, parts, deviation| {
            let (energy, slope) = self.shape.energy_slope(deviation);
            for (&atom, part) in atoms.iter().zip(parts) {
                for (g, p) in gradient[3 * atom..3 * atom + 3].iter_mut().zip(part.0) {
                    *g += slope * p;
                }
            }
            energy
        })
    }

    fn add_curvature(&self, x: &[f64], add: &mut AddCurvature<'_>) {
        self.visit(x, |atoms, parts, deviation| {
            let direction: Vec<[f64; 3]> = parts.iter().map(|part| part.0).collect();
            add(atoms, &direction, self.shape.curvature(deviation));
        });
    }
}

/// A surface with restraints and walls on it.
#[derive(Clone, Debug)]
pub struct Restrained<P> {
    inner: P,
    bias: Bias,
    own_energy: f64,
    bias_energy: f64,
}

/// Restraints and walls.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bias {
    /// The restraints.
    pub restraints: Vec<Restraint>,
    /// The walls.
    pub walls: Vec<Wall>,
}

impl Bias {
    /// Whether there is nothing that could have an energy.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.restraints.is_empty() && self.walls.is_empty()
    }

    /// Adds the gradient to `gradient` (kcal/mol/Å) and gives the energy (kcal/mol) at `x` (Å).
    pub fn add_energy_gradient(&self, x: &[f64], gradient: &mut [f64]) -> f64 {
        let mut energy = 0.0;
        for restraint in &self.restraints {
            energy += restraint.add_energy_gradient(x, gradient);
        }
        for wall in &self.walls {
            energy += wall.add_energy_gradient(x, gradient);
        }
        energy
    }
}

impl<P: Potential> Restrained<P> {
    /// Puts restraints on a surface.
    pub fn new(inner: P, bias: Bias) -> Self {
        Self {
            inner,
            bias,
            own_energy: f64::NAN,
            bias_energy: f64::NAN,
        }
    }

    /// Energy of the surface alone at the last evaluation, kcal/mol.
    #[must_use]
    pub fn own_energy(&self) -> f64 {
        self.own_energy
    }

    /// Energy of restraints and walls at the last evaluation, kcal/mol.
    #[must_use]
    pub fn bias_energy(&self) -> f64 {
        self.bias_energy
    }
}

impl<P: Potential> Potential for Restrained<P> {
    fn len(&self) -> usize {
        self.inner.len()
    }

    fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
        self.own_energy = self.inner.energy_gradient(x, gradient)?;
        self.bias_energy = self.bias.add_energy_gradient(x, gradient);
        Ok(self.own_energy + self.bias_energy)
    }

    fn curvature(&mut self, x: &[f64], add: &mut AddCurvature<'_>) -> bool {
        if !self.inner.curvature(x, add) {
            return false;
        }
        for restraint in &self.bias.restraints {
            restraint.add_curvature(x, add);
        }
        true
    }

    /// Where nothing is restrained; a restraint's own second derivatives are not known.
    fn hessian(&mut self, x: &[f64]) -> Option<Result<Vec<f64>, EvalError>> {
        if self.bias.is_empty() {
            self.inner.hessian(x)
        } else {
            None
        }
    }

    fn has_gradient(&self) -> bool {
        self.inner.has_gradient()
    }

    fn pin(&mut self, x: &[f64]) -> Result<(), EvalError> {
        self.inner.pin(x)
    }
}
