//! Passes between valleys: the search for transition states, the paths that lead over them, the proof that they are what they
//! are said to be, and the way from a reactant to a product over all of them.

pub mod chart;
pub mod climb;
pub mod follow;
pub mod held;
mod loose;
pub mod min_mode;
pub mod modes;
pub mod path;
mod ritz;
pub mod route;
pub mod search;
pub mod torsion;
pub mod transition;
pub mod verify;

pub use chart::{Chart, Curvature, driven};
pub use climb::{Climber, Followed, Guide};
pub use follow::{FollowSettings, Follower, Method};
pub use held::OnManifold;
pub use min_mode::{MinMode, MinModeSettings};
pub use search::{Found, SearchError, find};
pub use transition::{Task, Transition, find_transition};
pub use verify::{Kind, Verified, VerifySettings, verify};
