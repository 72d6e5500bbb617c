//! The HTTP server: one port.

use std::{io, net::SocketAddr, sync::Arc};

use domain::{Clock, Source, Storage};
use engine::Intake;
use policy::access::Exposure;
use tokio::{net::TcpListener, sync::watch, task::JoinSet};

use crate::{Metrics, routes};

/// Where a source's deliveries come in.
#[derive(Clone)]
pub struct Door {
    /// The path, such as `/webhooks/highlevel`.
    pub path: &'static str,
    /// Who checks and reads what comes in there.
    pub source: Arc<dyn Source>,
}

/// What the server serves.
pub struct Site<S> {
    /// The entrance to the journal.
    pub intake: Intake<S>,
    /// The store, for the guard, the routes that read and the readiness probe.
    pub store: S,
    /// The doors.
    pub doors: Vec<Door>,
    /// The counters that `/metrics` shows.
    pub metrics: Metrics,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// The running server.
pub struct Server {
    address: SocketAddr,
    shutdown: watch::Sender<bool>,
    tasks: JoinSet<io::Result<()>>,
}

impl Server {
    /// Listens and serves until [`Self::stop`].
    ///
    /// # Errors
    /// Where the address cannot be listened on, or a door's path is not in the table of routes.
    pub async fn start<S: Storage>(listen: SocketAddr, site: Site<S>) -> io::Result<Self> {
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        let (shutdown, mut stopped) = watch::channel(false);
        let (router, guard) = routes::routes(site, exposure(address)).map_err(io::Error::other)?;
        let mut tasks = JoinSet::new();
        let watched = stopped.clone();
        let watching = Arc::clone(&guard);
        tasks.spawn(async move {
            watching.run(watched).await;
            Ok(())
        });
        tasks.spawn(async move {
            let until = async move {
                // A sender that is gone means the same as its word.
                let _ = stopped.wait_for(|stopped| *stopped).await;
            };
            let served = axum::serve(listener, router).with_graceful_shutdown(until).await;
            guard.write_uses().await;
            served
        });
        Ok(Self { address, shutdown, tasks })
    }

    /// Where it listens; the port is the real one where port 0 was asked for.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes no more connections and waits until the open requests are answered.
    pub async fn stop(mut self) {
        // The serving task may be gone already where it failed.
        let _ = self.shutdown.send(true);
        while let Some(ended) = self.tasks.join_next().await {
            if let Ok(Err(error)) = ended {
                tracing::error!(%error, "the server ended badly");
            }
        }
    }
}

/// Whether the network can reach this address. What stands before the hub on the same machine, such
/// as a proxy, has to keep others from the open routes itself.
fn exposure(address: SocketAddr) -> Exposure {
    match address.ip().is_loopback() {
        true => Exposure::Loopback,
        false => Exposure::Network,
    }
}
