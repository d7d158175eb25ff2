//! `thalweg path`: the way down both sides of a saddle, or the way between two structures; and the pass between two structures for `ts`.

use super::args::ChainName;
use super::collect::Heads;
use super::conditions::GasSettings;
use super::gather::{self, Reading};
use super::input::Records;
use super::interrupt;
use super::job::{Common, Job};
use super::journey::Found;
use super::landscape::Terrain;
use super::message::{Level, Message};
use super::pipeline::{Outcome, State};
use super::ready::{Molecular, Ready, Setting};
use super::refine::Finer;
use super::report::path::{GuessPart, PathLine};
use super::report::structure::{self, Annotation};
use super::run_records;
use super::surface::Surfaces;
use crate::formats::{Format, RawRecord};
use crate::optimize::{Criteria, Point};
use crate::saddle::path::align;
use crate::saddle::path::irc::IrcSettings;
use crate::saddle::path::order::permuted;
use crate::saddle::route::journey::down_from;
use crate::saddle::route::search::Method;
use crate::saddle::route::{Hints, Journey, Landscape, Log, RateSettings, Search, Valley};
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
    /// Whether the bonds tell which atom is which, whatever the numbers say.
    pub renumber: bool,
    /// Whether the ends are minimized first.
    pub minimize: bool,
    /// Look for the saddle between two structures and prove it.
    pub saddle: bool,
    /// Write the saddle only.
    pub only_saddle: bool,
    pub csv: Option<PathBuf>,
    /// Rates, under these conditions.
    pub gas: Option<GasSettings>,
    /// Where the saddle is looked for again, from what is found on the first surface.
    pub refine: Option<Surfaces>,
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

/// Structures closer than this (Å, root mean square) are one.
const ONE_PLACE: f64 = 0.01;

/// The command: all records are one path.
struct Paths<'a> {
    common: &'a Common,
    task: &'a PathTask,
    others: Vec<RawRecord>,
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
        let reading = Reading {
            charge: self.common.charge,
            need_bonds: self.task.surfaces.need_bonds(),
            renumber: self.task.renumber,
        };
        let (frames, notes) = gather::frames(ready, &self.others, reading)?;
        let messages = &mut outcome.messages;
        messages.extend(notes.into_iter().map(|text| ready.message(Level::Warning, text)));
        let terrain = Terrain {
            ready,
            workers: self.task.workers,
        };
        let [first, others @ ..] = frames.as_slice() else {
            return Err("found no structure in the input".to_owned());
        };
        let Some((last, between)) = others.split_last() else {
            if self.task.saddle {
                return Err(
                    "one structure, expected two or more: the reactant, guesses if there are any, and the product"
                        .to_owned(),
                );
            }
            return self.down_from(&terrain, &first.x);
        };
        terrain.check_bonds(&last.molecule)?;
        let hints = Hints {
            between: between.iter().map(|frame| frame.x.clone()).collect(),
            saddle: None,
        };
        let mut places = [first.x.clone(), last.x.clone()];
        let mut ends = self.ends(&terrain, &places, messages)?;
        if let Some(order) = rename(ready, &mut ends, messages) {
            places[1] = permuted(&places[1], &order);
        }
        if interrupt::raised() {
            return Ok(Found::new(ready, Journey::ends_alone(ends)));
        }
        if between.is_empty() {
            self.check_apart(&ends)?;
        }
        match &self.task.refine {
            _ if !self.task.saddle => {
                let journey = self.search(&terrain).chain(ends, &hints.between);
                Ok(Found::new(ready, journey.map_err(|error| error.to_string())?))
            }
            None => self.over(&terrain, ends, &hints, messages),
            Some(finer) => {
                let guess = self.over(&terrain, ends, &hints, messages);
                self.refined(ready, finer, guess, (&places, hints), messages)
            }
        }
    }

    /// Refuses ends between which there is nothing.
    fn check_apart(&self, ends: &[Valley; 2]) -> Result<(), String> {
        let apart = align::rmsd(&ends[0].point.x, &ends[1].point.x).map_err(|error| error.to_string())?;
        match (apart < ONE_PLACE, self.task.minimize) {
            (false, _) => Ok(()),
            (true, false) => {
                Err("the first and the last structure are the same: there is no path between them".to_owned())
            }
            (true, true) => Err(
                "the first and the last structure lead to one and the same minimum: there is no path between them \
                 (path --no-minimize takes them as they are)"
                    .to_owned(),
            ),
        }
    }

    /// The minima at both ends.
    fn ends(
        &self,
        terrain: &Terrain<'_>,
        places: &[Vec<f64>; 2],
        messages: &mut Vec<Message>,
    ) -> Result<[Valley; 2], String> {
        let end = |x: &[f64]| match self.task.minimize {
            true => Valley::below(terrain, x, &self.task.criteria),
            false => Valley::as_given(terrain, x),
        };
        let end = |x: &[f64]| end(x).map_err(|error| error.to_string());
        let ends = [end(&places[0])?, end(&places[1])?];
        for (end, name) in ends.iter().zip(["first", "last"]) {
            if !end.converged {
                let text = format!(
                    "the minimization of the {name} structure did not converge ({})",
                    end.stop.name()
                );
                messages.push(terrain.ready.message(Level::EveryWarning, text));
            }
        }
        Ok(ends)
    }

    fn search<'b>(&self, terrain: &'b Terrain<'b>) -> Search<'b> {
        Search {
            landscape: terrain,
            criteria: self.task.criteria,
            saddle_criteria: match terrain.is_costly() {
                true => self.task.saddle_criteria,
                false => self.task.criteria,
            },
            irc: match self.task.only_saddle {
                true => IrcSettings::short(),
                false => IrcSettings::default(),
            },
            method: self.task.method,
            images: self.task.images,
        }
    }

    /// The pass or the passes between two structures.
    fn over(
        &self,
        terrain: &Terrain<'_>,
        ends: [Valley; 2],
        hints: &Hints,
        messages: &mut Vec<Message>,
    ) -> Result<Found, String> {
        let ready = terrain.ready;
        let mut log = Log::default();
        let gas = self.gas(ready);
        let journey = self.search(terrain).over(ends, hints, gas.as_ref(), &mut log);
        let details = log
            .notes
            .iter()
            .map(|note| ready.message(Level::Detail, note.to_string()));
        messages.extend(details);
        Ok(Found::new(ready, journey.map_err(|error| error.to_string())?))
    }

    fn gas(&self, ready: &Ready) -> Option<RateSettings> {
        let gas = self.task.gas.as_ref()?;
        Some(gas.rates(&ready.prepared.record.molecule))
    }

    /// The pass on another surface, from what was found on the first one.
    fn refined(
        &self,
        ready: &Ready,
        finer: &Surfaces,
        guess: Result<Found, String>,
        (places, mut hints): (&[Vec<f64>; 2], Hints),
        messages: &mut Vec<Message>,
    ) -> Result<Found, String> {
        if interrupt::raised() {
            return guess.map(Found::interrupted);
        }
        let finer = Finer::new(finer, ready, self.task.workers)?;
        messages.extend(finer.warning.as_ref().map(|text| ready.message(Level::Warning, text)));
        match &guess {
            Ok(found) => {
                let text = format!(
                    "{}; it is searched on from there on {}",
                    found.summary(),
                    finer.ready.assigned.name()
                );
                messages.push(ready.message(Level::Note, text));
                let saddle = found.journey.crossed();
                hints.between = vec![saddle.0.clone()];
                hints.saddle = Some(saddle);
            }
            Err(reason) => {
                let text = format!(
                    "no guess from {} ({reason}); the search begins at the ends",
                    ready.assigned.name()
                );
                messages.push(ready.message(Level::EveryWarning, text));
            }
        }
        let terrain = Terrain {
            ready: &finer.ready,
            workers: finer.workers,
        };
        let ends = self.ends(&terrain, places, messages)?;
        let mut found = match self.over(&terrain, ends, &hints, messages) {
            Err(_) if interrupt::raised() => return guess.map(Found::interrupted),
            found => found?,
        };
        found.refined_from = guess.ok().map(|guess| GuessPart::new(&guess, &found)).transpose()?;
        Ok(found)
    }

    /// Both ways down from a saddle.
    fn down_from(&self, terrain: &Terrain<'_>, x: &[f64]) -> Result<Found, String> {
        let gas = self.gas(terrain.ready);
        let journey = down_from(terrain, x, &self.task.criteria, gas.as_ref());
        Ok(Found::new(terrain.ready, journey.map_err(|error| error.to_string())?))
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
        let journey = &found.journey;
        let chosen: Vec<&(f64, Point)> = match self.task.only_saddle {
            true => journey.saddles.iter().map(|&k| &journey.points[k]).collect(),
            false => journey.points.iter().collect(),
        };
        if format == Format::Mol && chosen.len() > 1 {
            return Err("a MOL file holds one molecule only; write SDF (--to sdf)".to_owned());
        }
        let (mut text, mut said) = (String::new(), Vec::new());
        for (coordinate, point) in chosen {
            let annotation = Annotation {
                converged: self.task.only_saddle.then_some(journey.converged),
                ..Annotation::of(point.energy)
            };
            let mut record = structure::annotated(&ready.prepared, &point.x, &annotation, format);
            if matches!(format, Format::Xyz | Format::Sdf) && !self.task.only_saddle {
                record.fields.push(("path".to_owned(), format!("{coordinate:.6}")));
            }
            if matches!(format, Format::Xyz | Format::Sdf) && found.guess {
                record
                    .fields
                    .push(("guess".to_owned(), structure::truth(true, format).to_owned()));
            }
            structure::write(&record, format, &ready.place, &mut said, &mut text)?;
        }
        // What a format can't carry is the same for all of them.
        said.dedup_by(|a, b| a.text == b.text);
        messages.extend(said);
        Ok(text)
    }
}

/// Gives equivalent atoms of the last structure other names where a centre would have to turn over without need, and says so.
fn rename(ready: &Ready, [first, last]: &mut [Valley; 2], messages: &mut Vec<Message>) -> Option<Vec<usize>> {
    let order = last.rename(first)?;
    let atoms: Vec<String> = (0..order.len())
        .filter(|&a| order[a] != a)
        .map(|a| (a + 1).to_string())
        .collect();
    let text = format!(
        "equivalent atoms of the last structure are renamed, so that no centre turns over on the way: {}",
        atoms.join(", ")
    );
    messages.push(ready.message(Level::Warning, text));
    Some(order)
}

impl Molecular for Paths<'_> {
    fn setting(&self) -> Setting<'_> {
        Setting::new(self.common, &self.task.surfaces, self.task.json)
    }

    fn work(&self, raw: &RawRecord, ready: &Ready, outcome: &mut Outcome) -> Result<(), String> {
        let started = Instant::now();
        let found = self.find(ready, outcome)?;
        outcome.state = if found.journey.converged {
            State::Done
        } else {
            State::NotConverged
        };
        let structures = match self.common.output.is_some() || (self.task.only_saddle && !self.task.json) {
            true => self.structures(raw, ready, &found, &mut outcome.messages)?,
            false => String::new(),
        };
        let line = PathLine::new(raw, ready, &found, started.elapsed().as_secs_f64());
        let level = match (line.converged, &line.refined_from) {
            (true, None) => Level::Single,
            (true, Some(_)) => Level::Note,
            (false, _) => Level::EveryWarning,
        };
        outcome.messages.push(ready.message(level, found.summary()));
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
