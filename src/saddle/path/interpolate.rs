//! A path between structures that collides nowhere, drawn without any energy: the geodesic of X. Zhu, K. C. Thompson, T. J. Martínez,
//! J. Chem. Phys. 2019, 150, 164103, in a space of scaled distances of pairs of atoms.
//!
//! A distance counts by q = exp(−α(r − rₑ)/rₑ) + β rₑ/r: steeply where atoms touch, hardly where they are far apart, so that the shortest
//! path in q breaks and forms bonds evenly and leads atoms round each other. What is minimized is Σ|Δq|², whose minimum has the
//! shortest length and evenly spaced images at once.

use super::align::{align, align_all};
use crate::linalg::LinalgError;
use crate::optimize::{Criteria, Lbfgs, LbfgsSettings, Limits, minimize, vector};
use crate::potential::{EvalError, Potential};

/// α and β of the scaled distance (Zhu et al., section II A).
const STEEPNESS: f64 = 1.7;
const REACH: f64 = 0.01;

/// Pairs count that come this close (Å) in one of the frames; those of small molecules always do.
const LONGEST: f64 = 7.0;
const FEW_ATOMS: usize = 40;

/// Makes the curvature of a bond about 1000 kcal/mol/Å², which the optimizer is made for.
const STIFFNESS: f64 = 500.0;

/// Weight of the Cartesian distance from the middle between two frames, relative to the scaled ones: it holds what no pair holds.
const TIE: f64 = 1e-3;

/// Steps of each of the minimizations.
const STEPS: usize = 300;

/// Displacement (Å) that takes atoms apart which would meet in the middle.
const NUDGE: f64 = 0.05;

/// A pair of atoms with the sum of its covalent radii (Å).
#[derive(Clone, Copy, Debug)]
struct Pair {
    atoms: [usize; 2],
    touching: f64,
}

/// The pairs that count between some frames.
fn pairs(radii: &[f64], frames: &[Vec<f64>]) -> Vec<Pair> {
    let mut out = Vec::new();
    for i in 0..radii.len() {
        for j in 0..i {
            let near = |x: &Vec<f64>| distance(x, [i, j]) < LONGEST;
            if radii.len() <= FEW_ATOMS || frames.iter().any(near) {
                out.push(Pair {
                    atoms: [i, j],
                    touching: radii[i] + radii[j],
                });
            }
        }
    }
    out
}

fn distance(x: &[f64], [i, j]: [usize; 2]) -> f64 {
    (0..3)
        .map(|k| (x[3 * i + k] - x[3 * j + k]).powi(2))
        .sum::<f64>()
        .sqrt()
}

impl Pair {
    /// The scaled distance and its slope.
    fn scaled(&self, r: f64) -> (f64, f64) {
        let r = r.max(1e-3);
        let decay = (-STEEPNESS * (r - self.touching) / self.touching).exp();
        let far = REACH * self.touching / r;
        (decay + far, -STEEPNESS / self.touching * decay - far / r)
    }
}

fn values(pairs: &[Pair], x: &[f64]) -> Vec<f64> {
    pairs.iter().map(|p| p.scaled(distance(x, p.atoms)).0).collect()
}

/// Adds Bᵀv, B the derivatives of the scaled distances at `x`.
fn add_back(pairs: &[Pair], x: &[f64], v: &[f64], out: &mut [f64]) {
    for (pair, v) in pairs.iter().zip(v) {
        let [i, j] = pair.atoms;
        let r = distance(x, pair.atoms).max(1e-3);
        let slope = v * pair.scaled(r).1 / r;
        for k in 0..3 {
            let d = slope * (x[3 * i + k] - x[3 * j + k]);
            out[3 * i + k] += d;
            out[3 * j + k] -= d;
        }
    }
}

/// The structure halfway: the one whose scaled distances are nearest to the mean of two.
struct Halfway<'a> {
    pairs: &'a [Pair],
    wanted: Vec<f64>,
    middle: Vec<f64>,
}

impl Potential for Halfway<'_> {
    fn len(&self) -> usize {
        self.middle.len()
    }

    fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
        let mut off = values(self.pairs, x);
        off.iter_mut().zip(&self.wanted).for_each(|(q, w)| *q -= w);
        gradient.fill(0.0);
        add_back(self.pairs, x, &off, gradient);
        let mut energy = 0.5 * vector::dot(&off, &off);
        for ((g, x), m) in gradient.iter_mut().zip(x).zip(&self.middle) {
            *g += TIE * (x - m);
            energy += 0.5 * TIE * (x - m) * (x - m);
        }
        gradient.iter_mut().for_each(|g| *g *= STIFFNESS);
        Ok(STIFFNESS * energy)
    }
}

/// Σ|Δq|² over all images between fixed ends, each segment by way of its Cartesian middle.
struct Length<'a> {
    pairs: &'a [Pair],
    ends: [&'a [f64]; 2],
    images: usize,
}

impl Length<'_> {
    fn image<'b>(&'b self, x: &'b [f64], k: usize) -> &'b [f64] {
        let n = self.ends[0].len();
        match k {
            0 => self.ends[0],
            _ if k + 1 == self.images => self.ends[1],
            _ => &x[(k - 1) * n..k * n],
        }
    }
}

impl Potential for Length<'_> {
    fn len(&self) -> usize {
        (self.images - 2) * self.ends[0].len()
    }

    fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
        let n = self.ends[0].len();
        // Images and the middles between them, one after the other.
        let count = 2 * self.images - 1;
        let places: Vec<Vec<f64>> = (0..count)
            .map(|k| {
                let (a, b) = (self.image(x, k / 2), self.image(x, k.div_ceil(2)));
                a.iter().zip(b).map(|(a, b)| f64::midpoint(*a, *b)).collect()
            })
            .collect();
        let q: Vec<Vec<f64>> = places.iter().map(|x| values(self.pairs, x)).collect();
        let scale = STIFFNESS * (self.images - 1) as f64;
        let mut energy = 0.0;
        let mut slopes = vec![vec![0.0; self.pairs.len()]; count];
        for k in 1..count {
            for p in 0..self.pairs.len() {
                let d = q[k][p] - q[k - 1][p];
                energy += 0.5 * scale * d * d;
                slopes[k][p] += scale * d;
                slopes[k - 1][p] -= scale * d;
            }
        }
        gradient.fill(0.0);
        let mut own = vec![0.0; n];
        for (k, slope) in slopes.iter().enumerate() {
            own.fill(0.0);
            add_back(self.pairs, &places[k], slope, &mut own);
            for image in [k / 2, k.div_ceil(2)] {
                if image == 0 || image + 1 == self.images {
                    continue;
                }
                // A middle is half of each neighbour; an image, which is met twice here, all of itself.
                vector::add_scaled(&mut gradient[(image - 1) * n..image * n], 0.5, &own);
            }
        }
        Ok(energy)
    }
}

fn relax(potential: &mut dyn Potential, x: &[f64]) -> Vec<f64> {
    let mut stepper = Lbfgs::new(LbfgsSettings {
        max_step: 0.1,
        precondition: false,
        ..LbfgsSettings::default()
    });
    let limits = Limits {
        steps: Some(STEPS),
        ..Limits::default()
    };
    let criteria = Criteria::rms_gradient(0.02);
    // A start without a finite value is none to be relaxed.
    minimize(potential, x, &mut stepper, &criteria, &limits, &mut ()).map_or_else(|_| x.to_vec(), |found| found.point.x)
}

/// The structure halfway between two: the best of those reached from either side and from the Cartesian middle.
fn halfway(pairs: &[Pair], a: &[f64], b: &[f64]) -> Vec<f64> {
    let wanted: Vec<f64> = values(pairs, a)
        .iter()
        .zip(values(pairs, b))
        .map(|(p, q)| f64::midpoint(*p, q))
        .collect();
    // Atoms that change places meet in the middle, where nothing says which way round: a fixed small displacement does.
    let nudge = |c: usize| NUDGE * (1.0 + 2.3 * c as f64).sin();
    let middle: Vec<f64> = (0..a.len()).map(|c| f64::midpoint(a[c], b[c])).collect();
    let start: Vec<f64> = middle.iter().enumerate().map(|(c, x)| x + nudge(c)).collect();
    let mut surface = Halfway { pairs, wanted, middle };
    let length = |x: &[f64]| {
        let q = [a, x, b].map(|x| values(pairs, x));
        let leg = |p: &[f64], q: &[f64]| p.iter().zip(q).map(|(p, q)| (p - q).powi(2)).sum::<f64>().sqrt();
        leg(&q[0], &q[1]) + leg(&q[1], &q[2])
    };
    let starts = [start.as_slice(), a, b];
    let ends = starts.map(|x| relax(&mut surface, x));
    let best = ends.into_iter().min_by(|p, q| length(p).total_cmp(&length(q)));
    best.unwrap_or(start)
}

/// A path of `images` structures (Å) through these frames (Å, length 3N, two at least), whose first and last are the path's ends. The frames
/// between are a guess, which the path need not keep to. `radii`: covalent radii of the atoms, Å. All are laid onto each other.
///
/// # Errors
/// Coordinates that are not finite.
///
/// # Panics
/// With fewer than two frames.
pub fn interpolate(radii: &[f64], frames: &[Vec<f64>], images: usize) -> Result<Vec<Vec<f64>>, LinalgError> {
    assert!(frames.len() >= 2, "a path has two ends");
    let mut frames = frames.to_vec();
    align_all(&mut frames)?;
    let pairs = pairs(radii, &frames);
    while frames.len() < images {
        // Into the longest leg.
        let q: Vec<Vec<f64>> = frames.iter().map(|x| values(&pairs, x)).collect();
        let leg = |k: &usize| -> f64 { q[*k].iter().zip(&q[k + 1]).map(|(p, q)| (p - q).powi(2)).sum() };
        let longest =
            (0..frames.len() - 1).fold(0, |best, k| if leg(&k) > leg(&best) * (1.0 + 1e-9) { k } else { best });
        let new = halfway(&pairs, &frames[longest], &frames[longest + 1]);
        let new = align(&frames[longest], &new)?;
        frames.insert(longest + 1, new);
        let later = longest + 2;
        align_all(&mut frames[later - 1..])?;
    }
    smooth(&pairs, &mut frames)?;
    if frames.len() > images {
        frames = evenly(&frames, images);
        smooth(&pairs, &mut frames)?;
    }
    Ok(frames)
}

/// Makes the path between the first frame and the last as short as it gets.
fn smooth(pairs: &[Pair], frames: &mut [Vec<f64>]) -> Result<(), LinalgError> {
    if frames.len() < 3 {
        return Ok(());
    }
    let n = frames[0].len();
    let inner = frames[1..frames.len() - 1].concat();
    let last = frames.len() - 1;
    let mut surface = Length {
        pairs,
        ends: [&frames[0], &frames[last]],
        images: frames.len(),
    };
    let found = relax(&mut surface, &inner);
    for (frame, x) in frames[1..].iter_mut().zip(found.chunks_exact(n)) {
        frame.copy_from_slice(x);
    }
    align_all(frames)
}

/// As many points, spaced evenly along the polygon of the frames.
#[must_use]
pub fn evenly(frames: &[Vec<f64>], images: usize) -> Vec<Vec<f64>> {
    let legs: Vec<f64> = frames
        .windows(2)
        .map(|w| w[0].iter().zip(&w[1]).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt())
        .collect();
    let whole: f64 = legs.iter().sum();
    let at = |wanted: f64| -> Vec<f64> {
        let mut left = wanted;
        for (k, &leg) in legs.iter().enumerate() {
            if left <= leg || k + 1 == legs.len() {
                let t = if leg > 0.0 { (left / leg).min(1.0) } else { 0.0 };
                return frames[k]
                    .iter()
                    .zip(&frames[k + 1])
                    .map(|(a, b)| a + t * (b - a))
                    .collect();
            }
            left -= leg;
        }
        frames[0].clone()
    };
    (0..images)
        .map(|k| match k {
            0 => frames[0].clone(),
            _ if k + 1 == images => frames[frames.len() - 1].clone(),
            _ => at(whole * k as f64 / (images - 1) as f64),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::potential::test_surfaces::MuellerBrown;

    #[test]
    fn both_functions_have_the_gradients_that_differences_give() {
        let radii = [0.7, 0.3, 0.3, 0.7];
        let a: Vec<f64> = (0..12).map(|c| 1.3 * (1.7 * f64::from(c)).sin()).collect();
        let b: Vec<f64> = a
            .iter()
            .enumerate()
            .map(|(c, x)| x + 0.4 * (0.9 * c as f64).cos())
            .collect();
        let pairs = pairs(&radii, &[a.clone(), b.clone()]);
        let mut halfway = Halfway {
            pairs: &pairs,
            wanted: values(&pairs, &b),
            middle: b.clone(),
        };
        check(&mut halfway, &a);
        let inner: Vec<f64> = a.iter().chain(&b).map(|x| 0.9 * x).collect();
        let mut length = Length {
            pairs: &pairs,
            ends: [&a, &b],
            images: 4,
        };
        check(&mut length, &inner);
        // The check can fail.
        let mut gradient = vec![0.0; 2];
        MuellerBrown.energy_gradient(&[0.3, 0.3], &mut gradient).unwrap();
        assert!(vector::norm(&gradient) > 1.0);
    }

    fn check(potential: &mut dyn Potential, x: &[f64]) {
        let n = x.len();
        let (mut gradient, mut unused) = (vec![f64::NAN; n], vec![0.0; n]);
        potential.energy_gradient(x, &mut gradient).unwrap();
        for c in 0..n {
            let mut at = |h: f64| {
                let mut y = x.to_vec();
                y[c] += h;
                potential.energy_gradient(&y, &mut unused).unwrap()
            };
            let difference = (at(1e-5) - at(-1e-5)) / 2e-5;
            let scale = difference.abs().max(1.0);
            assert!(
                (gradient[c] - difference).abs() < 1e-5 * scale,
                "{c}: {} {difference}",
                gradient[c]
            );
        }
    }

    /// Two atoms of a linear chain of three that change places: they must go round each other.
    #[test]
    fn atoms_that_change_places_do_not_collide() {
        let radii = [0.76, 0.31, 0.31];
        let ends = [
            vec![0.0, 0.0, 0.0, 1.1, 0.0, 0.0, -1.1, 0.0, 0.0],
            vec![0.0, 0.0, 0.0, -1.1, 0.0, 0.0, 1.1, 0.0, 0.0],
        ];
        let path = interpolate(&radii, &ends, 11).unwrap();
        assert_eq!(path.len(), 11);
        for x in &path {
            for pair in [[0, 1], [0, 2]] {
                assert!((distance(x, pair) - 1.1).abs() < 0.35, "{}", distance(x, pair));
            }
            assert!(distance(x, [1, 2]) > 0.6, "{}", distance(x, [1, 2]));
        }
        let straight: Vec<f64> = (0..9).map(|c| f64::midpoint(ends[0][c], ends[1][c])).collect();
        assert!(distance(&straight, [1, 2]) < 1e-9);
    }

    #[test]
    fn images_are_spaced_evenly_and_the_ends_stay() {
        let ends = [
            vec![0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.5, 0.9, 0.0, 2.5, 1.0, 0.4],
            vec![0.0, 0.0, 0.0, 1.1, 0.0, 0.0, 1.6, 1.0, 0.0, 1.0, 2.0, 0.0],
        ];
        let radii = [0.5; 4];
        let path = interpolate(&radii, &ends, 9).unwrap();
        let pairs = pairs(&radii, &path);
        let q: Vec<_> = path.iter().map(|x| values(&pairs, x)).collect();
        let legs: Vec<f64> = q
            .windows(2)
            .map(|w| w[0].iter().zip(&w[1]).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt())
            .collect();
        let mean = legs.iter().sum::<f64>() / legs.len() as f64;
        assert!(legs.iter().all(|l| (l / mean - 1.0).abs() < 0.15), "{legs:?}");
        assert_eq!(path[0], ends[0]);
        assert!(super::super::align::rmsd(&path[8], &ends[1]).unwrap() < 1e-9);
        // Through a frame of its own and with fewer images than frames.
        let guess = [ends[0].clone(), path[3].clone(), path[6].clone(), ends[1].clone()];
        assert_eq!(interpolate(&radii, &guess, 3).unwrap().len(), 3);
    }
}
