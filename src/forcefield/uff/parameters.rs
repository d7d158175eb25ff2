//! The table of atom types (Rappé 1992, table 1) and the constants of the functional form.

use crate::chem::Element;
use crate::forcefield::parameter_file::{self, ParameterFileError, Row, Section};

/// The published table, in our own text format.
const PUBLISHED: &str = include_str!("../../../forcefields/uff.par");

/// Columns of the section of atom types.
const TYPE_COLUMNS: usize = 13;

/// An atom type and its parameters (Rappé 1992, table 1).
#[derive(Clone, Debug, PartialEq)]
pub struct AtomType {
    /// Label, e.g. `C_R`.
    pub label: String,
    /// Element.
    pub element: Element,
    /// Natural bond radius r, Å.
    pub radius: f64,
    /// Natural angle θ0, degrees.
    pub angle_degrees: f64,
    /// Van der Waals distance x, Å.
    pub distance: f64,
    /// Van der Waals well depth D, kcal/mol.
    pub depth: f64,
    /// Effective charge Z*, e.
    pub charge: f64,
    /// Torsional barrier V of an sp3 atom, kcal/mol.
    pub torsion_sp3: f64,
    /// Torsional constant U of an sp2 atom, kcal/mol.
    pub torsion_sp2: f64,
    /// Electronegativity χ, eV.
    pub electronegativity: f64,
}

impl AtomType {
    fn read(row: &Row) -> Result<Self, ParameterFileError> {
        let element = Element::from_symbol(row.fields[1])
            .ok_or_else(|| row.error(format!("'{}' is not an element", row.fields[1])))?;
        let found = Self {
            label: row.fields[0].to_owned(),
            element,
            radius: row.parse(2)?,
            angle_degrees: row.parse(3)?,
            distance: row.parse(4)?,
            depth: row.parse(5)?,
            charge: row.parse(7)?,
            torsion_sp3: row.parse(8)?,
            torsion_sp2: row.parse(9)?,
            electronegativity: row.parse(10)?,
        };
        found.check(row)?;
        Ok(found)
    }

    /// Refuses figures that would give infinite or undefined terms.
    fn check(&self, row: &Row) -> Result<(), ParameterFileError> {
        let positive = [
            ("radius", self.radius),
            ("van der Waals distance", self.distance),
            ("electronegativity", self.electronegativity),
        ];
        let not_negative = [
            ("well depth", self.depth),
            ("effective charge", self.charge),
            ("sp3 barrier", self.torsion_sp3),
            ("sp2 constant", self.torsion_sp2),
        ];
        for (what, value) in positive {
            if !(value.is_finite() && value > 0.0) {
                return Err(row.error(format!("type {}: {what} {value} must be above 0", self.label)));
            }
        }
        for (what, value) in not_negative {
            if !(value.is_finite() && value >= 0.0) {
                return Err(row.error(format!("type {}: {what} {value} must not be below 0", self.label)));
            }
        }
        if !(self.angle_degrees > 0.0 && self.angle_degrees <= 180.0) {
            return Err(row.error(format!(
                "type {}: angle {} must be above 0 and at most 180 degrees",
                self.label, self.angle_degrees
            )));
        }
        Ok(())
    }

    /// The geometry in the label's third character: `1`, `2`, `R`, `3`, `4`, `6`; none for univalent elements.
    #[must_use]
    pub fn geometry(&self) -> Option<char> {
        self.label.chars().nth(2).filter(|&c| c != 'b')
    }

    /// The formal oxidation state at the label's end, where it has one.
    #[must_use]
    pub fn oxidation_state(&self) -> Option<i32> {
        self.label.rsplit_once('+')?.1.parse().ok()
    }
}

/// Constants of the functional form.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Constants {
    /// λ of the bond-order correction (Rappé 1992, eq 3).
    pub bond_order_factor: f64,
    /// 664.12 kcal/mol Å of the force constants (eqs 6 and 13).
    pub force_constant: f64,
    /// Bond order of aromatic bonds.
    pub aromatic_bond_order: f64,
    /// Bond order of amide C–N bonds.
    pub amide_bond_order: f64,
}

/// The parameter tables.
#[derive(Clone, Debug)]
pub struct Parameters {
    types: Vec<AtomType>,
    constants: Constants,
}

impl Parameters {
    /// The published tables, which are part of the program.
    ///
    /// # Errors
    /// Never with the tables as shipped.
    pub fn published() -> Result<Self, ParameterFileError> {
        let mut tables = Self {
            types: Vec::with_capacity(128),
            constants: Constants {
                bond_order_factor: 0.1332,
                force_constant: 664.12,
                aromatic_bond_order: 1.5,
                amide_bond_order: 1.0,
            },
        };
        tables.extend("uff.par", PUBLISHED)?;
        Ok(tables)
    }

    /// Extends or overrides these tables with those of a user's file (sections `uff.*`).
    ///
    /// # Errors
    /// Malformed sections or rows, with file and line.
    pub fn extend(&mut self, file: &str, text: &str) -> Result<(), ParameterFileError> {
        for section in parameter_file::parse(file, text)? {
            match section.name {
                "uff.type" => self.read_types(&section)?,
                "uff.constant" => self.read_constants(&section)?,
                name if name.starts_with("uff.") => return Err(unknown_section(file, &section)),
                _ => {}
            }
        }
        Ok(())
    }

    fn read_types(&mut self, section: &Section) -> Result<(), ParameterFileError> {
        for row in &section.rows {
            if row.fields.len() != TYPE_COLUMNS {
                return Err(row.error(format!(
                    "an atom type has {TYPE_COLUMNS} columns, found {}",
                    row.fields.len()
                )));
            }
            let read = AtomType::read(row)?;
            match self.find(&read.label) {
                Some(index) => self.types[index] = read,
                None => self.types.push(read),
            }
        }
        Ok(())
    }

    fn read_constants(&mut self, section: &Section) -> Result<(), ParameterFileError> {
        for row in &section.rows {
            let &[name, _] = row.fields.as_slice() else {
                return Err(row.error("a constant has 2 columns: name and value"));
            };
            let value: f64 = row.parse(1)?;
            if !(value.is_finite() && value > 0.0) {
                return Err(row.error(format!("constant {name}: {value} must be above 0")));
            }
            let constants = &mut self.constants;
            let place = match name {
                "bond_order_factor" => &mut constants.bond_order_factor,
                "force_constant" => &mut constants.force_constant,
                "aromatic_bond_order" => &mut constants.aromatic_bond_order,
                "amide_bond_order" => &mut constants.amide_bond_order,
                _ => return Err(row.error(format!("'{name}' is not a constant of UFF"))),
            };
            *place = value;
        }
        Ok(())
    }

    /// All atom types.
    #[must_use]
    pub fn types(&self) -> &[AtomType] {
        &self.types
    }

    /// The constants of the functional form.
    #[must_use]
    pub fn constants(&self) -> &Constants {
        &self.constants
    }

    /// Number of the type with this label.
    #[must_use]
    pub fn find(&self, label: &str) -> Option<usize> {
        self.types.iter().position(|t| t.label == label)
    }
}

fn unknown_section(file: &str, section: &Section) -> ParameterFileError {
    ParameterFileError {
        file: file.to_owned(),
        line: section.rows.first().map_or(1, |row| row.line.saturating_sub(1)),
        message: format!(
            "'{}' is not a section of UFF: expected uff.type or uff.constant",
            section.name
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_table_covers_elements_1_to_103() {
        let tables = Parameters::published().unwrap();
        assert_eq!(tables.types().len(), 127);
        for number in 1..=103 {
            let found = tables.types().iter().filter(|t| t.element.atomic_number() == number);
            assert!(found.count() > 0, "element {number}");
        }
        let iron = &tables.types()[tables.find("Fe6+2").unwrap()];
        assert_eq!((iron.geometry(), iron.oxidation_state()), (Some('6'), Some(2)));
        let bridging = &tables.types()[tables.find("H_b").unwrap()];
        assert_eq!((bridging.geometry(), bridging.angle_degrees), (None, 83.5));
    }

    #[test]
    fn a_users_file_overrides_types_and_constants() {
        let mut tables = Parameters::published().unwrap();
        let text = "[uff.type] a b c d e f g h i j k l m\nC_3 C 0.8 109.47 3.8 0.1 12 1.9 2 2 5 5 0.7\n\
                    [uff.constant] name value\namide_bond_order 1.41\n[mmff94.bond] x\n1\n";
        tables.extend("mine.par", text).unwrap();
        assert_eq!(tables.types().len(), 127);
        assert_eq!(tables.types()[tables.find("C_3").unwrap()].radius, 0.8);
        assert_eq!(tables.constants().amide_bond_order, 1.41);
    }

    #[test]
    fn bad_files_are_refused_with_their_line() {
        let mut tables = Parameters::published().unwrap();
        for (text, line, part) in [
            ("[uff.constant] name value\nlambda 1\n", 2, "lambda"),
            ("[uff.constant] name value\nforce_constant x\n", 2, "not a"),
            ("[uff.constant] name value\nforce_constant -1\n", 2, "above 0"),
            ("[uff.type] label element\nX_ X\n", 2, "13 columns"),
            (
                "\n[uff.type] a b c d e f g h i j k l m\nQ_ Q 1 1 1 1 1 1 1 1 1 1 1\n",
                3,
                "not an element",
            ),
            (
                "[uff.type] a b c d e f g h i j k l m\nC_3 C 0 1 1 1 1 1 1 1 1 1 1\n",
                2,
                "radius",
            ),
            ("[uff.bond] a\n1\n", 1, "uff.type"),
        ] {
            let error = tables.extend("mine.par", text).unwrap_err();
            assert_eq!(error.line, line, "{text}");
            assert!(error.message.contains(part), "{}", error.message);
        }
    }
}
