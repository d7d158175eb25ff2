//! UFF (Rappé, Casewit, Colwell, Goddard, Skiff 1992): typing, parameters, assembly.
//!
//! Where the paper is silent or programs differ, the choices are those of RDKit, whose energies are this project's
//! reference: amide bonds keep bond order 1, sp2 centres bend threefold, aromatic atoms are those of its Hückel model.
//! Where RDKit has no type or a degenerate form (metals, six-coordinate sulfur, hypervalent halogens), the type is chosen
//! by coordination number and oxidation state, said in `Terms::estimates`.

mod assembly;
mod drawing;
mod parameters;
mod shape;
mod typing;

pub use assembly::{parametrize, parametrize_at};
pub use parameters::{AtomType, Constants, Parameters};
