//! The intrinsic reaction coordinate: the way of steepest descent in mass-weighted coordinates, from a saddle down both its sides (K.
//! Fukui, Acc. Chem. Res. 1981, 14, 363).
//!
//! Each step predicts by following the local quadratic model (M. Page, J. W. McIver, J. Chem. Phys. 1988, 88, 922), and corrects by going
//! down the distance-weighted mean of the models at both its ends (H. P. Hratchian, H. B. Schlegel, J. Chem. Phys. 2004, 120, 9918).
//! By how much the two differ decides how long the next step may be. Where prediction and correction agree the predicted point is
//! taken, for one gradient; else the corrected one, for two. Every point given is one where the surface was evaluated.

use crate::hessian::update::bofill;
use crate::linalg::vector::{add_scaled, dot, norm, rms};
use crate::linalg::{Eigen, LinalgError, SymmetricMatrix};
use crate::optimize::{Observer, Point, Progress, Verdict};
use crate::potential::{EvalError, Potential};
use thiserror::Error;

/// How far and how finely.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IrcSettings {
    /// First step, Å √amu.
    pub step: f64,
    /// Longest step, Å √amu.
    pub longest: f64,
    /// Difference of prediction and correction (Å √amu) beyond which a step is made again, half as long.
    pub tolerance: f64,
    /// The same below which the prediction is taken as it is.
    pub agreement: f64,
    /// Most points on a side.
    pub points: usize,
    /// Root mean square of the gradient (kcal/mol/Å) that is the end of the way.
    pub gradient: f64,
}

impl Default for IrcSettings {
    fn default() -> Self {
        Self {
            step: 0.1,
            longest: 0.3,
            tolerance: 0.02,
            agreement: 0.005,
            points: 200,
            gradient: 0.3,
        }
    }
}

impl IrcSettings {
    /// Only as far as is needed to be sure of the valley that a minimization then leads down.
    #[must_use]
    pub fn short() -> Self {
        Self {
            longest: 0.25,
            tolerance: 0.05,
            agreement: 0.03,
            points: 12,
            ..Self::default()
        }
    }
}

/// How one side ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BranchEnd {
    /// The gradient is below the settings' value.
    Flat,
    /// The next point would be higher: the bottom of the valley is within a step.
    Bottom,
    /// The number of points.
    PointLimit,
    /// The observer's wish.
    Interrupted,
}

impl BranchEnd {
    /// The name in output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Flat => "flat",
            Self::Bottom => "bottom",
            Self::PointLimit => "point_limit",
            Self::Interrupted => "interrupted",
        }
    }
}

/// One side.
#[derive(Clone, Debug, PartialEq)]
pub struct Branch {
    /// Arc length from the saddle (Å √amu, positive on both sides) and the point, without the saddle itself.
    pub points: Vec<(f64, Point)>,
    /// How it ended.
    pub end: BranchEnd,
}

/// Both sides.
#[derive(Clone, Debug, PartialEq)]
pub struct Irc {
    /// The saddle.
    pub saddle: Point,
    /// Along the mode, and against it.
    pub branches: [Branch; 2],
    /// Gradients that it took, without the saddle's.
    pub evaluations: usize,
    /// Analytic Hessians that it took.
    pub hessian_evaluations: usize,
}

impl Irc {
    /// Arc length (negative on the second side) and point, from the second side's end over the saddle to the first side's.
    #[must_use]
    pub fn profile(&self) -> Vec<(f64, &Point)> {
        let [forward, backward] = &self.branches;
        let before = backward.points.iter().rev().map(|(s, point)| (-s, point));
        let after = forward.points.iter().map(|(s, point)| (*s, point));
        before.chain([(0.0, &self.saddle)]).chain(after).collect()
    }
}

/// Why there is no path.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum IrcError {
    /// The surface failed.
    #[error("{0}")]
    Surface(#[from] EvalError),
    /// Second derivatives that can't be decomposed.
    #[error("the second derivatives are no use: {0}")]
    Hessian(#[from] LinalgError),
    /// There is no way down along the mode.
    #[error("the energy does not fall along the mode that the path starts with: this is no saddle")]
    NoDescent,
}

/// The start: a saddle with its second derivatives and the way that it falls.
#[derive(Clone, Copy, Debug)]
pub struct Saddle<'a> {
    /// Where it is.
    pub point: &'a Point,
    /// Second derivatives there, kcal/mol/Å²; approximate ones will do, which the way down corrects.
    pub hessian: &'a SymmetricMatrix,
    /// The displacement (Å) of the imaginary mode.
    pub mode: &'a [f64],
    /// Masses of the atoms, amu; `None` for a surface that is not one of atoms in space.
    pub masses: Option<&'a [f64]>,
}

/// The fall of the energy (kcal/mol) that the first step off the saddle aims at.
const FIRST_FALL: f64 = 0.3;

/// Shortest step, as a fraction of the first.
const SHORTEST: f64 = 0.02;

/// Parts that a step is integrated in.
const PREDICTOR_PARTS: usize = 400;
const CORRECTOR_PARTS: usize = 40;

/// Round-off of an energy relative to its magnitude.
const ROUND_OFF: f64 = 1e-11;

/// Walks down both sides of a saddle. `own_hessians`: take the surface's own second derivatives at each point where it has them. The
/// observer sees every point.
///
/// # Errors
/// Where the surface fails, or the saddle is none.
pub fn irc(
    potential: &mut dyn Potential,
    saddle: Saddle<'_>,
    settings: &IrcSettings,
    own_hessians: bool,
    observer: &mut dyn Observer,
) -> Result<Irc, IrcError> {
    let n = saddle.point.x.len();
    let roots: Vec<f64> = saddle
        .masses
        .map_or_else(|| vec![1.0; n], |m| m.iter().flat_map(|m| [m.sqrt(); 3]).collect());
    let mut walker = Walker {
        potential,
        roots,
        settings: *settings,
        own_hessians,
        evaluations: 0,
        hessian_evaluations: 0,
    };
    let forward = walker.branch(saddle, 1.0, observer)?;
    let backward = match forward.end {
        BranchEnd::Interrupted => Branch {
            points: Vec::new(),
            end: BranchEnd::Interrupted,
        },
        _ => walker.branch(saddle, -1.0, observer)?,
    };
    Ok(Irc {
        saddle: saddle.point.clone(),
        branches: [forward, backward],
        evaluations: walker.evaluations,
        hessian_evaluations: walker.hessian_evaluations,
    })
}

/// A point in mass-weighted coordinates with its quadratic model.
#[derive(Clone, Debug)]
struct Place {
    point: Point,
    q: Vec<f64>,
    gradient: Vec<f64>,
    hessian: SymmetricMatrix,
}

impl Place {
    /// Energy and gradient of the quadratic model at `q`.
    fn model(&self, q: &[f64]) -> (f64, Vec<f64>, Vec<f64>) {
        let d: Vec<f64> = q.iter().zip(&self.q).map(|(a, b)| a - b).collect();
        let product = self.hessian.times(&d);
        let energy = self.point.energy + dot(&self.gradient, &d) + 0.5 * dot(&d, &product);
        let gradient = self.gradient.iter().zip(&product).map(|(g, p)| g + p).collect();
        (energy, gradient, d)
    }
}

struct Walker<'a> {
    potential: &'a mut dyn Potential,
    /// √m of each coordinate.
    roots: Vec<f64>,
    settings: IrcSettings,
    own_hessians: bool,
    evaluations: usize,
    hessian_evaluations: usize,
}

impl Walker<'_> {
    fn weighted(&self, hessian: &SymmetricMatrix) -> SymmetricMatrix {
        let mut out = hessian.clone();
        out.scale_both_sides(&self.roots.iter().map(|r| r.recip()).collect::<Vec<f64>>());
        out
    }

    fn place(&self, point: Point, hessian: SymmetricMatrix) -> Place {
        let q = point.x.iter().zip(&self.roots).map(|(x, r)| x * r).collect();
        let gradient = point.gradient.iter().zip(&self.roots).map(|(g, r)| g / r).collect();
        Place {
            point,
            q,
            gradient,
            hessian,
        }
    }

    /// Evaluates, with second derivatives corrected by what was found since `from`.
    fn visit(&mut self, q: &[f64], from: &Place) -> Result<Place, EvalError> {
        let x: Vec<f64> = q.iter().zip(&self.roots).map(|(q, r)| q / r).collect();
        self.evaluations += 1;
        let point = Point::at(self.potential, &x)?;
        if self.own_hessians
            && let Some(own) = self.potential.hessian(&x)
        {
            self.hessian_evaluations += 1;
            let own = self.weighted(&SymmetricMatrix::from_rows(x.len(), own?));
            return Ok(self.place(point, own));
        }
        let mut place = self.place(point, from.hessian.clone());
        let difference = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(p, q)| p - q).collect::<Vec<f64>>();
        let step = difference(&place.q, &from.q);
        let change = difference(&place.gradient, &from.gradient);
        // A step that is too short to tell of any curvature leaves it as it is.
        let _learnt: bool = bofill::update(&mut place.hessian, &step, &change);
        Ok(place)
    }

    fn branch(&mut self, saddle: Saddle<'_>, sign: f64, observer: &mut dyn Observer) -> Result<Branch, IrcError> {
        let start = self.place(saddle.point.clone(), self.weighted(saddle.hessian));
        let (mut here, mut arc) = self.off_the_saddle(&start, saddle.mode, sign)?;
        let mut points = Vec::new();
        let (mut step, mut steepest) = (self.settings.step, 0.0_f64);
        let shortest = SHORTEST * self.settings.step;
        let end = loop {
            points.push((arc, here.point.clone()));
            let progress = Progress {
                step: points.len(),
                evaluations: self.evaluations,
                x: &here.point.x,
                energy: here.point.energy,
                gradient: &here.point.gradient,
            };
            if observer.observe(&progress) == Verdict::Stop {
                break BranchEnd::Interrupted;
            }
            let slope = rms(&here.point.gradient);
            steepest = steepest.max(slope);
            // Next to the saddle it is flat as well.
            if slope < self.settings.gradient && slope < 0.5 * steepest {
                break BranchEnd::Flat;
            }
            if points.len() >= self.settings.points {
                break BranchEnd::PointLimit;
            }
            let (next, difference) = loop {
                let predicted = predict(&here, step)?;
                let there = self.visit(&predicted, &here)?;
                let corrected = correct(&here, &there, step);
                let difference = distance(&corrected, &predicted);
                if difference > self.settings.tolerance && step > shortest {
                    step = (0.5 * step).max(shortest);
                    continue;
                }
                if difference <= self.settings.agreement {
                    break (there, difference);
                }
                break (self.visit(&corrected, &there)?, difference);
            };
            let rise = next.point.energy - here.point.energy;
            if rise > ROUND_OFF * here.point.energy.abs() {
                break BranchEnd::Bottom;
            }
            arc += distance(&next.q, &here.q);
            here = next;
            if difference < 0.3 * self.settings.tolerance {
                step = (1.4 * step).min(self.settings.longest);
            }
        };
        Ok(Branch { points, end })
    }

    /// The first point, down the mode by as much as makes the energy fall measurably.
    fn off_the_saddle(&mut self, start: &Place, mode: &[f64], sign: f64) -> Result<(Place, f64), IrcError> {
        let mut direction: Vec<f64> = mode.iter().zip(&self.roots).map(|(d, r)| sign * d * r).collect();
        let length = norm(&direction);
        direction.iter_mut().for_each(|d| *d /= length);
        let curvature = start.hessian.quadratic_form(&direction);
        let wanted = (2.0 * FIRST_FALL / curvature.abs().max(1e-6)).sqrt();
        let wanted = wanted.clamp(0.2 * self.settings.step, 2.0 * self.settings.step);
        // Where the pass is low a straight step soon climbs the walls of the bend; where it is broad round-off hides a short one.
        for factor in [1.0, 0.5, 0.25, 0.1, 2.0, 4.0, 0.04] {
            let off = factor * wanted;
            let mut q = start.q.clone();
            add_scaled(&mut q, off, &direction);
            let place = self.visit(&q, start)?;
            if place.point.energy < start.point.energy {
                return Ok((place, off));
            }
        }
        Err(IrcError::NoDescent)
    }
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(p, q)| (p - q).powi(2)).sum::<f64>().sqrt()
}

/// The point at an arc length down the quadratic model of a place, or its minimum if that is nearer.
fn predict(here: &Place, length: f64) -> Result<Vec<f64>, LinalgError> {
    let eigen = Eigen::new(&here.hessian)?;
    let slopes: Vec<f64> = (0..eigen.values.len())
        .map(|k| dot(eigen.vector(k), &here.gradient))
        .collect();
    let speed = |t: f64| -> f64 {
        let terms = slopes
            .iter()
            .zip(&eigen.values)
            .map(|(g, l)| (g * (-l * t).exp()).powi(2));
        terms.sum::<f64>().sqrt()
    };
    let (mut t, mut s, first) = (0.0, 0.0, speed(0.0));
    let part = length / PREDICTOR_PARTS as f64;
    while s < length {
        let now = speed(t);
        if now.is_nan() || now <= 1e-4 * first {
            break;
        }
        let ds = part.min(length - s);
        // Midpoint rule.
        let middle = speed(t + 0.5 * ds / now);
        t += ds / middle.max(1e-300);
        s += ds;
        if ds <= 1e-12 * length {
            break;
        }
    }
    let mut q = here.q.clone();
    for (k, (g, l)) in slopes.iter().zip(&eigen.values).enumerate() {
        let far = if (l * t).abs() < 1e-8 {
            -t
        } else {
            (-l * t).exp_m1() / l
        };
        add_scaled(&mut q, far * g, eigen.vector(k));
    }
    Ok(q)
}

/// The point at an arc length down the distance-weighted mean of two quadratic models (Runge and Kutta's classical rule).
fn correct(here: &Place, there: &Place, length: f64) -> Vec<f64> {
    let downhill = |q: &[f64]| -> Vec<f64> {
        let (e1, g1, d1) = here.model(q);
        let (e2, g2, d2) = there.model(q);
        let (a, b) = (dot(&d1, &d1), dot(&d2, &d2));
        let whole = (a + b).max(1e-300);
        let (w1, w2) = (b / whole, a / whole);
        let slope = 2.0 * (e1 - e2) / (whole * whole);
        let mut g: Vec<f64> = (0..q.len())
            .map(|c| w1 * g1[c] + w2 * g2[c] + slope * (a * d2[c] - b * d1[c]))
            .collect();
        let size = norm(&g).max(1e-300);
        g.iter_mut().for_each(|c| *c /= -size);
        g
    };
    let h = length / CORRECTOR_PARTS as f64;
    let moved = |q: &[f64], h: f64, k: &[f64]| -> Vec<f64> { q.iter().zip(k).map(|(q, k)| q + h * k).collect() };
    let mut q = here.q.clone();
    for _ in 0..CORRECTOR_PARTS {
        let k1 = downhill(&q);
        let k2 = downhill(&moved(&q, 0.5 * h, &k1));
        let k3 = downhill(&moved(&q, 0.5 * h, &k2));
        let k4 = downhill(&moved(&q, h, &k3));
        for c in 0..q.len() {
            q[c] += h / 6.0 * (k1[c] + 2.0 * k2[c] + 2.0 * k3[c] + k4[c]);
        }
    }
    q
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::potential::test_surfaces::MuellerBrown;

    /// −cos 2θ turned so that θ = 0 is a saddle, in a circular valley of radius 2: the path is the circle.
    struct Ring;

    impl Ring {
        const STIFFNESS: f64 = 40.0;
        const HEIGHT: f64 = 5.0;

        fn radius(x: &[f64]) -> f64 {
            x[0].hypot(x[1])
        }
    }

    impl Potential for Ring {
        fn len(&self) -> usize {
            2
        }

        fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
            let (r, angle) = (Self::radius(x), x[1].atan2(x[0]));
            let (along, across) = (
                -2.0 * Self::HEIGHT * (2.0 * angle).sin() / r,
                Self::STIFFNESS * (r - 2.0),
            );
            let (c, s) = (x[0] / r, x[1] / r);
            gradient[0] = across * c - along * s;
            gradient[1] = across * s + along * c;
            Ok(Self::HEIGHT * (2.0 * angle).cos() + 0.5 * Self::STIFFNESS * (r - 2.0).powi(2))
        }
    }

    /// Second derivatives by differences.
    struct WithHessian<P>(P);

    impl<P: Potential> Potential for WithHessian<P> {
        fn len(&self) -> usize {
            self.0.len()
        }

        fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
            self.0.energy_gradient(x, gradient)
        }

        fn hessian(&mut self, x: &[f64]) -> Option<Result<Vec<f64>, EvalError>> {
            Some(crate::hessian::numerical::hessian(&mut self.0, x, 1e-5).map(SymmetricMatrix::into_rows))
        }
    }

    /// Follows the ring with steps of one length only; gives the largest distance from the circle.
    fn deviation(step: f64, own_hessians: bool) -> (f64, Irc) {
        let mut surface = WithHessian(Ring);
        let point = Point::at(&mut surface, &[2.0, 0.0]).unwrap();
        let hessian = SymmetricMatrix::from_rows(2, surface.hessian(&point.x).unwrap().unwrap());
        let settings = IrcSettings {
            step,
            longest: step,
            tolerance: 10.0,
            agreement: 0.0,
            points: 500,
            gradient: 2.0,
        };
        let saddle = Saddle {
            point: &point,
            hessian: &hessian,
            mode: &[0.0, 1.0],
            masses: None,
        };
        let found = irc(&mut surface, saddle, &settings, own_hessians, &mut ()).unwrap();
        let profile = found.profile();
        // The first points are off by what the straight step along the mode left.
        let off = |(_, p): &(f64, &Point)| (Ring::radius(&p.x) - 2.0).abs();
        let far = profile.iter().filter(|(s, _)| s.abs() > 0.9).map(off);
        (far.fold(0.0, f64::max), found)
    }

    #[test]
    fn a_curved_valley_is_followed_and_the_error_falls_with_the_step() {
        let (coarse, found) = deviation(0.4, true);
        let [fine, finer] = [0.2, 0.1].map(|step| deviation(step, true).0);
        // The method is of second order.
        assert!(
            coarse < 0.02 && fine < coarse / 3.0 && finer < fine / 3.0,
            "{coarse} {fine} {finer}"
        );
        // Arc lengths are those of the circle, and energies fall all the way on both sides.
        for branch in &found.branches {
            assert_eq!(branch.end, BranchEnd::Flat);
            let (s, last) = branch.points.last().unwrap();
            let angle = last.x[1].atan2(last.x[0]).abs();
            assert!((s / (2.0 * angle) - 1.0).abs() < 0.02, "{s} {angle}");
            assert!(branch.points.windows(2).all(|w| w[1].1.energy < w[0].1.energy));
        }
        let ends = [0, 1].map(|k| found.branches[k].points.last().unwrap().1.x[1]);
        assert!(ends[0] > 1.0 && ends[1] < -1.0, "{ends:?}");
    }

    #[test]
    fn second_derivatives_learnt_on_the_way_serve_too() {
        let (learnt, found) = deviation(0.2, false);
        assert!(learnt < 0.02, "{learnt}");
        assert_eq!(found.hessian_evaluations, 0);
        let points: usize = found.branches.iter().map(|b| b.points.len()).sum();
        assert!(found.evaluations <= 2 * points + 2);
    }

    #[test]
    fn mueller_and_browns_saddle_connects_the_minima_it_is_known_for() {
        let mut surface = MuellerBrown;
        let point = Point::at(&mut surface, &[-0.822_002, 0.624_313]).unwrap();
        let hessian = SymmetricMatrix::from_rows(2, surface.hessian(&point.x).unwrap().unwrap());
        let eigen = Eigen::new(&hessian).unwrap();
        assert!(eigen.values[0] < 0.0 && eigen.values[1] > 0.0);
        let saddle = Saddle {
            point: &point,
            hessian: &hessian,
            mode: eigen.vector(0),
            masses: None,
        };
        let settings = IrcSettings {
            step: 0.02,
            longest: 0.05,
            tolerance: 0.003,
            agreement: 0.001,
            ..IrcSettings::default()
        };
        let found = irc(&mut surface, saddle, &settings, true, &mut ()).unwrap();
        let mut ends = found.branches.each_ref().map(|b| b.points.last().unwrap().1.x.clone());
        ends.sort_by(|a, b| a[0].total_cmp(&b[0]));
        for (end, minimum) in ends.iter().zip([0, 2]) {
            let known = MuellerBrown::MINIMA[minimum].0;
            assert!(distance(end, &known) < 0.08, "{end:?} {known:?}");
        }
    }

    #[test]
    fn what_is_no_saddle_is_refused() {
        let point = Point::at(&mut MuellerBrown, &MuellerBrown::MINIMA[0].0).unwrap();
        let hessian = SymmetricMatrix::scaled_identity(2, -100.0);
        let saddle = Saddle {
            point: &point,
            hessian: &hessian,
            mode: &[1.0, 0.0],
            masses: None,
        };
        let found = irc(&mut MuellerBrown, saddle, &IrcSettings::default(), false, &mut ());
        assert_eq!(found.unwrap_err(), IrcError::NoDescent);
    }
}
