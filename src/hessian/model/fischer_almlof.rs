//! T. H. Fischer, J. Almlöf, J. Phys. Chem. 1992, 96, 9768.

use super::{ModelHessian, Species};

/// Exponentials in the bond lengths for every kind of coordinate (table of the paper's section on the initial Hessian).
#[derive(Clone, Debug)]
pub struct FischerAlmlof(pub Species);

impl FischerAlmlof {
    /// r − C: how much longer than the covalent distance.
    fn excess(&self, i: usize, j: usize, x: &[f64]) -> f64 {
        self.0.distance(i, j, x) - self.0.covalent(i, j)
    }
}

impl ModelHessian for FischerAlmlof {
    fn species(&self) -> &Species {
        &self.0
    }

    fn stretch(&self, [i, j]: [usize; 2], x: &[f64]) -> f64 {
        0.3601 * (-1.944 * self.excess(i, j, x)).exp()
    }

    fn bend(&self, [i, j, k]: [usize; 3], x: &[f64]) -> f64 {
        let product = self.0.covalent(j, i) * self.0.covalent(j, k);
        let excess = self.excess(j, i, x) + self.excess(j, k, x);
        0.089 + 0.11 * product.powf(0.42) * (-0.44 * excess).exp()
    }

    /// L counts the bonds at the two middle atoms besides the one between them.
    fn dihedral(&self, [_, j, k, _]: [usize; 4], x: &[f64]) -> f64 {
        let own = 2 * usize::from(self.0.bonded(j, k));
        let others = (self.0.degree(j) + self.0.degree(k)).saturating_sub(own) as f64;
        let distance = self.0.distance(j, k, x).max(0.5 * self.0.covalent(j, k));
        let lengths = distance * self.0.covalent(j, k);
        0.0015 + 14.0 * others.powf(0.57) * lengths.powi(-4) * (-2.85 * (distance - self.0.covalent(j, k))).exp()
    }

    fn out_of_plane(&self, [i, j, k, l]: [usize; 4], x: &[f64]) -> f64 {
        let product = self.0.covalent(j, i) * self.0.covalent(j, k);
        let sine = sine_to_plane([i, k, l].map(|atom| self.0.vector(j, atom, x)));
        let cosine_square = (1.0 - sine * sine).max(0.0);
        0.0025 + 0.0061 * product.powf(0.80) * cosine_square.powi(2) * (-3.00 * self.excess(j, l, x)).exp()
    }
}

/// Sine of the angle between the third vector and the plane of the first two.
fn sine_to_plane([p, q, r]: [[f64; 3]; 3]) -> f64 {
    let normal = [
        p[1] * q[2] - p[2] * q[1],
        p[2] * q[0] - p[0] * q[2],
        p[0] * q[1] - p[1] * q[0],
    ];
    let dot = |a: [f64; 3], b: [f64; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    dot(normal, r) / (dot(normal, normal) * dot(r, r)).sqrt().max(f64::MIN_POSITIVE)
}
