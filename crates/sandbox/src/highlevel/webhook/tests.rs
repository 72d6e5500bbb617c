//! Tests: what a subscriber receives, how it is signed, and when it comes again.

use std::time::Duration;

use highlevel::webhook::{PublicKeys, Signatures, verify};

use super::*;
use crate::highlevel::{
    example,
    receiver::{NOON, Received, Receiver, still_clock},
};

const TEN_MINUTES: Duration = Duration::from_secs(600);

struct Bench {
    sender: WebhookSender,
    clock: SandboxClock,
    receiver: Receiver,
}

/// A sender whose subscriber gives these answers, then 200.
async fn bench(rule: RetryRule, answers: &[u16]) -> Bench {
    let settings = HighLevelSettings { retry_rule: rule, ..HighLevelSettings::default() };
    let clock = still_clock();
    let signer = Signer::new(1, false).unwrap();
    let sender = WebhookSender::new(&settings, signer, clock.clone()).unwrap();
    let receiver = Receiver::start(answers).await;
    sender.subscribe(&receiver.url()).unwrap();
    Bench { sender, clock, receiver }
}

impl Bench {
    async fn deliver(&self) -> Delivered {
        let note = example("NoteCreate.1").unwrap();
        self.sender.deliver(note.json, note.file).await.unwrap()
    }

    async fn advance(&self, by: Duration) -> usize {
        self.clock.advance(by);
        self.sender.send_due().await;
        self.receiver.received().len()
    }
}

/// Whether the hub's own reader of signatures takes it.
fn verifies(received: &Received, keys: &[String]) -> bool {
    let keys = PublicKeys::parse(keys.iter().map(String::as_str)).unwrap();
    let header = |name| received.headers.get(name).map(|value| value.to_str().unwrap());
    let signatures =
        Signatures { ed25519: header("x-ghl-signature"), rsa: header("x-wh-signature") };
    verify(&keys, signatures, &received.body).is_ok()
}

#[tokio::test]
async fn a_subscriber_receives_the_signed_live_form() {
    let bench = bench(RetryRule::OnlyThrottled, &[]).await;
    let delivered = bench.deliver().await;

    let received = bench.receiver.received();
    assert_eq!(received.len(), 1);
    let sent: serde_json::Value = serde_json::from_slice(&received[0].body).unwrap();
    assert_eq!(sent["webhookId"], *delivered.webhook_id);
    assert_eq!(sent["timestamp"], NOON);
    assert_eq!(received[0].header("content-type"), "application/json");
    assert_eq!(received[0].header("deliveryid"), delivered.delivery_id);
    assert!(received[0].header("user-agent").starts_with("HighLevel-Sandbox/"));
    assert!(verifies(&received[0], &bench.sender.signer().public_keys()));
    assert_eq!(received[0].body, delivered.body);
    assert_eq!(delivered.body_sha256.len(), 64);
    assert_eq!((delivered.status, delivered.event.as_str()), (Some(200), "NoteCreate"));
}

#[tokio::test]
async fn the_legacy_signature_verifies_too() {
    let clock = still_clock();
    let signer = Signer::new(1, true).unwrap();
    let sender = WebhookSender::new(&HighLevelSettings::default(), signer, clock).unwrap();
    let receiver = Receiver::start(&[]).await;
    sender.subscribe(&receiver.url()).unwrap();
    sender.deliver("{}", "Empty.1").await.unwrap();

    let mut received = receiver.received().remove(0);
    let keys = sender.signer().public_keys();
    assert!(verifies(&received, &keys));
    received.headers.remove("x-ghl-signature");
    assert!(verifies(&received, &keys));
}

#[tokio::test]
async fn another_sandboxs_key_does_not_verify() {
    let bench = bench(RetryRule::OnlyThrottled, &[]).await;
    bench.deliver().await;
    let other = Signer::new(2, false).unwrap().public_keys();
    assert!(!verifies(&bench.receiver.received()[0], &other));
}

#[tokio::test]
async fn every_event_has_its_own_ids() {
    let bench = bench(RetryRule::OnlyThrottled, &[]).await;
    let (one, two) = (bench.deliver().await, bench.deliver().await);
    assert_ne!(one.webhook_id, two.webhook_id);
    assert_ne!(one.delivery_id, two.delivery_id);
    assert_ne!(one.body_sha256, two.body_sha256);
}

#[tokio::test]
async fn a_duplicate_is_the_same_bytes_under_the_same_ids() {
    let bench = bench(RetryRule::OnlyThrottled, &[]).await;
    let first = bench.deliver().await;
    let again = bench.sender.redeliver(&first).await.unwrap();

    let received = bench.receiver.received();
    assert_eq!(received[0].body, received[1].body);
    for header in ["deliveryid", "x-ghl-signature"] {
        assert_eq!(received[0].header(header), received[1].header(header));
    }
    assert_eq!((again.webhook_id, again.body_sha256), (first.webhook_id, first.body_sha256));
    assert_eq!(bench.sender.deliveries().len(), 1);
    assert_eq!(bench.sender.deliveries()[0].attempts.len(), 2);
}

#[tokio::test]
async fn a_throttled_webhook_comes_again_after_ten_minutes_of_the_clock() {
    let bench = bench(RetryRule::OnlyThrottled, &[429]).await;
    let delivered = bench.deliver().await;
    assert_eq!((delivered.status, delivered.is_accepted()), (Some(429), false));

    assert_eq!(bench.advance(TEN_MINUTES - Duration::from_secs(1)).await, 1);
    assert_eq!(bench.sender.waiting(), 1);
    assert_eq!(bench.advance(Duration::from_secs(1)).await, 2);
    assert_eq!(bench.sender.waiting(), 0);

    let received = bench.receiver.received();
    assert_eq!(received[0].body, received[1].body);
    assert_eq!(received[0].header("deliveryid"), received[1].header("deliveryid"));
    let log = bench.sender.deliveries();
    let statuses: Vec<_> = log[0].attempts.iter().map(|attempt| attempt.status).collect();
    assert_eq!((statuses, log[0].next_attempt_at), (vec![Some(429), Some(200)], None));
}

#[tokio::test]
async fn a_webhook_throttled_seven_times_is_given_up() {
    let bench = bench(RetryRule::OnlyThrottled, &[429; 9]).await;
    bench.deliver().await;
    for tries in 2..=7 {
        assert_eq!(bench.advance(TEN_MINUTES).await, tries);
    }
    assert_eq!(bench.advance(TEN_MINUTES * 100).await, 7);
    assert_eq!(bench.sender.waiting(), 0);
}

#[tokio::test]
async fn a_leap_of_the_clock_meets_the_same_schedule() {
    let bench = bench(RetryRule::OnlyThrottled, &[429; 9]).await;
    bench.deliver().await;
    assert_eq!(bench.advance(TEN_MINUTES * 3).await, 4);
    assert_eq!(bench.advance(TEN_MINUTES * 100).await, 7);
}

#[tokio::test]
async fn a_server_fault_is_final_under_the_older_rule_only() {
    for (rule, waiting) in [(RetryRule::OnlyThrottled, 0), (RetryRule::Persistent, 1)] {
        let bench = bench(rule, &[503]).await;
        assert_eq!(bench.deliver().await.status, Some(503));
        assert_eq!(bench.sender.waiting(), waiting, "{rule:?}");
        assert_eq!(bench.advance(Duration::from_secs(120)).await, 1 + waiting, "{rule:?}");
    }
}

#[tokio::test]
async fn silence_is_told_and_retried_under_the_newer_rule() {
    let bench = bench(RetryRule::Persistent, &[]).await;
    let nobody = Receiver::start(&[]).await;
    bench.sender.subscribe(&nobody.url()).unwrap();
    nobody.stop().await;
    let delivered = bench.deliver().await;
    assert_eq!(delivered.status, None);
    assert!(delivered.failure.is_some_and(|failure| failure.contains("127.0.0.1")));

    // The hub is back at another address: what waits goes there.
    bench.sender.subscribe(&bench.receiver.url()).unwrap();
    assert_eq!(bench.advance(Duration::from_secs(120)).await, 1);
    assert_eq!(bench.sender.waiting(), 0);
}

#[tokio::test]
async fn a_due_retry_is_sent_without_being_asked_for() {
    let bench = bench(RetryRule::OnlyThrottled, &[429]).await;
    bench.deliver().await;
    bench.clock.advance(TEN_MINUTES);
    let two_received = async {
        while bench.receiver.received().len() < 2 {
            tokio::task::yield_now().await;
        }
    };
    let sent = tokio::time::timeout(Duration::from_secs(20), async {
        tokio::select! {
            () = bench.sender.keep_sending_due() => {}
            () = two_received => {}
        }
    });
    assert!(sent.await.is_ok());
}

#[tokio::test]
async fn reset_forgets_everything_but_the_ids_given() {
    let bench = bench(RetryRule::OnlyThrottled, &[429]).await;
    let before = bench.deliver().await;
    bench.sender.reset();
    assert_eq!((bench.sender.deliveries(), bench.sender.waiting()), (Vec::new(), 0));
    let refused = bench.sender.deliver("{}", "Empty.1").await;
    assert!(matches!(refused, Err(WebhookError::NotSubscribed)));

    bench.sender.subscribe(&bench.receiver.url()).unwrap();
    let after = bench.deliver().await;
    assert_ne!(before.webhook_id, after.webhook_id);
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_with_a_way_out() {
    let bench = bench(RetryRule::OnlyThrottled, &[]).await;
    let refused = bench.sender.deliver("[]", "Broken.json").await.unwrap_err();
    assert!(refused.to_string().contains("Broken.json"));
    let refused = bench.sender.subscribe("127.0.0.1:80").unwrap_err();
    assert!(refused.to_string().contains("127.0.0.1:80"));
    assert_eq!(bench.receiver.received().len(), 0);
}
