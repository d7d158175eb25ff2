//! The profile of internal rotation: the energy of a molecule that turns about a bond and is relaxed everywhere else, and its summits.

use crate::chem::Molecule;
use crate::coordinates::{Constraint, Primitive};
use crate::optimize::constrained::{Manifold, minimize_on};
use crate::optimize::{Criteria, Lbfgs, Limits, Observer, Point, drive, grid};
use crate::potential::{EvalError, Mask, Potential};
use std::f64::consts::TAU;

/// Two relaxed structures are told apart by energies that differ by more than this (kcal/mol): the rest is round-off.
const SAME: f64 = 1e-6;

/// A rotation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Turn {
    /// The atoms of the dihedral that measures it.
    pub dihedral: [usize; 4],
    /// After 1/`fold` of a turn the molecule is the same again.
    pub fold: usize,
}

/// How a profile is made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ProfileSettings {
    /// Points a whole turn.
    pub points: usize,
    /// How well each is relaxed.
    pub criteria: Criteria,
    /// Most steps of a relaxation.
    pub steps: usize,
    /// Summits are higher than the valleys beside them by this, kcal/mol.
    pub rise: f64,
}

impl Default for ProfileSettings {
    /// Every 15°.
    fn default() -> Self {
        Self {
            points: 24,
            criteria: Criteria::rms_gradient(0.005),
            steps: 500,
            rise: 0.01,
        }
    }
}

/// Opens a surface of the molecule.
pub type Open<'a> = dyn Fn() -> Result<Box<dyn Potential>, EvalError> + Sync + 'a;

/// Gives each relaxation someone who watches it.
pub type Watch<'a> = dyn Fn() -> Box<dyn Observer> + Sync + 'a;

/// The relaxed structures of one period of a rotation, from the angle of `x0` (Å) on. `None` where one could not be had: where atoms come
/// into line, or the surface fails.
///
/// Each starts from its neighbour, from both sides; the lower one counts. The rotations of parts that hang on each other (gears) are
/// not followed through whole turns.
#[must_use]
pub fn profile(
    open: &Open<'_>,
    molecule: &Molecule,
    turn: Turn,
    x0: &[f64],
    settings: &ProfileSettings,
    watch: &Watch<'_>,
) -> Vec<Option<Point>> {
    let primitive = Primitive::Dihedral(turn.dihedral);
    let here = primitive.value(x0);
    let period = TAU / turn.fold as f64;
    let count = settings.points.div_ceil(turn.fold).max(4);
    let seed = count / 2;
    let relax = |[_, index]: grid::Index, from: Option<&Option<Point>>| {
        let start = match from {
            Some(Some(point)) => &point.x,
            // Beyond a point that failed the scan begins anew.
            _ => x0,
        };
        let angle = here + period * (index as f64 - seed as f64) / count as f64;
        let constraint = Constraint::at(primitive.clone(), angle);
        relaxed(open, molecule, constraint, start, settings, watch)
    };
    let better = |candidate: &Option<Point>, present: &Option<Point>| match (candidate, present) {
        (Some(candidate), Some(present)) => candidate.energy < present.energy - SAME,
        (Some(_), None) => true,
        (None, _) => false,
    };
    let points = grid::fill([1, count], [0, seed], &relax);
    grid::sweep([1, count], points, &relax, &better)
}

fn relaxed(
    open: &Open<'_>,
    molecule: &Molecule,
    constraint: Constraint,
    from: &[f64],
    settings: &ProfileSettings,
    watch: &Watch<'_>,
) -> Option<Point> {
    let mut surface = open().ok()?;
    let (held, mask) = ([constraint], Mask::default());
    let mut x = from.to_vec();
    drive::approach(&mut *surface, molecule, &held, &mask, &mut x).ok()?;
    let manifold = Manifold::new(&held, mask, &x);
    let limits = Limits {
        steps: Some(settings.steps),
        ..Limits::default()
    };
    let (stepper, criteria) = (&mut Lbfgs::default(), &settings.criteria);
    let found = minimize_on(&manifold, &mut *surface, &x, stepper, criteria, &limits, &mut *watch()).ok()?;
    (!held[0].primitive.is_degenerate(&found.point.x)).then_some(found.point)
}

/// The numbers of the points of a periodic profile that are summits. A plateau counts once, by its first point; points without an energy are
/// passed over.
#[must_use]
pub fn summits(energies: &[Option<f64>], rise: f64) -> Vec<usize> {
    let known: Vec<(usize, f64)> = energies
        .iter()
        .enumerate()
        .filter_map(|(k, e)| Some((k, (*e)?)))
        .collect();
    let n = known.len();
    // The nearest point on one side whose energy differs by more than the rise is lower.
    let falls = |k: usize, step: usize| {
        let energy = known[k].1;
        let mut way = (1..n).map(|j| known[(k + j * step) % n].1);
        way.find(|other| (other - energy).abs() > rise)
            .is_some_and(|other| other < energy)
    };
    let is_summit = |k: usize| {
        let before = known[(k + n - 1) % n].1;
        known[k].1 > before && known[k].1 >= known[(k + 1) % n].1 && falls(k, 1) && falls(k, n - 1)
    };
    (0..n).filter(|&k| n > 2 && is_summit(k)).map(|k| known[k].0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(energies: &[f64]) -> Vec<Option<f64>> {
        energies.iter().map(|&e| Some(e)).collect()
    }

    #[test]
    fn summits_are_found_also_where_the_turn_closes() {
        assert_eq!(summits(&some(&[5.0, 1.0, 0.0, 1.0, 4.0, 2.0, 3.0]), 0.1), [0, 4]);
        assert_eq!(summits(&some(&[1.0, 0.0, 3.0, 3.0, 0.5, 1.0]), 0.1), [2, 5]);
        assert!(summits(&some(&[1.0; 6]), 0.1).is_empty());
        assert!(summits(&[], 0.1).is_empty());
    }

    #[test]
    fn ripples_are_no_summits_and_missing_points_are_passed_over() {
        let ripple = [0.0, 1.0, 2.0, 1.99, 2.5, 1.0, 0.5];
        assert_eq!(summits(&some(&ripple), 0.1), [4]);
        let mut gap = some(&ripple);
        gap[5] = None;
        assert_eq!(summits(&gap, 0.1), [4]);
    }

    /// A rotation with a barrier in three parts, and a spring for everything else.
    struct Threefold;

    const HEIGHT: f64 = 3.0;

    impl Potential for Threefold {
        fn len(&self) -> usize {
            12
        }

        fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
            gradient.fill(0.0);
            let mut energy = 0.0;
            let mut add = |primitive: Primitive, formula: &dyn Fn(f64) -> (f64, f64)| {
                let (value, slope) = formula(primitive.value(x));
                energy += value;
                for (atom, g) in primitive.gradient(x) {
                    for axis in 0..3 {
                        gradient[3 * atom + axis] += slope * g[axis];
                    }
                }
            };
            for bond in [[0, 1], [1, 2], [2, 3]] {
                add(Primitive::Stretch(bond), &|r| {
                    (100.0 * (r - 1.5).powi(2), 200.0 * (r - 1.5))
                });
            }
            for bend in [[0, 1, 2], [1, 2, 3]] {
                add(Primitive::Bend(bend), &|t| {
                    (50.0 * (t - 1.9).powi(2), 100.0 * (t - 1.9))
                });
            }
            add(Primitive::Dihedral([0, 1, 2, 3]), &|phi| {
                (
                    0.5 * HEIGHT * (1.0 + (3.0 * phi).cos()),
                    -1.5 * HEIGHT * (3.0 * phi).sin(),
                )
            });
            Ok(energy)
        }
    }

    #[test]
    fn a_threefold_barrier_has_three_summits_a_turn_and_one_a_period() {
        use crate::chem::{Atom, Bond, BondOrder, Element};
        let carbon = || Atom::new(Element::from_symbol("C").unwrap());
        let bonds = (0..3).map(|k| Bond::new(k, k + 1, BondOrder::Single)).collect();
        let chain = Molecule::new((0..4).map(|_| carbon()).collect(), bonds).unwrap();
        let x0 = [0.5, 1.4, 0.0, 0.0, 0.0, 0.0, 1.5, 0.0, 0.0, 2.0, -0.7, 1.2];
        let settings = ProfileSettings::default();
        for (fold, expected) in [(1, 3), (3, 1)] {
            let turn = Turn {
                dihedral: [0, 1, 2, 3],
                fold,
            };
            let open = || Ok(Box::new(Threefold) as Box<dyn Potential>);
            let points = profile(&open, &chain, turn, &x0, &settings, &|| Box::new(()));
            assert_eq!(points.len(), 24 / fold);
            let energies: Vec<Option<f64>> = points.iter().map(|p| p.as_ref().map(|p| p.energy)).collect();
            let found = summits(&energies, settings.rise);
            assert_eq!(found.len(), expected, "{energies:?}");
            for k in found {
                let energy = energies[k].unwrap();
                // Within half a step, 7.5°, of the top.
                assert!(energy > 0.96 * HEIGHT && energy <= HEIGHT + 1e-3, "{energy}");
            }
        }
    }
}
