//! The broker of this process: clients of HighLevel for every connection, and a loop that keeps their tokens fresh.

use std::{sync::Arc, time::Duration};

use aws_lc_rs::rand;
use connectors::{
    Safe,
    highlevel::{Broker, BrokerParts, Configured, TOKEN_CALL_TIMEOUT, Tended},
};
use domain::{Actor, SecretSealer};
use endpoint::http::{self, HttpTransport};
use store::{Sqlite, SqliteBudgets};
use tokio::time::MissedTickBehavior;

use crate::{
    clock::{self, Timer},
    connection, doors,
    failure::Failure,
    settings::Settings,
};

/// The broker of the binary.
pub(crate) type HighLevelBroker = Broker<Sqlite, HttpTransport, Timer>;

/// How often a hub looks whether tokens are due.
const LOOK: Duration = Duration::from_secs(60);

/// The gauge of connections that make no calls until a person agrees again.
const NEED_CONSENT: &str = "highwire_connections_needing_consent";

/// A broker over this store, which opens credentials in the name of `actor`. Nothing is sent.
///
/// # Errors
/// Where the budgets of the data folder cannot be opened, or HTTPS cannot be used.
pub(crate) fn open(
    settings: &Settings,
    store: &Sqlite,
    sealer: Arc<dyn SecretSealer>,
    actor: Actor,
) -> Result<HighLevelBroker, Failure> {
    let budgets = SqliteBudgets::open(&settings.data_dir).map_err(|source| {
        Failure::user("open the shared budgets", "name another folder with --data-dir")
            .because(source)
    })?;
    Ok(Broker::new(BrokerParts {
        store: store.clone(),
        safe: Safe::new(store.clone(), sealer, clock::system()),
        budgets,
        transport: transport(http::Settings::default())?,
        token_transport: transport(http::Settings {
            call_timeout: TOKEN_CALL_TIMEOUT,
            ..http::Settings::default()
        })?,
        timer: Timer,
        actor,
        process: process_name()?,
        jitter_seed: u64::from(std::process::id()),
        configured: configured(settings),
    }))
}

/// Keeps the tokens of all connections fresh for as long as it is polled.
pub(crate) async fn tend(broker: HighLevelBroker) {
    let mut look = tokio::time::interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        look.tick().await;
        match broker.tend().await {
            Ok(tended) => count(tended),
            Err(error) => tracing::warn!(%error, "tokens are not looked after; it is tried again"),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "nobody has 2^52 connections")]
fn count(tended: Tended) {
    metrics::gauge!(NEED_CONSENT).set(tended.need_consent as f64);
}

/// The private token of the settings, as a connection; none where there is no token.
fn configured(settings: &Settings) -> Option<Configured> {
    let highlevel = &settings.highlevel;
    if highlevel.token.is_empty() {
        return None;
    }
    let is_named =
        connection::location(highlevel).is_some() || connection::company(highlevel).is_some();
    Some(Configured {
        tenant: doors::tenant(doors::HIGHLEVEL),
        url: highlevel.url.clone(),
        token: highlevel.token.clone(),
        account: is_named.then(|| connection::tenant(highlevel, None)),
    })
}

fn transport(settings: http::Settings) -> Result<HttpTransport, Failure> {
    HttpTransport::new(settings)
        .map_err(|source| Failure::user("prepare HTTPS", "see the line above").because(source))
}

/// A name that no other process has: the number of one that ended is given again.
pub(crate) fn process_name() -> Result<String, Failure> {
    let mut random = [0_u8; 8];
    let failed = |_| Failure::user("draw random bytes", "try again; the system has none to give");
    rand::fill(&mut random).map_err(failed)?;
    Ok(format!("{:016x}", u64::from_be_bytes(random)))
}
