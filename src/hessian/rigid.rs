//! Rigid-body motions: the directions along which a free molecule's energy does not change.

use crate::geometry::Vector;
use crate::linalg::dense::orthonormal;
use crate::linalg::vector::dot;
use crate::linalg::{Eigen, SymmetricMatrix};

/// A molecule is linear where its smallest moment of inertia is below this fraction of the largest: where atoms are off the line
/// by less than a thousandth of its length. Turning about the line is then no motion of its own but part of the bends.
const LINEAR: f64 = 1e-6;

/// Of a rotation less than this remains after the ones before: it depends on them.
const DEPENDENT: f64 = 1e-6;

/// Orthonormal translations and rotations at `x`, in mass-weighted coordinates `√m x`: 6, or 5 of a linear molecule, 3 of an atom.
/// With all masses 1 they are those of plain coordinates.
///
/// `masses` has one number an atom.
#[must_use]
pub fn modes(x: &[f64], masses: &[f64]) -> Vec<Vec<f64>> {
    let roots: Vec<f64> = masses.iter().map(|m| m.sqrt()).collect();
    let mut vectors: Vec<Vec<f64>> = (0..3)
        .map(|axis| motion(&roots, |_| std::array::from_fn(|a| f64::from(u8::from(a == axis)))))
        .collect();
    let relative = relative_to_centre(x, masses);
    for axis in rotation_axes(&relative, masses) {
        vectors.push(motion(&roots, |atom| Vector(axis).cross(Vector(relative[atom])).0));
    }
    orthonormal(&vectors, DEPENDENT)
}

/// The mass-weighted displacements of a motion given by the velocity of each atom.
fn motion(roots: &[f64], velocity: impl Fn(usize) -> [f64; 3]) -> Vec<f64> {
    let weighted = |(atom, root): (usize, &f64)| velocity(atom).map(|c| c * root);
    roots.iter().enumerate().flat_map(weighted).collect()
}

fn relative_to_centre(x: &[f64], masses: &[f64]) -> Vec<[f64; 3]> {
    let total: f64 = masses.iter().sum();
    let mut centre = [0.0; 3];
    for (position, m) in x.chunks_exact(3).zip(masses) {
        for axis in 0..3 {
            centre[axis] += m / total * position[axis];
        }
    }
    x.chunks_exact(3)
        .map(|p| [0, 1, 2].map(|axis| p[axis] - centre[axis]))
        .collect()
}

/// The tensor of inertia about the centre of mass of atoms at `x` (Å) with `masses` (amu), amu Å².
#[must_use]
pub fn inertia(x: &[f64], masses: &[f64]) -> SymmetricMatrix {
    tensor(&relative_to_centre(x, masses), masses)
}

fn tensor(relative: &[[f64; 3]], masses: &[f64]) -> SymmetricMatrix {
    let mut inertia = SymmetricMatrix::zeros(3);
    for (p, &m) in relative.iter().zip(masses) {
        inertia.add_outer(-m, p);
        inertia.shift(m * dot(p, p));
    }
    inertia
}

/// The principal axes of inertia about which turning is a motion.
fn rotation_axes(relative: &[[f64; 3]], masses: &[f64]) -> Vec<[f64; 3]> {
    let Ok(eigen) = Eigen::new(&tensor(relative, masses)) else {
        return Vec::new();
    };
    let largest = eigen.values[2];
    (0..3)
        .filter(|&k| largest > 0.0 && eigen.values[k] > LINEAR * largest)
        .map(|k| std::array::from_fn(|axis| eigen.vector(k)[axis]))
        .collect()
}

/// Projects orthonormal directions out of a Hessian, `P H P`, and gives them the eigenvalue `value` instead of zero.
pub fn project(hessian: &mut SymmetricMatrix, directions: &[Vec<f64>], value: f64) {
    for d in directions {
        let product = hessian.times(d);
        let diagonal = dot(d, &product);
        hessian.add_symmetric_outer(-1.0, d, &product);
        hessian.add_outer(diagonal + value, d);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hessian::numerical;
    use crate::potential::test_surfaces::LennardJones;

    #[test]
    fn shapes_have_their_number_of_motions() {
        let water = [0.0, 0.0, 0.0, 0.96, 0.0, 0.0, -0.24, 0.93, 0.0];
        assert_eq!(modes(&water, &[16.0, 1.0, 1.0]).len(), 6);
        let line = [0.1, 0.2, 0.3, 1.1, 1.2, 1.3, 2.1, 2.2, 2.3];
        assert_eq!(modes(&line, &[16.0, 12.0, 16.0]).len(), 5);
        let nearly = [0.1, 0.2, 0.3, 1.1, 1.2, 1.3 + 1e-5, 2.1, 2.2, 2.3];
        assert_eq!(modes(&nearly, &[16.0, 12.0, 16.0]).len(), 5);
        assert_eq!(modes(&[1.0, 2.0, 3.0], &[4.0]).len(), 3);
        assert_eq!(modes(&[1.0; 6], &[4.0, 1.0]).len(), 3);
        assert!(modes(&[], &[]).is_empty());
    }

    #[test]
    fn the_hessian_of_a_minimum_vanishes_along_them_whatever_the_masses() {
        let masses: Vec<f64> = (0..13).map(|i| 1.0 + f64::from(i)).collect();
        // The icosahedron of 13 atoms in its minimum.
        let mut cluster = LennardJones { atoms: 13 };
        let (mut low, mut high): (f64, f64) = (1.0, 1.2);
        let mut g = vec![0.0; 39];
        for _ in 0..60 {
            let middle = f64::midpoint(low, high);
            let x = LennardJones::icosahedron(middle);
            crate::potential::Potential::energy_gradient(&mut cluster, &x, &mut g).unwrap();
            let outward: f64 = dot(&g, &x);
            if outward > 0.0 { high = middle } else { low = middle }
        }
        let x = LennardJones::icosahedron(low);
        let hessian = numerical::hessian(&mut cluster, &x, 1e-4).unwrap();
        let weights: Vec<f64> = masses.iter().flat_map(|m| [m.sqrt().recip(); 3]).collect();
        let mut weighted = hessian.clone();
        weighted.scale_both_sides(&weights);
        let rigid = modes(&x, &masses);
        for v in &rigid {
            let product = weighted.times(v);
            assert!(dot(&product, &product).sqrt() < 1e-4, "{product:?}");
        }
        // Projected and lifted, they have the value that was asked for, and the vibrations theirs.
        let before = Eigen::new(&weighted).unwrap();
        project(&mut weighted, &rigid, 1e6);
        let after = Eigen::new(&weighted).unwrap();
        for k in 0..33 {
            assert!((after.values[k] - before.values[k + 6]).abs() < 1e-4, "{k}");
        }
        assert!(after.values[33..].iter().all(|v| (v - 1e6).abs() < 1e-3));
    }
}
