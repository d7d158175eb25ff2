//! Small molecules and oddities.
