//! Nitrogen (part I).

use super::super::drawing::z;
use super::{Missing, Typer};

impl Typer<'_> {
    pub(super) fn nitrogen(&self, atom: usize) -> Result<&'static str, Missing> {
        let d = self.drawing;
        match (d.degree(atom), d.order_sum(atom)) {
            (4, 4) => Ok(if d.terminal(atom, z::O) > 0 { "N3OX" } else { "NR+" }),
            (3, 4) => Ok(self.trigonal_cation(atom)),
            (3, 3) => Ok(self.amino_nitrogen(atom)),
            (2, 4) => Ok(if d.has_triple(atom) { "NR%" } else { "=N=" }),
            (2, 3) => Ok(self.divalent_double(atom)),
            (2, 2) if d.charge(atom) < 0 => Ok("NM"),
            (1, 3) => Ok("NSP"),
            (1, 2) if d.bonded(atom).any(|b| b.z == z::N) => Ok("NAZT"),
            _ => Err(self.bonding(atom)),
        }
    }

    /// Positive nitrogen with a double bond and three neighbours: nitro, nitrate, N-oxide, iminium.
    fn trigonal_cation(&self, atom: usize) -> &'static str {
        let d = self.drawing;
        let oxygens = d.bonded(atom).filter(|b| b.z == z::O).count();
        match d.terminal(atom, z::O) {
            2.. if oxygens == 3 => "NO3",
            2.. => "NO2",
            1 => "N2OX",
            0 => self.iminium(atom),
        }
    }

    fn iminium(&self, atom: usize) -> &'static str {
        let Some(partner) = self.drawing.double_bonded(atom).next() else {
            return "N+=C";
        };
        match (partner.z, self.symbols[partner.atom].as_str()) {
            (_, "CNN+") => "NCN+",
            (_, "CGD+") => "NGD+",
            (z::N, _) => "N+=N",
            _ => "N+=C",
        }
    }

    /// Neutral nitrogen with three neighbours, by what it is bonded to. The more the neighbour draws on the lone pair,
    /// the earlier it decides.
    fn amino_nitrogen(&self, atom: usize) -> &'static str {
        let d = self.drawing;
        let mut found = ("NR", usize::MAX);
        for b in d.bonded(atom) {
            let candidate = match b.z {
                z::S | z::P => self.on_sulfur_or_phosphorus(b.atom, b.z),
                z::C => self.on_carbon(b.atom),
                z::N => self.on_nitrogen(b.atom),
                _ => None,
            };
            if let Some((symbol, rank)) = candidate
                && rank < found.1
            {
                found = (symbol, rank);
            }
        }
        found.0
    }

    fn on_sulfur_or_phosphorus(&self, atom: usize, element: u8) -> Option<(&'static str, usize)> {
        let d = self.drawing;
        let oxygens = d.bonded(atom).filter(|b| b.z == z::O).count();
        match (d.terminal(atom, z::O), oxygens, element) {
            (2.., 3.., z::S) => Some(("NSO3", 1)),
            (2.., _, z::S) => Some(("NSO2", 1)),
            (2.., 3.., _) => Some(("NPO3", 1)),
            (2.., _, _) => Some(("NPO2", 1)),
            _ => None,
        }
    }

    fn on_carbon(&self, carbon: usize) -> Option<(&'static str, usize)> {
        let d = self.drawing;
        match self.symbols[carbon].as_str() {
            "CNN+" => return Some(("NCN+", 0)),
            "CGD+" => return Some(("NGD+", 0)),
            _ => {}
        }
        let multiple = d.bonded(carbon).find(|b| b.order > 1)?;
        match (multiple.order, multiple.z) {
            (3, z::N) => Some(("NC%N", 1)),
            (3, z::C) => Some(("NC%C", 6)),
            (2, z::O) => Some(("NC=O", 2)),
            (2, z::S) => Some(("NC=S", 2)),
            (2, z::N) => Some(("NC=N", 5)),
            (2, z::C) => Some(("NC=C", 7)),
            (2, z::P) => Some(("NC=P", 6)),
            _ => None,
        }
    }

    fn on_nitrogen(&self, nitrogen: usize) -> Option<(&'static str, usize)> {
        let d = self.drawing;
        let multiple = d.double_bonded(nitrogen).next()?;
        match multiple.z {
            // Where the carbon bears another nitrogen (amidrazones), this one stays an amine.
            z::C => (d.bonded(multiple.atom).filter(|b| b.z == z::N).count() == 1).then_some(("NN=C", 8)),
            z::N => Some(("NN=N", 8)),
            _ => None,
        }
    }

    /// Nitrogen with one double and one single bond.
    fn divalent_double(&self, atom: usize) -> &'static str {
        let d = self.drawing;
        let Some(partner) = d.double_bonded(atom).next() else {
            return "N=C";
        };
        match partner.z {
            z::O => "N=O",
            z::N => "N=N",
            z::S if d.terminal(partner.atom, z::O) > 0 || d.degree(partner.atom) == 4 => "NSO",
            z::S if d.bonded(atom).any(|b| b.z == z::S && d.terminal(b.atom, z::O) > 1) => "NSO2",
            _ => "N=C",
        }
    }
}
