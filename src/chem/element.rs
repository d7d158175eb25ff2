//! The chemical elements 1 to 118.

use super::element_data::{COVALENT_RADII, MASSES};
use std::fmt;

/// A chemical element, by atomic number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Element(u8);

const SYMBOLS: [&str; 118] = [
    "H", "He", "Li", "Be", "B", "C", "N", "O", "F", "Ne", "Na", "Mg", "Al", "Si", "P", "S", "Cl", "Ar", "K", "Ca",
    "Sc", "Ti", "V", "Cr", "Mn", "Fe", "Co", "Ni", "Cu", "Zn", "Ga", "Ge", "As", "Se", "Br", "Kr", "Rb", "Sr", "Y",
    "Zr", "Nb", "Mo", "Tc", "Ru", "Rh", "Pd", "Ag", "Cd", "In", "Sn", "Sb", "Te", "I", "Xe", "Cs", "Ba", "La", "Ce",
    "Pr", "Nd", "Pm", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu", "Hf", "Ta", "W", "Re", "Os", "Ir",
    "Pt", "Au", "Hg", "Tl", "Pb", "Bi", "Po", "At", "Rn", "Fr", "Ra", "Ac", "Th", "Pa", "U", "Np", "Pu", "Am", "Cm",
    "Bk", "Cf", "Es", "Fm", "Md", "No", "Lr", "Rf", "Db", "Sg", "Bh", "Hs", "Mt", "Ds", "Rg", "Cn", "Nh", "Fl", "Mc",
    "Lv", "Ts", "Og",
];

impl Element {
    /// Hydrogen.
    pub const H: Self = Self(1);
    /// Boron.
    pub const B: Self = Self(5);
    /// Carbon.
    pub const C: Self = Self(6);
    /// Nitrogen.
    pub const N: Self = Self(7);
    /// Oxygen.
    pub const O: Self = Self(8);
    /// Fluorine.
    pub const F: Self = Self(9);
    /// Silicon.
    pub const SI: Self = Self(14);
    /// Phosphorus.
    pub const P: Self = Self(15);
    /// Sulfur.
    pub const S: Self = Self(16);
    /// Chlorine.
    pub const CL: Self = Self(17);
    /// Bromine.
    pub const BR: Self = Self(35);
    /// Iodine.
    pub const I: Self = Self(53);

    /// The element of an atomic number from 1 to 118.
    #[must_use]
    pub fn from_atomic_number(number: u8) -> Option<Self> {
        (1..=118).contains(&number).then_some(Self(number))
    }

    /// The element of a symbol, whatever its case (`CL`, `cl` and `Cl` are chlorine).
    #[must_use]
    pub fn from_symbol(symbol: &str) -> Option<Self> {
        let position = SYMBOLS.iter().position(|s| s.eq_ignore_ascii_case(symbol))?;
        Self::from_atomic_number(u8::try_from(position + 1).ok()?)
    }

    /// Atomic number, 1 to 118.
    #[must_use]
    pub fn atomic_number(self) -> u8 {
        self.0
    }

    /// Symbol in the usual case.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        SYMBOLS[usize::from(self.0) - 1]
    }

    /// Covalent radius for single bonds, Å (Cordero et al. 2008; Pyykkö and Atsumi 2009 from Bk on).
    #[must_use]
    pub fn covalent_radius(self) -> f64 {
        COVALENT_RADII[usize::from(self.0) - 1]
    }

    /// Standard atomic weight, amu (IUPAC 2021); the mass number of the longest-lived isotope where none is stable.
    #[must_use]
    pub fn mass(self) -> f64 {
        MASSES[usize::from(self.0) - 1]
    }

    /// Group of the periodic table, 1 to 18; lanthanoids and actinoids count as group 3.
    #[must_use]
    pub fn group(self) -> u8 {
        match self.0 {
            1 => 1,
            2 => 18,
            3..=4 => self.0 - 2,
            5..=10 => self.0 + 8,
            11..=12 => self.0 - 10,
            13..=18 => self.0,
            19..=36 => self.0 - 18,
            37..=54 => self.0 - 36,
            55..=56 => self.0 - 54,
            57..=71 => 3,
            72..=86 => self.0 - 68,
            87..=88 => self.0 - 86,
            89..=103 => 3,
            _ => self.0 - 100,
        }
    }

    /// Valence electrons of a main-group element (helium has 2); for a transition metal its group number.
    #[must_use]
    pub fn valence_electrons(self) -> u8 {
        match (self.0, self.group()) {
            (2, _) => 2,
            (_, group @ 13..) => group - 10,
            (_, group) => group,
        }
    }

    /// Whether the element is a transition metal, lanthanoid or actinoid (groups 3 to 12).
    #[must_use]
    pub fn is_transition_metal(self) -> bool {
        (3..=12).contains(&self.group())
    }

    /// Whether the element is an alkali or alkaline-earth metal (groups 1 and 2 without hydrogen).
    #[must_use]
    pub fn is_s_block_metal(self) -> bool {
        self.group() <= 2 && self.0 > 1
    }

    /// Whether the element is a halogen.
    #[must_use]
    pub fn is_halogen(self) -> bool {
        self.group() == 17
    }

    /// Row of the periodic table, 1 to 7.
    #[must_use]
    pub fn period(self) -> u8 {
        match self.0 {
            0..=2 => 1,
            3..=10 => 2,
            11..=18 => 3,
            19..=36 => 4,
            37..=54 => 5,
            55..=86 => 6,
            _ => 7,
        }
    }
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.symbol())
    }
}

impl fmt::Debug for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.symbol())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(symbol: &str) -> Element {
        Element::from_symbol(symbol).unwrap()
    }

    #[test]
    fn groups_and_electrons() {
        let groups = [
            ("H", 1),
            ("He", 18),
            ("Be", 2),
            ("C", 14),
            ("Cl", 17),
            ("Fe", 8),
            ("Zn", 12),
            ("I", 17),
        ];
        let later = [
            ("Ba", 2),
            ("La", 3),
            ("Lu", 3),
            ("Hf", 4),
            ("Rn", 18),
            ("U", 3),
            ("Rf", 4),
            ("Og", 18),
        ];
        for (symbol, group) in groups.into_iter().chain(later) {
            assert_eq!(element(symbol).group(), group, "{symbol}");
        }
        assert_eq!(element("O").valence_electrons(), 6);
        assert_eq!(element("Na").valence_electrons(), 1);
        assert!(element("Pt").is_transition_metal() && !element("Al").is_transition_metal());
    }

    #[test]
    fn radii_and_masses() {
        assert_eq!(element("Pt").covalent_radius(), 1.36);
        assert_eq!(element("Cm").covalent_radius(), 1.69);
        assert_eq!(element("U").mass(), 238.02891);
        assert_eq!(element("Pb").mass(), 207.2);
        assert_eq!(element("I").mass(), 126.90447);
    }
}
