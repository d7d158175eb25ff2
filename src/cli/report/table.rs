//! Tables to read: one line a molecule, with blocks below it where details were asked for.

use crate::chem::Molecule;
use crate::cli::job::Details;
use crate::cli::surface::Evaluated;
use crate::forcefield::{Breakdown, Terms};
use crate::optimize::vector;

/// Widest name that keeps the columns straight.
pub const NAME_WIDTH: usize = 24;

/// Heads of the columns.
pub fn head() -> String {
    format!(
        "{:<NAME_WIDTH$} {:>7} {:>6}  {:<9} {:>16} {:>13} {:>13}\n",
        "# molecule", "record", "atoms", "surface", "energy/kcal/mol", "gradient rms", "gradient max"
    )
}

/// A molecule's line.
pub fn row(name: &str, index: usize, surface: &str, evaluated: &Evaluated) -> String {
    let gradient = &evaluated.point.gradient;
    format!(
        "{:<NAME_WIDTH$} {:>7} {:>6}  {:<9} {:>16.6} {:>13.6} {:>13.6}\n",
        shown(name),
        index,
        gradient.len() / 3,
        surface,
        evaluated.point.energy,
        vector::rms(gradient),
        vector::max_abs(gradient)
    )
}

/// A name that leaves the line whole; a dash where there is none.
pub fn shown(name: &str) -> String {
    let name = name.trim();
    if name.is_empty() {
        "-".to_owned()
    } else {
        name.replace(char::is_control, " ")
    }
}

/// The blocks below a molecule's line. Without terms there is the gradient only.
pub fn details(
    wanted: Details,
    molecule: &Molecule,
    terms: Option<&Terms>,
    evaluated: &Evaluated,
    seconds: Option<f64>,
) -> String {
    let mut out = String::new();
    if let Some(seconds) = seconds {
        push(&mut out, format_args!("  {:.4} µs per evaluation", seconds * 1e6));
    }
    if let (true, Some(breakdown)) = (wanted.terms, &evaluated.terms) {
        add_terms(&mut out, breakdown);
    }
    let gradient = &evaluated.point.gradient;
    match terms.filter(|_| wanted.atoms) {
        Some(terms) => add_atoms(&mut out, molecule, terms, gradient),
        None if wanted.gradient || wanted.atoms => add_gradient(&mut out, molecule, gradient),
        None => {}
    }
    if let Some(terms) = terms.filter(|_| wanted.explain) {
        add_estimates(&mut out, terms);
    }
    out
}

fn push(out: &mut String, line: std::fmt::Arguments<'_>) {
    out.push_str(&line.to_string());
    out.push('\n');
}

fn add_terms(out: &mut String, terms: &Breakdown) {
    for (name, value) in [
        ("bond", terms.bond),
        ("angle", terms.angle),
        ("stretch_bend", terms.stretch_bend),
        ("out_of_plane", terms.out_of_plane),
        ("torsion", terms.torsion),
        ("van_der_waals", terms.van_der_waals),
        ("electrostatic", terms.electrostatic),
    ] {
        push(out, format_args!("  {name:<16} {value:>16.6}"));
    }
}

fn add_atoms(out: &mut String, molecule: &Molecule, terms: &Terms, gradient: &[f64]) {
    let title = ["atom", "element", "type", "charge", "gradient/kcal/mol/Å"];
    push(
        out,
        format_args!(
            "  {:>6} {:<7} {:<6} {:>9}  {}",
            title[0], title[1], title[2], title[3], title[4]
        ),
    );
    for (i, g) in gradient.chunks_exact(3).enumerate() {
        push(
            out,
            format_args!(
                "  {:>6} {:<7} {:<6} {:>9.4} {:>13.6} {:>13.6} {:>13.6}",
                i + 1,
                molecule.element(i).symbol(),
                terms.atom_types[i],
                terms.charges[i],
                g[0],
                g[1],
                g[2]
            ),
        );
    }
}

fn add_gradient(out: &mut String, molecule: &Molecule, gradient: &[f64]) {
    push(
        out,
        format_args!("  {:>6} {:<7} gradient/kcal/mol/Å", "atom", "element"),
    );
    for (i, g) in gradient.chunks_exact(3).enumerate() {
        let symbol = molecule.element(i).symbol();
        push(
            out,
            format_args!(
                "  {:>6} {symbol:<7} {:>13.6} {:>13.6} {:>13.6}",
                i + 1,
                g[0],
                g[1],
                g[2]
            ),
        );
    }
}

fn add_estimates(out: &mut String, terms: &Terms) {
    if terms.estimates.is_empty() {
        push(out, format_args!("  every parameter is from the tables"));
    }
    for estimate in &terms.estimates {
        let atoms: Vec<String> = estimate.atoms.iter().map(|a| (a + 1).to_string()).collect();
        push(
            out,
            format_args!(
                "  estimated: {} of atoms {} (types {}): {}",
                estimate.term,
                atoms.join("-"),
                estimate.types,
                estimate.rule
            ),
        );
    }
}
