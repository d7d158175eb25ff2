//! Broken input: a message with its place, the right exit status, no output that looks like a result.

use crate::{WATER, folder, folder_with, listing, thalweg};
use std::fs;

#[test]
fn a_file_without_a_readable_molecule_ends_with_status_two_and_its_name() {
    let cases: [(&str, &str, &[&str]); 8] = [
        ("empty.xyz", "", &["empty file"]),
        ("garbage.xyz", "this is not a molecule\n", &["line 1"]),
        ("short.xyz", "5\nshort\nH 0 0 0\nH 0 0 0.74\n", &["record 1", "line"]),
        ("huge.xyz", "99999999999999\nhuge\nH 0 0 0\n", &["line"]),
        ("nan.xyz", "2\n\nH 0 0 nan\nH 0 0 1\n", &["record 1, line 3", "nan"]),
        ("element.xyz", "2\n\nQq 0 0 0\nH 0 0 1\n", &["line 3", "Qq"]),
        (
            "bond.mol",
            "x\n\n\n  1  1  0  0  0  0  0  0  0  0999 V2000\n    0.0000    0.0000    0.0000 O   0  0\n  1  9  1  0\nM  END\n",
            &["line 6", "9"],
        ),
        ("mystery.txt", "no format at all\n", &["format"]),
    ];
    for (file, content, parts) in cases {
        let folder = folder_with("bad-single", file, content);
        for command in ["energy", "minimize"] {
            let run = thalweg(&folder, &[command, file, "-o", "out.xyz"]).expect(2);
            assert!(run.err.starts_with("thalweg: error: "), "{}", run.err);
            for part in [file].iter().chain(parts) {
                assert!(run.err.contains(part), "{command} {file}: no {part:?} in {}", run.err);
            }
            assert_eq!(run.out, "", "{command} {file}");
            assert_eq!(listing(&folder), [file], "{command} {file} leaves files behind");
        }
    }
}

#[test]
fn a_missing_file_is_named() {
    let run = thalweg(&folder("bad-missing"), &["energy", "absent.xyz"]).expect(2);
    assert!(run.err.contains("absent.xyz"), "{}", run.err);
}

#[test]
fn one_bad_record_harms_no_other_and_is_collected() {
    let bad = WATER.replace("O 0", "Qq 0");
    let folder = folder_with("bad-middle", "mixed.xyz", &format!("{WATER}{bad}{WATER}"));
    for threads in ["1", "2"] {
        let arguments = [
            "energy",
            "--json",
            "--threads",
            threads,
            "--failed",
            "failed.xyz",
            "mixed.xyz",
        ];
        let run = thalweg(&folder, &arguments).expect(1);
        let status: Vec<_> = run
            .json()
            .iter()
            .map(|r| r["status"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(status, ["ok", "error", "ok"]);
        assert!(run.err.contains("record 2, line 8"), "{}", run.err);
        assert!(run.err.contains("3 molecules, 2 done, 1 unreadable"), "{}", run.err);
        assert_eq!(fs::read_to_string(folder.join("failed.xyz")).unwrap(), bad);
    }
}

#[test]
fn good_files_are_worked_on_when_another_is_missing() {
    let folder = folder_with("bad-file", "water.xyz", WATER);
    let run = thalweg(&folder, &["energy", "--json", "absent.xyz", "water.xyz"]).expect(1);
    let records = run.json();
    assert_eq!(
        (records[0]["status"].as_str(), records[1]["status"].as_str()),
        (Some("error"), Some("ok"))
    );
}

#[test]
fn atoms_on_one_point_give_a_message_and_no_number() {
    let folder = folder("bad-overlap");
    fs::write(folder.join("pair.xyz"), "3\noverlap\nO 0 0 0\nH 0 0 0\nH 0 0 1\n").unwrap();
    fs::write(folder.join("zero.xyz"), "3\nzero\nO 0 0 0\nH 0 0 0\nH 0 0 0\n").unwrap();
    for file in ["pair.xyz", "zero.xyz"] {
        for command in ["energy", "minimize"] {
            let run = thalweg(&folder, &[command, file]).expect(1);
            assert!(run.err.contains(file) && run.out.is_empty(), "{}{}", run.out, run.err);
        }
    }
}

#[test]
fn wrong_usage_ends_with_status_two_and_says_what_there_is() {
    let folder = folder_with("bad-usage", "water.xyz", WATER);
    let run = thalweg(&folder, &["vibrate", "water.xyz"]).expect(2);
    assert!(
        run.err
            .contains("energy, minimize, scan, compare, conformers, convert, serve"),
        "{}",
        run.err
    );
    for arguments in [
        &["energy"][..],
        &["energy", "--cutoff", "-3", "water.xyz"],
        &["energy", "--forcefield", "amber", "water.xyz"],
        &["energy", "--threads", "0", "water.xyz"],
        &["energy", "--parameters", "absent.par", "water.xyz"],
        &["energy", "-", "-"],
        &["minimize", "water.xyz", "-o", "water"],
    ] {
        let run = thalweg(&folder, arguments).expect(2);
        assert!(run.err.starts_with("thalweg: error: "), "{arguments:?}: {}", run.err);
    }
    let help = thalweg(&folder, &["--help"]).expect(0);
    assert!(help.out.contains("minimize"));
}

#[test]
fn a_users_parameter_file_is_judged_before_anything_is_worked_on() {
    let folder = folder_with("bad-parameters", "water.xyz", WATER);
    fs::write(folder.join("mine.par"), "[mmf94.bond] a b\n1 2\n").unwrap();
    let run = thalweg(&folder, &["energy", "--parameters", "mine.par", "water.xyz"]).expect(2);
    assert!(
        run.err.contains("mine.par") && run.err.contains("mmf94.bond"),
        "{}",
        run.err
    );
}
