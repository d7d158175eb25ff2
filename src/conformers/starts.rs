//! Random geometries that minimizations start from.

use super::embed::Chains;
use super::moves::{MolecularMoves, Moves, Origin};
use super::rotors::Rotor;
use super::search::stream;
use rand::RngExt;
use rand::rngs::ChaCha8Rng;

/// Makes a random geometry (Å) of the molecule with such chains from nothing; `None` where that failed.
pub type Seeds<'a> = dyn Fn(Chains, &mut ChaCha8Rng) -> Option<Vec<f64>> + Sync + 'a;

/// How often a conjugated bond of a seed is turned over. Seeds have secondary amides and esters as these are most often; the other form is
/// to be within reach.
const TURNED_OVER: f64 = 0.05;

/// Numbers of the uses in the random streams.
const SAMPLES: u64 = 3;
const SHAPES: u64 = 5;

/// Where starts come from: the seeds; without them, or where they fail, the first geometry with everything turned at random.
pub(super) struct Starts<'a> {
    pub rotors: Vec<Rotor>,
    pub moves: &'a MolecularMoves,
    pub seeds: Option<&'a Seeds<'a>>,
    /// Å.
    pub first: &'a [f64],
    pub seed: u64,
}

impl Starts<'_> {
    /// A sample of all there is: stiff bonds are turned over at times.
    pub fn sample(&self, number: u64) -> Vec<f64> {
        let mut random = stream(self.seed, SAMPLES, number, 0);
        let Some(mut x) = self.seeded(Chains::Drawn, &mut random) else {
            return self.turned(&mut random);
        };
        for rotor in self.rotors.iter().filter(|rotor| rotor.stiff) {
            if random.random::<f64>() < TURNED_OVER {
                rotor.turn(&mut x, std::f64::consts::PI);
            }
        }
        x
    }

    /// A shape as the seeds have it, every second one coiled. The best of 250 shapes chosen from a thousand came as near to the
    /// crystal's, for fifteen drug molecules of 8 and 9 rotors and for fifteen of 10 to 15: drawn 0.90 and 1.17 Å, coiled 0.97 and 1.11
    /// Å, half of each 0.91 and 1.13 Å.
    pub fn shape(&self, number: u64) -> Vec<f64> {
        let mut random = stream(self.seed, SHAPES, number, 0);
        let chains = if number.is_multiple_of(2) {
            Chains::Drawn
        } else {
            Chains::Coiled
        };
        self.seeded(chains, &mut random)
            .unwrap_or_else(|| self.turned(&mut random))
    }

    fn seeded(&self, chains: Chains, random: &mut ChaCha8Rng) -> Option<Vec<f64>> {
        self.seeds.and_then(|seeds| seeds(chains, random))
    }

    fn turned(&self, random: &mut ChaCha8Rng) -> Vec<f64> {
        let mut x = self.first.to_vec();
        for _ in 0..2 * (self.rotors.len() + 2) {
            let kind = random.random_range(0..self.moves.kinds());
            let moved = self.moves.propose(kind, &Origin::alone(&x), random);
            x = moved.unwrap_or(x);
        }
        x
    }
}
