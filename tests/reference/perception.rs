//! Reference tests: perception.
