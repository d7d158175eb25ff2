//! How alike two geometries of one molecule are: the root mean square distance of the atoms after the best superposition, and the
//! least over all ways to name equivalent atoms.
//!
//! Both geometries are put on the centre of the atoms compared. Then for every way of naming, rotation is all that is left; and distances
//! from the centre, sorted within each class of equivalent atoms, differ by no more than the geometries do. This tells most
//! geometries apart without a superposition; the others go to a search (branch and bound).

mod search;
#[cfg(test)]
pub(in crate::conformers) mod tests;

use crate::chem::symmetry::{Correspondence, Mismatch, Step};
use crate::chem::{Element, Molecule};
use crate::linalg::LinalgError;
use crate::linalg::superposition::{Superposition, superpose};
use search::Search;

/// Which atoms are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compared {
    /// All but hydrogen; all where there is nothing else.
    Heavy,
    /// Every atom.
    All,
}

/// Which mirror image of the second geometry is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hand {
    /// The geometry as it is.
    Same,
    /// Its mirror image.
    Mirrored,
    /// The better of the two.
    Either,
}

/// The best superposition of a second geometry on a first.
#[derive(Clone, Debug, PartialEq)]
pub struct Match {
    /// Root mean square distance of the atoms compared (Å).
    pub rmsd: f64,
    /// For each atom of the first molecule that of the second; `None` for atoms that are not compared.
    pub mapping: Vec<Option<usize>>,
    /// Whether the second geometry is to be mirrored first (x, y, z to −x, −y, −z).
    pub mirrored: bool,
    /// Motion of the second geometry, after mirroring, onto the first.
    pub motion: Superposition,
    /// Whether all namings were tried or excluded; otherwise a better one may exist.
    pub exact: bool,
}

impl Match {
    /// The second geometry (length 3N, Å), mirrored where that is part of the match, moved onto the first, in its own order of atoms.
    #[must_use]
    pub fn superposed(&self, second: &[f64]) -> Vec<f64> {
        if self.mirrored {
            self.motion.apply(&mirrored(second))
        } else {
            self.motion.apply(second)
        }
    }
}

/// The mirror image of a geometry, by inversion at the origin.
#[must_use]
pub fn mirrored(x: &[f64]) -> Vec<f64> {
    x.iter().map(|v| -v).collect()
}

/// Compares geometries of one molecule, or of two with the same graph.
#[derive(Clone, Debug)]
pub struct Similarity {
    correspondence: Correspondence,
    steps: Vec<Step>,
    /// For the atoms of either molecule, whether they are compared.
    compared: [Vec<bool>; 2],
    count: usize,
}

/// A geometry put on its centre, with what tells it from others at a glance.
#[derive(Clone, Debug)]
pub struct Shape {
    /// Coordinates about the centre of the atoms compared (Å).
    centered: Vec<f64>,
    /// Distance of each atom from there (Å).
    radii: Vec<f64>,
    /// Those of the atoms compared, by class and then ascending.
    sorted: Vec<f64>,
}

impl Similarity {
    /// Among geometries of one molecule.
    #[must_use]
    pub fn of(molecule: &Molecule, atoms: Compared) -> Self {
        Self::with(Correspondence::automorphisms(molecule), [molecule, molecule], atoms)
    }

    /// Of geometries of a second molecule to those of a first, whose atoms may have another order.
    ///
    /// # Errors
    /// Molecules with different graphs.
    pub fn between(first: &Molecule, second: &Molecule, atoms: Compared) -> Result<Self, Mismatch> {
        Ok(Self::with(
            Correspondence::between(first, second)?,
            [first, second],
            atoms,
        ))
    }

    fn with(correspondence: Correspondence, molecules: [&Molecule; 2], atoms: Compared) -> Self {
        let heavy = |m: &Molecule| m.atoms().iter().any(|a| a.element != Element::H);
        let everything = atoms == Compared::All || !heavy(molecules[0]);
        let compared = molecules.map(|m| {
            let wanted = |a: usize| everything || m.element(a) != Element::H;
            (0..m.len()).map(wanted).collect::<Vec<_>>()
        });
        Self {
            steps: correspondence.steps_for(&compared[0]),
            correspondence,
            count: compared[0].iter().filter(|&&c| c).count(),
            compared,
        }
    }

    /// Number of atoms compared.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// The correspondence of the atoms that this is about.
    #[must_use]
    pub fn correspondence(&self) -> &Correspondence {
        &self.correspondence
    }

    /// Prepares a geometry of the first molecule (Å, length 3N).
    ///
    /// # Panics
    /// Where the length is another.
    #[must_use]
    pub fn shape(&self, x: &[f64]) -> Shape {
        Shape::new(x, &self.compared[0], self.correspondence.classes())
    }

    /// Prepares a geometry of the second molecule (Å, length 3N).
    ///
    /// # Panics
    /// Where the length is another.
    #[must_use]
    pub fn shape_of_second(&self, x: &[f64]) -> Shape {
        Shape::new(x, &self.compared[1], self.correspondence.classes_of_second())
    }

    /// A lower bound to the root mean square distance (Å), of either hand, that costs next to nothing.
    #[must_use]
    pub fn least(&self, first: &Shape, second: &Shape) -> f64 {
        let squares = first.sorted.iter().zip(&second.sorted).map(|(a, b)| (a - b).powi(2));
        (squares.sum::<f64>() / self.count.max(1) as f64).sqrt()
    }

    /// Whether some naming brings the geometries within `limit` of each other (Å), on which side of the mirror. Molecules with very many
    /// equivalent fragments may be told apart that are not: the search is bounded.
    #[must_use]
    pub fn within(&self, first: &Shape, second: &Shape, hand: Hand, limit: f64) -> Option<Hand> {
        let least = self.least(first, second);
        if least > limit || least.is_nan() {
            return None;
        }
        let squares = limit * limit * self.count as f64;
        let found = Search::new(self, first, second, hand).first_below(squares)?;
        Some(if found.mirrored { Hand::Mirrored } else { Hand::Same })
    }

    /// The best superposition of a second geometry on a first (Å, length 3N each). `None` where the graphs turn out to be different,
    /// though refinement doesn't tell them apart.
    ///
    /// # Errors
    /// Coordinates that are not finite.
    ///
    /// # Panics
    /// Where a length is not that of the molecule.
    pub fn best(&self, first: &[f64], second: &[f64], hand: Hand) -> Result<Option<Match>, LinalgError> {
        let shapes = (self.shape(first), self.shape_of_second(second));
        let mut search = Search::new(self, &shapes.0, &shapes.1, hand);
        let Some(found) = search.best() else {
            return Ok(None);
        };
        let mirror = if found.mirrored { -1.0 } else { 1.0 };
        let (mut fixed, mut moving) = (Vec::new(), Vec::new());
        let mut mapping = vec![None; self.compared[0].len()];
        for atom in (0..mapping.len()).filter(|&a| self.compared[0][a]) {
            let image = found.image[atom];
            mapping[atom] = Some(image);
            fixed.extend(&first[3 * atom..3 * atom + 3]);
            moving.extend(second[3 * image..3 * image + 3].iter().map(|v| mirror * v));
        }
        let motion = superpose(&fixed, &moving, None)?;
        Ok(Some(Match {
            rmsd: motion.rmsd,
            mapping,
            mirrored: found.mirrored,
            motion,
            exact: search.is_exhaustive(),
        }))
    }
}

impl Shape {
    fn new(x: &[f64], compared: &[bool], classes: &[usize]) -> Self {
        assert_eq!(x.len(), 3 * compared.len(), "three coordinates for each atom");
        let count = compared.iter().filter(|&&c| c).count().max(1) as f64;
        let mut center = [0.0; 3];
        for (p, _) in x.chunks_exact(3).zip(compared).filter(|(_, c)| **c) {
            (0..3).for_each(|k| center[k] += p[k] / count);
        }
        let centered: Vec<f64> = x.iter().enumerate().map(|(i, v)| v - center[i % 3]).collect();
        let radii: Vec<f64> = centered
            .chunks_exact(3)
            .map(|p| (p[0] * p[0] + p[1] * p[1] + p[2] * p[2]).sqrt())
            .collect();
        let mut keys: Vec<(usize, f64)> = (0..radii.len())
            .filter(|&a| compared[a])
            .map(|a| (classes[a], radii[a]))
            .collect();
        keys.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let sorted = keys.into_iter().map(|(_, radius)| radius).collect();
        Self {
            centered,
            radii,
            sorted,
        }
    }

    /// The coordinates about the centre of the atoms compared (Å, length 3N).
    #[must_use]
    pub fn centered(&self) -> &[f64] {
        &self.centered
    }

    fn point(&self, atom: usize) -> [f64; 3] {
        let p = &self.centered[3 * atom..3 * atom + 3];
        [p[0], p[1], p[2]]
    }
}
