//! thalweg: molecular geometry optimization and conformer search, with force fields of its own.
//!
//! *thalweg* (n.): the line that joins the lowest points of a valley. The library walks a molecule's energy landscape; the binary of the
//! same name is its command line.
//!
//! ```
//! use thalweg::forcefield::{ForceField, Options, mmff94};
//! use thalweg::formats::{Format, RawRecord};
//! use thalweg::optimize::{Criteria, Lbfgs, Limits, minimize};
//!
//! let text = "\n\n\n  3  2  0  0  0  0            999 V2000
//!     0.0000    0.0000    0.1173 O   0  0
//!     0.0000    0.7572   -0.4692 H   0  0
//!     0.0000   -0.7572   -0.4692 H   0  0
//!   1  2  1  0
//!   1  3  1  0
//! M  END
//! ";
//! let water = RawRecord::new(Format::Mol, "water.mol", text.to_owned()).parse()?;
//! let parameters = mmff94::Parameters::published()?;
//! let terms = mmff94::parametrize(&water.molecule, mmff94::Variant::Mmff94, &parameters)?;
//! let mut surface = ForceField::new(&water.molecule, terms, Options::default()).evaluator();
//! let criteria = Criteria::rms_gradient(1e-6);
//! let found = minimize(
//!     &mut surface,
//!     &water.coordinates,
//!     &mut Lbfgs::default(),
//!     &criteria,
//!     &Limits::default(),
//!     &mut (),
//! )?;
//! assert!(found.point.energy.abs() < 1e-9);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The rooms
//!
//! A room uses the rooms below it, never the ones above; a test holds the table of allowed edges. Algorithms see a
//! [`potential::Potential`], never a force field; formats never see an energy; only the command line prints, exits or reads the
//! environment.
//!
//! | floor | room | what lives there |
//! |---|---|---|
//! | 0 | [`units`] | constants and conversions |
//! | 1 | [`numeric`] | the numbers that formulas are written over: plain, dual, vector lanes |
//! | 1 | [`chem`] | what a molecule is: graph, rings, aromaticity, stereo, symmetry, bonds from coordinates |
//! | 1 | [`linalg`] | eigenproblems, Cholesky decompositions, dense and block-sparse, superposition; the only room that names linear-algebra crates |
//! | 2 | [`geometry`] | distance, angle, dihedral, out-of-plane angle, with gradients |
//! | 2 | [`formats`] | text to molecules and back |
//! | 3 | [`potential`] | the seam: the `Potential` trait, counting, test surfaces, other programs' surfaces (feature `engines`) |
//! | 4 | [`forcefield`] | MMFF94, MMFF94s, UFF: typing, terms, evaluator |
//! | 4 | [`coordinates`] | internal coordinates (redundant and delocalized), Wilson B, back-transformation |
//! | 5 | [`hessian`] | model Hessians, updates, preconditioner, lowest modes |
//! | 5 | [`directives`] | what is frozen, held, restrained or scanned, from flags and files |
//! | 6 | [`optimize`] | the driver, criteria, steppers |
//! | 7 | [`vibrations`] | normal modes, symmetry numbers, thermochemistry |
//! | 7 | [`conformers`] | embedding, moves, search, the same conformer once, ensembles |
//! | 7 | [`saddle`] | transition states, paths over them, verification, the way from a reactant to a product |
//! | 8 | `cli` | the command line (feature `cli`) |
//!
//! The house plan that the project started from has no rooms `numeric` and `directives`, and no command `cluster` (atoms in reduced units
//! have neither bonds nor files, and nothing in common with a molecule's options). As to the first room: formulas are written once, over
//! [`numeric::Real`], and get gradients, Hessians, parameter derivatives and vector code by the kind of number that they are evaluated
//! with. [`saddle`] asks [`conformers`] whether what lies beside a pass is what was asked for, and [`formats`] for its SMILES, by which
//! it is called; its seam to surfaces is [`saddle::route::Landscape`].
//!
//! # Units
//!
//! Å, kcal/mol, radian, elementary charge, amu everywhere inside. Parameters keep the units in which they were published, as their
//! documentation states. Coordinates are flat, `[x0 y0 z0 x1 …]`, length 3N. Atoms count from 0 inside and from 1 in every message.
//!
//! # Data flow
//!
//! ```text
//! minimize    arguments → job → read → (molecule, coordinates) → type → Arc<ForceField> → Evaluator → minimize() → prove → report
//! vibrations  … → Hessian (analytic, or displacements over workers) → normal modes → thermochemistry → report
//! ts          … → eigenvector following | minimum mode | a turn about each bond → verify (gradient, modes) → report
//! path        … → ends minimized → chain → eigenvector following → verify → down both sides → minima identified → rates → report
//! conformers  … → seeds (input, embedding) → rounds {move → minimize → accept} → pool → coverage → polish and prove → ensemble → report
//! ```
//!
//! A [`forcefield::ForceField`] is immutable and shared; each thread has an [`forcefield::Evaluator`] of its own, which allocates
//! nothing per call. The same input and options give the same output for any number of threads, and the same bits with any vector
//! instructions: kernels perform the same IEEE operations in the same order on each. Only functions of the platform's
//! mathematics library (outside the kernels) may differ between systems in the last bit.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod chem;
#[cfg(feature = "cli")]
pub mod cli;
pub mod conformers;
pub mod coordinates;
pub mod directives;
pub mod forcefield;
pub mod formats;
pub mod geometry;
pub mod hessian;
pub mod linalg;
pub mod numeric;
pub mod optimize;
pub mod potential;
pub mod saddle;
pub mod units;
pub mod vibrations;
