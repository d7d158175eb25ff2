//! `thalweg cluster lj:38`: the lowest structures of a cluster of like atoms, from random starts, in reduced units.

use super::job::{Common, Verbosity};
use super::output::Sink;
use super::pipeline::in_threads;
use super::report::json;
use super::report::progress::Spinner;
use super::{PARTLY, interrupt, message};
use crate::conformers::cluster::{Found, LennardJones, Progress, Settings, search};
use serde::Serialize;
use std::time::Instant;

/// Most atoms: beyond, a search would not end in a day.
const MOST_ATOMS: usize = 1000;

/// A search, validated.
#[derive(Clone, Debug)]
pub struct ClusterTask {
    /// What is searched for.
    pub settings: Settings,
    /// Number of threads; the output does not depend on it.
    pub threads: usize,
    /// Whether a JSON line is wanted.
    pub json: bool,
}

/// The command. Structures go to standard output or to the file; a JSON line takes their place on standard output.
///
/// # Errors
/// A search that gives nothing, or an output that can't be written.
pub fn run(common: &Common, task: &ClusterTask) -> Result<u8, String> {
    let spinner = Spinner::new(common.verbosity);
    let report = task.run(|progress| {
        spinner.show(|| {
            format!(
                "{} minimizations, lowest {:.6} epsilon",
                progress.minimizations, progress.lowest
            )
        });
    });
    spinner.finish();
    let report = report?;
    if common.verbosity != Verbosity::Quiet {
        message::announce(&report.summary);
    }
    if task.json {
        let mut standard = Sink::standard();
        standard.write(&report.json)?;
        standard.finish()?;
    }
    if !task.json || common.output.is_some() {
        let mut sink = common
            .output
            .as_deref()
            .map_or_else(|| Ok(Sink::standard()), Sink::file)?;
        sink.write(&report.structures)?;
        sink.finish()?;
    }
    Ok(if interrupt::raised() { PARTLY } else { 0 })
}

/// What a search gives to write.
#[derive(Clone, Debug)]
pub struct ClusterReport {
    /// Structures, a frame of XYZ each: lengths in σ, `energy_epsilon=` in the comment line.
    pub structures: String,
    /// The JSON line: energies in ε.
    pub json: String,
    /// One line for people.
    pub summary: String,
}

/// The number of atoms in a cluster's name, `lj:38`.
///
/// # Errors
/// What was found and what was expected.
pub fn parse_name(name: &str) -> Result<usize, String> {
    let expected = || format!("cluster {name}: expected lj:N with N from 2 to {MOST_ATOMS}, such as lj:38");
    let (kind, number) = name.split_once(':').ok_or_else(expected)?;
    let atoms = number.parse().map_err(|_| expected())?;
    if kind.eq_ignore_ascii_case("lj") && (2..=MOST_ATOMS).contains(&atoms) {
        Ok(atoms)
    } else {
        Err(expected())
    }
}

impl ClusterTask {
    /// Searches until the limits are reached or Ctrl-C is pressed, and says now and then how far it is.
    ///
    /// # Errors
    /// A search that gives nothing, in words.
    pub fn run(&self, mut show: impl FnMut(&Progress) + Send) -> Result<ClusterReport, String> {
        let began = Instant::now();
        let watch = |progress: &Progress| {
            show(progress);
            !interrupt::raised()
        };
        let found = in_threads(self.threads, || search::<LennardJones>(&self.settings, watch))?;
        let found = found.map_err(|error| error.to_string())?;
        if found.structures.is_empty() {
            return Err(format!("no minimum was found in {} minimizations", found.minimizations));
        }
        Ok(self.report(&found, began.elapsed().as_secs_f64()))
    }

    fn report(&self, found: &Found, wall_seconds: f64) -> ClusterReport {
        let atoms = self.settings.atoms;
        let lowest = found.structures[0].energy;
        let line = ClusterLine {
            source: format!("lj:{atoms}"),
            index: 1,
            name: format!("LJ{atoms}"),
            atoms,
            surface: "lennard_jones",
            status: "ok",
            energy_unit: "epsilon",
            length_unit: "sigma",
            count: found.structures.len(),
            lowest_energy: lowest,
            conformers: found
                .structures
                .iter()
                .map(|s| ClusterPart::new(s.energy, lowest))
                .collect(),
            minimizations: found.minimizations,
            evaluations: found.evaluations,
            starts: found.starts,
            wall_seconds,
        };
        ClusterReport {
            structures: self.frames(found),
            json: json::line(&line),
            summary: format!(
                "LJ{atoms}: {} minima; lowest {lowest:.6} epsilon; {} random starts, {} minimizations, {} evaluations, {wall_seconds:.1} s",
                found.structures.len(),
                found.starts,
                found.minimizations,
                found.evaluations
            ),
        }
    }

    fn frames(&self, found: &Found) -> String {
        let atoms = self.settings.atoms;
        let mut text = String::new();
        let lowest = found.structures[0].energy;
        for structure in &found.structures {
            let (energy, relative) = (structure.energy, structure.energy - lowest);
            let head = format!("{atoms}\nLJ{atoms} energy_epsilon={energy:.9} relative_energy_epsilon={relative:.9}\n");
            text.push_str(&head);
            for [x, y, z] in structure.x.as_chunks().0 {
                text.push_str(&format!("LJ {x:15.10} {y:15.10} {z:15.10}\n"));
            }
        }
        text
    }
}

/// Object of the command; energies in ε.
#[derive(Serialize)]
struct ClusterLine {
    source: String,
    index: usize,
    name: String,
    atoms: usize,
    surface: &'static str,
    status: &'static str,
    energy_unit: &'static str,
    length_unit: &'static str,
    count: usize,
    lowest_energy: f64,
    conformers: Vec<ClusterPart>,
    minimizations: usize,
    evaluations: usize,
    starts: usize,
    wall_seconds: f64,
}

#[derive(Serialize)]
struct ClusterPart {
    energy: f64,
    relative_energy: f64,
}

impl ClusterPart {
    fn new(energy: f64, lowest: f64) -> Self {
        Self {
            energy,
            relative_energy: energy - lowest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_clusters_are_read_and_others_are_explained() {
        assert_eq!(parse_name("lj:38"), Ok(38));
        assert_eq!(parse_name("LJ:2"), Ok(2));
        for name in ["lj", "lj:", "lj:1", "lj:1001", "lj:-3", "ar:38", "lj:3.5", ""] {
            let message = parse_name(name).unwrap_err();
            assert!(message.contains("expected lj:N"), "{message}");
        }
    }

    #[test]
    fn the_report_has_the_energy_in_its_units() {
        let task = ClusterTask {
            settings: Settings {
                minimizations: 40,
                ..Settings::new(4)
            },
            threads: 1,
            json: false,
        };
        let report = task.run(|_| {}).unwrap();
        assert!(
            report.structures.starts_with("4\nLJ4 energy_epsilon=-6.000000000 "),
            "{}",
            report.structures
        );
        let line: serde_json::Value = serde_json::from_str(&report.json).unwrap();
        assert_eq!(line["count"], 1);
        assert_eq!(line["energy_unit"], "epsilon");
        assert!((line["lowest_energy"].as_f64().unwrap() + 6.0).abs() < 1e-9);
    }
}
