//! `highwire connect highlevel`: a person agrees in a browser, and the hub or this command takes the answer.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use connectors::highlevel::{
    HighLevel,
    connect::consent::{App, Asked, Begun, RANDOM},
};
use domain::{
    ConnectionProfile, Connections, ConsentOutcome, Consents, CredentialKey, Finding, Profiles,
    Tenant,
};
use endpoint::Secret;
use highlevel::auth::ConsentHost;
use jiff::SignedDuration;
use serde_json::json;
use store::Sqlite;
use web::{CALLBACK_PATH, Limits, Listener, Metrics, Server};

use super::{Aim, Desk, draw, given};
use crate::{
    cli, clock,
    commands::StopSignals,
    consents::{self, HubConsents},
    failure::Failure,
    printer,
};

/// How often the command looks whether somebody agreed.
const LOOK: Duration = Duration::from_millis(250);

/// How much longer whoever came back in time may take.
const LAST_STEPS: SignedDuration = SignedDuration::from_mins(2);

/// Who takes the answer of the consent page.
enum Catcher {
    /// The hub that runs on the data folder.
    Hub,
    /// This command, at this address.
    Own(SocketAddr),
}

/// Prints the address to open, waits until somebody agreed there, and says what was found.
pub(super) async fn ask(desk: &Desk<'_>, flags: &cli::ConnectHighLevel) -> Result<(), Failure> {
    let aim = desk.aim(&flags.target, HighLevel::NAME).await?;
    let catcher = catcher(desk, flags)?;
    let app = app(desk, flags, &aim, &catcher).await?;
    let consents = consents::desk(desk.settings, &desk.store, Arc::clone(&desk.sealer))?;
    let server = match &catcher {
        Catcher::Hub => None,
        Catcher::Own(address) => {
            Some(listen(*address, HubConsents::alone(consents.clone())).await?)
        }
    };
    let asked = Asked {
        tenant: aim.connection.tenant.clone(),
        name: aim.connection.name.clone(),
        renews: aim.known.is_some(),
        actor: desk.actor.name(),
    };
    let begun = consents.begin(&app, asked, draw::<RANDOM>()?).await.map_err(consents::failed)?;
    announce(desk, &app, &begun);
    let mut signals = StopSignals::listen()?;
    let ended = tokio::select! {
        ended = wait(desk, &begun) => ended,
        () = signals.next() => Err(Failure::user(
            "wait for somebody to agree: it was stopped",
            "begin again with `highwire connect highlevel`",
        )),
    };
    if let Some(server) = server {
        server.stop().await;
    }
    ended
}

/// Who takes the answer: the flag decides, and otherwise whether a hub runs.
fn catcher(desk: &Desk<'_>, flags: &cli::ConnectHighLevel) -> Result<Catcher, Failure> {
    let address = match flags.listen {
        None if Sqlite::is_held(&desk.settings.data_dir) => return Ok(Catcher::Hub),
        None => desk.settings.listen,
        Some(address) => address,
    };
    match address.ip().is_loopback() {
        true => Ok(Catcher::Own(address)),
        // The code would pass the network in clear.
        false => Err(Failure::user(
            format!("wait for the consent page's answer at {address}: it is open to the network"),
            "start the hub, or give --listen an address of this machine, with a proxy with TLS in front \
             and its address as --redirect-url",
        )),
    }
}

/// The app, of flags, settings, and what the connection to be renewed has.
async fn app(
    desk: &Desk<'_>,
    flags: &cli::ConnectHighLevel,
    aim: &Aim,
    catcher: &Catcher,
) -> Result<App, Failure> {
    let named = &desk.settings.highlevel;
    let known = |name: &str| aim.known.as_ref().and_then(|profile| profile.setting(name));
    let one = |flag: &Option<String>, name: &str, setting: &str| {
        let own = [flag.as_deref(), known(name), Some(setting)];
        own.into_iter().flatten().map(str::trim).find(|text| !text.is_empty()).map(str::to_owned)
    };
    let client_id = one(&flags.client_id, ConnectionProfile::CLIENT_ID, &named.client_id);
    let client_id = client_id.ok_or_else(|| {
        Failure::user(
            "connect HighLevel: neither a token nor an app is given",
            "give a private integration token with --token -, or set highlevel.client_id and \
             highlevel.client_secret to those of your marketplace app",
        )
    })?;
    let host = one(&flags.consent_host, ConnectionProfile::CONSENT_HOST, &named.consent_host);
    let host = ConsentHost::parse(host.as_deref().unwrap_or("standard")).map_err(|source| {
        Failure::user("find the consent page", "see the line above").because(source)
    })?;
    let own = own_address(desk, catcher);
    let redirect = one(&flags.redirect_url, ConnectionProfile::REDIRECT_URL, &named.redirect_url);
    Ok(App {
        client_secret: client_secret(desk, flags, aim).await?,
        client_id,
        version_id: one(&flags.version_id, ConnectionProfile::VERSION_ID, &named.version_id),
        host,
        redirect_url: redirect.unwrap_or(own),
        scopes: named.scopes.clone(),
    })
}

async fn client_secret(
    desk: &Desk<'_>,
    flags: &cli::ConnectHighLevel,
    aim: &Aim,
) -> Result<Secret, Failure> {
    if let Some(secret) = &flags.client_secret {
        return given::read(secret, "--client-secret");
    }
    if !desk.settings.highlevel.client_secret.is_empty() {
        return Ok(desk.settings.highlevel.client_secret.clone());
    }
    let key = CredentialKey::new(&aim.connection.tenant, CredentialKey::APP_SECRET);
    let opened = match aim.known.is_some() {
        true => desk.connecting.safe().open(&key, &desk.actor.name()).await,
        false => Ok(None),
    };
    let opened = opened.map_err(|source| {
        let hint = "give it with --client-secret -; `highwire keys status` shows the master keys";
        Failure::user("open the stored client secret", hint).because(source)
    })?;
    opened.ok_or_else(|| {
        Failure::user(
            "connect HighLevel: the secret of your app is not given",
            "give it with --client-secret -, or set highlevel.client_secret",
        )
    })
}

/// Where the answer would come in, if nobody registered another address with the app.
fn own_address(desk: &Desk<'_>, catcher: &Catcher) -> String {
    let public = desk.settings.webhook.public_url.trim_end_matches('/');
    match catcher {
        Catcher::Own(address) => format!("http://{address}{CALLBACK_PATH}"),
        Catcher::Hub if public.is_empty() => {
            format!("http://{}{CALLBACK_PATH}", desk.settings.listen)
        }
        Catcher::Hub => format!("{public}{CALLBACK_PATH}"),
    }
}

async fn listen(address: SocketAddr, consents: HubConsents) -> Result<Server, Failure> {
    let listener = Listener::bind(address).await.map_err(|source| {
        let hint = "stop what uses the address, or choose another with --listen";
        Failure::user(format!("listen on {address}"), hint).because(source)
    })?;
    let mut server = Server::start(web::Settings {
        listener,
        limits: Limits::default(),
        administrator: None,
        metrics: Metrics::install(),
        clock: clock::system(),
    });
    server.open_for_consents(Arc::new(consents));
    Ok(server)
}

fn announce(desk: &Desk<'_>, app: &App, begun: &Begun) {
    if desk.json {
        let told = json!({
            "open": begun.url.expose(),
            "until": begun.ends_at,
            "redirect_url": app.redirect_url,
        });
        printer::data(told.to_string());
        return;
    }
    printer::talk("Open this address in a browser, log in to HighLevel, and choose the account:\n");
    printer::data(begun.url.expose());
    printer::talk(format!(
        "\nIt leads back to {}, which your app must have registered.\nWaiting until {:.0}; Ctrl-C \
         gives up.\n",
        app.redirect_url, begun.ends_at
    ));
}

/// Waits until the consent has ended, and says how.
async fn wait(desk: &Desk<'_>, begun: &Begun) -> Result<(), Failure> {
    loop {
        let request = desk.store.consent(&begun.state_hash).await?;
        let Some(request) = request else {
            let hint = "begin again with `highwire connect highlevel`";
            return Err(Failure::user("find the consent: it was removed", hint));
        };
        match request.outcome {
            ConsentOutcome::Open if clock::now() < begun.ends_at => {}
            ConsentOutcome::Taken if clock::now() < begun.ends_at + LAST_STEPS => {}
            ConsentOutcome::Open | ConsentOutcome::Taken => {
                let hint = "begin again with `highwire connect highlevel`";
                return Err(Failure::user("wait for somebody to agree: nobody did in time", hint));
            }
            ConsentOutcome::Failed(reason) => {
                let hint = "begin again with `highwire connect highlevel`";
                return Err(Failure::user("connect HighLevel", hint).with_details([reason]));
            }
            ConsentOutcome::Connected { connection, findings } => {
                let tenant = Tenant { connection, ..request.tenant };
                return tell(desk, &tenant, request.renews, &findings).await;
            }
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Says what is connected: the connection as it stands in the store by now.
async fn tell(
    desk: &Desk<'_>,
    tenant: &Tenant,
    renews: bool,
    findings: &[Finding],
) -> Result<(), Failure> {
    let listing = desk.store.listing().await?;
    let found = listing.connections.into_iter().find(|one| one.tenant == *tenant);
    let connection = found.ok_or_else(|| {
        let hint = "begin again with `highwire connect highlevel`";
        Failure::user("find the connection: it was removed meanwhile", hint)
    })?;
    let profile = desk.store.profile(tenant).await?;
    let account = profile.and_then(|profile| profile.account_name);
    desk.tell(&connection, account.as_deref(), renews, findings);
    Ok(())
}
