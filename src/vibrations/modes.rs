//! Normal modes: E. B. Wilson, J. C. Decius, P. C. Cross, "Molecular Vibrations" (1955), chapters 2 and 11, with translation and
//! rotation projected out of the mass-weighted Hessian (Eckart's frame) as J. W. Ochterski, "Vibrational analysis in Gaussian" (1999)
//! describes.

use crate::hessian::lowest::wavenumber_cm1;
use crate::hessian::rigid;
use crate::linalg::vector::{add_scaled, dot};
use crate::linalg::{Eigen, LinalgError, SymmetricMatrix};
use crate::units::MDYN_ANGSTROM_PER_KCAL_MOL_ANGSTROM2;

/// Eigenvalues closer than this fraction of the largest one (some thousandths of a wavenumber) belong together: round-off and what a
/// minimization leaves decide which of all orthogonal bases of their space an eigensolver gives.
const DEGENERATE: f64 = 1e-6;

/// A direction counts as a new maximum where it is larger by this fraction, so that of equal ones the first is taken.
const LARGER: f64 = 1.0 + 1e-3;

/// One normal mode.
#[derive(Clone, Debug, PartialEq)]
pub struct NormalMode {
    /// cm⁻¹, negative where imaginary.
    pub wavenumber_cm1: f64,
    /// amu: of the oscillator whose coordinate is `displacement`.
    pub reduced_mass: f64,
    /// mdyn/Å, negative where imaginary.
    pub force_constant_mdyn: f64,
    /// Displacements of the atoms in Cartesian space, `[x0 y0 z0 x1 …]`, of length 1 together.
    pub displacement: Vec<f64>,
}

/// The modes of a molecule.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NormalModes {
    /// In ascending order of their wavenumbers: 3N − 6, or 3N − 5 of a linear molecule, none of an atom.
    pub modes: Vec<NormalMode>,
    /// Translations and rotations: 6, 5 or 3.
    pub rigid: usize,
}

impl NormalModes {
    /// The wavenumbers, cm⁻¹, ascending, negative where imaginary.
    #[must_use]
    pub fn wavenumbers_cm1(&self) -> Vec<f64> {
        self.modes.iter().map(|mode| mode.wavenumber_cm1).collect()
    }
}

/// The normal modes for second derivatives `hessian` (kcal/mol/Å²) at `x` (Å), with one of `masses` (amu) an atom.
///
/// Of degenerate modes those are given that lie most along single coordinates, which does not depend on the eigensolver. At a
/// point that is not stationary the result is one of the projected Hessian; its rotations are no more than a convention there.
///
/// # Errors
/// A Hessian with elements that are not finite; no convergence.
pub fn normal_modes(hessian: &SymmetricMatrix, x: &[f64], masses: &[f64]) -> Result<NormalModes, LinalgError> {
    let weights: Vec<f64> = masses.iter().flat_map(|m| [m.sqrt().recip(); 3]).collect();
    let mut weighted = hessian.clone();
    weighted.scale_both_sides(&weights);
    let rigid = rigid::modes(x, masses);
    // Above all vibrations: no eigenvalue is larger than the norm.
    let lift = 2.0 * dot(weighted.as_slice(), weighted.as_slice()).sqrt() + 1.0;
    rigid::project(&mut weighted, &rigid, lift);
    let eigen = Eigen::new(&weighted)?;
    let count = x.len() - rigid.len();
    let mut modes = Vec::with_capacity(count);
    for group in degenerate(&eigen.values[..count]) {
        let vectors: Vec<&[f64]> = group.clone().map(|k| eigen.vector(k)).collect();
        for (k, q) in group.zip(settled(&vectors)) {
            modes.push(NormalMode::new(eigen.values[k], &q, &weights));
        }
    }
    Ok(NormalModes {
        modes,
        rigid: rigid.len(),
    })
}

impl NormalMode {
    /// From an eigenvalue (kcal/mol/Å²/amu) and eigenvector of the mass-weighted Hessian, and m^(−1/2) of each coordinate.
    fn new(value: f64, q: &[f64], weights: &[f64]) -> Self {
        let mut displacement: Vec<f64> = q.iter().zip(weights).map(|(q, w)| q * w).collect();
        // Ochterski's equation 7: N² is the reduced mass where N normalizes the Cartesian displacements.
        let reduced_mass = dot(&displacement, &displacement).recip();
        displacement.iter_mut().for_each(|c| *c *= reduced_mass.sqrt());
        Self {
            wavenumber_cm1: wavenumber_cm1(value),
            reduced_mass,
            force_constant_mdyn: MDYN_ANGSTROM_PER_KCAL_MOL_ANGSTROM2 * value * reduced_mass,
            displacement,
        }
    }
}

/// Runs of ascending values that are equal but for round-off.
fn degenerate(values: &[f64]) -> Vec<std::ops::Range<usize>> {
    let largest = values.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    let mut groups: Vec<std::ops::Range<usize>> = Vec::new();
    for (k, value) in values.iter().enumerate() {
        match groups.last_mut() {
            Some(group) if value - values[k - 1] <= DEGENERATE * largest => group.end = k + 1,
            _ => groups.push(k..k + 1),
        }
    }
    groups
}

/// The orthonormal basis of a space that follows from the space alone: the projection of the coordinate of which it holds most, then
/// that of the next one among what is left (pivoted Cholesky decomposition of the projector). Signs: that coordinate is positive.
fn settled(vectors: &[&[f64]]) -> Vec<Vec<f64>> {
    let Some(n) = vectors.first().map(|v| v.len()) else {
        return Vec::new();
    };
    let mut basis: Vec<Vec<f64>> = Vec::with_capacity(vectors.len());
    let mut left: Vec<f64> = (0..n).map(|i| vectors.iter().map(|v| v[i] * v[i]).sum()).collect();
    for _ in 0..vectors.len() {
        let pivot = (1..n).fold(0, |best, i| if left[i] > left[best] * LARGER { i } else { best });
        let mut column = vec![0.0; n];
        for v in vectors {
            add_scaled(&mut column, v[pivot], v);
        }
        // Twice, against round-off.
        for _ in 0..2 {
            for done in &basis {
                let overlap = dot(done, &column);
                add_scaled(&mut column, -overlap, done);
            }
        }
        let length = dot(&column, &column).sqrt();
        column.iter_mut().for_each(|c| *c /= length);
        left.iter_mut().zip(&column).for_each(|(l, c)| *l -= c * c);
        basis.push(column);
    }
    basis
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hessian::lowest::eigenvalue;

    /// The Hessian that has these mass-weighted modes.
    fn from_modes(modes: &[(f64, Vec<f64>)], masses: &[f64]) -> SymmetricMatrix {
        let mut hessian = SymmetricMatrix::zeros(3 * masses.len());
        for (wavenumber, q) in modes {
            hessian.add_outer(eigenvalue(*wavenumber), q);
        }
        let roots: Vec<f64> = masses.iter().flat_map(|m| [m.sqrt(); 3]).collect();
        hessian.scale_both_sides(&roots);
        hessian
    }

    /// A spring of `k` (kcal/mol/Å²) along the line of two atoms.
    fn pair(k: f64) -> SymmetricMatrix {
        let mut hessian = SymmetricMatrix::zeros(6);
        hessian.add_outer(k, &[0.0, 0.0, 1.0, 0.0, 0.0, -1.0]);
        hessian
    }

    #[test]
    fn carbon_monoxide_has_its_published_stretch_and_reduced_mass() {
        // NIST: harmonic wavenumber 2169.8 cm⁻¹, force constant 19.019 mdyn/Å, reduced mass 6.8562 amu of 12C16O.
        let k = 19.019 / MDYN_ANGSTROM_PER_KCAL_MOL_ANGSTROM2;
        let masses = [12.0, 15.994_914_619];
        let found = normal_modes(&pair(k), &[0.0, 0.0, 0.0, 0.0, 0.0, 1.128], &masses).unwrap();
        assert_eq!((found.modes.len(), found.rigid), (1, 5));
        let mode = &found.modes[0];
        assert!((mode.wavenumber_cm1 - 2169.8).abs() < 0.3, "{mode:?}");
        // ½μẋ² for the displacement of length 1 has the mass (m₁d₁² + m₂d₂²); the textbook's μ belongs to the change of distance.
        let stretch = mode.displacement[5] - mode.displacement[2];
        assert!(
            (mode.reduced_mass / (stretch * stretch) - 6.8562).abs() < 1e-4,
            "{mode:?}"
        );
        assert!(
            (mode.force_constant_mdyn / (stretch * stretch) - 19.019).abs() < 1e-9,
            "{mode:?}"
        );
    }

    #[test]
    fn an_atom_has_no_modes_and_nothing_has_none() {
        let atom = normal_modes(&SymmetricMatrix::zeros(3), &[0.0; 3], &[4.0]).unwrap();
        assert_eq!((atom.modes.len(), atom.rigid), (0, 3));
        assert_eq!(
            normal_modes(&SymmetricMatrix::zeros(0), &[], &[]).unwrap(),
            NormalModes::default()
        );
    }

    #[test]
    fn imaginary_modes_come_first_and_are_negative() {
        let found = normal_modes(&pair(-100.0), &[0.0, 0.0, 0.0, 0.0, 0.0, 1.1], &[1.0, 1.0]).unwrap();
        let mode = &found.modes[0];
        assert!(
            mode.wavenumber_cm1 < -1000.0 && mode.force_constant_mdyn < 0.0,
            "{mode:?}"
        );
        assert!((mode.reduced_mass - 1.0).abs() < 1e-12);
    }

    #[test]
    fn degenerate_modes_do_not_depend_on_the_basis_the_eigensolver_gives() {
        let s = 0.5_f64.sqrt();
        let one = [vec![1.0, 0.0, 0.0, 0.0], vec![0.0, 0.6, 0.8, 0.0]];
        let turned = [vec![s, 0.6 * s, 0.8 * s, 0.0], vec![s, -0.6 * s, -0.8 * s, 0.0]];
        let settle = |basis: &[Vec<f64>]| settled(&basis.iter().map(Vec::as_slice).collect::<Vec<_>>());
        for (p, q) in settle(&one).iter().flatten().zip(settle(&turned).iter().flatten()) {
            assert!((p - q).abs() < 1e-14);
        }
        assert_eq!(degenerate(&[1.0, 2.0, 2.0 + 1e-12, 3.0]), [0..1, 1..3, 3..4]);
    }

    #[test]
    fn rigid_motions_do_not_mix_into_modes() {
        // Water's modes from anything: a stiff matrix of no physical meaning, rotations and all.
        let x = [0.0, 0.0, 0.0, 0.96, 0.0, 0.0, -0.24, 0.93, 0.0];
        let masses = [15.999, 1.008, 1.008];
        let mut hessian = SymmetricMatrix::diagonal(&[900.0, 800.0, 50.0, 400.0, 300.0, 20.0, 350.0, 310.0, 30.0]);
        hessian.add_outer(10.0, &[1.0; 9]);
        let found = normal_modes(&hessian, &x, &masses).unwrap();
        assert_eq!(found.modes.len(), 3);
        let weights: Vec<f64> = masses.iter().flat_map(|m: &f64| [m.sqrt(); 3]).collect();
        let mut rebuilt = Vec::new();
        for mode in &found.modes {
            let q: Vec<f64> = mode
                .displacement
                .iter()
                .zip(&weights)
                .map(|(d, w)| d * w / mode.reduced_mass.sqrt())
                .collect();
            assert!((dot(&q, &q) - 1.0).abs() < 1e-12);
            for r in rigid::modes(&x, &masses) {
                assert!(dot(&q, &r).abs() < 1e-10);
            }
            rebuilt.push((mode.wavenumber_cm1, q));
        }
        // The Hessian made of them has the same modes.
        let again = normal_modes(&from_modes(&rebuilt, &masses), &x, &masses).unwrap();
        for (p, q) in again.wavenumbers_cm1().iter().zip(found.wavenumbers_cm1()) {
            assert!((p - q).abs() < 1e-6, "{p} {q}");
        }
    }
}
