//! `--surface mix`: the force fields of two bonding patterns joined into one surface on which the bonds that differ can break and form. It is a
//! guess: the height of its passes is that of a crossing of two models, made round.
//!
//! The coupling makes the height, not the place. Of twelve reactions of A. B. Birkholz and H. B. Schlegel (J. Comput. Chem. 2015, 36, 1157), ten
//! guesses connect reactant and product with 60 kcal/mol as with 100, and lie 0.44 and 0.42 Å (median, root mean square over all atoms) from the
//! saddle of GFN2-xTB. With 20 the crossing is so sharp that three of six are lost, with 130 a low barrier is gone.

use super::input::Records;
use super::job::Input;
use super::prepare::{self, Failure, Prepared, place};
use super::surface::{Assigned, ForceFields};
use crate::forcefield::ForceField;
use crate::optimize::{Criteria, Lbfgs, Limits, minimize};
use crate::potential::{Blend, EvalError, Lifted, Mixture, Potential};
use crate::saddle::path::naming::Naming;
use crate::saddle::path::order::{Order, mapping, permuted, reordered};
use std::sync::Arc;

/// Both bonding patterns of a job.
pub struct Mix {
    pub fields: ForceFields,
    /// Reactant and product.
    pub ends: [Input; 2],
    /// kcal/mol.
    pub coupling: f64,
    /// Energy of the product above the reactant, both at their minima, kcal/mol.
    pub reaction_energy: f64,
    pub charge: Option<i32>,
    /// Whether the bonds tell which atom is which, whatever the numbers say.
    pub renumber: bool,
}

/// Both force fields of a molecule, each with what its minimum is lifted by, kcal/mol.
#[derive(Clone)]
pub struct Mixed {
    fields: [Arc<ForceField>; 2],
    lifts: [f64; 2],
    coupling: f64,
}

/// The minimum of an end needs no more than this to be known to a fraction of kcal/mol.
const STEPS: usize = 5000;

impl Mix {
    /// The surface for a molecule. Where an end has its atoms in another order the bonds tell which is which.
    pub fn assign(&self, prepared: &Prepared) -> Result<(Assigned, Option<String>), String> {
        let mut fields = Vec::with_capacity(2);
        let mut lifts = [0.0; 2];
        for (k, name) in ["reactant", "product"].into_iter().enumerate() {
            let end = self.end(k)?;
            let own = (&prepared.molecule, prepared.record.coordinates.as_slice());
            let other = (&end.molecule, end.record.coordinates.as_slice());
            let order = mapping(own, other, self.renumber)
                .map_err(|error| format!("the {name} is no structure of this molecule's atoms: {error}"))?;
            let (molecule, x) = match order {
                Order::Given => (end.molecule, end.record.coordinates),
                Order::ByBonds(Naming { order, .. }) => (
                    reordered(&end.molecule, &order),
                    permuted(&end.record.coordinates, &order),
                ),
            };
            let field = self.fields.field(&molecule, &x)?;
            let mut evaluator = field.evaluator();
            let criteria = Criteria::rms_gradient(0.01);
            let limits = Limits {
                steps: Some(STEPS),
                ..Limits::default()
            };
            let mut stepper = Lbfgs::default();
            let found = minimize(&mut evaluator, &x, &mut stepper, &criteria, &limits, &mut ());
            let found = found.map_err(|error| format!("the {name} has no minimum {error}"))?;
            lifts[k] = if k == 1 { self.reaction_energy } else { 0.0 } - found.point.energy;
            fields.push(field);
        }
        let [first, second] = [0, 1].map(|k: usize| Arc::clone(&fields[k]));
        let mixed = Mixed {
            fields: [first, second],
            lifts,
            coupling: self.coupling,
        };
        let warning = format!(
            "the surface is a guess: two force fields, whose minima are taken to differ by {} kcal/mol, with a coupling of {} kcal/mol",
            self.reaction_energy, self.coupling
        );
        Ok((Assigned::Mix(Box::new(mixed)), Some(warning)))
    }

    fn end(&self, k: usize) -> Result<Prepared, String> {
        let input = &self.ends[k];
        let raw = Records::of(std::slice::from_ref(input), None).next();
        let raw = raw
            .ok_or("no structure to take bonds from")?
            .map_err(|error| error.to_string())?;
        prepare::prepare(&raw, self.charge, &mut Vec::new()).map_err(|failure| match failure {
            Failure::Unreadable(text) => text,
            Failure::Unfit { record, reason } => format!("{}: {reason}", place(&raw, &record.name)),
        })
    }
}

impl Mixed {
    /// The surface at work.
    pub fn open(&self) -> Result<Box<dyn Potential>, EvalError> {
        let lifted = |k: usize| -> Box<dyn Potential> {
            Box::new(Lifted {
                surface: Box::new(self.fields[k].evaluator()),
                by: self.lifts[k],
            })
        };
        let mixture = Mixture::new(vec![lifted(0), lifted(1)], Blend::TwoStates(self.coupling));
        // Both are of the same atoms, and the coupling was checked.
        mixture
            .map(|m| Box::new(m) as Box<dyn Potential>)
            .ok_or(EvalError::WrongLength {
                found: self.fields[1].atoms(),
                expected: self.fields[0].atoms(),
            })
    }
}
