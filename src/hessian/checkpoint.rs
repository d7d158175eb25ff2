//! Displacements done so far, as text: what was displaced and how, then a line for each gradient. Numbers are written so that reading
//! gives the same bits. A last line that was cut off does not count.

use super::displacements::Displacements;
use thiserror::Error;

/// The first line.
const TITLE: &str = "thalweg displacements 1";

/// What the gradients belong to.
#[derive(Clone, Debug, PartialEq)]
pub struct Origin {
    /// The surface in words, with charge and multiplicity, and what was done before (a minimization).
    pub surface: String,
    /// Symbols of the atoms.
    pub elements: Vec<String>,
    /// Coordinates of the input, Å: those of the undisplaced point may be others, after a minimization.
    pub input: Vec<f64>,
}

/// Why a text is no use as a checkpoint.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum Unusable {
    /// It is something else. Lines count from 1.
    #[error("line {line}: {expected} expected")]
    Unreadable {
        /// The line.
        line: usize,
        /// What should be there.
        expected: &'static str,
    },
    /// It belongs to something else.
    #[error("it belongs to another {what}")]
    Other {
        /// What differs.
        what: &'static str,
    },
}

/// Everything up to the first gradient.
#[must_use]
pub fn head(origin: &Origin, displacements: &Displacements) -> String {
    let mut out = format!("{TITLE}\nsurface {}\nelements", origin.surface);
    for element in &origin.elements {
        out.push(' ');
        out.push_str(element);
    }
    out.push_str("\ninput");
    push_numbers(&mut out, &origin.input);
    out.push_str("\nstep");
    push_numbers(&mut out, &[displacements.step()]);
    out.push_str("\npoint");
    push_numbers(&mut out, displacements.x());
    out.push('\n');
    out
}

/// The line of one gradient.
#[must_use]
pub fn line(index: usize, gradient: &[f64]) -> String {
    let mut out = format!("gradient {index}");
    push_numbers(&mut out, gradient);
    out.push('\n');
    out
}

/// Reads a checkpoint that must belong to `origin` and, where one is given, `step` (Å).
///
/// # Errors
/// A text that is none; another molecule, geometry, surface or step.
pub fn read(text: &str, origin: &Origin, step: Option<f64>) -> Result<Displacements, Unusable> {
    let mut lines = text.split_inclusive('\n').enumerate();
    let mut field = |key: &'static str| {
        let (number, line) = lines.next().unwrap_or((0, ""));
        let rest = line.strip_suffix('\n').and_then(|l| l.strip_prefix(key));
        rest.ok_or(Unusable::Unreadable {
            line: number + 1,
            expected: key,
        })
    };
    field(TITLE)?;
    let surface = field("surface ")?;
    let elements = field("elements")?;
    let input = numbers(field("input")?, 4)?;
    let read_step = numbers(field("step")?, 5)?;
    let point = numbers(field("point")?, 6)?;
    let [read_step] = read_step[..] else {
        return Err(Unusable::Unreadable {
            line: 5,
            expected: "one step",
        });
    };
    for (differs, what) in [
        (!elements.split_whitespace().eq(&origin.elements), "molecule"),
        (input != origin.input || point.len() != input.len(), "geometry"),
        (surface != origin.surface, "surface"),
        (step.is_some_and(|step| step.total_cmp(&read_step).is_ne()), "step"),
    ] {
        if differs {
            return Err(Unusable::Other { what });
        }
    }
    let mut displacements = Displacements::new(&point, read_step);
    for (number, line) in lines {
        // Whoever wrote it was stopped.
        let Some(line) = line.strip_suffix('\n') else { break };
        let unreadable = Unusable::Unreadable {
            line: number + 1,
            expected: "gradient, index and components",
        };
        let parsed = line
            .strip_prefix("gradient ")
            .and_then(|l| l.split_once(' '))
            .and_then(|(index, rest)| Some((index.parse().ok()?, numbers(rest, number + 1).ok()?)));
        if !parsed.is_some_and(|(index, gradient)| displacements.set(index, gradient)) {
            return Err(unreadable);
        }
    }
    Ok(displacements)
}

/// Shortest decimals that read back as the same bits.
fn push_numbers(out: &mut String, numbers: &[f64]) {
    for number in numbers {
        out.push_str(&format!(" {number:?}"));
    }
}

fn numbers(text: &str, line: usize) -> Result<Vec<f64>, Unusable> {
    let unreadable = Unusable::Unreadable {
        line,
        expected: "numbers",
    };
    let parsed: Option<Vec<f64>> = text.split_whitespace().map(|word| word.parse().ok()).collect();
    parsed.ok_or(unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin() -> Origin {
        Origin {
            surface: "xtb charge 0 multiplicity 1".to_owned(),
            elements: vec!["O".to_owned(), "H".to_owned()],
            input: vec![0.1, -0.2, 1.0 / 3.0, 1e-17, 5.0, 6.0],
        }
    }

    #[test]
    fn what_was_written_is_read_bit_for_bit_and_a_cut_line_is_dropped() {
        let mut made = Displacements::new(&[0.3; 6], 0.01);
        let mut text = head(&origin(), &made);
        for index in [3, 0] {
            let gradient: Vec<f64> = (0..6).map(|k| (f64::from(k) + index as f64).sin()).collect();
            text += &line(index, &gradient);
            made.set(index, gradient);
        }
        assert_eq!(read(&text, &origin(), Some(0.01)), Ok(made.clone()));
        let cut = format!("{text}gradient 5 1.0 2.0");
        assert_eq!(read(&cut, &origin(), None), Ok(made));
    }

    #[test]
    fn what_belongs_elsewhere_is_refused() {
        let text = head(&origin(), &Displacements::new(&[0.3; 6], 0.01));
        let with = |change: fn(&mut Origin)| {
            let mut other = origin();
            change(&mut other);
            read(&text, &other, Some(0.01)).unwrap_err()
        };
        assert_eq!(
            with(|o| o.elements[1] = "F".to_owned()),
            Unusable::Other { what: "molecule" }
        );
        assert_eq!(with(|o| o.input[0] += 1e-15), Unusable::Other { what: "geometry" });
        assert_eq!(with(|o| o.surface.push('x')), Unusable::Other { what: "surface" });
        assert_eq!(
            read(&text, &origin(), Some(0.02)),
            Err(Unusable::Other { what: "step" })
        );
        for (broken, line) in [("", 1), ("3\n\nO 0 0 0\n", 1), ("thalweg displacements 1\n", 1)] {
            let found = read(broken, &origin(), None).unwrap_err();
            assert!(
                matches!(found, Unusable::Unreadable { line: l, .. } if l == line),
                "{found}"
            );
        }
        let found = read(&format!("{text}gradient 0 1.0\n"), &origin(), None).unwrap_err();
        assert!(found.to_string().contains("line 7"), "{found}");
    }
}
