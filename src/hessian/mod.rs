//! Second derivatives: models of them, updates, numerical ones, and what rigid motions are to them.
