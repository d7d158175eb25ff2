//! How much of the ensemble has been found: what the numbers of times that minima were hit by random samples say of those that were not.
//!
//! After n draws the chance that the next one is something new is f₁/n, where f₁ minima were hit once (I. J. Good, Biometrika 1953, 40,
//! 237). One draw is added for a sample without any singleton, which proves less than it seems to. The number of unseen minima is at least
//! f₁(f₁−1)/2(f₂+1) (A. Chao, Scand. J. Statist. 1984, 11, 265, bias-corrected form). It is S(1−C)/C where all S seen are equally easy to hit,
//! and more by n(1−C)γ²/C where they are not, γ being the coefficient of variation of the chances to be hit (A. Chao and S.-M. Lee, J. Am.
//! Stat. Assoc. 1992, 87, 210). The larger of the two is given. High minima with narrow basins are hit so seldom that the number is still
//! too low while the coverage is; near the end of a search it is of the right size.
//!
//! A minimum that a systematic build-up had listed before any sample hit it is no news when it is hit: it is never a singleton. The
//! samples then test the list, as a recapture does.

/// One minimum as the samples saw it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sighting {
    /// How often random samples ended in it.
    pub hits: u64,
    /// Whether it was known without them.
    pub listed: bool,
}

/// What is thought of the unseen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Probability that a further sample within the window is a minimum that is known already.
    pub coverage: f64,
    /// Expected number of minima within the window that have not been seen.
    pub unseen: f64,
    /// Samples that this rests on.
    pub samples: u64,
}

/// Judges the minima within a window.
#[must_use]
pub fn estimate(sightings: impl IntoIterator<Item = Sighting>) -> Estimate {
    let (mut samples, mut seen, mut once, mut twice, mut pairs) = (0, 0_u64, 0_u64, 0_u64, 0_u64);
    for sighting in sightings {
        seen += 1;
        samples += sighting.hits;
        pairs += sighting.hits * sighting.hits.saturating_sub(1);
        if !sighting.listed {
            once += u64::from(sighting.hits == 1);
            twice += u64::from(sighting.hits == 2);
        }
    }
    let missing = (once + 1).min(samples + 1) as f64 / (samples + 1) as f64;
    let coverage = 1.0 - missing;
    let (once, twice, seen) = (once as f64, twice as f64, seen as f64);
    let lower_bound = once * (once - 1.0).max(0.0) / (2.0 * (twice + 1.0));
    let draws = samples as f64;
    // Without a singleton the variation has nothing to go by.
    let variation = if once > 0.0 && samples > 1 && coverage > 0.0 {
        (seen / coverage * pairs as f64 / (draws * (draws - 1.0)) - 1.0).max(0.0)
    } else {
        0.0
    };
    // Nothing can be said of the unseen before something was seen twice over.
    let even = if coverage > 0.0 {
        (seen + draws * variation) * missing / coverage
    } else {
        f64::INFINITY
    };
    Estimate {
        coverage,
        unseen: even.max(lower_bound),
        samples,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::rngs::ChaCha8Rng;
    use rand::{RngExt, SeedableRng};

    fn sightings(hits: &[u64]) -> impl Iterator<Item = Sighting> {
        hits.iter()
            .filter(|&&h| h > 0)
            .map(|&hits| Sighting { hits, listed: false })
    }

    #[test]
    fn nothing_is_certain_before_anything_was_drawn() {
        let nothing = estimate(sightings(&[]));
        assert!(nothing.coverage.abs() < 1e-12 && nothing.unseen.is_infinite());
        // A list that no sample has tested is not covered either.
        let listed = Sighting { hits: 0, listed: true };
        assert!(estimate([listed; 5]).coverage.abs() < 1e-12);
        // Ninety-nine samples that found nothing beyond it make one in a hundred.
        let tested = Sighting { hits: 99, listed: true };
        assert!((estimate([tested]).coverage - 0.99).abs() < 1e-12);
    }

    /// Draws from a known distribution; the estimate has to agree on average with what is truly unseen.
    #[test]
    fn the_estimate_is_right_on_average() {
        for (skew, samples) in [(0.0, 200), (0.0, 600), (1.0, 300), (1.0, 1200)] {
            let weights: Vec<f64> = (0..100).map(|k| (1.0 + f64::from(k)).powf(-skew)).collect();
            let total: f64 = weights.iter().sum();
            let (mut estimated, mut true_coverage) = (0.0, 0.0);
            let runs = 100;
            for seed in 0..runs {
                let mut random = ChaCha8Rng::seed_from_u64(seed);
                let mut hits = [0; 100];
                for _ in 0..samples {
                    let mut left = random.random::<f64>() * total;
                    let drawn = weights.iter().position(|w| {
                        left -= w;
                        left < 0.0
                    });
                    hits[drawn.unwrap_or(99)] += 1;
                }
                estimated += estimate(sightings(&hits)).coverage / runs as f64;
                let seen = weights
                    .iter()
                    .zip(&hits)
                    .filter(|(_, h)| **h > 0)
                    .map(|(w, _)| w / total);
                true_coverage += seen.sum::<f64>() / runs as f64;
            }
            let error = estimated - true_coverage;
            // On the safe side by the one draw that is added.
            assert!(
                error < 0.003 && error > -0.012,
                "skew {skew}, {samples}: {estimated} and {true_coverage}"
            );
        }
    }
}
