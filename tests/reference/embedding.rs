//! Embedding over the drug-like molecules and macrocycles: success, configurations, and what minimization makes of the geometries.

use crate::mmff94::parameters;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use std::path::{Path, PathBuf};
use std::time::Duration;
use thalweg::chem::Molecule;
use thalweg::chem::guard;
use thalweg::chem::kekulize::kekulize;
use thalweg::chem::perception::perceive;
use thalweg::chem::stereo::{Configuration, Stereo};
use thalweg::conformers::embed::Embedder;
use thalweg::forcefield::mmff94::{Variant, parametrize_as_drawn};
use thalweg::forcefield::{ForceField, Options};
use thalweg::formats::Reader;
use thalweg::optimize::{Criteria, Lbfgs, Limits, minimize};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(name)
}

struct Record {
    name: String,
    molecule: Molecule,
    configuration: Configuration,
}

/// Molecules with the configurations that their coordinates have.
fn records(file: &Path) -> Vec<Record> {
    let read = |raw: Result<thalweg::formats::RawRecord, _>| {
        let mut record = raw.unwrap().parse().unwrap();
        if record.molecule.bonds().is_empty() {
            record.molecule = perceive(&record.molecule, &record.coordinates, None).unwrap().molecule;
        }
        kekulize(&mut record.molecule).unwrap();
        Record {
            name: record.name,
            configuration: Configuration::of_coordinates(Stereo::find(&record.molecule), &record.coordinates),
            molecule: record.molecule,
        }
    };
    Reader::open(file, None).unwrap().map(read).collect()
}

/// What became of one molecule's geometries.
#[derive(Default)]
struct Outcome {
    failures: usize,
    wrong: usize,
    changed: usize,
    embedding: Duration,
    evaluations: usize,
    energies: Vec<f64>,
}

fn outcome(record: &Record, count: usize) -> Outcome {
    let Record {
        name,
        molecule,
        configuration,
    } = record;
    let mut out = Outcome::default();
    let started = std::time::Instant::now();
    let embedder = Embedder::new(molecule, configuration).unwrap();
    out.embedding += started.elapsed();
    let terms = parametrize_as_drawn(molecule, Variant::Mmff94s, parameters()).ok();
    let mut surface = terms.map(|t| ForceField::new(molecule, t, Options::default()).evaluator());
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for _ in 0..count {
        let started = std::time::Instant::now();
        let embedded = embedder.embed(&mut rng);
        out.embedding += started.elapsed();
        let x = match embedded {
            Ok(x) => x,
            Err(error) => {
                crate::say_skipped(&format!("{name}: {error}"));
                out.failures += 1;
                continue;
            }
        };
        out.wrong += usize::from(!configuration.holds(&x));
        let Some(surface) = &mut surface else { continue };
        let criteria = Criteria::rms_gradient(0.01);
        let found = minimize(
            surface,
            &x,
            &mut Lbfgs::default(),
            &criteria,
            &Limits::default(),
            &mut (),
        )
        .unwrap();
        let changes = guard::changes(molecule, &x, &found.point.x);
        out.changed += usize::from(!changes.is_empty() || !configuration.holds(&found.point.x));
        out.evaluations += found.evaluations;
        out.energies.push(found.point.energy);
    }
    out.energies.sort_by(f64::total_cmp);
    out
}

fn report(records: &[Record], count: usize) -> Outcome {
    use std::io::Write as _;
    let mut all = Outcome::default();
    let mut text = String::from("name\tatoms\tfailed\twrong\tchanged\tms\tevaluations\tlowest\tmedian\n");
    for record in records {
        let out = outcome(record, count);
        let n = out.energies.len();
        let (lowest, median) = if n == 0 {
            (f64::NAN, f64::NAN)
        } else {
            (out.energies[0], out.energies[n / 2])
        };
        text += &format!(
            "{}\t{}\t{}\t{}\t{}\t{:.2}\t{:.0}\t{lowest:.2}\t{median:.2}\n",
            record.name,
            record.molecule.len(),
            out.failures,
            out.wrong,
            out.changed,
            out.embedding.as_secs_f64() * 1e3 / count as f64,
            out.evaluations as f64 / n.max(1) as f64,
        );
        all.failures += out.failures;
        all.wrong += out.wrong;
        all.changed += out.changed;
        all.embedding += out.embedding;
    }
    std::io::stderr().write_all(text.as_bytes()).ok();
    all
}

#[test]
#[ignore = "minutes: run in release with --nocapture for the table"]
fn druglike_molecules_embed() {
    let all = report(&records(&folder("druglike_conformers").join("molecules.sdf")), 20);
    assert_eq!((all.failures, all.wrong), (0, 0));
    assert!(all.changed <= 10, "{}", all.changed);
}

#[test]
#[ignore = "minutes: run in release with --nocapture for the table"]
fn macrocycles_embed() {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder("macrocycles_peptides"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.to_string_lossy().ends_with("_start.xyz"))
        .collect();
    files.sort();
    let records: Vec<Record> = files.iter().flat_map(|f| records(f)).collect();
    let all = report(&records, 20);
    assert_eq!((all.failures, all.wrong), (0, 0));
}
