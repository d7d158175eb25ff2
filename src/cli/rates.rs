//! Rate constants of a proven pass between two minima.

use super::conditions::GasSettings;
use super::crossing::Spent;
use super::passage::{Passages, Proven, Valley};
use super::report::path::RatePart;
use crate::saddle::path::rates::{Barrier, eyring};
use crate::vibrations::{Gas, Rotor, Thermochemistry, symmetry_number, thermochemistry};

/// Both ways, under each of the gas's conditions. None where the saddle has no imaginary mode.
pub fn rates(
    passages: &Passages<'_>,
    gas: &GasSettings,
    saddle: &Proven,
    ends: &[Valley; 2],
    spent: &mut Spent,
) -> Result<Vec<RatePart>, String> {
    let Some(wavenumber) = saddle.imaginary_wavenumber() else {
        return Ok(Vec::new());
    };
    let multiplicity = gas.multiplicity(&passages.ready.prepared.record.molecule);
    let all = |proven: &Proven| -> Result<Vec<Thermochemistry>, String> {
        let rotor = Rotor::new(&proven.point.x, &proven.masses);
        let found = || symmetry_number(&proven.point.x, &proven.masses, rotor.shape, symmetry_number::TOLERANCE);
        let wavenumbers = proven.modes.wavenumbers_cm1();
        let of = Gas {
            rotor: &rotor,
            wavenumbers_cm1: &wavenumbers,
            symmetry_number: gas.symmetry_number.unwrap_or_else(found),
            multiplicity,
        };
        let at = |&conditions| thermochemistry(&of, conditions, gas.treatment).map_err(|error| error.to_string());
        gas.conditions.iter().map(at).collect()
    };
    let top = all(saddle)?;
    let mut sides = Vec::new();
    for end in ends {
        let proven = passages.prove(&end.point)?;
        spent.verification += proven.evaluations;
        spent.hessians += proven.hessian_evaluations;
        sides.push(all(&proven)?);
    }
    let mut rates = Vec::new();
    for (k, at_top) in top.iter().enumerate() {
        let temperature = at_top.conditions.temperature;
        let heights = [0, 1].map(|side: usize| {
            let own = &sides[side][k];
            let energy = saddle.point.energy - ends[side].point.energy;
            let with_zero_point = energy + at_top.zero_point_energy - own.zero_point_energy;
            (with_zero_point, energy + at_top.free_energy - own.free_energy)
        });
        for (side, direction) in [(0, "forward"), (1, "reverse")] {
            let barrier = Barrier {
                forward: heights[side].0,
                reverse: heights[1 - side].0,
                wavenumber_cm1: wavenumber.abs(),
            };
            rates.push(RatePart::new(
                direction,
                temperature,
                heights[side].0,
                heights[side].1,
                barrier.tunnelling(temperature),
                eyring(heights[side].1, temperature),
            ));
        }
    }
    Ok(rates)
}
