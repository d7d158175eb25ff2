//! `thalweg cluster`.

use super::{folder, thalweg};
use serde_json::Value;

/// Energy of seven atoms (Wales and Doye, J. Phys. Chem. A 101, 5111 (1997)), ε.
const LOWEST_7: f64 = -16.505_384;

#[test]
fn seven_atoms_end_in_the_pentagonal_bipyramid_on_any_number_of_threads() {
    let folder = folder("cluster");
    let run = |threads| {
        let limits = ["--max-minimizations", "60", "--threads", threads];
        thalweg(&folder, &[&["cluster", "lj:7"][..], &limits].concat()).expect(0)
    };
    let (one, two) = (run("1"), run("2"));
    assert!(one.out.starts_with("7\nLJ7 energy_epsilon=-16.505384"), "{}", one.out);
    assert_eq!(one.out, two.out);
    assert!(one.err.contains("LJ7: ") && one.err.contains("epsilon"), "{}", one.err);
}

#[test]
fn json_and_a_file_of_structures_come_side_by_side() {
    let folder = folder("cluster-json");
    let run = thalweg(
        &folder,
        &[
            "cluster",
            "lj:7",
            "--max-minimizations",
            "60",
            "--json",
            "-q",
            "-o",
            "lj7.xyz",
        ],
    )
    .expect(0);
    let line: Value = serde_json::from_str(&run.out).unwrap();
    assert!((line["lowest_energy"].as_f64().unwrap() - LOWEST_7).abs() < 1e-6);
    assert_eq!(line["energy_unit"], "epsilon");
    let structures = std::fs::read_to_string(folder.join("lj7.xyz")).unwrap();
    assert_eq!(structures.lines().count(), 9 * line["count"].as_u64().unwrap() as usize);
    assert!(run.err.is_empty(), "{}", run.err);
}

#[test]
fn a_cluster_of_something_else_is_explained() {
    let folder = folder("cluster-name");
    for name in ["ar:38", "lj:1", "lj"] {
        let run = thalweg(&folder, &["cluster", name]).expect(2);
        assert!(run.err.contains("expected lj:N"), "{}", run.err);
    }
}

/// Eleven atoms with a range parameter of 14 (J. P. K. Doye and D. J. Wales, J. Chem. Soc., Faraday Trans. 1997, 93, 4233).
#[test]
fn a_morse_cluster_says_its_range() {
    let folder = folder("cluster-morse");
    let options = ["--range", "14", "--max-minimizations", "400", "--json", "-o", "m11.xyz"];
    let run = thalweg(&folder, &[&["cluster", "morse:11"][..], &options].concat()).expect(0);
    let line: Value = serde_json::from_str(&run.out).unwrap();
    assert!(
        (line["lowest_energy"].as_f64().unwrap() + 29.5961).abs() < 1e-4,
        "{line}"
    );
    assert_eq!(
        (&line["range"], &line["length_unit"]),
        (&Value::from(14.0), &Value::from("bond"))
    );
    assert!(run.err.contains("M11 of range 14: "), "{}", run.err);
    let run = thalweg(&folder, &["cluster", "lj:11", "--range", "14"]).expect(2);
    assert!(run.err.contains("--range"), "{}", run.err);
}
