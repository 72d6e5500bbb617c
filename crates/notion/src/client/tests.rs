//! Tests of the client: what it sends, the rate budget, and what it repeats by itself.

use std::{collections::VecDeque, sync::Mutex};

use endpoint::{Method, Response, Retry, TransportError};
use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;

use super::*;
use crate::{
    PageId,
    models::Parent,
    resources::{CreatePage, GetMe, GetPage},
};

const PAGE: &str = r#"{"object":"page","id":"p"}"#;

/// Time that stands still until somebody waits.
#[derive(Clone)]
struct ManualTimer(Arc<Mutex<Timestamp>>);

impl ManualTimer {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(Timestamp::UNIX_EPOCH)))
    }

    fn seconds(&self) -> f64 {
        seconds(*self.0.lock().unwrap())
    }
}

impl Timer for ManualTimer {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        *self.0.lock().unwrap() += duration;
    }
}

/// Tokio's paused clock, which advances when every task waits.
#[derive(Clone)]
struct PausedTimer(tokio::time::Instant);

impl Timer for PausedTimer {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH + self.0.elapsed()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await; // tidy: sleep, the clock is paused
    }
}

fn seconds(moment: Timestamp) -> f64 {
    moment.duration_since(Timestamp::UNIX_EPOCH).as_secs_f64()
}

type Answer = Result<Response, TransportError>;

/// Answers from a script, then with a page, and notes when which request came.
#[derive(Clone)]
struct Script<C> {
    timer: C,
    answers: Arc<Mutex<VecDeque<Answer>>>,
    sent: Arc<Mutex<Vec<(Timestamp, Request)>>>,
}

impl<C: Timer> Script<C> {
    fn new(timer: C, answers: impl IntoIterator<Item = Answer>) -> Self {
        Self {
            timer,
            answers: Arc::new(Mutex::new(answers.into_iter().collect())),
            sent: Arc::default(),
        }
    }

    fn times(&self) -> Vec<Timestamp> {
        self.sent.lock().unwrap().iter().map(|(at, _)| *at).collect()
    }

    fn sent_at(&self) -> Vec<f64> {
        self.times().into_iter().map(seconds).collect()
    }
}

impl<C: Timer> Transport for Script<C> {
    async fn send(&self, request: Request) -> Answer {
        self.sent.lock().unwrap().push((self.timer.now(), request));
        let scripted = self.answers.lock().unwrap().pop_front();
        scripted.unwrap_or_else(|| answer(200, &[], PAGE))
    }
}

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Answer {
    let header = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Ok(Response {
        status,
        headers: headers.iter().map(header).collect(),
        body: body.to_owned().into(),
    })
}

fn throttled(seconds: &str) -> Answer {
    answer(429, &[("retry-after", seconds)], r#"{"code":"rate_limited"}"#)
}

fn settings() -> Settings {
    Settings {
        base_url: "https://notion.test".to_owned(),
        ..Settings::new(Secret::new("ntn_hidden"))
    }
}

type Tested = (Client<Script<ManualTimer>, ManualTimer>, Script<ManualTimer>, ManualTimer);

fn client(answers: impl IntoIterator<Item = Answer>) -> Tested {
    client_with(settings(), answers)
}

fn client_with(settings: Settings, answers: impl IntoIterator<Item = Answer>) -> Tested {
    let timer = ManualTimer::new();
    let script = Script::new(timer.clone(), answers);
    let client = Client::new(script.clone(), timer.clone(), settings);
    (client, script, timer)
}

fn create() -> CreatePage {
    CreatePage { parent: Parent::Page { page_id: PageId::new("p") }, properties: [].into() }
}

fn get() -> GetPage {
    GetPage { page_id: PageId::new("p") }
}

/// The most calls in any stretch of 60 seconds.
fn fullest_minute(times: &[Timestamp]) -> usize {
    let minute = SignedDuration::from_secs(60);
    let within = |first: &Timestamp, call: &Timestamp| {
        let after = call.duration_since(*first);
        !after.is_negative() && after < minute
    };
    let count = |first| times.iter().filter(|call| within(first, call)).count();
    times.iter().map(count).max().unwrap_or(0)
}

#[tokio::test]
async fn a_call_carries_the_token_and_the_version() {
    let (client, script, _) = client([]);
    let page = client.call(&create()).await.unwrap();
    assert_eq!(page.id.as_str(), "p");
    let sent = script.sent.lock().unwrap();
    let request = &sent[0].1;
    assert_eq!(request.method, Method::Post);
    assert_eq!(request.url, "https://notion.test/v1/pages");
    let headers: Vec<_> =
        request.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    assert_eq!(
        headers,
        [
            "accept: application/json",
            "content-type: application/json",
            "authorization: Bearer ntn_hidden",
            "notion-version: 2026-03-11",
        ]
    );
}

#[tokio::test]
async fn a_correlated_call_is_called_so_and_others_are_not() {
    let (client, script, _) = client([]);
    client.correlated("cor_1").call(&create()).await.unwrap();
    client.call(&create()).await.unwrap();
    let sent = script.sent.lock().unwrap();
    let named = |request: &endpoint::Request| {
        let header = request.headers.iter().find(|(name, _)| name == "x-correlation-id");
        header.map(|(_, value)| value.clone())
    };
    assert_eq!(named(&sent[0].1).as_deref(), Some("cor_1"));
    assert_eq!(named(&sent[1].1), None);
}

#[tokio::test]
async fn no_secret_is_printed() {
    let denied = r#"{"code":"unauthorized","message":"API token ntn_hidden is invalid."}"#;
    let (client, _, _) = client([answer(401, &[], denied)]);
    let error = client.call(&GetMe).await.unwrap_err();
    for printed in [format!("{client:?}"), format!("{error:?}"), error.to_string()] {
        assert!(!printed.contains("hidden"), "{printed}");
    }
    assert!(format!("{client:?}").contains("https://notion.test"));
}

#[tokio::test]
async fn four_hundred_calls_take_two_minutes_and_no_minute_holds_more_than_its_budget() {
    let (client, script, timer) = client([]);
    let clones = [client.clone(), client.clone(), client];
    for index in 0..400 {
        clones[index % 3].call(&create()).await.unwrap();
    }
    assert_eq!(timer.seconds(), 120.0);
    assert_eq!(fullest_minute(&script.times()), 180);
}

#[tokio::test(start_paused = true)]
async fn calls_of_many_tasks_share_one_budget() {
    let timer = PausedTimer(tokio::time::Instant::now());
    let script = Script::new(timer.clone(), []);
    let client = Client::new(script.clone(), timer.clone(), settings());
    let mut tasks = JoinSet::new();
    for _ in 0..8 {
        let client = client.clone();
        tasks.spawn(async move {
            for _ in 0..50 {
                client.call(&create()).await.unwrap();
            }
        });
    }
    tasks.join_all().await;
    let times = script.times();
    assert_eq!(times.len(), 400);
    assert_eq!(fullest_minute(&times), 180);
    let took = seconds(timer.now());
    assert!((120.0..121.0).contains(&took), "{took} s");
}

#[tokio::test]
async fn throttling_pauses_all_clones_for_as_long_as_notion_says() {
    let once = Settings { throttle_retries: 0, ..settings() };
    let (client, script, _) = client_with(once, [throttled("30")]);
    let error = client.call(&create()).await.unwrap_err();
    assert_eq!(error.retry(), Retry::After(Duration::from_secs(30)));
    client.clone().call(&create()).await.unwrap();
    assert_eq!(script.sent_at(), [0.0, 30.0]);
}

#[tokio::test]
async fn a_throttled_write_is_repeated_three_times_and_then_returned() {
    let (client, script, _) = client((0..4).map(|_| throttled("7")));
    let error = client.call(&create()).await.unwrap_err();
    assert_eq!(error.status(), Some(429));
    assert!(!error.is_ambiguous());
    assert_eq!(script.sent_at(), [0.0, 7.0, 14.0, 21.0]);

    let (client, script, _) = self::client([throttled("7"), answer(529, &[], "")]);
    client.call(&create()).await.unwrap();
    assert_eq!(script.sent_at(), [0.0, 7.0, 17.0]);
}

#[tokio::test]
async fn an_absurd_wait_stops_nobody_for_good() {
    for wait in ["86400", "18446744073709551615"] {
        let (client, script, _) = client([throttled(wait)]);
        client.call(&create()).await.unwrap();
        assert_eq!(script.sent_at(), [0.0, 3600.0]);
    }
}

#[tokio::test]
async fn a_blocked_connection_is_told_at_once() {
    let body = r#"{"code":"rate_limited","additional_data":
        {"rate_limit_reason":"public_api_request_blocked"}}"#;
    let (client, script, _) = client([answer(429, &[("retry-after", "5")], body)]);
    let error = client.call(&get()).await.unwrap_err();
    assert!(error.is_blocked());
    assert_eq!(script.sent_at(), [0.0]);
}

#[tokio::test]
async fn a_read_is_repeated_twice_when_notion_fails() {
    let (client, script, _) = client((0..3).map(|_| answer(502, &[], "<html>")));
    let error = client.call(&get()).await.unwrap_err();
    assert_eq!(error.status(), Some(502));
    assert_eq!(script.sent_at(), [0.0, 0.5, 2.0]);

    let named = answer(503, &[("retry-after", "2")], "");
    let (client, script, _) = self::client([named]);
    client.call(&get()).await.unwrap();
    assert_eq!(script.sent_at(), [0.0, 2.0]);

    let long = answer(503, &[("retry-after", "6")], "");
    let (client, script, _) = self::client([long]);
    client.call(&get()).await.unwrap_err();
    assert_eq!(script.sent_at(), [0.0]);
}

#[tokio::test]
async fn what_may_have_happened_or_cannot_be_helped_is_never_repeated() {
    let lost = || {
        Err(TransportError::Interrupted { host: "notion.test".to_owned(), source: "reset".into() })
    };
    let scripts: [fn() -> Answer; 5] = [
        || answer(500, &[], ""),
        || answer(503, &[], r#"{"code":"service_unavailable"}"#),
        || answer(400, &[], r#"{"code":"validation_error"}"#),
        || answer(409, &[], r#"{"code":"conflict_error"}"#),
        || answer(200, &[], "<html>"),
    ];
    for script in scripts.iter().map(|script| script()).chain([lost()]) {
        let (client, script, _) = client([script]);
        client.call(&create()).await.unwrap_err();
        assert_eq!(script.sent_at(), [0.0]);
    }
    let (client, script, _) = client([lost()]);
    client.call(&get()).await.unwrap_err();
    assert_eq!(script.sent_at(), [0.0], "the caller's schedule repeats it");
}

#[tokio::test]
async fn an_argument_that_cannot_be_sent_costs_no_budget() {
    let settings = Settings {
        requests_per_minute: 0, // Taken as one: a budget of nothing would wait for ever.
        ..settings()
    };
    let (client, script, _) = client_with(settings, []);
    let page_id = PageId::new("");
    client.call(&GetPage { page_id }).await.unwrap_err();
    client.call(&get()).await.unwrap();
    client.call(&get()).await.unwrap();
    assert_eq!(script.sent_at(), [0.0, 60.0]);
}

#[tokio::test]
async fn calls_count_for_a_minute() {
    let (client, _, timer) = client([]);
    for _ in 0..3 {
        client.call(&GetMe).await.unwrap();
    }
    assert_eq!(client.calls_this_minute(), 3);
    timer.sleep(Duration::from_secs(60)).await; // tidy: sleep, the clock stands still
    assert_eq!(client.calls_this_minute(), 0);
}
