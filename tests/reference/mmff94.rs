//! Reference tests: mmff94.
