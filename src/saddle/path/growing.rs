//! A chain that grows from both ends towards the middle, each new image next to ones that lie in the valley already: B. Peters, A. Heyden, A. T.
//! Bell, A. Chakraborty, J. Chem. Phys. 2004, 120, 7877; P. M. Zimmerman, J. Chem. Theory Comput. 2013, 9, 3043. Where an interpolated path
//! crosses high walls this one never sees them.

use super::chain::{Chain, ChainSettings, Guess};
use super::crew::Crew;
use super::interpolate::interpolate;
use crate::linalg::vector::rms;
use crate::optimize::{Observer, Progress, Verdict};
use crate::potential::EvalError;
use thiserror::Error;

/// How a chain grows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GrowthSettings {
    /// Images of the finished chain, ends included.
    pub images: usize,
    /// Most steps of the foremost images before the next ones are put in.
    pub steps: usize,
    /// Root mean square (kcal/mol/Å) of their gradient across the chain that is good enough to go on.
    pub across: f64,
}

impl Default for GrowthSettings {
    fn default() -> Self {
        Self {
            images: 11,
            steps: 3,
            across: 5.0,
        }
    }
}

/// Why no chain grew.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum GrowthError {
    /// The surface failed.
    #[error("{0}")]
    Surface(#[from] EvalError),
    /// The ends, or what became of them, can't be interpolated between.
    #[error("no path can be drawn: {0}")]
    Path(#[from] crate::linalg::LinalgError),
}

/// A chain between two structures (Å). `radii`: covalent radii of the atoms, Å. The observer sees one of the foremost images now and then; a
/// chain that it stops is returned as far as it has grown, with its gap in the middle.
///
/// # Errors
/// Where the surface fails, or no path can be drawn.
pub fn grow(
    crew: &mut dyn Crew,
    guess: &mut Guess<'_>,
    ends: [&[f64]; 2],
    radii: &[f64],
    settings: (&GrowthSettings, &ChainSettings),
    observer: &mut dyn Observer,
) -> Result<Chain, GrowthError> {
    let (growth, how) = settings;
    let frames = interpolate(radii, &ends.map(<[f64]>::to_vec), 3)?;
    // The far end, laid onto the near one.
    let mut chain = Chain::new(crew, guess, &[frames[0].clone(), frames[2].clone()], how)?;
    // The foremost image of the near side.
    let mut front = 0;
    while chain.images().len() < growth.images.max(3) {
        let missing = growth.images.max(3) - chain.images().len();
        let gap = [front, front + 1].map(|k| chain.images()[k].point.x.clone());
        let path = interpolate(radii, &gap, missing + 2)?;
        let mut new = vec![path[1].clone()];
        if missing > 1 {
            new.push(path[missing].clone());
        }
        chain.insert(crew, guess, front, &new, how.free)?;
        front += 1;
        let moving: Vec<usize> = (front..front + new.len()).collect();
        for _ in 0..growth.steps {
            let point = &chain.images()[front].point;
            let progress = Progress {
                step: chain.iterations(),
                evaluations: crew.evaluations(),
                x: &point.x,
                energy: point.energy,
                gradient: &point.gradient,
            };
            if observer.observe(&progress) == Verdict::Stop {
                return Ok(chain);
            }
            let needed = |&&k: &&usize| rms(&chain.images()[k].across(&chain.tangent(k))) > growth.across;
            let needed: Vec<usize> = moving.iter().filter(needed).copied().collect();
            if needed.is_empty() {
                break;
            }
            chain.settle(crew, &needed)?;
        }
    }
    Ok(chain)
}

#[cfg(test)]
mod tests {
    use super::super::crew::Opened;
    use super::*;
    use crate::linalg::SymmetricMatrix;
    use crate::potential::test_surfaces::LennardJones;

    /// Three atoms of a triangle and a fourth that goes from above it to below, past the edge and not through.
    #[test]
    fn it_grows_to_its_length_from_both_ends_around_what_is_in_the_way() {
        let height = (2.0_f64 / 3.0).sqrt();
        let triangle = [0.0, 0.0, 0.0, 1.12, 0.0, 0.0, 0.56, 0.97, 0.0];
        let with = |z: f64| triangle.iter().copied().chain([0.56, 0.32, z]).collect::<Vec<f64>>();
        let ends = [with(1.12 * height), with(-1.12 * height)];
        let mut crew = Opened::new(Box::new(LennardJones { atoms: 4 }), Vec::new());
        let mut guess = |_: &[f64]| SymmetricMatrix::scaled_identity(12, 100.0);
        let settings = GrowthSettings {
            images: 9,
            steps: 4,
            across: 0.5,
        };
        let how = ChainSettings::default();
        let chain = grow(
            &mut crew,
            &mut guess,
            [&ends[0], &ends[1]],
            &[0.5; 4],
            (&settings, &how),
            &mut (),
        )
        .unwrap();
        assert_eq!(chain.images().len(), 9);
        let highest = chain.images()[chain.highest()].point.energy;
        assert!((-6.0..-2.0).contains(&highest), "{highest}");
        // The straight way leads through the middle of the triangle, where the energy is far above zero.
        let mut g = vec![0.0; 12];
        let straight = crate::potential::Potential::energy_gradient(&mut LennardJones { atoms: 4 }, &with(0.0), &mut g);
        assert!(straight.unwrap() > 20.0);
    }
}
