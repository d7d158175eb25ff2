//! Whether two structures name the same atoms in the same order, and what to do where they don't.

use super::naming::{Naming, changed, naming};
use crate::chem::symmetry::{Correspondence, formula};
use crate::chem::{Element, Molecule};
use thiserror::Error;

/// So many ways to name equivalent atoms are compared; where there are more, none.
const MOST_MAPPINGS: usize = 20_000;

/// Why two structures can't be the ends of one path. Atoms count from 1 in the messages.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum OrderError {
    /// They have different atoms.
    #[error("they have different atoms: {first} and {second} ({difference})")]
    Formula {
        /// Formula of the first.
        first: String,
        /// Formula of the second.
        second: String,
        /// Which elements, and how many of each in both.
        difference: String,
    },
    /// The order of the atoms differs, and the bonds differ too much to tell which atom is which.
    #[error(
        "atom {} is {first} in the first and {second} in the second, and since their bonds differ by too many it can't be told which atom is \
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
    },
}

/// So many bonds break and form in hardly any reaction: the numbers of the atoms are not meant.
const TOO_MANY_CHANGES: usize = 8;

/// The second structure's atoms in the first one's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// As they are.
    Given,
    /// By the bonds.
    ByBonds(Naming),
}

/// In which order the atoms of the second structure are to be taken: as they are where the elements agree, unless hardly a bond would then be
/// kept, or `renumber` is set; else as the fewest bonds break and form, with equivalent atoms named so that the structures (Å) are closest.
///
/// # Errors
/// Different atoms, or another order that the bonds don't explain.
pub fn mapping(first: (&Molecule, &[f64]), second: (&Molecule, &[f64]), renumber: bool) -> Result<Order, OrderError> {
    let ((own, _), (other, _)) = (first, second);
    let formulae = [own, other].map(formula);
    if own.len() != other.len() || formulae[0] != formulae[1] {
        let [first, second] = formulae;
        return Err(OrderError::Formula {
            first,
            second,
            difference: difference(own, other),
        });
    }
    let differs = |&a: &usize| own.element(a) != other.element(a);
    let Some(atom) = (0..own.len()).find(differs) else {
        let given = changed(own, other);
        let better = (renumber || given > TOO_MANY_CHANGES)
            .then(|| naming(first, second))
            .flatten();
        return Ok(better
            .filter(|naming| renumber || 2 * (naming.broken + naming.formed) < given)
            .map_or(Order::Given, Order::ByBonds));
    };
    naming(first, second)
        .map(Order::ByBonds)
        .ok_or_else(|| OrderError::Order {
            atom,
            first: own.element(atom).symbol().to_owned(),
            second: other.element(atom).symbol().to_owned(),
        })
}

/// Elements of which two molecules have not the same number of atoms, with both numbers.
fn difference(first: &Molecule, second: &Molecule) -> String {
    let mut elements: Vec<Element> = first.atoms().iter().chain(second.atoms()).map(|a| a.element).collect();
    elements.sort_unstable_by_key(|element| element.atomic_number());
    elements.dedup();
    let count =
        |molecule: &Molecule, element: Element| molecule.atoms().iter().filter(|a| a.element == element).count();
    let told: Vec<String> = elements
        .into_iter()
        .map(|element| (element.symbol(), count(first, element), count(second, element)))
        .filter(|(_, own, other)| own != other)
        .map(|(symbol, own, other)| format!("{symbol}: {own} and {other}"))
        .collect();
    told.join(", ")
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

/// A molecule with its atoms in another order: `order` gives the old number of each new atom.
#[must_use]
pub fn reordered(molecule: &Molecule, order: &[usize]) -> Molecule {
    let mut place = vec![0; order.len()];
    order.iter().enumerate().for_each(|(new, &old)| place[old] = new);
    let atoms = order.iter().map(|&old| molecule.atom(old).clone()).collect();
    let bonds = molecule.bonds().iter().map(|bond| {
        let mut bond = *bond;
        bond.atoms = bond.atoms.map(|a| place[a]);
        bond
    });
    // The same bonds under other names can't collide.
    Molecule::new(atoms, bonds.collect()).unwrap_or_default()
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

    fn by_bonds(order: Order) -> Vec<usize> {
        match order {
            Order::ByBonds(naming) => naming.order,
            Order::Given => panic!("as it is"),
        }
    }

    #[test]
    fn the_same_order_stays_as_it_is_even_where_bonds_differ() {
        let (bound, loose) = (
            molecule(&["O", "H", "H"], &[(0, 1), (0, 2)]),
            molecule(&["O", "H", "H"], &[(0, 1)]),
        );
        assert_eq!(mapping((&bound, &BENT), (&loose, &BENT), false), Ok(Order::Given));
    }

    #[test]
    fn another_order_is_found_by_the_bonds_and_the_places() {
        let first = molecule(&["O", "H", "F"], &[(0, 1), (0, 2)]);
        let second = molecule(&["F", "O", "H"], &[(1, 2), (0, 1)]);
        assert_eq!(
            by_bonds(mapping((&first, &BENT), (&second, &BENT), false).unwrap()),
            [1, 2, 0]
        );
        // Of equivalent atoms the nearest: a bent chain of three different lengths.
        let first = molecule(&["O", "H", "H"], &[(0, 1), (0, 2)]);
        let second = molecule(&["H", "O", "H"], &[(0, 1), (1, 2)]);
        let x = [0.0, 0.0, 0.0, 0.9, 0.0, 0.0, -0.3, 1.3, 0.0];
        let y = [-0.3, 1.3, 0.0, 0.0, 0.0, 0.0, 0.9, 0.0, 0.0];
        assert_eq!(
            by_bonds(mapping((&first, &x), (&second, &y), false).unwrap()),
            [1, 2, 0]
        );
        assert_eq!(permuted(&y, &[1, 2, 0]), x);
    }

    /// A chain of carbons, drawn from one end and from its middle: as they are numbered nothing would stay as it is.
    #[test]
    fn numbers_that_can_not_be_meant_are_not_followed() {
        let symbols = ["C"; 12];
        let chain: Vec<(usize, usize)> = (0..11).map(|a| (a, a + 1)).collect();
        let shuffled: Vec<(usize, usize)> = chain.iter().map(|&(a, b)| (5 * a % 12, 5 * b % 12)).collect();
        let (first, second) = (molecule(&symbols, &chain), molecule(&symbols, &shuffled));
        let x: Vec<f64> = (0..36).map(|c| (1.1 * f64::from(c)).sin() * f64::from(c)).collect();
        let order = by_bonds(mapping((&first, &x), (&second, &x), false).unwrap());
        assert!(
            chain
                .iter()
                .all(|&(a, b)| second.bond_between(order[a], order[b]).is_some())
        );
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
        let error = mapping((&water, &BENT), (&other, &BENT), false).unwrap_err();
        assert_eq!(
            error.to_string(),
            "they have different atoms: H2O and H2S (O: 1 and 0, S: 0 and 1)"
        );
        let symbols = ["O", "N", "C", "S", "F", "P"];
        let chain = molecule(&symbols, &[(0, 1), (1, 2), (2, 3), (3, 4), (4, 5)]);
        let other = molecule(
            &["N", "O", "C", "S", "F", "P"],
            &[(1, 2), (1, 3), (0, 4), (2, 4), (2, 5)],
        );
        let x: Vec<f64> = (0..18).map(f64::from).collect();
        let error = mapping((&chain, &x), (&other, &x), false).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("atom 1 is O in the first and N in the second"),
            "{error}"
        );
    }
}
