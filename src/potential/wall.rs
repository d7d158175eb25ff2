//! Walls: a sphere or a box that atoms are kept in.

use super::restraint::softplus;

/// Where a wall stands, in Å.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Enclosure {
    /// A sphere.
    Sphere {
        /// Its centre.
        centre: [f64; 3],
        /// Its radius.
        radius: f64,
    },
    /// A box along the axes.
    Cuboid {
        /// Its centre.
        centre: [f64; 3],
        /// Half of its edges.
        half_edges: [f64; 3],
    },
}

/// How the energy of an atom rises with its distance r from the centre of a wall at R, or with its coordinate in a box.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rise {
    /// ½ k s², with s = c ln(1 + exp((r − R)/c)).
    Harmonic {
        /// The force constant k, kcal/mol/Å².
        strength: f64,
        /// The width c of the rounding, Å.
        corner: f64,
    },
    /// E ln(1 + exp(β(r − R))): a constant force E β outside (xtb's `logfermi`).
    LogFermi {
        /// The energy E, kcal/mol.
        energy: f64,
        /// The steepness β, 1/Å.
        steepness: f64,
    },
    /// E (r/R)ⁿ (xtb's `polynomial`).
    Polynomial {
        /// The energy E, kcal/mol.
        energy: f64,
        /// The exponent n.
        exponent: i32,
    },
}

impl Rise {
    /// Energy (kcal/mol) and slope (kcal/mol/Å) at the distance r of a wall at R (Å).
    #[must_use]
    pub fn energy_slope(&self, r: f64, wall: f64) -> (f64, f64) {
        match *self {
            Self::Harmonic { strength, corner } => {
                let (depth, slope) = softplus((r - wall) / corner);
                let depth = corner * depth;
                (0.5 * strength * depth * depth, strength * depth * slope)
            }
            Self::LogFermi { energy, steepness } => {
                let (value, slope) = softplus(steepness * (r - wall));
                (energy * value, energy * steepness * slope)
            }
            Self::Polynomial { energy, exponent } => {
                let ratio = r / wall;
                let n = f64::from(exponent);
                (
                    energy * ratio.powi(exponent),
                    energy * n / wall * ratio.powi(exponent - 1),
                )
            }
        }
    }
}

/// A wall around some atoms.
#[derive(Clone, Debug, PartialEq)]
pub struct Wall {
    /// Where it stands.
    pub enclosure: Enclosure,
    /// How steep it is.
    pub rise: Rise,
    /// The atoms that feel it.
    pub atoms: Vec<usize>,
}

/// Squared distances from a centre are kept off zero by this (Å²): the direction has no meaning there, and the force is nil.
const TINY: f64 = 1e-20;

impl Wall {
    /// Adds the gradient to `gradient` and gives the energy.
    pub fn add_energy_gradient(&self, x: &[f64], gradient: &mut [f64]) -> f64 {
        let mut energy = 0.0;
        for &atom in &self.atoms {
            let range = 3 * atom..3 * atom + 3;
            energy += self.one(&x[range.clone()], &mut gradient[range]);
        }
        energy
    }

    fn one(&self, position: &[f64], gradient: &mut [f64]) -> f64 {
        match self.enclosure {
            Enclosure::Sphere { centre, radius } => {
                let off = [0, 1, 2].map(|a| position[a] - centre[a]);
                let r = off.iter().map(|d| d * d).sum::<f64>().max(TINY).sqrt();
                let (energy, slope) = self.rise.energy_slope(r, radius);
                for (g, d) in gradient.iter_mut().zip(off) {
                    *g += slope * d / r;
                }
                energy
            }
            Enclosure::Cuboid { centre, half_edges } => {
                let mut sum = 0.0;
                for axis in 0..3 {
                    let off = position[axis] - centre[axis];
                    // Two opposite walls, each felt from its own side, so that nothing has a kink in the middle.
                    for side in [1.0, -1.0] {
                        let (energy, slope) = self.rise.energy_slope(side * off, half_edges[axis]);
                        sum += energy;
                        gradient[axis] += side * slope;
                    }
                }
                sum
            }
        }
    }
}
