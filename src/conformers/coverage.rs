//! How much of the ensemble has been found: what the numbers of times that minima were hit by random samples say of those that were not.
//!
//! After n draws the chance that the next one is something new is f₁/n, where f₁ minima were hit once (I. J. Good, Biometrika 1953, 40,
//! 237). One draw is added for a sample without any singleton, which proves less than it seems to.
//!
//! Without a list, the number of unseen minima is at least f₁(f₁−1)/2(f₂+1) (A. Chao, Scand. J. Statist. 1984, 11, 265, bias-corrected
//! form). It is S(1−C)/C where all S seen are equally easy to hit, and more by n(1−C)γ²/C where they are not, γ being the coefficient of
//! variation of the chances to be hit (A. Chao and S.-M. Lee, J. Am. Stat. Assoc. 1992, 87, 210). The larger of the two is given. As in
//! the abundance-based coverage estimator that came of that paper, abundant minima are left out of the second: they say nothing of the
//! unseen. There, what was seen more than ten times is abundant; here, what was hit sixteen times as often as minima are on average. Hops
//! are no independent samples, and where cold chains return to one low minimum a thousand times, the variation looks larger than it is.
//!
//! Where a systematic build-up went to its end, it has listed the minima before any sample is drawn, and the samples are a recapture: of
//! n different minima that they hit, m are among the M listed, so that there are about (M+1)(n+1)/(m+1) − 1 (D. G. Chapman, Univ. Calif.
//! Publ. Stat. 1951, 1, 131). A listed minimum is no news when it is hit, so it is never a singleton. Samples that find nothing beyond
//! the list would leave nothing unseen by that, however few they are. So what half a draw stands for is the least that is given: half a
//! minimum after as many samples as there are minima. What is missed by both, list and samples, because it is hard to reach in either
//! way, is not seen by this estimate.
//!
//! How good the estimates are was measured on alkanes whose minima on MMFF94 are known from an exhaustive enumeration by an independent
//! program (`benches/coverage.rs` prints the table, `tests/reference/coverage.rs` holds the searches to it). For heptane within 10 kcal/mol
//! (31 minima, ten seeds, looks between so many samples and twice as many) minima truly unseen, and the estimate's mean and root mean
//! square error:
//!
//! | samples | multi-start | basin hopping | after a build-up |
//! |---|---|---|---|
//! | 31 | | 14.9, −8.3, 9.4 | |
//! | 62 | 12.8, −6.7, 7.0 | | |
//! | 124 | 8.4, −1.5, 5.6 | 5.4, +0.7, 3.6 | 0, +0.1, 0.1 |
//! | 248 | 5.7, −1.4, 3.7 | 2.0, −0.4, 1.6 | 0, +0.1, 0.1 |
//! | 496 | 4.1, −0.4, 3.4 | 0.7, −0.3, 1.0 | 0, 0, 0 |
//! | 992 | 2.9, +1.1, 2.9 | 0.1, +0.2, 0.6 | 0, 0, 0 |
//!
//! So with a few samples a minimum the estimate is about half of the truth: high minima with narrow basins have left no trace yet. From
//! some four samples a minimum on it is right on average, and as uncertain as it is large. Minima that are saddles in truth, which only
//! the proof at the end tells, count as seen until then.
//!
//! In the same way for hops of trialanine within 10 kcal/mol (461 minima that ten searches of 14,000 minimizations met in all, which may
//! be a few too few), with and without the minima that are hit all the time:
//!
//! | samples | unseen | error as given | with abundant minima |
//! |---|---|---|---|
//! | 461 | 264.8 | −141.0, 146.0 | −139.5, 145.0 |
//! | 922 | 185.2 | −51.9, 63.9 | −15.1, 57.9 |
//! | 1844 | 100.9 | −9.3, 27.8 | +61.4, 89.1 |
//! | 3688 | 43.5 | −2.1, 14.3 | +50.2, 55.5 |
//! | 7376 | 22.1 | −0.3, 8.7 | +35.4, 44.3 |
//!
//! A border at 8 or 12 instead of 16 times the average does about as well. Where no minimum stands out (octane by either method,
//! cyclodecane, dialanine, hexanediol) nothing changes.

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
    /// What the samples were a test of.
    pub list: List,
}

/// What the list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// A few minima that were met before sampling began.
    Some,
    /// All that a systematic build-up reaches.
    Complete,
}

/// What was hit more than so many times as often as minima are on average is abundant.
const ABUNDANT: f64 = 16.0;

/// Judges the minima within a window.
#[must_use]
pub fn estimate(sightings: impl IntoIterator<Item = Sighting>, list: List) -> Estimate {
    let sightings: Vec<Sighting> = sightings.into_iter().collect();
    let counts = Counts::of(&sightings, f64::INFINITY);
    let coverage = 1.0 - counts.missing();
    // Nothing can be said of the unseen before something was seen twice over.
    let unseen = match list {
        _ if coverage <= 0.0 => f64::INFINITY,
        List::Some => counts
            .among_rare(&sightings)
            .unseen_by_draws()
            .max(counts.lower_bound()),
        List::Complete => counts.unseen_by_recapture().max(counts.unseen_by_half_a_draw()),
    };
    Estimate {
        coverage,
        unseen,
        samples: counts.samples,
        list,
    }
}

/// What is counted of the minima.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    samples: u64,
    seen: u64,
    listed: u64,
    /// Minima that samples hit, and of these the listed ones.
    hit: u64,
    recaptured: u64,
    /// Unlisted minima that were hit once, and twice.
    once: u64,
    twice: u64,
    /// Ordered pairs of samples in one minimum.
    pairs: u64,
}

impl Counts {
    /// Counts of those minima that were not hit more often.
    fn of(sightings: &[Sighting], most: f64) -> Self {
        let mut counts = Self::default();
        let rare = sightings.iter().filter(|sighting| sighting.hits as f64 <= most);
        rare.for_each(|&sighting| counts.add(sighting));
        counts
    }

    /// Counts without the abundant minima, unless nothing can be said without them.
    fn among_rare(self, sightings: &[Sighting]) -> Self {
        let rare = Self::of(sightings, ABUNDANT * self.samples as f64 / self.hit as f64);
        if rare.missing() < 1.0 { rare } else { self }
    }

    fn add(&mut self, Sighting { hits, listed }: Sighting) {
        self.seen += 1;
        self.samples += hits;
        self.listed += u64::from(listed);
        self.hit += u64::from(hits > 0);
        self.recaptured += u64::from(hits > 0 && listed);
        self.once += u64::from(hits == 1 && !listed);
        self.twice += u64::from(hits == 2 && !listed);
        self.pairs += hits * hits.saturating_sub(1);
    }

    /// The chance that a further sample is something new.
    fn missing(&self) -> f64 {
        (self.once + 1).min(self.samples + 1) as f64 / (self.samples + 1) as f64
    }

    fn lower_bound(&self) -> f64 {
        let (once, twice) = (self.once as f64, self.twice as f64);
        once * (once - 1.0).max(0.0) / (2.0 * (twice + 1.0))
    }

    fn unseen_by_draws(&self) -> f64 {
        let coverage = 1.0 - self.missing();
        let (seen, draws) = (self.seen as f64, self.samples as f64);
        // Without a singleton the variation has nothing to go by.
        let variation = if self.once > 0 && self.samples > 1 {
            (seen / coverage * self.pairs as f64 / (draws * (draws - 1.0)) - 1.0).max(0.0)
        } else {
            0.0
        };
        (seen + draws * variation) * (1.0 - coverage) / coverage
    }

    /// Samples might just as well have met one more: half a draw, among minima that are as easy to hit as those seen.
    fn unseen_by_half_a_draw(&self) -> f64 {
        0.5 * self.seen as f64 / (self.samples as f64 + 0.5)
    }

    fn unseen_by_recapture(&self) -> f64 {
        let [listed, hit, recaptured] = [self.listed, self.hit, self.recaptured].map(|count| count as f64);
        let all = (listed + 1.0) * (hit + 1.0) / (recaptured + 1.0) - 1.0;
        // Rounding may leave a trace where nothing was found beyond the list.
        (all - self.seen as f64).max(0.0)
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
        for list in [List::Some, List::Complete] {
            let nothing = estimate(sightings(&[]), list);
            assert!(nothing.coverage.abs() < 1e-12 && nothing.unseen.is_infinite());
            // A list that no sample has tested is not covered either.
            let listed = Sighting { hits: 0, listed: true };
            let untested = estimate([listed; 5], list);
            assert!(untested.coverage.abs() < 1e-12 && untested.unseen.is_infinite());
            // Ninety-nine samples that found nothing beyond it make one in a hundred.
            let tested = Sighting { hits: 99, listed: true };
            assert!((estimate([tested], list).coverage - 0.99).abs() < 1e-12);
        }
    }

    /// Hits of so many draws among a hundred minima of which the k-th is hit with a chance that falls as k to the power of −skew, and the
    /// chances.
    fn drawn(skew: f64, samples: usize, seed: u64) -> (Vec<u64>, Vec<f64>) {
        let weights: Vec<f64> = (0..100).map(|k| (1.0 + f64::from(k)).powf(-skew)).collect();
        let total: f64 = weights.iter().sum();
        let chances: Vec<f64> = weights.iter().map(|w| w / total).collect();
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut hits = vec![0; 100];
        for _ in 0..samples {
            let mut left = random.random::<f64>();
            let drawn = chances.iter().position(|c| {
                left -= c;
                left < 0.0
            });
            hits[drawn.unwrap_or(99)] += 1;
        }
        (hits, chances)
    }

    /// The estimate, and how many of the hundred are neither listed nor hit, both on average over lists that hold a minimum with a chance
    /// that is its own.
    fn recaptured(skew: f64, samples: usize, is_listed: impl Fn(usize, &mut ChaCha8Rng) -> bool) -> (f64, f64) {
        let (mut estimated, mut unseen) = (0.0, 0.0);
        let runs = 200;
        for seed in 0..runs {
            let (hits, _) = drawn(skew, samples, seed);
            let mut random = ChaCha8Rng::seed_from_u64(1_000 + seed);
            let all = hits.iter().enumerate().map(|(k, &hits)| Sighting {
                hits,
                listed: is_listed(k, &mut random),
            });
            let seen: Vec<Sighting> = all.filter(|s| s.hits > 0 || s.listed).collect();
            unseen += (100 - seen.len()) as f64 / runs as f64;
            estimated += estimate(seen, List::Complete).unseen / runs as f64;
        }
        (estimated, unseen)
    }

    /// Where chains return to one minimum all the time, that says nothing of those that were not seen.
    #[test]
    fn one_minimum_that_is_hit_all_the_time_changes_little() {
        for (skew, samples, seed) in [(0.0, 200, 1), (1.0, 300, 2), (1.0, 1200, 3)] {
            let (mut hits, _) = drawn(skew, samples, seed);
            let before = estimate(sightings(&hits), List::Some).unseen;
            hits[0] += 40 * samples as u64;
            let after = estimate(sightings(&hits), List::Some).unseen;
            assert!(
                before > 0.5 && after < 1.5 * before && after > before / 2.0,
                "{skew}, {samples}: {before} and {after}"
            );
        }
    }

    /// What is missing from the list by chance is seen by the samples in proportion; what is hard to find in both ways is underestimated.
    #[test]
    fn a_list_is_judged_by_recapture() {
        for skew in [0.0, 1.0] {
            for listed in [1.0, 0.95, 0.8] {
                let (estimated, unseen) = recaptured(skew, 100, |_, random| random.random::<f64>() < listed);
                // On the safe side by half a draw: a half of a hundredth of a hundred minima, and more for those that are harder to hit.
                let error = estimated - unseen;
                assert!(error > -0.5 && error < 1.0, "{skew} {listed}: {estimated} and {unseen}");
            }
        }
        let (estimated, unseen) = recaptured(1.0, 100, |k, _| k < 90);
        assert!(
            estimated < unseen && estimated > 0.2 * unseen,
            "{estimated} and {unseen}"
        );
    }

    /// Draws from a known distribution; the estimate has to agree on average with what is truly unseen.
    #[test]
    fn the_estimate_is_right_on_average() {
        for (skew, samples) in [(0.0, 200), (0.0, 600), (1.0, 300), (1.0, 1200)] {
            let (mut estimated, mut true_coverage) = (0.0, 0.0);
            let runs = 100;
            for seed in 0..runs {
                let (hits, chances) = drawn(skew, samples, seed);
                estimated += estimate(sightings(&hits), List::Some).coverage / runs as f64;
                let seen = chances.iter().zip(&hits).filter(|(_, h)| **h > 0).map(|(c, _)| c);
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
