//! Atom types (Rappé 1992, section II A): element, geometry and, for some elements, formal oxidation state.

use super::parameters::{AtomType, Parameters};
use crate::chem::aromaticity::Aromaticity;
use crate::chem::hybridization::Hybridization;
use crate::chem::valence::{outer_electrons, total_valence, usual_valence};
use crate::chem::{Element, Molecule};
use crate::forcefield::{Estimate, Surface, TypingError};

/// The type of one atom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Typed {
    /// Number of the type in the table.
    pub index: usize,
    /// Whether the type's label follows from hybridization and valence; otherwise it was chosen among the element's types.
    pub exact: bool,
}

/// Types every atom; each choice that the labels' rule does not settle goes into `estimates`.
pub(super) fn assign(
    molecule: &Molecule,
    aromaticity: &Aromaticity,
    hybridization: &[Hybridization],
    parameters: &Parameters,
    estimates: &mut Vec<Estimate>,
) -> Result<Vec<Typed>, TypingError> {
    let candidates = by_element(parameters);
    let mut types = Vec::with_capacity(molecule.len());
    for (atom, &hybrid) in hybridization.iter().enumerate() {
        let typing = Typing {
            molecule,
            aromaticity,
            atom,
            hybrid,
        };
        let of_element = &candidates[usize::from(molecule.element(atom).atomic_number())];
        let label = typing.label();
        let exact = of_element
            .iter()
            .copied()
            .find(|&t| parameters.types()[t].label == label);
        let index = match exact {
            Some(index) => {
                estimates.extend(typing.other_state(&parameters.types()[index]));
                index
            }
            None => {
                let index = typing.nearest(of_element, parameters).ok_or_else(|| typing.no_type())?;
                estimates.push(typing.nearest_estimate(&label, of_element, &parameters.types()[index]));
                index
            }
        };
        types.push(Typed {
            index,
            exact: exact.is_some(),
        });
    }
    Ok(types)
}

/// Numbers of the types of each element, by atomic number.
fn by_element(parameters: &Parameters) -> Vec<Vec<usize>> {
    let mut candidates = vec![Vec::new(); 119];
    for (index, atom_type) in parameters.types().iter().enumerate() {
        candidates[usize::from(atom_type.element.atomic_number())].push(index);
    }
    candidates
}

/// Whether an element is a metal of the d or f block.
pub(super) fn is_transition_metal(element: Element) -> bool {
    matches!(element.atomic_number(), 21..=30 | 39..=48 | 57..=80 | 89..=112)
}

/// Whether an element is a metal.
pub(super) fn is_metal(element: Element) -> bool {
    is_transition_metal(element)
        || matches!(
            element.atomic_number(),
            3 | 4 | 11..=13 | 19 | 20 | 31 | 37 | 38 | 49 | 50 | 55 | 56 | 81..=84 | 87 | 88
        )
}

/// Elements whose types are tetrahedral (linear for mercury) whatever their bonds.
fn fixed_geometry(number: u8) -> Option<char> {
    match number {
        12..=15 | 50..=52 | 81..=84 => Some('3'),
        80 => Some('1'),
        _ => None,
    }
}

/// One atom and what its type follows from.
struct Typing<'a> {
    molecule: &'a Molecule,
    aromaticity: &'a Aromaticity,
    atom: usize,
    hybrid: Hybridization,
}

impl Typing<'_> {
    fn element(&self) -> Element {
        self.molecule.element(self.atom)
    }

    /// The label by rule: element, geometry, oxidation state. It need not be in the table.
    fn label(&self) -> String {
        if self.bridges_boron() {
            return "H_b".to_owned();
        }
        if self.is_framework_oxygen() {
            return "O_3_z".to_owned();
        }
        let symbol = if self.element().atomic_number() == 103 {
            "Lw"
        } else {
            self.element().symbol()
        };
        let mut label = format!("{symbol:_<2}");
        label.extend(self.geometry());
        label.push_str(self.oxidation_suffix());
        label
    }

    /// The geometry character. Univalent elements have none.
    fn geometry(&self) -> Option<char> {
        let element = self.element();
        let univalent = usual_valence(element).is_some() && matches!(outer_electrons(element), Some(1 | 7));
        if univalent {
            return None;
        }
        fixed_geometry(element.atomic_number()).or(match self.hybrid {
            Hybridization::Sp => Some('1'),
            Hybridization::Sp2 if self.is_resonant() => Some('R'),
            Hybridization::Sp2 => Some('2'),
            Hybridization::Sp3 => Some('3'),
            Hybridization::Sp3d => Some('5'),
            Hybridization::Sp3d2 => Some('6'),
            Hybridization::S | Hybridization::Other => None,
        })
    }

    fn is_resonant(&self) -> bool {
        matches!(self.element().atomic_number(), 6..=8 | 16)
            && (self.aromaticity.is_aromatic_atom(self.atom)
                || self.aromaticity.is_conjugated_atom(self.molecule, self.atom))
    }

    /// The oxidation state of elements that have one in their labels.
    fn oxidation_suffix(&self) -> &'static str {
        let valence = total_valence(self.molecule, self.atom);
        match (self.element().atomic_number(), valence) {
            (15, _) if self.is_ligand_phosphorus() => "+q",
            (15, 3) => "+3",
            (15, _) => "+5",
            (16, _) if self.hybrid == Hybridization::Sp2 => "",
            (16, 2) => "+2",
            (16, 4) => "+4",
            (16, _) => "+6",
            (29 | 47, _) => "+1",
            (4 | 12 | 20 | 25 | 26 | 28 | 30 | 34 | 46 | 48 | 52 | 78 | 80 | 84, _) => "+2",
            (21 | 24 | 27 | 31 | 33 | 49 | 51 | 57..=71 | 79 | 81 | 83 | 89 | 96..=103, _) => "+3",
            (2 | 18 | 22 | 36 | 54 | 90..=95, _) => "+4",
            (23 | 41 | 43 | 73, _) => "+5",
            (42, _) => "+6",
            (75, _) if self.hybrid == Hybridization::Sp3 => "+7",
            (75, _) => "+5",
            _ => "",
        }
    }

    fn bridges_boron(&self) -> bool {
        let borons = self.neighbors_of(Element::B);
        self.element() == Element::H && borons >= 1 && self.molecule.degree(self.atom) >= 2
    }

    fn neighbors_of(&self, element: Element) -> usize {
        self.molecule
            .neighbors(self.atom)
            .iter()
            .filter(|n| self.molecule.element(n.atom) == element)
            .count()
    }

    /// An oxygen between two tetrahedral centres of an aluminosilicate framework.
    fn is_framework_oxygen(&self) -> bool {
        let is_aluminium = |atom: usize| self.molecule.element(atom).atomic_number() == 13;
        let is_center = |atom: usize| {
            (is_aluminium(atom) || self.molecule.element(atom) == Element::SI)
                && self.molecule.degree(atom) == 4
                && self
                    .molecule
                    .neighbors(atom)
                    .iter()
                    .all(|n| self.molecule.element(n.atom) == Element::O)
        };
        let neighbors = self.molecule.neighbors(self.atom);
        self.element() == Element::O
            && neighbors.len() == 2
            && neighbors.iter().all(|n| is_center(n.atom))
            && neighbors.iter().any(|n| is_aluminium(n.atom))
    }

    /// A four-coordinate phosphorus bound to a transition metal (the `q` of the label).
    fn is_ligand_phosphorus(&self) -> bool {
        let neighbors = self.molecule.neighbors(self.atom);
        neighbors.len() == 4
            && neighbors
                .iter()
                .any(|n| is_transition_metal(self.molecule.element(n.atom)))
    }

    /// The element's type with the nearest geometry, then the nearest oxidation state, then the first in the table.
    fn nearest(&self, candidates: &[usize], parameters: &Parameters) -> Option<usize> {
        let state = self.oxidation_state();
        let wanted = self.wanted_geometry();
        candidates.iter().copied().min_by_key(|&index| {
            let atom_type = &parameters.types()[index];
            let geometry = atom_type.geometry().and_then(|c| c.to_digit(10)).unwrap_or(2);
            let distance = atom_type.oxidation_state().map_or(0, |o| (o - state).abs());
            (geometry.abs_diff(wanted), distance, index)
        })
    }

    /// Bonds and formal charge together: 2 for [Fe+2] as for [Fe-2] with four bonds.
    fn oxidation_state(&self) -> i32 {
        total_valence(self.molecule, self.atom) + i32::from(self.molecule.atom(self.atom).formal_charge)
    }

    /// A note where the type stands for another oxidation state than the atom has.
    fn other_state(&self, chosen: &AtomType) -> Option<Estimate> {
        let state = self.oxidation_state();
        let of_type = chosen.oxidation_state().filter(|&of_type| of_type != state)?;
        Some(Estimate {
            term: "type",
            atoms: vec![self.atom],
            types: chosen.label.clone(),
            rule: format!("the type of oxidation state {of_type} stands for {state} (bonds and formal charge)"),
        })
    }

    /// Geometry by coordination number for metals, by hybridization for the others.
    fn wanted_geometry(&self) -> u32 {
        if is_metal(self.element()) {
            return match self.molecule.degree(self.atom) {
                0..=4 => 3,
                _ => 6,
            };
        }
        match self.hybrid {
            Hybridization::Sp => 1,
            Hybridization::Sp2 => 2,
            Hybridization::S | Hybridization::Sp3 => 3,
            Hybridization::Sp3d | Hybridization::Sp3d2 | Hybridization::Other => 6,
        }
    }

    fn nearest_estimate(&self, label: &str, candidates: &[usize], chosen: &AtomType) -> Estimate {
        let rule = if candidates.len() == 1 {
            format!("{} is the only type of its element", chosen.label)
        } else {
            format!(
                "{} is the type of its element nearest in geometry, then in oxidation state ({} neighbours, valence {})",
                chosen.label,
                self.molecule.degree(self.atom),
                total_valence(self.molecule, self.atom)
            )
        };
        Estimate {
            term: "type",
            atoms: vec![self.atom],
            types: label.to_owned(),
            rule,
        }
    }

    fn no_type(&self) -> TypingError {
        TypingError::NoType {
            surface: Surface::Uff,
            atom: self.atom,
            description: describe(self.molecule, self.atom),
            missing: "UFF has types for elements 1 (H) to 103 (Lr)".to_owned(),
        }
    }
}

/// An atom in words: `Rf bonded to Cl2, Cl3`.
fn describe(molecule: &Molecule, atom: usize) -> String {
    let element = molecule.element(atom);
    let charge = match molecule.atom(atom).formal_charge {
        0 => String::new(),
        charge => format!(" with charge {charge:+}"),
    };
    let neighbors: Vec<String> = molecule
        .neighbors(atom)
        .iter()
        .map(|n| format!("{}{}", molecule.element(n.atom), n.atom + 1))
        .collect();
    if neighbors.is_empty() {
        format!("{element}{charge} without neighbours")
    } else {
        format!("{element}{charge} bonded to {}", neighbors.join(", "))
    }
}
