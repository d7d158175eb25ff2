//! `thalweg convert`.

use crate::{ETHANOL, WATER, folder, folder_with, thalweg};
use std::fs;

#[test]
fn bonds_are_perceived_where_the_new_format_needs_them() {
    let folder = folder_with("convert-perceive", "water.xyz", WATER);
    let run = thalweg(&folder, &["convert", "water.xyz", "--to", "sdf"]).expect(0);
    assert!(run.out.contains("  3  2  0"), "{}", run.out);
    assert!(run.out.starts_with("water\n"), "{}", run.out);
}

/// The proton of a guanidine moves: that its side is left open is a matter of the molecule, not of the command that writes it.
#[test]
fn an_imine_that_is_left_open_is_marked() {
    let folder = folder("convert-imine");
    for (smiles, bond) in [("N=C(N)NC", "  1  2  2  3"), ("[H]/N=C(/N)NC", "  1  2  2  0")] {
        let out = thalweg(&folder, &["convert", "--smiles", smiles, "--to", "sdf"])
            .expect(0)
            .out;
        assert!(out.lines().any(|line| line == bond), "{smiles}: {out}");
    }
}

#[test]
fn what_is_lost_is_said_once_a_kind_and_counted() {
    let folder = folder_with("convert-losses", "many.sdf", &ETHANOL.repeat(50));
    let run = thalweg(&folder, &["convert", "many.sdf", "-o", "many.xyz"]).expect(0);
    let lines = run.err.lines().filter(|line| line.contains("bonds")).count();
    assert!((2..=4).contains(&lines), "{}", run.err);
    assert!(run.err.contains("47 more like this"), "{}", run.err);
    assert_eq!(
        fs::read_to_string(folder.join("many.xyz")).unwrap().lines().count(),
        50 * 11
    );
}

#[test]
fn the_energy_survives_every_format_that_holds_bonds() {
    let folder = folder_with("convert-round", "ethanol.sdf", ETHANOL);
    let energy = |file: &str| {
        thalweg(&folder, &["energy", "--json", file]).expect(0).json()[0]["energy"]
            .as_f64()
            .unwrap()
    };
    let before = energy("ethanol.sdf");
    for file in ["ethanol.mol", "ethanol.mol2", "ethanol.xyz"] {
        thalweg(&folder, &["convert", "-q", "ethanol.sdf", "-o", file]).expect(0);
        assert!((energy(file) - before).abs() < 1e-6, "{file}");
    }
}

#[test]
fn the_target_has_to_be_said() {
    let folder = folder_with("convert-target", "water.xyz", WATER);
    let run = thalweg(&folder, &["convert", "water.xyz"]).expect(2);
    assert!(run.err.contains("--to"), "{}", run.err);
    thalweg(&folder, &["convert", "water.xyz", "-o", "water.unknown"]).expect(2);
}

#[test]
fn a_molfile_takes_one_molecule_only() {
    let folder = folder_with("convert-molfile", "two.sdf", &ETHANOL.repeat(2));
    let run = thalweg(&folder, &["convert", "two.sdf", "-o", "two.mol"]).expect(1);
    assert!(run.err.contains("one molecule only"), "{}", run.err);
}
