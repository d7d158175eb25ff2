//! Basin hopping in parallel chains (Z. Li and H. A. Scheraga, Proc. Natl. Acad. Sci. USA 1987, 84, 6611; D. J. Wales and J. P. K. Doye,
//! J. Phys. Chem. A 1997, 101, 5111): move, minimize, accept or refuse by the energies of the minima.
//!
//! The number of chains is fixed, whatever the number of threads. Work goes by rounds. Within a round the chains share only what was known
//! before it, and each draws from a stream of its own that depends on the seed, its number and the round's; afterwards what they
//! found is taken in chain by chain. So the result is the same for any number of threads.
//!
//! Nothing here knows of molecules: what moves there are, and what has been found, is said by others.

use super::checkpoint::Batch;
use super::moves::{Moves, Origin, SoftModes};
use super::relax::{Attempt, Halt, Relaxed, Relaxer, Stock, Surface, TIGHT};
use super::search::stream;
use crate::optimize::{Observer, Progress, Verdict, vector};
use crate::potential::EvalError;
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use rayon::prelude::*;

/// Chains. More than threads on most machines, so that the work can be shared out evenly.
pub const CHAINS: usize = 16;
/// Hops of a chain in a round.
pub const HOPS: usize = 8;
/// Minimizations of a round, at most.
pub const MOST_HOPS: usize = CHAINS * HOPS;
/// Temperatures of the coldest and the hottest chain as k T, kcal/mol: from that of a room to one that crosses any torsional barrier.
const COLDEST: f64 = 0.6;
const HOTTEST: f64 = 5.0;
/// The share of accepted hops that the size of moves is steered to.
const WANTED: f64 = 0.4;
/// The size changes by this factor a round at most.
const STEERING: f64 = 1.15;
/// Limits of the size.
const SIZES: [f64; 2] = [0.4, 1.6];
/// Root mean square of the gradient (kcal/mol/Å) at which a minimization is within a few thousandths of a kcal/mol and hundredths of an
/// ångström of its end, closer than two conformers ever are: then it is told whether the end is known.
const NEAR: f64 = 0.01;
/// Stage number in random streams.
const STAGE: u64 = 2;

/// Where a chain is.
#[derive(Clone, Debug, PartialEq)]
pub struct Chain {
    /// Its minimum, once it has one.
    pub at: Option<Relaxed>,
    /// k T, kcal/mol.
    pub temperature: f64,
    /// Size of its moves beside the usual one.
    pub size: f64,
}

/// All chains, not yet anywhere.
#[must_use]
pub fn chains() -> Vec<Chain> {
    let temperature = |number: usize| {
        let along = number as f64 / (CHAINS - 1) as f64;
        COLDEST * (HOTTEST / COLDEST).powf(along)
    };
    let chain = |number| Chain {
        at: None,
        temperature: temperature(number),
        size: 1.0,
    };
    (0..CHAINS).map(chain).collect()
}

/// What a round works with.
pub struct Round<'a, M: Moves> {
    /// Opens the surface.
    pub surface: &'a Surface<'a>,
    /// The moves.
    pub moves: &'a M,
    /// Minima to start from and to cross with: those within the window, the least visited first.
    pub known: &'a [Relaxed],
    /// Whether a minimum is one of what is searched.
    pub is_fit: &'a (dyn Fn(&[f64]) -> bool + Sync),
    /// The known minimum that a geometry of this energy (kcal/mol) has all but reached, if it is one.
    pub taboo: &'a (dyn Fn(f64, &[f64]) -> Option<Relaxed> + Sync),
    /// The seed.
    pub seed: u64,
    /// The round's number.
    pub number: u64,
    /// Ends it early.
    pub halt: Halt<'a>,
}

impl<M: Moves> std::fmt::Debug for Round<'_, M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Round")
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}

impl<M: Moves> Round<'_, M> {
    /// Lets all chains hop, and gives what they found in the order of the chains, and where they are now; `None` where an interrupt came.
    /// When the time is up, the hops that are not done are left out.
    ///
    /// # Errors
    /// Where the surface can't be opened.
    pub fn run(&self, chains: &[Chain]) -> Result<Option<Batch>, EvalError> {
        let open = || Relaxer::open(self.surface, TIGHT);
        let stock = Stock::new(&open);
        let walked: Result<Vec<(Chain, Vec<Attempt>)>, EvalError> = chains
            .par_iter()
            .enumerate()
            .with_max_len(1)
            .map(|(number, chain)| stock.lend(|relaxer| self.walk(relaxer, number, chain.clone())))
            .collect();
        let walked = walked?;
        if self.halt.is_interrupted() {
            return Ok(None);
        }
        let (chains, attempts): (Vec<Chain>, Vec<Vec<Attempt>>) = walked.into_iter().unzip();
        Ok(Some(Batch {
            attempts: attempts.into_iter().flatten().collect(),
            chains,
        }))
    }

    fn walk(&self, relaxer: &mut Relaxer, number: usize, mut chain: Chain) -> (Chain, Vec<Attempt>) {
        let mut random = stream(self.seed, STAGE, number as u64, self.number);
        self.place(number, &mut chain);
        let mut attempts = Vec::with_capacity(HOPS);
        let mut accepted = 0;
        let mut modes = SoftModes::default();
        for _ in 0..HOPS {
            let Some(from) = &chain.at else { break };
            let Some(x) = self.propose(relaxer, &mut modes, (&from.x, chain.size), &mut random) else {
                continue;
            };
            let Some(attempt) = self.relax(relaxer, &x) else { break };
            let (energy, temperature) = (from.energy, chain.temperature);
            if let Some(found) = attempt.found.as_ref().filter(|found| (self.is_fit)(&found.x)) {
                let rise = found.energy - energy;
                if rise <= 0.0 || random.random::<f64>() < (-rise / temperature).exp() {
                    accepted += 1;
                    chain.at = Some(found.clone());
                }
            }
            attempts.push(attempt);
        }
        chain.steer(accepted);
        (chain, attempts)
    }

    /// Minimizes, and ends as soon as it is clear that the end will be a minimum that is known.
    fn relax(&self, relaxer: &mut Relaxer, x: &[f64]) -> Option<Attempt> {
        let mut taboo = Taboo {
            find: self.taboo,
            found: None,
            asked: false,
        };
        let attempt = relaxer.relax_in_time(x, self.halt, &mut taboo);
        match taboo.found {
            None => attempt,
            // The walk itself was ended there and has found nothing.
            Some(known) => attempt.map(|attempt| Attempt {
                found: Some(known),
                ..attempt
            }),
        }
    }

    /// Chains of even number go where few have been (G. Chang, W. C. Guida and W. C. Still, J. Am. Chem. Soc. 1989, 111, 4379); the others
    /// stay on their way.
    fn place(&self, number: usize, chain: &mut Chain) {
        if self.known.is_empty() || (number % 2 == 1 && chain.at.is_some()) {
            return;
        }
        chain.at = Some(self.known[(number / 2) % self.known.len()].clone());
    }

    fn propose(
        &self,
        relaxer: &mut Relaxer,
        modes: &mut SoftModes,
        (x, size): (&[f64], f64),
        random: &mut ChaCha8Rng,
    ) -> Option<Vec<f64>> {
        // A move that can't be made here gives way to another one.
        for _ in 0..8 {
            let kind = random.random_range(0..self.moves.kinds().max(1));
            let partner = (!self.known.is_empty()).then(|| &self.known[random.random_range(0..self.known.len())]);
            if self.moves.needs_modes(kind) {
                modes.look(relaxer.potential(), x);
            }
            let from = Origin {
                x,
                size,
                partner: partner.map(|p| p.x.as_slice()),
                modes: modes.known(),
            };
            let proposal = self.moves.propose(kind, &from, random);
            if proposal.is_some() {
                return proposal;
            }
        }
        None
    }
}

/// Asks once, near the end of a minimization, whether it leads to something known.
struct Taboo<'a> {
    find: &'a (dyn Fn(f64, &[f64]) -> Option<Relaxed> + Sync),
    found: Option<Relaxed>,
    asked: bool,
}

impl Observer for Taboo<'_> {
    fn observe(&mut self, progress: &Progress<'_>) -> Verdict {
        if self.asked || vector::rms(progress.gradient) > NEAR {
            return Verdict::Continue;
        }
        self.asked = true;
        self.found = (self.find)(progress.energy, progress.x);
        if self.found.is_some() {
            Verdict::Stop
        } else {
            Verdict::Continue
        }
    }
}

impl Chain {
    /// Makes moves larger where most were accepted, and smaller where few were.
    fn steer(&mut self, accepted: usize) {
        let share = accepted as f64 / HOPS as f64;
        let factor = if share > WANTED { STEERING } else { 1.0 / STEERING };
        self.size = (self.size * factor).clamp(SIZES[0], SIZES[1]);
    }
}
