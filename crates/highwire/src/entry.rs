//! How a hub comes to its socket and its data folder: alone, by a service manager, or from the hub
//! before it.
//!
//! Alone it opens the data folder first: where another hub runs, that is what has to be said. A
//! successor listens first, and waits for the data folder while connections wait for it.

use std::{io::ErrorKind, os::fd::OwnedFd, sync::Arc, time::Duration};

use domain::Clock;
use store::{OpenError, Sqlite};
use tokio::time::Instant;
use web::{Limits, Listener, Metrics, Server};

use crate::{failure::Failure, hand_over::Predecessor, master_keys, settings::Settings};

/// How long the hub before may take to let go of the data folder: longer than it ever takes to stop.
const PATIENCE: Duration = Duration::from_secs(15);

/// How often a successor tries the data folder: this long the doors stay shut at most after it is free.
const LOOK: Duration = Duration::from_millis(5);

/// Where the hub's socket comes from.
pub(crate) enum Entry {
    /// It makes its own, and nobody else may run.
    Alone,
    /// It makes its own, after a hub that is ending and offers nothing any more.
    After,
    /// A service manager made it.
    Inherited(OwnedFd),
    /// A running hub hands it over, and the data folder with it.
    TakeOver(Predecessor),
}

/// Opens the data folder, and a server whose doors are still shut.
pub(crate) async fn open(
    settings: &Settings,
    entry: Entry,
    clock: &Arc<dyn Clock>,
) -> Result<(Server, Sqlite), Failure> {
    match entry {
        Entry::Alone => {
            let store = Sqlite::open(&settings.data_dir, Arc::clone(clock))?;
            Ok((serve(settings, bind(settings).await?, clock)?, store))
        }
        Entry::After => {
            let store = open_when_free(settings, clock).await?;
            Ok((serve(settings, bind_when_free(settings).await?, clock)?, store))
        }
        Entry::Inherited(socket) => {
            let store = Sqlite::open(&settings.data_dir, Arc::clone(clock))?;
            let listener = Listener::inherit(socket).map_err(unusable)?;
            Ok((serve(settings, listener, clock)?, store))
        }
        Entry::TakeOver(predecessor) => take_over(settings, predecessor, clock).await,
    }
}

async fn take_over(
    settings: &Settings,
    predecessor: Predecessor,
    clock: &Arc<dyn Clock>,
) -> Result<(Server, Sqlite), Failure> {
    // What would end this start is found before the running hub is told to go.
    master_keys::open_for_hub(settings, &Sqlite::open_to_read(&settings.data_dir)?).await?;
    let listener = Listener::take_over(predecessor.socket()?).map_err(unusable)?;
    let wanted = settings.listen;
    let listener = match wanted.port() == 0 || wanted == listener.address() {
        true => listener,
        false => {
            let former = listener.address();
            tracing::warn!(%former, %wanted, "the address changes: nobody listens on the former one");
            bind(settings).await?
        }
    };
    let server = serve(settings, listener, clock)?;
    predecessor.release().await?;
    let store = open_when_free(settings, clock).await?;
    Ok((server, store))
}

async fn bind(settings: &Settings) -> Result<Listener, Failure> {
    Listener::bind(settings.listen).await.map_err(|source| not_bound(settings, source))
}

/// A hub that ends lets go of its port after its data folder.
async fn bind_when_free(settings: &Settings) -> Result<Listener, Failure> {
    let until = Instant::now() + PATIENCE;
    loop {
        match Listener::bind(settings.listen).await {
            Err(error) if error.kind() == ErrorKind::AddrInUse && Instant::now() < until => {
                tokio::time::sleep(LOOK).await;
            }
            bound => return bound.map_err(|source| not_bound(settings, source)),
        }
    }
}

fn not_bound(settings: &Settings, source: std::io::Error) -> Failure {
    let hint = "stop what uses the address, or choose another with --listen";
    Failure::user(format!("listen on {}", settings.listen), hint).because(source)
}

fn serve(
    settings: &Settings,
    listener: Listener,
    clock: &Arc<dyn Clock>,
) -> Result<Server, Failure> {
    Ok(Server::start(web::Settings {
        listener,
        limits: Limits {
            connections: settings.server.connections.max(1),
            body_bytes: settings.server.body_megabytes.saturating_mul(1_000_000),
            requests_per_minute: settings.server.requests_per_minute,
        },
        administrator: settings.server.administrator()?,
        metrics: Metrics::install(),
        clock: Arc::clone(clock),
    }))
}

async fn open_when_free(settings: &Settings, clock: &Arc<dyn Clock>) -> Result<Sqlite, Failure> {
    let until = Instant::now() + PATIENCE;
    loop {
        let (folder, clock) = (settings.data_dir.clone(), Arc::clone(clock));
        // A long change of the files' format must not hold a thread that answers requests.
        let opened = tokio::task::spawn_blocking(move || Sqlite::open(&folder, clock)).await;
        let opened = opened.map_err(|source| {
            Failure::user("open the data folder", "report this as a bug").because(source)
        })?;
        match opened {
            Err(OpenError::Busy { .. }) if Instant::now() < until => {
                tokio::time::sleep(LOOK).await;
            }
            opened => return Ok(opened?),
        }
    }
}

fn unusable(source: std::io::Error) -> Failure {
    let hint = "give the hub a TCP socket that listens, or start it without one";
    Failure::user("use the socket that was handed over", hint).because(source)
}
