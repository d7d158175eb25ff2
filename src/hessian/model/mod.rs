//! Model Hessians: force constants of internal coordinates guessed from elements and distances.
//!
//! Each model is a handful of published formulas in atomic units, one file a model, and is converted here, once. All are
//! prepared from a molecule and then asked at geometries.

pub mod fischer_almlof;
pub mod lindh;
mod product;
pub mod schlegel;
pub mod simple;
mod species;
pub mod swart;

#[cfg(test)]
mod tests;

use crate::chem::Molecule;
use crate::coordinates::primitive::Primitive;
use crate::linalg::SymmetricMatrix;
use crate::units::{KCAL_MOL_ANGSTROM2_PER_HARTREE_BOHR2, KCAL_MOL_PER_HARTREE};
use std::fmt;

pub use species::Species;

/// Force constant (hartree/bohr²) of translations, rotations (which are lengths here) and Cartesian coordinates: as in geomeTRIC
/// (L.-P. Wang, C. Song, J. Chem. Phys. 2016, 144, 214108) and its code.
const RIGID: f64 = 0.05;

/// No coordinate is softer than this fraction of its constant in the simple model, so that far atoms and twisted bonds leave
/// every model positive definite (xtb bounds Lindh's products likewise).
const SOFTEST: f64 = 1e-3;

/// A guess of the second derivatives from elements and distances. The formulas are in hartree, bohr and radian, as
/// published; [`ModelHessian::force_constant`] is in internal units.
pub trait ModelHessian: fmt::Debug + Send + Sync {
    /// What it knows of the molecule.
    fn species(&self) -> &Species;
    /// Stretch of two atoms, bonded or not, hartree/bohr².
    fn stretch(&self, atoms: [usize; 2], x: &[f64]) -> f64;
    /// Bend about the middle atom, hartree.
    fn bend(&self, atoms: [usize; 3], x: &[f64]) -> f64;
    /// Dihedral about the two middle atoms, hartree. These may be the ends of a linear chain.
    fn dihedral(&self, atoms: [usize; 4], x: &[f64]) -> f64;
    /// Out-of-plane angle of the bond from the second atom to the fourth, hartree.
    fn out_of_plane(&self, atoms: [usize; 4], x: &[f64]) -> f64;

    /// The force constant of a coordinate at `x` (Å): kcal/mol/Å² for lengths, kcal/mol for angles. Always positive.
    fn force_constant(&self, primitive: &Primitive, x: &[f64]) -> f64 {
        let length = |k: f64| KCAL_MOL_ANGSTROM2_PER_HARTREE_BOHR2 * k;
        let angle = |k: f64| KCAL_MOL_PER_HARTREE * k;
        match primitive {
            Primitive::Stretch(a) => length(self.stretch(*a, x).max(SOFTEST * simple::STRETCH)),
            Primitive::Bend(a) | Primitive::LinearBend { atoms: a, .. } => {
                angle(self.bend(*a, x).max(SOFTEST * simple::BEND))
            }
            Primitive::LinearBendBeside {
                atoms: [i, j, k, _], ..
            } => angle(self.bend([*i, *j, *k], x).max(SOFTEST * simple::BEND)),
            Primitive::Dihedral(a) => angle(self.dihedral(*a, x).max(SOFTEST * simple::DIHEDRAL)),
            Primitive::OutOfPlane(a) => angle(self.out_of_plane(*a, x).max(SOFTEST * simple::OUT_OF_PLANE)),
            Primitive::Cartesian { .. } | Primitive::Translation { .. } | Primitive::Rotation { .. } => length(RIGID),
        }
    }

    /// The model in Cartesian space, Σ k b bᵀ over a set of coordinates, kcal/mol/Å². Positive semidefinite; rigid motions
    /// have zero eigenvalues.
    fn cartesian(&self, primitives: &[Primitive], x: &[f64]) -> SymmetricMatrix {
        let mut hessian = SymmetricMatrix::zeros(x.len());
        for primitive in primitives {
            let k = self.force_constant(primitive, x);
            let row = primitive.gradient(x);
            let entries: Vec<(usize, f64)> = row
                .iter()
                .flat_map(|&(atom, g)| [0, 1, 2].map(|axis| (3 * atom + axis, g[axis])))
                .collect();
            for (at, &(p, g)) in entries.iter().enumerate() {
                for &(q, h) in &entries[..=at] {
                    hessian.add(p, q, k * g * h);
                }
            }
        }
        hessian
    }
}

/// The models by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Model {
    /// Lindh et al. 1995.
    #[default]
    Lindh,
    /// Schlegel 1984.
    Schlegel,
    /// Fischer and Almlöf 1992.
    FischerAlmlof,
    /// Swart and Bickelhaupt 2006.
    Swart,
    /// One constant for each kind of coordinate.
    Simple,
}

impl Model {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Lindh,
        Self::Schlegel,
        Self::FischerAlmlof,
        Self::Swart,
        Self::Simple,
    ];

    /// The name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Lindh => "lindh",
            Self::Schlegel => "schlegel",
            Self::FischerAlmlof => "fischer",
            Self::Swart => "swart",
            Self::Simple => "simple",
        }
    }

    /// The model of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|m| m.name() == name)
    }

    /// Prepares the model for a molecule.
    #[must_use]
    pub fn prepare(self, molecule: &Molecule) -> Box<dyn ModelHessian> {
        let species = Species::new(molecule);
        match self {
            Self::Lindh => Box::new(lindh::Lindh(species)),
            Self::Schlegel => Box::new(schlegel::Schlegel(species)),
            Self::FischerAlmlof => Box::new(fischer_almlof::FischerAlmlof(species)),
            Self::Swart => Box::new(swart::Swart(species)),
            Self::Simple => Box::new(simple::Simple(species)),
        }
    }
}
