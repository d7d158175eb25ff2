//! The end of the protocol that has the surface.

use super::address::Address;
use super::wire::{Heard, Wire, float_bytes, words};
use super::{NAME, word};
use crate::potential::external::{Waits, failure, process};
use crate::potential::{EvalError, Potential};
use crate::units::{ANGSTROM_PER_BOHR, KCAL_MOL_ANGSTROM_PER_HARTREE_BOHR, KCAL_MOL_PER_HARTREE};
use std::io;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

/// How often somebody who waits looks up.
const PAUSE: Duration = Duration::from_millis(100);

/// What an evaluation came to, in the protocol's units.
struct Answer {
    energy: f64,
    forces: Vec<f64>,
    virial: [f64; 9],
}

/// Lends a surface to the server at `address` until that says good-bye or hangs up (or the interrupt is raised), and gives the
/// number of evaluations. `seen` is told of each: its number and energy (kcal/mol).
///
/// A server that is not there yet is waited for; between two of its questions it may take all the time it likes.
///
/// # Errors
/// No server; one that breaks off within a message or speaks another protocol, another number of atoms; a failure of the surface.
pub fn serve(
    potential: &mut dyn Potential,
    address: &Address,
    waits: Waits,
    seen: &mut dyn FnMut(usize, f64),
) -> Result<usize, EvalError> {
    let mut wire = connect(address, waits)?;
    let mut evaluations = 0;
    let mut answer = None;
    while let Some(said) = next_word(&mut wire, waits).map_err(lost)? {
        match said.as_str() {
            word::STATUS => {
                let state = if answer.is_some() { word::HAVE_DATA } else { word::READY };
                wire.say(state, &[]).map_err(lost)?;
            }
            word::INIT => {
                wire.int().and_then(|_| wire.skip_text()).map_err(lost)?;
            }
            word::POSITIONS => {
                let x = positions(&mut wire, potential.len())?;
                let found = evaluate(potential, &x)?;
                evaluations += 1;
                seen(evaluations, found.energy * KCAL_MOL_PER_HARTREE);
                answer = Some(found);
            }
            word::GET_FORCE => {
                let answer = answer
                    .take()
                    .ok_or_else(|| failure(NAME, "the server asked for forces before it sent positions"))?;
                wire.give(waits.connection);
                wire.say(word::FORCE_READY, &body(&answer)).map_err(lost)?;
            }
            word::EXIT => break,
            other => {
                let text = format!(
                    "the server said {}, which is no word of the protocol",
                    process::quoted(other)
                );
                return Err(failure(NAME, text));
            }
        }
    }
    Ok(evaluations)
}

#[allow(clippy::needless_pass_by_value, reason = "as map_err gives it")]
fn lost(error: io::Error) -> EvalError {
    failure(NAME, format!("the server failed: {}", words(&error)))
}

fn interrupted(waits: Waits) -> bool {
    waits.interrupt.is_some_and(|flag| flag.load(Ordering::Relaxed))
}

fn connect(address: &Address, waits: Waits) -> Result<Wire, EvalError> {
    let started = Instant::now();
    loop {
        let error = match address.connect() {
            Ok(socket) => return Ok(Wire::new(socket)),
            Err(error) => error,
        };
        let absent = matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused);
        if !absent || started.elapsed() >= waits.connection || interrupted(waits) {
            return Err(failure(NAME, format!("no server at {address}: {error}")));
        }
        thread::sleep(PAUSE);
    }
}

/// The next word; `None` where the server has hung up or the interrupt was raised.
fn next_word(wire: &mut Wire, waits: Waits) -> io::Result<Option<String>> {
    loop {
        match wire.listen(PAUSE) {
            Ok(Heard::Word) => {
                wire.give(waits.connection);
                return wire.word().map(Some);
            }
            Ok(Heard::End) => return Ok(None),
            // Hanging up before having read everything is hanging up as well.
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => return Ok(None),
            Err(error) => return Err(error),
            Ok(Heard::Nothing) if interrupted(waits) => return Ok(None),
            Ok(Heard::Nothing) => {}
        }
    }
}

/// Coordinates in Å. The cell means nothing to a molecule.
fn positions(wire: &mut Wire, expected: usize) -> Result<Vec<f64>, EvalError> {
    wire.floats(&mut [0.0; 18]).map_err(lost)?;
    let atoms = wire.int().map_err(lost)?;
    if usize::try_from(atoms).map(|n| 3 * n) != Ok(expected) {
        let text = format!(
            "the server sent {atoms} atoms, {} expected: has it got the same molecule?",
            expected / 3
        );
        return Err(failure(NAME, text));
    }
    let mut x = vec![0.0; expected];
    wire.floats(&mut x).map_err(lost)?;
    for c in &mut x {
        *c *= ANGSTROM_PER_BOHR;
    }
    Ok(x)
}

fn evaluate(potential: &mut dyn Potential, x: &[f64]) -> Result<Answer, EvalError> {
    let mut gradient = vec![0.0; x.len()];
    let energy = potential.energy_gradient(x, &mut gradient)?;
    let mut virial = [0.0; 9];
    for (r, g) in x.chunks_exact(3).zip(gradient.chunks_exact(3)) {
        for (k, v) in virial.iter_mut().enumerate() {
            *v -= r[k / 3] * g[k % 3];
        }
    }
    Ok(Answer {
        energy: energy / KCAL_MOL_PER_HARTREE,
        forces: gradient
            .iter()
            .map(|g| -g / KCAL_MOL_ANGSTROM_PER_HARTREE_BOHR)
            .collect(),
        virial: virial.map(|v| v / KCAL_MOL_PER_HARTREE),
    })
}

/// Energy, forces, virial and an empty text (of one byte, since some servers can't read none).
fn body(answer: &Answer) -> Vec<u8> {
    let mut bytes = float_bytes([answer.energy]);
    bytes.extend_from_slice(&((answer.forces.len() / 3) as i32).to_ne_bytes());
    bytes.extend(float_bytes(answer.forces.iter().chain(&answer.virial).copied()));
    bytes.extend_from_slice(&1_i32.to_ne_bytes());
    bytes.push(b' ');
    bytes
}
