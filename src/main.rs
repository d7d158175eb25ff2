//! The `thalweg` binary: hands the arguments to the command line and ends with its exit status.

use std::process::ExitCode;

fn main() -> ExitCode {
    thalweg::cli::run(std::env::args_os())
}
