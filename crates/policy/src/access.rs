//! Who may do what: one table of every route and command, and the decision over a row of it.
//!
//! The table is the only place that gives a right. What a role may hold at most follows from it, so
//! the two cannot disagree.

mod issue;
mod table;

use std::fmt;

use domain::{ApiKey, Realm, Role, Scope, Scopes};

pub use self::{
    issue::{NewKey, Unissued, may_issue},
    table::{ANY, ANY_METHODS, TABLE, command, route, tools},
};

/// Where somebody comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Surface {
    /// An HTTP route: its method, and its path with `{…}` for what varies. GET stands for HEAD too,
    /// and [`ANY`] for each of [`ANY_METHODS`].
    Route(&'static str, &'static str),
    /// A command, by its words: `events list`.
    Command(&'static str),
    /// The tools of assistants that may do this at worst: `write`, `send`, `delete`, `money`. Those
    /// that only read need what their route needs.
    Tools(&'static str),
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// What it is about.
    pub surface: Surface,
    /// What somebody needs for it.
    pub need: Need,
}

/// What somebody needs.
#[derive(Clone, Copy, Debug)]
pub enum Need {
    /// Nothing, for this reason.
    Nothing(&'static str),
    /// The vendor proves itself by its signature, which the door checks; where a door takes keys
    /// too, this is what such a key needs.
    Vendor(Grant),
    /// A key that counts, whatever its role and scopes.
    AnyKey,
    /// A role and a scope.
    Grant(Grant),
    /// One of two grants: which of them counts follows from what is asked for, and the handler finds
    /// that out.
    Either([Grant; 2]),
    /// A role and a scope where the network can reach the hub; nothing on the machine itself.
    GrantOnNetwork(Grant),
    /// To be the owner of the installation, which no key is: whoever can open the data folder.
    /// For this reason.
    Installation(&'static str),
}

/// A role, a scope and a breadth, all three of which somebody must have.
#[derive(Clone, Copy, Debug)]
pub struct Grant {
    /// One of these roles.
    pub roles: &'static [Role],
    /// This scope.
    pub scope: Scope,
    /// At least this much in sight.
    pub breadth: Breadth,
}

/// How much somebody sees, from little to much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Breadth {
    /// One connection of an organization.
    Connection,
    /// One organization.
    Organization,
}

/// Whether the network can reach the hub.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exposure {
    /// Only programs of the same machine can.
    Loopback,
    /// Others can.
    Network,
}

/// Somebody who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// What it sees.
    pub realm: Realm,
    /// What it is.
    pub role: Role,
    /// What it may do.
    pub scopes: Scopes,
}

impl Principal {
    /// The owner of the installation: whoever can open the data folder.
    #[must_use]
    pub fn installation() -> Self {
        Self { realm: Realm::Installation, role: Role::Owner, scopes: Scope::ALL.into() }
    }

    /// The holder of a key, which the caller has found to count.
    #[must_use]
    pub fn of_key(key: &ApiKey) -> Self {
        Self { realm: key.realm(), role: key.role, scopes: key.scopes.clone() }
    }
}

/// Why somebody may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    /// Nobody knows who it is.
    Unknown,
    /// Its role is none of these.
    Role(&'static [Role]),
    /// It lacks this scope.
    Scope(Scope),
    /// It is bound to one connection, and this is about the organization.
    Bound,
    /// It is a key, and this is for the owner of the installation.
    Installation,
}

impl Denial {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Unknown => "send an API key that counts as `Authorization: Bearer hwk_…` or as \
                              `X-API-Key: hwk_…`; `highwire api-keys create` makes one"
                .to_owned(),
            Self::Role(roles) => format!("use a key of a role that may: {}", names(roles)),
            Self::Scope(scope) => {
                format!("use a key with it; `highwire api-keys create --scope {scope}` makes one")
            }
            Self::Bound => {
                "use a key of the organization that is bound to no connection".to_owned()
            }
            Self::Installation => {
                "ask who runs the installation, or leave out the key if that is you".to_owned()
            }
        }
    }
}

impl fmt::Display for Denial {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => formatter.write_str("there is no API key with it that counts"),
            Self::Role(_) => formatter.write_str("the key's role may not do this"),
            Self::Scope(scope) => write!(formatter, "the key lacks the scope {scope}"),
            Self::Bound => formatter.write_str("the key is bound to one connection"),
            Self::Installation => {
                formatter.write_str("no key may do this, only the owner of the installation")
            }
        }
    }
}

/// Whether somebody may; none stands for who has proved nothing.
///
/// # Errors
/// The first thing that is missing.
pub fn decide(
    need: &Need,
    principal: Option<&Principal>,
    exposure: Exposure,
) -> Result<(), Denial> {
    let known = || principal.ok_or(Denial::Unknown);
    match (need, exposure) {
        // What a vendor signs is checked at its door.
        (Need::Nothing(_) | Need::Vendor(_), _) | (Need::GrantOnNetwork(_), Exposure::Loopback) => {
            Ok(())
        }
        (Need::AnyKey, _) => known().map(|_| ()),
        (Need::Grant(grant), _) | (Need::GrantOnNetwork(grant), Exposure::Network) => {
            grant.permits(known()?)
        }
        (Need::Either([one, other]), _) => {
            let principal = known()?;
            other.permits(principal).or_else(|_| one.permits(principal))
        }
        (Need::Installation(_), _) => match known()?.realm {
            Realm::Installation => Ok(()),
            Realm::Organization(_) | Realm::Connection(_) => Err(Denial::Installation),
        },
    }
}

impl Need {
    /// The grant that it may ask for.
    #[must_use]
    pub fn grant(&self) -> Option<&Grant> {
        match self {
            Self::Vendor(grant) | Self::Grant(grant) | Self::GrantOnNetwork(grant) => Some(grant),
            Self::Nothing(_) | Self::AnyKey | Self::Either(_) | Self::Installation(_) => None,
        }
    }

    /// Every grant that it may ask for.
    pub fn grants(&self) -> impl Iterator<Item = &Grant> {
        let either = match self {
            Self::Either(either) => either.as_slice(),
            _ => &[],
        };
        self.grant().into_iter().chain(either)
    }
}

impl Grant {
    /// Whether somebody has all three.
    ///
    /// # Errors
    /// The first that is missing.
    pub fn permits(&self, principal: &Principal) -> Result<(), Denial> {
        if !self.roles.contains(&principal.role) {
            return Err(Denial::Role(self.roles));
        }
        if !principal.scopes.contains(self.scope) {
            return Err(Denial::Scope(self.scope));
        }
        match (self.breadth, &principal.realm) {
            (Breadth::Organization, Realm::Connection(_)) => Err(Denial::Bound),
            _ => Ok(()),
        }
    }
}

/// Everything that somebody of this role can be allowed: the scopes that rows ask of it.
#[must_use]
pub fn ceiling(role: Role) -> Scopes {
    let grants = TABLE.iter().flat_map(|row| row.need.grants());
    grants.filter(|grant| grant.roles.contains(&role)).map(|grant| grant.scope).collect()
}

fn names(roles: &[Role]) -> String {
    roles.iter().map(|role| role.name()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
