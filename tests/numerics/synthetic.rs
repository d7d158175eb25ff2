//! A molecule with every kind of term, with made-up parameters: what counts here is calculus, not chemistry.

use rand::rngs::ChaCha8Rng as Random;
use rand::{RngExt, SeedableRng};
use std::sync::Arc;
use thalweg::chem::{Atom, Bond, BondOrder, Element, Molecule};
use thalweg::forcefield::terms::angle::{CosineAngle, CubicAngle, LinearAngle, PeriodicAngle};
use thalweg::forcefield::terms::bond::{HarmonicBond, QuarticBond};
use thalweg::forcefield::terms::out_of_plane::{Inversion, WilsonAngle};
use thalweg::forcefield::terms::stretch_bend::StretchBend;
use thalweg::forcefield::terms::torsion::{CosineTorsion, ThreefoldTorsion};
use thalweg::forcefield::terms::van_der_waals::{Form, VanDerWaals};
use thalweg::forcefield::terms::{Term, Terms};
use thalweg::forcefield::{ForceField, Options, Surface};

/// A branched chain: backbone atoms on a jagged helix, each with one side atom; every third backbone atom has two.
pub fn molecule(backbone: usize) -> (Molecule, Vec<f64>) {
    let mut random = Random::seed_from_u64(7);
    let (mut atoms, mut bonds, mut x) = (Vec::new(), Vec::new(), Vec::new());
    let mut previous = None;
    for k in 0..backbone {
        let t = k as f64;
        let center = [1.3 * t, 1.1 * (1.9 * t).cos(), 1.1 * (1.9 * t).sin()];
        let index = atoms.len();
        atoms.push(Atom::new(Element::C));
        x.extend(center.map(|c| c + random.random_range(-0.1..0.1)));
        if let Some(p) = previous {
            bonds.push(Bond::new(p, index, BondOrder::Single));
        }
        previous = Some(index);
        for side in 0..=usize::from(k % 3 == 0) {
            let sign = 1.0 - 2.0 * side as f64;
            atoms.push(Atom::new(Element::H));
            bonds.push(Bond::new(index, atoms.len() - 1, BondOrder::Single));
            let offset = [
                0.4 * sign,
                0.8 * (1.9 * t + 0.9 * sign).cos(),
                0.8 * (1.9 * t + 0.9 * sign).sin(),
            ];
            x.extend((0..3).map(|a| center[a] + offset[a] + random.random_range(-0.1..0.1)));
        }
    }
    (Molecule::new(atoms, bonds).unwrap(), x)
}

/// All terms between bonded atoms, of both force fields at once.
pub fn terms(molecule: &Molecule, form: Form) -> Terms {
    let mut random = Random::seed_from_u64(11);
    let mut terms = Terms::new(Surface::Mmff94, molecule.len());
    let mut k = |low: f64, high: f64| random.random_range(low..high);
    for bond in molecule.bonds() {
        let atoms = bond.atoms;
        terms.quartic_bonds.push(Term {
            atoms,
            parameters: QuarticBond {
                force_constant: k(3.0, 6.0),
                length: k(1.0, 1.5),
            },
        });
        terms.harmonic_bonds.push(Term {
            atoms,
            parameters: HarmonicBond {
                force_constant: k(300.0, 600.0),
                length: k(1.0, 1.5),
            },
        });
    }
    for j in 0..molecule.len() {
        let near: Vec<usize> = molecule.neighbors(j).iter().map(|n| n.atom).collect();
        for a in 0..near.len() {
            for b in 0..a {
                angle_terms(&mut terms, [near[a], j, near[b]], &mut k);
            }
        }
        if near.len() == 3 {
            for (i, c, l) in [(0, 1, 2), (1, 2, 0), (2, 0, 1)] {
                let atoms = [near[i], j, near[c], near[l]];
                terms.wilson_angles.push(Term {
                    atoms,
                    parameters: WilsonAngle {
                        force_constant: k(0.01, 0.1),
                    },
                });
                let coefficients = [k(0.5, 1.5), -k(0.5, 1.0), k(0.0, 0.3)];
                let parameters = Inversion {
                    force_constant: k(1.0, 6.0),
                    coefficients,
                };
                terms.inversions.push(Term { atoms, parameters });
            }
        }
    }
    for bond in molecule.bonds() {
        let [b, c] = bond.atoms;
        for i in molecule.neighbors(b).iter().filter(|n| n.atom != c) {
            for l in molecule.neighbors(c).iter().filter(|n| n.atom != b && n.atom != i.atom) {
                let atoms = [i.atom, b, c, l.atom];
                let barriers = [k(-1.0, 1.0), k(-2.0, 2.0), k(-0.5, 0.5)];
                terms.threefold_torsions.push(Term {
                    atoms,
                    parameters: ThreefoldTorsion { barriers },
                });
                let n = 1 + (i.atom + l.atom) as u8 % 6;
                let sign = if (i.atom + b).is_multiple_of(2) { 1.0 } else { -1.0 };
                terms.cosine_torsions.push(Term {
                    atoms,
                    parameters: CosineTorsion::new(k(0.5, 3.0), n, sign),
                });
            }
        }
    }
    terms.charges = (0..molecule.len()).map(|_| k(-0.4, 0.4)).collect();
    terms.van_der_waals = van_der_waals(molecule, form);
    terms
}

fn angle_terms(terms: &mut Terms, atoms: [usize; 3], k: &mut impl FnMut(f64, f64) -> f64) {
    let angle_degrees = k(95.0, 125.0);
    terms.cubic_angles.push(Term {
        atoms,
        parameters: CubicAngle {
            force_constant: k(0.3, 1.0),
            angle_degrees,
        },
    });
    if atoms[0].is_multiple_of(2) {
        let parameters = StretchBend {
            force_constant_ij: k(-0.3, 0.3),
            force_constant_kj: k(-0.3, 0.3),
            length_ij: k(1.0, 1.5),
            length_kj: k(1.0, 1.5),
            angle_degrees,
        };
        terms.stretch_bends.push(Term { atoms, parameters });
    }
    terms.linear_angles.push(Term {
        atoms,
        parameters: LinearAngle {
            force_constant: k(0.1, 0.4),
        },
    });
    let coefficients = [k(0.0, 1.0), k(-1.0, 1.0), k(-1.0, 1.0)];
    terms.cosine_angles.push(Term {
        atoms,
        parameters: CosineAngle {
            force_constant: k(50.0, 100.0),
            coefficients,
        },
    });
    let n = 1 + atoms[2] as u8 % 4;
    terms.periodic_angles.push(Term {
        atoms,
        parameters: PeriodicAngle::new(k(50.0, 100.0), n),
    });
}

fn van_der_waals(molecule: &Molecule, form: Form) -> VanDerWaals {
    let class = molecule
        .atoms()
        .iter()
        .map(|a| usize::from(a.element == Element::C))
        .collect();
    VanDerWaals {
        form,
        class,
        classes: 2,
        distance: vec![2.2, 2.6, 2.6, 3.2],
        depth: vec![0.02, 0.04, 0.04, 0.08],
    }
}

/// The force field of the synthetic molecule.
pub fn field(molecule: &Molecule, form: Form, options: Options) -> Arc<ForceField> {
    ForceField::new(molecule, terms(molecule, form), options)
}
