//! Several surfaces made into one: their weighted sum, or the smooth lower envelope.

use super::{EvalError, Potential};

/// How surfaces are combined.
#[derive(Clone, Debug, PartialEq)]
pub enum Blend {
    /// E = Σ wₖEₖ.
    Sum(Vec<f64>),
    /// E = −T ln Σ exp(−Eₖ/T): the lowest surface, with the crossings rounded over an energy of about T (kcal/mol). It lies below the lowest
    /// one by T ln n at most.
    SoftMinimum(f64),
    /// The lower root of a two-state matrix with this coupling V (kcal/mol): E = ½(E₁ + E₂) − ½√((E₁ − E₂)² + 4V²), after A. Warshel, R. M.
    /// Weiss, J. Am. Chem. Soc. 1980, 102, 6218. The crossing of the two is lowered by V.
    TwoStates(f64),
}

/// Surfaces of the same coordinates as one.
pub struct Mixture {
    surfaces: Vec<Box<dyn Potential>>,
    blend: Blend,
    energies: Vec<f64>,
    gradients: Vec<Vec<f64>>,
}

impl std::fmt::Debug for Mixture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mixture")
            .field("surfaces", &self.surfaces.len())
            .field("blend", &self.blend)
            .finish()
    }
}

impl Mixture {
    /// Blends surfaces. `None` unless there is at least one, all have the same coordinates, and the blend has a weight for each or a positive
    /// energy.
    #[must_use]
    pub fn new(surfaces: Vec<Box<dyn Potential>>, blend: Blend) -> Option<Self> {
        let n = surfaces.first()?.len();
        let fits = match &blend {
            Blend::Sum(weights) => weights.len() == surfaces.len() && weights.iter().all(|w| w.is_finite()),
            Blend::SoftMinimum(width) => *width > 0.0 && width.is_finite(),
            Blend::TwoStates(coupling) => surfaces.len() == 2 && *coupling > 0.0 && coupling.is_finite(),
        };
        let count = surfaces.len();
        (fits && surfaces.iter().all(|s| s.len() == n)).then(|| Self {
            surfaces,
            blend,
            energies: vec![0.0; count],
            gradients: vec![vec![0.0; n]; count],
        })
    }

    /// Energies of the surfaces at the last evaluation, kcal/mol.
    #[must_use]
    pub fn energies(&self) -> &[f64] {
        &self.energies
    }
}

/// The energy, and how much each surface counts in the gradient.
fn combine(blend: &Blend, energies: &[f64]) -> (f64, Vec<f64>) {
    match blend {
        Blend::Sum(weights) => (weights.iter().zip(energies).map(|(w, e)| w * e).sum(), weights.clone()),
        Blend::SoftMinimum(width) => {
            // The exponentials are taken relative to the largest, which is then 1: none overflows.
            let lowest = energies.iter().copied().fold(f64::INFINITY, f64::min);
            let shares: Vec<f64> = energies.iter().map(|e| ((lowest - e) / width).exp()).collect();
            let sum: f64 = shares.iter().sum();
            (lowest - width * sum.ln(), shares.iter().map(|s| s / sum).collect())
        }
        Blend::TwoStates(coupling) => {
            let gap = energies[0] - energies[1];
            let root = gap.hypot(2.0 * coupling);
            let first = 0.5 - 0.5 * gap / root;
            (0.5 * (energies[0] + energies[1] - root), vec![first, 1.0 - first])
        }
    }
}

/// How the share of one surface changes with the energy of another: d²E/dEₖdEₗ.
fn bend(blend: &Blend, energies: &[f64], shares: &[f64], [k, l]: [usize; 2]) -> f64 {
    let sign = if k == l { 1.0 } else { -1.0 };
    match blend {
        Blend::Sum(_) => 0.0,
        Blend::SoftMinimum(width) => {
            let own = if k == l { shares[k] } else { 0.0 };
            (shares[k] * shares[l] - own) / width
        }
        Blend::TwoStates(coupling) => {
            let root = (energies[0] - energies[1]).hypot(2.0 * coupling);
            -sign * 2.0 * coupling * coupling / root.powi(3)
        }
    }
}

impl Potential for Mixture {
    fn len(&self) -> usize {
        self.surfaces[0].len()
    }

    fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
        let parts = self
            .surfaces
            .iter_mut()
            .zip(&mut self.energies)
            .zip(&mut self.gradients);
        for ((surface, energy), part) in parts {
            *energy = surface.energy_gradient(x, part)?;
        }
        let (energy, shares) = combine(&self.blend, &self.energies);
        gradient.fill(0.0);
        for (share, part) in shares.iter().zip(&self.gradients) {
            for (g, p) in gradient.iter_mut().zip(part) {
                *g += share * p;
            }
        }
        Ok(energy)
    }

    fn has_gradient(&self) -> bool {
        self.surfaces.iter().all(|surface| surface.has_gradient())
    }

    fn hessian(&mut self, x: &[f64]) -> Option<Result<Vec<f64>, EvalError>> {
        let n = x.len();
        let mut all = Vec::with_capacity(self.surfaces.len());
        for surface in &mut self.surfaces {
            match surface.hessian(x)? {
                Ok(own) => all.push(own),
                Err(error) => return Some(Err(error)),
            }
        }
        let mut unused = vec![0.0; n];
        if let Err(error) = self.energy_gradient(x, &mut unused) {
            return Some(Err(error));
        }
        let (_, shares) = combine(&self.blend, &self.energies);
        let mut hessian = vec![0.0; n * n];
        for (share, own) in shares.iter().zip(&all) {
            hessian.iter_mut().zip(own).for_each(|(h, o)| *h += share * o);
        }
        for k in 0..all.len() {
            for l in 0..all.len() {
                let bend = bend(&self.blend, &self.energies, &shares, [k, l]);
                for (row, p) in hessian.chunks_exact_mut(n).zip(&self.gradients[k]) {
                    row.iter_mut()
                        .zip(&self.gradients[l])
                        .for_each(|(h, q)| *h += bend * p * q);
                }
            }
        }
        Some(Ok(hessian))
    }
}

/// A surface moved up or down by a constant (kcal/mol): zeros of different force fields' energies have nothing to do with each other.
pub struct Lifted {
    /// What is moved.
    pub surface: Box<dyn Potential>,
    /// By how much, kcal/mol.
    pub by: f64,
}

impl std::fmt::Debug for Lifted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lifted").field("by", &self.by).finish_non_exhaustive()
    }
}

impl Potential for Lifted {
    fn len(&self) -> usize {
        self.surface.len()
    }

    fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
        Ok(self.surface.energy_gradient(x, gradient)? + self.by)
    }

    fn has_gradient(&self) -> bool {
        self.surface.has_gradient()
    }

    fn hessian(&mut self, x: &[f64]) -> Option<Result<Vec<f64>, EvalError>> {
        self.surface.hessian(x)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::potential::test_surfaces::{MuellerBrown, Rosenbrock};

    fn pair() -> Vec<Box<dyn Potential>> {
        let lifted = Lifted {
            surface: Box::new(Rosenbrock { coordinates: 2 }),
            by: -60.0,
        };
        vec![Box::new(MuellerBrown), Box::new(lifted)]
    }

    #[test]
    fn gradients_and_hessians_of_all_blends_are_those_of_differences() {
        let blends = [
            Blend::Sum(vec![0.3, -1.2]),
            Blend::SoftMinimum(8.0),
            Blend::TwoStates(6.0),
        ];
        for blend in blends {
            let mut mixture = Mixture::new(pair(), blend.clone()).unwrap();
            for x in [[-0.4, 0.6], [0.2, 0.3], [0.6, 0.1]] {
                let mut at = |x: &[f64]| {
                    let mut g = vec![f64::NAN; 2];
                    let e = mixture.energy_gradient(x, &mut g).unwrap();
                    (e, g)
                };
                let (_, gradient) = at(&x);
                let mut differences = vec![0.0; 4];
                for c in 0..2 {
                    let h = 1e-5;
                    let mut moved = [x, x];
                    moved[0][c] += h;
                    moved[1][c] -= h;
                    let [(up, g_up), (down, g_down)] = moved.map(|x| at(&x));
                    let slope = (up - down) / (2.0 * h);
                    assert!((slope - gradient[c]).abs() < 1e-5 * slope.abs().max(1.0), "{blend:?}");
                    (0..2).for_each(|d| differences[2 * c + d] = (g_up[d] - g_down[d]) / (2.0 * h));
                }
                let hessian = mixture.hessian(&x).unwrap().unwrap();
                for (h, d) in hessian.iter().zip(&differences) {
                    assert!(
                        (h - d).abs() < 1e-5 * d.abs().max(10.0),
                        "{blend:?}: {hessian:?} {differences:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn two_states_lie_below_both_by_the_coupling_at_most() {
        let mut mixture = Mixture::new(pair(), Blend::TwoStates(6.0)).unwrap();
        let mut g = vec![0.0; 2];
        let energy = mixture.energy_gradient(&[0.2, 0.3], &mut g).unwrap();
        let lowest = mixture.energies().iter().copied().fold(f64::INFINITY, f64::min);
        assert!(energy < lowest && energy > lowest - 6.0);
        assert!(Mixture::new(vec![Box::new(MuellerBrown)], Blend::TwoStates(6.0)).is_none());
        assert!(Mixture::new(pair(), Blend::TwoStates(0.0)).is_none());
    }
}
