//! The front: every request passes it, from its head to its answer, whatever state the hub is in.
//!
//! It gives the request its correlation id, notes what its connection is doing, and decides by the
//! hub's stage: before the doors are open a request waits a little, and once they are closing it is
//! told to come again. The probes answer in every stage.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
};
use domain::CorrelationId;
use hyper::{body::Incoming, service::Service};
use hyper_util::service::TowerToHyperService;
use policy::access::Exposure;
use tokio::{
    sync::{Notify, watch},
    time::Instant,
};
use tracing::Instrument;

use crate::{
    Health, Metrics, Reason, answers,
    connection::{Activity, Doing},
    correlation::{self, Correlations},
    patience, probes,
    problem::{self, Kind, Problem},
};

/// What the path of every operation of the API begins with.
const API: &str = "/v1/";

/// Where the doors are.
#[derive(Clone)]
pub(crate) enum Stage {
    /// Not there yet: the store is not open.
    Starting,
    /// Behind these routes.
    Open(Router),
    /// Closed for good; what comes is told to come again, elsewhere.
    Stopping,
}

/// What the front hands to the doors beside the request.
#[derive(Clone)]
pub(crate) struct Guest {
    /// The connection it came on.
    pub(crate) activity: Arc<Activity>,
    /// The id that the request came with.
    pub(crate) correlation: Option<CorrelationId>,
    /// How long it waited for the doors to open: its sender's patience is shorter by that.
    pub(crate) waited: Duration,
}

/// The front. Clones share it.
#[derive(Clone)]
pub(crate) struct Front {
    shared: Arc<Shared>,
}

struct Shared {
    stage: watch::Sender<Stage>,
    health: Health,
    /// The counters, and who can reach them.
    metrics: (Metrics, Exposure),
    correlations: Correlations,
    under_way: UnderWay,
}

/// How many requests are being answered.
#[derive(Default)]
struct UnderWay {
    count: AtomicUsize,
    done: Notify,
}

/// One of them.
struct Answering<'a>(&'a UnderWay);

impl Front {
    /// A front without doors.
    pub(crate) fn new(
        health: Health,
        metrics: (Metrics, Exposure),
        correlations: Correlations,
    ) -> Self {
        let (stage, _) = watch::channel(Stage::Starting);
        let under_way = UnderWay::default();
        Self { shared: Arc::new(Shared { stage, health, metrics, correlations, under_way }) }
    }

    /// Opens the doors.
    pub(crate) fn open(&self, routes: Router) {
        self.shared.stage.send_replace(Stage::Open(routes));
        self.shared.health.lift(Reason::Starting);
    }

    /// Closes the doors; what the routes held is let go of when the last answer is given.
    pub(crate) fn close(&self, now: Instant) {
        self.shared.health.raise(Reason::Stopping, now);
        self.shared.stage.send_replace(Stage::Stopping);
    }

    /// Waits until no request is being answered.
    pub(crate) async fn is_quiet(&self) {
        loop {
            let mut done = std::pin::pin!(self.shared.under_way.done.notified());
            done.as_mut().enable();
            if self.shared.under_way.count.load(Ordering::Acquire) == 0 {
                return;
            }
            done.await;
        }
    }

    /// Answers one request.
    pub(crate) async fn answer(
        &self,
        request: hyper::Request<Incoming>,
        activity: Arc<Activity>,
    ) -> Response {
        activity.begin(Doing::Working);
        let _answering = self.shared.under_way.begin();
        let given = correlation::given(request.headers());
        // A request that leads to no event has this id in its answer and in its log lines.
        let id = given.as_ref().map_or_else(|| self.shared.correlations.make(), correlation::value);
        let span = tracing::info_span!("request", correlation = id.to_str().ok());
        let (correlation, waited) = (given, Duration::ZERO);
        let guest = Guest { activity: Arc::clone(&activity), correlation, waited };
        let mut response = self.route(request.map(Body::new), guest).instrument(span).await;
        // A door names its answer after the event.
        let id = response.headers_mut().entry(correlation::HEADER).or_insert(id).clone();
        let response = problem::name(response, &id);
        activity.begin(Doing::Replying);
        response
    }

    async fn route(&self, mut request: Request, guest: Guest) -> Response {
        // With the doors open the routes answer, the guard before them; until then nobody can look up a key.
        match request.uri().path() {
            "/healthz" if self.has_no_doors() => return probes::alive().await.into_response(),
            "/metrics" if self.has_no_doors() && self.shared.metrics.1 == Exposure::Loopback => {
                return self.shared.metrics.0.render().into_response();
            }
            "/readyz" if self.has_no_doors() => {
                return probes::unready(&self.shared.health, None);
            }
            _ => {}
        }
        let (stage, waited) = self.stage().await;
        let path = request.uri().path().to_owned();
        match stage {
            Stage::Open(routes) => {
                let guest = Guest { waited, ..guest };
                request.extensions_mut().insert(guest);
                match TowerToHyperService::new(routes).call(request).await {
                    Ok(response) => response,
                    Err(never) => match never {},
                }
            }
            Stage::Starting => {
                refused("starting");
                later(&path, "the hub is starting")
            }
            Stage::Stopping => {
                refused("stopping");
                answers::and_close(later(&path, "the hub is stopping"))
            }
        }
    }

    fn has_no_doors(&self) -> bool {
        !matches!(*self.shared.stage.borrow(), Stage::Open(_))
    }

    /// The stage; where the doors are about to open, it waits for them as long as a sender may wait,
    /// and tells how long that was.
    async fn stage(&self) -> (Stage, Duration) {
        let stage = self.shared.stage.borrow().clone();
        if !matches!(stage, Stage::Starting) {
            return (stage, Duration::ZERO);
        }
        let began = Instant::now();
        let mut stages = self.shared.stage.subscribe();
        let opened = stages.wait_for(|stage| !matches!(stage, Stage::Starting));
        let stage = match tokio::time::timeout(patience::ANSWER, opened).await {
            Ok(Ok(stage)) => stage.clone(),
            // Still starting, or the front is gone and nobody will read the answer.
            Ok(Err(_)) | Err(_) => Stage::Starting,
        };
        (stage, began.elapsed())
    }
}

/// "Come again later", in the words of whoever is asked for: an operation of the API or a door.
fn later(path: &str, state: &str) -> Response {
    match path.starts_with(API) {
        true => Problem::new(Kind::TooMany, state, "send it again in a moment")
            .after(answers::RETRY_SOON.parse().unwrap_or(1))
            .into_response(),
        false => {
            let message = format!("{state}; send it again in a moment");
            answers::later(&message, answers::RETRY_SOON)
        }
    }
}

/// Counts a request that was told to come again before any door read it.
pub(crate) fn refused(reason: &'static str) {
    metrics::counter!("highwire_requests_refused_total", "reason" => reason).increment(1);
}

impl UnderWay {
    fn begin(&self) -> Answering<'_> {
        self.count.fetch_add(1, Ordering::AcqRel);
        Answering(self)
    }
}

impl Drop for Answering<'_> {
    fn drop(&mut self) {
        if self.0.count.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.done.notify_waiters();
        }
    }
}
