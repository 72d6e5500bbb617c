//! Telling subscriptions: what is sent, what an answer means, and when the hub gives up.

use std::collections::VecDeque;

use domain::{
    Credential, Memory, Organizations, Realm, SealedContent, SecretSealer, SubscriptionNotary as _,
    contract::sample::{self, at, notification, organization, subscription},
};
use endpoint::{Secret, reach::Reach};
use jiff::SignedDuration;
use secrecy::{ExposeSecret, SecretString};

use super::*;

/// Keeps secrets as they are.
struct Glass;

impl SecretSealer for Glass {
    fn open<'a>(&'a self, stored: &'a Credential) -> BoxFuture<'a, Result<SecretString, String>> {
        let text = String::from_utf8_lossy(&stored.content.bytes).into_owned();
        Box::pin(std::future::ready(Ok(text.into())))
    }

    fn seal<'a>(
        &'a self,
        _: &'a CredentialKey,
        secret: &'a SecretString,
    ) -> BoxFuture<'a, Result<SealedContent, String>> {
        let bytes = secret.expose_secret().to_owned().into();
        Box::pin(std::future::ready(Ok(SealedContent { bytes, master_key: "mk_1".to_owned() })))
    }
}

/// Answers by a script, and keeps what was sent.
#[derive(Default)]
struct Receiver {
    script: Mutex<VecDeque<Result<Response, TransportError>>>,
    sent: Mutex<Vec<Request>>,
}

impl Transport for &'static Receiver {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        self.sent.lock().unwrap().push(request);
        let next = self.script.lock().unwrap().pop_front();
        next.unwrap_or_else(|| Ok(answered(200)))
    }
}

fn answered(status: u16) -> Response {
    Response { status, ..Response::default() }
}

struct House {
    store: Memory,
    receiver: &'static Receiver,
    notary: Notary<Memory>,
    now: Arc<Mutex<Timestamp>>,
}

impl House {
    async fn new() -> Self {
        let now = Arc::new(Mutex::new(at(0)));
        let shown = Arc::clone(&now);
        let clock: Arc<dyn Clock> = Arc::new(move || *shown.lock().unwrap());
        let store = Memory::new(Arc::clone(&clock));
        store.add_organization(organization("alpha")).await.unwrap();
        assert!(store.put_subscription(subscription("alpha", 1)).await.unwrap());
        let fill: Randomness = |bytes| {
            bytes.fill(7);
            true
        };
        let safe = Safe::new(store.clone(), Arc::new(Glass), clock);
        let notary = Notary::new(safe, Reach::default(), fill);
        let key = subscription("alpha", 1).secret_key(1);
        notary.issue(&key, &Actor::Installation).await.unwrap();
        Self { store, receiver: Box::leak(Box::default()), notary, now }
    }

    fn subscriber(&self) -> Subscriber<Memory, &'static Receiver> {
        let shown = Arc::clone(&self.now);
        let clock: Arc<dyn Clock> = Arc::new(move || *shown.lock().unwrap());
        let safe = Safe::new(self.store.clone(), Arc::new(Glass), Arc::clone(&clock));
        let forbearance = Forbearance(SignedDuration::from_hours(120));
        Subscriber::new(self.store.clone(), safe, (self.receiver, clock), forbearance)
    }

    async fn tell(&self, answer: Result<Response, TransportError>) -> Result<Receipt, Failure> {
        self.receiver.script.lock().unwrap().push_back(answer);
        self.subscriber().apply(&notification(1, &self.subscription().await, "a")).await
    }

    async fn subscription(&self) -> Subscription {
        self.store.subscription(&subscription("alpha", 1).id).await.unwrap().unwrap()
    }
}

#[tokio::test]
async fn a_notification_is_signed_with_every_version_that_counts() {
    let house = House::new().await;
    assert_eq!(house.tell(Ok(answered(204))).await.unwrap().reference, "204");
    let known = house.subscription().await;
    let secret = known.secret.rotated(at(0));
    house.notary.issue(&known.secret_key(2), &Actor::Installation).await.unwrap();
    let rotated = Subscription { secret, revision: 2, ..known };
    assert!(house.store.put_subscription(rotated).await.unwrap());
    house.tell(Ok(answered(200))).await.unwrap();
    *house.now.lock().unwrap() = at(86_400);
    house.tell(Ok(answered(200))).await.unwrap();
    let sent = house.receiver.sent.lock().unwrap();
    let header = |index: usize, name: &str| {
        let headers = &sent[index].headers;
        headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap()
    };
    let key = SigningKey::of(&signature::secret(&[7; 32])).unwrap();
    let body = String::from_utf8(sent[0].body.to_vec()).unwrap();
    let id = sample::event_id(1).to_string();
    assert_eq!(header(0, "webhook-id"), id);
    assert_eq!(header(0, "webhook-timestamp"), at(0).as_second().to_string());
    assert_eq!(header(0, "webhook-signature"), key.sign(&id, at(0), &body));
    let counts = [0, 1, 2].map(|index| header(index, "webhook-signature").split(' ').count());
    assert_eq!(counts, [1, 2, 1]);
}

#[tokio::test]
async fn each_answer_means_what_the_standard_says() {
    let house = House::new().await;
    let asks = |status, wait: &str| {
        let headers = vec![("retry-after".to_owned(), wait.to_owned())];
        Ok(Response { status, headers, ..Response::default() })
    };
    let seconds = Duration::from_secs;
    for (answer, next) in [
        (Ok(answered(400)), Next::Retry),
        (Ok(answered(500)), Next::Retry),
        (Ok(answered(301)), Next::Retry),
        (Ok(answered(429)), Next::Retry),
        (asks(429, "7"), Next::Hold(Some(seconds(7)))),
        (asks(503, "999999"), Next::Hold(Some(seconds(3_600)))),
        (asks(500, "7"), Next::Retry),
    ] {
        let failure = house.tell(answer).await.unwrap_err();
        assert_eq!((failure.next, failure.ambiguous), (next, false), "{}", failure.reason);
        assert!(!failure.reason.contains("receiver.example"), "{}", failure.reason);
    }
    let source = endpoint::reach::Refusal::Private.into();
    let refused = TransportError::Connect { host: "h".to_owned(), source };
    let failure = house.tell(Err(refused)).await.unwrap_err();
    assert_eq!(failure.next, Next::Retry);
    assert!(failure.reason.contains("not a public one"), "{}", failure.reason);
}

#[tokio::test]
async fn who_is_gone_is_disabled_and_told_so() {
    let house = House::new().await;
    assert_eq!(house.tell(Ok(answered(410))).await.unwrap_err().next, Next::GiveUp);
    let state = house.subscription().await.state;
    let SubscriptionState::Disabled { reason, .. } = state else { panic!("it is not disabled") };
    assert!(reason.contains("410"), "{reason}");
    let audit = house.store.audit(&Realm::Installation, "subscription.", None, 9).await.unwrap();
    assert_eq!(audit.len(), 1);
    assert!(matches!(house.tell(Ok(answered(200))).await.unwrap_err().next, Next::Hold(None)));
    assert_eq!(house.receiver.sent.lock().unwrap().len(), 1, "nothing is sent any more");
}

#[tokio::test]
async fn who_fails_for_days_is_disabled_and_one_success_forgives_all() {
    let house = House::new().await;
    house.tell(Ok(answered(500))).await.unwrap_err();
    *house.now.lock().unwrap() = at(431_999);
    house.tell(Ok(answered(500))).await.unwrap_err();
    assert_eq!(house.subscription().await.failing_since, Some(at(0)));
    house.tell(Ok(answered(200))).await.unwrap();
    assert_eq!(house.subscription().await.failing_since, None);
    house.tell(Ok(answered(500))).await.unwrap_err();
    *house.now.lock().unwrap() = at(431_999 + 432_000);
    house.tell(Ok(answered(500))).await.unwrap_err();
    assert_eq!(house.subscription().await.state.name(), "disabled");
}

#[tokio::test]
async fn who_rests_for_days_is_disabled_too() {
    let house = House::new().await;
    let paused = house.subscription().await.changed_to(SubscriptionState::Paused { since: at(0) });
    assert!(house.store.put_subscription(paused).await.unwrap());
    for (second, name) in [(431_999, "paused"), (432_000, "disabled")] {
        *house.now.lock().unwrap() = at(second);
        house.subscriber().disable_worn_out().await.unwrap();
        assert_eq!(house.subscription().await.state.name(), name);
    }
}

#[tokio::test]
async fn without_its_secret_nothing_is_sent() {
    let house = House::new().await;
    let key = house.subscription().await.secret_key(1);
    house.notary.withdraw(&key, &Actor::Installation).await.unwrap();
    let failure = house.tell(Ok(answered(200))).await.unwrap_err();
    assert_eq!(failure.next, Next::Hold(None));
    assert!(house.receiver.sent.lock().unwrap().is_empty());
}

#[test]
fn only_what_may_be_reached_is_accepted() {
    let clock = sample::clock();
    let safe = Safe::new(Memory::new(Arc::clone(&clock)), Arc::new(Glass), clock);
    let notary = Notary::new(safe, Reach::default(), |_| false);
    assert!(notary.judge("https://hooks.example.com/a").is_ok());
    let refused = notary.judge("https://169.254.169.254/latest/canary").unwrap_err();
    assert!(refused.contains("allow_private_addresses") && !refused.contains("canary"));
    assert!(notary.draw().unwrap_err().contains("try again"));
    assert!(SigningKey::of(&Secret::new("whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH")).is_some());
}
