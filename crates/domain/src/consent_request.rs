//! A consent that was asked for: whoever agrees comes back with its state, once, and within its time.

use std::{collections::BTreeMap, future::Future};

use jiff::{SignedDuration, Timestamp};

use crate::{Actor, ConnectionId, Finding, KeyHash, SealedContent, StorageError, Tenant};

/// How long somebody has to agree.
pub const CONSENT_LIFETIME: SignedDuration = SignedDuration::from_mins(15);

/// How long a consent that has ended can be looked up, so that whoever waits for it learns the end.
pub const CONSENT_MEMORY: SignedDuration = SignedDuration::from_hours(24);

/// A consent that was asked for. Its state, which leads back to it, is a secret and not here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentRequest {
    /// The SHA-256 of the state.
    pub state_hash: KeyHash,
    /// The connection to be made or renewed.
    pub tenant: Tenant,
    /// Whether the connection is there and is to be renewed, with the same account.
    pub renews: bool,
    /// The vendor, by the name of its source.
    pub vendor: String,
    /// What the connection is called.
    pub name: String,
    /// The address of the vendor's API; none is the vendor's own.
    pub url: Option<String>,
    /// What of the app is no secret, by the names of the profile's settings.
    pub app: BTreeMap<String, String>,
    /// What the exchange of the code needs and is a secret, sealed for the connection to be made.
    pub secrets: SealedContent,
    /// Who asked.
    pub actor: Actor,
    /// When.
    pub made_at: Timestamp,
    /// When it is too late.
    pub ends_at: Timestamp,
    /// What became of it.
    pub outcome: ConsentOutcome,
}

/// What became of a consent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ConsentOutcome {
    /// Nobody came back yet.
    #[default]
    Open,
    /// Somebody came back, and the hub is at it.
    Taken,
    /// A connection is there: the one that was to be made, or the one that the account has already.
    Connected {
        /// Which one, of the same organization.
        connection: ConnectionId,
        /// What a look at it showed.
        findings: Vec<Finding>,
    },
    /// There is no connection, for this reason: a sentence without secrets.
    Failed(String),
}

impl ConsentOutcome {
    /// The name in stores and replies.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Taken => "taken",
            Self::Connected { .. } => "connected",
            Self::Failed(_) => "failed",
        }
    }
}

/// Why a state leads to no consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoConsent {
    /// Nobody asked with it.
    #[error("this hub did not ask for that consent")]
    Unknown,
    /// Somebody came back with it before.
    #[error("that consent was used already")]
    Used,
    /// It is too late.
    #[error("that consent was asked for too long ago")]
    Expired,
}

impl NoConsent {
    /// The name in stores and metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Used => "used",
            Self::Expired => "expired",
        }
    }
}

/// Keeps the consents that were asked for.
pub trait Consents {
    /// Keeps a consent, and forgets those that ended [`CONSENT_MEMORY`] before it was made.
    fn add_consent(
        &self,
        request: ConsentRequest,
    ) -> impl Future<Output = Result<(), StorageError>> + Send;

    /// Hands out the open consent with this state, to one caller and once: it is taken from then on.
    fn take_consent(
        &self,
        state: &KeyHash,
        now: Timestamp,
    ) -> impl Future<Output = Result<Result<ConsentRequest, NoConsent>, StorageError>> + Send;

    /// Notes what became of a consent that is open or taken; whether it was.
    fn end_consent(
        &self,
        state: &KeyHash,
        outcome: ConsentOutcome,
    ) -> impl Future<Output = Result<bool, StorageError>> + Send;

    /// The consent with this state, whatever became of it.
    fn consent(
        &self,
        state: &KeyHash,
    ) -> impl Future<Output = Result<Option<ConsentRequest>, StorageError>> + Send;
}
