//! Oxygen and sulfur (part I).

use super::super::drawing::{Bonded, z};
use super::{Missing, Typer};

impl Typer<'_> {
    pub(super) fn oxygen(&self, atom: usize) -> Result<&'static str, Missing> {
        let d = self.drawing;
        match (d.degree(atom), d.order_sum(atom)) {
            (3, 3) => Ok("O+"),
            (2, 3) => Ok("O=+"),
            (2, 2) => Ok(self.divalent_oxygen(atom)),
            (1, _) => d
                .bonded(atom)
                .next()
                .and_then(|b| self.terminal_oxygen(b, d.charge(atom) < 0))
                .ok_or_else(|| self.bonding(atom)),
            _ => Err(self.bonding(atom)),
        }
    }

    /// Two single bonds: water, alcohols, ethers, acids. The symbols share one numeric type, and tell the hydrogens apart.
    fn divalent_oxygen(&self, atom: usize) -> &'static str {
        let d = self.drawing;
        if d.bonded(atom).all(|b| b.z == z::H) {
            return "OH2";
        }
        let of_neighbor = |b: Bonded| match b.z {
            z::S => Some(self.oxygen_on_sulfur(b.atom)),
            z::P => Some(self.oxygen_on_phosphorus(b.atom)),
            z::N if d.terminal(b.atom, z::O) > 1 => Some("ONO2"),
            z::N if d.has_double(b.atom, z::O) => Some("ON=O"),
            z::C => match d.double_bonded(b.atom).next().map(|partner| partner.z) {
                Some(z::O) => Some("OC=O"),
                Some(z::S) => Some("OC=S"),
                Some(z::N) => Some("OC=N"),
                Some(z::C) => Some("OC=C"),
                _ => None,
            },
            _ => None,
        };
        let general = if d.bonded(atom).any(|b| b.z == z::C) {
            "OR"
        } else {
            "-O-"
        };
        d.bonded(atom).find_map(of_neighbor).unwrap_or(general)
    }

    fn oxygen_on_sulfur(&self, sulfur: usize) -> &'static str {
        let d = self.drawing;
        match (d.degree(sulfur), d.bonded(sulfur).filter(|b| b.z == z::O).count()) {
            (4, 4) => "OSO3",
            (4, 3) => "OSO2",
            (4, 2) => "OSO",
            (3, _) if d.terminal(sulfur, z::O) == 1 => "OS=O",
            _ => "-OS",
        }
    }

    fn oxygen_on_phosphorus(&self, phosphorus: usize) -> &'static str {
        let d = self.drawing;
        match (
            d.degree(phosphorus),
            d.bonded(phosphorus).filter(|b| b.z == z::O).count(),
        ) {
            (4, 4) => "OPO3",
            (4, 3) => "OPO2",
            (4, 2) => "OPO",
            _ => "-OP",
        }
    }

    /// Oxygen with one neighbour. A single bond needs a negative charge, unless it is shared in a group; radicals have no type.
    fn terminal_oxygen(&self, b: Bonded, anion: bool) -> Option<&'static str> {
        let d = self.drawing;
        match b.z {
            z::C if d.degree(b.atom) == 3 && d.terminal(b.atom, z::O) > 1 => Some("O2CM"),
            z::C if b.order == 2 => Some(match self.symbols[b.atom].as_str() {
                "C=ON" | "CONN" | "COON" => "O=CN",
                "COO" | "COOO" => "O=CO",
                "C=OR" => "O=CR",
                _ => "O=C",
            }),
            z::C if d.degree(b.atom) == 3 => anion.then_some("OM2"),
            z::N => self.oxygen_on_nitrogen(b, anion),
            z::S => self.terminal_oxygen_on_sulfur(b),
            z::P => Some(match d.bonded(b.atom).filter(|o| o.z == z::O).count() {
                1 => "OP",
                2 => "O2P",
                3 => "O3P",
                _ => "O4P",
            }),
            z::CL => (d.terminal(b.atom, z::O) == 4).then_some("O4CL"),
            _ => anion.then_some("OM"),
        }
    }

    fn oxygen_on_nitrogen(&self, b: Bonded, anion: bool) -> Option<&'static str> {
        let d = self.drawing;
        let oxygens = d.bonded(b.atom).filter(|o| o.z == z::O).count();
        match (d.terminal(b.atom, z::O), oxygens, d.order_sum(b.atom)) {
            (3.., _, 4) => Some("O3N"),
            (2, 3, 4) => Some("O2NO"),
            (2, _, 4) => Some("O2N"),
            (_, _, 4) => Some("OXN"),
            _ if b.order == 2 => Some("O=N"),
            _ => anion.then_some("OM"),
        }
    }

    fn terminal_oxygen_on_sulfur(&self, b: Bonded) -> Option<&'static str> {
        let d = self.drawing;
        let oxygens = d.terminal(b.atom, z::O);
        match (d.degree(b.atom), oxygens) {
            (4, 4) => Some("O4S"),
            (4, 3) => Some("O3S"),
            (4, 2) => Some("O2S"),
            (4, _) => Some("O-S"),
            (3, 1) if d.terminal(b.atom, z::S) > 0 => Some("OSMS"),
            (3, 2..) => Some("O2S"),
            (3, _) => Some("O=S"),
            (2, _) if b.order == 1 => Some("OM"),
            (2, _) => Some("O=S="),
            _ => None,
        }
    }

    pub(super) fn sulfur(&self, atom: usize) -> Result<&'static str, Missing> {
        let d = self.drawing;
        let terminal_oxygens = d.terminal(atom, z::O);
        match (d.degree(atom), d.order_sum(atom)) {
            (4, _) => self.tetrahedral_sulfur(atom),
            (3, _) => self.trigonal_sulfur(atom),
            (2, 4) if terminal_oxygens > 0 => Ok("=S=O"),
            (2, 2) => Ok("S"),
            (1, _) => d
                .bonded(atom)
                .next()
                .and_then(|b| self.terminal_sulfur(b))
                .ok_or_else(|| self.bonding(atom)),
            _ => Err(self.bonding(atom)),
        }
    }

    fn tetrahedral_sulfur(&self, atom: usize) -> Result<&'static str, Missing> {
        let d = self.drawing;
        let oxygens = d.bonded(atom).filter(|b| b.z == z::O).count();
        let nitrogens = d.bonded(atom).filter(|b| b.z == z::N).count();
        match (d.terminal(atom, z::O), oxygens) {
            (2.., 4..) => Ok("SO4"),
            (2.., 3) => Ok("SO3"),
            (2.., _) if nitrogens > 0 => Ok("SO2N"),
            (2.., _) => Ok("SO2"),
            _ if d.has_double(atom, z::N) => Ok("SNO"),
            (1, _) if d.terminal(atom, z::S) > 0 => Ok("SO2"),
            _ => Err(self.bonding(atom)),
        }
    }

    fn trigonal_sulfur(&self, atom: usize) -> Result<&'static str, Missing> {
        let d = self.drawing;
        match (d.terminal(atom, z::O), d.terminal(atom, z::S)) {
            (2.., _) if d.has_double(atom, z::C) || d.has_double(atom, z::N) => Ok("=SO2"),
            (3.., _) if d.order_sum(atom) == 6 => Ok("=SO2"),
            (2.., _) => Ok("SO2M"),
            (1, 1..) => Ok("SSOM"),
            (1, 0) => Ok("S=O"),
            (0, _) if d.has_double(atom, z::N) => Ok(">S=N"),
            _ => Err(self.bonding(atom)),
        }
    }

    /// Sulfur with one neighbour.
    fn terminal_sulfur(&self, b: Bonded) -> Option<&'static str> {
        let d = self.drawing;
        match b.z {
            z::C if d.terminal(b.atom, z::S) > 1 && self.symbols[b.atom] == "CS2M" => Some("S2CM"),
            z::C if b.order == 2 => Some("S=C"),
            z::P => Some("S-P"),
            z::S if d.degree(b.atom) == 3 && d.terminal(b.atom, z::O) > 0 => Some("SSMO"),
            z::H => None,
            _ => Some("SM"),
        }
    }
}
