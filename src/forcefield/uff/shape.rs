//! The arrangement of neighbours about an atom, which decides the form of its angle terms.

use super::parameters::AtomType;
use super::typing::{Typed, is_metal};
use crate::chem::Molecule;
use crate::chem::hybridization::Hybridization;
use crate::chem::molecule::Neighbor;

/// The ideal tetrahedral angle, degrees, as UFF's table has it.
const TETRAHEDRAL: f64 = 109.47;

/// Above this natural angle (degrees) the general form has no meaning.
const NEARLY_LINEAR: f64 = 179.0;

/// The arrangement of neighbours about an atom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Shape {
    /// One direction and its opposite: n = 1.
    Linear,
    /// Threefold: n = 3.
    Trigonal,
    /// Square planar and octahedral: n = 4, which accepts 90 and 180 degrees.
    Fourfold,
    /// The general form about this angle (degrees).
    General(f64),
    /// Two axial and three equatorial neighbours; whether angles between the two kinds keep the type's own angle (as
    /// the reference has them) or are fourfold.
    Bipyramid {
        /// The type's own angle.
        own_angle: bool,
    },
}

impl Shape {
    /// The shape about an atom.
    pub(super) fn of(
        molecule: &Molecule,
        atom: usize,
        hybrid: Hybridization,
        typed: Typed,
        atom_type: &AtomType,
    ) -> Self {
        let neighbors = molecule.degree(atom);
        if !typed.exact && (is_metal(molecule.element(atom)) || !has_planar_or_linear_bonds(hybrid)) {
            return Self::by_coordination(neighbors, atom_type);
        }
        match hybrid {
            _ if atom_type.label == "H_b" => Self::General(atom_type.angle_degrees),
            Hybridization::Sp => Self::Linear,
            // A two-coordinate heavy atom keeps its own, narrower angle.
            Hybridization::Sp2 if typed.exact || neighbors == 3 => Self::Trigonal,
            Hybridization::Sp3d2 => Self::Fourfold,
            Hybridization::Sp3d if neighbors == 5 && atom_type.angle_degrees < NEARLY_LINEAR => {
                Self::Bipyramid { own_angle: true }
            }
            // The general form has no meaning about 180 degrees (univalent elements with several neighbours).
            _ if atom_type.angle_degrees >= NEARLY_LINEAR => match hybrid {
                Hybridization::Sp3d if neighbors == 2 => Self::Linear,
                Hybridization::Sp3d | Hybridization::Other => Self::by_coordination(neighbors.max(6), atom_type),
                _ => Self::General(TETRAHEDRAL),
            },
            _ => Self::General(atom_type.angle_degrees),
        }
    }

    /// The shape about an atom whose type was chosen among its element's: by number of neighbours, within the type.
    fn by_coordination(neighbors: usize, atom_type: &AtomType) -> Self {
        let linear = atom_type.angle_degrees >= NEARLY_LINEAR;
        match (atom_type.geometry(), neighbors) {
            (Some('4' | '6'), _) | (_, 6..) => Self::Fourfold,
            (_, 5) => Self::Bipyramid { own_angle: false },
            (Some('1'), 2) => Self::Linear,
            (Some('1' | '2' | 'R'), 3) => Self::Trigonal,
            _ if linear => Self::General(TETRAHEDRAL),
            _ => Self::General(atom_type.angle_degrees),
        }
    }
}

fn has_planar_or_linear_bonds(hybrid: Hybridization) -> bool {
    matches!(hybrid, Hybridization::Sp | Hybridization::Sp2)
}

/// Whether the four neighbours of an atom lie in two pairs opposite each other.
pub(super) fn is_square_planar(molecule: &Molecule, atom: usize, coordinates: &[f64]) -> bool {
    /// Cosine of about 150°, well beyond a tetrahedron's and short of a flattened square.
    const OPPOSITE: f64 = -0.87;
    let &[a, b, c, d] = molecule.neighbors(atom) else {
        return false;
    };
    let opposite = |p: Neighbor, q: Neighbor| cosine(coordinates, p.atom, atom, q.atom) < OPPOSITE;
    [[a, b, c, d], [a, c, b, d], [a, d, b, c]]
        .iter()
        .any(|&[p, q, r, s]| opposite(p, q) && opposite(r, s))
}

/// The two axial neighbours of a five-coordinate atom, as positions in its neighbour list: those that lie most nearly
/// opposite each other, or without coordinates the two most electronegative (Bent's rule).
pub(super) fn axial_neighbors(
    molecule: &Molecule,
    atom: usize,
    coordinates: Option<&[f64]>,
    electronegativity: impl Fn(usize) -> f64,
) -> [usize; 2] {
    let neighbors = molecule.neighbors(atom);
    let preference = |a: usize, b: usize| match coordinates {
        Some(x) => cosine(x, neighbors[a].atom, atom, neighbors[b].atom),
        None => -electronegativity(neighbors[a].atom) - electronegativity(neighbors[b].atom),
    };
    let pairs = (0..neighbors.len()).flat_map(|a| (a + 1..neighbors.len()).map(move |b| [a, b]));
    let best = pairs.min_by(|&[a, b], &[c, d]| preference(a, b).total_cmp(&preference(c, d)));
    best.unwrap_or([0, 1])
}

/// Cosine of the angle i–j–k.
fn cosine(x: &[f64], i: usize, j: usize, k: usize) -> f64 {
    let difference = |a: usize| [0, 1, 2].map(|c| x[3 * a + c] - x[3 * j + c]);
    let (u, v) = (difference(i), difference(k));
    let dot = |p: [f64; 3], q: [f64; 3]| p[0] * q[0] + p[1] * q[1] + p[2] * q[2];
    dot(u, v) / (dot(u, u) * dot(v, v)).sqrt()
}
