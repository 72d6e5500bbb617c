//! Where new pairs of tokens are kept, before they are used.

use super::{Pending, TokenPair};

/// What a store says when it fails.
pub type StoreError = Box<dyn std::error::Error + Send + Sync>;

/// Keeps the newest pair of tokens.
///
/// A refresh token is dead once it has been used, and nobody can restore a lost one but the person
/// who installed the app (`facts/highlevel.md` 2.2). So a pair is used only after `store` returned,
/// and `store` returns only when the pair is on stable storage.
pub trait TokenStore: Send + Sync {
    /// Keeps `pair` in place of the one before it. The same pair may come more than once.
    ///
    /// # Errors
    /// When the pair is not kept.
    fn store<'a>(&'a self, pair: &'a TokenPair) -> Pending<'a, Result<(), StoreError>>;
}
