//! A hub in this process, on any store: the real doors, source, stages and activity log.
//!
//! Its Notion is as good as absent: it takes every page and says so. Its time moves only while
//! somebody waits.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use connectors::{
    highlevel::{HighLevel, Settings},
    notion::ActivityLog,
};
use domain::{Clock, ConnectionId, Destination, OrganizationId, Source, Storage, Tenant};
use endpoint::{Method, Request, Response, Secret, Timer, Transport, TransportError};
use engine::{Hub, Parts, Rules, Status};
use highlevel::webhook::PublicKeys;
use jiff::Timestamp;
use web::{Limits, Listener, Metrics, Server, Site};

/// Where its deliveries come in.
pub(crate) const PATH: &str = "/webhooks/highlevel";

/// The moment at which every house begins, in seconds since 1970.
const BEGINNING: i64 = 1_790_000_000;

/// A running hub.
pub struct House<S> {
    hub: Hub<S>,
    server: Server,
}

impl<S: Storage> House<S> {
    /// Starts it on a free port of this machine. Every account is connected.
    ///
    /// # Panics
    /// Where the store or the port cannot be used.
    pub async fn open(store: S, keys: PublicKeys) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(beginning);
        let source: Arc<dyn Source> = Arc::new(source(keys));
        let notion = ConnectionId::new("notion");
        let parts = Parts {
            sources: vec![Arc::clone(&source)],
            rules: Rules { everybody: Some(tenant()), ..Rules::default() },
            destinations: [(notion.clone(), activity_log())].into(),
            activity_log: Some(notion),
            ..Parts::new(store.clone(), Arc::clone(&clock))
        };
        let hub = Hub::start(parts).await.expect("the store takes a hub");
        let site = Site {
            intake: hub.intake(),
            store,
            doors: vec![web::Door { path: PATH, source, entrance: web::Entrance::Headers }],
            services: web::Services::default(),
            clock: Arc::clone(&clock),
        };
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut server = Server::start(web::Settings {
            listener: Listener::bind(listen).await.expect("a free port"),
            limits: Limits::default(),
            administrator: None,
            metrics: Metrics::install(),
            clock,
        });
        server.open(site).expect("the door is in the table of routes");
        Self { hub, server }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// How far it has come.
    ///
    /// # Panics
    /// Where the store cannot be read.
    pub async fn status(&self) -> Status {
        self.hub.status().await.expect("the store is read")
    }

    /// Ends it after what it is doing.
    pub async fn close(self) {
        self.server.stop().await;
        self.hub.stop().await;
    }
}

/// Whose everything is.
fn tenant() -> Tenant {
    Tenant {
        organization: OrganizationId::new("hostile"),
        connection: ConnectionId::new("highlevel"),
    }
}

/// Reads HighLevel with these keys.
pub(crate) fn source(keys: PublicKeys) -> HighLevel {
    HighLevel::new(Settings { public_keys: keys, application_url: APPLICATION.to_owned() })
}

/// What every link begins with.
pub(crate) const APPLICATION: &str = "https://app.example.com";

/// The moment at which every house begins.
pub(crate) fn beginning() -> Timestamp {
    Timestamp::from_second(BEGINNING).expect("a moment of this century")
}

fn activity_log() -> Arc<dyn Destination> {
    let settings = notion::Settings {
        requests_per_minute: u32::MAX,
        ..notion::Settings::new(Secret::new(""))
    };
    let client = notion::Client::new(Agreeable, Patient::default(), settings);
    Arc::new(ActivityLog::new(client, "log"))
}

/// Says yes to everything that Notion is asked.
struct Agreeable;

impl Transport for Agreeable {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let body = match (request.method, request.url.contains("/data_sources/")) {
            (Method::Get, _) => {
                r#"{"object":"data_source","id":"log","properties":{
                    "Entity Name":{"id":"title","name":"Entity Name","type":"title","title":{}},
                    "Event Type":{"id":"a","name":"Event Type","type":"select","select":{}},
                    "GHL Entity":{"id":"b","name":"GHL Entity","type":"select","select":{}},
                    "GHL Record ID":{"id":"c","name":"GHL Record ID","type":"rich_text","rich_text":{}},
                    "Action":{"id":"d","name":"Action","type":"select","select":{}},
                    "Timestamp":{"id":"e","name":"Timestamp","type":"date","date":{}},
                    "GHL Link":{"id":"f","name":"GHL Link","type":"url","url":{}},
                    "Details":{"id":"g","name":"Details","type":"rich_text","rich_text":{}}}}"#
            }
            (_, true) => r#"{"object":"list","results":[],"has_more":false,"next_cursor":null}"#,
            (_, false) => r#"{"object":"page","id":"p","properties":{}}"#,
        };
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        Ok(Response { status: 200, headers, body: body.into() })
    }
}

/// A time that moves only while somebody waits, and then at once.
#[derive(Default)]
struct Patient {
    waited_ms: AtomicI64,
}

impl Timer for Patient {
    fn now(&self) -> Timestamp {
        let waited = self.waited_ms.load(Ordering::Relaxed);
        beginning() + Duration::from_millis(waited.unsigned_abs())
    }

    async fn sleep(&self, duration: Duration) {
        let waited = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX).max(1);
        self.waited_ms.fetch_add(waited, Ordering::Relaxed);
        tokio::task::yield_now().await;
    }
}
