//! `thalweg path`: between two structures, over the pass, and down from a saddle.

use crate::{Run, command, folder, folder_with, thalweg};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

const BUTANE: &str = include_str!("../data/cli/butane.xyz");

/// Butane's anti and gauche minima, one file each.
fn butanes(name: &str) -> PathBuf {
    let folder = folder_with(name, "butane.xyz", BUTANE);
    for (conformer, angle) in [("anti", 180), ("gauche", 65)] {
        let set = format!("dihedral 1 2 3 4 = {angle}");
        let file = format!("{conformer}.xyz");
        thalweg(&folder, &["minimize", "butane.xyz", "--set", &set, "-o", &file]).expect(0);
    }
    folder
}

#[track_caller]
fn number(object: &Value, key: &str) -> f64 {
    object[key]
        .as_f64()
        .unwrap_or_else(|| panic!("no number {key} in {object}"))
}

#[track_caller]
fn near(object: &Value, key: &str, expected: f64) {
    let found = number(object, key);
    assert!((found - expected).abs() < 0.01, "{key}: {found}, {expected} expected");
}

fn only(run: &Run) -> Value {
    run.json().remove(0)
}

/// The saddle near 120° lies 3.9605 above anti, gauche 0.7822: stationary points of MMFF94 refined with other programs.
#[test]
fn butane_goes_from_anti_to_gauche_over_its_known_barrier() {
    let folder = butanes("path-butane");
    let arguments = [
        "path",
        "anti.xyz",
        "gauche.xyz",
        "--saddle",
        "--json",
        "--rates",
        "-o",
        "path.xyz",
        "--csv",
        "path.csv",
    ];
    let run = thalweg(&folder, &arguments).expect(0);
    let found = only(&run);
    near(&found, "barrier_forward", 3.9605);
    near(&found, "barrier_reverse", 3.9605 - 0.7822);
    near(&found, "reaction_energy", 0.7822);
    assert_eq!(found["converged"], true);
    assert_eq!(found["negative_modes"], 1);
    assert!(number(&found, "imaginary_wavenumber") < -50.0);
    assert!(run.err.contains("connects reactant and product"), "{}", run.err);
    // The profile has its top at 0 and falls from there on both sides.
    let points = found["points"].as_array().unwrap();
    let top = points.iter().position(|p| number(p, "coordinate") == 0.0).unwrap();
    let energies: Vec<f64> = points.iter().map(|p| number(p, "energy")).collect();
    assert!(top > 2 && top + 3 < points.len());
    assert!(
        energies[..=top].is_sorted() && energies[top..].is_sorted_by(|a, b| a >= b),
        "{energies:?}"
    );
    // As many lines and frames as points, and the head.
    let csv = fs::read_to_string(folder.join("path.csv")).unwrap();
    assert_eq!(csv.lines().count(), points.len() + 1);
    let frames = fs::read_to_string(folder.join("path.xyz")).unwrap();
    assert_eq!(frames.lines().count(), 16 * points.len());
    assert!(frames.contains("path=0.000000"));
    // Both ways, with tunnelling that helps a little.
    let rates = found["rates"].as_array().unwrap();
    assert_eq!(rates.len(), 2);
    for rate in rates {
        assert!((1.0..1.2).contains(&number(rate, "wigner_factor")), "{rate}");
        assert!((1e8..1e13).contains(&number(rate, "rate_constant")), "{rate}");
    }
}

/// The chain alone comes as near to the barrier as its criteria ask for, however it is made.
#[test]
fn both_kinds_of_chain_rise_to_the_barrier() {
    let folder = butanes("path-chains");
    for chain in ["grow", "band"] {
        let arguments = ["path", "anti.xyz", "gauche.xyz", "--chain", chain, "--json"];
        let found = only(&thalweg(&folder, &arguments).expect(0));
        assert!(
            (number(&found, "barrier_forward") - 3.9605).abs() < 0.1,
            "{chain}: {found}"
        );
        assert_eq!(found["points"].as_array().unwrap().len(), 11);
        assert!(found["negative_modes"].is_null());
    }
}

#[test]
fn the_way_down_from_a_saddle_ends_in_both_minima() {
    let folder = butanes("path-irc");
    let arguments = ["path", "anti.xyz", "gauche.xyz", "--saddle", "-o", "path.xyz"];
    thalweg(&folder, &arguments).expect(0);
    let text = fs::read_to_string(folder.join("path.xyz")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let saddle = lines
        .chunks(16)
        .find(|frame| frame[1].contains("path=0.000000"))
        .unwrap();
    fs::write(folder.join("saddle.xyz"), saddle.join("\n") + "\n").unwrap();
    let found = only(&thalweg(&folder, &["path", "saddle.xyz", "--json"]).expect(0));
    assert_eq!(
        (found["kind"].as_str(), found["converged"].as_bool()),
        (Some("irc"), Some(true))
    );
    let mut barriers = [number(&found, "barrier_forward"), number(&found, "barrier_reverse")];
    barriers.sort_by(f64::total_cmp);
    assert!(
        (barriers[0] - 3.1783).abs() < 0.01 && (barriers[1] - 3.9605).abs() < 0.01,
        "{barriers:?}"
    );
    // The table says the same.
    let table = thalweg(&folder, &["path", "saddle.xyz"]).expect(0).out;
    assert!(table.lines().last().unwrap().starts_with("# barrier "), "{table}");
}

fn refused(folder: &Path, arguments: &[&str], message: &str) {
    let run = thalweg(folder, arguments);
    assert!(run.status != 0 && !run.err.contains("panicked"), "{run:?}");
    assert!(run.err.contains(message), "no '{message}' in:\n{}", run.err);
}

#[test]
fn what_can_be_no_path_is_refused_with_reasons() {
    let folder = butanes("path-refused");
    fs::write(folder.join("water.xyz"), crate::WATER).unwrap();
    refused(
        &folder,
        &["path", "anti.xyz", "water.xyz"],
        "they have different atoms: C4H10 and H2O (H: 10 and 2, C: 4 and 0, O: 0 and 1)",
    );
    refused(
        &folder,
        &["path", "anti.xyz"],
        "this is no saddle of first order but a minimum",
    );
    refused(&folder, &["path", "water.xyz"], "this is no saddle: the gradient is");
    refused(
        &folder,
        &["path", "anti.xyz", "--saddle"],
        "one structure, expected two or more",
    );
    refused(&folder, &["path", "none.xyz", "anti.xyz"], "none.xyz");
    let same = "the first and the last structure lead to one and the same minimum";
    refused(&folder, &["path", "anti.xyz", "anti.xyz"], same);
    refused(&folder, &["path", "anti.xyz", "gauche.xyz", "--images", "2"], "3");
    let mix = ["minimize", "anti.xyz", "--surface", "mix"];
    refused(&folder, &mix, "--reactant FILE is missing");
}

/// A ring that opens: a bond breaks and two double bonds move.
fn ring(folder: &Path) {
    for (smiles, file) in [("C1=CCC1", "ring.mol"), ("C1C=C.C=1", "chain.mol")] {
        thalweg(folder, &["minimize", "--smiles", smiles, "-o", file]).expect(0);
    }
}

#[test]
fn a_force_field_breaks_no_bonds_but_two_of_them_joined_do() {
    let folder = folder("path-mix");
    ring(&folder);
    refused(
        &folder,
        &["path", "ring.mol", "chain.mol"],
        "a force field can neither break nor form one",
    );
    let arguments = [
        "path",
        "ring.mol",
        "chain.mol",
        "--surface",
        "mix",
        "--saddle",
        "--json",
        "--coupling",
        "80",
        "-o",
        "saddle.xyz",
    ];
    let run = thalweg(&folder, &arguments);
    assert!(run.err.contains("the surface is a guess"), "{}", run.err);
    let found = only(&run);
    assert_eq!(
        (found["surface"].as_str(), found["guess"].as_bool()),
        (Some("mix"), Some(true))
    );
    assert_eq!(
        (found["negative_modes"].as_u64(), found["converged"].as_bool()),
        (Some(1), Some(true)),
        "{found}"
    );
    let saddle = fs::read_to_string(folder.join("saddle.xyz")).unwrap();
    assert!(saddle.contains("guess=T"), "{saddle}");
    let barrier = number(&found, "barrier_forward");
    assert!((5.0..150.0).contains(&barrier), "{barrier}");
}

/// Butadiene from the textbook's SMILES, whose hydrogens do not follow the ring's: the numbers mean nothing.
#[test]
fn ends_that_were_drawn_apart_are_brought_together() {
    let folder = folder("path-renumber");
    for (smiles, file) in [("C1=CCC1", "ring.mol"), ("C=CC=C", "chain.mol")] {
        thalweg(&folder, &["minimize", "--smiles", smiles, "-o", file]).expect(0);
    }
    let arguments = [
        "ts",
        "--surface",
        "mix",
        "--reactant",
        "ring.mol",
        "--product",
        "chain.mol",
        "--json",
    ];
    let run = thalweg(&folder, &arguments);
    let hint = "as the atoms are numbered 5 bonds break or form; if the numbers mean nothing, 1 would do (--renumber)";
    assert!(run.err.contains(hint), "{}", run.err);
    let renumbered = [arguments.as_slice(), &["--renumber"]].concat();
    let run = thalweg(&folder, &renumbered).expect(0);
    assert!(
        run.err
            .contains("by the bonds, of which as few as possible change: 1 break and 0 form"),
        "{}",
        run.err
    );
    assert_eq!(only(&run)["negative_modes"], 1);
}

/// An XYZ file holds no bonds: said once, not for each structure of the path.
#[test]
fn what_a_format_can_not_hold_is_said_once() {
    let folder = butanes("path-warns");
    for conformer in ["anti", "gauche"] {
        let (from, to) = (format!("{conformer}.xyz"), format!("{conformer}.mol"));
        thalweg(&folder, &["minimize", &from, "-o", &to]).expect(0);
    }
    let run = thalweg(&folder, &["path", "anti.mol", "gauche.mol", "-o", "path.xyz", "-v"]).expect(0);
    assert_eq!(run.err.matches("bonds").count(), 1, "{}", run.err);
}

/// The interrupt comes while the chain is let down, which a criterion that can't be met keeps from ending.
#[cfg(unix)]
#[test]
fn an_interrupt_leaves_the_chain_as_it_is() {
    let folder = folder("path-interrupt");
    let chain = "C".repeat(70);
    for (angle, file) in [("180", "first.xyz"), ("65", "last.xyz")] {
        let turned = format!("dihedral 34 35 36 37 = {angle}");
        thalweg(&folder, &["minimize", "--smiles", &chain, "--set", &turned, "-o", file]).expect(0);
    }
    let path = ["path", "first.xyz", "last.xyz", "--images", "41", "--no-minimize"];
    for arguments in [path.as_slice(), &["ts", "--from-ends", "first.xyz", "last.xyz"]] {
        let arguments = [arguments, &["--json", "-o", "out.xyz"]].concat();
        let mut child = command(&folder, &arguments);
        let child = child.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_secs(1));
        let pid = rustix::process::Pid::from_child(&child);
        rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
        let run = crate::from_output(child.wait_with_output().unwrap()).expect(1);
        let found = only(&run);
        assert_eq!(
            (&found["converged"], &found["stop"]),
            (&false.into(), &"interrupted".into())
        );
        let points = found["points"].as_array().unwrap().len();
        assert!((2..=41).contains(&points), "{points}");
        let written = if arguments[0] == "path" { points } else { 1 };
        let frames = fs::read_to_string(folder.join("out.xyz")).unwrap();
        assert_eq!(frames.lines().count(), written * (2 + 212));
    }
}
