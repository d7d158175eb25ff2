//! Lennard-Jones clusters against the Cambridge Cluster Database, where the shared data are at hand.

use std::path::Path;
use thalweg::optimize::{Criteria, Lbfgs, Limits, Stop, minimize};
use thalweg::potential::Potential;
use thalweg::potential::test_surfaces::LennardJones;

fn shared(name: &str) -> Option<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(name);
    std::fs::read_to_string(path).ok()
}

fn coordinates(xyz: &str) -> Vec<f64> {
    let numbers = |line: &str| {
        let columns = line.split_whitespace().skip(1);
        columns.map(|c| c.parse().unwrap()).collect::<Vec<f64>>()
    };
    xyz.lines().skip(2).flat_map(numbers).collect()
}

#[test]
fn tabulated_clusters_have_their_energies_and_are_minima() {
    let Some(table) = shared("lj_clusters.csv") else {
        // What macros print would be held back, since the test passes.
        std::io::Write::write_all(&mut std::io::stderr(), b"SKIPPED: no lj_clusters.csv\n").unwrap();
        return;
    };
    for n in [7, 13, 38, 55] {
        let row = table.lines().find(|line| line.starts_with(&format!("{n},"))).unwrap();
        let energy: f64 = row.split(',').nth(1).unwrap().parse().unwrap();
        let x = coordinates(&shared(&format!("lj_clusters_coordinates/lj{n:03}.xyz")).unwrap());
        let mut cluster = LennardJones { atoms: n };
        let mut gradient = vec![f64::NAN; 3 * n];
        let found = cluster.energy_gradient(&x, &mut gradient).unwrap();
        assert!((found - energy).abs() < 6e-7, "{n} atoms: {found} and {energy}");
        assert!(gradient.iter().all(|g| g.abs() < 1e-4), "{n} atoms");

        let shaken: Vec<f64> = (0_u32..)
            .zip(&x)
            .map(|(i, c)| c + 0.05 * (7.0 * f64::from(i)).sin())
            .collect();
        let criteria = Criteria::rms_gradient(1e-8);
        let limits = Limits {
            evaluations: Some(300),
            ..Limits::default()
        };
        let again = minimize(
            &mut cluster,
            &shaken,
            &mut Lbfgs::default(),
            &criteria,
            &limits,
            &mut (),
        )
        .unwrap();
        assert_eq!(again.stop, Stop::Converged, "{n} atoms");
        assert!(
            (again.point.energy - energy).abs() < 6e-7,
            "{n} atoms: {}",
            again.point.energy
        );
    }
}
