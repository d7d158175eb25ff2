//! `thalweg vibrations`: normal modes and thermochemistry of each molecule, as it is or minimized first.

use super::collect::Heads;
use super::conditions::changed_masses;
use super::descent::descend;
use super::job::{Common, Export, VibrationsTask};
use super::message::{Level, Message};
use super::pipeline::{Outcome, State};
use super::ready::{Molecular, Ready, Setting};
use super::report::json::{EnergyPart, Identity};
use super::report::structure::{self, Annotation};
use super::report::vibrations::{HessianPart, MinimizationPart, ThermochemistryPart, VibrationsLine, displacements};
use super::report::viewers::{Scene, animation};
use super::second_derivatives::SecondDerivatives;
use super::surface::{Evaluated, Live};
use crate::formats::{Format, RawRecord};
use crate::hessian::Displacements;
use crate::optimize::{Criteria, Stop, vector};
use crate::vibrations::thermochemistry::zero_point_energy;
use crate::vibrations::{Gas, NormalModes, Rotor, Thermochemistry, normal_modes, symmetry_number, thermochemistry};
use std::path::PathBuf;
use std::time::Instant;

/// Root mean square of the gradient (kcal/mol/Å) above which a geometry is not called stationary.
const STATIONARY: f64 = 0.05;

/// The command.
pub struct Vibrations<'a> {
    pub common: &'a Common,
    pub task: &'a VibrationsTask,
}

/// All that is found of a molecule.
struct Found {
    evaluated: Evaluated,
    minimization: Option<MinimizationPart>,
    hessian: HessianPart,
    masses: Vec<f64>,
    rotor: Rotor,
    symmetry_number: usize,
    multiplicity: u16,
    modes: NormalModes,
    thermochemistry: Vec<Thermochemistry>,
    wall_seconds: f64,
}

impl Found {
    fn is_stationary(&self) -> bool {
        vector::rms(&self.evaluated.point.gradient) <= STATIONARY
    }

    fn has_converged(&self) -> bool {
        self.minimization.is_none_or(|m| m.converged)
    }
}

/// Where the modes are looked for.
struct Place {
    x: Vec<f64>,
    minimization: Option<MinimizationPart>,
    /// What an earlier run knew.
    kept: Option<Displacements>,
}

impl Vibrations<'_> {
    /// The table goes to standard output, structures and frames to the file, or to standard output in the table's place.
    pub fn heads(&self) -> Heads {
        Heads {
            head: None,
            file_is_apart: self.wants_structures(),
        }
    }

    fn wants_structures(&self) -> bool {
        self.common.to.is_some() || self.task.animate.is_some()
    }

    fn analyze(&self, ready: &Ready, outcome: &mut Outcome) -> Result<Found, String> {
        let started = Instant::now();
        let molecule = &ready.prepared.molecule;
        let (masses, warning) = changed_masses(molecule, &self.task.masses)?;
        outcome
            .messages
            .extend(warning.map(|text| ready.message(Level::Warning, text)));
        let mut live = ready.assigned.open().map_err(|error| error.to_string())?;
        let place = self.place(ready, &mut live, outcome)?;
        let evaluated = live.evaluate(&place.x).map_err(|error| error.to_string())?;
        let derivatives = self.derivatives(ready);
        let (hessian, how) = derivatives.hessian(live, &place.x, place.kept)?;
        let modes = normal_modes(&hessian, &place.x, &masses).map_err(|error| error.to_string())?;
        let rotor = Rotor::new(&place.x, &masses);
        let found_number = || symmetry_number(&place.x, &masses, rotor.shape, symmetry_number::TOLERANCE);
        let symmetry_number = self.task.gas.symmetry_number.unwrap_or_else(found_number);
        let multiplicity = self.task.gas.multiplicity(&ready.prepared.record.molecule);
        let wavenumbers = modes.wavenumbers_cm1();
        let gas = Gas {
            rotor: &rotor,
            wavenumbers_cm1: &wavenumbers,
            symmetry_number,
            multiplicity,
        };
        let settings = &self.task.gas;
        let at = |&conditions| thermochemistry(&gas, conditions, settings.treatment).map_err(|error| error.to_string());
        let thermochemistry = settings.conditions.iter().map(at).collect::<Result<_, _>>()?;
        Ok(Found {
            evaluated,
            minimization: place.minimization,
            hessian: how,
            masses,
            rotor,
            symmetry_number,
            multiplicity,
            modes,
            thermochemistry,
            wall_seconds: started.elapsed().as_secs_f64(),
        })
    }

    fn derivatives<'b>(&'b self, ready: &'b Ready) -> SecondDerivatives<'b> {
        let task = self.task;
        SecondDerivatives {
            ready,
            is_minimized: task.minimize.is_some(),
            numerical: task.numerical,
            step: task.step,
            checkpoint: task.checkpoint.as_deref(),
            workers: task.workers,
        }
    }

    /// The geometry: an earlier run's, the input's minimum, or the input's.
    fn place(&self, ready: &Ready, live: &mut Live, outcome: &mut Outcome) -> Result<Place, String> {
        let x = &ready.prepared.record.coordinates;
        if let Some(kept) = self.derivatives(ready).kept()? {
            let text = format!("going on from {} of {} gradients", kept.known(), kept.len());
            outcome.messages.push(ready.message(Level::Single, text));
            return Ok(Place {
                x: kept.x().to_vec(),
                minimization: None,
                kept: Some(kept),
            });
        }
        let (x, minimization) = match &self.task.minimize {
            None => (x.clone(), None),
            Some(criteria) => {
                let (x, part) = self.minimize(ready, live, criteria.as_ref())?;
                (x, Some(part))
            }
        };
        Ok(Place {
            x,
            minimization,
            kept: None,
        })
    }

    fn minimize(
        &self,
        ready: &Ready,
        live: &mut Live,
        asked: Option<&Criteria>,
    ) -> Result<(Vec<f64>, MinimizationPart), String> {
        let x0 = &ready.prepared.record.coordinates;
        let proven = descend(ready, live, x0, asked).map_err(|failed| failed.reason)?;
        let minimum = proven.minimum;
        if minimum.stop == Stop::Interrupted {
            return Err("interrupted during the minimization".to_owned());
        }
        let part = MinimizationPart {
            converged: minimum.stop == Stop::Converged,
            stop: minimum.stop.name(),
            steps: minimum.steps,
            evaluations: minimum.evaluations,
        };
        Ok((minimum.point.x, part))
    }

    fn report(&self, raw: &RawRecord, ready: &Ready, found: &Found, outcome: &mut Outcome) -> Result<(), String> {
        outcome.messages.extend(self.warnings(ready, found));
        let line = self.line(raw, ready, found);
        outcome.text = if self.task.json {
            line.json()
        } else {
            let symbols: Vec<&str> = ready
                .prepared
                .molecule
                .atoms()
                .iter()
                .map(|a| a.element.symbol())
                .collect();
            line.table(&title(ready, found), &symbols)
        };
        if self.wants_structures() {
            let text = self.structures(raw, ready, found, &mut outcome.messages)?;
            match (&self.common.output, self.task.json) {
                (Some(_), _) => outcome.structure = text,
                (None, false) => outcome.text = text,
                (None, true) => {}
            }
        }
        outcome.exports = self.exports(raw, ready, found)?;
        if !found.has_converged() {
            outcome.state = State::NotConverged;
        }
        Ok(())
    }

    fn warnings(&self, ready: &Ready, found: &Found) -> Vec<Message> {
        let mut texts = Vec::new();
        if let Some(part) = found.minimization.filter(|part| !part.converged) {
            texts.push(format!("the minimization did not converge ({})", part.stop));
        }
        if !found.is_stationary() {
            let gradient = &found.evaluated.point.gradient;
            texts.push(format!(
                "not a stationary point: the gradient is {:.2e} kcal/mol/Å (norm; root mean square {:.1e}); wavenumbers mean little \
                 there, low ones least: minimize first (--minimize)",
                vector::norm(gradient),
                vector::rms(gradient)
            ));
        }
        match found.thermochemistry.first().map_or(0, |t| t.left_out) {
            0 => {}
            1 => texts.push("1 imaginary mode is left out of the thermochemistry".to_owned()),
            n => texts.push(format!("{n} imaginary modes are left out of the thermochemistry")),
        }
        let warning = |text| ready.message(Level::EveryWarning, text);
        texts.into_iter().map(warning).collect()
    }

    fn line<'b>(&self, raw: &'b RawRecord, ready: &'b Ready, found: &'b Found) -> VibrationsLine<'b> {
        let energy = found.evaluated.point.energy;
        let modes = &found.modes.modes;
        let mut all: Vec<ThermochemistryPart> = found
            .thermochemistry
            .iter()
            .map(|part| ThermochemistryPart::new(part, energy))
            .collect();
        let first = ThermochemistryPart::new(&found.thermochemistry[0], energy);
        if all.len() == 1 {
            all.clear();
        }
        VibrationsLine {
            identity: Identity::ok(raw, &ready.prepared, ready.assigned.name()),
            energy: EnergyPart::new(&found.evaluated),
            minimization: found.minimization,
            stationary: found.is_stationary(),
            hessian: found.hessian,
            masses: &found.masses,
            shape: found.rotor.shape.name(),
            symmetry_number: found.symmetry_number,
            multiplicity: found.multiplicity,
            rotational_constants: found.rotor.constants_cm1(),
            negative_modes: modes.iter().filter(|mode| mode.wavenumber_cm1 < 0.0).count(),
            wavenumbers: found.modes.wavenumbers_cm1(),
            reduced_masses: modes.iter().map(|mode| mode.reduced_mass).collect(),
            force_constants: modes.iter().map(|mode| mode.force_constant_mdyn).collect(),
            displacements: self.task.modes.then(|| displacements(modes)),
            zero_point_energy: zero_point_energy(found.modes.wavenumbers_cm1()),
            thermochemistry: first,
            temperatures: all,
            wall_seconds: found.wall_seconds,
        }
    }

    /// The structure, or the frames of the mode that is animated.
    fn structures(
        &self,
        raw: &RawRecord,
        ready: &Ready,
        found: &Found,
        messages: &mut Vec<Message>,
    ) -> Result<String, String> {
        let point = &found.evaluated.point;
        let annotation = Annotation {
            converged: found.minimization.map(|m| m.converged),
            ..Annotation::of(point.energy)
        };
        let Some(number) = self.task.animate else {
            return structure::text(self.common, raw, ready, &point.x, &annotation, messages);
        };
        let mut text = String::new();
        let format = self.common.to.unwrap_or(Format::Xyz);
        if format == Format::Mol {
            return Err("a MOL file holds one structure only; animate into XYZ or SDF".to_owned());
        }
        let mode = found.modes.modes.get(number - 1);
        let mode = mode.ok_or_else(|| format!("--animate {number}: there are {} modes", found.modes.modes.len()))?;
        for (k, x) in animation(&point.x, mode).iter().enumerate() {
            let mut record = ready.prepared.record.clone();
            record.coordinates.clone_from(x);
            record.fields = vec![
                ("mode".to_owned(), number.to_string()),
                ("wavenumber_cm1".to_owned(), format!("{:.4}", mode.wavenumber_cm1)),
                ("frame".to_owned(), (k + 1).to_string()),
            ];
            structure::write(&record, format, &ready.place, messages, &mut text)?;
        }
        Ok(text)
    }

    fn exports(&self, raw: &RawRecord, ready: &Ready, found: &Found) -> Result<Vec<String>, String> {
        let scene = Scene {
            name: &ready.prepared.record.name,
            molecule: &ready.prepared.molecule,
            x: &found.evaluated.point.x,
            modes: &found.modes.modes,
        };
        let export = |(kind, path): &(Export, PathBuf)| {
            if *kind != Export::Jmol && (raw.index > 1 || self.common.inputs.len() > 1) {
                return Err(format!("{}: this format holds one molecule only", path.display()));
            }
            Ok(match kind {
                Export::Molden => scene.molden(),
                Export::Nmd => scene.nmd(),
                Export::Jmol => scene.jmol(),
            })
        };
        self.task.exports.iter().map(export).collect()
    }
}

/// Name, surface and energy.
fn title(ready: &Ready, found: &Found) -> String {
    let name = ready.prepared.record.name.trim().replace(char::is_control, " ");
    let name = if name.is_empty() { "-" } else { &name };
    format!(
        "{name}: {} atoms, {}, energy {:.6} kcal/mol, gradient rms {:.1e} kcal/mol/Å",
        found.masses.len(),
        ready.assigned.name(),
        found.evaluated.point.energy,
        vector::rms(&found.evaluated.point.gradient)
    )
}

impl Molecular for Vibrations<'_> {
    fn setting(&self) -> Setting<'_> {
        Setting::new(self.common, &self.task.surfaces, self.task.json)
    }

    fn work(&self, raw: &RawRecord, ready: &Ready, outcome: &mut Outcome) -> Result<(), String> {
        let found = self.analyze(ready, outcome)?;
        self.report(raw, ready, &found, outcome)
    }
}
