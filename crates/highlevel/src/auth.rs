//! Credentials: where the token of a call comes from, and what happens when it expires.

mod callback;
mod consent;
mod form;
mod grant;
mod location_tokens;
mod oauth;
mod pair_source;
mod pkce;
mod private_token;
mod rest;
#[cfg(test)]
mod tests;
mod token_form;
mod token_pair;
mod token_store;

use std::{pin::Pin, sync::Arc};

use endpoint::{Retry, Secret};

pub(crate) use self::location_tokens::Exchange;
pub use self::{
    callback::{Callback, CallbackError, CallbackOutcome},
    consent::{ConsentHost, ConsentPage, UnsafeHost},
    grant::{CodeExchange, Grant, Install, UserType, exchange_code},
    oauth::{Installed, OAuth, OAuthApp},
    pkce::Verifier,
    private_token::PrivateToken,
    token_form::TokenForm,
    token_pair::TokenPair,
    token_store::{StoreError, StoredPair, TURN, TokenEvent, TokenStore, Turn},
};
use crate::{Error, Tenant};

/// What a [`TokenSource`] or a [`TokenStore`] promises to give. Boxed, so that clients are of one
/// type whatever their credentials are.
pub type Pending<'a, V> = Pin<Box<dyn Future<Output = V> + Send + 'a>>;

/// Gives access tokens.
pub trait TokenSource: Send + Sync {
    /// The token for a call on behalf of `tenant`.
    ///
    /// # Errors
    /// When there is none and none can be fetched.
    fn access<'a>(&'a self, tenant: &'a Tenant) -> Pending<'a, Result<Secret, TokenError>>;

    /// Another token in place of `refused`, of which HighLevel said that it has expired; none where
    /// there cannot be one. Many calls may ask for the same: one of them fetches it.
    ///
    /// # Errors
    /// When another token could not be fetched.
    fn renew<'a>(
        &'a self,
        tenant: &'a Tenant,
        refused: &'a Secret,
    ) -> Pending<'a, Result<Option<Secret>, TokenError>>;
}

/// Why there is no token for a call. Callers that wait for the same token share what failed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum TokenError {
    /// HighLevel gave no token. [`Error::kind`] tells a suspended location from a failure that
    /// passes.
    #[error("fetch a token: {0}")]
    Fetch(#[source] Arc<Error>),
    /// HighLevel will not refresh the tokens any more: the refresh token was used, is too old, or
    /// was revoked. Nothing but a new consent helps.
    #[error(
        "the tokens can no longer be refreshed; let the person who installed the app connect it again"
    )]
    NeedsConsent(#[source] Arc<Error>),
    /// The tokens were removed.
    #[error("there are no tokens any more; connect the app again")]
    Disconnected,
    /// The tokens could not be read, or a new pair could not be stored, so it is not used. It is
    /// kept, and the next call stores it again.
    #[error("keep the pair of tokens; repair the store, then repeat the call")]
    Store(#[source] Arc<dyn std::error::Error + Send + Sync>),
    /// Another process refreshes the tokens, and has not stored new ones for half a minute.
    #[error("wait for another process to refresh the tokens; repeat the call")]
    Busy,
    /// The credentials belong to another tenant.
    #[error("find a token for {0}; connect it, or call on behalf of the tenant that is connected")]
    OtherTenant(Tenant),
}

impl TokenError {
    /// When the same may be tried again.
    #[must_use]
    pub fn retry(&self) -> Retry {
        match self {
            Self::Fetch(error) => error.retry(),
            Self::Store(_) | Self::Busy => Retry::Backoff,
            Self::NeedsConsent(_) | Self::Disconnected | Self::OtherTenant(_) => Retry::Never,
        }
    }
}
