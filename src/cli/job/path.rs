//! `path`: what lies between two structures.

use super::super::args::PathArgs;
use super::super::conditions::GasSettings;
use super::super::path::PathTask;
use super::surface::{name_ends, other_surfaces, surfaces, take_ends, usual_saddle};
use super::{Common, Task, UsageError, criteria, unknown_extension};

pub(super) fn task(mut args: PathArgs) -> Result<(Common, Task), UsageError> {
    let gas = GasSettings::new(&args.gas, args.surface.multiplicity).map_err(UsageError)?;
    take_ends(&args.surface, &mut args.common);
    name_ends(&mut args.surface, &args.common.inputs);
    let mut common = Common::new(args.common)?;
    let refine = args.refine.as_deref();
    let refine = refine.map(|text| other_surfaces(text, &mut args.surface, &common));
    let refine = refine.transpose()?;
    if args.surface.engine.is_none() {
        // It is the gas's alone: force fields don't depend on it.
        args.surface.multiplicity = None;
    }
    let mut surfaces = surfaces(&args.surface, &mut common)?;
    surfaces.renumber(args.renumber);
    let usual_saddle = usual_saddle(&surfaces, refine.as_ref());
    // One path, all workers on its structures.
    let workers = std::mem::replace(&mut common.threads, 1);
    if common.output.is_some() && common.to.is_none() {
        return Err(UsageError(unknown_extension(common.output.as_deref())));
    }
    let task = PathTask {
        surfaces,
        json: args.surface.json,
        criteria: criteria(args.convergence.as_deref().unwrap_or("gau_tight"))?,
        saddle_criteria: criteria(args.convergence.as_deref().unwrap_or(usual_saddle))?,
        method: args.chain.method(),
        images: usize::from(args.images),
        renumber: args.renumber,
        minimize: !args.no_minimize,
        saddle: args.saddle,
        only_saddle: false,
        csv: args.csv,
        gas: args.rates.then_some(gas),
        refine,
        workers,
    };
    Ok((common, Task::Path(Box::new(task))))
}
