//! Bonds from bare coordinates: connectivity from covalent radii, then bond orders and formal charges for a total charge.
//!
//! The graph falls into conjugated components, which are solved one by one for every total charge (`search`); the
//! components' charges are then chosen such that they add up to the molecule's with the least penalty (`charges`).
//! Metals take part as ions; their bonds are drawn afterwards (`metals`).
//!
//! Penalties add up over atoms (`states` gives the scale) and bonds (`lengths`): 0 is a molecule of neutral atoms with
//! their usual valences and bond lengths that agree with the drawing, 10 a zwitterion, 30 a radical.

mod charges;
pub(crate) mod connectivity;
mod groups;
mod lengths;
mod metals;
mod search;
mod states;

use super::{Atom, Bond, BondOrder, Element, Molecule};
use connectivity::{Contact, coordinates_donors};
use groups::Surroundings;
use search::{Component, PiBond};
use states::State;
use thiserror::Error;

/// What perception found.
#[derive(Clone, Debug)]
pub struct Perceived {
    /// The graph with bonds, orders and formal charges.
    pub molecule: Molecule,
    /// Net charge of the assignment.
    pub charge: i32,
    /// What is odd about the assignment, 0 for a perfect one (the scale is documented with the module).
    pub penalty: f64,
    /// Warnings in words (charge inferred, search cut short, odd valence at atom …).
    pub notes: Vec<String>,
}

/// Why no bonds could be perceived.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum PerceptionError {
    /// Two atoms on one point (indices from 0).
    #[error("atoms {} and {} lie {distance:.3} Å apart: bonds can't be perceived", a + 1, b + 1)]
    Overlap {
        /// First atom.
        a: usize,
        /// Second atom.
        b: usize,
        /// Distance, Å.
        distance: f64,
    },
    /// No assignment has this total charge.
    #[error("no assignment of bonds gives the total charge {charge}: {reason}")]
    Charge {
        /// The charge asked for.
        charge: i32,
        /// In words.
        reason: String,
    },
}

/// Perceives bonds, orders and formal charges of bare atoms at `coordinates` (Å, length 3N) for a net charge (`None`: inferred, with a note).
///
/// Bonds and charges that `molecule` may have are ignored; its isotopes are kept.
///
/// # Errors
/// Overlapping atoms; a charge that cannot be had.
pub fn perceive(molecule: &Molecule, coordinates: &[f64], charge: Option<i32>) -> Result<Perceived, PerceptionError> {
    let elements: Vec<Element> = molecule.atoms().iter().map(|a| a.element).collect();
    let contacts = connectivity::bonds(&elements, coordinates)?;
    let skeleton = Skeleton::new(&elements, coordinates, contacts);
    let solution = charges::solve_molecule(&skeleton, charge)?;
    let (mut atoms, bonds) = skeleton.draw(molecule, &solution);
    let mut notes = notes(&skeleton, &solution, charge);
    let bonds = metals::draw(&elements, &skeleton.contacts, &mut atoms, bonds);
    let unpaired: u32 = atoms.iter().map(|a| u32::from(a.unpaired_electrons)).sum();
    if unpaired > 0 {
        notes.push(format!("{unpaired} unpaired electron(s) in the best drawing"));
    }
    // The contacts name existing, distinct atoms once for each pair, so that the graph can't be refused.
    let molecule = Molecule::new(atoms, bonds).unwrap_or_default();
    Ok(Perceived {
        charge: molecule.net_charge(),
        molecule,
        penalty: solution.penalty,
        notes,
    })
}

/// Connectivity without the bonds to metals and the second bond of bridging hydrogens, cut into components.
#[derive(Debug)]
struct Skeleton {
    /// All bonds, those to metals included.
    contacts: Vec<Contact>,
    /// For each contact, whether it counts as a neighbour for valences.
    counted: Vec<bool>,
    /// Each component's atoms.
    atoms: Vec<Vec<usize>>,
    /// Each component's bonds that can be multiple ones, as indices of contacts.
    pi_bonds: Vec<Vec<usize>>,
    /// Each component as the search sees it.
    components: Vec<Component>,
}

/// The drawings chosen for the components.
#[derive(Debug)]
struct Solution {
    drawings: Vec<search::Drawing>,
    penalty: f64,
    /// Whether the search was cut short.
    cut: bool,
    /// Whether another total charge is about as good (only where none was given).
    ambiguous: Option<i32>,
}

impl Skeleton {
    fn new(elements: &[Element], coordinates: &[f64], contacts: Vec<Contact>) -> Self {
        let counted = counted(elements, &contacts);
        let mut neighbors: Vec<Vec<usize>> = vec![Vec::new(); elements.len()];
        for (contact, _) in contacts.iter().zip(&counted).filter(|c| *c.1) {
            let [a, b] = contact.atoms;
            neighbors[a].push(b);
            neighbors[b].push(a);
        }
        let surroundings = Surroundings {
            elements,
            neighbors: &neighbors,
        };
        let rings = surroundings.rings(&contacts);
        let mut bare = vec![true; elements.len()];
        for atom in contacts.iter().flat_map(|c| c.atoms) {
            bare[atom] = false;
        }
        let states: Vec<Vec<State>> = (0..elements.len())
            .map(|a| {
                let mut states = states::states(elements[a], neighbors[a].len(), bare[a]);
                for state in &mut states {
                    state.penalty += lengths::angle_penalty(coordinates, elements[a], a, &neighbors[a], state.pi);
                    state.penalty += surroundings.charge_penalty(a, state.charge, &rings[a]);
                }
                states.sort_by(|s, t| s.penalty.total_cmp(&t.penalty));
                states
            })
            .collect();
        let can_pi = |atom: usize| states[atom].iter().any(|s| s.pi > 0);
        let is_pi: Vec<bool> = contacts
            .iter()
            .zip(&counted)
            .map(|(c, &counted)| counted && c.atoms.iter().all(|&a| can_pi(a)))
            .collect();
        let (number, count) = components(elements.len(), &contacts, &is_pi);
        let mut atoms = vec![Vec::new(); count];
        let mut place = vec![0; elements.len()];
        let mut list: Vec<Component> = (0..count).map(|_| Component::default()).collect();
        for (atom, states) in states.into_iter().enumerate() {
            place[atom] = atoms[number[atom]].len();
            atoms[number[atom]].push(atom);
            list[number[atom]].states.push(states);
        }
        let mut pi_bonds = vec![Vec::new(); count];
        for (index, contact) in contacts.iter().enumerate().filter(|(i, _)| is_pi[*i]) {
            let [a, b] = contact.atoms;
            let end = |i: usize| (elements[i], neighbors[i].len());
            let mut penalties = lengths::order_penalties(end(a), end(b), contact.length);
            penalties[1] += surroundings.double_penalty(contact) + surroundings.exocyclic_penalty(contact, &rings);
            pi_bonds[number[a]].push(index);
            list[number[a]].bonds.push(PiBond {
                atoms: [place[a], place[b]],
                penalties,
                lone_negative: surroundings.lone_negative_penalty(contact),
            });
        }
        Self {
            contacts,
            counted,
            atoms,
            pi_bonds,
            components: list,
        }
    }

    /// The atoms and bonds of the chosen drawings, bonds in the order of the contacts.
    fn draw(&self, molecule: &Molecule, solution: &Solution) -> (Vec<Atom>, Vec<Bond>) {
        let mut atoms = molecule.atoms().to_vec();
        let order = |counted: bool| if counted { BondOrder::Single } else { BondOrder::Dative };
        let mut bonds: Vec<Bond> = self
            .contacts
            .iter()
            .zip(&self.counted)
            .map(|(c, &counted)| Bond::new(c.atoms[0], c.atoms[1], order(counted)))
            .collect();
        for (component, drawing) in solution.drawings.iter().enumerate() {
            for (&atom, state) in self.atoms[component].iter().zip(&drawing.states) {
                atoms[atom].formal_charge = state.charge;
                atoms[atom].unpaired_electrons = state.unpaired;
            }
            for (&bond, &pi) in self.pi_bonds[component].iter().zip(&drawing.pi) {
                bonds[bond].order = match pi {
                    0 => BondOrder::Single,
                    1 => BondOrder::Double,
                    _ => BondOrder::Triple,
                };
            }
        }
        (atoms, bonds)
    }
}

/// Which contacts count as neighbours: none to a metal, and one of a bridging hydrogen, to the atom with fewer bonds.
fn counted(elements: &[Element], contacts: &[Contact]) -> Vec<bool> {
    let mut counted: Vec<bool> = contacts
        .iter()
        .map(|c| !c.atoms.iter().any(|&a| coordinates_donors(elements[a])))
        .collect();
    let mut of_hydrogen: Vec<Vec<usize>> = vec![Vec::new(); elements.len()];
    let mut degree = vec![0usize; elements.len()];
    for (index, contact) in contacts.iter().enumerate().filter(|(i, _)| counted[*i]) {
        for atom in contact.atoms {
            degree[atom] += 1;
            if elements[atom] == Element::H {
                of_hydrogen[atom].push(index);
            }
        }
    }
    for (hydrogen, bonds) in of_hydrogen.iter().enumerate() {
        let partner = |bond: usize| contacts[bond].atoms.iter().copied().find(|&a| a != hydrogen);
        let Some(&crowded) = bonds.iter().max_by_key(|&&b| (partner(b).map(|p| degree[p]), b)) else {
            continue;
        };
        if bonds.len() > 1 {
            counted[crowded] = false;
            for atom in contacts[crowded].atoms {
                degree[atom] -= 1;
            }
        }
    }
    counted
}

/// Component number of each atom, joined by the marked contacts, and how many there are.
fn components(atoms: usize, contacts: &[Contact], marked: &[bool]) -> (Vec<usize>, usize) {
    let mut parent: Vec<usize> = (0..atoms).collect();
    fn root(parent: &mut [usize], mut atom: usize) -> usize {
        while parent[atom] != atom {
            parent[atom] = parent[parent[atom]];
            atom = parent[atom];
        }
        atom
    }
    for (contact, _) in contacts.iter().zip(marked).filter(|c| *c.1) {
        let [a, b] = contact.atoms.map(|i| root(&mut parent, i));
        parent[a.max(b)] = a.min(b);
    }
    let mut number = vec![usize::MAX; atoms];
    let mut count = 0;
    for atom in 0..atoms {
        let top = root(&mut parent, atom);
        if number[top] == usize::MAX {
            number[top] = count;
            count += 1;
        }
        number[atom] = number[top];
    }
    (number, count)
}

/// What the user should know about the drawing.
fn notes(skeleton: &Skeleton, solution: &Solution, given: Option<i32>) -> Vec<String> {
    let mut notes = Vec::new();
    let total: i32 = solution.drawings.iter().map(|d| d.charge).sum();
    match solution.ambiguous {
        Some(other) => notes.push(format!(
            "charge {total:+} inferred, but {other:+} is about as likely; state it with --charge"
        )),
        None if given.is_none() && total != 0 => {
            notes.push(format!("charge {total:+} inferred; state it with --charge"));
        }
        None => {}
    }
    if solution.cut {
        notes.push("the search for bond orders was cut short; the drawing may not be the best".to_owned());
    }
    for (atoms, drawing) in skeleton.atoms.iter().zip(&solution.drawings) {
        for (&atom, state) in atoms.iter().zip(&drawing.states) {
            let is_odd = state.penalty >= 20.0 || (state.charge.abs() > 1 && atoms.len() > 1);
            if is_odd {
                notes.push(format!(
                    "odd valence at atom {} (charge {:+}, {} unpaired electrons in its drawing)",
                    atom + 1,
                    state.charge,
                    state.unpaired
                ));
            }
        }
    }
    notes
}

#[cfg(test)]
mod tests;
