//! One walker: basin hopping with restarts from random structures.

use super::lattice::{Lattice, Place};
use super::law::PairLaw;
use super::moves::{self, Move, Repertoire};
use super::pool::Pool;
use super::quench::{Quencher, Structure};
use super::{SAME_ENERGY, Settings, WalkSettings};
use crate::optimize::OptimizeError;
use rand::rngs::ChaCha12Rng;
use rand::{RngExt, SeedableRng};

/// A walk that can be gone on with at any time. What it does depends on its seed and number alone.
#[derive(Debug)]
pub(super) struct Walker<P> {
    law: P,
    settings: WalkSettings,
    rng: ChaCha12Rng,
    quencher: Quencher<P>,
    repertoire: Repertoire,
    /// Where the walk stands; nowhere before a start.
    here: Option<Structure>,
    /// Lowest energy since the last start, ε.
    lowest: f64,
    /// Moves since it was found.
    idle: usize,
    /// Random starts so far.
    pub starts: usize,
    /// The best structures that were met.
    pub pool: Pool,
}

impl<P: PairLaw> Walker<P> {
    pub fn new(law: P, settings: &Settings, number: u64) -> Self {
        let mut rng = ChaCha12Rng::seed_from_u64(settings.seed);
        rng.set_stream(number);
        Self {
            law,
            settings: settings.walk,
            rng,
            quencher: Quencher::new(law, settings.atoms),
            repertoire: Repertoire::new(),
            here: None,
            lowest: f64::INFINITY,
            idle: 0,
            starts: 0,
            pool: Pool::loose(settings.keep),
        }
    }

    pub fn minimizations(&self) -> usize {
        self.quencher.minimizations
    }

    pub fn evaluations(&self) -> usize {
        self.quencher.evaluations
    }

    /// Walks until there have been so many minimizations in all, or an energy at or below the target (ε) was met.
    pub fn advance(&mut self, minimizations: usize, target: f64) -> Result<(), OptimizeError> {
        while self.quencher.minimizations < minimizations && self.pool.lowest() > target {
            match self.here.take() {
                Some(here) if self.idle < self.settings.patience => self.hop(here)?,
                _ => self.start()?,
            }
        }
        Ok(())
    }

    fn start(&mut self) -> Result<(), OptimizeError> {
        let atoms = moves::random_start(self.law, self.quencher.atoms(), &mut self.rng);
        let here = self.improve(&atoms, true)?;
        self.starts += 1;
        self.lowest = here.energy;
        self.idle = 0;
        self.here = Some(here);
        Ok(())
    }

    /// One move, accepted by Metropolis' rule on the energies of minima.
    fn hop(&mut self, here: Structure) -> Result<(), OptimizeError> {
        let kind = self.repertoire.choose(&mut self.rng);
        let step = self.repertoire.step() * self.law.bond();
        let atoms = moves::propose(self.law, here.atoms(), kind, step, &mut self.rng);
        // What a surface move placed well is not to be squeezed out of its place.
        let next = self.improve(&atoms, kind != Move::Surface)?;
        let rise = next.energy - here.energy;
        let accepted = rise < 0.0 || self.rng.random::<f64>() < (-rise / self.settings.temperature).exp();
        self.repertoire.learn(kind, rise, accepted);
        self.idle += 1;
        if next.energy < self.lowest - SAME_ENERGY {
            self.lowest = next.energy;
            self.idle = 0;
        }
        self.here = Some(if accepted { next } else { here });
        Ok(())
    }

    /// A quench, and as long as that gains anything, loose atoms to better sites and a quench again.
    fn improve(&mut self, atoms: &[Place], squeeze: bool) -> Result<Structure, OptimizeError> {
        let strength = if squeeze {
            self.settings.compression * self.rng.random::<f64>()
        } else {
            0.0
        };
        let mut here = self.quencher.quench(atoms.as_flattened(), strength)?;
        loop {
            self.pool.offer(&here);
            let mut lattice = Lattice::new(self.law, here.atoms());
            if lattice.settle(self.settings.settling) == 0 {
                return Ok(here);
            }
            let next = self.quencher.quench(lattice.atoms.as_flattened(), 0.0)?;
            if next.energy >= here.energy - SAME_ENERGY {
                return Ok(here);
            }
            here = next;
        }
    }
}
