//! Free energies of conformers, for their populations: each an ideal gas of rigid rotors whose low vibrations are damped.

use super::ready::Ready;
use super::second_derivatives::SecondDerivatives;
use crate::conformers::ensemble::Ensemble;
use crate::units::PASCAL_PER_ATMOSPHERE;
use crate::vibrations::{Conditions, Gas, Rotor, Treatment, normal_modes, symmetry_number, thermochemistry};
use rayon::prelude::*;

/// Gives the conformers free energies (at 1 atm, with the quasi-RRHO entropies of S. Grimme, Chem. Eur. J. 2012, 18, 9955), and
/// populations by them, on the threads of the present pool.
pub fn weigh(ready: &Ready, ensemble: &mut Ensemble, temperature: f64) -> Result<(), String> {
    let thermal: Result<Vec<f64>, String> = ensemble
        .conformers
        .par_iter()
        .map(|conformer| correction(ready, &conformer.x, temperature))
        .collect();
    ensemble.weigh_by_free_energies(&thermal?, temperature);
    Ok(())
}

/// What motion adds to the energy at a minimum (Å), kcal/mol. The symmetry number belongs to it: together with the mirror images that are
/// counted it gives each conformer its number of distinguishable arrangements.
fn correction(ready: &Ready, x: &[f64], temperature: f64) -> Result<f64, String> {
    let live = ready.assigned.open().map_err(|error| error.to_string())?;
    let derivatives = SecondDerivatives {
        ready,
        is_minimized: true,
        numerical: false,
        step: None,
        checkpoint: None,
        workers: 1,
    };
    let (hessian, _) = derivatives.hessian(live, x, None)?;
    let masses: Vec<f64> = ready
        .prepared
        .molecule
        .atoms()
        .iter()
        .map(|a| a.element.mass())
        .collect();
    let modes = normal_modes(&hessian, x, &masses).map_err(|error| error.to_string())?;
    let rotor = Rotor::new(x, &masses);
    let gas = Gas {
        rotor: &rotor,
        wavenumbers_cm1: &modes.wavenumbers_cm1(),
        symmetry_number: symmetry_number(x, &masses, rotor.shape, symmetry_number::TOLERANCE),
        // The same for all.
        multiplicity: 1,
    };
    let conditions = Conditions {
        temperature,
        pressure: PASCAL_PER_ATMOSPHERE,
    };
    let properties = thermochemistry(&gas, conditions, Treatment::QUASI_RRHO).map_err(|error| error.to_string())?;
    Ok(properties.free_energy)
}
