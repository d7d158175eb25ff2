//! Stereogenic centres and double bonds, and their configuration from coordinates or from drawn marks.
//!
//! Which atoms are alike is decided by refinement of neighbourhoods (H. L. Morgan, J. Chem. Doc. 1965, 5, 107) on elements
//! and isotopes alone, so that resonance drawings don't matter (the two oxygens of a sulfonate are alike). Limits of
//! this: hydrogens must be explicit; atoms in highly regular graphs may count as alike that are not. A centre whose ligands differ in
//! their configuration only is found where both are parts of one ring (1,4-dimethylcyclohexane), or have something stereogenic inside
//! (the middle carbon of ribitol). Axes and planes of chirality (allenes, biaryls) are not looked for.
//! Configurations refer to the atoms' numbers, not to priorities: they serve to compare two geometries of one molecule.

use super::canonical;
use super::rings::Rings;
use super::{BondMark, BondOrder, Element, Molecule};

/// Smallest ring in which a double bond can be trans.
const SMALLEST_TRANS_RING: usize = 8;
/// Volume of three unit vectors below which a centre is flat (an ideal tetrahedron has 0.77).
const FLAT: f64 = 0.1;
/// Cosine of the dihedral below which a double bond is neither cis nor trans (80° to 100°).
const PERPENDICULAR: f64 = 0.17;
/// Depth of a wedge in a flat drawing, for bonds of unit length.
const WEDGE: f64 = 0.7;

/// A stereogenic centre.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Center {
    /// The central atom.
    pub atom: usize,
    /// Its three or four neighbours, ascending; a lone pair or an undrawn hydrogen counts as the last.
    pub neighbors: Vec<usize>,
}

/// A stereogenic double bond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StereoBond {
    /// Number of the bond.
    pub bond: usize,
    /// Its atoms.
    pub atoms: [usize; 2],
    /// For each of the atoms its lowest-numbered other neighbour, which cis and trans refer to.
    pub references: [usize; 2],
}

/// Configuration of a centre: the turn of its later neighbours, seen from the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Parity {
    /// With the clock.
    Clockwise,
    /// Against the clock.
    Anticlockwise,
}

/// Configuration of a double bond: on which side the references are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The references are on one side.
    Cis,
    /// The references are on opposite sides.
    Trans,
}

/// All that is stereogenic in a molecule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stereo {
    /// Centres, by atom.
    pub centers: Vec<Center>,
    /// Double bonds, by bond.
    pub bonds: Vec<StereoBond>,
}

impl Stereo {
    /// Finds the stereogenic centres and double bonds of a molecule.
    #[must_use]
    pub fn find(molecule: &Molecule) -> Self {
        let classes = symmetry_classes(molecule);
        let rings = Rings::smallest_set(molecule);
        let mut found = Self {
            centers: centers(molecule, &classes, &rings),
            bonds: (0..molecule.bonds().len())
                .filter_map(|bond| stereo_bond(molecule, &classes, &rings, bond))
                .collect(),
        };
        found.add_pseudoasymmetric(molecule, &classes);
        found
    }

    /// Adds the centres in chains whose ligands are alike in the graph, but have something stereogenic inside, so that they can differ
    /// in its configuration (the middle carbon of ribitol).
    fn add_pseudoasymmetric(&mut self, molecule: &Molecule, classes: &[usize]) {
        let mut stereogenic = vec![false; molecule.len()];
        self.centers.iter().for_each(|c| stereogenic[c.atom] = true);
        self.bonds
            .iter()
            .flat_map(|b| b.atoms)
            .for_each(|a| stereogenic[a] = true);
        if !stereogenic.contains(&true) {
            return;
        }
        for atom in (0..molecule.len()).filter(|&a| is_rigid(molecule, a)) {
            if stereogenic[atom] {
                continue;
            }
            let mut neighbors: Vec<usize> = molecule.neighbors(atom).iter().map(|n| n.atom).collect();
            neighbors.sort_unstable_by_key(|&n| (classes[n], n));
            let can_differ = neighbors
                .chunk_by(|&a, &b| classes[a] == classes[b])
                .all(|alike| match *alike {
                    [_] => true,
                    [a, b] => branch_has(molecule, atom, [a, b], &stereogenic),
                    _ => false,
                });
            if can_differ {
                neighbors.sort_unstable();
                self.centers.push(Center { atom, neighbors });
            }
        }
        self.centers.sort_by_key(|c| c.atom);
    }
}

/// What is stereogenic, with the configurations as far as they are known. A reader may add centres that [`Stereo::find`] passes over,
/// where its input states their configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Configuration {
    /// What is stereogenic.
    pub stereo: Stereo,
    /// Configuration of each centre; `None` where it is not stated.
    pub parities: Vec<Option<Parity>>,
    /// Configuration of each double bond; `None` where it is not stated.
    pub sides: Vec<Option<Side>>,
}

impl Configuration {
    /// The configurations that three-dimensional coordinates have (Å, length 3N).
    #[must_use]
    pub fn of_coordinates(stereo: Stereo, coordinates: &[f64]) -> Self {
        Self {
            parities: stereo.centers.iter().map(|c| parity(c, coordinates)).collect(),
            sides: stereo.bonds.iter().map(|b| side(b, coordinates)).collect(),
            stereo,
        }
    }

    /// Whether coordinates (Å, length 3N) have every configuration that is stated.
    #[must_use]
    pub fn holds(&self, coordinates: &[f64]) -> bool {
        let centers = self.stereo.centers.iter().zip(&self.parities);
        let bonds = self.stereo.bonds.iter().zip(&self.sides);
        centers
            .into_iter()
            .all(|(c, &p)| p.is_none() || parity(c, coordinates) == p)
            && bonds
                .into_iter()
                .all(|(b, &s)| s.is_none() || side(b, coordinates) == s)
    }

    /// All ways to state what is not stated yet, in a fixed order, `limit` at most: this one alone where nothing is open. Whether a
    /// combination can be built (the bridgeheads of a small bicycle depend on each other), and whether two of them are one molecule
    /// seen from two sides, is not judged.
    pub fn completions(&self, limit: usize) -> impl Iterator<Item = Self> + '_ {
        let missing = |open: usize| u32::try_from(open).unwrap_or(u32::MAX);
        let open =
            self.parities.iter().filter(|p| p.is_none()).count() + self.sides.iter().filter(|s| s.is_none()).count();
        let all = 1usize.checked_shl(missing(open)).unwrap_or(usize::MAX);
        (0..all.min(limit)).map(|number| self.completed(number))
    }

    /// What is open, filled in by the digits of a binary number.
    fn completed(&self, number: usize) -> Self {
        let mut filled = self.clone();
        let mut digits = (0u32..).map(|k| number.checked_shr(k).unwrap_or(0) & 1 == 1);
        for parity in filled.parities.iter_mut().filter(|p| p.is_none()) {
            *parity = digits
                .next()
                .map(|d| if d { Parity::Clockwise } else { Parity::Anticlockwise });
        }
        for side in filled.sides.iter_mut().filter(|s| s.is_none()) {
            *side = digits.next().map(|d| if d { Side::Cis } else { Side::Trans });
        }
        filled
    }

    /// Whether all that is stereogenic has a configuration.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.parities.iter().all(Option::is_some) && self.sides.iter().all(Option::is_some)
    }
}

/// Classes of atoms that look alike in the graph (elements, isotopes and connectivity; no bond orders).
#[must_use]
pub fn symmetry_classes(molecule: &Molecule) -> Vec<usize> {
    canonical::graph(molecule, &Configuration::default()).classes()
}

/// Whether the branch that begins with the first ligand has something stereogenic and does not come back by the second.
fn branch_has(molecule: &Molecule, center: usize, [first, second]: [usize; 2], stereogenic: &[bool]) -> bool {
    let mut seen = std::collections::BTreeSet::from([center, first]);
    let mut stack = vec![first];
    let mut found = false;
    while let Some(atom) = stack.pop() {
        found |= stereogenic[atom];
        for n in molecule.neighbors(atom) {
            if n.atom == second && atom != center {
                return false;
            }
            if seen.insert(n.atom) {
                stack.push(n.atom);
            }
        }
    }
    found
}

/// Whether an atom keeps its configuration: four neighbours, or three and a lone pair that does not invert easily
/// (amines do).
fn is_rigid(molecule: &Molecule, atom: usize) -> bool {
    let element = molecule.element(atom);
    match molecule.degree(atom) {
        4 => (13..=16).contains(&element.group()) && element != Element::O,
        3 => matches!(element.group(), 15 | 16) && element.period() > 2,
        _ => false,
    }
}

fn centers(molecule: &Molecule, classes: &[usize], rings: &Rings) -> Vec<Center> {
    let mut found = Vec::new();
    // Centres that need another one in the same ring to be stereogenic.
    let mut dependent = Vec::new();
    for atom in (0..molecule.len()).filter(|&a| is_rigid(molecule, a)) {
        let mut neighbors: Vec<usize> = molecule.neighbors(atom).iter().map(|n| n.atom).collect();
        neighbors.sort_unstable();
        let pairs: Vec<(usize, usize)> = neighbors
            .iter()
            .enumerate()
            .flat_map(|(i, &a)| neighbors[..i].iter().map(move |&b| (b, a)))
            .filter(|&(a, b)| classes[a] == classes[b])
            .collect();
        let shared = |&(a, b): &(usize, usize)| {
            let of_both = rings.of_atom(a).iter().filter(|r| rings.of_atom(b).contains(r));
            of_both.copied().find(|r| rings.of_atom(atom).contains(r))
        };
        match pairs[..] {
            [] => found.push(Center { atom, neighbors }),
            [pair] => dependent.extend(shared(&pair).map(|ring| (ring, Center { atom, neighbors }))),
            _ => {}
        }
    }
    let stereogenic = |(ring, center): &(usize, Center)| {
        let other = |c: &Center| c.atom != center.atom && rings.of_atom(c.atom).contains(ring);
        found.iter().any(other) || dependent.iter().any(|d| other(&d.1))
    };
    let more: Vec<Center> = dependent
        .iter()
        .filter(|d| stereogenic(d))
        .map(|d| d.1.clone())
        .collect();
    found.extend(more);
    found.sort_by_key(|c| c.atom);
    found
}

fn stereo_bond(molecule: &Molecule, classes: &[usize], rings: &Rings, bond: usize) -> Option<StereoBond> {
    let drawn = molecule.bond(bond);
    let in_small_ring = rings
        .of_bond(bond)
        .iter()
        .any(|&r| rings.all()[r].len() < SMALLEST_TRANS_RING);
    if drawn.order != BondOrder::Double || in_small_ring || is_delocalized(molecule, drawn.atoms) {
        return None;
    }
    let [a, b] = drawn.atoms;
    Some(StereoBond {
        bond,
        atoms: drawn.atoms,
        references: [reference(molecule, classes, a, b)?, reference(molecule, classes, b, a)?],
    })
}

/// The lowest-numbered neighbour of `atom` other than `across`, where the neighbours differ and the atom is planar.
fn reference(molecule: &Molecule, classes: &[usize], atom: usize, across: usize) -> Option<usize> {
    let around = molecule.neighbors(atom).iter().filter(|n| n.atom != across);
    let single = around.clone().all(|n| molecule.bond(n.bond).order == BondOrder::Single);
    let mut others: Vec<usize> = around.map(|n| n.atom).collect();
    others.sort_unstable();
    let planar = match (molecule.element(atom).group(), &others[..]) {
        (14, [a, b]) => classes[*a] != classes[*b],
        (14, [_]) | (15, [_]) => true,
        (15, [a, b]) => classes[*a] != classes[*b],
        _ => false,
    };
    (single && planar).then(|| others[0])
}

/// Amidinium and guanidinium: any of the C–N bonds can be drawn as the double one, so that they turn.
fn is_delocalized(molecule: &Molecule, [a, b]: [usize; 2]) -> bool {
    let one = |carbon: usize, nitrogen: usize| {
        molecule.element(nitrogen) == Element::N
            && molecule.atom(nitrogen).formal_charge > 0
            && molecule.neighbors(carbon).iter().any(|n| {
                n.atom != nitrogen && molecule.element(n.atom) == Element::N && molecule.atom(n.atom).formal_charge == 0
            })
    };
    one(a, b) || one(b, a)
}

type Vector = [f64; 3];

fn direction(coordinates: &[f64], from: usize, to: usize) -> Vector {
    let v = [0, 1, 2].map(|k| coordinates[3 * to + k] - coordinates[3 * from + k]);
    let length = dot(v, v).sqrt();
    v.map(|x| x / length)
}

fn dot(a: Vector, b: Vector) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn cross(a: Vector, b: Vector) -> Vector {
    [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]
}

fn minus(a: Vector, b: Vector) -> Vector {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

/// Parity of three or four directions from a centre.
fn turn(directions: &[Vector]) -> Option<Parity> {
    let volume = match *directions {
        [a, b, c] => dot(a, cross(b, c)),
        // Four times as large as each of its corners' volumes.
        [a, b, c, d] => dot(minus(a, d), cross(minus(b, d), minus(c, d))) / 4.0,
        _ => 0.0,
    };
    // Undefined coordinates fail both comparisons.
    if volume > FLAT {
        Some(Parity::Anticlockwise)
    } else if volume < -FLAT {
        Some(Parity::Clockwise)
    } else {
        None
    }
}

/// Configuration of a centre from three-dimensional coordinates (Å, length 3N); `None` where it is flat.
#[must_use]
pub fn parity(center: &Center, coordinates: &[f64]) -> Option<Parity> {
    let to = |&n: &usize| direction(coordinates, center.atom, n);
    turn(&center.neighbors.iter().map(to).collect::<Vec<_>>())
}

/// Configuration of a centre from the wedges of a flat drawing; `None` without a wedge that starts at the centre, or
/// where the wedges leave it open.
#[must_use]
pub fn parity_from_marks(molecule: &Molecule, center: &Center, coordinates: &[f64]) -> Option<Parity> {
    let mut marked = false;
    let directions: Vec<Vector> = center
        .neighbors
        .iter()
        .map(|&n| {
            let mut v = direction(coordinates, center.atom, n);
            let bond = molecule.bond_between(center.atom, n).map(|b| molecule.bond(b));
            // Only a wedge's narrow end speaks of its atom.
            let mark = bond
                .filter(|b| b.atoms[0] == center.atom)
                .map_or(BondMark::None, |b| b.mark);
            v[2] = match mark {
                BondMark::Up => WEDGE,
                BondMark::Down => -WEDGE,
                _ => 0.0,
            };
            marked |= v[2] != 0.0;
            v
        })
        .collect();
    if marked { turn(&directions) } else { None }
}

/// Configuration of a double bond from coordinates, flat or not (Å, length 3N); `None` where it is perpendicular.
#[must_use]
pub fn side(bond: &StereoBond, coordinates: &[f64]) -> Option<Side> {
    let [a, b] = bond.atoms;
    let axis = direction(coordinates, a, b);
    let off_axis = |from: usize, to: usize| {
        let v = direction(coordinates, from, to);
        let along = dot(v, axis);
        let off = minus(v, axis.map(|x| x * along));
        let length = dot(off, off).sqrt();
        off.map(|x| x / length)
    };
    let cosine = dot(off_axis(a, bond.references[0]), off_axis(b, bond.references[1]));
    if cosine > PERPENDICULAR {
        Some(Side::Cis)
    } else if cosine < -PERPENDICULAR {
        Some(Side::Trans)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chem::{Atom, Bond};

    fn molecule(atoms: &str, bonds: &[(usize, usize, BondOrder)]) -> Molecule {
        let atom = |s: &str| Atom::new(Element::from_symbol(s).unwrap());
        let bonds = bonds.iter().map(|&(a, b, order)| Bond::new(a, b, order)).collect();
        Molecule::new(atoms.split_whitespace().map(atom).collect(), bonds).unwrap()
    }

    fn star(atoms: &str) -> Molecule {
        let bonds: Vec<_> = (1..atoms.split_whitespace().count())
            .map(|i| (0, i, BondOrder::Single))
            .collect();
        molecule(atoms, &bonds)
    }

    const TETRAHEDRON: [f64; 15] = [
        0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, -1.0, -1.0, -1.0, 1.0, -1.0, -1.0, -1.0, 1.0,
    ];

    #[test]
    fn carbon_with_four_different_neighbors() {
        let chiral = Stereo::find(&star("C H F Cl Br"));
        assert_eq!(chiral.centers.len(), 1);
        let found = parity(&chiral.centers[0], &TETRAHEDRON).unwrap();
        let mirrored: Vec<f64> = TETRAHEDRON
            .iter()
            .enumerate()
            .map(|(i, x)| if i % 3 == 2 { -x } else { *x })
            .collect();
        assert_ne!(parity(&chiral.centers[0], &mirrored), Some(found));
        assert!(Stereo::find(&star("C H H Cl Br")).centers.is_empty());
    }

    #[test]
    fn lone_pairs_at_sulfur_and_phosphorus_but_not_nitrogen() {
        assert_eq!(Stereo::find(&star("S O Cl Br")).centers.len(), 1);
        assert_eq!(Stereo::find(&star("P H Cl Br")).centers.len(), 1);
        assert!(Stereo::find(&star("N H Cl Br")).centers.is_empty());
    }

    #[test]
    fn parity_is_the_turn_seen_from_the_first() {
        let center = Center {
            atom: 0,
            neighbors: vec![1, 2, 3, 4],
        };
        let h = -1.0 / 3.0;
        let x = [
            0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.943, 0.0, h, -0.471, 0.816, h, -0.471, -0.816, h,
        ];
        assert_eq!(parity(&center, &x), Some(Parity::Anticlockwise));
        let three = Center {
            atom: 0,
            neighbors: vec![2, 3, 4],
        };
        assert_eq!(parity(&three, &x), Some(Parity::Clockwise));
    }

    #[test]
    fn wedges() {
        let mut bonds: Vec<Bond> = (1..5).map(|i| Bond::new(0, i, BondOrder::Single)).collect();
        bonds[0].mark = BondMark::Up;
        let atoms = ["C", "H", "F", "Cl", "Br"].map(|s| Atom::new(Element::from_symbol(s).unwrap()));
        let up = Molecule::new(atoms.to_vec(), bonds.clone()).unwrap();
        bonds[0].mark = BondMark::Down;
        let down = Molecule::new(atoms.to_vec(), bonds).unwrap();
        let flat = [
            0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0, -1.0, 0.0, -1.0, 0.0, 0.0,
        ];
        let center = &Stereo::find(&up).centers[0];
        // From the wedge in front, the others go right, below, left: with the clock.
        assert_eq!(parity_from_marks(&up, center, &flat), Some(Parity::Clockwise));
        assert_eq!(parity_from_marks(&down, center, &flat), Some(Parity::Anticlockwise));
        assert_eq!(parity(center, &flat), None);
    }

    #[test]
    fn ring_centers_depend_on_each_other() {
        use BondOrder::Single;
        // Cyclobutane with F at 1 and 3, or at 1 only; every carbon has its hydrogens.
        let ring = [(0, 1, Single), (1, 2, Single), (2, 3, Single), (3, 0, Single)];
        let hydrogens = [(0, 4), (0, 5), (1, 6), (1, 7), (2, 8), (2, 9), (3, 10), (3, 11)].map(|(a, b)| (a, b, Single));
        let bonds: Vec<_> = ring.into_iter().chain(hydrogens).collect();
        let both = molecule("C C C C F H H H F H H H", &bonds);
        assert_eq!(
            Stereo::find(&both).centers.iter().map(|c| c.atom).collect::<Vec<_>>(),
            [0, 2]
        );
        let one = molecule("C C C C F H H H H H H H", &bonds);
        assert!(Stereo::find(&one).centers.is_empty());
    }

    #[test]
    fn what_is_open_is_filled_in_every_way_once() {
        let stereo = Stereo::find(&star("C H F Cl Br"));
        let open = Configuration {
            parities: vec![None],
            sides: vec![],
            stereo,
        };
        let all: Vec<_> = open.completions(10).collect();
        assert_eq!(all.len(), 2);
        assert!(all[0] != all[1] && all.iter().all(Configuration::is_complete));
        assert_eq!(open.completions(1).count(), 1);
        assert_eq!(all[0].completions(10).collect::<Vec<_>>(), [all[0].clone()]);
    }

    #[test]
    fn double_bonds() {
        use BondOrder::{Double, Single};
        let bonds = [
            (0, 1, Double),
            (0, 2, Single),
            (0, 3, Single),
            (1, 4, Single),
            (1, 5, Single),
        ];
        let alkene = Stereo::find(&molecule("C C H Cl H Cl", &bonds));
        assert_eq!(alkene.bonds[0].references, [2, 4]);
        assert!(Stereo::find(&molecule("C C H H H Cl", &bonds)).bonds.is_empty());
        let trans = [
            0.0, 0.0, 0.0, 1.3, 0.0, 0.0, -0.5, 0.9, 0.0, -0.5, -0.9, 0.0, 1.8, -0.9, 0.0, 1.8, 0.9, 0.0,
        ];
        assert_eq!(side(&alkene.bonds[0], &trans), Some(Side::Trans));
    }
}
