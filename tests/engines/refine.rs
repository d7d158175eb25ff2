//! `conformers --refine ENGINE`.

use crate::{beside, folder_with, has_xtb, number, python_with, thalweg};

/// Gauche butane is 0.6 to 0.7 kcal/mol above the trans form by experiment (W. A. Herrebout, B. J. van der Veken, A. Wang and J. R. Durig,
/// J. Phys. Chem. 1995, 99, 578), and MMFF94's 0.78 is not xtb's.
#[test]
fn butane_is_refined_on_xtb() {
    if !has_xtb() {
        return;
    }
    let folder = folder_with("refine-xtb", "butane.smi", "CCCC butane\n");
    let line = thalweg(&folder, &["conformers", "--json", "--refine", "xtb", "butane.smi"])
        .expect(0)
        .json();
    assert_eq!((&line["surface"], &line["count"]), (&"xtb".into(), &2.into()));
    let list = line["conformers"].as_array().unwrap();
    let [trans, gauche] = [&list[0], &list[1]];
    assert_eq!((&trans["degeneracy"], &gauche["degeneracy"]), (&1.into(), &2.into()));
    let above = number(gauche, "relative_energy");
    assert!(above > 0.3 && above < 0.76, "{line}");
    assert!(number(trans, "population") > number(gauche, "population"), "{line}");
    assert_eq!(line["refinement"]["minimizations"], 2);
    assert!(number(&line["refinement"], "evaluations") > 4.0, "{line}");
}

/// An engine that gives up after a number of evaluations fails for the conformer at hand; the next one gets a new engine.
#[test]
fn where_everything_fails_the_search_is_given_and_it_is_said() {
    let Some(python) = python_with("import json") else {
        return;
    };
    let folder = folder_with("refine-fails", "butane.smi", "CCCC butane\n");
    let engine = format!("exec:{python} '{}' complain 3", beside("engine.py"));
    let arguments = ["conformers", "--json", "--refine", &engine, "butane.smi"];
    let run = thalweg(&folder, &arguments)
        .expect(1)
        .says("no conformer could be refined on exec")
        .says("no basis set for this element");
    let line = run.json();
    assert_eq!((&line["status"], &line["count"]), (&"error".into(), &2.into()));
    let lost = line["refinement"]["lost"].as_array().unwrap();
    assert_eq!(lost.len(), 2, "{line}");
    for (number, lost) in lost.iter().enumerate() {
        assert_eq!(lost["conformer"], number + 1);
        assert!(lost["error"].as_str().unwrap().contains("no basis set"), "{line}");
    }
}

/// Springs between all atoms pull the hydrogens of hydrogen peroxide to both oxygens: no conformer of it any more.
#[test]
fn what_becomes_another_molecule_is_left_out() {
    let Some(python) = python_with("import json") else {
        return;
    };
    let folder = folder_with("refine-changes", "peroxide.smi", "OO peroxide\n");
    let engine = format!("exec:{python} '{}' springs", beside("engine.py"));
    let arguments = ["conformers", "--json", "--refine", &engine, "peroxide.smi"];
    let line = thalweg(&folder, &arguments).expect(1).json();
    assert_eq!((&line["status"], &line["surface"]), (&"error".into(), &"mmff94".into()));
    let lost = line["refinement"]["lost"].as_array().unwrap();
    assert_eq!(lost.len(), 1, "{line}");
    assert!(
        lost[0]["error"]
            .as_str()
            .unwrap()
            .contains("new contact within bonding distance"),
        "{line}"
    );
}
