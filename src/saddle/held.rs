//! The space that is left free where atoms or coordinates are held: a surface on it, and what is no motion there.

use crate::coordinates::{Primitive, Row};
use crate::hessian::rigid;
use crate::linalg::dense::{orthonormal, project_out};
use crate::linalg::vector::{add_scaled, dot};
use crate::linalg::{Eigen, SymmetricMatrix};
use crate::optimize::constrained::Manifold;
use crate::optimize::rfo::curvature::subtract_coordinates;
use crate::potential::{AddCurvature, EvalError, Potential};

/// Of a constraint's gradient less than this remains after the ones before: it depends on them.
const DEPENDENT: f64 = 1e-8;

/// Squared cosine up to which a rigid motion counts as one that changes nothing that is held.
const IDLE: f64 = 1e-10;

/// A surface on a manifold: the energy is that of the nearest point where everything is held, the gradient has no part along what is
/// held, and the second derivatives are those of the energy along the manifold.
#[derive(Debug)]
pub struct OnManifold<P> {
    inner: P,
    manifold: Manifold,
}

impl<P: Potential> OnManifold<P> {
    /// The part of a surface where everything is held.
    pub fn new(inner: P, manifold: Manifold) -> Self {
        Self { inner, manifold }
    }

    fn place(&self, x: &[f64]) -> Result<Vec<f64>, EvalError> {
        let mut placed = x.to_vec();
        self.manifold
            .retract(&mut placed)
            .map_err(|deviation| EvalError::OutOfReach { deviation })?;
        Ok(placed)
    }
}

impl<P: Potential> Potential for OnManifold<P> {
    fn len(&self) -> usize {
        self.inner.len()
    }

    fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
        let placed = self.place(x)?;
        let energy = self.inner.energy_gradient(&placed, gradient)?;
        self.manifold.project(&placed, gradient);
        Ok(energy)
    }

    fn curvature(&mut self, x: &[f64], add: &mut AddCurvature<'_>) -> bool {
        self.inner.curvature(x, add)
    }

    fn has_gradient(&self) -> bool {
        self.inner.has_gradient()
    }

    /// H − Σ λ ∇²c with the forces λ that the constraints c bear.
    fn hessian(&mut self, x: &[f64]) -> Option<Result<Vec<f64>, EvalError>> {
        let placed = match self.place(x) {
            Ok(placed) => placed,
            Err(error) => return Some(Err(error)),
        };
        let mut hessian = match self.inner.hessian(&placed)? {
            Ok(hessian) => hessian,
            Err(error) => return Some(Err(error)),
        };
        let mut gradient = vec![0.0; placed.len()];
        if let Err(error) = self.inner.energy_gradient(&placed, &mut gradient) {
            return Some(Err(error));
        }
        let (held, forces) = self.manifold.forces(&placed, &gradient);
        subtract_coordinates(&held, &placed, &forces, &mut hessian);
        Some(Ok(hessian))
    }
}

/// The gradients of held coordinates, dense.
fn normals(primitives: &[Primitive], x: &[f64]) -> Vec<Vec<f64>> {
    let dense = |row: Row| {
        let mut out = vec![0.0; x.len()];
        for (atom, g) in row {
            for (o, component) in out[3 * atom..].iter_mut().zip(g) {
                *o += component;
            }
        }
        out
    };
    primitives.iter().map(|p| dense(p.gradient(x))).collect()
}

/// Directions c with c·dx = 0 for every vibration dx of a molecule with these masses (amu) at `x` (Å): the gradients of what is held,
/// and the rigid motions that change nothing of it.
#[must_use]
pub fn excluded(manifold: &Manifold, x: &[f64], masses: &[f64]) -> Vec<Vec<f64>> {
    let primitives = manifold.primitives();
    let mut out = idle_motions(&primitives, x);
    for motion in &mut out {
        for (atom, mass) in motion.chunks_exact_mut(3).zip(masses) {
            atom.iter_mut().for_each(|c| *c *= mass);
        }
    }
    out.extend(normals(&primitives, x));
    out
}

/// The rigid motions (orthonormal Cartesian displacements) that change none of these coordinates.
pub(super) fn idle_motions(primitives: &[Primitive], x: &[f64]) -> Vec<Vec<f64>> {
    let normals = orthonormal(&normals(primitives, x), DEPENDENT);
    let rigid = rigid::modes(x, &vec![1.0; x.len() / 3]);
    let mut overlap = SymmetricMatrix::zeros(rigid.len());
    let bound: Vec<Vec<f64>> = rigid
        .iter()
        .map(|motion| {
            let mut free = motion.clone();
            project_out(&mut free, &normals);
            motion.iter().zip(&free).map(|(m, f)| m - f).collect()
        })
        .collect();
    for (i, a) in bound.iter().enumerate() {
        for (j, b) in bound[..=i].iter().enumerate() {
            overlap.set(i, j, dot(a, b));
        }
    }
    let Ok(eigen) = Eigen::new(&overlap) else {
        return Vec::new();
    };
    let idle = (0..eigen.values.len()).filter(|&k| eigen.values[k] < IDLE);
    idle.map(|k| {
        let mut motion = vec![0.0; x.len()];
        for (c, r) in eigen.vector(k).iter().zip(&rigid) {
            add_scaled(&mut motion, *c, r);
        }
        motion
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coordinates::Constraint;
    use crate::hessian::Differenced;
    use crate::potential::Mask;
    use crate::potential::test_surfaces::LennardJones;

    const ATOMS: usize = 5;

    fn place() -> Vec<f64> {
        (0..3 * ATOMS)
            .map(|i| 1.1 * (i / 3) as f64 + (2.3 * i as f64).sin())
            .collect()
    }

    fn held() -> Manifold {
        let constraints = [Primitive::Stretch([0, 1]), Primitive::Bend([1, 2, 3])].map(Constraint::hold);
        Manifold::new(&constraints, Mask::default(), &place())
    }

    #[test]
    fn the_gradient_moves_nothing_that_is_held() {
        let x = place();
        let mut surface = OnManifold::new(LennardJones { atoms: ATOMS }, held());
        let mut gradient = vec![f64::NAN; x.len()];
        let _energy = surface.energy_gradient(&x, &mut gradient).unwrap();
        assert!(dot(&gradient, &gradient) > 1e-6);
        for normal in normals(&held().primitives(), &x) {
            assert!(dot(&normal, &gradient).abs() < 1e-8 * dot(&gradient, &gradient).sqrt());
        }
    }

    #[test]
    fn second_derivatives_along_the_manifold_are_those_of_the_energy_on_it() {
        let x = place();
        let clusters = || Ok(Box::new(LennardJones { atoms: ATOMS }) as Box<dyn Potential>);
        let differenced = Differenced::new(clusters().unwrap(), &clusters, 1, 1e-5, None);
        let mut surface = OnManifold::new(differenced, held());
        let rows = surface.hessian(&x).unwrap().unwrap();
        let hessian = SymmetricMatrix::from_rows(x.len(), rows);
        let normals = orthonormal(&normals(&held().primitives(), &x), DEPENDENT);
        assert_eq!(normals.len(), 2);
        for k in 0..4 {
            let mut along: Vec<f64> = (0..x.len()).map(|i| (1.3 * (i * (k + 1)) as f64).cos()).collect();
            project_out(&mut along, &normals);
            // Differences of energies, which know nothing of gradients or their projection.
            let h = 1e-3;
            let mut energy = |t: f64| {
                let moved: Vec<f64> = x.iter().zip(&along).map(|(x, d)| x + t * d).collect();
                surface.energy_gradient(&moved, &mut vec![0.0; moved.len()]).unwrap()
            };
            // The retraction bends the way by a normal part, which the projected gradient has nothing of.
            let expected = (energy(h) - 2.0 * energy(0.0) + energy(-h)) / (h * h);
            let found = hessian.quadratic_form(&along);
            assert!(
                (found - expected).abs() < 1e-3 * expected.abs().max(1.0),
                "{found} {expected}"
            );
        }
    }

    #[test]
    fn rigid_motions_are_free_unless_atoms_are_frozen() {
        let x = place();
        assert_eq!(idle_motions(&[], &x).len(), 6);
        assert_eq!(idle_motions(&held().primitives(), &x).len(), 6);
        for (frozen, idle) in [(vec![0], 3), (vec![0, 1], 1), (vec![0, 1, 2], 0)] {
            let manifold = Manifold::new(&[], Mask::new(&frozen, &x), &x);
            assert_eq!(idle_motions(&manifold.primitives(), &x).len(), idle, "{frozen:?}");
        }
    }
}
