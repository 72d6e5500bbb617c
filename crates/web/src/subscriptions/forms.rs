//! What requests about subscriptions say, and what they are answered with.

use domain::{
    ActionId, ConnectionId, EventId, KindFilter, OrganizationId, Subscription, SubscriptionId,
    SubscriptionState,
};
use engine::subscriptions::LONGEST_NAME;
use jiff::Timestamp;
use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::deliveries::DeliveryId;
use crate::api::formats::{
    ConnectionIdText, DeliveryIdText, EventIdText, KindText, OrganizationIdText,
    SubscriptionIdText, Text,
};

/// A new subscription.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "NewSubscription")]
#[serde(deny_unknown_fields)]
pub(crate) struct New {
    /// Where messages are posted to: a public address with https.
    pub(super) url: Text<2048>,
    /// What it is for.
    pub(super) name: Option<Text<LONGEST_NAME>>,
    /// The kinds of event: `contact.created`, `contact.*`, or `*` for all, which is what leaving it
    /// out means.
    #[serde(default)]
    #[schemars(with = "Option<Vec<KindText>>")]
    pub(super) kinds: Option<KindFilter>,
    /// The one connection whose events it is told of; left out for all.
    #[schemars(with = "Option<ConnectionIdText>")]
    pub(super) connection: Option<ConnectionId>,
    /// Whose it is; left out for the caller's own organization.
    #[schemars(with = "Option<OrganizationIdText>")]
    pub(super) organization: Option<OrganizationId>,
}

/// What is changed of a subscription.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "SubscriptionChange")]
#[serde(deny_unknown_fields)]
pub(crate) struct Change {
    /// Where messages are posted to.
    pub(super) url: Option<Text<2048>>,
    /// What it is for.
    pub(super) name: Option<Text<LONGEST_NAME>>,
    /// The kinds of event.
    #[serde(default)]
    #[schemars(with = "Option<Vec<KindText>>")]
    pub(super) kinds: Option<KindFilter>,
    /// `active` or `paused`.
    pub(super) state: Option<Wished>,
}

/// A state that an owner can choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[schemars(rename = "SubscriptionWish")]
#[serde(rename_all = "snake_case")]
pub(crate) enum Wished {
    /// Send.
    Active,
    /// Wait.
    Paused,
}

/// What is told again: one of these.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "NewReplay")]
#[serde(deny_unknown_fields)]
pub(crate) struct NewReplay {
    /// What came at this time or later.
    pub(super) since: Option<Timestamp>,
    /// One event.
    #[schemars(with = "Option<EventIdText>")]
    pub(super) event: Option<EventId>,
    /// Single deliveries, up to 200.
    #[schemars(with = "Option<Vec<DeliveryIdText>>", length(min = 1, max = 200))]
    pub(super) deliveries: Option<Vec<DeliveryId>>,
    /// `true`: all that were given up.
    pub(super) dead: Option<bool>,
}

/// A subscription.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Subscription")]
pub(crate) struct Shown {
    /// Its id.
    #[schemars(with = "SubscriptionIdText")]
    pub(super) id: SubscriptionId,
    /// Whose it is.
    #[schemars(with = "OrganizationIdText")]
    pub(super) organization: OrganizationId,
    /// The one connection that it is told of; null for all.
    #[schemars(with = "Option<ConnectionIdText>")]
    pub(super) connection: Option<ConnectionId>,
    /// What it is for.
    pub(super) name: String,
    /// Where messages are posted to.
    pub(super) url: String,
    /// The kinds of event that it is told of.
    #[schemars(with = "Vec<KindText>")]
    pub(super) kinds: KindFilter,
    /// `active`, `paused` or `disabled`.
    pub(super) state: &'static str,
    /// Since when it is paused or disabled; null while it is active.
    pub(super) state_since: Option<Timestamp>,
    /// Why the hub disabled it.
    pub(super) disabled_reason: Option<String>,
    /// Since when every attempt has failed; null while the last one was taken.
    pub(super) failing_since: Option<Timestamp>,
    /// Until when the secret before the present one signs too.
    pub(super) former_secret_until: Option<Timestamp>,
    /// When it was made.
    pub(super) created_at: Timestamp,
    /// How often it was changed, from 1.
    pub(super) revision: u64,
}

/// Subscriptions.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SubscriptionList")]
pub(crate) struct List {
    /// The oldest first.
    pub(super) subscriptions: Vec<Shown>,
}

/// A subscription with its secret.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SubscriptionWithSecret")]
pub(crate) struct WithSecret {
    /// The subscription.
    pub(super) subscription: Shown,
    /// What messages are verified with: `whsec_` and base64. It is not shown again.
    pub(super) secret: String,
}

/// A test that is on its way.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SubscriptionTest")]
pub(crate) struct Tested {
    /// The delivery.
    #[schemars(with = "DeliveryIdText")]
    pub(super) delivery: ActionId,
}

/// A replay that has begun.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Replay")]
pub(crate) struct Replayed {
    /// How many deliveries are due again; null where the journal is looked through in the background.
    pub(super) deliveries: Option<usize>,
}

pub(super) fn shown(one: Subscription) -> Shown {
    let name = one.state.name();
    let (state_since, disabled_reason) = match one.state {
        SubscriptionState::Active => (None, None),
        SubscriptionState::Paused { since } => (Some(since), None),
        SubscriptionState::Disabled { since, reason } => (Some(since), Some(reason)),
    };
    Shown {
        id: one.id,
        organization: one.organization,
        connection: one.connection,
        name: one.name,
        url: one.url,
        kinds: one.kinds,
        state: name,
        state_since,
        disabled_reason,
        failing_since: one.failing_since,
        former_secret_until: one.secret.former.map(|former| former.until),
        created_at: one.created_at,
        revision: one.revision,
    }
}

pub(super) fn with_secret((one, secret): (Subscription, SecretString)) -> WithSecret {
    WithSecret { subscription: shown(one), secret: secret.expose_secret().to_owned() }
}
