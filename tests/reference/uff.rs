//! Reference tests: uff.
