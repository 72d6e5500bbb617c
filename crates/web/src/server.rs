//! The HTTP server: one port, one route table, and a life in stages.
//!
//! It listens before the hub's store is open: what comes then waits a little for the doors. At the end
//! it goes on answering while the hub lets go of its store, so that nobody meets a closed port who
//! could be told to come again.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::routing::MethodFilter;
use domain::{Clock, KeyHash, Source, Storage};
use engine::Intake;
use policy::access::Exposure;
use tokio::{sync::watch, task::JoinSet, time::Instant};

use crate::{
    ConsentCallbacks, Health, Listener, Metrics,
    accept::{Accept, Course},
    admission::Admission,
    api::Errands,
    connections::Connections,
    correlation::Correlations,
    front::Front,
    guard::Lock,
    routes::{self, Behind, Unmounted},
    services::Services,
};

/// How long the requests that are being answered may take at the end: longer than any of them has.
const LAST_REQUESTS: Duration = Duration::from_secs(3);

/// How long connections that rest stay open at the end: whoever sends on one of them meanwhile is told
/// to come again, instead of meeting a closed connection.
const LINGER: Duration = Duration::from_secs(1);

/// How often the server looks whether the last connection is gone.
const LOOK: Duration = Duration::from_millis(50);

/// Where a source's deliveries come in.
#[derive(Clone)]
pub struct Door {
    /// The path, such as `/webhooks/highlevel`. A last part in braces is what [`Self::entrance`] says.
    pub path: &'static str,
    /// Who checks and reads what comes in there.
    pub source: Arc<dyn Source>,
    /// What the path says about who sends.
    pub entrance: Entrance,
}

/// What a door's path says about who sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entrance {
    /// Nothing: the headers prove it.
    Headers,
    /// Its last part is a token.
    Token,
    /// Its last part is a token, and fields may stand in the query: it takes GET and PUT too.
    TokenOfWorkflow,
    /// Its last part is the id of a connection whose secret signs.
    Connection,
}

impl Entrance {
    /// The methods that the door takes.
    pub(crate) fn methods(self) -> &'static [(&'static str, MethodFilter)] {
        const POST: (&str, MethodFilter) = ("POST", MethodFilter::POST);
        match self {
            Self::Headers | Self::Token | Self::Connection => &[POST],
            Self::TokenOfWorkflow => {
                &[("GET", MethodFilter::GET), POST, ("PUT", MethodFilter::PUT)]
            }
        }
    }
}

/// What stands behind the doors.
pub struct Site<S> {
    /// The entrance to the journal.
    pub intake: Intake<S>,
    /// The store, for the readiness probe.
    pub store: S,
    /// The doors.
    pub doors: Vec<Door>,
    /// What answers the routes that need more than the store.
    pub services: Services,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// How much the server takes on at once.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Open connections. One more ends the one that has been idle for longest.
    pub connections: usize,
    /// The bodies of all requests together, in bytes. What would need more is told to come again.
    pub body_bytes: usize,
    /// The requests of each API key in a minute; 0 for any number.
    pub requests_per_minute: u32,
}

/// What a server is made of.
pub struct Settings {
    /// Where it listens.
    pub listener: Listener,
    /// How much it takes on.
    pub limits: Limits,
    /// The hash of the key of the installation's administrator; none where nobody administers it from
    /// afar.
    pub administrator: Option<KeyHash>,
    /// The counters that `/metrics` shows.
    pub metrics: Metrics,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// The running server.
pub struct Server {
    listener: Listener,
    front: Front,
    health: Health,
    admission: Admission,
    connections: Connections,
    course: watch::Sender<Course>,
    drains_since: Option<Instant>,
    metrics: Metrics,
    tasks: JoinSet<()>,
    lock: Lock,
    errands: Errands,
    /// What notes the use of API keys; it holds the store, and so ends before the site is let go of.
    notes: JoinSet<()>,
    noting: watch::Sender<bool>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connections: 1_024, body_bytes: 64 * 1024 * 1024, requests_per_minute: 600 }
    }
}

impl Server {
    /// Serves the probes, and lets everything else wait for [`Self::open`].
    #[must_use]
    pub fn start(settings: Settings) -> Self {
        let Settings { listener, limits, administrator, metrics, clock } = settings;
        let health = Health::starting(Instant::now());
        let exposure = exposure(listener.address());
        let correlations = Correlations::since(clock.now());
        let front = Front::new(health.clone(), (metrics.clone(), exposure), correlations);
        let connections = Connections::default();
        let (course, follow) = watch::channel(Course::Serve);
        let accept = Accept {
            listener: listener.clone(),
            front: front.clone(),
            health: health.clone(),
            connections: connections.clone(),
            limit: limits.connections,
        };
        let mut tasks = JoinSet::new();
        tasks.spawn(accept.run(follow));
        let admission = Admission::new(health.clone(), limits.body_bytes);
        let (noting, _) = watch::channel(false);
        Self {
            listener,
            front,
            health,
            admission,
            connections,
            course,
            drains_since: None,
            metrics,
            tasks,
            lock: Lock { exposure, administrator, requests_per_minute: limits.requests_per_minute },
            errands: Errands::default(),
            notes: JoinSet::new(),
            noting,
        }
    }

    /// Opens the doors.
    ///
    /// # Errors
    /// Where a door has a path that the table of routes does not know.
    pub fn open<S: Storage>(&mut self, site: Site<S>) -> Result<(), Unmounted> {
        let behind = Behind {
            lock: self.lock,
            errands: self.errands.clone(),
            admission: self.admission.clone(),
            health: self.health.clone(),
            metrics: self.metrics.clone(),
        };
        let (routes, guard) = routes::routes(site, &behind)?;
        let stopped = self.noting.subscribe();
        self.notes.spawn(async move {
            Arc::clone(&guard).run(stopped).await;
            guard.write_uses().await;
        });
        self.front.open(routes);
        Ok(())
    }

    /// Opens the one door where consent pages lead to, for a process that waits for one of them.
    pub fn open_for_consents(&mut self, consents: Arc<dyn ConsentCallbacks>) {
        self.front.open(routes::for_consents(consents));
    }

    /// Where it listens; the port is the real one where port 0 was asked for.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.listener.address()
    }

    /// Where reasons against keeping events are noted.
    #[must_use]
    pub fn health(&self) -> Health {
        self.health.clone()
    }

    /// The listening socket, to be handed over to a successor.
    #[must_use]
    pub fn listener(&self) -> Listener {
        self.listener.clone()
    }

    /// Closes the doors, and waits until what came through them is answered. Then nothing of the site
    /// is held any more, and whatever comes is told to come again.
    pub async fn drain(&mut self) {
        let now = Instant::now();
        self.drains_since.get_or_insert(now);
        self.front.close(now);
        self.course.send_replace(Course::Drain);
        let quiet = async {
            self.front.is_quiet().await;
            self.errands.finished().await;
        };
        if tokio::time::timeout(LAST_REQUESTS, quiet).await.is_err() {
            tracing::warn!("requests were cut off that took longer than any may");
        }
        self.noting.send_replace(true);
        while self.notes.join_next().await.is_some() {}
    }

    /// Drains, stays a moment for connections that rest, and ends.
    pub async fn stop(mut self) {
        if self.drains_since.is_none() {
            self.drain().await;
        }
        let until = self.drains_since.unwrap_or_else(Instant::now) + LINGER;
        while self.connections.count() > 0 && Instant::now() < until {
            tokio::time::sleep(LOOK).await;
        }
        let Self { listener, course, mut tasks, .. } = self;
        drop(listener);
        course.send_replace(Course::End);
        while let Some(ended) = tasks.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "the server ended badly; report this with the hub's log");
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
