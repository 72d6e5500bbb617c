//! Connects HighLevel: with a token that a person made, or with what a person granted the app.

pub mod consent;
mod granted;
mod installs;
mod private_token;

use std::{collections::BTreeMap, sync::Arc};

use domain::{AccountKey, ConnectionProfile};
use endpoint::{Secret, Timer, Transport};
use highlevel::{Client, Settings, Tenant, auth::PrivateToken, ledger::CallLedger};

pub use self::{
    installs::{Installed, Installs, InstallsError},
    private_token::{GivenToken, TokenProblem, with_private_token},
};
use super::HighLevel;

/// How calls reach HighLevel before there is a connection to call through.
#[derive(Clone)]
pub struct Line<T, C> {
    /// Carries them.
    pub transport: T,
    /// Paces them.
    pub timer: C,
    /// The address of the API; none is HighLevel's own.
    pub url: Option<String>,
    /// Counts them with those of everybody else.
    pub ledger: Option<Arc<dyn CallLedger>>,
}

impl<T: Transport + Clone, C: Timer + Clone> Line<T, C> {
    /// The address of the API.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.url.clone().unwrap_or_else(|| Settings::default().base_url)
    }

    /// A client with a token that is good for now, as a look at a new connection needs it.
    pub fn client(&self, token: &Secret, tenant: Tenant) -> Client<T, C> {
        let settings = Settings {
            base_url: self.base_url(),
            ledger: self.ledger.clone(),
            ..Settings::default()
        };
        let tokens = Arc::new(PrivateToken::new(token.expose()));
        Client::new(self.transport.clone(), self.timer.clone(), tokens, tenant, settings)
    }
}

/// The profile's settings that say whose account it is.
fn whose(location: Option<&str>, company: Option<&str>) -> BTreeMap<String, String> {
    let named =
        [(ConnectionProfile::LOCATION_ID, location), (ConnectionProfile::COMPANY_ID, company)];
    let given = named.into_iter().filter_map(|(name, id)| Some((name.to_owned(), id?.to_owned())));
    given.collect()
}

fn account(id: &str) -> AccountKey {
    AccountKey::new(HighLevel::NAME, id)
}
