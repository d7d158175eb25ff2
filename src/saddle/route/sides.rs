//! What lies on both sides of a pass, and what that has to do with what was asked for. Structures are told apart by their atoms' numbers
//! too: a rearrangement may lead from a molecule to the same molecule with other atoms bonded.

use super::bonds::{bonds, reaction, smiles};
use super::course::Spent;
use super::error::RouteError;
use super::landscape::Landscape;
use super::stationary::Stationary;
use super::valley::Valley;
use crate::chem::symmetry::Correspondence;
use crate::conformers::similarity::{Compared, Hand, Similarity};
use crate::linalg::LinalgError;
use crate::optimize::Criteria;
use crate::saddle::path::align;
use crate::saddle::path::irc::{Irc, IrcSettings};

/// Two minima are the same within this distance (Å, root mean square over all atoms) and energy (kcal/mol).
const SAME_PLACE: f64 = 0.15;
const SAME_ENERGY: f64 = 0.1;

/// Both sides of a pass are one place within this distance (Å, atom by atom).
const ONE_PLACE: f64 = 0.1;

/// How a minimum found is related to one that was given.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Likeness {
    /// The same structure, or its mirror image.
    Same,
    /// The same bonds in another arrangement, higher by this much (kcal/mol).
    Conformer(f64),
    /// The same molecule with other atoms bonded.
    Renamed,
    /// Other bonds.
    Different,
}

impl Likeness {
    /// Of a minimum to a known one. `bonded_alike`: whether bonds are between the same atoms, or between those that stand for them.
    fn new(found: &Valley, known: &Valley, bonded_alike: bool) -> Self {
        let Ok(similarity) = Similarity::between(&known.molecule, &found.molecule, Compared::All) else {
            return Self::Different;
        };
        if !bonded_alike {
            return Self::Renamed;
        }
        let above = found.point.energy - known.point.energy;
        match similarity.best(&known.point.x, &found.point.x, Hand::Either) {
            Ok(Some(best)) if best.rmsd < SAME_PLACE && above.abs() < SAME_ENERGY => Self::Same,
            _ => Self::Conformer(above),
        }
    }

    /// Of two, the better is the greater.
    fn rank(self) -> usize {
        match self {
            Self::Same => 3,
            Self::Conformer(_) => 2,
            Self::Renamed => 1,
            Self::Different => 0,
        }
    }
}

/// What lies on both sides of a pass.
#[derive(Clone, Debug)]
pub struct Sides {
    /// The one that is more like the reactant first.
    pub valleys: [Valley; 2],
    /// What they are, beside reactant and product.
    pub likeness: [Likeness; 2],
    /// What they are, beside product and reactant.
    crosswise: [Likeness; 2],
    /// Whether they are two places at all.
    pub distinct: bool,
    /// Whether bonds break or form between reactant and product.
    pub reactive: bool,
    /// Whether reactant and product are one molecule with other atoms bonded.
    degenerate: bool,
    /// Down both sides, the reactant's side first.
    pub irc: Irc,
}

impl Sides {
    /// Of two minima, in the order of the path's branches, beside reactant and product.
    ///
    /// # Errors
    /// Coordinates that are not finite.
    pub fn new(ends: [&Valley; 2], valleys: [Valley; 2], irc: Irc) -> Result<Self, LinalgError> {
        let straight = beside(ends, [&valleys[0], &valleys[1]]);
        let crossed = beside(ends, [&valleys[1], &valleys[0]]);
        let rank = |likeness: [Likeness; 2]| likeness[0].rank() + likeness[1].rank();
        let apart = align::rmsd(&valleys[0].point.x, &valleys[1].point.x)?;
        let is_crossed = rank(crossed) > rank(straight);
        let [first, second] = valleys;
        let (likeness, valleys, irc) = match is_crossed {
            true => (crossed, [second, first], irc),
            false => (straight, [first, second], reversed(irc)),
        };
        let mut sides = Self {
            likeness,
            crosswise: likeness,
            distinct: apart > ONE_PLACE,
            reactive: false,
            degenerate: false,
            valleys,
            irc,
        };
        sides.relate(ends);
        Ok(sides)
    }

    /// Tells what they are beside another reactant and product.
    pub fn relate(&mut self, ends: [&Valley; 2]) {
        let valleys = [&self.valleys[0], &self.valleys[1]];
        self.reactive = !bonded_alike(ends[0], ends[1]);
        self.degenerate =
            self.reactive && Similarity::between(&ends[0].molecule, &ends[1].molecule, Compared::All).is_ok();
        self.crosswise = [0, 1].map(|k: usize| likeness_of(ends[1 - k], valleys[k]));
        self.likeness = beside(ends, valleys);
    }

    /// Whether a side is what was asked for there; where bonds break or form, any arrangement of it.
    #[must_use]
    pub fn is_end(&self, k: usize) -> bool {
        match self.likeness[k] {
            Likeness::Same => true,
            Likeness::Conformer(_) => self.reactive,
            Likeness::Renamed | Likeness::Different => false,
        }
    }

    /// Whether these are reactant and product, or, where their bonds differ, other arrangements of them.
    #[must_use]
    pub fn connect(&self) -> bool {
        self.distinct && self.is_end(0) && self.is_end(1)
    }

    /// The side that is an end, where the other one is a minimum between the ends: from there the way may go on. A conformer of an end is
    /// no step forward where bonds are to break or form.
    #[must_use]
    pub fn half_way(&self) -> Option<usize> {
        let is_between = |k: usize| {
            [self.likeness[k], self.crosswise[k]]
                .iter()
                .all(|likeness| match likeness {
                    Likeness::Same => false,
                    Likeness::Conformer(_) => !self.reactive,
                    Likeness::Renamed | Likeness::Different => true,
                })
        };
        (0..2).find(|&k| self.distinct && self.is_end(k) && is_between(1 - k))
    }

    /// Of two, the better is the greater.
    #[must_use]
    pub fn rank(&self) -> usize {
        let sum: usize = self.likeness.iter().map(|likeness| likeness.rank()).sum();
        sum + if self.connect() { 10 } else { 0 }
    }

    /// What a side is, in words.
    #[must_use]
    pub fn name(&self, k: usize) -> String {
        let what = |k: usize| ["reactant", "product"][k];
        let valley = &self.valleys[k];
        match (self.likeness[k], self.crosswise[k]) {
            (Likeness::Same, _) => what(k).to_owned(),
            (Likeness::Conformer(above), other) if self.reactive || other != Likeness::Same => {
                format!("a conformer of the {} ({above:+.2} kcal/mol)", what(k))
            }
            (_, Likeness::Same) => what(1 - k).to_owned(),
            (_, Likeness::Conformer(above)) => format!("a conformer of the {} ({above:+.2} kcal/mol)", what(1 - k)),
            (Likeness::Renamed, _) => {
                format!(
                    "the {}'s molecule with other atoms bonded ({})",
                    what(k),
                    smiles(&valley.molecule)
                )
            }
            _ => format!("another minimum ({})", smiles(&valley.molecule)),
        }
    }

    /// In words.
    #[must_use]
    pub fn words(&self) -> String {
        let molecule = &self.valleys[0].molecule;
        if !self.distinct {
            return format!("connects A to A ({})", smiles(molecule));
        }
        let names = [0, 1].map(|k| self.name(k));
        if names[0] == names[1] && bonds(molecule) == bonds(&self.valleys[1].molecule) {
            return format!(
                "connects A to A′: {} on both sides, with equivalent atoms exchanged or mirrored",
                names[0]
            );
        }
        let degenerate = match self.degenerate && self.connect() {
            true => ", A to A′: one molecule with other atoms bonded",
            false => "",
        };
        format!("connects {} and {}{degenerate}", names[0], names[1])
    }
}

/// What two minima are beside reactant and product. Where not the same atoms are bonded it may be that others stand for them, on both
/// sides alike: then it is an equivalent reaction.
fn beside(ends: [&Valley; 2], found: [&Valley; 2]) -> [Likeness; 2] {
    let reactions = [ends, found].map(|sides| reaction(sides.map(|valley| &valley.molecule)));
    let all_alike = matches!(&reactions, [Some(asked), Some(found)] if Correspondence::between(asked, found).is_ok());
    [0, 1].map(|k| Likeness::new(found[k], ends[k], all_alike || bonded_alike(found[k], ends[k])))
}

/// What a minimum is beside another one, by itself.
#[must_use]
pub fn likeness_of(known: &Valley, found: &Valley) -> Likeness {
    Likeness::new(found, known, bonded_alike(found, known))
}

fn bonded_alike(first: &Valley, second: &Valley) -> bool {
    bonds(&first.molecule) == bonds(&second.molecule)
}

/// A path whose profile begins with the first branch.
fn reversed(mut irc: Irc) -> Irc {
    irc.branches.swap(0, 1);
    irc
}

/// Down both ways from a saddle, and to the minima there: along the lowest mode first.
///
/// # Errors
/// Where the surface fails, or the energy does not fall.
pub fn both_sides(
    landscape: &dyn Landscape,
    saddle: &Stationary,
    settings: &IrcSettings,
    criteria: &Criteria,
    spent: &mut Spent,
) -> Result<(Irc, [Valley; 2]), RouteError> {
    let irc = saddle.irc(landscape, settings)?;
    spent.irc += irc.evaluations;
    spent.hessians += irc.hessian_evaluations;
    let valley = |k: usize| {
        let last = irc.branches[k].points.last();
        let end = last.map_or(&irc.saddle.x, |(_, point)| &point.x);
        Valley::below(landscape, end, criteria)
    };
    let valleys = [valley(0)?, valley(1)?];
    spent.irc += valleys[0].evaluations + valleys[1].evaluations;
    Ok((irc, valleys))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chem::{Atom, Bond, BondOrder, Element, Molecule};
    use crate::optimize::{Point, Stop};

    /// Hydrogen on one end or the other of two oxygens.
    fn hydroperoxyl(owner: usize, angle: f64) -> Valley {
        let atoms = ["O", "O", "H"].map(|s| Atom::new(Element::from_symbol(s).unwrap()));
        let bonds = [[0, 1], [owner, 2]].map(|[a, b]| Bond::new(a, b, BondOrder::Single));
        let direction = if owner == 0 { 1.0 } else { -1.0 };
        let (sine, cosine) = angle.to_radians().sin_cos();
        let x = vec![
            0.0,
            0.0,
            0.0,
            1.33,
            0.0,
            0.0,
            1.33 * owner as f64 + direction * 0.97 * cosine,
            0.97 * sine,
            0.0,
        ];
        Valley {
            molecule: Molecule::new(atoms.to_vec(), bonds.to_vec()).unwrap(),
            point: Point {
                energy: (angle - 105.0).abs(),
                gradient: vec![0.0; 9],
                x,
            },
            converged: true,
            stop: Stop::Converged,
            evaluations: 1,
        }
    }

    #[test]
    fn one_molecule_with_other_atoms_bonded_is_another_end() {
        let ends = [hydroperoxyl(0, 105.0), hydroperoxyl(1, 105.0)];
        let beside = |a: &Valley, b: &Valley| beside([&ends[0], &ends[1]], [a, b]);
        assert_eq!(beside(&ends[0], &ends[1]), [Likeness::Same; 2]);
        // The hydrogen has not moved over.
        assert_eq!(beside(&ends[0], &ends[0]), [Likeness::Same, Likeness::Renamed]);
        let bent = hydroperoxyl(1, 60.0);
        assert_eq!(beside(&ends[0], &bent), [Likeness::Same, Likeness::Conformer(45.0)]);
        assert_eq!(likeness_of(&ends[0], &bent), Likeness::Renamed);
        // Backwards it is the same reaction with the oxygens' names exchanged.
        assert_eq!(beside(&ends[1], &ends[0]), [Likeness::Same; 2]);
    }

    #[test]
    fn other_bonds_are_another_minimum() {
        let known = hydroperoxyl(0, 105.0);
        let mut apart = known.clone();
        apart.molecule = Molecule::new(known.molecule.atoms().to_vec(), Vec::new()).unwrap();
        assert_eq!(likeness_of(&known, &apart), Likeness::Different);
    }
}
