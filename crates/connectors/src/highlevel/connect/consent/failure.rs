//! Why a consent ends without a connection, and what to do about it.

use std::error::Error;

use domain::{NoConsent, StorageError};

use crate::NewConnectionError;

/// Why there is no connection. Nothing in it is a secret.
#[derive(Debug, thiserror::Error)]
pub enum ConsentFailure {
    /// The state leads to no open consent.
    #[error(transparent)]
    State(NoConsent),
    /// Nobody asked here, and the settings do not say whose such a connection would be.
    #[error("nobody asked for this connection here")]
    NobodyAsked,
    /// The person or the page refused.
    #[error("the consent page refused: {0}")]
    Refused(String),
    /// HighLevel gave no tokens for the code.
    #[error("HighLevel gave no tokens for the code")]
    Exchange(#[source] Box<highlevel::Error>),
    /// Another account was chosen than the one to be renewed.
    #[error("the connection is for the {wanted}, and the app was installed on the {found}")]
    OtherAccount {
        /// Whose the connection is.
        wanted: String,
        /// Whose the tokens are.
        found: String,
    },
    /// The connection could not be stored.
    #[error("the connection was not stored")]
    Store(#[from] NewConnectionError),
    /// The store failed.
    #[error("the store did not work")]
    Storage(#[from] StorageError),
    /// The master key failed.
    #[error("the vault did not work: {0}")]
    Sealer(String),
    /// What was sealed for the consent is not what a consent seals.
    #[error("what was kept for the consent cannot be read")]
    Unreadable,
}

impl ConsentFailure {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::State(NoConsent::Used) => {
                "look at `highwire connections list`: it may be connected; else begin again with \
                 `highwire connect highlevel`"
            }
            Self::State(NoConsent::Unknown | NoConsent::Expired) => {
                "begin again with `highwire connect highlevel`"
            }
            Self::NobodyAsked => {
                "begin with `highwire connect highlevel`, or set highlevel.installs_go_to to the \
                 organization that installations from the marketplace shall belong to"
            }
            Self::Refused(word) if word == "error.noversionid" => {
                "the app is a draft: give its version with --version-id or highlevel.version_id"
            }
            Self::Refused(_) => "begin again with `highwire connect highlevel`, and agree",
            Self::Exchange(error) => error.hint(),
            Self::OtherAccount { .. } => {
                "choose that account on the consent page, or connect the other without --again"
            }
            Self::Store(_) => "see the line above",
            Self::Storage(_) | Self::Unreadable => {
                "check the disk and the data folder, then begin again"
            }
            Self::Sealer(_) => "mend the master key; `highwire keys status` shows which there are",
        }
    }

    /// Whether the hub itself is at fault, and not who came back.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        matches!(self, Self::Storage(_) | Self::Sealer(_) | Self::Unreadable)
    }

    /// Everything that is known and what to do next, in one line.
    #[must_use]
    pub fn sentence(&self) -> String {
        format!("{}; {}", self.reason(), self.hint())
    }

    /// Everything that is known, in one line.
    #[must_use]
    pub fn reason(&self) -> String {
        let mut text = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            let said = error.to_string();
            if !text.contains(&said) {
                text.push_str(": ");
                text.push_str(&said);
            }
            cause = error.source();
        }
        text
    }
}
