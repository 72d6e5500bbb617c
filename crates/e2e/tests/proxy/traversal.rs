//! Tricks in the path of every template: none of them reaches HighLevel, and what passes reaches what it says.

use std::{io::Write, net::TcpStream};

use anyhow::{Context, Result, ensure};
use e2e::exchange;
use endpoint::catalogue::Kind;
use highlevel::catalogue;
use sandbox::highlevel::{HighLevelSandbox, HighLevelSettings};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::house::{House, answer};

/// What stands for a value.
const VALUE: &str = "qD8zPl3kTvWx0bNmYcRs";

/// What attackers put in place of a value, or between two words.
const TRICKS: [&str; 16] = [
    "..",
    "%2e%2e",
    "%252e%252e",
    "..%2fusers",
    "..%5cusers",
    "%2f%2fevil.test",
    "x%00",
    "x%0d%0ahost:evil.test",
    ";",
    "..;",
    "%c0%ae%c0%ae",
    "%ef%bc%8e%ef%bc%8e",
    "",
    "@evil.test",
    "http:%2f%2fevil.test",
    "x%3fa=b",
];

/// How many requests are under way at once.
const AT_ONCE: usize = 16;

async fn open(allow: &str) -> Result<(HighLevelSandbox, House, String)> {
    let highlevel = HighLevelSandbox::start(HighLevelSettings::default(), e2e::clock()).await?;
    let (token, location) = (highlevel.token().to_owned(), highlevel.location_id().to_owned());
    let more = [("HIGHWIRE_PROXY_ALLOW", allow)];
    let house = House::open(&highlevel.url(), (&token, &location), &more)?;
    let key = house.key("application", "proxy:read,proxy:write", &[])?;
    Ok((highlevel, house, key))
}

/// Every template with one of the tricks in one of its places, which go round.
fn tricked() -> Vec<String> {
    let mut lines = Vec::new();
    for operation in catalogue::operations() {
        for edition in operation.editions() {
            let words: Vec<_> = edition.path().split('/').skip(1).collect();
            let words: Vec<_> =
                words.iter().map(|word| if word.starts_with('{') { VALUE } else { word }).collect();
            for round in 0..4 {
                let number = lines.len() + round;
                let (trick, place) = (TRICKS[number % TRICKS.len()], number % words.len());
                let mut words = words.clone();
                match round % 2 {
                    0 => words[place] = trick,
                    _ => words.insert(place, trick),
                }
                let (method, path) = (operation.method(), words.join("/"));
                lines.push(format!("{method} /proxy/highlevel/highlevel/{path} HTTP/1.1"));
            }
        }
    }
    lines
}

/// Tricks with the request as a whole.
fn odd() -> Vec<String> {
    [
        "GET http://evil.test/proxy/highlevel/highlevel/../../v1/me HTTP/1.1",
        "GET /proxy/highlevel/highlevel//evil.test/contacts/c1 HTTP/1.1",
        "GET /proxy/highlevel/highlevel/http://evil.test/ HTTP/1.1",
        "GET /proxy/highlevel/highlevel/https:/evil.test/contacts HTTP/1.1",
        "GET /proxy/highlevel/highlevel@evil.test/contacts/c1 HTTP/1.1",
        "GET /proxy/highlevel/..%2f..%2f/contacts/c1 HTTP/1.1",
        "GET /proxy/highlevel/../highlevel/contacts/c1 HTTP/1.1",
        "GET /proxy/highlevel//contacts/c1 HTTP/1.1",
        "GET /proxy/highlevel/highlevel/ HTTP/1.1",
        "GET /proxy/highlevel/highlevel HTTP/1.1",
        "GET /proxy/highlevel/HIGHLEVEL/contacts/c1 HTTP/1.1",
        "CONNECT evil.test:443 HTTP/1.1",
        "TRACE /proxy/highlevel/highlevel/contacts/c1 HTTP/1.1",
        "HEAD /proxy/highlevel/highlevel/contacts/c1 HTTP/1.1",
        "GET /PROXY/highlevel/highlevel/contacts/c1 HTTP/1.1",
    ]
    .map(str::to_owned)
    .to_vec()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_trick_in_any_template_reaches_highlevel() -> Result<()> {
    let (highlevel, house, key) = open("read,write,send,delete,money").await?;
    let before = highlevel.request_count();
    let mut lines: Vec<_> = [odd(), tricked()].concat();
    ensure!(lines.len() > 4_800, "{}", lines.len());
    let (address, mut calls, mut refused) = (house.address(), JoinSet::new(), 0);
    while !lines.is_empty() || !calls.is_empty() {
        while calls.len() < AT_ONCE
            && let Some(line) = lines.pop()
        {
            let head = format!("{line}\r\nhost: hub\r\nauthorization: Bearer {key}\r\n");
            let request = format!("{head}connection: close\r\n\r\n");
            calls.spawn(async move { (line, exchange(address, request.as_bytes()).await) });
        }
        let Some(called) = calls.join_next().await else { break };
        let (line, answer) = called?;
        let (status, text) = answer?;
        ensure!(matches!(status, 400 | 403 | 404 | 405), "{line}: {text}");
        refused += 1;
    }
    ensure!(refused > 4_800, "{refused}");
    assert_eq!(highlevel.request_count(), before, "something reached HighLevel");
    highlevel.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_passes_reaches_the_operation_that_it_names() -> Result<()> {
    let (highlevel, house, key) = open("read").await?;
    let location = highlevel.location_id().to_owned();
    let reads = catalogue::operations().filter(|it| it.kind() == Kind::Read);
    let reads = reads.filter(|it| it.product() != "oauth" && it.method() == endpoint::Method::Get);
    // A quarter of them, so that the limits of ten seconds are enough.
    let sample: Vec<_> = reads.step_by(4).collect();
    ensure!(sample.len() > 50, "{}", sample.len());
    let mut passed = 0;
    for operation in sample {
        let edition = operation.editions().next().expect("an edition");
        let words = edition.path().split('/').map(|word| match word {
            "{locationId}" => location.as_str(),
            word if word.starts_with('{') => VALUE,
            word => word,
        });
        let path = words.collect::<Vec<_>>().join("/");
        let before = highlevel.request_count();
        let answer = house.call(&key, &format!("GET /highlevel{path}"))?;
        // The agency's are refused here: the connection has none.
        if highlevel.request_count() == before {
            ensure!(answer.status == 403, "{path}: {}", answer.text());
            continue;
        }
        let last = last_request(&highlevel.url())?;
        assert_eq!((&last["method"], &last["path"]), (&json!("GET"), &json!(path)));
        assert_eq!(last["operation"], operation.id());
        assert_eq!(highlevel.request_count(), before + 1);
        passed += 1;
    }
    ensure!(passed >= 35, "{passed}");
    highlevel.stop().await;
    Ok(())
}

/// What the simulation has been asked last.
fn last_request(url: &str) -> Result<Value> {
    let mut stream = TcpStream::connect(url.trim_start_matches("http://"))?;
    stream.write_all(b"GET /_sandbox/requests HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")?;
    let told = answer(stream)?.json()?;
    told["requests"].as_array().and_then(|all| all.last().cloned()).context("no request")
}
