//! Normal modes of published wavenumbers and displacements; thermochemistry against another program's figures.

use std::path::{Path, PathBuf};
use thalweg::chem::Element;
use thalweg::hessian::{lowest::eigenvalue, rigid};
use thalweg::linalg::vector::{add_scaled, dot};
use thalweg::linalg::{Eigen, SymmetricMatrix};
use thalweg::vibrations::symmetry_number::TOLERANCE;
use thalweg::vibrations::{Conditions, Gas, Rotor, Treatment, normal_modes, symmetry_number, thermochemistry};

/// A molecule with published modes.
struct Published {
    x: Vec<f64>,
    masses: Vec<f64>,
    wavenumbers: Vec<f64>,
    /// Not mass-weighted, printed with four digits.
    displacements: Vec<Vec<f64>>,
}

fn numbers(value: &serde_json::Value) -> Vec<f64> {
    match value.as_array() {
        Some(list) => list.iter().flat_map(numbers).collect(),
        None => vec![value.as_f64().unwrap()],
    }
}

fn mass(symbol: &str) -> f64 {
    Element::from_symbol(symbol).unwrap().mass()
}

impl Published {
    fn read(folder: &Path, name: &str) -> Self {
        let text = |file: String| std::fs::read_to_string(folder.join(file)).unwrap();
        let (mut x, mut masses) = (Vec::new(), Vec::new());
        let structure = text(format!("{name}.xyz"));
        for line in structure.lines().skip(2).filter(|line| !line.trim().is_empty()) {
            let words: Vec<&str> = line.split_whitespace().collect();
            masses.push(mass(words[0]));
            x.extend(words[1..4].iter().map(|w| w.parse::<f64>().unwrap()));
        }
        let modes: serde_json::Value = serde_json::from_str(&text(format!("{name}_modes.json"))).unwrap();
        let displacements = modes["cartesian_displacements_not_mass_weighted"].as_array().unwrap();
        Self {
            x,
            masses,
            wavenumbers: numbers(&modes["frequencies_cm1"]),
            displacements: displacements.iter().map(numbers).collect(),
        }
    }

    /// Mass-weighted and of length 1.
    fn weighted(&self) -> Vec<Vec<f64>> {
        let roots: Vec<f64> = self.masses.iter().flat_map(|m| [m.sqrt(); 3]).collect();
        let weigh = |l: &Vec<f64>| {
            let q: Vec<f64> = l.iter().zip(&roots).map(|(l, r)| l * r).collect();
            let length = dot(&q, &q).sqrt();
            q.iter().map(|c| c / length).collect()
        };
        self.displacements.iter().map(weigh).collect()
    }

    /// The Hessian of these modes once rounding is taken out of them: made orthogonal to rigid motions, and to each other with the
    /// least change (Löwdin).
    fn hessian(&self) -> SymmetricMatrix {
        let rigid = rigid::modes(&self.x, &self.masses);
        let mut modes = self.weighted();
        for q in &mut modes {
            for r in &rigid {
                let overlap = dot(q, r);
                add_scaled(q, -overlap, r);
            }
        }
        let mut overlaps = SymmetricMatrix::zeros(modes.len());
        for i in 0..modes.len() {
            for j in 0..=i {
                overlaps.set(i, j, dot(&modes[i], &modes[j]));
            }
        }
        let root = Eigen::new(&overlaps).unwrap().map(|v| v.sqrt().recip());
        let mut hessian = SymmetricMatrix::zeros(self.x.len());
        for (i, wavenumber) in self.wavenumbers.iter().enumerate() {
            let mut q = vec![0.0; self.x.len()];
            for (j, mode) in modes.iter().enumerate() {
                add_scaled(&mut q, root.get(i, j), mode);
            }
            hessian.add_outer(eigenvalue(*wavenumber), &q);
        }
        let roots: Vec<f64> = self.masses.iter().flat_map(|m| [m.sqrt(); 3]).collect();
        hessian.scale_both_sides(&roots);
        hessian
    }

    /// `rounding`: what four digits leave of orthogonality; `half`: of the last digit of a wavenumber.
    fn check(&self, rounding: f64, half: f64) {
        let modes = self.weighted();
        let rigid = rigid::modes(&self.x, &self.masses);
        for (i, q) in modes.iter().enumerate() {
            let others = modes[..i].iter().chain(&rigid);
            for other in others {
                assert!(dot(q, other).abs() < rounding, "mode {i}: {}", dot(q, other));
            }
        }
        let found = normal_modes(&self.hessian(), &self.x, &self.masses).unwrap();
        assert_eq!((found.modes.len(), found.rigid), (self.wavenumbers.len(), 6));
        for (mode, (wavenumber, printed)) in found.modes.iter().zip(self.wavenumbers.iter().zip(&self.displacements)) {
            assert!(
                (mode.wavenumber_cm1 - wavenumber).abs() < half,
                "{} {wavenumber}",
                mode.wavenumber_cm1
            );
            let length = dot(printed, printed).sqrt();
            let overlap = dot(printed, &mode.displacement) / length;
            assert!(overlap.abs() > 1.0 - rounding, "{wavenumber}: {overlap}");
        }
    }
}

#[test]
fn ethene() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/vibrations");
    Published::read(&folder, "ethene").check(5e-4, 1e-6);
}

#[test]
fn xanthene() {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/vibrations_hessians");
    if !folder.exists() {
        crate::say_skipped(&format!("no {}", folder.display()));
        return;
    }
    Published::read(&folder, "xanthene").check(3e-3, 5e-5);
}

#[test]
fn ideal_gases_have_the_figures_of_ase() {
    let text = include_str!("../data/vibrations/ideal_gas.json");
    let rows: Vec<serde_json::Value> = serde_json::from_str(text).unwrap();
    assert_eq!(rows.len(), 6);
    for row in &rows {
        let x = numbers(&row["positions"]);
        let symbols = row["elements"].as_array().unwrap().iter();
        let masses: Vec<f64> = symbols.map(|s| mass(s.as_str().unwrap())).collect();
        let rotor = Rotor::new(&x, &masses);
        let sigma = symmetry_number(&x, &masses, rotor.shape, TOLERANCE);
        assert_eq!(
            sigma as u64,
            row["symmetry_number"].as_u64().unwrap(),
            "{}",
            row["name"]
        );
        let wavenumbers = numbers(&row["wavenumbers"]);
        let gas = Gas {
            rotor: &rotor,
            wavenumbers_cm1: &wavenumbers,
            symmetry_number: sigma,
            multiplicity: 1,
        };
        let number = |key: &str| row[key].as_f64().unwrap();
        let conditions = Conditions {
            temperature: number("temperature"),
            pressure: number("pressure"),
        };
        let found = thermochemistry(&gas, conditions, Treatment::Harmonic).unwrap();
        for (key, value) in [
            ("zero_point_energy", found.zero_point_energy),
            ("enthalpy", found.enthalpy),
            ("entropy", found.entropy),
            ("free_energy", found.free_energy),
        ] {
            let expected = number(key);
            assert!(
                (value / expected - 1.0).abs() < 1e-6,
                "{} {key}: {value} {expected}",
                row["name"]
            );
        }
    }
}
