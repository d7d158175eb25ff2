//! Structures of one molecule laid onto each other, atom by atom.

use crate::linalg::LinalgError;
use crate::linalg::superposition::superpose;

/// `moving` (Å, length 3N) turned and shifted so that it lies on `fixed` as closely as it can.
///
/// # Errors
/// Coordinates that are not finite.
pub fn align(fixed: &[f64], moving: &[f64]) -> Result<Vec<f64>, LinalgError> {
    Ok(superpose(fixed, moving, None)?.apply(moving))
}

/// Lays each frame onto the one before it.
///
/// # Errors
/// As [`align`].
pub fn align_all(frames: &mut [Vec<f64>]) -> Result<(), LinalgError> {
    for k in 1..frames.len() {
        frames[k] = align(&frames[k - 1], &frames[k])?;
    }
    Ok(())
}

/// Root mean square distance (Å) of the atoms of two structures after superposition.
///
/// # Errors
/// As [`align`].
pub fn rmsd(first: &[f64], second: &[f64]) -> Result<f64, LinalgError> {
    Ok(superpose(first, second, None)?.rmsd)
}
