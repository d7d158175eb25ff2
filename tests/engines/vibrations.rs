//! Vibrations on other programs' surfaces, and thermochemistry beside another program's.

use crate::{WATER, beside, folder_with, has_xtb, number, python_with, thalweg};
use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

/// Ethane and benzene roughly as they are.
const ETHANE: &str = "8
ethane
C 0 0 0.768
C 0 0 -0.768
H 1.0192 0 1.1573
H -0.5096 0.8827 1.1573
H -0.5096 -0.8827 1.1573
H -1.0192 0 -1.1573
H 0.5096 0.8827 -1.1573
H 0.5096 -0.8827 -1.1573
";
const BENZENE: &str = "12
benzene
C 1.397 0 0
C 0.6985 1.2098 0
C -0.6985 1.2098 0
C -1.397 0 0
C -0.6985 -1.2098 0
C 0.6985 -1.2098 0
H 2.481 0 0
H 1.2405 2.1486 0
H -1.2405 2.1486 0
H -2.481 0 0
H -1.2405 -2.1486 0
H 1.2405 -2.1486 0
";

fn wavenumbers(record: &serde_json::Value) -> Vec<f64> {
    let list = record["wavenumbers"].as_array().unwrap();
    list.iter().map(|w| w.as_f64().unwrap()).collect()
}

#[test]
fn wavenumbers_on_xtb_are_the_same_for_any_number_of_threads() {
    if !has_xtb() {
        return;
    }
    let folder = folder_with("vibrations-xtb-threads", "ethane.xyz", ETHANE);
    let on = |threads| {
        let arguments = [
            "vibrations",
            "--engine",
            "xtb",
            "--json",
            "--threads",
            threads,
            "ethane.xyz",
        ];
        wavenumbers(&thalweg(&folder, &arguments).expect(0).json())
    };
    let one = on("1");
    assert_eq!(one.len(), 18);
    for threads in ["2", "3"] {
        assert_eq!(on(threads), one, "{threads} threads");
    }
}

#[test]
fn xtb_has_its_own_wavenumbers_and_goes_on_from_a_checkpoint() {
    if !has_xtb() {
        return;
    }
    let folder = folder_with("vibrations-xtb", "water.xyz", WATER);
    let arguments = [
        "vibrations",
        "--engine",
        "xtb",
        "--minimize",
        "--json",
        "--threads",
        "2",
        "water.xyz",
    ];
    let mut kept = arguments.to_vec();
    kept.extend(["--checkpoint", "kept", "-o", "minimum.xyz"]);
    let whole = thalweg(&folder, &kept).expect(0).json();
    assert_eq!(number(&whole["hessian"], "evaluations"), 18.0);
    assert_eq!(number(&whole["hessian"], "step"), 0.01);
    let found = wavenumbers(&whole);

    let text = fs::read_to_string(folder.join("kept")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    fs::write(folder.join("kept"), lines[..12].join("\n") + "\n").unwrap();
    let resumed = thalweg(&folder, &kept).expect(0).json();
    assert_eq!(number(&resumed["hessian"], "evaluations"), 12.0);
    for (a, b) in found.iter().zip(wavenumbers(&resumed)) {
        assert!((a - b).abs() < 0.5, "{a} {b}");
    }

    // The program's own Hessian at the same place.
    let own = folder.join("tmp").join("own");
    fs::create_dir_all(&own).unwrap();
    let mut command = Command::new("xtb");
    command
        .args(["../../minimum.xyz", "--hess"])
        .current_dir(&own)
        .env("OMP_NUM_THREADS", "1")
        .stderr(Stdio::null());
    let output = String::from_utf8_lossy(&command.output().unwrap().stdout).into_owned();
    fs::remove_dir_all(folder.join("tmp")).unwrap();
    let lines = output.lines().filter(|line| line.trim_start().starts_with("eigval :"));
    let printed: Vec<f64> = lines
        .flat_map(|line| line.split_whitespace().skip(2))
        .map(|word| word.parse().unwrap())
        .collect();
    let theirs: Vec<f64> = printed.into_iter().filter(|w| w.abs() > 1.0).take(3).collect();
    assert_eq!(theirs.len(), 3, "{output}");
    for (a, b) in found.iter().zip(theirs) {
        assert!((a - b).abs() < 3.0, "{a} {b}");
    }
}

#[test]
fn thermochemistry_is_that_of_ase_on_the_same_wavenumbers() {
    let Some(python) = python_with("import ase.thermochemistry") else {
        return;
    };
    let structures = [WATER, ETHANE, BENZENE].concat();
    let folder = folder_with("vibrations-ase", "three.xyz", &structures);
    let arguments = [
        "vibrations",
        "--minimize",
        "--temperature",
        "298.15,500",
        "--pressure",
        "1bar",
        "--json",
    ];
    let run = thalweg(&folder, &[&arguments[..], &["three.xyz", "-o", "minima.xyz"]].concat()).expect(0);
    let numbers: Vec<u64> = run
        .out
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["symmetry_number"]
                .as_u64()
                .unwrap()
        })
        .collect();
    assert_eq!(numbers, [2, 6, 12]);
    let mut child = Command::new(python)
        .args([
            beside("ase_thermochemistry.py"),
            folder.join("minima.xyz").display().to_string(),
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(run.out.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    let theirs: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ours: Vec<serde_json::Value> = run
        .out
        .lines()
        .flat_map(|line| {
            let record: serde_json::Value = serde_json::from_str(line).unwrap();
            record["temperatures"].as_array().unwrap().clone()
        })
        .collect();
    assert_eq!((theirs.len(), ours.len()), (6, 6));
    for (a, b) in ours.iter().zip(&theirs) {
        for key in ["zero_point_energy", "enthalpy", "entropy", "free_energy"] {
            let (found, expected) = (number(a, key), number(b, key));
            assert!((found / expected - 1.0).abs() < 1e-6, "{key}: {found} {expected}");
        }
    }
}
