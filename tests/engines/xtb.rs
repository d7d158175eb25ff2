//! `--engine xtb`: with the real program where it is installed, and with stand-ins.

use crate::{WATER, beside, command, folder_with, from_output, has_xtb, number, thalweg};
use std::time::{Duration, Instant};
use thalweg::chem::Element;
use thalweg::potential::Potential;
use thalweg::potential::external::{Engine, System, Waits};

/// Ammonium, off its minimum.
const AMMONIUM: [(&str, [f64; 3]); 5] = [
    ("N", [0.02, 0.01, -0.03]),
    ("H", [0.62, 0.60, 0.60]),
    ("H", [-0.58, -0.58, 0.61]),
    ("H", [-0.60, 0.57, -0.59]),
    ("H", [0.56, -0.61, -0.57]),
];

fn open(engine: &str, atoms: &[(&str, [f64; 3])], charge: i32) -> (Box<dyn Potential>, Vec<f64>) {
    let system = System {
        elements: atoms.iter().map(|a| Element::from_symbol(a.0).unwrap()).collect(),
        charge,
        multiplicity: 1,
    };
    let engine: Engine = engine.parse().unwrap();
    let x = atoms.iter().flat_map(|a| a.1).collect();
    (engine.open(system, Waits::default()).unwrap(), x)
}

/// Differences of energies, at two step sizes: the program converges its energy to about 1e-6 hartree and no better.
#[track_caller]
fn gradient_is_that_of_the_energy(engine: &str, atoms: &[(&str, [f64; 3])], charge: i32) {
    let (mut surface, x) = open(engine, atoms, charge);
    let mut gradient = vec![f64::NAN; x.len()];
    surface.energy_gradient(&x, &mut gradient).unwrap();
    let (step, mut scratch) = (5e-3, vec![0.0; x.len()]);
    for i in 0..x.len() {
        let mut at = |shift: f64| {
            let mut moved = x.clone();
            moved[i] += shift;
            surface.energy_gradient(&moved, &mut scratch).unwrap()
        };
        // Five points: the error is of fourth order.
        let slope = (8.0 * (at(step) - at(-step)) - (at(2.0 * step) - at(-2.0 * step))) / (12.0 * step);
        assert!(
            (slope - gradient[i]).abs() < 0.02,
            "{engine}, {i}: {slope} {}",
            gradient[i]
        );
    }
}

const METHODS: [&str; 3] = ["xtb", "xtb-gfn1", "xtb-gfnff"];

#[test]
fn gradients_are_those_of_the_energies() {
    if !has_xtb() {
        return;
    }
    let water = [
        ("O", [0.01, 0.0, 0.119]),
        ("H", [0.0, 0.80, -0.50]),
        ("H", [-0.02, -0.75, -0.45]),
    ];
    for engine in METHODS {
        gradient_is_that_of_the_energy(engine, &water, 0);
        gradient_is_that_of_the_energy(engine, &AMMONIUM, 1);
    }
}

/// hartree, from xtb 6.5.1 run by hand on a `coord` file of these coordinates in bohr; later versions agree to 1e-7 or so.
#[test]
fn energies_are_the_programs_own() {
    if !has_xtb() {
        return;
    }
    let bohr = thalweg::units::ANGSTROM_PER_BOHR;
    let water = [
        ("O", [0.0, 0.0, 0.1 * bohr]),
        ("H", [0.0, 1.45 * bohr, -1.1 * bohr]),
        ("H", [0.0, -1.45 * bohr, -1.1 * bohr]),
    ];
    for (engine, expected) in [
        ("xtb", -5.067_890_758),
        ("xtb-gfn1", -5.766_017_551),
        ("xtb-gfnff", -0.325_989_289),
    ] {
        let (mut surface, x) = open(engine, &water, 0);
        let energy = surface.energy_gradient(&x, &mut [0.0; 9]).unwrap() / thalweg::units::KCAL_MOL_PER_HARTREE;
        assert!((energy - expected).abs() < 1e-6, "{engine}: {energy}");
    }
}

#[test]
fn water_is_minimized_with_each_method() {
    if !has_xtb() {
        return;
    }
    let folder = folder_with("xtb-minimize", "water.xyz", WATER);
    for engine in METHODS {
        let line = thalweg(&folder, &["minimize", "--json", "--engine", engine, "water.xyz"])
            .expect(0)
            .json();
        assert_eq!((&line["surface"], &line["converged"]), (&engine.into(), &true.into()));
        assert!(line.get("terms").is_none() && number(&line, "energy") < number(&line, "initial_energy"));
    }
}

#[test]
fn charge_and_multiplicity_reach_the_program() {
    if !has_xtb() {
        return;
    }
    let folder = folder_with("xtb-charge", "water.xyz", WATER);
    let energy = |options: &[&str]| {
        let mut arguments = vec!["energy", "--json", "--engine", "xtb", "water.xyz"];
        arguments.extend(options);
        number(&thalweg(&folder, &arguments).expect(0).json(), "energy")
    };
    let neutral = energy(&[]);
    let cation = energy(&["--charge", "1", "--multiplicity", "2"]);
    let triplet = energy(&["--multiplicity", "3"]);
    assert!(
        cation > neutral + 200.0 && triplet > neutral + 50.0,
        "{neutral} {cation} {triplet}"
    );
    thalweg(&folder, &["energy", "--engine", "xtb", "--charge", "-1", "water.xyz"])
        .expect(1)
        .says("11 electrons, which can't have the multiplicity 1");
}

#[test]
fn the_programs_own_words_are_quoted() {
    if !has_xtb() {
        return;
    }
    let folder = folder_with("xtb-words", "close.xyz", "3\n\nO 0 0 0\nH 0 0 0\nH 0 0 1\n");
    thalweg(&folder, &["energy", "--engine", "xtb", "close.xyz"])
        .expect(1)
        .says("it said: Found *very* short distance");
}

#[test]
fn a_missing_program_is_said_with_how_to_get_it() {
    let folder = folder_with("xtb-missing", "water.xyz", WATER);
    let mut without = command(&folder, &["energy", "--engine", "xtb", "water.xyz"]);
    let run = from_output(without.env("PATH", folder.join("tmp")).output().unwrap()).expect(1);
    run.says("'xtb' was not found")
        .says("apt-get install xtb")
        .says("--engine xtb:/path/to/xtb");
    thalweg(&folder, &["energy", "--engine", "xtb-gfn1:./nothing", "water.xyz"])
        .expect(1)
        .says("nothing' was not found");
}

/// Runs water with a stand-in for the program.
fn with_stand_in(name: &str) -> (crate::Run, Duration) {
    let folder = folder_with(&format!("xtb-{name}"), "water.xyz", WATER);
    let engine = format!("xtb:{}", beside(name));
    let started = Instant::now();
    let run = thalweg(
        &folder,
        &["energy", "--engine", &engine, "--engine-timeout", "0.5", "water.xyz"],
    );
    (run, started.elapsed())
}

#[test]
fn a_program_that_hangs_is_ended_with_all_that_it_started() {
    let (run, elapsed) = with_stand_in("xtb-hangs");
    run.expect(1).says("no result within 0.5 s");
    assert!(elapsed < Duration::from_secs(30));
}

#[test]
fn a_structure_that_does_not_converge_is_tried_again_without_the_old_charges() {
    let (run, _) = with_stand_in("xtb-diverges");
    run.expect(1)
        .says("did not converge; are charge (0) and multiplicity (1) right")
        .says("second try");
}

#[test]
fn a_program_that_says_nothing_is_no_success() {
    let (run, _) = with_stand_in("xtb-says-nothing");
    run.expect(1).says("ended with exit status 0 without a gradient");
}
