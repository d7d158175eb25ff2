//! Atoms that stay where they are.

use super::{AddCurvature, EvalError, Potential};

/// A surface on which some atoms don't move: it is evaluated with them at their places whatever the coordinates say, and their gradient is
/// zero, so that every optimizer, also one that knows nothing of it, leaves them alone.
#[derive(Clone, Debug)]
pub struct Frozen<P> {
    inner: P,
    mask: Mask,
    x: Vec<f64>,
}

/// The frozen atoms with their places.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mask {
    /// Atom and position (Å), in ascending order.
    places: Vec<(usize, [f64; 3])>,
}

impl Mask {
    /// Freezes these atoms where they stand in `x` (Å). Repetitions don't matter.
    #[must_use]
    pub fn new(atoms: &[usize], x: &[f64]) -> Self {
        let mut atoms = atoms.to_vec();
        atoms.sort_unstable();
        atoms.dedup();
        let place = |atom: usize| (atom, [x[3 * atom], x[3 * atom + 1], x[3 * atom + 2]]);
        Self {
            places: atoms.into_iter().map(place).collect(),
        }
    }

    /// Whether no atom is frozen.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Number of frozen atoms.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether this atom is frozen.
    #[must_use]
    pub fn holds(&self, atom: usize) -> bool {
        self.places.binary_search_by_key(&atom, |place| place.0).is_ok()
    }

    /// The frozen atoms, ascending.
    pub fn atoms(&self) -> impl Iterator<Item = usize> {
        self.places.iter().map(|place| place.0)
    }

    /// Puts the frozen atoms of `x` (Å) back to their places.
    pub fn restore(&self, x: &mut [f64]) {
        for &(atom, place) in &self.places {
            x[3 * atom..3 * atom + 3].copy_from_slice(&place);
        }
    }

    /// Zeroes the frozen atoms' part of a gradient or displacement.
    pub fn clear(&self, vector: &mut [f64]) {
        for &(atom, _) in &self.places {
            vector[3 * atom..3 * atom + 3].fill(0.0);
        }
    }
}

impl<P: Potential> Frozen<P> {
    /// Freezes atoms of a surface.
    pub fn new(inner: P, mask: Mask) -> Self {
        Self {
            inner,
            mask,
            x: Vec::new(),
        }
    }

    /// Gives the surface back.
    pub fn into_inner(self) -> P {
        self.inner
    }

    fn place(&mut self, x: &[f64]) {
        self.x.clear();
        self.x.extend_from_slice(x);
        self.mask.restore(&mut self.x);
    }
}

impl<P: Potential> Potential for Frozen<P> {
    fn len(&self) -> usize {
        self.inner.len()
    }

    fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
        self.place(x);
        let energy = self.inner.energy_gradient(&self.x, gradient)?;
        self.mask.clear(gradient);
        Ok(energy)
    }

    fn curvature(&mut self, x: &[f64], add: &mut AddCurvature<'_>) -> bool {
        self.place(x);
        let mask = &self.mask;
        let mut moving = |atoms: &[usize], direction: &[[f64; 3]], strength: f64| {
            let part = |(&atom, &b): (&usize, &[f64; 3])| if mask.holds(atom) { [0.0; 3] } else { b };
            let direction: Vec<[f64; 3]> = atoms.iter().zip(direction).map(part).collect();
            add(atoms, &direction, strength);
        };
        self.inner.curvature(&self.x, &mut moving)
    }

    fn has_gradient(&self) -> bool {
        self.inner.has_gradient()
    }

    fn pin(&mut self, x: &[f64]) -> Result<(), EvalError> {
        self.inner.pin(x)
    }

    fn hessian(&mut self, x: &[f64]) -> Option<Result<Vec<f64>, EvalError>> {
        self.place(x);
        let n = self.x.len();
        let result = self.inner.hessian(&self.x)?;
        Some(result.map(|mut hessian| {
            for row in hessian.chunks_exact_mut(n) {
                self.mask.clear(row);
            }
            for atom in self.mask.atoms() {
                hessian[3 * atom * n..3 * (atom + 1) * n].fill(0.0);
            }
            hessian
        }))
    }
}
