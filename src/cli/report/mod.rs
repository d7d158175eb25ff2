//! How results look: tables, JSON lines, structures, and the progress bar.

pub mod barriers;
pub mod compare;
pub mod conformers;
pub mod json;
pub mod path;
pub mod progress;
pub mod scan;
pub mod structure;
pub mod table;
pub mod ts;
pub mod vibrations;
pub mod viewers;
