//! `vibrations`: of which molecules, how, and what is written.

use super::super::args::VibrationsArgs;
use super::super::conditions::GasSettings;
use super::surface::surfaces;
use super::{Common, Export, Task, UsageError, VibrationsTask, criteria};

pub(super) fn task(mut args: VibrationsArgs) -> Result<(Common, Task), UsageError> {
    if args.step.is_some_and(|step| !(step > 0.0 && step <= LONGEST_STEP)) {
        return Err(UsageError(format!(
            "--step: a positive distance of at most {LONGEST_STEP} Å is expected"
        )));
    }
    let gas = GasSettings::new(&args.gas, args.surface.multiplicity).map_err(UsageError)?;
    if args.surface.engine.is_none() {
        // It is the gas's alone: force fields don't depend on it.
        args.surface.multiplicity = None;
    }
    let mut common = Common::new(args.common)?;
    let surfaces = surfaces(&args.surface, &mut common)?;
    let workers = common.threads;
    if !surfaces.need_bonds() {
        // One molecule after the other, all workers on its displacements.
        common.threads = 1;
    }
    if args.animate.is_some() && args.surface.json && common.output.is_none() {
        return Err(UsageError(
            "--animate beside --json needs a file to write to: -o FILE".to_owned(),
        ));
    }
    let exports = [
        (Export::Molden, args.molden),
        (Export::Nmd, args.nmd),
        (Export::Jmol, args.jmol),
    ];
    let convergence = args.convergence.as_deref().map(criteria).transpose()?;
    let task = VibrationsTask {
        surfaces,
        json: args.surface.json,
        minimize: args.minimize.then_some(convergence),
        numerical: args.numerical || args.checkpoint.is_some(),
        step: args.step,
        checkpoint: args.checkpoint,
        masses: args
            .mass
            .iter()
            .map(|text| text.parse().map_err(UsageError))
            .collect::<Result<_, _>>()?,
        gas,
        modes: args.modes,
        exports: exports
            .into_iter()
            .filter_map(|(kind, path)| Some((kind, path?)))
            .collect(),
        animate: args.animate.map(|mode| mode as usize),
        workers,
    };
    Ok((common, Task::Vibrations(Box::new(task))))
}

/// Longest displacement in central differences, Å: beyond it they are none.
const LONGEST_STEP: f64 = 0.1;
