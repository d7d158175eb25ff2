//! What any potential must keep, as functions that panic with figures.

use thalweg::potential::{EvalError, Potential};

/// Energy and a fresh gradient.
pub fn evaluate(potential: &mut dyn Potential, x: &[f64]) -> (f64, Vec<f64>) {
    let mut gradient = vec![f64::NAN; x.len()];
    let energy = potential.energy_gradient(x, &mut gradient).unwrap();
    (energy, gradient)
}

/// Largest component of the gradient's error against central differences of step h, relative to the largest component.
fn error_at(potential: &mut dyn Potential, x: &[f64], h: f64) -> f64 {
    let (_, gradient) = evaluate(potential, x);
    let largest = gradient.iter().fold(0.0, |m: f64, g| m.max(g.abs()));
    let mut worst: f64 = 0.0;
    let mut moved = x.to_vec();
    for i in 0..x.len() {
        moved[i] = x[i] + h;
        let plus = evaluate(potential, &moved).0;
        moved[i] = x[i] - h;
        let minus = evaluate(potential, &moved).0;
        moved[i] = x[i];
        worst = worst.max(((plus - minus) / (2.0 * h) - gradient[i]).abs());
    }
    worst / largest
}

/// The gradient's error against central differences must fall as h² down to `floor`.
pub fn gradient_matches_differences(potential: &mut dyn Potential, x: &[f64], floor: f64) {
    let steps = [1e-2, 1e-2 / 4.0, 1e-2 / 16.0, 1e-2 / 64.0, 1e-2 / 256.0, 1e-2 / 1024.0];
    let errors = steps.map(|h| error_at(potential, x, h));
    assert!(errors[0] > floor, "the coarsest step shows no error at all: {errors:?}");
    for pair in errors.windows(2) {
        let falls = pair[1] < pair[0] / 14.0;
        assert!(
            falls || pair[1] < floor,
            "errors do not fall as h² to {floor:e}: {errors:?}"
        );
    }
    assert!(
        errors.iter().any(|&e| e < floor),
        "no step reaches {floor:e}: {errors:?}"
    );
}

/// No net force and no net torque, and the same energy after a rigid motion.
pub fn is_invariant_under_motion(potential: &mut dyn Potential, x: &[f64]) {
    let (energy, gradient) = evaluate(potential, x);
    let scale: f64 = gradient.iter().map(|g| g.abs()).sum();
    let (mut force, mut torque) = ([0.0; 3], [0.0; 3]);
    for (p, g) in x.chunks(3).zip(gradient.chunks(3)) {
        for a in 0..3 {
            let (b, c) = ((a + 1) % 3, (a + 2) % 3);
            force[a] += g[a];
            torque[a] += p[b] * g[c] - p[c] * g[b];
        }
    }
    let reach = x.iter().fold(1.0, |m: f64, c| m.max(c.abs()));
    assert!(
        force.iter().all(|f| f.abs() < 1e-12 * scale),
        "net force {force:?}, sum of components {scale}"
    );
    assert!(
        torque.iter().all(|t| t.abs() < 1e-12 * scale * reach),
        "net torque {torque:?}"
    );
    let moved = rotate(x);
    let other = evaluate(potential, &moved).0;
    assert!(
        (other - energy).abs() < 1e-10 * energy.abs().max(1.0),
        "{energy} became {other} by a rigid motion"
    );
}

/// Rotated about two axes and shifted.
pub fn rotate(x: &[f64]) -> Vec<f64> {
    let (c, s) = (0.6_f64, 0.8_f64);
    x.chunks(3)
        .flat_map(|p| {
            let q = [c * p[0] - s * p[1], s * p[0] + c * p[1], p[2]];
            [q[0] + 0.3, s * q[1] - c * q[2] - 1.2, c * q[1] + s * q[2] + 2.5]
        })
        .collect()
}

/// A potential with one gradient component off by a relative 1e-4: contracts must notice it.
pub struct Sabotaged<P>(pub P);

impl<P: Potential> Potential for Sabotaged<P> {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
        let energy = self.0.energy_gradient(x, gradient)?;
        let largest = (0..x.len())
            .max_by(|&a, &b| gradient[a].abs().total_cmp(&gradient[b].abs()))
            .unwrap();
        gradient[largest] *= 1.0 + 1e-4;
        Ok(energy)
    }
}
