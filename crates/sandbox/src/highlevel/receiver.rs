//! A subscriber for tests: keeps every request and answers with the statuses it was given, then 200.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use jiff::Timestamp;

use crate::{clock::SandboxClock, server::Server};

/// When the tests' clock stands still.
pub(crate) const NOON: &str = "2026-03-05T12:00:00.000Z";

/// A clock that moves only when it is advanced.
pub(crate) fn still_clock() -> SandboxClock {
    SandboxClock::new(Arc::new(|| NOON.parse::<Timestamp>().unwrap()))
}

/// One request as it came in.
#[derive(Clone)]
pub(crate) struct Received {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap().to_str().unwrap()
    }
}

#[derive(Default)]
struct Inbox {
    received: Vec<Received>,
    answers: VecDeque<u16>,
}

/// A running subscriber.
pub(crate) struct Receiver {
    inbox: Arc<Mutex<Inbox>>,
    server: Server,
}

impl Receiver {
    pub(crate) async fn start(answers: &[u16]) -> Self {
        let answers = answers.iter().copied().collect();
        let inbox = Arc::new(Mutex::new(Inbox { received: Vec::new(), answers }));
        let router = Router::new().route("/hook", post(take)).with_state(inbox.clone());
        let server = Server::start(SocketAddr::from(([127, 0, 0, 1], 0)), router).await.unwrap();
        Self { inbox, server }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hook", self.server.address())
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.inbox.lock().unwrap().received.clone()
    }

    pub(crate) async fn stop(self) {
        self.server.stop().await;
    }
}

async fn take(
    State(inbox): State<Arc<Mutex<Inbox>>>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let mut inbox = inbox.lock().unwrap();
    inbox.received.push(Received { headers, body });
    StatusCode::from_u16(inbox.answers.pop_front().unwrap_or(200)).unwrap()
}
