//! Carbon (part I).

use super::super::drawing::z;
use super::{Missing, Typer};

impl Typer<'_> {
    pub(super) fn carbon(&self, atom: usize) -> Result<&'static str, Missing> {
        let d = self.drawing;
        match (d.degree(atom), d.order_sum(atom)) {
            (4, 4) => Ok(self.saturated_carbon(atom)),
            (3, 4) => Ok(self.trigonal_carbon(atom)),
            (2, 4) => Ok(if d.has_triple(atom) { "CSP" } else { "=C=" }),
            (1, 3) if d.bonded(atom).any(|b| b.z == z::N) => Ok("C%"),
            _ => Err(self.bonding(atom)),
        }
    }

    fn saturated_carbon(&self, atom: usize) -> &'static str {
        if self.in_three_ring(atom) {
            "CR3R"
        } else if self.in_four_ring(atom) {
            "CR4R"
        } else {
            "CR"
        }
    }

    fn trigonal_carbon(&self, atom: usize) -> &'static str {
        let d = self.drawing;
        let Some(partner) = d.double_bonded(atom).next() else {
            return "CSP2";
        };
        match partner.z {
            z::N => match self.charged_amidine(atom) {
                Some(3) => "CGD+",
                Some(_) => "CNN+",
                None if d.bonded(atom).filter(|b| b.z == z::N).count() == 3 => "CGD",
                None => "C=N",
            },
            z::O | z::S if d.terminal(atom, z::S) > 1 => "CS2M",
            z::O if d.terminal(atom, z::O) > 1 => "CO2M",
            z::O => self.carbonyl_carbon(atom),
            z::S => self.thiocarbonyl_carbon(atom, partner.atom),
            z::P => "C=P",
            z::C if self.in_four_ring(atom) => "CE4R",
            z::C => "C=C",
            _ => "CSP2",
        }
    }

    /// C=O by its two other neighbours.
    fn carbonyl_carbon(&self, atom: usize) -> &'static str {
        let single = |z| self.drawing.bonded(atom).filter(|b| b.order == 1 && b.z == z).count();
        match (single(z::N), single(z::O), single(z::S)) {
            (2, _, _) => "CONN",
            (1, 1, _) => "COON",
            (1, _, _) => "C=ON",
            (_, 2, _) => "COOO",
            (_, 1, _) => "COO",
            (_, _, 1..) => "C=OS",
            _ => "C=OR",
        }
    }

    /// C=S by the sulfur's own neighbours (sulfene, sulfine), then by the carbon's.
    fn thiocarbonyl_carbon(&self, atom: usize, sulfur: usize) -> &'static str {
        let d = self.drawing;
        let single = |z| d.bonded(atom).any(|b| b.order == 1 && b.z == z);
        match d.terminal(sulfur, z::O) {
            2.. => "CSO2",
            1 => "CS=O",
            0 if single(z::N) => "C=SN",
            0 if single(z::S) => "CSS",
            0 => "C=S",
        }
    }

    /// Number of nitrogens, two or three, over which a charge N⁺=C–N is spread: all with three neighbours. Not where the
    /// double bond belongs to an aromatic six-ring (pyridinium).
    pub(super) fn charged_amidine(&self, carbon: usize) -> Option<usize> {
        let d = self.drawing;
        let cation = d
            .double_bonded(carbon)
            .next()
            .filter(|b| self.is_iminium_nitrogen(b.atom))?
            .atom;
        let mut rings = self.aromaticity.rings_of(carbon).filter(|r| r.atoms.contains(&cation));
        if rings.any(|r| r.atoms.len() == 6) {
            return None;
        }
        let amino = d
            .bonded(carbon)
            .filter(|b| b.order == 1 && self.donates_to(b.atom, carbon))
            .count();
        (amino > 0).then_some(amino + 1)
    }

    /// Positive nitrogen with one double bond and three neighbours that carries no oxide.
    pub(super) fn is_iminium_nitrogen(&self, atom: usize) -> bool {
        let d = self.drawing;
        d.z(atom) == z::N && d.degree(atom) == 3 && d.order_sum(atom) == 4 && d.terminal(atom, z::O) == 0
    }

    /// Nitrogen with three single bonds whose lone pair is free for this carbon: not bound in an aromatic ring without it.
    fn donates_to(&self, atom: usize, carbon: usize) -> bool {
        let d = self.drawing;
        let amine = d.z(atom) == z::N && d.degree(atom) == 3 && d.order_sum(atom) == 3;
        let aromatic = self.aromaticity.rings_of(atom).next().is_some();
        amine && (!aromatic || self.aromaticity.share_ring(atom, carbon))
    }

    fn in_three_ring(&self, atom: usize) -> bool {
        let d = self.drawing;
        d.bonded(atom)
            .any(|a| d.bonded(atom).any(|b| a.atom < b.atom && d.adjacent(a.atom, b.atom)))
    }

    /// A ring of four without a chord.
    fn in_four_ring(&self, atom: usize) -> bool {
        let d = self.drawing;
        let opposite = |a: usize, b: usize| {
            d.bonded(a)
                .any(|o| o.atom != atom && d.adjacent(o.atom, b) && !d.adjacent(o.atom, atom))
        };
        d.bonded(atom).any(|a| {
            d.bonded(atom)
                .any(|b| a.atom < b.atom && !d.adjacent(a.atom, b.atom) && opposite(a.atom, b.atom))
        })
    }
}
