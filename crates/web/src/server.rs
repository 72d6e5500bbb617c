//! The HTTP server: one port, one route table.

use std::{io, net::SocketAddr, sync::Arc};

use axum::{
    Router,
    routing::{get, post},
};
use domain::{Clock, Source, Storage};
use engine::Intake;
use tokio::{net::TcpListener, sync::watch, task::JoinSet};

use crate::{Metrics, health, ingress};

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
    /// The store, for the readiness probe.
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
    /// Where the address cannot be listened on.
    pub async fn start<S: Storage>(listen: SocketAddr, site: Site<S>) -> io::Result<Self> {
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        let (shutdown, mut stopped) = watch::channel(false);
        let router = routes(site);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let until = async move {
                // A sender that is gone means the same as its word.
                let _ = stopped.wait_for(|stopped| *stopped).await;
            };
            axum::serve(listener, router).with_graceful_shutdown(until).await
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

/// Every route of the hub.
fn routes<S: Storage>(site: Site<S>) -> Router {
    let mut router = Router::new();
    for door in site.doors {
        let state = ingress::State {
            intake: site.intake.clone(),
            source: door.source,
            clock: Arc::clone(&site.clock),
        };
        router = router.route(door.path, post(ingress::receive::<S>).with_state(Arc::new(state)));
    }
    let metrics = site.metrics;
    router
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready::<S>).with_state(site.store))
        .route("/metrics", get(move || std::future::ready(metrics.render())))
}
