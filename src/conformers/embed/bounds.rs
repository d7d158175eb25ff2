//! The bounds of all distances from the graph: bonds, angles, dihedrals, contacts, fragments.

use super::EmbedError;
use super::angles::angle_range;
use super::lengths::{bond_range, contact};
use super::shape::{SMALL_RING, Shape};
use super::smoothing::Bounds;
use crate::chem::Element;
use crate::chem::stereo::{Configuration, Side, StereoBond};
use std::f64::consts::PI;

/// Slack of distances over a planar dihedral, Å.
const PLANAR_SLACK: f64 = 0.08;
/// Slack of the extremes over a dihedral that may turn, Å: angles give way at the same time.
const TURNING_SLACK: f64 = 0.05;
/// Lower bounds that exceed what a way round allows by more than this factor are contradictions, not strain.
const CONTRADICTION: f64 = 1.35;
/// Gap between fragments, Å, and how their size (the cube root of the number of atoms) counts.
const FRAGMENT_GAP: f64 = 3.5;
const FRAGMENT_SIZE: f64 = 2.0;

/// What kind of neighbours a pair of atoms are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    /// Bonded.
    Bond,
    /// Two neighbours of one atom.
    Angle,
    /// The ends of a dihedral that does not turn.
    Rigid,
}

/// A pair whose distance the graph tells.
#[derive(Clone, Copy, Debug)]
pub(super) struct Close {
    pub atoms: [usize; 2],
    pub relation: Relation,
    pub lower: f64,
    pub upper: f64,
}

/// What the graph tells of a molecule's distances.
pub(super) struct Distances {
    /// All pairs, smooth.
    pub bounds: Bounds,
    /// The near ones.
    pub close: Vec<Close>,
}

/// Collects and smooths the bounds.
pub(super) fn distances(shape: &Shape<'_>, configuration: &Configuration) -> Result<Distances, EmbedError> {
    let mut maker = Maker::new(shape);
    maker.add_bonds();
    maker.add_angles();
    maker.add_dihedrals(configuration)?;
    maker.join_fragments();
    maker.finish()
}

struct Maker<'a> {
    shape: &'a Shape<'a>,
    bounds: Bounds,
    close: Vec<Close>,
    /// Least number of bonds between two atoms, as far as needed; 0 is far.
    apart: Vec<u8>,
}

impl<'a> Maker<'a> {
    fn new(shape: &'a Shape<'a>) -> Self {
        let n = shape.molecule.len();
        Self {
            shape,
            bounds: Bounds::new(n),
            close: Vec::new(),
            apart: bonds_apart(shape),
        }
    }

    fn apart(&self, i: usize, j: usize) -> u8 {
        self.apart[i * self.bounds.n + j]
    }

    fn add_close(&mut self, atoms: [usize; 2], relation: Relation, (lower, upper): (f64, f64)) {
        let [i, j] = atoms;
        self.bounds.set_lower(i, j, lower);
        self.bounds.set_upper(i, j, upper);
        self.close.push(Close {
            atoms,
            relation,
            lower,
            upper,
        });
    }

    fn add_bonds(&mut self) {
        for (index, bond) in self.shape.molecule.bonds().iter().enumerate() {
            self.add_close(bond.atoms, Relation::Bond, bond_range(self.shape, index));
        }
    }

    /// Where two atoms have several common neighbours (four-rings) the narrowest common range counts.
    fn add_angles(&mut self) {
        let mut found: Vec<([usize; 2], f64, f64)> = Vec::new();
        for center in 0..self.bounds.n {
            let neighbors = self.shape.molecule.neighbors(center);
            for (k, a) in neighbors.iter().enumerate() {
                for b in &neighbors[..k] {
                    let pair = [a.atom.min(b.atom), a.atom.max(b.atom)];
                    if self.apart(pair[0], pair[1]) == 2 {
                        let (least, most) = angle_range(self.shape, a.atom, center, b.atom);
                        let legs = [self.bounds.middle(a.atom, center), self.bounds.middle(center, b.atom)];
                        found.push((pair, third_side(legs, least), third_side(legs, most)));
                    }
                }
            }
        }
        found.sort_by_key(|f| f.0);
        for same in found.chunk_by(|a, b| a.0 == b.0) {
            let lower = same.iter().map(|f| f.1).fold(0.0, f64::max);
            let upper = same.iter().map(|f| f.2).fold(f64::INFINITY, f64::min);
            self.add_close(same[0].0, Relation::Angle, (lower.min(upper), upper.max(lower)));
        }
    }

    fn add_dihedrals(&mut self, configuration: &Configuration) -> Result<(), EmbedError> {
        for bond in 0..self.shape.molecule.bonds().len() {
            let [j, k] = self.shape.molecule.bond(bond).atoms;
            let stated = stated_side(configuration, bond);
            for i in self.shape.others(j, k) {
                for l in self.shape.others(k, j) {
                    if i != l && self.apart(i, l) == 3 {
                        let range = dihedral_range(self.shape, bond, [i, j, k, l], stated)?;
                        self.add_dihedral([i, j, k, l], range);
                    }
                }
            }
        }
        Ok(())
    }

    fn add_dihedral(&mut self, path: [usize; 4], (least, most): (f64, f64)) {
        let [i, _, _, l] = path;
        let (near, far) = (self.over_dihedral(path, least), self.over_dihedral(path, most));
        let rigid = least == most;
        let slack = if rigid { PLANAR_SLACK } else { TURNING_SLACK };
        let (mut lower, mut upper) = (near - slack, far + slack);
        if self.bounds.upper(i, l).is_finite() {
            // A second way between the same atoms (six-rings).
            let (l0, u0) = (self.bounds.lower(i, l), self.bounds.upper(i, l));
            if rigid
                && self
                    .close
                    .iter()
                    .rev()
                    .any(|c| c.relation == Relation::Rigid && c.atoms == [i.min(l), i.max(l)])
            {
                (lower, upper) = (lower.min(l0), upper.max(u0));
            } else {
                lower = lower.max(l0).min(u0);
                upper = upper.min(u0).max(lower);
            }
        }
        if rigid {
            self.add_close([i.min(l), i.max(l)], Relation::Rigid, (lower, upper));
        } else {
            self.bounds.set_lower(i, l, lower.max(0.0));
            self.bounds.set_upper(i, l, upper);
        }
    }

    /// Distance of the ends of a dihedral, from the middles of lengths and angles.
    fn over_dihedral(&self, [i, j, k, l]: [usize; 4], dihedral: f64) -> f64 {
        let b = &self.bounds;
        let (first, middle, last) = (b.middle(i, j), b.middle(j, k), b.middle(k, l));
        let along = |leg: f64, opposite: f64| (leg * leg + middle * middle - opposite * opposite) / (2.0 * middle);
        let (x, z) = (along(first, b.middle(i, k)), along(last, b.middle(j, l)));
        let height = |leg: f64, along: f64| (leg * leg - along * along).max(0.0).sqrt();
        let (p, q) = (height(first, x), height(last, z));
        let axial = middle - x - z;
        (axial * axial + p * p + q * q - 2.0 * p * q * dihedral.cos())
            .max(0.0)
            .sqrt()
    }

    /// One atom of each fragment is held near one of each other fragment.
    fn join_fragments(&mut self) {
        let (fragment, count) = self.shape.molecule.fragments();
        if count < 2 {
            return;
        }
        let mut sizes = vec![0_usize; count];
        let mut heads = vec![usize::MAX; count];
        for (atom, &f) in fragment.iter().enumerate() {
            sizes[f] += 1;
            if heads[f] == usize::MAX || self.shape.molecule.degree(atom) > self.shape.molecule.degree(heads[f]) {
                heads[f] = atom;
            }
        }
        let extents = sizes.iter().map(|&s| FRAGMENT_SIZE * (s as f64).cbrt());
        let ends: Vec<(usize, f64)> = heads.into_iter().zip(extents).collect();
        // Many fragments need room: a drop's radius grows with the cube root of its volume.
        let crowd = (count as f64 / 2.0).cbrt();
        for (k, &(head, extent)) in ends.iter().enumerate() {
            for &(other, other_extent) in &ends[..k] {
                let most = crowd * (FRAGMENT_GAP + extent + other_extent);
                self.bounds.set_upper(head, other, most);
            }
        }
    }

    fn finish(mut self) -> Result<Distances, EmbedError> {
        self.bounds.smooth_upper();
        for c in &mut self.close {
            let upper = self.bounds.upper(c.atoms[0], c.atoms[1]);
            if c.lower > CONTRADICTION * upper {
                return Err(EmbedError::ImpossibleBounds {
                    atoms: c.atoms,
                    lower: c.lower,
                    upper,
                });
            }
            (c.lower, c.upper) = (c.lower.min(upper), c.upper.min(upper));
        }
        let n = self.bounds.n;
        for i in 0..n {
            for j in 0..i {
                let apart = self.apart(i, j);
                if apart == 0 || apart > 3 {
                    let elements = [i, j].map(|a| self.shape.molecule.element(a));
                    let between = if apart == 0 { usize::MAX } else { usize::from(apart) };
                    let least = contact(elements[0], elements[1], between);
                    self.bounds.set_lower(i, j, least.min(self.bounds.upper(i, j)));
                }
            }
        }
        self.bounds.smooth_lower();
        Ok(Distances {
            bounds: self.bounds,
            close: self.close,
        })
    }
}

/// The side of a triangle opposite to an angle.
fn third_side([a, b]: [f64; 2], angle: f64) -> f64 {
    (a * a + b * b - 2.0 * a * b * angle.cos()).max(0.0).sqrt()
}

/// Least number of bonds between atoms, up to four; 0 beyond.
fn bonds_apart(shape: &Shape<'_>) -> Vec<u8> {
    let n = shape.molecule.len();
    let mut apart = vec![0; n * n];
    let mut queue = Vec::new();
    for start in 0..n {
        let row = &mut apart[start * n..(start + 1) * n];
        queue.clear();
        queue.push(start);
        let mut next = 0;
        while next < queue.len() {
            let atom = queue[next];
            next += 1;
            if row[atom] == 4 {
                continue;
            }
            for other in shape.molecule.neighbors(atom).iter().map(|n| n.atom) {
                if other != start && row[other] == 0 {
                    row[other] = row[atom] + 1;
                    queue.push(other);
                }
            }
        }
    }
    apart
}

fn stated_side(configuration: &Configuration, bond: usize) -> Option<(StereoBond, Side)> {
    let all = configuration.stereo.bonds.iter().zip(&configuration.sides);
    all.filter(|(b, _)| b.bond == bond)
        .find_map(|(b, s)| s.map(|s| (*b, s)))
}

/// Smallest and largest dihedral (0 to π) of a path.
fn dihedral_range(
    shape: &Shape<'_>,
    bond: usize,
    path: [usize; 4],
    stated: Option<(StereoBond, Side)>,
) -> Result<(f64, f64), EmbedError> {
    let ring = shape.ring_of_dihedral(path);
    if let Some((stereo, side)) = stated {
        let stated = stated_dihedral(path, &stereo, side);
        if stated == PI && ring.is_some_and(|size| size <= SMALL_RING) {
            return Err(EmbedError::ImpossibleSide {
                bond: stereo.atoms,
                ring: ring.unwrap_or(0),
            });
        }
        return Ok((stated, stated));
    }
    if shape.is_rigid_bond(bond) {
        return Ok(rigid_dihedral(shape, path).map_or((0.0, PI), |d| (d, d)));
    }
    if let Some(dihedral) = preferred_side(shape, bond, path) {
        return Ok((dihedral, dihedral));
    }
    Ok((0.0, ring.map_or(PI, |size| widest_in_ring(shape, size, path))))
}

fn stated_dihedral(path: [usize; 4], stereo: &StereoBond, side: Side) -> f64 {
    let reference = |atom: usize| {
        if atom == stereo.atoms[0] {
            stereo.references[0]
        } else {
            stereo.references[1]
        }
    };
    let swapped = (path[0] != reference(path[1])) != (path[3] != reference(path[2]));
    if (side == Side::Trans) == swapped { 0.0 } else { PI }
}

/// The dihedral of a planar bond that rings decide; `None` where nothing does.
fn rigid_dihedral(shape: &Shape<'_>, [i, j, k, l]: [usize; 4]) -> Option<f64> {
    if !shape.is_planar_center(j) && shape.molecule.degree(j) == 3
        || !shape.is_planar_center(k) && shape.molecule.degree(k) == 3
    {
        // Cages bend their rings' surroundings.
        let inside = shape.ring_of_dihedral([i, j, k, l]).is_some_and(|s| s <= 6);
        return inside.then_some(0.0);
    }
    for a in shape.others(j, k) {
        for b in shape.others(k, j) {
            let small = shape.ring_of_dihedral([a, j, k, b]).is_some_and(|s| s <= SMALL_RING);
            if small {
                return Some(if (a == i) == (b == l) { 0.0 } else { PI });
            }
        }
    }
    None
}

/// Amides have the hydrogen trans to the carbonyl oxygen, esters their alkyl group cis: 2 to 8 kcal/mol speak for it. Not in rings.
fn preferred_side(shape: &Shape<'_>, bond: usize, [i, j, k, l]: [usize; 4]) -> Option<f64> {
    if shape.ring_of_bond(bond).is_some() || !shape.is_shared_pair(bond) {
        return None;
    }
    let (carbon, donor, at_carbon, at_donor) = if shape.is_donor(k) { (j, k, i, l) } else { (k, j, l, i) };
    let oxygen = shape.carbonyl(carbon)?;
    let cis_to_oxygen = match (shape.molecule.element(donor), shape.molecule.degree(donor)) {
        (Element::O, 2) => at_donor,
        (Element::N, 3) => {
            let mut others = shape.others(donor, carbon);
            let pair = [others.next()?, others.next()?];
            let is_hydrogen = pair.map(|a| shape.molecule.element(a) == Element::H);
            match is_hydrogen {
                [true, false] => pair[1],
                [false, true] => pair[0],
                // Two alike lie on both sides.
                _ => return None,
            }
        }
        _ => return None,
    };
    // Of a carbonyl with two hetero neighbours (carbamate, urea), either side has one oxygen.
    Some(if (at_carbon == oxygen) == (at_donor == cis_to_oxygen) {
        0.0
    } else {
        PI
    })
}

/// The widest dihedral that a ring of this size allows inside it.
fn widest_in_ring(shape: &Shape<'_>, size: usize, [_, j, k, _]: [usize; 4]) -> f64 {
    let planar = shape.is_sp2(j) && shape.is_sp2(k);
    let degrees: f64 = match size {
        0..=3 => 10.0,
        4 => 35.0,
        5 => 55.0,
        6 if planar => 50.0,
        6 => 80.0,
        7 => 110.0,
        _ => 180.0,
    };
    degrees.to_radians()
}
