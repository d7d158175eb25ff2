//! `thalweg cluster lj:38` or `morse:38`: the lowest structures of a cluster of like atoms, from random starts, in reduced units.

use super::job::{Common, Verbosity};
use super::output::Sink;
use super::pipeline::in_threads;
use super::report::json;
use super::report::progress::Spinner;
use super::{PARTLY, interrupt, message};
use crate::conformers::cluster::{Found, LennardJones, Morse, Progress, Settings, search};
use serde::Serialize;
use std::ops::RangeInclusive;
use std::time::Instant;

/// Most atoms: beyond, a search would not end in a day.
const MOST_ATOMS: usize = 1000;

/// Range parameters of Morse's law that are searched with, and the usual one, nearest to Lennard-Jones.
const RANGES: RangeInclusive<f64> = 2.0..=30.0;
const USUAL_RANGE: f64 = 6.0;

/// What holds atoms together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Law {
    LennardJones,
    Morse { range: f64 },
}

impl Law {
    /// In a cluster's name, before the number of atoms; in titles; among surfaces; and its unit of length.
    fn names(self) -> [&'static str; 4] {
        match self {
            Self::LennardJones => ["lj", "LJ", "lennard_jones", "sigma"],
            Self::Morse { .. } => ["morse", "M", "morse", "bond"],
        }
    }

    fn range(self) -> Option<f64> {
        match self {
            Self::LennardJones => None,
            Self::Morse { range } => Some(range),
        }
    }
}

/// A search, validated.
#[derive(Clone, Debug)]
pub struct ClusterTask {
    /// What holds the atoms together.
    pub law: Law,
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
    /// Structures, a frame of XYZ each: lengths in σ or, for Morse's law, in bond lengths, `energy_epsilon=` in the comment line.
    pub structures: String,
    /// The JSON line: energies in ε.
    pub json: String,
    /// One line for people.
    pub summary: String,
}

/// Law and number of atoms in a cluster's name, `lj:38`, with the range parameter that was asked for.
///
/// # Errors
/// What was found and what was expected.
pub fn parse_name(name: &str, range: Option<f64>) -> Result<(Law, usize), String> {
    let expected = || format!("cluster {name}: expected lj:N or morse:N with N from 2 to {MOST_ATOMS}, such as lj:38");
    let (kind, number) = name.split_once(':').ok_or_else(expected)?;
    let atoms = number.parse().map_err(|_| expected())?;
    if !(2..=MOST_ATOMS).contains(&atoms) {
        return Err(expected());
    }
    match (kind.to_ascii_lowercase().as_str(), range) {
        ("lj", None) => Ok((Law::LennardJones, atoms)),
        ("lj", Some(_)) => Err(format!(
            "cluster {name}: --range is of Morse's law, and Lennard-Jones' has none"
        )),
        ("morse", range) => match range.unwrap_or(USUAL_RANGE) {
            range if RANGES.contains(&range) => Ok((Law::Morse { range }, atoms)),
            range => Err(format!(
                "--range {range}: expected a number from {} to {}",
                RANGES.start(),
                RANGES.end()
            )),
        },
        _ => Err(expected()),
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
        let found = in_threads(self.threads, || match self.law {
            Law::LennardJones => search(LennardJones, &self.settings, watch),
            Law::Morse { range } => search(Morse { range }, &self.settings, watch),
        })?;
        let found = found.map_err(|error| error.to_string())?;
        if found.structures.is_empty() {
            return Err(format!("no minimum was found in {} minimizations", found.minimizations));
        }
        Ok(self.report(&found, began.elapsed().as_secs_f64()))
    }

    fn report(&self, found: &Found, wall_seconds: f64) -> ClusterReport {
        let atoms = self.settings.atoms;
        let lowest = found.structures[0].energy;
        let [kind, title, surface, length_unit] = self.law.names();
        let line = ClusterLine {
            source: format!("{kind}:{atoms}"),
            index: 1,
            name: format!("{title}{atoms}"),
            atoms,
            surface,
            range: self.law.range(),
            status: "ok",
            energy_unit: "epsilon",
            length_unit,
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
                "{title}{atoms}{}: {} minima; lowest {lowest:.6} epsilon; {} random starts, {} minimizations, {} evaluations, {wall_seconds:.1} s",
                self.law
                    .range()
                    .map_or_else(String::new, |range| format!(" of range {range}")),
                found.structures.len(),
                found.starts,
                found.minimizations,
                found.evaluations
            ),
        }
    }

    fn frames(&self, found: &Found) -> String {
        let atoms = self.settings.atoms;
        let [_, title, ..] = self.law.names();
        let mut text = String::new();
        let lowest = found.structures[0].energy;
        for structure in &found.structures {
            let (energy, relative) = (structure.energy, structure.energy - lowest);
            let head =
                format!("{atoms}\n{title}{atoms} energy_epsilon={energy:.9} relative_energy_epsilon={relative:.9}\n");
            text.push_str(&head);
            for [x, y, z] in structure.x.as_chunks().0 {
                text.push_str(&format!("{title} {x:15.10} {y:15.10} {z:15.10}\n"));
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
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<f64>,
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
        assert_eq!(parse_name("lj:38", None), Ok((Law::LennardJones, 38)));
        assert_eq!(parse_name("LJ:2", None), Ok((Law::LennardJones, 2)));
        assert_eq!(parse_name("morse:9", None), Ok((Law::Morse { range: 6.0 }, 9)));
        assert_eq!(parse_name("Morse:9", Some(14.0)), Ok((Law::Morse { range: 14.0 }, 9)));
        for name in ["lj", "lj:", "lj:1", "lj:1001", "lj:-3", "ar:38", "lj:3.5", "morse:", ""] {
            let message = parse_name(name, None).unwrap_err();
            assert!(message.contains("expected lj:N"), "{message}");
        }
        for (name, range) in [
            ("lj:9", 6.0),
            ("morse:9", 0.0),
            ("morse:9", 31.0),
            ("morse:9", f64::NAN),
        ] {
            let message = parse_name(name, Some(range)).unwrap_err();
            assert!(message.contains("--range"), "{message}");
        }
    }

    #[test]
    fn the_report_has_the_energy_in_its_units() {
        let task = ClusterTask {
            law: Law::LennardJones,
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
