//! Normal modes for programs that show them.

use crate::chem::Molecule;
use crate::units::ANGSTROM_PER_BOHR;
use crate::vibrations::NormalMode;

/// A molecule with its modes.
pub struct Scene<'a> {
    pub name: &'a str,
    pub molecule: &'a Molecule,
    /// Å.
    pub x: &'a [f64],
    pub modes: &'a [NormalMode],
}

impl Scene<'_> {
    fn title(&self) -> String {
        self.name.trim().replace(char::is_control, " ")
    }

    fn symbols(&self) -> impl Iterator<Item = &'static str> {
        self.molecule.atoms().iter().map(|atom| atom.element.symbol())
    }

    /// Molden's format: atoms, and the sections of frequencies, in bohr.
    pub fn molden(&self) -> String {
        let mut out = format!("[Molden Format]\n[Title]\n {}\n[Atoms] AU\n", self.title());
        let bohr: Vec<f64> = self.x.iter().map(|c| c / ANGSTROM_PER_BOHR).collect();
        for (i, (atom, p)) in self.molecule.atoms().iter().zip(bohr.chunks_exact(3)).enumerate() {
            let (symbol, number) = (atom.element.symbol(), atom.element.atomic_number());
            push(
                &mut out,
                format_args!(
                    "{symbol:<2} {:>5} {number:>3} {:>14.8} {:>14.8} {:>14.8}",
                    i + 1,
                    p[0],
                    p[1],
                    p[2]
                ),
            );
        }
        out.push_str("[FREQ]\n");
        for mode in self.modes {
            push(&mut out, format_args!("{:>12.4}", mode.wavenumber_cm1));
        }
        out.push_str("[FR-COORD]\n");
        for (symbol, p) in self.symbols().zip(bohr.chunks_exact(3)) {
            push(
                &mut out,
                format_args!("{symbol:<2} {:>14.8} {:>14.8} {:>14.8}", p[0], p[1], p[2]),
            );
        }
        out.push_str("[FR-NORM-COORD]\n");
        for (k, mode) in self.modes.iter().enumerate() {
            push(&mut out, format_args!("vibration {:>6}", k + 1));
            for d in mode.displacement.chunks_exact(3) {
                push(&mut out, format_args!("{:>12.6} {:>12.6} {:>12.6}", d[0], d[1], d[2]));
            }
        }
        out
    }

    /// The format of VMD's Normal Mode Wizard: a line each for names, coordinates (Å) and every mode.
    pub fn nmd(&self) -> String {
        let mut out = format!("name {}\natomnames", self.title());
        for symbol in self.symbols() {
            out.push(' ');
            out.push_str(symbol);
        }
        out.push_str("\ncoordinates");
        self.x.iter().for_each(|c| push_number(&mut out, *c));
        for (k, mode) in self.modes.iter().enumerate() {
            // Index and scale come before the vector.
            out.push_str(&format!("\nmode {} 1.0", k + 1));
            mode.displacement.iter().for_each(|c| push_number(&mut out, *c));
        }
        out.push('\n');
        out
    }

    /// XYZ with the displacements as three more columns, a frame a mode; Jmol shows them as vectors and vibrates.
    pub fn jmol(&self) -> String {
        let mut out = String::new();
        for (k, mode) in self.modes.iter().enumerate() {
            push(&mut out, format_args!("{}", self.molecule.len()));
            push(
                &mut out,
                format_args!(
                    "{} mode={} wavenumber_cm1={:.4} Properties=species:S:1:pos:R:3:displacement:R:3",
                    self.title(),
                    k + 1,
                    mode.wavenumber_cm1
                ),
            );
            let atoms = self.x.chunks_exact(3).zip(mode.displacement.chunks_exact(3));
            for (symbol, (p, d)) in self.symbols().zip(atoms) {
                push(
                    &mut out,
                    format_args!(
                        "{symbol:<2} {:>14.8} {:>14.8} {:>14.8} {:>10.6} {:>10.6} {:>10.6}",
                        p[0], p[1], p[2], d[0], d[1], d[2]
                    ),
                );
            }
        }
        out
    }
}

fn push(out: &mut String, line: std::fmt::Arguments<'_>) {
    out.push_str(&line.to_string());
    out.push('\n');
}

fn push_number(out: &mut String, number: f64) {
    out.push_str(&format!(" {number:.6}"));
}

/// Frames of one period of an animation.
const FRAMES: usize = 20;
/// The atom that moves farthest moves so far, Å.
const AMPLITUDE: f64 = 0.4;

/// Coordinates (Å) along one period of a mode, beginning where it is at rest.
pub fn animation(x: &[f64], mode: &NormalMode) -> Vec<Vec<f64>> {
    let longest = crate::linalg::vector::longest_atom(&mode.displacement);
    let frame = |k: usize| {
        let phase = std::f64::consts::TAU * k as f64 / FRAMES as f64;
        let along = AMPLITUDE / longest * phase.sin();
        x.iter().zip(&mode.displacement).map(|(p, d)| p + along * d).collect()
    };
    (0..FRAMES).map(frame).collect()
}
