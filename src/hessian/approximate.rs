//! Approximate second derivatives where a surface has none of its own.

use super::Model;
use crate::chem::Molecule;
use crate::coordinates::InternalCoordinates;
use crate::linalg::SymmetricMatrix;
use crate::potential::Potential;

/// Approximate second derivatives (kcal/mol/Å²) of a molecule: those of a cheap surface that stands in for its own where there is one, else
/// Schlegel's model.
pub fn approximate(
    mut stand_in: Option<Box<dyn Potential>>,
    molecule: &Molecule,
) -> impl FnMut(&[f64]) -> Option<SymmetricMatrix> {
    let schlegel = Model::Schlegel.prepare(molecule);
    move |x| match stand_in.as_mut().and_then(|surface| surface.hessian(x)) {
        Some(Ok(hessian)) => Some(SymmetricMatrix::from_rows(x.len(), hessian)),
        _ => Some(schlegel.cartesian(InternalCoordinates::new(molecule, x).primitives(), x)),
    }
}
