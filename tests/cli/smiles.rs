//! SMILES as input and as output.

use crate::{ETHANOL, WATER, folder, folder_with, thalweg};
use std::fs;

#[test]
fn structures_become_lines_with_their_titles() {
    let folder = folder_with("smiles-write", "ethanol.sdf", ETHANOL);
    fs::write(folder.join("water.xyz"), WATER).unwrap();
    let run = thalweg(&folder, &["convert", "-q", "ethanol.sdf", "--to", "smi"]).expect(0);
    assert!(run.out.starts_with("CCO"), "{}", run.out);
    thalweg(&folder, &["convert", "-q", "water.xyz", "-o", "water.smi"]).expect(0);
    assert_eq!(fs::read_to_string(folder.join("water.smi")).unwrap(), "O water\n");
}

#[test]
fn lines_and_the_option_are_read_in_order() {
    let folder = folder_with(
        "smiles-read",
        "two.smi",
        "smiles name\nOCC first\n\n# comment\nc1ccccc1 second\n",
    );
    let arguments = [
        "convert",
        "two.smi",
        "--smiles",
        "C(C)O third",
        "--smiles",
        "N",
        "--to",
        "smi",
    ];
    let run = thalweg(&folder, &arguments).expect(0);
    assert_eq!(run.out, "CCO first\nc1ccccc1 second\nCCO third\nN\n");
    let run = thalweg(&folder, &["convert", "--smiles", "F/C=C\\F", "--to", "smi"]).expect(0);
    assert_eq!(run.out, "F/C=C\\F\n");
}

#[test]
fn a_broken_line_is_shown_with_a_caret_and_costs_only_itself() {
    let folder = folder_with("smiles-bad", "mixed.smi", "CCO fine\nCC(=O bad\nCC also fine\n");
    let arguments = ["convert", "mixed.smi", "--to", "smi", "--failed", "failed.smi"];
    let run = thalweg(&folder, &arguments).expect(1);
    assert_eq!(run.out, "CCO fine\nCC also fine\n");
    assert!(run.err.contains("mixed.smi, record 2, line 2, column 3"), "{}", run.err);
    assert!(run.err.contains("\n  CC(=O bad\n    ^\n"), "{}", run.err);
    assert_eq!(fs::read_to_string(folder.join("failed.smi")).unwrap(), "CC(=O bad\n");
}

#[test]
fn what_needs_coordinates_gets_them_by_embedding() {
    let folder = folder("smiles-place");
    for arguments in [
        &["energy", "--smiles", "CCO"][..],
        &["minimize", "--smiles", "CCO"],
        &["convert", "--smiles", "CCO", "--to", "sdf"],
    ] {
        let run = thalweg(&folder, arguments).expect(0);
        assert!(!run.out.is_empty(), "{arguments:?}: {}", run.err);
    }
    let run = thalweg(&folder, &["energy", "--json", "--smiles", "CC(X"]).expect(2);
    let record = &run.json()[0];
    assert_eq!(
        (record["source"].as_str(), record["index"].as_u64()),
        (Some("--smiles"), Some(1))
    );
    assert!(!record["error"].as_str().unwrap().contains('\n'));
}

#[test]
fn an_empty_option_is_wrong_usage() {
    let folder = folder("smiles-usage");
    thalweg(&folder, &["energy", "--smiles", " "]).expect(2);
    thalweg(&folder, &["energy"]).expect(2);
}

#[test]
fn configurations_that_are_left_open_are_named() {
    let folder = folder("smiles-open");
    let run = thalweg(&folder, &["minimize", "--smiles", "CC(N)C(=O)O", "--smiles", "FC=CF"]).expect(0);
    assert!(
        run.err.contains("no configuration is stated of atom 2: "),
        "{}",
        run.err
    );
    assert!(
        run.err.contains("no configuration is stated of double bond 2-3: "),
        "{}",
        run.err
    );
    let stated = thalweg(&folder, &["minimize", "--smiles", "C[C@H](N)C(=O)O"]).expect(0);
    assert!(!stated.err.contains("no configuration"), "{}", stated.err);
}
