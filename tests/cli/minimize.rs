//! `thalweg minimize`.

use crate::{ETHANOL, Run, WATER, folder, folder_with, listing, thalweg};
use std::fs;

#[test]
fn structures_come_in_the_format_of_the_input_with_their_energy() {
    let folder = folder_with("minimize-xyz", "water.xyz", WATER);
    let run = thalweg(&folder, &["minimize", "water.xyz"]).expect(0);
    let comment = run.out.lines().nth(1).unwrap();
    for part in ["water", "energy_kcal_mol=", "energy=", "converged=T"] {
        assert!(comment.contains(part), "no {part} in {comment}");
    }
    assert_eq!(run.out.lines().count(), 5);
    assert!(run.err.contains("converged (gau_tight)"), "{}", run.err);
}

#[test]
fn data_fields_are_kept_and_stale_energies_replaced() {
    let folder = folder_with("minimize-sdf", "ethanol.sdf", ETHANOL);
    let run = thalweg(&folder, &["opt", "ethanol.sdf"]).expect(0);
    assert!(
        run.out.contains("<ID>") && run.out.contains("<energy_kcal_mol>") && run.out.contains("<energy>"),
        "{}",
        run.out
    );
    assert!(!run.out.contains("stale"), "{}", run.out);
}

fn minimized(name: &str, arguments: &[&str]) -> Run {
    let folder = folder_with(name, "ethanol.sdf", ETHANOL);
    let mut all = vec!["minimize", "--json", "ethanol.sdf"];
    all.extend(arguments);
    thalweg(&folder, &all)
}

#[test]
fn json_has_the_keys_of_the_contract() {
    let record = minimized("minimize-json", &[]).expect(0).json().remove(0);
    for key in [
        "source",
        "index",
        "name",
        "atoms",
        "surface",
        "status",
        "energy",
        "terms",
        "gradient_rms",
        "gradient_max",
        "initial_energy",
        "converged",
        "stop",
        "steps",
        "evaluations",
        "hessian_evaluations",
        "verification_evaluations",
        "verification_hessian_evaluations",
        "wall_seconds",
        "changes",
    ] {
        assert!(!record[key].is_null(), "no {key} in {record}");
    }
    assert!(record.as_object().unwrap().contains_key("lowest_mode"));
    assert_eq!(record["converged"], true);
    assert_eq!(record["stop"], "converged");
    assert!(record["energy"].as_f64().unwrap() < record["initial_energy"].as_f64().unwrap());
    assert!(record["evaluations"].as_u64().unwrap() > record["steps"].as_u64().unwrap());
}

#[test]
fn tighter_criteria_end_at_smaller_gradients() {
    let gradient = |name: &str| {
        let run = minimized("minimize-criteria", &["--convergence", name]).expect(0);
        run.json()[0]["gradient_rms"].as_f64().unwrap()
    };
    // Thresholds of the root mean square: 3e-4, 1e-6 hartree/bohr and the number itself, in kcal/mol/Å.
    assert!(gradient("gau") < 0.3558);
    assert!(gradient("gau_verytight") < 0.001_186);
    assert!(gradient("1e-6") <= 1e-6);
    assert!(gradient("extreme") < 0.06);
    minimized("minimize-criteria", &["--convergence", "fast"]).expect(2);
}

#[test]
fn what_did_not_converge_is_written_flagged_and_ends_with_status_one() {
    let record = minimized("minimize-limit", &["--max-steps", "2"])
        .expect(1)
        .json()
        .remove(0);
    assert_eq!(record["converged"], false);
    assert_eq!(record["stop"], "step_limit");
    assert_eq!(record["steps"], 2);
    let folder = folder_with("minimize-limit", "water.xyz", WATER);
    let run = thalweg(&folder, &["minimize", "--max-steps", "1", "water.xyz"]).expect(1);
    assert!(
        run.out.contains("converged=F") && run.out.contains("thalweg_stop=step_limit"),
        "{}",
        run.out
    );
}

#[test]
fn a_minimum_is_recognized_and_left_alone() {
    let folder = folder_with("minimize-again", "water.xyz", WATER);
    thalweg(
        &folder,
        &[
            "minimize",
            "water.xyz",
            "--convergence",
            "gau_verytight",
            "-o",
            "minimum.xyz",
        ],
    )
    .expect(0);
    let run = thalweg(&folder, &["minimize", "--json", "minimum.xyz"]).expect(0);
    assert_eq!(run.json()[0]["steps"], 0);
    assert_eq!(run.json()[0]["name"], "water");
}

#[test]
fn the_trajectory_holds_every_step() {
    let folder = folder_with("minimize-trajectory", "water.xyz", WATER);
    let run = thalweg(
        &folder,
        &["minimize", "--json", "--trajectory", "steps.xyz", "water.xyz"],
    )
    .expect(0);
    let steps = run.json()[0]["steps"].as_u64().unwrap();
    let text = fs::read_to_string(folder.join("steps.xyz")).unwrap();
    assert_eq!(text.matches("energy_kcal_mol=").count() as u64, steps + 1);
}

#[test]
fn json_takes_standard_output_and_structures_the_file() {
    let folder = folder_with("minimize-both", "ethanol.sdf", ETHANOL);
    let run = thalweg(&folder, &["minimize", "--json", "ethanol.sdf", "-o", "out.xyz.gz"]).expect(0);
    assert_eq!(run.json().len(), 1);
    let written = fs::read(folder.join("out.xyz.gz")).unwrap();
    assert_eq!(written[..2], [0x1f, 0x8b]);
    let again = thalweg(&folder, &["energy", "--json", "out.xyz.gz"]).expect(0);
    let (first, second) = (
        run.json()[0]["energy"].as_f64().unwrap(),
        again.json()[0]["energy"].as_f64().unwrap(),
    );
    assert!((first - second).abs() < 1e-6, "{first} {second}");
}

#[test]
fn the_output_may_replace_the_input() {
    let folder = folder_with("minimize-in-place", "water.xyz", WATER);
    thalweg(&folder, &["minimize", "water.xyz", "-o", "water.xyz"]).expect(0);
    assert!(
        fs::read_to_string(folder.join("water.xyz"))
            .unwrap()
            .contains("converged=T")
    );
    assert_eq!(listing(&folder), ["water.xyz"]);
}

#[test]
fn internal_coordinates_lead_to_the_same_minimum() {
    let energy = |args: &[&str]| {
        let run = minimized(
            "minimize-internal",
            &[args, &["--convergence", "gau_verytight"]].concat(),
        );
        let line = run.expect(0).json().remove(0);
        assert_eq!(line["converged"], true);
        line["energy"].as_f64().unwrap()
    };
    let cartesian = energy(&["--coordinates", "cartesian"]);
    for args in [&["--coordinates", "internal"][..], &["--optimizer", "rfo"]] {
        assert!((energy(args) - cartesian).abs() < 1e-6, "{args:?}");
    }
}

#[test]
fn coordinates_that_an_optimizer_does_not_walk_in_are_wrong_usage() {
    for args in [
        ["--coordinates", "internal", "--optimizer", "fire"],
        ["--coordinates", "cartesian", "--optimizer", "rfo"],
    ] {
        let run = minimized("minimize-coordinates", &args).expect(2);
        assert!(run.err.contains("internal coordinates"), "{}", run.err);
    }
}

#[test]
fn single_atoms_and_ions_are_minima_as_they_are() {
    let folder = folder("minimize-atoms");
    fs::write(folder.join("argon.xyz"), "1\nargon\nAr 0 0 0\n").unwrap();
    let run = thalweg(&folder, &["minimize", "--json", "argon.xyz"]).expect(0);
    assert_eq!(run.json()[0]["steps"], 0);
}

#[test]
fn every_optimizer_leads_to_the_same_minimum() {
    let energy = |name: &str, words: &str| {
        let folder = format!("minimize-with-{name}");
        let run = minimized(&folder, &["--optimizer", name, "--convergence", "gau", "-v"]).expect(0);
        let record = run.json().remove(0);
        assert_eq!(record["stop"], "converged", "{name}");
        assert!(run.err.contains(&format!("optimizer: {words}")), "{name}: {}", run.err);
        record["energy"].as_f64().unwrap()
    };
    let expected = energy("auto", "L-BFGS");
    for (name, words) in [
        ("lbfgs", "L-BFGS"),
        ("cg", "conjugate gradients"),
        ("fire", "FIRE"),
        ("sd", "steepest descent"),
        ("pattern", "pattern search"),
        ("adam", "Adam"),
    ] {
        let found = energy(name, words);
        assert!((found - expected).abs() < 0.02, "{name}: {found} and {expected}");
    }
    minimized("minimize-optimizer", &["--optimizer", "fastest"]).expect(2);
}

#[test]
fn stated_noise_ends_the_walk_at_its_floor_and_is_not_called_convergence() {
    let run = minimized("minimize-noise", &["--noise", "0.5", "--convergence", "1e-8", "-v"]).expect(1);
    let record = run.json().remove(0);
    assert_eq!(record["stop"], "noise_floor");
    assert_eq!(record["converged"], false);
    assert!(record["gradient_rms"].as_f64().unwrap() < 1.0);
    let words = "noise-tolerant L-BFGS, gradient noise 0.5";
    assert!(
        run.err.contains(words) && run.err.contains("noise floor"),
        "{}",
        run.err
    );
    // A criterion above the noise is met all the same.
    minimized("minimize-noise", &["--noise", "1e-4", "--convergence", "gau"]).expect(0);
}

#[test]
fn noise_has_to_be_a_positive_number() {
    for sigma in ["0", "-1", "nan", "inf"] {
        let run = minimized("minimize-no-noise", &["--noise", sigma]).expect(2);
        assert!(run.err.contains("--noise"), "{}", run.err);
    }
}

/// Water in one line: a saddle that no gradient leaves.
const LINE: &str = "3\nline\nO 0 0 0\nH 0.97 0 0\nH -0.97 0 0\n";

#[test]
fn a_saddle_is_left_and_the_minimum_proven() {
    let folder = folder_with("minimize-proof", "line.xyz", LINE);
    let run = thalweg(&folder, &["minimize", "--json", "line.xyz"]).expect(0);
    assert!(
        run.err.contains("minimum, lowest mode +") && run.err.contains("1 saddle left"),
        "{}",
        run.err
    );
    let proven = run.json().remove(0);
    assert!(proven["lowest_mode"].as_f64().unwrap() > 100.0, "{proven}");
    assert!(
        proven["verification_hessian_evaluations"].as_u64().unwrap() > 0,
        "{proven}"
    );
    let run = thalweg(&folder, &["minimize", "--json", "--no-prove", "line.xyz"]).expect(0);
    assert!(run.err.contains("not proven"), "{}", run.err);
    let saddle = run.json().remove(0);
    assert!(
        saddle["lowest_mode"].is_null() && saddle["verification_evaluations"] == 0,
        "{saddle}"
    );
    assert!(proven["energy"].as_f64().unwrap() < saddle["energy"].as_f64().unwrap() - 1.0);
}

#[test]
fn what_is_held_is_not_proven() {
    let run = minimized("minimize-held-proof", &["--freeze", "1"]).expect(0);
    assert!(
        run.err.contains("not proven") && run.json()[0]["lowest_mode"].is_null(),
        "{}",
        run.err
    );
    let error = minimized("minimize-held-prove", &["--freeze", "1", "--prove"])
        .expect(2)
        .err;
    assert!(error.contains("--prove"), "{error}");
}
