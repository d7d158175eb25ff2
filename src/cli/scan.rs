//! `thalweg scan`: relaxed scans along one or two coordinates.

use super::collect::Heads;
use super::hold::Hold;
use super::interrupt;
use super::job::{Common, ScanTask};
use super::message::{Level, Message};
use super::optimizer::Optimizer;
use super::pipeline::{Outcome, State, in_threads};
use super::ready::{Molecular, Ready, Setting};
use super::report::json::Identity;
use super::report::scan::{AxisPart, PointPart, ScanLine, shown};
use super::report::structure::{self, Annotation};
use super::surface::{Assigned, Live};
use crate::formats::{Format, RawRecord};
use crate::optimize::constrained::difference;
use crate::optimize::grid::{self, Index};
use crate::optimize::observer::Interrupt;
use crate::optimize::{OptimizeError, Stop};
use crate::potential::EvalError;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// The command.
pub struct Scans<'a> {
    pub common: &'a Common,
    pub task: &'a ScanTask,
}

/// A relaxed point.
#[derive(Clone)]
struct Found {
    x: Vec<f64>,
    /// Of the surface alone, kcal/mol.
    energy: f64,
    /// Of the surface with restraints, which decides between two structures.
    total: f64,
    restraint_energy: Option<f64>,
    converged: bool,
    /// What is wrong with the scanned coordinates.
    trouble: Option<String>,
    stop: Stop,
    evaluations: usize,
}

type Point = Result<Found, String>;

/// A molecule that is being scanned.
struct Scan<'a> {
    task: &'a ScanTask,
    ready: &'a Ready,
    hold: &'a Hold,
    /// Engines that are at work and have nothing to do at the moment: not every point has to start one.
    idle: Mutex<Vec<Live>>,
}

/// Structures this close in energy (kcal/mol) are taken for the same: which one is kept must not depend on round-off.
const SAME: f64 = 1e-6;

impl Scan<'_> {
    fn shape(&self) -> Index {
        match self.hold.plan.axes.as_slice() {
            [only] => [1, only.values.len()],
            [first, second, ..] => [first.values.len(), second.values.len()],
            [] => [1, 1],
        }
    }

    /// The values of the scanned coordinates at a point.
    fn values(&self, index: Index) -> Vec<f64> {
        let axes = &self.hold.plan.axes;
        let indices = &index[2 - axes.len().min(2)..];
        axes.iter().zip(indices).map(|(axis, &i)| axis.values[i]).collect()
    }

    /// The point that is nearest to the molecule as it is: what the scan begins with.
    fn seed(&self) -> Index {
        let x = &self.ready.prepared.record.coordinates;
        let nearest = self.hold.plan.axes.iter().map(|axis| {
            let here = axis.primitive.value(x);
            let off = |&i: &usize| difference(&axis.primitive, axis.values[i], here).abs();
            (0..axis.values.len())
                .min_by(|a, b| off(a).total_cmp(&off(b)))
                .unwrap_or(0)
        });
        let mut seed = [0; 2];
        for (place, index) in seed.iter_mut().rev().zip(nearest.collect::<Vec<_>>().into_iter().rev()) {
            *place = index;
        }
        seed
    }

    fn surface(&self) -> Result<Live, EvalError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.map_or_else(|| self.ready.assigned.open(), Ok)
    }

    /// An evaluator of a force field is cheap, and a new one remembers nothing that could depend on the order of the points.
    fn keep(&self, live: Live) {
        if matches!(self.ready.assigned, Assigned::Engine { .. }) {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(live);
        }
    }

    fn relax(&self, index: Index, from: Option<&Point>) -> Point {
        if interrupt::raised() {
            return Err("not reached".to_owned());
        }
        let given = &self.ready.prepared.record.coordinates;
        // Beyond a point that failed or did not converge the scan begins anew: a dihedral whose atoms have come into line, where it has
        // no meaning and the energy may be lowest, would spoil all points after it.
        let from = from
            .and_then(|point| point.as_ref().ok())
            .filter(|found| found.converged)
            .map_or(given, |found| &found.x);
        let constraints = self.hold.constraints(&self.values(index));
        let molecule = &self.ready.prepared.molecule;
        let mut live = self.surface().map_err(|error| error.to_string())?;
        let start = self.hold.start(live.potential(), molecule, &constraints, from)?;
        let walker = Optimizer::AUTO.walker(self.ready, &start, self.hold, &constraints);
        let mut walker = walker.map_err(|error| error.to_string())?;
        let settings = (&mut walker, &self.task.criteria, &self.task.limits);
        let mut observer = Interrupt(interrupt::flag());
        let minimum = match self
            .hold
            .minimize(live.potential(), &constraints, &start, settings, &mut observer)
        {
            Ok(minimum) => {
                self.keep(live);
                minimum
            }
            Err(OptimizeError::Surface { best, .. }) => *best,
            Err(error) => return Err(error.to_string()),
        };
        let assigned = &self.ready.assigned;
        let evaluated = self.hold.judge(assigned, &constraints, &minimum.point);
        let evaluated = evaluated.map_err(|error| error.to_string())?;
        let gradient = &evaluated.point.gradient;
        let x = minimum.point.x;
        let restraint_energy = self.hold.restraint_energy(&x);
        Ok(Found {
            energy: evaluated.point.energy,
            total: evaluated.point.energy + restraint_energy.unwrap_or(0.0),
            restraint_energy,
            converged: minimum.stop == Stop::Converged && self.task.criteria.gradient_holds(gradient),
            stop: minimum.stop,
            trouble: Hold::trouble(&constraints, &x),
            evaluations: minimum.evaluations,
            x,
        })
    }

    fn run(&self) -> Vec<Point> {
        let relax = |index: Index, from: Option<&Point>| self.relax(index, from);
        let points = grid::fill(self.shape(), self.seed(), &relax);
        if self.task.both_ways {
            grid::sweep(self.shape(), points, &relax, &is_better)
        } else {
            points
        }
    }
}

fn is_better(candidate: &Point, present: &Point) -> bool {
    match (candidate, present) {
        (Ok(candidate), Ok(present)) => candidate.total < present.total - SAME,
        (Ok(_), Err(_)) => true,
        (Err(_), _) => false,
    }
}

impl Scans<'_> {
    /// Tables and JSON go to standard output, structures to the file.
    pub fn heads(&self) -> Heads {
        Heads {
            head: None,
            file_is_apart: true,
        }
    }

    fn scan(&self, raw: &RawRecord, ready: &Ready, outcome: &mut Outcome) -> Result<(), String> {
        let hold = Hold::new(
            &self.task.directives,
            &ready.prepared.molecule,
            &ready.prepared.record.coordinates,
        )?;
        let scan = Scan {
            task: self.task,
            ready,
            hold: &hold,
            idle: Mutex::default(),
        };
        let started = Instant::now();
        let points = in_threads(self.common.threads, || scan.run())?;
        let line = line(raw, &scan, &points, started.elapsed().as_secs_f64());
        if let (None, Some(Err(reason))) = (line.lowest_energy, points.first()) {
            return Err(reason.clone());
        }
        outcome.state = if line.converged {
            State::Done
        } else {
            State::NotConverged
        };
        let left = line.points.iter().filter(|point| !point.converged).count();
        if left > 0 {
            let text = format!("{left} of {} points did not converge", points.len());
            outcome.messages.push(ready.message(Level::EveryWarning, text));
        }
        if self.common.output.is_some() {
            let Outcome {
                structure, messages, ..
            } = outcome;
            self.structures(raw, &scan, &points, messages, structure)?;
        }
        outcome.trajectory = line.csv(raw.index);
        outcome.text = if self.task.json {
            line.json()
        } else {
            line.table(&ready.prepared.record.name)
        };
        Ok(())
    }

    /// Each point's structure, with the values of its coordinates.
    fn structures(
        &self,
        raw: &RawRecord,
        scan: &Scan<'_>,
        points: &[Point],
        messages: &mut Vec<Message>,
        out: &mut String,
    ) -> Result<(), String> {
        let format = structure::output_format(self.common, raw);
        if format == Format::Mol {
            return Err("a MOL file holds one molecule only; write SDF (--to sdf)".to_owned());
        }
        let columns = scan.shape()[1];
        for (index, point) in points.iter().enumerate() {
            let Ok(found) = point else { continue };
            let annotation = Annotation {
                energy: found.energy,
                converged: Some(found.converged),
                stop: Some(found.stop),
                changes: &[],
            };
            let mut record = structure::annotated(&scan.ready.prepared, &found.x, &annotation, format);
            if matches!(format, Format::Xyz | Format::Sdf) {
                let values = scan.values([index / columns, index % columns]);
                for (axis, value) in scan.hold.plan.axes.iter().zip(values) {
                    let key = axis.primitive.to_string().replace([' ', '-'], "_");
                    record.fields.retain(|(other, _)| *other != key);
                    record.fields.push((key, shown(&axis.primitive, value).to_string()));
                }
            }
            structure::write(&record, format, &scan.ready.place, messages, out)?;
        }
        Ok(())
    }
}

fn line<'a>(raw: &'a RawRecord, scan: &Scan<'a>, points: &[Point], wall_seconds: f64) -> ScanLine<'a> {
    let found = || points.iter().filter_map(|point| point.as_ref().ok());
    let lowest = found().map(|f| f.energy).min_by(f64::total_cmp);
    let columns = scan.shape()[1];
    let part = |(index, point): (usize, &Point)| {
        let axes = scan.hold.plan.axes.iter();
        let values = axes.zip(scan.values([index / columns, index % columns]));
        let values = values.map(|(axis, value)| shown(&axis.primitive, value)).collect();
        let found = point.as_ref().ok();
        PointPart {
            values,
            energy: found.map(|f| f.energy),
            relative_energy: found.and_then(|f| lowest.map(|lowest| f.energy - lowest)),
            restraint_energy: found.and_then(|f| f.restraint_energy),
            converged: found.is_some_and(|f| f.converged),
            stop: found.map(|f| f.stop.name()),
            evaluations: found.map_or(0, |f| f.evaluations),
            error: point
                .as_ref()
                .map_or_else(|error| Some(error.clone()), |found| found.trouble.clone()),
        }
    };
    ScanLine {
        identity: Identity::ok(raw, &scan.ready.prepared, scan.ready.assigned.name()),
        coordinates: scan.hold.plan.axes.iter().map(AxisPart::new).collect(),
        lowest_energy: lowest,
        converged: points.iter().all(|point| point.as_ref().is_ok_and(|f| f.converged)),
        evaluations: found().map(|f| f.evaluations).sum(),
        wall_seconds,
        points: points.iter().enumerate().map(part).collect(),
    }
}

impl Molecular for Scans<'_> {
    fn setting(&self) -> Setting<'_> {
        Setting::new(self.common, &self.task.surfaces, self.task.json)
    }

    fn work(&self, raw: &RawRecord, ready: &Ready, outcome: &mut Outcome) -> Result<(), String> {
        self.scan(raw, ready, outcome)
    }
}
