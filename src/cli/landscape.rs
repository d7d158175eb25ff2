//! A molecule's surface as the search for passes sees it.

use super::interrupt;
use super::optimizer::mmff94_evaluator;
use super::ready::Ready;
use super::surface::Assigned;
use crate::chem::Molecule;
use crate::potential::{EvalError, Potential};
use crate::saddle::route::{Bonding, Landscape};
use std::sync::atomic::AtomicBool;

/// A molecule with its surface.
pub struct Terrain<'a> {
    pub ready: &'a Ready,
    /// Gradients made at the same time.
    pub workers: usize,
}

impl Terrain<'_> {
    /// A force field knows one pattern of bonds only.
    pub fn check_bonds(&self, other: &Molecule) -> Result<(), String> {
        let own = &self.ready.prepared.molecule;
        let bonded = |m: &Molecule, [a, b]: [usize; 2]| m.bond_between(a, b).is_some();
        let differs = own.bonds().iter().find(|bond| !bonded(other, bond.atoms));
        let differs = differs.or_else(|| other.bonds().iter().find(|bond| !bonded(own, bond.atoms)));
        match (&self.ready.assigned, differs) {
            (Assigned::ForceField(_), Some(bond)) => Err(format!(
                "the bond {}-{} is there in one structure only, and a force field can neither break nor form one: take an engine \
                 (--engine xtb)",
                bond.atoms[0] + 1,
                bond.atoms[1] + 1
            )),
            _ => Ok(()),
        }
    }
}

impl Landscape for Terrain<'_> {
    fn molecule(&self) -> &Molecule {
        &self.ready.prepared.molecule
    }

    fn bonding(&self) -> Bonding {
        match &self.ready.assigned {
            Assigned::ForceField(_) => Bonding::Drawn,
            Assigned::Mix(_) => Bonding::ByPlace {
                charge: self.molecule().net_charge(),
            },
            Assigned::Engine { system, .. } => Bonding::ByPlace { charge: system.charge },
        }
    }

    fn is_costly(&self) -> bool {
        matches!(self.ready.assigned, Assigned::Engine { .. })
    }

    fn open(&self) -> Result<Box<dyn Potential>, EvalError> {
        Ok(self.ready.assigned.open()?.into_potential())
    }

    fn stand_in(&self, molecule: &Molecule) -> Option<Box<dyn Potential>> {
        Some(Box::new(mmff94_evaluator(molecule)?))
    }

    fn interrupt(&self) -> &AtomicBool {
        interrupt::flag()
    }

    fn workers(&self) -> usize {
        self.workers
    }
}
