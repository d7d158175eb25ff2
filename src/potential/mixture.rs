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
}
