//! The end of the protocol that has the coordinates.

use super::address::{Address, Listener};
use super::wire::{Wire, float_bytes, is_closed, words};
use super::{NAME, word};
use crate::potential::external::{Waits, check_answer, check_coordinates, failure, process};
use crate::potential::{EvalError, Potential};
use crate::units::{ANGSTROM_PER_BOHR, KCAL_MOL_ANGSTROM_PER_HARTREE_BOHR, KCAL_MOL_PER_HARTREE};
use std::io;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

/// The surface of one molecule, as a client computes it.
#[derive(Debug)]
pub struct Server {
    address: Address,
    listener: Listener,
    atoms: usize,
    waits: Waits,
    client: Option<Wire>,
    /// Edge of the cube that stands for empty space, bohr; chosen at the first evaluation.
    edge: Option<f64>,
    /// Why there is no talking to a client any more.
    broken: Option<String>,
}

impl Server {
    /// Begins to listen; the client is waited for at the first evaluation.
    ///
    /// # Errors
    /// An address that can't be listened at.
    pub fn listen(address: &Address, atoms: usize, waits: Waits) -> Result<Self, EvalError> {
        let listener = address.listen().map_err(|error| {
            let hint = match error.kind() {
                io::ErrorKind::AddrInUse => "another program listens there already".to_owned(),
                io::ErrorKind::AlreadyExists => "there is a file of that name that is no socket".to_owned(),
                _ => error.to_string(),
            };
            failure(NAME, format!("can't listen at {address}: {hint}"))
        })?;
        Ok(Self {
            address: address.clone(),
            listener,
            atoms,
            waits,
            client: None,
            edge: None,
            broken: None,
        })
    }

    fn accept(&self) -> Result<Wire, String> {
        const PAUSE: Duration = Duration::from_millis(20);
        let started = Instant::now();
        loop {
            match self.listener.accept() {
                Ok(Some(socket)) => {
                    let mut client = Wire::new(socket);
                    client.give(self.waits.evaluation);
                    match get_ready(&mut client) {
                        Ok(()) => return Ok(client),
                        // Somebody who only knocked.
                        Err(error) if is_closed(&error) => continue,
                        Err(error) => return Err(lost(&error)),
                    }
                }
                Ok(None) => {}
                Err(error) => return Err(format!("at {}: {error}", self.address)),
            }
            if self.waits.interrupt.is_some_and(|flag| flag.load(Ordering::Relaxed)) {
                return Err(format!("interrupted while waiting for a client at {}", self.address));
            }
            if started.elapsed() >= self.waits.connection {
                return Err(format!(
                    "no client came to {} within {}",
                    self.address,
                    process::seconds(self.waits.connection)
                ));
            }
            thread::sleep(PAUSE);
        }
    }

    /// One evaluation: energy in hartree; OVERWRITES `gradient` with the forces (hartree/bohr).
    fn ask(&mut self, x: &[f64], forces: &mut [f64]) -> Result<f64, String> {
        let mut client = match self.client.take() {
            Some(client) => client,
            None => self.accept()?,
        };
        client.give(self.waits.evaluation);
        let edge = *self.edge.get_or_insert_with(|| edge(x));
        let energy = talk(&mut client, x, edge, forces).map_err(|error| lost(&error))?;
        // Whoever breaks off in mid-sentence is not talked to again.
        self.client = Some(client);
        Ok(energy)
    }
}

/// Far more than the molecule, so that even a periodic code computes it alone. Bohr.
fn edge(x: &[f64]) -> f64 {
    const EMPTY_SPACE: f64 = 100.0;
    let reach = x.iter().fold(0.0_f64, |most, c| most.max(c.abs()));
    ((4.0 * reach + EMPTY_SPACE) / ANGSTROM_PER_BOHR).ceil()
}

/// Brings a client to where it takes positions.
fn get_ready(client: &mut Wire) -> io::Result<()> {
    loop {
        client.say(word::STATUS, &[])?;
        match client.word()?.as_str() {
            word::READY => return Ok(()),
            // Bead 0, and nothing to tell it: one byte, since some clients can't read none.
            word::NEED_INIT => {
                let mut body = [0_i32.to_ne_bytes(), 1_i32.to_ne_bytes()].concat();
                body.push(b' ');
                client.say(word::INIT, &body)?;
            }
            other => return Err(unexpected(other, "READY or NEEDINIT")),
        }
    }
}

/// One evaluation: energy in hartree; OVERWRITES `forces` (hartree/bohr).
fn talk(client: &mut Wire, x: &[f64], edge: f64, forces: &mut [f64]) -> io::Result<f64> {
    get_ready(client)?;
    client.say(word::POSITIONS, &positions(x, edge))?;
    client.say(word::STATUS, &[])?;
    expect(client, word::HAVE_DATA)?;
    client.say(word::GET_FORCE, &[])?;
    expect(client, word::FORCE_READY)?;
    let mut energy = [0.0];
    client.floats(&mut energy)?;
    let atoms = client.int()?;
    if usize::try_from(atoms) != Ok(forces.len() / 3) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!(
                "it sent forces of {atoms} atoms, {} expected: does it compute the same molecule?",
                forces.len() / 3
            ),
        ));
    }
    client.floats(forces)?;
    client.floats(&mut [0.0; 9])?;
    client.skip_text()?;
    Ok(energy[0])
}

fn expect(client: &mut Wire, expected: &str) -> io::Result<()> {
    let found = client.word()?;
    if found == expected {
        Ok(())
    } else {
        Err(unexpected(&found, expected))
    }
}

fn unexpected(found: &str, expected: &str) -> io::Error {
    let text = format!("it said {} where {expected} was expected", process::quoted(found));
    io::Error::new(io::ErrorKind::InvalidData, text)
}

fn lost(error: &io::Error) -> String {
    format!("the client failed: {}", words(error))
}

/// Cell, inverse cell, number of atoms and positions.
fn positions(x: &[f64], edge: f64) -> Vec<u8> {
    let cube = |edge: f64| [edge, 0.0, 0.0, 0.0, edge, 0.0, 0.0, 0.0, edge];
    let mut bytes = float_bytes(cube(edge).into_iter().chain(cube(1.0 / edge)));
    bytes.extend_from_slice(&((x.len() / 3) as i32).to_ne_bytes());
    bytes.extend(float_bytes(x.iter().map(|c| c / ANGSTROM_PER_BOHR)));
    bytes
}

impl Potential for Server {
    fn len(&self) -> usize {
        3 * self.atoms
    }

    fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
        check_coordinates(x, gradient, self.len())?;
        if let Some(reason) = &self.broken {
            return Err(failure(NAME, reason.clone()));
        }
        let energy = self.ask(x, gradient).map_err(|reason| {
            self.broken = Some(reason.clone());
            failure(NAME, reason)
        })?;
        for g in gradient.iter_mut() {
            *g *= -KCAL_MOL_ANGSTROM_PER_HARTREE_BOHR;
        }
        check_answer(NAME, energy * KCAL_MOL_PER_HARTREE, gradient)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        const PATIENCE: Duration = Duration::from_secs(1);
        if let Some(client) = &mut self.client {
            client.give(PATIENCE);
            // A client that has gone needs no good-bye. Some look for it only as the answer to their state.
            drop(client.say(word::EXIT, &[]));
        }
    }
}
