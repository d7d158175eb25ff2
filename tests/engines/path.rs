//! Paths on engines' surfaces.

use crate::{folder_with, has_xtb, number, thalweg};
use std::path::Path;

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

/// Cyclobutene and butadiene, drawn apart from each other, so that their atoms have nothing to do with each other's numbers.
fn ring_and_chain(folder: &Path) {
    for (smiles, file) in [("C1=CCC1", "ring.mol"), ("C1C=C.C=1", "chain.mol")] {
        thalweg(folder, &["minimize", "--smiles", smiles, "-o", file]).expect(0);
    }
}

/// GFN2-xTB's saddle of this reaction, found from the structures of A. B. Birkholz and H. B. Schlegel (J. Comput. Chem. 2015, 36, 1157), lies 44.17
/// kcal/mol above cyclobutene.
#[test]
fn a_guess_of_two_force_fields_is_refined_to_a_proven_saddle() {
    if !has_xtb() {
        return;
    }
    let folder = folder_with("path-refine", "notes.txt", "");
    ring_and_chain(&folder);
    let arguments = [
        "ts",
        "--surface",
        "mix",
        "--reactant",
        "ring.mol",
        "--product",
        "chain.mol",
        "--refine",
        "xtb",
        "--json",
        "-o",
        "saddle.xyz",
    ];
    let run = thalweg(&folder, &arguments).expect(0).says("mix (a guess): ");
    let found = run.json();
    assert_eq!((&found["surface"], &found["guess"]), (&"xtb".into(), &false.into()));
    assert_eq!(
        (&found["converged"], &found["negative_modes"]),
        (&true.into(), &1.into())
    );
    assert!((number(&found, "barrier_forward") - 44.17).abs() < 0.05, "{found}");
    let guess = &found["refined_from"];
    assert_eq!((&guess["surface"], &guess["guess"]), (&"mix".into(), &true.into()));
    assert!((0.01..1.0).contains(&number(guess, "rmsd")), "{guess}");
    let saddle = std::fs::read_to_string(folder.join("saddle.xyz")).unwrap();
    assert_eq!(saddle.lines().count(), 12);
    assert!(saddle.contains("converged=T"), "{saddle}");
}

#[test]
fn a_product_with_its_atoms_in_another_order_leads_to_the_same_saddle() {
    if !has_xtb() {
        return;
    }
    let folder = folder_with("path-shuffled", "notes.txt", "");
    ring_and_chain(&folder);
    for file in ["ring", "chain"] {
        let (from, to) = (format!("{file}.mol"), format!("{file}.xyz"));
        thalweg(&folder, &["convert", &from, "-o", &to]).expect(0);
    }
    // The last atom first.
    let chain = std::fs::read_to_string(folder.join("chain.xyz")).unwrap();
    let lines: Vec<&str> = chain.lines().collect();
    let mut shuffled = lines[..2].to_vec();
    shuffled.extend(lines[2..].iter().rev());
    std::fs::write(folder.join("chain.xyz"), shuffled.join("\n") + "\n").unwrap();
    let run = thalweg(
        &folder,
        &[
            "ts",
            "--from-ends",
            "ring.xyz",
            "chain.xyz",
            "--engine",
            "xtb",
            "--json",
        ],
    )
    .expect(0);
    let run = run.says("as few as possible change: 1 break and 0 form");
    assert!(
        (number(&run.json(), "barrier_forward") - 44.17).abs() < 0.05,
        "{}",
        run.out
    );
}
