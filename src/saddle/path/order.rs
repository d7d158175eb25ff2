//! Whether two structures name the same atoms in the same order, and what to do where they don't.

use crate::chem::Molecule;
use crate::chem::symmetry::{Correspondence, Mismatch, formula};
use crate::linalg::superposition::superpose;
use thiserror::Error;

/// So many ways to name equivalent atoms are compared by the distance of the structures; of more, the first is taken.
const MOST_MAPPINGS: usize = 20_000;

/// Why two structures can't be the ends of one path. Atoms count from 1 in the messages.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum OrderError {
    /// They have different atoms.
    #[error("they have different atoms: {first} and {second}")]
    Formula {
        /// Formula of the first.
        first: String,
        /// Formula of the second.
        second: String,
    },
    /// The order of the atoms differs, and the bonds differ too, so that they don't tell which atom is which.
    #[error(
        "atom {} is {first} in the first and {second} in the second, and since their bonds differ ({mismatch}) it can't be told which atom is \
         which: give both in the same order",
        atom + 1
    )]
    Order {
        /// The first atom that differs, from 0.
        atom: usize,
        /// Its element in the first.
        first: String,
        /// Its element in the second.
        second: String,
        /// How the bonds differ.
        mismatch: Mismatch,
    },
}

/// For each atom of the first molecule that of the second: the same number where the elements agree in order; else by the bonds, with
/// equivalent atoms named so that the structures `x` and `y` (Å) are closest.
///
/// # Errors
/// Different atoms, or another order that the bonds don't explain.
pub fn mapping(first: (&Molecule, &[f64]), second: (&Molecule, &[f64])) -> Result<Vec<usize>, OrderError> {
    let ((own, x), (other, y)) = (first, second);
    let formulae = [own, other].map(formula);
    if own.len() != other.len() || formulae[0] != formulae[1] {
        let [first, second] = formulae;
        return Err(OrderError::Formula { first, second });
    }
    let differs = |&a: &usize| own.element(a) != other.element(a);
    let Some(atom) = (0..own.len()).find(differs) else {
        return Ok((0..own.len()).collect());
    };
    let order = |mismatch| OrderError::Order {
        atom,
        first: own.element(atom).symbol().to_owned(),
        second: other.element(atom).symbol().to_owned(),
        mismatch,
    };
    let correspondence = Correspondence::between(own, other).map_err(order)?;
    let all = correspondence.mappings(MOST_MAPPINGS).unwrap_or_default();
    let distance = |mapping: &Vec<usize>| superpose(x, &permuted(y, mapping), None).map_or(f64::INFINITY, |s| s.rmsd);
    let best = all.into_iter().min_by(|a, b| distance(a).total_cmp(&distance(b)));
    best.ok_or_else(|| {
        order(Mismatch::Connectivity {
            formula: formula(own),
            atom,
            element: own.element(atom).symbol().to_owned(),
        })
    })
}

/// A volume (Å³) below which four neighbours of an atom don't tell its hand.
const FLAT: f64 = 0.2;

/// Other names for equivalent atoms of the second molecule, where these make fewer centres turn over on the way from `x` to `y` (Å): a path
/// would have to break a bond of each. Counted are atoms whose four neighbours are the same in both. `None` where the names as given are as good
/// as any, and where both have the same bonds: then it may be the turning that is asked for.
#[must_use]
pub fn renamed(first: (&Molecule, &[f64]), second: (&Molecule, &[f64])) -> Option<Vec<usize>> {
    let ((own, x), (other, y)) = (first, second);
    let around = |m: &Molecule, a: usize| {
        let mut atoms: Vec<usize> = m.neighbors(a).iter().map(|n| n.atom).collect();
        atoms.sort_unstable();
        atoms
    };
    let same = |&a: &usize| around(own, a) == around(other, a);
    if (0..own.len()).all(|a| same(&a)) {
        return None;
    }
    let centres: Vec<Vec<usize>> = (0..own.len())
        .filter(same)
        .map(|a| around(own, a))
        .filter(|atoms| atoms.len() == 4)
        .collect();
    let turned = |y: &[f64]| {
        let is_turned = |atoms: &&Vec<usize>| {
            let (p, q) = (volume(x, atoms), volume(y, atoms));
            p.abs() > FLAT && q.abs() > FLAT && p * q < 0.0
        };
        centres.iter().filter(is_turned).count()
    };
    let given = turned(y);
    if given == 0 {
        return None;
    }
    let all = Correspondence::automorphisms(other).mappings(MOST_MAPPINGS)?;
    let moved = |mapping: &Vec<usize>| mapping.iter().enumerate().filter(|(a, b)| a != *b).count();
    let best = all
        .into_iter()
        .min_by_key(|mapping| (turned(&permuted(y, mapping)), moved(mapping)))?;
    (turned(&permuted(y, &best)) < given).then_some(best)
}

/// Six times the signed volume (Å³) of the tetrahedron of four atoms.
fn volume(x: &[f64], atoms: &[usize]) -> f64 {
    let [u, v, w] = [1, 2, 3].map(|k| [0, 1, 2].map(|c| x[3 * atoms[k] + c] - x[3 * atoms[0] + c]));
    u[0] * (v[1] * w[2] - v[2] * w[1]) - u[1] * (v[0] * w[2] - v[2] * w[0]) + u[2] * (v[0] * w[1] - v[1] * w[0])
}

/// The structure `y` (Å) with its atoms in the first molecule's order.
#[must_use]
pub fn permuted(y: &[f64], mapping: &[usize]) -> Vec<f64> {
    mapping
        .iter()
        .flat_map(|&a| [y[3 * a], y[3 * a + 1], y[3 * a + 2]])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chem::{Atom, Bond, BondOrder, Element};

    fn molecule(symbols: &[&str], bonds: &[(usize, usize)]) -> Molecule {
        let atoms = symbols.iter().map(|s| Atom::new(Element::from_symbol(s).unwrap()));
        let bonds = bonds.iter().map(|&(a, b)| Bond::new(a, b, BondOrder::Single));
        Molecule::new(atoms.collect(), bonds.collect()).unwrap()
    }

    const BENT: [f64; 9] = [0.0, 0.0, 0.0, 0.96, 0.0, 0.0, -0.24, 0.93, 0.0];

    #[test]
    fn the_same_order_stays_as_it_is_even_where_bonds_differ() {
        let (bound, loose) = (
            molecule(&["O", "H", "H"], &[(0, 1), (0, 2)]),
            molecule(&["O", "H", "H"], &[(0, 1)]),
        );
        assert_eq!(mapping((&bound, &BENT), (&loose, &BENT)), Ok(vec![0, 1, 2]));
    }

    #[test]
    fn another_order_is_found_by_the_bonds_and_the_places() {
        let first = molecule(&["O", "H", "F"], &[(0, 1), (0, 2)]);
        let second = molecule(&["F", "O", "H"], &[(1, 2), (0, 1)]);
        assert_eq!(mapping((&first, &BENT), (&second, &BENT)), Ok(vec![1, 2, 0]));
        // Of equivalent atoms the nearest: a bent chain of three different lengths.
        let first = molecule(&["O", "H", "H"], &[(0, 1), (0, 2)]);
        let second = molecule(&["H", "O", "H"], &[(0, 1), (1, 2)]);
        let x = [0.0, 0.0, 0.0, 0.9, 0.0, 0.0, -0.3, 1.3, 0.0];
        let y = [-0.3, 1.3, 0.0, 0.0, 0.0, 0.0, 0.9, 0.0, 0.0];
        assert_eq!(mapping((&first, &x), (&second, &y)), Ok(vec![1, 2, 0]));
        assert_eq!(permuted(&y, &[1, 2, 0]), x);
    }

    /// Methane and a far atom that binds to another one: the hydrogens of the untouched carbon are named the other way round.
    #[test]
    fn equivalent_atoms_are_renamed_where_a_centre_would_turn_over_and_bonds_differ() {
        let symbols = ["C", "H", "H", "H", "F", "O", "O"];
        let methane = [(0, 1), (0, 2), (0, 3), (0, 4)];
        let apart = molecule(&symbols, &methane);
        let bound = molecule(&symbols, &[methane.as_slice(), &[(5, 6)]].concat());
        let mut x = vec![
            0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, -1.0, -1.0, -1.0, 1.0, -1.0, -1.0, -1.0, 1.0,
        ];
        x.extend([5.0, 0.0, 0.0, 8.0, 0.0, 0.0]);
        let mut y = x.clone();
        y[18] = 6.2;
        assert_eq!(renamed((&apart, &x), (&bound, &y)), None);
        // Two hydrogens exchanged.
        for c in 0..3 {
            y.swap(3 + c, 6 + c);
        }
        let found = renamed((&apart, &x), (&bound, &y)).unwrap();
        assert!(volume(&x, &[1, 2, 3, 4]) * volume(&permuted(&y, &found), &[1, 2, 3, 4]) > 0.0);
        assert_eq!((found[0], found[4]), (0, 4));
        assert_eq!(renamed((&apart, &x), (&apart, &y)), None);
    }

    #[test]
    fn different_atoms_and_orders_without_reason_are_refused() {
        let water = molecule(&["O", "H", "H"], &[(0, 1), (0, 2)]);
        let other = molecule(&["S", "H", "H"], &[(0, 1), (0, 2)]);
        let error = mapping((&water, &BENT), (&other, &BENT)).unwrap_err();
        assert_eq!(error.to_string(), "they have different atoms: H2O and H2S");
        let apart = molecule(&["H", "O", "H"], &[(0, 1)]);
        let error = mapping((&water, &BENT), (&apart, &BENT)).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("atom 1 is O in the first and H in the second"),
            "{error}"
        );
    }
}
