//! The door over real HTTP: what is kept, what is refused, and what the vendor is told.

use std::{net::SocketAddr, sync::Arc};

use domain::{
    Event, EventKind, Journal, Memory, Reading, RecordUpdate, Sequence, Summary,
    contract::sample::{at, clock, event},
};
use engine::{Hub, Parts};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use axum::http::header;

use super::*;
use crate::{
    BODY_LIMIT, Door, Entrance, Health, Limits, Listener, Metrics, Server, Settings, Site,
};

/// Accepts what carries the header `signed`; the first byte of a body is its identity.
struct Bytewise;

impl Source for Bytewise {
    fn name(&self) -> &'static str {
        "bytewise"
    }

    fn authenticate(&self, delivery: &Delivery) -> Result<(), Refusal> {
        match delivery.header("signed") {
            Some("yes") => Ok(()),
            Some(_) => Err(Refusal::Mismatch),
            None => Err(Refusal::Unsigned),
        }
    }

    fn read(&self, delivery: Delivery) -> Reading {
        let number = delivery.body.first().copied().unwrap_or_default();
        let event = Event {
            kind: EventKind::UNREADABLE,
            tenant: None,
            account: None,
            body: delivery.body,
            ..event(number.into())
        };
        Reading { event, app: None, company: None }
    }

    fn updates(&self, _: &Event) -> Result<Vec<RecordUpdate>, String> {
        Ok(Vec::new())
    }

    fn summarize(&self, _: &Event) -> Summary {
        Summary::default()
    }

    fn link(&self, _: &Event) -> Option<String> {
        None
    }
}

async fn serve() -> (Memory, Server, Hub<Memory>) {
    let store = Memory::new(clock());
    let parts = Parts {
        sources: vec![Arc::new(Bytewise)],
        report_deviations: true,
        ..Parts::new(store.clone(), clock())
    };
    let hub = Hub::start(parts).await.unwrap();
    let site = Site {
        intake: hub.intake(),
        store: store.clone(),
        doors: [
            ("/webhooks/highlevel", Entrance::Headers),
            ("/webhooks/repairshopr/{token}", Entrance::Token),
            ("/webhooks/highlevel/workflow/{token}", Entrance::TokenOfWorkflow),
            ("/webhooks/notion/{connection}", Entrance::Connection),
        ]
        .map(|(path, entrance)| Door { path, source: Arc::new(Bytewise), entrance })
        .to_vec(),
        services: crate::Services::default(),
        clock: clock(),
    };
    let mut server = Server::start(Settings {
        listener: Listener::bind("127.0.0.1:0".parse().unwrap()).await.unwrap(),
        limits: Limits::default(),
        administrator: None,
        metrics: Metrics::install(),
        clock: clock(),
    });
    server.open(site).unwrap();
    (store, server, hub)
}

/// Sends raw bytes and returns the status and the whole answer.
async fn send(address: SocketAddr, request: &[u8]) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // A server that refuses a large body closes before all of it is written.
    let _ = stream.write_all(request).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).and_then(|code| code.parse().ok());
    (status.unwrap_or_default(), answer)
}

fn post(headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST /webhooks/highlevel HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n{headers}\
         content-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

#[tokio::test]
async fn a_signed_delivery_is_kept_before_it_is_answered_and_once() {
    let (store, server, hub) = serve().await;
    let (status, answer) = send(server.address(), &post("signed: yes\r\n", "a")).await;
    assert_eq!(status, 200, "{answer}");
    assert!(answer.contains("\"duplicate\":false"), "{answer}");
    let entry = store.entries_after(Sequence(0), 9).await.unwrap().remove(0);
    assert_eq!((&entry.event.body[..], entry.event.received_at), (&b"a"[..], at(2)));
    let (status, answer) = send(server.address(), &post("signed: yes\r\n", "a")).await;
    assert_eq!(status, 200);
    assert!(answer.contains("\"duplicate\":true"), "{answer}");
    assert_eq!(store.last().await.unwrap(), Sequence(1));
    server.stop().await;
    hub.stop().await;
}

#[tokio::test]
async fn what_is_unsigned_or_forged_is_refused_and_nothing_is_kept() {
    let (store, server, _hub) = serve().await;
    for headers in ["", "signed: no\r\n", "signed: yes\r\nsigned: yes\r\n"] {
        let (status, answer) = send(server.address(), &post(headers, "a")).await;
        assert_eq!(status, 401, "{answer}");
    }
    assert_eq!(store.last().await.unwrap(), Sequence(0));
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_whether_it_tells_its_length_or_not() {
    let (store, server, _hub) = serve().await;
    let large = "x".repeat(BODY_LIMIT + 1);
    let (status, _) = send(server.address(), &post("signed: yes\r\n", &large)).await;
    assert_eq!(status, 413);
    let chunked = format!(
        "POST /webhooks/highlevel HTTP/1.1\r\nhost: hub\r\nconnection: close\r\nsigned: yes\r\n\
         transfer-encoding: chunked\r\n\r\n{:x}\r\n{large}\r\n0\r\n\r\n",
        large.len()
    );
    let (status, _) = send(server.address(), chunked.as_bytes()).await;
    assert_eq!(status, 413);
    assert_eq!(store.last().await.unwrap(), Sequence(0));
    let whole = "x".repeat(BODY_LIMIT);
    let (status, _) = send(server.address(), &post("signed: yes\r\n", &whole)).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn other_paths_and_methods_are_not_doors() {
    let (_store, server, _hub) = serve().await;
    let get = b"GET /webhooks/highlevel HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n\r\n";
    assert_eq!(send(server.address(), get).await.0, 405);
    let elsewhere =
        b"POST /webhooks HTTP/1.1\r\nhost: hub\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    assert_eq!(send(server.address(), elsewhere).await.0, 404);
    let health = b"GET /healthz HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n\r\n";
    assert_eq!(send(server.address(), health).await.0, 200);
    let ready = b"GET /readyz HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n\r\n";
    let (status, answer) = send(server.address(), ready).await;
    assert!(status == 200 && answer.contains("\"journaled\":0"), "{answer}");
}

#[test]
fn an_event_that_cannot_be_kept_is_asked_to_come_again() {
    let full = StorageError::Overloaded;
    let down = StorageError::unavailable("append to the journal", "disk full");
    for error in [full, down] {
        let reply = unkept_reply("bytewise", &error);
        assert_eq!(reply.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(reply.headers()[header::RETRY_AFTER], RETRY_AFTER);
    }
}

#[tokio::test]
async fn each_door_takes_its_methods_and_each_refusal_has_its_status() {
    let (store, server, _hub) = serve().await;
    let ask = async |method: &str, path: &str, headers: &str| {
        let request = format!(
            "{method} /webhooks/{path} HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n{headers}\
             content-length: 0\r\n\r\n"
        );
        send(server.address(), request.as_bytes()).await.0
    };
    for (path, methods) in [
        ("highlevel", ["POST"].as_slice()),
        ("repairshopr/x", &["POST"]),
        ("highlevel/workflow/x", &["GET", "POST", "PUT"]),
        ("notion/x", &["POST"]),
    ] {
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
            let status = ask(method, path, "").await;
            assert_eq!(status != 405, methods.contains(&method), "{method} {path}: {status}");
        }
    }
    assert_eq!(
        ask("POST", "repairshopr/x", "signed: yes\r\n").await,
        401,
        "a signature opens no other door"
    );
    assert_eq!(ask("POST", "highlevel", "signed: yes\r\nx-api-key: k\r\n").await, 401);
    assert_eq!(ask("POST", "notion/x", "signed: yes\r\n").await, 400, "it is not set up");
    for path in [
        "repairshopr",
        "repairshopr/",
        "repairshopr/x/",
        "repairshopr/x/y",
        "Repairshopr/x",
        "../webhooks/highlevel",
        "%68ighlevel",
        "/highlevel",
        "highlevel/",
        "highlevel%2e",
    ] {
        assert_eq!(ask("POST", path, "signed: yes\r\n").await, 404, "{path}");
    }
    assert_eq!(store.last().await.unwrap(), Sequence(0));
}

#[test]
fn every_refusal_is_told_with_what_to_do() {
    let admission = Admission::new(Health::starting(tokio::time::Instant::now()), 1_024);
    for (refusal, status) in [
        (Refusal::Unsigned, 401),
        (Refusal::Malformed, 401),
        (Refusal::Mismatch, 401),
        (Refusal::UnknownKey, 401),
        (Refusal::NotPermitted, 403),
        (Refusal::Foreign, 403),
        (Refusal::Ambiguous, 400),
        (Refusal::NotConnected, 400),
        (Refusal::NoSecret, 400),
        (Refusal::SecretUnreadable, 400),
        (Refusal::TooMany, 429),
    ] {
        assert!(refusal.to_string().contains("; "), "{refusal}");
        let reply = refused_reply(&admission, "bytewise", refusal);
        assert_eq!(reply.status().as_u16(), status, "{refusal}");
        assert_eq!(reply.headers().contains_key(header::RETRY_AFTER), status == 429);
    }
}
