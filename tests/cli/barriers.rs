//! `thalweg ts --rotors`: the barriers of turning bonds.

use crate::{Run, folder, thalweg};
use serde_json::Value;

fn run(name: &str, smiles: &str, more: &[&str]) -> Run {
    let mut arguments = vec!["ts", "--rotors", "--smiles", smiles, "--forcefield", "mmff94"];
    arguments.extend(more);
    thalweg(&folder(name), &arguments)
}

/// The barriers of a molecule on MMFF94, each of which has to be proven.
fn barriers(name: &str, smiles: &str) -> Vec<Value> {
    let found = run(name, smiles, &["--json"]).expect(0).json().remove(0);
    assert_eq!(found["converged"], true, "{found}");
    let barriers = found["barriers"].as_array().unwrap().clone();
    for barrier in &barriers {
        assert_eq!(barrier["converged"], true, "{barrier}");
        assert_eq!(barrier["negative_modes"], 1, "{barrier}");
        assert!(number(barrier, "imaginary_wavenumber") < 0.0, "{barrier}");
        // Energies of saddle, sides and heights fit together.
        for (side, height) in [(0, "barrier_forward"), (1, "barrier_reverse")] {
            let below = number(&barrier["sides"][side], "energy");
            let height = number(barrier, height);
            assert!(
                (number(barrier, "energy") - below - height).abs() < 1e-6 && height > 0.0,
                "{barrier}"
            );
        }
    }
    barriers
}

fn number(value: &Value, key: &str) -> f64 {
    value[key].as_f64().unwrap_or_else(|| panic!("{key} of {value}"))
}

#[track_caller]
fn assert_height(barrier: &Value, key: &str, expected: f64) {
    let found = number(barrier, key);
    assert!(
        (found - expected).abs() < 0.01,
        "{found} instead of {expected}: {barrier}"
    );
}

// The heights of ethane and butane are Newton-refined stationary points of another implementation of MMFF94.

#[test]
fn ethane_has_one_barrier() {
    let found = barriers("barriers-ethane", "CC");
    assert_eq!(found.len(), 1);
    assert_height(&found[0], "barrier_forward", 3.2148);
    assert_height(&found[0], "barrier_reverse", 3.2148);
    assert_eq!(found[0]["bonds"], serde_json::json!([[1, 2]]));
}

#[test]
fn butane_has_two_about_its_middle_and_one_of_both_methyl_groups() {
    let found = barriers("barriers-butane", "CCCC");
    assert_eq!(found.len(), 3, "{found:?}");
    let middle: Vec<&Value> = found
        .iter()
        .filter(|b| b["bonds"] == serde_json::json!([[2, 3]]))
        .collect();
    assert_eq!(middle.len(), 2, "{found:?}");
    let from_anti = |barrier: &Value| number(barrier, "barrier_forward").max(number(barrier, "barrier_reverse"));
    assert!((from_anti(middle[0]) - 3.9605).abs() < 0.01, "{found:?}");
    // The planar one lies between two gauche minima, 0.7822 above the lowest.
    assert!((from_anti(middle[1]) + 0.7822 - 5.2097).abs() < 0.01, "{found:?}");
    assert!(number(middle[1], "angle").abs() < 0.1, "{found:?}");
    let methyl = found.iter().find(|b| b["bonds"].as_array().unwrap().len() == 2);
    assert!(methyl.is_some(), "{found:?}");
}

#[test]
fn an_amide_has_its_high_barrier_and_low_ones_are_not_lost() {
    let found = barriers("barriers-amide", "CC(=O)NC");
    let highest = found.last().unwrap();
    assert!(number(highest, "barrier_reverse") > 12.0, "{highest}");
    let [one, other] = [0, 1].map(|side| number(&highest["sides"][side], "angle").abs());
    assert!(
        one.min(other) < 15.0 && one.max(other) > 165.0,
        "cis and trans: {highest}"
    );
    let turning: std::collections::BTreeSet<String> = found.iter().map(|b| b["bonds"].to_string()).collect();
    assert_eq!(turning.len(), 3, "both methyl groups and the amide: {found:?}");
}

#[test]
fn biphenyl_is_twisted_between_two_barriers() {
    let found = barriers("barriers-biphenyl", "c1ccccc1-c1ccccc1");
    let angles: Vec<i64> = found.iter().map(|b| number(b, "angle").abs().round() as i64).collect();
    assert_eq!(angles.len(), 2, "{found:?}");
    assert!((88..=90).contains(&angles[0]) && angles[1] == 0, "{angles:?}");
}

#[test]
fn what_does_not_turn_has_no_barriers() {
    let table = run("barriers-none", "C1CC1", &[]).expect(0).out;
    assert!(table.contains("0 bonds turn") && table.lines().count() == 2, "{table}");
}

#[test]
fn the_table_and_the_structures_tell_of_the_same_saddles() {
    let folder = folder("barriers-table");
    let arguments = [
        "ts",
        "--rotors",
        "--smiles",
        "CCCC butane",
        "--forcefield",
        "mmff94",
        "-o",
        "saddles.sdf",
    ];
    let run = thalweg(&folder, &arguments).expect(0);
    assert_eq!(
        run.out.lines().filter(|line| !line.starts_with('#')).count(),
        3,
        "{}",
        run.out
    );
    let written = std::fs::read_to_string(folder.join("saddles.sdf")).unwrap();
    assert_eq!(written.matches("$$$$").count(), 3);
    let again = thalweg(
        &folder,
        &["vibrations", "saddles.sdf", "--forcefield", "mmff94", "--json"],
    )
    .expect(0);
    let all = again.json();
    assert!(
        all.len() == 3 && all.iter().all(|line| line["negative_modes"] == 1),
        "{all:?}"
    );
}
