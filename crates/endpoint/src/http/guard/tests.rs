//! The guard at work: what a name leads to is judged, and only what was judged is called.

use std::{
    collections::VecDeque,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::*;
use crate::{
    Method, Request, Transport, TransportError,
    http::{HttpTransport, Overlong, Settings},
    reach,
};

/// Answers each question with the next of these lists.
struct Scripted(Mutex<VecDeque<Vec<IpAddr>>>);

impl Scripted {
    fn new(answers: &[&[&str]]) -> Arc<Self> {
        let parse = |answer: &&[&str]| answer.iter().map(|ip| ip.parse().unwrap()).collect();
        Arc::new(Self(Mutex::new(answers.iter().map(parse).collect())))
    }
}

impl Lookup for Scripted {
    fn lookup(&self, _: String) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>> {
        let next = self.0.lock().unwrap().pop_front().unwrap_or_default();
        Box::pin(std::future::ready(Ok(next)))
    }
}

/// A server on every address of this machine, which counts its visitors.
struct Server {
    port: u16,
    visits: Arc<AtomicUsize>,
    _serving: tokio::task::JoinSet<()>,
}

impl Server {
    async fn open(answer: &'static str) -> Self {
        let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let visits = Arc::<AtomicUsize>::default();
        let counted = Arc::clone(&visits);
        let mut serving = tokio::task::JoinSet::new();
        serving.spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::Relaxed);
                let _ = stream.read(&mut [0; 4096]).await;
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        Self { port, visits, _serving: serving }
    }

    fn visits(&self) -> usize {
        self.visits.load(Ordering::Relaxed)
    }
}

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

fn transport(allowed: &[&str], lookup: Arc<dyn Lookup>, overlong: Overlong) -> HttpTransport {
    let allowed: Vec<_> = allowed.iter().map(ToString::to_string).collect();
    let reach = Reach::allowing(&allowed).unwrap();
    HttpTransport::new(Settings {
        guard: Some(Guard::asking(reach, lookup)),
        reply_limit: 64,
        overlong,
        ..Settings::default()
    })
    .unwrap()
}

async fn post(transport: &HttpTransport, url: &str) -> Result<u16, Option<Refusal>> {
    let request = Request {
        method: Method::Post,
        url: url.to_owned(),
        headers: Vec::new(),
        body: "{}".into(),
    };
    let sent = transport.send(request).await;
    sent.map(|reply| reply.status).map_err(|error: TransportError| reach::refusal(&error))
}

#[tokio::test]
async fn a_name_that_leads_elsewhere_a_moment_later_gains_nothing() {
    let server = Server::open(OK).await;
    let lookup = Scripted::new(&[&["127.0.0.2"], &["127.0.0.1"], &["169.254.169.254"], &[]]);
    let transport = transport(&["127.0.0.2"], lookup, Overlong::Cut);
    let url = format!("http://localhost:{}/", server.port);
    assert_eq!(post(&transport, &url).await, Ok(200));
    assert_eq!(post(&transport, &url).await, Err(Some(Refusal::Private)));
    assert_eq!(post(&transport, &url).await, Err(Some(Refusal::Private)));
    assert_eq!(post(&transport, &url).await, Err(Some(Refusal::Nowhere)));
    assert_eq!(server.visits(), 1);
}

#[tokio::test]
async fn of_several_addresses_only_those_that_may_be_are_called() {
    let server = Server::open(OK).await;
    let lookup = Scripted::new(&[&["127.0.0.1", "::1", "127.0.0.2", "10.0.0.1"]]);
    let transport = transport(&["127.0.0.2"], lookup, Overlong::Cut);
    let url = format!("http://localhost:{}/", server.port);
    assert_eq!(post(&transport, &url).await, Ok(200));
    assert_eq!(server.visits(), 1);
}

#[tokio::test]
async fn what_stands_for_itself_is_judged_without_a_question() {
    let server = Server::open(OK).await;
    let transport = transport(&["127.0.0.2"], Scripted::new(&[]), Overlong::Cut);
    let at = |host: &str| format!("http://{host}:{}/", server.port);
    assert_eq!(post(&transport, &at("127.0.0.2")).await, Ok(200));
    for host in ["127.0.0.1", "0.0.0.0", "[::ffff:127.0.0.2]", "2130706434", "0x7f000002"] {
        assert!(post(&transport, &at(host)).await.is_err(), "{host}");
    }
    assert_eq!(server.visits(), 1);
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let moved = "HTTP/1.1 307 Moved\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\
                 connection: close\r\n\r\n";
    let server = Server::open(moved).await;
    let transport = transport(&["127.0.0.1"], Scripted::new(&[]), Overlong::Cut);
    let url = format!("http://127.0.0.1:{}/", server.port);
    assert_eq!(post(&transport, &url).await, Ok(307));
    assert_eq!(server.visits(), 1);
}

#[tokio::test]
async fn a_long_reply_is_cut_where_its_status_counts_and_refused_otherwise() {
    let long = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\nconnection: close\r\n\r\n\
                0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789";
    let server = Server::open(long).await;
    let url = format!("http://127.0.0.1:{}/", server.port);
    let cutting = transport(&["127.0.0.1"], Scripted::new(&[]), Overlong::Cut);
    assert_eq!(post(&cutting, &url).await, Ok(200));
    let refusing = transport(&["127.0.0.1"], Scripted::new(&[]), Overlong::Refused);
    assert_eq!(post(&refusing, &url).await, Err(None));
}
