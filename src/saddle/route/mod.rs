//! The way from a reactant to a product: both are minimized, a chain is let down between them, its top is walked to a saddle, the saddle
//! is proven and followed down both its sides, and what lies there is compared with what was asked for. Where a side is a minimum between
//! the two, the way goes on from there over another pass.
//!
//! All that this needs of a molecule's surface is a [`Landscape`]. [`Search`] looks for the way, [`Journey`] is what comes of it, and
//! [`rates()`] are those over its highest pass.

pub mod bonds;
mod chain;
pub mod course;
pub mod crossing;
pub mod error;
pub mod journey;
pub mod landscape;
pub mod rates;
pub mod search;
pub mod sides;
pub mod stationary;
pub mod valley;

pub use course::{Attempt, ChainAttempt, Course, Log, Note, Spent, Unfinished};
pub use crossing::Crossing;
pub use error::RouteError;
pub use journey::{Journey, Kind, RouteStop};
pub use landscape::{Bonding, Landscape};
pub use rates::{Direction, Rate, RateSettings, rates};
pub use search::{Hints, Search};
pub use sides::{Likeness, Sides, both_sides, likeness_of};
pub use stationary::Stationary;
pub use valley::Valley;
