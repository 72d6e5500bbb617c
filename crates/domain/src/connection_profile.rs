//! A connection's profile: how the hub reaches the vendor through it, and how it stands.

use std::{collections::BTreeMap, fmt, future::Future, str::FromStr};

use jiff::Timestamp;

use crate::{OrganizationId, StorageError, Tenant};

/// How a connection proves itself to its vendor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Access {
    /// A token that a person made for it, such as HighLevel's private integration token.
    PrivateToken,
    /// A pair of tokens that is refreshed.
    OAuth,
    /// An API key.
    ApiKey,
    /// The token of a person's browser. It opens one list of addresses, and nothing else.
    Browser,
    /// Nothing: the vendor asks for nothing, such as a model on the same machine.
    Open,
}

impl Access {
    /// Every way, in the order of the enum.
    pub const ALL: [Self; 5] =
        [Self::PrivateToken, Self::OAuth, Self::ApiKey, Self::Browser, Self::Open];

    /// The name in stores, commands and replies.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::PrivateToken => "private_token",
            Self::OAuth => "oauth",
            Self::ApiKey => "api_key",
            Self::Browser => "browser",
            Self::Open => "open",
        }
    }
}

impl fmt::Display for Access {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A text that names no way of access.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "what was given is no way of access; choose private_token, oauth, api_key, browser or open"
)]
pub struct UnknownAccess;

impl FromStr for Access {
    type Err = UnknownAccess;

    fn from_str(text: &str) -> Result<Self, UnknownAccess> {
        Self::ALL.into_iter().find(|access| access.name() == text).ok_or(UnknownAccess)
    }
}

/// Whether calls can be made through a connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// They can.
    #[default]
    Ready,
    /// They cannot until a person agrees again: its tokens are lost, and nobody else can bring them
    /// back.
    NeedsConsent {
        /// Since when.
        since: Timestamp,
        /// Why, in a sentence without secrets.
        reason: String,
    },
}

impl Standing {
    /// The name in replies and lists.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::NeedsConsent { .. } => "needs_consent",
        }
    }
}

/// How the hub reaches a vendor through a connection, and what it found there. Nothing in it is a
/// secret: those are [`Credentials`](crate::Credentials).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionProfile {
    /// Which connection.
    pub tenant: Tenant,
    /// How it proves itself.
    pub access: Access,
    /// The address of the vendor's API, without a slash at its end; none is the vendor's own.
    pub url: Option<String>,
    /// What else a call needs, by one of the names below.
    pub settings: BTreeMap<String, String>,
    /// What the vendor calls the account.
    pub account_name: Option<String>,
    /// The vendor's scopes that were given, in order; empty where the vendor does not tell.
    pub scopes: Vec<String>,
    /// How it stands.
    pub standing: Standing,
    /// When any of this was last stored.
    pub revised_at: Timestamp,
}

impl ConnectionProfile {
    /// The app's id at the vendor.
    pub const CLIENT_ID: &'static str = "client_id";
    /// The version of an app that is not published yet.
    pub const VERSION_ID: &'static str = "version_id";
    /// Where the vendor's consent page sends people back to.
    pub const REDIRECT_URL: &'static str = "redirect_url";
    /// The host of the consent page.
    pub const CONSENT_HOST: &'static str = "consent_host";
    /// The vendor's id of the agency.
    pub const COMPANY_ID: &'static str = "company_id";
    /// The vendor's id of the location.
    pub const LOCATION_ID: &'static str = "location_id";
    /// What an app was installed on: `location`, `bulk` or `agency`.
    pub const INSTALL: &'static str = "install";
    /// The name in front of the vendor's domain.
    pub const SUBDOMAIN: &'static str = "subdomain";
    /// The model to ask.
    pub const MODEL: &'static str = "model";
    /// The address under which people know the vendor's application.
    pub const WHITE_LABEL_HOST: &'static str = "white_label_host";

    /// The setting with this name, where it is there and not empty.
    #[must_use]
    pub fn setting(&self, name: &str) -> Option<&str> {
        self.settings.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

/// Keeps the profiles of connections. A profile goes with its connection, and each change of one
/// counts in the [`Revision`](crate::Revision).
pub trait Profiles {
    /// Stores a profile in place of the one of its connection; false, and nothing changed, where
    /// there is no such connection.
    fn put_profile(
        &self,
        profile: ConnectionProfile,
    ) -> impl Future<Output = Result<bool, StorageError>> + Send;

    /// The profile of a connection.
    fn profile(
        &self,
        tenant: &Tenant,
    ) -> impl Future<Output = Result<Option<ConnectionProfile>, StorageError>> + Send;

    /// The profiles of an organization, or of all, in order of their connections.
    fn profiles(
        &self,
        organization: Option<&OrganizationId>,
    ) -> impl Future<Output = Result<Vec<ConnectionProfile>, StorageError>> + Send;

    /// Says how a connection stands; whether that was something new.
    fn set_standing(
        &self,
        tenant: &Tenant,
        standing: Standing,
        now: Timestamp,
    ) -> impl Future<Output = Result<bool, StorageError>> + Send;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_access_survives_its_text_form() {
        for access in Access::ALL {
            assert_eq!(access.name().parse(), Ok(access));
        }
        let refused = "pit-pasted".parse::<Access>().unwrap_err().to_string();
        assert!(refused.contains("oauth") && !refused.contains("pasted"), "{refused}");
    }
}
