//! The lowest vibrations of a surface at a point: is it a minimum, is it a pass?
//!
//! With an analytic Hessian the matrix is mass-weighted, rigid motions are projected out and lifted, and the rest is shifted
//! until a Cholesky decomposition succeeds; the lowest eigenvalue is then the largest one of the inverse, which a few
//! solves find (shift and invert; no full eigenproblem). Elsewhere the iterative eigensolver asks for products with vectors,
//! two gradients each: with a model Hessian as a preconditioner some ten to twenty, without one a hundred and more.

use super::preconditioner::{Preconditioner, SparsePreconditioner};
use super::{numerical, rigid};
use crate::linalg::dense::project_out;
use crate::linalg::lanczos::Map;
use crate::linalg::vector::{dot, norm};
use crate::linalg::{Cholesky, LowestPairs, LowestSettings, SymmetricMatrix, lowest_pairs};
use crate::potential::{EvalError, Potential};
use crate::units::WAVENUMBER_CM1_PER_ROOT;
use std::convert::Infallible;

/// Relative residual of shift and invert, of which an iteration costs little.
const INVERSE_RESIDUAL: f64 = 1e-7;
/// The shift grows by this factor until the matrix is positive definite.
const SHIFT_GROWTH: f64 = 16.0;
/// Times that it may grow: from 10 cm⁻¹ to beyond every vibration.
const SHIFTS: usize = 40;

/// How the lowest vibration is looked for.
#[derive(Clone, Debug, PartialEq)]
pub struct LowestModeSettings {
    /// Whether the surface knows no place and no orientation, so that rigid motions are not vibrations: not so with frozen atoms, walls
    /// or restraints to places.
    pub free: bool,
    /// Directions of Cartesian space that are no motion at all: gradients of constraints, coordinates of frozen atoms.
    pub excluded: Vec<Vec<f64>>,
    /// Whether to ask the surface for an analytic Hessian.
    pub analytic: bool,
    /// Most coordinates for which a dense analytic Hessian is made: the time grows with their cube, and that of products, which is used
    /// beyond, with the number itself.
    pub dense: usize,
    /// Displacement (Å) of the atom that moves farthest, in differences of gradients.
    pub step: f64,
    /// Most Hessian–vector products, where there is no analytic Hessian.
    pub products: usize,
    /// Residual of the iterative eigensolver, kcal/mol/Å²/amu. The error of the eigenvalue goes with its square.
    pub residual: f64,
    /// The same as a fraction of the eigenvalue.
    pub relative_residual: f64,
    /// The lowest mode as it is expected, in Cartesian space, for the iterative eigensolver to begin with.
    pub guess: Option<Vec<f64>>,
}

impl Default for LowestModeSettings {
    fn default() -> Self {
        Self {
            free: true,
            excluded: Vec::new(),
            analytic: true,
            dense: 600,
            step: numerical::STEP,
            products: 150,
            // The eigenvalue of 10 cm⁻¹ is 0.0085.
            residual: 2e-3,
            relative_residual: 0.02,
            guess: None,
        }
    }
}

impl LowestModeSettings {
    /// For surfaces with noise in the gradient (self-consistent fields, printed digits): longer differences, and a residual that they
    /// can reach. What is left of it lies along stiff vibrations and hardly touches the lowest eigenvalue.
    #[must_use]
    pub fn noisy() -> Self {
        Self {
            step: numerical::NOISY_STEP,
            residual: 0.03,
            relative_residual: 0.05,
            ..Self::default()
        }
    }
}

/// An approximate Hessian (kcal/mol/Å²) at a point, in Cartesian space. `None` where it has none there.
pub type Approximate<'a> = dyn FnMut(&[f64]) -> Option<SymmetricMatrix> + 'a;

/// Applications of the approximate inverse to an arbitrary vector that make the iteration's first one. Two leave little of the stiff
/// motions and much of all soft ones: more would single out the approximation's own softest, and a saddle along another be missed.
const HEAD_START: usize = 2;

/// A vibration.
#[derive(Clone, Debug, PartialEq)]
pub struct LowestMode {
    /// Its wavenumber, cm⁻¹, as it is usual negative where it is imaginary. Without masses that of masses of 1 amu.
    pub wavenumber_cm1: f64,
    /// The curvature along the mode, kcal/mol/Å².
    pub curvature: f64,
    /// The displacements in Cartesian space, of length 1.
    pub mode: Vec<f64>,
}

/// The lowest vibrations at a point.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LowestModes {
    /// In ascending order: as many as were asked for, fewer where fewer exist, none of a single atom.
    pub modes: Vec<LowestMode>,
    /// Energy and gradient evaluations that they took.
    pub evaluations: usize,
    /// Analytic Hessians that they took.
    pub hessian_evaluations: usize,
    /// Whether the eigensolver converged. Where it did not, the wavenumbers are upper bounds.
    pub converged: bool,
}

/// Wavenumber (cm⁻¹, negative where imaginary) of an eigenvalue of the mass-weighted Hessian (kcal/mol/Å²/amu).
#[must_use]
pub fn wavenumber_cm1(eigenvalue: f64) -> f64 {
    WAVENUMBER_CM1_PER_ROOT * eigenvalue.signum() * eigenvalue.abs().sqrt()
}

/// Eigenvalue of the mass-weighted Hessian (kcal/mol/Å²/amu) of a wavenumber (cm⁻¹, negative where imaginary).
#[must_use]
pub fn eigenvalue(wavenumber_cm1: f64) -> f64 {
    let root = wavenumber_cm1 / WAVENUMBER_CM1_PER_ROOT;
    root * root.abs()
}

/// The `count` lowest vibrations of `potential` at `x` (Å).
///
/// `masses` are those of the atoms, amu; `None` for a surface that is not one of atoms in space. `preconditioner`, where given, is
/// an approximate inverse of the Hessian in Cartesian space (unweighted), which saves most products where there is no analytic
/// Hessian. A surface that knows its own stiff directions ([`Potential::curvature`]) needs none.
///
/// # Errors
/// Those of the surface.
pub fn lowest_modes(
    potential: &mut dyn Potential,
    x: &[f64],
    masses: Option<&[f64]>,
    count: usize,
    settings: &LowestModeSettings,
    preconditioner: Option<&mut Map<'_>>,
) -> Result<LowestModes, EvalError> {
    let frame = Frame::new(x, masses, settings);
    if frame.null.len() >= x.len() || count == 0 {
        return Ok(LowestModes {
            converged: true,
            ..LowestModes::default()
        });
    }
    if settings.analytic
        && x.len() <= settings.dense
        && let Some(hessian) = potential.hessian(x)
    {
        let hessian = SymmetricMatrix::from_rows(x.len(), hessian?);
        let pairs = frame.lowest_of_matrix(hessian, count).unwrap_or_default();
        return Ok(frame.modes(&pairs, 0, 1));
    }
    let mut own = SparsePreconditioner::new();
    let pairs = if preconditioner.is_none() && own.rebuild(potential, x) {
        let mut solve = |v: &[f64], out: &mut [f64]| {
            out.copy_from_slice(v);
            own.solve(out);
        };
        frame.lowest_by_products(potential, x, count, settings, Some(&mut solve))?
    } else {
        frame.lowest_by_products(potential, x, count, settings, preconditioner)?
    };
    Ok(frame.modes(&pairs, 2 * pairs.products, 0))
}

/// A preconditioner for [`lowest_modes`] from an approximate Hessian in Cartesian space (kcal/mol/Å²), such as
/// [`super::ModelHessian::cartesian`] or what a quasi-Newton stepper has learnt. `None` for a matrix that is not finite.
#[must_use]
pub fn dense_preconditioner(approximate: SymmetricMatrix) -> Option<impl FnMut(&[f64], &mut [f64])> {
    let (_, factor) = positive_definite(approximate)?;
    Some(move |v: &[f64], out: &mut [f64]| {
        out.copy_from_slice(v);
        factor.solve_in_place(out);
    })
}

/// Mass-weighted coordinates, and what is no vibration in them.
struct Frame {
    /// m^(−1/2) of each coordinate.
    weights: Vec<f64>,
    /// Orthonormal mass-weighted directions: rigid motions and what is excluded.
    null: Vec<Vec<f64>>,
}

impl Frame {
    fn new(x: &[f64], masses: Option<&[f64]>, settings: &LowestModeSettings) -> Self {
        let weights: Vec<f64> = masses.map_or_else(
            || vec![1.0; x.len()],
            |m| m.iter().flat_map(|m| [m.sqrt().recip(); 3]).collect(),
        );
        let mut null: Vec<Vec<f64>> = match masses {
            Some(masses) if settings.free => rigid::modes(x, masses),
            _ => Vec::new(),
        };
        // A constraint c·dx = 0 is (M^(−1/2) c)·dq = 0 in q = M^(1/2) x.
        let scaled = |c: &Vec<f64>| c.iter().zip(&weights).map(|(p, w)| p * w).collect();
        null.extend(settings.excluded.iter().map(scaled));
        Self {
            null: crate::linalg::dense::orthonormal(&null, 1e-8),
            weights,
        }
    }

    /// Shift and invert.
    fn lowest_of_matrix(&self, mut hessian: SymmetricMatrix, count: usize) -> Option<LowestPairs> {
        hessian.scale_both_sides(&self.weights);
        let lift = hessian.max_abs().max(1.0);
        rigid::project(&mut hessian, &self.null, lift);
        let (shift, factor) = positive_definite(hessian)?;
        let inverse = |v: &[f64], out: &mut [f64]| {
            out.copy_from_slice(v);
            factor.solve_in_place(out);
            out.iter_mut().for_each(|c| *c = -*c);
            Ok::<_, Infallible>(())
        };
        let settings = LowestSettings {
            pairs: count,
            residual: 0.0,
            relative_residual: INVERSE_RESIDUAL,
            ..LowestSettings::default()
        };
        let Ok(mut pairs) = lowest_pairs(self.weights.len(), inverse, None, &self.null, None, &settings);
        // −1/(λ + shift) is what was found.
        pairs.values.iter_mut().for_each(|v| *v = -1.0 / *v - shift);
        (!pairs.values.is_empty()).then_some(pairs)
    }

    fn lowest_by_products(
        &self,
        potential: &mut dyn Potential,
        x: &[f64],
        count: usize,
        settings: &LowestModeSettings,
        preconditioner: Option<&mut Map<'_>>,
    ) -> Result<LowestPairs, EvalError> {
        let n = x.len();
        let mut cartesian = vec![0.0; n];
        let product = |q: &[f64], out: &mut [f64]| {
            self.weight(q, &mut cartesian);
            numerical::product(potential, x, &cartesian, settings.step, out)?;
            self.weight_in_place(out);
            Ok::<_, EvalError>(())
        };
        let eigensolver = LowestSettings {
            pairs: count,
            products: settings.products,
            residual: settings.residual,
            relative_residual: settings.relative_residual,
        };
        let guess = settings.guess.as_ref().map(|mode| {
            let weighted = mode.iter().zip(&self.weights).map(|(c, w)| c / w);
            weighted.collect::<Vec<f64>>()
        });
        let Some(inverse) = preconditioner else {
            return lowest_pairs(n, product, None, &self.null, guess.as_deref(), &eigensolver);
        };
        // The inverse of M^(−1/2) H M^(−1/2) is M^(1/2) H⁻¹ M^(1/2).
        let unweight = |v: &mut [f64]| v.iter_mut().zip(&self.weights).for_each(|(c, w)| *c /= w);
        let mut weighted = |q: &[f64], out: &mut [f64]| {
            let mut v = q.to_vec();
            unweight(&mut v);
            inverse(&v, out);
            unweight(out);
        };
        let start = guess.unwrap_or_else(|| self.inverse_iteration(&mut weighted));
        lowest_pairs(n, product, Some(&mut weighted), &self.null, Some(&start), &eigensolver)
    }

    /// The direction that an approximate inverse enlarges most, roughly.
    fn inverse_iteration(&self, inverse: &mut Map<'_>) -> Vec<f64> {
        let mut v: Vec<f64> = (0..self.weights.len()).map(|i| (1.0 + 7.0 * i as f64).sin()).collect();
        let mut next = v.clone();
        for _ in 0..HEAD_START {
            inverse(&v, &mut next);
            project_out(&mut next, &self.null);
            let length = norm(&next);
            if !(length > 0.0 && length.is_finite()) {
                break;
            }
            v.iter_mut().zip(&next).for_each(|(c, n)| *c = n / length);
        }
        v
    }

    fn weight(&self, q: &[f64], out: &mut [f64]) {
        out.copy_from_slice(q);
        self.weight_in_place(out);
    }

    fn weight_in_place(&self, v: &mut [f64]) {
        v.iter_mut().zip(&self.weights).for_each(|(c, w)| *c *= w);
    }

    /// The pairs in Cartesian space.
    fn modes(&self, pairs: &LowestPairs, evaluations: usize, hessian_evaluations: usize) -> LowestModes {
        let pairs_found = pairs.values.iter().zip(&pairs.vectors);
        LowestModes {
            modes: pairs_found.map(|(&value, q)| self.mode(value, q)).collect(),
            evaluations,
            hessian_evaluations,
            converged: pairs.converged,
        }
    }

    fn mode(&self, value: f64, q: &[f64]) -> LowestMode {
        let mut mode = vec![0.0; q.len()];
        self.weight(q, &mut mode);
        let length = norm(&mode);
        mode.iter_mut().for_each(|c| *c /= length);
        LowestMode {
            wavenumber_cm1: wavenumber_cm1(value),
            // dxᵀ H dx over dxᵀ dx, with dx = M^(−1/2) q.
            curvature: value * dot(q, q) / (length * length),
            mode,
        }
    }
}

/// The smallest shift of a geometric sequence that makes the matrix positive definite, and its Cholesky factor.
fn positive_definite(mut matrix: SymmetricMatrix) -> Option<(f64, Cholesky)> {
    let mut shift = eigenvalue(10.0);
    matrix.shift(shift);
    for _ in 0..SHIFTS {
        if let Ok(factor) = Cholesky::new(matrix.clone()) {
            return Some((shift, factor));
        }
        matrix.shift((SHIFT_GROWTH - 1.0) * shift);
        shift *= SHIFT_GROWTH;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hessian::Differenced;
    use crate::linalg::Eigen;
    use crate::potential::Counted;
    use crate::potential::test_surfaces::{LennardJones, MuellerBrown};

    /// The lowest mode alone.
    fn lowest_mode(
        potential: &mut dyn Potential,
        x: &[f64],
        masses: Option<&[f64]>,
        settings: &LowestModeSettings,
        preconditioner: Option<&mut Map<'_>>,
    ) -> LowestMode {
        let found = lowest_modes(potential, x, masses, 1, settings, preconditioner).unwrap();
        assert!(found.converged, "{found:?}");
        found.modes[0].clone()
    }

    /// The minimum of the icosahedron of 13 atoms is at this radius.
    const RADIUS: f64 = 1.082_183;

    /// All eigenvalues of the mass-weighted Hessian with rigid motions at 1e9, by the dense solver.
    fn dense(x: &[f64], masses: &[f64]) -> Vec<f64> {
        let mut hessian = numerical::hessian(&mut LennardJones { atoms: masses.len() }, x, 1e-4).unwrap();
        let weights: Vec<f64> = masses.iter().flat_map(|m| [m.sqrt().recip(); 3]).collect();
        hessian.scale_both_sides(&weights);
        rigid::project(&mut hessian, &rigid::modes(x, masses), 1e9);
        Eigen::new(&hessian).unwrap().values
    }

    #[test]
    fn all_ways_agree_with_the_dense_solution_at_a_minimum_and_off_it() {
        let masses: Vec<f64> = (0..13).map(|i| 1.0 + f64::from(i % 4)).collect();
        for (radius, stretched) in [(RADIUS, false), (1.6, true)] {
            let x = LennardJones::icosahedron(radius);
            let exact = dense(&x, &masses);
            assert_eq!(exact[0] < 0.0, stretched, "{exact:?}");
            let clusters = || Ok(Box::new(LennardJones { atoms: 13 }) as Box<dyn Potential>);
            let differenced = Differenced::new(clusters().unwrap(), &clusters, 1, 1e-4, None);
            let mut surface = Counted::new(differenced);
            let hessian = numerical::hessian(&mut LennardJones { atoms: 13 }, &x, 1e-4).unwrap();
            for (analytic, count) in [(true, 1), (false, 1), (true, 3), (false, 3)] {
                let settings = LowestModeSettings {
                    analytic,
                    residual: 1e-4,
                    relative_residual: 1e-4,
                    ..LowestModeSettings::default()
                };
                let (e, h) = (surface.evaluations(), surface.hessian_evaluations());
                let found = lowest_modes(&mut surface, &x, Some(&masses), count, &settings, None).unwrap();
                assert!(found.converged && found.modes.len() == count, "{found:?}");
                assert_eq!(found.evaluations, surface.evaluations() - e);
                assert_eq!(found.hessian_evaluations, surface.hessian_evaluations() - h);
                for (mode, &exact) in found.modes.iter().zip(&exact) {
                    let expected = wavenumber_cm1(exact);
                    assert!(
                        (mode.wavenumber_cm1 - expected).abs() < 1e-3 * expected.abs(),
                        "{mode:?} {expected}"
                    );
                    let curvature = hessian.quadratic_form(&mode.mode);
                    assert!(
                        (curvature - mode.curvature).abs() < 1e-2 * curvature.abs(),
                        "{curvature} {mode:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_good_guess_saves_products() {
        let masses = [1.0; 13];
        let x = LennardJones::icosahedron(1.6);
        let find = |guess: Option<Vec<f64>>| {
            let settings = LowestModeSettings {
                guess,
                analytic: false,
                ..LowestModeSettings::default()
            };
            let surface = &mut LennardJones { atoms: 13 };
            lowest_modes(surface, &x, Some(&masses), 1, &settings, None).unwrap()
        };
        let blind = find(None);
        let guided = find(Some(blind.modes[0].mode.clone()));
        assert!(
            2 * guided.evaluations < blind.evaluations,
            "{} {}",
            guided.evaluations,
            blind.evaluations
        );
        assert!((guided.modes[0].curvature - blind.modes[0].curvature).abs() < 0.02 * blind.modes[0].curvature.abs());
    }

    #[test]
    fn the_published_saddles_of_mueller_and_brown_have_one_negative_curvature() {
        // Table 2 of the paper: (−0.822, 0.624) and (0.212, 0.293).
        let settings = LowestModeSettings::default();
        for saddle in [[-0.822, 0.624], [0.212, 0.293]] {
            let found = lowest_modes(&mut MuellerBrown, &saddle, None, 2, &settings, None).unwrap();
            let curvatures: Vec<f64> = found.modes.iter().map(|mode| mode.curvature).collect();
            assert!(curvatures[0] < -100.0 && curvatures[1] > 100.0, "{found:?}");
            assert!(found.modes[0].wavenumber_cm1 < 0.0);
        }
        for (minimum, _) in MuellerBrown::MINIMA {
            let found = lowest_mode(&mut MuellerBrown, &minimum, None, &settings, None);
            assert!(found.curvature > 100.0);
        }
    }

    #[test]
    fn a_pair_has_its_stretch_as_the_only_mode_and_an_atom_has_none() {
        let r = 2.0_f64.powf(1.0 / 6.0);
        let x = [0.0, 0.0, 0.0, 0.6 * r, 0.0, 0.8 * r];
        let settings = LowestModeSettings::default();
        let find = |atoms: usize, x: &[f64], masses: &[f64]| {
            lowest_modes(&mut LennardJones { atoms }, x, Some(masses), 2, &settings, None).unwrap()
        };
        let pair = find(2, &x, &[2.0, 6.0]);
        // Force constant 36·2^(2/3) ε/σ², reduced mass 1.5.
        let expected = WAVENUMBER_CM1_PER_ROOT * (36.0 * 2.0_f64.powf(2.0 / 3.0) / 1.5).sqrt();
        assert!(pair.converged && pair.modes.len() == 1, "{pair:?}");
        assert!(
            (pair.modes[0].wavenumber_cm1 - expected).abs() < 1e-3,
            "{pair:?} {expected}"
        );
        let atom = find(1, &[0.0; 3], &[1.0]);
        assert!(atom.converged && atom.modes.is_empty(), "{atom:?}");
    }

    /// A saddle with these curvatures.
    struct Bowl(Vec<f64>);

    impl Potential for Bowl {
        fn len(&self) -> usize {
            self.0.len()
        }
        fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
            for (g, (c, k)) in gradient.iter_mut().zip(x.iter().zip(&self.0)) {
                *g = c * k;
            }
            Ok(x.iter().zip(&self.0).map(|(c, k)| 0.5 * k * c * c).sum())
        }
    }

    #[test]
    fn an_approximation_with_another_softest_mode_does_not_hide_a_saddle() {
        let mut curvatures: Vec<f64> = (0..30).map(|i| 2.0 * 1.3_f64.powi(i)).collect();
        let approximate = SymmetricMatrix::diagonal(&curvatures);
        curvatures[3] = -0.3;
        let mut inverse = dense_preconditioner(approximate).unwrap();
        for settings in [LowestModeSettings::default(), LowestModeSettings::noisy()] {
            let mut bowl = Bowl(curvatures.clone());
            let found = lowest_mode(&mut bowl, &[0.0; 30], None, &settings, Some(&mut inverse));
            assert!((found.curvature + 0.3).abs() < 0.05, "{found:?}");
        }
    }

    #[test]
    fn a_matrix_that_is_not_finite_proves_nothing() {
        struct Broken;
        impl Potential for Broken {
            fn len(&self) -> usize {
                6
            }
            fn energy_gradient(&mut self, _: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
                gradient.fill(0.0);
                Ok(0.0)
            }
            fn hessian(&mut self, _: &[f64]) -> Option<Result<Vec<f64>, EvalError>> {
                Some(Ok(vec![f64::NAN; 36]))
            }
        }
        let found = lowest_modes(&mut Broken, &[0.0; 6], None, 1, &LowestModeSettings::default(), None).unwrap();
        assert!(!found.converged && found.modes.is_empty(), "{found:?}");
    }

    #[test]
    fn excluded_directions_do_not_count() {
        let saddle = [-0.822, 0.624];
        let free = lowest_mode(&mut MuellerBrown, &saddle, None, &LowestModeSettings::default(), None);
        let settings = LowestModeSettings {
            excluded: vec![free.mode],
            ..LowestModeSettings::default()
        };
        let held = lowest_mode(&mut MuellerBrown, &saddle, None, &settings, None);
        assert!(held.curvature > 100.0, "{held:?}");
    }

    #[test]
    fn wavenumbers_and_eigenvalues_convert_both_ways() {
        for wavenumber in [-250.0, -3.0, 0.0, 1600.0] {
            assert!((wavenumber_cm1(eigenvalue(wavenumber)) - wavenumber).abs() < 1e-9);
        }
        // Carbon monoxide: 1902 N/m and 6.8562 amu (NIST) make 2169.8 cm⁻¹; 1 kcal/mol/Å² is 0.694770 N/m.
        let found = wavenumber_cm1(1901.9 / 0.694_770 / 6.856_2);
        assert!((found - 2169.8).abs() < 0.3, "{found}");
    }
}
