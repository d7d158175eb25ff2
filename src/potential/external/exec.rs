//! Any program as a surface, by a line protocol in JSON over its standard input and output.
//!
//! The program is started once (by the shell: `sh -c COMMAND`) and serves one molecule to its end. What it reads and writes is
//! one JSON object a line.
//!
//! 1. The first line that it reads tells the molecule; it is not answered:
//!
//!    ```json
//!    {"protocol":1,"elements":["O","H","H"],"charge":0,"multiplicity":1}
//!    ```
//! 2. Each further line asks for one evaluation, at coordinates in Å:
//!
//!    ```json
//!    {"coordinates":[[0.0,0.0,0.119],[0.0,0.763,-0.477],[0.0,-0.763,-0.477]]}
//!    ```
//! 3. It is answered by energy and gradient, in a line that is flushed at once:
//!
//!    ```json
//!    {"energy":-3180.9,"gradient":[[0.0,0.0,1.2],[0.0,0.3,-0.6],[0.0,-0.3,-0.6]]}
//!    ```
//!
//!    or by `{"error":"the reason in words"}` where there is no energy at these coordinates: the step is shortened a few times, then
//!    the minimization ends there.
//! 4. The end of its standard input is the end of its work.
//!
//! Energies are in kcal/mol and gradients in kcal/mol/Å unless the answer says otherwise: `"units":"hartree,bohr"`, or any other
//! pair of `kcal/mol`, `kJ/mol`, `hartree`, `eV` and `angstrom`, `bohr`. The gradient may be flat (3N numbers), and programs
//! that have forces may give them as `"forces"` in the gradient's place. Other keys are for the program's own use.
//!
//! Standard output holds answers and nothing else; what is meant for people belongs on standard error, whose last lines are
//! quoted when something goes wrong. In Python, a whole engine is:
//!
//! ```python
//! import json, sys
//! molecule = json.loads(sys.stdin.readline())
//! for line in sys.stdin:
//!     energy, gradient = surface(molecule, json.loads(line)["coordinates"])
//!     print(json.dumps({"energy": energy, "gradient": gradient}), flush=True)
//! ```

mod answer;
mod session;

use super::{System, check_answer, check_coordinates, failure};
use crate::potential::{EvalError, Potential};
use serde_json::json;
use session::Session;
use std::time::Duration;

/// The name in output.
pub const NAME: &str = "exec";

/// The surface of one molecule.
#[derive(Debug)]
pub struct Exec {
    session: Session,
    atoms: usize,
    limit: Duration,
    /// Why there is no talking to the program any more.
    broken: Option<String>,
}

impl Exec {
    /// Starts the program and tells it the molecule.
    ///
    /// # Errors
    /// Where no process can be started. (A command that does not exist is noticed at the first evaluation.)
    pub fn start(command: &str, system: &System, limit: Duration) -> Result<Self, EvalError> {
        let elements: Vec<&str> = system.elements.iter().map(|e| e.symbol()).collect();
        let atoms = elements.len();
        let session = Session::start(command, atoms)
            .map_err(|error| failure(NAME, format!("the command '{command}' can't be run: {error}")))?;
        session.send(
            json!({
                "protocol": 1,
                "elements": elements,
                "charge": system.charge,
                "multiplicity": system.multiplicity,
            })
            .to_string(),
        );
        Ok(Self {
            session,
            atoms,
            limit,
            broken: None,
        })
    }

    /// One question and its answer line. An error means that nothing can be asked any more.
    fn ask(&mut self, x: &[f64]) -> Result<String, String> {
        self.session.check_silence()?;
        let coordinates: Vec<&[f64]> = x.chunks_exact(3).collect();
        self.session.send(json!({ "coordinates": coordinates }).to_string());
        self.session.answer(self.limit)
    }
}

impl Potential for Exec {
    fn len(&self) -> usize {
        3 * self.atoms
    }

    fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
        check_coordinates(x, gradient, self.len())?;
        if let Some(reason) = &self.broken {
            return Err(failure(NAME, reason.clone()));
        }
        let line = self.ask(x).map_err(|reason| {
            self.broken = Some(reason.clone());
            failure(NAME, reason)
        })?;
        if let Some(reason) = answer::refusal(&line) {
            return Err(EvalError::Refused {
                engine: NAME.to_owned(),
                message: format!("{reason}{}", self.session.last_words()),
            });
        }
        let energy = answer::read(&line, gradient)
            .map_err(|reason| failure(NAME, format!("{reason}{}", self.session.last_words())))?;
        check_answer(NAME, energy, gradient)
    }
}
