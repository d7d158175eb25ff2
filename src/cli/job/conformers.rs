//! `conformers`: what to search, and what to keep.

use super::super::args::{ConformersArgs, MethodName, SelectName};
use super::surface::{other_surfaces, surfaces};
use super::{Common, ConformersTask, Task, UsageError, longest, unknown_extension};
use crate::conformers::ensemble::{EnsembleSettings, Select};
use crate::conformers::pool::PoolSettings;
use crate::conformers::run::Method;
use crate::conformers::search::Settings;

/// Energies above the lowest (kcal/mol) that are searched completely where no window is given.
const USUAL_WINDOW: f64 = 10.0;

pub(super) fn task(mut args: ConformersArgs) -> Result<(Common, Task), UsageError> {
    let positive = |option: &str, value: f64| match value {
        value if value > 0.0 && value.is_finite() => Ok(value),
        value => Err(UsageError(format!("{option} {value}: a positive number is expected"))),
    };
    if !(args.coverage > 0.0 && args.coverage < 1.0) {
        return Err(UsageError(format!(
            "--coverage {}: a fraction between 0 and 1 is expected, such as 0.99",
            args.coverage
        )));
    }
    let select = match args.select {
        SelectName::Energy => Select::Energy,
        SelectName::Diverse => Select::Diverse,
    };
    let kept_window = match select {
        Select::Energy => USUAL_WINDOW,
        Select::Diverse => f64::INFINITY,
    };
    let search = Settings {
        window: positive("--window", args.window.unwrap_or(USUAL_WINDOW))?,
        same: PoolSettings {
            rmsd: positive("--rmsd", args.rmsd)?,
            keep_mirror_images: args.keep_mirror_images,
            ..PoolSettings::default()
        },
        coverage: args.coverage,
        max_minimizations: args.max_minimizations,
        max_time: args
            .max_time
            .map(|seconds| longest("--max-time", seconds))
            .transpose()?,
        seed: args.seed,
    };
    let ensemble = EnsembleSettings {
        most: args.max_conformers.map(|most| most as usize),
        select,
        window: args.window.unwrap_or(kept_window),
        temperature: positive("--temperature", args.temperature)?,
    };
    let mut common = Common::new(args.common)?;
    let refine = args
        .refine
        .as_deref()
        .map(|text| other_surfaces(text, &mut args.surface, &common));
    let refine = refine.transpose()?;
    let surfaces = surfaces(&args.surface, &mut common)?;
    let threads = std::mem::replace(&mut common.threads, 1);
    if common.output.is_some() && common.to.is_none() {
        return Err(UsageError(unknown_extension(common.output.as_deref())));
    }
    let task = ConformersTask {
        surfaces,
        json: args.surface.json,
        method: match args.method {
            MethodName::Auto => Method::Auto,
            MethodName::Systematic => Method::Systematic,
            MethodName::BasinHopping => Method::BasinHopping,
            MethodName::MultiStart => Method::MultiStart,
        },
        search,
        ensemble,
        free_energy: args.free_energy,
        isomers: args.enumerate_stereo.then_some(usize::from(args.max_isomers)),
        refine,
        checkpoint: args.checkpoint,
        threads,
    };
    Ok((common, Task::Conformers(Box::new(task))))
}
