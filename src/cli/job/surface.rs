//! The surfaces that options name.

use super::super::args::{CommonArgs, ForceFieldName, SurfaceArgs, SurfaceName};
use super::super::interrupt;
use super::super::mix::Mix;
use super::super::surface::{External, ForceFields, Surfaces};
use super::{Common, Input, UsageError, Verbosity};
use crate::potential::external::{Engine, Waits};
use clap::ValueEnum;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// The surfaces that `--refine` names. A multiplicity is theirs alone where the first ones can't honour it.
pub(super) fn other_surfaces(text: &str, first: &mut SurfaceArgs, common: &Common) -> Result<Surfaces, UsageError> {
    match ForceFieldName::from_str(text, true) {
        Ok(forcefield) => {
            let args = SurfaceArgs {
                forcefield,
                multiplicity: None,
                ..first.clone()
            };
            Ok(Surfaces::ForceFields(Box::new(force_fields(&args)?)))
        }
        Err(_) => {
            let engine = engine("--refine", text, first, common).map_err(|UsageError(error)| {
                UsageError(format!("{error}; or a force field's name, as for --forcefield"))
            })?;
            if first.engine.is_none() {
                first.multiplicity = None;
            }
            Ok(engine)
        }
    }
}

fn engine(option: &str, text: &str, args: &SurfaceArgs, common: &Common) -> Result<Surfaces, UsageError> {
    let engine = text
        .parse::<Engine>()
        .map_err(|e| UsageError(format!("{option}: {e}")))?;
    Ok(Surfaces::Engine(Arc::new(External {
        engine,
        charge: common.charge,
        multiplicity: args.multiplicity,
        waits: waits(args)?,
        quiet: common.verbosity == Verbosity::Quiet,
    })))
}

/// Where the surface can't be had several times at once, molecules are worked on one by one.
pub(super) fn surfaces(args: &SurfaceArgs, common: &mut Common) -> Result<Surfaces, UsageError> {
    let surfaces = match &args.engine {
        None if args.surface == Some(SurfaceName::Mix) => Surfaces::Mix(Box::new(mix(args, common.charge)?)),
        Some(text) => engine("--engine", text, args, common)?,
        None => Surfaces::ForceFields(Box::new(force_fields(args)?)),
    };
    if !surfaces.are_parallel() {
        common.threads = 1;
    }
    Ok(surfaces)
}

/// Both bonding patterns.
fn mix(args: &SurfaceArgs, charge: Option<i32>) -> Result<Mix, UsageError> {
    if !(args.coupling > 0.0 && args.coupling.is_finite()) {
        return Err(UsageError(format!(
            "--coupling {}: a positive energy in kcal/mol is expected",
            args.coupling
        )));
    }
    if !args.reaction_energy.is_finite() {
        return Err(UsageError(
            "--reaction-energy: a number in kcal/mol is expected".to_owned(),
        ));
    }
    let file = |path: &Option<PathBuf>, option: &str| match path {
        Some(path) => Ok(Input::new(path.clone())),
        None => Err(UsageError(format!(
            "--surface mix needs the structures of both bonding patterns: {option} FILE is missing"
        ))),
    };
    Ok(Mix {
        fields: force_fields(args)?,
        ends: [file(&args.reactant, "--reactant")?, file(&args.product, "--product")?],
        coupling: args.coupling,
        reaction_energy: args.reaction_energy,
        charge,
        renumber: false,
    })
}

/// Where the structures of both bonding patterns of `--surface mix` are all that is given, they are the ends. Tells whether it is so.
pub(super) fn take_ends(surface: &SurfaceArgs, common: &mut CommonArgs) -> bool {
    let nothing_else = common.inputs.is_empty() && common.smiles.is_empty();
    if let (true, Some(reactant), Some(product)) = (nothing_else, &surface.reactant, &surface.product) {
        common.inputs = vec![reactant.clone(), product.clone()];
        return true;
    }
    false
}

/// When saddles have converged, where it is not said. Force fields are cheap and free of noise; what an engine's noise makes of tighter criteria
/// costs many gradients.
pub(super) fn usual_saddle(surfaces: &Surfaces, refine: Option<&Surfaces>) -> &'static str {
    match refine.unwrap_or(surfaces) {
        Surfaces::Engine(_) => "gau",
        Surfaces::ForceFields(_) | Surfaces::Mix(_) => "gau_tight",
    }
}

/// Where the bonding patterns of `--surface mix` are not named they are those of two input files.
pub(super) fn name_ends(surface: &mut SurfaceArgs, inputs: &[PathBuf]) {
    if let (Some(SurfaceName::Mix), [first, .., last]) = (surface.surface, inputs) {
        surface.reactant.get_or_insert_with(|| first.clone());
        surface.product.get_or_insert_with(|| last.clone());
    }
}

fn force_fields(args: &SurfaceArgs) -> Result<ForceFields, UsageError> {
    if args.cutoff.is_some_and(|cutoff| !(cutoff > 0.0 && cutoff.is_finite())) {
        return Err(UsageError("--cutoff: a positive distance in Å is expected".to_owned()));
    }
    let user = match &args.parameters {
        None => None,
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(|e| UsageError(format!("{}: {e}", path.display())))?;
            Some((path.display().to_string(), text))
        }
    };
    ForceFields::new(args.forcefield, args.cutoff, args.multiplicity, user).map_err(UsageError)
}

pub(super) fn waits(args: &SurfaceArgs) -> Result<Waits, UsageError> {
    let limit = |option: &str, seconds: Option<f64>, otherwise: Duration| match seconds {
        None => Ok(otherwise),
        Some(seconds) => Duration::try_from_secs_f64(seconds)
            .ok()
            .filter(|limit| !limit.is_zero() && *limit <= LONGEST_WAIT)
            .ok_or_else(|| UsageError(format!("{option} {seconds}: a positive number of seconds is expected"))),
    };
    let usual = Waits::default();
    Ok(Waits {
        evaluation: limit("--engine-timeout", args.engine_timeout, usual.evaluation)?,
        connection: limit("--connect-timeout", args.connect_timeout, usual.connection)?,
        interrupt: Some(interrupt::flag()),
    })
}

/// A year: longer than anybody waits, and short enough for every clock.
const LONGEST_WAIT: Duration = Duration::from_secs(31_557_600);
