//! Tests of the client: what it sends, the address's budget, and what it repeats by itself.

use std::{collections::VecDeque, sync::Mutex, time::Duration};

use endpoint::{Method, Response, Retry, TransportError};
use jiff::Timestamp;

use super::*;
use crate::{
    Kind,
    models::Customer,
    resources::{CreateLead, GetMe, List},
};

const ME: &str = r#"{"user_token":"T0other","user_id":1,"subdomain":"shop"}"#;

/// Time that stands still until somebody waits.
#[derive(Clone)]
struct ManualTimer(Arc<Mutex<Timestamp>>);

impl Timer for ManualTimer {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        *self.0.lock().unwrap() += duration;
    }
}

type Answer = Result<Response, TransportError>;

/// Answers from a script, then with the account, and notes when which request came.
#[derive(Clone)]
struct Script {
    timer: ManualTimer,
    answers: Arc<Mutex<VecDeque<Answer>>>,
    sent: Arc<Mutex<Vec<(f64, Request)>>>,
}

impl Script {
    fn sent_at(&self) -> Vec<f64> {
        self.sent.lock().unwrap().iter().map(|(at, _)| *at).collect()
    }
}

impl Transport for Script {
    async fn send(&self, request: Request) -> Answer {
        let at = self.timer.now().duration_since(Timestamp::UNIX_EPOCH).as_secs_f64();
        self.sent.lock().unwrap().push((at, request));
        let scripted = self.answers.lock().unwrap().pop_front();
        scripted.unwrap_or_else(|| answer(200, &[], ME))
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
    answer(429, &[("retry-after", seconds)], "")
}

fn settings() -> Settings {
    Settings::new("https://shop.test".to_owned(), Secret::new("T0hidden-key"))
}

type Tested = Client<Script, ManualTimer>;

fn client(answers: impl IntoIterator<Item = Answer>) -> (Tested, Script) {
    let timer = ManualTimer(Arc::new(Mutex::new(Timestamp::UNIX_EPOCH)));
    let script = Script {
        timer: timer.clone(),
        answers: Arc::new(Mutex::new(answers.into_iter().collect())),
        sent: Arc::default(),
    };
    (Client::new(script.clone(), timer, settings(), AddressBudget::default()), script)
}

#[test]
fn an_address_is_made_of_a_subdomain_and_of_nothing_else() {
    assert_eq!(base_url(" My-Shop2 ").as_deref(), Some("https://my-shop2.repairshopr.com"));
    let long = "a".repeat(64);
    for text in ["", "a.b", "evil.test/", "a@b", "a:1", "-a", "a-", "shöp", "a b", &long] {
        assert_eq!(base_url(text), None, "{text}");
    }
}

#[tokio::test]
async fn a_call_carries_the_key_in_the_header_and_nowhere_else() {
    let (client, script) = client([]);
    client.correlated("cor_1").call(&GetMe).await.unwrap();
    let sent = script.sent.lock().unwrap();
    let request = &sent[0].1;
    assert_eq!(
        (request.method, request.url.as_str()),
        (Method::Get, "https://shop.test/api/v1/me")
    );
    let headers: Vec<_> =
        request.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    assert_eq!(
        headers,
        [
            "accept: application/json",
            "authorization: Bearer T0hidden-key",
            "x-correlation-id: cor_1",
        ]
    );
}

#[tokio::test]
async fn no_secret_is_printed() {
    let denied = r#"{"error":"T0hidden-key is no key","user_token":"T0hidden-too"}"#;
    let (client, _) = client([answer(401, &[], denied), answer(200, &[], denied)]);
    let refused = client.call(&GetMe).await.unwrap_err();
    let unreadable = client.call(&List::<Customer>::page(1)).await.unwrap_err();
    for printed in
        [format!("{client:?}"), format!("{refused:?}{unreadable:?}"), refused.to_string()]
    {
        assert!(!printed.contains("hidden"), "{printed}");
    }
}

#[tokio::test]
async fn clients_of_one_address_share_its_budget() {
    let budget = AddressBudget::default();
    let timer = ManualTimer(Arc::new(Mutex::new(Timestamp::UNIX_EPOCH)));
    let (_, script) = client([]);
    let script = Script { timer: timer.clone(), ..script };
    let clients =
        [0, 1, 2].map(|_| Client::new(script.clone(), timer.clone(), settings(), budget.clone()));
    for number in 0..301 {
        clients[number % 3].call(&GetMe).await.unwrap();
    }
    let times = script.sent_at();
    assert_eq!((times[149], times[150], times[299], times[300]), (0.0, 60.0, 60.0, 120.0));
}

#[tokio::test]
async fn throttling_pauses_everybody_for_as_long_as_it_says_or_a_minute() {
    let (client, script) = client([throttled("7"), answer(429, &[], "")]);
    client.call(&GetMe).await.unwrap();
    assert_eq!(script.sent_at(), [0.0, 7.0, 67.0]);

    let (client, script) = self::client((0..4).map(|_| throttled("7")));
    let error = client.call(&GetMe).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.retry()),
        (Kind::Throttled, Retry::After(Duration::from_secs(7)))
    );
    assert_eq!(script.sent_at(), [0.0, 7.0, 14.0, 21.0]);
    client.call(&GetMe).await.unwrap();
    assert_eq!(script.sent_at()[4], 28.0, "the pause outlives the call");

    let (client, script) = self::client([throttled("18446744073709551615")]);
    client.call(&GetMe).await.unwrap();
    assert_eq!(script.sent_at(), [0.0, 3600.0]);
}

#[tokio::test]
async fn what_failed_is_repeated_twice_also_where_it_failed_with_a_success() {
    let pages = [answer(502, &[], "<html>"), answer(200, &[], "<html>"), answer(503, &[], "")];
    let (client, script) = client(pages);
    let error = client.call(&GetMe).await.unwrap_err();
    assert_eq!(error.status(), Some(503));
    assert_eq!(script.sent_at(), [0.0, 1.0, 5.0]);

    let (client, script) = self::client([answer(503, &[("retry-after", "31")], "")]);
    client.call(&GetMe).await.unwrap_err();
    assert_eq!(script.sent_at(), [0.0], "so long a wait belongs to the caller's schedule");
}

#[tokio::test]
async fn what_writes_is_not_repeated_where_it_may_have_been_carried_out() {
    for failed in [answer(502, &[], ""), answer(200, &[], "<html>"), answer(200, &[], "[]")] {
        let (client, script) = client([failed]);
        let error = client.call(&CreateLead::default()).await.unwrap_err();
        assert!(error.is_ambiguous(), "{error}");
        assert_eq!(script.sent_at(), [0.0]);
    }
    let (client, script) = client([throttled("7"), answer(422, &[], "")]);
    let error = client.call(&CreateLead::default()).await.unwrap_err();
    assert!(!error.is_ambiguous());
    assert_eq!(script.sent_at(), [0.0, 7.0], "what was turned away was not carried out");
    let (client, _) = self::client([answer(200, &[], "{}")]);
    assert!(!client.call(&List::<Customer>::page(1)).await.unwrap_err().is_ambiguous());
}

#[tokio::test]
async fn what_cannot_be_helped_is_told_at_once() {
    let lost =
        Err(TransportError::Interrupted { host: "shop.test".to_owned(), source: "x".into() });
    for script in [
        answer(401, &[], ""),
        answer(404, &[], ""),
        answer(422, &[], ""),
        answer(302, &[("location", "https://elsewhere.test")], ""),
        answer(200, &[], r#"{"other":1}"#),
        lost,
    ] {
        let (client, script) = client([script]);
        client.call(&List::<Customer>::page(1)).await.unwrap_err();
        assert_eq!(script.sent_at(), [0.0]);
    }
}
