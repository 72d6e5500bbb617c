//! The rules, in order of name. A new rule is one file and one line in [`all`].

pub mod log_activity;

use domain::{Action, ConnectionId, Event};
use jiff::Timestamp;

use crate::View;

/// One automation of the hub.
#[derive(Clone, Copy)]
pub struct Rule {
    /// Its name, which is part of the id of every action that it decides.
    pub name: &'static str,
    /// "When …, then …".
    pub sentence: &'static str,
    /// Whether it can act in this hub at all, given where the activity log is kept. While no rule
    /// can, events are passed over unread.
    pub is_on: fn(Option<&ConnectionId>) -> bool,
    /// Whether the event may lead to an action, given where the activity log is kept. It is asked
    /// before anything is looked up: for events that concern no rule, no view is made.
    pub concerns: fn(&Event, Option<&ConnectionId>) -> bool,
    /// The decision.
    pub decide: fn(&Event, &View, Timestamp) -> Vec<Action>,
}

/// Every rule.
#[must_use]
pub fn all() -> [Rule; 1] {
    [log_activity::RULE]
}
