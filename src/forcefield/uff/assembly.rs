//! The terms of a molecule from its types (Rappé 1992, section II B to F).

use super::parameters::{AtomType, Parameters};
use super::shape::{Shape, axial_neighbors, is_square_planar};
use super::typing::{self, Typed, is_metal, is_transition_metal};
use crate::chem::aromaticity::Aromaticity;
use crate::chem::hybridization::Hybridization;
use crate::chem::molecule::Neighbor;
use crate::chem::rings::Rings;
use crate::chem::{BondOrder, Element, Molecule};
use crate::forcefield::terms::angle::{CosineAngle, PeriodicAngle};
use crate::forcefield::terms::bond::HarmonicBond;
use crate::forcefield::terms::out_of_plane::Inversion;
use crate::forcefield::terms::torsion::CosineTorsion;
use crate::forcefield::terms::van_der_waals::{Form, VanDerWaals};
use crate::forcefield::terms::{Term, Terms};
use crate::forcefield::{Estimate, Surface, TypingError};

/// Types a molecule and assigns all its parameters. Needs bonds with orders (no `Aromatic` ones: kekulize first) and all hydrogens.
///
/// # Errors
/// An atom without type.
pub fn parametrize(molecule: &Molecule, parameters: &Parameters) -> Result<Terms, TypingError> {
    assemble(molecule, None, parameters)
}

/// As [`parametrize`], with coordinates (Å, length 3N) that decide which neighbours of a five-coordinate atom are axial and
/// whether four neighbours of a transition metal lie in a square.
///
/// # Errors
/// An atom without type.
pub fn parametrize_at(molecule: &Molecule, coordinates: &[f64], parameters: &Parameters) -> Result<Terms, TypingError> {
    let coordinates = (coordinates.len() == 3 * molecule.len()).then_some(coordinates);
    assemble(molecule, coordinates, parameters)
}

fn assemble(drawn: &Molecule, coordinates: Option<&[f64]>, parameters: &Parameters) -> Result<Terms, TypingError> {
    let molecule = &super::drawing::standard(drawn);
    let rings = Rings::smallest_set(molecule);
    let aromaticity = Aromaticity::perceive(molecule, &rings);
    let hybridization = Hybridization::of_all(molecule, &aromaticity);
    let mut terms = Terms::new(Surface::Uff, molecule.len());
    let types = typing::assign(molecule, &aromaticity, &hybridization, parameters, &mut terms.estimates)?;
    let assembly = Assembly {
        molecule,
        coordinates,
        parameters,
        rings,
        aromaticity,
        hybridization,
        types,
    };
    assembly.add_types(&mut terms);
    assembly.add_bonds(&mut terms);
    assembly.add_angles(&mut terms);
    assembly.add_torsions(&mut terms);
    assembly.add_inversions(&mut terms);
    terms.van_der_waals = assembly.van_der_waals();
    Ok(terms)
}

/// A typed molecule.
struct Assembly<'a> {
    molecule: &'a Molecule,
    coordinates: Option<&'a [f64]>,
    parameters: &'a Parameters,
    rings: Rings,
    aromaticity: Aromaticity,
    hybridization: Vec<Hybridization>,
    types: Vec<Typed>,
}

impl Assembly<'_> {
    fn of(&self, atom: usize) -> &AtomType {
        &self.parameters.types()[self.types[atom].index]
    }

    fn add_types(&self, terms: &mut Terms) {
        for (atom, label) in terms.atom_types.iter_mut().enumerate() {
            label.clone_from(&self.of(atom).label);
        }
    }

    // Bonds.

    fn add_bonds(&self, terms: &mut Terms) {
        for (index, bond) in self.molecule.bonds().iter().enumerate() {
            let [i, j] = bond.atoms;
            let length = self.bond_length(index);
            // Eq 6: k = 664.12 Zi Zj / r³.
            let charges = self.of(i).charge * self.of(j).charge;
            let force_constant = self.parameters.constants().force_constant * charges / length.powi(3);
            terms.harmonic_bonds.push(Term {
                atoms: [i, j],
                parameters: HarmonicBond { force_constant, length },
            });
        }
    }

    /// Natural bond length (eq 2): the radii, less the bond-order correction (eq 3: −λ (ri + rj) ln n), less the
    /// electronegativity correction (eq 4), whose sign in eq 2 is a misprint.
    fn bond_length(&self, bond: usize) -> f64 {
        let [i, j] = self.molecule.bond(bond).atoms;
        let (a, b) = (self.of(i), self.of(j));
        let (ri, rj) = (a.radius, b.radius);
        let bond_order = self.parameters.constants().bond_order_factor * (ri + rj) * self.bond_order(bond).ln();
        let root_difference = a.electronegativity.sqrt() - b.electronegativity.sqrt();
        let electronegativity =
            ri * rj * root_difference * root_difference / (a.electronegativity * ri + b.electronegativity * rj);
        ri + rj - bond_order - electronegativity
    }

    fn bond_order(&self, bond: usize) -> f64 {
        if self.aromaticity.is_aromatic_bond(bond) {
            return self.parameters.constants().aromatic_bond_order;
        }
        match self.molecule.bond(bond).order {
            BondOrder::Single if self.is_amide(bond) => self.parameters.constants().amide_bond_order,
            BondOrder::Dative => 1.0,
            order => order.value(),
        }
    }

    /// Whether a single bond is that of an amide: from an sp2 nitrogen to a carbonyl carbon.
    fn is_amide(&self, bond: usize) -> bool {
        let [i, j] = self.molecule.bond(bond).atoms;
        let is_amide = |nitrogen: usize, carbon: usize| {
            self.molecule.element(nitrogen) == Element::N
                && self.hybridization[nitrogen] == Hybridization::Sp2
                && self.molecule.element(carbon) == Element::C
                && self.molecule.neighbors(carbon).iter().any(|n| {
                    self.molecule.element(n.atom) == Element::O && self.molecule.bond(n.bond).order == BondOrder::Double
                })
        };
        is_amide(i, j) || is_amide(j, i)
    }

    // Angles.

    fn add_angles(&self, terms: &mut Terms) {
        for center in 0..self.molecule.len() {
            let shape = self.shape(center);
            let axial = match shape {
                Shape::Bipyramid { .. } => Some(self.axial(center, &mut terms.estimates)),
                _ => None,
            };
            let neighbors = self.molecule.neighbors(center);
            for (a, &first) in neighbors.iter().enumerate() {
                for (b, &second) in neighbors.iter().enumerate().skip(a + 1) {
                    let axials = axial.map_or(0, |axial| axial.iter().filter(|&&x| x == a || x == b).count());
                    self.add_angle([first, second], center, shape, axials, terms);
                }
            }
        }
    }

    fn shape(&self, atom: usize) -> Shape {
        if is_transition_metal(self.molecule.element(atom))
            && self
                .coordinates
                .is_some_and(|x| is_square_planar(self.molecule, atom, x))
        {
            return Shape::Fourfold;
        }
        Shape::of(
            self.molecule,
            atom,
            self.hybridization[atom],
            self.types[atom],
            self.of(atom),
        )
    }

    /// The axial neighbours of a five-coordinate atom; without coordinates a guess, which is noted.
    fn axial(&self, center: usize, estimates: &mut Vec<Estimate>) -> [usize; 2] {
        let axial = axial_neighbors(self.molecule, center, self.coordinates, |atom| {
            self.of(atom).electronegativity
        });
        if self.coordinates.is_none() {
            let [a, b] = axial.map(|position| self.molecule.neighbors(center)[position].atom);
            estimates.push(Estimate {
                term: "angle",
                atoms: vec![a, center, b],
                types: [a, center, b].map(|atom| self.of(atom).label.as_str()).join("-"),
                rule: "trigonal bipyramid without coordinates: the two most electronegative neighbours are axial"
                    .to_owned(),
            });
        }
        axial
    }

    /// One angle; `axials` of its two neighbours are axial (in a trigonal bipyramid).
    fn add_angle(&self, ends: [Neighbor; 2], center: usize, shape: Shape, axials: usize, terms: &mut Terms) {
        let own = self.of(center).angle_degrees;
        let atoms = [ends[0].atom, center, ends[1].atom];
        // Natural angle, and periodicity where the form is not the general one.
        let (degrees, periodicity) = match (shape, axials) {
            (Shape::General(degrees), _) => (degrees, None),
            (Shape::Linear, _) => (if self.types[center].exact { own } else { 180.0 }, Some(1)),
            (Shape::Trigonal, _) => match self.small_ring_angle(atoms) {
                Some(degrees) => (degrees, None),
                None => (if self.types[center].exact { own } else { 120.0 }, Some(3)),
            },
            // A tetrahedral type's own angle would soften a square plane.
            (Shape::Fourfold, _) => (if self.is_octahedral(center) { own } else { 90.0 }, Some(4)),
            (Shape::Bipyramid { own_angle: true }, 2) => (own, Some(2)),
            (Shape::Bipyramid { own_angle: true }, 1) => (own, None),
            (Shape::Bipyramid { own_angle: true }, _) => (own, Some(3)),
            (Shape::Bipyramid { own_angle: false }, 2) => (180.0, Some(1)),
            (Shape::Bipyramid { own_angle: false }, 1) => (90.0, Some(4)),
            (Shape::Bipyramid { own_angle: false }, _) => (120.0, Some(3)),
        };
        let force_constant = self.angle_force_constant(ends, degrees.to_radians());
        match periodicity {
            Some(n) => terms.periodic_angles.push(Term {
                atoms,
                parameters: PeriodicAngle::new(force_constant, n),
            }),
            None => terms.cosine_angles.push(Term {
                atoms,
                parameters: CosineAngle {
                    force_constant,
                    coefficients: cosine_coefficients(degrees.to_radians()),
                },
            }),
        }
    }

    fn is_octahedral(&self, atom: usize) -> bool {
        self.types[atom].exact && self.hybridization[atom] == Hybridization::Sp3d2
    }

    /// Natural angle (degrees) at a trigonal atom of a three- or four-membered ring, inside the ring and towards a
    /// substituent, where the threefold form would open the ring. After RDKit; not in the paper.
    fn small_ring_angle(&self, [i, j, k]: [usize; 3]) -> Option<f64> {
        let (size, inside, outside) = if self.rings.atom_in_size(j, 3) {
            (3, 60.0, 150.0)
        } else if self.rings.atom_in_size(j, 4) {
            (4, 90.0, 135.0)
        } else {
            return None;
        };
        match (self.rings.atom_in_size(i, size), self.rings.atom_in_size(k, size)) {
            (true, true) => Some(inside),
            (false, false) => None,
            _ => Some(outside),
        }
    }

    /// Force constant K of an angle (eq 13): 664.12 Zi Zk / rik⁵ [3 rij rjk (1 − cos²θ0) − rik² cos θ0].
    fn angle_force_constant(&self, ends: [Neighbor; 2], theta: f64) -> f64 {
        let [rij, rjk] = ends.map(|n| self.bond_length(n.bond));
        let charges = self.of(ends[0].atom).charge * self.of(ends[1].atom).charge;
        let cosine = theta.cos();
        let rik2 = rij * rij + rjk * rjk - 2.0 * rij * rjk * cosine;
        let bracket = 3.0 * rij * rjk * (1.0 - cosine * cosine) - rik2 * cosine;
        self.parameters.constants().force_constant * charges / (rik2 * rik2 * rik2.sqrt()) * bracket
    }

    // Torsions.

    fn add_torsions(&self, terms: &mut Terms) {
        for (index, bond) in self.molecule.bonds().iter().enumerate() {
            let [j, k] = bond.atoms;
            if !self.turns(j) || !self.turns(k) {
                continue;
            }
            let chains = self.chains(j, k);
            for &[i, l] in &chains {
                let torsion = self.torsion(index, self.is_sp2(i) || self.is_sp2(l));
                // The barrier is that of the whole bond, shared between its chains.
                let barrier = torsion.barrier / chains.len() as f64;
                terms.cosine_torsions.push(Term {
                    atoms: [i, j, k, l],
                    parameters: CosineTorsion::new(barrier, torsion.periodicity, torsion.cosine),
                });
            }
        }
    }

    /// Whether torsions about an atom's bonds have a barrier: sp2 and sp3 atoms without a triple bond. Not metals
    /// whose type was chosen by coordination number.
    fn turns(&self, atom: usize) -> bool {
        let neighbors = self.molecule.neighbors(atom);
        matches!(self.hybridization[atom], Hybridization::Sp2 | Hybridization::Sp3)
            && (self.types[atom].exact || !is_metal(self.molecule.element(atom)))
            && neighbors
                .iter()
                .all(|n| self.molecule.bond(n.bond).order != BondOrder::Triple)
    }

    fn is_sp2(&self, atom: usize) -> bool {
        self.hybridization[atom] == Hybridization::Sp2
    }

    /// The ends of all chains i–j–k–l about a bond j–k, three-membered rings left out.
    fn chains(&self, j: usize, k: usize) -> Vec<[usize; 2]> {
        let starts = self.molecule.neighbors(j).iter().map(|n| n.atom).filter(|&i| i != k);
        starts
            .flat_map(|i| {
                let ends = self.molecule.neighbors(k).iter().map(|n| n.atom);
                ends.filter(move |&l| l != j && l != i).map(move |l| [i, l])
            })
            .collect()
    }

    /// The torsion about a bond (section II D), before it is shared between its chains. `sp2_end` tells whether one of
    /// the chain's end atoms is sp2.
    fn torsion(&self, bond: usize, sp2_end: bool) -> Torsion {
        let [j, k] = self.molecule.bond(bond).atoms;
        let [chalcogen_j, chalcogen_k] = [j, k].map(|atom| is_chalcogen(self.molecule.element(atom)));
        let order = self.bond_order(bond);
        let single = order == 1.0;
        match (self.is_sp2(j), self.is_sp2(k)) {
            // Two group-16 atoms, φ0 = 90° (text below eq 16).
            (false, false) if single && chalcogen_j && chalcogen_k => {
                let [vj, vk] = [j, k].map(|a| {
                    if self.molecule.element(a) == Element::O {
                        2.0
                    } else {
                        6.8
                    }
                });
                Torsion::new(f64::sqrt(vj * vk), 2, -1.0)
            }
            // Eq 16, φ0 = 60° or 180°.
            (false, false) => Torsion::new((self.of(j).torsion_sp3 * self.of(k).torsion_sp3).sqrt(), 3, -1.0),
            // Eq 17, φ0 = 180°.
            (true, true) => Torsion::new(self.eq17(j, k, order), 2, 1.0),
            // A group-16 sp3 atom beside an sp2 atom of another group: eq 17, φ0 = 90°.
            (sp2_j, _)
                if single
                    && (if sp2_j {
                        chalcogen_k && !chalcogen_j
                    } else {
                        chalcogen_j && !chalcogen_k
                    }) =>
            {
                Torsion::new(self.eq17(j, k, order), 2, -1.0)
            }
            // sp3 beside an sp2 atom with an sp2 neighbour, as in propene.
            _ if single && sp2_end => Torsion::new(2.0, 3, -1.0),
            _ => Torsion::new(1.0, 6, 1.0),
        }
    }

    /// Barrier between sp2 atoms (eq 17): 5 √(Uj Uk) (1 + 4.18 ln n).
    fn eq17(&self, j: usize, k: usize, order: f64) -> f64 {
        let product = self.of(j).torsion_sp2 * self.of(k).torsion_sp2;
        5.0 * product.sqrt() * (1.0 + 4.18 * order.ln())
    }

    // Inversions.

    fn add_inversions(&self, terms: &mut Terms) {
        for center in 0..self.molecule.len() {
            let &[a, b, c] = self.molecule.neighbors(center) else {
                continue;
            };
            let Some(parameters) = self.inversion(center) else {
                continue;
            };
            let [a, b, c] = [a, b, c].map(|n| n.atom);
            for atoms in [[a, center, b, c], [a, center, c, b], [b, center, c, a]] {
                terms.inversions.push(Term { atoms, parameters });
            }
        }
    }

    /// The inversion at a three-coordinate atom (section II E): a third of the barrier for each of its three bonds.
    fn inversion(&self, center: usize) -> Option<Inversion> {
        let element = self.molecule.element(center);
        match element.atomic_number() {
            6..=8 if self.is_sp2(center) => {
                let carbonyl = element == Element::C
                    && self
                        .molecule
                        .neighbors(center)
                        .iter()
                        .any(|n| self.molecule.element(n.atom) == Element::O && self.is_sp2(n.atom));
                Some(Inversion {
                    force_constant: if carbonyl { 50.0 } else { 6.0 } / 3.0,
                    coefficients: [1.0, -1.0, 0.0],
                })
            }
            15 => Some(pyramidal_inversion(84.4339)),
            33 => Some(pyramidal_inversion(86.9735)),
            51 => Some(pyramidal_inversion(87.7047)),
            83 => Some(pyramidal_inversion(90.0)),
            _ => None,
        }
    }

    // Van der Waals.

    /// Van der Waals parameters with geometric combination (eqs 21b and 22), by distinct pair of distance and depth.
    fn van_der_waals(&self) -> VanDerWaals {
        let mut class_of_type = vec![usize::MAX; self.parameters.types().len()];
        let mut figures: Vec<(f64, f64)> = Vec::new();
        let mut class = Vec::with_capacity(self.molecule.len());
        for typed in &self.types {
            let known = &mut class_of_type[typed.index];
            if *known == usize::MAX {
                let atom_type = &self.parameters.types()[typed.index];
                let figure = (atom_type.distance, atom_type.depth);
                *known = figures.iter().position(|&f| f == figure).unwrap_or_else(|| {
                    figures.push(figure);
                    figures.len() - 1
                });
            }
            class.push(*known);
        }
        let pairs = || figures.iter().flat_map(|&f| figures.iter().map(move |&g| (f, g)));
        VanDerWaals {
            form: Form::LennardJones,
            class,
            classes: figures.len(),
            distance: pairs().map(|(f, g)| (f.0 * g.0).sqrt()).collect(),
            depth: pairs().map(|(f, g)| (f.1 * g.1).sqrt()).collect(),
        }
    }
}

/// A torsion before it is shared between its chains.
struct Torsion {
    barrier: f64,
    periodicity: u8,
    /// cos nφ0.
    cosine: f64,
}

impl Torsion {
    fn new(barrier: f64, periodicity: u8, cosine: f64) -> Self {
        Self {
            barrier,
            periodicity,
            cosine,
        }
    }
}

fn is_chalcogen(element: Element) -> bool {
    matches!(element.atomic_number(), 8 | 16 | 34 | 52 | 84)
}

/// Coefficients of the general angle form (eq 12): C2 = 1/(4 sin²θ0), C1 = −4 C2 cos θ0, C0 = C2 (2 cos²θ0 + 1).
fn cosine_coefficients(theta: f64) -> [f64; 3] {
    let (sine, cosine) = theta.sin_cos();
    let c2 = 0.25 / (sine * sine).max(1e-8);
    [c2 * (2.0 * cosine * cosine + 1.0), -4.0 * c2 * cosine, c2]
}

/// Inversion of a group-15 atom with minima at ω0 and a barrier of 22 kcal/mol (section II E, after RDKit, as the paper
/// gives no coefficients): C2 = 1, C1 = −4 cos ω0, C0 such that the energy at ω0 is 0.
fn pyramidal_inversion(omega_degrees: f64) -> Inversion {
    let cosine = omega_degrees.to_radians().cos();
    let c1 = -4.0 * cosine;
    let c0 = -(c1 * cosine + 2.0 * cosine * cosine - 1.0);
    Inversion {
        force_constant: 22.0 / (c0 + c1 + 1.0) / 3.0,
        coefficients: [c0, c1, 1.0],
    }
}
