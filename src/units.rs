//! Physical constants and unit conversions: the only place where such numbers stand.
//!
//! Inside the library everything is in Å, kcal/mol, radian, elementary charge and amu.
//! Constants are CODATA 2018 unless another source is stated.

/// Degrees per radian.
pub const DEGREES_PER_RADIAN: f64 = 180.0 / std::f64::consts::PI;

/// kcal/mol per hartree (2625.499 639 48 kJ/mol, thermochemical calorie of 4.184 J).
pub const KCAL_MOL_PER_HARTREE: f64 = 627.509_474_063;

/// kcal/mol per electronvolt (96.485 332 12 kJ/mol, thermochemical calorie of 4.184 J).
pub const KCAL_MOL_PER_EV: f64 = 23.060_547_830_6;

/// kcal/mol per kJ/mol (thermochemical calorie).
pub const KCAL_MOL_PER_KJ_MOL: f64 = 1.0 / 4.184;

/// Å per bohr.
pub const ANGSTROM_PER_BOHR: f64 = 0.529_177_210_903;

/// Gradient of one hartree/bohr in kcal/mol/Å.
pub const KCAL_MOL_ANGSTROM_PER_HARTREE_BOHR: f64 = KCAL_MOL_PER_HARTREE / ANGSTROM_PER_BOHR;

/// Boltzmann's constant in kcal/mol/K (the molar gas constant 8.314 462 618 J/mol/K, thermochemical calorie of 4.184 J).
pub const BOLTZMANN_KCAL_MOL_K: f64 = 8.314_462_618e-3 / 4.184;

/// Force constant of one hartree/bohr² in kcal/mol/Å².
pub const KCAL_MOL_ANGSTROM2_PER_HARTREE_BOHR2: f64 = KCAL_MOL_PER_HARTREE / (ANGSTROM_PER_BOHR * ANGSTROM_PER_BOHR);

/// Wavenumber (cm⁻¹) of an oscillator whose force constant over mass is 1 kcal/mol/Å²/amu: √(k/m)/(2πc), with 4184 J/kcal,
/// the Avogadro constant 6.022 140 76e23/mol (exact), the atomic mass constant 1.660 539 066 60e-27 kg (CODATA 2018) and
/// c = 2.997 924 58e10 cm/s (exact).
pub const WAVENUMBER_CM1_PER_ROOT: f64 = 108.591_358_6;

/// Planck's constant, J s (exact).
pub const PLANCK_J_S: f64 = 6.626_070_15e-34;

/// Boltzmann's constant, J/K (exact).
pub const BOLTZMANN_J_K: f64 = 1.380_649e-23;

/// Avogadro's constant, 1/mol (exact).
pub const AVOGADRO_PER_MOL: f64 = 6.022_140_76e23;

/// Speed of light in vacuum, cm/s (exact).
pub const LIGHT_CM_S: f64 = 2.997_924_58e10;

/// Atomic mass constant, kg.
pub const KG_PER_AMU: f64 = 1.660_539_066_60e-27;

/// Pascal per standard atmosphere (exact).
pub const PASCAL_PER_ATMOSPHERE: f64 = 101_325.0;

/// Energy of one quantum of 1 cm⁻¹ in kcal/mol: h c N_A, with the thermochemical calorie of 4.184 J.
pub const KCAL_MOL_PER_CM1: f64 = PLANCK_J_S * LIGHT_CM_S * AVOGADRO_PER_MOL / 4184.0;

/// Moment of inertia of 1 amu Å² in kg m².
pub const KG_M2_PER_AMU_ANGSTROM2: f64 = KG_PER_AMU * 1e-20;

/// Force constant of 1 kcal/mol/Å² in mdyn/Å (100 N/m).
pub const MDYN_ANGSTROM_PER_KCAL_MOL_ANGSTROM2: f64 = 4184.0 / AVOGADRO_PER_MOL * 1e20 / 100.0;
