//! An answer of the line protocol.

use crate::potential::external::process::quoted;
use crate::units::{ANGSTROM_PER_BOHR, KCAL_MOL_PER_EV, KCAL_MOL_PER_HARTREE, KCAL_MOL_PER_KJ_MOL};
use serde_json::{Map, Value};

/// The reason why there is no energy at these coordinates, where the answer is one.
pub fn refusal(line: &str) -> Option<String> {
    let answer = object(line).ok()?;
    let error = answer.get("error").filter(|e| !e.is_null())?;
    let reason = error.as_str().map_or_else(|| error.to_string(), str::to_owned);
    Some(format!("it says: {reason}"))
}

/// Reads an answer that is no refusal: energy in kcal/mol; OVERWRITES `gradient` (kcal/mol/Å).
pub fn read(line: &str, gradient: &mut [f64]) -> Result<f64, String> {
    let answer = object(line)?;
    let [energy_unit, length_unit] = units(&answer)?;
    let energy = number(answer.get("energy").ok_or_else(|| missing("energy", line))?)?;
    let (values, sign) = match (answer.get("gradient"), answer.get("forces")) {
        (Some(gradient), _) => (gradient, 1.0),
        (None, Some(forces)) => (forces, -1.0),
        (None, None) => return Err(missing("gradient", line)),
    };
    fill(gradient, values)?;
    for g in gradient.iter_mut() {
        *g *= sign * energy_unit / length_unit;
    }
    Ok(energy * energy_unit)
}

fn object(line: &str) -> Result<Map<String, Value>, String> {
    match serde_json::from_str(line) {
        Ok(Value::Object(object)) => Ok(object),
        // Not JSON, though many programs write it.
        Err(_) if ["NaN", "nan", "Infinity", "inf"].iter().any(|word| line.contains(word)) => Err(format!(
            "it returned an energy or gradient that is no number: {}",
            quoted(line)
        )),
        _ => Err(format!(
            "it wrote {} where an answer was expected (one JSON object on a line; anything else belongs on its standard error)",
            quoted(line)
        )),
    }
}

fn missing(key: &str, line: &str) -> String {
    format!("no \"{key}\" in its answer {}", quoted(line))
}

/// kcal/mol and Å in one of the answer's units.
fn units(answer: &Map<String, Value>) -> Result<[f64; 2], String> {
    let Some(stated) = answer.get("units") else {
        return Ok([1.0; 2]);
    };
    let text = stated.as_str().unwrap_or_default();
    let (energy, length) = text.split_once(',').unwrap_or((text, ""));
    let energy = match energy.trim() {
        "kcal/mol" => Some(1.0),
        "kJ/mol" => Some(KCAL_MOL_PER_KJ_MOL),
        "hartree" => Some(KCAL_MOL_PER_HARTREE),
        "eV" => Some(KCAL_MOL_PER_EV),
        _ => None,
    };
    let length = match length.trim() {
        "angstrom" => Some(1.0),
        "bohr" => Some(ANGSTROM_PER_BOHR),
        _ => None,
    };
    energy.zip(length).map(|(energy, length)| [energy, length]).ok_or_else(|| {
        format!(
            "unknown units {} in its answer; there are kcal/mol, kJ/mol, hartree, eV, a comma, and angstrom or bohr",
            quoted(&stated.to_string())
        )
    })
}

fn number(value: &Value) -> Result<f64, String> {
    match value {
        // What has no number in JSON often becomes null.
        Value::Null => Ok(f64::NAN),
        _ => value
            .as_f64()
            .ok_or_else(|| format!("{} in its answer is no number", quoted(&value.to_string()))),
    }
}

/// 3N numbers, flat or in threes.
fn fill(gradient: &mut [f64], values: &Value) -> Result<(), String> {
    let none = Vec::new();
    let rows = values.as_array().unwrap_or(&none);
    let flat = rows.iter().flat_map(|row| match row {
        Value::Array(row) => row.as_slice(),
        single => std::slice::from_ref(single),
    });
    let numbers = flat.map(number).collect::<Result<Vec<f64>, String>>()?;
    if numbers.len() != gradient.len() {
        return Err(format!(
            "it returned a gradient of {} numbers, {} expected",
            numbers.len(),
            gradient.len()
        ));
    }
    gradient.copy_from_slice(&numbers);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gradients_are_flat_or_in_threes_and_forces_turn_round() {
        for line in [
            r#"{"energy":1.5,"gradient":[1,2,3,4,5,6]}"#,
            r#"{"energy":1.5,"gradient":[[1,2,3],[4,5,6]],"more":"of its own"}"#,
            r#"{"energy":1.5,"forces":[[-1,-2,-3],[-4,-5,-6]],"error":null}"#,
        ] {
            let mut gradient = [f64::NAN; 6];
            assert_eq!(read(line, &mut gradient), Ok(1.5));
            assert_eq!(gradient, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        }
    }

    #[test]
    fn units_are_converted() {
        let mut gradient = [f64::NAN; 3];
        let energy = read(
            r#"{"energy":1,"gradient":[1,0,0],"units":"hartree, bohr"}"#,
            &mut gradient,
        )
        .unwrap();
        assert_eq!(energy, KCAL_MOL_PER_HARTREE);
        assert_eq!(gradient, [KCAL_MOL_PER_HARTREE / ANGSTROM_PER_BOHR, 0.0, 0.0]);
    }

    #[test]
    fn everything_else_is_refused_with_its_reason() {
        for (line, reason) in [
            ("Hello!", "'Hello!'"),
            ("[1]", "JSON object"),
            ("{}", "\"energy\""),
            (r#"{"energy":1}"#, "\"gradient\""),
            (r#"{"energy":NaN,"gradient":[0,0,0]}"#, "no number"),
            (r#"{"energy":"low","gradient":[0,0,0]}"#, "no number"),
            (r#"{"energy":1,"gradient":[0,0]}"#, "2 numbers, 3 expected"),
            (r#"{"energy":1,"gradient":"steep"}"#, "0 numbers, 3 expected"),
            (r#"{"energy":1,"gradient":[0,0,0],"units":"Ry,bohr"}"#, "unknown units"),
        ] {
            let error = read(line, &mut [0.0; 3]).unwrap_err();
            assert!(error.contains(reason), "{line}: {error}");
        }
        let refused = refusal(r#"{"error":"no such element"}"#);
        assert_eq!(refused.as_deref(), Some("it says: no such element"));
        assert_eq!(refusal(r#"{"energy":1.5,"gradient":[],"error":null}"#), None);
        assert!(
            read(r#"{"energy":null,"gradient":[0,0,0]}"#, &mut [0.0; 3])
                .unwrap()
                .is_nan()
        );
    }
}
