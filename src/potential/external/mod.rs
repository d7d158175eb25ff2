//! Surfaces of other programs: [`xtb`] as a child process, any program that speaks the line protocol of [`exec`], any client of
//! the i-PI protocol ([`ipi`]). The other way round, [`ipi::client`] lends our surfaces to programs that speak it.
//!
//! Whatever such a program does (ending, hanging, writing nonsense or numbers that are none) comes out as
//! [`EvalError::Engine`] with its own last words, after a time limit at the latest, and nothing of it is left behind: neither
//! processes nor files.

pub mod exec;
pub mod ipi;
mod process;
pub mod xtb;

use super::{EvalError, Potential};
use crate::chem::Element;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use thiserror::Error;

/// What a quantum-chemical program has to know beside the coordinates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct System {
    /// The elements, in the order of the coordinates.
    pub elements: Vec<Element>,
    /// Net charge.
    pub charge: i32,
    /// Spin multiplicity, 2S + 1.
    pub multiplicity: u16,
}

impl System {
    /// Number of unpaired electrons.
    #[must_use]
    pub fn unpaired_electrons(&self) -> u16 {
        self.multiplicity.saturating_sub(1)
    }

    /// Whether charge and multiplicity are possible with these nuclei.
    ///
    /// # Errors
    /// Says what is wrong with them.
    pub fn check_electrons(&self) -> Result<(), String> {
        let sum = |count: fn(&Element) -> u8| self.elements.iter().map(|e| i64::from(count(e))).sum::<i64>();
        let (charge, multiplicity) = (self.charge, self.multiplicity);
        let electrons = sum(|e| e.atomic_number()) - i64::from(charge);
        let valence = sum(|e| e.valence_electrons());
        if valence < i64::from(charge) {
            return Err(format!(
                "a charge of {charge} is more than the {valence} valence electrons of the atoms"
            ));
        }
        let unpaired = i64::from(self.unpaired_electrons());
        if multiplicity == 0 || unpaired > electrons || (electrons - unpaired) % 2 != 0 {
            return Err(format!(
                "with a charge of {charge} there are {electrons} electrons, which can't have the multiplicity {multiplicity}; \
                 state the charge or the multiplicity"
            ));
        }
        Ok(())
    }
}

/// How long to wait.
#[derive(Clone, Copy, Debug)]
pub struct Waits {
    /// For one evaluation.
    pub evaluation: Duration,
    /// For a client or a server to be there.
    pub connection: Duration,
    /// Once this is raised, nobody is waited for any longer that isn't there yet.
    pub interrupt: Option<&'static AtomicBool>,
}

impl Default for Waits {
    /// An hour for an evaluation, five minutes for a client.
    fn default() -> Self {
        Self {
            evaluation: Duration::from_secs(3600),
            connection: Duration::from_secs(300),
            interrupt: None,
        }
    }
}

/// An engine as it is asked for: `xtb[-gfn1|-gfn2|-gfnff][:PROGRAM]`, `exec:COMMAND`, `ipi:unix:NAME` or `ipi:HOST:PORT`.
///
/// ```
/// # use thalweg::potential::external::Engine;
/// let engine: Engine = "xtb-gfn1".parse()?;
/// assert_eq!(engine.name(), "xtb-gfn1");
/// # Ok::<(), thalweg::potential::external::UnknownEngine>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Engine {
    /// The xtb program.
    Xtb {
        /// Its Hamiltonian.
        method: xtb::Method,
        /// Its name on the search path, or its place.
        program: PathBuf,
    },
    /// A program that speaks the line protocol.
    Exec {
        /// Its command line, for the shell.
        command: String,
    },
    /// A client of the i-PI protocol, which connects to us.
    Ipi {
        /// Where we listen.
        address: ipi::Address,
    },
}

/// A text that names no engine.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct UnknownEngine(String);

impl FromStr for Engine {
    type Err = UnknownEngine;

    fn from_str(text: &str) -> Result<Self, UnknownEngine> {
        let (kind, rest) = text.split_once(':').unwrap_or((text, ""));
        match kind {
            "exec" if !rest.trim().is_empty() => Ok(Self::Exec {
                command: rest.to_owned(),
            }),
            "exec" => Err(UnknownEngine("exec: which command? Say exec:COMMAND".to_owned())),
            "ipi" => rest.parse().map(|address| Self::Ipi { address }).map_err(UnknownEngine),
            _ => match xtb::Method::named(kind) {
                Some(method) => Ok(Self::Xtb {
                    method,
                    program: if rest.is_empty() { "xtb" } else { rest }.into(),
                }),
                None => Err(UnknownEngine(format!(
                    "no engine '{text}'; there are xtb, xtb-gfn1, xtb-gfnff (each also with :PROGRAM), exec:COMMAND, \
                     ipi:unix:NAME and ipi:localhost:PORT"
                ))),
            },
        }
    }
}

impl Engine {
    /// The name in output: `xtb`, `xtb-gfn1`, `xtb-gfnff`, `exec`, `ipi`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Xtb { method, .. } => method.name(),
            Self::Exec { .. } => exec::NAME,
            Self::Ipi { .. } => ipi::NAME,
        }
    }

    /// Whether several can run at the same time. An i-PI address can be listened at only once.
    #[must_use]
    pub fn is_parallel(&self) -> bool {
        !matches!(self, Self::Ipi { .. })
    }

    /// Gets the engine ready for a molecule. (Only) `exec` starts its program here, and `ipi` begins to listen.
    ///
    /// # Errors
    /// A charge or multiplicity that can't be; a program that can't be started, an address that is in use.
    pub fn open(&self, system: System, waits: Waits) -> Result<Box<dyn Potential>, EvalError> {
        Ok(match self {
            Self::Xtb { method, program } => Box::new(xtb::Xtb::new(*method, program, system, waits.evaluation)?),
            Self::Exec { command } => Box::new(exec::Exec::start(command, &system, waits.evaluation)?),
            Self::Ipi { address } => Box::new(ipi::server::Server::listen(address, system.elements.len(), waits)?),
        })
    }
}

/// An engine's failure.
fn failure(engine: &str, message: impl Into<String>) -> EvalError {
    EvalError::Engine {
        engine: engine.to_owned(),
        message: message.into(),
    }
}

/// Refuses coordinates of the wrong length, or that are not finite: no program should see them.
fn check_coordinates(x: &[f64], gradient: &[f64], expected: usize) -> Result<(), EvalError> {
    for found in [x.len(), gradient.len()] {
        if found != expected {
            return Err(EvalError::WrongLength { found, expected });
        }
    }
    if x.iter().all(|c| c.is_finite()) {
        Ok(())
    } else {
        Err(EvalError::NotFinite { energy: f64::NAN })
    }
}

/// Refuses an answer that is not finite.
fn check_answer(engine: &str, energy: f64, gradient: &[f64]) -> Result<f64, EvalError> {
    if !energy.is_finite() {
        return Err(failure(
            engine,
            format!("it returned an energy that is no number ({energy})"),
        ));
    }
    match gradient.iter().position(|g| !g.is_finite()) {
        Some(i) => Err(failure(
            engine,
            format!(
                "it returned a gradient that is no number ({}) at atom {}",
                gradient[i],
                i / 3 + 1
            ),
        )),
        None => Ok(energy),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn system(symbols: &[&str], charge: i32, multiplicity: u16) -> System {
        System {
            elements: symbols.iter().map(|s| Element::from_symbol(s).unwrap()).collect(),
            charge,
            multiplicity,
        }
    }

    #[test]
    fn electrons_and_multiplicity_have_to_agree() {
        let water = ["O", "H", "H"];
        assert_eq!(system(&water, 0, 1).check_electrons(), Ok(()));
        assert_eq!(system(&water, 0, 3).check_electrons(), Ok(()));
        assert_eq!(system(&water, 1, 2).check_electrons(), Ok(()));
        for (charge, multiplicity) in [(0, 2), (1, 1), (10, 3), (11, 1), (0, 0)] {
            assert!(system(&water, charge, multiplicity).check_electrons().is_err());
        }
    }

    #[test]
    fn engines_are_known_by_their_spelling() {
        for (text, name) in [
            ("xtb", "xtb"),
            ("xtb-gfn2", "xtb"),
            ("xtb-gfn1:/opt/xtb", "xtb-gfn1"),
            ("xtb-gfnff", "xtb-gfnff"),
            ("exec:python3 engine.py", "exec"),
            ("ipi:unix:water", "ipi"),
            ("ipi:localhost:31415", "ipi"),
        ] {
            assert_eq!(text.parse::<Engine>().unwrap().name(), name);
        }
        for text in [
            "",
            "xtb-gfn9",
            "exec:",
            "ipi:",
            "ipi:localhost",
            "ipi:example.org:80",
            "orca",
        ] {
            assert!(text.parse::<Engine>().is_err(), "{text}");
        }
    }
}
