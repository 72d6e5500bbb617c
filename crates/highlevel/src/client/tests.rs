//! Tests of the client: what it sends, the rate budget, and what it repeats by itself.

use tokio::task::JoinSet;

use super::*;
use crate::{
    ContactId, LocationId,
    auth::PrivateToken,
    models::ContactFields,
    resources::{AddTags, CreateContact, DeleteContact, GetContact, SearchContacts, SendMessage},
    stand_ins::{
        Answer, CONTACT, PausedTimer, Script, answer, answer_with, client, client_with,
        fullest_window, location, lost, seconds, settings, unreachable,
    },
};

fn get() -> GetContact {
    GetContact { contact_id: ContactId::new("c1") }
}

fn create() -> CreateContact {
    CreateContact::new(location(), ContactFields::default())
}

fn throttled(headers: &[(&str, &str)]) -> Answer {
    answer_with(429, headers, r#"{"statusCode":429,"message":"Too Many Requests"}"#)
}

/// Whether waits are as long as these, give or take a fifth each.
fn about(sent_at: &[f64], waits: &[f64]) -> bool {
    let gaps: Vec<_> = sent_at.windows(2).map(|pair| pair[1] - pair[0]).collect();
    gaps.len() == waits.len()
        && gaps.iter().zip(waits).all(|(gap, wait)| (gap - wait).abs() <= wait / 5.0 + 0.001)
}

#[tokio::test]
async fn a_call_carries_the_token_and_the_version_of_its_operation() {
    let (client, script) = client([]);
    client.call(&create()).await.unwrap();
    let request = &script.requests()[0];
    let headers: Vec<_> =
        request.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    assert_eq!(
        headers,
        [
            "accept: application/json",
            "content-type: application/json",
            "version: 2021-07-28",
            "authorization: Bearer pit-hidden",
        ]
    );
}

#[tokio::test]
async fn no_secret_is_printed() {
    let denied = r#"{"statusCode":401,"message":"Invalid Private Integration token"}"#;
    let (client, _) = client([answer(401, denied)]);
    let error = client.call(&get()).await.unwrap_err();
    for printed in [format!("{client:?}"), format!("{error:?}"), error.to_string()] {
        assert!(!printed.contains("hidden"), "{printed}");
    }
    assert!(format!("{client:?}").contains("loc1"));
}

#[tokio::test(start_paused = true)]
async fn two_thousand_calls_of_twenty_callers_keep_the_limit_and_use_it() {
    let timer = PausedTimer::new();
    let script = Script::new(timer.clone(), []);
    let tokens = Arc::new(PrivateToken::new("pit-hidden"));
    let client = Client::new(script.clone(), timer.clone(), tokens, location(), settings());
    let mut callers = JoinSet::new();
    for _ in 0..20 {
        let client = client.clone();
        callers.spawn(async move {
            for _ in 0..100 {
                client.call(&create()).await.unwrap();
            }
        });
    }
    callers.join_all().await;
    let times = script.times();
    assert_eq!(times.len(), 2000);
    assert_eq!(fullest_window(&times), 100);
    let (floor, took) = (190.0, seconds(timer.now())); // 100 at once, then 100 per 10 s.
    assert!(took >= floor && took <= floor * 1.03, "{took} s");
}

#[tokio::test]
async fn each_tenant_has_a_budget_and_clients_for_one_tenant_share_it() {
    let limited = Settings { requests_per_window: 1, ..settings() };
    let (client, script) = client_with(limited, []);
    let other = client.for_tenant(LocationId::new("loc2"));
    client.call(&get()).await.unwrap();
    other.call(&get()).await.unwrap();
    assert_eq!(script.sent_at(), [0.0, 0.0]);
    other.for_tenant(location()).call(&get()).await.unwrap();
    assert_eq!(script.sent_at()[2], 10.1);
}

#[tokio::test]
async fn headers_lower_what_is_left_and_never_raise_it() {
    let spent = |left| answer_with(200, &[("x-ratelimit-remaining", left)], CONTACT);
    let (client, script) = client([spent("2")]);
    for _ in 0..4 {
        client.call(&get()).await.unwrap();
    }
    assert_eq!(script.sent_at(), [0.0, 0.0, 0.0, 10.1], "others spent 97");

    let limited = Settings { requests_per_window: 2, ..settings() };
    let (client, script) = client_with(limited, [spent("99"), spent("98")]);
    for _ in 0..3 {
        client.call(&get()).await.unwrap();
    }
    assert_eq!(script.sent_at(), [0.0, 0.0, 10.1]);
}

#[tokio::test]
async fn the_own_calls_in_a_header_are_not_counted_twice() {
    let left =
        |left: usize| answer_with(200, &[("x-ratelimit-remaining", &left.to_string())], CONTACT);
    let (client, script) = client((0..100).map(|call| left(99 - call)));
    for _ in 0..100 {
        client.call(&get()).await.unwrap();
    }
    assert!(script.sent_at().iter().all(|at| *at == 0.0));
}

#[tokio::test]
async fn a_lower_limit_of_the_plan_is_learned() {
    let plan = || answer_with(200, &[("x-ratelimit-max", "25")], CONTACT);
    let (client, script) = client((0..60).map(|_| plan()));
    for _ in 0..60 {
        client.call(&get()).await.unwrap();
    }
    assert_eq!(fullest_window(&script.times()), 25);
}

#[tokio::test]
async fn throttling_pauses_everybody_for_as_long_as_is_said_or_for_the_window() {
    let (client, script) = client([throttled(&[("retry-after", "30")])]);
    client.call(&create()).await.unwrap();
    assert_eq!(script.sent_at(), [0.0, 30.0]);

    let once = Settings { throttle_retries: Some(0), ..settings() };
    let (client, script) = client_with(once, [throttled(&[])]);
    let error = client.call(&create()).await.unwrap_err();
    assert_eq!(error.kind(), Some(&Kind::Throttled));
    assert!(!error.is_ambiguous());
    client.clone().call(&create()).await.unwrap();
    assert_eq!(script.sent_at(), [0.0, 10.1]);
}

#[tokio::test]
async fn throttling_is_waited_out_until_patience_ends() {
    let (client, script) = client((0..100).map(|_| throttled(&[])));
    let error = client.call(&create()).await.unwrap_err();
    assert_eq!(error.kind(), Some(&Kind::Throttled));
    assert_eq!(script.sent_at().len(), 30, "300 s of patience hold 30 windows");

    let patient = Settings { patience: None, ..settings() };
    let (client, script) = client_with(patient, (0..100).map(|_| throttled(&[])));
    client.call(&create()).await.unwrap();
    assert_eq!(script.sent_at().len(), 101);
}

#[tokio::test]
async fn the_end_of_the_days_calls_is_an_error_and_the_next_full_hour_finds_out() {
    let over = throttled(&[("x-ratelimit-daily-remaining", "0")]);
    let (client, script) = client([over]);
    let told = client.call(&get()).await.unwrap_err();
    let known = client.call(&get()).await.unwrap_err();
    for error in [told, known] {
        assert_eq!(error.kind(), Some(&Kind::DailyLimit));
    }
    assert_eq!(script.sent_at().len(), 1);
    script.timer.advance(Duration::from_secs(3600));
    client.call(&get()).await.unwrap();

    let two_a_day = Settings { requests_per_day: 2, ..settings() };
    let (client, script) = client_with(two_a_day, []);
    client.call(&get()).await.unwrap();
    client.call(&get()).await.unwrap();
    let error = client.call(&get()).await.unwrap_err();
    assert_eq!(error.retry(), Retry::After(Duration::from_secs(24 * 3600)));
    assert_eq!(script.sent_at().len(), 2);
}

#[tokio::test]
async fn a_read_is_repeated_when_anything_fails_to_serve_it() {
    let failures: [fn() -> Answer; 6] = [
        || answer(502, "<html>"),
        || answer(500, r#"{"statusCode":500,"message":"Internal"}"#),
        || answer(200, "<html>busy</html>"),
        || answer(200, ""),
        || answer(200, r#"{"contact":{"id""#),
        lost,
    ];
    for failure in failures {
        let (client, script) = client((0..9).map(|_| failure()));
        client.call(&get()).await.unwrap_err();
        assert!(about(&script.sent_at(), &[0.5, 1.0, 2.0]), "{:?}", script.sent_at());
    }
    let (client, script) = client([answer(502, ""), lost(), unreachable()]);
    client.call(&SearchContacts::new(location())).await.unwrap_err();
    assert_eq!(script.sent_at().len(), 4, "the last reply is no page of contacts");
}

#[tokio::test]
async fn a_write_is_repeated_only_where_it_cannot_happen_twice() {
    let (client, script) = client([unreachable(), unreachable()]);
    client.call(&create()).await.unwrap();
    assert_eq!(script.sent_at().len(), 3, "it never left");

    for failure in
        [lost(), answer(500, ""), answer(503, ""), answer(200, "<html>"), answer(201, "")]
    {
        let (client, script) = self::client([failure]);
        let error = client.call(&create()).await.unwrap_err();
        assert!(error.is_ambiguous(), "{error}");
        assert_eq!(script.sent_at().len(), 1);
    }

    let (client, script) = self::client([lost(), answer(503, ""), answer(201, r#"{"tags":[]}"#)]);
    let tags = AddTags { contact_id: ContactId::new("c1"), tags: vec!["vip".to_owned()] };
    client.call(&tags).await.unwrap();
    assert_eq!(script.sent_at().len(), 3, "tags twice are tags once");

    let (client, script) = self::client([lost(), answer(404, r#"{"message":"Not found"}"#)]);
    let delete = DeleteContact { contact_id: ContactId::new("c1") };
    let error = client.call(&delete).await.unwrap_err();
    assert_eq!(error.kind(), Some(&Kind::NotFound));
    assert_eq!(script.sent_at().len(), 2);
}

#[tokio::test]
async fn what_was_refused_or_has_another_shape_is_not_repeated() {
    for refusal in [
        answer(400, r#"{"message":"no"}"#),
        answer(401, r#"{"message":"Invalid JWT"}"#),
        answer(422, r#"{"message":["property x should not exist"]}"#),
        answer(200, r#"{"contact":7}"#),
    ] {
        let (client, script) = client([refusal]);
        client.call(&get()).await.unwrap_err();
        assert_eq!(script.sent_at().len(), 1);
    }
}

#[tokio::test]
async fn an_empty_success_is_one_only_where_it_is_documented() {
    let (client, _) = client([answer(201, ""), answer(200, r#"{"messageId":"m1"}"#)]);
    let message = SendMessage::sms(ContactId::new("c1"), "hello");
    assert_eq!(client.call(&message).await.unwrap(), None);
    let sent = client.call(&message).await.unwrap().unwrap();
    assert_eq!(sent.message_id.unwrap().as_str(), "m1");
}

#[tokio::test]
async fn a_long_wait_that_is_named_belongs_to_the_caller() {
    let (client, script) = client([answer_with(503, &[("retry-after", "11")], "")]);
    let error = client.call(&get()).await.unwrap_err();
    assert_eq!(error.retry(), Retry::After(Duration::from_secs(11)));
    assert_eq!(script.sent_at().len(), 1);
}

#[tokio::test]
async fn after_five_failures_nothing_is_sent_until_one_call_was_answered() {
    let failing = (0..6).map(|_| answer(503, ""));
    let (client, script) = client(failing);
    client.call(&get()).await.unwrap_err();
    assert_eq!(script.sent_at().len(), 4, "one call and its repetitions");
    let other = client.for_tenant(LocationId::new("loc2"));
    let error = client.call(&get()).await.unwrap_err();
    assert_eq!(script.sent_at().len(), 5);
    assert_eq!(error.status(), Some(503), "the attempt that stopped all says why");

    let stopped = client.call(&get()).await.unwrap_err();
    assert_eq!(stopped.kind(), Some(&Kind::Stopped));
    let Retry::After(wait) = stopped.retry() else { panic!("{stopped}") };
    assert!(wait <= Duration::from_secs(60) && !stopped.is_ambiguous(), "{wait:?}");
    assert_eq!(script.sent_at().len(), 5);

    script.timer.advance(wait);
    client.call(&get()).await.unwrap_err();
    assert_eq!(script.sent_at().len(), 6, "one call finds out");
    assert_eq!(client.call(&get()).await.unwrap_err().kind(), Some(&Kind::Stopped));
    other.call(&get()).await.unwrap();
    script.timer.advance(Duration::from_secs(60));
    client.call(&get()).await.unwrap();
    client.call(&get()).await.unwrap();
}

#[tokio::test]
async fn refusals_and_throttling_stop_nothing() {
    let refused = (0..20).map(|_| answer(422, r#"{"message":["no"]}"#));
    let (client, script) = client(refused.chain((0..6).map(|_| throttled(&[]))));
    for _ in 0..20 {
        client.call(&get()).await.unwrap_err();
    }
    client.call(&get()).await.unwrap();
    assert_eq!(script.sent_at().len(), 27);
}
