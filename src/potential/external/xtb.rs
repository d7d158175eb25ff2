//! The xtb program (Grimme and coworkers) as a child process: GFN2-xTB, GFN1-xTB and GFN-FF.
//!
//! Each evaluation is one run of the program on one thread in a temporary directory, which is kept between the evaluations of
//! one molecule, so that the converged charges (and GFN-FF's topology) of the last one are the start of the next one (or those of one
//! structure the start of all, where the order of evaluations must not matter), and is removed afterwards. Coordinates go in as bohr in full, so that our conversion counts and not the program's own; the gradient
//! comes back with 14 digits.

mod orientation;
mod output;

use super::process::{Guarded, ending, seconds};
use super::{System, check_answer, check_coordinates, failure};
use crate::potential::{EvalError, Potential};
use crate::units::{ANGSTROM_PER_BOHR, KCAL_MOL_ANGSTROM_PER_HARTREE_BOHR, KCAL_MOL_PER_HARTREE};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// Which of xtb's methods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// GFN2-xTB (Bannwarth, Ehlert, Grimme 2019).
    Gfn2,
    /// GFN1-xTB (Grimme, Bannwarth, Shushkov 2017).
    Gfn1,
    /// GFN-FF (Spicher, Grimme 2020). Its topology is that of the first structure.
    GfnFf,
}

impl Method {
    /// The name in output and on the command line. GFN2 is what is meant by xtb alone.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Gfn2 => "xtb",
            Self::Gfn1 => "xtb-gfn1",
            Self::GfnFf => "xtb-gfnff",
        }
    }

    /// The method of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "xtb" | "xtb-gfn2" => Some(Self::Gfn2),
            "xtb-gfn1" => Some(Self::Gfn1),
            "xtb-gfnff" => Some(Self::GfnFf),
            _ => None,
        }
    }

    fn flags(self) -> &'static [&'static str] {
        match self {
            Self::Gfn2 => &["--gfn", "2"],
            Self::Gfn1 => &["--gfn", "1"],
            Self::GfnFf => &["--gfnff"],
        }
    }
}

/// Names of files in the scratch directory.
const COORDINATES: &str = "coord";
const RESTART: &str = "xtbrestart";
const PINNED: &str = "xtbrestart.pinned";
const OUTPUT: &str = "thalweg.out";
const ERRORS: &str = "thalweg.err";
/// What a run writes for us, in the program's own names.
const GRADIENT: &str = "gradient";
const ENERGY_GRADIENT: &str = "coord.engrad";

/// The surface of one molecule.
#[derive(Debug)]
pub struct Xtb {
    method: Method,
    program: PathBuf,
    system: System,
    limit: Duration,
    scratch: TempDir,
    /// Whether each run begins with the charges of one and the same structure.
    pinned: bool,
}

/// Why a run came to nothing.
enum Fault {
    /// The electrons' equations were not solved.
    NotConverged(String),
    Other(String),
}

impl Xtb {
    /// Gets ready; the program is not run before the first evaluation.
    ///
    /// # Errors
    /// A charge or multiplicity that can't be; no room for temporary files.
    pub fn new(method: Method, program: &Path, system: System, limit: Duration) -> Result<Self, EvalError> {
        let name = method.name();
        // GFN-FF has no electrons to pair.
        if method != Method::GfnFf {
            system.check_electrons().map_err(|message| failure(name, message))?;
        }
        let scratch = tempfile::Builder::new()
            .prefix("thalweg-xtb-")
            .tempdir()
            .map_err(|error| failure(name, format!("no temporary directory to be had: {error}")))?;
        // It runs in another directory, where a relative place would mean something else.
        let program = if program.components().count() > 1 {
            std::path::absolute(program).unwrap_or_else(|_| program.to_path_buf())
        } else {
            program.to_path_buf()
        };
        Ok(Self {
            method,
            program,
            system,
            limit,
            scratch,
            pinned: false,
        })
    }

    /// Energy in hartree; OVERWRITES `gradient` (hartree/bohr).
    fn run(&self, x: &[f64], gradient: &mut [f64]) -> Result<f64, Fault> {
        self.write_coordinates(x)
            .map_err(|error| Fault::Other(format!("its temporary files can't be written: {error}")))?;
        let mut child = Guarded::spawn(&mut self.command()?).map_err(|error| Fault::Other(self.not_started(&error)))?;
        let status = match child.wait(self.limit) {
            Ok(Some(status)) => status,
            Ok(None) => {
                return Err(Fault::Other(format!(
                    "no result within {}; it was ended (--engine-timeout SECONDS gives it more time)",
                    seconds(self.limit)
                )));
            }
            Err(error) => return Err(Fault::Other(error.to_string())),
        };
        let text = self.text(GRADIENT);
        match status.code() {
            Some(0) if !text.is_empty() => {}
            // The shell's word for it.
            Some(127) => return Err(Fault::Other(self.not_started(&io::ErrorKind::NotFound.into()))),
            Some(126) => return Err(Fault::Other(self.not_started(&io::ErrorKind::PermissionDenied.into()))),
            _ => return Err(self.explained(status)),
        }
        let energy = output::read_gradient(&text, gradient).map_err(Fault::Other)?;
        // The other file's energy has one digit more.
        Ok(output::read_energy(&self.text(ENERGY_GRADIENT)).unwrap_or(energy))
    }

    fn command(&self) -> Result<Command, Fault> {
        let file = |name: &str| File::create(self.scratch.path().join(name)).map_err(|e| Fault::Other(e.to_string()));
        let mut command = started(&self.program);
        command
            .arg(COORDINATES)
            .arg("--grad")
            .args(self.method.flags())
            .args(["--chrg", &self.system.charge.to_string()])
            .args(["--uhf", &self.system.unpaired_electrons().to_string()])
            .current_dir(self.scratch.path())
            .envs([
                ("OMP_NUM_THREADS", "1"),
                ("MKL_NUM_THREADS", "1"),
                ("OPENBLAS_NUM_THREADS", "1"),
            ])
            .stdin(Stdio::null())
            .stdout(file(OUTPUT)?)
            .stderr(file(ERRORS)?);
        Ok(command)
    }

    fn write_coordinates(&self, x: &[f64]) -> io::Result<()> {
        for stale in [GRADIENT, ENERGY_GRADIENT, "energy"] {
            match fs::remove_file(self.scratch.path().join(stale)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        let mut text = "$coord\n".to_owned();
        for (element, c) in self.system.elements.iter().zip(x.chunks_exact(3)) {
            let [x, y, z] = [c[0], c[1], c[2]].map(|c| c / ANGSTROM_PER_BOHR);
            text += &format!("{x:.16e} {y:.16e} {z:.16e} {}\n", element.symbol());
        }
        text.push_str("$end\n");
        fs::write(self.scratch.path().join(COORDINATES), text)
    }

    /// A file of the scratch directory; empty where there is none.
    fn text(&self, name: &str) -> String {
        let bytes = fs::read(self.scratch.path().join(name)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn not_started(&self, error: &io::Error) -> String {
        let program = self.program.display();
        match error.kind() {
            io::ErrorKind::NotFound => format!(
                "the program '{program}' was not found. Install it (apt-get install xtb, conda install -c conda-forge xtb, or \
                 https://github.com/grimme-lab/xtb/releases), or say where it is: --engine {}:/path/to/xtb",
                self.method.name()
            ),
            _ => format!("the program '{program}' can't be run: {error}"),
        }
    }

    /// The reason in the program's own words, where it gave one.
    fn explained(&self, status: ExitStatus) -> Fault {
        let (out, err) = (self.text(OUTPUT), self.text(ERRORS));
        // Whoever is ended by a signal has no time for words.
        let crashed = status.code().is_none();
        let last_words = || if crashed { None } else { output::last_words(&out, &err) };
        let reason = output::reason(&out, &err).or_else(last_words);
        let ending = ending(status);
        match reason {
            Some(reason) if reason.contains("did not converge") => Fault::NotConverged(format!(
                "the electronic structure did not converge; are charge ({}) and multiplicity ({}) right, and no atoms too close? \
                 It said: {reason}",
                self.system.charge, self.system.multiplicity
            )),
            Some(reason) => Fault::Other(format!("it {ending}; it said: {reason}")),
            None if crashed => Fault::Other(format!("it {ending}; is the molecule too large for its memory?")),
            None => Fault::Other(format!("it {ending} without a gradient and without a word")),
        }
    }
}

/// The program without the usual limit of its stack, which it overflows with some thousand orbitals.
fn started(program: &Path) -> Command {
    if cfg!(unix) {
        const UNLIMITED: &str =
            r#"ulimit -s unlimited 2>/dev/null || ulimit -s "$(ulimit -H -s)" 2>/dev/null; exec "$0" "$@""#;
        let mut command = Command::new("/bin/sh");
        command.args(["-c", UNLIMITED]).arg(program);
        command
    } else {
        Command::new(program)
    }
}

impl Potential for Xtb {
    fn len(&self) -> usize {
        3 * self.system.elements.len()
    }

    fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
        check_coordinates(x, gradient, self.len())?;
        // The program waits for ever for the atoms of an empty file.
        if x.is_empty() {
            return Ok(0.0);
        }
        let [restart, kept] = [RESTART, PINNED].map(|name| self.scratch.path().join(name));
        if self.pinned {
            // Without the file the run begins with a guess, every time alike.
            fs::copy(kept, &restart).ok();
        }
        let turned = orientation::turned(x);
        let energy = match self.run(&turned, gradient) {
            // The charges of another structure can be a bad start: once more without them.
            Err(Fault::NotConverged(_)) if fs::remove_file(&restart).is_ok() => self.run(&turned, gradient),
            result => result,
        };
        orientation::turn_back(gradient);
        let name = self.method.name();
        let energy = energy.map_err(|fault| match fault {
            Fault::NotConverged(message) => EvalError::Refused {
                engine: name.to_owned(),
                message,
            },
            Fault::Other(message) => failure(name, message),
        })?;
        for g in gradient.iter_mut() {
            *g *= KCAL_MOL_ANGSTROM_PER_HARTREE_BOHR;
        }
        check_answer(name, energy * KCAL_MOL_PER_HARTREE, gradient)
    }

    fn pin(&mut self, x: &[f64]) -> Result<(), EvalError> {
        let [restart, kept] = [RESTART, PINNED].map(|name| self.scratch.path().join(name));
        // What is remembered of `x` is not to depend on what came before either.
        self.pinned = false;
        fs::remove_file(&restart).ok();
        self.energy_gradient(x, &mut vec![0.0; x.len()])?;
        fs::copy(restart, kept).ok();
        self.pinned = true;
        Ok(())
    }
}
