//! A subscription: a webhook of the user's own application, which is told of events.

mod kind_filter;

use std::future::Future;

use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

pub use self::kind_filter::{KindFilter, KindPattern, UnknownKind};
use crate::{
    Actor, BoxFuture, ConnectionId, CredentialKey, Dropped, Event, EventKind, OrganizationId,
    StorageError, SubscriptionId, Tenant,
};

/// How long the former secret signs beside the new one, in hours.
pub const ROTATION_HOURS: i64 = 24;

/// Who is told of which events, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Its id.
    pub id: SubscriptionId,
    /// Whose it is.
    pub organization: OrganizationId,
    /// The one connection whose events it is told of; none where it is told of all connections.
    pub connection: Option<ConnectionId>,
    /// What it is for, in its owner's words.
    pub name: String,
    /// Where notifications are posted to.
    pub url: String,
    /// Which kinds of event it is told of.
    pub kinds: KindFilter,
    /// Whether it is told of them now.
    pub state: SubscriptionState,
    /// Which versions of its secret sign.
    pub secret: SecretVersions,
    /// Since when every attempt has failed; none while the last one was taken.
    pub failing_since: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// How often its owner or the hub has changed it, from 1. [`Self::failing_since`] does not count.
    pub revision: u64,
}

/// Whether a subscription is told of events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum SubscriptionState {
    /// It is told of each as it comes.
    Active,
    /// Nothing is sent, by its owner's word; what comes waits in order.
    Paused {
        /// Since when.
        since: Timestamp,
    },
    /// Nothing is sent and nothing waits, until its owner resumes it.
    Disabled {
        /// Since when.
        since: Timestamp,
        /// Why, in a sentence for its owner.
        reason: String,
    },
}

impl SubscriptionState {
    /// The name in stores and lists.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused { .. } => "paused",
            Self::Disabled { .. } => "disabled",
        }
    }
}

/// Which versions of a subscription's secret sign. Each is a credential of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecretVersions {
    /// The newest: 1, and after a rotation a number that no other rotation has.
    pub current: u32,
    /// The one before it, while it still signs.
    pub former: Option<FormerSecret>,
}

/// A secret that was replaced and still signs for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormerSecret {
    /// Its version.
    pub version: u32,
    /// Until when it signs.
    pub until: Timestamp,
}

impl SecretVersions {
    /// The versions of a new subscription.
    pub const FIRST: Self = Self { current: 1, former: None };

    /// The versions after a rotation to `next` at `now`. Two rotations at once have different numbers,
    /// so that neither overwrites the other's secret.
    #[must_use]
    pub fn rotated(self, next: u32, now: Timestamp) -> Self {
        let until = now + SignedDuration::from_hours(ROTATION_HOURS);
        let former = FormerSecret { version: self.current, until };
        Self { current: next, former: Some(former) }
    }

    /// Those that sign at `now`, the newest first.
    pub fn signing(self, now: Timestamp) -> impl Iterator<Item = u32> {
        let former = self.former.filter(|former| now < former.until);
        std::iter::once(self.current).chain(former.map(|former| former.version))
    }
}

/// How long the hub bears with a receiver that takes nothing, or an owner who pauses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forbearance(pub SignedDuration);

impl Subscription {
    /// Its place among the destinations of actions.
    #[must_use]
    pub fn destination(&self) -> ConnectionId {
        self.id.destination()
    }

    /// Its place among the credentials.
    #[must_use]
    pub fn secret_key(&self, version: u32) -> CredentialKey {
        let (organization, connection) = (self.organization.clone(), self.id.destination());
        let tenant = Tenant { organization, connection };
        CredentialKey { tenant, kind: format!("{}_{version}", CredentialKey::SIGNING_SECRET) }
    }

    /// Whether it is to be told of this event. What comes while it is paused waits for it.
    #[must_use]
    pub fn wants(&self, event: &Event) -> bool {
        let is_ours = |tenant: &Tenant| {
            tenant.organization == self.organization
                && self.connection.as_ref().is_none_or(|bound| *bound == tenant.connection)
        };
        let is_on = !matches!(self.state, SubscriptionState::Disabled { .. });
        is_on && event.tenant.as_ref().is_some_and(is_ours) && self.hears(event.kind)
    }

    /// Whether this kind is one of those that it is told of.
    #[must_use]
    pub fn hears(&self, kind: EventKind) -> bool {
        self.kinds.holds(kind)
    }

    /// Why it has to be disabled at `now`, where it has.
    #[must_use]
    pub fn is_worn_out(&self, now: Timestamp, forbearance: Forbearance) -> Option<String> {
        let hours = forbearance.0.as_hours();
        let is_over = |since: Timestamp| now.duration_since(since) >= forbearance.0;
        match (&self.state, self.failing_since) {
            (SubscriptionState::Active, Some(since)) if is_over(since) => Some(format!(
                "every attempt has failed for {hours} hours; correct the receiver, then resume"
            )),
            (SubscriptionState::Paused { since }, _) if is_over(*since) => {
                Some(format!("it was paused for {hours} hours; resume when the receiver is ready"))
            }
            _ => None,
        }
    }

    /// The same, disabled.
    #[must_use]
    pub fn disabled(self, since: Timestamp, reason: String) -> Self {
        self.changed_to(SubscriptionState::Disabled { since, reason })
    }

    /// The same in another state, as its next revision. What failed before a resumption is forgotten.
    #[must_use]
    pub fn changed_to(self, state: SubscriptionState) -> Self {
        let failing_since = match state {
            SubscriptionState::Active => None,
            _ => self.failing_since,
        };
        Self { state, failing_since, revision: self.revision + 1, ..self }
    }
}

/// What a subscription needs beyond the store: somebody who judges its address and makes its secrets.
pub trait SubscriptionNotary: Send + Sync {
    /// Whether notifications may be posted there.
    ///
    /// # Errors
    /// A sentence that says why not, and what to do.
    fn judge(&self, url: &str) -> Result<(), String>;

    /// Random bytes, of which ids are made.
    ///
    /// # Errors
    /// A sentence where there are none.
    fn draw(&self) -> Result<[u8; 16], String>;

    /// Makes a secret, keeps it sealed in this place, and gives it in clear, this once.
    ///
    /// # Errors
    /// A sentence where it cannot be kept.
    fn issue<'a>(
        &'a self,
        key: &'a CredentialKey,
        actor: &'a Actor,
    ) -> BoxFuture<'a, Result<SecretString, String>>;

    /// Takes a secret away.
    ///
    /// # Errors
    /// A sentence where the store fails.
    fn withdraw<'a>(
        &'a self,
        key: &'a CredentialKey,
        actor: &'a Actor,
    ) -> BoxFuture<'a, Result<(), String>>;
}

/// Keeps subscriptions. Their changes count in [`crate::Revision`].
pub trait Subscriptions {
    /// Stores a subscription in place of the revision before its own; a new one has revision 1.
    /// False, and nothing is stored, where somebody else changed it first or its organization is not
    /// there.
    fn put_subscription(
        &self,
        subscription: Subscription,
    ) -> impl Future<Output = Result<bool, StorageError>> + Send;

    /// The subscription with this id.
    fn subscription(
        &self,
        id: &SubscriptionId,
    ) -> impl Future<Output = Result<Option<Subscription>, StorageError>> + Send;

    /// The subscriptions of an organization, or of every one, the oldest first.
    fn subscriptions(
        &self,
        organization: Option<&OrganizationId>,
    ) -> impl Future<Output = Result<Vec<Subscription>, StorageError>> + Send;

    /// Removes a subscription with its secrets and its replay; whether there was one. Its open
    /// notifications are marked as dropped.
    fn remove_subscription(
        &self,
        id: &SubscriptionId,
        dropped: Dropped,
    ) -> impl Future<Output = Result<bool, StorageError>> + Send;

    /// Notes whether attempts fail: the first failure in a row counts, and none ends the row.
    fn note_failing(
        &self,
        id: &SubscriptionId,
        since: Option<Timestamp>,
    ) -> impl Future<Output = Result<(), StorageError>> + Send;

    /// The active subscriptions that have a notification which may be due, in order of their ids.
    fn due_subscriptions(
        &self,
        now: Timestamp,
    ) -> impl Future<Output = Result<Vec<SubscriptionId>, StorageError>> + Send;
}

#[cfg(all(test, feature = "contract"))]
mod tests {
    use super::*;
    use crate::contract::sample::{at, event, subscription};

    #[test]
    fn a_subscription_hears_of_its_own_and_of_what_it_asked_for() {
        let all = subscription("alpha", 1);
        assert!(all.wants(&event(1)));
        assert!(!subscription("beta", 1).wants(&event(1)));
        let bound = |connection: &str| Subscription {
            connection: Some(ConnectionId::new(connection)),
            ..all.clone()
        };
        assert!(bound("alpha-highlevel").wants(&event(1)));
        assert!(!bound("alpha-notion").wants(&event(1)));
        let asking = |kinds: &str| Subscription { kinds: kinds.parse().unwrap(), ..all.clone() };
        assert!(asking("contact.*").wants(&event(1)));
        assert!(!asking("contact.updated opportunity.*").wants(&event(1)));
        let since = at(1);
        assert!(all.clone().changed_to(SubscriptionState::Paused { since }).wants(&event(1)));
        assert!(!all.disabled(since, "gone".to_owned()).wants(&event(1)));
    }

    #[test]
    fn a_former_secret_signs_for_a_day() {
        let versions = SecretVersions::FIRST.rotated(2, at(0));
        let signing = |seconds: i64| versions.signing(at(seconds)).collect::<Vec<_>>();
        assert_eq!(
            (signing(0), signing(86_399), signing(86_400)),
            (vec![2, 1], vec![2, 1], vec![2])
        );
        assert_eq!(versions.rotated(3, at(9)).signing(at(9)).collect::<Vec<_>>(), [3, 2]);
    }

    #[test]
    fn what_fails_or_rests_for_too_long_is_worn_out() {
        let days = Forbearance(SignedDuration::from_hours(120));
        let failing = Subscription { failing_since: Some(at(0)), ..subscription("alpha", 1) };
        assert_eq!(failing.is_worn_out(at(431_999), days), None);
        assert!(failing.is_worn_out(at(432_000), days).is_some());
        let paused =
            subscription("alpha", 1).changed_to(SubscriptionState::Paused { since: at(0) });
        assert_eq!(paused.is_worn_out(at(431_999), days), None);
        assert!(paused.is_worn_out(at(432_000), days).is_some());
        let resumed = failing.changed_to(SubscriptionState::Active);
        assert_eq!(resumed.is_worn_out(at(999_999), days), None);
    }
}
