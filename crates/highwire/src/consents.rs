//! Consents of the binary: who takes what consent pages hand back, on the hub and beside it.

use std::sync::Arc;

use connectors::highlevel::connect::{
    Line,
    consent::{App, ConsentDesk, ConsentFailure, Walkins},
};
use domain::{BoxFuture, SecretSealer};
use endpoint::http::HttpTransport;
use highlevel::auth::{Callback, ConsentHost};
use store::Sqlite;
use web::{CALLBACK_PATH, ConsentCallbacks, Settled, Unsettled};

use crate::{
    clock::{self, Timer},
    commands::connect,
    connection as calls,
    failure::Failure,
    settings::Settings,
};

/// The desk that the binary uses.
pub(crate) type Consents = ConsentDesk<Sqlite, HttpTransport, Timer>;

/// Takes what consent pages hand back.
pub(crate) struct HubConsents {
    desk: Consents,
    walkins: Option<Walkins>,
}

/// A desk over this data folder.
pub(crate) fn desk(
    settings: &Settings,
    store: &Sqlite,
    sealer: Arc<dyn SecretSealer>,
) -> Result<Consents, Failure> {
    let connecting = connect::connecting(settings, store, &sealer)?;
    let line = Line { ledger: None, ..calls::line(settings)? };
    Ok(ConsentDesk::new(store.clone(), connecting, (sealer, clock::system()), line))
}

/// A consent that failed, as a command tells it.
pub(crate) fn failed(failure: ConsentFailure) -> Failure {
    let hint = failure.hint();
    Failure::user("connect HighLevel", hint).because(failure)
}

impl HubConsents {
    /// Of a command that waits for one consent: nobody walks in there.
    pub(crate) fn alone(desk: Consents) -> Self {
        Self { desk, walkins: None }
    }

    /// Of the hub, where the settings may say whose the installations from the marketplace are.
    pub(crate) fn of_hub(settings: &Settings, desk: Consents) -> Result<Self, Failure> {
        Ok(Self { desk, walkins: walkins(settings)? })
    }
}

fn walkins(settings: &Settings) -> Result<Option<Walkins>, Failure> {
    let named = &settings.highlevel;
    if named.installs_go_to.is_empty() {
        return Ok(None);
    }
    let hint = "set highlevel.client_id and highlevel.client_secret too, or leave it empty";
    if named.client_id.is_empty() || named.client_secret.is_empty() {
        return Err(Failure::user("use highlevel.installs_go_to: the app is not set", hint));
    }
    let organization = named.installs_go_to.parse().map_err(|source: domain::IdError| {
        Failure::user("use highlevel.installs_go_to", "name an organization").because(source)
    })?;
    let host = ConsentHost::parse(&named.consent_host).map_err(|source| {
        Failure::user("use highlevel.consent_host", "see the line above").because(source)
    })?;
    let public = settings.webhook.public_url.trim_end_matches('/');
    let redirect_url = match (named.redirect_url.is_empty(), public.is_empty()) {
        (false, _) => named.redirect_url.clone(),
        (true, false) => format!("{public}{CALLBACK_PATH}"),
        (true, true) => format!("http://{}{CALLBACK_PATH}", settings.listen),
    };
    let app = App {
        client_id: named.client_id.clone(),
        client_secret: named.client_secret.clone(),
        version_id: Some(named.version_id.clone()).filter(|version| !version.is_empty()),
        host,
        redirect_url,
        scopes: named.scopes.clone(),
    };
    Ok(Some(Walkins { app, organization }))
}

impl ConsentCallbacks for HubConsents {
    fn settle<'a>(&'a self, query: &'a str) -> BoxFuture<'a, Result<Settled, Unsettled>> {
        Box::pin(async move {
            let callback = Callback::parse(query).map_err(|error| {
                let (reason, hint) = error.to_string().split_once("; ").map_or_else(
                    || (error.to_string(), String::new()),
                    |(reason, hint)| (reason.to_owned(), hint.to_owned()),
                );
                Unsettled { reason, hint, is_ours: false }
            })?;
            let id = connect::draw_id().map_err(|failure| ours(&failure))?;
            let walkins = self.walkins.as_ref().map(|walkins| (walkins, id));
            match self.desk.finish(&callback, walkins).await {
                Ok(agreed) => {
                    let tenant = &agreed.connection.tenant;
                    tracing::info!(
                        organization = %tenant.organization,
                        connection = %tenant.connection,
                        renewed = agreed.renewed,
                        "somebody agreed to a connection"
                    );
                    Ok(Settled {
                        account: agreed.account_name.unwrap_or_else(|| "your account".to_owned()),
                        connection: tenant.connection.to_string(),
                        renewed: agreed.renewed,
                        findings: agreed.findings,
                    })
                }
                Err(failure) => Err(unsettled(&failure)),
            }
        })
    }
}

fn unsettled(failure: &ConsentFailure) -> Unsettled {
    let is_ours = failure.is_ours();
    let reason = failure.reason();
    match is_ours {
        true => tracing::error!(reason, "a consent could not be settled"),
        false => tracing::warn!(reason, "a consent ended without a connection"),
    }
    Unsettled { reason, hint: failure.hint().to_owned(), is_ours }
}

fn ours(failure: &Failure) -> Unsettled {
    Unsettled { reason: failure.to_string(), hint: failure.hint().to_owned(), is_ours: true }
}
