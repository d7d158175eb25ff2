//! Looks up the parameters of every interaction, step by step down the equivalences (parts I and V), and fills [`Terms`].

use super::Variant;
use super::classes::{Bonds, SmallRing, angle_class, angle_ring, stretch_bend_class, torsion_classes};
use super::drawing::Drawing;
use super::empirical_rules::{self as rules, Typed};
use super::parameters::{AtomType, Parameters, Role, VanDerWaalsType, centre_key, pair_key, torsion_key, triple_key};
use crate::forcefield::terms::Term;
use crate::forcefield::terms::angle::{CubicAngle, LinearAngle};
use crate::forcefield::terms::bond::QuarticBond;
use crate::forcefield::terms::out_of_plane::WilsonAngle;
use crate::forcefield::terms::stretch_bend::StretchBend;
use crate::forcefield::terms::torsion::ThreefoldTorsion;
use crate::forcefield::terms::van_der_waals::{Form, VanDerWaals};
use crate::forcefield::{Estimate, Terms, TypingError};

/// Levels of the angle search: full, then the ends' equivalents (the centre stays at level 2).
const ANGLE_LEVELS: [[usize; 3]; 5] = [[1, 1, 1], [2, 2, 2], [3, 2, 3], [4, 2, 4], [5, 2, 5]];
/// Levels of the out-of-plane search, for the ends and the centre.
const OUT_OF_PLANE_LEVELS: [[usize; 2]; 5] = [[1, 1], [2, 2], [3, 2], [4, 2], [5, 2]];
/// Levels of the torsion search: full, equivalents, one end a wildcard, the other, both.
const TORSION_LEVELS: [[usize; 4]; 5] = [[1, 1, 1, 1], [2, 2, 2, 2], [3, 2, 2, 5], [5, 2, 2, 3], [5, 2, 2, 5]];

/// Everything that a term's parameters depend on.
pub(super) struct Assembly<'a> {
    drawing: &'a Drawing<'a>,
    bonds: &'a Bonds,
    types: &'a [AtomType],
    parameters: &'a Parameters,
    variant: Variant,
    terms: Terms,
}

impl<'a> Assembly<'a> {
    pub(super) fn new(
        drawing: &'a Drawing<'a>,
        bonds: &'a Bonds,
        types: &'a [AtomType],
        parameters: &'a Parameters,
        variant: Variant,
    ) -> Self {
        let mut terms = Terms::new(variant.surface(), types.len());
        terms.atom_types = types.iter().map(ToString::to_string).collect();
        Self {
            drawing,
            bonds,
            types,
            parameters,
            variant,
            terms,
        }
    }

    /// All terms but the charges.
    ///
    /// # Errors
    /// A parameter that neither tables nor rules supply.
    pub(super) fn terms(mut self) -> Result<Terms, TypingError> {
        self.add_bonds()?;
        for centre in 0..self.types.len() {
            self.add_angles(centre)?;
            self.add_out_of_planes(centre);
        }
        for bond in 0..self.drawing.molecule().bonds().len() {
            self.add_torsions(bond)?;
        }
        self.terms.van_der_waals = self.van_der_waals()?;
        Ok(self.terms)
    }

    fn typed(&self, atom: usize) -> Option<Typed> {
        let property = self.parameters.property(self.types[atom])?;
        Some(Typed { property })
    }

    fn linear(&self, atom: usize) -> bool {
        self.parameters.property(self.types[atom]).is_some_and(|p| p.linear)
    }

    fn missing(&self, term: &'static str, atoms: &[usize], class: u8, missing: &str) -> TypingError {
        TypingError::NoParameter {
            surface: self.variant.surface(),
            term,
            atoms: atoms.to_vec(),
            types: self.type_names(class, atoms),
            missing: missing.to_owned(),
        }
    }

    fn type_names(&self, class: u8, atoms: &[usize]) -> String {
        let numbers: Vec<String> = atoms.iter().map(|&a| self.types[a].to_string()).collect();
        format!("{class} {}", numbers.join("-"))
    }

    fn note(&mut self, term: &'static str, atoms: &[usize], class: u8, rule: String) {
        let types = self.type_names(class, atoms);
        self.terms.estimates.push(Estimate {
            term,
            atoms: atoms.to_vec(),
            types,
            rule,
        });
    }

    fn add_bonds(&mut self) -> Result<(), TypingError> {
        for (index, bond) in self.drawing.molecule().bonds().iter().enumerate() {
            let class = self.bonds.class(index);
            let [i, j] = bond.atoms;
            let row = self
                .parameters
                .bonds
                .get(pair_key(class, self.types[i], self.types[j]).0);
            let [force_constant, length] = match row {
                Some(row) => row,
                None => self.bond_by_rule(index, class, [i, j])?,
            };
            self.terms.quartic_bonds.push(Term {
                atoms: [i, j],
                parameters: QuarticBond { force_constant, length },
            });
        }
        Ok(())
    }

    fn bond_by_rule(&mut self, bond: usize, class: u8, atoms: [usize; 2]) -> Result<[f64; 2], TypingError> {
        let ends = self.typed(atoms[0]).zip(self.typed(atoms[1]));
        let (order, aromatic) = (self.drawing.order(bond), self.bonds.aromatic(bond));
        let values = ends.and_then(|(i, j)| rules::bond(self.parameters, i, j, order, aromatic));
        let Some([kb, r0]) = values else {
            return Err(self.missing(
                "bond",
                &atoms,
                class,
                "the stretch rule lacks a radius or force constant for these elements",
            ));
        };
        let rule = format!("length rule and Badger's rule of part V: kb {kb:.3} md/Å, r0 {r0:.3} Å");
        self.note("bond", &atoms, class, rule);
        Ok([kb, r0])
    }

    fn add_angles(&mut self, j: usize) -> Result<(), TypingError> {
        let neighbors = self.drawing.molecule().neighbors(j);
        for (n, first) in neighbors.iter().enumerate() {
            for second in &neighbors[n + 1..] {
                self.add_angle([first.atom, j, second.atom], [first.bond, second.bond])?;
            }
        }
        Ok(())
    }

    fn add_angle(&mut self, atoms: [usize; 3], bonds: [usize; 2]) -> Result<(), TypingError> {
        let ring = angle_ring(self.drawing, atoms);
        let class = angle_class(ring, bonds.map(|b| self.bonds.class(b)));
        let lengths = bonds.map(|b| self.terms.quartic_bonds[b].parameters.length);
        let [force_constant, angle_degrees] = self.angle(atoms, class, ring, lengths)?;
        if self.linear(atoms[1]) {
            self.terms.linear_angles.push(Term {
                atoms,
                parameters: LinearAngle { force_constant },
            });
            return Ok(());
        }
        self.terms.cubic_angles.push(Term {
            atoms,
            parameters: CubicAngle {
                force_constant,
                angle_degrees,
            },
        });
        self.add_stretch_bend(atoms, bonds, class, lengths, angle_degrees)
    }

    /// Force constant and reference angle, by the five-step search and, where that gives none, by rule.
    fn angle(
        &mut self,
        atoms: [usize; 3],
        class: u8,
        ring: SmallRing,
        lengths: [f64; 2],
    ) -> Result<[f64; 2], TypingError> {
        let types = atoms.map(|a| self.types[a]);
        let at = |levels: [usize; 3]| {
            let [i, j, k] = [0, 1, 2].map(|n| self.parameters.equivalent(types[n], levels[n]));
            self.parameters.angles.get(triple_key(class, [i, j, k]).0)
        };
        let row = ANGLE_LEVELS.into_iter().find_map(at);
        if let Some([ka, theta0]) = row.filter(|row| row[0] != 0.0) {
            return Ok([ka, theta0]);
        }
        let Some(centre) = self.typed(atoms[1]) else {
            return Err(self.missing("angle", &atoms, class, "the centre's type has no properties"));
        };
        let theta0 = row.map_or_else(|| rules::reference_angle(centre.property, ring), |row| row[1]);
        let elements = atoms.map(|a| self.drawing.z(a));
        let Some(ka) = rules::angle_constant(self.parameters, elements, lengths, theta0, ring) else {
            return Err(self.missing(
                "angle",
                &atoms,
                class,
                "the bend rule has no factors for these elements",
            ));
        };
        let source = if row.is_some() { "the table" } else { "the bend rule" };
        let rule = format!("bend rule of part V: ka {ka:.3} md Å/rad², θ0 {theta0:.3}° from {source}");
        self.note("angle", &atoms, class, rule);
        Ok([ka, theta0])
    }

    fn add_stretch_bend(
        &mut self,
        atoms: [usize; 3],
        bonds: [usize; 2],
        angle_class: u8,
        lengths: [f64; 2],
        angle_degrees: f64,
    ) -> Result<(), TypingError> {
        let types = atoms.map(|a| self.types[a]);
        let first_class = self.bonds.class(bonds[0]);
        // The table reads i ≤ k, and between equal types the bond of type 1 first.
        let turned = types[0] > types[2] || (types[0] == types[2] && first_class < self.bonds.class(bonds[1]));
        let first_bond = self.bonds.class(bonds[usize::from(turned)]) == 1;
        let class = stretch_bend_class(angle_class, first_bond);
        let row = self.parameters.stretch_bends.get(triple_key(class, types).0);
        let constants = match row {
            Some([a, b]) if turned => Some([b, a]),
            Some(constants) => Some(constants),
            None => self.stretch_bend_by_rule(atoms, class),
        };
        let Some([force_constant_ij, force_constant_kj]) = constants else {
            return Err(self.missing("stretch_bend", &atoms, class, "the defaults do not hold these rows"));
        };
        if force_constant_ij != 0.0 || force_constant_kj != 0.0 {
            self.terms.stretch_bends.push(Term {
                atoms,
                parameters: StretchBend {
                    force_constant_ij,
                    force_constant_kj,
                    length_ij: lengths[0],
                    length_kj: lengths[1],
                    angle_degrees,
                },
            });
        }
        Ok(())
    }

    fn stretch_bend_by_rule(&mut self, atoms: [usize; 3], class: u8) -> Option<[f64; 2]> {
        let constants = rules::stretch_bend(self.parameters, atoms.map(|a| self.drawing.z(a)))?;
        let [ij, kj] = constants;
        let rule = format!("default of the periodic rows (part V): kIJK {ij:.3}, kKJI {kj:.3} md/rad");
        self.note("stretch_bend", &atoms, class, rule);
        Some(constants)
    }

    /// The three Wilson angles of a centre with three neighbours.
    fn add_out_of_planes(&mut self, j: usize) {
        let &[a, b, c] = self.drawing.molecule().neighbors(j) else {
            return;
        };
        let [a, b, c] = [a.atom, b.atom, c.atom];
        let force_constant = self.out_of_plane(j, [a, b, c]);
        if force_constant == 0.0 {
            return;
        }
        for atoms in [[a, j, b, c], [a, j, c, b], [b, j, c, a]] {
            self.terms.wilson_angles.push(Term {
                atoms,
                parameters: WilsonAngle { force_constant },
            });
        }
    }

    /// The constant of a centre; none where the table holds no row, not even with wildcards.
    fn out_of_plane(&self, j: usize, others: [usize; 3]) -> f64 {
        let p = self.parameters;
        let at = |[ends, centre]: [usize; 2]| {
            let others = others.map(|a| p.equivalent(self.types[a], ends));
            let key = centre_key(p.equivalent(self.types[j], centre), others);
            let own = if self.variant == Variant::Mmff94s {
                p.out_of_planes_s.get(key)
            } else {
                None
            };
            own.or_else(|| p.out_of_planes.get(key))
        };
        OUT_OF_PLANE_LEVELS.into_iter().find_map(at).unwrap_or(0.0)
    }

    /// All torsions about a bond. None about a bond of a linear centre, and none within a three-ring.
    fn add_torsions(&mut self, bond: usize) -> Result<(), TypingError> {
        let molecule = self.drawing.molecule();
        let [j, k] = molecule.bond(bond).atoms;
        if self.linear(j) || self.linear(k) {
            return Ok(());
        }
        for first in molecule.neighbors(j).iter().filter(|n| n.atom != k) {
            for last in molecule.neighbors(k).iter().filter(|n| n.atom != j) {
                let atoms = [first.atom, j, k, last.atom];
                if first.atom != last.atom {
                    self.add_torsion(atoms, [first.bond, bond, last.bond])?;
                }
            }
        }
        Ok(())
    }

    fn add_torsion(&mut self, atoms: [usize; 4], bonds: [usize; 3]) -> Result<(), TypingError> {
        let types = atoms.map(|a| self.types[a]);
        let classes = torsion_classes(self.drawing, self.bonds, atoms, types, bonds);
        let row = classes
            .into_iter()
            .flatten()
            .find_map(|class| self.torsion(class, types));
        let barriers = match row {
            Some(barriers) => barriers,
            None => self.torsion_by_rule(atoms, classes[0].unwrap_or(0), bonds[1])?,
        };
        if barriers != [0.0; 3] {
            self.terms.threefold_torsions.push(Term {
                atoms,
                parameters: ThreefoldTorsion { barriers },
            });
        }
        Ok(())
    }

    fn torsion(&self, class: u8, types: [AtomType; 4]) -> Option<[f64; 3]> {
        let p = self.parameters;
        // The third and fourth step put the wildcard on one end; which one comes first depends on the table's direction.
        let turned = (types[1], types[0]) > (types[2], types[3]);
        TORSION_LEVELS.into_iter().find_map(|mut levels| {
            if turned {
                levels.reverse();
            }
            let [i, j, k, l] = [0, 1, 2, 3].map(|n| p.equivalent(types[n], levels[n]));
            let key = torsion_key(class, [i, j, k, l]);
            let own = if self.variant == Variant::Mmff94s {
                p.torsions_s.get(key)
            } else {
                None
            };
            own.or_else(|| p.torsions.get(key))
        })
    }

    fn torsion_by_rule(&mut self, atoms: [usize; 4], class: u8, bond: usize) -> Result<[f64; 3], TypingError> {
        let [_, j, k, _] = atoms;
        let (order, aromatic) = (self.drawing.order(bond), self.bonds.aromatic(bond));
        let centres = self.typed(j).zip(self.typed(k));
        let found = centres.and_then(|(j, k)| rules::torsion(self.parameters, j, k, order, aromatic));
        let Some((letter, barriers)) = found else {
            return Err(self.missing(
                "torsion",
                &atoms,
                class,
                "the torsion rules have no factors for these elements",
            ));
        };
        let [v1, v2, v3] = barriers;
        let rule = format!("torsion rule ({letter}) of part V: V1 {v1:.3}, V2 {v2:.3}, V3 {v3:.3} kcal/mol");
        self.note("torsion", &atoms, class, rule);
        Ok(barriers)
    }

    /// Classes are the types that occur, in ascending order.
    fn van_der_waals(&self) -> Result<VanDerWaals, TypingError> {
        let mut present = self.types.to_vec();
        present.sort_unstable();
        present.dedup();
        let mut rows = Vec::with_capacity(present.len());
        for &t in &present {
            let Some(row) = self.parameters.van_der_waals[usize::from(t)] else {
                let atoms: Vec<usize> = self.types.iter().position(|&other| other == t).into_iter().collect();
                return Err(self.missing("van_der_waals", &atoms, 0, "the table has no row for this type"));
            };
            rows.push(row);
        }
        let classes = rows.len();
        let pairs = rows.iter().flat_map(|&i| rows.iter().map(move |&j| combine(i, j)));
        let (distance, depth) = pairs.unzip();
        Ok(VanDerWaals {
            form: Form::Buffered147,
            class: self
                .types
                .iter()
                .map(|t| present.binary_search(t).unwrap_or(0))
                .collect(),
            classes,
            distance,
            depth,
        })
    }
}

/// Distance and depth of a pair (part II): radii from polarizabilities, a cubic-like mean with B and β, Slater and Kirkwood's
/// well depth; the plain mean where a donor takes part, and a donor and an acceptor 0.8 as far and half as deep.
fn combine(i: VanDerWaalsType, j: VanDerWaalsType) -> (f64, f64) {
    const B: f64 = 0.2;
    const BETA: f64 = 12.0;
    const DONOR_ACCEPTOR_DISTANCE: f64 = 0.8;
    const DONOR_ACCEPTOR_DEPTH: f64 = 0.5;
    let radius = |t: VanDerWaalsType| t.a * t.polarizability.powf(0.25);
    let (r_i, r_j) = (radius(i), radius(j));
    let gamma = (r_i - r_j) / (r_i + r_j);
    let donor = i.role == Role::Donor || j.role == Role::Donor;
    let widening = if donor {
        0.0
    } else {
        B * (1.0 - (-BETA * gamma * gamma).exp())
    };
    let distance = 0.5 * (r_i + r_j) * (1.0 + widening);
    let screening = (i.polarizability / i.electrons).sqrt() + (j.polarizability / j.electrons).sqrt();
    let depth = 181.16 * i.g * j.g * i.polarizability * j.polarizability / (screening * distance.powi(6));
    match (i.role, j.role) {
        (Role::Donor, Role::Acceptor) | (Role::Acceptor, Role::Donor) => {
            (DONOR_ACCEPTOR_DISTANCE * distance, DONOR_ACCEPTOR_DEPTH * depth)
        }
        _ => (distance, depth),
    }
}
