//! Temperature, pressure and masses as they are asked for.

use super::args::{GasArgs, TreatmentName};
use crate::chem::{Element, Molecule};
use crate::saddle::route::RateSettings;
use crate::units::PASCAL_PER_ATMOSPHERE;
use crate::vibrations::masses;
use crate::vibrations::{Conditions, Treatment};
use std::str::FromStr;

/// The gas whose thermochemistry is told.
pub struct GasSettings {
    /// One or more.
    pub conditions: Vec<Conditions>,
    pub treatment: Treatment,
    pub symmetry_number: Option<usize>,
    pub multiplicity: Option<u16>,
}

/// A mass that replaces the usual one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MassChange {
    of: Who,
    /// amu.
    mass: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Who {
    /// From 0.
    Atom(usize),
    Element(Element),
}

impl GasSettings {
    /// The error says what is wrong.
    pub fn new(args: &GasArgs, multiplicity: Option<u16>) -> Result<Self, String> {
        let pressure = pressure(&args.pressure)?;
        if let Some(bad) = args.temperature.iter().find(|t| !(**t > 0.0 && t.is_finite())) {
            return Err(format!("--temperature {bad}: a positive number of kelvins is expected"));
        }
        let low = args.low_frequency;
        if !(low > 0.0 && low.is_finite()) {
            return Err(format!(
                "--low-frequency {low}: a positive wavenumber in cm⁻¹ is expected"
            ));
        }
        let conditions = args
            .temperature
            .iter()
            .map(|&temperature| Conditions { temperature, pressure });
        Ok(Self {
            conditions: conditions.collect(),
            treatment: treatment(args.treatment, low),
            symmetry_number: args.symmetry_number.map(usize::from),
            multiplicity,
        })
    }

    /// The gas of a molecule, for rates.
    pub fn rates(&self, molecule: &Molecule) -> RateSettings {
        RateSettings {
            conditions: self.conditions.clone(),
            treatment: self.treatment,
            symmetry_number: self.symmetry_number,
            multiplicity: self.multiplicity(molecule),
        }
    }

    /// What was asked for, else by the drawn radicals.
    pub fn multiplicity(&self, molecule: &Molecule) -> u16 {
        let unpaired: u16 = molecule.atoms().iter().map(|a| u16::from(a.unpaired_electrons)).sum();
        self.multiplicity.unwrap_or(unpaired + 1)
    }
}

fn treatment(name: TreatmentName, low_cm1: f64) -> Treatment {
    match (name, Treatment::QUASI_RRHO) {
        (TreatmentName::QuasiHarmonic, _) => Treatment::QuasiHarmonic { lowest_cm1: low_cm1 },
        (
            TreatmentName::QuasiRrho,
            Treatment::QuasiRrho {
                exponent,
                average_moment,
                ..
            },
        ) => Treatment::QuasiRrho {
            centre_cm1: low_cm1,
            exponent,
            average_moment,
        },
        _ => Treatment::Harmonic,
    }
}

/// Pa, of a number with its unit.
fn pressure(text: &str) -> Result<f64, String> {
    let units = [
        ("kPa", 1e3),
        ("MPa", 1e6),
        ("Pa", 1.0),
        ("bar", 1e5),
        ("atm", PASCAL_PER_ATMOSPHERE),
    ];
    let parsed = units.iter().find_map(|(unit, pascal)| {
        let number: f64 = text.strip_suffix(unit)?.trim().parse().ok()?;
        Some(number * pascal)
    });
    parsed
        .filter(|p| *p > 0.0 && p.is_finite())
        .ok_or_else(|| format!("--pressure {text}: a positive number with a unit is expected: 1atm, 1bar, 101325Pa"))
}

impl FromStr for MassChange {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fault = || {
            format!(
                "--mass {text}: ATOM=MASS is expected, an atom's number or an element's symbol, and amu: 3=2.014, H=2.014"
            )
        };
        let (who, mass) = text.split_once('=').ok_or_else(fault)?;
        let (who, mass) = (who.trim(), mass.trim().parse::<f64>().map_err(|_| fault())?);
        let of = match (who.parse::<usize>(), Element::from_symbol(who)) {
            (Ok(number @ 1..), _) => Who::Atom(number - 1),
            (_, Some(element)) => Who::Element(element),
            _ => return Err(fault()),
        };
        if mass > 0.0 && mass.is_finite() {
            Ok(Self { of, mass })
        } else {
            Err(fault())
        }
    }
}

/// The masses of a molecule's atoms, amu: of isotopes where they are stated, changed as asked. With a warning where there is something
/// to say; the error says which change has no atom.
pub fn changed_masses(molecule: &Molecule, changes: &[MassChange]) -> Result<(Vec<f64>, Option<String>), String> {
    let (mut masses, mut unknown) = masses::masses(molecule);
    for change in changes {
        match change.of {
            Who::Atom(atom) => {
                let count = masses.len();
                *masses
                    .get_mut(atom)
                    .ok_or_else(|| format!("--mass: there is no atom {} among {count}", atom + 1))? = change.mass;
                unknown.retain(|&a| a != atom);
            }
            Who::Element(element) => {
                let is_meant = |&a: &usize| molecule.element(a) == element;
                (0..masses.len()).filter(is_meant).for_each(|a| masses[a] = change.mass);
                unknown.retain(|a| !is_meant(a));
            }
        }
    }
    let warning = unknown.first().map(|&atom| {
        format!(
            "no mass is known of the isotope of atom {}: its mass number is taken (state it by --mass)",
            atom + 1
        )
    });
    Ok((masses, warning))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chem::Atom;

    #[test]
    fn pressures_have_units() {
        assert_eq!(pressure("1atm"), Ok(101_325.0));
        assert_eq!(pressure("2 bar"), Ok(2e5));
        assert_eq!(pressure("101.325kPa"), Ok(101_325.0));
        for bad in ["1", "bar", "-1bar", "1 torr", "nanPa"] {
            assert!(pressure(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn masses_are_changed_by_atom_and_by_element_in_order() {
        let atoms = [Element::O, Element::H, Element::H].map(Atom::new).to_vec();
        let water = Molecule::new(atoms, Vec::new()).unwrap();
        let change = |texts: &[&str]| {
            let changes: Vec<MassChange> = texts.iter().map(|t| t.parse().unwrap()).collect();
            changed_masses(&water, &changes).map(|(masses, _)| masses)
        };
        assert_eq!(change(&["H=2.014", "3=3.016"]), Ok(vec![15.999, 2.014, 3.016]));
        assert!(change(&["4=1"]).unwrap_err().contains("no atom 4"));
        for bad in ["H", "0=1", "Xx=1", "H=-1", "H=", "1=inf"] {
            assert!(bad.parse::<MassChange>().is_err(), "{bad}");
        }
    }
}
