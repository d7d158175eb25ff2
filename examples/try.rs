use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Instant;
use thalweg::conformers::{pool::PoolSettings, search::*, systematic::*};
use thalweg::forcefield::mmff94::{Parameters, Variant, parametrize};
use thalweg::forcefield::{ForceField, Options};
use thalweg::formats::Reader;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let record = Reader::open(Path::new(&a[1]), None).unwrap().next().unwrap().unwrap().parse().unwrap();
    let parameters = Parameters::published().unwrap();
    let terms = parametrize(&record.molecule, Variant::Mmff94, &parameters).unwrap();
    let ff = ForceField::new(&record.molecule, terms, Options::default());
    let surface = || -> Result<Box<dyn thalweg::potential::Potential>, _> { Ok(Box::new(ff.evaluator())) };
    let stop = AtomicBool::new(false);
    let settings = Settings { window: a[2].parse().unwrap(), same: PoolSettings { energy: 5e-4, rmsd: 0.05, keep_mirror_images: false }, coverage: 0.99, max_minimizations: None, max_time: None, seed: 0 };
    let mut search = Search::new(&record.molecule, &record.coordinates, &surface, settings, &stop);
    println!("rotors {}", search.rotors.len());
    let t = Instant::now();
    let r = build(&mut search, &record.coordinates, BuildSettings { margin: a[3].parse().unwrap(), most_stems: 100000 });
    println!("{r:?} {:?} pool {} window {} in {:?}", search.tally, search.pool.len(), search.in_window().len(), t.elapsed());
    for w in [3.0, 5.0, 10.0] { let l = search.lowest(); println!("{w}: {}", search.pool.entries().iter().filter(|e| e.energy <= l + w).count()); }
}
