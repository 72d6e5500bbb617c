//! How patient the hub is with the actions of one destination: settings of the stage that delivers.

use std::time::Duration;

/// The settings of one destination's deliveries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeliverySettings {
    /// How long an action that fails by its own fault is tried before it is given up.
    pub give_up_after: Duration,
    /// What the later actions of a lane do when one of it is given up.
    pub after_dead: AfterDead,
    /// Whose fault it is that several calls in a row fail.
    pub blame: Blame,
}

/// Whose fault it is that several calls in a row fail without a word that says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// The destination's: actions wait until it is back, however long that takes.
    Destination,
    /// Each action's own too: it is given up when its time is over.
    Action,
}

/// What the later actions of a lane do when one of it is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterDead {
    /// They go on without it.
    Continue,
    /// They wait until a person has replayed or dropped it, at most this long.
    Wait(Duration),
}

impl Default for DeliverySettings {
    /// A day, then the lane goes on, and nothing is given up while the destination is down.
    fn default() -> Self {
        Self {
            give_up_after: Duration::from_secs(24 * 60 * 60),
            after_dead: AfterDead::Continue,
            blame: Blame::Destination,
        }
    }
}
