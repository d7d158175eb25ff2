//! What is to be done: the command line, validated once. Nothing downstream sees raw arguments.

mod conformers;
mod path;
mod surface;
mod ts;
mod vibrations;

use super::args::{
    Args, ClusterArgs, Command, CommonArgs, CompareArgs, EnergyArgs, FormatName, MinimizeArgs, ScanArgs, ServeArgs,
};
use super::barriers::BarriersTask;
use super::cluster::{self, ClusterTask};
use super::conditions::{GasSettings, MassChange};
use super::hold;
use super::optimizer::Optimizer;
use super::path::PathTask;
use super::surface::Surfaces;
use super::ts::TsTask;
use crate::conformers::cluster as cluster_search;
use crate::conformers::ensemble::EnsembleSettings;
use crate::conformers::run::Method;
use crate::conformers::search::Settings;
use crate::conformers::similarity::{Compared, Hand};
use crate::directives::Directives;
use crate::formats::Format;
use crate::optimize::{Criteria, Limits};
use crate::potential::external::{Waits, ipi};
use std::path::{Path, PathBuf};
use std::time::Duration;
use surface::{surfaces, waits};
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
            Command::Vibrations(vibrations) => vibrations::task(vibrations)?,
            Command::Scan(scan) => scan_task(scan)?,
            Command::Conformers(conformers) => conformers::task(conformers)?,
            Command::Ts(ts) => ts::task(ts)?,
            Command::Path(path) => path::task(path)?,
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
    let (law, atoms) = cluster::parse_name(&args.name, args.range).map_err(UsageError)?;
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
        law,
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
