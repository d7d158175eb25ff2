//! Paths on engines' surfaces.

use crate::{folder_with, has_xtb, number, thalweg};

/// Formaldehyde, and trans-hydroxycarbene with its atoms in the same order; not minimized, not aligned with the axes.
const ENDS: &str = "\
4
formaldehyde
C 0.00 0.10 0.00
O 1.20 0.20 0.05
H -0.60 1.00 0.10
H -0.50 -0.85 -0.10
4
hydroxycarbene
C 0.00 0.10 0.00
O 1.31 0.20 0.05
H 1.60 1.10 0.10
H -0.30 -0.95 -0.10
";

#[test]
fn a_hydrogen_moves_over_a_proven_pass() {
    if !has_xtb() {
        return;
    }
    let folder = folder_with("path", "ends.xyz", ENDS);
    let run = thalweg(&folder, &["path", "ends.xyz", "--engine", "xtb", "--saddle", "--json"]).expect(0);
    assert!(run.err.contains("connects reactant and product"), "{}", run.err);
    let found = run.json();
    assert_eq!(
        (found["converged"].as_bool(), found["negative_modes"].as_u64()),
        (Some(true), Some(1))
    );
    assert!(number(&found, "imaginary_wavenumber") < -1000.0);
    assert!(number(&found, "barrier_forward") > number(&found, "barrier_reverse"));
    assert!(number(&found, "barrier_reverse") > 5.0);
    assert!(number(&found, "evaluations") < 300.0);
    assert_eq!(found["ends"][0]["smiles"], "C=O");
}
