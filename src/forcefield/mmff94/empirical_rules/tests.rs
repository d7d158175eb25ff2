//! The published tables hold rows that came from the rules (origin E94): the rules must give them back.

use super::super::parameters::MMFF94;
use super::*;
use crate::forcefield::parameter_file::{Row, parse};

/// Rows of a section whose origin is the rules, and which nobody adjusted.
fn estimated(section: &str, check: impl Fn(&Row<'_>) -> bool) -> (usize, Vec<Vec<String>>) {
    let sections = parse("mmff94.par", MMFF94).unwrap();
    let rows = &sections.iter().find(|s| s.name == section).unwrap().rows;
    let ours = rows.iter().filter(|r| r.fields.last() == Some(&"E94"));
    let mut count = 0;
    let mut differ = Vec::new();
    for row in ours {
        count += 1;
        if !check(row) {
            differ.push(row.fields.iter().map(ToString::to_string).collect());
        }
    }
    (count, differ)
}

fn integer(row: &Row<'_>, column: usize) -> u8 {
    row.parse(column).unwrap()
}

fn number(row: &Row<'_>, column: usize) -> f64 {
    row.parse(column).unwrap()
}

#[test]
fn bend_rule_gives_the_table_back() {
    let p = Parameters::published().unwrap();
    let check = |row: &Row<'_>| {
        let class = integer(row, 0);
        let types = [1, 2, 3].map(|n| integer(row, n));
        let elements = types.map(|t| p.property(t).unwrap().atomic_number);
        let ring = match class {
            3 | 5 | 6 => SmallRing::Three,
            4 | 7 | 8 => SmallRing::Four,
            _ => SmallRing::No,
        };
        // Where one of the bonds is of type 1, the class does not say which.
        let bond_types: &[[u8; 2]] = match class {
            1 | 5 | 7 => &[[0, 1], [1, 0]],
            2 | 6 | 8 => &[[1, 1]],
            _ => &[[0, 0]],
        };
        let length = |class: u8, i: u8, j: u8| p.bonds.get(pair_key(class, i, j).0).map(|row| row[1]);
        bond_types.iter().any(|[a, b]| {
            let lengths = length(*a, types[0], types[1]).zip(length(*b, types[1], types[2]));
            let constant = lengths.and_then(|(a, b)| angle_constant(&p, elements, [a, b], number(row, 5), ring));
            constant.is_some_and(|ka| (ka - number(row, 4)).abs() < 0.0015)
        })
    };
    let (count, differ) = estimated("mmff94.angle", check);
    assert_eq!(count, 1805);
    // Some rows, mostly about revised bonds, must have been made with other bond lengths than those published.
    assert!(differ.len() <= 23, "{differ:?}");
}

#[test]
fn stretch_rule_gives_the_constants_of_the_table_back() {
    let p = Parameters::published().unwrap();
    let check = |row: &Row<'_>| {
        let elements = [1, 2].map(|n| p.property(integer(row, n)).unwrap().atomic_number);
        let kb = bond_constant(&p, elements, number(row, 4));
        kb.is_some_and(|kb| (kb - number(row, 3)).abs() < 0.0015 * kb.max(1.0))
    };
    let (count, differ) = estimated("mmff94.bond", check);
    assert_eq!(count, 317);
    assert!(differ.is_empty(), "{differ:?}");
}

#[test]
fn torsion_rules_give_the_table_back() {
    let p = Parameters::published().unwrap();
    let check = |row: &Row<'_>| {
        let [j, k] = [2, 3].map(|n| Typed {
            property: p.property(integer(row, n)).unwrap(),
        });
        // The table does not say whether the bond is double or aromatic.
        [(1, false), (1, true), (2, false)]
            .into_iter()
            .any(|(order, aromatic)| {
                torsion(&p, j, k, order, aromatic)
                    .is_some_and(|(_, barriers)| (0..3).all(|n| (barriers[n] - number(row, 5 + n)).abs() < 0.0011))
            })
    };
    let (count, differ) = estimated("mmff94.torsion", check);
    assert_eq!(count, 397);
    assert!(differ.is_empty(), "{differ:?}");
}
