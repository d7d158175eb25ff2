//! `--engine exec:COMMAND`.

use crate::{Run, WATER, beside, folder_with, number, python_with, thalweg};
use std::fs;
use std::time::{Duration, Instant};

/// Minimizes water with `engine.py` behaving so; `None` without Python.
#[track_caller]
fn minimized(behaviour: &str, more: &[&str]) -> Option<(Run, std::path::PathBuf)> {
    let python = python_with("import json")?;
    let folder = folder_with(&format!("exec-{}", behaviour.replace(' ', "-")), "water.xyz", WATER);
    let engine = format!("exec:{python} '{}' {behaviour}", beside("engine.py"));
    let mut arguments = vec!["minimize", "--json", "--engine", &engine, "-o", "out.xyz", "water.xyz"];
    arguments.extend(more);
    Some((thalweg(&folder, &arguments), folder))
}

/// It ended badly, but with the best structure, which is better than the first one.
#[track_caller]
fn fails_with_structure(behaviour: &str, more: &[&str], text: &str) {
    let Some((run, folder)) = minimized(behaviour, more) else {
        return;
    };
    let run = run.expect(1).says(text).says("best structure before that is given");
    let line = run.json();
    assert_eq!(line["status"], "error");
    assert!(line["error"].as_str().unwrap().contains(text), "{line}");
    assert_eq!(line["converged"], false);
    assert!(number(&line, "energy") < number(&line, "initial_energy"), "{line}");
    let written = fs::read_to_string(folder.join("out.xyz")).unwrap();
    assert!(
        written.contains("converged=F") && written.lines().count() == 5,
        "{written}"
    );
}

#[test]
fn springs_are_minimized_in_any_units() {
    let Some((run, _)) = minimized("springs", &[]) else {
        return;
    };
    let line = run.expect(0).json();
    assert_eq!((&line["surface"], &line["converged"]), (&"exec".into(), &true.into()));
    assert!(
        number(&line, "energy").abs() < 1e-5 && line.get("terms").is_none(),
        "{line}"
    );
    let (other, _) = minimized("forces", &[]).unwrap();
    let other = other.expect(0).json();
    assert_eq!(other["evaluations"], line["evaluations"]);
    assert!((number(&other, "initial_energy") - number(&line, "initial_energy")).abs() < 1e-9);
}

#[test]
fn energies_have_gradients_but_no_types() {
    let Some(python) = python_with("import json") else {
        return;
    };
    let folder = folder_with("exec-energy", "water.xyz", WATER);
    let engine = format!("exec:{python} '{}' springs", beside("engine.py"));
    let arguments = [
        "energy",
        "--json",
        "--atoms",
        "--repeat",
        "3",
        "--engine",
        &engine,
        "water.xyz",
    ];
    let line = thalweg(&folder, &arguments).expect(0).json();
    assert!(number(&line, "seconds_per_evaluation") > 0.0);
    assert_eq!(line["per_atom"].as_array().unwrap().len(), 3);
    assert!(line["per_atom"][0]["type"].is_null() && line["per_atom"][0]["gradient"][2].is_number());
    let table = thalweg(&folder, &["energy", "--atoms", "--engine", &engine, "water.xyz"]).expect(0);
    assert!(
        table.out.contains(" exec ") && table.out.lines().count() == 6,
        "{}",
        table.out
    );
}

#[test]
fn an_engine_that_ends_on_the_way_leaves_the_best_structure() {
    fails_with_structure(
        "die 3",
        &[],
        "ended with exit status 3 without an answer; its last words: out of luck",
    );
}

#[test]
fn an_engine_that_hangs_on_the_way_is_ended() {
    let started = Instant::now();
    fails_with_structure("hang 3", &["--engine-timeout", "1"], "no answer within 1 s");
    assert!(started.elapsed() < Duration::from_secs(60));
}

#[test]
fn answers_that_are_none_are_told_apart() {
    fails_with_structure("nan 3", &[], "an energy or gradient that is no number");
    fails_with_structure("null 3", &[], "a gradient that is no number (NaN) at atom 2");
    fails_with_structure("short 3", &[], "a gradient of 6 numbers, 9 expected");
    fails_with_structure(
        "garbage 3",
        &[],
        "it wrote 'Welcome to the engine!' where an answer was expected",
    );
    fails_with_structure("complain 3", &[], "it says: no basis set for this element");
    fails_with_structure("flood 3", &[], "a line without end");
}

#[test]
fn an_engine_that_fails_at_once_leaves_nothing() {
    let Some((run, folder)) = minimized("die", &[]) else {
        return;
    };
    let line = run.expect(1).says("at the starting point").json();
    assert_eq!((&line["status"], line.get("energy")), (&"error".into(), None));
    assert!(!folder.join("out.xyz").exists());
}

/// These need a shell only.
#[test]
fn commands_that_do_not_speak_the_protocol_are_explained() {
    let folder = folder_with("exec-shell", "water.xyz", WATER);
    for (command, text) in [
        ("no-such-program-anywhere", "exit status 127"),
        ("true", "exit status 0 without an answer"),
        ("kill -9 $$", "was ended by signal 9"),
        ("exec >&-; sleep 600", "closed its output"),
        ("sleep 600 & sleep 600", "no answer within 0.5 s"),
        // Which of the two it is depends on who is quicker.
        (
            "yes",
            "it wrote 'y' where an answer was expected|it wrote 'y' without being asked",
        ),
        ("cat", "no \"energy\" in its answer|without being asked"),
    ] {
        let engine = format!("exec:{command}");
        let started = Instant::now();
        let arguments = [
            "energy",
            "--json",
            "--engine",
            &engine,
            "--engine-timeout",
            "0.5",
            "water.xyz",
        ];
        let run = thalweg(&folder, &arguments).expect(1);
        let error = run.json()["error"].as_str().unwrap().to_owned();
        assert!(text.split('|').any(|text| error.contains(text)), "{command}: {error}");
        assert!(started.elapsed() < Duration::from_secs(30), "{command}");
    }
}

/// A request that is larger than any pipe, to a program that never reads.
#[test]
fn a_program_that_does_not_read_blocks_nobody() {
    let mut text = "4000\n\n".to_owned();
    for i in 0..4000 {
        text += &format!(
            "Ar {}.123456 {}.123456 {}.123456\n",
            4 * (i % 20),
            4 * (i / 20 % 20),
            4 * (i / 400)
        );
    }
    let folder = folder_with("exec-deaf", "argon.xyz", &text);
    let arguments = [
        "energy",
        "--engine",
        "exec:sleep 600",
        "--engine-timeout",
        "0.5",
        "argon.xyz",
    ];
    thalweg(&folder, &arguments).expect(1).says("no answer within 0.5 s");
}

#[test]
fn each_molecule_has_a_process_of_its_own() {
    let Some(python) = python_with("import json") else {
        return;
    };
    let folder = folder_with("exec-many", "waters.xyz", &WATER.repeat(6));
    let engine = format!("exec:{python} '{}' springs", beside("engine.py"));
    let run = thalweg(
        &folder,
        &[
            "minimize",
            "--json",
            "--threads",
            "2",
            "--engine",
            &engine,
            "waters.xyz",
        ],
    )
    .expect(0);
    let energies: Vec<String> = run
        .out
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["energy"].to_string())
        .collect();
    assert_eq!(energies.len(), 6);
    assert!(energies.iter().all(|e| *e == energies[0]), "{energies:?}");
}
