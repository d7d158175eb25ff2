//! `thalweg conformers` as its users see it.

use crate::{Run, command, folder, listing, thalweg};
use std::fs;
use std::path::Path;
use std::time::Duration;

/// Counts and sums of degeneracies within 10 kcal/mol of exhaustive enumerations with MMFF94 by an independent program, every minimum
/// proven by its Hessian and 2,000 random starts without a new one.
/// Octane has a minimum (g+ x− g− x− g+) that no build-up by one bond at a time reaches.
const ALKANES: [(&str, usize, u64); 4] = [
    ("CCCC", 2, 3),
    ("CCCCC", 4, 7),
    ("CCCCCC", 12, 22),
    ("CCCCCCCC", 97, 188),
];

pub fn search(folder: &Path, smiles: &str, more: &[&str]) -> serde_json::Value {
    let mut arguments = vec!["conformers", "--smiles", smiles, "--json", "--threads", "2"];
    arguments.extend(more);
    thalweg(folder, &arguments).expect(0).json().remove(0)
}

fn degeneracies(found: &serde_json::Value) -> u64 {
    let list = found["conformers"].as_array().unwrap();
    list.iter().map(|c| c["degeneracy"].as_u64().unwrap()).sum()
}

#[test]
fn small_alkanes_are_complete_with_the_right_degeneracies() {
    let folder = folder("conformers-alkanes");
    for (smiles, count, sum) in ALKANES {
        let found = search(&folder, smiles, &["--window", "10", "--forcefield", "mmff94"]);
        assert_eq!(found["count"].as_u64().unwrap() as usize, count, "{smiles}: {found}");
        assert_eq!(degeneracies(&found), sum, "{smiles}: {found}");
        assert!(found["coverage"].as_f64().unwrap() >= 0.99, "{found}");
        assert!(found["expected_unseen"].as_f64().unwrap() < 1.0, "{found}");
        let populations = found["conformers"].as_array().unwrap().iter();
        let total: f64 = populations.map(|c| c["population"].as_f64().unwrap()).sum();
        assert!((total - 1.0).abs() < 1e-9, "{found}");
        assert!(
            found["conformers"]
                .as_array()
                .unwrap()
                .iter()
                .all(|c| c["proven"] == true),
            "{found}"
        );
    }
}

#[test]
fn mirror_images_can_be_kept_apart() {
    let folder = folder("conformers-mirror");
    let found = search(&folder, "CCCC", &["--keep-mirror-images"]);
    assert_eq!(found["count"], 3);
    assert_eq!(degeneracies(&found), 3);
}

/// Beside a receptor the two hands of a conformer are different shapes.
#[test]
fn a_diverse_set_holds_both_hands_and_keeps_to_its_limit() {
    let folder = folder("conformers-diverse");
    let select = ["--select", "diverse", "--max-conformers"];
    let all = search(&folder, "CCCC", &[&select[..], &["10"]].concat());
    assert_eq!(all["count"], 3, "{all}");
    assert_eq!(degeneracies(&all), 3, "{all}");
    let some = search(&folder, "CCCCCC", &[&select[..], &["8"]].concat());
    let count = some["count"].as_u64().unwrap();
    assert!((7..=8).contains(&count), "{some}");
    assert_eq!(some["conformers"][0]["relative_energy"], 0.0, "{some}");
}

#[test]
fn cyclohexane_is_a_chair_and_a_twist_boat() {
    let folder = folder("conformers-cyclohexane");
    let found = search(&folder, "C1CCCCC1", &["--forcefield", "mmff94"]);
    assert_eq!(found["count"], 2, "{found}");
    // Newton-refined stationary points of an independent program: 5.9298 kcal/mol.
    let boat = found["conformers"][1]["relative_energy"].as_f64().unwrap();
    assert!((boat - 5.9298).abs() < 1e-3, "{found}");
    assert_eq!(found["conformers"][0]["degeneracy"], 1);
    assert_eq!(found["conformers"][1]["degeneracy"], 2);
}

/// The cis form of a secondary amide is rare, but in reach of random starts too. N-methylacetamide's lies 2.1 to 2.5 kcal/mol higher by
/// experiment in solution (A. Radzicka, L. Pedersen and R. Wolfenden, Biochemistry 1988, 27, 4538).
/// Three rings of hydrogen bonds of water on MMFF94; and ethanol lies beside cyclopropane in many ways, which no turn of its own bond finds.
#[test]
fn a_complex_is_searched_for_the_ways_its_molecules_lie_beside_each_other() {
    let folder = folder("conformers-complex");
    for method in ["auto", "multi-start"] {
        let arguments = ["conformers", "--json", "--method", method, "--smiles", "O.O.O"];
        let found = &thalweg(&folder, &arguments).expect(0).json()[0];
        assert_eq!(found["count"], 3, "{method}: {found}");
        let lowest = found["lowest_energy"].as_f64().unwrap();
        assert!((lowest + 17.6583).abs() < 1e-3, "{found}");
    }
    let run = thalweg(&folder, &["conformers", "--json", "--smiles", "C1CC1.CCO"]).expect(0);
    assert!(!run.err.contains("build-up"), "{}", run.err);
    assert!(run.err.contains("2 molecules beside each other"), "{}", run.err);
    assert!(run.json()[0]["count"].as_u64().unwrap() > 20, "{}", run.out);
}

#[test]
fn a_cis_amide_is_found() {
    let folder = folder("conformers-amide");
    for method in ["multi-start", "systematic", "basin-hopping"] {
        let arguments = [
            "--method",
            method,
            "--forcefield",
            "mmff94",
            "--max-minimizations",
            "200",
        ];
        let found = search(&folder, "CNC(C)=O", &arguments);
        assert_eq!(found["count"], 2, "{method}: {found}");
        let cis = found["conformers"][1]["relative_energy"].as_f64().unwrap();
        assert!(cis > 1.5 && cis < 4.0, "{method}: {found}");
    }
}

/// Two centres that look alike make three isomers: a pair of mirror images and the meso form.
#[test]
fn every_stereoisomer_is_searched_for_itself() {
    let folder = folder("conformers-isomers");
    let arguments = [
        "conformers",
        "--json",
        "--enumerate-stereo",
        "--smiles",
        "CC(F)C(F)C difluoride",
        "-o",
        "all.sdf",
    ];
    let run = thalweg(&folder, &arguments).expect(0);
    assert!(!run.err.contains("as chance has it"), "{}", run.err);
    let lines = run.json();
    assert_eq!(lines.len(), 3, "{}", run.out);
    for (number, line) in lines.iter().enumerate() {
        assert_eq!(line["isomer"]["number"], number + 1);
        assert_eq!(line["isomer"]["count"], 3);
        assert_eq!(line["name"], format!("difluoride isomer {}", number + 1));
    }
    let energies: Vec<f64> = lines.iter().map(|l| l["lowest_energy"].as_f64().unwrap()).collect();
    let alike = |a: f64, b: f64| (a - b).abs() < 1e-5;
    let pairs = [(0, 1), (0, 2), (1, 2)];
    let equal = pairs.iter().filter(|&&(a, b)| alike(energies[a], energies[b])).count();
    assert_eq!(equal, 1, "{energies:?}");
    // What is written has the configurations that it says.
    let text = fs::read_to_string(folder.join("all.sdf")).unwrap();
    let written = thalweg(&folder, &["convert", "all.sdf", "--to", "smi"]).expect(0).out;
    let forms: std::collections::BTreeSet<&str> = written.lines().filter_map(|l| l.split_whitespace().next()).collect();
    let said: std::collections::BTreeSet<&str> =
        lines.iter().map(|l| l["isomer"]["smiles"].as_str().unwrap()).collect();
    assert_eq!(forms, said, "{text}");
    // With all of it stated there is nothing to enumerate.
    let stated = search(&folder, "C[C@H](F)[C@H](F)C", &["--enumerate-stereo"]);
    assert!(stated["isomer"].is_null(), "{stated}");
}

#[test]
fn isomers_that_cannot_be_are_left_out_and_many_are_cut_off() {
    let folder = folder("conformers-impossible");
    // The bridgeheads of camphor depend on each other: of the four ways to state them two can be built, mirror images.
    let arguments = [
        "conformers",
        "--json",
        "--enumerate-stereo",
        "--smiles",
        "CC1(C)C2CCC1(C)C(=O)C2",
    ];
    let run = thalweg(&folder, &arguments).expect(0);
    assert_eq!(run.json().len(), 2, "{}", run.out);
    assert!(run.err.contains("is left out"), "{}", run.err);
    let many = [
        "conformers",
        "--json",
        "--enumerate-stereo",
        "--max-isomers",
        "2",
        "--max-minimizations",
        "20",
        "--smiles",
        "CC(F)C(Cl)C(Br)C",
    ];
    let run = thalweg(&folder, &many).expect(0);
    assert_eq!(run.json().len(), 2, "{}", run.out);
    assert!(run.err.contains("more than 2 stereoisomers"), "{}", run.err);
    let checkpoint = [
        "conf",
        "--enumerate-stereo",
        "--smiles",
        "CC(F)C(Cl)C",
        "--checkpoint",
        "state",
    ];
    let run = thalweg(&folder, &checkpoint).expect(1);
    assert!(run.err.contains("one molecule only"), "{}", run.err);
}

/// The free energies are those of the vibrations command, and the populations follow.
#[test]
fn populations_by_free_energies_agree_with_vibrations() {
    let folder = folder("conformers-free-energy");
    let found = search(&folder, "CCCC", &["--free-energy", "-o", "butane.sdf"]);
    let modes = ["vibrations", "butane.sdf", "--json", "--treatment", "quasi-rrho"];
    let modes = thalweg(&folder, &modes).expect(0).json();
    let number = |value: &serde_json::Value| value.as_f64().unwrap();
    let list = found["conformers"].as_array().unwrap();
    let kt = 1.987_204_259e-3 * 298.15;
    let weight = |c: &serde_json::Value| number(&c["degeneracy"]) * (-number(&c["free_energy"]) / kt).exp();
    let total: f64 = list.iter().map(weight).sum();
    for (conformer, modes) in list.iter().zip(&modes) {
        let free_energy = number(&modes["thermochemistry"]["total_free_energy"]);
        // The file has four decimals of an ångström.
        assert!(
            (number(&conformer["free_energy"]) - free_energy).abs() < 2e-3,
            "{found}"
        );
        assert!(
            (number(&conformer["population"]) - weight(conformer) / total).abs() < 1e-6,
            "{found}"
        );
    }
    let text = std::fs::read_to_string(folder.join("butane.sdf")).unwrap();
    assert_eq!(text.matches("<free_energy_kcal_mol>").count(), 2, "{text}");
}

/// The nitrogen of an aniline is flat on one of the surfaces and not on the other: eight conformers become five, which are those that a
/// search on the other surface finds by itself.
#[test]
fn an_ensemble_refined_on_another_force_field_is_the_one_searched_there() {
    let folder = folder("conformers-refine");
    let there = search(&folder, "CCCNc1ccccc1", &["--forcefield", "mmff94s", "--window", "5"]);
    let refine = ["--forcefield", "mmff94", "--window", "8", "--refine", "mmff94s"];
    let refined = search(&folder, "CCCNc1ccccc1", &refine);
    assert_eq!(refined["surface"], "mmff94s", "{refined}");
    assert_eq!(refined["refinement"]["surface_before"], "mmff94", "{refined}");
    let [here, there] = [&refined, &there].map(|found| found["conformers"].as_array().unwrap());
    assert_eq!(here.len(), there.len(), "{refined}");
    for (a, b) in here.iter().zip(there) {
        for key in ["energy", "degeneracy", "population"] {
            let difference = a[key].as_f64().unwrap() - b[key].as_f64().unwrap();
            assert!(difference.abs() < 1e-6, "{key}: {a} {b}");
        }
        assert_eq!(a["proven"], true, "{a}");
    }
    // Each of those before became one of those now.
    let origins = here.iter().flat_map(|c| c["origins"].as_array().unwrap());
    let mut origins: Vec<u64> = origins.map(|origin| origin.as_u64().unwrap()).collect();
    origins.sort_unstable();
    let before = refined["refinement"]["conformers_before"].as_u64().unwrap();
    assert!(before > here.len() as u64, "{refined}");
    assert_eq!(origins, (1..=before).collect::<Vec<_>>(), "{refined}");
    // Both hands of a diverse set are refined as one.
    let diverse = search(
        &folder,
        "CCCNc1ccccc1",
        &[&refine[..], &["--select", "diverse"]].concat(),
    );
    assert_eq!(diverse["refinement"]["minimizations"], before, "{diverse}");
    assert_eq!(diverse["count"].as_u64().unwrap(), degeneracies(&refined), "{diverse}");
}

#[test]
fn a_molecule_that_nothing_turns_in_has_one_conformer() {
    let folder = folder("conformers-rigid");
    let run = thalweg(&folder, &["conformers", "--smiles", "c1ccccc1"]).expect(0);
    assert_eq!(run.out.matches("$$$$").count(), 1, "{}", run.out);
    assert!(run.err.contains("nothing in it turns"), "{}", run.err);
    let found = search(&folder, "CC", &[]);
    assert_eq!(found["count"], 1);
    assert!(found["minimizations"].as_u64().unwrap() < 3, "{found}");
}

#[test]
fn the_configuration_is_kept() {
    let folder = folder("conformers-stereo");
    let run = thalweg(
        &folder,
        &[
            "conformers",
            "--smiles",
            "C[C@H](O)[C@@H](F)CC/C=C/C",
            "--max-minimizations",
            "200",
        ],
    );
    let run = run.expect(0);
    fs::write(folder.join("all.sdf"), &run.out).unwrap();
    let written = thalweg(&folder, &["convert", "all.sdf", "--to", "smi"]).expect(0).out;
    let forms: std::collections::BTreeSet<&str> = written.lines().filter_map(|l| l.split_whitespace().next()).collect();
    assert_eq!(forms.len(), 1, "{written}");
}

#[test]
fn the_same_bytes_for_any_number_of_threads() {
    let folder = folder("conformers-threads");
    for smiles in ["CCCCCC", "OCC1CCCCC1"] {
        let output = |threads: &str| {
            let arguments = [
                "conf",
                "-q",
                "--smiles",
                smiles,
                "--max-minimizations",
                "300",
                "--threads",
                threads,
            ];
            thalweg(&folder, &arguments).expect(0).out
        };
        let one = output("1");
        assert!(one.contains("M  END"));
        assert_eq!(one, output("2"), "{smiles}");
        assert_eq!(one, output("8"), "{smiles}");
    }
}

#[test]
fn a_search_that_was_cut_off_goes_on_to_the_same_end() {
    let folder = folder("conformers-resume");
    let search = |budget: &str, checkpoint: &str| -> Run {
        let arguments = [
            "conf",
            "-q",
            "--smiles",
            "OCC1CCCCC1",
            "--coverage",
            "0.999",
            "--max-minimizations",
            budget,
        ];
        let mut all = arguments.to_vec();
        if !checkpoint.is_empty() {
            all.extend(["--checkpoint", checkpoint]);
        }
        thalweg(&folder, &all).expect(0)
    };
    let whole = search("600", "").out;
    search("250", "half");
    assert_eq!(search("600", "half").out, whole);
    // Once more, from the complete log.
    assert_eq!(search("600", "half").out, whole);
    assert_eq!(listing(&folder), ["half"]);
}

#[test]
#[cfg(unix)]
fn an_interrupt_leaves_what_was_found_and_a_checkpoint() {
    let folder = folder("conformers-interrupt");
    let arguments = [
        "conf",
        "--smiles",
        "CCCCCCCCCCCCO",
        "--checkpoint",
        "state",
        "-o",
        "found.sdf",
        "--coverage",
        "0.99999",
    ];
    let child = command(&folder, &arguments)
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_secs(3));
    let pid = rustix::process::Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let run = crate::from_output(child.wait_with_output().unwrap());
    assert_eq!(run.status, 1, "{}", run.err);
    assert!(run.err.contains("interrupted"), "{}", run.err);
    assert_eq!(listing(&folder), ["found.sdf", "state"]);
}

#[test]
fn checkpoints_of_others_are_refused_and_left_alone() {
    let folder = folder("conformers-foreign");
    thalweg(
        &folder,
        &["conf", "--smiles", "CCCC", "--checkpoint", "state", "-o", "a.sdf"],
    )
    .expect(0);
    let before = fs::read(folder.join("state")).unwrap();
    let other = thalweg(&folder, &["conf", "--smiles", "CCCCC", "--checkpoint", "state"]).expect(1);
    assert!(other.err.contains("checkpoint of another molecule"), "{}", other.err);
    let seed = thalweg(
        &folder,
        &["conf", "--smiles", "CCCC", "--seed", "3", "--checkpoint", "state"],
    )
    .expect(1);
    assert!(seed.err.contains("other settings"), "{}", seed.err);
    assert_eq!(fs::read(folder.join("state")).unwrap(), before);
    fs::write(folder.join("state"), "no checkpoint").unwrap();
    let damaged = thalweg(&folder, &["conf", "--smiles", "CCCC", "--checkpoint", "state"]).expect(1);
    assert!(damaged.err.contains("damaged"), "{}", damaged.err);
    assert_eq!(fs::read(folder.join("state")).unwrap(), b"no checkpoint");
}

#[test]
fn wrong_usage_is_said() {
    let folder = folder("conformers-usage");
    for (option, value, words) in [
        ("--coverage", "1.5", "between 0 and 1"),
        ("--window", "0", "positive"),
        ("--temperature", "nan", "positive"),
        ("--max-time", "-1", "positive"),
        ("--refine", "mmff95", "force field's name"),
    ] {
        let option_value = format!("{option}={value}");
        let run = thalweg(&folder, &["conf", "--smiles", "CC", &option_value]).expect(2);
        assert!(run.err.contains(words), "{option}: {}", run.err);
    }
}

#[test]
fn a_failure_stays_with_its_record() {
    let folder = folder("conformers-failures");
    let run = thalweg(
        &folder,
        &[
            "conf", "--json", "--smiles", "CCO", "--smiles", "C(C", "--smiles", "CCCC",
        ],
    )
    .expect(1);
    let lines = run.json();
    let states: Vec<&str> = lines.iter().map(|l| l["status"].as_str().unwrap()).collect();
    assert_eq!(states, ["ok", "error", "ok"]);
}

#[test]
fn energy_and_population_go_with_each_structure() {
    let folder = folder("conformers-fields");
    let run = thalweg(&folder, &["conf", "-q", "--smiles", "CCCC butane", "--to", "xyz"]).expect(0);
    let comments: Vec<&str> = run.out.lines().filter(|l| l.contains("energy_kcal_mol=")).collect();
    assert_eq!(comments.len(), 2, "{}", run.out);
    for key in ["relative_energy_kcal_mol=", "degeneracy=", "population=", "conformer="] {
        assert!(comments.iter().all(|c| c.contains(key)), "{key}: {comments:?}");
    }
    let limited = thalweg(
        &folder,
        &[
            "conf",
            "-q",
            "--smiles",
            "CCCCCCC",
            "--max-conformers",
            "3",
            "--select",
            "diverse",
        ],
    );
    assert_eq!(limited.expect(0).out.matches("$$$$").count(), 3);
}

/// 5-Aminopentanoic acid as a zwitterion folds up in the gas phase: its ends meet. A diverse set has the stretched shape too, however high it
/// lies, unless a window is stated.
#[test]
fn a_diverse_set_is_not_folded_by_charges() {
    let folder = folder("conformers-shapes");
    let zwitterion = "[NH3+]CCCCC(=O)[O-]";
    let few = ["--forcefield", "mmff94s", "--max-conformers", "10", "--to", "xyz"];
    let longest = |more: &[&str]| {
        let arguments = [&["conf", "-q", "--smiles", zwitterion][..], &few, more].concat();
        let run = thalweg(&folder, &arguments);
        let frames = run.expect(0).out;
        let lines: Vec<&str> = frames.lines().collect();
        let atoms: usize = lines[0].parse().unwrap();
        let place = |line: &str| -> Vec<f64> { line.split_whitespace().skip(1).map(|c| c.parse().unwrap()).collect() };
        let length = |frame: &[&str]| {
            // The nitrogen is the first atom, the carboxylate's carbon the sixth.
            let (a, b) = (place(frame[2]), place(frame[7]));
            a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
        };
        lines.chunks(atoms + 2).map(length).fold(0.0, f64::max)
    };
    let lowest = longest(&[]);
    let diverse = longest(&["--select", "diverse"]);
    let within = longest(&["--select", "diverse", "--window", "10"]);
    assert!(
        lowest < 5.0 && within < 5.5 && diverse > 6.0,
        "{lowest} {within} {diverse}"
    );
}

/// A diverse set is the same for any number of threads.
#[test]
fn shapes_do_not_depend_on_threads() {
    let folder = folder("conformers-shapes-threads");
    let set = |threads: &str| {
        let arguments = [
            "conf",
            "-q",
            "--smiles",
            "OCCNCCC(=O)NCC",
            "--select",
            "diverse",
            "--max-conformers",
            "20",
        ];
        let budget = ["--max-minimizations", "400", "--to", "sdf", "--threads", threads];
        thalweg(&folder, &[&arguments[..], &budget].concat()).expect(0).out
    };
    let alone = set("1");
    assert!(alone.matches("$$$$").count() >= 18);
    assert_eq!(alone, set("2"));
}

/// Which side the hydrogen of a guanidine's =NH is on is left open by SMILES, and so it is on output.
#[test]
fn an_open_imine_stays_open() {
    let folder = folder("conformers-imine");
    let bond = |smiles: &str| {
        let arguments = ["conf", "-q", "--smiles", smiles, "--max-conformers", "1", "--to", "sdf"];
        let out = thalweg(&folder, &arguments).expect(0).out;
        let double = out
            .lines()
            .find(|l| l.len() == 12 && l.ends_with("0") | l.ends_with("3") && &l[6..9] == "  2");
        double.unwrap().to_owned()
    };
    assert_eq!(bond("N=C(N)NC"), "  1  2  2  3");
    assert_eq!(bond("[H]/N=C(/N)NC"), "  1  2  2  0");
}

/// The time is kept, and the search ends early enough for most of what is written to be polished and proven within it; all, but for what else a
/// machine has to do.
#[test]
fn the_time_is_kept_and_some_of_it_is_left_for_the_proofs() {
    let folder = folder("conformers-time");
    let pentapeptide =
        "CC(=O)N[C@@H](CO)C(=O)N[C@@H](CC(C)C)C(=O)N[C@@H](CCSC)C(=O)N[C@@H](Cc1ccccc1)C(=O)N[C@@H](CCCCN)C(=O)NC";
    let limit = 2.0;
    for select in ["energy", "diverse"] {
        let time = limit.to_string();
        let options = [
            "--forcefield",
            "mmff94s",
            "--max-conformers",
            "40",
            "--select",
            select,
            "--max-time",
            &time,
        ];
        let found = search(&folder, pentapeptide, &options);
        let spent = found["wall_seconds"].as_f64().unwrap();
        // Without the limit it would be a minute. Other work on the machine may take the processor away at any moment.
        assert!(spent < 4.0 * limit, "{select}: {spent} s");
        let conformers = found["conformers"].as_array().unwrap();
        assert!(!conformers.is_empty(), "{select}");
        let proven = conformers.iter().filter(|c| c["proven"] == true).count();
        assert!(
            4 * proven > conformers.len(),
            "{select}: {proven} of {}",
            conformers.len()
        );
        if select == "energy" {
            assert_eq!(found["stop"], "time", "{found}");
        }
    }
}
