//! `thalweg ts --engine xtb`: transition states that no force field knows.

use crate::{folder_with, has_xtb, number, thalweg};
use thalweg::chem::Element;
use thalweg::potential::external::{Engine, System, Waits};

/// Hydrogen on its way from the carbon of hydrogen cyanide to the nitrogen.
const CYANIDE: &str = "3\nHCN to HNC\nC 0.0 0.0 0.0\nN 1.18 0.0 0.0\nH 0.3 1.2 0.0\n";

#[test]
fn hydrogen_cyanide_turns_into_its_isomer_over_a_proven_saddle() {
    if !has_xtb() {
        return;
    }
    let folder = folder_with("ts-cyanide", "start.xyz", CYANIDE);
    for method in ["image", "p-rfo"] {
        let arguments = ["ts", "start.xyz", "--engine", "xtb", "--method", method, "--json"];
        let found = thalweg(&folder, &arguments).expect(0).json();
        assert_eq!(found["kind"], "transition state", "{found}");
        assert_eq!(found["negative_modes"], 1, "{found}");
        assert!(number(&found, "imaginary_wavenumber") < -500.0, "{found}");
        assert!(number(&found, "evaluations") <= 25.0, "{found}");
        assert!(number(&found, "verification_evaluations") > 1.0, "{found}");
    }
}

#[test]
fn second_derivatives_by_differences_are_told_as_gradients() {
    if !has_xtb() {
        return;
    }
    let folder = folder_with("ts-differences", "start.xyz", CYANIDE);
    let run = |hessian: &str| {
        let arguments = [
            "ts",
            "start.xyz",
            "--engine",
            "xtb",
            "--json",
            "--hessian",
            hessian,
            "--threads",
            "2",
        ];
        let found = thalweg(&folder, &arguments).expect(0).json();
        assert_eq!(found["kind"], "transition state", "{found}");
        found
    };
    let [full, start, learnt] = ["full", "start", "learnt"].map(run);
    for found in [&start, &full] {
        assert!(
            (number(found, "energy") - number(&learnt, "energy")).abs() < 0.01,
            "{found}"
        );
    }
    // Two gradients a coordinate; one a vibration.
    assert!(number(&full, "evaluations") > 18.0 * number(&full, "hessian_evaluations"));
    assert!(number(&full, "hessian_evaluations") >= 2.0, "{full}");
    assert_eq!(number(&start, "curvature_evaluations"), 3.0);
}

/// Version 6.5.1 of xtb has wrong gradients where two atoms lie exactly on a line along z; what it is shown is turned out of it.
#[test]
fn gradients_are_right_along_the_axes() {
    if !has_xtb() {
        return;
    }
    let system = System {
        elements: ["H", "C", "N"].map(|s| Element::from_symbol(s).unwrap()).to_vec(),
        charge: 0,
        multiplicity: 1,
    };
    let engine: Engine = "xtb".parse().unwrap();
    let mut surface = engine.open(system, Waits::default()).unwrap();
    let x = [0.3, 1.0, -0.6, 0.0, 0.0, 0.0, 0.0, 0.0, 1.2];
    let (mut exact, mut beside) = ([0.0; 9], [0.0; 9]);
    surface.energy_gradient(&x, &mut exact).unwrap();
    let mut shifted = x;
    shifted[3] += 1e-5;
    surface.energy_gradient(&shifted, &mut beside).unwrap();
    for (a, b) in exact.iter().zip(beside) {
        assert!((a - b).abs() < 0.1, "{exact:?} {beside:?}");
    }
}
