//! The lowest eigenpairs of a symmetric operator of which only products with vectors are known.
//!
//! Rayleigh–Ritz in a growing orthonormal basis (Y. Saad, Numerical Methods for Large Eigenvalue Problems, 2nd ed. 2011,
//! chapters 6 and 8). Each new basis vector is the residual of the lowest pair that has not converged. Unchanged residuals span
//! the Krylov space, so that this is Lanczos' method with full reorthogonalization; with residuals passed through an
//! approximate inverse it is Davidson's (J. Comput. Phys. 1975, 17, 87), which needs far fewer products where the spectrum is wide.

use super::dense::{orthonormalize, project_out};
use super::vector::{add_scaled, dot, norm};
use super::{Eigen, SymmetricMatrix};

/// How far the iteration goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LowestSettings {
    /// Number of eigenpairs.
    pub pairs: usize,
    /// Most products with the operator.
    pub products: usize,
    /// A pair has converged where the norm of its residual `A v − λ v` is below this.
    pub residual: f64,
    /// It has also converged where the norm of its residual is below this fraction of |λ|.
    pub relative_residual: f64,
}

impl Default for LowestSettings {
    fn default() -> Self {
        Self {
            pairs: 1,
            products: 200,
            residual: 1e-8,
            relative_residual: 1e-8,
        }
    }
}

/// The lowest eigenpairs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LowestPairs {
    /// Eigenvalues, ascending. Each is an upper bound to the true one of its rank.
    pub values: Vec<f64>,
    /// Eigenvectors of length 1, orthogonal to each other and to the deflated vectors.
    pub vectors: Vec<Vec<f64>>,
    /// Norms of the residuals `A v − λ v`: so near to each value there is a true eigenvalue.
    pub residuals: Vec<f64>,
    /// Products with the operator that were made.
    pub products: usize,
    /// Whether all pairs converged.
    pub converged: bool,
}

/// A linear map: reads a vector, overwrites the other.
pub type Map<'a> = dyn FnMut(&[f64], &mut [f64]) + 'a;

/// Of a new direction less than this fraction remained outside the basis: nothing new is in it.
const DEPENDENT: f64 = 1e-10;
/// How many arbitrary directions are tried in place of one that is not new.
const ATTEMPTS: usize = 8;
/// The basis is compressed when it has this many vectors (its small eigenproblem would cost more than the products).
const LARGEST_BASIS: usize = 90;
/// Ritz vectors that are kept then, besides those that are wanted.
const KEPT: usize = 15;
/// Norm of what is mixed into a guess of length 1.
const ADMIXTURE: f64 = 0.1;

/// The lowest eigenpairs of a symmetric operator on vectors of length n, in the space orthogonal to the orthonormal vectors
/// `deflated` (known null vectors, such as rigid-body modes).
///
/// `operator` overwrites its second argument with the product. `preconditioner`, where given, is an approximate inverse of the
/// operator, positive definite. `start`, where given, is a guess of the lowest eigenvector; a bit of everything is mixed in,
/// since a guess of pure symmetry would never find a vector of another one.
///
/// # Errors
/// Those of the operator.
pub fn lowest_pairs<E>(
    n: usize,
    mut operator: impl FnMut(&[f64], &mut [f64]) -> Result<(), E>,
    mut preconditioner: Option<&mut Map<'_>>,
    deflated: &[Vec<f64>],
    start: Option<&[f64]>,
    settings: &LowestSettings,
) -> Result<LowestPairs, E> {
    let dimension = n.saturating_sub(deflated.len());
    let wanted = settings.pairs.min(dimension);
    let mut space = Subspace::new(n, deflated);
    let mut best = LowestPairs::default();
    let mut next = start_vector(n, start);
    let mut products = 0;
    while wanted > 0 && products < settings.products && space.basis.len() < dimension {
        let Some(direction) = space.new_direction(next) else {
            break;
        };
        let mut product = vec![0.0; n];
        operator(&direction, &mut product)?;
        products += 1;
        space.push(direction, product);
        let Ok(ritz) = Eigen::new(&space.matrix()) else { break };
        let residual;
        (best, residual) = space.judge(&ritz, wanted, settings);
        if best.converged {
            break;
        }
        if space.basis.len() >= LARGEST_BASIS {
            space.compress(&ritz, wanted + KEPT);
        }
        // One start holds one vector only of each degenerate space: as many starts as pairs are wanted.
        let is_start = space.basis.len() < wanted;
        next = if is_start { space.another() } else { residual };
        if let Some(map) = preconditioner.as_deref_mut() {
            let mut improved = vec![0.0; n];
            map(&next, &mut improved);
            next = improved;
        }
    }
    // A basis of the whole space leaves nothing to converge.
    best.converged |= space.basis.len() == dimension && best.values.len() == wanted;
    best.products = products;
    Ok(best)
}

/// The search space: an orthonormal basis V, orthogonal to the deflated vectors, and the products A V.
struct Subspace<'a> {
    n: usize,
    deflated: &'a [Vec<f64>],
    basis: Vec<Vec<f64>>,
    products: Vec<Vec<f64>>,
    /// Arbitrary directions used so far.
    arbitrary: usize,
}

impl<'a> Subspace<'a> {
    fn new(n: usize, deflated: &'a [Vec<f64>]) -> Self {
        Self {
            n,
            deflated,
            basis: Vec::new(),
            products: Vec::new(),
            arbitrary: 0,
        }
    }

    /// What of `proposal` lies outside the basis, normalized; of an arbitrary vector where nothing does.
    fn new_direction(&mut self, mut proposal: Vec<f64>) -> Option<Vec<f64>> {
        for _ in 0..ATTEMPTS {
            let length = norm(&proposal);
            project_out(&mut proposal, self.deflated);
            let rest = orthonormalize(&mut proposal, &self.basis);
            if rest > DEPENDENT * length && rest.is_finite() {
                // Amplified round-off may have brought null vectors back.
                project_out(&mut proposal, self.deflated);
                orthonormalize(&mut proposal, &self.basis);
                return Some(proposal);
            }
            proposal = self.another();
        }
        None
    }

    /// An arbitrary vector that was not used yet.
    fn another(&mut self) -> Vec<f64> {
        self.arbitrary += 1;
        arbitrary(self.n, self.arbitrary)
    }

    fn push(&mut self, direction: Vec<f64>, mut product: Vec<f64>) {
        project_out(&mut product, self.deflated);
        self.basis.push(direction);
        self.products.push(product);
    }

    /// `Vᵀ A V`.
    fn matrix(&self) -> SymmetricMatrix {
        let m = self.basis.len();
        let mut matrix = SymmetricMatrix::zeros(m);
        for (i, v) in self.basis.iter().enumerate() {
            for (j, av) in self.products[..=i].iter().enumerate() {
                // The products come from differences, whose errors are not symmetric: the mean has the smaller error.
                let mirror = dot(&self.basis[j], &self.products[i]);
                matrix.set(i, j, f64::midpoint(dot(v, av), mirror));
            }
        }
        matrix
    }

    /// The wanted Ritz pairs, and the residual of the lowest one that has not converged.
    fn judge(&self, ritz: &Eigen, wanted: usize, settings: &LowestSettings) -> (LowestPairs, Vec<f64>) {
        let mut pairs = LowestPairs::default();
        let mut unconverged = None;
        for k in 0..wanted.min(ritz.values.len()) {
            let value = ritz.values[k];
            let vector = combination(&self.basis, ritz.vector(k));
            let mut residual = combination(&self.products, ritz.vector(k));
            add_scaled(&mut residual, -value, &vector);
            let length = norm(&residual);
            if length > settings.residual.max(settings.relative_residual * value.abs()) {
                unconverged.get_or_insert(residual);
            }
            pairs.values.push(value);
            pairs.vectors.push(vector);
            pairs.residuals.push(length);
        }
        pairs.converged = unconverged.is_none() && pairs.values.len() == wanted;
        // Where fewer pairs than wanted span an invariant space, a zero residual asks for an arbitrary direction.
        (pairs, unconverged.unwrap_or_else(|| vec![0.0; self.n]))
    }

    /// Keeps the lowest Ritz vectors only (a thick restart).
    fn compress(&mut self, ritz: &Eigen, keep: usize) {
        let kept = 0..keep.min(ritz.values.len());
        let basis = kept.clone().map(|k| combination(&self.basis, ritz.vector(k))).collect();
        let products = kept.map(|k| combination(&self.products, ritz.vector(k))).collect();
        self.basis = basis;
        self.products = products;
    }
}

fn combination(vectors: &[Vec<f64>], coefficients: &[f64]) -> Vec<f64> {
    let mut sum = vec![0.0; vectors.first().map_or(0, Vec::len)];
    for (v, &c) in vectors.iter().zip(coefficients) {
        add_scaled(&mut sum, c, v);
    }
    sum
}

/// The guess with a bit of everything mixed in, or a bit of everything alone.
fn start_vector(n: usize, guess: Option<&[f64]>) -> Vec<f64> {
    let mut start = arbitrary(n, 0);
    if let Some(guess) = guess {
        let scale = ADMIXTURE / norm(&start).max(f64::MIN_POSITIVE);
        let length = norm(guess);
        for (s, g) in start.iter_mut().zip(guess) {
            *s = *s * scale + g / length.max(f64::MIN_POSITIVE);
        }
    }
    start
}

/// A vector without symmetry, always the same: fractional parts of multiples of the golden ratio, shifted by `which`.
fn arbitrary(n: usize, which: usize) -> Vec<f64> {
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    (1..=n)
        .map(|i| (i as f64 * GOLDEN + (i * i) as f64 * std::f64::consts::FRAC_1_PI + which as f64 * 0.37).fract() - 0.5)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::dense::tests::scrambled;
    use super::*;
    use std::convert::Infallible;

    fn lowest_of(
        matrix: &SymmetricMatrix,
        preconditioner: Option<&mut Map<'_>>,
        deflated: &[Vec<f64>],
        settings: &LowestSettings,
    ) -> LowestPairs {
        let product = |v: &[f64], out: &mut [f64]| {
            matrix.multiply(v, out);
            Ok::<_, Infallible>(())
        };
        lowest_pairs(matrix.n(), product, preconditioner, deflated, None, settings).unwrap()
    }

    #[test]
    fn agrees_with_the_dense_solution() {
        for (n, pairs) in [(1, 1), (2, 2), (12, 3), (120, 4)] {
            let matrix = scrambled(n);
            let dense = Eigen::new(&matrix).unwrap();
            let settings = LowestSettings {
                pairs,
                ..LowestSettings::default()
            };
            let found = lowest_of(&matrix, None, &[], &settings);
            assert!(found.converged, "{n}: {found:?}");
            for k in 0..pairs {
                assert!((found.values[k] - dense.values[k]).abs() < 1e-9, "{n} {k}");
                let overlap = dot(&found.vectors[k], dense.vector(k)).abs();
                assert!((overlap - 1.0).abs() < 1e-6, "{n} {k}: {overlap}");
            }
        }
    }

    #[test]
    fn deflated_vectors_are_not_found_again() {
        let matrix = SymmetricMatrix::diagonal(&[0.0, 0.0, 3.0, 2.0, 5.0, 4.0]);
        let mut null = vec![vec![0.0; 6]; 2];
        (null[0][0], null[1][1]) = (1.0, 1.0);
        let found = lowest_of(&matrix, None, &null, &LowestSettings::default());
        assert!(found.converged && (found.values[0] - 2.0).abs() < 1e-12, "{found:?}");
        let all = [null, vec![vec![0.0, 0.0, 1.0, 0.0, 0.0, 0.0]]].concat();
        let settings = LowestSettings {
            pairs: 9,
            ..LowestSettings::default()
        };
        let found = lowest_of(&matrix, None, &all, &settings);
        assert_eq!(found.values.len(), 3);
        assert!(found.converged);
    }

    #[test]
    fn an_approximate_inverse_saves_products() {
        // A spectrum as wide as a molecule's, and an approximation that is right to a third.
        let values: Vec<f64> = (0..150)
            .map(|i| 1e-4 * 1.1_f64.powi(i) + 1e-3 * f64::from(i % 7))
            .collect();
        let mut matrix = SymmetricMatrix::diagonal(&values);
        matrix.add_outer(1e-3, &vec![0.3; 150]);
        let settings = LowestSettings {
            residual: 1e-6,
            products: 2000,
            ..LowestSettings::default()
        };
        let plain = lowest_of(&matrix, None, &[], &settings);
        let mut approximate = |v: &[f64], out: &mut [f64]| {
            for (i, o) in out.iter_mut().enumerate() {
                *o = v[i] / (values[i] * (1.0 + 0.3 * (i as f64).sin()));
            }
        };
        let helped = lowest_of(&matrix, Some(&mut approximate), &[], &settings);
        let exact = Eigen::new(&matrix).unwrap().values[0];
        for found in [&plain, &helped] {
            assert!(
                found.converged && (found.values[0] - exact).abs() < 1e-8,
                "{exact} {found:?}"
            );
        }
        assert!(
            helped.products * 2 < plain.products,
            "{} {}",
            helped.products,
            plain.products
        );
    }

    #[test]
    fn degenerate_pairs_are_found_as_often_as_they_are_there() {
        let values: Vec<f64> = (0..60).map(|i| f64::from(i / 3) - 1.0).collect();
        for pairs in 1..=3 {
            let settings = LowestSettings {
                pairs,
                residual: 1e-5,
                ..LowestSettings::default()
            };
            let found = lowest_of(&SymmetricMatrix::diagonal(&values), None, &[], &settings);
            assert!(found.converged, "{found:?}");
            assert!(
                found.values.iter().all(|v| (v + 1.0).abs() < 1e-8),
                "{:?}",
                found.values
            );
        }
    }

    #[test]
    fn a_guess_of_the_wrong_symmetry_does_no_harm() {
        let matrix = SymmetricMatrix::diagonal(&[1.0, -1.0, 2.0, 3.0]);
        let product = |v: &[f64], out: &mut [f64]| {
            matrix.multiply(v, out);
            Ok::<_, Infallible>(())
        };
        let guess = [1.0, 0.0, 0.0, 0.0];
        let found = lowest_pairs(4, product, None, &[], Some(&guess), &LowestSettings::default()).unwrap();
        assert!((found.values[0] + 1.0).abs() < 1e-9, "{found:?}");
    }

    #[test]
    fn an_error_of_the_operator_comes_through() {
        let result = lowest_pairs(3, |_, _| Err("broken"), None, &[], None, &LowestSettings::default());
        assert_eq!(result, Err("broken"));
    }
}
