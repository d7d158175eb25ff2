//! The atoms of a cluster with the vacant sites around them: places where one more atom would touch three others. The lattice is made
//! of the structure at hand and changes with it (dynamic lattice searching: Shao, Cheng and Cai, J. Comput. Chem. 25, 1693 (2004)), so
//! that nothing is known beforehand of its kind.

use super::law::PairLaw;
use crate::geometry::Vector;

/// x, y and z, in the law's length.
pub(super) type Place = [f64; 3];

/// Atoms at most this many bond lengths apart carry a site together: the diagonal of a square, 1.41, has to be within.
const EDGE: f64 = 1.55;

/// No site is closer to an atom than this, in bond lengths.
const CLEARANCE: f64 = 0.8;

/// Sites closer than this, in bond lengths, are one.
const SAME: f64 = 0.3;

/// Loosely bound atoms that are looked at for the one move that gains most.
const LOOSEST: usize = 6;

/// A smaller gain (ε) may be lost in relaxation.
const LEAST_GAIN: f64 = 0.05;

/// A place for one more atom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Site {
    pub place: Place,
    /// Energy of an atom there with all others, ε.
    pub energy: f64,
}

/// Atoms and vacant sites.
#[derive(Clone, Debug)]
pub(super) struct Lattice<P> {
    pub atoms: Vec<Place>,
    pub sites: Vec<Site>,
    law: P,
}

impl<P: PairLaw> Lattice<P> {
    pub fn new(law: P, atoms: Vec<Place>) -> Self {
        let mut lattice = Self {
            atoms,
            sites: Vec::new(),
            law,
        };
        for i in 0..lattice.atoms.len() {
            lattice.add_sites_around(i, i + 1);
        }
        lattice
    }

    /// Puts one more atom somewhere.
    pub fn add(&mut self, place: Place) {
        let law = self.law;
        let clearance = (CLEARANCE * law.bond()).powi(2);
        self.sites.retain(|s| square_distance(&s.place, &place) >= clearance);
        for site in &mut self.sites {
            site.energy += pair(law, &site.place, &place);
        }
        self.atoms.push(place);
        self.add_sites_around(self.atoms.len() - 1, 0);
    }

    /// Takes an atom away; the last one gets its number. Its place becomes a vacant site.
    pub fn remove(&mut self, atom: usize) {
        let law = self.law;
        let place = self.atoms.swap_remove(atom);
        for site in &mut self.sites {
            site.energy -= pair(law, &site.place, &place);
        }
        self.offer(place);
    }

    /// Moves atoms, each time the one to the site that gains most, as long as the energy of the unrelaxed structure falls by it.
    /// Returns how many moves were made, at most `most`.
    pub fn settle(&mut self, most: usize) -> usize {
        for moved in 0..most {
            let Some((atom, place)) = self.best_move() else {
                return moved;
            };
            self.remove(atom);
            self.add(place);
        }
        most
    }

    /// Atoms with the energies of the pairs they are in (ε), the most loosely bound first.
    pub fn by_bonds(&self) -> Vec<(f64, usize)> {
        let mut order: Vec<(f64, usize)> = (0..self.atoms.len()).map(|i| (self.bonds(i), i)).collect();
        order.sort_by(|a, b| b.0.total_cmp(&a.0));
        order
    }

    fn bonds(&self, atom: usize) -> f64 {
        let others = self.atoms.iter().enumerate().filter(|&(i, _)| i != atom);
        others.map(|(_, a)| pair(self.law, a, &self.atoms[atom])).sum()
    }

    fn best_move(&self) -> Option<(usize, Place)> {
        let mut best = None;
        let mut best_gain = LEAST_GAIN;
        for (bonds, atom) in self.by_bonds().into_iter().take(LOOSEST) {
            for site in &self.sites {
                let gain = bonds - (site.energy - pair(self.law, &site.place, &self.atoms[atom]));
                if gain > best_gain {
                    best_gain = gain;
                    best = Some((atom, site.place));
                }
            }
        }
        best
    }

    /// The sites that atom `i` carries with two others, those from number `first` on.
    fn add_sites_around(&mut self, i: usize, first: usize) {
        let edge = (EDGE * self.law.bond()).powi(2);
        let is_near = |j: &usize| *j != i && square_distance(&self.atoms[i], &self.atoms[*j]) < edge;
        let near: Vec<usize> = (first..self.atoms.len()).filter(is_near).collect();
        // Whatever is in the way of a site around this atom.
        let reach = ((1.0 + CLEARANCE) * self.law.bond()).powi(2);
        let around: Vec<Place> = self
            .atoms
            .iter()
            .copied()
            .filter(|a| square_distance(a, &self.atoms[i]) < reach)
            .collect();
        let clearance = (CLEARANCE * self.law.bond()).powi(2);
        for (a, &j) in near.iter().enumerate() {
            for &k in &near[a + 1..] {
                let corners = [self.atoms[i], self.atoms[j], self.atoms[k]];
                if square_distance(&corners[1], &corners[2]) >= edge {
                    continue;
                }
                for place in caps(&corners, self.law.bond()).into_iter().flatten() {
                    if around.iter().all(|a| square_distance(a, &place) >= clearance) {
                        self.offer(place);
                    }
                }
            }
        }
    }

    /// Keeps a site unless it is known.
    fn offer(&mut self, place: Place) {
        let same = (SAME * self.law.bond()).powi(2);
        if self.sites.iter().all(|s| square_distance(&s.place, &place) > same) {
            let energy = self.atoms.iter().map(|a| pair(self.law, a, &place)).sum();
            self.sites.push(Site { place, energy });
        }
    }
}

fn pair<P: PairLaw>(law: P, a: &Place, b: &Place) -> f64 {
    law.pair(square_distance(a, b)).0
}

pub(super) fn difference(a: &Place, b: &Place) -> Place {
    std::array::from_fn(|k| a[k] - b[k])
}

pub(super) fn dot(a: &Place, b: &Place) -> f64 {
    Vector(*a).dot(Vector(*b))
}

pub(super) fn cross(u: &Place, v: &Place) -> Place {
    Vector(*u).cross(Vector(*v)).0
}

pub(super) fn square_distance(a: &Place, b: &Place) -> f64 {
    let d = difference(a, b);
    dot(&d, &d)
}

/// The two places at a bond's length from three atoms, above and below their circumcentre.
fn caps([a, b, c]: &[Place; 3], bond: f64) -> [Option<Place>; 2] {
    let (u, v) = (difference(b, a), difference(c, a));
    let (uu, vv, uv) = (dot(&u, &u), dot(&v, &v), dot(&u, &v));
    let area = uu * vv - uv * uv;
    // The circumcentre, seen from a, is s u + t v.
    let s = 0.5 * vv * (uu - uv) / area;
    let t = 0.5 * uu * (vv - uv) / area;
    let centre: Place = std::array::from_fn(|k| s * u[k] + t * v[k]);
    let height = (bond * bond - dot(&centre, &centre)) / area;
    // Neither where the three are too far apart nor where they are in a row, which may give no number at all.
    if !height.is_finite() || height <= 0.0 {
        return [None; 2];
    }
    let normal = cross(&u, &v);
    let scale = height.sqrt();
    [scale, -scale].map(|h| Some(std::array::from_fn(|k| a[k] + centre[k] + h * normal[k])))
}

#[cfg(test)]
mod tests {
    use super::super::law::LennardJones;
    use super::*;

    fn triangle() -> Vec<Place> {
        let b = LennardJones.bond();
        vec![[0.0; 3], [b, 0.0, 0.0], [0.5 * b, 0.75_f64.sqrt() * b, 0.0]]
    }

    #[test]
    fn a_triangle_has_two_sites_and_each_makes_a_tetrahedron() {
        let lattice = Lattice::new(LennardJones, triangle());
        assert_eq!(lattice.sites.len(), 2);
        for site in &lattice.sites {
            assert!((site.energy + 3.0).abs() < 1e-12, "{}", site.energy);
        }
    }

    #[test]
    fn energies_of_sites_stay_right_through_additions_and_removals() {
        let mut lattice = Lattice::new(LennardJones, triangle());
        for _ in 0..6 {
            let place = lattice.sites[lattice.sites.len() / 2].place;
            lattice.add(place);
        }
        lattice.remove(1);
        lattice.remove(4);
        for site in &lattice.sites {
            let fresh: f64 = lattice.atoms.iter().map(|a| pair(LennardJones, a, &site.place)).sum();
            assert!((site.energy - fresh).abs() < 1e-9, "{} and {fresh}", site.energy);
        }
    }

    #[test]
    fn an_atom_at_a_bad_place_settles_at_a_good_one() {
        let b = LennardJones.bond();
        let mut atoms = triangle();
        atoms.push([-b, 0.0, 0.0]);
        let mut lattice = Lattice::new(LennardJones, atoms);
        assert_eq!(lattice.settle(5), 1);
        let energy: f64 = 0.5 * lattice.by_bonds().iter().map(|o| o.0).sum::<f64>();
        assert!((energy + 6.0).abs() < 1e-12, "{energy}");
    }
}
