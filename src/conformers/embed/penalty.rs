//! What geometries are refined against: violations of bounds, volumes and preferences, as a surface.

use super::bounds::{Close, Relation};
use super::pairs::{PairKernel, PairTable, Planes};
use super::torsions::Preference;
use super::volumes::Volume;
use crate::geometry::{DihedralCosine, Vector};
use crate::numeric::simd::{Level, dispatch};
use crate::potential::{EvalError, Potential};

/// How much each kind of violation counts, kcal/mol (and per Å², Å⁶ for distances, volumes).
#[derive(Clone, Copy, Debug)]
pub(super) struct Weights {
    /// Number of dimensions, 3 or 4.
    pub dimensions: usize,
    /// All pairs.
    pub pairs: f64,
    /// Chiral volumes.
    pub chiral: f64,
    /// Flat centres.
    pub flat: f64,
    /// Extent in the fourth dimension.
    pub fourth: f64,
    /// Bonds, angles and rigid dihedrals as springs.
    pub close: [f64; 3],
    /// Whether preferences for dihedrals count.
    pub torsions: bool,
}

/// Everything that a geometry is judged by; immutable.
#[derive(Clone, Debug)]
pub(super) struct Terms {
    pub n: usize,
    pub pairs: PairTable,
    pub close: Vec<Close>,
    pub chiral: Vec<Volume>,
    pub flat: Vec<Volume>,
    pub torsions: Vec<Preference>,
}

/// The surface, with its scratch.
pub(super) struct Penalty<'a> {
    terms: &'a Terms,
    weights: Weights,
    level: Level,
    x: Planes,
    gradient: Planes,
}

impl<'a> Penalty<'a> {
    pub fn new(terms: &'a Terms, weights: Weights) -> Self {
        Self {
            terms,
            weights,
            level: Level::detect(),
            x: Planes::new(terms.n),
            gradient: Planes::new(terms.n),
        }
    }

    /// The kernel's pairs; overwrites the gradient.
    fn all_pairs(&mut self, x: &[f64], gradient: &mut [f64]) -> f64 {
        let dimensions = self.weights.dimensions;
        for (atom, point) in x.chunks_exact(dimensions).enumerate() {
            for (d, &value) in point.iter().enumerate() {
                self.x.set(d, atom, value);
            }
        }
        self.gradient.clear();
        let kernel = PairKernel {
            table: &self.terms.pairs,
            x: &self.x,
            gradient: &mut self.gradient,
        };
        let energy = dispatch(self.level, kernel);
        for (atom, g) in gradient.chunks_exact_mut(dimensions).enumerate() {
            for (d, value) in g.iter_mut().enumerate() {
                *value = self.weights.pairs * self.gradient.get(d, atom);
            }
        }
        self.weights.pairs * energy
    }

    fn add_fourth(&self, x: &[f64], gradient: &mut [f64]) -> f64 {
        let weight = self.weights.fourth;
        let mut energy = 0.0;
        for (point, g) in x.chunks_exact(4).zip(gradient.chunks_exact_mut(4)) {
            energy += weight * point[3] * point[3];
            g[3] += 2.0 * weight * point[3];
        }
        energy
    }

    fn add_close(&self, x: &[f64], gradient: &mut [f64]) -> f64 {
        let mut energy = 0.0;
        for c in &self.terms.close {
            let stiffness = self.weights.close[match c.relation {
                Relation::Bond => 0,
                Relation::Angle => 1,
                Relation::Rigid => 2,
            }];
            let [i, j] = c.atoms.map(|a| point(x, 3, a));
            let difference = i - j;
            let length = difference.square().sqrt();
            let excess = length - length.clamp(c.lower, c.upper);
            if excess != 0.0 && length > 0.0 {
                energy += stiffness * excess * excess;
                let pull = difference.times(2.0 * stiffness * excess / length);
                add(gradient, 3, c.atoms[0], pull);
                add(gradient, 3, c.atoms[1], -pull);
            }
        }
        energy
    }

    fn add_torsions(&self, x: &[f64], gradient: &mut [f64]) -> f64 {
        let mut energy = 0.0;
        for t in &self.terms.torsions {
            let [i, j, k, l] = t.atoms.map(|a| point(x, 3, a));
            let cosine = DihedralCosine::new(i, j, k, l);
            let c = cosine.value;
            let [c1, c2, c3] = t.coefficients;
            energy += c * (c1 + c * (c2 + c * c3));
            let slope = c1 + c * (2.0 * c2 + c * 3.0 * c3);
            for (atom, g) in t.atoms.into_iter().zip(cosine.gradient(slope)) {
                add(gradient, 3, atom, g);
            }
        }
        energy
    }
}

impl Potential for Penalty<'_> {
    fn len(&self) -> usize {
        self.weights.dimensions * self.terms.n
    }

    fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
        let dimensions = self.weights.dimensions;
        let mut energy = self.all_pairs(x, gradient);
        energy += add_volumes(&self.terms.chiral, self.weights.chiral, dimensions, x, gradient);
        energy += add_volumes(&self.terms.flat, self.weights.flat, dimensions, x, gradient);
        if dimensions == 4 {
            energy += self.add_fourth(x, gradient);
        } else {
            energy += self.add_close(x, gradient);
            if self.weights.torsions {
                energy += self.add_torsions(x, gradient);
            }
        }
        if energy.is_finite() {
            Ok(energy)
        } else {
            Err(EvalError::NotFinite { energy })
        }
    }
}

/// An atom's first three coordinates.
pub(super) fn point(x: &[f64], dimensions: usize, atom: usize) -> Vector<f64> {
    let p = &x[dimensions * atom..];
    Vector([p[0], p[1], p[2]])
}

fn add(gradient: &mut [f64], dimensions: usize, atom: usize, g: Vector<f64>) {
    for (target, value) in gradient[dimensions * atom..].iter_mut().zip(g.0) {
        *target += value;
    }
}

/// The triple product over the first three dimensions, Å³.
pub(super) fn volume(x: &[f64], dimensions: usize, atoms: [usize; 4]) -> f64 {
    let [a, b, c, o] = atoms.map(|a| point(x, dimensions, a));
    (a - o).dot((b - o).cross(c - o))
}

fn add_volumes(volumes: &[Volume], weight: f64, dimensions: usize, x: &[f64], gradient: &mut [f64]) -> f64 {
    let mut energy = 0.0;
    for v in volumes {
        let [a, b, c, o] = v.atoms.map(|a| point(x, dimensions, a));
        let (a, b, c) = (a - o, b - o, c - o);
        let bc = b.cross(c);
        let value = a.dot(bc);
        let excess = value - value.clamp(v.lower, v.upper);
        if excess != 0.0 {
            energy += weight * excess * excess;
            let slope = 2.0 * weight * excess;
            let (ga, gb, gc) = (bc.times(slope), c.cross(a).times(slope), a.cross(b).times(slope));
            add(gradient, dimensions, v.atoms[0], ga);
            add(gradient, dimensions, v.atoms[1], gb);
            add(gradient, dimensions, v.atoms[2], gc);
            add(gradient, dimensions, v.atoms[3], -(ga + gb + gc));
        }
    }
    energy
}
