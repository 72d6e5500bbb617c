//! The quarantine: events whose vendor is proven and whose owner is not known yet.
//!
//! It stands before the journal, so that nothing downstream has to skip what is nobody's, and what
//! is released takes its place in the journal behind everything that is there.

use std::future::Future;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Appended, Event, StorageError, Tenant};

/// How long an event waits for its owner: an installation can be told days after the first event
/// (`facts/engine.md` 5.1).
pub const QUARANTINE_DAYS: i64 = 7;

/// Why an event waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It was sent for another app than the hub's own.
    OtherApp,
    /// Its account is not connected.
    NotConnected,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 2] = [Self::OtherApp, Self::NotConnected];

    /// The name in stores, metrics and logs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::OtherApp => "other_app",
            Self::NotConnected => "not_connected",
        }
    }
}

/// An event that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The event; it has an account and no tenant.
    pub event: Event,
    /// The app that it was sent for, where it says.
    pub app: Option<String>,
    /// Why it waits.
    pub reason: Reason,
}

/// The events that wait together: they are released together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HeldGroup {
    /// The vendor, by the name of its source.
    pub source: String,
    /// The account.
    pub account: String,
    /// The app that they were sent for, where they say.
    pub app: Option<String>,
}

/// What a list of the quarantine shows of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldSummary {
    /// Which events.
    pub group: HeldGroup,
    /// Why the newest of them waits.
    pub reason: Reason,
    /// How many they are.
    pub events: u64,
    /// The bytes of their bodies all together.
    pub bytes: u64,
    /// When the first came.
    pub first_at: Timestamp,
    /// When the last came.
    pub last_at: Timestamp,
}

/// Keeps events until their owner is known.
pub trait Quarantine {
    /// Keeps an event, once, as durable as the journal does. The place that it is answered with is
    /// one of the quarantine's own.
    fn hold(&self, held: Held) -> impl Future<Output = Result<Appended, StorageError>> + Send;

    /// What waits, by group and in its order.
    fn held(&self) -> impl Future<Output = Result<Vec<HeldSummary>, StorageError>> + Send;

    /// Moves up to `limit` events of a group, the oldest first, to the journal's end as this
    /// tenant's, and returns how many left the quarantine. What the journal has already is dropped.
    fn release(
        &self,
        group: &HeldGroup,
        tenant: &Tenant,
        limit: usize,
    ) -> impl Future<Output = Result<u64, StorageError>> + Send;

    /// Removes up to `limit` events that came before a moment, and returns how many.
    fn expire(
        &self,
        before: Timestamp,
        limit: usize,
    ) -> impl Future<Output = Result<u64, StorageError>> + Send;

    /// Removes up to `limit` events of a group, the oldest first, and returns how many.
    fn discard(
        &self,
        group: &HeldGroup,
        limit: usize,
    ) -> impl Future<Output = Result<u64, StorageError>> + Send;
}
