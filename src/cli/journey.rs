//! What came of the way between two structures, or down from a saddle, as it is reported.

use super::crossing::{Course, Crossing, Spent, Unfinished};
use super::interrupt;
use super::passage::{Proven, Valley, smiles};
use super::ready::Ready;
use super::report::json::Identity;
use super::report::path::{EndPart, GradientsPart, GuessPart, PassPart, PathLine, PathPoint, RatePart};
use super::surface::Assigned;
use crate::formats::RawRecord;
use crate::optimize::Point;
use crate::saddle::path::chain::Chain;
use crate::saddle::path::irc::Irc;
use crate::saddle::path::spline::Spline;

/// A chain's structures.
pub struct Band {
    points: Vec<Point>,
    /// Number of the highest point between the ends.
    top: usize,
}

impl Band {
    pub fn of(chain: &Chain) -> Self {
        Self {
            points: chain.points(),
            top: chain.highest(),
        }
    }
}

impl From<Unfinished> for Band {
    fn from(Unfinished { points, top }: Unfinished) -> Self {
        Self { points, top }
    }
}

/// All that came out.
pub struct Found {
    pub kind: &'static str,
    /// Name of the surface.
    pub surface: &'static str,
    /// The surface is a guess.
    pub guess: bool,
    pub converged: bool,
    pub stop: &'static str,
    /// Coordinate along the path and point.
    pub points: Vec<(f64, Point)>,
    /// Number of the highest point between the ends.
    pub top: usize,
    /// Numbers of the saddles, or of the highest point where there is none.
    pub saddles: Vec<usize>,
    pub ends: [Valley; 2],
    /// The highest saddle.
    pub proven: Option<Proven>,
    /// Each pass, where there are several.
    pub passes: Vec<PassPart>,
    pub connects: Option<String>,
    pub rates: Vec<RatePart>,
    pub spent: Spent,
    pub end_evaluations: usize,
    /// What was found on the first surface.
    pub refined_from: Option<GuessPart>,
}

/// The ends as far as an interrupt let them come.
pub fn ends_alone(ready: &Ready, ends: [Valley; 2]) -> Found {
    let points = ends.clone().map(|end| end.point);
    let top = usize::from(points[1].energy > points[0].energy);
    Found {
        stop: "interrupted",
        ..Found::chain(
            ready,
            Band {
                points: points.to_vec(),
                top,
            },
            ends,
        )
    }
}

impl Found {
    /// A chain, which is taken not to have converged.
    pub fn chain(ready: &Ready, band: Band, ends: [Valley; 2]) -> Self {
        let spline = Spline::new(band.points.iter().map(|point| point.x.clone()).collect());
        Self {
            kind: "chain",
            surface: ready.assigned.name(),
            guess: matches!(ready.assigned, Assigned::Mix(_)),
            converged: false,
            stop: "no_pass",
            points: spline.knots().iter().copied().zip(band.points).collect(),
            top: band.top,
            saddles: vec![band.top],
            end_evaluations: ends[0].evaluations + ends[1].evaluations,
            ends,
            proven: None,
            passes: Vec::new(),
            connects: None,
            rates: Vec::new(),
            spent: Spent::default(),
            refined_from: None,
        }
    }

    /// Down both sides of a saddle.
    pub fn irc(ready: &Ready, saddle: Proven, irc: &Irc, ends: [Valley; 2]) -> Self {
        let points: Vec<(f64, Point)> = irc.profile().into_iter().map(|(s, p)| (s, p.clone())).collect();
        let name = |k: usize| smiles(&ends[k].molecule);
        let connects = format!("{}; connects {} and {}", saddle.words(), name(0), name(1));
        let top = points.iter().position(|(s, _)| *s == 0.0).unwrap_or(0);
        Self {
            kind: "irc",
            surface: ready.assigned.name(),
            guess: matches!(ready.assigned, Assigned::Mix(_)),
            converged: ends.iter().all(|end| end.converged),
            stop: match interrupt::raised() {
                true => "interrupted",
                false => irc.branches[0].end.name(),
            },
            points,
            top,
            saddles: vec![top],
            ends,
            proven: Some(saddle),
            passes: Vec::new(),
            connects: Some(connects),
            rates: Vec::new(),
            spent: Spent::default(),
            end_evaluations: 0,
            refined_from: None,
        }
    }

    /// The way between two minima. Where it leads over no pass that is known, the chain tells as much as there is to be told.
    pub fn over(ready: &Ready, course: Course, ends: [Valley; 2]) -> Result<Self, String> {
        let words = course.words();
        let Some(highest) = highest(&course.passes) else {
            let Some(band) = course.chain else {
                return Err(words);
            };
            return Ok(Self {
                stop: match interrupt::raised() {
                    true => "interrupted",
                    false => "no_pass",
                },
                connects: Some(words),
                ..Self::chain(ready, band.into(), ends)
            });
        };
        let (points, saddles) = profile(&course.passes, highest);
        let passes = match course.passes.len() {
            1 => Vec::new(),
            _ => course.passes.iter().map(PassPart::new).collect(),
        };
        let asked = ends[0].evaluations + ends[1].evaluations;
        let reached = match (course.passes.first(), course.passes.last()) {
            (Some(first), Some(last)) => Some((&first.sides, &last.sides)),
            _ => None,
        };
        let ends = match reached {
            Some((Some(first), Some(last))) => [first.valleys[0].clone(), last.valleys[1].clone()],
            _ => ends,
        };
        let saddle = &course.passes[highest];
        Ok(Self {
            kind: "ts",
            surface: ready.assigned.name(),
            guess: matches!(ready.assigned, Assigned::Mix(_)),
            converged: course.complete,
            stop: saddle.stop.name(),
            points,
            top: saddles[highest],
            saddles,
            ends,
            proven: Some(saddle.saddle.clone()),
            passes,
            connects: Some(words),
            rates: Vec::new(),
            spent: Spent::default(),
            end_evaluations: asked,
            refined_from: None,
        })
    }

    /// The same as what an interrupt left.
    pub fn interrupted(self) -> Self {
        Self {
            converged: false,
            stop: "interrupted",
            ..self
        }
    }

    /// Heights (kcal/mol) of the highest point above both ends.
    pub fn barriers(&self) -> [f64; 2] {
        let top = self.points[self.top].1.energy;
        [0, 1].map(|k: usize| top - self.ends[k].point.energy)
    }

    /// All gradients but those of proofs.
    pub fn evaluations(&self) -> usize {
        self.end_evaluations + self.spent.chain + self.spent.saddle
    }

    /// Where the way is highest (Å), and in which direction it leads there.
    pub fn crossed(&self) -> (Vec<f64>, Vec<f64>) {
        let x = |k: usize| &self.points[k].1.x;
        let mode = self.proven.as_ref().and_then(|saddle| saddle.modes.modes.first());
        let direction = match mode {
            Some(mode) => mode.displacement.clone(),
            None => {
                let (before, after) = (
                    x(self.top.saturating_sub(1)),
                    x((self.top + 1).min(self.points.len() - 1)),
                );
                after.iter().zip(before).map(|(a, b)| a - b).collect()
            }
        };
        (x(self.top).clone(), direction)
    }

    /// In one sentence.
    pub fn summary(&self) -> String {
        let [forward, reverse] = self.barriers();
        let guess = if self.guess { " (a guess)" } else { "" };
        format!(
            "{}{guess}: {}; barrier {forward:.4} forward, {reverse:.4} reverse kcal/mol; {} evaluations, {} more for the proof",
            self.surface,
            self.connects.as_deref().unwrap_or(self.stop),
            self.evaluations(),
            self.spent.verification + self.spent.irc
        )
    }

    /// As one JSON object.
    pub fn line<'a>(&self, raw: &'a RawRecord, ready: &'a Ready, wall_seconds: f64) -> PathLine<'a> {
        let [first, last] = [0, 1].map(|k: usize| self.ends[k].point.energy);
        let [barrier_forward, barrier_reverse] = self.barriers();
        let spent = self.spent;
        let point = |(coordinate, point): &(f64, Point)| PathPoint {
            coordinate: *coordinate,
            energy: point.energy,
            relative_energy: point.energy - first,
        };
        PathLine {
            identity: Identity::ok(raw, &ready.prepared, self.surface),
            kind: self.kind,
            energy: self.points[self.top].1.energy,
            converged: self.converged,
            stop: self.stop,
            negative_modes: self.proven.as_ref().map(Proven::negative_modes),
            imaginary_wavenumber: self.proven.as_ref().and_then(Proven::imaginary_wavenumber),
            evaluations: self.evaluations(),
            hessian_evaluations: spent.hessians,
            verification_evaluations: spent.verification + spent.irc,
            gradients: GradientsPart {
                ends: self.end_evaluations,
                chain: spent.chain,
                saddle: spent.saddle,
                verification: spent.verification,
                irc: spent.irc,
            },
            barrier_forward,
            barrier_reverse,
            reaction_energy: last - first,
            connects: self.connects.clone(),
            ends: self.ends.iter().map(EndPart::new).collect(),
            passes: self.passes.clone(),
            rates: self.rates.clone(),
            points: self.points.iter().map(point).collect(),
            guess: self.guess,
            refined_from: self.refined_from.clone(),
            wall_seconds,
        }
    }
}

/// Number of the highest pass.
fn highest(passes: &[Crossing]) -> Option<usize> {
    let energy = |k: &usize| passes[*k].saddle.point.energy;
    (0..passes.len()).max_by(|a, b| energy(a).total_cmp(&energy(b)))
}

/// The ways down all passes, one after another, counted from the highest pass; and the places of the saddles in it.
fn profile(passes: &[Crossing], highest: usize) -> (Vec<(f64, Point)>, Vec<usize>) {
    let (mut points, mut saddles): (Vec<(f64, Point)>, Vec<usize>) = (Vec::new(), Vec::new());
    for pass in passes {
        let own: Vec<(f64, Point)> = match &pass.sides {
            Some(sides) => sides.irc.profile().into_iter().map(|(s, p)| (s, p.clone())).collect(),
            None => vec![(0.0, pass.saddle.point.clone())],
        };
        let begin = points.last().map_or(0.0, |(s, _)| *s) - own.first().map_or(0.0, |(s, _)| *s);
        saddles.push(points.len() + own.iter().position(|(s, _)| *s == 0.0).unwrap_or(0));
        points.extend(own.into_iter().map(|(s, point)| (begin + s, point)));
    }
    let origin = points[saddles[highest]].0;
    points.iter_mut().for_each(|(s, _)| *s -= origin);
    (points, saddles)
}
