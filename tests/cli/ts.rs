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

/// The chair and the twist-boat, both from the conformer search, and the half-chair between them: 5.9298 and 10.6221 above the chair.
#[test]
fn cyclohexanes_half_chair_joins_the_chair_and_the_twist_boat() {
    let folder = folder("ts-cyclohexane");
    let search = ["conformers", "--smiles", "C1CCCCC1", "--forcefield", "mmff94"];
    let mut all = search.to_vec();
    all.extend(["--window", "8", "-o", "both.sdf"]);
    thalweg(&folder, &all).expect(0);
    let found = thalweg(&folder, &["ts", "--from-ends", "both.sdf", "--json"])
        .expect(0)
        .json();
    let found = &found[0];
    assert_eq!(found["negative_modes"], 1, "{found}");
    assert_height(found["barrier_forward"].as_f64().unwrap(), 10.6221);
    assert_height(found["barrier_reverse"].as_f64().unwrap(), 10.6221 - 5.9298);
    let words = found["connects"].as_str().unwrap();
    assert!(words.contains("connects reactant and product"), "{words}");
}

/// Down from the boat: a twist-boat on each side.
#[test]
fn cyclohexanes_boat_lies_between_two_twist_boats() {
    let folder = folder("ts-boat-sides");
    let (smiles, boat) = ("C1CCCCC1", ["dihedral 1 2 3 4 = 0", "dihedral 4 5 6 1 = 0"]);
    start(&folder, smiles, &boat);
    thalweg(
        &folder,
        &["ts", "start.sdf", "--forcefield", "mmff94", "-o", "boat.sdf"],
    )
    .expect(0);
    let chair = lowest(&folder, smiles);
    let found = thalweg(&folder, &["path", "boat.sdf", "--forcefield", "mmff94", "--json"])
        .expect(0)
        .json();
    let ends = found[0]["ends"].as_array().unwrap();
    assert_eq!(ends.len(), 2, "{}", found[0]);
    for end in ends {
        assert_height(end["energy"].as_f64().unwrap() - chair, 5.9298);
    }
}

/// The syn saddle of butane has a dihedral of zero by symmetry: a minimum with the dihedral held there is the same point.
#[test]
fn a_saddle_beside_what_is_held_is_the_one_of_the_space_left_free() {
    let folder = folder("ts-held");
    for held in [["--set", "distance 2 3 = 1.6"], ["--freeze", "2-3"]] {
        let mut all = vec!["minimize", "--smiles", "CCCC", "--forcefield", "mmff94", "--no-prove"];
        all.extend(["--convergence", "0.05", "--set", "dihedral 1 2 3 4 = 12"]);
        all.extend(["--set", "distance 2 3 = 1.6", "-o", "start.sdf"]);
        thalweg(&folder, &all).expect(0);
        let run = |command: &str, more: &[&str]| {
            let mut all = vec![command, "start.sdf", "--forcefield", "mmff94", "--json"];
            all.extend(held);
            all.extend(more);
            thalweg(&folder, &all).expect(0).json().remove(0)
        };
        let expected = run("minimize", &["--set", "dihedral 1 2 3 4 = 0", "--no-prove"]);
        let found = run("ts", &["-o", "saddle.xyz", "--to", "xyz"]);
        assert_eq!(found["kind"], "transition state", "{found}");
        assert_eq!(found["negative_modes"], 1, "{found}");
        assert!(!found["held"].as_array().unwrap().is_empty(), "{found}");
        let [found, expected] = [found, expected].map(|line| line["energy"].as_f64().unwrap());
        assert!((found - expected).abs() < 1e-3, "{found} {expected}");
        // 5.2097 is the height of the pass where nothing is held.
        assert!(found - lowest(&folder, "CCCC") > 5.3, "{found}");
        let text = std::fs::read_to_string(folder.join("saddle.xyz")).unwrap();
        let place = |atom: usize| -> Vec<f64> {
            let line = text.lines().nth(1 + atom).unwrap();
            line.split_whitespace()
                .skip(1)
                .take(3)
                .map(|c| c.parse().unwrap())
                .collect()
        };
        let square: f64 = place(2).iter().zip(place(3)).map(|(a, b)| (a - b).powi(2)).sum();
        assert!((square.sqrt() - 1.6).abs() < 1e-3, "{}", square.sqrt());
    }
}

#[test]
fn wherever_second_derivatives_come_from_the_saddle_is_the_same() {
    let folder = folder("ts-hessian");
    start(&folder, "CCCC", &["dihedral 1 2 3 4 = 115"]);
    let anti = lowest(&folder, "CCCC");
    let run = |hessian: &str| {
        let all = [
            "ts",
            "start.sdf",
            "--forcefield",
            "mmff94",
            "--json",
            "--hessian",
            hessian,
        ];
        let found = thalweg(&folder, &all).expect(0).json().remove(0);
        assert_eq!(found["kind"], "transition state", "{hessian}: {found}");
        assert_height(found["energy"].as_f64().unwrap() - anti, 3.9605);
        (
            found["hessian_evaluations"].as_u64().unwrap(),
            found["curvature_evaluations"].as_u64().unwrap(),
        )
    };
    assert!(run("full").0 > 0);
    assert_eq!(run("full"), run("auto"));
    // One gradient for each of 3 × 14 coordinates but six.
    assert_eq!(run("start"), (0, 36));
    let (hessians, probes) = run("learnt");
    assert!(hessians == 0 && (1..36).contains(&probes), "{hessians} {probes}");
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
    let run = thalweg(&folder, &["ts", "butane.xyz", "--mode", "37"]).expect(1);
    assert!(
        run.err.contains("--mode 37: the molecule has 36 vibrations"),
        "{}",
        run.err
    );
    let restrained = ["ts", "butane.xyz", "--restrain", "distance 1 4 = 3"];
    let run = thalweg(&folder, &restrained).expect(1);
    assert!(
        run.err.contains("hold exactly, with --freeze, --fix or --set"),
        "{}",
        run.err
    );
    let run = thalweg(&folder, &["ts", "butane.xyz", "--rotors", "--freeze", "1"]).expect(2);
    assert!(run.err.contains("without --rotors"), "{}", run.err);
    let both = ["ts", "butane.xyz", "--method", "min-mode", "--hessian", "full"];
    let run = thalweg(&folder, &both).expect(2);
    assert!(run.err.contains("knows no second derivatives"), "{}", run.err);
    std::fs::write(folder.join("atom.xyz"), "1\n\nHe 0 0 0\n").unwrap();
    let run = thalweg(&folder, &["ts", "atom.xyz", "--forcefield", "uff", "--json"]).expect(1);
    assert_eq!(run.json()[0]["converged"], false);
}
