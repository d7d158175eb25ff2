//! Symbolic atom types, then numeric ones (part I).
//!
//! Order matters only so far: carbons first, because amidinium and guanidinium carbons decide on the nitrogens around them;
//! then all other heavy atoms; then aromatic rings replace symbols; hydrogens follow the atom that they are bonded to.

mod carbon;
mod hydrogen;
mod nitrogen;
mod others;
mod oxygen_sulfur;

use super::Variant;
use super::aromaticity::{Aromaticity, Ring};
use super::drawing::{Drawing, z};
use super::parameters::{AromaticKey, AtomType, Parameters};
use crate::chem::{BondOrder, Molecule};
use crate::forcefield::TypingError;

/// A symbolic type.
pub(super) type Symbol = String;

/// What was missing, in words.
type Missing = String;

/// Symbols and numeric types of a molecule's atoms.
#[derive(Debug)]
pub(super) struct Types {
    /// Symbolic types.
    pub symbols: Vec<Symbol>,
    /// Numeric types.
    pub numbers: Vec<AtomType>,
    /// Atoms typed by element and number of neighbours only, with what was missing for more.
    pub generic: Vec<(usize, Missing)>,
}

/// What happens to an atom whose drawn bonds fit no rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    /// An error.
    Refused,
    /// Typed by element and number of neighbours, where a type is defined by these.
    Generic,
}

/// All that the rules look at.
struct Typer<'a> {
    drawing: &'a Drawing<'a>,
    aromaticity: &'a Aromaticity,
    symbols: Vec<Symbol>,
}

/// Types every atom.
///
/// # Errors
/// The first atom without type.
pub(super) fn assign(
    drawing: &Drawing<'_>,
    aromaticity: &Aromaticity,
    parameters: &Parameters,
    variant: Variant,
    unfit: Unfit,
) -> Result<Types, TypingError> {
    let molecule = drawing.molecule();
    let no_type = |atom: usize, missing: Missing| TypingError::NoType {
        surface: variant.surface(),
        atom,
        description: describe(molecule, atom),
        missing,
    };
    let mut typer = Typer {
        drawing,
        aromaticity,
        symbols: vec![Symbol::new(); molecule.len()],
    };
    let mut generic = Vec::new();
    for carbons in [true, false] {
        for atom in 0..molecule.len() {
            if drawing.z(atom) != z::H && (drawing.z(atom) == z::C) == carbons {
                let symbol = typer.heavy(atom).or_else(|missing| {
                    let symbol = typer.by_coordination(atom).filter(|_| unfit == Unfit::Generic);
                    let symbol = symbol.ok_or_else(|| no_type(atom, missing.clone()))?;
                    generic.push((atom, missing));
                    Ok::<_, TypingError>(symbol)
                })?;
                typer.symbols[atom] = symbol.to_owned();
            }
        }
    }
    typer.promote_aromatic(parameters);
    for atom in 0..molecule.len() {
        if drawing.z(atom) == z::H {
            typer.symbols[atom] = typer.hydrogen(atom, parameters).map_err(|m| no_type(atom, m))?;
        }
    }
    let number = |(atom, symbol): (usize, &Symbol)| {
        let number = parameters.symbols.get(symbol).copied();
        let known = number.filter(|&t| parameters.property(t).is_some());
        known.ok_or_else(|| no_type(atom, format!("the tables have no type for the symbol {symbol}")))
    };
    let numbers = typer.symbols.iter().enumerate().map(number).collect::<Result<_, _>>()?;
    Ok(Types {
        symbols: typer.symbols,
        numbers,
        generic,
    })
}

/// An atom in words: element, charge and neighbours with bond orders and numbers from 1.
fn describe(molecule: &Molecule, atom: usize) -> String {
    let own = molecule.atom(atom);
    let charge = match own.formal_charge {
        0 => String::new(),
        charge => format!(" with charge {charge:+}"),
    };
    let neighbors: Vec<String> = molecule
        .neighbors(atom)
        .iter()
        .map(|n| {
            let order = match molecule.bond(n.bond).order.value() {
                2.0 => "=",
                3.0 => "#",
                1.5 => ":",
                _ => "-",
            };
            format!("{order}{}{}", molecule.element(n.atom), n.atom + 1)
        })
        .collect();
    match neighbors.len() {
        0 => format!("{}{charge}, not bonded", own.element),
        _ => format!("{}{charge} bonded to {}", own.element, neighbors.join(", ")),
    }
}

impl Typer<'_> {
    fn heavy(&self, atom: usize) -> Result<&'static str, Missing> {
        match self.drawing.z(atom) {
            z::C => self.carbon(atom),
            z::N => self.nitrogen(atom),
            z::O => self.oxygen(atom),
            z::S => self.sulfur(atom),
            z::P => self.phosphorus(atom),
            _ => self.other(atom),
        }
    }

    /// Bonds of an atom in words, for messages.
    fn bonding(&self, atom: usize) -> String {
        let d = self.drawing;
        let molecule = d.molecule();
        let vague = molecule
            .neighbors(atom)
            .iter()
            .any(|n| matches!(molecule.bond(n.bond).order, BondOrder::Aromatic | BondOrder::Unknown));
        format!(
            "no rule for {} with {} neighbours, {} bonds and charge {:+}{}",
            molecule.element(atom),
            d.degree(atom),
            d.order_sum(atom),
            d.charge(atom),
            if vague { ", some of them of unknown order" } else { "" }
        )
    }

    /// The middle carbon and the two nitrogens of an imidazolium ring: N–C–N, both nitrogens with three neighbours, one of
    /// them the ring's lone pair, the other positive, whichever ring its double bond is drawn in.
    fn imidazolium(&self, ring: &Ring) -> Option<[usize; 3]> {
        let &[first, a, b, c, e] = ring.atoms.as_slice() else {
            return None;
        };
        let d = self.drawing;
        if d.z(first) != z::N || d.degree(first) != 3 {
            return None;
        }
        [(a, b), (e, c)]
            .into_iter()
            .find(|&(carbon, nitrogen)| d.z(carbon) == z::C && self.is_iminium_nitrogen(nitrogen))
            .map(|(carbon, nitrogen)| [first, carbon, nitrogen])
    }

    /// Whether a five-ring is an anion: its lone pair belongs to a nitrogen with two neighbours.
    fn is_anion_ring(&self, ring: &Ring) -> bool {
        ring.atoms.len() == 5 && self.drawing.z(ring.atoms[0]) == z::N && self.drawing.degree(ring.atoms[0]) == 2
    }

    /// Replaces symbols in aromatic rings by the aromatic table (part I). Five-rings come before six-rings: an atom in
    /// both takes the symbol of the five-ring.
    fn promote_aromatic(&mut self, parameters: &Parameters) {
        for ring in self.aromaticity.rings.iter().filter(|r| r.atoms.len() == 5) {
            let imidazolium = self.imidazolium(ring);
            let anion = self.is_anion_ring(ring);
            for &atom in &ring.atoms {
                let position = match ring.position(atom) {
                    Some(position) if imidazolium.is_none() && !anion => position,
                    _ => 4,
                };
                let cation = imidazolium.is_some_and(|members| members.contains(&atom));
                let before = self.five_ring_symbol(atom, cation, anion).to_owned();
                let cation = matches!(before.as_str(), "CNN+" | "CGD+" | "NCN+" | "NGD+");
                if let Some(symbol) = promoted(parameters, &before, self.drawing.z(atom), 5, position, cation, anion) {
                    self.symbols[atom] = symbol;
                }
            }
        }
        for ring in self.aromaticity.rings.iter().filter(|r| r.atoms.len() == 6) {
            for &atom in ring.atoms.iter().filter(|&&a| !self.aromaticity.in_size(a, 5)) {
                let element = self.drawing.z(atom);
                if let Some(symbol) = promoted(parameters, &self.symbols[atom], element, 6, 0, false, false) {
                    self.symbols[atom] = symbol;
                }
            }
        }
    }

    /// The symbol with which an atom of a five-ring enters the aromatic table: the charge of an imidazolium cation or of
    /// an anion is shared, whichever atom it is drawn on.
    fn five_ring_symbol(&self, atom: usize, cation: bool, anion: bool) -> &str {
        let symbol = self.symbols[atom].as_str();
        match (self.drawing.z(atom), symbol) {
            (z::N, _) if anion => "NM",
            (z::N, "NGD+" | "NCN+") | (z::C, "CGD+" | "CNN+") => symbol,
            (z::N, _) if cation => "NCN+",
            (z::C, _) if cation => "CNN+",
            _ => symbol,
        }
    }
}

/// The aromatic symbol: the row of the symbol itself, else that of all symbols of the element. Symbols that a ring has
/// already given for good stay.
fn promoted(
    parameters: &Parameters,
    symbol: &str,
    element: u8,
    ring_size: u8,
    position: u8,
    imidazolium: bool,
    anion: bool,
) -> Option<Symbol> {
    if matches!(symbol, "C5" | "N5" | "CIM+" | "NIM+" | "N5M" | "NPYL") {
        return None;
    }
    let row = |symbol: &str, imidazolium: bool, anion: bool| {
        let key = AromaticKey {
            symbol: symbol.to_owned(),
            ring_size,
            position,
            imidazolium,
            anion,
        };
        parameters.aromatic.get(&key).cloned()
    };
    let of_element = match element {
        z::C => "C*",
        z::N => "N*",
        z::O => "O*",
        z::S => "S*",
        _ => return None,
    };
    row(symbol, imidazolium, anion)
        .or_else(|| row(symbol, false, false))
        .or_else(|| row(of_element, false, false))
}
