//! `--enumerate-stereo`: the stereoisomers of a molecule whose configuration the input leaves open.

use super::interrupt;
use super::prepare;
use super::ready::Ready;
use super::report::structure;
use super::surface::Surfaces;
use crate::chem::stereo::Configuration;
use crate::formats::{self, Format, RawRecord, Record};
use std::collections::BTreeSet;

/// One stereoisomer.
pub struct Isomer {
    pub ready: Ready,
    /// Which one it is; none where the input leaves nothing open.
    pub label: Option<Label>,
}

/// Which of the isomers one is.
#[derive(Clone)]
pub struct Label {
    /// From 1.
    pub number: usize,
    /// How many there are to be searched.
    pub count: usize,
    pub smiles: String,
}

/// The isomers of a record, and what its user should know of those that are missing.
pub struct Isomers {
    pub list: Vec<Isomer>,
    pub notes: Vec<String>,
}

impl Isomers {
    /// The record as it is.
    pub fn one(ready: Ready) -> Self {
        Self {
            list: vec![Isomer { ready, label: None }],
            notes: Vec::new(),
        }
    }

    /// All isomers that can be built, `most` at most, each with a geometry of its own.
    pub fn all(ready: Ready, surfaces: &Surfaces, most: usize) -> Self {
        let record = &ready.prepared.record;
        let Some(stated) = record.configuration.as_ref().filter(|c| !c.is_complete()) else {
            return Self::one(ready);
        };
        let mut notes = Vec::new();
        let mut seen = BTreeSet::new();
        let mut built: Vec<(Ready, String)> = Vec::new();
        // Two ways to state it may be one molecule seen from two sides, and some can't be built.
        for configuration in stated.completions(MOST_TRIED) {
            if interrupt::raised() {
                break;
            }
            if built.len() == most {
                notes.push(format!(
                    "it has more than {most} stereoisomers: the first {most} are searched; state more of its configuration, or raise \
                     --max-isomers"
                ));
                break;
            }
            let smiles = match line(record, &configuration) {
                Ok(smiles) if seen.insert(smiles.clone()) => smiles,
                Ok(_) => continue,
                Err(reason) => {
                    notes.push(format!("an isomer is left out: {reason}"));
                    continue;
                }
            };
            match build(&ready, configuration, surfaces) {
                Ok(isomer) => built.push((isomer, smiles)),
                Err(reason) => notes.push(format!("the isomer {smiles} is left out: {reason}")),
            }
        }
        let count = built.len();
        let numbered = built.into_iter().enumerate();
        let list = numbered.map(|(n, (ready, smiles))| Isomer::new(ready, n + 1, count, smiles));
        Self {
            list: list.collect(),
            notes,
        }
    }
}

/// So many ways to state what is open are looked at.
const MOST_TRIED: usize = 65_536;

impl Isomer {
    fn new(mut ready: Ready, number: usize, count: usize, smiles: String) -> Self {
        ready.place = format!("{}, isomer {number} of {count}", ready.place);
        let record = &mut ready.prepared.record;
        record.name = format!("{} isomer {number}", record.name).trim().to_owned();
        record.fields.retain(|(key, _)| key != structure::ISOMER);
        record.fields.push((structure::ISOMER.to_owned(), smiles.clone()));
        Self {
            ready,
            label: Some(Label { number, count, smiles }),
        }
    }
}

/// An isomer as a line, the same for all ways to state it: what the graph turns out not to need is dropped when the line is read.
fn line(record: &Record, configuration: &Configuration) -> Result<String, String> {
    let mut isomer = record.clone();
    isomer.configuration = Some(configuration.clone());
    isomer.coordinates.clear();
    isomer.name.clear();
    let once = written(&isomer)?;
    let read = RawRecord::new(Format::Smiles, "", once)
        .parse()
        .map_err(|e| e.to_string())?;
    Ok(written(&read)?.trim().to_owned())
}

fn written(record: &Record) -> Result<String, String> {
    let mut text = String::new();
    formats::write(record, Format::Smiles, &mut text).map_err(|error| error.to_string())?;
    Ok(text)
}

/// The molecule with a configuration and a geometry that has it.
fn build(ready: &Ready, configuration: Configuration, surfaces: &Surfaces) -> Result<Ready, String> {
    let mut prepared = ready.prepared.clone();
    prepared.record.configuration = Some(configuration);
    prepared.record.coordinates = prepare::embedded(&prepared.record)?;
    let (assigned, _) = surfaces.assign(&prepared)?;
    Ok(Ready {
        prepared,
        assigned,
        place: ready.place.clone(),
    })
}
