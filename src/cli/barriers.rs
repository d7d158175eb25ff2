//! `thalweg ts --rotors`: every bond of a molecule is turned, and each barrier that is met becomes a proven saddle between two minima.

use super::collect::Heads;
use super::interrupt;
use super::job::Common;
use super::landscape::Terrain;
use super::message::Level;
use super::pipeline::{Outcome, State, in_threads};
use super::ready::{Molecular, Ready, Setting};
use super::report::barriers::{BarrierPart, BarriersLine, SidePart};
use super::report::json::Identity;
use super::report::progress::Spinner;
use super::report::structure::{self, Annotation};
use super::surface::Surfaces;
use crate::conformers::rotors::Rotor;
use crate::formats::{Format, RawRecord};
use crate::optimize::observer::Interrupt;
use crate::optimize::{Criteria, Point, Stop};
use crate::potential::{EvalError, Potential};
use crate::saddle::path::irc::IrcSettings;
use crate::saddle::path::summit::climb;
use crate::saddle::route::{Landscape, Likeness, RouteError, Spent, Stationary, Valley, both_sides, likeness_of};
use crate::saddle::torsion::{ProfileSettings, Turn, profile, summits};
use std::time::Instant;

/// What is wanted.
pub struct BarriersTask {
    pub surfaces: Surfaces,
    pub json: bool,
    pub criteria: Criteria,
    /// Threads of the scans, and gradients made at the same time.
    pub workers: usize,
}

/// Root mean square of the gradient (kcal/mol/Å) at a saddle of a force field: what is left of a looser one hides which way a low barrier
/// falls.
const TIGHT: f64 = 1e-5;

/// Most steps from a summit to the saddle.
const MOST_STEPS: usize = 100;

/// The command.
pub struct Barriers<'a> {
    pub common: &'a Common,
    pub task: &'a BarriersTask,
}

/// A saddle that was reached by turning a bond.
struct Barrier {
    /// The bonds whose turning leads here: several where they are equivalent.
    rotors: Vec<Rotor>,
    saddle: Stationary,
    stop: Stop,
    stationary: bool,
    /// From the lower angle to the higher one; none where it is no pass.
    sides: Option<[Valley; 2]>,
    /// Why nothing is known of the sides of a pass.
    trouble: Option<RouteError>,
}

impl Barrier {
    fn is_proven(&self) -> bool {
        let ends = self.sides.as_ref();
        self.stationary
            && self.saddle.negative_modes() == 1
            && ends.is_some_and(|ends| ends.iter().all(|e| e.converged))
    }

    /// Why it is no barrier.
    fn words(&self) -> String {
        match (&self.sides, &self.trouble) {
            _ if !self.stationary => format!("no stationary point was reached ({})", self.stop.name()),
            (None, Some(trouble)) => trouble.to_string(),
            (None, None) => "the stationary point is no first-order saddle".to_owned(),
            (Some(_), _) => "a side of it did not converge".to_owned(),
        }
    }

    /// As a place that others are compared with.
    fn place(&self, terrain: &Terrain<'_>) -> Valley {
        Valley {
            molecule: terrain.molecule().clone(),
            point: self.saddle.point.clone(),
            converged: self.stationary,
            stop: self.stop,
            evaluations: 0,
        }
    }
}

/// All that came of a molecule.
struct Found {
    start: Valley,
    barriers: Vec<Barrier>,
    rotors: usize,
    /// Summits that led nowhere, with the reason.
    lost: Vec<(Rotor, String)>,
    spent: Spent,
    wall_seconds: f64,
}

impl Found {
    /// Whether each bond of which a summit led nowhere has a barrier all the same.
    fn is_complete(&self) -> bool {
        let has_barrier = |rotor: &Rotor| {
            self.barriers
                .iter()
                .any(|b| b.rotors.iter().any(|r| r.axis == rotor.axis))
        };
        self.lost.iter().all(|(rotor, _)| has_barrier(rotor))
    }
}

/// What is the same for all bonds of a molecule.
struct Work<'a> {
    terrain: Terrain<'a>,
    criteria: &'a Criteria,
    start: Valley,
    /// Coordinates (Å) at which the scans begin.
    from: Vec<f64>,
}

impl Barriers<'_> {
    /// Tables and JSON go to standard output, structures to the file, or to standard output in the table's place.
    pub fn heads(&self) -> Heads {
        Heads {
            head: None,
            file_is_apart: true,
        }
    }

    fn find(&self, ready: &Ready) -> Result<Found, String> {
        let started = Instant::now();
        let terrain = Terrain {
            ready,
            workers: self.task.workers,
        };
        let start = Valley::below(&terrain, &ready.prepared.record.coordinates, &self.task.criteria);
        let start = start.map_err(|error| error.to_string())?;
        if !start.converged {
            return Err(format!(
                "the minimization before the scans did not converge ({})",
                start.stop.name()
            ));
        }
        let rotors = Rotor::find_all(&ready.prepared.molecule);
        let work = Work {
            from: start.point.x.clone(),
            terrain,
            criteria: &self.task.criteria,
            start,
        };
        let spinner = Spinner::new(self.common.verbosity);
        let mut spent = Spent::default();
        let (mut barriers, mut lost): (Vec<Barrier>, Vec<(Rotor, String)>) = Default::default();
        for (number, rotor) in rotors.iter().enumerate() {
            spinner.show(|| format!("bond {} of {}, {} barriers", number + 1, rotors.len(), barriers.len()));
            for top in work.tops(rotor) {
                if interrupt::raised() {
                    return Err("interrupted".to_owned());
                }
                match work.refine(rotor, &top, &mut spent) {
                    Ok(barrier) if barrier.is_proven() => work.add(barrier, &mut barriers),
                    Ok(other) => lost.push((rotor.clone(), work.at(&other.saddle, &other.words()))),
                    Err(error) => lost.push((rotor.clone(), error.to_string())),
                }
            }
        }
        spinner.finish();
        barriers.sort_by(|a, b| a.saddle.point.energy.total_cmp(&b.saddle.point.energy));
        Ok(Found {
            rotors: rotors.len(),
            start: work.start,
            barriers,
            lost,
            spent,
            wall_seconds: started.elapsed().as_secs_f64(),
        })
    }

    fn line<'b>(&self, raw: &'b RawRecord, ready: &'b Ready, found: &Found) -> BarriersLine<'b> {
        let energy = found.start.point.energy;
        let part = |barrier: &Barrier| {
            let top = &barrier.saddle.point;
            let rotor = &barrier.rotors[0];
            let side = |valley: &Valley| SidePart {
                angle: rotor.dihedral(&valley.point.x).to_degrees(),
                energy: valley.point.energy,
                relative_energy: valley.point.energy - energy,
            };
            let height = |k: usize| Some(top.energy - barrier.sides.as_ref()?[k].point.energy);
            BarrierPart {
                bonds: barrier.rotors.iter().map(|r| r.axis.map(|a| a + 1)).collect(),
                dihedral: rotor.dihedral_atoms().map(|a| a + 1),
                angle: rotor.dihedral(&top.x).to_degrees(),
                energy: top.energy,
                relative_energy: top.energy - energy,
                barrier_forward: height(0),
                barrier_reverse: height(1),
                converged: barrier.is_proven(),
                stop: barrier.stop.name(),
                negative_modes: barrier.saddle.negative_modes(),
                imaginary_wavenumber: barrier.saddle.imaginary_wavenumber(),
                sides: barrier.sides.iter().flatten().map(side).collect(),
            }
        };
        BarriersLine {
            identity: Identity::ok(raw, &ready.prepared, ready.assigned.name()),
            energy,
            converged: found.is_complete(),
            rotors: found.rotors,
            barriers: found.barriers.iter().map(part).collect(),
            evaluations: found.start.evaluations + found.spent.saddle,
            hessian_evaluations: found.spent.hessians,
            verification_evaluations: found.spent.verification + found.spent.irc,
            wall_seconds: found.wall_seconds,
        }
    }

    /// The saddles.
    fn structures(
        &self,
        raw: &RawRecord,
        ready: &Ready,
        found: &Found,
        outcome: &mut Outcome,
    ) -> Result<String, String> {
        let format = structure::output_format(self.common, raw);
        if format == Format::Mol {
            return Err("a MOL file holds one structure only; write SDF (--to sdf)".to_owned());
        }
        let mut text = String::new();
        for barrier in &found.barriers {
            let annotation = Annotation {
                converged: Some(barrier.is_proven()),
                ..Annotation::of(barrier.saddle.point.energy)
            };
            let record = structure::annotated(&ready.prepared, &barrier.saddle.point.x, &annotation, format);
            structure::write(&record, format, &ready.place, &mut outcome.messages, &mut text)?;
        }
        Ok(text)
    }
}

impl Work<'_> {
    /// The summits met in a turn about a bond. They are scanned on a force field, also for an engine where MMFF94 types the molecule.
    fn tops(&self, rotor: &Rotor) -> Vec<Vec<f64>> {
        let terrain = &self.terrain;
        let molecule = terrain.molecule();
        let open = || -> Result<Box<dyn Potential>, EvalError> {
            let cheap = terrain.is_costly().then(|| terrain.stand_in(molecule)).flatten();
            cheap.map_or_else(|| terrain.open(), Ok)
        };
        let turn = Turn {
            dihedral: rotor.dihedral_atoms(),
            fold: rotor.fold,
        };
        let settings = ProfileSettings::default();
        let watch = || Box::new(Interrupt(interrupt::flag())) as _;
        let scan = || profile(&open, molecule, turn, &self.from, &settings, &watch);
        let points = in_threads(terrain.workers, scan).unwrap_or_default();
        let energies: Vec<Option<f64>> = points.iter().map(|p| p.as_ref().map(|p| p.energy)).collect();
        let tops = summits(&energies, settings.rise).into_iter();
        tops.filter_map(|k| Some(points[k].as_ref()?.x.clone())).collect()
    }

    /// From a summit of a scan to the saddle, and down both its sides.
    fn refine(&self, rotor: &Rotor, x: &[f64], spent: &mut Spent) -> Result<Barrier, RouteError> {
        let terrain = &self.terrain;
        let mut surface = terrain.open()?;
        let point = Point::at(&mut *surface, x)?;
        spent.saddle += 1;
        let top = Stationary::at(terrain, &point)?;
        spent.saddle += top.evaluations;
        spent.hessians += top.hessian_evaluations;
        // All but the turn is relaxed, so that the turn is the lowest mode.
        let mode = top.lowest_mode()?.to_vec();
        let start = (point, top.hessian, mode.as_slice());
        let mut observer = Interrupt(interrupt::flag());
        let tight = Criteria::rms_gradient(TIGHT);
        let criteria = match terrain.is_costly() {
            true => self.criteria,
            false => &tight,
        };
        let found = climb(&mut *surface, start, true, criteria, MOST_STEPS, &mut observer)?;
        spent.saddle += found.evaluations;
        spent.hessians += found.hessian_evaluations;
        let saddle = Stationary::at(terrain, &found.point)?;
        spent.verification += saddle.evaluations;
        spent.hessians += saddle.hessian_evaluations;
        let stationary = found.stop == Stop::Converged && self.criteria.gradient_holds(&saddle.point.gradient);
        let (sides, trouble) = match stationary && saddle.negative_modes() == 1 {
            true => match self.sides(rotor, &saddle, spent) {
                Ok(sides) => (Some(sides), None),
                Err(error) => (None, Some(error)),
            },
            false => (None, None),
        };
        Ok(Barrier {
            rotors: vec![rotor.clone()],
            saddle,
            stop: found.stop,
            stationary,
            sides,
            trouble,
        })
    }

    fn sides(&self, rotor: &Rotor, saddle: &Stationary, spent: &mut Spent) -> Result<[Valley; 2], RouteError> {
        let settings = IrcSettings::default();
        let (_, [a, b]) = both_sides(&self.terrain, saddle, &settings, self.criteria, spent)?;
        if interrupt::raised() {
            return Err(RouteError::Interrupted);
        }
        let here = rotor.dihedral(&saddle.point.x);
        let past = |valley: &Valley| rotor.wrap(rotor.dihedral(&valley.point.x) - here);
        Ok(if past(&a) <= past(&b) { [a, b] } else { [b, a] })
    }

    /// A reason with the place that it is about.
    fn at(&self, saddle: &Stationary, reason: &str) -> String {
        let above = saddle.point.energy - self.start.point.energy;
        format!("{reason} ({above:.4} kcal/mol above the minimum, {})", saddle.words())
    }

    /// The same saddle once, whichever equivalent bond or mirror image leads to it.
    fn add(&self, barrier: Barrier, known: &mut Vec<Barrier>) {
        let place = barrier.place(&self.terrain);
        let is_same = |other: &&mut Barrier| {
            let gap = (other.saddle.point.energy - barrier.saddle.point.energy).abs();
            gap < 0.1 && likeness_of(&other.place(&self.terrain), &place) == Likeness::Same
        };
        let Some(same) = known.iter_mut().find(is_same) else {
            known.push(barrier);
            return;
        };
        for rotor in barrier.rotors {
            if !same.rotors.iter().any(|r| r.axis == rotor.axis) {
                same.rotors.push(rotor);
            }
        }
    }
}

impl Molecular for Barriers<'_> {
    fn setting(&self) -> Setting<'_> {
        Setting::new(self.common, &self.task.surfaces, self.task.json)
    }

    fn work(&self, raw: &RawRecord, ready: &Ready, outcome: &mut Outcome) -> Result<(), String> {
        let found = self.find(ready)?;
        for (rotor, reason) in &found.lost {
            let [a, b] = rotor.axis.map(|a| a + 1);
            let text = format!("a summit of the turn about {a}-{b} led to no barrier: {reason}");
            outcome.messages.push(ready.message(Level::EveryWarning, text));
        }
        let line = self.line(raw, ready, &found);
        outcome.state = if line.converged {
            State::Done
        } else {
            State::NotConverged
        };
        if self.common.output.is_some() {
            outcome.structure = self.structures(raw, ready, &found, outcome)?;
        } else if self.common.to.is_some() && !self.task.json {
            outcome.text = self.structures(raw, ready, &found, outcome)?;
            return Ok(());
        }
        outcome.text = if self.task.json {
            line.json()
        } else {
            line.table(&ready.prepared.record.name)
        };
        Ok(())
    }
}
