//! `thalweg path`: the way down both sides of a saddle, or the way between two structures; and the pass between two structures for `ts`.

use super::args::ChainName;
use super::collect::Heads;
use super::conditions::GasSettings;
use super::crossing::{Crossing, Method, Search, Spent, both_sides};
use super::gather::{self, Frame};
use super::input::Records;
use super::job::{Common, Job};
use super::message::{Level, Message};
use super::passage::{Passages, Proven, Valley, united};
use super::pipeline::{Outcome, State};
use super::ready::{Molecular, Ready, Setting};
use super::report::json::Identity;
use super::report::path::{EndPart, GradientsPart, PathLine, PathPoint, RatePart};
use super::report::structure::{self, Annotation};
use super::run_records;
use super::surface::{Assigned, Surfaces};
use crate::formats::{Format, RawRecord};
use crate::optimize::{Criteria, Point, vector};
use crate::saddle::path::chain::{ChainSettings, ChainStop};
use crate::saddle::path::irc::IrcSettings;
use crate::saddle::path::order::{permuted, renamed};
use crate::saddle::path::rates::{Barrier, eyring};
use crate::saddle::path::spline::Spline;
use crate::vibrations::{Gas, Rotor, Thermochemistry, symmetry_number, thermochemistry};
use std::path::PathBuf;
use std::time::Instant;

/// What is wanted.
pub struct PathTask {
    pub surfaces: Surfaces,
    pub json: bool,
    /// Of minima.
    pub criteria: Criteria,
    pub saddle_criteria: Criteria,
    pub method: Method,
    pub images: usize,
    /// Whether the ends are minimized first.
    pub minimize: bool,
    /// Look for the saddle between two structures and prove it.
    pub saddle: bool,
    /// Write the saddle only.
    pub only_saddle: bool,
    pub csv: Option<PathBuf>,
    /// Rates, under these conditions.
    pub gas: Option<GasSettings>,
    /// Gradients made at the same time.
    pub workers: usize,
}

impl ChainName {
    pub fn method(self) -> Method {
        match self {
            Self::Grow => Method::Grow,
            Self::Band => Method::Band,
        }
    }
}

/// Root mean square of the gradient (kcal/mol/Å) above which a structure is no saddle.
const STATIONARY: f64 = 0.3;

/// The command: all records are one path.
struct Paths<'a> {
    common: &'a Common,
    task: &'a PathTask,
    others: Vec<RawRecord>,
}

/// All that came out.
struct Found {
    kind: &'static str,
    converged: bool,
    stop: &'static str,
    /// Coordinate along the path and point.
    points: Vec<(f64, Point)>,
    /// Number of the highest point between the ends.
    top: usize,
    ends: [Valley; 2],
    proven: Option<Proven>,
    connects: Option<String>,
    rates: Vec<RatePart>,
    spent: Spent,
    end_evaluations: usize,
}

/// Reads all records, and works on them as one.
pub fn run(job: &Job, task: &PathTask) -> Result<u8, String> {
    let mut all = gather::records(&job.common)?;
    let others = all.split_off(1);
    let first = all.remove(0);
    let work = Paths {
        common: &job.common,
        task,
        others,
    };
    let heads = Heads {
        head: None,
        file_is_apart: !task.only_saddle || task.json,
    };
    run_records(job, Records::one(first), &work, heads)
}

impl Paths<'_> {
    fn find(&self, ready: &Ready, outcome: &mut Outcome) -> Result<Found, String> {
        let passages = Passages {
            ready,
            workers: self.task.workers,
        };
        let (frames, notes) = gather::frames(ready, &self.others, self.common.charge, self.task.surfaces.need_bonds())?;
        let note = |text| message(ready, Level::Warning, text);
        outcome.messages.extend(notes.into_iter().map(note));
        let [first, .., last] = frames.as_slice() else {
            if self.task.saddle {
                return Err(
                    "one structure, expected two or more: the reactant, guesses if there are any, and the product"
                        .to_owned(),
                );
            }
            return self.down_from(&passages, &frames[0].x);
        };
        passages.check_bonds(&last.molecule)?;
        let between: Vec<Vec<f64>> = frames[1..frames.len() - 1]
            .iter()
            .map(|frame| frame.x.clone())
            .collect();
        let mut ends = [self.end(&passages, first)?, self.end(&passages, last)?];
        if let Some(order) = renamed(
            (&ends[0].molecule, &ends[0].point.x),
            (&ends[1].molecule, &ends[1].point.x),
        ) {
            ends[1].point.x = permuted(&ends[1].point.x, &order);
            ends[1].point.gradient = permuted(&ends[1].point.gradient, &order);
            let atoms: Vec<String> = (0..order.len())
                .filter(|&a| order[a] != a)
                .map(|a| (a + 1).to_string())
                .collect();
            let text = format!(
                "equivalent atoms of the last structure are renamed, so that no centre turns over on the way: {}",
                atoms.join(", ")
            );
            outcome.messages.push(message(ready, Level::Warning, text));
        }
        for (end, name) in ends.iter().zip(["first", "last"]) {
            if !end.converged {
                let text = format!(
                    "the minimization of the {name} structure did not converge ({})",
                    end.stop.name()
                );
                outcome.messages.push(message(ready, Level::EveryWarning, text));
            }
        }
        if self.task.saddle {
            self.over(&passages, ends, &between, &mut outcome.messages)
        } else {
            self.between(&passages, ends, &between)
        }
    }

    fn end(&self, passages: &Passages<'_>, frame: &Frame) -> Result<Valley, String> {
        match self.task.minimize {
            true => passages.valley(&frame.x, &self.task.criteria),
            false => passages.as_given(&frame.x),
        }
    }

    fn search<'a>(&self, passages: &'a Passages<'a>) -> Search<'a> {
        Search {
            passages,
            criteria: self.task.criteria,
            saddle_criteria: self.task.saddle_criteria,
            method: self.task.method,
            images: self.task.images,
        }
    }

    /// A chain between two structures.
    fn between(&self, passages: &Passages<'_>, ends: [Valley; 2], between: &[Vec<f64>]) -> Result<Found, String> {
        let molecule = united(&[&ends[0].molecule, &ends[1].molecule]);
        let how = (self.task.method, self.task.images, 3);
        let places = [ends[0].point.x.as_slice(), ends[1].point.x.as_slice()];
        let (chain, stop, chain_evaluations, hessians) =
            self.search(passages)
                .chain(places, between, &molecule, how, &ChainSettings::default())?;
        let points = chain.points();
        let spline = Spline::new(points.iter().map(|point| point.x.clone()).collect());
        Ok(Found {
            kind: "chain",
            converged: stop == ChainStop::Converged && ends.iter().all(|end| end.converged),
            stop: stop.name(),
            top: chain.highest(),
            points: spline.knots().iter().copied().zip(points).collect(),
            end_evaluations: ends[0].evaluations + ends[1].evaluations,
            ends,
            proven: None,
            connects: None,
            rates: Vec::new(),
            spent: Spent {
                chain: chain_evaluations,
                hessians,
                ..Spent::default()
            },
        })
    }

    /// The pass between two structures.
    fn over(
        &self,
        passages: &Passages<'_>,
        ends: [Valley; 2],
        between: &[Vec<f64>],
        messages: &mut Vec<Message>,
    ) -> Result<Found, String> {
        let mut spent = Spent::default();
        let search = self.search(passages);
        let mut notes = Vec::new();
        let crossing = search.cross([&ends[0], &ends[1]], between, &mut spent, &mut notes);
        let detail = |text| message(passages.ready, Level::Detail, text);
        messages.extend(notes.into_iter().map(detail));
        let crossing = crossing?;
        let (converged, connects) = (crossing.converged(), crossing.words());
        let Crossing {
            saddle, stop, sides, ..
        } = crossing;
        let end_evaluations = ends[0].evaluations + ends[1].evaluations;
        let (points, ends) = match sides {
            Some(sides) => {
                let points = sides.irc.profile().into_iter().map(|(s, p)| (s, p.clone())).collect();
                (points, sides.valleys)
            }
            None => (vec![(0.0, saddle.point.clone())], ends),
        };
        let rates = self.rates(passages, &saddle, &ends, &mut spent)?;
        Ok(Found {
            kind: "ts",
            converged,
            stop: stop.name(),
            top: points.iter().position(|(s, _)| *s == 0.0).unwrap_or(0),
            points,
            ends,
            proven: Some(saddle),
            connects: Some(connects),
            rates,
            spent,
            end_evaluations,
        })
    }

    /// Both ways down from a saddle.
    fn down_from(&self, passages: &Passages<'_>, x: &[f64]) -> Result<Found, String> {
        let given = passages.as_given(x)?;
        let slope = vector::rms(&given.point.gradient);
        if slope > STATIONARY {
            return Err(format!(
                "this is no saddle: the gradient is {slope:.2} kcal/mol/Å (root mean square), expected less than {STATIONARY}; give a \
                 saddle (thalweg ts finds one), or two structures"
            ));
        }
        let saddle = passages.prove(&given.point)?;
        if saddle.negative_modes() != 1 {
            return Err(format!("this is no saddle of first order but a {}", saddle.words()));
        }
        let mut spent = Spent {
            verification: saddle.evaluations,
            hessians: saddle.hessian_evaluations,
            ..Spent::default()
        };
        let (irc, valleys) = both_sides(
            passages,
            &saddle,
            &IrcSettings::default(),
            &self.task.criteria,
            &mut spent,
        )?;
        // From the second branch's end over the saddle to the first one's.
        let [forward, backward] = valleys;
        let ends = [backward, forward];
        let converged = ends.iter().all(|end| end.converged);
        let points: Vec<(f64, Point)> = irc.profile().into_iter().map(|(s, p)| (s, p.clone())).collect();
        let name = |k: usize| super::passage::smiles(&ends[k].molecule);
        let connects = format!("{}; connects {} and {}", saddle.words(), name(0), name(1));
        let rates = self.rates(passages, &saddle, &ends, &mut spent)?;
        let stop = irc.branches[0].end.name();
        Ok(Found {
            kind: "irc",
            converged,
            stop,
            top: points.iter().position(|(s, _)| *s == 0.0).unwrap_or(0),
            points,
            ends,
            proven: Some(saddle),
            connects: Some(connects),
            rates,
            spent,
            end_evaluations: 0,
        })
    }

    /// Rate constants both ways, where they are wanted.
    fn rates(
        &self,
        passages: &Passages<'_>,
        saddle: &Proven,
        ends: &[Valley; 2],
        spent: &mut Spent,
    ) -> Result<Vec<RatePart>, String> {
        let (Some(gas), Some(wavenumber)) = (&self.task.gas, saddle.imaginary_wavenumber()) else {
            return Ok(Vec::new());
        };
        let multiplicity = gas.multiplicity(&passages.ready.prepared.record.molecule);
        let all = |proven: &Proven| -> Result<Vec<Thermochemistry>, String> {
            let rotor = Rotor::new(&proven.point.x, &proven.masses);
            let found = || symmetry_number(&proven.point.x, &proven.masses, rotor.shape, symmetry_number::TOLERANCE);
            let wavenumbers = proven.modes.wavenumbers_cm1();
            let of = Gas {
                rotor: &rotor,
                wavenumbers_cm1: &wavenumbers,
                symmetry_number: gas.symmetry_number.unwrap_or_else(found),
                multiplicity,
            };
            let at = |&conditions| thermochemistry(&of, conditions, gas.treatment).map_err(|error| error.to_string());
            gas.conditions.iter().map(at).collect()
        };
        let top = all(saddle)?;
        let mut sides = Vec::new();
        for end in ends {
            let proven = passages.prove(&end.point)?;
            spent.verification += proven.evaluations;
            spent.hessians += proven.hessian_evaluations;
            sides.push(all(&proven)?);
        }
        let mut rates = Vec::new();
        for (k, at_top) in top.iter().enumerate() {
            let temperature = at_top.conditions.temperature;
            let heights = [0, 1].map(|side: usize| {
                let own = &sides[side][k];
                let energy = saddle.point.energy - ends[side].point.energy;
                let with_zero_point = energy + at_top.zero_point_energy - own.zero_point_energy;
                (with_zero_point, energy + at_top.free_energy - own.free_energy)
            });
            for (side, direction) in [(0, "forward"), (1, "reverse")] {
                let barrier = Barrier {
                    forward: heights[side].0,
                    reverse: heights[1 - side].0,
                    wavenumber_cm1: wavenumber.abs(),
                };
                rates.push(RatePart::new(
                    direction,
                    temperature,
                    heights[side].0,
                    heights[side].1,
                    barrier.tunnelling(temperature),
                    eyring(heights[side].1, temperature),
                ));
            }
        }
        Ok(rates)
    }

    fn line<'b>(&self, raw: &'b RawRecord, ready: &'b Ready, found: Found, wall_seconds: f64) -> PathLine<'b> {
        let top = &found.points[found.top].1;
        let [first, last] = [&found.ends[0], &found.ends[1]].map(|end| end.point.energy);
        let spent = found.spent;
        PathLine {
            identity: Identity::ok(raw, &ready.prepared, ready.assigned.name()),
            kind: found.kind,
            energy: top.energy,
            converged: found.converged,
            stop: found.stop,
            negative_modes: found.proven.as_ref().map(Proven::negative_modes),
            imaginary_wavenumber: found.proven.as_ref().and_then(Proven::imaginary_wavenumber),
            evaluations: found.end_evaluations + spent.chain + spent.saddle,
            hessian_evaluations: spent.hessians,
            verification_evaluations: spent.verification + spent.irc,
            gradients: GradientsPart {
                ends: found.end_evaluations,
                chain: spent.chain,
                saddle: spent.saddle,
                verification: spent.verification,
                irc: spent.irc,
            },
            barrier_forward: top.energy - first,
            barrier_reverse: top.energy - last,
            reaction_energy: last - first,
            ends: found.ends.iter().map(EndPart::new).collect(),
            points: found
                .points
                .iter()
                .map(|(coordinate, point)| PathPoint {
                    coordinate: *coordinate,
                    energy: point.energy,
                    relative_energy: point.energy - first,
                })
                .collect(),
            connects: found.connects,
            rates: found.rates,
            guess: matches!(ready.assigned, Assigned::Mix(_)),
            wall_seconds,
        }
    }

    /// The path's structures with their energies, or the saddle alone.
    fn structures(
        &self,
        raw: &RawRecord,
        ready: &Ready,
        found: &Found,
        messages: &mut Vec<Message>,
    ) -> Result<String, String> {
        let format = structure::output_format(self.common, raw);
        let chosen: Vec<&(f64, Point)> = match self.task.only_saddle {
            true => vec![&found.points[found.top]],
            false => found.points.iter().collect(),
        };
        if format == Format::Mol && chosen.len() > 1 {
            return Err("a MOL file holds one molecule only; write SDF (--to sdf)".to_owned());
        }
        let mut text = String::new();
        for (coordinate, point) in chosen {
            let annotation = Annotation {
                converged: self.task.only_saddle.then_some(found.converged),
                ..Annotation::of(point.energy)
            };
            let mut record = structure::annotated(&ready.prepared, &point.x, &annotation, format);
            if matches!(format, Format::Xyz | Format::Sdf) && !self.task.only_saddle {
                record.fields.push(("path".to_owned(), format!("{coordinate:.6}")));
            }
            structure::write(&record, format, &ready.place, messages, &mut text)?;
        }
        Ok(text)
    }
}

fn message(ready: &Ready, level: Level, text: String) -> Message {
    Message {
        level,
        place: ready.place.clone(),
        text,
    }
}

impl Molecular for Paths<'_> {
    fn setting(&self) -> Setting<'_> {
        Setting {
            common: self.common,
            surfaces: &self.task.surfaces,
            json: self.task.json,
            leaves_open: true,
        }
    }

    fn work(&self, raw: &RawRecord, ready: &Ready, outcome: &mut Outcome) -> Result<(), String> {
        let started = Instant::now();
        let found = self.find(ready, outcome)?;
        outcome.state = if found.converged {
            State::Done
        } else {
            State::NotConverged
        };
        let structures = match self.common.output.is_some() || (self.task.only_saddle && !self.task.json) {
            true => self.structures(raw, ready, &found, &mut outcome.messages)?,
            false => String::new(),
        };
        let line = self.line(raw, ready, found, started.elapsed().as_secs_f64());
        let level = if line.converged {
            Level::Single
        } else {
            Level::EveryWarning
        };
        let summary = format!(
            "{}: {}; barrier {:.4} forward, {:.4} reverse kcal/mol; {} evaluations, {} more for the proof",
            ready.assigned.name(),
            line.connects.as_deref().unwrap_or(line.stop),
            line.barrier_forward,
            line.barrier_reverse,
            line.evaluations,
            line.verification_evaluations
        );
        outcome.messages.push(message(ready, level, summary));
        outcome.trajectory = line.csv();
        let title = ready.prepared.record.name.trim().replace(char::is_control, " ");
        match (self.task.json, self.task.only_saddle) {
            (true, _) => {
                outcome.text = line.json();
                outcome.structure = structures;
            }
            (false, true) => outcome.text = structures,
            (false, false) => {
                outcome.text = line.table(&title);
                outcome.structure = structures;
            }
        }
        Ok(())
    }
}
