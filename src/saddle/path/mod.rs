//! Paths between two structures and down from a saddle, and the rates that follow from them.
//!
//! [`mod@interpolate`] draws a path between two structures without knowing any energy; [`chain`] and [`growing`] let it sink to the
//! lowest pass; [`irc`] walks down from a saddle both ways; [`rates`] turns barriers into rate constants.

pub mod align;
pub mod approach;
pub mod chain;
pub mod crew;
pub mod growing;
pub mod image;
pub mod interpolate;
pub mod irc;
pub mod naming;
pub mod order;
pub mod rates;
pub mod spline;
pub mod summit;

pub use chain::{Chain, ChainSettings, ChainStop};
pub use crew::{Crew, Opened};
pub use interpolate::interpolate;
pub use irc::{Irc, IrcSettings};
