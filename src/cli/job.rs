//! What is to be done: the command line, validated once. Nothing downstream sees raw arguments.

mod ts;

use super::args::{
    Args, ClusterArgs, Command, CommonArgs, CompareArgs, ConformersArgs, EnergyArgs, ForceFieldName, FormatName,
    MethodName, MinimizeArgs, PathArgs, ScanArgs, SelectName, ServeArgs, SurfaceArgs, SurfaceName, VibrationsArgs,
};
use super::barriers::BarriersTask;
use super::cluster::{self, ClusterTask};
use super::conditions::{GasSettings, MassChange};
use super::hold;
use super::interrupt;
use super::mix::Mix;
use super::optimizer::Optimizer;
use super::path::PathTask;
use super::surface::{External, ForceFields, Surfaces};
use super::ts::TsTask;
use crate::conformers::cluster as cluster_search;
use crate::conformers::ensemble::{EnsembleSettings, Select};
use crate::conformers::pool::PoolSettings;
use crate::conformers::run::Method;
use crate::conformers::search::Settings;
use crate::conformers::similarity::{Compared, Hand};
use crate::directives::Directives;
use crate::formats::Format;
use crate::optimize::{Criteria, Limits};
use crate::potential::external::{Engine, Waits, ipi};
use clap::ValueEnum;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;

/// Wrong usage, in words.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct UsageError(pub String);

/// A validated job.
pub struct Job {
    pub common: Common,
    pub task: Task,
}

/// What every command needs to know.
pub struct Common {
    pub inputs: Vec<Input>,
    pub from: Option<Format>,
    /// Format that was asked for, by `--to` or by the output's extension.
    pub to: Option<Format>,
    pub output: Option<PathBuf>,
    pub failed: Option<PathBuf>,
    pub charge: Option<i32>,
    pub threads: usize,
    pub verbosity: Verbosity,
}

#[derive(Clone)]
pub enum Input {
    Standard,
    File(PathBuf),
    /// Lines of the command line's own.
    Smiles(String),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Verbosity {
    Quiet,
    Normal,
    Verbose,
}

pub enum Task {
    Energy(Box<EnergyTask>),
    Minimize(Box<MinimizeTask>),
    Vibrations(Box<VibrationsTask>),
    Scan(Box<ScanTask>),
    Conformers(Box<ConformersTask>),
    Path(Box<PathTask>),
    Barriers(Box<BarriersTask>),
    Ts(Box<TsTask>),
    Cluster(ClusterTask),
    Compare(CompareTask),
    Convert,
    Serve(ServeTask),
}

pub struct EnergyTask {
    pub surfaces: Surfaces,
    pub json: bool,
    pub details: Details,
    pub repeat: Option<u64>,
}

pub struct CompareTask {
    /// The file whose first record is the reference, where it is not among those compared.
    pub reference: Option<Input>,
    pub atoms: Compared,
    pub hand: Hand,
    pub json: bool,
}

pub struct ServeTask {
    pub surfaces: Surfaces,
    pub address: ipi::Address,
    pub waits: Waits,
    pub json: bool,
}

/// What the energy command lists beyond the energy.
#[derive(Clone, Copy)]
pub struct Details {
    pub terms: bool,
    pub atoms: bool,
    pub gradient: bool,
    pub explain: bool,
}

pub struct MinimizeTask {
    pub surfaces: Surfaces,
    pub json: bool,
    pub criteria: Criteria,
    pub limits: Limits,
    pub optimizer: Optimizer,
    /// Whether the end is proven to be a minimum; `None`: where that is cheap.
    pub prove: Option<bool>,
    pub trajectory: Option<(PathBuf, Format)>,
    pub directives: Directives,
}

pub struct VibrationsTask {
    pub surfaces: Surfaces,
    pub json: bool,
    /// Minimize first, until this holds; `None` for what suits the surface.
    pub minimize: Option<Option<Criteria>>,
    pub numerical: bool,
    /// Å; `None` for what suits the surface.
    pub step: Option<f64>,
    pub checkpoint: Option<PathBuf>,
    pub masses: Vec<MassChange>,
    pub gas: GasSettings,
    /// List displacements.
    pub modes: bool,
    pub exports: Vec<(Export, PathBuf)>,
    /// Number of a mode from 1.
    pub animate: Option<usize>,
    /// Gradients of one molecule made at the same time.
    pub workers: usize,
}

/// A file that viewers read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Export {
    Molden,
    Nmd,
    Jmol,
}

pub struct ScanTask {
    pub surfaces: Surfaces,
    pub json: bool,
    pub criteria: Criteria,
    pub limits: Limits,
    /// At least one scan is among them, two at most.
    pub directives: Directives,
    pub both_ways: bool,
    pub csv: Option<PathBuf>,
}

pub struct ConformersTask {
    pub surfaces: Surfaces,
    pub json: bool,
    pub method: Method,
    pub search: Settings,
    pub ensemble: EnsembleSettings,
    pub free_energy: bool,
    /// Most stereoisomers, where what the input leaves open is to be enumerated.
    pub isomers: Option<usize>,
    /// Where the conformers found are minimized again.
    pub refine: Option<Surfaces>,
    pub checkpoint: Option<PathBuf>,
    /// Threads inside a search; molecules are searched one after another.
    pub threads: usize,
}

impl Job {
    pub fn new(args: Args) -> Result<Self, UsageError> {
        let (common, task) = match args.command {
            Command::Energy(energy) => energy_task(energy)?,
            Command::Minimize(minimize) => minimize_task(minimize)?,
            Command::Vibrations(vibrations) => vibrations_task(vibrations)?,
            Command::Scan(scan) => scan_task(scan)?,
            Command::Conformers(conformers) => conformers_task(conformers)?,
            Command::Ts(ts) => ts::task(ts)?,
            Command::Path(path) => path_task(path)?,
            Command::Cluster(cluster) => cluster_task(cluster)?,
            Command::Compare(compare) => compare_task(compare)?,
            Command::Convert(convert) => (Common::new(convert.common)?, Task::Convert),
            Command::Serve(serve) => serve_task(serve)?,
        };
        let job = Self { common, task };
        if matches!(job.task, Task::Convert) && job.common.to.is_none() {
            return Err(UsageError(
                "convert to which format? Say --to FORMAT, or -o FILE with an extension that tells".to_owned(),
            ));
        }
        Ok(job)
    }
}

fn energy_task(args: EnergyArgs) -> Result<(Common, Task), UsageError> {
    if args.surface.engine.is_some() && (args.terms || args.explain) {
        return Err(UsageError(
            "--terms and --explain are about force fields; an engine's energy has no parts".to_owned(),
        ));
    }
    let mut common = Common::new(args.common)?;
    let task = EnergyTask {
        surfaces: surfaces(&args.surface, &mut common)?,
        json: args.surface.json,
        details: Details {
            terms: args.terms,
            atoms: args.atoms,
            gradient: args.gradient,
            explain: args.explain,
        },
        repeat: args.repeat,
    };
    Ok((common, Task::Energy(Box::new(task))))
}

fn minimize_task(args: MinimizeArgs) -> Result<(Common, Task), UsageError> {
    let optimizer = Optimizer::new(args.optimizer, args.coordinates, args.noise).map_err(UsageError)?;
    let directives = hold::directives(&args.hold, &[])?;
    if directives.scans() > 0 {
        return Err(UsageError(
            "a $scan among the constraints: use the command scan".to_owned(),
        ));
    }
    if args.prove && !directives.list.is_empty() {
        return Err(UsageError(
            "--prove: where something is frozen, held or restrained a minimum can't be proven yet".to_owned(),
        ));
    }
    let trajectory = args.trajectory.map(|path| {
        let format = Format::from_path(&path).unwrap_or(Format::Xyz);
        (path, format)
    });
    let mut common = Common::new(args.common)?;
    let task = MinimizeTask {
        surfaces: surfaces(&args.surface, &mut common)?,
        json: args.surface.json,
        criteria: criteria(&args.convergence)?,
        limits: Limits {
            steps: Some(args.max_steps),
            noise: optimizer.noise,
            ..Limits::default()
        },
        optimizer,
        prove: match (args.prove, args.no_prove) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        },
        trajectory,
        directives,
    };
    if common.output.is_some() && common.to.is_none() {
        return Err(UsageError(unknown_extension(common.output.as_deref())));
    }
    Ok((common, Task::Minimize(Box::new(task))))
}

fn vibrations_task(mut args: VibrationsArgs) -> Result<(Common, Task), UsageError> {
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

fn scan_task(args: ScanArgs) -> Result<(Common, Task), UsageError> {
    let directives = hold::directives(&args.hold, &args.scan)?;
    if !(1..=2).contains(&directives.scans()) {
        return Err(UsageError(format!(
            "{} coordinates to scan, expected one or two (--scan, or $scan in a file of constraints)",
            directives.scans()
        )));
    }
    let mut common = Common::new(args.common)?;
    let task = ScanTask {
        surfaces: surfaces(&args.surface, &mut common)?,
        json: args.surface.json,
        criteria: criteria(&args.convergence)?,
        limits: Limits {
            steps: Some(args.max_steps),
            ..Limits::default()
        },
        directives,
        both_ways: args.both_ways,
        csv: args.csv,
    };
    if common.output.is_some() && common.to.is_none() {
        return Err(UsageError(unknown_extension(common.output.as_deref())));
    }
    Ok((common, Task::Scan(Box::new(task))))
}

fn path_task(mut args: PathArgs) -> Result<(Common, Task), UsageError> {
    let gas = GasSettings::new(&args.gas, args.surface.multiplicity).map_err(UsageError)?;
    if args.surface.engine.is_none() {
        // It is the gas's alone: force fields don't depend on it.
        args.surface.multiplicity = None;
    }
    take_ends(&args.surface, &mut args.common);
    name_ends(&mut args.surface, &args.common.inputs);
    let mut common = Common::new(args.common)?;
    let refine = args.refine.as_deref();
    let refine = refine.map(|text| other_surfaces(text, &mut args.surface, &common));
    let refine = refine.transpose()?;
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

/// Force fields are cheap and free of noise; what an engine's noise makes of tighter criteria costs many gradients.
fn usual_saddle(surfaces: &Surfaces, refine: Option<&Surfaces>) -> &'static str {
    match refine.unwrap_or(surfaces) {
        Surfaces::Engine(_) => "gau",
        Surfaces::ForceFields(_) | Surfaces::Mix(_) => "gau_tight",
    }
}

/// Energies above the lowest (kcal/mol) that are searched completely where no window is given.
const USUAL_WINDOW: f64 = 10.0;
/// Those up to which a diverse set is chosen: receptors strain what they bind, and the gas phase folds what solvents unfold.
const DIVERSE_WINDOW: f64 = 25.0;

fn conformers_task(mut args: ConformersArgs) -> Result<(Common, Task), UsageError> {
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
        Select::Diverse => DIVERSE_WINDOW,
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

fn compare_task(args: CompareArgs) -> Result<(Common, Task), UsageError> {
    let mut common = Common::new(args.common)?;
    if common.output.is_some() && common.to.is_none() {
        return Err(UsageError(unknown_extension(common.output.as_deref())));
    }
    let reference = (common.inputs.len() > 1).then(|| common.inputs.remove(0));
    let task = CompareTask {
        reference,
        atoms: if args.all_atoms { Compared::All } else { Compared::Heavy },
        hand: if args.mirror { Hand::Either } else { Hand::Same },
        json: args.json,
    };
    Ok((common, Task::Compare(task)))
}

fn unknown_extension(path: Option<&Path>) -> String {
    let path = path.unwrap_or(Path::new("")).display();
    format!("{path}: the extension tells no format (.xyz .mol .sdf .mol2 .pdb, also with .gz); say --to FORMAT")
}

fn criteria(name: &str) -> Result<Criteria, UsageError> {
    if let Some(set) = Criteria::named(name) {
        return Ok(set);
    }
    match name.parse::<f64>() {
        Ok(rms) if rms > 0.0 && rms.is_finite() => Ok(Criteria::rms_gradient(rms)),
        _ => Err(UsageError(format!(
            "--convergence {name}: neither a positive number nor one of {}",
            Criteria::names().collect::<Vec<_>>().join(", ")
        ))),
    }
}

fn cluster_task(args: ClusterArgs) -> Result<(Common, Task), UsageError> {
    let atoms = cluster::parse_name(&args.name).map_err(UsageError)?;
    let time = args
        .max_time
        .map(|seconds| longest("--max-time", seconds))
        .transpose()?;
    let common = Common {
        output: args.output.filter(|path| path.as_os_str() != "-"),
        threads: args.threads.map_or_else(cores, usize::from),
        ..Common::without_input(Verbosity::new(args.quiet, false))
    };
    let task = ClusterTask {
        settings: cluster_search::Settings {
            seed: args.seed,
            minimizations: args.max_minimizations as usize,
            time,
            target: args.target,
            keep: args.max_structures as usize,
            ..cluster_search::Settings::new(atoms)
        },
        threads: common.threads,
        json: args.json,
    };
    Ok((common, Task::Cluster(task)))
}

/// A number of seconds as a limit of time.
fn longest(option: &str, seconds: f64) -> Result<Duration, UsageError> {
    Duration::try_from_secs_f64(seconds)
        .ok()
        .filter(|time| !time.is_zero())
        .ok_or_else(|| UsageError(format!("{option} {seconds}: a positive number of seconds is expected")))
}

fn serve_task(args: ServeArgs) -> Result<(Common, Task), UsageError> {
    let address = args.address.parse().map_err(UsageError)?;
    let mut common = Common {
        inputs: vec![Input::new(args.input)],
        from: args.from.map(FormatName::format),
        charge: args.charge,
        ..Common::without_input(Verbosity::new(args.quiet, args.verbose))
    };
    let task = ServeTask {
        surfaces: surfaces(&args.surface, &mut common)?,
        address,
        waits: waits(&args.surface)?,
        json: args.surface.json,
    };
    Ok((common, Task::Serve(task)))
}

/// The surfaces that `--refine` names. A multiplicity is theirs alone where the first ones can't honour it.
fn other_surfaces(text: &str, first: &mut SurfaceArgs, common: &Common) -> Result<Surfaces, UsageError> {
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
fn surfaces(args: &SurfaceArgs, common: &mut Common) -> Result<Surfaces, UsageError> {
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
fn take_ends(surface: &SurfaceArgs, common: &mut CommonArgs) -> bool {
    let nothing_else = common.inputs.is_empty() && common.smiles.is_empty();
    if let (true, Some(reactant), Some(product)) = (nothing_else, &surface.reactant, &surface.product) {
        common.inputs = vec![reactant.clone(), product.clone()];
        return true;
    }
    false
}

/// Where the bonding patterns of `--surface mix` are not named they are those of two input files.
fn name_ends(surface: &mut SurfaceArgs, inputs: &[PathBuf]) {
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

fn waits(args: &SurfaceArgs) -> Result<Waits, UsageError> {
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

impl Common {
    fn new(args: CommonArgs) -> Result<Self, UsageError> {
        let mut inputs: Vec<Input> = args.inputs.into_iter().map(Input::new).collect();
        inputs.extend(smiles(&args.smiles)?);
        if inputs.iter().filter(|i| matches!(i, Input::Standard)).count() > 1 {
            return Err(UsageError("standard input (-) can be read only once".to_owned()));
        }
        let output = args.output.filter(|path| path.as_os_str() != "-");
        let by_extension = output.as_deref().and_then(Format::from_path);
        Ok(Self {
            inputs,
            from: args.from.map(FormatName::format),
            to: args.to.map(FormatName::format).or(by_extension),
            output,
            failed: args.failed,
            charge: args.charge,
            threads: args.threads.map_or_else(cores, usize::from),
            verbosity: Verbosity::new(args.quiet, args.verbose),
        })
    }
}

impl Common {
    /// For commands that don't work through records, on one thread.
    fn without_input(verbosity: Verbosity) -> Self {
        Self {
            inputs: Vec::new(),
            from: None,
            to: None,
            output: None,
            failed: None,
            charge: None,
            threads: 1,
            verbosity,
        }
    }
}

/// All that `--smiles` gives, as one input with a line each.
fn smiles(given: &[String]) -> Result<Option<Input>, UsageError> {
    let bad = |text: &&String| text.trim().is_empty() || text.contains(['\n', '\r']) || text.trim().starts_with('#');
    match given.iter().find(bad) {
        Some(text) => Err(UsageError(format!(
            "--smiles {text:?}: one SMILES on one line is expected, a title after a space"
        ))),
        None => Ok((!given.is_empty()).then(|| Input::Smiles(given.join("\n")))),
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

impl Verbosity {
    fn new(quiet: bool, verbose: bool) -> Self {
        match (quiet, verbose) {
            (true, _) => Self::Quiet,
            (_, true) => Self::Verbose,
            _ => Self::Normal,
        }
    }
}

impl Input {
    fn new(path: PathBuf) -> Self {
        if path.as_os_str() == "-" {
            Self::Standard
        } else {
            Self::File(path)
        }
    }
}

impl FormatName {
    fn format(self) -> Format {
        match self {
            Self::Xyz => Format::Xyz,
            Self::Mol => Format::Mol,
            Self::Sdf => Format::Sdf,
            Self::Mol2 => Format::Mol2,
            Self::Pdb => Format::Pdb,
            Self::Smi => Format::Smiles,
        }
    }
}
