//! Configurations from `@`, `@@`, `/` and `\`.

use super::graph::Numbers;
use super::parse::Draft;
use crate::chem::canonical::{self, ABSENT, Turn};
use crate::chem::rings::Rings;
use crate::chem::stereo::{Center, Configuration, Parity, Side, Stereo};
use crate::chem::{Atom, BondOrder, Element, Molecule};
use crate::formats::scan::{Fault, Line};

/// What was written, with the numbers that its atoms got.
pub(super) struct Drawn<'a> {
    pub draft: &'a Draft<'a>,
    pub numbers: &'a Numbers,
    pub line: Line<'a>,
}

/// What is stereogenic, with what the line says of it; `None` where nothing is.
pub(super) fn configuration(
    drawn: &Drawn<'_>,
    molecule: &Molecule,
    notes: &mut Vec<String>,
) -> Result<Option<Configuration>, Fault> {
    let stereo = Stereo::find(molecule);
    let mut found = Configuration {
        parities: vec![None; stereo.centers.len()],
        sides: vec![None; stereo.bonds.len()],
        stereo,
    };
    drawn.take_turns(molecule, &mut found, notes);
    drawn.take_sides(molecule, &mut found, notes)?;
    drop_unfounded(molecule, &mut found, notes);
    let nothing = found.stereo.centers.is_empty() && found.stereo.bonds.is_empty();
    Ok((!nothing).then_some(found))
}

impl Drawn<'_> {
    /// Neighbours of a written atom in the order of the line, as final numbers: unwritten hydrogens come after the atom before.
    fn ligands(&self, index: usize) -> Vec<usize> {
        let mut ligands: Vec<usize> = self.draft.around[index]
            .iter()
            .map(|&bond| {
                let [a, b] = self.draft.bonds[bond].atoms;
                self.numbers.of[if a == index { b } else { a }]
            })
            .collect();
        let (first, count) = self.numbers.hydrogens[index];
        let at = usize::from(self.draft.has_parent[index]);
        ligands.splice(at..at, first..first + count);
        ligands
    }

    /// Gives the centres their parities. A centre that was not found is added for the time being.
    fn take_turns(&self, molecule: &Molecule, found: &mut Configuration, notes: &mut Vec<String>) {
        for (index, written) in self.draft.atoms.iter().enumerate() {
            let Some(anticlockwise) = written.anticlockwise else {
                continue;
            };
            let atom = self.numbers.of[index];
            let mut ligands = self.ligands(index);
            let hydrogens = ligands
                .iter()
                .filter(|&&l| molecule.degree(l) == 1 && *molecule.atom(l) == Atom::new(Element::H))
                .count();
            if !matches!(ligands.len(), 3 | 4)
                || hydrogens > 1
                || (ligands.len() == 3 && molecule.element(atom) == Element::C)
            {
                notes.push(not_kept(
                    atom,
                    written.text,
                    "is no stereogenic centre that can be kept",
                ));
                continue;
            }
            let mut neighbors = ligands.clone();
            neighbors.sort_unstable();
            if ligands.len() == 3 {
                ligands.push(ABSENT);
            }
            let turn = Turn {
                atom,
                ligands,
                anticlockwise,
            };
            let parity = turn.sorted(|l| l).map(parity);
            match found.stereo.centers.binary_search_by_key(&atom, |c| c.atom) {
                Ok(at) => found.parities[at] = parity,
                Err(at) => {
                    found.stereo.centers.insert(at, Center { atom, neighbors });
                    found.parities.insert(at, parity);
                }
            }
        }
    }

    /// Gives the double bonds their sides.
    fn take_sides(&self, molecule: &Molecule, found: &mut Configuration, notes: &mut Vec<String>) -> Result<(), Fault> {
        let marks = self.marks(molecule.len());
        for (stereo, side) in found.stereo.bonds.iter().zip(&mut found.sides) {
            let mut ups = [0; 2];
            for (end, up) in ups.iter_mut().enumerate() {
                for &(neighbor, mark, text) in &marks[stereo.atoms[end]] {
                    let of_reference = if neighbor == stereo.references[end] {
                        mark
                    } else {
                        -mark
                    };
                    if *up == -of_reference {
                        let expected = "marks that put the two neighbours of a double bond's atom on different sides";
                        return Err(self.line.fault(text, expected));
                    }
                    *up = of_reference;
                }
            }
            *side = match ups[0] * ups[1] {
                1 => Some(Side::Cis),
                -1 => Some(Side::Trans),
                _ => None,
            };
            if side.is_none() && ups != [0, 0] {
                let [a, b] = stereo.atoms.map(|x| x + 1);
                notes.push(format!(
                    "the double bond {a}-{b} has a cis-trans mark at one end only, which says nothing"
                ));
            }
        }
        for bond in molecule.bonds().iter().filter(|b| b.order == BondOrder::Double) {
            let listed = found.stereo.bonds.iter().any(|s| s.atoms == bond.atoms);
            if !listed && bond.atoms.iter().all(|&a| !marks[a].is_empty()) {
                let [a, b] = bond.atoms.map(|x| x + 1);
                notes.push(format!(
                    "the double bond {a}-{b} has cis-trans marks, but no two forms: they are left out"
                ));
            }
        }
        Ok(())
    }

    /// For each atom its neighbours by bonds with a direction, and whether they are above (1) or below (-1) it.
    fn marks(&self, atoms: usize) -> Vec<Vec<(usize, i8, &str)>> {
        let mut marks = vec![Vec::new(); atoms];
        for bond in self.draft.bonds.iter().filter(|b| b.up != 0) {
            let [a, b] = bond.atoms.map(|a| self.numbers.of[a]);
            marks[a].push((b, bond.up, bond.text));
            marks[b].push((a, -bond.up, bond.text));
        }
        marks
    }
}

fn parity(anticlockwise: bool) -> Parity {
    if anticlockwise {
        Parity::Anticlockwise
    } else {
        Parity::Clockwise
    }
}

fn not_kept(atom: usize, text: &str, why: &str) -> String {
    format!("atom {} ({text}) {why}: its configuration is left out", atom + 1)
}

/// Takes out the centres two of whose ligands are the same thing, until all that are left are founded: those that only the line speaks
/// of, and those that could be centres by the graph alone, once the configurations of all others are stated.
fn drop_unfounded(molecule: &Molecule, found: &mut Configuration, notes: &mut Vec<String>) {
    let listed = Stereo::find(molecule);
    let is_listed = |atom: usize| listed.centers.binary_search_by_key(&atom, |c| c.atom).is_ok();
    let rings = Rings::smallest_set(molecule);
    loop {
        let classes = canonical::graph(molecule, found).classes();
        let open =
            found.parities.iter().filter(|p| p.is_none()).count() + found.sides.iter().filter(|s| s.is_none()).count();
        let unfounded = found.stereo.centers.iter().zip(&found.parities).position(|(c, p)| {
            let rest_is_stated = open == usize::from(p.is_none());
            let listed = is_listed(c.atom);
            let in_doubt = rest_is_stated || !listed;
            (!listed && inverts(molecule, &rings, c))
                || (in_doubt && !is_founded(&classes, &rings, c, &found.stereo.centers))
        });
        let Some(at) = unfounded else { return };
        let center = found.stereo.centers.remove(at);
        if found.parities.remove(at).is_none() {
            continue;
        }
        let symbol = molecule.element(center.atom).symbol();
        let why = if inverts(molecule, &rings, &center) {
            "turns over by itself"
        } else {
            "has two ligands that are the same"
        };
        notes.push(not_kept(center.atom, symbol, why));
    }
}

/// Whether an amine's nitrogen turns over freely: not in a ring of three, and not where three rings meet.
fn inverts(molecule: &Molecule, rings: &Rings, center: &Center) -> bool {
    let bonds = molecule.neighbors(center.atom);
    molecule.element(center.atom) == Element::N
        && bonds.len() == 3
        && !rings.atom_in_size(center.atom, 3)
        && bonds.iter().any(|n| rings.of_bond(n.bond).is_empty())
}

/// Whether ligands of one class can still differ: in a ring that has another centre, or (spiro atoms) rings of a system that has.
fn is_founded(classes: &[usize], rings: &Rings, center: &Center, all: &[Center]) -> bool {
    let others: Vec<usize> = all.iter().map(|c| c.atom).filter(|&a| a != center.atom).collect();
    let pairs = center
        .neighbors
        .iter()
        .enumerate()
        .flat_map(|(i, &a)| center.neighbors[..i].iter().map(move |&b| (a, b)))
        .filter(|&(a, b)| classes[a] == classes[b]);
    pairs.into_iter().all(|(a, b)| {
        // One ring need not hold both: the smallest ones of a bicycle may part them.
        let with = |ligand: usize| {
            let of_ligand = rings.of_atom(ligand);
            rings
                .of_atom(center.atom)
                .iter()
                .copied()
                .filter(|r| of_ligand.contains(r))
        };
        let mut shared: Vec<usize> = with(a).collect();
        if shared.is_empty() || with(b).next().is_none() {
            return false;
        }
        shared.extend(with(b));
        let near = |&other: &usize| {
            let of_other = rings.of_atom(other);
            of_other
                .iter()
                .any(|r| shared.contains(r) || shared.iter().any(|&s| touch(rings, s, *r)))
        };
        others.iter().any(near)
    })
}

/// Whether two rings share an atom.
fn touch(rings: &Rings, a: usize, b: usize) -> bool {
    rings.all()[a].iter().any(|&atom| rings.of_atom(atom).contains(&b))
}
