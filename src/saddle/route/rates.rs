//! Rate constants of a proven pass between two minima.

use super::course::Spent;
use super::error::RouteError;
use super::landscape::Landscape;
use super::stationary::Stationary;
use super::valley::Valley;
use crate::saddle::path::rates::{Barrier, Tunnelling, eyring};
use crate::vibrations::{Conditions, Gas, Rotor, Thermochemistry, Treatment, symmetry_number, thermochemistry};

/// The gas whose rates are told.
#[derive(Clone, Debug, PartialEq)]
pub struct RateSettings {
    /// Temperatures and pressures.
    pub conditions: Vec<Conditions>,
    /// Of low modes.
    pub treatment: Treatment,
    /// Of saddle and minima alike; found from each structure where it is not given.
    pub symmetry_number: Option<usize>,
    /// Of the electronic spin.
    pub multiplicity: u16,
}

/// Which way over the pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From reactant to product.
    Forward,
    /// From product to reactant.
    Reverse,
}

impl Direction {
    /// The name in output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Forward => "forward",
            Self::Reverse => "reverse",
        }
    }
}

/// The rate in one direction at one temperature.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// Which way.
    pub direction: Direction,
    /// K.
    pub temperature: f64,
    /// With zero-point energies, kcal/mol.
    pub barrier_with_zero_point: f64,
    /// kcal/mol.
    pub activation_free_energy: f64,
    /// By how much tunnelling makes it faster.
    pub tunnelling: Tunnelling,
    /// Eyring's rate constant without tunnelling, 1/s.
    pub eyring: f64,
}

/// Both ways over a saddle, under each of the gas's conditions. None where the saddle has no imaginary mode.
///
/// # Errors
/// Where the surface fails, or a condition is impossible.
pub fn rates(
    landscape: &dyn Landscape,
    settings: &RateSettings,
    saddle: &Stationary,
    ends: &[Valley; 2],
    spent: &mut Spent,
) -> Result<Vec<Rate>, RouteError> {
    let Some(wavenumber) = saddle.imaginary_wavenumber() else {
        return Ok(Vec::new());
    };
    let top = settings.properties(saddle)?;
    let mut sides = Vec::new();
    for end in ends {
        let proven = Stationary::at(landscape, &end.point)?;
        spent.verification += proven.evaluations;
        spent.hessians += proven.hessian_evaluations;
        sides.push(settings.properties(&proven)?);
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
        for (side, direction) in [(0, Direction::Forward), (1, Direction::Reverse)] {
            let (barrier_with_zero_point, activation_free_energy) = heights[side];
            let barrier = Barrier {
                forward: barrier_with_zero_point,
                reverse: heights[1 - side].0,
                wavenumber_cm1: wavenumber.abs(),
            };
            rates.push(Rate {
                direction,
                temperature,
                barrier_with_zero_point,
                activation_free_energy,
                tunnelling: barrier.tunnelling(temperature),
                eyring: eyring(activation_free_energy, temperature),
            });
        }
    }
    Ok(rates)
}

impl RateSettings {
    /// Thermochemistry of a point under each of the conditions.
    fn properties(&self, proven: &Stationary) -> Result<Vec<Thermochemistry>, RouteError> {
        let rotor = Rotor::new(&proven.point.x, &proven.masses);
        let found = || symmetry_number(&proven.point.x, &proven.masses, rotor.shape, symmetry_number::TOLERANCE);
        let wavenumbers = proven.modes.wavenumbers_cm1();
        let gas = Gas {
            rotor: &rotor,
            wavenumbers_cm1: &wavenumbers,
            symmetry_number: self.symmetry_number.unwrap_or_else(found),
            multiplicity: self.multiplicity,
        };
        let at = |&conditions| Ok(thermochemistry(&gas, conditions, self.treatment)?);
        self.conditions.iter().map(at).collect()
    }
}
