//! Whether a key may be made: nobody gives what a role cannot have, or more than their own.

use domain::{ConnectionId, Realm, Role, Scopes};

use super::{Principal, ceiling};

/// What a new key shall be.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// What its holder is.
    pub role: Role,
    /// What it may do.
    pub scopes: Scopes,
    /// The connection that it is bound to.
    pub connection: Option<ConnectionId>,
}

/// Why a key is not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unissued {
    /// A key without scopes.
    #[error("a key without scopes may do nothing; give it one with --scope: {0}")]
    Empty(Scopes),
    /// Scopes that no row asks of the role.
    #[error("the role {role} cannot have {beyond}; it can have {ceiling}")]
    Role {
        /// The role.
        role: Role,
        /// What is too much.
        beyond: Scopes,
        /// What it can have.
        ceiling: Scopes,
    },
    /// Scopes that whoever makes the key has not got.
    #[error("a key gives no more than it has: the one that makes this lacks {0}")]
    NotOwn(Scopes),
    /// A key that is bound to one connection makes one that is not.
    #[error("a key that is bound to a connection makes no other key")]
    Bound,
}

/// Whether somebody may make this key, after the table has let them.
///
/// # Errors
/// The first thing that speaks against it.
pub fn may_issue(issuer: &Principal, key: &NewKey) -> Result<(), Unissued> {
    let ceiling = ceiling(key.role);
    if key.scopes.is_empty() {
        return Err(Unissued::Empty(ceiling));
    }
    let beyond = key.scopes.beyond(&ceiling);
    if !beyond.is_empty() {
        return Err(Unissued::Role { role: key.role, beyond, ceiling });
    }
    let beyond = key.scopes.beyond(&issuer.scopes);
    match &issuer.realm {
        Realm::Installation => Ok(()),
        Realm::Connection(_) => Err(Unissued::Bound),
        Realm::Organization(_) if !beyond.is_empty() => Err(Unissued::NotOwn(beyond)),
        Realm::Organization(_) => Ok(()),
    }
}
