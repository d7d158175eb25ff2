//! `thalweg vibrations`.

use crate::{ETHANOL, WATER, folder_with, thalweg};
use std::fs;

fn numbers(value: &serde_json::Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

#[test]
fn json_has_the_keys_of_the_contract() {
    let folder = folder_with("vibrations-json", "water.xyz", WATER);
    let run = thalweg(&folder, &["freq", "--minimize", "--json", "--modes", "water.xyz"]).expect(0);
    let record = &run.json()[0];
    assert_eq!(record["status"], "ok");
    assert_eq!(record["stationary"], true);
    assert_eq!(record["hessian"]["method"], "analytic");
    assert_eq!(record["minimization"]["converged"], true);
    assert_eq!(record["symmetry_number"], 2);
    assert_eq!(record["negative_modes"], 0);
    assert_eq!(record["displacements"][2].as_array().unwrap().len(), 3);
    let wavenumbers = numbers(&record["wavenumbers"]);
    assert!(
        wavenumbers.len() == 3 && wavenumbers.is_sorted() && wavenumbers[0] > 1000.0,
        "{wavenumbers:?}"
    );
    let thermochemistry = &record["thermochemistry"];
    let number = |key: &str| thermochemistry[key].as_f64().unwrap();
    let half: f64 = wavenumbers.iter().sum::<f64>() / 2.0 * 2.859_143_5e-3;
    assert!((number("zero_point_energy") - half).abs() < 1e-5);
    assert!((number("free_energy") - number("enthalpy") + 298.15 * number("entropy")).abs() < 1e-9);
    let parts = &thermochemistry["contributions"];
    let names = ["translation", "rotation", "vibration", "electronic"];
    let sum: f64 = names.iter().map(|name| parts[name]["entropy"].as_f64().unwrap()).sum();
    assert!((sum - number("entropy")).abs() < 1e-12);
    assert!(record["temperatures"].is_null());
}

#[test]
fn the_table_tells_of_each_temperature_and_treatment() {
    let folder = folder_with("vibrations-table", "ethanol.sdf", ETHANOL);
    let run = thalweg(
        &folder,
        &[
            "vibrations",
            "--minimize",
            "--temperature",
            "250,300",
            "--pressure",
            "1bar",
            "--treatment",
            "quasi-rrho",
            "ethanol.sdf",
        ],
    )
    .expect(0);
    for part in [
        "# ethanol: 9 atoms, mmff94",
        "wavenumber/cm⁻¹",
        "at 250 K",
        "at 300 K",
        "quasi-rrho (100 cm⁻¹)",
    ] {
        assert!(run.out.contains(part), "no {part:?} in\n{}", run.out);
    }
    assert!(run.out.contains("    21 "), "{}", run.out);
    assert!(!run.err.contains("stationary"), "{}", run.err);
}

#[test]
fn a_geometry_that_is_not_stationary_is_warned_of() {
    let folder = folder_with("vibrations-off", "water.xyz", WATER);
    let run = thalweg(&folder, &["vibrations", "--json", "water.xyz"]).expect(0);
    assert!(
        run.err.contains("not a stationary point: the gradient is"),
        "{}",
        run.err
    );
    assert_eq!(run.json()[0]["stationary"], false);
}

#[test]
fn heavy_water_vibrates_slower_and_has_its_symmetry_half_heavy_water_has_not() {
    let folder = folder_with("vibrations-mass", "water.xyz", WATER);
    let with = |masses: &[&str]| {
        let mut arguments = vec!["vibrations", "--minimize", "--json", "water.xyz"];
        arguments.extend(masses);
        let record = thalweg(&folder, &arguments).expect(0).json()[0].clone();
        (
            numbers(&record["wavenumbers"]),
            record["symmetry_number"].as_u64().unwrap(),
        )
    };
    let (light, two) = with(&[]);
    let (heavy, also_two) = with(&["--mass", "H=2.014"]);
    let (mixed, one) = with(&["--mass", "2=2.014"]);
    assert_eq!([two, also_two, one], [2, 2, 1]);
    for k in 0..3 {
        assert!(heavy[k] < mixed[k] && mixed[k] < light[k]);
        // The rule of Teller and Redlich, roughly: √2 for hydrogen's motion.
        assert!((1.3..1.42).contains(&(light[k] / heavy[k])), "{}", light[k] / heavy[k]);
    }
    let run = thalweg(&folder, &["vibrations", "--mass", "4=1", "water.xyz"]).expect(1);
    assert!(run.err.contains("no atom 4"), "{}", run.err);
}

#[test]
fn viewers_get_their_files() {
    let folder = folder_with("vibrations-files", "water.xyz", WATER);
    let exports = ["--molden", "w.molden", "--nmd", "w.nmd", "--jmol", "w.xyz"];
    let mut arguments = vec!["vibrations", "--minimize", "water.xyz"];
    arguments.extend(exports);
    let run = thalweg(&folder, &arguments).expect(0);
    assert!(run.out.starts_with("# water"), "{}", run.out);
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let molden = read("w.molden");
    for part in [
        "[Molden Format]",
        "[Atoms] AU",
        "[FREQ]",
        "[FR-COORD]",
        "[FR-NORM-COORD]",
        "vibration      3",
    ] {
        assert!(molden.contains(part), "no {part} in\n{molden}");
    }
    let nmd = read("w.nmd");
    let mode = nmd.lines().find(|line| line.starts_with("mode 3 ")).unwrap();
    assert_eq!(mode.split_whitespace().count(), 3 + 9);
    let jmol = read("w.xyz");
    assert_eq!(jmol.lines().count(), 3 * 5);
    assert!(jmol.lines().nth(2).unwrap().split_whitespace().count() == 7, "{jmol}");
    // Two molecules don't fit.
    fs::write(folder.join("two.xyz"), WATER.repeat(2)).unwrap();
    let run = thalweg(&folder, &["vibrations", "two.xyz", "--molden", "two.molden"]).expect(1);
    assert!(run.err.contains("one molecule only"), "{}", run.err);
}

#[test]
fn a_mode_is_animated_on_standard_output_or_into_a_file() {
    let folder = folder_with("vibrations-animate", "water.xyz", WATER);
    let run = thalweg(&folder, &["vibrations", "--minimize", "--animate", "1", "water.xyz"]).expect(0);
    assert_eq!(run.out.lines().count(), 20 * 5, "{}", run.out);
    assert!(run.out.contains("mode=1"), "{}", run.out);
    let again = thalweg(
        &folder,
        &[
            "vibrations",
            "--minimize",
            "--animate",
            "1",
            "water.xyz",
            "--json",
            "-o",
            "m.xyz",
        ],
    );
    assert_eq!(again.expect(0).json().len(), 1);
    assert_eq!(fs::read_to_string(folder.join("m.xyz")).unwrap(), run.out);
    let run = thalweg(&folder, &["vibrations", "--minimize", "--animate", "4", "water.xyz"]).expect(1);
    assert!(run.err.contains("there are 3 modes"), "{}", run.err);
    thalweg(&folder, &["vibrations", "--animate", "1", "--json", "water.xyz"]).expect(2);
}

#[test]
fn a_checkpoint_is_gone_on_from_and_belongs_to_one_molecule() {
    let folder = folder_with("vibrations-checkpoint", "water.xyz", WATER);
    let run = |input: &str, status| {
        let arguments = ["vibrations", "--minimize", "--json", input, "--checkpoint", "kept"];
        thalweg(&folder, &arguments).expect(status)
    };
    let whole = run("water.xyz", 0).json()[0].clone();
    assert_eq!(whole["hessian"]["evaluations"], 18);
    assert_eq!(whole["hessian"]["method"], "central differences");
    let text = fs::read_to_string(folder.join("kept")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 6 + 18);
    // As if it had been stopped while the eleventh was written.
    fs::write(folder.join("kept"), lines[..16].join("\n") + "\ngradient 17 0.1 0.").unwrap();
    let resumed = run("water.xyz", 0).json()[0].clone();
    assert_eq!(resumed["hessian"]["evaluations"], 8);
    assert_eq!(resumed["hessian"]["resumed"], 10);
    assert_eq!(resumed["wavenumbers"], whole["wavenumbers"]);
    assert_eq!(fs::read_to_string(folder.join("kept")).unwrap().lines().count(), 6 + 18);
    let other = "3\nwater\nO 0 0 0\nH 0.9 0.3 0\nH -0.3 0.9 0\n";
    fs::write(folder.join("other.xyz"), other).unwrap();
    let refused = run("other.xyz", 1);
    assert!(refused.err.contains("belongs to another geometry"), "{}", refused.err);
    fs::write(folder.join("kept"), "my diary\n").unwrap();
    assert!(
        run("water.xyz", 1)
            .err
            .contains("line 1: thalweg displacements 1 expected")
    );
}

#[test]
fn differences_agree_with_the_analytic_derivatives() {
    let folder = folder_with("vibrations-numerical", "ethanol.sdf", ETHANOL);
    let with = |option: &[&str]| {
        let arguments = [&["vibrations", "--minimize", "--json", "ethanol.sdf"], option].concat();
        let record = thalweg(&folder, &arguments).expect(0).json()[0].clone();
        numbers(&record["wavenumbers"])
    };
    for (a, b) in with(&[]).iter().zip(with(&["--numerical"])) {
        assert!((a - b).abs() < 1e-2, "{a} {b}");
    }
}

#[test]
fn wrong_usage_is_refused_before_anything_is_read() {
    let folder = folder_with("vibrations-usage", "water.xyz", WATER);
    for (option, value) in [
        ("--pressure", "1"),
        ("--temperature", "0"),
        ("--mass", "Q=1"),
        ("--step", "1"),
        ("--low-frequency", "0"),
        ("--symmetry-number", "0"),
        ("--convergence", "gau"),
    ] {
        thalweg(&folder, &["vibrations", "water.xyz", option, value]).expect(2);
    }
}
