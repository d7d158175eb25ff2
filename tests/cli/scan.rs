//! `thalweg scan`, and what `thalweg minimize` holds.

use crate::{Run, folder_with, thalweg};
use std::fs;

const BUTANE: &str = include_str!("../data/cli/butane.xyz");
const FULL_TURN: &str = "dihedral 1 2 3 4 = 0..360 step 30";

fn run(name: &str, arguments: &[&str]) -> Run {
    let folder = folder_with(name, "butane.xyz", BUTANE);
    let mut all = vec![arguments[0], "butane.xyz"];
    all.extend(&arguments[1..]);
    thalweg(&folder, &all)
}

fn energy(name: &str, arguments: &[&str]) -> f64 {
    let mut all = vec!["minimize", "--json", "--convergence", "1e-6"];
    all.extend(arguments);
    run(name, &all).expect(0).json()[0]["energy"].as_f64().unwrap()
}

/// Positions of the atoms in an xyz text.
fn positions(text: &str) -> Vec<[f64; 3]> {
    let atom = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        [1, 2, 3].map(|i| fields[i].parse().unwrap())
    };
    text.lines().skip(2).take(14).map(atom).collect()
}

fn dihedral(p: &[[f64; 3]]) -> f64 {
    let sub = |a: [f64; 3], b: [f64; 3]| [0, 1, 2].map(|i| a[i] - b[i]);
    let cross = |a: [f64; 3], b: [f64; 3]| {
        [
            a[1] * b[2] - a[2] * b[1],
            a[2] * b[0] - a[0] * b[2],
            a[0] * b[1] - a[1] * b[0],
        ]
    };
    let dot = |a: [f64; 3], b: [f64; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    let (a, b, c) = (sub(p[1], p[0]), sub(p[2], p[1]), sub(p[3], p[2]));
    let (m, n) = (cross(a, b), cross(b, c));
    (dot(b, b).sqrt() * dot(a, n)).atan2(dot(m, n)).to_degrees()
}

#[test]
fn the_torsion_of_butane_has_its_published_heights() {
    let record = run("scan-butane", &["scan", "--json", "--scan", FULL_TURN])
        .expect(0)
        .json()
        .remove(0);
    let point = |index: usize| record["points"][index]["relative_energy"].as_f64().unwrap();
    // Newton-refined stationary points: syn 5.2097 at 0°; the saddle of 3.9605 lies within a few degrees of 120°, where it is flat.
    assert!((point(0) - 5.2097).abs() < 1e-3, "{}", point(0));
    assert!((3.94..3.9606).contains(&point(4)), "{}", point(4));
    assert!(point(6).abs() < 1e-9);
    // The gauche minimum, 0.7822, lies between 60° and 70°.
    assert!((0.7822..0.9).contains(&point(2)), "{}", point(2));
    for (here, mirrored) in [(1, 11), (2, 10), (4, 8)] {
        assert!((point(here) - point(mirrored)).abs() < 1e-4);
    }
}

#[test]
fn json_has_the_keys_of_a_scan() {
    let run = run("scan-json", &["scan", "--json", "--scan", "distance 1 2 = 1.4, 1.6, 3"]).expect(0);
    let record = run.json().remove(0);
    for key in [
        "source",
        "index",
        "name",
        "atoms",
        "surface",
        "status",
        "coordinates",
        "points",
        "lowest_energy",
        "converged",
        "evaluations",
        "wall_seconds",
    ] {
        assert!(!record[key].is_null(), "no {key} in {record}");
    }
    assert_eq!(record["coordinates"][0]["coordinate"], "distance 1-2");
    assert_eq!(record["coordinates"][0]["unit"], "angstrom");
    assert_eq!(record["points"][1]["values"][0], 1.5);
    for key in ["energy", "relative_energy", "converged", "stop", "evaluations"] {
        assert!(!record["points"][0][key].is_null(), "no {key}");
    }
}

#[test]
fn a_scan_is_the_same_for_any_number_of_threads() {
    let points = |threads: &str| {
        let arguments = [
            "scan",
            "--json",
            "--threads",
            threads,
            "--both-ways",
            "--scan",
            "dihedral 1 2 3 4 = 0..300 step 60",
            "--scan",
            "angle 1 2 3 = 105..125 step 10",
        ];
        run(&format!("scan-threads-{threads}"), &arguments).expect(0).json()[0]["points"].clone()
    };
    let first = points("1");
    assert_eq!(first.as_array().unwrap().len(), 6 * 3);
    assert_eq!(first, points("2"));
    assert_eq!(first, points("5"));
}

#[test]
fn table_csv_and_trajectory_tell_the_same() {
    let folder = folder_with("scan-files", "butane.xyz", BUTANE);
    let arguments = [
        "scan",
        "butane.xyz",
        "--scan",
        FULL_TURN,
        "--csv",
        "e.csv",
        "-o",
        "t.xyz",
    ];
    let run = thalweg(&folder, &arguments).expect(0);
    assert_eq!(run.out.lines().count(), 14, "{}", run.out);
    let csv = fs::read_to_string(folder.join("e.csv")).unwrap();
    assert_eq!(csv.lines().count(), 14, "{csv}");
    assert!(
        csv.starts_with("record,dihedral 1-2-3-4 (degree),energy_kcal_mol,"),
        "{csv}"
    );
    let frames = fs::read_to_string(folder.join("t.xyz")).unwrap();
    let lines: Vec<&str> = frames.lines().collect();
    assert_eq!(lines.len(), 13 * 16);
    for (index, frame) in lines.chunks(16).enumerate() {
        let wanted = 30.0 * index as f64;
        let off = (dihedral(&positions(&frame.join("\n"))) - wanted).rem_euclid(360.0);
        assert!(off.min(360.0 - off) < 1e-3, "{wanted}: {off}");
        assert!(frame[1].contains(&format!("dihedral_1_2_3_4={wanted}")), "{}", frame[1]);
    }
}

#[test]
fn constraints_in_files_give_what_flags_give() {
    let folder = folder_with("scan-dialects", "butane.xyz", BUTANE);
    fs::write(folder.join("geometric.txt"), "$scan\ndihedral 1 2 3 4 60 180 3\n").unwrap();
    fs::write(
        folder.join("xtb.inp"),
        "$constrain\n dihedral: 1,2,3,4,auto\n$scan\n 1: 60, 180, 3\n$end\n",
    )
    .unwrap();
    let points = |arguments: &[&str]| {
        let mut all = vec!["scan", "--json", "butane.xyz"];
        all.extend(arguments);
        thalweg(&folder, &all).expect(0).json()[0]["points"].clone()
    };
    let flags = points(&["--scan", "dihedral 1 2 3 4 = 60, 180, 3"]);
    assert_eq!(flags, points(&["--constraints", "geometric.txt"]));
    assert_eq!(flags, points(&["--constraints", "xtb.inp"]));
}

#[test]
fn a_set_coordinate_is_held_and_the_rest_relaxes() {
    let anti = energy("hold-anti", &[]);
    let gauche = energy("hold-gauche", &["--set", "dihedral 1 2 3 4 = 65.3"]);
    assert!((gauche - anti - 0.7822).abs() < 2e-3, "{}", gauche - anti);
    let free = energy("hold-free", &["--restrain", "dihedral 1 2 3 4 = 180"]);
    assert!((free - anti).abs() < 1e-3, "{free} {anti}");
}

#[test]
fn frozen_atoms_do_not_move_at_all() {
    let arguments = ["minimize", "--freeze", "1-3,14", "--restrain", "distance 1 4 = 3.0, 20"];
    let run = run("hold-frozen", &arguments).expect(0);
    let (before, after) = (positions(BUTANE), positions(&run.out));
    for atom in 0..14 {
        let frozen = atom < 3 || atom == 13;
        assert_eq!(before[atom] == after[atom], frozen, "atom {}", atom + 1);
    }
}

#[test]
fn the_energy_of_a_restraint_is_told_apart() {
    let arguments = ["minimize", "--json", "--restrain", "distance 1 4 = 3.0, 20"];
    let record = run("hold-apart", &arguments).expect(0).json().remove(0);
    let own = record["energy"].as_f64().unwrap();
    assert!(record["restraint_energy"].as_f64().unwrap() > 0.1);
    assert!(own > energy("hold-apart-free", &[]));
}

#[test]
fn what_cannot_be_is_refused() {
    let message = |arguments: &[&str], status: i32| run("hold-refused", arguments).expect(status).err;
    let error = message(&["minimize", "--freeze", "1-20"], 1);
    assert!(
        error.contains("--freeze, column 1: found atom 20, expected one of the molecule's 14 atoms"),
        "{error}"
    );
    let error = message(
        &[
            "minimize",
            "--set",
            "distance 1 2 = 2",
            "--set",
            "distance 2 3 = 2",
            "--set",
            "distance 1 3 = 9",
        ],
        1,
    );
    assert!(error.contains("do the constraints contradict each other"), "{error}");
    let error = message(&["scan"], 2);
    assert!(error.contains("0 coordinates to scan"), "{error}");
    let error = message(&["minimize", "--fix", "bnd 1 2"], 2);
    assert!(error.contains("--fix, column 1: found 'bnd'"), "{error}");
}

#[test]
fn every_optimizer_minimizes_what_is_held() {
    let energy = |optimizer: &str| {
        let hold = ["minimize", "--json", "--set", "dihedral 1 2 3 4 = 100"];
        let arguments = [&hold[..], &["--convergence", "0.01", "--optimizer", optimizer]].concat();
        run(&format!("held-{optimizer}"), &arguments).expect(0).json()[0]["energy"]
            .as_f64()
            .unwrap()
    };
    let expected = energy("auto");
    for name in ["rfo", "cg", "fire", "sd", "pattern", "adam"] {
        assert!((energy(name) - expected).abs() < 0.01, "{name}: {expected}");
    }
}
