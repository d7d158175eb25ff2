//! Published figures in closed form, and what every model must do.

use super::{Model, ModelHessian};
use crate::chem::{Atom, Bond, BondOrder, Element, Molecule};
use crate::coordinates::primitive::{Fragment, Primitive};
use crate::hessian::rigid;
use crate::linalg::Eigen;
use crate::units::{ANGSTROM_PER_BOHR, KCAL_MOL_ANGSTROM2_PER_HARTREE_BOHR2, KCAL_MOL_PER_HARTREE};
use std::sync::Arc;

fn molecule(elements: &[Element], bonds: &[(usize, usize)]) -> Molecule {
    let atoms = elements.iter().map(|&e| Atom::new(e)).collect();
    let bonds = bonds.iter().map(|&(a, b)| Bond::new(a, b, BondOrder::Single)).collect();
    Molecule::new(atoms, bonds).unwrap()
}

/// Hydrogen peroxide, H0–O1–O2–H3, in bohr: O–O 2.7, O–H 1.8, right angles, dihedral 90°.
fn peroxide() -> (Molecule, Vec<f64>) {
    let bohr = [0.0, 1.8, 0.0, 0.0, 0.0, 0.0, 2.7, 0.0, 0.0, 2.7, 0.0, 1.8];
    let molecule = molecule(
        &[Element::H, Element::O, Element::O, Element::H],
        &[(0, 1), (1, 2), (2, 3)],
    );
    (molecule, bohr.map(|c| c * ANGSTROM_PER_BOHR).to_vec())
}

fn assert_close(found: f64, expected: f64, what: &str) {
    assert!(
        (found - expected).abs() < 1e-9 * expected.abs(),
        "{what}: {found} {expected}"
    );
}

/// Sum of covalent radii of O and O, O and H (Cordero 2008), bohr.
const OO: f64 = 1.32 / ANGSTROM_PER_BOHR;
const OH: f64 = 0.97 / ANGSTROM_PER_BOHR;

#[test]
fn force_constants_of_hydrogen_peroxide_follow_the_papers() {
    let (molecule, x) = peroxide();
    let stretch =
        |m: &dyn ModelHessian| m.force_constant(&Primitive::Stretch([1, 2]), &x) / KCAL_MOL_ANGSTROM2_PER_HARTREE_BOHR2;
    let bend = |m: &dyn ModelHessian| m.force_constant(&Primitive::Bend([0, 1, 2]), &x) / KCAL_MOL_PER_HARTREE;
    let dihedral =
        |m: &dyn ModelHessian| m.force_constant(&Primitive::Dihedral([0, 1, 2, 3]), &x) / KCAL_MOL_PER_HARTREE;
    let (oo, oh) = (
        (0.28_f64 * (2.87 * 2.87 - 2.7 * 2.7)).exp(),
        (0.3949_f64 * (2.1 * 2.1 - 1.8 * 1.8)).exp(),
    );
    let lindh = Model::Lindh.prepare(&molecule);
    assert_close(stretch(&*lindh), 0.45 * oo, "lindh stretch");
    assert_close(bend(&*lindh), 0.15 * oo * oh, "lindh bend");
    assert_close(dihedral(&*lindh), 0.005 * oo * oh * oh, "lindh dihedral");
    let schlegel = Model::Schlegel.prepare(&molecule);
    assert_close(stretch(&*schlegel), 1.734 / 1.615_f64.powi(3), "schlegel stretch");
    assert_close(bend(&*schlegel), 0.16, "schlegel bend");
    // The bond is longer than the covalent distance.
    assert_close(dihedral(&*schlegel), 0.0023, "schlegel dihedral");
    let fischer = Model::FischerAlmlof.prepare(&molecule);
    assert_close(
        stretch(&*fischer),
        0.3601 * (-1.944 * (2.7 - OO)).exp(),
        "fischer stretch",
    );
    let expected = 0.089 + 0.11 * (OO * OH).powf(0.42) * (-0.44 * (2.7 + 1.8 - OO - OH)).exp();
    assert_close(bend(&*fischer), expected, "fischer bend");
    let expected = 0.0015 + 14.0 * 2.0_f64.powf(0.57) * (2.7 * OO).powi(-4) * (-2.85 * (2.7 - OO)).exp();
    assert_close(dihedral(&*fischer), expected, "fischer dihedral");
    let (oo, oh) = ((1.0 - 2.7 / OO).exp(), (1.0 - 1.8 / OH).exp());
    let swart = Model::Swart.prepare(&molecule);
    assert_close(stretch(&*swart), 0.35 * oo, "swart stretch");
    assert_close(bend(&*swart), 0.15 * oo * oh, "swart bend");
    assert_close(dihedral(&*swart), 0.005 * oo * oh * oh, "swart dihedral");
    let simple = Model::Simple.prepare(&molecule);
    assert_close(stretch(&*simple), 0.5, "simple stretch");
}

#[test]
fn a_planar_centre_is_stiffer_against_bending_out_than_a_pyramidal_one() {
    let borane = molecule(
        &[Element::H, Element::B, Element::H, Element::H],
        &[(0, 1), (1, 2), (1, 3)],
    );
    let plane = Primitive::OutOfPlane([0, 1, 2, 3]);
    let (c, s) = (0.5, 0.75_f64.sqrt());
    let flat = [
        1.2,
        0.0,
        0.0,
        0.0,
        0.0,
        0.0,
        -1.2 * c,
        1.2 * s,
        0.0,
        -1.2 * c,
        -1.2 * s,
        0.0,
    ];
    let mut bent = flat;
    bent[11] = 0.7;
    for model in [Model::Schlegel, Model::FischerAlmlof] {
        let prepared = model.prepare(&borane);
        let (flat, bent) = (
            prepared.force_constant(&plane, &flat),
            prepared.force_constant(&plane, &bent),
        );
        assert!(flat > 1.2 * bent && bent > 0.0, "{model:?}: {flat} {bent}");
    }
    let schlegel = Model::Schlegel.prepare(&borane).force_constant(&plane, &flat);
    assert_close(schlegel, 0.045 * KCAL_MOL_PER_HARTREE, "planar");
}

#[test]
fn every_constant_is_finite_and_positive_at_any_distance() {
    let (molecule, x) = peroxide();
    let primitives = [
        Primitive::Stretch([0, 3]),
        Primitive::Stretch([0, 1]),
        Primitive::Bend([0, 1, 2]),
        Primitive::Bend([1, 0, 3]),
        Primitive::LinearBend {
            atoms: [0, 1, 2],
            axis: [0.0, 0.0, 1.0],
            component: 1,
        },
        Primitive::Dihedral([0, 1, 2, 3]),
        Primitive::Dihedral([1, 0, 3, 2]),
        Primitive::OutOfPlane([0, 1, 2, 3]),
        Primitive::Cartesian { atom: 2, axis: 1 },
        Primitive::Translation {
            fragment: Arc::new(Fragment::new(vec![0, 1], &x)),
            axis: 0,
        },
        Primitive::Rotation {
            fragment: Arc::new(Fragment::new(vec![0, 1, 2], &x)),
            axis: 2,
        },
    ];
    for model in Model::ALL {
        assert_eq!(Model::named(model.name()), Some(model));
        let prepared = model.prepare(&molecule);
        for scale in [0.0, 0.01, 0.3, 1.0, 3.0, 100.0] {
            let moved: Vec<f64> = x.iter().map(|c| scale * c).collect();
            for primitive in &primitives {
                let k = prepared.force_constant(primitive, &moved);
                assert!(k > 0.05 && k < 1e6, "{model:?} {primitive} at {scale}: {k}");
            }
        }
    }
}

#[test]
fn in_cartesian_space_every_coordinate_counts_and_only_rigid_motions_are_free() {
    let (molecule, x) = peroxide();
    let primitives = [
        Primitive::Stretch([0, 1]),
        Primitive::Stretch([1, 2]),
        Primitive::Stretch([2, 3]),
        Primitive::Bend([0, 1, 2]),
        Primitive::Bend([1, 2, 3]),
        Primitive::Dihedral([0, 1, 2, 3]),
    ];
    for model in Model::ALL {
        let prepared = model.prepare(&molecule);
        let hessian = prepared.cartesian(&primitives, &x);
        let eigen = Eigen::new(&hessian).unwrap();
        assert_eq!(eigen.count_below(1e-9), 6, "{model:?} {:?}", eigen.values);
        for v in rigid::modes(&x, &[1.0; 4]) {
            assert!(hessian.quadratic_form(&v).abs() < 1e-9, "{model:?}");
        }
        for left_out in 0..primitives.len() {
            let mut fewer = primitives.to_vec();
            fewer.remove(left_out);
            let rank = 12 - Eigen::new(&prepared.cartesian(&fewer, &x)).unwrap().count_below(1e-9);
            assert_eq!(rank, 5, "{model:?} without {}", primitives[left_out]);
        }
    }
}

#[test]
fn a_dihedral_across_a_linear_chain_is_not_soft_because_the_chain_is_long() {
    // H–C≡C–... : the two middle atoms of the dihedral are not bonded to each other.
    let (peroxide, _) = peroxide();
    let chain = molecule(
        &[Element::H, Element::O, Element::O, Element::H, Element::C],
        &[(0, 1), (1, 4), (4, 2), (2, 3)],
    );
    let x: Vec<f64> = [
        0.0, 1.8, 0.0, 0.0, 0.0, 0.0, 5.0, 0.0, 0.0, 5.0, 0.0, 1.8, 2.5, 0.0, 0.0,
    ]
    .map(|c| c * ANGSTROM_PER_BOHR)
    .to_vec();
    let dihedral = Primitive::Dihedral([0, 1, 2, 3]);
    for model in [Model::Lindh, Model::Swart] {
        let across = model.prepare(&chain).force_constant(&dihedral, &x);
        let apart = model.prepare(&peroxide).force_constant(&dihedral, &x);
        assert!(across > 1.0 && across > 2.0 * apart, "{model:?}: {across} {apart}");
    }
}
