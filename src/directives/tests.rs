//! What the grammars read, and what they say of broken text.

use super::files::read;
use super::*;
use crate::chem::{Atom, Molecule};
use crate::potential::restraint::{Shape, Subject};
use crate::potential::wall::Rise;

const TURN: f64 = std::f64::consts::TAU;

fn butane_skeleton() -> (Molecule, Vec<f64>) {
    let carbon = Element::from_symbol("C").unwrap();
    let mut atoms = vec![Atom::new(carbon); 4];
    atoms.push(Atom::new(Element::from_symbol("O").unwrap()));
    let x = vec![
        0.0, 0.0, 0.0, 1.5, 0.0, 0.0, 2.0, 1.4, 0.0, 3.5, 1.4, 0.3, 9.0, 0.0, 0.0,
    ];
    (Molecule::new(atoms, Vec::new()).unwrap(), x)
}

fn planned(text: &str) -> Plan {
    let (molecule, x) = butane_skeleton();
    read("c.txt", text).unwrap().plan(&molecule, &x).unwrap()
}

/// A list of broken texts, each with the message that it must give.
#[track_caller]
fn all_fail(cases: &[(&str, &str)], read: impl Fn(&str) -> Option<DirectiveError>) {
    for (text, message) in cases {
        let error = read(text).unwrap_or_else(|| panic!("{text:?} was read"));
        assert_eq!(error.to_string(), *message, "{text:?}");
    }
}

#[test]
fn flags_are_read() {
    let (molecule, x) = butane_skeleton();
    let list = vec![
        flags::freeze("1-2, O").unwrap(),
        flags::set("dihedral 1 2 3 4 = -60").unwrap(),
        flags::fix("angle 2,3,4").unwrap(),
        flags::restrain("distance 1 3 = 2.5 +- 0.1, 50").unwrap(),
        flags::restrain("xyz 3-4, 20").unwrap(),
        flags::wall("sphere 8").unwrap(),
        flags::wall("box 10 10 20, 5").unwrap(),
    ];
    let plan = Directives { list }.plan(&molecule, &x).unwrap();
    assert_eq!(plan.mask.atoms().collect::<Vec<_>>(), [0, 1, 4]);
    assert_eq!(plan.constraints[0].primitive, Primitive::Dihedral([0, 1, 2, 3]));
    assert!((plan.constraints[0].target.unwrap() + TURN / 6.0).abs() < 1e-12);
    assert_eq!(
        plan.constraints[1],
        crate::coordinates::Constraint::hold(Primitive::Bend([1, 2, 3]))
    );
    assert_eq!(plan.bias.restraints[0].subject, Subject::Distance([0, 2]));
    assert_eq!(plan.bias.restraints[0].shape, Shape::flat_bottomed(50.0, 0.1));
    assert_eq!(plan.bias.restraints[2].subject, Subject::Position(3, [3.5, 1.4, 0.3]));
    assert_eq!(plan.bias.walls.len(), 2);
}

#[test]
fn scans_are_read_by_step_and_by_count() {
    let values = |text: &str| match flags::scan(text).unwrap() {
        Directive::Scan(_, values) => values,
        other => panic!("{other:?}"),
    };
    assert_eq!(values("distance 1 2 = 1..2 step 0.25"), [1.0, 1.25, 1.5, 1.75, 2.0]);
    assert_eq!(values("distance 1 2 = 2.0, 1.0, 3"), [2.0, 1.5, 1.0]);
    assert_eq!(values("distance 1 2 = 2..1 step -.5"), [2.0, 1.5, 1.0]);
    assert_eq!(values("dihedral 1 2 3 4 = 0..360 step 15").len(), 25);
    assert_eq!(values("dihedral 1 2 3 4 = -180..180 step 50").len(), 8);
}

#[test]
fn broken_flags_are_told_with_their_place() {
    let cases = [
        (
            "distance 1",
            "--set, column 11: found the end, expected the number of an atom, from 1 (2 of 2)",
        ),
        (
            "distance 0 1 = 2",
            "--set, column 10: found '0', expected the number of an atom, from 1 (1 of 2)",
        ),
        (
            "distance 2 2 = 2",
            "--set, column 12: found '2', expected an atom that is not yet in this coordinate",
        ),
        (
            "length 1 2 = 2",
            "--set, column 1: found 'length', expected distance, angle or dihedral",
        ),
        (
            "distance 1 2 = x",
            "--set, column 16: found 'x', expected a distance in Å",
        ),
        (
            "distance 1 2 = -1",
            "--set, column 16: found '-1', expected a distance above 0 Å",
        ),
        (
            "angle 1 2 3 = 200",
            "--set, column 15: found '200', expected an angle from 0 to 180 degrees",
        ),
        ("angle 1 2 3 = 20 30", "--set, column 18: found '30', expected the end"),
        ("distance 1 2 1.5", "--set, column 14: found '1.5', expected '='"),
    ];
    all_fail(&cases, |text| flags::set(text).err());
    let cases = [
        (
            "distance 1 2 = 1..2",
            "--scan, column 20: found the end, expected 'step' and the width of a step",
        ),
        (
            "distance 1 2 = 1..2 step -1",
            "--scan, column 26: found '-1', expected a step that leads from the first value to the last one, in 100000 points at most",
        ),
        (
            "distance 1 2 = 1, 2, 1",
            "--scan, column 22: found '1', expected a number of points from 2 to 100000",
        ),
    ];
    all_fail(&cases, |text| flags::scan(text).err());
    let cases = [
        (
            "5-1",
            "--freeze, column 1: found '5-1', expected atoms: numbers from 1, ranges such as 1-5, element symbols, or all",
        ),
        (
            "1,Xx",
            "--freeze, column 3: found 'Xx', expected atoms: numbers from 1, ranges such as 1-5, element symbols, or all",
        ),
    ];
    all_fail(&cases, |text| flags::freeze(text).err());
}

#[test]
fn geometrics_dialect_is_read() {
    let plan = planned(
        "# a comment\n$freeze\nxyz 5\nz 1-2\ndistance 1 3\n\n$set\nangle 1 2 3 120.0  # with a comment\nx 4 3.6\n$scan\ndihedral 1 2 3 4 0.0 90.0 10\n",
    );
    assert_eq!(plan.mask.atoms().collect::<Vec<_>>(), [4]);
    let held: Vec<String> = plan.constraints.iter().map(|c| c.primitive.to_string()).collect();
    assert_eq!(
        held,
        [
            "z of atom 1",
            "z of atom 2",
            "distance 1-3",
            "angle 1-2-3",
            "x of atom 4"
        ]
    );
    assert!((plan.constraints[3].target.unwrap() - TURN / 3.0).abs() < 1e-12);
    assert_eq!(plan.axes[0].values.len(), 10);
    assert!((plan.axes[0].values[9] - TURN / 4.0).abs() < 1e-12);
}

#[test]
fn xtbs_dialect_is_read() {
    let text = "$fix\n  atoms: 5\n$constrain\n  distance: 1, 2, auto\n  angle: 1,2,3,110\n$scan\n  1: 1.4, 1.8, 5\n  dihedral: 1,2,3,4,60.0; 60.0, 120.0, 3\n$opt\n  maxcycle=5\n$wall\n  potential=logfermi\n  sphere: auto, all\n$end\n";
    let plan = planned(text);
    assert_eq!(plan.mask.atoms().collect::<Vec<_>>(), [4]);
    assert_eq!(plan.constraints.len(), 1);
    assert_eq!(plan.axes[0].values, [1.4, 1.5, 1.6, 1.7, 1.8]);
    assert_eq!(plan.axes[1].values.len(), 3);
    assert!(matches!(plan.bias.walls[0].rise, Rise::LogFermi { energy, .. } if (energy - 0.596).abs() < 1e-3));
    assert_eq!(plan.bias.walls[0].atoms.len(), 5);
}

#[test]
fn a_force_constant_makes_springs_of_xtbs_constraints() {
    let plan =
        planned("$constrain\n distance: 1, 2, 1.6\n force constant=0.5\n dihedral: 1,2,3,4,auto\n atoms: 1-3\n$end\n");
    assert!(plan.constraints.is_empty() && plan.mask.is_empty());
    assert_eq!(plan.bias.restraints.len(), 2 + 3);
    // k d² with k = 0.5 hartree/bohr² at 0.1 Å from the target.
    let (mut gradient, (_, x)) = (vec![0.0; 15], butane_skeleton());
    let energy = plan.bias.restraints[0].add_energy_gradient(&x, &mut gradient);
    let expected = 0.5 * 627.509_474 * (0.1 / 0.529_177_211_f64).powi(2);
    assert!((energy - expected).abs() < 1e-6, "{energy} {expected}");
}

#[test]
fn broken_files_are_told_with_their_place() {
    let sections = "$freeze, $set, $scan (geomeTRIC), $fix, $constrain, $scan, $wall (xtb) or $end";
    let cases = [
        (
            "distance 1 2\n",
            "c.txt, line 1, column 1: found 'distance', expected a section, such as $freeze or $constrain",
        ),
        (
            "$frozen\n",
            &*format!("c.txt, line 1, column 2: found 'frozen', expected {sections}"),
        ),
        (
            "$freeze\n\n  trans-x 1\n",
            "c.txt, line 3, column 3: found 'trans-x', expected distance, angle, dihedral, x, y, z, xy, yz, xz or xyz",
        ),
        (
            "$set\ndistance 1 2\n",
            "c.txt, line 2, column 13: found the end, expected a distance in Å",
        ),
        (
            "$scan\nangle 1 2 3 90 100\n",
            "c.txt, line 2, column 19: found the end, expected a number of points from 2 to 100000",
        ),
        (
            "$constrain\n distance: 1 2 1.5\n",
            "c.txt, line 2, column 16: found '1.5', expected ','",
        ),
        (
            "$constrain\n force constant=-1\n",
            "c.txt, line 2, column 17: found '-1', expected a force constant above 0",
        ),
        (
            "$constrain\n ring: 1\n",
            "c.txt, line 2, column 2: found 'ring:', expected atoms:, elements:, distance:, angle:, dihedral: or force constant=",
        ),
        (
            "$scan\n 2: 1, 2, 3\n",
            "c.txt, line 2, column 1: found '2', expected the number of one of the 0 constraints above",
        ),
        (
            "$scan\n mode=concerted\n",
            "c.txt, line 2, column 7: found 'concerted', expected sequential (several scans make a grid here)",
        ),
        (
            "$wall\n potential=gauss\n",
            "c.txt, line 2, column 12: found 'gauss', expected logfermi or polynomial",
        ),
        (
            "$wall\n ellipsoid: auto\n",
            "c.txt, line 2, column 2: found 'ellipsoid:', expected potential=, sphere:, alpha=, beta= or temp=",
        ),
        (
            "$fix\n elements: Qq\n",
            "c.txt, line 2, column 12: found 'Qq', expected an element, by symbol or atomic number",
        ),
    ];
    all_fail(&cases, |text| read("c.txt", text).err());
}

#[test]
fn what_does_not_fit_the_molecule_is_told_with_its_place() {
    let (molecule, x) = butane_skeleton();
    let cases = [
        (
            "$freeze\nxyz 1,4-9\n",
            "c.txt, line 2, column 7: found atom 9, expected one of the molecule's 5 atoms",
        ),
        (
            "$set\ndistance 1 6 2\n",
            "c.txt, line 2, column 1: found atom 6, expected one of the molecule's 5 atoms",
        ),
        (
            "$freeze\nxyz 1-2\n$set\ndistance 1 2 2\n",
            "c.txt, line 4, column 1: found the distance 1-2 of frozen atoms, expected at least one atom that may move",
        ),
    ];
    all_fail(&cases, |text| read("c.txt", text).unwrap().plan(&molecule, &x).err());
}

proptest::proptest! {
    #[test]
    fn no_text_makes_a_reader_panic(text in "[$a-z0-9 :=,;.#\n+-]{0,60}") {
        drop(read("c.txt", &text));
        for read in [flags::set, flags::scan, flags::restrain, flags::freeze, flags::wall] {
            drop(read(&text));
        }
    }
}
