//! The best distinct structures that were met.

use super::quench::Structure;

/// How alike two structures have to be to be one.
#[derive(Clone, Copy, Debug)]
struct Tolerance {
    /// Of the energy, relative.
    energy: f64,
    /// Of each distance in the sorted list of all, in the law's length.
    distance: f64,
}

/// Structures in order of energy, each once, mirror images and permutations being the same.
#[derive(Clone, Debug)]
pub(super) struct Pool {
    structures: Vec<Structure>,
    most: usize,
    tolerance: Tolerance,
}

impl Pool {
    /// For structures as they come from a loose quench.
    pub fn loose(most: usize) -> Self {
        let tolerance = Tolerance {
            energy: 1e-6,
            distance: 0.02,
        };
        Self::new(most, tolerance)
    }

    /// For structures as they come from a tight quench.
    pub fn tight(most: usize) -> Self {
        let tolerance = Tolerance {
            energy: 1e-9,
            distance: 1e-4,
        };
        Self::new(most, tolerance)
    }

    fn new(most: usize, tolerance: Tolerance) -> Self {
        Self {
            structures: Vec::new(),
            most: most.max(1),
            tolerance,
        }
    }

    /// The lowest energy, ε.
    pub fn lowest(&self) -> f64 {
        self.structures.first().map_or(f64::INFINITY, |s| s.energy)
    }

    /// The structures, lowest first.
    pub fn structures(&self) -> &[Structure] {
        &self.structures
    }

    pub fn into_structures(self) -> Vec<Structure> {
        self.structures
    }

    /// Takes a structure in unless it is known, or too high for a full pool. Of a known one the lower energy is kept.
    pub fn offer(&mut self, structure: &Structure) {
        let full = self.structures.len() >= self.most;
        let scale = self.tolerance.energy * structure.energy.abs().max(1.0);
        if full
            && self
                .structures
                .last()
                .is_some_and(|last| structure.energy > last.energy + scale)
        {
            return;
        }
        let begin = self.structures.partition_point(|s| s.energy < structure.energy - scale);
        let end = self
            .structures
            .partition_point(|s| s.energy <= structure.energy + scale);
        if begin < end {
            let distances = sorted_distances(structure);
            let same = |s: &Structure| {
                let apart = sorted_distances(s).into_iter().zip(&distances);
                apart.fold(0.0, |largest: f64, (a, b)| largest.max((a - b).abs())) < self.tolerance.distance
            };
            if let Some(known) = self.structures[begin..end].iter().position(same) {
                if self.structures[begin + known].energy <= structure.energy {
                    return;
                }
                self.structures.remove(begin + known);
            }
        }
        let place = self.structures.partition_point(|s| s.energy <= structure.energy);
        self.structures.insert(place, structure.clone());
        self.structures.truncate(self.most);
    }
}

/// All distances, shortest first: what does not change with numbering, place, orientation or handedness.
fn sorted_distances(structure: &Structure) -> Vec<f64> {
    let atoms = structure.atoms();
    let mut distances = Vec::with_capacity(atoms.len() * atoms.len() / 2);
    for (i, a) in atoms.iter().enumerate() {
        distances.extend(atoms[..i].iter().map(|b| super::lattice::square_distance(a, b).sqrt()));
    }
    distances.sort_by(f64::total_cmp);
    distances
}

#[cfg(test)]
mod tests {
    use super::*;

    fn structure(x: &[f64], energy: f64) -> Structure {
        Structure { x: x.to_vec(), energy }
    }

    #[test]
    fn a_renumbered_mirror_image_is_the_same_and_another_shape_is_not() {
        let mut pool = Pool::tight(5);
        let x = [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.5, 0.2, 0.3, 0.0, 2.0];
        let mirrored = [-1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.5, 0.2, -0.3, 0.0, 2.0];
        let other = [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.5, 0.2, 0.3, 0.0, 2.1];
        for shape in [&x, &mirrored, &other] {
            pool.offer(&structure(shape, -3.0));
        }
        assert_eq!(pool.structures().len(), 2);
    }

    #[test]
    fn a_full_pool_keeps_the_lowest_in_order() {
        let mut pool = Pool::loose(3);
        for energy in [-2.0, -5.0, -1.0, -4.0, -3.0] {
            pool.offer(&structure(&[0.0, 0.0, 0.0, -energy, 0.0, 0.0], energy));
        }
        let energies: Vec<f64> = pool.structures().iter().map(|s| s.energy).collect();
        assert_eq!(energies, [-5.0, -4.0, -3.0]);
    }
}
