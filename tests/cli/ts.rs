//! `thalweg ts` from one structure.

use crate::{Run, folder, folder_with, thalweg};
use std::path::Path;

const BUTANE: &str = include_str!("../data/cli/butane.xyz");

/// A molecule with these dihedrals (degrees) set and the rest about relaxed, as the start of a search.
fn start(folder: &Path, smiles: &str, dihedrals: &[&str]) {
    let mut all = vec!["minimize", "--smiles", smiles, "--forcefield", "mmff94", "--no-prove"];
    all.extend(["--convergence", "0.05", "-o", "start.sdf"]);
    for dihedral in dihedrals {
        all.extend(["--set", dihedral]);
    }
    thalweg(folder, &all).expect(0);
}

/// The energy (kcal/mol) of the lowest conformer.
fn lowest(folder: &Path, smiles: &str) -> f64 {
    let all = ["conformers", "--smiles", smiles, "--forcefield", "mmff94", "--json"];
    thalweg(folder, &all).expect(0).json()[0]["lowest_energy"]
        .as_f64()
        .unwrap()
}

/// Finds a saddle of MMFF94 from a start, and says how far above the lowest conformer it is (kcal/mol).
#[track_caller]
fn barrier(name: &str, smiles: &str, dihedrals: &[&str]) -> f64 {
    let folder = folder(name);
    start(&folder, smiles, dihedrals);
    let found = thalweg(&folder, &["ts", "start.sdf", "--forcefield", "mmff94", "--json"])
        .expect(0)
        .json();
    let found = &found[0];
    assert_eq!(found["status"], "ok");
    assert_eq!(found["converged"], true, "{found}");
    assert_eq!(found["kind"], "transition state");
    assert_eq!(found["negative_modes"], 1, "{found}");
    assert!(found["imaginary_wavenumber"].as_f64().unwrap() < -20.0, "{found}");
    assert!(found["gradient_max"].as_f64().unwrap() < 0.02, "{found}");
    found["energy"].as_f64().unwrap() - lowest(&folder, smiles)
}

#[track_caller]
fn assert_height(found: f64, expected: f64) {
    assert!(
        (found - expected).abs() < 0.01,
        "{found} instead of {expected} kcal/mol"
    );
}

// The heights are Newton-refined stationary points of another implementation of MMFF94.

#[test]
fn ethane_is_eclipsed_at_its_saddle() {
    assert_height(barrier("ts-ethane", "CC", &["dihedral 3 1 2 6 = 5"]), 3.2148);
}

#[test]
fn butane_has_both_saddles() {
    let near_120 = barrier("ts-butane-120", "CCCC", &["dihedral 1 2 3 4 = 115"]);
    assert_height(near_120, 3.9605);
    let syn = barrier("ts-butane-0", "CCCC", &["dihedral 1 2 3 4 = 6"]);
    assert_height(syn, 5.2097);
}

#[test]
fn cyclohexane_has_a_boat_and_a_half_chair() {
    let boat = ["dihedral 1 2 3 4 = 0", "dihedral 4 5 6 1 = 0"];
    assert_height(barrier("ts-boat", "C1CCCCC1", &boat), 6.6719);
    let half_chair = ["dihedral 1 2 3 4 = 0", "dihedral 2 3 4 5 = 15"];
    assert_height(barrier("ts-half-chair", "C1CCCCC1", &half_chair), 10.6221);
}

#[test]
fn biphenyl_has_a_flat_saddle_and_an_upright_one() {
    let smiles = "c1ccccc1-c1ccccc1";
    let flat = barrier("ts-biphenyl-flat", smiles, &["dihedral 5 6 7 8 = 3"]);
    let upright = barrier("ts-biphenyl-upright", smiles, &["dihedral 5 6 7 8 = 87"]);
    // By symmetry both are stationary: 0.48 and 3.63 by the scan of `scan --scan 'dihedral 5 6 7 8 = 0, 90, 2'`.
    assert_height(flat, 3.6301);
    assert_height(upright, 0.4831);
}

#[test]
fn an_amide_turns_over_a_saddle_whichever_way_it_is_asked_for() {
    let smiles = "CC(=O)NC";
    let turned = ["dihedral 3 2 4 5 = 80"];
    let plain = barrier("ts-amide", smiles, &turned);
    let folder = folder("ts-amide-along");
    start(&folder, smiles, &turned);
    let both = |more: &[&str]| {
        let mut all = vec!["ts", "start.sdf", "--forcefield", "mmff94", "--json"];
        all.extend(more);
        let found = thalweg(&folder, &all).expect(0).json();
        found[0]["energy"].as_f64().unwrap() - lowest(&folder, smiles)
    };
    for more in [
        ["--along", "3-2-4-5"],
        ["--method", "p-rfo"],
        ["--mode", "1"],
        ["--method", "min-mode"],
    ] {
        assert_height(both(&more), plain);
    }
}

#[test]
fn a_start_in_a_minimum_is_left_uphill_or_said_to_be_one() {
    let folder = folder_with("ts-minimum", "butane.xyz", BUTANE);
    thalweg(
        &folder,
        &["minimize", "butane.xyz", "--convergence", "1e-6", "-o", "minimum.xyz"],
    )
    .expect(0);
    let run = thalweg(&folder, &["ts", "minimum.xyz", "--json"]);
    let found = &run.json()[0];
    let is_converged = found["converged"] == true;
    assert_eq!(run.status, i32::from(!is_converged), "{}", run.err);
    assert_eq!(is_converged, found["kind"] == "transition state", "{found}");
    if is_converged {
        assert_eq!(found["negative_modes"], 1);
        assert!(found["searches"].as_u64().unwrap() > 1, "{found}");
    }
}

#[test]
fn limits_end_it_without_a_claim() {
    let folder = folder_with("ts-limit", "butane.xyz", BUTANE);
    let run = thalweg(&folder, &["ts", "butane.xyz", "--max-steps", "1", "--json"]).expect(1);
    let found = &run.json()[0];
    assert_eq!(found["converged"], false);
    assert_eq!(found["stop"], "step_limit");
    assert!(found["negative_modes"].is_null(), "{found}");
}

#[test]
fn the_structure_and_every_step_are_written() {
    let folder = folder_with("ts-files", "butane.xyz", BUTANE);
    let set = [
        "minimize",
        "butane.xyz",
        "--set",
        "dihedral 1 2 3 4 = 115",
        "--convergence",
        "0.05",
    ];
    let mut all = set.to_vec();
    all.extend(["--no-prove", "-o", "start.xyz"]);
    thalweg(&folder, &all).expect(0);
    let Run { out, .. } = thalweg(&folder, &["ts", "start.xyz", "--trajectory", "way.xyz"]).expect(0);
    assert!(out.starts_with("14\n") && out.contains("converged=T"), "{out}");
    let frames = std::fs::read_to_string(folder.join("way.xyz")).unwrap();
    let count = frames.lines().filter(|line| line.trim() == "14").count();
    assert!(count > 1, "{frames}");
}

#[test]
fn bad_wishes_are_refused_in_words() {
    let folder = folder_with("ts-bad", "butane.xyz", BUTANE);
    let run = thalweg(&folder, &["ts", "butane.xyz", "--along", "1-1"]).expect(2);
    assert!(
        run.err.contains("'1-1' is not two, three or four different atoms"),
        "{}",
        run.err
    );
    let run = thalweg(&folder, &["ts", "butane.xyz", "--along", "1-99"]).expect(1);
    assert!(
        run.err.contains("atom 99 is asked for, the molecule has 14"),
        "{}",
        run.err
    );
    let run = thalweg(&folder, &["ts", "butane.xyz", "--convergence", "soon"]).expect(2);
    assert!(run.err.contains("--convergence soon"), "{}", run.err);
    thalweg(&folder, &["ts", "butane.xyz", "--mode", "0"]).expect(2);
    std::fs::write(folder.join("atom.xyz"), "1\n\nHe 0 0 0\n").unwrap();
    let run = thalweg(&folder, &["ts", "atom.xyz", "--forcefield", "uff", "--json"]).expect(1);
    assert_eq!(run.json()[0]["converged"], false);
}
