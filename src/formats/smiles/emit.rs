//! The text of a fragment: a walk through it, ring numbers, marks.

use super::marks::directions;
use super::plan::{Parts, Plan};
use super::valence::implied_hydrogens;
use crate::chem::canonical::{ABSENT, Turn};
use crate::chem::{BondOrder, Element};
use std::collections::BTreeSet;
use std::fmt::Write;

/// A fragment's atoms in the order in which they are written.
pub(super) struct Walk {
    /// The atom before each one in its chain.
    pub parent: Vec<usize>,
    /// What follows each atom, branches first.
    pub children: Vec<Vec<usize>>,
    /// Where each atom comes.
    pub place: Vec<usize>,
    /// Partners of each atom's ring bonds, in the order of their numbers.
    pub rings: Vec<Vec<usize>>,
}

impl Walk {
    fn new(parts: &Parts, plan: &Plan) -> Self {
        let count = parts.molecule.len();
        let mut walk = Self {
            parent: vec![ABSENT; count],
            children: vec![Vec::new(); count],
            place: vec![ABSENT; count],
            rings: vec![Vec::new(); count],
        };
        let around = |atom: usize| {
            let shown = parts.molecule.neighbors(atom).iter().map(|n| n.atom);
            let mut list: Vec<usize> = shown.filter(|&n| plan.rank[n] != ABSENT).collect();
            list.sort_unstable_by_key(|&n| plan.rank[n]);
            list
        };
        let order = walk.descend(plan, &around);
        walk.sort_children(plan, &order);
        walk.number(plan);
        for &atom in &order {
            let mut partners = around(atom);
            partners.retain(|&n| walk.parent[n] != atom && walk.parent[atom] != n);
            partners.sort_unstable_by_key(|&n| walk.place[n]);
            walk.rings[atom] = partners;
        }
        walk
    }

    /// Depth first, from the lowest rank to the lowest rank. Gives the atoms in the order of the visit.
    fn descend(&mut self, plan: &Plan, around: &dyn Fn(usize) -> Vec<usize>) -> Vec<usize> {
        let mut seen = vec![false; self.parent.len()];
        let mut order = Vec::new();
        let mut stack = vec![(plan.atoms[0], ABSENT)];
        while let Some((atom, from)) = stack.pop() {
            if std::mem::replace(&mut seen[atom], true) {
                continue;
            }
            order.push(atom);
            self.parent[atom] = from;
            if from != ABSENT {
                self.children[from].push(atom);
            }
            stack.extend(around(atom).into_iter().rev().filter(|&n| !seen[n]).map(|n| (n, atom)));
        }
        order
    }

    /// Short branches first, so that the main chain is the longest.
    fn sort_children(&mut self, plan: &Plan, order: &[usize]) {
        let mut size = vec![1usize; self.parent.len()];
        for &atom in order.iter().rev() {
            if self.parent[atom] != ABSENT {
                size[self.parent[atom]] += size[atom];
            }
        }
        for list in &mut self.children {
            list.sort_by_key(|&c| (size[c], plan.rank[c]));
        }
    }

    fn number(&mut self, plan: &Plan) {
        let mut stack = vec![plan.atoms[0]];
        let mut next = 0;
        while let Some(atom) = stack.pop() {
            self.place[atom] = next;
            next += 1;
            stack.extend(self.children[atom].iter().rev());
        }
    }
}

/// What is still to be written.
enum Step {
    Atom(usize),
    Text(char),
}

/// Writes a fragment. What can't be written goes into the notes.
pub(super) fn emit(parts: &Parts, plan: &Plan, notes: &mut Vec<String>) -> String {
    let walk = Walk::new(parts, plan);
    let up = directions(parts, plan, &walk, notes);
    let mut turns: Vec<Option<&Turn>> = vec![None; parts.molecule.len()];
    plan.turns.iter().for_each(|t| turns[t.atom] = Some(t));
    let mut numbers = Numbers::default();
    let mut out = String::new();
    let mut stack = vec![Step::Atom(plan.atoms[0])];
    while let Some(step) = stack.pop() {
        let atom = match step {
            Step::Text(c) => {
                out.push(c);
                continue;
            }
            Step::Atom(atom) => atom,
        };
        let bond_text = |other: usize| bond_symbol(parts, &up, &walk, [other, atom]);
        if walk.parent[atom] != ABSENT {
            out.push_str(bond_text(walk.parent[atom]));
        }
        push_atom(parts, plan, &walk, turns[atom], atom, &mut out);
        for &other in &walk.rings[atom] {
            let opens = walk.place[other] > walk.place[atom];
            if opens {
                out.push_str(bond_symbol(parts, &up, &walk, [atom, other]));
            }
            numbers.push(parts.molecule.bond_between(atom, other), opens, &mut out);
        }
        numbers.release();
        for (k, &child) in walk.children[atom].iter().enumerate().rev() {
            let last = k + 1 == walk.children[atom].len();
            if last {
                stack.push(Step::Atom(child));
            } else {
                stack.extend([Step::Text(')'), Step::Atom(child), Step::Text('(')]);
            }
        }
    }
    out
}

/// Ring numbers in use, and those free again.
#[derive(Default)]
struct Numbers {
    /// Bond and number.
    open: Vec<(usize, usize)>,
    free: BTreeSet<usize>,
    closed: Vec<usize>,
    most: usize,
}

impl Numbers {
    fn push(&mut self, bond: Option<usize>, opens: bool, out: &mut String) {
        let bond = bond.unwrap_or(ABSENT);
        let number = if opens {
            let number = self.free.pop_first().unwrap_or_else(|| {
                self.most += 1;
                self.most
            });
            self.open.push((bond, number));
            number
        } else {
            let at = self.open.iter().position(|o| o.0 == bond);
            let number = at.map_or(0, |at| self.open.swap_remove(at).1);
            self.closed.push(number);
            number
        };
        // Writing to a String cannot fail.
        let _infallible = match number {
            0..=9 => write!(out, "{number}"),
            10..=99 => write!(out, "%{number}"),
            _ => write!(out, "%({number})"),
        };
    }

    /// Numbers closed at an atom are free from the next one on.
    fn release(&mut self) {
        self.free.extend(self.closed.drain(..));
    }
}

/// The symbol of the bond between two atoms in the order in which they are written.
fn bond_symbol(parts: &Parts, up: &[i8], walk: &Walk, [first, second]: [usize; 2]) -> &'static str {
    debug_assert!(
        walk.place[first] < walk.place[second],
        "the first atom is written first"
    );
    let Some(bond) = parts.molecule.bond_between(first, second) else {
        return "";
    };
    let both_aromatic = parts.aromatic.0[first] && parts.aromatic.0[second];
    match (parts.molecule.bond(bond).order, up[bond]) {
        _ if parts.aromatic.1[bond] => "",
        (_, 1) => "/",
        (_, -1) => "\\",
        (BondOrder::Single, _) if both_aromatic => "-",
        (BondOrder::Single | BondOrder::Aromatic, _) => "",
        (BondOrder::Double, _) => "=",
        (BondOrder::Triple, _) => "#",
        (BondOrder::Quadruple, _) => "$",
        (BondOrder::Unknown, _) => "~",
        (BondOrder::Dative, _) if parts.molecule.bond(bond).atoms[0] == first => "->",
        (BondOrder::Dative, _) => "<-",
    }
}

fn push_atom(parts: &Parts, plan: &Plan, walk: &Walk, turn: Option<&Turn>, index: usize, out: &mut String) {
    let atom = parts.molecule.atom(index);
    let aromatic = parts.aromatic.0[index];
    let hydrogens = parts.hydrogens(plan, index);
    let symbol = if aromatic {
        atom.element.symbol().to_ascii_lowercase()
    } else {
        atom.element.symbol().to_owned()
    };
    let bonds = shown_bonds(parts, plan, index);
    let bare = atom.formal_charge == 0 && atom.isotope.is_none() && turn.is_none() && atom.element != Element::H;
    if bare && implied_hydrogens(atom.element, aromatic, bonds) == Some(hydrogens) {
        out.push_str(&symbol);
        return;
    }
    out.push('[');
    // Writing to a String cannot fail.
    let _infallible = atom.isotope.map(|mass| write!(out, "{mass}"));
    out.push_str(&symbol);
    if let Some(anticlockwise) = turn.and_then(|turn| as_written(parts, walk, turn)) {
        out.push_str(if anticlockwise { "@" } else { "@@" });
    }
    let _infallible = match hydrogens {
        0 => Ok(()),
        1 => write!(out, "H"),
        _ => write!(out, "H{hydrogens}"),
    };
    let _infallible = match atom.formal_charge {
        0 => Ok(()),
        1 => write!(out, "+"),
        -1 => write!(out, "-"),
        charge => write!(out, "{charge:+}"),
    };
    out.push(']');
}

/// Sum of the orders of an atom's written bonds, an aromatic one counting one.
fn shown_bonds(parts: &Parts, plan: &Plan, index: usize) -> usize {
    let around = parts
        .molecule
        .neighbors(index)
        .iter()
        .filter(|n| plan.rank[n.atom] != ABSENT);
    let value = |bond: usize| match parts.molecule.bond(bond).order {
        _ if parts.aromatic.1[bond] => 1,
        BondOrder::Dative => usize::from(parts.molecule.bond(bond).atoms[1] == index),
        order => order.value() as usize,
    };
    around.map(|n| value(n.bond)).sum()
}

/// The turn in the order in which the ligands are written: the atom before, a hydrogen in brackets, ring bonds, chains; a lone pair is
/// the last.
fn as_written(parts: &Parts, walk: &Walk, turn: &Turn) -> Option<bool> {
    let atom = turn.atom;
    let before = Some(walk.parent[atom]).filter(|&p| p != ABSENT);
    let written: Vec<usize> = before
        .into_iter()
        .chain(walk.rings[atom].iter().copied())
        .chain(walk.children[atom].iter().copied())
        .collect();
    let place = |ligand: usize| written.iter().position(|&w| w == ligand).unwrap_or(ABSENT - 1);
    let anticlockwise = turn.sorted(place)?;
    // A hydrogen moves from the last place to the one after the atom before; lone pairs stay.
    let hydrogen = turn.ligands.contains(&ABSENT) && parts.molecule.degree(atom) == 4;
    let moves = if hydrogen { 3 - usize::from(before.is_some()) } else { 0 };
    Some(anticlockwise != (moves % 2 == 1))
}
