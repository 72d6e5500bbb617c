//! Credentials: where the token of a call comes from, and what happens when it expires.

mod callback;
mod consent;
mod form;
mod grant;
mod oauth;
mod pkce;
mod private_token;
#[cfg(test)]
mod tests;
mod token_form;
mod token_pair;
mod token_store;

use std::pin::Pin;

use endpoint::Secret;

pub use self::{
    callback::{Callback, CallbackError, CallbackOutcome},
    consent::{ConsentHost, ConsentPage, UnsafeHost},
    grant::{CodeExchange, Grant, Install, UserType, exchange_code},
    oauth::{OAuth, OAuthApp},
    pkce::Verifier,
    private_token::PrivateToken,
    token_form::TokenForm,
    token_pair::TokenPair,
    token_store::{StoreError, TokenStore},
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

/// Why there is no token for a call.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// HighLevel gave no token. [`Error::kind`] tells a suspended location and a dead refresh token
    /// from a failure that passes.
    #[error("fetch a token: {0}")]
    Fetch(#[source] Box<Error>),
    /// A new pair could not be stored, so it is not used. It is kept, and the next call stores it
    /// again.
    #[error("store a new pair of tokens; repair the store, then repeat the call")]
    Store(#[source] StoreError),
    /// The credentials belong to another tenant.
    #[error("find a token for {0}; connect it, or call on behalf of the tenant that is connected")]
    OtherTenant(Tenant),
}
