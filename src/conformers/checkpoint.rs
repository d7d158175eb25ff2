//! Checkpoints: a search that was cut off goes on as if nothing had happened.
//!
//! A search is a fixed function of what its minimizations come to. So a checkpoint is a log of these, batch by batch, bit by bit: a
//! resumed search makes the same decisions again and takes the results from the log while there are any. The file is written whole
//! beside its place and renamed. It names the search that it belongs to by a fingerprint, and ends with a checksum.

use super::hopping::Chain;
use super::relax::{Attempt, Relaxed};
use std::collections::VecDeque;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use thiserror::Error;

/// What every file begins with: the format's name and version.
const MAGIC: &[u8] = b"thalweg conformers 1\n";
/// Time between two writings.
const INTERVAL: Duration = Duration::from_secs(20);

/// Why a checkpoint can't be used.
#[derive(Debug, Error)]
pub enum CheckpointError {
    /// It can't be read or written.
    #[error("{}: {error}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// It is something else, or was cut off or changed.
    #[error("{}: found a file that is no checkpoint of this version, or a damaged one; it is left as it is", .0.display())]
    Damaged(PathBuf),
    /// It is of another molecule, surface or search.
    #[error("{}: found a checkpoint of another molecule or of other settings; it is left as it is", .0.display())]
    Other(PathBuf),
}

/// Minimizations that were taken in together, and where the chains were afterwards.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// In the order in which they were taken in.
    pub attempts: Vec<Attempt>,
    /// Of a round of hops.
    pub chains: Vec<Chain>,
}

impl Batch {
    /// Minimizations alone.
    #[must_use]
    pub fn of(attempts: Vec<Attempt>) -> Self {
        Self {
            attempts,
            chains: Vec::new(),
        }
    }
}

/// A search's log with its file.
#[derive(Debug)]
pub struct Checkpoint {
    path: PathBuf,
    fingerprint: u64,
    /// All batches, encoded.
    log: Vec<u8>,
    /// Batches of an earlier run that have not been taken in again yet.
    earlier: VecDeque<Batch>,
    saved: Instant,
}

impl Checkpoint {
    /// Opens a file, or begins one that doesn't exist yet. `fingerprint` is that of the search.
    ///
    /// # Errors
    /// Where the file is there, but unreadable, damaged or of another search.
    pub fn open(path: &Path, fingerprint: u64) -> Result<Self, CheckpointError> {
        let mut checkpoint = Self {
            path: path.to_owned(),
            fingerprint,
            log: Vec::new(),
            earlier: VecDeque::new(),
            saved: Instant::now(),
        };
        match fs::read(path) {
            Ok(bytes) => checkpoint.read(&bytes)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(checkpoint.failed(error)),
        }
        Ok(checkpoint)
    }

    fn failed(&self, error: io::Error) -> CheckpointError {
        CheckpointError::Io {
            path: self.path.clone(),
            error,
        }
    }

    fn read(&mut self, bytes: &[u8]) -> Result<(), CheckpointError> {
        let damaged = || CheckpointError::Damaged(self.path.clone());
        let body = bytes.strip_prefix(MAGIC).ok_or_else(damaged)?;
        let (body, sum) = body.split_last_chunk::<8>().ok_or_else(damaged)?;
        if fnv(FNV_START, body) != u64::from_le_bytes(*sum) {
            return Err(damaged());
        }
        let mut reader = Reader(body);
        if reader.number().ok_or_else(damaged)? != self.fingerprint {
            return Err(CheckpointError::Other(self.path.clone()));
        }
        self.log = reader.0.to_vec();
        while !reader.0.is_empty() {
            let batch = reader
                .batch()
                .ok_or_else(|| CheckpointError::Damaged(self.path.clone()))?;
            self.earlier.push_back(batch);
        }
        Ok(())
    }

    /// Whether a batch of the earlier run comes next.
    #[must_use]
    pub fn is_replaying(&self) -> bool {
        !self.earlier.is_empty()
    }

    /// The next batch of the earlier run.
    pub fn replay(&mut self) -> Option<Batch> {
        self.earlier.pop_front()
    }

    /// Adds a batch, and writes the file if it is time.
    ///
    /// # Errors
    /// Where the file can't be written.
    pub fn record(&mut self, batch: &Batch) -> Result<(), CheckpointError> {
        write_batch(&mut self.log, batch);
        if self.saved.elapsed() < INTERVAL {
            return Ok(());
        }
        self.save()
    }

    /// Writes the file.
    ///
    /// # Errors
    /// Where it can't be written.
    pub fn save(&mut self) -> Result<(), CheckpointError> {
        self.saved = Instant::now();
        let mut bytes = MAGIC.to_vec();
        bytes.extend(self.fingerprint.to_le_bytes());
        bytes.extend_from_slice(&self.log);
        let sum = fnv(FNV_START, &bytes[MAGIC.len()..]);
        bytes.extend(sum.to_le_bytes());
        let name = self.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let temporary = self.path.with_file_name(format!(".{name}.{}", std::process::id()));
        let written = fs::write(&temporary, bytes).and_then(|()| fs::rename(&temporary, &self.path));
        written.map_err(|error| {
            // Nothing can be done about a leftover that can't be removed.
            drop(fs::remove_file(&temporary));
            self.failed(error)
        })
    }
}

const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;

/// The Fowler–Noll–Vo hash FNV-1a of 64 bits, continued from `start`: tells accidents, not attacks.
#[must_use]
pub fn fnv(start: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(start, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    })
}

/// The fingerprint of a search, from texts and numbers that make it what it is.
#[must_use]
pub fn fingerprint(parts: &[&str], numbers: &[f64]) -> u64 {
    let texts = parts
        .iter()
        .fold(FNV_START, |hash, part| fnv(fnv(hash, part.as_bytes()), &[0]));
    numbers
        .iter()
        .fold(texts, |hash, number| fnv(hash, &number.to_bits().to_le_bytes()))
}

fn write_batch(out: &mut Vec<u8>, batch: &Batch) {
    out.extend((batch.attempts.len() as u64).to_le_bytes());
    for attempt in &batch.attempts {
        out.extend(attempt.evaluations.to_le_bytes());
        write_minimum(out, attempt.found.as_ref());
    }
    out.extend((batch.chains.len() as u64).to_le_bytes());
    for chain in &batch.chains {
        write_minimum(out, chain.at.as_ref());
        out.extend(chain.temperature.to_le_bytes());
        out.extend(chain.size.to_le_bytes());
    }
}

fn write_minimum(out: &mut Vec<u8>, minimum: Option<&Relaxed>) {
    let x = minimum.map_or(&[][..], |m| &m.x);
    out.extend((x.len() as u64).to_le_bytes());
    if let Some(minimum) = minimum {
        out.extend(minimum.energy.to_le_bytes());
        x.iter().for_each(|c| out.extend(c.to_le_bytes()));
    }
}

/// What of a file's body is still to be read.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn number(&mut self) -> Option<u64> {
        let (first, rest) = self.0.split_first_chunk::<8>()?;
        self.0 = rest;
        Some(u64::from_le_bytes(*first))
    }

    /// A number of things of at least `size` bytes each, no more than what is left can hold.
    fn count(&mut self, size: usize) -> Option<usize> {
        let count = usize::try_from(self.number()?).ok()?;
        (count <= self.0.len() / size).then_some(count)
    }

    fn real(&mut self) -> Option<f64> {
        self.number().map(f64::from_bits)
    }

    fn minimum(&mut self) -> Option<Option<Relaxed>> {
        let n = self.count(8)?;
        if n == 0 {
            return Some(None);
        }
        let energy = self.real()?;
        let x = (0..n).map(|_| self.real()).collect::<Option<_>>()?;
        Some(Some(Relaxed { energy, x }))
    }

    fn batch(&mut self) -> Option<Batch> {
        let mut batch = Batch::default();
        for _ in 0..self.count(16)? {
            let evaluations = self.number()?;
            let found = self.minimum()?;
            batch.attempts.push(Attempt { found, evaluations });
        }
        for _ in 0..self.count(24)? {
            let at = self.minimum()?;
            let (temperature, size) = (self.real()?, self.real()?);
            batch.chains.push(Chain { at, temperature, size });
        }
        Some(batch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch() -> Batch {
        let minimum = Relaxed {
            energy: -1.5,
            x: vec![0.1, -0.0, f64::MIN_POSITIVE],
        };
        Batch {
            attempts: vec![
                Attempt {
                    found: Some(minimum.clone()),
                    evaluations: 7,
                },
                Attempt {
                    found: None,
                    evaluations: 1,
                },
            ],
            chains: vec![Chain {
                at: Some(minimum),
                temperature: 0.6,
                size: 1.0,
            }],
        }
    }

    fn file(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("thalweg-{name}-{}", std::process::id()));
        drop(fs::remove_file(&path));
        path
    }

    #[test]
    fn what_was_saved_is_replayed() {
        let path = file("replay");
        let mut first = Checkpoint::open(&path, 5).unwrap();
        assert!(!first.is_replaying());
        first.record(&batch()).unwrap();
        first.record(&Batch::default()).unwrap();
        first.save().unwrap();
        let mut second = Checkpoint::open(&path, 5).unwrap();
        assert_eq!(second.replay(), Some(batch()));
        assert_eq!(second.replay(), Some(Batch::default()));
        assert_eq!(second.replay(), None);
        fs::remove_file(path).unwrap();
    }

    #[test]
    fn damaged_and_foreign_files_are_refused_and_left_alone() {
        let path = file("damaged");
        let mut checkpoint = Checkpoint::open(&path, 5).unwrap();
        checkpoint.record(&batch()).unwrap();
        checkpoint.save().unwrap();
        assert!(matches!(Checkpoint::open(&path, 6), Err(CheckpointError::Other(_))));
        let good = fs::read(&path).unwrap();
        for cut in [0, 3, good.len() / 2, good.len() - 1] {
            fs::write(&path, &good[..cut]).unwrap();
            assert!(matches!(Checkpoint::open(&path, 5), Err(CheckpointError::Damaged(_))));
            assert_eq!(fs::read(&path).unwrap(), good[..cut]);
        }
        for place in 0..good.len() {
            let mut bad = good.clone();
            bad[place] ^= 1;
            fs::write(&path, &bad).unwrap();
            assert!(Checkpoint::open(&path, 5).is_err(), "byte {place}");
        }
        fs::remove_file(path).unwrap();
    }
}
