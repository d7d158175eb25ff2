//! `thalweg energy`.

use crate::{ETHANOL, WATER, command, folder_with, from_output, listing, thalweg};
use std::io::Write;
use std::process::Stdio;

const KRYPTON_DIFLUORIDE: &str = include_str!("../data/cli/krypton_difluoride.sdf");

#[test]
fn the_table_has_one_line_a_molecule_below_its_head() {
    let folder = folder_with("energy-table", "water.xyz", &WATER.repeat(3));
    let run = thalweg(&folder, &["energy", "water.xyz"]).expect(0);
    assert_eq!(run.out.lines().count(), 4, "{}", run.out);
    assert!(run.out.starts_with("# molecule"), "{}", run.out);
    assert!(
        run.out
            .lines()
            .skip(1)
            .all(|line| line.starts_with("water ") && line.contains("mmff94"))
    );
    assert!(run.err.contains("3 molecules, 3 done"), "{}", run.err);
}

#[test]
fn json_has_the_keys_of_the_contract_and_terms_that_sum_to_the_energy() {
    let folder = folder_with("energy-json", "ethanol.sdf", ETHANOL);
    let run = thalweg(
        &folder,
        &[
            "sp",
            "--json",
            "--atoms",
            "--gradient",
            "--explain",
            "--repeat",
            "3",
            "ethanol.sdf",
        ],
    )
    .expect(0);
    let records = run.json();
    let record = &records[0];
    assert_eq!(records.len(), 1);
    assert_eq!(record["source"], "ethanol.sdf");
    assert_eq!(record["index"], 1);
    assert_eq!(record["name"], "ethanol");
    assert_eq!(record["atoms"], 9);
    assert_eq!(record["surface"], "mmff94");
    assert_eq!(record["status"], "ok");
    let names = [
        "bond",
        "angle",
        "stretch_bend",
        "out_of_plane",
        "torsion",
        "van_der_waals",
        "electrostatic",
    ];
    let sum: f64 = names.iter().map(|name| record["terms"][name].as_f64().unwrap()).sum();
    assert!((sum - record["energy"].as_f64().unwrap()).abs() < 1e-9);
    assert!(record["seconds_per_evaluation"].as_f64().unwrap() > 0.0);
    assert_eq!(record["per_atom"].as_array().unwrap().len(), 9);
    assert_eq!(record["per_atom"][0]["type"], "1");
    assert_eq!(record["per_atom"][0]["gradient"], record["gradient"][0]);
    assert!(record["estimates"].as_array().is_some());
    let squares = record["gradient"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|g| g.as_array().unwrap());
    let squares: f64 = squares.map(|g| g.as_f64().unwrap().powi(2)).sum();
    assert!((record["gradient_rms"].as_f64().unwrap() - (squares / 27.0).sqrt()).abs() < 1e-9);
}

#[test]
fn details_are_listed_with_atoms_from_one() {
    let folder = folder_with("energy-details", "ethanol.sdf", ETHANOL);
    let run = thalweg(&folder, &["energy", "--terms", "--atoms", "--explain", "ethanol.sdf"]).expect(0);
    for part in ["stretch_bend", "van_der_waals", "     1 C ", "     9 H "] {
        assert!(run.out.contains(part), "no {part:?} in\n{}", run.out);
    }
    assert!(!run.out.contains("     0 C "), "{}", run.out);
}

#[test]
fn standard_input_is_read_and_its_format_told_by_content() {
    for (text, name) in [(WATER, "water"), (ETHANOL, "ethanol")] {
        let folder = folder_with("energy-standard-input", "unused", "");
        let mut child = command(&folder, &["energy", "--json", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        let run = from_output(child.wait_with_output().unwrap()).expect(0);
        assert_eq!(run.json()[0]["name"], name);
        assert_eq!(run.json()[0]["source"], "standard input");
    }
}

#[test]
fn a_molecule_that_mmff94_can_not_type_gets_uff_and_that_is_said() {
    let folder = folder_with("energy-fallback", "krf2.sdf", KRYPTON_DIFLUORIDE);
    let run = thalweg(&folder, &["energy", "--json", "krf2.sdf"]).expect(0);
    assert_eq!(run.json()[0]["surface"], "uff");
    assert!(
        run.err.contains("using uff") && run.err.contains("krf2.sdf, record 1 (krypton difluoride)"),
        "{}",
        run.err
    );
    let quiet = thalweg(&folder, &["energy", "-q", "--json", "krf2.sdf"]).expect(0);
    assert_eq!(quiet.err, "");
}

#[test]
fn a_molecule_that_can_not_be_typed_is_named_with_its_atom_and_fails() {
    let folder = folder_with("energy-untyped", "krf2.sdf", KRYPTON_DIFLUORIDE);
    let run = thalweg(&folder, &["energy", "--json", "--forcefield", "mmff94", "krf2.sdf"]).expect(1);
    assert_eq!(run.json()[0]["status"], "error");
    assert!(
        run.json()[0]["error"].as_str().unwrap().contains("atom 1"),
        "{}",
        run.out
    );
    assert!(run.err.contains("thalweg: error: krf2.sdf, record 1"), "{}", run.err);
}

#[test]
fn each_force_field_answers_by_its_own_name() {
    let folder = folder_with("energy-fields", "ethanol.sdf", ETHANOL);
    for name in ["mmff94", "mmff94s", "uff"] {
        let run = thalweg(&folder, &["energy", "--json", "--forcefield", name, "ethanol.sdf"]).expect(0);
        assert_eq!(run.json()[0]["surface"], name);
    }
}

#[test]
fn missing_hydrogens_are_warned_of() {
    let bare = "x\n\n\n  3  2  0  0  0  0  0  0  0  0999 V2000\n    0.0000    0.0000    0.0000 C   0  0\n    1.5000    0.0000    0.0000 C   0  0\n    2.0000    1.3000    0.0000 O   0  0\n  1  2  1  0\n  2  3  1  0\nM  END\n";
    let folder = folder_with("energy-hydrogens", "bare.mol", bare);
    let run = thalweg(&folder, &["energy", "--forcefield", "uff", "bare.mol"]);
    assert!(run.err.contains("6 hydrogen atoms seem to be missing"), "{}", run.err);
}

#[test]
fn structures_go_to_the_output_file_and_the_table_to_standard_output() {
    let folder = folder_with("energy-output", "ethanol.sdf", ETHANOL);
    let run = thalweg(&folder, &["energy", "ethanol.sdf", "-o", "out.sdf"]).expect(0);
    assert!(run.out.contains("ethanol"));
    let text = std::fs::read_to_string(folder.join("out.sdf")).unwrap();
    assert!(
        text.contains("<energy_kcal_mol>") && text.contains("<ID>") && !text.contains("stale"),
        "{text}"
    );
    assert_eq!(listing(&folder), ["ethanol.sdf", "out.sdf"]);
}
