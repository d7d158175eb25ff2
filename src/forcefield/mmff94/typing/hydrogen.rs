//! Hydrogen, by the symbol of the atom that it is bonded to (part I).

use super::super::parameters::Parameters;
use super::{Missing, Symbol, Typer};

impl Typer<'_> {
    pub(super) fn hydrogen(&self, atom: usize, parameters: &Parameters) -> Result<Symbol, Missing> {
        let d = self.drawing;
        let mut parents = d.bonded(atom);
        let (Some(parent), None) = (parents.next(), parents.next()) else {
            return Err(format!("hydrogen needs one neighbour, not {}", d.degree(atom)));
        };
        let symbol = &self.symbols[parent.atom];
        parameters
            .hydrogens
            .get(symbol)
            .cloned()
            .ok_or_else(|| match symbol.as_str() {
                "" => "there is no type for hydrogen on hydrogen".to_owned(),
                _ => format!("there is no type for hydrogen on an atom of type {symbol}"),
            })
    }
}
