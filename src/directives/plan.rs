//! Directives applied to a molecule.

use super::{Atoms, Coordinate, Directive, DirectiveError, Directives, Extent, Pick, Place, Stiffness};
use crate::chem::Molecule;
use crate::coordinates::{Constraint, Primitive};
use crate::potential::restraint::{Shape, Subject};
use crate::potential::wall::Enclosure;
use crate::potential::{Bias, Mask, Restraint, Wall};

/// Room between the outermost atom and a wall that is placed by itself, Å (about 3.5 bohr, what xtb takes).
const AUTO_ROOM: f64 = 1.85;

/// A scanned coordinate and its values, Å or radian.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// The coordinate.
    pub primitive: Primitive,
    /// Its values in their order.
    pub values: Vec<f64>,
}

/// What is to be done with one molecule.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Frozen atoms at their places.
    pub mask: Mask,
    /// What is held exactly.
    pub constraints: Vec<Constraint>,
    /// Restraints and walls.
    pub bias: Bias,
    /// What is scanned.
    pub axes: Vec<Axis>,
}

impl Plan {
    /// Whether nothing is wanted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.mask.is_empty() && self.constraints.is_empty() && self.bias.is_empty() && self.axes.is_empty()
    }
}

impl Directives {
    /// Applies to a molecule at `x` (Å), whose values stand for those that were not given.
    ///
    /// # Errors
    /// Where an atom is not in the molecule, or something frozen is to be moved.
    pub fn plan(&self, molecule: &Molecule, x: &[f64]) -> Result<Plan, DirectiveError> {
        let mut frozen = Vec::new();
        for directive in &self.list {
            if let Directive::Freeze(atoms) = directive {
                frozen.extend(picked(atoms, molecule)?);
            }
        }
        let mut planner = Planner {
            molecule,
            x,
            plan: Plan {
                mask: Mask::new(&frozen, x),
                ..Plan::default()
            },
        };
        // Scans first: what they drive is not held anywhere else.
        let (scans, others): (Vec<_>, Vec<_>) = self.list.iter().partition(|d| matches!(d, Directive::Scan(..)));
        for directive in scans.into_iter().chain(others) {
            planner.add(directive)?;
        }
        Ok(planner.plan)
    }
}

struct Planner<'a> {
    molecule: &'a Molecule,
    x: &'a [f64],
    plan: Plan,
}

/// The atoms of picks, ascending, each once.
fn picked(atoms: &Atoms, molecule: &Molecule) -> Result<Vec<usize>, DirectiveError> {
    let mut found = Vec::new();
    for (pick, place) in atoms {
        match *pick {
            Pick::All => found.extend(0..molecule.len()),
            Pick::Element(element) => found.extend((0..molecule.len()).filter(|&a| molecule.element(a) == element)),
            Pick::Range(first, last) => {
                in_molecule(last, molecule, place)?;
                found.extend(first..=last);
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

fn in_molecule(atom: usize, molecule: &Molecule, place: &Place) -> Result<(), DirectiveError> {
    if atom < molecule.len() {
        return Ok(());
    }
    Err(DirectiveError {
        place: place.clone(),
        found: format!("atom {}", atom + 1),
        expected: format!("one of the molecule's {} atoms", molecule.len()),
    })
}

impl Planner<'_> {
    fn add(&mut self, directive: &Directive) -> Result<(), DirectiveError> {
        match directive {
            Directive::Freeze(_) => {}
            Directive::HoldComponents(atoms, axes) => {
                for atom in picked(atoms, self.molecule)? {
                    for axis in (0..3u8).filter(|&a| axes[usize::from(a)]) {
                        self.hold(Constraint::hold(Primitive::Cartesian { atom, axis }));
                    }
                }
            }
            Directive::Hold(coordinate, target) => {
                self.check(coordinate, target.is_some())?;
                let primitive = coordinate.primitive.clone();
                self.hold(Constraint {
                    primitive,
                    target: *target,
                });
            }
            Directive::Scan(coordinate, values) => {
                self.check(coordinate, true)?;
                self.plan.axes.push(Axis {
                    primitive: coordinate.primitive.clone(),
                    values: values.clone(),
                });
            }
            Directive::Restrain(coordinate, target, stiffness) => {
                self.check(coordinate, false)?;
                self.restrain(&coordinate.primitive, *target, *stiffness);
            }
            Directive::RestrainPlaces(atoms, stiffness) => {
                for atom in picked(atoms, self.molecule)? {
                    let place = [0, 1, 2].map(|axis| self.x[3 * atom + axis]);
                    self.draw(Subject::Position(atom, place), 0.0, shape(*stiffness, false));
                }
            }
            Directive::RestrainShape(atoms, stiffness) => {
                let atoms = picked(atoms, self.molecule)?;
                for (count, &j) in atoms.iter().enumerate() {
                    for &i in &atoms[..count] {
                        self.restrain(&Primitive::Stretch([i, j]), None, *stiffness);
                    }
                }
            }
            Directive::Wall(extent, rise, atoms) => {
                let atoms = picked(atoms, self.molecule)?;
                let enclosure = self.enclosure(*extent, &atoms);
                self.plan.bias.walls.push(Wall {
                    enclosure,
                    rise: *rise,
                    atoms,
                });
            }
        }
        Ok(())
    }

    fn check(&self, coordinate: &Coordinate, is_driven: bool) -> Result<(), DirectiveError> {
        let atoms = coordinate.primitive.atoms();
        for &atom in atoms {
            in_molecule(atom, self.molecule, &coordinate.place)?;
        }
        if is_driven && atoms.iter().all(|&atom| self.plan.mask.holds(atom)) {
            return Err(DirectiveError {
                place: coordinate.place.clone(),
                found: format!("the {} of frozen atoms", coordinate.primitive),
                expected: "at least one atom that may move".to_owned(),
            });
        }
        Ok(())
    }

    /// A coordinate that is scanned, or cannot change anyway, needs no holding.
    fn hold(&mut self, constraint: Constraint) {
        let primitive = &constraint.primitive;
        let scanned = self.plan.axes.iter().any(|axis| axis.primitive == *primitive);
        let frozen = primitive.atoms().iter().all(|&atom| self.plan.mask.holds(atom));
        if !scanned && !frozen {
            // The last word on a coordinate counts.
            self.plan.constraints.retain(|other| other.primitive != *primitive);
            self.plan.constraints.push(constraint);
        }
    }

    fn restrain(&mut self, primitive: &Primitive, target: Option<f64>, stiffness: Stiffness) {
        let subject = match *primitive {
            Primitive::Stretch(atoms) => Subject::Distance(atoms),
            Primitive::Bend(atoms) => Subject::Angle(atoms),
            Primitive::Dihedral(atoms) => Subject::Dihedral(atoms),
            // No grammar gives restraints on others.
            _ => return,
        };
        let target = target.unwrap_or_else(|| primitive.value(self.x));
        self.draw(subject, target, shape(stiffness, primitive.is_periodic()));
    }

    fn draw(&mut self, subject: Subject, target: f64, shape: Shape) {
        self.plan.bias.restraints.push(Restraint { subject, target, shape });
    }

    fn enclosure(&self, extent: Extent, atoms: &[usize]) -> Enclosure {
        let mut centre = [0.0; 3];
        for &atom in atoms {
            for (sum, x) in centre.iter_mut().zip(&self.x[3 * atom..]) {
                *sum += x / atoms.len() as f64;
            }
        }
        match extent {
            Extent::Cuboid(edges) => Enclosure::Cuboid {
                centre,
                half_edges: edges.map(|edge| 0.5 * edge),
            },
            Extent::Sphere(radius) => {
                let reach = |&atom: &usize| -> f64 {
                    (0..3)
                        .map(|a| (self.x[3 * atom + a] - centre[a]).powi(2))
                        .sum::<f64>()
                        .sqrt()
                };
                let outermost = atoms.iter().map(reach).fold(0.0, f64::max);
                Enclosure::Sphere {
                    centre,
                    radius: radius.unwrap_or(outermost + AUTO_ROOM),
                }
            }
        }
    }
}

/// A harmonic restraint of a dihedral is made of a cosine, since a parabola has a kink half a turn away.
fn shape(stiffness: Stiffness, is_periodic: bool) -> Shape {
    let Stiffness { strength, half_width } = stiffness;
    match (half_width > 0.0, is_periodic) {
        (true, _) => Shape::flat_bottomed(strength, half_width),
        (false, true) => Shape::Cosine { strength },
        (false, false) => Shape::Harmonic { strength },
    }
}
