//! UFF (Rappé, Casewit, Colwell, Goddard, Skiff 1992): typing, parameters, assembly.
//!
//! Where the paper is silent or programs differ, the choices are those of RDKit, whose energies are this project's
//! reference: amide bonds keep bond order 1, sp2 centres bend threefold, aromatic atoms are those of its Hückel model.
//! Where RDKit has no type (many metals, six-coordinate sulfur), the type is chosen by coordination number and oxidation
//! state, said in `Terms::estimates`. Its degenerate forms are not followed: the general angle form about 180 degrees at
//! halogens and mercury with several neighbours, and about 90 degrees at square-planar atoms, where the fourfold form
//! stands here; nor is the step that it adds to the energy of angles below 30 degrees.

mod assembly;
mod drawing;
mod parameters;
mod shape;
#[cfg(test)]
mod tests;
mod typing;

pub use assembly::{parametrize, parametrize_at};
pub use parameters::{AtomType, Constants, Parameters};
