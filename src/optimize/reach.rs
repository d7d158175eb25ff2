//! How far an atom may go in a step.

/// The longest displacement of one atom. It doubles while step after step is cut by it and the surface still falls at the end:
/// atoms that were torn far apart are not brought back in steps of a bond's width.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reach {
    first: f64,
    /// Steps in a row that were as long as an atom may go.
    cut_steps: u32,
}

/// Steps in a row that are cut before the longest one grows.
const PATIENCE: u32 = 3;

/// Doublings at most: from 0.4 to 4e8 Å, wider than any structure file.
const MOST_DOUBLINGS: u32 = 30;

impl Reach {
    /// Beginning with this longest displacement, Å.
    pub fn new(first: f64) -> Self {
        Self { first, cut_steps: 0 }
    }

    /// The longest displacement now, Å.
    pub fn longest(&self) -> f64 {
        let doublings = self.cut_steps.saturating_sub(PATIENCE).min(MOST_DOUBLINGS);
        self.first * f64::from(1_u32 << doublings)
    }

    /// Takes in whether a step was cut.
    pub fn learn(&mut self, cut: bool) {
        self.cut_steps = if cut { self.cut_steps.saturating_add(1) } else { 0 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_with_steps_that_are_cut_and_falls_back_with_one_that_is_not() {
        let mut reach = Reach::new(0.5);
        (0..3).for_each(|_| reach.learn(true));
        assert!((reach.longest() - 0.5).abs() < 1e-15);
        (0..2).for_each(|_| reach.learn(true));
        assert!((reach.longest() - 2.0).abs() < 1e-15);
        (0..1000).for_each(|_| reach.learn(true));
        assert!(reach.longest() < 1e9);
        reach.learn(false);
        assert!((reach.longest() - 0.5).abs() < 1e-15);
    }
}
