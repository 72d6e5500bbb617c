//! The audit: who did what with keys, tokens and other people's data, in order, without any of it.

use std::{fmt, future::Future, str::FromStr};

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use crate::{ApiKeyId, ConnectionId, OrganizationId, Realm, StorageError, TokenHolderId};

/// The place of an entry in the audit: 1, 2, 3 …
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct AuditId(pub u64);

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Actor {
    /// The hub by itself.
    Hub,
    /// The owner of the installation.
    Installation,
    /// The holder of an API key.
    Key(ApiKeyId),
    /// The holder of a token that an authorization server gave out.
    Token(TokenHolderId),
}

impl fmt::Display for Actor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hub => formatter.write_str("hub"),
            Self::Installation => formatter.write_str("installation"),
            Self::Key(id) => id.fmt(formatter),
            Self::Token(id) => id.fmt(formatter),
        }
    }
}

impl Serialize for Actor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A text that is no actor.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "what was given is nobody who acts; give `hub`, `installation`, or the id of an API key or \
         of a token's holder"
)]
pub struct UnknownActor;

impl FromStr for Actor {
    type Err = UnknownActor;

    fn from_str(text: &str) -> Result<Self, UnknownActor> {
        match text {
            "hub" => Ok(Self::Hub),
            "installation" => Ok(Self::Installation),
            key if key.starts_with("key_") => Ok(Self::Key(ApiKeyId::new(key))),
            holder if holder.starts_with("tok_") => Ok(Self::Token(TokenHolderId::new(holder))),
            _ => Err(UnknownActor),
        }
    }
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was done.
    Done,
    /// Somebody may not.
    Refused,
    /// It was tried and failed.
    Failed,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 3] = [Self::Done, Self::Refused, Self::Failed];

    /// The name in stores and replies.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

/// A text that is no outcome.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what was given is no outcome; choose done, refused or failed")]
pub struct UnknownOutcome;

impl FromStr for Outcome {
    type Err = UnknownOutcome;

    fn from_str(text: &str) -> Result<Self, UnknownOutcome> {
        Self::ALL.into_iter().find(|outcome| outcome.name() == text).ok_or(UnknownOutcome)
    }
}

/// What is to be noted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NewAudit {
    /// When it happened.
    pub at: Timestamp,
    /// Whose it was; none where it was the installation's.
    pub organization: Option<OrganizationId>,
    /// Through which connection, where it was one.
    pub connection: Option<ConnectionId>,
    /// Who did it.
    pub actor: Actor,
    /// What, as `noun.verb`, such as `token.refreshed`.
    pub act: String,
    /// How it ended.
    pub outcome: Outcome,
    /// What it was done to: an id or a kind, no person's data and no secret.
    pub subject: Option<String>,
    /// What else a reader wants to know, in a sentence without secrets.
    pub detail: Option<String>,
}

/// What was noted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditEntry {
    /// Its place.
    pub id: AuditId,
    /// What was noted.
    #[serde(flatten)]
    pub noted: NewAudit,
}

/// Keeps the audit. Nothing of it is ever changed.
pub trait Audit {
    /// Adds entries at the end, in this order.
    fn note_audit(
        &self,
        entries: Vec<NewAudit>,
    ) -> impl Future<Output = Result<(), StorageError>> + Send;

    /// The newest entries of a realm whose act begins with `acts`, at most `limit`, the newest
    /// first, from the first older than `before`.
    fn audit(
        &self,
        realm: &Realm,
        acts: &str,
        before: Option<AuditId>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<AuditEntry>, StorageError>> + Send;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_who_acts_survives_the_text_form() {
        let holder = Actor::Token(TokenHolderId::of("https://issuer.test", "someone"));
        for actor in [Actor::Hub, Actor::Installation, Actor::Key(ApiKeyId::new("key_1")), holder] {
            assert_eq!(actor.to_string().parse(), Ok(actor));
        }
        assert_eq!("hwk_1_secret".parse::<Actor>(), Err(UnknownActor));
        for outcome in Outcome::ALL {
            assert_eq!(outcome.name().parse(), Ok(outcome));
        }
    }
}
