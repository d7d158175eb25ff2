//! Bonds that are breaking or forming: which they are, and what the guess of the curvature makes of them.

use crate::chem::{Bond, BondOrder, Molecule};
use crate::coordinates::Primitive;
use crate::hessian::ModelHessian;
use crate::hessian::model::Species;
use crate::units::{ANGSTROM_PER_BOHR, KCAL_MOL_ANGSTROM2_PER_HARTREE_BOHR2};

/// Å beyond the covalent radii from where on a bond is loose, and up to where two atoms are taken to be tied to each other at all.
const LOOSE: f64 = 0.2;
const LOOSEST: f64 = 0.6;
/// The same for two neighbours of one atom, which are near each other in every small ring.
const LOOSEST_GEMINAL: f64 = 0.35;

/// Exponent of Morse's curve (P. M. Morse, Phys. Rev. 34, 57 (1929)), Å⁻¹: the usual one of bonds between light atoms. Its repulsive
/// part alone, which falls off with twice that, is the guess: what the attractive part takes away makes the reaction coordinate's
/// curvature negative, and along which combination of bonds it does is left to the surface to tell.
const EXPONENT: f64 = 2.0;

/// Least stiffness of a loose bond, as a fraction of the whole bond's.
const SOFTEST: f64 = 0.05;

/// The molecule with a bond wherever two atoms are near enough to be tied to each other.
#[must_use]
pub fn tied(molecule: &Molecule, x: &[f64]) -> Molecule {
    let n = molecule.len();
    let excess = |i: usize, j: usize| {
        distance(x, i, j) - molecule.element(i).covalent_radius() - molecule.element(j).covalent_radius()
    };
    let firm = |i: usize, j: usize| excess(i, j) <= LOOSE;
    let mut bonds = Vec::new();
    for i in 0..n {
        for j in 0..i {
            let geminal = (0..n).any(|k| k != i && k != j && firm(i, k) && firm(j, k));
            let longest = if geminal { LOOSEST_GEMINAL } else { LOOSEST };
            if excess(i, j) <= longest || molecule.bond_between(i, j).is_some() {
                bonds.push(Bond::new(j, i, BondOrder::Single));
            }
        }
    }
    Molecule::new(molecule.atoms().to_vec(), bonds).unwrap_or_else(|_| molecule.clone())
}

/// A model Hessian in which loose bonds are soft.
#[derive(Debug)]
pub struct Softened(pub Box<dyn ModelHessian>);

impl Softened {
    /// The atoms of a loose bond, and how long it is beyond the covalent radii, Å.
    fn loose(&self, primitive: &Primitive, x: &[f64]) -> Option<([usize; 2], f64)> {
        let &Primitive::Stretch([i, j]) = primitive else {
            return None;
        };
        let covalent = self.0.species().covalent(i, j) * ANGSTROM_PER_BOHR;
        let excess = distance(x, i, j) - covalent;
        (self.0.species().bonded(i, j) && excess > LOOSE).then_some(([i, j], excess))
    }

    /// The stiffness of a bond of the covalent length, kcal/mol/Å²: about what Badger's rule gives for light elements.
    fn whole([i, j]: [usize; 2], species: &Species) -> f64 {
        let rows = [species.row(i), species.row(j)];
        let stiffness = match (rows[0].min(rows[1]), rows[0].max(rows[1])) {
            (0, 1..) => 0.33,
            (_, 0 | 1) => 0.35,
            _ => 0.2,
        };
        stiffness * KCAL_MOL_ANGSTROM2_PER_HARTREE_BOHR2
    }
}

impl ModelHessian for Softened {
    fn species(&self) -> &Species {
        self.0.species()
    }
    fn stretch(&self, atoms: [usize; 2], x: &[f64]) -> f64 {
        self.0.stretch(atoms, x)
    }
    fn bend(&self, atoms: [usize; 3], x: &[f64]) -> f64 {
        self.0.bend(atoms, x)
    }
    fn dihedral(&self, atoms: [usize; 4], x: &[f64]) -> f64 {
        self.0.dihedral(atoms, x)
    }
    fn out_of_plane(&self, atoms: [usize; 4], x: &[f64]) -> f64 {
        self.0.out_of_plane(atoms, x)
    }

    fn force_constant(&self, primitive: &Primitive, x: &[f64]) -> f64 {
        match self.loose(primitive, x) {
            Some((atoms, excess)) => {
                Self::whole(atoms, self.0.species()) * (-2.0 * EXPONENT * excess).exp().max(SOFTEST)
            }
            None => self.0.force_constant(primitive, x),
        }
    }
}

fn distance(x: &[f64], i: usize, j: usize) -> f64 {
    Primitive::Stretch([i, j]).value(x)
}
