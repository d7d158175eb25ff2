//! A surface seen through noise.

use super::Stream;
use crate::potential::{EvalError, Potential};

/// Adds normally distributed noise to the energies and gradients of a surface. The same seed gives the same noise.
#[derive(Clone, Debug)]
pub struct Noisy<P> {
    inner: P,
    gradient: f64,
    energy: f64,
    stream: Stream,
}

impl<P> Noisy<P> {
    /// Standard deviations of each gradient component (kcal/mol/Å) and of the energy (kcal/mol).
    pub fn new(inner: P, gradient: f64, energy: f64, seed: u64) -> Self {
        Self {
            inner,
            gradient,
            energy,
            stream: Stream(seed),
        }
    }
}

impl<P: Potential> Potential for Noisy<P> {
    fn len(&self) -> usize {
        self.inner.len()
    }

    fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
        let energy = self.inner.energy_gradient(x, gradient)?;
        for g in gradient.iter_mut() {
            *g += self.gradient * self.stream.normal();
        }
        Ok(energy + self.energy * self.stream.normal())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Quadratic;
    use super::*;

    #[test]
    fn the_noise_has_the_stated_width_and_repeats_with_its_seed() {
        let n = 2000;
        let sample = |seed| {
            let mut noisy = Noisy::new(Quadratic::new(n, 1.0), 0.5, 0.1, seed);
            let centre = Quadratic::new(n, 1.0).centre().to_vec();
            let mut gradient = vec![0.0; n];
            noisy.energy_gradient(&centre, &mut gradient).unwrap();
            gradient
        };
        let gradient = sample(3);
        let variance = gradient.iter().map(|g| g * g).sum::<f64>() / n as f64;
        assert!((variance.sqrt() - 0.5).abs() < 0.03, "{}", variance.sqrt());
        assert!((gradient.iter().sum::<f64>() / n as f64).abs() < 0.05);
        assert_eq!(gradient, sample(3));
        assert_ne!(gradient, sample(4));
    }
}
