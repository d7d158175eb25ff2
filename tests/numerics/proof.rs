//! Well-known starting structures that are exactly symmetric: every gradient-only optimizer stops on a saddle there.

use std::sync::Arc;
use thalweg::chem::{Atom, Bond, BondOrder, Element, Molecule};
use thalweg::coordinates::primitive::Primitive;
use thalweg::forcefield::mmff94::{Parameters, Variant, parametrize};
use thalweg::forcefield::{ForceField, Options};
use thalweg::formats::{Format, RawRecord};
use thalweg::hessian::{LowestModeSettings, Model, dense_preconditioner, lowest_modes};
use thalweg::linalg::lanczos::Map;
use thalweg::optimize::{
    Criteria, Lbfgs, LbfgsSettings, Limits, ProofSettings, Proven, Stop, Task, minimize, minimize_proven,
};

fn molecule(symbols: &str, bonds: &[(usize, usize, BondOrder)]) -> Molecule {
    let element = |s| Atom::new(Element::from_symbol(s).unwrap());
    let atoms = symbols.split(' ').map(element).collect();
    let bonds = bonds.iter().map(|&(a, b, order)| Bond::new(a, b, order)).collect();
    Molecule::new(atoms, bonds).unwrap()
}

fn field(molecule: &Molecule) -> Arc<ForceField> {
    let terms = parametrize(molecule, Variant::Mmff94, &Parameters::published().unwrap()).unwrap();
    ForceField::new(molecule, terms, Options::default())
}

fn masses(molecule: &Molecule) -> Vec<f64> {
    molecule.atoms().iter().map(|a| a.element.mass()).collect()
}

/// A plain minimization, then a proven one, from the same start.
fn both(molecule: &Molecule, x: &[f64], analytic: bool) -> (f64, Proven) {
    let field = field(molecule);
    let mut evaluator = field.evaluator();
    let mut stepper = Lbfgs::new(LbfgsSettings::default());
    let (criteria, limits) = (Criteria::default(), Limits::default());
    let plain = minimize(&mut evaluator, x, &mut stepper, &criteria, &limits, &mut ()).unwrap();
    assert_eq!(plain.stop, Stop::Converged);
    let task = Task {
        stepper: &mut stepper,
        criteria: &criteria,
        limits: &limits,
        observer: &mut (),
        approximate: None,
    };
    let mut settings = ProofSettings::molecule(masses(molecule));
    settings.lowest.analytic = analytic;
    (
        plain.point.energy,
        minimize_proven(&mut evaluator, x, task, &settings).unwrap(),
    )
}

fn planar_ammonia() -> (Molecule, Vec<f64>) {
    let single = |a, b| (a, b, BondOrder::Single);
    let ammonia = molecule("N H H H", &[single(0, 1), single(0, 2), single(0, 3)]);
    let (c, s) = (0.5, 0.75_f64.sqrt());
    let x = vec![0.0, 0.0, 0.0, 1.0, 0.0, 0.0, -c, s, 0.0, -c, -s, 0.0];
    (ammonia, x)
}

fn eclipsed_ethane() -> (Molecule, Vec<f64>) {
    let mut bonds = vec![(0, 1, BondOrder::Single)];
    bonds.extend((2..8).map(|h| (usize::from(h > 4), h, BondOrder::Single)));
    let ethane = molecule("C C H H H H H H", &bonds);
    let mut x = vec![0.0, 0.0, -0.76, 0.0, 0.0, 0.76];
    for z in [-1.16, 1.16] {
        for k in 0..3 {
            let angle = f64::from(k) * std::f64::consts::TAU / 3.0;
            x.extend([1.02 * angle.cos(), 1.02 * angle.sin(), z]);
        }
    }
    (ethane, x)
}

#[test]
fn symmetric_starts_end_in_proven_minima() {
    for ((molecule, x), barrier) in [(planar_ammonia(), 3.0), (eclipsed_ethane(), 2.0)] {
        for analytic in [true, false] {
            let (on_saddle, proven) = both(&molecule, &x, analytic);
            assert!(proven.proven && proven.saddles_left >= 1, "{proven:?}");
            let fall = on_saddle - proven.minimum.point.energy;
            assert!(fall > barrier && fall < 15.0, "{fall}");
            let lowest = proven.lowest.unwrap();
            assert!(lowest.wavenumber_cm1 > 150.0, "{lowest:?}");
            assert_eq!(proven.verification_hessian_evaluations > 0, analytic);
            // A fresh look at the end agrees.
            let settings = LowestModeSettings {
                analytic: !analytic,
                ..LowestModeSettings::default()
            };
            let mut fresh = field(&molecule).evaluator();
            let again = lowest_modes(
                &mut fresh,
                &proven.minimum.point.x,
                Some(&masses(&molecule)),
                1,
                &settings,
                None,
            );
            let again = &again.unwrap().modes[0];
            let difference = (again.wavenumber_cm1 - lowest.wavenumber_cm1).abs();
            assert!(difference < 1.0, "{} {}", again.wavenumber_cm1, lowest.wavenumber_cm1);
        }
    }
}

#[test]
fn a_linear_molecule_is_proven_with_its_five_rigid_motions() {
    let dioxide = molecule("O C O", &[(0, 1, BondOrder::Double), (1, 2, BondOrder::Double)]);
    let (_, proven) = both(&dioxide, &[0.0, 0.0, -1.2, 0.0, 0.0, 0.0, 0.0, 0.0, 1.2], true);
    assert!(proven.proven && proven.saddles_left == 0, "{proven:?}");
    // The bend: MMFF94 has it near the observed 667 cm⁻¹.
    let lowest = proven.lowest.unwrap().wavenumber_cm1;
    assert!(lowest > 400.0 && lowest < 900.0, "{lowest}");
}

/// The bonds, angles and dihedrals of a molecule's graph.
fn primitives(molecule: &Molecule) -> Vec<Primitive> {
    let neighbors = |i: usize| molecule.neighbors(i).iter().map(|n| n.atom);
    let mut all = Vec::new();
    for bond in molecule.bonds() {
        let [j, k] = bond.atoms;
        all.push(Primitive::Stretch([j, k]));
        for i in neighbors(j).filter(|&i| i != k) {
            for l in neighbors(k).filter(|&l| l != j && l != i) {
                all.push(Primitive::Dihedral([i, j, k, l]));
            }
        }
    }
    for j in 0..molecule.len() {
        for i in neighbors(j) {
            all.extend(neighbors(j).filter(|&k| k > i).map(|k| Primitive::Bend([i, j, k])));
        }
    }
    all
}

#[test]
fn a_model_hessian_saves_most_products_on_real_molecules() {
    for name in ["ibuprofen", "dodecane", "enkephalin"] {
        let path = format!("{}/molecules/{name}.mol", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).unwrap();
        let record = RawRecord::new(Format::Mol, name, text).parse().unwrap();
        let mut molecule = record.molecule;
        thalweg::chem::kekulize::kekulize(&mut molecule).unwrap();
        let field = field(&molecule);
        let mut evaluator = field.evaluator();
        let mut stepper = Lbfgs::new(LbfgsSettings::default());
        let (criteria, limits) = (Criteria::default(), Limits::default());
        let x = record.coordinates;
        let end = minimize(&mut evaluator, &x, &mut stepper, &criteria, &limits, &mut ()).unwrap();
        assert_eq!(end.stop, Stop::Converged, "{name}");
        let (x, masses) = (end.point.x, masses(&molecule));
        let mut look = |settings: &LowestModeSettings, map: Option<&mut Map<'_>>| {
            lowest_modes(&mut evaluator, &x, Some(&masses), 1, settings, map).unwrap()
        };
        let exact = look(&LowestModeSettings::default(), None);
        assert!(
            exact.modes[0].wavenumber_cm1 > 5.0 && exact.evaluations == 0,
            "{name}: {exact:?}"
        );
        let model = Model::Lindh.prepare(&molecule).cartesian(&primitives(&molecule), &x);
        let mut map = dense_preconditioner(model).unwrap();
        for (settings, most, tolerance) in [
            (LowestModeSettings::default(), 50, 1e-4),
            (LowestModeSettings::noisy(), 36, 2e-2),
        ] {
            let settings = LowestModeSettings {
                analytic: false,
                ..settings
            };
            let found = look(&settings, Some(&mut map));
            assert!(found.converged && found.evaluations <= most, "{name}: {found:?}");
            let error = (found.modes[0].wavenumber_cm1 - exact.modes[0].wavenumber_cm1).abs();
            assert!(error < tolerance * exact.modes[0].wavenumber_cm1, "{name}: {error}");
        }
        // The force field's own model serves where none is given.
        let unaided = LowestModeSettings {
            analytic: false,
            ..LowestModeSettings::default()
        };
        let found = look(&unaided, None);
        assert!(found.converged && found.evaluations <= 60, "{name}: {found:?}");
    }
}
