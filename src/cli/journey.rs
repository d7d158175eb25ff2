//! A way over passes with the surface that it is on, as it is reported.

use super::ready::Ready;
use super::report::path::GuessPart;
use super::surface::Assigned;
use crate::saddle::route::Journey;

/// All that came out.
pub struct Found {
    /// Name of the surface.
    pub surface: &'static str,
    /// The surface is a guess.
    pub guess: bool,
    pub journey: Journey,
    /// What was found on the first surface.
    pub refined_from: Option<GuessPart>,
}

impl Found {
    pub fn new(ready: &Ready, journey: Journey) -> Self {
        Self {
            surface: ready.assigned.name(),
            guess: matches!(ready.assigned, Assigned::Mix(_)),
            journey,
            refined_from: None,
        }
    }

    /// The same as what an interrupt left.
    pub fn interrupted(self) -> Self {
        Self {
            journey: self.journey.interrupted(),
            ..self
        }
    }

    /// In one sentence.
    pub fn summary(&self) -> String {
        let journey = &self.journey;
        let [forward, reverse] = journey.barriers();
        let guess = if self.guess { " (a guess)" } else { "" };
        format!(
            "{}{guess}: {}; barrier {forward:.4} forward, {reverse:.4} reverse kcal/mol; {} evaluations, {} more for the proof",
            self.surface,
            journey.connects.as_deref().unwrap_or_else(|| journey.stop.name()),
            journey.evaluations(),
            journey.spent.verification + journey.spent.irc
        )
    }
}
