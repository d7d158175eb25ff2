//! Walking a molecule down on its surface as far as vibrations, or conformers that are given out, need it.

use super::hold::Hold;
use super::interrupt;
use super::optimizer::Optimizer;
use super::ready::Ready;
use super::surface::{Assigned, Live};
use crate::directives::Directives;
use crate::optimize::observer::Interrupt;
use crate::optimize::{Criteria, Limits, OptimizeError, ProofSettings, Proven, Task, minimize, minimize_proven};

/// Root mean square of the gradient (kcal/mol/Å) to which a force field is minimized: bends of 10 cm⁻¹ are then right to a fraction.
const TIGHT: f64 = 1e-5;
/// The same for an engine, were there no set of criteria called `gau_tight`.
const TIGHT_ENGINE: f64 = 0.05;

/// Why a descent came to nothing.
pub struct Failed {
    pub reason: String,
    /// Energy and gradient evaluations that it took.
    pub evaluations: usize,
}

/// Minimizes from `x0` (Å), until `asked` holds or, without it, what suits the surface. On a force field the end is proven to be a
/// minimum; on an engine's surface a proof costs more than the minimization and is left out.
pub fn descend(ready: &Ready, live: &mut Live, x0: &[f64], asked: Option<&Criteria>) -> Result<Proven, Failed> {
    let molecule = &ready.prepared.molecule;
    let is_force_field = matches!(ready.assigned, Assigned::ForceField(_));
    let usual = if is_force_field {
        Criteria::rms_gradient(TIGHT)
    } else {
        Criteria::named("gau_tight").unwrap_or_else(|| Criteria::rms_gradient(TIGHT_ENGINE))
    };
    let criteria = asked.unwrap_or(&usual);
    let unable = |reason: String| Failed { reason, evaluations: 0 };
    let nothing = Hold::new(&Directives::default(), molecule, x0).map_err(unable)?;
    let walker = Optimizer::AUTO.walker(ready, x0, &nothing, &[]);
    let mut stepper = walker.map_err(|error| unable(error.to_string()))?.stepper;
    let (limits, mut observer) = (Limits::default(), Interrupt(interrupt::flag()));
    let result = if is_force_field {
        let task = Task {
            stepper: &mut *stepper,
            criteria,
            limits: &limits,
            observer: &mut observer,
            approximate: None,
        };
        let masses = molecule.atoms().iter().map(|atom| atom.element.mass()).collect();
        minimize_proven(live.potential(), x0, task, &ProofSettings::molecule(masses))
    } else {
        minimize(live.potential(), x0, &mut *stepper, criteria, &limits, &mut observer).map(Proven::unproven)
    };
    result.map_err(|error| Failed {
        evaluations: match &error {
            OptimizeError::Start(_) => 1,
            OptimizeError::Surface { best, .. } => best.evaluations,
        },
        reason: error.to_string(),
    })
}
