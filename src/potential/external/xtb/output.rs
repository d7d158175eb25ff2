//! What xtb writes.

use crate::potential::external::process::quoted;

/// Reads a `gradient` file with one cycle: energy in hartree; OVERWRITES `gradient` (hartree/bohr).
pub fn read_gradient(text: &str, gradient: &mut [f64]) -> Result<f64, String> {
    let mut lines = text
        .lines()
        .map(str::trim)
        .skip_while(|line| !line.starts_with("cycle"));
    let head = lines.next().ok_or("its gradient file holds no gradient")?;
    let energy = head
        .split_once("energy =")
        .and_then(|(_, rest)| rest.split_whitespace().next())
        .and_then(number)
        .ok_or_else(|| format!("no energy in the line {} of its gradient file", quoted(head)))?;
    let atoms = gradient.len() / 3;
    let rows = lines.skip(atoms).take_while(|line| !line.starts_with('$'));
    let mut numbers = rows.flat_map(str::split_whitespace);
    for g in gradient.iter_mut() {
        let word = numbers.next().ok_or("its gradient file is too short")?;
        *g = number(word).ok_or_else(|| format!("{} in its gradient file is no number", quoted(word)))?;
    }
    match numbers.next() {
        None => Ok(energy),
        Some(_) => Err("its gradient file is too long".to_owned()),
    }
}

/// The energy (hartree) of an `engrad` file.
pub fn read_energy(text: &str) -> Option<f64> {
    let mut lines = text.lines().skip_while(|line| !line.contains("total energy"));
    lines.next()?;
    lines
        .find(|line| !line.trim_start().starts_with('#'))
        .and_then(|line| number(line.trim()))
}

/// Fortran may write exponents with a D.
fn number(word: &str) -> Option<f64> {
    word.replace(['D', 'd'], "E").parse().ok()
}

/// The essential lines of a run that failed: the numbered ones of its last error block, from the cause up.
pub fn reason(out: &str, err: &str) -> Option<String> {
    for text in [out, err] {
        let Some(start) = text.rfind("[ERROR]") else { continue };
        let lines: Vec<&str> = text[start..].lines().skip(1).filter_map(numbered).collect();
        if !lines.is_empty() {
            return Some(lines.into_iter().rev().collect::<Vec<_>>().join("; "));
        }
    }
    None
}

/// The last line that says something.
pub fn last_words(out: &str, err: &str) -> Option<String> {
    // Backtraces and the notes on how it ended are no reasons.
    const NOISE: [&str; 6] = [
        "#",
        "at ",
        "Note: The following floating",
        "Error termination",
        "ERROR STOP",
        "abnormal termination",
    ];
    let telling =
        |line: &&str| line.chars().any(char::is_alphabetic) && !NOISE.iter().any(|noise| line.starts_with(noise));
    let last = |text: &str| text.lines().map(str::trim).rfind(telling).map(quoted);
    last(err).or_else(|| last(out))
}

/// The text of a line like `-1- scf: not converged`.
fn numbered(line: &str) -> Option<&str> {
    let (number, text) = line.trim().strip_prefix('-')?.split_once("- ")?;
    number.parse::<u32>().ok()?;
    Some(text.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRADIENT: &str = "$grad
  cycle =      1    SCF energy =    -1.03458000000   |dE/dxyz| =  0.059001
    0.00000000000000      0.00000000000000      0.10000000000000      h
    0.00000000000000      0.00000000000000      1.50000000000000      h
  -1.4755192612912E-17  -3.6638410133485E-17   4.4419821792155E-02
   1.2251718656928E-17   0.0000000000000E+00  -4.4419821792155D-02
$end
";

    #[test]
    fn a_gradient_is_read_in_full() {
        let mut gradient = [f64::NAN; 6];
        assert_eq!(read_gradient(GRADIENT, &mut gradient), Ok(-1.03458));
        assert_eq!(gradient[2], 4.441_982_179_215_5e-2);
        assert_eq!(gradient[5], -4.441_982_179_215_5e-2);
    }

    #[test]
    fn a_gradient_of_other_length_is_refused() {
        assert!(read_gradient(GRADIENT, &mut [0.0; 3]).is_err());
        assert!(read_gradient(GRADIENT, &mut [0.0; 9]).is_err());
        assert!(read_gradient("", &mut [0.0; 3]).is_err());
        assert!(read_gradient(&GRADIENT.replace("4.4419821792155E-02", "*******"), &mut [0.0; 6]).is_err());
    }

    #[test]
    fn the_energy_is_the_first_number_below_its_title() {
        let text = "#\n# Number of atoms\n#\n  3\n#\n# The current total energy in Eh\n#\n     -5.067890758330\n#\n";
        assert_eq!(read_energy(text), Some(-5.067_890_758_33));
        assert_eq!(read_energy("nothing"), None);
    }

    #[test]
    fn the_cause_comes_first() {
        let out =
            "####\n[ERROR] Program stopped due to fatal error\n-2- singlepoint: terminated\n-1- scf: no luck\n####\n";
        assert_eq!(
            reason(out, "ERROR STOP\n"),
            Some("scf: no luck; singlepoint: terminated".to_owned())
        );
        assert_eq!(
            last_words("head\n no basis found for atom 1\n", "ERROR STOP\n#0  0x7f in ???\n"),
            Some("'no basis found for atom 1'".to_owned())
        );
        assert_eq!((reason("", ""), last_words("", "")), (None, None));
    }
}
