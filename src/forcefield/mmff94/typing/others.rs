//! Phosphorus, silicon, halogens and monatomic ions (part I).

use super::super::drawing::z;
use super::{Missing, Typer};

impl Typer<'_> {
    pub(super) fn phosphorus(&self, atom: usize) -> Result<&'static str, Missing> {
        let d = self.drawing;
        match (d.degree(atom), d.order_sum(atom)) {
            (4, _) => Ok(match d.bonded(atom).filter(|b| b.z == z::O).count() {
                4 => "PO4",
                3 => "PO3",
                2 => "PO2",
                1 => "PO",
                _ => "PTET",
            }),
            (3, 3) => Ok("P"),
            (2, 3) => Ok("-P=C"),
            _ => Err(self.bonding(atom)),
        }
    }

    /// The type that is defined by element and number of neighbours alone, whatever the bonds.
    pub(super) fn by_coordination(&self, atom: usize) -> Option<&'static str> {
        match (self.drawing.z(atom), self.drawing.degree(atom)) {
            (z::C, 4) => Some("CR"),
            (z::C, 3) => Some("CSP2"),
            (z::C, 2) => Some("CSP"),
            (z::S, 3) => Some("S=O"),
            (z::S, 2) => Some("S"),
            (z::P, 3) => Some("P"),
            (z::P, 2) => Some("-P=C"),
            _ => None,
        }
    }

    pub(super) fn other(&self, atom: usize) -> Result<&'static str, Missing> {
        let d = self.drawing;
        let element = d.z(atom);
        match (d.degree(atom), element) {
            (4, z::SI) => Ok("SI"),
            (4, z::CL) if d.terminal(atom, z::O) == 4 => Ok("CLO4"),
            (1, z::F) => Ok("F"),
            (1, z::CL) => Ok("CL"),
            (1, z::BR) => Ok("BR"),
            (1, z::I) => Ok("I"),
            (0, _) => {
                ion(element, d.charge(atom)).ok_or_else(|| "no monatomic ion of this charge is parametrized".to_owned())
            }
            _ => Err(self.bonding(atom)),
        }
    }
}

/// Ions without bonds. Iron and copper have two charges each.
fn ion(element: u8, charge: i8) -> Option<&'static str> {
    Some(match (element, charge) {
        (9, -1) => "F-",
        (17, -1) => "CL-",
        (35, -1) => "BR-",
        (3, 1) => "LI+",
        (11, 1) => "NA+",
        (19, 1) => "K+",
        (12, 2) => "MG+2",
        (20, 2) => "CA+2",
        (26, 2) => "FE+2",
        (26, 3) => "FE+3",
        (29, 1) => "CU+1",
        (29, 2) => "CU+2",
        (30, 2) => "ZN+2",
        _ => return None,
    })
}
