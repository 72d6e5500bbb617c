//! Tests of the client: what it sends, the rate budget, and what it repeats by itself.

use endpoint::Retry;
use tokio::task::JoinSet;

use super::*;
use crate::{
    ContactId, Kind, LocationId,
    auth::{Pending, PrivateToken, TokenError},
    ledger::{Allowance, LedgerError},
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

fn get_of(id: &str) -> GetContact {
    GetContact { contact_id: ContactId::new(id) }
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
    let denied = r#"{"statusCode":401,"message":"Invalid Private Integration token: pit-hidden"}"#;
    let repeats = [("x-request", "Bearer pit-hidden")];
    let (client, _) = client([answer_with(401, &repeats, denied)]);
    let error = client.call(&get()).await.unwrap_err();
    for printed in [format!("{client:?}"), format!("{error:?}"), error.to_string()] {
        assert!(!printed.contains("hidden"), "{printed}");
    }
    assert_eq!(error.messages(), ["Invalid Private Integration token: [secret]"]);
    let response = error.response().unwrap();
    assert!(!String::from_utf8_lossy(&response.body).contains("hidden"));
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
    assert!(took >= floor && took <= floor * 1.011, "{took} s");
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

type PausedClient = Client<Script<PausedTimer>, PausedTimer>;

/// Clients of two processes that share one ledger, and what they sent together.
fn two_processes(
    settings: &Settings,
    answers: impl IntoIterator<Item = Answer>,
) -> ([PausedClient; 2], Script<PausedTimer>) {
    let timer = PausedTimer::new();
    let script = Script::new(timer.clone(), answers);
    let ledger: Arc<dyn CallLedger> = Arc::new(MemoryLedger::default());
    let clients = [0, 1].map(|jitter_seed| {
        let ledger = Some(Arc::clone(&ledger));
        let settings = Settings { ledger, jitter_seed, ..settings.clone() };
        let tokens = Arc::new(PrivateToken::new("pit-hidden"));
        Client::new(script.clone(), timer.clone(), tokens, location(), settings)
    });
    (clients, script)
}

#[tokio::test(start_paused = true)]
async fn two_clients_with_one_ledger_keep_one_limit_and_use_it() {
    let (clients, script) = two_processes(&settings(), []);
    let mut callers = JoinSet::new();
    for client in &clients {
        for _ in 0..10 {
            let client = client.clone();
            callers.spawn(async move {
                for _ in 0..50 {
                    client.call(&create()).await.unwrap();
                }
            });
        }
    }
    callers.join_all().await;
    let times = script.times();
    assert_eq!((times.len(), fullest_window(&times)), (1000, 100));
    let took = seconds(*times.last().unwrap());
    assert!((90.0..=91.0).contains(&took), "{took} s");
}

#[tokio::test(start_paused = true)]
async fn what_one_client_learns_the_other_keeps_to() {
    let learned = [throttled(&[("retry-after", "30"), ("x-ratelimit-max", "2")])];
    let ([one, other], script) = two_processes(&settings(), learned);
    one.call(&get()).await.unwrap();
    other.call(&get()).await.unwrap();
    other.call(&get()).await.unwrap();
    let sent_at: Vec<_> = script.sent_at().iter().map(|at| at.round() as u32).collect();
    assert_eq!(sent_at, [0, 30, 30, 40], "a pause of 30 s, and two calls in 10 s");
}

#[tokio::test(start_paused = true)]
async fn who_waits_leaves_by_priority_and_then_in_order_of_arrival() {
    let one = Settings { requests_per_window: 1, ..settings() };
    let ([client, _], script) = two_processes(&one, []);
    let bulk = client.with_priority(Priority::Bulk);
    let mut callers = JoinSet::new();
    let arrivals = ["b0", "b1", "b2", "i1", "i2", "i3", "i4", "i5", "i6"];
    for id in arrivals {
        let client = if id.starts_with('b') { bulk.clone() } else { client.clone() };
        callers.spawn(async move { client.call(&get_of(id)).await.map(drop) });
    }
    for left in callers.join_all().await {
        left.unwrap();
    }
    let order: Vec<_> = script.wire().iter().map(|it| it[it.len() - 2..].to_owned()).collect();
    assert_eq!(order, ["b0", "i1", "i2", "i3", "i4", "b1", "i5", "i6", "b2"]);
    assert_eq!(fullest_window(&script.times()), 1);
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_gives_up_holds_nobody_up() {
    let one = Settings { requests_per_window: 1, ..settings() };
    let ([client, _], script) = two_processes(&one, []);
    client.call(&get()).await.unwrap();
    let mut callers = JoinSet::new();
    let handles = ["l", "m", "n"].map(|id| {
        let client = client.clone();
        callers.spawn(async move { client.call(&get_of(id)).await.map(drop) })
    });
    tokio::task::yield_now().await;
    handles[..2].iter().for_each(tokio::task::AbortHandle::abort);
    let mut left = 0;
    while let Some(end) = callers.join_next().await {
        left += usize::from(end.is_ok_and(|outcome| outcome.is_ok()));
    }
    assert_eq!(left, 1);
    assert_eq!(script.wire(), ["GET /contacts/c1", "GET /contacts/n"]);
    assert_eq!(script.sent_at()[1].round(), 10.0);
}

#[tokio::test(start_paused = true)]
async fn patience_ends_in_line_as_well() {
    let few =
        Settings { requests_per_window: 1, patience: Some(Duration::from_secs(15)), ..settings() };
    let ([client, _], script) = two_processes(&few, [answer(503, "")]);
    let mut callers = JoinSet::new();
    for id in ["first", "second", "third"] {
        let client = client.clone();
        callers.spawn(async move { (id, client.call(&get_of(id)).await.map(drop)) });
    }
    let mut ends = Vec::new();
    while let Some(end) = callers.join_next().await {
        let (id, outcome) = end.unwrap();
        ends.push((id, outcome.err().and_then(|error| error.status())));
    }
    assert_eq!(ends, [("second", None), ("first", Some(503)), ("third", None)]);
    assert_eq!(script.wire().len(), 3, "the repetition would have left after 30 s");
}

#[derive(Debug)]
struct BrokenLedger;

impl CallLedger for BrokenLedger {
    fn reserve<'a>(
        &'a self,
        _: &'a Tenant,
        _: Allowance,
        _: Timestamp,
    ) -> Pending<'a, Result<Admission, LedgerError>> {
        Box::pin(future::ready(Err("disk full".into())))
    }

    fn note<'a>(
        &'a self,
        _: &'a Tenant,
        _: Allowance,
        _: &'a [News],
        _: Timestamp,
    ) -> Pending<'a, Result<(), LedgerError>> {
        Box::pin(future::ready(Err("disk full".into())))
    }
}

#[tokio::test]
async fn without_its_ledger_a_client_sends_nothing() {
    let broken = Settings { ledger: Some(Arc::new(BrokenLedger)), ..settings() };
    let (client, script) = client_with(broken, []);
    let error = client.call(&get()).await.unwrap_err();
    assert_eq!((error.retry(), error.is_ambiguous()), (Retry::Backoff, false));
    assert!(error.to_string().ends_with("repair the ledger of calls, then repeat the call"));
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "disk full");
    assert!(script.sent_at().is_empty());
}

/// Gives tokens late, and another one for each that was refused.
struct SlowTokens(PausedTimer);

impl TokenSource for SlowTokens {
    fn access<'a>(&'a self, _: &'a Tenant) -> Pending<'a, Result<Secret, TokenError>> {
        Box::pin(async {
            let first =
                Duration::from_secs(5) // The first ones wait for a refresh.
                    .saturating_sub(
                        self.0.now().duration_since(Timestamp::UNIX_EPOCH).unsigned_abs(),
                    );
            self.0.sleep(first).await; // tidy: sleep, the clock is paused
            Ok(Secret::new("slow"))
        })
    }

    fn renew<'a>(
        &'a self,
        _: &'a Tenant,
        _: &'a Secret,
    ) -> Pending<'a, Result<Option<Secret>, TokenError>> {
        Box::pin(future::ready(Ok(Some(Secret::new("renewed")))))
    }
}

fn with_slow_tokens(
    settings: Settings,
    answers: impl IntoIterator<Item = Answer>,
) -> (PausedClient, Script<PausedTimer>) {
    let timer = PausedTimer::new();
    let script = Script::new(timer.clone(), answers);
    let tokens = Arc::new(SlowTokens(timer.clone()));
    (Client::new(script.clone(), timer, tokens, location(), settings), script)
}

#[tokio::test(start_paused = true)]
async fn a_late_token_moves_no_call_out_of_its_window() {
    let (client, script) = with_slow_tokens(settings(), []);
    let mut callers = JoinSet::new();
    for _ in 0..150 {
        let client = client.clone();
        callers.spawn(async move { client.call(&create()).await.map(drop) });
    }
    callers.join_all().await;
    assert_eq!(script.times().len(), 150);
    assert_eq!(fullest_window(&script.times()), 100);
}

#[tokio::test(start_paused = true)]
async fn a_renewed_token_does_not_outlast_patience() {
    let hasty =
        Settings { requests_per_window: 1, patience: Some(Duration::from_secs(1)), ..settings() };
    let expired = answer(401, r#"{"message":"Invalid JWT"}"#);
    let (client, script) = with_slow_tokens(hasty, [expired]);
    let error = client.call(&get()).await.unwrap_err();
    assert_eq!(error.kind(), Some(&Kind::Expired));
    assert_eq!(script.times().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn who_waits_in_line_is_stopped_at_once_too() {
    let fragile = Settings { requests_per_window: 1, breaker_failures: Some(1), ..settings() };
    let ([client, _], script) = two_processes(&fragile, [answer(500, "")]);
    let mut callers = JoinSet::new();
    for _ in 0..50 {
        let client = client.clone();
        callers.spawn(async move { client.call(&create()).await.unwrap_err() });
    }
    let errors = callers.join_all().await;
    let stopped = errors.iter().filter(|error| error.kind() == Some(&Kind::Stopped)).count();
    assert_eq!((stopped, script.times().len()), (49, 1));
    assert!(seconds(script.timer.now()) < 11.0, "they did not wait for a budget each");
}
