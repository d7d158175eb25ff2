//! The command line: the only room that prints, exits or reads the environment.
//!
//! `args` (raw) → `job` (validated once) → one file a command → `report`.

mod args;
mod barriers;
mod checkpoint;
mod checks;
mod cluster;
mod collect;
mod compare;
mod conditions;
mod conformers;
mod convert;
mod descent;
mod energy;
mod free_energy;
mod gather;
mod hold;
mod input;
mod interrupt;
mod isomers;
mod job;
mod journey;
mod landscape;
mod message;
mod minimize;
mod mix;
mod optimizer;
mod output;
mod path;
mod pipeline;
mod prepare;
mod ready;
mod refine;
mod report;
mod scan;
mod second_derivatives;
mod serve;
mod surface;
mod ts;
mod vibrations;

use clap::{CommandFactory, Parser};
use collect::{Collector, Heads};
use job::{Job, Task};
use pipeline::Work;
use std::ffi::OsString;
use std::process::ExitCode;

/// Exit status: finished, but some molecule failed or did not converge.
const PARTLY: u8 = 1;
/// Exit status: wrong usage, or no readable input.
const UNUSABLE: u8 = 2;

/// Runs the program with these arguments (the first is the program's name) and gives its exit status.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args = match args::Args::try_parse_from(arguments) {
        Ok(args) => args,
        Err(error) => return explain_usage(&error),
    };
    match Job::new(args)
        .map_err(|error| error.to_string())
        .and_then(|job| work_through(&job))
    {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            message::print_error(&error);
            ExitCode::from(UNUSABLE)
        }
    }
}

/// Help and version go to standard output and are no error.
fn explain_usage(error: &clap::Error) -> ExitCode {
    use clap::error::ErrorKind::{
        DisplayHelp, DisplayHelpOnMissingArgumentOrSubcommand, DisplayVersion, InvalidSubcommand,
    };
    match error.kind() {
        DisplayHelp | DisplayVersion => {
            // A reader that has gone does not need the help.
            drop(error.print());
            ExitCode::SUCCESS
        }
        DisplayHelpOnMissingArgumentOrSubcommand => {
            drop(error.print());
            ExitCode::from(UNUSABLE)
        }
        _ => {
            let text = error.to_string();
            let commands = match error.kind() {
                InvalidSubcommand => format!("\nCommands: {}", commands().join(", ")),
                _ => String::new(),
            };
            message::print_error(&format!("{}{commands}", text.trim_end().trim_start_matches("error: ")));
            ExitCode::from(UNUSABLE)
        }
    }
}

/// The names of all commands.
fn commands() -> Vec<String> {
    let program = args::Args::command();
    let commands = program.get_subcommands().filter(|command| !command.is_hide_set());
    commands.map(|command| command.get_name().to_owned()).collect()
}

fn work_through(job: &Job) -> Result<u8, String> {
    interrupt::listen();
    let common = &job.common;
    match &job.task {
        Task::Energy(task) => {
            let work = energy::Energies { common, task };
            run_through(job, &work, work.heads())
        }
        Task::Minimize(task) => {
            let work = minimize::Minimizations { common, task };
            run_through(job, &work, work.heads())
        }
        Task::Vibrations(task) => {
            let work = vibrations::Vibrations { common, task };
            run_through(job, &work, work.heads())
        }
        Task::Scan(task) => {
            let work = scan::Scans { common, task };
            run_through(job, &work, work.heads())
        }
        Task::Ts(task) => {
            let work = ts::Searches { common, task };
            run_through(job, &work, work.heads())
        }
        Task::Conformers(task) => {
            let work = conformers::Searches { common, task };
            run_through(job, &work, work.heads())
        }
        Task::Serve(task) => {
            let taken = Default::default();
            run_through(job, &serve::Service { common, task, taken }, Heads::structures())
        }
        Task::Path(task) => path::run(job, task),
        Task::Barriers(task) => {
            let work = barriers::Barriers { common, task };
            run_through(job, &work, work.heads())
        }
        Task::Cluster(task) => cluster::run(common, task),
        Task::Compare(task) => compare::run(job, task),
        Task::Convert => run_through(job, &convert::Conversions { common }, Heads::structures()),
    }
}

fn run_through(job: &Job, work: &dyn Work, heads: Heads) -> Result<u8, String> {
    run_records(job, input::Records::new(&job.common), work, heads)
}

fn run_records(job: &Job, records: input::Records, work: &dyn Work, heads: Heads) -> Result<u8, String> {
    let mut collector = Collector::new(job, heads)?;
    pipeline::run(records, job.common.threads, work, &mut collector)?;
    collector.finish()
}
