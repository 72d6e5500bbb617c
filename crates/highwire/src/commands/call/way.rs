//! The way of a call: with the token of the settings, or through a stored connection.

use std::sync::Arc;

use connectors::highlevel::HighLevel;
use domain::{Actor, ConnectionProfile, Connections as _, Profiles as _, Tenant};
use highlevel::LocationId;
use store::Sqlite;

use crate::{
    broker,
    connection::{self, HighLevelClient},
    failure::Failure,
    master_keys,
    sealer::Sealer,
    settings::Settings,
};

/// How a call reaches HighLevel.
pub(super) struct Way<'a> {
    settings: &'a Settings,
    stored: Option<Stored>,
}

/// A stored connection.
struct Stored {
    store: Sqlite,
    tenant: Tenant,
    profile: ConnectionProfile,
}

impl<'a> Way<'a> {
    /// The way by the settings, or through the connection with this id or name.
    ///
    /// # Errors
    /// Where there is no such connection, or more than one.
    pub(super) async fn find(
        settings: &'a Settings,
        connection: Option<&str>,
    ) -> Result<Self, Failure> {
        let stored = match connection.map(str::trim) {
            None => None,
            Some(named) => Some(Stored::find(settings, named).await?),
        };
        Ok(Self { settings, stored })
    }

    /// The location that calls are for; none where nothing names one.
    pub(super) fn location(&self) -> Option<&str> {
        match &self.stored {
            Some(stored) => stored.profile.setting(ConnectionProfile::LOCATION_ID),
            None => connection::location(&self.settings.highlevel),
        }
    }

    /// The company that calls are for; none where nothing names one.
    pub(super) fn company(&self) -> Option<&str> {
        match &self.stored {
            Some(stored) => stored.profile.setting(ConnectionProfile::COMPANY_ID),
            None => connection::company(&self.settings.highlevel),
        }
    }

    /// The id of the stored connection, where it is one.
    pub(super) fn connection(&self) -> Option<&str> {
        self.stored.as_ref().map(|stored| stored.tenant.connection.as_str())
    }

    /// The address of the API.
    ///
    /// # Errors
    /// Where a token would leave the machine unprotected.
    pub(super) fn url(&self) -> Result<&str, Failure> {
        let Some(stored) = &self.stored else { return connection::url(&self.settings.highlevel) };
        let url = stored.profile.url.as_deref().unwrap_or(VENDOR);
        Ok(connectors::highlevel::base_url(url)
            .map_err(connectors::highlevel::BrokerError::from)?)
    }

    /// Whether there is a token to call with.
    pub(super) fn has_token(&self) -> bool {
        self.stored.is_some() || !self.settings.highlevel.token.is_empty()
    }

    /// The client for a location, or for the account of the settings or the connection.
    ///
    /// # Errors
    /// Where there is no token although the call needs one, or it cannot be used.
    pub(super) async fn client(
        &self,
        location: Option<&str>,
        needs_token: bool,
    ) -> Result<HighLevelClient, Failure> {
        let Some(stored) = &self.stored else {
            let tenant = connection::tenant(&self.settings.highlevel, location);
            return connection::client(self.settings, tenant, needs_token);
        };
        let keyring = master_keys::open(self.settings, &stored.store).await?;
        let sealer = Arc::new(Sealer::new(keyring));
        let broker = broker::open(self.settings, &stored.store, sealer, Actor::Installation)?;
        let account = location.map(|location| LocationId::new(location).into());
        Ok(broker.client(&stored.tenant, account.as_ref()).await?)
    }
}

/// Where HighLevel is, for a connection that names no other address.
const VENDOR: &str = "https://services.leadconnectorhq.com";

impl Stored {
    async fn find(settings: &Settings, named: &str) -> Result<Self, Failure> {
        let store = Sqlite::open_beside(&settings.data_dir)?;
        let mut found = store.listing().await?.connections;
        found.retain(|one| {
            one.vendor == HighLevel::NAME
                && (one.name == named || one.tenant.connection.as_str() == named)
        });
        let hint = "`highwire connections list` shows those that are there";
        let tenant = match found.as_slice() {
            [one] => one.tenant.clone(),
            [] => {
                let attempted = "find the connection to HighLevel that --connection names";
                return Err(Failure::user(attempted, hint));
            }
            _ => {
                let attempted = "choose a connection: several have this name";
                return Err(Failure::user(attempted, "give its id to --connection"));
            }
        };
        match store.profile(&tenant).await? {
            Some(profile) => Ok(Self { store, tenant, profile }),
            None => {
                let attempted =
                    "call through the connection: it has no token, and only takes events";
                Err(Failure::user(attempted, "give it one with `highwire connect highlevel`"))
            }
        }
    }
}
