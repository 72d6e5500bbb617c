//! The rules, in order of name. A new rule is one file and one line in [`all`].

pub mod log_activity;
pub mod notify_subscribers;
pub mod sync_links;

use std::sync::Arc;

use domain::{Action, ConnectionId, Event, Mapping, Subscription};
use jiff::Timestamp;

use crate::View;

/// Where the hub can act at all. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outlets {
    /// Where the activity log is kept, where there is one.
    pub activity_log: Option<ConnectionId>,
    /// The subscriptions of every organization.
    pub subscriptions: Arc<[Subscription]>,
    /// What is kept equal with what.
    pub mappings: Arc<[Mapping]>,
}

/// One automation of the hub.
#[derive(Clone, Copy)]
pub struct Rule {
    /// Its name, which is part of the id of every action that it decides.
    pub name: &'static str,
    /// "When …, then …".
    pub sentence: &'static str,
    /// Whether it can act in this hub at all. While no rule can, events are passed over unread.
    pub is_on: fn(&Outlets) -> bool,
    /// Whether the event may lead to an action. It is asked before anything is looked up: for events
    /// that concern no rule, no view is made.
    pub concerns: fn(&Event, &Outlets) -> bool,
    /// The decision.
    pub decide: fn(&Event, &View, Timestamp) -> Vec<Action>,
}

/// Every rule.
#[must_use]
pub fn all() -> [Rule; 3] {
    [log_activity::RULE, notify_subscribers::RULE, sync_links::RULE]
}

/// What has to stay in order: the events of one record of an account.
fn lane(event: &Event) -> String {
    match &event.record {
        Some(key) => format!("{}/{key}", event.account.as_deref().unwrap_or_default()),
        None => event.kind.to_string(),
    }
}
