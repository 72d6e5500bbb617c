//! A private integration token: static, made by a person, for one location or one company.

use endpoint::Secret;

use super::{Pending, TokenError, TokenForm, TokenSource};
use crate::Tenant;

/// A private integration token (`facts/highlevel.md` 2.1).
///
/// It does not expire by itself, so there is nothing to renew. It belongs to one tenant: HighLevel
/// refuses it for any other ([`crate::Kind::WrongTenant`], [`crate::Kind::WrongTokenClass`]).
#[derive(Clone, Debug)]
pub struct PrivateToken(Secret);

impl PrivateToken {
    /// Takes the token; white space around it is dropped.
    #[must_use]
    pub fn new(token: &str) -> Self {
        Self(Secret::new(token))
    }

    /// Whether it looks like a private integration token: `pit-` and a UUID. What does not may be
    /// a key of the first API, which is retired, or an access token, which expires in a day
    /// ([`TokenForm`]).
    #[must_use]
    pub fn is_well_formed(&self) -> bool {
        TokenForm::of(&self.0) == TokenForm::PrivateToken
    }
}

impl TokenSource for PrivateToken {
    fn access<'a>(&'a self, _tenant: &'a Tenant) -> Pending<'a, Result<Secret, TokenError>> {
        Box::pin(std::future::ready(Ok(self.0.clone())))
    }

    fn renew<'a>(
        &'a self,
        _tenant: &'a Tenant,
        _refused: &'a Secret,
    ) -> Pending<'a, Result<Option<Secret>, TokenError>> {
        Box::pin(std::future::ready(Ok(None)))
    }
}
