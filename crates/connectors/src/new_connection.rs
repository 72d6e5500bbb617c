//! A connection in the making: stored with its credentials and accounts as a whole, or not at all.

use std::sync::Arc;

use domain::{
    Account, AccountKey, Actor, Clock, Connection, ConnectionProfile, CredentialKey, Finding,
    NewAudit, Outcome, Storage, StorageError, Tenant, Verdict,
};
use endpoint::Secret;
use jiff::Timestamp;

use crate::{Safe, SafeError};

/// Everything of a connection before it is stored. It has no `Debug`: it holds credentials.
pub struct NewConnection {
    /// Whose it is, and of which vendor.
    pub connection: Connection,
    /// How the vendor is reached.
    pub profile: ConnectionProfile,
    /// The credentials by their kinds.
    pub credentials: Vec<(&'static str, Secret)>,
    /// The accounts whose events are the connection's.
    pub accounts: Vec<AccountKey>,
    /// What a look at the vendor showed.
    pub findings: Vec<Finding>,
}

impl NewConnection {
    /// Whether the look at the vendor showed nothing that would keep calls from working.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.findings.iter().all(|finding| finding.verdict != Verdict::Bad)
    }
}

/// Why a connection was not stored.
#[derive(Debug, thiserror::Error)]
pub enum NewConnectionError {
    /// Another connection has the account.
    #[error(
        "the account {account} belongs to the connection {owner}; disconnect it there, or renew that \
         connection with --again"
    )]
    Taken {
        /// The vendor's id of the account.
        account: String,
        /// The connection that has it; none where it is another organization's.
        owner: OwnerName,
    },
    /// The settings name the account.
    #[error("the settings name the account {0}, and count more; take it out there first")]
    InSettings(String),
    /// The organization has a connection with this name.
    #[error("a connection is called that already; choose another name with --name")]
    NameTaken,
    /// The organization is not there.
    #[error("there is no such organization; `highwire organizations list` shows those that are")]
    NoOrganization,
    /// A credential could not be put away.
    #[error(transparent)]
    Safe(#[from] SafeError),
    /// The store failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// The connection that has an account, as whoever asks may know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnerName {
    /// One of the same organization.
    Own(String),
    /// Another organization's, which is nobody's business.
    Others,
}

impl std::fmt::Display for OwnerName {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Own(name) => formatter.write_str(name),
            Self::Others => formatter.write_str("of another organization"),
        }
    }
}

/// Stores connections. Cheap to clone.
#[derive(Clone)]
pub struct Connecting<S> {
    store: S,
    safe: Safe<S>,
    clock: Arc<dyn Clock>,
    /// The accounts that the settings name.
    described: Arc<[Account]>,
}

impl<S: Storage> Connecting<S> {
    /// Stores connections in this store; the settings name these accounts already.
    #[must_use]
    pub fn new(store: S, safe: Safe<S>, clock: Arc<dyn Clock>, described: Vec<Account>) -> Self {
        Self { store, safe, clock, described: described.into() }
    }

    /// Where its credentials are.
    #[must_use]
    pub fn safe(&self) -> &Safe<S> {
        &self.safe
    }

    /// The present moment.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Whether a connection could be added now: its name and its accounts are nobody's else.
    ///
    /// # Errors
    /// Why not.
    pub async fn check(&self, new: &NewConnection) -> Result<(), NewConnectionError> {
        let tenant = &new.connection.tenant;
        if self.store.organization(&tenant.organization).await?.is_none() {
            return Err(NewConnectionError::NoOrganization);
        }
        let listing = self.store.listing().await?;
        let is_namesake = |one: &&Connection| {
            one.tenant.organization == tenant.organization
                && one.name == new.connection.name
                && one.tenant != *tenant
        };
        if listing.connections.iter().any(|one| is_namesake(&one)) {
            return Err(NewConnectionError::NameTaken);
        }
        for key in &new.accounts {
            if self.described.iter().any(|one| one.key == *key && one.tenant != *tenant) {
                return Err(NewConnectionError::InSettings(key.id.clone()));
            }
            let owner = listing.accounts.iter().find(|one| one.key == *key);
            if let Some(owner) = owner.filter(|owner| owner.tenant != *tenant) {
                return Err(taken(key, owner, tenant));
            }
        }
        Ok(())
    }

    /// Stores a new connection. Where a part cannot be stored, nothing of it stays.
    ///
    /// # Errors
    /// Why it is not stored.
    pub async fn add(&self, new: &NewConnection, actor: &Actor) -> Result<(), NewConnectionError> {
        self.check(new).await?;
        self.store.put_connection(new.connection.clone()).await?;
        let stored = self.put(new, actor).await;
        if stored.is_err() {
            // Whoever tries again finds the name free, and no half of a connection.
            self.store.remove_connection(&new.connection.tenant).await?;
        }
        stored?;
        self.note(new, actor, "connection.added").await
    }

    /// Stores the credentials and the profile of a connection in place of those that it has.
    ///
    /// # Errors
    /// Why they are not stored.
    pub async fn renew(
        &self,
        new: &NewConnection,
        actor: &Actor,
    ) -> Result<(), NewConnectionError> {
        self.check(new).await?;
        self.put(new, actor).await?;
        self.note(new, actor, "connection.renewed").await
    }

    /// Gives an account to a connection; false where another one has it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn connect(&self, tenant: &Tenant, key: AccountKey) -> Result<bool, StorageError> {
        if self.described.iter().any(|one| one.key == key) {
            return Ok(false);
        }
        let account = Account { key, tenant: tenant.clone(), connected_at: self.clock.now() };
        self.store.connect_account(account).await
    }

    /// Credentials first: a pair of tokens that is lost cannot be had again.
    async fn put(&self, new: &NewConnection, actor: &Actor) -> Result<(), NewConnectionError> {
        let tenant = &new.connection.tenant;
        for (kind, secret) in &new.credentials {
            self.safe.put(&CredentialKey::new(tenant, kind), secret, actor).await?;
        }
        self.store.put_profile(new.profile.clone()).await?;
        for key in &new.accounts {
            if !self.connect(tenant, key.clone()).await? {
                let listing = self.store.listing().await?;
                let owner = listing.accounts.iter().find(|one| one.key == *key);
                return Err(match owner.filter(|owner| owner.tenant != *tenant) {
                    Some(owner) => taken(key, owner, tenant),
                    None => NewConnectionError::InSettings(key.id.clone()),
                });
            }
        }
        Ok(())
    }

    async fn note(
        &self,
        new: &NewConnection,
        actor: &Actor,
        act: &str,
    ) -> Result<(), NewConnectionError> {
        let noted = NewAudit {
            at: self.clock.now(),
            organization: Some(new.connection.tenant.organization.clone()),
            connection: Some(new.connection.tenant.connection.clone()),
            actor: actor.clone(),
            act: act.to_owned(),
            outcome: Outcome::Done,
            subject: Some(new.connection.vendor.clone()),
            detail: Some(format!("{} with {} accounts", new.profile.access, new.accounts.len())),
        };
        Ok(self.store.note_audit(vec![noted]).await?)
    }
}

fn taken(key: &AccountKey, owner: &Account, asker: &Tenant) -> NewConnectionError {
    let owner = match owner.tenant.organization == asker.organization {
        true => OwnerName::Own(owner.tenant.connection.to_string()),
        false => OwnerName::Others,
    };
    NewConnectionError::Taken { account: key.id.clone(), owner }
}
