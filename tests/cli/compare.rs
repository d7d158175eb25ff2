//! `thalweg compare`.

use crate::{ETHANOL, WATER, folder_with, thalweg};
use std::fs;

/// Water turned by 90°, its hydrogens exchanged and last, with one bond longer by 0.03 Å.
fn turned(water: &str) -> String {
    let mut lines: Vec<String> = water.lines().map(str::to_owned).collect();
    let atoms: Vec<String> = lines[2..5]
        .iter()
        .map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [x, y, z] = [1, 2, 3].map(|k| words[k].parse::<f64>().unwrap());
            format!("{} {} {} {}", words[0], 5.0 - y, x, z)
        })
        .collect();
    lines[2..5].clone_from_slice(&[atoms[2].clone(), atoms[0].clone(), atoms[1].clone()]);
    lines.join("\n") + "\n"
}

#[test]
fn a_moved_and_renumbered_structure_is_the_same() {
    let folder = folder_with("compare-same", "water.xyz", WATER);
    fs::write(folder.join("turned.xyz"), turned(WATER)).unwrap();
    for flag in ["--heavy", "--all-atoms"] {
        let run = thalweg(&folder, &["compare", "water.xyz", "turned.xyz", "--json", flag]).expect(0);
        let line = &run.json()[0];
        assert!(line["rmsd"].as_f64().unwrap() < 1e-6, "{line}");
        assert_eq!(line["status"], "ok");
        assert_eq!(line["reference"], "water.xyz");
        assert_eq!(line["exact"], true);
        let mapped = line["mapping"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|m| !m.is_null())
            .count();
        assert_eq!(mapped, if flag == "--heavy" { 1 } else { 3 }, "{line}");
        assert_eq!(line["compared_atoms"].as_u64().unwrap(), mapped as u64);
    }
    let run = thalweg(&folder, &["rmsd", "water.xyz", "turned.xyz", "--all-atoms"]).expect(0);
    assert!(
        run.out.starts_with("# molecule") && run.out.contains("0.00000"),
        "{}",
        run.out
    );
}

#[test]
fn every_record_is_superposed_on_the_first() {
    let folder = folder_with("compare-many", "all.xyz", &(WATER.to_owned() + &turned(WATER)));
    let run = thalweg(&folder, &["compare", "all.xyz", "--all-atoms", "-o", "on.xyz"]).expect(0);
    assert_eq!(run.out.lines().count(), 3, "{}", run.out);
    let written = fs::read_to_string(folder.join("on.xyz")).unwrap();
    assert_eq!(written.matches("rmsd_angstrom=").count(), 2, "{written}");
    let oxygens: Vec<Vec<f64>> = written
        .lines()
        .filter(|line| line.trim_start().starts_with('O'))
        .map(|line| line.split_whitespace().skip(1).map(|w| w.parse().unwrap()).collect())
        .collect();
    assert_eq!(oxygens.len(), 2);
    assert!(
        oxygens[0].iter().zip(&oxygens[1]).all(|(a, b)| (a - b).abs() < 1e-5),
        "{written}"
    );
}

#[test]
fn different_molecules_are_an_error_of_their_record() {
    let folder = folder_with("compare-different", "water.xyz", WATER);
    fs::write(folder.join("ethanol.sdf"), ETHANOL).unwrap();
    let run = thalweg(&folder, &["compare", "water.xyz", "ethanol.sdf", "water.xyz", "--json"]).expect(1);
    let lines = run.json();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["status"], "error");
    assert!(
        lines[0]["error"].as_str().unwrap().contains("H2O and C2H6O"),
        "{}",
        lines[0]
    );
    assert_eq!(lines[1]["status"], "ok");
}

#[test]
fn a_reference_that_is_none_ends_it() {
    let folder = folder_with("compare-reference", "water.xyz", WATER);
    fs::write(folder.join("broken.xyz"), "3\n\nO 0 0\n").unwrap();
    let run = thalweg(&folder, &["compare", "broken.xyz", "water.xyz"]).expect(2);
    assert!(run.err.contains("broken.xyz"), "{}", run.err);
    thalweg(&folder, &["compare", "absent.xyz", "water.xyz"]).expect(2);
    thalweg(&folder, &["compare", "water.xyz", "-o", "water.unknown"]).expect(2);
}
