//! Tests: how often webhooks are odd, and what a subscriber then receives.

use endpoint::{
    Method, Request, Transport as _,
    http::{HttpTransport, Settings as HttpSettings},
};
use serde_json::{Value, json};

use super::*;
use crate::{
    clock::SandboxClock,
    highlevel::{
        HighLevelSandbox, HighLevelSettings, RetryRule, example,
        receiver::{Receiver, still_clock},
        signer::Signer,
        webhook::{WebhookOptions, WebhookSender},
    },
};

struct Bench {
    sender: WebhookSender,
    clock: SandboxClock,
    receiver: Receiver,
}

async fn bench(oddities: Oddities, answers: &[u16]) -> Bench {
    let settings = HighLevelSettings { oddities, ..HighLevelSettings::default() };
    let clock = still_clock();
    let signer = Signer::new(1, false).unwrap();
    let sender = WebhookSender::new(&settings, signer, clock.clone()).unwrap();
    let receiver = Receiver::start(answers).await;
    sender.subscribe(&receiver.url()).unwrap();
    Bench { sender, clock, receiver }
}

impl Bench {
    async fn emit(&self, number: u32) {
        let event = json!({ "type": "Numbered", "number": number }).to_string();
        self.sender.emit(&event, "an event").await.unwrap();
    }

    fn options(&self, oddities: Oddities) {
        let options = WebhookOptions { oddities, ..self.sender.options() };
        self.sender.set_options(options).unwrap();
    }

    fn received(&self) -> Vec<Value> {
        let received = self.receiver.received();
        received.iter().map(|one| serde_json::from_slice(&one.body).unwrap()).collect()
    }

    fn numbers(&self) -> Vec<u64> {
        self.received().iter().map(|one| one["number"].as_u64().unwrap()).collect()
    }

    async fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
        self.sender.send_due().await;
    }
}

#[test]
fn chances_follow_from_the_seed_and_keep_to_their_measure() {
    let oddities = Oddities { duplicate: 0.25, delay: 0.1, ..Oddities::default() };
    let run = |seed| (1..=4_000).map(|number| oddities.befall(seed, number)).collect::<Vec<_>>();
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
    let duplicates = run(1).iter().filter(|odd| odd.duplicate).count();
    assert!((900..1_100).contains(&duplicates), "{duplicates}");
    let delays: Vec<u64> =
        run(1).iter().filter_map(|odd| odd.delay).map(|delay| delay.as_secs()).collect();
    assert!((340..460).contains(&delays.len()), "{}", delays.len());
    assert!(delays.iter().all(|delay| (1..=3_600).contains(delay)));
    assert!(delays.iter().any(|delay| *delay > 3_000) && delays.iter().any(|delay| *delay < 600));
}

#[test]
fn one_oddity_changes_nothing_about_where_another_strikes() {
    let alone = Oddities { duplicate: 0.3, ..Oddities::default() };
    let both = Oddities { no_type: 0.5, delay: 0.5, ..alone };
    for number in 0..500 {
        assert_eq!(alone.befall(7, number).duplicate, both.befall(7, number).duplicate);
    }
}

#[test]
fn what_makes_no_sense_is_refused() {
    let wrong = Oddities { reorder: 1.5, ..Oddities::default() };
    let error = OdditiesError::Probability { name: "reorder", probability: 1.5 };
    assert_eq!(wrong.check(), Err(error));
    for seconds in [0, LONGEST_DELAY + 1] {
        let wrong = Oddities { longest_delay_seconds: seconds, ..Oddities::default() };
        assert_eq!(wrong.check(), Err(OdditiesError::Delay(seconds)));
    }
    let weekly = Oddities { longest_delay_seconds: LONGEST_DELAY, ..Oddities::default() };
    assert_eq!(weekly.check(), Ok(()));
}

#[test]
fn the_fields_that_live_bodies_lack_go_and_the_others_keep_their_bytes() {
    let odd = Odd { missing_fields: true, ..Odd::default() };
    let task = r#"{"type":"TaskCreate","id":"t","contactId":"c","body":"b","n":1.50e+1}"#;
    assert_eq!(odd.strip(task), r#"{"id":"t","n":1.50e+1,"type":"TaskCreate"}"#);
    let done = task.replace("TaskCreate", "TaskComplete");
    assert_eq!(odd.strip(&done), done);
    let note = r#"{"type":"NoteUpdate","body":"b","userId":"u"}"#;
    assert_eq!(odd.strip(note), r#"{"body":"b","type":"NoteUpdate"}"#);
    let dnd = r#"{"type":"ContactDndUpdate","attachments":[],"inboundDndSettings":{}}"#;
    assert_eq!(odd.strip(dnd), r#"{"type":"ContactDndUpdate"}"#);
    assert_eq!(odd.strip("[]"), "[]");

    let odd = Odd { no_type: true, ..Odd::default() };
    for name in ["TaskCreate.1", "ContactCreate.1", "InvoicePaid.1"] {
        let json = example(name).unwrap().json;
        let mut whole: Value = serde_json::from_str(json).unwrap();
        whole.as_object_mut().unwrap().remove("type");
        assert_eq!(serde_json::from_str::<Value>(&odd.strip(json)).unwrap(), whole, "{name}");
    }
}

#[tokio::test]
async fn without_oddities_every_event_comes_once_and_in_order() {
    let bench = bench(Oddities::default(), &[]).await;
    for number in 1..=5 {
        bench.emit(number).await;
    }
    assert_eq!(bench.numbers(), [1, 2, 3, 4, 5]);
    assert_eq!(bench.sender.waiting(), 0);
}

#[tokio::test]
async fn a_duplicate_is_the_same_delivery_twice() {
    let bench = bench(Oddities { duplicate: 1.0, ..Oddities::default() }, &[]).await;
    bench.emit(1).await;
    bench.emit(2).await;
    assert_eq!(bench.numbers(), [1, 1, 2, 2]);
    let received = bench.receiver.received();
    assert_eq!(received[0].body, received[1].body);
    assert_eq!(received[0].header("deliveryid"), received[1].header("deliveryid"));
    assert_ne!(received[1].header("deliveryid"), received[2].header("deliveryid"));
}

#[tokio::test]
async fn a_webhook_is_overtaken_by_the_next_or_comes_after_a_while() {
    let always = Oddities { reorder: 1.0, ..Oddities::default() };
    let bench = bench(always, &[]).await;
    bench.emit(1).await;
    bench.emit(2).await;
    assert_eq!((bench.numbers(), bench.sender.waiting()), (vec![], 2));
    bench.options(Oddities::default());
    bench.emit(3).await;
    assert_eq!((bench.numbers(), bench.sender.waiting()), (vec![3, 1, 2], 0));

    bench.options(always);
    bench.emit(4).await;
    bench.advance(9).await;
    assert_eq!(bench.numbers().len(), 3);
    bench.advance(1).await;
    assert_eq!(bench.numbers(), [3, 1, 2, 4]);
}

#[tokio::test]
async fn a_delay_of_days_passes_by_the_clock_and_is_logged() {
    let days = Oddities { delay: 1.0, longest_delay_seconds: LONGEST_DELAY, ..Oddities::default() };
    let bench = bench(days, &[429]).await;
    let delivered = bench.sender.emit(r#"{"number":1}"#, "an event").await.unwrap();
    assert_eq!(delivered.status, None);
    assert!(delivered.failure.unwrap().starts_with("held back until 2026-03-"));
    let log = bench.sender.deliveries();
    assert!(log[0].attempts.is_empty() && log[0].next_attempt_at.is_some());

    bench.advance(LONGEST_DELAY.into()).await;
    // The first try was throttled: the older rule's next one is due ten minutes after it.
    bench.advance(600).await;
    assert_eq!((bench.numbers(), bench.sender.waiting()), (vec![1, 1], 0));
    let log = bench.sender.deliveries();
    assert_eq!((log.len(), log[0].attempts.len()), (1, 2));
}

#[tokio::test]
async fn a_webhook_without_a_type_is_still_named_in_the_log() {
    let bench = bench(Oddities { no_type: 1.0, ..Oddities::default() }, &[]).await;
    bench.emit(1).await;
    assert_eq!(bench.received()[0].get("type"), None);
    assert_eq!(bench.sender.deliveries()[0].event, "Numbered");
}

#[tokio::test]
async fn changes_are_told_with_the_oddities_that_the_control_api_sets() {
    let sandbox =
        HighLevelSandbox::start(HighLevelSettings::default(), still_clock()).await.unwrap();
    let receiver = Receiver::start(&[]).await;
    sandbox.subscribe(&receiver.url()).unwrap();
    let call = async |method, path: &str, body: Value| {
        let url = format!("{}{path}", sandbox.url());
        let request = Request { method, url, headers: Vec::new(), body: body.to_string().into() }
            .with_header("authorization", format!("Bearer {}", sandbox.token()))
            .with_header("version", "2021-07-28")
            .with_header("content-type", "application/json");
        let transport = HttpTransport::new(HttpSettings::default()).unwrap();
        let answer = transport.send(request).await.unwrap();
        (answer.status, serde_json::from_slice::<Value>(&answer.body).unwrap())
    };
    let options = json!({ "retry_rule": "persistent", "oddities": { "duplicate": 1.0 } });
    let (status, set) = call(Method::Put, "/_sandbox/webhooks", options).await;
    assert_eq!((status, &set["oddities"]["duplicate"]), (200, &json!(1.0)));
    assert_eq!(sandbox.sender().options().retry_rule, RetryRule::Persistent);

    let body = json!({ "locationId": sandbox.location_id(), "email": "odd@example.com" });
    assert_eq!(call(Method::Post, "/contacts/", body).await.0, 201);
    while receiver.received().len() < 2 {
        tokio::task::yield_now().await;
    }
    let received = receiver.received();
    assert_eq!(received[0].body, received[1].body);

    for wrong in [
        json!({ "oddities": { "duplicate": 2 } }),
        json!({ "oddities": { "duplicated": 0.5 } }),
        json!({ "retry_rule": "never" }),
    ] {
        let (status, refusal) = call(Method::Put, "/_sandbox/webhooks", wrong).await;
        assert_eq!(status, 400, "{refusal}");
    }
    assert_eq!(call(Method::Get, "/_sandbox/webhooks", json!({})).await.1, set);
    call(Method::Post, "/_sandbox/reset", json!({})).await;
    assert_eq!(sandbox.sender().options(), WebhookOptions::default());
}
